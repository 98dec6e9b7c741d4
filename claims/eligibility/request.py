"""Requests read strictly at the edge: decoded JSON in, a value that cannot be wrong out, or every problem with its pointer.

What makes a claim invalid is eligibility 8. Missing, null, blank and empty are all "not given". Amounts are text or whole numbers,
or Decimal where the JSON was decoded so; a binary float is refused, since it no longer is what was written.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from catalog import vocabularies
from catalog.drugs.knowledge import Identity
from claims.eligibility.diseases import DiseaseCodes
from claims.eligibility.facts import (
    CIRCUMSTANCE_NONE,
    QUANTITY_PLACES,
    Accumulators,
    Claim,
    CoverageQuery,
    Line,
    Member,
)
from claims.limits import MAX_LINES, MAX_TEXT
from common import icd10
from common.dates import parse_day, parse_instant
from common.errors import InvalidInput, pointer
from common.money import NotANumber, fen, plain, scaled
from common.sentences import Language, Problems
from insurers.terms import SETTINGS

SEXES: Final = vocabularies.SEXES.codes
CIRCUMSTANCES: Final = vocabularies.CIRCUMSTANCES.codes
LEVELS: Final = tuple(map(int, vocabularies.LEVELS.codes))
MAX_AGE: Final = 150
MAX_CODES: Final = 500
MAX_LINE_NO: Final = 2**31 - 1
PRICE_PLACES: Final = 18

IDENTITY_FIELDS: Final = Identity._fields
CLAIM_FIELDS: Final = frozenset(
    "product claim_no as_known_at service_date diagnoses setting institution_level circumstance member lines".split()
)
MEMBER_FIELDS: Final = frozenset("member_ref policy_start policy_end renewal sex age pre_existing accumulators".split())
ACCUMULATOR_FIELDS: Final = frozenset({"deductible_used", "benefit_base", "benefit_paid", "total_paid"})
LINE_FIELDS: Final = frozenset(
    "line_no service_date diagnoses setting institution_level quantity unit_price amount base_paid other_paid base_settled "
    "prior_auth_no evidence".split()
) | frozenset(IDENTITY_FIELDS)
QUERY_FIELDS: Final = frozenset(
    "icd10 sex age setting institution_level circumstance date known_at".split()
) | frozenset(IDENTITY_FIELDS)

# Names under which systems send who a person is: they get a code of their own, since the mend is not a spelling.
PERSONAL_FIELDS: Final = frozenset(
    "name fullname patient patientname psnname insuredname membername idcard idcardno idno idnumber identity identityno certno "
    "certificateno passport passportno phone phoneno phonenumber tel telephone mobile mobileno email address addr homeaddress birthday "
    "birthdate dateofbirth brdy bankcard bankaccount 姓名 患者姓名 参保人姓名 身份证 身份证号 身份证号码 证件号 证件号码 电话 联系电话 手机 "
    "手机号 地址 住址 家庭住址 邮箱 出生日期 银行卡号".split()
)

# PostgreSQL keeps no NUL, and half a surrogate pair is no text at all.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class InvalidClaim(InvalidInput):
    """The claim is invalid (eligibility 8); `errors` point at every field to mend."""

    code = "invalid_claim"


class InvalidQuery(InvalidInput):
    """The coverage query is invalid; `errors` point at every field to mend."""

    code = "invalid_query"


def parse_claim(data: object, language: Language = "zh") -> Claim:
    """Will read a claim check from decoded JSON. Raises InvalidClaim with every problem found."""
    reader = _Reader(language)
    claim = reader.claim(data)
    if claim is None:
        raise InvalidClaim("The claim has problems.", errors=reader.problems.found)
    return claim


def parse_coverage(data: object, *, today: date, language: Language = "zh") -> CoverageQuery:
    """Will read one coverage query from decoded JSON; `date` not given is today. Raises InvalidQuery."""
    reader = _Reader(language)
    query = reader.coverage(data, today)
    if query is None:
        raise InvalidQuery("The query has problems.", errors=reader.problems.found)
    return query


def coverage_fields(parameters: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Will turn URL parameters into the fields of a coverage query.

    `icd10` may be repeated or hold several codes split by commas; whole numbers are read where one is meant. Anything that
    cannot be read is passed on as it is, for `parse_coverage` to name.
    """
    found: dict[str, object] = {}
    for name, values in parameters.items():
        if name == "icd10":
            found[name] = [code.strip() for value in values for code in value.split(",") if code.strip()]
        elif name in ("age", "institution_level") and values and re.fullmatch(r"[0-9]{1,4}", values[-1], re.ASCII):
            found[name] = int(values[-1])
        else:
            found[name] = values[-1] if values else ""
    return found


