"""Prior authorisations 事前授权 that are looked up: what the lines before have left, and one that is supposed to have been given."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from catalog.drugs.recognise import recognise
from claims.eligibility import NOTHING_SPENT, Authorisation, Claim, Judgement, Line, Snapshot, Spent, Use
from claims.eligibility.authorisations import name_of, spend
from common.money import Nano

# Stands for the number of an authorisation that is yet to be given.
A_NUMBER: Final = "NUMBER"


def left_for(claim: Claim, line: Line, judgements: Sequence[Judgement], snapshot: Snapshot) -> Snapshot:
    """Return the snapshot as a line meets it: with what the claim's lines before it, as judged, have left of the authorisations they name."""
    spent: Spent = NOTHING_SPENT
    for other, judgement in zip(claim.lines, judgements, strict=True):
        authorisation = snapshot.authorisations.get(other.prior_auth_no)
        if authorisation is not None and (other.service_date, other.line_no) < (line.service_date, line.line_no):
            quantity = other.quantity if judgement.uses_authorisation else Nano(0)
            spent = spend(spent, Use(other.prior_auth_no, name_of(claim, other), quantity), authorisation)
    if not spent:
        return snapshot
    kept = {no: one._replace(used=spent.get(no, one.used)) for no, one in snapshot.authorisations.items()}
    return snapshot.with_authorisations(kept)


def supposing(claim: Claim, line: Line, snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with an authorisation of `A_NUMBER` for the line's member, drug, day and quantity, where the line gives that number."""
    if line.prior_auth_no != A_NUMBER:
        return snapshot
    drug = recognise(line.identity, snapshot.knowledge).drug or ""
    given = Authorisation(claim.member.member_ref, drug, date.min, date.max)
    return snapshot.with_authorisations({**snapshot.authorisations, A_NUMBER: given})
