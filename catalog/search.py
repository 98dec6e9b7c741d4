"""Searching entries and drugs by a part of a name, brand or maker, by pinyin, initials or the start of a code (spec api.md, `q`).

The texts of a version never change under one checksum, so they are held in the process, by checksum, as many as there is room for, and
those of a large one in a file that all processes read (catalog.search_files); which drugs are known changes with the revision (catalog.clock),
and their texts are read anew where there are others.
"""

import threading
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection
from django.db.models import Q

from catalog import search_files
from catalog.clock import china_today
from catalog.models import CatalogVersion
from catalog.queries import visible_drugs
from catalog.text_index import TextIndex, Texts
from common.kept import KeptBySize

# An entry takes about 150 bytes: all indexes together stay below 100 MB a process, or are one version's alone.
ENTRIES_KEPT = 500_000
RESULTS_KEPT = 1_000_000  # rows of recent answers, for their next pages: 4 MB
VISIBLE_KEPT = 5_000_000  # one byte for each drug an insurer may or may not see: 5 MB
# Fewer entries are read and built about as fast as a request is answered.
ENTRIES_WORTH_A_FILE = 5_000
# More are built only when somebody searches there: it takes about 1 KB of memory an entry for the time being.
ENTRIES_PREPARED_AT_MOST = 200_000
PREPARED_AFTER_PUBLICATION = timedelta(days=30)
_ROWS_A_TIME = 5_000


class _Index:
    """A text index, as large as its rows."""

    def __init__(self, index: TextIndex) -> None:
        self.index = index

    def __len__(self) -> int:
        return self.index.rows


_indexes: KeptBySize[str, _Index] = KeptBySize(ENTRIES_KEPT)
_results: "KeptBySize[tuple[str, str], array[int]]" = KeptBySize(RESULTS_KEPT)
_building = threading.Lock()


def forget() -> None:
    """Drop everything that is kept in the process."""
    global _drugs
    _indexes.clear()
    _visible.clear()
    _drugs = None
    forget_results()


def forget_results() -> None:
    """Drop the answers that are kept for their next pages."""
    _results.clear()


class Found:
    """What was found, best first: a sequence of keys (entry codes, or drug ids)."""

    def __init__(self, index: TextIndex, ordinals: "array[int]") -> None:
        self._index, self._ordinals = index, ordinals

    def __len__(self) -> int:
        return len(self._ordinals)

    def __getitem__(self, part: slice) -> list[str]:
        return [self._index.key(ordinal) for ordinal in self._ordinals[part]]

    def only(self, kept: Callable[[list[str]], set[str]]) -> "Found":
        """Return those of them that `kept` returns when it is given all keys, in the same order."""
        remaining = kept(self[:])
        key = self._index.key
        return Found(self._index, array("I", [ordinal for ordinal in self._ordinals if key(ordinal) in remaining]))


class Version(Protocol):
    """What a search must know of a version."""

    @property
    def pk(self) -> int: ...

    @property
    def checksum(self) -> str: ...


def entries_matching(version: Version, text: str) -> Found:
    """Return the codes of the version's entries that have the text, best first."""
    key = version.checksum
    if not key:  # not loaded yet: nothing to hold on to
        index = _entry_index(version.pk)
        return Found(index, index.find(text))
    held = _indexes.get(key)
    if held is None:
        with _building:  # two at once would need twice the memory
            held = _indexes.get(key)
            if held is None:
                held = _Index(search_files.read(key) or _made(version))
                _indexes.put(key, held)
    ordinals = _results.get((key, text))
    if ordinals is None:
        ordinals = held.index.find(text)
        _results.put((key, text), ordinals)
    return Found(held.index, ordinals)


def prepare(*, at: datetime) -> None:
    """Write the file of the newest published version that is to have one and has none yet, before anybody searches there."""
    lately = Q(published_at__gt=at - PREPARED_AFTER_PUBLICATION)
    in_force = Q(pk__in=CatalogVersion.objects.in_force(china_today(at), at).values("pk"))
    large = CatalogVersion.objects.filter(
        lately | in_force,
        state=CatalogVersion.State.PUBLISHED,
        entry_count__range=(ENTRIES_WORTH_A_FILE, ENTRIES_PREPARED_AT_MOST),
    )
    for version in large.order_by("-published_at", "-pk"):
        if search_files.claim(version.checksum):
            _made(version)
            return


