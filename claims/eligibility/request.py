"""Requests read strictly at the edge: decoded JSON in, a value that cannot be wrong out, or every problem with its pointer.

What makes a claim invalid is eligibility 8. The shape of a request is read by common.request_reader, what a text says by fields.py, as
the cells of a batch are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from catalog import vocabularies
from catalog.drugs.knowledge import Identity
from claims.claim_size import MAX_LINES, MAX_TEXT
from claims.eligibility import fields
from claims.eligibility.diagnosis_match import DiseaseCodes
from claims.eligibility.facts import (
    CIRCUMSTANCE_NONE,
    Accumulators,
    Claim,
    CoverageQuery,
    Line,
    Member,
)
from claims.eligibility.refunds import ADDED_UP, Row, Wrong, add_up, wrong_signs
from common import icd10, personal
from common.errors import MAX_ERRORS, MOST_COUNTED
from common.languages import Language
from common.money import MAX_FEN, Fen, Nano
from common.request_problems import Place
from common.request_reader import UNKEEPABLE, Reader, Unreadable, not_below_nothing, not_given
from tables.cells import Fault

SEXES: Final = vocabularies.SEXES.codes
SETTINGS: Final = vocabularies.SETTINGS.codes
CIRCUMSTANCES: Final = vocabularies.CIRCUMSTANCES.codes
MAX_CODES: Final = 500

IDENTITY_FIELDS: Final = Identity._fields
CLAIM_FIELDS: Final = frozenset(
    "product claim_no as_known_at service_date diagnoses setting institution_level circumstance member lines".split()
)
MEMBER_FIELDS: Final = frozenset("member_ref policy_start policy_end renewal sex age pre_existing accumulators".split())
ACCUMULATOR_FIELDS: Final = frozenset({"deductible_used", "benefit_base", "benefit_paid", "total_paid"})
LINE_FIELDS: Final = frozenset(
    "line_no reference refund_of service_date diagnoses setting institution_level quantity unit_price amount base_paid other_paid "
    "base_settled prior_auth_no evidence".split()
) | frozenset(IDENTITY_FIELDS)
QUERY_FIELDS: Final = frozenset(
    "icd10 sex age setting institution_level circumstance date known_at".split()
) | frozenset(IDENTITY_FIELDS)


class InvalidClaim(Unreadable):
    """The claim is invalid (eligibility 8); `errors` point at every field to mend."""

    code = "invalid_claim"


class InvalidQuery(Unreadable):
    """The coverage query is invalid; `errors` point at every field to mend."""

    code = "invalid_query"


def parse_claim(data: object, language: Language = "zh") -> Claim:
    """Read a claim check from decoded JSON, what was taken back added up. Raises InvalidClaim with every problem found."""
    reader = ClaimReader(language)
    claim = reader.claim(data)
    if claim is None:
        problems = reader.problems
        raise InvalidClaim(
            "The claim has problems.", errors=problems.errors(), error_count=problems.count, said=problems.found
        )
    return claim


def parse_coverage(
    data: object, *, today: date, now: datetime | None = None, language: Language = "zh", room: int = MAX_ERRORS
) -> CoverageQuery:
    """Read one coverage query from decoded JSON; `date` not given is today. `now`: a `known_at` to come is refused, since what will be known
    nobody can say. Raises InvalidQuery, `room` of its problems written out."""
    reader = ClaimReader(language, room)
    query = reader.coverage(data, today, now)
    if query is None:
        problems = reader.problems
        raise InvalidQuery(
            "The query has problems.", errors=problems.errors(), error_count=problems.count, said=problems.found
        )
    return query


def coverage_fields(parameters: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Return the fields of a coverage query that URL parameters give; `icd10` may be repeated, each with several codes."""
    found: dict[str, object] = {}
    for name, values in parameters.items():
        if name == "icd10":
            found[name] = [text for text in values if text.strip()]
        else:
            found[name] = values[-1] if values else ""
    return found


def identity_of(written: Sequence[str | None]) -> Identity | None:
    """Return the identity that seven texts make, in the order of IDENTITY_FIELDS; None when one of them cannot be taken, or they
    name no drug."""
    return _identity(*written)


