"""Refunds 退费: what is taken back from a line is added to it before anything is judged (csv.md, "Claim batches").

A row with a negative quantity and amount and a `refund_of` takes back from the line with that `reference` in the same
claim. Several may take back from one line, and before or after it; they are no lines of their own, so a refund of a refund
is one of an unknown line. The line keeps its own day, drug and circumstances. What comes to nothing is not judged.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from claims.eligibility.facts import Line, Refund

ADDED_UP: Final = ("quantity", "amount", "base_paid", "other_paid")


class Row(NamedTuple):
    """A row of a claim as it was sent: a line, or with `refund_of` what is taken back from one."""

    line: Line
    refund_of: str = ""


class Wrong(NamedTuple):
    """What is wrong with a row: its place, the field, a sentence of common.request_problems, and the value that fills it."""

    place: int
    field: str
    sentence: str
    value: str = ""


def wrong_signs(
    quantity: float, amount: float, base_paid: float, other_paid: float, *, is_refund: bool
) -> Sequence[tuple[str, str]]:
    """Return the fields of one row whose sign is wrong, each with its sentence; the numbers are in any unit."""
    tests: tuple[tuple[str, bool, str], ...]
    if is_refund:
        tests = (("quantity", quantity >= 0, "NOT_NEGATIVE"), ("amount", amount > 0, "NOT_NEGATIVE"))
    elif quantity > 0 and amount >= 0 and base_paid >= 0 and other_paid >= 0:
        return ()
    else:
        tests = (
            ("quantity", quantity <= 0, "NOT_POSITIVE"),
            ("amount", amount < 0, "NEGATIVE_WITHOUT_REFUND"),
            ("base_paid", base_paid < 0, "NEGATIVE_WITHOUT_REFUND"),
            ("other_paid", other_paid < 0, "NEGATIVE_WITHOUT_REFUND"),
        )
    return [(field, sentence) for field, is_wrong, sentence in tests if is_wrong]


def add_up(rows: Sequence[Row]) -> tuple[tuple[Line, ...], tuple[Wrong, ...]]:
    """Return the lines that rows come to, in their order, and what is wrong with them.

    A line that something was taken back from names the `refunds`; one that comes to nothing is `refunded`.
    """
    refunds: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if row.refund_of:
            refunds.setdefault(row.refund_of, []).append(place)
    if not refunds:
        return tuple([row.line for row in rows]), tuple(_claimable_below_nothing(rows))
    wrong = list(_unclear(rows, refunds))
    unclear = {found.value for found in wrong}
    lines = []
    for place, row in enumerate(rows):
        if row.refund_of:
            continue
        taken_back = refunds.get(row.line.reference, ()) if row.line.reference not in unclear else ()
        line = _without(row.line, [rows[at].line for at in taken_back]) if taken_back else row.line
        lines.append(line)
        if taken_back:
            wrong += [Wrong(place, *found) for found in _below_nothing(line)]
        elif line.claimable < 0:
            wrong.append(Wrong(place, "amount", "NEGATIVE_CLAIMABLE"))
    return tuple(lines), tuple(wrong)


def _claimable_below_nothing(rows: Sequence[Row]) -> Iterator[Wrong]:
    for place, row in enumerate(rows):
        if row.line.claimable < 0:
            yield Wrong(place, "amount", "NEGATIVE_CLAIMABLE")


def _unclear(rows: Sequence[Row], refunds: dict[str, list[int]]) -> Iterator[Wrong]:
    """Yield the refunds of no line, and of more than one."""
    lines_with: dict[str, int] = dict.fromkeys(refunds, 0)
    for row in rows:
        if not row.refund_of and row.line.reference in lines_with:
            lines_with[row.line.reference] += 1
    for reference, places in refunds.items():
        if lines_with[reference] != 1:
            sentence = "REFERENCE_TWICE" if lines_with[reference] else "NO_SUCH_REFERENCE"
            yield from (Wrong(place, "refund_of", sentence, reference) for place in places)


def _without(line: Line, refunds: Sequence[Line]) -> Line:
    rows = (line, *refunds)
    added = {name: sum(getattr(row, name) for row in rows) for name in ADDED_UP}
    return line._replace(
        **added,
        refunds=tuple([Refund(refund.line_no, refund.reference, refund.place) for refund in refunds]),
        refunded=not any(added.values()),
    )


def _below_nothing(line: Line) -> Iterator[tuple[str, str, str]]:
    """Yield what is less than nothing of a line with its refunds: field, sentence, what it says."""
    if line.refunded:
        return
    below = [name for name in ADDED_UP if getattr(line, name) < 0]
    for name in below:
        yield name, "REFUNDED_TOO_MUCH", name
    if below:
        return
    if line.quantity == 0:
        yield "quantity", "QUANTITY_WITHOUT_AMOUNT", ""
    elif line.claimable < 0:
        yield "amount", "NEGATIVE_CLAIMABLE", ""
