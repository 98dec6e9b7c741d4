"""Figures of lists in force: how large they are and were, what of which disease area and class is in them, how they overlap.

Entries are reached by the versions that whoever asks may see, and counted in the database; a drug is a base name (eligibility 3). What is counted
of entries follows from their checksums alone, and is kept by them (docs/architecture.md).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from catalog.models import Catalog, CatalogVersion
from common.cache import LruCache
from curation.reports.areas import areas_of

# Classes by their first two characters: the anatomical groups of the national list.
CLASS = 2
# So many lists can be set against each other.
MOST_OVERLAPPING = 6
# (class, areas) → entries.
Composition = Counter[tuple[str, frozenset[str]]]
# Numbers, some tens for a list of 50 entries, some hundreds for the national one.
NUMBERS_KEPT, OVERLAPS_KEPT, CHANGES_KEPT = 300_000, 200, 200
# Checksum → what the list is made of; a version as it is and what it follows → its changes by class; checksums of lists → how they overlap.
_composed: LruCache[str, Composition] = LruCache(NUMBERS_KEPT, weight=len)
_changes: LruCache[tuple[int, str, int | None], dict[str, dict[str, int]]] = LruCache(CHANGES_KEPT)
_overlaps: LruCache[tuple[str, ...], tuple[list[int], list[tuple[frozenset[int], int]]]] = LruCache(OVERLAPS_KEPT)


@dataclass(frozen=True, slots=True)
class InForce:
    """A list's version in force: what is told of it, and the checksum that its figures follow from."""

    pk: int
    catalog_id: int
    code: str
    name: str
    kind: str
    series: str | None
    label: str
    checksum: str
    entry_count: int


@dataclass(frozen=True, slots=True)
class Size:
    """How many entries an edition has from its first day on, and what it changed against the one before (nothing where there was none)."""

    catalog_id: int
    label: str
    first: date
    entry_count: int
    change_counts: Mapping[str, int]


def lists_in_force(day: date, known_at: datetime, insurer_id: int | None) -> list[InForce]:
    """Return the versions in force on a day, of the lists that an insurer may see (None: the office), by code; two statements at most."""
    readable, address = Catalog.objects.readable_by(insurer_id), Catalog.objects.addresses(insurer_id)
    versions = CatalogVersion.objects.in_force(day, known_at).filter(catalog__in=readable)
    found = sorted(versions.select_related("catalog__owner"), key=lambda one: (one.catalog.code, one.catalog_id))
    return [as_list(one, address(one.catalog)) for one in found]


def as_list(version: CatalogVersion, code: str = "") -> InForce:
    """Return a version, whose catalog was read with it, as its figures are asked for; `code` by which the asker is told of the list."""
    catalog = version.catalog
    return InForce(
        version.pk,
        catalog.pk,
        code or catalog.code,
        catalog.name,
        catalog.kind,
        catalog.series_id,
        version.label,
        version.checksum,
        version.entry_count,
    )


def sizes(catalog_ids: Iterable[int], known_at: datetime, insurer_id: int | None, most: int = 200) -> list[Size]:
    """Return the published editions of some lists by first day, the latest `most` of them; two statements at most."""
    versions = CatalogVersion.objects.known_at(known_at).filter(
        catalog__in=Catalog.objects.readable_by(insurer_id), catalog_id__in=list(catalog_ids)
    )
    found = list(reversed(versions.order_by("-effective_from", "-published_at")[:most]))
    unspoken = _unspoken([one.pk for one in found if one.complete_for and one.change_counts.get("removed")])
    return [
        Size(
            one.catalog_id,
            one.label,
            one.effective_from,
            one.entry_count,
            one.change_counts | {"unspoken": unspoken.get(one.pk, 0)} if one.parent_id else {},
        )
        for one in found
    ]


def composition(lists: Sequence[InForce]) -> list[Composition]:
    """Return of each list how many entries it has by class and by disease areas; one statement at most, for those not counted yet."""
    found = {one.checksum: _composed.get(one.checksum) for one in lists}
    missing = {one.pk: one.checksum for one in lists if found[one.checksum] is None}
    if missing:
        counted: dict[str, Composition] = {checksum: Counter() for checksum in missing.values()}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT version_id, left(class_code, %s), icd10, count(*) FROM catalog_catalogentry"
                " WHERE version_id = ANY(%s) GROUP BY 1, 2, 3",
                [CLASS, sorted({checksum: pk for pk, checksum in missing.items()}.values())],
            )
            for pk, group, codes, count in cursor.fetchall():
                areas = frozenset(area for code in codes for area in areas_of(code))
                counted[missing[pk]][group, areas] += count
        for checksum, composed in counted.items():
            _composed.put(checksum, composed)
        found |= counted
    return [found[one.checksum] or Counter() for one in lists]


