"""What asks for a prior authorisation, read strictly: the fields of a coverage query and of a claim line, in the same words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from claims.claim_size import MAX_TEXT
from claims.eligibility import CoverageQuery, fields
from claims.eligibility.request import IDENTITY_FIELDS, SEXES, ClaimReader
from common.languages import Language
from common.money import Nano
from common.request_reader import Unreadable

FIELDS: Final = frozenset(
    "product member_ref diagnoses sex age setting institution_level circumstance evidence from quantity urgent".split()
) | frozenset(IDENTITY_FIELDS)


class InvalidAuthorisation(Unreadable):
    """The request is invalid; `errors` point at every field to mend."""

    code = "invalid_authorisation"


@dataclass(frozen=True, slots=True)
class Asked:
    """A prior authorisation as it was asked for: for whom, what, from which day (also the query's), how much (None: as needed)."""

    product: str
    member_ref: str
    query: CoverageQuery
    evidence: Mapping[str, bool]
    quantity: Nano | None
    urgent: bool

    @property
    def starts_on(self) -> date:
        """The day from which it is asked for."""
        return self.query.day


def parse_asked(data: object, *, today: date, language: Language = "zh") -> Asked:
    """Read a request from decoded JSON; `from` not given is today. Raises InvalidAuthorisation with every problem found."""
    reader = _AskedReader(language)
    asked = reader.asked(data, today)
    if asked is None:
        problems = reader.problems
        raise InvalidAuthorisation(
            "The request has problems.", errors=problems.errors(), error_count=problems.count, said=problems.found
        )
    return asked


class _AskedReader(ClaimReader):
    __slots__ = ()

    def asked(self, data: object, today: date) -> Asked | None:
        said = self.mapping((), data, FIELDS)
        if said is None:
            return None
        member_ref = self.value(("member_ref",), said.get("member_ref"), fields.member_ref) or ""
        if not member_ref and not self.problems:
            self.add(("member_ref",), "REQUIRED", what="member_ref")
        quantity = self.number(("quantity",), said.get("quantity"), fields.quantity)
        if quantity is not None and quantity <= 0:
            self.add(("quantity",), "NOT_ABOVE_ZERO", value=said.get("quantity"), what="quantity")
        product = self.text(("product",), said.get("product"), limit=MAX_TEXT, required=True)
        query = CoverageQuery(
            day=self.day(("from",), said.get("from")) or today,
            identity=self.identity((), said),
            diagnoses=self.diagnoses(("diagnoses",), said.get("diagnoses")),
            sex=self.choice(("sex",), said.get("sex"), fields.sex, SEXES) or "",
            age=self.number(("age",), said.get("age"), fields.age),
            setting=self.setting(("setting",), said.get("setting")),
            institution_level=self.level(("institution_level",), said.get("institution_level")),
            circumstance=self.circumstance(said),
        )
        evidence = self.evidence(("evidence",), said.get("evidence"))
        urgent = self.yes_no(("urgent",), said.get("urgent")) or False
        return None if self.problems else Asked(product, member_ref, query, evidence, quantity, urgent)
