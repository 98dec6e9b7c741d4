"""Which diseases a listed row is for: the groups of the vocabulary, found by ICD-10 (spec api.md, "Draft by frequency"). Pure.

A row is for as many groups as its codes say. Each of its codes goes to

1. the largest group of the vocabulary that holds the code and that the row names whole: C34 and C50 are lung and breast cancer, though both lie
   in C00-C80; C82.4, C83.3, C83.8, C85.1 and C85.2 together are large B-cell lymphoma, and not also follicular and diffuse large B-cell lymphoma;
2. else the smallest group that holds it: C34.1 is lung cancer;
3. else, where none holds it (C91 is wider than every group, M30.1 is in none), a group of its own: its three-character category, a range itself.

So a list's C34.1 and another's C34 are the same disease, and one row for two diseases counts for each of them. Diseases of the vocabulary that have
the same codes (E75.2) are one group: codes cannot tell them apart. A row without codes is in the group of what is not coded, which is one for each
drug: its texts are worded differently in every list, and are never read as codes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from common import icd10

# How many codes of so many characters a category (three) stands for, so that sizes are whole numbers.
_FINEST: Final = 7
# The longest range that is taken apart: more categories than ICD-10 has.
_MOST_CATEGORIES: Final = 2_600

CodeSet = frozenset[str]


class Disease(NamedTuple):
    """A disease group: `key` tells it from every other, `name` is what people read ('' for what is not coded)."""

    key: str
    name: str


NOT_CODED: Final = Disease("", "")


@dataclass(frozen=True, slots=True)
class _Group:
    disease: Disease
    codes: CodeSet
    size: int


class DiseaseGroups:
    """The disease groups of the vocabulary: immutable once built, so its answers are remembered."""

    def __init__(
        self, rows: Iterable[tuple[str, str, Sequence[str]]], named: Callable[[str], str] = lambda _code: ""
    ) -> None:
        """Take the vocabulary's rows (code, name, ICD-10 codes); `named` gives the Chinese name of an ICD-10 code, '' where there is none."""
        alike: dict[CodeSet, list[tuple[str, str]]] = {}
        for code, name, codes in rows:
            if codes:
                alike.setdefault(_codes_of(codes), []).append((code, name))
        self._groups = [
            _Group(_called(members), codes, sum(map(_weight, codes)))
            for codes, members in sorted(alike.items(), key=_by_code)
        ]
        self._named = named
        self._answers: dict[tuple[str, ...], tuple[tuple[Disease, tuple[str, ...]], ...]] = {}

    def of(self, codes: tuple[str, ...]) -> tuple[tuple[Disease, tuple[str, ...]], ...]:
        """Return the diseases that a row's codes are for, each with the row's codes for it, in the order of the row."""
        answer = self._answers.get(codes)
        if answer is None:
            answer = self._answers[codes] = self._find(codes)
        return answer

    def _find(self, codes: tuple[str, ...]) -> tuple[tuple[Disease, tuple[str, ...]], ...]:
        if not codes:
            return ((NOT_CODED, ()),)
        whole_row = _codes_of(codes)
        found: dict[Disease, list[str]] = {}
        for code in dict.fromkeys(codes):
            found.setdefault(self._disease(_codes_of([code]), code, whole_row), []).append(code)
        return tuple((disease, tuple(part)) for disease, part in found.items())

    def _disease(self, atoms: CodeSet, code: str, whole_row: CodeSet) -> Disease:
        holding = [group for group in self._groups if _within(atoms, group.codes)]
        named = [group for group in holding if _within(group.codes, whole_row)]
        if named:
            return max(named, key=lambda group: group.size).disease
        if holding:
            return min(holding, key=lambda group: group.size).disease
        return self._own(code)

    def _own(self, code: str) -> Disease:
        """Return the group that a code makes for itself."""
        ends = icd10.range_of(code)
        compared = icd10.compared(code)
        key = ("-".join(ends) if ends[0] != ends[1] else ends[0]) if ends else compared[:3]
        name = self._named(key)
        return Disease(key, f"{key} {name}" if name else key)


def _by_code(group: tuple[CodeSet, list[tuple[str, str]]]) -> str:
    return group[1][0][0]


def _called(members: list[tuple[str, str]]) -> Disease:
    return Disease("/".join(code for code, _name in members), "、".join(name for _code, name in members))


def _codes_of(codes: Iterable[str]) -> CodeSet:
    """Return codes as prefixes, ranges as their categories; what lies within another one is left out."""
    prefixes: set[str] = set()
    for code in codes:
        ends = icd10.range_of(code)
        prefixes.update(_categories(*ends) if ends else [icd10.compared(code)])
    return frozenset(one for one in prefixes if not any(one[:length] in prefixes for length in range(3, len(one))))


def _categories(first: str, last: str) -> list[str]:
    """Return the categories of a range: letter and two digits, and its own ends."""
    if not (first[1:].isdigit() and last[1:].isdigit()):
        return [first, last]
    start, end = ((ord(one[0]) - 65) * 100 + int(one[1:]) for one in (first, last))
    numbers = range(start, min(end, start + _MOST_CATEGORIES) + 1)
    return [f"{chr(65 + number // 100)}{number % 100:02d}" for number in numbers] or [first]


def _weight(prefix: str) -> int:
    return int(10 ** max(_FINEST - len(prefix), 0))


def _within(codes: CodeSet, others: CodeSet) -> bool:
    """Tell whether every code lies under one of the others."""
    return all(any(code[:length] in others for length in range(3, len(code) + 1)) for code in codes)