@lru_cache(maxsize=65_536)
def _identity(*written: str | None) -> Identity | None:
    # Drugs repeat from claim to claim, so this is remembered.
    for text in written:
        if text is not None and (not isinstance(text, str) or len(text) > MAX_TEXT or UNKEEPABLE.search(text)):
            return None
        if text and personal.identity_number_in(text):
            return None
    texts = {name: fields.drug_text(text or "") for name, text in zip(IDENTITY_FIELDS, written, strict=True)}
    try:
        texts["national_code"] = fields.drug_code(texts["national_code"])
    except Fault:
        return None
    texts["approval_no"] = fields.approval_no(texts["approval_no"])
    identity = Identity.of(**texts)
    return identity if identity.names_a_drug else None


class ClaimReader(Reader):
    """Reads one claim, coverage query, or what else asks with their fields."""

    __slots__ = ()

    def claim(self, data: object) -> Claim | None:
        asked = self.mapping((), data, CLAIM_FIELDS)
        if asked is None:
            return None
        product = self.text(("product",), asked.get("product"), limit=MAX_TEXT, required=True)
        service_date = self.day(("service_date",), asked.get("service_date"))
        known_at = self.instant(("as_known_at",), asked.get("as_known_at"))
        common = _Common(
            # A date that cannot be read is one fault, not a missing date on every line.
            service_date if not_given(asked.get("service_date")) else service_date or date.min,
            self.diagnoses(("diagnoses",), asked.get("diagnoses")),
            self.setting(("setting",), asked.get("setting")),
            self.level(("institution_level",), asked.get("institution_level")),
        )
        circumstance = self.circumstance(asked)
        claim_no = self.value(("claim_no",), asked.get("claim_no"), fields.claim_no) or ""
        member = self.member(asked.get("member"))
        lines = self.lines(asked.get("lines"), common)
        if self.problems:
            return None
        return Claim(product, lines, claim_no, service_date, known_at, circumstance, member)

    def coverage(self, data: object, today: date, now: datetime | None) -> CoverageQuery | None:
        asked = self.mapping((), data, QUERY_FIELDS)
        if asked is None:
            return None
        icd10 = asked.get("icd10")
        query = CoverageQuery(
            day=self.day(("date",), asked.get("date")) or today,
            identity=self.identity((), asked),
            diagnoses=self.diagnoses(("icd10",), [icd10] if isinstance(icd10, str) and icd10.strip() else icd10),
            sex=self.choice(("sex",), asked.get("sex"), fields.sex, SEXES) or "",
            age=self.number(("age",), asked.get("age"), fields.age),
            setting=self.setting(("setting",), asked.get("setting")),
            institution_level=self.level(("institution_level",), asked.get("institution_level")),
            circumstance=self.circumstance(asked),
            known_at=self.instant(("known_at",), asked.get("known_at"), now=now),
        )
        return None if self.problems else query

    def member(self, data: object) -> Member:
        said = self.optional(("member",), data, MEMBER_FIELDS)
        if not said:
            return Member()
        start = self.day(("member", "policy_start"), said.get("policy_start"))
        end = self.day(("member", "policy_end"), said.get("policy_end"))
        if start and end and start > end:
            self.add(("member", "policy_start"), "DATE_ORDER", first="policy_start", second="policy_end")
        return Member(
            member_ref=self.value(("member", "member_ref"), said.get("member_ref"), fields.member_ref) or "",
            policy_start=start,
            policy_end=end,
            renewal=self.yes_no(("member", "renewal"), said.get("renewal")) or False,
            sex=self.choice(("member", "sex"), said.get("sex"), fields.sex, SEXES) or "",
            age=self.number(("member", "age"), said.get("age"), fields.age),
            pre_existing=self.pre_existing(("member", "pre_existing"), said.get("pre_existing")),
            accumulators=self.accumulators(("member", "accumulators"), said.get("accumulators")),
        )

    def accumulators(self, place: Place, data: object) -> Accumulators:
        said = self.optional(place, data, ACCUMULATOR_FIELDS)
        if not said:
            return Accumulators()
        return Accumulators(
            deductible_used=self.used((*place, "deductible_used"), said.get("deductible_used")),
            benefit_base=self.used((*place, "benefit_base"), said.get("benefit_base")),
            benefit_paid=self.used((*place, "benefit_paid"), said.get("benefit_paid")),
            total_paid=self.number((*place, "total_paid"), said.get("total_paid"), _not_below_nothing) or Fen(0),
        )

    def used(self, place: Place, data: object) -> dict[str, Fen]:
        if not_given(data):
            return {}
        return self.amounts(place, data, lambda at, name: self.text(at, name, limit=MAX_TEXT), _not_below_nothing)

    def lines(self, data: object, common: "_Common") -> tuple[Line, ...]:
        if data is None or data == "" or data == []:
            self.add(("lines",), "REQUIRED", what="lines")
            return ()
        if not isinstance(data, list | tuple):
            self.add(("lines",), "BAD_TYPE", what_zh="列表", what_en="a list")
            return ()
        if len(data) > MAX_LINES:
            self.add(("lines",), "TOO_MANY_LINES", limit=MAX_LINES)
            return ()
        rows: list[Row] = []
        numbers: set[int] = set()
        for place, item in enumerate(data):
            if self.problems.count > MOST_COUNTED:
                return ()
            row = self.row(place, item, common)
            if row is None:
                continue
            if row.line.line_no in numbers:
                self.add(("lines", place, "line_no"), "LINE_NO_TWICE", value=row.line.line_no)
            numbers.add(row.line.line_no)
            rows.append(row)
        if len(rows) < len(data):
            return ()
        lines, wrong = add_up(rows)
        self.note(wrong, has_refunds=any(row.refund_of for row in rows))
        return lines

    def note(self, wrong: Iterable[Wrong], *, has_refunds: bool) -> None:
        """Note what is wrong with sums, but for sums of what could not be read: that is one fault."""
        before = {said.pointer for said in self.problems.found}
        unread = {found for found in before if found.startswith("/lines/") and found.rpartition("/")[2] in ADDED_UP}
        for found in wrong:
            own = {f"/lines/{found.place}/{field}" for field in ADDED_UP}
            if found.field == "refund_of" or unread.isdisjoint(unread if has_refunds else own):
                self.add(("lines", found.place, found.field), found.sentence, value=found.value, what=found.value)

    def row(self, place: int, data: object, common: "_Common") -> Row | None:
        at = ("lines", place)
        said = self.mapping(at, data, LINE_FIELDS)
        if said is None:
            return None
        # Most lines lack most of what they may say: what is not there is not asked for.
        get = said.get
        day = common.service_date
        if "service_date" in said:
            day = self.day((*at, "service_date"), get("service_date")) or day
        if day is None and not_given(get("service_date")):
            self.add((*at, "service_date"), "REQUIRED", what="service_date")
        refund_of = self.reference(at, "refund_of", said) if "refund_of" in said else ""
        amount, base_paid, other_paid, quantity = self.figures(at, said, is_refund=bool(refund_of))
        diagnoses, setting, level = common.diagnoses, common.setting, common.institution_level
        if "diagnoses" in said:
            diagnoses = self.diagnoses((*at, "diagnoses"), get("diagnoses")) or diagnoses
        if "setting" in said:
            setting = self.setting((*at, "setting"), get("setting")) or setting
        if "institution_level" in said:
            level = self.level((*at, "institution_level"), get("institution_level")) or level
        settled = get("base_settled")
        line = Line(
            line_no=self.line_no(place, get("line_no")),
            service_date=day or date.min,
            diagnoses=diagnoses,
            setting=setting,
            institution_level=level,
            identity=self.identity(at, said, required=not refund_of),
            quantity=quantity,
            amount=amount,
            base_paid=base_paid,
            other_paid=other_paid,
            base_settled=settled if type(settled) is bool else self.yes_no((*at, "base_settled"), settled) or False,
            prior_auth_no=self.prior_auth_no(at, said) if "prior_auth_no" in said else "",
            evidence=self.evidence((*at, "evidence"), get("evidence")) if "evidence" in said else {},
            unit_price=self.unit_price(at, said) if "unit_price" in said else "",
            reference=self.reference(at, "reference", said) if "reference" in said else "",
            place=place,
        )
        return Row(line, refund_of)

    def figures(self, at: Place, said: Mapping[str, object], *, is_refund: bool) -> tuple[Fen, Fen, Fen, Nano]:
        """Return amount, base_paid, other_paid in fen and the quantity, each of the sign that it must have; 0 where it has not."""
        get = said.get
        amount = self.number((*at, "amount"), get("amount"), fields.money, required=True)
        base_paid = self.number((*at, "base_paid"), get("base_paid"), fields.money) or Fen(0)
        other_paid = self.number((*at, "other_paid"), get("other_paid"), fields.money) or Fen(0)
        quantity = self.number((*at, "quantity"), get("quantity"), fields.quantity, required=True)
        quantity_sign = (-1 if is_refund else 1) if quantity is None else quantity
        for field, sentence in wrong_signs(quantity_sign, amount or 0, base_paid, other_paid, is_refund=is_refund):
            self.add((*at, field), sentence, value=get(field), what=field)
        return amount or Fen(0), base_paid, other_paid, quantity or Nano(0)

    def reference(self, at: Place, name: str, said: Mapping[str, object]) -> str:
        return self.value((*at, name), said.get(name), fields.reference) or ""

    def prior_auth_no(self, at: Place, said: Mapping[str, object]) -> str:
        return self.value((*at, "prior_auth_no"), said.get("prior_auth_no"), fields.prior_auth_no) or ""

    def unit_price(self, at: Place, said: Mapping[str, object]) -> str:
        return self.number((*at, "unit_price"), said.get("unit_price"), fields.unit_price) or ""

    def line_no(self, place: int, data: object) -> int:
        if type(data) is int and 1 <= data <= fields.MAX_LINE_NO:
            return data
        if not_given(data):
            return place + 1
        found = self.number(("lines", place, "line_no"), data, fields.line_no)
        return -place if found is None else found

    def identity(self, at: Place, data: Mapping[str, object], *, required: bool = True) -> Identity:
        written = [data.get(name) for name in IDENTITY_FIELDS]
        try:
            identity = _identity(*written)
        except TypeError:  # a list or an object where a text should be
            identity = None
        if identity is not None:
            return identity
        before = self.problems.count
        texts = {
            name: fields.drug_text(self.text((*at, name), value, limit=MAX_TEXT))
            for name, value in zip(IDENTITY_FIELDS, written, strict=True)
        }
        try:
            fields.drug_code(texts["national_code"])
        except Fault as fault:
            self.problems.refuse((*at, "national_code"), fault)
        if required and self.problems.count == before:
            self.add((*at, "generic_name"), "NO_DRUG_IDENTITY")
        return Identity.of(**texts)

    def setting(self, place: Place, data: object) -> str:
        return self.choice(place, data, fields.setting, SETTINGS) or ""

    def circumstance(self, asked: Mapping[str, object]) -> str:
        said = asked.get("circumstance")
        return self.choice(("circumstance",), said, fields.circumstance, CIRCUMSTANCES) or CIRCUMSTANCE_NONE

    def level(self, place: Place, data: object) -> int | None:
        if isinstance(data, int | Decimal) and not isinstance(data, bool):
            return self.number(place, data, fields.institution_level)
        return self.choice(place, data, fields.institution_level, vocabularies.LEVELS.codes)

    def diagnoses(self, place: Place, data: object) -> tuple[str, ...]:
        if not data or not_given(data):
            # 0 and False are no lists; nothing else that is empty says anything.
            if data is not None and not isinstance(data, str | list | tuple):
                self.add(place, "BAD_TYPE", what_zh="列表", what_en="a list")
            return ()
        return tuple(self.codes(place, data, _diagnoses))

    def pre_existing(self, place: Place, data: object) -> DiseaseCodes:
        return DiseaseCodes.of(self.codes(place, data, fields.pre_existing))

    def codes(self, place: Place, data: object, read: Callable[[str], tuple[str, ...] | None]) -> list[str]:
        codes: list[str] = []
        for position, text in enumerate(self.items(place, data, MAX_CODES)):
            if isinstance(text, str) and text.strip():
                codes += self.read((*place, position), text, read) or ()
            else:
                self.add((*place, position), "BAD_CODE", value=text)
        return codes

    def evidence(self, place: Place, data: object) -> dict[str, bool]:
        """Answers to criteria; null is no answer."""
        found = {}
        for code, answered in self.named(place, data).items():
            at = (*place, str(code))
            says = self.yes_no(at, answered)
            name = self.value(at, str(code), fields.evidence_code)
            if says is not None and name:
                found[name] = says
        return found


@lru_cache(maxsize=65_536)
def _diagnoses(text: str) -> tuple[str, ...]:
    """The diagnoses of a text as they are compared."""
    return tuple([icd10.compared(code) for code in fields.diagnoses(text) or ()])


def _not_below_nothing(text: str) -> Fen | None:
    amount = fields.money(text)
    return None if amount is None else Fen(not_below_nothing(amount, MAX_FEN))


class _Common:
    """What a claim says for all its lines."""

    __slots__ = ("service_date", "diagnoses", "setting", "institution_level")

    def __init__(
        self, service_date: date | None, diagnoses: tuple[str, ...], setting: str, institution_level: int | None
    ) -> None:
        self.service_date = service_date
        self.diagnoses = diagnoses
        self.setting = setting
        self.institution_level = institution_level
