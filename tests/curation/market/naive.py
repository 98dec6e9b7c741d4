"""Drafting by frequency written once more from the page, slowly, with other means: what it says must be said by the product too.

Shares are Decimals divided and rounded, figures are counted anew for every row, disease groups are found by trying every diagnosis there is.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

from common import icd10

# Every diagnosis of four characters in the chapters that the tests use: enough to tell groups apart whose codes have no more.
DIAGNOSES = [f"{letter}{number:02d}{last}" for letter in "CEM" for number in range(100) for last in range(10)]


class NaiveList(NamedTuple):
    code: str
    province: str
    premium: Decimal | None
    # (drug, name as written, codes)
    rows: Sequence[tuple[str, str, tuple[str, ...]]]


Vocabulary = Sequence[tuple[str, str, tuple[str, ...]]]
Line = tuple[str, str, int, int, str, int]


@cache
def under(codes: tuple[str, ...]) -> frozenset[str]:
    """Return every diagnosis under these codes."""
    return frozenset(one for one in DIAGNOSES for code in codes if icd10.falls_under(one, code))


def diseases_of(codes: tuple[str, ...], vocabulary: Vocabulary) -> set[str]:
    """Return the names of the disease groups of a row."""
    if not codes:
        return {""}
    found = set()
    for code in codes:
        holding = [(name, under(own)) for _code, name, own in vocabulary if under((code,)) <= under(own)]
        whole = [(name, own) for name, own in holding if own <= under(codes)]
        if whole:
            most = max(len(own) for _name, own in whole)
            found.add(next(name for name, own in whole if len(own) == most))
        elif holding:
            least = min(len(own) for _name, own in holding)
            found.add(next(name for name, own in holding if len(own) == least))
        else:
            found.add(code if "-" in code else code.replace(".", "")[:3])
    return found


def market(
    lists: Sequence[NaiveList], vocabulary: Vocabulary, key: Sequence[str] | None
) -> tuple[list[str], list[Line]]:
    """Return the key provinces, and (name, disease, lists, provinces, share, key provinces hit) in the order of the draft."""
    if key is None:
        named = {one.province for one in lists if one.province}
        worth = {
            name: sum((one.premium or Decimal(0) for one in lists if one.province == name), Decimal(0))
            for name in named
        }
        key = sorted(sorted(named), key=lambda name: worth[name], reverse=True)[:5]
    total = sum((one.premium or Decimal(0) for one in lists), Decimal(0))
    pairs = {
        (drug, disease)
        for one in lists
        for drug, _name, codes in one.rows
        for disease in diseases_of(codes, vocabulary)
    }
    lines = []
    for drug, disease in pairs:
        holding = [
            one
            for one in lists
            if any(row[0] == drug and disease in diseases_of(row[2], vocabulary) for row in one.rows)
        ]
        share = sum((one.premium or Decimal(0) for one in holding), Decimal(0)) / total if total else Decimal(0)
        provinces = {one.province for one in holding if one.province}
        written = [
            {row[1] for row in one.rows if row[0] == drug and disease in diseases_of(row[2], vocabulary)}
            for one in holding
        ]
        names = sorted(set().union(*written))
        most = max(sum(name in each for each in written) for name in names)
        name = next(name for name in names if sum(name in each for each in written) == most)
        rounded = share.quantize(Decimal("0.0001"), ROUND_HALF_UP)
        lines.append((name, disease, len(holding), len(provinces), str(rounded), len(provinces & set(key)), drug))
    lines.sort(key=lambda line: (-line[2], -line[3], -Decimal(line[4]), line[0], line[1], line[6]))
    return list(key), [line[:6] for line in lines]
