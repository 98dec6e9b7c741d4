"""The money (eligibility 7): eligible lines are paid in order, each leaving less for the next.

Everything is whole numbers: fen, ten-thousandths for ratios and payment standards, 10^-9 for quantities. Rounding is
common.money.half_up and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from claims.eligibility import reasons
from claims.eligibility.bands import exact_share
from claims.eligibility.caps import allowed_amount
from claims.eligibility.decision import Before, Decision, JudgedClaim, Judgement, LineDecision, Money
from claims.eligibility.digest import digest
from claims.eligibility.facts import Accumulators
from claims.eligibility.ratio import ratio_of
from claims.eligibility.reasons import Cite, Reason
from common.money import RATIO_ONE, BasisPoints, Fen, half_up, share_of
from insurers.terms import Benefit, ProductTerms

# What a member has used, by product version label: `pay` takes one and returns the next, so that a batch can carry it.
Ledger = Mapping[str, Accumulators]
NOTHING_USED: Final[Ledger] = {}


@dataclass(slots=True)
class _Used:
    """The accumulators of one product version while its lines are paid; the only values in the core that change."""

    deductible_used: dict[str, Fen]
    benefit_base: dict[str, Fen]
    benefit_paid: dict[str, Fen]
    total_paid: Fen

    @classmethod
    def of(cls, before: Accumulators) -> "_Used":
        return cls(
            dict(before.deductible_used), dict(before.benefit_base), dict(before.benefit_paid), before.total_paid
        )

    def so_far(self) -> Accumulators:
        return Accumulators(self.deductible_used, self.benefit_base, self.benefit_paid, self.total_paid)


def pay(judged: JudgedClaim, ledger: Ledger = NOTHING_USED) -> tuple[Decision, Ledger]:
    """Pay a judged claim's eligible lines by (service date, line number) and return the decision and the ledger after it.

    The claim's own accumulators open the account of its home version, unless the ledger has one already; every other
    product version starts from the ledger, or from nothing. In a batch the claims of one `member_ref` are paid by
    (first_day, claim_no), each with the ledger of the one before.
    """
    claim, home = judged.claim, judged.home
    opening: dict[str, Accumulators] = {}
    if home is not None:
        opening[home] = ledger.get(home, claim.member.accumulators)
    used: dict[str, _Used] = {}
    decided: list[LineDecision | None] = [None] * len(judged.judgements)
    for _day, _line_no, place in sorted(
        [
            (judgement.line.service_date, judgement.line.line_no, place)
            for place, judgement in enumerate(judged.judgements)
        ]
    ):
        judgement = judged.judgements[place]
        if judgement.outcome != "eligible" or judgement.terms is None or judgement.benefit is None:
            decided[place] = LineDecision(judgement, judgement.reasons, Money(judgement.line.claimable))
            continue
        label = judgement.terms.label
        if label not in used:
            opening.setdefault(label, ledger.get(label, Accumulators()))
            used[label] = _Used.of(opening[label])
        decided[place] = _pay_line(judgement, judgement.terms, judgement.benefit, used[label])
    after = {**opening, **{label: account.so_far() for label, account in used.items()}}
    lines = tuple([line for line in decided if line is not None])
    decision = Decision(
        judged=judged,
        lines=lines,
        opening=opening,
        accumulators=after[home] if home is not None else claim.member.accumulators,
        digest=digest(judged, lines, opening),
    )
    return decision, {**ledger, **after}


def _pay_line(judgement: Judgement, terms: ProductTerms, benefit: Benefit, used: _Used) -> LineDecision:
    claimable = judgement.line.claimable
    allowed, notes = allowed_amount(judgement, claimable)

    deductible, used_before = Fen(0), Fen(0)
    if benefit.deductible_group is not None:
        group = benefit.deductible_group
        used_before = used.deductible_used.get(group, Fen(0))
        left = Fen(max(0, terms.deductible(group, pre_existing=judgement.pre_existing) - used_before))
        deductible = min(allowed, left)
        used.deductible_used[group] = Fen(used_before + deductible)
        if allowed > 0 and deductible == allowed:
            cites = (Cite(benefit=benefit.code), Cite(product_version=terms.label))
            notes.append(Reason(reasons.DEDUCTIBLE_NOT_MET, cites, (("group", group),)))

    base = Fen(allowed - deductible)
    base_before = used.benefit_base.get(benefit.code, Fen(0))
    share, ratio = _share(judgement, benefit, base, base_before)
    used.benefit_base[benefit.code] = Fen(base_before + base)

    paid_before = used.benefit_paid.get(benefit.code, Fen(0))
    before = Before(used_before, base_before, paid_before, used.total_paid)
    payable: int = share
    if benefit.annual_limit is not None:
        payable = min(payable, benefit.annual_limit - paid_before)
    if terms.annual_limit is not None:
        payable = min(payable, terms.annual_limit - used.total_paid)
    payable = Fen(max(0, payable))
    if payable < share:
        cites = (Cite(benefit=benefit.code), Cite(product_version=terms.label))
        notes.append(Reason(reasons.ANNUAL_LIMIT_REACHED, cites))
    used.benefit_paid[benefit.code] = Fen(paid_before + payable)
    used.total_paid = Fen(used.total_paid + payable)

    if claimable == 0:
        notes.append(Reason(reasons.NOTHING_CLAIMABLE, (Cite(section="7"),)))
    money = Money(claimable, allowed, deductible, ratio, share, payable)
    return LineDecision(judgement, (*judgement.reasons, *notes), money, before)


def _share(judgement: Judgement, benefit: Benefit, base: Fen, base_before: Fen) -> tuple[Fen, BasisPoints]:
    """What the benefit pays of a line's base before limits, in fen, and the ratio to report."""
    if not benefit.bands:
        ratio = ratio_of(benefit, pre_existing=judgement.pre_existing, settled=judgement.line.settled)
        return share_of(base, ratio), ratio
    share = Fen(half_up(exact_share(benefit, base_before, base_before + base), RATIO_ONE))
    return share, BasisPoints(half_up(share * RATIO_ONE, base) if base else 0)
