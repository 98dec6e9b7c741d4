"""Comparing what the database holds: sides found as their asker may see them, compared, and the results with their whole entries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from catalog.change_weight import Entry, Weight
from catalog.clock import Observation, china_today
from catalog.entries import COLUMNS
from catalog.known_drugs import dosage_forms, drug_names
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.cache import LruCache
from common.errors import Refused
from common.text import as_read, norm
from curation.comparing.compare import Pair, Result, compare_lists, counted, pairs_of, weight_of
from curation.comparing.grouping import By, Hashes, Light
from curation.comparing.named_side import Named
from curation.comparing.timeline import Segment, segments

# How many results are kept for the next pages, of all comparisons together.
KEPT = 200_000
_REMARKS = ("note", "source")
_TERMS = [name for name in COLUMNS if name not in {"entry_code", *_REMARKS}]
# Columns whose values are written in one way only: where they differ, it is never by writing.
PLAIN = (
    *("sex", "age_min", "age_max", "min_institution_level", "payment_standard", "max_quantity", "prior_auth"),
    *("effective_from", "effective_to", "rare_disease"),
)
# What an entry selects by that names no drug.
_NAMELESS = "coalesce(nullif(concat(brand_key, approval_key, national_code), ''), class_code)"
_ON_DAY = (
    " AND (effective_from IS NULL OR effective_from <= %(day)s) AND (effective_to IS NULL OR effective_to >= %(day)s)"
)
# The columns of eligibility 4.2: one of them given, and a restriction's words are coded.
_UNRESTRICTED = (
    "sex = '' AND age_min IS NULL AND age_max IS NULL AND settings = '{}' AND min_institution_level IS NULL"
    " AND criteria = '{}'"
)


class NoSuchSide(Refused):
    """There is no such catalog or version, or it is not the asker's to see."""

    code = "not_found"
    status = 404


class NothingInForce(Refused):
    """The catalog has no version in force on the side's day, as known at its instant."""

    code = "nothing_in_force"
    status = 404


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a version, and the day on which its entries' agreements count (None: all count), as known at an instant.

    `empty`: nothing of it counts, since no version is in force there; `version` is then the other side's.
    """

    version: CatalogVersion
    day: date | None
    known_at: datetime
    empty: bool = False

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells this side's entries from any other's."""
        return self.version.pk, self.version.checksum, self.day, self.empty

    @property
    def complete_for(self) -> Sequence[str]:
        """The classes of which it is complete; none: of all, as what says nothing at all is."""
        return () if self.empty else self.version.complete_for


def find_side(
    named: Named, *, insurer_id: int | None, seen: Observation, day: date | None, known_at: datetime | None
) -> Side:
    """Return a side as its asker may see it (None: the catalog office); raises NoSuchSide, NothingInForce.

    `CODE` is the version in force on the day (today) as known at the instant (now). `CODE@LABEL` is that version whatever its days and also when it
    is withdrawn, from the instant at which it was published; entries whose agreement is over count unless a day is given. Drafts are the office's
    and the owner's.
    """
    catalogs = Catalog.objects.named(named.code, insurer_id)
    versions = CatalogVersion.objects.filter(catalog__in=catalogs).select_related("catalog", "catalog__series")
    then = known_at or seen.known_at
    if named.label:
        if insurer_id is not None:
            readable = versions.open_to_readers(china_today(seen.known_at))
            versions = versions.filter(Q(catalog__owner=insurer_id) | Q(pk__in=readable.values("pk")))
        version = _only(versions.filter(label=named.label), named)
        if version and not (known_at and version.published_at and version.published_at > known_at):
            return Side(version, day, then)
    else:
        day = day or china_today(seen.known_at)
        version = _only(versions.in_force(day, then), named)
        if version:
            return Side(version, day, then)
    if not catalogs.exists():
        raise NoSuchSide(_("There is no catalog %(code)s.") % {"code": named.code})
    if named.label:
        raise NoSuchSide(_("The catalog %(code)s has no version %(label)s.") % named._asdict())
    told = _("No version of %(code)s was in force on %(day)s.")
    raise NothingInForce(told % {"code": named.code, "day": day.isoformat() if day else ""})


def _only(versions: QuerySet[CatalogVersion], named: Named) -> CatalogVersion | None:
    """Return the first version; raises NoSuchSide where there is one of another catalog too, which only the office sees (catalog.catalog_codes)."""
    found = list(versions[:2])
    if len({one.catalog_id for one in found}) > 1:
        raise NoSuchSide(_("Several insurers have a list %(code)s; say whose, as OWNER:CODE.") % {"code": named.code})
    return found[0] if found else None


class Comparison(NamedTuple):
    """Two sides and what differs between them."""

    left: Side
    right: Side
    by: By
    results: Sequence[Result]
    counts: Mapping[str, int]

    def of_kind(self, kind: str, text: str = "") -> Sequence[Result]:
        """Return the results of one kind ('' for all) whose drug's name holds a text."""
        wanted = norm(text)
        if not kind and not wanted:
            return self.results
        return [one for one in self.results if kind in ("", one.kind) and wanted in one.drug]


# What is compared, by what, by which names of drugs → the results: for the next pages.
_kept: LruCache[tuple[Any, ...], tuple[Sequence[Result], Mapping[str, int]]] = LruCache(
    KEPT, weight=lambda kept: len(kept[0])
)


