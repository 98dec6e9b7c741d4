"""What an entry's quantity limit and payment standard 支付标准 leave of an amount (eligibility 7)."""

from typing import Final

from claims.eligibility import reasons
from claims.eligibility.compiled import MAX_QUANTITY_PLACES, STANDARD_PLACES
from claims.eligibility.decision import Judgement
from claims.eligibility.entry import Entry
from claims.eligibility.entry_match import Match
from claims.eligibility.facts import QUANTITY_PLACES
from claims.eligibility.reasons import Reason
from common.money import Fen, Nano, half_up, plain

_QUANTITY_ONE: Final = 10**QUANTITY_PLACES
# A payment standard is in 10^-4 yuan; a fen is 10^-2.
_STANDARDS_IN_A_FEN: Final = 10 ** (STANDARD_PLACES - 2)
_LIMIT_TO_QUANTITY: Final = 10 ** (QUANTITY_PLACES - MAX_QUANTITY_PLACES)


def within_quantity(allowed: Fen, quantity: Nano, entry: Entry) -> tuple[Fen, Nano]:
    """Return what an entry's quantity limit leaves of an amount, and of the quantity."""
    if entry.max_quantity is None:
        return allowed, quantity
    limit = Nano(entry.max_quantity * _LIMIT_TO_QUANTITY)
    return (Fen(half_up(allowed * limit, quantity)), limit) if quantity > limit else (allowed, quantity)


def price_cap(quantity: Nano, entry: Entry) -> Fen | None:
    """Return the most that an entry's payment standard allows for a quantity, or None without one."""
    if entry.payment_standard is None:
        return None
    return Fen(half_up(entry.payment_standard * quantity, _QUANTITY_ONE * _STANDARDS_IN_A_FEN))


def allowed_amount(judgement: Judgement, claimable: Fen) -> tuple[Fen, list[Reason]]:
    """Return what the entry's quantity limit and payment standard leave of the claimable amount, with the notes that say so."""
    match = judgement.match
    if match is None:
        return claimable, []
    entry, claimed = match.entry, judgement.line.quantity
    notes: list[Reason] = []
    allowed, quantity = within_quantity(claimable, claimed, entry)
    if quantity != claimed and entry.max_quantity is not None:
        notes.append(_capped(reasons.QUANTITY_CAPPED, match, "limit", plain(entry.max_quantity, MAX_QUANTITY_PLACES)))
    cap = price_cap(quantity, entry)
    if cap is not None and allowed > cap and entry.payment_standard is not None:
        allowed = cap
        notes.append(
            _capped(reasons.PRICE_CAPPED, match, "standard", plain(entry.payment_standard, STANDARD_PLACES, least=2))
        )
    return allowed, notes


def _capped(kind: reasons.ReasonKind, match: Match, word: str, value: str) -> Reason:
    return Reason(kind, (match.cite(),), ((word, value),))
