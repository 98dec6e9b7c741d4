"""Which lists a product version names, by its terms as they are kept, and which versions of them apply (spec api.md, "A product version")."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from catalog.models import Catalog, CatalogVersion
from insurers.models import ProductVersion
from insurers.terms import CatalogReference

# Where a reference stands in the terms, besides the benefits.
_PLACES = ("base_exclusions", "negative_lists")

# So many versions of an insurer's products are looked into for the lists they name.
MOST_READ = 500


def referred_to(insurer_id: int, day: date) -> set[CatalogReference]:
    """Return what an insurer's product versions name, drafts too, neither withdrawn nor over on the day."""
    versions = ProductVersion.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), insurer=insurer_id)
    terms = versions.filter(withdrawn_at=None).order_by("-effective_from", "-id").values_list("terms", flat=True)
    return {one for each in terms[:MOST_READ] for one in lists_named(each)}


def lists_named(terms: Mapping[str, Any]) -> tuple[CatalogReference, ...]:
    """Return what terms refer to, each once, in their order; of terms kept by an older release, too, that would be refused today."""
    named = [terms["base"]] if terms.get("base") else []
    named += [one for place in _PLACES for one in terms.get(place) or ()]
    named += [one for benefit in terms.get("benefits") or () for one in benefit.get("catalogs") or ()]
    return tuple(dict.fromkeys(CatalogReference(one["catalog"], one.get("label") or None) for one in named))


@dataclass(frozen=True, slots=True)
class Applied:
    """A list that a product version names: its label where it is pinned ('' where it follows), and the version that applies (None: none does)."""

    catalog: str
    name: str
    label: str
    version: CatalogVersion | None


def lists_applied(version: ProductVersion, day: date, known_at: datetime) -> list[Applied]:
    """Return the lists that a product version names, in the order of its terms, with what applies of each on a day as known at an instant."""
    named = [(one.catalog, one.label or "") for one in lists_named(version.terms)]
    catalogs = Catalog.objects.meant_by({code for code, _label in named}, version.insurer_id)
    versions = CatalogVersion.objects.filter(catalog__in=[one.pk for one in catalogs.values()])
    following = {one.catalog_id: one for one in versions.in_force(day, known_at)}
    pinned = {
        (one.catalog_id, one.label): one
        for one in versions.known_at(known_at).filter(label__in={label for _code, label in named if label})
    }
    found = []
    for code, label in named:
        catalog = catalogs.get(code)
        applies = None
        if catalog:
            applies = pinned.get((catalog.pk, label)) if label else following.get(catalog.pk)
        found.append(Applied(code, catalog.name if catalog else "", label, applies))
    return found