def by_area(composed: Iterable[Composition]) -> Counter[str]:
    """Return area → how many entries some lists have there together; an entry for several counts in each, one without a code under ''. Pure."""
    total: Counter[str] = Counter()
    for one in composed:
        for (_group, areas), count in one.items():
            total.update(dict.fromkeys(areas or ("",), count))
    return total


def by_class(composed: Iterable[Composition]) -> Counter[str]:
    """Return the first two characters of class codes ('' without one) → how many entries some lists have together. Pure."""
    total: Counter[str] = Counter()
    for one in composed:
        for (group, _areas), count in one.items():
            total[group] += count
    return total


def overlaps(lists: Sequence[InForce]) -> tuple[list[int], list[tuple[frozenset[int], int]]]:
    """Return how many drugs each list has, and how many are in just which lists (by their places); one statement at most."""
    key = tuple(one.checksum for one in lists)
    found = _overlaps.get(key)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT places, count(*) FROM (SELECT bit_or(1::bigint << (g.place::int - 1)) AS places FROM catalog_catalogentry e"
                " JOIN unnest(%(ids)s::bigint[]) WITH ORDINALITY g(id, place) ON e.version_id = g.id"
                " WHERE e.base_name <> '' GROUP BY e.base_name) d GROUP BY places",
                {"ids": [one.pk for one in lists]},
            )
            rows = [
                (frozenset(place for place in range(len(lists)) if mask >> place & 1), count)
                for mask, count in cursor.fetchall()
            ]
        totals = [sum(count for places, count in rows if place in places) for place in range(len(lists))]
        found = totals, rows
        _overlaps.put(key, found)
    return found


def changes_by_class(version: CatalogVersion) -> dict[str, dict[str, int]]:
    """Return kind of change → the first characters of class codes → how many entries, from the stored comparison; one statement at most.

    `slight` is what changed in writing or remarks alone, `unspoken` what went since the edition does not speak of its class (`complete_for`).
    The class of what went is the one it had.
    """
    key = version.pk, version.checksum, version.parent_id
    found = _changes.get(key)
    if found is None:
        found = _changes_by_class(version)
        _changes.put(key, found)
    return found


# Of a removed entry `o`: the version `v` is complete for other classes than its own.
_UNSPOKEN = (
    "c.change = 'removed' AND cardinality(v.complete_for) > 0 AND o.class_code <> ''"
    " AND NOT EXISTS (SELECT FROM unnest(v.complete_for) p WHERE starts_with(o.class_code, p))"
)


def _changes_by_class(version: CatalogVersion) -> dict[str, dict[str, int]]:
    return _nested(
        f"SELECT CASE WHEN c.slight <> '' THEN 'slight' WHEN {_UNSPOKEN} THEN 'unspoken' ELSE c.change END,"  # noqa: S608 - no value in it
        " left(coalesce(n.class_code, o.class_code, ''), %(length)s), count(*)"
        " FROM catalog_versionchange c JOIN catalog_catalogversion v ON v.id = c.version_id"
        " LEFT JOIN catalog_catalogentry n ON n.version_id = c.version_id AND n.entry_code = c.entry_code AND c.change <> 'removed'"
        " LEFT JOIN catalog_catalogentry o ON o.version_id = %(parent)s AND o.entry_code = c.entry_code AND c.change = 'removed'"
        " WHERE c.version_id = %(version)s GROUP BY 1, 2",
        {"version": version.pk, "parent": version.parent_id, "length": CLASS},
    )


def _unspoken(version_ids: list[int]) -> dict[int, int]:
    """Return version → how many entries went since it does not speak of their class."""
    if not version_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.version_id, count(*) FROM catalog_versionchange c JOIN catalog_catalogversion v ON v.id = c.version_id"  # noqa: S608 - no value in it
            " JOIN catalog_catalogentry o ON o.version_id = v.parent_id AND o.entry_code = c.entry_code"
            f" WHERE c.version_id = ANY(%s) AND {_UNSPOKEN} GROUP BY 1",
            [version_ids],
        )
        return dict(cursor.fetchall())


def _nested(statement: str, given: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return the rows of a statement (a, b, number) as a → b → number."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        for first, second, count in cursor.fetchall():
            found[first][second] = count
    return dict(found)
