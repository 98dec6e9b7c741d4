"""A file that is being looked at is seen where its catalog is, like its import later."""

import importlib

from django.db import migrations

through = importlib.import_module("insurers.migrations.0004_private_catalogs").through


class Migration(migrations.Migration):
    dependencies = [("insurers", "0009_second_person"), ("catalog", "0020_uploads")]

    operations = [migrations.RunSQL(through("catalog_upload", "catalog_id", "catalog_catalog"))]
