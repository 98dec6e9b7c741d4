"""Columns of ICD-10 codes: what `common.icd10` reads, as the value of a cell (spec csv.md; eligibility 4.2 and 8).

A list may hold any code of the form; one that looks like none of ICD-10 is told, never refused. Whether a
category exists is not asked: editions differ.
"""

import re

from common import icd10
from tables.cells import Fault, Parsed

_SEPARATED = re.compile(r"(?<!\s)\s*[;；|｜、,，]\s*")
_DOTTED = re.compile(r"[A-Z][0-9][A-Z0-9](?:\.[A-Z0-9]+)?|[A-Z][0-9][A-Z0-9]{1,10}", re.ASCII)
_RANGE = re.compile(r"([A-Z][0-9][A-Z0-9])-([A-Z][0-9][A-Z0-9])", re.ASCII)


def is_unusual(code: str) -> bool:
    """Tell whether a letter other than the x of extensions stands in a code's fourth place, where no edition used in China has one."""
    plain = icd10.compared(code)
    return icd10.range_of(code) is None and plain[3:4].isalpha() and plain[3] != "X"


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
