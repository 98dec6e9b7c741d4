"""Checks are found by their digest: a stranger who verifies a receipt with its claim does not wait for all of them to be read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_authorisations")]

    operations = [migrations.AddIndex("claimcheck", models.Index(fields=["digest"], name="check_digest"))]
