"""The columns of every kind of file: names, accepted headers, what a cell may say, and how it is stored (spec csv.md).

This is the only place where a header alias is defined.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tables import cells
from tables.cells import Parser

Storage = Literal["text", "list", "int", "decimal", "yes_no", "date", "answers"]

CATALOG_KINDS: Final = ("commercial", "base", "negative", "base_exclusion", "reference")
NAMING_KINDS: Final = frozenset({"commercial", "base", "reference"})  # every entry names a drug (eligibility 4.1)
SELECTING_KINDS: Final = frozenset({"negative", "base_exclusion"})
DRUGS: Final = "drugs"
CLAIMS: Final = "claims"
_ALWAYS: Final = frozenset({*CATALOG_KINDS, DRUGS, CLAIMS})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind of file.

    `headers` are accepted beside the name. `free` text may hold tabs and line breaks. `places` are the decimals
    stored. `alike` columns decide whether two rows speak of the same thing (csv.md, below the table): drug columns
    `by norm`, coded and text columns `as written`. `of_claim` columns must say the same on every row of a claim.
    `wrong` is the code for a spreadsheet cell of the wrong type.
    """

    name: str
    headers: tuple[str, ...]
    parse: Parser
    storage: Storage = "text"
    max_length: int = 200
    required_for: frozenset[str] = frozenset()
    free: bool = False
    places: int = 0
    alike: Literal["", "by norm", "as written"] = ""
    of_claim: bool = False
    wrong: str = "BAD_CODE"


def _choice(words: Mapping[str, str]) -> Parser:
    return cells.choice(words)


_NATIONAL_CODE_HEADERS = ("国家医保药品代码", "医保药品代码", "药品代码", "药品编码")
_APPROVAL_HEADERS = ("批准文号", "国药准字")
_GENERIC_HEADERS = ("通用名", "药品名称", "药品通用名")
_MAKER_HEADERS = ("生产企业", "上市许可持有人", "药品企业")

ENTRIES: Final[tuple[Column, ...]] = (
    Column("entry_code", ("条目编码", "编号"), cells.reference, max_length=64),
    Column("generic_name", _GENERIC_HEADERS, cells.name, required_for=NAMING_KINDS, alike="by norm"),
    Column("brand_name", ("商品名",), cells.text, alike="by norm"),
    Column("dosage_form", ("剂型",), cells.text, max_length=100, alike="by norm"),
    Column("strength", ("规格",), cells.text, alike="by norm"),
    Column("manufacturer", _MAKER_HEADERS, cells.text, alike="by norm"),
    Column("authorized_company", ("授权企业",), cells.text),
    Column("national_code", _NATIONAL_CODE_HEADERS, cells.national_code, alike="by norm"),
    Column("approval_no", _APPROVAL_HEADERS, cells.approval_no, alike="by norm"),
    Column("class_code", ("药品分类代码", "分类代码"), cells.class_code, alike="by norm"),
    Column(
        "reimbursement_class",
        ("甲乙类", "费用类别", "医保类别"),
        _choice(cells.REIMBURSEMENT_CLASS),
        wrong="BAD_CHOICE",
    ),
    Column("indication", ("适应症",), cells.text, max_length=4000, free=True, alike="as written"),
    Column("icd10", ("疾病编码", "ICD-10"), cells.icd10, "list", max_length=4000, alike="as written"),
    Column("sex", ("性别",), _choice(cells.SEX), alike="as written", wrong="BAD_CHOICE"),
    Column("age_min", ("最小年龄",), cells.whole(0, 150), "int", alike="as written", wrong="BAD_NUMBER"),
    Column("age_max", ("最大年龄",), cells.whole(0, 150), "int", alike="as written", wrong="BAD_NUMBER"),
    Column(
        "settings",
        ("就医类型", "支付场景"),
        cells.choices(cells.SETTING),
        "list",
        alike="as written",
        wrong="BAD_CHOICE",
    ),
    Column(
        "min_institution_level",
        ("医疗机构级别",),
        cells.institution_level,
        "int",
        alike="as written",
        wrong="BAD_CHOICE",
    ),
    Column("restriction", ("限定支付范围", "备注"), cells.text, max_length=4000, free=True, alike="as written"),
    Column(
        "payment_standard",
        ("支付标准", "医保支付标准"),
        cells.payment_standard,
        "decimal",
        max_length=2000,
        places=4,
        wrong="BAD_NUMBER",
    ),
    Column("max_quantity", ("限量", "最大数量"), cells.positive(3), "decimal", places=3, wrong="BAD_NUMBER"),
    Column("criteria", ("审核要点", "用药条件"), cells.criteria, "list", max_length=8000, alike="as written"),
    Column("prior_auth", ("事前授权", "需预授权"), cells.yes_no, "yes_no", wrong="BAD_YES_NO"),
    Column("effective_from", ("协议开始日期", "生效日期"), cells.day_of, "date", wrong="BAD_DATE"),
    Column("effective_to", ("协议结束日期", "失效日期"), cells.day_of, "date", wrong="BAD_DATE"),
    Column("regulators", ("上市监管机构",), cells.choices(cells.REGULATORS), "list", wrong="BAD_CHOICE"),
    Column("rare_disease", ("罕见病",), cells.yes_no, "yes_no", wrong="BAD_YES_NO"),
    Column("marks", ("标记",), cells.choices(cells.MARKS), "list", wrong="BAD_CHOICE"),
    Column("note", ("说明",), cells.text, max_length=2000, free=True),
    Column("source", ("来源",), cells.text, max_length=2000, free=True),
)

