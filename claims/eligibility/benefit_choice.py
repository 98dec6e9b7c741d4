"""The benefit that takes a line (eligibility 6): one test, one function, one row of `TESTS`, by rank."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from claims.eligibility import reasons
from claims.eligibility.case import Case
from claims.eligibility.decision import BaseStatus, BenefitFinding, StepResult
from claims.eligibility.entry import Entry
from claims.eligibility.entry_match import Grade, Match
from claims.eligibility.ratio import ratio_of
from claims.eligibility.reasons import Cite, Reason, ReasonKind
from insurers.terms import Benefit

_SCOPES: Final = {
    "base_listed": frozenset({"covered", "undetermined"}),
    "off_base": frozenset({"not_listed", "restricted_out", "excluded", "undetermined"}),
    "any": frozenset({"covered", "not_listed", "restricted_out", "excluded", "undetermined"}),
}

Failing = tuple[Reason, ...]
HOLDS: Final[Failing] = ()


class Candidate:
    """A benefit tried on a line: the benefit, the versions of its catalogs in force, and its match in them.

    `match` is None where the benefit names no catalogs or none of them has one. It is looked up when first asked for, since the
    tests before it settle most benefits.
    """

    __slots__ = ("benefit", "versions", "_case", "_match")

    def __init__(self, case: Case, benefit: Benefit, position: int) -> None:
        self.benefit = benefit
        self.versions = case.sources.benefit_catalogs[position] if case.sources else ()
        self._case: Case | None = case
        self._match: Match | None = None

    @property
    def match(self) -> Match | None:
        if self._case is not None:
            self._match, self._case = self._case.best_match(self.versions), None
        return self._match

    @property
    def looked_up(self) -> Match | None:
        """The match if a test has asked for it; never looks it up."""
        return self._match


def scope_takes_status(case: Case, candidate: Candidate) -> Failing:
    """The benefit is for drugs of this 医保 status."""
    base, benefit = case.base, candidate.benefit
    if base.status in _SCOPES[benefit.scope]:
        return HOLDS
    entry_code = base.entry.entry_code if base.entry else None
    if base.version is None:
        return _not_of_this_status(benefit.code, base.status)
    return _not_of_this_status(
        benefit.code, base.status, Cite(catalog=base.version.catalog, version=base.version.label, entry_code=entry_code)
    )


@lru_cache(maxsize=16_384)
def _not_of_this_status(benefit: str, status: BaseStatus, *base: Cite) -> Failing:
    """Most lines fail some benefit by their status, and few such reasons occur: each is made once."""
    return (Reason(reasons.NO_BENEFIT_FOR_BASE_STATUS, (Cite(benefit=benefit), *base), (("status", status),)),)


def setting_covered(case: Case, candidate: Candidate) -> Failing:
    """The benefit is for this setting of care."""
    benefit, setting = candidate.benefit, case.line.setting
    if not benefit.settings or setting in benefit.settings:
        return HOLDS
    cites = (Cite(benefit=benefit.code),)
    if not setting:
        return (Reason(reasons.SETTING_MISSING, cites),)
    return (Reason(reasons.SETTING_NOT_COVERED, cites, (("benefit", benefit.code), ("setting", setting))),)


def drug_in_catalog(case: Case, candidate: Candidate) -> Failing:
    """The drug is in one of the benefit's catalogs, or the benefit names none."""
    benefit = candidate.benefit
    if not benefit.catalogs or candidate.match:
        return HOLDS
    versions = candidate.versions
    named = "、".join(dict.fromkeys(reference.catalog for reference in benefit.catalogs))
    words = (("benefit", benefit.code), ("catalogs", named))
    if versions:
        cites = tuple(Cite(catalog=version.catalog, version=version.label) for version in versions)
        return (Reason(reasons.NOT_IN_CATALOG, (Cite(benefit=benefit.code), *cites), words),)
    cites = tuple(Cite(catalog=reference.catalog, version=reference.label) for reference in benefit.catalogs)
    return (Reason(reasons.CATALOG_NOT_IN_FORCE, (Cite(benefit=benefit.code), *cites), words),)