@lru_cache(maxsize=65_536)
def _identity(
    national_code: str | None,
    approval_no: str | None,
    generic_name: str | None,
    dosage_form: str | None,
    brand_name: str | None,
    manufacturer: str | None,
    strength: str | None,
) -> Identity | None:
    """The identity that seven texts, as written, make; None when one of them cannot be taken or they name no drug.

    Drugs repeat from claim to claim, so this is remembered.
    """
    written = (national_code, approval_no, generic_name, dosage_form, brand_name, manufacturer, strength)
    for text in written:
        if text is not None and (not isinstance(text, str) or len(text) > MAX_TEXT or _UNKEEPABLE.search(text)):
            return None
    identity = Identity.of(**{name: text or "" for name, text in zip(IDENTITY_FIELDS, written, strict=True)})
    return identity if identity.names_a_drug else None


@lru_cache(maxsize=65_536)
def _codes_in(text: str, ranges: bool) -> tuple[tuple[str, ...], str]:
    """Return the disease codes, and where allowed ranges, that a text holds, and why it cannot be taken ('' where it can)."""
    if len(text) > MAX_TEXT or _UNKEEPABLE.search(text):
        return (), "BAD_CODE"
    found = icd10.split(text)
    if not found or not all(icd10.is_code(code) or icd10.range_of(code) for code in found):
        return (), "BAD_CODE"
    if not ranges and not all(map(icd10.is_code, found)):
        return (), "RANGE_NOT_ALLOWED"
    return tuple(map(icd10.compared, found)), ""


