"""A version → what is judged by: its entries compiled and indexed.

A version of usual size is compiled whole, once. Of a very large one only the entries of the drugs and classes that are asked about are, and those
that name no drug. Whoever judges sees no difference: what either way holds of these drugs and classes is the same.
"""

from collections.abc import Collection, Iterable, Iterator
from threading import Lock
from typing import Any

from django.db import connection

from catalog import known_drugs
from catalog.models import CatalogEntry
from catalog.vocabularies import EXCLUDING_KINDS
from claims.eligibility import CompiledVersion, Indexes, Selectors, compile_entry, index_entries
from claims.eligibility.compiled import CLASS_LENGTH, by_sort_key
from claims.eligibility.compiling import COLUMNS_READ
from claims.eligibility.diagnosis_match import DiseaseCodes
from claims.eligibility.entry import Entry
from claims.facts.caches import Store, kept_or_made
from claims.facts.products import Reference

# The national list (5,133 entries) takes a fifth of a second to read and compile (40 µs an entry): the first question after a start waits for
# it, once, and at this bound less than half a second. Larger lists name single products; of these a question concerns few.
WHOLE_AT_MOST = 10_000
# Several threads that find a list missing at the same moment would each compile it, and take the interpreter from each other.
_one_at_a_time = Lock()
NOTHING = Selectors()


class IncompletelyRead(RuntimeError):
    """Fewer or more entries were read than a version has: never to be judged by, still less to be kept for others."""


def compiled(
    references: Collection[Reference],
    names: Iterable[str],
    classes: Iterable[tuple[str, str]],
    store: Store[Any, Any],
) -> dict[Reference, CompiledVersion]:
    """Return the versions with at least the entries of these base names, those of these classes and heads (see `index_by_class`), and those
    that name no drug: from the store, the rest in at most five statements."""
    whole = [reference for reference in references if reference.entries <= WHOLE_AT_MOST]
    large = [reference for reference in references if reference.entries > WHOLE_AT_MOST]
    indexes = _whole(whole, store)
    if large:
        indexes |= _partly(large, names, classes, store)
    return {reference: _version(reference, indexes[_key(reference)]) for reference in references}


def _key(reference: Reference) -> tuple[str, str]:
    """Return what compiling depends on: equal entries in lists of one kind are compiled alike, whatever the version's label and days."""
    return reference.checksum, reference.kind


def _version(reference: Reference, indexes: Indexes) -> CompiledVersion:
    assert reference.published_at is not None, "a draft is laid over as if published"
    return CompiledVersion(
        catalog=reference.catalog,
        kind=reference.kind,
        series=reference.series,
        label=reference.label,
        checksum=reference.checksum,
        effective_from=reference.effective_from,
        effective_to=reference.effective_to,
        published_at=reference.published_at,
        withdrawn_at=reference.withdrawn_at,
        complete_for=reference.complete_for,
        by_name=indexes.by_name,
        selectors=indexes.selectors,
        by_class=indexes.by_class,
    )


def _read(references: Iterable[Reference], **which: Any) -> Iterator[tuple[Reference, Entry]]:
    """Yield entries of the versions, compiled, in no order."""
    by_id = {reference.pk: reference for reference in references}
    forms = known_drugs.dosage_forms()
    rows = CatalogEntry.objects.filter(version__in=by_id, **which).order_by().values("version_id", *COLUMNS_READ)
    for row in rows:
        reference = by_id[row.pop("version_id")]
        yield reference, compile_entry(row, forms, reference.kind)


