"""Which insurance products a catalog's version reaches: those whose terms name the catalog, following it or pinned to a version of it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from insurers.models import ProductVersion
from insurers.terms import InvalidTerms, parse_terms

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Reached:
    """A product version that names the catalog; `pins` are the labels it is pinned to, `follows` whether it takes what is in force."""

    version: ProductVersion
    follows: bool
    pins: tuple[str, ...]
    in_force_then: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """The first of the product versions that are reached, and how many there are."""

    shown: Sequence[Reached]
    count: int


def products_naming(catalog: str, first: date, last: date | None, insurer_id: int | None = None) -> Reach:
    """Return the published product versions that name a catalog and hold for some of the days: an insurer's, or all that the caller's tenant sees.

    Those in force on the first day come first; one statement, two where there are more than are shown.
    """
    versions = ProductVersion.objects.annotate(named=naming([catalog])).filter(
        Q(effective_to=None) | Q(effective_to__gte=first), named=True, published_at__isnull=False, withdrawn_at=None
    )
    if last:
        versions = versions.filter(effective_from__lte=last)
    if insurer_id is not None:
        versions = versions.filter(insurer=insurer_id)
    shown = versions.select_related("product", "insurer").order_by(
        "effective_from", "insurer__code", "product__code", "label"
    )
    found = [reached_by(version, catalog, first) for version in shown[: SHOWN + 1]]
    count = len(found) if len(found) <= SHOWN else versions.count()
    return Reach(sorted(found[:SHOWN], key=lambda one: not one.in_force_then), count)


def versions_naming(
    catalogs: Collection[str], day: date, known_at: datetime, insurer_id: int | None
) -> QuerySet[ProductVersion]:
    """Return the product versions in force on a day, as known at an instant, that name one of the catalogs; of an insurer (None: of all)."""
    in_force = ProductVersion.objects.in_force(day, known_at)
    if insurer_id is not None:
        in_force = in_force.filter(insurer=insurer_id)
    versions = ProductVersion.objects.filter(pk__in=in_force.values("pk")).annotate(named=naming(catalogs))
    named = versions.filter(named=True).select_related("product", "insurer")
    return named.order_by("insurer__code", "product__code", "label")


def naming(catalogs: Collection[str]) -> Func:
    """Return whether the terms name one of the catalogs, wherever they do."""
    return Func(
        F("terms"),
        RawSQL("%s::jsonpath", ["$.**.catalog ? (@ == $codes[*])"]),
        Cast(Value(json.dumps({"codes": list(catalogs)})), JSONField()),
        function="jsonb_path_exists",
        output_field=BooleanField(),
    )


def reached_by(version: ProductVersion, catalog: str, first: date) -> Reached:
    """Return how a product version names a catalog, and whether it is in force from a first day on."""
    try:
        references = [one for one in parse_terms(version.terms).references() if one.catalog == catalog]
    except InvalidTerms:  # terms kept by an older release
        references = []
    return Reached(
        version,
        follows=any(one.label is None for one in references),
        pins=tuple(sorted({one.label for one in references if one.label})),
        in_force_then=version.effective_from <= first,
    )