def _not_given(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


class _Reader:
    """Reads one request; every method notes what is wrong and goes on, so that all problems are found at once.

    Places are tuples, made into JSON pointers only when there is something to say.
    """

    __slots__ = ("problems",)

    def __init__(self, language: Language) -> None:
        self.problems = Problems(language)

    def add(self, place: tuple[str | int, ...], code: str, **values: object) -> None:
        self.problems.add(pointer(*place), code, **values)

    def claim(self, data: object) -> Claim | None:
        if not isinstance(data, Mapping):
            self.add((), "BAD_TYPE", what_zh="对象", what_en="an object")
            return None
        self.known_fields((), data, CLAIM_FIELDS)
        product = self.text(("product",), data.get("product"))
        if not product:
            self.add(("product",), "REQUIRED", what="product")
        service_date = self.day(("service_date",), data.get("service_date"))
        known_at = self.instant(("as_known_at",), data.get("as_known_at"))
        common = _Common(
            # A date that cannot be read is one fault, not a missing date on every line.
            service_date if _not_given(data.get("service_date")) else service_date or date.min,
            self.diagnoses(("diagnoses",), data.get("diagnoses")),
            self.choice(("setting",), data.get("setting"), SETTINGS),
            self.level(("institution_level",), data.get("institution_level")),
        )
        circumstance = self.choice(("circumstance",), data.get("circumstance"), CIRCUMSTANCES) or CIRCUMSTANCE_NONE
        claim_no = self.text(("claim_no",), data.get("claim_no"))
        member = self.member(data.get("member"))
        lines = self.lines(data.get("lines"), common)
        if self.problems:
            return None
        return Claim(product, lines, claim_no, service_date, known_at, circumstance, member)

    def coverage(self, data: object, today: date) -> CoverageQuery | None:
        if not isinstance(data, Mapping):
            self.add((), "BAD_TYPE", what_zh="对象", what_en="an object")
            return None
        self.known_fields((), data, QUERY_FIELDS)
        icd10 = data.get("icd10")
        query = CoverageQuery(
            day=self.day(("date",), data.get("date")) or today,
            identity=self.identity((), data),
            diagnoses=self.diagnoses(("icd10",), [icd10] if isinstance(icd10, str) and icd10.strip() else icd10),
            sex=self.choice(("sex",), data.get("sex"), SEXES),
            age=self.age(("age",), data.get("age")),
            setting=self.choice(("setting",), data.get("setting"), SETTINGS),
            institution_level=self.level(("institution_level",), data.get("institution_level")),
            circumstance=self.choice(("circumstance",), data.get("circumstance"), CIRCUMSTANCES) or CIRCUMSTANCE_NONE,
            known_at=self.instant(("known_at",), data.get("known_at")),
        )
        return None if self.problems else query

    def member(self, data: object) -> Member:
        if data is None or data in ({}, "", []):
            return Member()
        if not isinstance(data, Mapping):
            self.add(("member",), "BAD_TYPE", what_zh="对象", what_en="an object")
            return Member()
        self.known_fields(("member",), data, MEMBER_FIELDS)
        start = self.day(("member", "policy_start"), data.get("policy_start"))
        end = self.day(("member", "policy_end"), data.get("policy_end"))
        if start and end and start > end:
            self.add(("member", "policy_start"), "DATE_ORDER", first="policy_start", second="policy_end")
        return Member(
            member_ref=self.text(("member", "member_ref"), data.get("member_ref")),
            policy_start=start,
            policy_end=end,
            renewal=self.yes_no(("member", "renewal"), data.get("renewal")),
            sex=self.choice(("member", "sex"), data.get("sex"), SEXES),
            age=self.age(("member", "age"), data.get("age")),
            pre_existing=self.pre_existing(("member", "pre_existing"), data.get("pre_existing")),
            accumulators=self.accumulators(("member", "accumulators"), data.get("accumulators")),
        )

    def accumulators(self, place: tuple[str | int, ...], data: object) -> Accumulators:
        if data is None or data in ({}, "", []):
            return Accumulators()
        if not isinstance(data, Mapping):
            self.add(place, "BAD_TYPE", what_zh="对象", what_en="an object")
            return Accumulators()
        self.known_fields(place, data, ACCUMULATOR_FIELDS)
        return Accumulators(
            deductible_used=self.amounts((*place, "deductible_used"), data.get("deductible_used")),
            benefit_base=self.amounts((*place, "benefit_base"), data.get("benefit_base")),
            benefit_paid=self.amounts((*place, "benefit_paid"), data.get("benefit_paid")),
            total_paid=self.money((*place, "total_paid"), data.get("total_paid")) or 0,
        )

    def amounts(self, place: tuple[str | int, ...], data: object) -> dict[str, int]:
        if data is None or data == "":
            return {}
        if not isinstance(data, Mapping):
            self.add(place, "BAD_TYPE", what_zh="对象", what_en="an object")
            return {}
        found = {}
        for name, written in data.items():
            amount = self.money((*place, name), written)
            if self.text((*place, name), name) and amount is not None:
                found[name] = amount
        return found

    def lines(self, data: object, common: "_Common") -> tuple[Line, ...]:
        if data is None or data == "" or data == []:
            self.add(("lines",), "REQUIRED", what="lines")
            return ()
        if not isinstance(data, list | tuple):
            self.add(("lines",), "BAD_TYPE", what_zh="列表", what_en="a list")
            return ()
        if len(data) > MAX_LINES:
            self.add(("lines",), "TOO_MANY", what="lines", limit=MAX_LINES)
            return ()
        lines: list[Line] = []
        numbers: set[int] = set()
        for place, item in enumerate(data):
            if not isinstance(item, Mapping):
                self.add(("lines", place), "BAD_TYPE", what_zh="对象", what_en="an object")
                continue
            line = self.line(place, item, common)
            if line.line_no in numbers:
                self.add(("lines", place, "line_no"), "DUPLICATE", value=line.line_no)
            numbers.add(line.line_no)
            lines.append(line)
        return tuple(lines)

    def line(self, place: int, data: Mapping[str, object], common: "_Common") -> Line:
        at = ("lines", place)
        self.known_fields(at, data, LINE_FIELDS)
        get = data.get
        day = common.service_date
        if "service_date" in data:
            day = self.day((*at, "service_date"), get("service_date")) or day
        if day is None and _not_given(get("service_date")):
            self.add((*at, "service_date"), "REQUIRED", what="service_date")
        amount = self.money((*at, "amount"), get("amount"), required=True) or 0
        base_paid = self.money((*at, "base_paid"), get("base_paid")) or 0
        other_paid = self.money((*at, "other_paid"), get("other_paid")) or 0
        if amount - base_paid - other_paid < 0 <= amount and min(base_paid, other_paid) >= 0 and "amount" in data:
            self.add((*at, "amount"), "NEGATIVE_CLAIMABLE")
        return Line(
            line_no=self.line_no(place, get("line_no")),
            service_date=day or date.min,
            diagnoses=self.diagnoses((*at, "diagnoses"), get("diagnoses")) or common.diagnoses,
            setting=self.choice((*at, "setting"), get("setting"), SETTINGS) or common.setting,
            institution_level=self.level((*at, "institution_level"), get("institution_level"))
            or common.institution_level,
            identity=self.identity(at, data),
            quantity=self.quantity((*at, "quantity"), get("quantity")),
            amount=amount,
            base_paid=base_paid,
            other_paid=other_paid,
            base_settled=self.yes_no((*at, "base_settled"), get("base_settled")),
            prior_auth_no=self.text((*at, "prior_auth_no"), get("prior_auth_no")),
            evidence=self.evidence((*at, "evidence"), get("evidence")),
            unit_price=self.unit_price((*at, "unit_price"), get("unit_price")),
        )

    def line_no(self, place: int, data: object) -> int:
        if _not_given(data):
            return place + 1
        if isinstance(data, bool) or not isinstance(data, int):
            self.add(("lines", place, "line_no"), "BAD_TYPE", what_zh="正整数", what_en="a positive whole number")
            return -place
        if not 1 <= data <= MAX_LINE_NO:
            self.add(("lines", place, "line_no"), "OUT_OF_RANGE", value=data, low=1, high=MAX_LINE_NO)
            return -place
        return data

    def identity(self, at: tuple[str | int, ...], data: Mapping[str, object]) -> Identity:
        written = [data.get(name) for name in IDENTITY_FIELDS]
        try:
            identity = _identity(*written)
        except TypeError:  # a list or an object where a text should be
            identity = None
        if identity is not None:
            return identity
        before = len(self.problems.found)
        texts = {name: self.text((*at, name), value) for name, value in zip(IDENTITY_FIELDS, written, strict=True)}
        if len(self.problems.found) == before:
            self.add(at, "NO_DRUG_IDENTITY")
        return Identity.of(**texts)

    def known_fields(self, place: tuple[str | int, ...], data: Mapping[str, object], known: frozenset[str]) -> None:
        if data.keys() <= known:
            return
        for name in data:
            if name in known:
                continue
            bare = re.sub(r"[\s_\-]", "", str(name)).lower()
            code = "PERSONAL_DATA" if bare in PERSONAL_FIELDS else "UNKNOWN_FIELD"
            self.add((*place, name), code, what=name)

    def text(self, place: tuple[str | int, ...], data: object) -> str:
        if data is None:
            return ""
        if not isinstance(data, str):
            self.add(place, "BAD_TYPE", what_zh="文字", what_en="text")
            return ""
        if len(data) > MAX_TEXT:
            self.add(place, "TOO_LONG", limit=MAX_TEXT)
        elif _UNKEEPABLE.search(data):
            self.add(place, "CONTROL_CHARACTER")
        return data if data.strip() else ""

    def choice(self, place: tuple[str | int, ...], data: object, choices: tuple[str, ...]) -> str:
        if data is None:
            return ""
        if isinstance(data, str) and data in choices:
            return data
        if not _not_given(data):
            self.add(place, "BAD_CHOICE", value=data, choices=", ".join(choices))
        return ""

    def level(self, place: tuple[str | int, ...], data: object) -> int | None:
        if _not_given(data):
            return None
        if isinstance(data, int) and not isinstance(data, bool) and data in LEVELS:
            return data
        self.add(place, "BAD_CHOICE", value=data, choices="1, 2, 3")
        return None

    def age(self, place: tuple[str | int, ...], data: object) -> int | None:
        if _not_given(data):
            return None
        if isinstance(data, bool) or not isinstance(data, int):
            self.add(place, "BAD_TYPE", what_zh="整数", what_en="a whole number")
            return None
        if not 0 <= data <= MAX_AGE:
            self.add(place, "OUT_OF_RANGE", value=data, low=0, high=MAX_AGE)
        return data

    def yes_no(self, place: tuple[str | int, ...], data: object) -> bool:
        if data is True or data is False:
            return data
        if not _not_given(data):
            self.add(place, "BAD_YES_NO")
        return False

    def day(self, place: tuple[str | int, ...], data: object) -> date | None:
        if _not_given(data):
            return None
        try:
            if isinstance(data, str):
                return parse_day(data)
        except ValueError:
            pass
        self.add(place, "BAD_DATE", value=data)
        return None

    def instant(self, place: tuple[str | int, ...], data: object) -> datetime | None:
        if _not_given(data):
            return None
        try:
            if isinstance(data, str):
                return parse_instant(data)
        except ValueError:
            pass
        self.add(place, "BAD_INSTANT", value=data)
        return None

    def money(self, place: tuple[str | int, ...], data: object, *, required: bool = False) -> int | None:
        if _not_given(data):
            if required:
                self.add(place, "REQUIRED", what=place[-1])
            return None
        try:
            amount = fen(data)
        except NotANumber as fault:
            self.add(place, fault.code, value=data, places=2, low="0", high="1000000000000.00")
            return None
        if amount < 0:
            self.add(place, "NEGATIVE", value=data)
        return amount

    def quantity(self, place: tuple[str | int, ...], data: object) -> int:
        if _not_given(data):
            self.add(place, "REQUIRED", what="quantity")
            return 0
        try:
            quantity = _quantity(data) if isinstance(data, str) else scaled(data, QUANTITY_PLACES)
        except NotANumber as fault:
            self.add(place, fault.code, value=data, places=QUANTITY_PLACES, low="0", high="1000000000000")
            return 0
        if quantity <= 0:
            self.add(place, "NOT_POSITIVE", value=data)
        return quantity

    def unit_price(self, place: tuple[str | int, ...], data: object) -> str:
        """Kept, not judged; the one amount that may have more than two decimals."""
        if _not_given(data):
            return ""
        try:
            price = scaled(data, PRICE_PLACES)
        except NotANumber as fault:
            self.add(place, fault.code, value=data, places=PRICE_PLACES, low="0", high="1000000000000")
            return ""
        if price < 0:
            self.add(place, "NEGATIVE", value=data)
            return ""
        return plain(price, PRICE_PLACES)

    def diagnoses(self, place: tuple[str | int, ...], data: object) -> tuple[str, ...]:
        if not data or _not_given(data):
            # 0 and False are no lists; nothing else that is empty says anything.
            if data is not None and not isinstance(data, str | list | tuple):
                self.add(place, "BAD_TYPE", what_zh="列表", what_en="a list")
            return ()
        return tuple(self.codes(place, data, ranges=False))

    def pre_existing(self, place: tuple[str | int, ...], data: object) -> DiseaseCodes:
        if _not_given(data):
            return DiseaseCodes()
        return DiseaseCodes.of(self.codes(place, data, ranges=True))

    def codes(self, place: tuple[str | int, ...], data: object, *, ranges: bool) -> list[str]:
        if not isinstance(data, list | tuple):
            self.add(place, "BAD_TYPE", what_zh="列表", what_en="a list")
            return []
        if len(data) > MAX_CODES:
            self.add(place, "TOO_MANY", what=place[-1], limit=MAX_CODES)
            return []
        codes: list[str] = []
        for position, text in enumerate(data):
            found, problem = _codes_in(text, ranges) if isinstance(text, str) else ((), "BAD_CODE")
            if problem:
                self.add((*place, position), problem, value=text)
            codes += found
        return codes

    def evidence(self, place: tuple[str | int, ...], data: object) -> dict[str, bool]:
        """Answers to criteria; null is no answer."""
        if data is None or data == "":
            return {}
        if not isinstance(data, Mapping):
            self.add(place, "BAD_TYPE", what_zh="对象", what_en="an object")
            return {}
        found = {}
        for code, answered in data.items():
            if answered is True or answered is False:
                if self.text((*place, code), code):
                    found[code] = answered
            elif not _not_given(answered):
                self.add((*place, code), "BAD_YES_NO")
        return found


@lru_cache(maxsize=8_192)
def _quantity(text: str) -> int:
    return scaled(text, QUANTITY_PLACES)


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
