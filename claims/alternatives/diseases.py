"""Diagnoses worth trying: of the codes that the same lists hold alike, one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from catalog.drugs.three_valued import Agreement
from claims.eligibility.diagnosis_match import DiseaseCodes
from common import icd10

# Far more than lists ask of one drug; a list may yet hold a whole chapter.
MOST_CODES: Final = 600
# A disease that a list rarely holds, then any; the first that none holds stands for "another disease".
_OTHER: Final = ("R69", *(f"{letter}{number:02}" for letter in "ZRYWJKAB" for number in range(0, 100, 7)))

Signature = tuple[Agreement, ...]


def representatives(asked: Sequence[DiseaseCodes], all_lists: Sequence[DiseaseCodes]) -> dict[str, Signature]:
    """Return diagnoses as compared, each with how every one of `all_lists` holds it: one for each way in which a code under the lists that are
    `asked` may be held, and one that none of all holds, if there is one. The lists' order is the diagnoses'."""
    found: dict[Signature, str] = {}
    for number, code in enumerate(_codes_under(asked, all_lists)):
        if number >= MOST_CODES:
            break
        found.setdefault(held(code, all_lists), code)
    nowhere = (Agreement.FAIL,) * len(all_lists)
    other = next((code for code in _OTHER if held(code, all_lists) == nowhere), None)
    if other is not None:
        found.setdefault(nowhere, other)
    return {code: signature for signature, code in found.items()}


def held(code: str, lists: Iterable[DiseaseCodes]) -> Signature:
    """Return how each list holds one diagnosis."""
    return tuple([listed.hold((code,)) for listed in lists])


def _codes_under(asked: Iterable[DiseaseCodes], all_lists: Iterable[DiseaseCodes]) -> Iterator[str]:
    """Yield codes under lists: each listed code, beside it one that no finer listed code holds, and the heads of each range."""
    listed = {prefix for one in all_lists for prefix in one.prefixes}
    for one in asked:
        for prefix in one.prefixes:
            # A code of one or two characters is no diagnosis yet.
            yield prefix.ljust(3, "0")
            for digit in "9876543210":
                finer = (prefix + digit).ljust(3, "0")
                if icd10.is_code(finer) and not any(
                    code.startswith(finer) or finer.startswith(code) for code in listed - {prefix}
                ):
                    yield finer
                    break
        for start, end in one.ranges:
            yield from _heads(start, end)


def _heads(start: str, end: str) -> Iterator[str]:
    """Yield the three-character codes of a range: its ends, and those between them that are a letter and a number."""
    yield start
    for letter in range(ord(start[0]), ord(end[0]) + 1):
        for number in range(100):
            head = f"{chr(letter)}{number:02}"
            if start < head < end:
                yield head
    yield end


def written(code: str) -> str:
    """Return a diagnosis as people write it: C34.1."""
    return icd10.stored(f"{code[:3]}.{code[3:]}" if len(code) > 3 else code)
