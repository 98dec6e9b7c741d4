"""Rules version 2 reads names otherwise (marks behind a name, salts before metals): what they are found by is written anew."""

from typing import Any

from django.db import migrations

from catalog.rewrite_base_names import rewrite_base_names


def rewrite(_apps: Any, _editor: Any) -> None:
    rewrite_base_names()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_pairs_of_changes")]

    # Going back leaves them: each release reads names by its own rules, and writes what it imports.
    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