def _whole(references: Iterable[Reference], store: Store[Any, Any]) -> dict[tuple[str, str], Indexes]:
    lists = {_key(reference): reference for reference in references}

    def compile_missing(missing: list[tuple[str, str]]) -> dict[tuple[str, str], Indexes]:
        found: dict[tuple[str, str], list[Entry]] = {key: [] for key in missing}
        for reference, entry in _read(lists[key] for key in missing):
            found[_key(reference)].append(entry)
        for key, entries in found.items():
            if len(entries) != lists[key].entries:
                raise IncompletelyRead(f"version {lists[key].pk}: {len(entries)} of {lists[key].entries} entries")
        return {key: index_entries(entries, lists[key].kind) for key, entries in found.items()}

    def make(missing: list[tuple[str, str]]) -> dict[tuple[str, str], Indexes]:
        with _one_at_a_time:
            return kept_or_made(store, missing, compile_missing)

    return kept_or_made(store, lists, make)


# --- Very large versions, by parts: (checksum, kind, name) or (checksum, kind, class, head) → entries


Part = tuple[str, ...]


def _partly(
    references: Iterable[Reference], names: Iterable[str], classes: Iterable[tuple[str, str]], store: Store[Any, Any]
) -> dict[tuple[str, str], Indexes]:
    lists = {_key(reference): reference for reference in references}

    def named(missing: list[Part]) -> dict[Part, tuple[Entry, ...]]:
        found: dict[Part, list[Entry]] = {part: [] for part in missing}
        asked = {lists[part[0], part[1]] for part in missing}
        for reference, entry in _read(asked, base_name__in={part[2] for part in missing}):
            if (listed := found.get((*_key(reference), entry.base_name))) is not None:
                listed.append(entry)
        return {part: _in_order(listed) for part, listed in found.items()}

    def without_drug(missing: list[Part]) -> dict[Part, Indexes]:
        return {part: index_entries(entries, lists[part[0], part[1]].kind) for part, entries in named(missing).items()}

    def of_class(missing: list[Part]) -> dict[Part, tuple[Entry, ...]]:
        found: dict[Part, list[Entry]] = {part: [] for part in missing}
        asked = {lists[part[0], part[1]] for part in missing}
        ids = _ids_of_class(asked, {part[2:] for part in missing})
        for reference, entry in _read(asked, pk__in=ids) if ids else ():
            for head in entry.icd10.heads():
                if (listed := found.get((*_key(reference), entry.class_code[:CLASS_LENGTH], head))) is not None:
                    listed.append(entry)
        return {part: _in_order(listed) for part, listed in found.items()}

    paying = [key for key in lists if key[1] not in EXCLUDING_KINDS]
    by_name = kept_or_made(store, [(*key, name) for key in lists for name in names], named)
    selectors = kept_or_made(store, [(*key, "") for key in lists if key[1] in EXCLUDING_KINDS], without_drug)
    by_class = kept_or_made(store, [(*key, *one) for key in paying for one in classes], of_class)
    found = {
        key: Indexes({}, {}, selectors[*key, ""].selectors if (*key, "") in selectors else NOTHING) for key in lists
    }
    for (checksum, kind, name), entries in by_name.items():
        if entries:
            found[checksum, kind].by_name[name] = entries
    for (checksum, kind, cls, head), entries in by_class.items():
        if entries:
            found[checksum, kind].by_class[cls, head] = entries
    return found


def _in_order(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=by_sort_key))


# A class of a large list holds thousands of entries, of which a disease concerns a handful.
_DISEASES = """
SELECT left(class_code, %s), icd10, array_agg(id) FROM catalog_catalogentry
WHERE version_id = ANY(%s) AND left(class_code, %s) = ANY(%s) AND base_name <> '' GROUP BY 1, 2
"""


def _ids_of_class(references: Iterable[Reference], asked: set[tuple[str, ...]]) -> list[int]:
    """Return the ids of the entries of the versions that stand under one of these classes and heads (see `index_by_class`)."""
    versions, classes = [reference.pk for reference in references], [cls.upper() for cls, _head in asked]
    with connection.cursor() as cursor:
        cursor.execute(_DISEASES, [CLASS_LENGTH, versions, CLASS_LENGTH, classes])
        return [
            entry
            for cls, codes, ids in cursor.fetchall()
            if any((cls.lower(), head) in asked for head in DiseaseCodes.of(codes).heads())
            for entry in ids
        ]
