"""Tables to be filled in: the headers of a kind of file in Chinese, and what each column means; without an example row, which would be imported."""

from collections.abc import Iterator, Sequence
from typing import IO

from catalog.importing.columns import DRUGS, table_of
from catalog.importing.export import table_csv, workbook_file
from tables.columns import Column
from tables.own_sheets import MEANING_SHEET, OWN_SHEETS

_STORED = {
    "text": "文字，最多 {length} 个字",
    "list": "可写多个，用；分隔",
    "int": "整数",
    "decimal": "数字，大于 0",
    "yes_no": "是或否（Y/N）",
    "date": "日期，如 2026-01-31",
    "answers": "代码=是或否（CODE=Y/N），多个用；分隔",
}
# What the kind of value does not say.
_MEANINGS = {
    "entry_code": "条目自己的编码，表内不重复；不填时由系统按药品信息生成",
    "generic_name": "药品通用名，一格一个；按印刷目录读取时可写多个名称",
    "dosage_form": "剂型表中的剂型，如 片剂、注射剂",
    "national_code": "国家医保药品代码：西药 23 位（X 开头），中成药 20 位（Z 开头）；较短的为前缀",
    "approval_no": "国药准字后的字母和 8 位数字",
    "class_code": "药品分类代码，X、Z 或 T 开头，如 XL01FX",
    "reimbursement_class": "甲、乙、丙、谈判 或 竞价",
    "icd10": "ICD-10 编码、前缀或三位区间，如 C34；C34.1；C18-C20",
    "sex": "男 或 女，不限时不填",
    "age_min": "最小年龄（周岁），0–150",
    "age_max": "最大年龄（周岁），0–150",
    "settings": "住院、门诊、双通道、药店，多个用；分隔",
    "min_institution_level": "一级、二级 或 三级",
    "restriction": "限定支付范围的原文；判定时以旁边各编码列为准",
    "payment_standard": "每最小单位的支付标准（元），最多 4 位小数；* 表示保密",
    "max_quantity": "一次的最大数量，最多 3 位小数",
    "criteria": "审核要点：大写代码=说明，多个用；分隔，如 EGFR_MUT=EGFR 突变阳性",
    "prior_auth": "是否须事前授权：是或否",
    "effective_from": "协议第一天，如 2026-01-01",
    "effective_to": "协议最后一天（含）",
    "regulators": "NMPA、FDA、EMA、PMDA 等，多个用；分隔",
    "marks": "国谈、竞价、集采、基药、儿童药、1类创新药 等，多个用；分隔",
    "aliases": "别名，多个用；分隔",
    "unit": "最小单位，如 片、支",
    "pack": "包装，如 30片/盒",
    "member_ref": "参保人的化名编号；不得写姓名、身份证号、电话或地址",
    "claim_no": "赔案号；同一赔案的各行相同",
    "service_date": "费用发生日期，如 2026-03-14",
    "evidence": "审核要点的证据：代码=Y/N，多个用；分隔",
    "refund_of": "退费所冲的原费用流水号",
    "diagnoses": "ICD-10 编码，多个用；分隔",
}


def template_columns(kind: str) -> Sequence[Column]:
    """Return the columns of a template for a kind of list, or the drug master."""
    return table_of(kind)


def template_csv(columns: Sequence[Column]) -> Iterator[bytes]:
    """Write the headers alone, as CSV."""
    return table_csv([column.title for column in columns], [])


def template_xlsx(columns: Sequence[Column], kind: str) -> IO[bytes]:
    """Write the headers as a workbook, with a sheet that says what each column means; `kind` says which must be filled in."""
    meanings = [
        [
            column.title,
            "、".join((*_others(column), column.name)),
            "是" if kind in column.required_for else "",
            _meaning(column),
        ]
        for column in columns
    ]
    name = "药品" if kind == DRUGS else "数据"
    return workbook_file(
        {name: [[column.title for column in columns]], MEANING_SHEET: [list(OWN_SHEETS[MEANING_SHEET]), *meanings]}
    )


def _others(column: Column) -> list[str]:
    return [header for header in column.headers if header != column.title]


def _meaning(column: Column) -> str:
    return _MEANINGS.get(column.name) or _STORED[column.storage].format(length=column.max_length)
