"""The columns of every kind of file: names, accepted headers, what a cell may say, and how it is stored (spec csv.md).

This is the only place where a header alias is defined.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from catalog import vocabularies
from catalog.drugs import codes
from catalog.importing import diseases, levels_and_regulators, payment_and_criteria
from catalog.vocabularies import NAMING_KINDS
from common.personal import names_a_person
from tables import cells
from tables.columns import Column, Shape
from tables.header_names import HeaderNames, header_key

CATALOG_KINDS: Final = vocabularies.KINDS.codes
DRUGS: Final = "drugs"


NATIONAL_CODE_HEADERS = (
    *(
        "国家医保药品代码",
        "医保药品代码",
        "国家药品代码",
        "国标代码",
        "国家医保代码",
        "国家医保药品编码",
        "医保药品编码",
        "医保编码",
    ),
    *("药品代码", "药品编码"),
)
# A hospital's or a company's own code stands beside the national one.
OWN_CODES = ("药品代码", "药品编码")
APPROVAL_HEADERS = ("批准文号", "国药准字", "药品批准文号", "国药准字号")
GENERIC_HEADERS = ("通用名", "药品名称", "药品通用名", "通用名称", "药品通用名称", "注册名称")
WIDER_NAMES = ("注册名称", "药品名称")
BRAND_HEADERS = ("商品名", "商品名称", "药品商品名")
FORM_HEADERS = ("剂型", "剂型名称", "药品剂型")
STRENGTH_HEADERS = ("规格", "药品规格")
MAKER_HEADERS = (
    "生产企业",
    "上市许可持有人",
    "药品企业",
    "生产厂家",
    "生产厂商",
    "生产企业名称",
    "药品上市许可持有人",
)
OTHER_COMPANIES = ("药品企业", "上市许可持有人", "药品上市许可持有人")
ICD10_HEADERS = ("疾病编码", "ICD-10", "ICD-10编码", "疾病诊断编码")
_FIRST_DAY_HEADERS = (
    *(
        "协议开始日期",
        "生效日期",
        "协议有效期开始日期",
        "协议有效期起始日期",
        "协议有效期开始",
        "协议有效期起",
        "协议期开始日期",
    ),
)
_LAST_DAY_HEADERS = (
    *(
        "协议结束日期",
        "失效日期",
        "协议有效期结束日期",
        "协议有效期截止日期",
        "协议有效期结束",
        "协议有效期止",
        "协议有效期至",
        "协议期结束日期",
    ),
)

ENTRIES: Final[tuple[Column, ...]] = (
    Column("entry_code", ("条目编码", "编号"), cells.reference, max_length=64, general=("编号",)),
    Column(
        "generic_name", GENERIC_HEADERS, cells.name, required_for=NAMING_KINDS, alike="by norm", general=WIDER_NAMES
    ),
    Column("brand_name", BRAND_HEADERS, cells.text, alike="by norm"),
    Column("dosage_form", FORM_HEADERS, cells.text, max_length=100, alike="by norm"),
    Column("strength", STRENGTH_HEADERS, cells.text, alike="by norm"),
    Column("manufacturer", MAKER_HEADERS, cells.text, alike="by norm", general=OTHER_COMPANIES),
    Column("authorized_company", ("授权企业",), cells.text),
    Column("national_code", NATIONAL_CODE_HEADERS, codes.national_code, alike="by norm", general=OWN_CODES),
    Column("approval_no", APPROVAL_HEADERS, codes.approval_no, alike="by norm"),
    Column("class_code", ("药品分类代码", "分类代码"), codes.class_code, alike="by norm"),
    Column(
        "reimbursement_class",
        ("甲乙类", "费用类别", "医保类别", "医保分类", "甲乙分类", "甲乙类别", "医保甲乙类"),
        cells.choice(vocabularies.REIMBURSEMENT_CLASSES.words),
        wrong="BAD_CHOICE",
    ),
    Column("indication", ("适应症", "适应证"), cells.text, max_length=4000, free=True, alike="as written"),
    Column("icd10", ICD10_HEADERS, diseases.listed_codes, "list", max_length=4000, free=True, alike="as written"),
    Column("sex", ("性别",), cells.choice(vocabularies.SEXES.words), alike="as written", wrong="BAD_CHOICE"),
    Column("age_min", ("最小年龄",), cells.whole(0, 150), "int", alike="as written", wrong="BAD_NUMBER"),
    Column("age_max", ("最大年龄",), cells.whole(0, 150), "int", alike="as written", wrong="BAD_NUMBER"),
    Column(
        "settings",
        ("就医类型", "支付场景"),
        cells.choices(vocabularies.SETTINGS.words),
        "list",
        alike="as written",
        wrong="BAD_CHOICE",
    ),
    Column(
        "min_institution_level",
        ("医疗机构级别",),
        levels_and_regulators.institution_level,
        "int",
        alike="as written",
        wrong="BAD_CHOICE",
    ),
    Column("restriction", ("限定支付范围", "限定条件"), cells.text, max_length=4000, free=True, alike="as written"),
    Column(
        "payment_standard",
        ("支付标准", "医保支付标准"),
        payment_and_criteria.payment_standard,
        "decimal",
        max_length=2000,
        free=True,
        places=4,
        wrong="BAD_NUMBER",
        general=("支付标准",),
    ),
    Column("max_quantity", ("限量", "最大数量"), cells.positive(3), "decimal", places=3, wrong="BAD_NUMBER"),
    Column(
        "criteria", ("审核要点", "用药条件"), payment_and_criteria.criteria, "list", max_length=8000, alike="as written"
    ),
    Column("prior_auth", ("事前授权", "需预授权"), cells.yes_no, "yes_no", wrong="BAD_YES_NO"),
    Column("effective_from", _FIRST_DAY_HEADERS, cells.day_of, "date", wrong="BAD_DATE", general=("生效日期",)),
    Column("effective_to", _LAST_DAY_HEADERS, cells.day_of, "date", wrong="BAD_DATE", general=("失效日期",)),
    Column("regulators", ("上市监管机构",), cells.choices(vocabularies.REGULATORS.words), "list", wrong="BAD_CHOICE"),
    Column("rare_disease", ("罕见病",), cells.yes_no, "yes_no", wrong="BAD_YES_NO"),
    Column("marks", ("标记",), cells.choices(vocabularies.MARKS.words), "list", wrong="BAD_CHOICE"),
    Column("note", ("说明",), cells.text, max_length=2000, free=True),
    Column("source", ("来源",), cells.text, max_length=2000, free=True),
)

MASTER: Final[tuple[Column, ...]] = (
    Column("national_code", NATIONAL_CODE_HEADERS, codes.whole_national_code, general=OWN_CODES),
    Column("approval_no", APPROVAL_HEADERS, codes.approval_no, max_length=100),
    Column("generic_name", GENERIC_HEADERS, cells.name, required_for=frozenset({DRUGS}), general=WIDER_NAMES),
    Column("aliases", ("别名",), payment_and_criteria.aliases, "list", max_length=4000),
    Column("dosage_form", FORM_HEADERS, cells.text, max_length=100),
    Column("strength", STRENGTH_HEADERS, cells.text),
    Column("brand_name", BRAND_HEADERS, cells.text),
    Column("manufacturer", MAKER_HEADERS, cells.text, general=OTHER_COMPANIES),
    Column("class_code", ("药品分类代码", "分类代码"), codes.class_code),
    Column(
        "regulators",
        ("上市监管机构",),
        levels_and_regulators.dated_regulators,
        "list",
        max_length=400,
        wrong="BAD_CHOICE",
    ),
    Column("unit", ("最小单位",), cells.text, max_length=50),
    Column("pack", ("包装",), cells.text),
)

# Written by our own problem file, so that a mended file can be uploaded as it is.
IGNORED_HEADERS: Final = frozenset({"错误", "problem"})

# Read for what it tells of the numbers beside it, not stored (csv.md, Names 5).
PART: Final = "part"
PART_HEADERS: Final = frozenset({"part", "部分"})

_REMARKS: Final = "备注"


def _with_remarks(table: tuple[Column, ...], name: str) -> tuple[Column, ...]:
    """The table with 备注 as another, more general header of a column."""
    return tuple(
        replace(column, headers=(*column.headers, _REMARKS), general=(*column.general, _REMARKS))
        if column.name == name
        else column
        for column in table
    )


_TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    # The national list writes its restrictions under 备注; elsewhere remarks are remarks.
    **dict.fromkeys(CATALOG_KINDS, _with_remarks(ENTRIES, "note")),
    "base": _with_remarks(ENTRIES, "restriction"),
    DRUGS: MASTER,
}

# An agreement's first and last day, in one cell.
_PERIODS: Final = dict.fromkeys(
    ("协议有效期", "协议期限", "协议有效期限", "协议期", "有效期限"), ("effective_from", "effective_to")
)

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
    """Name the columns of a `Block`, in order, for a catalog kind or `drugs`."""
    return MASTER_COPY_COLUMNS if kind == DRUGS else ENTRY_COPY_COLUMNS


def table_of(kind: str) -> tuple[Column, ...]:
    """Return the columns a file of this kind may have."""
    return _TABLES[kind]


def titles_of(kind: str) -> dict[str, str]:
    """Return what Chinese sentences call the columns of this kind, where no file calls them otherwise."""
    return {column.name: column.title for column in table_of(kind)}


def headers_of(table: tuple[Column, ...]) -> dict[str, Column]:
    """Map the comparable form of every accepted header to its column."""
    return {header_key(header): column for column in table for header in (column.name, *column.headers)}


def _shape(kind: str) -> Shape:
    table = table_of(kind)
    return Shape(
        columns=table,
        required=frozenset(column.name for column in table if kind in column.required_for),
        naming="generic_name",
        periods=_PERIODS if kind in CATALOG_KINDS else {},
        personal=partial(names_a_person, in_claim=False),
        ignored=IGNORED_HEADERS,
    )


_SHAPES: Final = {kind: _shape(kind) for kind in _TABLES}


def header_names(
    kind: str, mapping: Mapping[str, str] | None = None, extra: Mapping[str, frozenset[str]] | None = None
) -> HeaderNames:
    """Return what knows the headers of a kind of file; `mapping`, from own headers to columns, wins. `extra` names columns
    that are read without being stored, with the comparable forms of their headers."""
    return HeaderNames(_SHAPES[kind], mapping, extra)


def usual_names(kind: str) -> str:
    """Return how names are read where nobody says: as printed in a basic insurance list, else plain (spec csv.md)."""
    return "printed" if kind == "base" else "plain"
