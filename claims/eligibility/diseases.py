"""Disease codes (ICD-10 and its Chinese editions): when a diagnosis is under a listed code (eligibility 4.2)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from catalog.drugs.names import Agreement

PASS: Final = Agreement.PASS
FAIL: Final = Agreement.FAIL
UNKNOWN: Final = Agreement.UNKNOWN

_CODE = re.compile(r"[A-Za-z][0-9][A-Za-z0-9]", re.ASCII)


@lru_cache(maxsize=65_536)
def clean(code: str) -> str:
    """Will return a code as it is compared: dots removed, upper-cased, nothing around it."""
    return code.replace(".", "").upper().strip()


def is_code(code: str) -> bool:
    """Tells whether a code begins with a letter, a digit and a letter or digit."""
    return _CODE.match(code) is not None


def is_range(code: str) -> bool:
    """Tells whether a code is a range such as C18-C20."""
    start, dash, end = code.partition("-")
    return bool(dash) and is_code(start) and is_code(end.strip())


@dataclass(frozen=True, slots=True)
class DiseaseCodes:
    """A list of codes: what a diagnosis may start with, and ranges of its first three characters (inclusive).

    `stems` are the proper prefixes of the listed codes: a diagnosis that is one of them is too general to tell.
    """

    prefixes: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    stems: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    @classmethod
    def of(cls, codes: Iterable[str]) -> "DiseaseCodes":
        """Will read listed codes; a range is told from a code by its hyphen between two codes."""
        prefixes, ranges = [], []
        for code in codes:
            if is_range(code):
                start, _dash, end = clean(code).partition("-")
                ranges.append((start.strip()[:3], end.strip()[:3]))
            elif cleaned := clean(code):
                prefixes.append(cleaned)
        stems = frozenset(prefix[:length] for prefix in prefixes for length in range(1, len(prefix)))
        return cls(tuple(prefixes), tuple(ranges), stems)

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

    def may_hold(self, head: str) -> bool:
        """Tells whether a diagnosis with these first three characters may be under some code; without codes, any or none ('') may."""
        if not self:
            return True
        if any(start <= head <= end for start, end in self.ranges):
            return True
        return head != "" and any(prefix.startswith(head) or head.startswith(prefix) for prefix in self.prefixes)

    def texts(self) -> tuple[str, ...]:
        """Will write the codes of the list, cleaned, for a sentence."""
        return (*self.prefixes, *(f"{start}-{end}" for start, end in self.ranges))
