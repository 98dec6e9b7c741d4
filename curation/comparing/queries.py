"""Comparing what the database holds: sides found as their asker may see them, compared, and the results with their whole entries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from catalog.clock import Observation, china_today
from catalog.diff import Entry, Weight
from catalog.entries import COLUMNS
from catalog.known import dosage_forms, drug_names
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.cache import LruCache
from common.errors import Refused
from common.text import as_read, norm
from curation.comparing.compare import Pair, Result, compare_lists, pairs_of, weight_of
from curation.comparing.sides import By, Light, Named
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
    """One side of a comparison: a version, and the day on which its entries' agreements count (None: all count), as known at an instant."""

    version: CatalogVersion
    day: date | None
    known_at: datetime

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells this side's entries from any other's."""
        return self.version.pk, self.version.checksum, self.day


def find_side(
    named: Named, *, insurer_id: int | None, seen: Observation, day: date | None, known_at: datetime | None
) -> Side:
    """Return a side as its asker may see it (None: the catalog office); raises NoSuchSide, NothingInForce.

    `CODE` is the version in force on the day (today) as known at the instant (now). `CODE@LABEL` is that version whatever its days and also when it
    is withdrawn, from the instant at which it was published; entries whose agreement is over count unless a day is given. Drafts are the office's
    and the owner's.
    """
    catalog = Catalog.objects.visible_to(insurer_id).filter(code=named.code).first()
    if catalog is None:
        raise NoSuchSide(_("There is no catalog %(code)s.") % {"code": named.code})
    versions = catalog.versions.select_related("catalog", "catalog__series")
    then = known_at or seen.known_at
    if not named.label:
        day = day or china_today(seen.known_at)
        version = versions.in_force(day, then).first()
        if version is None:
            told = _("No version of %(code)s was in force on %(day)s.")
            raise NothingInForce(told % {"code": named.code, "day": day.isoformat()})
        return Side(version, day, then)
    if insurer_id is not None and catalog.owner_id != insurer_id:
        versions = versions.open_to_readers(china_today(seen.known_at))
    version = versions.filter(label=named.label).first()
    if version is None or (known_at and version.published_at and version.published_at > known_at):
        raise NoSuchSide(_("The catalog %(code)s has no version %(label)s.") % named._asdict())
    return Side(version, day, then)


class Comparison(NamedTuple):
    """Two sides and what differs between them."""

    left: Side
    right: Side
    by: By
    results: Sequence[Result]

    def of_kind(self, kind: str, text: str = "") -> Sequence[Result]:
        """Return the results of one kind ('' for all) whose drug's name holds a text."""
        wanted = norm(text)
        if not kind and not wanted:
            return self.results
        return [one for one in self.results if kind in ("", one.kind) and wanted in one.drug]


# What is compared, by what, by which names of drugs → the results: for the next pages.
_kept: LruCache[tuple[Any, ...], Sequence[Result]] = LruCache(KEPT, weight=len)


def compare_sides(left: Side, right: Side, *, by: By, seen: Observation) -> Comparison:
    """Compare two sides; drugs are recognised on both as they were known at the later of the two instants."""
    known_at = max(left.known_at, right.known_at)
    known = ("now", seen.revision) if known_at == seen.known_at else ("then", known_at)
    key = (left.key, right.key, by, known)
    results = _kept.get(key)
    if results is None:
        results = _compared(left, right, by, known_at)
        _kept.put(key, results)
    return Comparison(left, right, by, results)


def _compared(left: Side, right: Side, by: By, known_at: datetime) -> list[Result]:
    rows = [_rows(side, diseases=by == "drug_indication") for side in (left, right)]
    names = {name for side in rows for _id, _code, name, *_rest in side if name}
    drugs = {"": ""}
    known = drug_names(names, known_at=known_at)
    drugs |= {name: known.drug_of(name) for name in names}
    lights = [[_light(row, drugs) for row in side] for side in rows]
    return compare_lists(
        *lights,
        by=by,
        one_catalog=left.version.catalog_id == right.version.catalog_id,
        read=read,
        forms=dosage_forms(),
        complete_for=(left.version.complete_for, right.version.complete_for),
    )


