"""What was in clear goes."""

from django.db import migrations

from common.api.sealed_tables import ANSWERS


class Migration(migrations.Migration):
    dependencies = [("api", "0004_seal_answers")]

    operations = [migrations.RunSQL(ANSWERS.go())]
