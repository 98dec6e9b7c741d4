"""The one search, for pages and API: by a part of a name, brand or maker, by pinyin, initials, the start of a code or a diagnosis (api.md, `q`).

The texts of a version never change under one checksum, so they are held in the process, by checksum, as many as there is room for;
those of drugs by what the drug tables hold. A list of usual size (6,000 entries) is read in about a tenth of a second when somebody first searches
there, one of 200,000 in some seconds.
"""

import threading
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from django.db import connection

from catalog.catalog_codes import SHARED_ONLY
from catalog.drug_listings import visible_drugs
from catalog.importing.pinyin import sounds
from catalog.near_names import Name, nearest
from catalog.search_ranking import TextIndex, Texts
from common.cache import LruCache
from common.text import norm

# An entry takes about 150 bytes: all indexes together stay below 100 MB a process, or are one version's alone.
ENTRIES_KEPT = 500_000
RESULTS_KEPT = 1_000_000  # rows of recent answers, for their next pages: 4 MB
# Near names are sought one by one: as many as take about a tenth of a second.
NEAR_NAMES = 40_000
VISIBLE_KEPT = 5_000_000  # one byte for each drug an insurer may or may not see: 5 MB
_ROWS_A_TIME = 5_000


# A version's checksum → its texts.
_indexes: LruCache[str, TextIndex] = LruCache(ENTRIES_KEPT, weight=len)
# (checksum, text) → which entries have it.
_results: "LruCache[tuple[str, str], array[int]]" = LruCache(RESULTS_KEPT, weight=len)
_building = threading.Lock()


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
                held = _entry_index(version.pk)
                _indexes.put(key, held)
    ordinals = _results.get((key, text))
    if ordinals is None:
        ordinals = held.find(text)
        _results.put((key, text), ordinals)
    return Found(held, ordinals)


def _entry_index(version_id: int) -> TextIndex:
    return TextIndex(
        Texts(
            key=code,
            names=(name, brand),
            codes=(code, national_code, approval, class_code),
            sounds=(*pinyin.split(" "), *initials.split(" ")),
            makers=(maker,),
            diseases=tuple(diseases),
        )
        for code, name, brand, maker, national_code, approval, class_code, pinyin, initials, diseases in _rows(
            "SELECT entry_code, generic_name, brand_name, manufacturer, national_code, approval_key, class_code, pinyin, initials, icd10"
            ' FROM catalog_catalogentry WHERE version_id = %s ORDER BY entry_code COLLATE "C"',
            [version_id],
        )
    )


def _rows(sql: str, values: Any) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_ROWS_A_TIME):
            yield from rows


# Revision → what the tables held that drugs are found by; that, and whose lists → the texts of drugs.
_drug_states: LruCache[int, tuple[object, ...]] = LruCache(8)
_drugs: LruCache[tuple[object, ...], TextIndex] = LruCache(4)
# Revision → the insurers that have published lists of their own.
_owners: LruCache[int, frozenset[int]] = LruCache(8)
# The same → what drugs are called, for names that lie near.
_near: LruCache[tuple[object, ...], tuple[Name, ...]] = LruCache(4)


class _Visible:
    """Which drugs of an index an insurer may see, at a revision: one byte a drug."""

    def __init__(self, index: TextIndex, revision: int, ids: set[str]) -> None:
        self.index, self.revision = index, revision
        self.drugs = bytearray(index.key(ordinal) in ids for ordinal in range(len(index)))

    def __len__(self) -> int:
        return len(self.drugs)


_visible: LruCache[int, _Visible] = LruCache(VISIBLE_KEPT, weight=len)


def drugs_matching(text: str, *, insurer_id: int | None, revision: int) -> Found:
    """Return the ids of the drugs that have the text and that the insurer may see (None: the catalog office, all), best first.

    A drug is found by what the master and the published lists that the insurer may see call it: names, aliases, brands, makers, pinyin,
    initials, national codes and approval numbers.
    """
    index = _drug_index(revision, _whose(insurer_id, revision))
    ordinals = index.find(text)
    if insurer_id is None:
        return Found(index, ordinals)
    seen = _visible.get(insurer_id)
    if seen is None or seen.revision != revision or seen.index is not index:
        seen = _Visible(index, revision, set(visible_drugs(insurer_id).values_list("pk", flat=True)))
        _visible.put(insurer_id, seen)
    drugs = seen.drugs
    return Found(index, array("I", [ordinal for ordinal in ordinals if drugs[ordinal]]))


