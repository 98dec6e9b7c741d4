"""The judgement of a claim: every line through the gates to its benefit, then the money in order.

The two phases are apart on purpose: judging never reads accumulators, so lines can be judged in any order, and only the paying is a
sequence. Where prior authorisations are checked the lines that name one are a sequence too: what one uses the next does not find.
"""

from collections.abc import Iterable

from claims.eligibility.authorisations import NOTHING_SPENT, Spent, Use, name_of, spend
from claims.eligibility.benefit_choice import BenefitChoice, choose_benefit
from claims.eligibility.case import Case
from claims.eligibility.compiled import CompiledVersion
from claims.eligibility.decision import Decision, JudgedClaim, Judgement, Outcome, StepResult
from claims.eligibility.facts import Claim
from claims.eligibility.gates import GATES, PASS, gate_trace
from claims.eligibility.money import NOTHING_USED, Ledger, pay
from claims.eligibility.reasons import Reason
from claims.eligibility.snapshot import Snapshot
from common.money import Nano


def assess_claim(claim: Claim, snapshot: Snapshot, ledger: Ledger = NOTHING_USED) -> Decision:
    """Decide a claim. To carry accumulators from claim to claim use `judge_claim` and `pay`."""
    decision, _ledger = pay(judge_claim(claim, snapshot), ledger)
    return decision


def judge_claim(claim: Claim, snapshot: Snapshot, spent: Spent = NOTHING_SPENT) -> JudgedClaim:
    """Judge every line of a claim without money (eligibility 5 and 6). `spent` is what the claims before used of prior authorisations."""
    home = snapshot.sources(claim.service_date) if claim.service_date else None
    uses: tuple[Use, ...] = ()
    if snapshot.authorisations:
        judgements, uses, spent = _judged_in_turn(claim, snapshot, spent)
    else:
        judgements = tuple([judge(Case(claim, line, snapshot)) for line in claim.lines])
    return JudgedClaim(
        product=snapshot.product,
        claim=claim,
        known_at=snapshot.known_at,
        home=home.terms.label if home else None,
        judgements=judgements,
        consulted=consulted(judgements, snapshot),
        uses=uses,
        spent=spent,
    )


def _judged_in_turn(
    claim: Claim, snapshot: Snapshot, spent: Spent
) -> tuple[tuple[Judgement, ...], tuple[Use, ...], Spent]:
    """Judge the lines in the order in which they are paid: each finds what the ones before have left of an authorisation."""
    judged: dict[int, Judgement] = {}
    uses = []
    for place, line in sorted(enumerate(claim.lines), key=lambda one: (one[1].service_date, one[1].line_no)):
        judged[place] = found = judge(Case(claim, line, snapshot, spent=spent))
        authorisation = snapshot.authorisations.get(line.prior_auth_no)
        if authorisation is not None:
            quantity = line.quantity if found.uses_authorisation else Nano(0)
            uses.append(Use(line.prior_auth_no, name_of(claim, line), quantity))
            spent = spend(spent, uses[-1], authorisation)
    return tuple([judged[place] for place in range(len(claim.lines))]), tuple(uses), spent


def judge(case: Case) -> Judgement:
    """Take one line through the gates and, unless one stops it, to its benefit; what was taken back whole goes nowhere."""
    if case.line.refunded:
        return Judgement(case.line, case.sources.terms if case.sources else None, "refunded", (), ())
    reasons: list[Reason] = []
    results: list[StepResult] = []
    stopped = False
    for gate in GATES:
        if stopped or (case.is_query and not gate.asked_by_query):
            results.append("skipped")
            continue
        finding = gate.test(case)
        if finding is PASS:
            results.append("pass")
            continue
        results.append(finding.result)
        if finding.reason is not None:
            reasons.append(finding.reason)
            stopped = gate.stops
    trace = gate_trace(tuple(results))
    terms = case.sources.terms if case.sources else None
    if stopped:
        return Judgement(case.line, terms, outcome_of(reasons), tuple(reasons), trace)
    choice = choose_benefit(case)
    reasons += choice.reasons
    outcome = outcome_of(reasons)
    reasons += choice.notes
    return _judged(case, choice, outcome, tuple(reasons), trace + choice.trace)


def _judged(
    case: Case,
    choice: BenefitChoice,
    outcome: Outcome,
    reasons: tuple[Reason, ...],
    trace: tuple[tuple[str, StepResult], ...],
) -> Judgement:
    return Judgement(
        line=case.line,
        terms=case.sources.terms if case.sources else None,
        outcome=outcome,
        reasons=reasons,
        trace=trace,
        recognition=case.recognition,
        base=case.base,
        benefit=choice.taken.benefit if choice.taken else None,
        match=choice.taken.match if choice.taken else None,
        nearest=choice.nearest.benefit if choice.nearest else None,
        pre_existing=case.pre_existing,
        authorisation=case.authorisation,
        nearest_match=choice.nearest.match if choice.nearest else None,
    )


def outcome_of(reasons: Iterable[Reason]) -> Outcome:
    """Return the worst of the effects: I over R over eligible."""
    effects = {reason.effect for reason in reasons}
    if "I" in effects:
        return "ineligible"
    return "review" if "R" in effects else "eligible"


def consulted(judgements: Iterable[Judgement], snapshot: Snapshot) -> tuple[CompiledVersion, ...]:
    """Return the catalog versions in force for the lines that were judged against them, by code and label."""
    days = {judgement.line.service_date for judgement in judgements if judgement.recognition}
    found = {
        (version.catalog, version.label): version
        for day in days
        if (sources := snapshot.sources(day))
        for version in sources.versions()
    }
    return tuple([found[key] for key in sorted(found)])
