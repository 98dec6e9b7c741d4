"""The lines of an impact run are sealed: a column that is, beside what an earlier release kept in clear."""

from django.db import migrations

from common.sealing import fields
from curation.sealed_tables import PARTS


class Migration(migrations.Migration):
    dependencies = [("curation", "0007_policies_estimated"), ("sealing", "0001_data_keys")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(PARTS.step_aside())],
            state_operations=[migrations.AlterField("impactpart", "differing", fields.SealedText(null=True))],
        ),
    ]