def _rows(side: Side, *, diseases: bool) -> list[tuple[Any, ...]]:
    """Return what tells entries apart, in the order of the file; hashes are made by the database, which holds the rows."""
    columns = [
        "id, entry_code, base_name, class_code, row_hash",
        f"decode(md5(ROW({', '.join(_TERMS)})::text), 'hex')",
        f"decode(md5(ROW({', '.join(_REMARKS)})::text), 'hex')",
        f"hashtextextended(ROW({', '.join(PLAIN)})::text, 0)",
        f"CASE WHEN base_name = '' THEN {_NAMELESS} END",
    ]
    if diseases:
        columns += [
            "icd10",
            "CASE WHEN icd10 = '{}' THEN indication ELSE '' END",
            f"CASE WHEN icd10 = '{{}}' AND {_UNRESTRICTED} THEN restriction ELSE '' END",
        ]
    asked = f"SELECT {', '.join(columns)} FROM catalog_catalogentry WHERE version_id = %(version)s"  # noqa: S608
    if side.day:
        asked += _ON_DAY
    with connection.cursor() as cursor:
        cursor.execute(f"{asked} ORDER BY row_no, entry_code", {"version": side.version.pk, "day": side.day})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _light(row: tuple[Any, ...], drugs: Mapping[str, str]) -> Light:
    pk, code, name, class_code, whole, terms, remarks, plain, nameless, *diseases = row
    # What names no drug is told apart from any name by the space before it: no base name has one.
    drug = drugs[name] or f" {norm(nameless)}"
    icd10, indication, restriction = diseases or ((), "", "")
    text = as_read(indication) or as_read(restriction) if indication or restriction else ""
    return Light(pk, code, drug, class_code, whole, terms, remarks, plain, tuple(icd10), text)


def read(ids: Sequence[int], columns: Sequence[str] = COLUMNS) -> dict[int, dict[str, Any]]:
    """Return entries by their ids, whole or some columns of them; by hand, since the ORM takes as long again."""
    asked = f"SELECT id, {', '.join(columns)} FROM catalog_catalogentry WHERE id = ANY(%s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked, [list(ids)])
        return {pk: dict(zip(columns, values, strict=True)) for pk, *values in cursor.fetchall()}


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
    """Return some results with their whole entries; two statements."""
    results = list(results)
    sides = [
        _entries(comparison.left, (code for one in results for code in one.left)),
        _entries(comparison.right, (code for one in results for code in one.right)),
    ]
    forms = dosage_forms()
    found = []
    for one in results:
        left, right = [sides[0][code] for code in one.left], [sides[1][code] for code in one.right]
        found.append(Shown(one, left, right, pairs_of(left, right, by=comparison.by, forms=forms)))
    return found


def show_all(comparison: Comparison, results: Sequence[Result], chunk: int = 500) -> Iterator[Shown]:
    """Yield any number of results with their entries, some hundred at a time."""
    for start in range(0, len(results), chunk):
        yield from show(comparison, results[start : start + chunk])


def _entries(side: Side, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    asked = list(codes)
    if not asked:
        return {}
    rows = CatalogEntry.objects.filter(version=side.version, entry_code__in=asked).values("id", *COLUMNS)
    return {row["entry_code"]: row for row in rows}


def timeline_of(catalog: Catalog, known_at: datetime) -> tuple[list[CatalogVersion], list[Segment[Any]]]:
    """Return the versions of a catalog published by an instant, withdrawn ones too, by their first day, and the segments of both clocks."""
    versions: list[Any] = list(
        catalog.versions.filter(published_at__lte=known_at).order_by("effective_from", "published_at", "id")
    )
    return versions, segments(versions, known_at)
