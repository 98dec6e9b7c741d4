"""Finding rows by a part of one of their texts, best first: pure, for texts that do not change.

Drug names repeat, so the distinct texts are searched, not the rows: they stand in one long string that is scanned at once, which for a few
ten thousand names takes less time than asking an index on disk.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Final

from common.text import approval_key, norm

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


@dataclass(frozen=True, slots=True)
class Texts:
    """What one row is found by, as written. `names` are generic names and brands, `sounds` pinyin and initials."""

    key: str
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()


class TextIndex:
    """The texts of a sequence of rows, found by a part of any of them; rows alike in rank come in the order in which they were given."""

    __slots__ = ("_fields", "_keys", "rows")

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
        self.rows = len(keys)
        self._keys = _Column(keys)
        self._fields = {field: _Distinct(known) for field, known in gathered.items() if known}

    def find(self, text: str) -> "array[int]":
        """Will return the ordinals of the rows that have the text in a name, brand, maker, pinyin or initials, or at the start of a code:
        exact matches first, then those that start with it, then the rest; among these names, codes, sounds, makers; then in the rows' order.
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
        """Will return the key of the row with this ordinal."""
        return self._keys[ordinal]


def _in_order(ordinals: "list[array[int]]") -> "Iterable[int]":
    return sorted(chain.from_iterable(ordinals)) if len(ordinals) > 1 else ordinals[0]


def _matches(distinct: "_Distinct", field: Field, wanted: str) -> "dict[Match, list[array[int]]]":
    if field is Field.CODE:
        code = approval_key(wanted)
        return distinct.find(code, at_start=True) if code and code.isascii() else {}
    if field is Field.SOUND:
        sound = wanted.replace("ü", "v")
        return distinct.find(sound) if sound.isascii() else {}
    return distinct.find(wanted)


class _Column:
    """Many short texts by their place, kept as one."""

    __slots__ = ("_joined", "_starts")

    def __init__(self, texts: Sequence[str]) -> None:
        self._joined = _APART.join(["", *texts, ""])
        self._starts = array("I", [1])
        place = 1
        for text in texts:
            place += len(text) + 1
            self._starts.append(place)

    def __getitem__(self, place: int) -> str:
        return self._joined[self._starts[place] : self._starts[place + 1] - 1]

    def find(self, part: str, *, at_start: bool) -> dict[Match, list[int]]:
        """Will return the places of the texts that have the part (or start with it), by how it was found."""
        joined, starts = self._joined, self._starts
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


class _Distinct:
    """The distinct texts of one field, each with the rows that have it."""

    __slots__ = ("_rows", "_starts", "_texts")

    def __init__(self, known: dict[str, list[int]]) -> None:
        self._texts = _Column(list(known))
        self._rows = array("I", chain.from_iterable(known.values()))
        self._starts = array("I", [0])
        for ordinals in known.values():
            self._starts.append(self._starts[-1] + len(ordinals))

    def find(self, part: str, *, at_start: bool = False) -> "dict[Match, list[array[int]]]":
        """Will return the rows of each text that has the part (or starts with it), by how it was found."""
        rows, starts = self._rows, self._starts
        return {
            match: [rows[starts[number] : starts[number + 1]] for number in numbers]
            for match, numbers in self._texts.find(part, at_start=at_start).items()
        }
