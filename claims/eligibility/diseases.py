"""Disease codes (ICD-10 and its Chinese editions): when a diagnosis is under a listed code (eligibility 4.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_CODE = re.compile(r"[A-Za-z][0-9][A-Za-z0-9]", re.ASCII)


@lru_cache(maxsize=65_536)
def clean(code: str) -> str:
    """Will return a code as it is compared: dots removed, upper-cased, nothing around it."""
    return code.replace(".", "").upper().strip()


def is_code(code: str) -> bool:
    """Tells whether a code begins with a letter, a digit and a letter or digit, dots aside."""
    return _CODE.match(code.replace(".", "")) is not None


def is_range(code: str) -> bool:
    """Tells whether a code is a range such as C18-C20."""
    start, dash, end = code.partition("-")
    return bool(dash) and is_code(start) and is_code(end.strip())


@dataclass(frozen=True, slots=True)
class DiseaseCodes:
    """A list of codes: what a diagnosis may start with, and ranges of its first three characters (inclusive)."""

    prefixes: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()

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
        return cls(tuple(prefixes), tuple(ranges))

    def __bool__(self) -> bool:
        return bool(self.prefixes or self.ranges)

    def cover(self, diagnoses: Iterable[str]) -> bool:
        """Tells whether some diagnosis, cleaned, is under some code of the list."""
        if not self.prefixes and not self.ranges:
            return False
        for diagnosis in diagnoses:
            if diagnosis.startswith(self.prefixes):
                return True
            if self.ranges:
                head = diagnosis[:3]
                if any(start <= head <= end for start, end in self.ranges):
                    return True
        return False

    def refine(self, diagnoses: Iterable[str]) -> bool:
        """Tells whether some diagnosis, cleaned, is a proper prefix of a listed code: too general to tell."""
        return any(
            prefix.startswith(diagnosis) and prefix != diagnosis for diagnosis in diagnoses for prefix in self.prefixes
        )

    def texts(self) -> tuple[str, ...]:
        """Will write the codes of the list, cleaned, for a sentence."""
        return (*self.prefixes, *(f"{start}-{end}" for start, end in self.ranges))
