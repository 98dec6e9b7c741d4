"""Which products name a catalog, and whether they follow it or are pinned to one of its versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from catalog.models import Catalog, CatalogVersion
from insurers.models import ProductVersion
from insurers.reach import naming

# Where a reference stands in the terms, besides the benefits.
_PLACES = ("base_exclusions", "negative_lists")

# So many versions of an insurer's products are looked into for the lists they name.
MOST_READ = 500


@dataclass(frozen=True, slots=True)
class Naming:
    """A product version that names a catalog: `labels` are the versions it is pinned to, `follows` whether it takes what is in force."""

    version: ProductVersion
    labels: tuple[str, ...]
    follows: bool


def products_naming(catalog: Catalog, *, most: int) -> list[Naming]:
    """Return the product versions, drafts too and withdrawn ones not, that name the catalog: the latest first, at most so many."""
    versions = naming([catalog], ProductVersion.objects.filter(withdrawn_at=None))
    versions = versions.select_related("product", "product__insurer").order_by("-effective_from", "-id")
    return [_naming(version, catalog) for version in versions[:most]]


def referred_to(insurer_id: int, day: date) -> set[tuple[str, str | None]]:
    """Return what an insurer's product versions name, drafts too, neither withdrawn nor over on the day: (catalog, label; None: what is in force)."""
    versions = ProductVersion.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), insurer=insurer_id)
    terms = versions.filter(withdrawn_at=None).order_by("-effective_from", "-id").values_list("terms", flat=True)
    return {one for each in terms[:MOST_READ] for one in lists_named(each)}


def lists_named(terms: dict[str, Any]) -> frozenset[tuple[str, str | None]]:
    """Return what terms name: (catalog, label; None: what is in force)."""
    return frozenset((one["catalog"], one.get("label") or None) for one in _references(terms))


@dataclass(frozen=True, slots=True)
class Applied:
    """A list that a product version names: its label where it is pinned ('' where it follows), and the version that applies (None: none does)."""

    catalog: str
    name: str
    label: str
    version: CatalogVersion | None


def lists_applied(version: ProductVersion, day: date, known_at: datetime) -> list[Applied]:
    """Return the lists that a product version names, in the order of its terms, with what applies of each on a day as known at an instant."""
    named = [(one["catalog"], one.get("label") or "") for one in _references(version.terms)]
    catalogs = Catalog.objects.meant_by({code for code, _label in named}, version.insurer_id)
    versions = CatalogVersion.objects.filter(catalog__in=[one.pk for one in catalogs.values()])
    following = {one.catalog_id: one for one in versions.in_force(day, known_at)}
    pinned = {
        (one.catalog_id, one.label): one
        for one in versions.known_at(known_at).filter(label__in={label for _code, label in named if label})
    }
    found = []
    for code, label in dict.fromkeys(named):
        catalog = catalogs.get(code)
        applies = None
        if catalog:
            applies = pinned.get((catalog.pk, label)) if label else following.get(catalog.pk)
        found.append(Applied(code, catalog.name if catalog else "", label, applies))
    return found


def _naming(version: ProductVersion, catalog: Catalog) -> Naming:
    names = {name for name, pk in version.meaning["names"].items() if pk == catalog.pk}  # type: ignore[attr-defined]
    labels = [one.get("label") for one in _references(version.terms) if one.get("catalog") in names]
    pinned = tuple(dict.fromkeys(label for label in labels if label))
    return Naming(version, pinned, None in labels)


def _references(terms: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if terms.get("base"):
        yield terms["base"]
    for place in _PLACES:
        yield from terms.get(place) or ()
    for benefit in terms.get("benefits") or ():
        yield from benefit.get("catalogs") or ()
