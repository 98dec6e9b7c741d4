"""What products rest on: the lists that their terms in force name, and how many entries these have."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from curation.reports.lists import InForce
from insurers.models import ProductVersion
from insurers.references import lists_named

MOST = 60


@dataclass(frozen=True, slots=True)
class Reach:
    """A product in force: whose it is, and kind of list → how many entries in force of that kind its terms name."""

    insurer: str
    product: str
    label: str
    entries: Counter[str]


def reach(day: date, known_at: datetime, insurer_id: int | None, lists: Sequence[InForce]) -> list[Reach]:
    """Return the products in force on a day, an insurer's or (None) all, at most MOST of them; one statement.

    A reference that is pinned to another edition than the one in force counts for nothing here.
    """
    by_code = {one.code: one for one in lists}
    versions = ProductVersion.objects.in_force(day, known_at)
    if insurer_id is not None:
        versions = versions.filter(insurer=insurer_id)
    found = []
    for version in versions.select_related("product", "insurer")[:MOST]:
        entries: Counter[str] = Counter()
        named = lists_named(version.terms)
        for code in sorted({code for code, _label in named}):
            one = by_code.get(code)
            if one and not named.isdisjoint({(code, None), (code, one.label)}):
                entries[one.kind] += one.entry_count
        found.append(Reach(version.insurer.name, version.product.name, version.label, entries))
    return sorted(found, key=lambda one: (one.insurer, one.product))
