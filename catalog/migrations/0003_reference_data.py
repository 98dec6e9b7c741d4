"""Bring in the vocabularies that ship with the software (seeds/reference)."""

from django.db import migrations

from catalog.reference import reference_rows


def load(apps, schema_editor):
    for model, rows in reference_rows().items():
        table = apps.get_model("catalog", model)
        table.objects.bulk_create([table(**row) for row in rows])


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_promises")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
