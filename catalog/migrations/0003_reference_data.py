"""Once wrote the vocabularies; now every migrate makes their tables equal to seeds/reference (catalog.apps)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_promises")]

    operations: list[migrations.operations.base.Operation] = []