def compare_sides(
    left: Side, right: Side, *, by: By, seen: Observation, names: frozenset[str] | None = None
) -> Comparison:
    """Compare two sides; drugs are recognised on both as they were known at the later of the two instants.

    `names`: only the entries with these base names, '' for those that name no drug.
    """
    known_at = max(left.known_at, right.known_at)
    known = ("now", seen.revision) if known_at == seen.known_at else ("then", known_at)
    key = (left.key, right.key, by, known, names)
    kept = _kept.get(key)
    if kept is None:
        results = _compared(left, right, by, known_at, names)
        kept = results, counted(results)
        _kept.put(key, kept)
    return Comparison(left, right, by, *kept)


def _compared(left: Side, right: Side, by: By, known_at: datetime, among: frozenset[str] | None) -> list[Result]:
    lights = [[] if side.empty else _lights(side, among, diseases=by == "drug_indication") for side in (left, right)]
    names = {one.drug for side in lights for one in side}
    known = drug_names(names, known_at=known_at)
    others = {name: drug for name in names if (drug := known.drug_of(name)) != name}
    if others:
        lights = [[one._replace(drug=others.get(one.drug, one.drug)) for one in side] for side in lights]
    return compare_lists(
        *lights,
        by=by,
        one_catalog=left.version.catalog_id == right.version.catalog_id,
        rows=_Rows(),
        forms=dosage_forms(),
        complete_for=(left.complete_for, right.complete_for),
    )


def _lights(side: Side, among: frozenset[str] | None, *, diseases: bool) -> list[Light]:
    """Return a side's entries in the order of the file; what names no drug is told from any name by the space before it."""
    columns = [
        f"id, entry_code, CASE WHEN base_name = '' THEN ' ' || lower({_NAMELESS}) ELSE base_name END, class_code, row_hash"
    ]
    if diseases:
        columns += [
            "icd10",
            f"CASE WHEN icd10 <> '{{}}' THEN '' WHEN indication <> '' THEN indication WHEN {_UNRESTRICTED} THEN restriction ELSE '' END",
        ]
    asked = f"SELECT {', '.join(columns)} FROM catalog_catalogentry WHERE version_id = %(version)s"  # noqa: S608
    if side.day:
        asked += _ON_DAY
    if among is not None:
        asked += " AND base_name = ANY(%(among)s)"
    with connection.cursor() as cursor:
        given = {"version": side.version.pk, "day": side.day, "among": sorted(among or ())}
        cursor.execute(f"{asked} ORDER BY row_no, entry_code", given)
        lights = list(starmap(Light, cursor.fetchall()))
    return [one._replace(text=as_read(one.text)) if one.text else one for one in lights]


class _Rows:
    """The entries in the database; read by hand, since the ORM takes as long again."""

    def read(self, ids: Sequence[int], columns: Sequence[str] = COLUMNS) -> dict[int, dict[str, Any]]:
        asked = f"SELECT id, {', '.join(columns)} FROM catalog_catalogentry WHERE id = ANY(%s)"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(asked, [list(ids)])
            return {pk: dict(zip(columns, values, strict=True)) for pk, *values in cursor.fetchall()}

    def hashes(self, ids: Sequence[int]) -> dict[int, Hashes]:
        asked = (
            f"SELECT id, md5(ROW({', '.join(_TERMS)})::text), md5(ROW({', '.join(_REMARKS)})::text),"  # noqa: S608
            f" hashtextextended(ROW({', '.join(PLAIN)})::text, 0) FROM catalog_catalogentry WHERE id = ANY(%s)"
        )
        with connection.cursor() as cursor:
            cursor.execute(asked, [list(ids)])
            return {pk: Hashes(*hashes) for pk, *hashes in cursor.fetchall()}


class Shown(NamedTuple):
    """A result with its entries, in the order of their files, and these in pairs."""

    result: Result
    left: Sequence[Entry]
    right: Sequence[Entry]
    pairs: Sequence[Pair]

    @property
    def weight(self) -> Weight | None:
        """The greatest weight of what differs; None where nothing does."""
        return weight_of(self.pairs)


def show(comparison: Comparison, results: Iterable[Result]) -> list[Shown]:
    """Return some results with their whole entries; one statement."""
    results = list(results)
    versions = comparison.left.version.pk, comparison.right.version.pk
    codes = {code for one in results for code in (*one.left, *one.right)}
    rows = CatalogEntry.objects.filter(version__in=versions, entry_code__in=codes).values("version_id", "id", *COLUMNS)
    entries = {(row.pop("version_id"), row["entry_code"]): row for row in rows}
    forms = dosage_forms()
    found = []
    for one in results:
        left, right = (
            [entries[version, code] for code in side]
            for version, side in zip(versions, (one.left, one.right), strict=True)
        )
        found.append(Shown(one, left, right, pairs_of(left, right, by=comparison.by, forms=forms)))
    return found


def show_all(comparison: Comparison, results: Sequence[Result], chunk: int = 500) -> Iterator[Shown]:
    """Yield any number of results with their entries, some hundred at a time."""
    for start in range(0, len(results), chunk):
        yield from show(comparison, results[start : start + chunk])


def timeline_of(catalog: Catalog, known_at: datetime) -> tuple[list[CatalogVersion], list[Segment[Any]]]:
    """Return the versions of a catalog published by an instant, withdrawn ones too, by their first day, and the segments of both clocks."""
    versions: list[Any] = list(
        catalog.versions.filter(published_at__lte=known_at).order_by("effective_from", "published_at", "id")
    )
    return versions, segments(versions, known_at)
