"""The gates (eligibility 5): one gate, one function, one row of `GATES`, in the order of the page.

A gate passes, cannot be told for want of dates (`unknown`, without a reason), or gives its reason: an I reason is shown in the
trace as `fail`, an R reason as `unknown`, since a person must tell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from claims.eligibility import reasons
from claims.eligibility.case import Case
from claims.eligibility.decision import StepResult
from claims.eligibility.entry_match import Grade, Match
from claims.eligibility.facts import CIRCUMSTANCE_NONE
from claims.eligibility.reasons import DRUG_RULES_8, SOCIAL_INSURANCE_LAW_30, Cite, Reason


class Finding(NamedTuple):
    """How a gate came out."""

    result: StepResult
    reason: Reason | None = None


PASS: Final = Finding("pass")
CANNOT_TELL: Final = Finding("unknown")


def because(reason: Reason) -> Finding:
    """A gate that did not let the line through."""
    return Finding("fail" if reason.effect == "I" else "unknown", reason)


def product_version_in_force(case: Case) -> Finding:
    """A product version is in force on the service date."""
    if case.sources is not None:
        return PASS
    day = case.line.service_date.isoformat()
    return because(Reason(reasons.NO_PRODUCT_VERSION, (Cite(product=case.claim.product),), (("day", day),)))


def policy_in_force(case: Case) -> Finding:
    """The service date lies in the policy period, as far as its ends are given."""
    day, member = case.line.service_date, case.claim.member
    if (member.policy_start and day < member.policy_start) or (member.policy_end and day > member.policy_end):
        return because(Reason(reasons.POLICY_NOT_IN_FORCE, _terms(case), (("day", day.isoformat()),)))
    return PASS if member.policy_start and member.policy_end else CANNOT_TELL


def waiting_period_over(case: Case) -> Finding:
    """The waiting period is over, or the policy renews an earlier one."""
    day, member = case.line.service_date, case.claim.member
    waiting_days = case.sources.terms.waiting_days if case.sources else 0
    if member.renewal or not waiting_days:
        return PASS
    if member.policy_start is None:
        return CANNOT_TELL
    if not 0 <= (day - member.policy_start).days < waiting_days:
        return PASS
    # A waiting period can outrun the calendar only in year 9999.
    ends = member.policy_start + timedelta(min(waiting_days, (date.max - member.policy_start).days))
    values = (("day", day.isoformat()), ("ends", ends.isoformat()))
    return because(Reason(reasons.WAITING_PERIOD, _terms(case), values))


def circumstance_covered(case: Case) -> Finding:
    """The cost did not arise where the law makes somebody else pay, or the product covers that."""
    circumstance = case.claim.circumstance
    if circumstance == CIRCUMSTANCE_NONE or (case.sources and circumstance in case.sources.terms.covered_circumstances):
        return PASS
    cites = (Cite(law=SOCIAL_INSURANCE_LAW_30), *_terms(case))
    return because(Reason(reasons.STATUTORY_EXCLUSION, cites, (("circumstance", circumstance),)))


def drug_recognised(case: Case) -> Finding:
    """The line names one drug."""
    found = case.recognition
    if found.difficulty == "not_recognised":
        return because(Reason(reasons.DRUG_NOT_RECOGNISED, (Cite(section="3"),)))
    if found.difficulty == "ambiguous":
        values = (("candidates", "、".join(found.candidates)),)
        return because(Reason(reasons.DRUG_AMBIGUOUS, (Cite(section="3"),), values))
    return PASS


def code_and_name_agree(case: Case) -> Finding:
    """The code or approval number and the name written beside it mean the same drug."""
    found = case.recognition
    if not found.code_name_conflict:
        return PASS
    return because(Reason(reasons.DRUG_CODE_NAME_CONFLICT, (Cite(section="3"),), (("drug", found.drug or ""),)))


def not_on_negative_list(case: Case) -> Finding:
    """The line matches no entry of the product's negative lists."""
    unsure: Match | None = None
    for version in case.sources.negatives if case.sources else ():
        match = case.match(version)
        if match and match.grade is Grade.FULL:
            return because(Reason(reasons.NEGATIVE_LIST, (match.cite(),), _entry_words(match)))
        if match and match.grade is Grade.UNKNOWN:
            unsure = unsure or match
    if unsure:
        return because(Reason(reasons.NEGATIVE_LIST_UNDETERMINED, (unsure.cite(),), _entry_words(unsure)))
    return PASS


def not_base_excluded(case: Case) -> Finding:
    """医保 does not exclude the drug by rule, or the product pays for it all the same."""
    if case.base.status != "excluded" or not (case.sources and case.sources.terms.honours_base_exclusions):
        return PASS
    cites = (Cite(law=DRUG_RULES_8), *_base_cite(case))
    return because(Reason(reasons.BASE_EXCLUDED, cites, _base_words(case)))


def base_status_determined(case: Case) -> Finding:
    """What 医保 does with the line can be told."""
    if case.base.status != "undetermined":
        return PASS
    kind = reasons.BASE_STATUS_UNDETERMINED if case.base.entry else reasons.BASE_LIST_SILENT
    return because(Reason(kind, _base_cite(case), _base_words(case)))


def base_settled_first(case: Case) -> Finding:
    """Where the product asks for it, 医保 has settled a drug that it covers."""
    asked = case.sources is not None and case.sources.terms.requires_base_settlement
    if not asked or case.base.status != "covered" or case.line.settled:
        return PASS
    return because(Reason(reasons.BASE_SETTLEMENT_REQUIRED, (*_base_cite(case), *_terms(case))))


def _terms(case: Case) -> tuple[Cite, ...]:
    return (Cite(product_version=case.sources.terms.label),) if case.sources else ()


def _entry_words(match: Match) -> tuple[tuple[str, str], ...]:
    return (
        ("catalog", match.version.catalog),
        ("version", match.version.label),
        ("entry", match.entry.entry_code),
    )


def _base_cite(case: Case) -> tuple[Cite, ...]:
    version, entry = case.base.version, case.base.entry
    if version is None:
        return ()
    return (Cite(catalog=version.catalog, version=version.label, entry_code=entry.entry_code if entry else None),)


def _base_words(case: Case) -> tuple[tuple[str, str], ...]:
    version, entry = case.base.version, case.base.entry
    if version is None:
        return ()
    words = (("catalog", version.catalog), ("version", version.label))
    if entry is None:
        return (*words, ("complete_for", "、".join(version.complete_for).upper()))
    return (*words, ("entry", entry.entry_code))


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate: its step in the trace, its test, whether a line it holds goes no further, and whether a coverage query asks it."""

    step: str
    test: Callable[[Case], Finding]
    stops: bool = False
    asked_by_query: bool = True


GATES: Final = (
    Gate("product_version", product_version_in_force, stops=True),
    Gate("policy", policy_in_force, asked_by_query=False),
    Gate("waiting_period", waiting_period_over, asked_by_query=False),
    Gate("circumstance", circumstance_covered),
    Gate("drug", drug_recognised, stops=True),
    Gate("code_name", code_and_name_agree),
    Gate("negative_list", not_on_negative_list),
    Gate("base_exclusion", not_base_excluded),
    Gate("base_status", base_status_determined),
    Gate("base_settlement", base_settled_first, asked_by_query=False),
)


@lru_cache(maxsize=1_024)
def gate_trace(results: tuple[StepResult, ...]) -> tuple[tuple[str, StepResult], ...]:
    """Name the gates beside their results, in order. Few combinations occur, so each is made once."""
    return tuple((gate.step, result) for gate, result in zip(GATES, results, strict=True))
