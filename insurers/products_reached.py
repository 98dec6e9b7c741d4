"""Which insurance products name a catalog, so that a version of it reaches them: following it, or pinned to a version."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from catalog.models import Catalog
from insurers.models import ProductVersion
from insurers.product_lists import lists_named
from insurers.terms import CatalogReference

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


def products_naming(catalog: Catalog, first: date, last: date | None, insurer_id: int | None = None) -> Reach:
    """Return the published product versions that name a catalog and hold for some of the days: an insurer's, or all that the caller's tenant sees.

    Those in force on the first day come first; one statement, two where there are more than are shown.
    """
    versions = naming([catalog], ProductVersion.objects.all()).filter(
        Q(effective_to=None) | Q(effective_to__gte=first), published_at__isnull=False, withdrawn_at=None
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


def latest_naming(catalog: Catalog, day: date, *, most: int) -> list[Reached]:
    """Return the product versions, drafts too and withdrawn ones not, that name a catalog: the latest first, at most so many."""
    versions = naming([catalog], ProductVersion.objects.filter(withdrawn_at=None))
    versions = versions.select_related("product", "product__insurer").order_by("-effective_from", "-id")
    return [reached_by(version, catalog, day) for version in versions[:most]]


def versions_naming(
    catalogs: Collection[Catalog], day: date, known_at: datetime, insurer_id: int | None
) -> QuerySet[ProductVersion]:
    """Return the product versions in force on a day, as known at an instant, that name one of the catalogs; of an insurer (None: of all)."""
    in_force = ProductVersion.objects.in_force(day, known_at)
    if insurer_id is not None:
        in_force = in_force.filter(insurer=insurer_id)
    versions = naming(catalogs, ProductVersion.objects.filter(pk__in=in_force.values("pk")))
    return versions.select_related("product", "insurer").order_by("insurer__code", "product__code", "label")


class Meaning(Func):
    """What the names of some catalogs mean to a product version's insurer (catalog.catalog_codes): `{"names": {name: catalog}, "codes": [name]}`.

    Its arguments are the insurer and every name with its catalog, that one's owner, and whether it is a plain code: which is an insurer's own
    list before it is the office's.
    """

    template = (
        "(SELECT jsonb_build_object('names', jsonb_object_agg(n.name, n.catalog), 'codes', jsonb_agg(n.name))"
        " FROM (SELECT %(expressions)s) AS given(insurer, names)"
        " CROSS JOIN LATERAL jsonb_to_recordset(given.names) AS n(name text, catalog bigint, owner bigint, plain boolean)"
        " WHERE n.owner = given.insurer OR (n.owner IS NULL AND NOT (n.plain AND EXISTS"
        " (SELECT FROM catalog_catalog own WHERE own.owner_id = given.insurer AND own.code = n.name))))"
    )
    output_field = JSONField()


def naming(catalogs: Iterable[Catalog], versions: QuerySet[ProductVersion]) -> QuerySet[ProductVersion]:
    """Keep the product versions whose terms name one of the catalogs, wherever they do; each with the `meaning` of their names.

    The owners of catalogs that have one are read.
    """
    names = [
        {"name": name, "catalog": one.pk, "owner": one.owner_id, "plain": name == one.code}
        for one in catalogs
        for name in (one.code, one.address)
    ]
    meaning = Meaning(F("insurer"), Cast(Value(json.dumps(names)), JSONField()))
    named = Func(
        F("terms"),
        RawSQL("%s::jsonpath", ["$.**.catalog ? (@ == $codes[*])"]),
        F("meaning"),
        function="jsonb_path_exists",
        output_field=BooleanField(),
    )
    return versions.annotate(meaning=meaning).annotate(named=named).filter(named=True)


def reached_by(version: ProductVersion, catalog: Catalog, first: date) -> Reached:
    """Return how a product version, found by `naming`, names a catalog, and whether it is in force from a first day on."""
    references = [one for one in lists_named(version.terms) if catalog_named(version, one) == catalog.pk]
    return Reached(
        version,
        follows=any(one.label is None for one in references),
        pins=tuple(sorted({one.label for one in references if one.label})),
        in_force_then=version.effective_from <= first,
    )


def catalog_named(version: ProductVersion, reference: CatalogReference) -> int | None:
    """Return the id of the catalog that a reference of a product version, found by `naming`, means; None for one that was not asked about."""
    meaning: dict[str, int] = version.meaning["names"]  # type: ignore[attr-defined]
    return meaning.get(reference.catalog)