MASTER: Final[tuple[Column, ...]] = (
    Column("national_code", _NATIONAL_CODE_HEADERS, cells.whole_national_code),
    Column("approval_no", _APPROVAL_HEADERS, cells.approval_no, max_length=100),
    Column("generic_name", _GENERIC_HEADERS, cells.name, required_for=frozenset({DRUGS})),
    Column("aliases", ("别名",), cells.aliases, "list", max_length=4000),
    Column("dosage_form", ("剂型",), cells.text, max_length=100),
    Column("strength", ("规格",), cells.text),
    Column("brand_name", ("商品名",), cells.text),
    Column("manufacturer", _MAKER_HEADERS, cells.text),
    Column("class_code", ("药品分类代码", "分类代码"), cells.class_code),
    Column("regulators", ("上市监管机构",), cells.dated_regulators, "list", max_length=400, wrong="BAD_CHOICE"),
    Column("unit", ("最小单位",), cells.text, max_length=50),
    Column("pack", ("包装",), cells.text),
)

_EVERY_CLAIM = frozenset({CLAIMS})
_reference = cells.impersonal(cells.reference)
_text = cells.impersonal(cells.text)

CLAIM_LINES: Final[tuple[Column, ...]] = (
    Column("claim_no", ("mdtrt_id", "赔案号", "理赔号"), _reference, max_length=100, required_for=_EVERY_CLAIM),
    Column("member_ref", ("psn_no",), cells.member_ref, max_length=100, required_for=_EVERY_CLAIM, of_claim=True),
    Column("line_no", ("feedetl_sn", "行号"), cells.whole(1, 10**18), "int", wrong="BAD_NUMBER"),
    Column(
        "service_date",
        ("fee_ocur_time", "就诊日期", "费用发生日期"),
        cells.day_of,
        "date",
        required_for=_EVERY_CLAIM,
        wrong="BAD_DATE",
    ),
    Column("policy_start", ("保单生效日期",), cells.day_of, "date", of_claim=True, wrong="BAD_DATE"),
    Column("policy_end", ("保单终止日期",), cells.day_of, "date", of_claim=True, wrong="BAD_DATE"),
    Column("renewal", ("续保",), cells.yes_no, "yes_no", of_claim=True, wrong="BAD_YES_NO"),
    Column("pre_existing", ("既往症",), cells.icd10, "list", max_length=2000, of_claim=True),
    Column("age", ("年龄",), cells.whole(0, 150), "int", of_claim=True, wrong="BAD_NUMBER"),
    Column("sex", ("性别",), _choice(cells.SEX), of_claim=True, wrong="BAD_CHOICE"),
    Column("diagnoses", ("诊断", "疾病编码", "ICD-10"), cells.diagnoses, "list", max_length=2000),
    Column("setting", ("就医类型", "支付场景"), _choice(cells.SETTING), wrong="BAD_CHOICE"),
    Column("institution_level", ("医疗机构级别",), cells.institution_level, "int", wrong="BAD_CHOICE"),
    Column("circumstance", ("情形",), _choice(cells.CIRCUMSTANCE), of_claim=True, wrong="BAD_CHOICE"),
    Column("national_code", ("med_list_codg", *_NATIONAL_CODE_HEADERS), cells.national_code),
    Column("approval_no", _APPROVAL_HEADERS, cells.approval_no),
    Column("generic_name", _GENERIC_HEADERS, cells.impersonal(cells.name)),
    Column("dosage_form", ("剂型",), _text, max_length=100),
    Column("brand_name", ("商品名",), _text),
    Column("manufacturer", _MAKER_HEADERS, _text),
    Column("strength", ("规格",), _text),
    Column(
        "quantity",
        ("cnt", "数量"),
        cells.positive(3),
        "decimal",
        required_for=_EVERY_CLAIM,
        places=3,
        wrong="BAD_NUMBER",
    ),
    Column("unit_price", ("pric", "单价"), cells.money(6), "decimal", places=6, wrong="BAD_NUMBER"),
    Column(
        "amount",
        ("det_item_fee_sumamt", "金额"),
        cells.money(),
        "decimal",
        required_for=_EVERY_CLAIM,
        places=2,
        wrong="BAD_NUMBER",
    ),
    Column("base_paid", ("医保支付",), cells.money(), "decimal", places=2, wrong="BAD_NUMBER"),
    Column("other_paid", ("其他支付",), cells.money(), "decimal", places=2, wrong="BAD_NUMBER"),
    Column("base_settled", ("医保已结算",), cells.yes_no, "yes_no", wrong="BAD_YES_NO"),
    Column("prior_auth_no", ("预授权号",), _reference, max_length=100),
    Column("evidence", ("审核要点", "证据"), cells.evidence, "answers", max_length=4000),
)