def drugs_near(text: str, *, insurer_id: int | None, revision: int, limit: int = 6) -> list[str]:
    """Return the ids of the drugs whose names lie nearest to a text that names none (catalog.near_names), of those the insurer may see."""
    whose = _whose(insurer_id, revision)
    key = (*_drug_state(revision), whose)
    names = _near.get(key)
    if names is None:
        with _building:
            names = _near.get(key) or _read_names(whose)
            _near.put(key, names)
    wanted = norm(text)
    found = nearest(wanted, sounds(wanted)[0], names, limit=limit * 2)
    if insurer_id is not None and found:
        seen = set(visible_drugs(insurer_id).filter(pk__in=found).values_list("pk", flat=True))
        found = [key for key in found if key in seen]
    return found[:limit]


def _read_names(whose: int | None) -> tuple[Name, ...]:
    """Return what drugs are called, with how it sounds: the names of the master's and the lists' drugs, aliases and brands."""
    brands = _rows(
        f"SELECT DISTINCT d.id, l.brand_name FROM ({_LISTED}) l JOIN catalog_drug d ON d.base_name = l.base_name"  # noqa: S608
        " WHERE l.brand_name <> '' ORDER BY 1, 2",
        {"all": whose is None, "owner": whose},
    )
    masters = _rows(
        "SELECT DISTINCT drug_id, called FROM catalog_drugproduct, unnest(aliases || brand_name) called"
        " WHERE recorded_to IS NULL AND called <> '' ORDER BY 1, 2",
        [],
    )
    named = [
        Name(pk, norm(name), pinyin)
        for pk, name, pinyin in _rows(
            "SELECT id, generic_name, pinyin FROM catalog_drug ORDER BY id LIMIT %s", [NEAR_NAMES]
        )
    ]
    for pk, called in (*brands, *masters):
        if len(named) >= NEAR_NAMES:
            break
        named.append(Name(pk, norm(called), sounds(called)[0]))
    return tuple(dict.fromkeys(named))


def _whose(insurer_id: int | None, revision: int) -> int | None:
    """Return whose lists an insurer's drugs are found by beside the shared ones: insurers without lists of their own share an index."""
    if insurer_id is None:
        return None
    owners = _owners.get(revision)
    if owners is None:
        owners = frozenset(owner for (owner,) in _rows(_OWNERS, []))
        _owners.put(revision, owners)
    return insurer_id if insurer_id in owners else SHARED_ONLY


def _drug_state(revision: int) -> tuple[object, ...]:
    state = _drug_states.get(revision)
    if state is None:
        (state,) = _rows(_DRUGS_STATE, [])
        _drug_states.put(revision, state)
    return state


def _drug_index(revision: int, whose: int | None) -> TextIndex:
    key = (*_drug_state(revision), whose)
    index = _drugs.get(key)
    if index is None:
        with _building:
            index = _drugs.get(key) or _read_drugs(whose)
            _drugs.put(key, index)
    return index


_DRUGS_STATE = (
    "SELECT (SELECT count(*) FROM catalog_drug), (SELECT max(id) FROM catalog_drugproduct),"
    " (SELECT max(recorded_to) FROM catalog_drugproduct), (SELECT count(*) FROM catalog_catalogversion WHERE published_at IS NOT NULL)"
)
_OWNERS = (
    "SELECT DISTINCT c.owner_id FROM catalog_catalog c JOIN catalog_catalogversion v ON v.catalog_id = c.id"
    " WHERE c.owner_id IS NOT NULL AND v.published_at IS NOT NULL"
)
# What lists that were ever published call their drugs, beside the names.
_LISTED = (
    "SELECT DISTINCT base_name, brand_name, manufacturer, national_code, approval_key FROM catalog_listeddrug"
    " WHERE (owner_id IS NULL OR %(all)s OR owner_id = %(owner)s) AND base_name <> ''"
    " AND (brand_name <> '' OR manufacturer <> '' OR national_code <> '' OR approval_key <> '')"
)


def _sounds_of(names: Iterable[str]) -> Iterator[str]:
    """Yield the pinyin and the initials of brands and aliases; those of a drug's own name are kept with it."""
    for name in dict.fromkeys(names):
        yield from filter(None, sounds(name))


def _read_drugs(whose: int | None) -> TextIndex:
    brands: dict[str, list[str]] = {}
    makers_listed: dict[str, list[str]] = {}
    codes_listed: dict[str, list[str]] = {}
    for base_name, brand, maker, *numbers in _rows(_LISTED, {"all": whose is None, "owner": whose}):
        for text, texts in ((brand, brands), (maker, makers_listed), *((number, codes_listed) for number in numbers)):
            if text:
                texts.setdefault(base_name, []).append(text)
    return TextIndex(
        Texts(
            key=pk,
            names=(name, base_name, *names, *brands.get(base_name, ())),
            codes=(*codes, *codes_listed.get(base_name, ())),
            sounds=(pinyin, initials, *_sounds_of((*names, *brands.get(base_name, ())))),
            makers=(*makers, *makers_listed.get(base_name, ())),
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
