"""Money and other decimals as whole numbers, and every rounding the rules make, in one place.

Money is kept in fen (CNY 0.01), ratios in ten-thousandths, an entry's payment standard in ten-thousandths of a yuan and its
quantity limit in thousandths. So nothing is computed in binary floating point, and nothing is rounded twice.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, NewType

# Whole numbers that must not be taken for one another.
Fen = NewType("Fen", int)  # CNY 0.01
BasisPoints = NewType("BasisPoints", int)  # ten-thousandths: a ratio
Nano = NewType("Nano", int)  # 10^-9 of a unit: a claimed quantity

RATIO_ONE: Final = BasisPoints(10_000)
MAX_FEN: Final = 10**14  # a million million yuan: more than any claim, and well inside a 64-bit column

NumberFault = Literal["BAD_NUMBER", "TOO_MANY_DECIMALS", "OUT_OF_RANGE"]

_DECIMAL = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,18}))?", re.ASCII)


class NotANumber(ValueError):
    """A value that is no plain decimal, has too many decimals, or is too large; `code` says which."""

    def __init__(self, code: NumberFault) -> None:
        super().__init__(code)
        self.code: NumberFault = code


def scaled(value: object, places: int) -> int:
    """Return a decimal as a whole number of 10^-places.

    Takes text ("4977.00"), int or Decimal; a bool or a binary float is not a number here, since a float has already lost
    what was written. Raises NotANumber: BAD_NUMBER for NaN, Infinity, exponents in text and anything else that is no plain
    decimal, TOO_MANY_DECIMALS when more decimals are written than `places`, zeros too.
    """
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        raise NotANumber("BAD_NUMBER")
    elif isinstance(value, int):
        if abs(value) >= MAX_FEN:
            raise NotANumber("OUT_OF_RANGE")
        return value * 10**places  # type: ignore[no-any-return]
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise NotANumber("BAD_NUMBER")
        # Before writing it out: 1e400 would be four hundred digits.
        if value.adjusted() > 17:
            raise NotANumber("OUT_OF_RANGE")
        if -int(value.as_tuple().exponent) > 18:
            raise NotANumber("TOO_MANY_DECIMALS")
        text = format(value, "f")
    else:
        raise NotANumber("BAD_NUMBER")
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise NotANumber("BAD_NUMBER")
    sign, whole, decimals = found.groups("")
    if len(decimals) > places:
        raise NotANumber("TOO_MANY_DECIMALS")
    number = int(whole + decimals.ljust(places, "0"))
    return -number if sign else number


def fen(value: object) -> Fen:
    """Return an amount of yuan, written with at most two decimals, in fen. Raises NotANumber."""
    # The common way of writing money, without the general parser: a claim of 500 lines has 1,500 amounts.
    if isinstance(value, str) and value[-3:-2] == "." and len(value) < 16 and value.isascii():
        digits = value[:-3] + value[-2:]
        if digits.isdigit() and len(digits) > 2:
            return Fen(int(digits))
    amount = scaled(value, 2)
    if abs(amount) > MAX_FEN:
        raise NotANumber("OUT_OF_RANGE")
    return Fen(amount)


# Of a line's nine amounts most come again and again: 0.00 most of all.
@lru_cache(maxsize=16_384)
def yuan(amount: Fen) -> str:
    """Write fen as yuan with two decimals: 497700 is "4977.00"."""
    if amount < 0:
        return "-" + yuan(Fen(-amount))
    whole, rest = divmod(amount, 100)
    return f"{whole}.{rest:02d}"


def ratio_text(ratio: BasisPoints) -> str:
    """Write ten-thousandths with four decimals: 7000 is "0.7000"."""
    whole, rest = divmod(ratio, RATIO_ONE)
    return f"{whole}.{rest:04d}"


def plain(number: int, places: int, *, least: int = 0) -> str:
    """Write a whole number of 10^-places without needless zeros, but with at least `least` decimals.

    `plain(30000, 3)` is "30"; `plain(57000, 4, least=2)` is "5.70".
    """
    if number < 0:
        return "-" + plain(-number, places, least=least)
    whole, rest = divmod(number, 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0").ljust(least, "0") if places else ""
    return f"{whole}.{decimals}" if decimals else str(whole)


def half_up(numerator: int, denominator: int) -> int:
    """Divide two numbers, neither negative, and round half up: the only rounding in the product (eligibility 1)."""
    return (2 * numerator + denominator) // (2 * denominator)


def share_of(amount: Fen, ratio: BasisPoints) -> Fen:
    """Return the part of an amount (fen) that a ratio (ten-thousandths) pays, rounded half up to the fen."""
    return Fen(half_up(amount * ratio, RATIO_ONE))
