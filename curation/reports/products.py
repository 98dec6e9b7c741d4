"""What products rest on: the lists that their terms in force name, and how many entries these have."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from catalog.models import Catalog
from curation.reports.lists import InForce
from insurers.models import ProductVersion
from insurers.product_lists import lists_named
from insurers.terms import CatalogReference

MOST = 60


@dataclass(frozen=True, slots=True)
class Reach:
    """A product in force: whose it is, and kind of list → how many entries in force of that kind its terms name."""

    insurer: str
    product: str
    label: str
    entries: Counter[str]


def reach(day: date, known_at: datetime, insurer_id: int | None, lists: Sequence[InForce]) -> list[Reach]:
    """Return the products in force on a day, an insurer's or (None) all, at most MOST of them; two statements.

    A reference that is pinned to another edition than the one in force counts for nothing here.
    """
    by_id = {one.catalog_id: one for one in lists}
    versions = ProductVersion.objects.in_force(day, known_at)
    if insurer_id is not None:
        versions = versions.filter(insurer=insurer_id)
    found = []
    shown = list(versions.select_related("product", "insurer")[:MOST])
    meaning = Catalog.objects.meanings({one.catalog for version in shown for one in lists_named(version.terms)})
    for version in shown:
        entries: Counter[str] = Counter()
        named = set(lists_named(version.terms))
        for name in sorted({one.catalog for one in named}):
            one = by_id.get(meaning(name, version.insurer_id) or 0)
            if one and not named.isdisjoint({CatalogReference(name), CatalogReference(name, one.label)}):
                entries[one.kind] += one.entry_count
        found.append(Reach(version.insurer.name, version.product.name, version.label, entries))
    return sorted(found, key=lambda one: (one.insurer, one.product))
