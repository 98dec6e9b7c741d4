"""`manage.py draw_lives`: write docs/life-of-a-version.md from the tables of moves; a test holds the file to them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from catalog import lifecycle as catalog_version
from common.lifecycle import drawing, table
from insurers import lifecycle as product_version

FILE = Path(settings.BASE_DIR) / "docs" / "life-of-a-version.md"


def document() -> str:
    """Return the page: both lives as a drawing and as a table."""
    return f"""# The life of a version

Made by `manage.py draw_lives` from `catalog/lifecycle.py` and `insurers/lifecycle.py`; do not edit it by hand. Services, pages and API ask these
tables before they act; the database holds the same steps as triggers (`catalog/migrations/0014_moves_are_held.py`).

## A catalog version

`V` is `/api/v1/catalogs/{{code}}/versions/{{label}}/`. An editor's key has `catalog:write`, a reviewer's `catalog:publish`. Whoever is an editor of a
version does not publish it; `withdrawal_asked` is stored as `published` with who asked. A consultation whose last day is over ends by itself.

```mermaid
{drawing(catalog_version.MOVES)}
```

{table(catalog_version.MOVES)}

## A product version

`V` is `/api/v1/products/{{code}}/versions/{{label}}/`. The holder is the insurer (`products:write`), or the office on its behalf.

```mermaid
{drawing(product_version.MOVES)}
```

{table(product_version.MOVES)}
"""


class Command(BaseCommand):
    help = "Write docs/life-of-a-version.md from the tables of moves."

    def handle(self, **options: Any) -> None:
        FILE.write_text(document(), encoding="utf-8")
        self.stdout.write(f"written: {FILE.name}")