def restrictions_hold(case: Case, candidate: Candidate) -> Failing:
    """The match is full: it is this product, and every restriction of the entry holds."""
    match = candidate.match
    if match is None or match.grade is Grade.FULL:
        return HOLDS
    kinds = list(match.shortfalls)
    if match.grade is Grade.FAILS:
        kinds = [kind for kind in kinds if kind.effect == "I"]
    elif match.tentative:
        kinds.insert(0, reasons.PRODUCT_UNSPECIFIED)
    cites = (match.cite(candidate.benefit.code),)
    return tuple(Reason(kind, cites, _words(kind, match.entry, case)) for kind in kinds)


def prior_authorisation_given(case: Case, candidate: Candidate) -> Failing:
    """The entry asks for no prior authorisation 事前授权, or the line has its number: any, or where they are checked one that holds."""
    match = candidate.match
    if match is None or not match.entry.prior_auth:
        return HOLDS
    cites = (match.cite(candidate.benefit.code),)
    if not case.line.prior_auth_no:
        return (Reason(reasons.PRIOR_AUTH_REQUIRED, cites),)
    if case.sources is None or case.sources.terms.prior_auth == "any":
        return HOLDS
    refusal = case.authorised().refusal
    return (Reason(refusal, cites, (("no", case.line.prior_auth_no),)),) if refusal else HOLDS


def pre_existing_paid(case: Case, candidate: Candidate) -> Failing:
    """The diagnosis is not pre-existing 既往症, or the benefit pays for that too."""
    if not case.claim.member.pre_existing:
        return HOLDS
    benefit = candidate.benefit
    cites = (Cite(benefit=benefit.code),)
    if not case.line.diagnoses:
        return (Reason(reasons.DIAGNOSIS_MISSING, cites),)
    if not case.pre_existing or _pays_something(benefit, settled=case.line.settled):
        return HOLDS
    return (Reason(reasons.PRE_EXISTING_EXCLUDED, cites, (("benefit", benefit.code),)),)


def _pays_something(benefit: Benefit, *, settled: bool) -> bool:
    if benefit.bands:
        return any(band.ratio > 0 for band in benefit.bands)
    return ratio_of(benefit, pre_existing=True, settled=settled) > 0


def _words(kind: ReasonKind, entry: Entry, case: Case) -> tuple[tuple[str, str], ...]:
    """What the sentence of a restriction names: the limit that the entry sets, or the criteria in question."""
    evidence = case.facts.evidence or {}
    if kind is reasons.INDICATION_MISMATCH or kind is reasons.DIAGNOSIS_UNSPECIFIC:
        return (("codes", reasons.BETWEEN_CODES.join(entry.icd10_written)),)
    if kind is reasons.EVIDENCE_MISSING:
        return (("criteria", "、".join(code for code in entry.criteria if code not in evidence)),)
    if kind is reasons.CRITERION_UNMET:
        return (("criteria", "、".join(code for code in entry.criteria if evidence.get(code) is False)),)
    if kind is reasons.SEX_MISMATCH:
        return (("limit", entry.sex),)
    if kind is reasons.AGE_MISMATCH:
        if entry.age_min is None or entry.age_max is None:
            return (("limit", f"≤ {entry.age_max}" if entry.age_min is None else f"≥ {entry.age_min}"),)
        return (("limit", f"{entry.age_min}–{entry.age_max}"),)
    if kind is reasons.SETTING_MISMATCH:
        return (("limit", "、".join(entry.settings)),)
    if kind is reasons.INSTITUTION_LEVEL_MISMATCH:
        return (("limit", str(entry.min_institution_level)),)
    return ()


@dataclass(frozen=True, slots=True)
class BenefitTest:
    """A test of a benefit: its step in the trace, the test, and whether a coverage query asks it."""

    step: str
    test: Callable[[Case, Candidate], Failing]
    asked_by_query: bool = True


