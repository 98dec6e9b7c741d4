"""Every row that an earlier release kept in clear is sealed under its month's or its batch's key, some hundred a transaction."""

from django.db import migrations

from claims.sealed_tables import TABLES


class Migration(migrations.Migration):
    # Stopped in the middle it goes on where it was.
    atomic = False

    dependencies = [("claims", "0009_sealed")]

    operations = [migrations.RunPython(sealed.seal, migrations.RunPython.noop) for sealed in TABLES]
