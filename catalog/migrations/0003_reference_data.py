"""Once wrote the vocabularies; now every migrate makes their tables equal to seeds/reference (catalog.reference_tables)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_promises")]

    operations: list[migrations.operations.base.Operation] = []
