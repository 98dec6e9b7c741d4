"""The lines of every impact run are sealed."""

from django.db import migrations

from curation.sealed_tables import PARTS


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("curation", "0008_sealed_lines")]

    operations = [migrations.RunPython(PARTS.seal, migrations.RunPython.noop)]
