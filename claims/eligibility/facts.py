"""What a claim says, as plain frozen values: parsed once at the edge (request.py), judged without asking anybody.

Money is in fen, quantities in 10^-9 of a unit, days inclusive; '' and None are "not given".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from catalog.drugs.knowledge import Identity
from claims.eligibility.diagnosis_match import DiseaseCodes
from common.money import Fen, Nano

RULES_VERSION: Final = "2"
QUANTITY_PLACES: Final = 9
CIRCUMSTANCE_NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Accumulators:
    """What a member has used of one product version (eligibility 7), in fen."""

    deductible_used: Mapping[str, Fen] = field(default_factory=dict)
    benefit_base: Mapping[str, Fen] = field(default_factory=dict)
    benefit_paid: Mapping[str, Fen] = field(default_factory=dict)
    total_paid: Fen = Fen(0)


@dataclass(frozen=True, slots=True)
class Member:
    """The insured person, known by a pseudonym only; ages are whole years, `pre_existing` cleaned codes."""

    member_ref: str = ""
    policy_start: date | None = None
    policy_end: date | None = None
    renewal: bool = False
    sex: str = ""
    age: int | None = None
    pre_existing: DiseaseCodes = DiseaseCodes()
    accumulators: Accumulators = Accumulators()


class Refund(NamedTuple):
    """A row that took back from a line (refunds.py): its number, its sender's own name, its place among the claim's rows from 0."""

    line_no: int
    reference: str
    place: int


class Line(NamedTuple):
    """One drug on a claim, what the claim says for all its lines filled in; diagnoses are cleaned codes.

    What was taken back from it is added up already; `refunded`: it came to nothing, and is not judged.
    """

    line_no: int
    service_date: date
    diagnoses: tuple[str, ...]
    setting: str
    institution_level: int | None
    identity: Identity
    quantity: Nano
    amount: Fen
    base_paid: Fen = Fen(0)
    other_paid: Fen = Fen(0)
    base_settled: bool = False
    prior_auth_no: str = ""
    evidence: Mapping[str, bool] = {}  # noqa: RUF012 -- a NamedTuple default, never changed
    unit_price: str = ""
    # The sender's own name of the line, its place among the claim's rows from 0, and the rows that took back from it.
    reference: str = ""
    place: int = 0
    refunds: tuple["Refund", ...] = ()
    refunded: bool = False

    @property
    def claimable(self) -> Fen:
        """What is left to claim, in fen, never below 0 (eligibility 7)."""
        return Fen(self.amount - self.base_paid - self.other_paid)

    @property
    def settled(self) -> bool:
        """Whether 医保 has settled the line (eligibility 5, gate 10)."""
        return self.base_settled or self.base_paid > 0


class LineFacts(NamedTuple):
    """What the restrictions are tested against: the circumstances of a line, '' and None for not given.

    Diagnoses are cleaned; `evidence` None means that criteria are not asked (a coverage query, eligibility 8).
    """

    day: date
    diagnoses: tuple[str, ...]
    sex: str
    age: int | None
    setting: str
    institution_level: int | None
    evidence: Mapping[str, bool] | None

    @classmethod
    def of(cls, line: Line, member: Member, *, asks_criteria: bool = True) -> "LineFacts":
        """Return what is said of a line and its member."""
        return cls(
            line.service_date,
            line.diagnoses,
            member.sex,
            member.age,
            line.setting,
            line.institution_level,
            line.evidence if asks_criteria else None,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that is valid in itself (eligibility 8, invalid requests). `known_at` None is "now", which the caller knows."""

    product: str
    lines: tuple[Line, ...]
    claim_no: str = ""
    service_date: date | None = None
    known_at: datetime | None = None
    circumstance: str = CIRCUMSTANCE_NONE
    member: Member = Member()

    @property
    def first_day(self) -> date:
        """The claim's service date or, without one, its lines' earliest: what a batch is ordered by (eligibility 7)."""
        return self.service_date or min(line.service_date for line in self.lines)


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """Would this drug be covered on this day (eligibility 8)? Fields as in a claim line."""

    day: date
    identity: Identity
    diagnoses: tuple[str, ...] = ()
    sex: str = ""
    age: int | None = None
    setting: str = ""
    institution_level: int | None = None
    circumstance: str = CIRCUMSTANCE_NONE
    known_at: datetime | None = None
