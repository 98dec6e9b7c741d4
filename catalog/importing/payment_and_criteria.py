"""What only a drug list writes in its cells: prices as the national list prints them, criteria, other names (spec csv.md)."""

import re

from tables.cells import TEXT_SEPARATORS, WHITE, Fault, Parsed, listed, narrow, pieces, positive, text

_PRICE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*元\s*\(", re.ASCII)
_NEXT_PRICE = re.compile(r"\s*+;\s*|[^\S\n]*\n\s*|$")


def payment_standard(written: str) -> Parsed:
    """Read a payment standard 支付标准 in CNY a unit: a number, or one of the NRDL's ways of writing it.

    A number, or a single price such as `5.70元(10mg/片)`, is a Decimal; `*` (confidential) and several prices, between
    `;` or on lines of their own, stay text and cap nothing. Lines may break anywhere. Raises Fault BAD_NUMBER, OUT_OF_RANGE.
    """
    plain = narrow(written)
    if plain == "*":
        return Parsed("*")
    if not _PRICE.match(plain):
        return positive(4)(written)
    prices = []
    rest = plain
    while rest:
        price = _PRICE.match(rest)
        end = _closing_bracket(rest, price.end()) if price else -1
        behind = _NEXT_PRICE.match(rest, end) if end > 0 else None
        if price is None or behind is None:
            raise Fault(
                "BAD_NUMBER",
                "请写数字、*，或 5.70元(10mg/片)；9.69元(20mg/片) 这样的写法。",
                "write a number, *, or prices like 5.70元(10mg/片)；9.69元(20mg/片).",
            )
        prices.append(positive(4)(price.group(1)).value)
        rest = rest[behind.end() :]
    return Parsed(prices[0], str(prices[0])) if len(prices) == 1 else Parsed(written)


def _closing_bracket(written: str, start: int) -> int:
    depth = 1
    for place in range(start, len(written)):
        depth += {"(": 1, ")": -1}.get(written[place], 0)
        if depth == 0:
            return place + 1
    return -1


def criteria(written: str) -> Parsed:
    """Read criteria `CODE=text` or `CODE`. Raises Fault BAD_CODE, TOO_LONG."""
    return listed((_criterion(piece) for piece in pieces(written, TEXT_SEPARATORS)), written)


def _criterion(piece: str) -> str:
    code, equals, words = piece.partition("=") if "=" in piece else piece.partition("＝")
    code = narrow(code).strip(WHITE)
    if not re.fullmatch("[A-Z][A-Z0-9_]*", code):
        raise Fault(
            "BAD_CODE",
            f"“{piece[:40]}”应写成 CODE=说明，CODE 用大写字母、数字和下划线。",
            f"“{piece[:40]}” should be CODE=text, the code in capitals, digits and underscores.",
        )
    if len(code) > 64:
        raise Fault("TOO_LONG", found=len(code), limit=64)
    words = words.strip(WHITE)
    return f"{code}={words}" if equals and words else code


def aliases(written: str) -> Parsed:
    """Read other names of a drug."""
    return listed((text(piece).value for piece in pieces(written, TEXT_SEPARATORS)), written)
