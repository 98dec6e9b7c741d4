"""What was decided, as plain frozen values: judgements before money, the decision after it.

What is made for every line is a NamedTuple rather than a frozen dataclass, here and in the modules around: it is made in a third
of the time, and a batch makes millions.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from catalog.drugs.recognise import Recognition
from claims.eligibility.authorisations import Spent, Standing, Use
from claims.eligibility.compiled import CompiledVersion
from claims.eligibility.entry import Entry, Facet
from claims.eligibility.entry_match import Match
from claims.eligibility.facts import Accumulators, Claim, Line
from claims.eligibility.reasons import Reason
from common.money import BasisPoints, Fen
from insurers.terms import Benefit, ProductTerms

Outcome = Literal["eligible", "ineligible", "review", "refunded"]
StepResult = Literal["pass", "fail", "unknown", "skipped"]
BaseStatus = Literal["excluded", "undetermined", "covered", "restricted_out", "not_listed"]


# From the worst on; a line of which nothing is left says nothing about the others.
_WORST_FIRST: Final[tuple[Outcome, ...]] = ("ineligible", "review", "eligible", "refunded")


def worst(outcomes: Container[str]) -> Outcome:
    """Return the outcome of a claim whose lines have these."""
    return next(outcome for outcome in _WORST_FIRST if outcome in outcomes)


class BaseFinding(NamedTuple):
    """What 医保 does with the line, and the version and entry that say so (None where none does: not listed, or a list that is not
    complete for the drug's class)."""

    status: BaseStatus
    version: CompiledVersion | None = None
    entry: Entry | None = None


class BenefitFinding(NamedTuple):
    """How one benefit came out: `rank` is that of its first failing test; None when it takes the line. `match` is the match that was looked at."""

    benefit: Benefit
    rank: int | None
    reasons: tuple[Reason, ...]
    match: Match | None

    @property
    def undetermined(self) -> bool:
        """Whether it failed by R reasons alone: a missing fact might have made it pay."""
        return self.rank is not None and all(reason.effect == "R" for reason in self.reasons)


class Judgement(NamedTuple):
    """A line judged without money: gates and benefit (eligibility 5 and 6).

    `terms` is None when no product version is in force; `recognition`, `base`, `benefit` and `match` are None where gate 1 or
    5 stopped; a line that was taken back whole is `refunded`, without reasons and trace. `nearest` is the benefit whose reasons
    the line carries when none takes it, `nearest_match` the match it failed by, if it had one.
    """

    line: Line
    terms: ProductTerms | None
    outcome: Outcome
    reasons: tuple[Reason, ...]
    trace: tuple[tuple[str, StepResult], ...]
    recognition: Recognition | None = None
    base: BaseFinding | None = None
    benefit: Benefit | None = None
    match: Match | None = None
    nearest: Benefit | None = None
    pre_existing: bool = False
    nearest_match: Match | None = None
    # How the line stood to its prior authorisation; None where none was asked for, or any number is enough.
    authorisation: Standing | None = None

    @property
    def uses_authorisation(self) -> bool:
        """Whether the line, being eligible, uses up the prior authorisation that it names."""
        return (
            self.outcome == "eligible"
            and self.authorisation is not None
            and self.match is not None
            and self.match.entry.prior_auth
        )


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim judged line by line, in the claim's order; the money comes next (money.py).

    `home` is the label of the product version in force on the claim's own service date, to which the member's accumulators
    belong; None without one. `uses` are what its lines use of prior authorisations, `spent` what is used after them. `consulted` are the
    catalog versions in force for the lines that were judged against them.
    """

    product: str
    claim: Claim
    known_at: datetime
    home: str | None
    judgements: tuple[Judgement, ...]
    consulted: tuple[CompiledVersion, ...]
    uses: tuple[Use, ...] = ()
    spent: Spent = field(default_factory=dict)


class Money(NamedTuple):
    """The money of a line (eligibility 7) in fen, the ratio in ten-thousandths."""

    claimable: Fen
    allowed: Fen = Fen(0)
    deductible_applied: Fen = Fen(0)
    ratio: BasisPoints = BasisPoints(0)
    share: Fen = Fen(0)
    payable: Fen = Fen(0)

    @property
    def member_pays(self) -> Fen:
        """What is left to the member."""
        return Fen(self.claimable - self.payable)


class Before(NamedTuple):
    """What was used before a line was paid, in fen: of its deductible group, of its benefit, of the product version."""

    deductible_used: Fen
    benefit_base: Fen
    benefit_paid: Fen
    total_paid: Fen


class LineDecision(NamedTuple):
    """A line decided: its judgement, every reason with the notes after them, its money, and what was used before it where it was paid."""

    judgement: Judgement
    reasons: tuple[Reason, ...]
    money: Money
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A claim decided. Lines stand in the claim's order.

    `opening` are the accumulators that were counted with, by product version; `accumulators` those of `home` as they stand
    after, or as they were sent where the claim has no home version. `digest` is that of digest.py.
    """

    judged: JudgedClaim
    lines: tuple[LineDecision, ...]
    opening: Mapping[str, Accumulators]
    accumulators: Accumulators
    digest: str

    @property
    def claimable(self) -> int:
        """Of all lines together, in fen."""
        return sum(line.money.claimable for line in self.lines)

    @property
    def payable(self) -> int:
        """Of all lines together, in fen."""
        return sum(line.money.payable for line in self.lines)

    @property
    def outcome(self) -> Outcome:
        """The worst of its lines; `refunded` where nothing is left of any."""
        return worst({line.judgement.outcome for line in self.lines})


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """Another drug of the class that the benefit's catalogs list without reserve (eligibility 8); the same object each time it is offered."""

    drug: str
    match: Match


class Offer(NamedTuple):
    """A drug that may be offered: `sure` where its first entry asks nothing more of the person, else its entries in the order of 4.3, each with
    the restrictions left to test."""

    drug: str
    sure: Alternative | None
    listed: tuple[tuple[Alternative, tuple[Facet, ...]], ...]


class Coverage(NamedTuple):
    """The answer to a coverage query: a judgement without money, and what else the class offers."""

    product: str
    day: date
    known_at: datetime
    judgement: Judgement
    consulted: tuple[CompiledVersion, ...]
    alternatives: tuple[Alternative, ...]
