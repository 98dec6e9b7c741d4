"""Finding rows by a part of one of their texts, best first: pure, for texts that do not change.

Drug names repeat, so the distinct texts are searched, not the rows: they stand in one long string that is scanned at once, which for a few
ten thousand names takes less time than asking an index on disk.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Final, Self

from common import icd10
from common.text import approval_key, norm

# More than three characters without a dot are an approval number's beginning (H20150244), not a diagnosis.
_DIAGNOSIS: Final = re.compile(r"[a-z][0-9][0-9a-z](\.[0-9a-z]{1,8})?", re.ASCII)
_APART: Final = "\n"  # norm() leaves no line end in a text


class Match(IntEnum):
    """How a text was found, best first."""

    EXACT = 0
    PREFIX = 1
    SUBSTRING = 2


class Field(IntEnum):
    """Which text of a row was found, the most telling first."""

    NAME = 0
    CODE = 1
    SOUND = 2
    MAKER = 3
    DISEASE = 4


@dataclass(frozen=True, slots=True)
class Texts:
    """What one row is found by, as written. `names` are generic names and brands, `sounds` pinyin and initials, `diseases` ICD-10."""

    key: str
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    diseases: tuple[str, ...] = ()


class TextIndex:
    """The texts of a sequence of rows, found by a part of any of them; rows alike in rank come in the order in which they were given."""

    __slots__ = ("_fields", "_keys", "_rows")

    def __init__(self, rows: Iterable[Texts]) -> None:
        keys: list[str] = []
        gathered: dict[Field, dict[str, list[int]]] = {field: {} for field in Field}
        # Rows that are called alike differ in their codes only: the lists that such rows stand in, by what they are called.
        called_alike: dict[tuple[tuple[str, ...], ...], list[list[int]]] = {}
        codes = gathered[Field.CODE]
        for ordinal, row in enumerate(rows):
            keys.append(row.key)
            called = (row.names, row.sounds, row.makers)
            lists = called_alike.get(called)
            if lists is None:
                lists = called_alike[called] = [
                    gathered[field].setdefault(text, [])
                    for field, texts in zip((Field.NAME, Field.SOUND, Field.MAKER), called, strict=True)
                    for text in dict.fromkeys(norm(written) for written in texts if written)
                ]
            for ordinals in lists:
                ordinals.append(ordinal)
            for code in row.codes:
                if not code:
                    continue
                ordinals = codes.setdefault(code.lower() if code.isalnum() and code.isascii() else norm(code), [])
                if not ordinals or ordinals[-1] != ordinal:
                    ordinals.append(ordinal)
            for disease in row.diseases:
                gathered[Field.DISEASE].setdefault(icd10.compared(disease), []).append(ordinal)
        self._rows = len(keys)
        self._keys = _Column.of(keys)
        self._fields = {field: _Distinct.of(known) for field, known in gathered.items() if known}

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._rows

    def find(self, text: str) -> "array[int]":
        """Return the ordinals of the rows that have the text in a name, brand, maker, pinyin or initials, or at the start of a code:
        exact matches first, then those that start with it, then the rest; among these names, codes, sounds, makers; then in the rows' order.
        Last, where the text is a diagnosis, those for a disease under which it falls (eligibility 4.2).
        """
        wanted = norm(text)
        found: dict[tuple[Match, Field], list[array[int]]] = {}
        if wanted:
            for field, distinct in self._fields.items():
                for match, ordinals in _matches(distinct, field, wanted).items():
                    found[match, field] = ordinals
        ranked = chain.from_iterable(_in_order(found[rank]) for rank in sorted(found))
        return array("I", dict.fromkeys(ranked))  # each row at its best

    def key(self, ordinal: int) -> str:
        """Return the key of the row with this ordinal."""
        return self._keys[ordinal]


def _in_order(ordinals: "list[array[int]]") -> "Iterable[int]":
    return sorted(chain.from_iterable(ordinals)) if len(ordinals) > 1 else ordinals[0]


def _matches(distinct: "_Distinct", field: Field, wanted: str) -> "dict[Match, list[array[int]]]":
    if field is Field.CODE:
        code = approval_key(wanted)
        return distinct.find(code, at_start=True) if code and code.isascii() else {}
    if field is Field.DISEASE:
        return distinct.for_diagnosis(icd10.compared(wanted)) if _DIAGNOSIS.fullmatch(wanted) else {}
    if field is Field.SOUND:
        sound = wanted.replace("ü", "v")
        return distinct.find(sound) if sound.isascii() else {}
    return distinct.find(wanted)


@dataclass(frozen=True, slots=True)
class _Column:
    """Many short texts by their place, kept as one."""

    joined: str
    starts: "array[int]"

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        starts = array("I", [1])
        place = 1
        for text in texts:
            place += len(text) + 1
            starts.append(place)
        return cls(_APART.join(["", *texts, ""]), starts)

    def __getitem__(self, place: int) -> str:
        return self.joined[self.starts[place] : self.starts[place + 1] - 1]

    def find(self, part: str, *, at_start: bool) -> dict[Match, list[int]]:
        """Return the places of the texts that have the part (or start with it), by how it was found."""
        joined, starts = self.joined, self.starts
        looked_for, shift = (_APART + part, 1) if at_start else (part, 0)
        exact: list[int] = []
        prefix: list[int] = []
        substring: list[int] = []
        place = joined.find(looked_for)
        while place >= 0:
            first = place + shift
            number = bisect_right(starts, first) - 1
            end = starts[number + 1] - 1
            if first > starts[number]:
                substring.append(number)
            elif end - first == len(part):
                exact.append(number)
            else:
                prefix.append(number)
            place = joined.find(looked_for, end)
        found = {Match.EXACT: exact, Match.PREFIX: prefix, Match.SUBSTRING: substring}
        return {match: numbers for match, numbers in found.items() if numbers}


@dataclass(frozen=True, slots=True)
class _Distinct:
    """The distinct texts of one field, each with the rows that have it: `rows` from its place in `starts` to the next."""

    texts: _Column
    rows: "array[int]"
    starts: "array[int]"

    @classmethod
    def of(cls, known: dict[str, list[int]]) -> Self:
        starts = array("I", [0])
        for ordinals in known.values():
            starts.append(starts[-1] + len(ordinals))
        return cls(_Column.of(list(known)), array("I", chain.from_iterable(known.values())), starts)

    def for_diagnosis(self, code: str) -> "dict[Match, list[array[int]]]":
        """Return the rows of each listed disease under which a diagnosis falls."""
        rows, starts, texts = self.rows, self.starts, self.texts
        numbers = [number for number in range(len(starts) - 1) if icd10.falls_under(code, texts[number])]
        return {Match.SUBSTRING: [rows[starts[number] : starts[number + 1]] for number in numbers]} if numbers else {}

    def find(self, part: str, *, at_start: bool = False) -> "dict[Match, list[array[int]]]":
        """Return the rows of each text that has the part (or starts with it), by how it was found."""
        rows, starts = self.rows, self.starts
        return {
            match: [rows[starts[number] : starts[number + 1]] for number in numbers]
            for match, numbers in self.texts.find(part, at_start=at_start).items()
        }