# The rank of a test is its place here.
TESTS: Final = (
    BenefitTest("scope", scope_takes_status),
    BenefitTest("setting", setting_covered),
    BenefitTest("catalog", drug_in_catalog),
    BenefitTest("restrictions", restrictions_hold),
    BenefitTest("prior_auth", prior_authorisation_given, asked_by_query=False),
    BenefitTest("pre_existing", pre_existing_paid, asked_by_query=False),
)

Step = tuple[str, StepResult]


@lru_cache(maxsize=16_384)
def _steps(code: str, failed_at: int, failed_as: StepResult, is_query: bool) -> tuple[Step, ...]:
    """A benefit's part of the trace: passed up to the test that failed, skipped after it. Few occur, so each is made once."""

    def result(rank: int, test: BenefitTest) -> StepResult:
        if rank == failed_at:
            return failed_as
        return "skipped" if rank > failed_at or (is_query and not test.asked_by_query) else "pass"

    return tuple((f"benefit:{code}/{test.step}", result(rank, test)) for rank, test in enumerate(TESTS))


def try_benefit(case: Case, benefit: Benefit, position: int) -> tuple[BenefitFinding, tuple[Step, ...]]:
    """Run a benefit's tests up to the first that fails, and return how it came out with its part of the trace."""
    candidate = Candidate(case, benefit, position)
    for rank, test in enumerate(TESTS):
        if case.is_query and not test.asked_by_query:
            continue
        failing = test.test(case, candidate)
        if failing:
            certain = any(reason.kind.effect == "I" for reason in failing)
            steps = _steps(benefit.code, rank, "fail" if certain else "unknown", case.is_query)
            return BenefitFinding(benefit, rank, failing, candidate.looked_up), steps
    return BenefitFinding(benefit, None, HOLDS, candidate.match), _steps(
        benefit.code, len(TESTS), "pass", case.is_query
    )


class BenefitChoice(NamedTuple):
    """What became of a line's benefits: the one that takes it, or the one whose reasons the line carries; and the notes."""

    taken: BenefitFinding | None
    nearest: BenefitFinding | None
    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    trace: tuple[Step, ...]


def choose_benefit(case: Case) -> BenefitChoice:
    """Try the version's benefits in their order; the first whose every test holds takes the line."""
    findings: list[BenefitFinding] = []
    trace: list[Step] = []
    taken: BenefitFinding | None = None
    for position, benefit in enumerate(case.sources.terms.benefits if case.sources else ()):
        if taken:
            trace += _steps(benefit.code, -1, "skipped", case.is_query)
            continue
        finding, steps = try_benefit(case, benefit, position)
        trace += steps
        if finding.rank is None:
            taken = finding
        else:
            findings.append(finding)
    if taken:
        return BenefitChoice(taken, None, (), _earlier_undetermined(findings), tuple(trace))
    if not findings:
        none = Reason(reasons.NO_BENEFIT_FOR_BASE_STATUS, (Cite(section="6"),), (("status", case.base.status),))
        return BenefitChoice(None, None, (none,), (), tuple(trace))
    undetermined = [finding for finding in findings if finding.undetermined]
    # max() keeps the earlier of two of the same rank.
    nearest = max(undetermined or findings, key=lambda finding: finding.rank or 0)
    return BenefitChoice(None, nearest, nearest.reasons, (), tuple(trace))


def _earlier_undetermined(earlier: list[BenefitFinding]) -> tuple[Reason, ...]:
    """The note that an earlier benefit only lacked facts, citing each such benefit and what it lacked."""
    lacking = [finding for finding in earlier if finding.undetermined]
    if not lacking:
        return ()
    words = "；".join(
        f"{finding.benefit.code} {', '.join(reason.code for reason in finding.reasons)}" for finding in lacking
    )
    cites = tuple(dict.fromkeys(cite for finding in lacking for reason in finding.reasons for cite in reason.cites))
    return (Reason(reasons.EARLIER_BENEFIT_UNDETERMINED, cites, (("lacking", words),)),)
