"""Reading the matrix: which drugs several lists name on a day, found and filtered, and the cells of one page of them.

A page reads the entries of its own drugs, by their names. Which drugs there are is read once a version, day and filter, as one text, and kept: a
published version never changes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from catalog.agreement_period import on_day
from catalog.drug_aliases import Aliases, aliases_at
from catalog.drugs.base_names import drug_id
from catalog.drugs.knowledge import Identity
from catalog.drugs.recognise import Recognition
from catalog.entry_filter import of_class, under_diagnosis
from catalog.known_drugs import dosage_forms, knowledge_of
from catalog.marks_and_approvals import with_mark
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug
from catalog.search import drugs_matching
from catalog.vocabularies import EXCLUDING_KINDS
from claims.eligibility.compiling import COLUMNS_READ
from common.cache import LruCache
from curation.comparing.matrix import Cell, ListedEntry, cell_of, selects, ways_known

MOST_LISTS: Final = 20
_READ: Final = (*COLUMNS_READ, "reimbursement_class")
_APART: Final = "\n"  # no base name holds one
# (checksum, kind, day, filters) → the base names of the entries; these keys, instant of the aliases → the drugs of all of them, in order.
_NAMES_KEPT: Final = 2_000_000


def _weight(names: list[str]) -> int:
    return len(names) + 20  # an empty answer takes its place too


_names: LruCache[tuple[Any, ...], list[str]] = LruCache(_NAMES_KEPT, weight=_weight)
_drugs: LruCache[tuple[Any, ...], list[str]] = LruCache(_NAMES_KEPT, weight=_weight)


class UnknownCatalog(LookupError):
    """A list that the asker may not see, or that there is not; its code is the argument."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which drugs are wanted: those with an entry in one of the lists that meets all of this; what is empty is not asked.

    `text` is any name or code of the drug; `icd10` one diagnosis; `institution_level` a level at which the entry may be used.
    """

    text: str = ""
    class_code: str = ""
    mark: str = ""
    icd10: str = ""
    institution_level: int | None = None


@dataclass(frozen=True, slots=True)
class ListOnDay:
    """A list, its version in force on the day (None where there is none), and what whoever asked called it."""

    catalog: Catalog
    version: CatalogVersion | None
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A drug, and how each list takes it, by the list's code."""

    drug: str
    id: str
    name: str
    class_codes: tuple[str, ...]
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The drugs that lists name on a day as known at an instant: a sequence of base names, and their rows page by page."""

    lists: Sequence[ListOnDay]
    day: date
    known_at: datetime
    insurer_id: int | None
    aliases: Aliases
    drugs: Sequence[str]

    def __len__(self) -> int:
        return len(self.drugs)

    def __getitem__(self, part: slice) -> list[str]:
        return list(self.drugs[part])

    def rows(self, drugs: Collection[str]) -> list[Row]:
        """Return the rows of these drugs, in their order; at most six statements."""
        versions = {one.version.pk: one for one in self.lists if one.version}
        entries = _entries_of(versions, self.aliases, drugs)
        called = dict(Drug.objects.filter(base_name__in=drugs).values_list("base_name", "generic_name"))
        named = {drug: called.get(drug, drug) for drug in drugs}
        selected = self._selected(versions, named)
        rows = []
        for drug in drugs:
            found = entries.get(drug, {})
            cells = {
                one.name: cell_of(
                    chain(found.get(one.version.pk, ()), selected.get((one.version.pk, drug), ()))
                    if one.version
                    else (),
                    one.catalog.kind,  # type: ignore[arg-type]
                    self.day,
                )
                for one in self.lists
            }
            there = (one.entry for listed in found.values() for one in listed if one.entry.in_force_on(self.day))
            classes = sorted({one.class_code.upper() for one in there if one.class_code})
            rows.append(Row(drug, drug_id(drug), named[drug], tuple(classes), cells))
        return rows

    def _selected(
        self, versions: Mapping[int, ListOnDay], named: Mapping[str, str]
    ) -> dict[tuple[int, str], list[ListedEntry]]:
        """Return what excluding lists select without naming a drug, by version and drug; `named` are base names → generic names."""
        excluding = [pk for pk, one in versions.items() if one.catalog.kind in EXCLUDING_KINDS]
        rows = _rows_of(excluding, [""], self.day) if excluding else []
        if not rows:
            return {}
        forms = dosage_forms()
        selectors = [(pk, ListedEntry.of(row, forms, versions[pk].catalog.kind)) for pk, row in rows]  # type: ignore[arg-type]
        known = _known_as(named, self.insurer_id, self.known_at)
        found: dict[tuple[int, str], list[ListedEntry]] = {}
        for drug in named:
            for pk, one in selectors:
                if selects(one.entry, known[drug], forms):
                    found.setdefault((pk, drug), []).append(one)
        return found


def _known_as(named: Mapping[str, str], insurer_id: int | None, known_at: datetime) -> dict[str, list[Recognition]]:
    """Return the ways in which each drug is known: by its name, with the classes that lists and master give it, and as each of its products."""
    identities = [Identity.of(generic_name=name) for name in named.values()]
    knowledge = knowledge_of(identities, insurer_id=insurer_id, known_at=known_at)
    return {drug: ways_known(drug, knowledge) for drug in named}


def _entries_of(
    versions: Mapping[int, ListOnDay], aliases: Aliases, drugs: Collection[str]
) -> dict[str, dict[int, list[ListedEntry]]]:
    """Return the entries of these drugs, by drug and version, outside their own days too."""
    forms = dosage_forms()
    found: dict[str, dict[int, list[ListedEntry]]] = {}
    for pk, row in _rows_of(versions, aliases.names_of(drugs)):
        entry = ListedEntry.of(row, forms, versions[pk].catalog.kind)  # type: ignore[arg-type]
        found.setdefault(aliases.drug_of(entry.entry.base_name), {}).setdefault(pk, []).append(entry)
    return found


def _rows_of(
    versions: Collection[int], names: Collection[str], day: date | None = None
) -> list[tuple[int, dict[str, Any]]]:
    if not versions or not names:
        return []
    rows = CatalogEntry.objects.filter(version__in=list(versions), base_name__in=list(names)).order_by()
    if day:
        rows = rows.filter(on_day(day))
    return [(row.pop("version_id"), row) for row in rows.values("version_id", *_READ)]


def matrix_of(
    codes: Iterable[str], *, insurer_id: int | None, day: date, known_at: datetime, revision: int, wanted: Wanted
) -> Matrix:
    """Return the matrix of some lists on a day as known at an instant, for an insurer (None: the office).

    `revision` is that of the observation that `known_at` lies not after. Raises UnknownCatalog.
    """
    lists = lists_on(codes, insurer_id=insurer_id, day=day, known_at=known_at)
    aliases = aliases_at(known_at)
    drugs = _drugs_of(lists, aliases, known_at, day, wanted)
    if wanted.text:
        found = _drugs_called(wanted.text, aliases, insurer_id=insurer_id, revision=revision)
        drugs = [drug for drug in drugs if drug in found]
    return Matrix(lists, day, known_at, insurer_id, aliases, drugs)


def lists_on(codes: Iterable[str], *, insurer_id: int | None, day: date, known_at: datetime) -> list[ListOnDay]:
    """Return these lists, each with its version in force on the day; raises UnknownCatalog."""
    asked = list(dict.fromkeys(codes))
    catalogs = Catalog.objects.meant_by(asked, insurer_id)
    for code in asked:
        if code not in catalogs:
            raise UnknownCatalog(code)
    versions = CatalogVersion.objects.filter(catalog__in=[one.pk for one in catalogs.values()])
    in_force = {version.catalog_id: version for version in versions.in_force(day, known_at)}
    return [ListOnDay(catalogs[code], in_force.get(catalogs[code].pk), code) for code in asked]


def _drugs_of(lists: Sequence[ListOnDay], aliases: Aliases, known_at: datetime, day: date, wanted: Wanted) -> list[str]:
    """Return the drugs that the lists name on the day, by base name in code points; any text aside."""
    narrowed = replace(wanted, text="")
    if wanted.institution_level is not None:  # a list of what is not paid allows nothing, at no level
        lists = [one for one in lists if one.catalog.kind not in EXCLUDING_KINDS]
    keys = {one.version.pk: (one.version.checksum, one.version.pk, day, narrowed) for one in lists if one.version}
    key = (*keys.values(), known_at if aliases.owners else None)
    drugs = _drugs.get(key)
    if drugs is None:
        names = _names_in(keys, day, narrowed)
        # Each is in order already, which is what this sorting is quick at.
        drugs = names[0] if len(names) == 1 else list(dict.fromkeys(sorted(chain.from_iterable(names))))
        if not aliases.owners.keys().isdisjoint(drugs):
            drugs = sorted({aliases.drug_of(name) for name in drugs})
        _drugs.put(key, drugs)
    return drugs


def _names_in(keys: Mapping[int, tuple[Any, ...]], day: date, wanted: Wanted) -> list[list[str]]:
    """Return, for each of these versions, the base names of the entries that are wanted on a day, in code points; one statement at most."""
    kept = {pk: _names.get(key) for pk, key in keys.items()}
    missing = [pk for pk, names in kept.items() if names is None]
    if missing:
        entries = CatalogEntry.objects.filter(on_day(day), version__in=missing).exclude(base_name="")
        told = StringAgg("base_name", delimiter=_APART, distinct=True, order_by="base_name")
        found = dict(
            _narrowed(entries, wanted)
            .order_by()
            .values("version_id")
            .annotate(told=told)
            .values_list("version_id", "told")
        )
        for pk in missing:
            kept[pk] = found[pk].split(_APART) if pk in found else []
            _names.put(keys[pk], kept[pk])
    return [names or [] for names in kept.values()]


def drugs_named(versions: Iterable[CatalogVersion], day: date, aliases: Aliases) -> dict[int, frozenset[str]]:
    """Return the drugs, by base name, that each of some versions names on a day, by its id; one statement at most."""
    keys = {one.pk: (one.checksum, one.pk, day, Wanted()) for one in versions}
    named = zip(keys, _names_in(keys, day, Wanted()), strict=True)
    return {pk: frozenset(aliases.drug_of(name) for name in names) for pk, names in named}


def _narrowed(entries: QuerySet[CatalogEntry], wanted: Wanted) -> QuerySet[CatalogEntry]:
    if wanted.class_code:
        entries = of_class(entries, wanted.class_code)
    if wanted.mark:
        entries = with_mark(entries, wanted.mark)
    if wanted.icd10:
        entries = under_diagnosis(entries, wanted.icd10)
    if wanted.institution_level is not None:
        level = wanted.institution_level
        entries = entries.filter(Q(min_institution_level=None) | Q(min_institution_level__lte=level))
    return entries


def _drugs_called(text: str, aliases: Aliases, *, insurer_id: int | None, revision: int) -> set[str]:
    """Return the base names of the drugs that a text may mean."""
    ids = drugs_matching(text, insurer_id=insurer_id, revision=revision)[:]
    found = Drug.objects.filter(pk__in=RawSQL("SELECT unnest(%s::text[])", [ids]))  # noqa: S611
    return {aliases.drug_of(name) for name in found.values_list("base_name", flat=True)}
