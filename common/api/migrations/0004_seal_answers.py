"""Every kept answer is sealed."""

from django.db import migrations

from common.api.sealed_tables import ANSWERS


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("api", "0003_sealed_answers")]

    operations = [migrations.RunPython(ANSWERS.seal, migrations.RunPython.noop)]
