"""Kept answers hold what an insurer was told: nobody else's."""

from django.db import migrations

from common.tenancy import policy_sql


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [migrations.RunSQL(policy_sql("api_keptanswer"))]
