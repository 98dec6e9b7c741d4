"""Diseases in words: the Chinese names beside ICD-10 codes, and which listed rare disease an entry is for. Pure.

The codes are read by `common.icd10`; the names and rules are data (seeds/reference), handed in by `catalog.reference`.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from common import icd10


class DiseaseNames:
    """The names of ICD-10 codes: of three-character categories, and of a few codes below them that are named on their own."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {icd10.compared(code): name for code, name in names.items()}

    def of(self, code: str) -> str:
        """Return the Chinese name of a code, of its category where it has none of its own, of both ends of a range; '' where none is known."""
        ends = icd10.range_of(code)
        if ends is None:
            key = icd10.compared(code)
            return self._names.get(key) or self._names.get(key[:3], "")
        first, last = (self._names.get(end, "") for end in ends)
        if ends[0] == ends[1]:
            return first
        return f"{first or ends[0]}至{last or ends[1]}" if first or last else ""

    def shown(self, code: str) -> str:
        """Return a code as people read it: with its name behind it, where that is known."""
        name = self.of(code)
        return f"{code} {name}" if name else code

    def list_shown(self, codes: Iterable[str]) -> str:
        """Return codes with their names, apart by ； since a name may hold 、 and ，."""
        return "；".join(map(self.shown, codes))


class RareDisease(NamedTuple):
    """A disease of the national lists of rare diseases: which list (1 of 2018, 2 of 2023), its number there, its names."""

    list_no: int
    number: int
    name_zh: str
    name_en: str


class RareRule(NamedTuple):
    """What makes sure that an entry is for a rare disease: all its codes are under these, and it says a word where the codes do not suffice.

    `says` is one of the entry's criteria codes or a part of its indication or restriction; '' where the codes are those of the disease alone.
    """

    disease: RareDisease
    codes: tuple[str, ...]
    says: str = ""


def rare_diseases(
    rules: Iterable[RareRule], *, codes: Iterable[str], criteria: Iterable[str], text: str
) -> tuple[RareDisease, ...]:
    """Return the rare diseases that an entry is surely for, in the rules' order; none where it has no code.

    `codes` are the entry's ICD-10 codes and ranges, `criteria` its criteria as `CODE=text` or `CODE`, `text` its indication and restriction.
    """
    listed = tuple(codes)
    if not listed:
        return ()
    said = {criterion.partition("=")[0] for criterion in criteria}
    found = (
        rule.disease
        for rule in rules
        if all(any(_under(code, upper) for upper in rule.codes) for code in listed)
        and (not rule.says or rule.says in said or rule.says in text)
    )
    return tuple(dict.fromkeys(found))


def _under(code: str, upper: str) -> bool:
    """Tell whether a code or range lies wholly under another."""
    ends, limits = icd10.range_of(code), icd10.range_of(upper)
    if limits is None:
        return ends is None and icd10.compared(code).startswith(icd10.compared(upper))
    first, last = ends or (icd10.compared(code)[:3],) * 2
    return limits[0] <= first and last <= limits[1]
