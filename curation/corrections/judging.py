"""Deciding recorded checks again, some together, as known now: what comes out is what a replay of each as known now answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.clock import Observation
from claims.eligibility import RULES_VERSION, Claim, Decision, InvalidClaim, answer, assess_claim, parse_claim
from claims.facts import load, product_facts, with_authorisations
from claims.models import ClaimCheck
from common.languages import Language
from curation.impact.lines import Line, line_of_check, line_of_decision
from curation.models import SettledCheck

# A check may have 500 lines: facts are loaded for so many checks of one product together.
TOGETHER = 50


@dataclass(frozen=True, slots=True)
class Differing:
    """A line that would be answered otherwise now: as it was answered, and as it would be."""

    line_no: int
    old: Line
    new: Line


@dataclass(frozen=True, slots=True)
class Correction:
    """A check that would be answered otherwise now. `old` and `new` are whole answers in code form; `settled` says by whom and since when."""

    check: ClaimCheck
    old: dict[str, Any]
    new: dict[str, Any]
    lines: Sequence[Differing]
    settled: SettledCheck | None


@dataclass(slots=True)
class Judged:
    """What came of some checks: those that differ in their order; of how many the facts were removed after retention; how many were recorded under
    earlier rules and today's refuse them."""

    corrections: list[Correction] = field(default_factory=list)
    facts_removed: int = 0
    other_rules: int = 0


def judge(checks: Sequence[ClaimCheck], seen: Observation, language: Language = "zh") -> Judged:
    """Decide checks again as known now; they come with product and `settled` selected. Answers that say the same by another edition do not differ."""
    judged = Judged()
    found: dict[Any, Correction] = {}
    for first in range(0, len(checks), TOGETHER):
        by_product: dict[int, list[tuple[ClaimCheck, Claim]]] = {}
        for check in checks[first : first + TOGETHER]:
            if check.facts is None or check.decision is None:
                judged.facts_removed += 1
                continue
            try:
                claim = parse_claim(check.facts)
            except InvalidClaim:
                if check.rules_version == RULES_VERSION:
                    raise
                judged.other_rules += 1
                continue
            by_product.setdefault(check.product_id, []).append((check, claim))
        for asked in by_product.values():
            for check, decision in _decided(asked, seen):
                correction = _differing(check, decision, language)
                if correction:
                    found[check.pk] = correction
    judged.corrections = [found[check.pk] for check in checks if check.pk in found]
    return judged


def _decided(asked: Sequence[tuple[ClaimCheck, Claim]], seen: Observation) -> Iterable[tuple[ClaimCheck, Decision]]:
    """Yield checks of one product with what would be decided now."""
    first = asked[0][0]
    lines = [line for _check, claim in asked for line in claim.lines]
    product = product_facts(insurer_id=first.insurer_id, code=first.product.code, seen=seen)
    snapshot = load(
        product,
        identities=[line.identity for line in lines],
        days={line.service_date for line in lines} | {claim.service_date for _c, claim in asked if claim.service_date},
        known_at=seen.known_at,
        seen=seen,
    )
    for check, claim in asked:
        # What the check used itself is not missing.
        yield check, assess_claim(claim, with_authorisations(snapshot, product, [claim], but_for_check=check.pk))


def _differing(check: ClaimCheck, decision: Decision, language: Language) -> Correction | None:
    assert check.decision is not None
    old = {line["line_no"]: line_of_check(line) for line in check.decision["lines"]}
    new = {line.judgement.line.line_no: line_of_decision(line) for line in decision.lines}
    lines = [Differing(number, was, new[number]) for number, was in old.items() if was.differs(new[number])]
    if not lines:
        return None
    return Correction(check, check.decision, answer(decision, language), lines, getattr(check, "settled", None))
