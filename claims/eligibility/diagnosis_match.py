"""Disease codes (ICD-10 and its Chinese editions): when a diagnosis is under a listed code (eligibility 4.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from catalog.drugs.three_valued import Agreement
from common import icd10

PASS: Final = Agreement.PASS
FAIL: Final = Agreement.FAIL
UNKNOWN: Final = Agreement.UNKNOWN
# In place of first characters: which diseases a range holds is seen only when it is tested.
RANGE: Final = "-"


@dataclass(frozen=True, slots=True)
class DiseaseCodes:
    """A list of codes: what a diagnosis may start with, and ranges of its first three characters (inclusive).

    `stems` are the proper prefixes of the listed codes: a diagnosis that is one of them is too general to tell.
    """

    prefixes: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    stems: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "DiseaseCodes":
        """Read listed texts, each of which may hold several codes and ranges with their notation; entries keep them as written."""
        return _read(tuple(texts))

    def __bool__(self) -> bool:
        return bool(self.prefixes or self.ranges)

    def hold(self, diagnoses: Sequence[str]) -> Agreement:
        """Tells of diagnoses, cleaned, whether some is under some code of the list (PASS) or, none being so, too general (UNKNOWN)."""
        for diagnosis in diagnoses:
            if diagnosis.startswith(self.prefixes):
                return PASS
        if self.ranges:
            for diagnosis in diagnoses:
                head = diagnosis[:3]
                for start, end in self.ranges:
                    if start <= head <= end:
                        return PASS
        return FAIL if self.stems.isdisjoint(diagnoses) else UNKNOWN

    def heads(self) -> set[str]:
        """Return what the list is found by: the first three characters of its codes, RANGE where it has one, '' where it is empty."""
        return {prefix[:3] for prefix in self.prefixes} | ({RANGE} if self.ranges else set()) or {""}

    def texts(self) -> tuple[str, ...]:
        """Write the codes of the list, cleaned, for a sentence."""
        return (*self.prefixes, *(f"{start}-{end}" for start, end in self.ranges))


@lru_cache(maxsize=16_384)
def _read(texts: tuple[str, ...]) -> DiseaseCodes:
    """Lists repeat from entry to entry, and a list is a value."""
    prefixes, ranges = [], []
    for code in (code for text in texts for code in icd10.split(text)):
        ends = icd10.range_of(code)
        if ends is not None:
            ranges.append(ends)
        else:
            prefixes.append(icd10.compared(code))
    stems = frozenset(prefix[:length] for prefix in prefixes for length in range(1, len(prefix)))
    return DiseaseCodes(tuple(prefixes), tuple(ranges), stems)
