"""Columns of ICD-10 codes: what `common.icd10` reads, as the value of a cell (spec csv.md; eligibility 4.2 and 8)."""

import re

from common import icd10
from tables.cells import Fault, Parsed

_SEPARATED = re.compile(r"(?<!\s)\s*[;；|｜、,，]\s*")
_DOTTED = re.compile(r"[A-Z][0-9][A-Z0-9](?:\.[A-Z0-9]+)?|[A-Z][0-9][A-Z0-9]{1,10}", re.ASCII)
_RANGE = re.compile(r"([A-Z][0-9][A-Z0-9])-([A-Z][0-9][A-Z0-9])", re.ASCII)


def listed_codes(written: str) -> Parsed:
    """Read the codes, prefixes and three-character ranges of a list. Raises Fault BAD_CODE."""
    return _read(written, ranges=True, strict=True)


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
    elif icd10.is_code(piece) and (not strict or _DOTTED.fullmatch(piece)):
        return icd10.stored(piece)
    raise Fault(
        "BAD_CODE",
        f"“{piece[:40]}”不是 ICD-10 编码。形如 C34、C34.1、C34.100x003，范围形如 C18-C20；编码后不写文字。",
        f"“{piece[:40]}” is no ICD-10 code. They look like C34, C34.1, C34.100x003, a range like C18-C20, without words behind.",
    )