# The national interface writes a moment where we ask for a day; only under its own header is the time of day dropped.
MOMENT_HEADERS: Final = frozenset({"feeocurtime"})

# Written by our own problem file, so that a mended file can be uploaded as it is.
IGNORED_HEADERS: Final = frozenset({"错误", "problem"})

# Read for what it tells of the numbers beside it, not stored (csv.md, Names 5).
PART: Final = "part"
PART_HEADERS: Final = frozenset({"part", "部分"})

# Headers of personal identity. In a catalog only what can belong to a patient: a maker's address or telephone is not
# personal.
_PERSONAL = re.compile(
    "姓名|身份证|证件号|患者|被保险人名|投保人名|手机|出生|生日|certno|certificate|idcard|idnumber|psnname|patient|birth|brdy|mobile|^sfzh?$|^xm$"
)
_PERSONAL_IN_CLAIMS = re.compile(f"{_PERSONAL.pattern}|电话|住址|地址|邮箱|微信|^name$|fullname|^tel|phone|addr|email")

_TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    **dict.fromkeys(CATALOG_KINDS, ENTRIES),
    DRUGS: MASTER,
    CLAIMS: CLAIM_LINES,
}

# In the file's order of COPY the CSV columns stand by name, each derived column behind what it comes from: so a row's
# canonical JSON (keys sorted, RFC 8785) and its COPY line are built in one sweep.
DERIVED: Final[Mapping[str, tuple[str, ...]]] = {
    "generic_name": ("base_name", "name_form"),
    "brand_name": ("brand_key",),
    "approval_no": ("approval_key",),
    "payment_standard": ("payment_standard_text",),
    "aliases": ("alias_keys",),
}
TAIL: Final = ("pinyin", "initials", "row_hash", "row_no")


def _copy_columns(table: tuple[Column, ...]) -> tuple[str, ...]:
    names = sorted(column.name for column in table)
    return tuple(name for own in names for name in (own, *DERIVED.get(own, ()))) + TAIL


ENTRY_COPY_COLUMNS: Final = _copy_columns(ENTRIES)
MASTER_COPY_COLUMNS: Final = _copy_columns(MASTER)


def copy_columns(kind: str) -> tuple[str, ...]:
    """Will name the columns of a `Block`, in order, for a catalog kind or `drugs`."""
    return MASTER_COPY_COLUMNS if kind == DRUGS else ENTRY_COPY_COLUMNS


def table_of(kind: str) -> tuple[Column, ...]:
    """Will return the columns a file of this kind may have."""
    return _TABLES[kind]


def header_key(header: str) -> str:
    """Will return the comparable form of a header: NFKC, any case, without white space, zero-width characters, `_`
    and `-`."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return re.sub("[\\s_\u200b-\u200d\u2060\ufeff\u00ad-]", "", folded)


def headers_of(table: tuple[Column, ...]) -> dict[str, Column]:
    """Will map the comparable form of every accepted header to its column."""
    return {header_key(header): column for column in table for header in (column.name, *column.headers)}


def is_personal_header(key: str, kind: str) -> bool:
    """Whether a header, in its comparable form, names a column of personal identity."""
    return bool((_PERSONAL_IN_CLAIMS if kind == CLAIMS else _PERSONAL).search(key))
