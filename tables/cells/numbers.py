"""Numbers: nothing is rounded, nothing is guessed."""

import re
from decimal import Decimal

from tables.cells.outcome import Fault, Parsed, Parser
from tables.cells.text import WIDE, narrow

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_GREATEST_DIGITS = 10


def number(written: str, places: int) -> Decimal:
    """Read a plain decimal with at most `places` decimals and ten digits before the point. Raises Fault
    BAD_NUMBER, OUT_OF_RANGE."""
    digits = written if written.isascii() else written.translate(WIDE)
    found = _NUMBER.fullmatch(digits) if len(digits) <= 40 else None
    if not found:
        raise Fault(
            "BAD_NUMBER",
            "请只写数字，如 12.50，不带单位、千分号、百分号或括号。",
            "write digits only, like 12.50: no unit, thousands separator, per cent sign or bracket.",
        )
    decimals = found.group(3) or ""
    if len(decimals) > places:
        raise Fault(
            "BAD_NUMBER",
            f"最多 {places} 位小数，这里有 {len(decimals)} 位；系统不会代为四舍五入。",
            f"at most {places} decimals are allowed, this has {len(decimals)}; nothing is rounded for you.",
        )
    if len(found.group(2).lstrip("0")) > _GREATEST_DIGITS:
        raise Fault("OUT_OF_RANGE", "数值过大。", "the number is too great.")
    return Decimal(digits)


def positive(places: int) -> Parser:
    """Make a parser of numbers above 0 with at most `places` decimals."""

    def parse(written: str) -> Parsed:
        value = number(written, places)
        if value <= 0:
            raise Fault("OUT_OF_RANGE", "须大于 0。", "it must be above 0.")
        return Parsed(value, narrow(written))

    return parse


def money(places: int = 2) -> Parser:
    """Make a parser of amounts in CNY, not below 0."""

    def parse(written: str) -> Parsed:
        value = number(written, places)
        if value < 0:
            raise Fault("OUT_OF_RANGE", "不得为负数。", "it must not be below 0.")
        return Parsed(value, narrow(written))

    return parse


def whole(least: int, greatest: int) -> Parser:
    """Make a parser of whole numbers within bounds, inclusive."""

    def parse(written: str) -> Parsed:
        digits = narrow(written)
        if not re.fullmatch("-?[0-9]+", digits, re.ASCII) or len(digits) > 40:
            raise Fault("BAD_NUMBER", "请写整数。", "write a whole number.")
        value = int(digits)
        if not least <= value <= greatest:
            raise Fault("OUT_OF_RANGE", f"须在 {least} 至 {greatest} 之间。", f"it must be from {least} to {greatest}.")
        return Parsed(value, digits)

    return parse
