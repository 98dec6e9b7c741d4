"""The columns of a claim batch: names, accepted headers, and what a cell may say (spec csv.md, "Claim batches").

What a cell says is read by claims.eligibility.fields, as a check and a coverage query are. Beside our own names stand those
of the national interface's fee detail (费用明细 2301) and their Chinese ones.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from catalog.importing.columns import (
    APPROVAL_HEADERS,
    BRAND_HEADERS,
    FORM_HEADERS,
    GENERIC_HEADERS,
    ICD10_HEADERS,
    IGNORED_HEADERS,
    MAKER_HEADERS,
    NATIONAL_CODE_HEADERS,
    OTHER_COMPANIES,
    OWN_CODES,
    STRENGTH_HEADERS,
    WIDER_NAMES,
)
from claims.claim_size import MAX_TEXT
from claims.eligibility import fields
from common import personal
from tables import cells
from tables.cells import Parsed, Parser, narrow
from tables.columns import Column, Shape
from tables.header import Placed
from tables.header_names import HeaderNames, bare_key, header_key

CLAIMS: Final = "claims"
_EVERY_CLAIM: Final = frozenset({CLAIMS})
MAX_CODES_CELL: Final = 2_000

Read = Callable[[str], Any]


def _kept(read: Read) -> Parser:
    """A value that is what was written, but for its width: a reference."""

    def parse(written: str) -> Parsed:
        value = read(written)
        return Parsed(value, value)

    return parse


def _number(read: Read) -> Parser:
    def parse(written: str) -> Parsed:
        return Parsed(read(written), narrow(written))

    return parse


def _day(read: Read) -> Parser:
    def parse(written: str) -> Parsed:
        value = read(written)
        return Parsed(value, value.isoformat())

    return parse


def _chosen(read: Read) -> Parser:
    return lambda written: Parsed(read(written))


_SEPARATORS: Final = re.compile(r"(?<!\s)\s*[;；|｜、,，]\s*")


def _codes(read: Read) -> Parser:
    def parse(written: str) -> Parsed:
        value = tuple(dict.fromkeys(read(written)))
        stored = ";".join(value)
        return Parsed(value, stored if stored != _SEPARATORS.sub(";", written) else None)

    return parse


def _as_written(read: Callable[[str], str]) -> Parser:
    def parse(written: str) -> Parsed:
        personal.refuse_identity_number(written)
        return Parsed(read(cells.text(written).value))

    return parse


_text: Final = personal.impersonal(cells.text)
_money: Final = _number(fields.money)
_reference: Final = _kept(fields.reference)

CLAIM_LINES: Final[tuple[Column, ...]] = (
    Column(
        "claim_no",
        ("mdtrt_id", "赔案号", "理赔号", "就诊ID"),
        _kept(fields.claim_no),
        max_length=fields.MAX_CLAIM_NO,
        required_for=_EVERY_CLAIM,
    ),
    Column(
        "member_ref",
        ("psn_no", "人员编号"),
        _kept(fields.member_ref),
        max_length=fields.MAX_MEMBER_REF,
        required_for=_EVERY_CLAIM,
        of_claim=True,
    ),
    Column("line_no", ("行号",), _number(fields.line_no), "int", wrong="BAD_NUMBER"),
    Column(
        "reference",
        ("feedetl_sn", "费用明细流水号", "明细流水号"),
        _reference,
        max_length=fields.MAX_REFERENCE,
    ),
    Column(
        "refund_of",
        ("init_feedetl_sn", "原费用流水号", "原费用明细流水号", "原明细流水号"),
        _reference,
        max_length=fields.MAX_REFERENCE,
    ),
    Column(
        "service_date",
        ("fee_ocur_time", "就诊日期", "费用发生日期", "费用发生时间"),
        _day(fields.day),
        "date",
        required_for=_EVERY_CLAIM,
        wrong="BAD_DATE",
    ),
    Column("policy_start", ("保单生效日期",), _day(fields.day), "date", of_claim=True, wrong="BAD_DATE"),
    Column("policy_end", ("保单终止日期",), _day(fields.day), "date", of_claim=True, wrong="BAD_DATE"),
    Column("renewal", ("续保",), _chosen(fields.yes_no), "yes_no", of_claim=True, wrong="BAD_YES_NO"),
    Column("pre_existing", ("既往症",), _codes(fields.pre_existing), "list", max_length=MAX_CODES_CELL, of_claim=True),
    Column("age", ("年龄",), _number(fields.age), "int", of_claim=True, wrong="BAD_NUMBER"),
    Column("sex", ("性别",), _chosen(fields.sex), of_claim=True, wrong="BAD_CHOICE"),
    Column("diagnoses", ("诊断", *ICD10_HEADERS), _codes(fields.diagnoses), "list", max_length=MAX_CODES_CELL),
    Column("setting", ("就医类型", "支付场景"), _chosen(fields.setting), wrong="BAD_CHOICE"),
    Column("institution_level", ("医疗机构级别",), _chosen(fields.institution_level), "int", wrong="BAD_CHOICE"),
    Column("circumstance", ("情形",), _chosen(fields.circumstance), of_claim=True, wrong="BAD_CHOICE"),
    Column(
        "national_code",
        ("med_list_codg", "医疗目录编码", *NATIONAL_CODE_HEADERS),
        _as_written(fields.drug_code),
        max_length=MAX_TEXT,
        general=OWN_CODES,
    ),
    Column("approval_no", APPROVAL_HEADERS, _as_written(fields.approval_no), max_length=MAX_TEXT),
    Column(
        "generic_name",
        GENERIC_HEADERS,
        personal.impersonal(cells.name),
        max_length=MAX_TEXT,
        general=WIDER_NAMES,
    ),
    Column("dosage_form", FORM_HEADERS, _text, max_length=MAX_TEXT),
    Column("brand_name", BRAND_HEADERS, _text, max_length=MAX_TEXT),
    Column("manufacturer", MAKER_HEADERS, _text, max_length=MAX_TEXT, general=OTHER_COMPANIES),
    Column("strength", STRENGTH_HEADERS, _text, max_length=MAX_TEXT),
    Column(
        "quantity",
        ("cnt", "数量"),
        _number(fields.quantity),
        "decimal",
        required_for=_EVERY_CLAIM,
        wrong="BAD_NUMBER",
    ),
    Column("unit_price", ("pric", "单价"), _number(fields.unit_price), "decimal", wrong="BAD_NUMBER"),
    Column(
        "amount",
        ("det_item_fee_sumamt", "金额", "明细项目费用总额"),
        _money,
        "decimal",
        required_for=_EVERY_CLAIM,
        wrong="BAD_NUMBER",
    ),
    Column("base_paid", ("医保支付",), _money, "decimal", wrong="BAD_NUMBER"),
    Column("other_paid", ("其他支付",), _money, "decimal", wrong="BAD_NUMBER"),
    Column("base_settled", ("医保已结算",), _chosen(fields.yes_no), "yes_no", wrong="BAD_YES_NO"),
    Column("prior_auth_no", ("预授权号",), _kept(fields.prior_auth_no), max_length=fields.MAX_PRIOR_AUTH_NO),
    Column("evidence", ("审核要点", "证据"), _chosen(fields.evidence), "answers", max_length=4_000),
)

# What a header of a batch may be called.
NAMES: Final = HeaderNames(
    Shape(
        columns=CLAIM_LINES,
        required=frozenset(column.name for column in CLAIM_LINES if column.required_for),
        naming="claim_no",
        personal=personal.names_a_person,
        ignored=IGNORED_HEADERS,
    )
)

# The national interface writes a moment where we ask for a day; only under its own header is the time of day dropped.
_MOMENTS: Final = frozenset({"feeocurtime", "费用发生时间"})
# Its serial number of a fee is the line's reference, and where it is a whole number that fits the line's number too.
_SERIALS: Final = frozenset({"feedetlsn", "费用明细流水号"})


def of_the_interface(placed: Placed) -> Placed:
    """Return a column as its header asks for it: under the national interface's own name a moment is a day."""
    if bare_key(header_key(placed.header)) in _MOMENTS:
        return replace(placed, column=replace(placed.column, parse=_day(fields.moment)))
    return placed


def numbers_lines(placed: Placed) -> bool:
    """Tell whether a column is the national interface's serial number, which numbers lines too."""
    return bare_key(header_key(placed.header)) in _SERIALS
