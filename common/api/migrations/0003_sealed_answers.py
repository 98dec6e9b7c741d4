"""What a kept answer says is sealed: a column that is, beside what an earlier release kept in clear."""

from django.db import migrations

from common.api.sealed_tables import ANSWERS
from common.sealing import fields


class Migration(migrations.Migration):
    dependencies = [("api", "0002_promises"), ("sealing", "0001_data_keys")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ANSWERS.step_aside())],
            state_operations=[migrations.AlterField("keptanswer", "body", fields.SealedBytes(null=True))],
        ),
    ]