def _made(version: Version) -> TextIndex:
    """Build the version's index, and write its file where that is worth it."""
    index = _entry_index(version.pk)
    if index.rows >= ENTRIES_WORTH_A_FILE and _holds(version, index):
        search_files.write(version.checksum, index)
    return index


def _holds(version: Version, index: TextIndex) -> bool:
    """Tell whether these are the texts of the version's checksum: a draft may have been loaded anew in the meantime."""
    now = CatalogVersion.objects.filter(pk=version.pk, checksum=version.checksum, entry_count=index.rows)
    return now.exists()


def _entry_index(version_id: int) -> TextIndex:
    return TextIndex(
        Texts(
            key=code,
            names=(name, brand),
            codes=(code, national_code, approval, class_code),
            sounds=(*pinyin.split(" "), *initials.split(" ")),
            makers=(maker,),
        )
        for code, name, brand, maker, national_code, approval, class_code, pinyin, initials in _rows(
            "SELECT entry_code, generic_name, brand_name, manufacturer, national_code, approval_key, class_code, pinyin, initials"
            ' FROM catalog_catalogentry WHERE version_id = %s ORDER BY entry_code COLLATE "C"',
            [version_id],
        )
    )


def _rows(sql: str, values: list[object]) -> Iterator[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_ROWS_A_TIME):
            yield from rows


# (revision, what the tables held, the index)
_drugs: tuple[int, tuple[object, ...], TextIndex] | None = None


class _Visible:
    """Which drugs of an index an insurer may see, at a revision: one byte a drug."""

    def __init__(self, index: TextIndex, revision: int, ids: set[str]) -> None:
        self.index, self.revision = index, revision
        self.drugs = bytearray(index.key(ordinal) in ids for ordinal in range(index.rows))

    def __len__(self) -> int:
        return len(self.drugs)


_visible: KeptBySize[int, _Visible] = KeptBySize(VISIBLE_KEPT)


def drugs_matching(text: str, *, insurer_id: int | None, revision: int) -> Found:
    """Return the ids of the drugs that have the text and that the insurer may see (None: the catalog office, all), best first."""
    index = _drug_index(revision)
    ordinals = index.find(text)
    if insurer_id is None:
        return Found(index, ordinals)
    seen = _visible.get(insurer_id)
    if seen is None or seen.revision != revision or seen.index is not index:
        seen = _Visible(index, revision, set(visible_drugs(insurer_id).values_list("pk", flat=True)))
        _visible.put(insurer_id, seen)
    drugs = seen.drugs
    return Found(index, array("I", [ordinal for ordinal in ordinals if drugs[ordinal]]))


def _drug_index(revision: int) -> TextIndex:
    global _drugs
    held = _drugs
    if held is not None and held[0] == revision:
        return held[2]
    with _building:
        (state,) = _rows(_DRUGS_STATE, [])
        if held is None or held[1] != state:
            held = (revision, state, _read_drugs())
        _drugs = (revision, state, held[2])
        return held[2]


_DRUGS_STATE = (
    "SELECT (SELECT count(*) FROM catalog_drug), (SELECT max(id) FROM catalog_drugproduct),"
    " (SELECT max(recorded_to) FROM catalog_drugproduct)"
)


def _read_drugs() -> TextIndex:
    return TextIndex(
        Texts(
            key=pk,
            names=(name, base_name, *names),
            codes=tuple(codes),
            sounds=(pinyin, initials),
            makers=tuple(makers),
        )
        for pk, name, base_name, pinyin, initials, names, codes, makers in _rows(
            "SELECT d.id, d.generic_name, d.base_name, d.pinyin, d.initials, coalesce(p.brands, '{}') || coalesce(a.aliases, '{}'),"
            " coalesce(p.codes, '{}'), coalesce(p.makers, '{}') FROM catalog_drug d LEFT JOIN ("
            "  SELECT drug_id, array_agg(DISTINCT brand_name)::text[] AS brands, array_agg(DISTINCT manufacturer)::text[] AS makers,"
            "   array_agg(national_code)::text[] || array_agg(approval_key)::text[] AS codes"
            "  FROM catalog_drugproduct WHERE recorded_to IS NULL GROUP BY drug_id"
            " ) p ON p.drug_id = d.id LEFT JOIN ("
            "  SELECT drug_id, array_agg(DISTINCT alias)::text[] AS aliases"
            "  FROM catalog_drugproduct, unnest(aliases) alias WHERE recorded_to IS NULL GROUP BY drug_id"
            ' ) a ON a.drug_id = d.id ORDER BY d.base_name COLLATE "C"',
            [],
        )
    )
