"""Prior authorisations 事前授权 as a claim meets them (eligibility 6, rank 4, where the product version says `checked`).

A line of a claim, known by claim number and line number, uses an authorisation once: when it is decided again, what it used before is
its own and not missing. Lines without a claim number have no name, and each uses what is left.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from claims.eligibility import reasons
from claims.eligibility.facts import QUANTITY_PLACES, Claim, Line
from claims.eligibility.reasons import ReasonKind
from common.money import Nano, plain

# Claim number and line number; NAMELESS for every line of claims without a number together.
ClaimLine = tuple[str, int]
NAMELESS: Final[ClaimLine] = ("", 0)
UsedBy = Mapping[ClaimLine, Nano]


class Authorisation(NamedTuple):
    """An approved authorisation of the product: for whom and what, on which days inclusive, and what was used by which line.

    `quantity` None: as much as is needed on these days.
    """

    member_ref: str
    drug: str
    valid_from: date
    valid_to: date
    quantity: Nano | None = None
    used: UsedBy = {}  # noqa: RUF012 -- a NamedTuple default, never changed


# What lines have used so far by the number of the authorisation, in place of what the snapshot says: carried like a ledger.
Spent = Mapping[str, UsedBy]
NOTHING_SPENT: Final[Spent] = {}


class Use(NamedTuple):
    """What a decided line uses of the authorisation with this number; 0 where it uses nothing (any more)."""

    no: str
    line: ClaimLine
    quantity: Nano


class Standing(NamedTuple):
    """How a line stands to the number that it gives: why it does not hold (None: it does), and the facts that say so, for the digest."""

    refusal: ReasonKind | None
    facts: tuple[str | bool | None, ...]


def name_of(claim: Claim, line: Line) -> ClaimLine:
    """Return the name under which a line uses authorisations."""
    return (claim.claim_no, line.line_no) if claim.claim_no else NAMELESS


def left_for(found: Authorisation, used: UsedBy, line: ClaimLine) -> Nano | None:
    """Return what is left for a line, what it used before counted in; None: no limit."""
    if found.quantity is None:
        return None
    others = sum(used.values()) - (used.get(line, 0) if line != NAMELESS else 0)
    return Nano(max(0, found.quantity - others))


def standing(claim: Claim, line: Line, drug: str | None, found: Authorisation | None, spent: Spent) -> Standing:
    """Hold a line against the authorisation with its number (None: there is none): the first that fails says why."""
    if found is None:
        return Standing(reasons.PRIOR_AUTH_UNKNOWN, ("unknown",))
    same_member = bool(found.member_ref) and claim.member.member_ref == found.member_ref
    left = left_for(found, spent.get(line.prior_auth_no, found.used), name_of(claim, line))
    facts = (
        same_member,
        drug == found.drug,
        found.valid_from.isoformat(),
        found.valid_to.isoformat(),
        None if left is None else plain(left, QUANTITY_PLACES),
    )
    if not same_member:
        return Standing(reasons.PRIOR_AUTH_OTHER_MEMBER, facts)
    if drug != found.drug:
        return Standing(reasons.PRIOR_AUTH_OTHER_DRUG, facts)
    if not found.valid_from <= line.service_date <= found.valid_to:
        return Standing(reasons.PRIOR_AUTH_EXPIRED, facts)
    if left is not None and line.quantity > left:
        return Standing(reasons.PRIOR_AUTH_SPENT, facts)
    return Standing(None, facts)


def spend(spent: Spent, use: Use, found: Authorisation) -> Spent:
    """Return what is used after a line's use."""
    before = spent.get(use.no, found.used)
    already = before.get(NAMELESS, 0) if use.line == NAMELESS else 0
    return {**spent, use.no: {**before, use.line: Nano(already + use.quantity)}}
