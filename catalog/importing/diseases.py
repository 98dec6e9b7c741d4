"""Columns of ICD-10 codes: what `common.icd10` reads, as the value of a cell (spec csv.md; eligibility 4.2 and 8).

A list may hold any code of the form; one that the shipped table of three-character categories does not know is told, never refused.
"""

import csv
import re
from functools import cache
from pathlib import Path

from common import icd10
from tables.cells import Fault, Parsed

_SEPARATED = re.compile(r"(?<!\s)\s*[;；|｜、,，]\s*")
_DOTTED = re.compile(r"[A-Z][0-9][A-Z0-9](?:\.[A-Z0-9]+)?|[A-Z][0-9][A-Z0-9]{1,10}", re.ASCII)
_RANGE = re.compile(r"([A-Z][0-9][A-Z0-9])-([A-Z][0-9][A-Z0-9])", re.ASCII)
_CATEGORIES = Path(__file__).resolve().parent.parent.parent / "seeds" / "reference" / "icd10_categories.csv"

_LAST_CHAPTER = "T"
# Categories that the World Health Organization added after the edition of the table (cumulative updates, 2010 and 2016).
_LATER = frozenset({"A97", "K64"})


@cache
def categories() -> frozenset[str]:
    """Return the three-character categories of the shipped table and those that came later: of the chapters A to T, none of U to Z."""
    with _CATEGORIES.open(encoding="utf-8", newline="") as file:
        return _LATER.union(row["code"] for row in csv.DictReader(file, strict=True))


def is_unusual(code: str) -> bool:
    """Tell whether the table has no category for a code, or none in a range, of the chapters that it has; or whether a letter other than the x of
    extensions stands in the fourth place. What is told may be right all the same: editions differ.
    """
    ends = icd10.range_of(code)
    if ends:
        return ends[0][0] <= _LAST_CHAPTER and not any(ends[0] <= one <= ends[1] for one in categories())
    plain = icd10.compared(code)
    has_none = plain[0] <= _LAST_CHAPTER and plain[:3] not in categories()
    return has_none or (plain[3:4].isalpha() and plain[3] != "X")


def listed_codes(written: str) -> Parsed:
    """Read the codes, prefixes and three-character ranges of a list, with the warning UNUSUAL_DISEASE. Raises Fault BAD_CODE."""
    read = _read(written, ranges=True, strict=True)
    if unusual := [code for code in read.value if is_unusual(code)]:
        return read._replace(warning="UNUSUAL_DISEASE", about=";".join(unusual))
    return read


def codes_or_ranges(written: str) -> Parsed:
    """Read the codes and ranges of a person's history. Raises Fault BAD_CODE."""
    return _read(written, ranges=True, strict=False)


def diagnoses(written: str) -> Parsed:
    """Read codes, no ranges: what a person has (eligibility 8). Raises Fault BAD_CODE."""
    return _read(written, ranges=False, strict=False)


def _read(written: str, *, ranges: bool, strict: bool) -> Parsed:
    pieces = icd10.split(written)
    if not pieces:
        raise Fault("BAD_CODE", "只有分隔符，没有内容。", "there are separators only.")
    values = tuple(dict.fromkeys(_code(piece, ranges=ranges, strict=strict) for piece in pieces))
    stored = ";".join(values)
    return Parsed(values, None if stored == _SEPARATED.sub(";", written) else stored)


def _code(piece: str, *, ranges: bool, strict: bool) -> str:
    """One code as it is stored. `strict`: as codes are printed, with one dot, and ranges of three characters."""
    if ranges and "-" in piece and icd10.range_of(piece) is not None:
        ends = _RANGE.fullmatch(piece)
        if ends and ends.group(1) > ends.group(2):
            raise Fault("BAD_CODE", f"范围 {piece} 的起点大于终点。", f"the range {piece} ends before it begins.")
        if ends or not strict:
            return piece
        raise Fault("BAD_CODE", *_range_told(piece))
    if icd10.is_code(piece) and (not strict or _DOTTED.fullmatch(piece)):
        return icd10.stored(piece)
    raise Fault(
        "BAD_CODE",
        f"“{piece[:40]}”不是 ICD-10 编码。形如 C34、C34.1、C34.100x003，范围形如 C18-C20；编码后不写文字。",
        f"“{piece[:40]}” is no ICD-10 code. They look like C34, C34.1, C34.100x003, a range like C18-C20, without words behind.",
    )


def _range_told(piece: str) -> tuple[str, str]:
    """Say of a range of longer codes, in both languages, what to write instead."""
    first, last = icd10.range_of(piece) or ("", "")
    wider = first if first == last else f"{first}-{last}"
    told = piece[:40]
    return (
        f"“{told}”：范围的两端只能是三位编码。请写 {wider}（包含其下全部编码），或逐个列出编码。",
        f"“{told}”: a range is of three-character codes. Write {wider} (all codes under it), or list the codes one by one.",
    )
