"""What was coded before, asked for a text: the same text, and the nearest. Pure."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from common.text import as_read
from curation.coding.suggestion import LISTS, Value

# How alike two texts must be (Dice's measure over pairs of characters): to lend a disease, and to lend a criterion.
_LENDS_DISEASE: Final = 0.5
_LENDS_CRITERION: Final = 0.75
_NEIGHBOURS: Final = 7
_AGREED: Final = 0.7
_LENT: Final = ("icd10", "criteria", "sex")


@dataclass(frozen=True, slots=True)
class Coded:
    """A text with the columns that somebody gave it, the drug it was said of, and whether it was decided at the desk."""

    text: str
    columns: Mapping[str, tuple[Value, ...]]
    drug: str = ""
    decided: bool = False


class Near(NamedTuple):
    """A value that neighbours agree on: how surely, and the text of the nearest that has it."""

    column: str
    value: Value
    confidence: float
    like: str


class Codings:
    """Texts that were coded, by what they say; `beside` are others, that are kept and asked too."""

    def __init__(self, coded: Iterable[Coded], beside: "Codings | None" = None) -> None:
        self._beside = beside
        self._by_text: dict[str, list[Coded]] = defaultdict(list)
        said: set[object] = set()
        for one in coded:
            # A drug that two editions code alike speaks once.
            whole = (key := as_read(one.text), one.drug, one.decided, frozenset(one.columns.items()))
            if whole not in said:
                said.add(whole)
                self._by_text[key].append(one)
        self._pairs = {key: _pairs(key) for key in self._by_text}
        self._having: dict[str, list[str]] = defaultdict(list)
        for key, pairs in self._pairs.items():
            for pair in pairs:
                self._having[pair].append(key)

    def same(self, text: str, *, without: str = "") -> tuple[dict[str, tuple[Value, ...]], bool] | None:
        """Return the columns of a text that reads the same, and whether that was decided; None where there is none.

        Decided last counts alone; else what more than half of the codings have. `without` leaves out those of a drug.
        """
        found = self._of(as_read(text), without)
        if decided := [one for one in found if one.decided]:
            return {name: values for name, values in decided[-1].columns.items() if values}, True
        if not found:
            return None
        counts: Counter[tuple[str, Hashable]] = Counter(
            (name, value) for one in found for name, values in one.columns.items() for value in values
        )
        columns: dict[str, tuple[Value, ...]] = {}
        for one in found:
            for name, values in one.columns.items():
                kept = [value for value in values if counts[name, value] * 2 > len(found)]
                columns[name] = tuple(dict.fromkeys((*columns.get(name, ()), *kept)))
        return {name: values for name, values in columns.items() if values}, False

    def near(self, text: str, *, without: str = "") -> list[Near]:
        """Return diseases and criteria that the nearest texts agree on: never ages, sexes or places, in which near texts differ most."""
        key = as_read(text)
        pairs = _pairs(key)
        shared = self._shared(pairs)
        alike = [
            (2 * count / (len(pairs) + len(_pairs(other))), other)
            for other, count in shared.items()
            if other != key and count * 4 > len(pairs)
        ]
        neighbours: list[tuple[float, str, Coded]] = []
        for measure, other in sorted(alike, reverse=True):
            if measure < _LENDS_DISEASE or len(neighbours) >= _NEIGHBOURS:
                break
            if found := self._of(other, without):
                neighbours.append((measure, other, found[-1]))
        return _agreed(neighbours)

    def _of(self, key: str, without: str) -> list[Coded]:
        found = [one for one in self._by_text.get(key, ()) if not without or one.drug != without]
        return [*self._beside._of(key, without), *found] if self._beside else found

    def _shared(self, pairs: frozenset[str]) -> Counter[str]:
        """Count for each text that has pairs of characters of these how many; each text once, also where both have it."""
        shared: Counter[str] = Counter()
        for pair in pairs:
            shared.update(self._having.get(pair, ()))
        return shared | self._beside._shared(pairs) if self._beside else shared


def _agreed(neighbours: list[tuple[float, str, Coded]]) -> list[Near]:
    """Return what neighbours agree on, weighed by how alike they are."""
    total = sum(measure for measure, _key, _coded in neighbours)
    found: list[Near] = []
    for column in _LENT:
        votes: dict[Value, float] = defaultdict(float)
        nearest: dict[Value, tuple[float, str]] = {}
        for measure, _key, coded in neighbours:
            for value in coded.columns.get(column, ()):
                votes[value] += measure
                nearest.setdefault(value, (measure, coded.text))
        for value, weight in votes.items():
            measure, like = nearest[value]
            if weight / total < _AGREED or (column == "criteria" and not _is_lent(str(value), measure)):
                continue
            found.append(Near(column, value, round(0.9 * measure * weight / total, 2), like))
    return found


def _is_lent(criterion: str, measure: float) -> bool:
    """Tell whether a near text may lend a criterion: none of a number or of a drug it goes with, in these near texts differ."""
    code = criterion.partition("=")[0]
    return measure >= _LENDS_CRITERION and not code.startswith("COMBO_") and not any(one.isdigit() for one in code)


def common_part(text: str, other: str) -> tuple[int, int]:
    """Return the longest part of a text that stands in the other too, as from and to; the whole where they have nothing in common."""
    best = (0, 0)
    for start in range(len(text)):
        end = start + best[1] - best[0] + 1
        while end <= len(text) and text[start:end] in other:
            best = (start, end)
            end += 1
    return best if best[1] > best[0] else (0, len(text))


def columns_of(entry: Mapping[str, object]) -> dict[str, tuple[Value, ...]]:
    """Return the coded columns of an entry, those of one value as a list of one; what is not given is left out."""
    made: dict[str, tuple[Value, ...]] = {}
    for name, value in entry.items():
        if name in LISTS:
            made[name] = tuple(str(one) for one in value) if isinstance(value, (list, tuple)) else ()
        elif isinstance(value, (str, int)) and value != "":
            made[name] = (value,)
    return {name: values for name, values in made.items() if values}


def _pairs(key: str) -> frozenset[str]:
    return frozenset(key[place : place + 2] for place in range(len(key) - 1)) or frozenset({key})
