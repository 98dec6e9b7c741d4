"""The rows of the shared lists that reasons name, so that a visitor reads what such a row says; one statement for a whole page."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from catalog.catalog_codes import parted
from catalog.models import CatalogEntry

# A list's code, its version's label, the row's code.
Place = tuple[str, str, str]
Rows = Mapping[Place, CatalogEntry]


def place_of(cite: Mapping[str, Any]) -> Place | None:
    """Return where the row stands that a reason cites; None where it cites none."""
    if not (cite.get("catalog") and cite.get("version") and cite.get("entry_code")):
        return None
    return parted(cite["catalog"])[1], cite["version"], cite["entry_code"]


def named_rows(documents: Iterable[Mapping[str, Any]]) -> Rows:
    """Return the rows that the reasons of coverage answers cite for want of something, by where they stand."""
    cites = (
        cite for one in documents for reason in one["reasons"] if reason["effect"] == "R" for cite in reason["cites"]
    )
    places = {place for cite in cites if (place := place_of(cite))}
    if not places:
        return {}
    named = reduce(
        or_,
        (
            Q(version__catalog__code=catalog, version__label=label, entry_code=code)
            for catalog, label, code in sorted(places)
        ),
    )
    rows = CatalogEntry.objects.filter(
        named, version__catalog__owner=None, version__published_at__isnull=False
    ).select_related("version__catalog")
    return {(row.version.catalog.code, row.version.label, row.entry_code): row for row in rows}
