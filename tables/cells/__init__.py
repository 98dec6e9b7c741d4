"""What a cell may say: from the text as written to a value that cannot be wrong (spec csv.md).

Every parser takes a trimmed, non-empty text whose characters were checked by `clean`, and returns a `Parsed` or
raises a `Fault`. Nothing is rounded, nothing is guessed: what cannot be read without loss is a fault that says how
to mend it.
"""

from tables.cells.codes import reference, refuse_scientific
from tables.cells.days import any_day, day_of, days_in
from tables.cells.lists import TEXT_SEPARATORS, choice, choices, code_pieces, listed, pieces, yes_no
from tables.cells.numbers import money, number, positive, whole
from tables.cells.outcome import Cell, Fault, Parsed, Parser, Typed
from tables.cells.text import (
    WHITE,
    WIDE,
    clean,
    is_total,
    name,
    narrow,
    says_nothing,
    text,
    unquoted,
    utf8_read_as_gbk,
    wrongly_decoded,
)

__all__ = [
    "Cell",
    "Fault",
    "Parsed",
    "Parser",
    "TEXT_SEPARATORS",
    "Typed",
    "WHITE",
    "WIDE",
    "any_day",
    "choice",
    "choices",
    "clean",
    "code_pieces",
    "day_of",
    "days_in",
    "is_total",
    "listed",
    "money",
    "name",
    "narrow",
    "number",
    "pieces",
    "positive",
    "reference",
    "refuse_scientific",
    "says_nothing",
    "text",
    "unquoted",
    "utf8_read_as_gbk",
    "whole",
    "wrongly_decoded",
    "yes_no",
]
