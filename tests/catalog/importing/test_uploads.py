"""Files as people really have them: small copies of real ones, by the front door; what comes of each, what is told, and what stays as it was."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Catalog, CatalogEntry
from tests.catalog.importing.test_whole_path import NAME, fingerprint, uploaded
from tests.conftest import Api, published

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parents[2] / "cases" / "uploads"
FIELDS = {"label": "next", "effective_from": "2027-01-01"}


@pytest.fixture
def lists(make_catalog: Callable[..., Catalog]) -> dict[str, Catalog]:
    """A list of each kind, one of them in force."""
    made = {kind: make_catalog(kind[:3].upper(), kind) for kind in ("base", "negative", "commercial")}
    published(made["base"], NAME + "E-1,奥希替尼片\n", effective_from=date(2026, 1, 1))
    return made


def in_force() -> list[Any]:
    return list(CatalogEntry.objects.filter(version__state="published").order_by("id").values())


def draft_rows(*columns: str) -> list[tuple[Any, ...]]:
    return list(CatalogEntry.objects.filter(version__label="next").order_by("row_no").values_list("row_no", *columns))


GOOD: list[tuple[str, str, tuple[str, ...], list[tuple[Any, ...]], list[tuple[str, int | None, str]]]] = [
    ("footnote_rows.csv", "base", ("generic_name",), [(2, "阿司匹林")], [("NOT_AN_ENTRY", 3, "注：1."), ("NOT_AN_ENTRY", 4, "制表人：")]),
    ("section_rows.csv", "base", ("generic_name",), [(3, "阿司匹林"), (5, "感冒清热颗粒")],
     [("NOT_AN_ENTRY", 2, "一、"), ("NOT_AN_ENTRY", 4, "二、")]),
    ("icd_marks.csv", "base", ("icd10",), [(2, ["G63.2"]), (3, ["E11.4"]), (4, ["A17.0"])], []),
    ("negative_icd_marks.csv", "negative", ("icd10",), [(2, ["G63.2"])], []),
    ("icd_trailing_dot.csv", "base", ("icd10",), [(2, ["M54"])], []),
    ("placeholders.csv", "base", ("brand_name", "manufacturer", "strength"), [(row, "", "", "") for row in (2, 3, 4, 5)], []),
    ("poi_style_numbers.xlsx", "base", ("entry_code", "strength", "age_min", "min_institution_level", "effective_from"),
     [(2, "1", "100", None, None, date(2026, 1, 1)), (3, "2", "", 18, 3, None)], []),
    ("second_sheet_unread.xlsx", "base", ("generic_name",), [(2, "测试甲片")], [("SHEETS_NOT_READ", None, "明细"), ("UNKNOWN_COLUMN", 1, "药品说明")]),
    ("first_sheet_empty.xlsx", "base", ("generic_name",), [(2, "测试甲片")], [("SHEETS_NOT_READ", None, "Sheet")]),
    ("hidden_rows.xlsx", "base", ("generic_name",), [(2, "阿司匹林"), (3, "布洛芬"), (4, "对乙酰氨基酚")], [("HIDDEN_ROWS", 3, "3")]),
    ("garbled_false_positive.csv", "base", ("manufacturer",), [(2, "武汉五景")], []),
    ("far_empty_styled_cells.xlsx", "base", ("generic_name",), [(2, "阿司匹林")], []),
    ("c12_empty_shared_string.xlsx", "base", ("generic_name", "brand_name"), [(2, "阿司匹林", ""), (3, "布洛芬", "")], []),
    ("sheetjs_iso_date.xlsx", "base", ("effective_from",), [(2, date(2026, 1, 1))], []),
    ("payment_standard_linebreaks.xlsx", "base", ("payment_standard", "payment_standard_text"),
     [(2, None, "13.60元(1ml:12.5mg/支)；\n66.82元(5ml:100mg/支)"), (3, Decimal("4.15"), "")], []),
]  # fmt: skip
# What is told beyond warnings: read otherwise than written.
TOLD = {
    "icd_marks.csv": {(2, "icd10", "G63.2*", "G63.2"), (3, "icd10", "E11.4+", "E11.4"), (4, "icd10", "A17.0†", "A17.0")},
    "icd_trailing_dot.csv": {(2, "icd10", "M54.", "M54")},
    "placeholders.csv": {(2, "brand_name", "无", ""), (3, "brand_name", "/", ""), (4, "manufacturer", "nan", ""), (5, "strength", "暂无", "")},
    "poi_style_numbers.xlsx": {(2, "entry_code", "1（数字 number）", "1"), (2, "strength", "100（数字 number）", "100")},
    "first_sheet_empty.xlsx": {(None, "sheet", "Sheet", "目录（第一张有表头的工作表 the first sheet that has a header）")},
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "columns", "rows", "warnings"), GOOD, ids=[case[0] for case in GOOD])
def test_a_real_file_is_read_and_what_is_odd_is_told(
    name: str,
    kind: str,
    columns: tuple[str, ...],
    rows: list[tuple[Any, ...]],
    warnings: list[tuple[str, int | None, str]],
    lists: dict[str, Catalog],
    maker: Api,
    tmp_path: Path,
) -> None:
    before = in_force()

    answer = uploaded(maker, (FILES / name).read_bytes(), name=name, catalog=lists[kind].code, **FIELDS)

    assert answer["state"] == "ready", answer["errors"]
    assert [(found, *values) for found, *values in draft_rows(*columns)] == rows
    mine = [
        w
        for w in answer["warnings"]
        if w["code"] in {"NOT_AN_ENTRY", "SHEETS_NOT_READ", "HIDDEN_ROWS", "UNKNOWN_COLUMN"}
    ]
    assert [(w["code"], w["row"]) for w in mine] == [(code, row) for code, row, _ in warnings]
    assert all(w["value"].startswith(begins) for w, (_, _, begins) in zip(mine, warnings, strict=True))
    assert in_force() == before
    assert told_of(FILES / name, kind) >= TOLD.get(name, set())


def told_of(path: Path, kind: str) -> set[tuple[int | None, str, str, str]]:
    """What the check tells was read otherwise than written."""
    from catalog.importing.check import check
    from tests.files import OPTIONS

    *_, result = check(path, kind, OPTIONS)
    return {(change.row, change.column, change.before, change.after) for change in result.normalised}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("number_formats_in_text_columns.xlsx", [("BAD_CODE", 6, "strength", "格式")]),
        ("xlsb_like.xlsx", [("NOT_A_TABLE", None, "", ".xlsb")]),
        ("html_meta_first.xls", [("NOT_A_TABLE", None, "", "HTML")]),
    ],
)
def test_what_cannot_be_read_is_named_and_changes_nothing(
    name: str, told: list[tuple[str, int | None, str, str]], lists: dict[str, Catalog], maker: Api
) -> None:
    before = fingerprint()

    answer = uploaded(maker, (FILES / name).read_bytes(), name=name, catalog=lists["base"].code, **FIELDS)

    assert answer["state"] == "failed"
    assert [(e["code"], e["row"], e["column"]) for e in answer["errors"]] == [
        (code, row, at) for code, row, at, _ in told
    ]
    assert all(word in error["message_zh"] for error, (_, _, _, word) in zip(answer["errors"], told, strict=True))
    assert fingerprint() == before


def test_numbers_in_text_columns_are_what_the_sheet_shows() -> None:
    told = told_of(FILES / "number_formats_in_text_columns.xlsx", "base")

    assert {(row, column, after) for row, column, _, after in told} == {
        (2, "strength", "5%"),
        (3, "strength", "0.9%"),
        (4, "strength", "100mg"),
        (5, "strength", "0.20g"),
        (7, "approval_no", "国药准字H20000001"),
        (8, "approval_no", "20000001"),
    }
