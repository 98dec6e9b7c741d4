"""A number as a list prints it, read as an entry's code: ★（10） is 10 (spec csv.md)."""

import re
import unicodedata
from typing import Final

from tables.cells import Parsed, Parser

# 16, ★(16), （3）, 2.1: a number of the printed page, not a code.
_PRINTED_NUMBER: Final = re.compile(
    r"[*☆★△▲#]*+\s*+([(\[]?)\s*+([0-9]{1,6}(?:[.-][0-9]{1,6}){0,3})\s*+([)\]]?)\s*+[*☆★△▲#]*"
)


def printed_number(written: str) -> str | None:
    """Read a number as a list prints it (`★（10）` is 10); None: it is a code."""
    found = _PRINTED_NUMBER.fullmatch(unicodedata.normalize("NFKC", written))
    return found.group(2) if found and bool(found.group(1)) == bool(found.group(3)) else None


def numbered(parse: Parser) -> Parser:
    """Make the parser of an entry code that reads a printed number as the bare number."""

    def read(written: str) -> Parsed:
        number = printed_number(written)
        # What it is at last, and that it is no longer what was printed, is told when all of the row is known.
        return parse(written) if number is None else Parsed(number, written)

    return read
