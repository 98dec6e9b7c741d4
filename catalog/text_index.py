"""Finding rows by a part of one of their texts, best first: pure, for texts that do not change.

Drug names repeat, so the distinct texts are searched, not the rows: they stand in one long string that is scanned at once, which for a few
ten thousand names takes less time than asking an index on disk.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
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
        comparable: dict[str, str] = {}
        for ordinal, row in enumerate(rows):
            keys.append(row.key)
            for field, texts in (
                (Field.NAME, row.names),
                (Field.CODE, row.codes),
                (Field.SOUND, row.sounds),
                (Field.MAKER, row.makers),
            ):
                known = gathered[field]
                for text in texts:
                    if not text:
                        continue
                    found = comparable.get(text) or norm(text)
                    if field is not Field.CODE:  # codes do not repeat: nothing to gain by remembering them
                        comparable[text] = found
                    ordinals = known.setdefault(found, [])
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
                for match, ordinals in _matches(distinct, field, wanted):
                    found.setdefault((match, field), []).append(ordinals)
        seen = bytearray(self.rows)
        ranked = array("I")
        for rank in sorted(found):
            for ordinal in sorted(chain.from_iterable(found[rank])):
                if not seen[ordinal]:
                    seen[ordinal] = 1
                    ranked.append(ordinal)
        return ranked

    def key(self, ordinal: int) -> str:
        """Will return the key of the row with this ordinal."""
        return self._keys[ordinal]


def _matches(distinct: "_Distinct", field: Field, wanted: str) -> Iterator[tuple[Match, "array[int]"]]:
    if field is Field.CODE:
        code = approval_key(wanted)
        return distinct.starting_with(code) if code and code.isascii() else iter(())
    if field is Field.SOUND:
        sound = wanted.replace("ü", "v")
        return distinct.containing(sound) if sound.isascii() else iter(())
    return distinct.containing(wanted)


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

    def holding(self, part: str, *, at_start: bool) -> Iterator[tuple[int, Match]]:
        """Will yield the place of each text that has the part (or starts with it), and how it was found."""
        joined, starts = self._joined, self._starts
        looked_for = _APART + part if at_start else part
        place = joined.find(looked_for)
        while place >= 0:
            first = place + 1 if at_start else place
            number = bisect_right(starts, first) - 1
            begin, end = starts[number], starts[number + 1] - 1
            whole = end - begin == len(part)
            yield number, Match.SUBSTRING if first > begin else Match.EXACT if whole else Match.PREFIX
            place = joined.find(looked_for, end)


class _Distinct:
    """The distinct texts of one field, each with the rows that have it."""

    __slots__ = ("_rows", "_starts", "_texts")

    def __init__(self, known: dict[str, list[int]]) -> None:
        self._texts = _Column(list(known))
        self._rows = array("I", chain.from_iterable(known.values()))
        self._starts = array("I", [0])
        for ordinals in known.values():
            self._starts.append(self._starts[-1] + len(ordinals))

    def containing(self, part: str) -> Iterator[tuple[Match, "array[int]"]]:
        return self._found(part, at_start=False)

    def starting_with(self, part: str) -> Iterator[tuple[Match, "array[int]"]]:
        return self._found(part, at_start=True)

    def _found(self, part: str, *, at_start: bool) -> Iterator[tuple[Match, "array[int]"]]:
        for number, match in self._texts.holding(part, at_start=at_start):
            yield match, self._rows[self._starts[number] : self._starts[number + 1]]
