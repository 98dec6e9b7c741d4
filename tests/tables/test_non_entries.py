"""Rows that are no entries: passed over and told; and every real name stays an entry."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.class_headings import headings_of
from catalog.importing.columns import header_names
from tables.header import read_header
from tables.non_entries import NonEntries
from tests.files import csv_text, outcome, outcome_and_rows, xlsx

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
HEADER = ["编号", "药品名称", "剂型", "支付标准", "备注"]
ENTRY = ["1", "甲药片", "片", "5", ""]


def non_entries(header=HEADER, kind="base", sample=()):
    names = header_names(kind)
    read = read_header(header, 1, names, lambda _: None)
    assert read is not None
    return NonEntries(read, names, headings_of(kind, read, list(enumerate(sample, 2))))


def is_entry(cells, **how):
    tells = non_entries(**how)
    why = tells.why(cells)
    # The glance may only send more rows to be looked at, never fewer.
    assert why is None or tells.may_be_one(cells)
    return why is None


@pytest.mark.parametrize(
    "cells",
    [
        HEADER,
        ["", "通用名", "", "", ""],
        ["entry_code", "generic_name", "dosage_form", "payment_standard", "restriction"],
        ["编 号", "药品名称*", "剂型名称", "支付标准（元）", "备注"],
        ["注：1.本表由某部门整理", "", "", "", ""],
        ["注1：略", "", "", "", ""],
        ["", "注：*为限支付药品", "", "", ""],
        ["备注：略", "", "", "", ""],
        ["说明：本目录自2026年起施行。", "", "", "", ""],
        ["制表人：某某", "", "", "审核人：某某", ""],
        ["制表人：", "张某", "审核人：", "李某", ""],
        ["审核人：某某  日期：2026年1月1日", "", "", "", ""],
        ["单位（盖章）：", "", "", "日期：2026-01-01", ""],
        ["一、西药部分", "", "", "", ""],
        ["", "（一）解表剂", "", "", ""],
        ["第二部分 中成药", "", "", "", ""],
        ["西药部分", "", "", "", ""],
        ["以下空白", "", "", "", ""],
        ["", "——以下空白——", "", "", ""],
        ["（以下无正文）", "", "", "", ""],
        ["合计", "", "", "", ""],
        ["合计：7", "", "", "", ""],
        ["合 计", "", "", "9238.40", ""],
        ["小计", "/", "", "1,234.5", ""],
        ["Total", "", "", "", ""],
        ["共 25 个品种", "", "", "", ""],
        ["/", "/", "/", "/", "/"],
        ["—", "", "", "", ""],
        ["……", "", "", "", ""],
        ["第 1 页 共 3 页", "", "", "", ""],
        ["XA01", "", "", "", "口腔科制剂"],
        ["XA01", "口腔科制剂", "", "", ""],
        ["ZA01A 解表剂", "", "", "", ""],
    ],
)
def test_a_row_that_is_no_entry(cells):
    assert not is_entry(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ENTRY,
        ["", "注射用头孢曲松", "", "", ""],
        ["", "注射用水", "注射剂", "", "备注"],
        ["", "复方甘草合剂", "", "", ""],
        ["", "一清颗粒", "", "", ""],
        ["", "百合固金丸", "", "", ""],
        ["", "共", "", "", ""],
        ["", "合欢皮", "", "", ""],
        ["", "小儿退热合剂（口服液）", "", "", ""],
        ["", "总统药", "", "", ""],
        ["1", "", "", "", ""],  # a name is missing: told as such
        ["1", "", "片", "5", "注：略"],
        ["合计", "甲药片", "片", "", ""],
        ["注：略", "甲药片", "片", "", ""],
        ["XA02B", "雷尼替丁", "", "", ""],
        ["XL01", "阿帕替尼", "片", "", ""],
        ["编号", "乙药", "", "", ""],
        ["", "", "", "", "C34"],
        ["/", "甲药片", "/", "/", "/"],
    ],
)
def test_in_doubt_a_row_is_an_entry(cells):
    assert is_entry(cells)


def test_class_codes_that_stand_before_groups_only_are_headings_whatever_they_are_called():
    sample = [["XJ05", "抗病毒", "", "", ""], ["1", "甲药", "片", "", "略"], ["2", "乙药", "片", "", "略"]]

    assert not is_entry(["XL01F", "单克隆抗体", "", "", ""], sample=sample)
    assert is_entry(["XL01F", "单克隆抗体", "", "", ""], sample=[["XL01F", "甲药", "片", "", "略"]])


@pytest.mark.parametrize("kind", ["negative", "base_exclusion"])
def test_an_excluding_row_need_not_name_a_drug(kind):
    header = ["药品分类代码", "药品名称", "剂型", "说明"]

    assert is_entry(["XA01", "", "", ""], header=header, kind=kind)
    assert is_entry(["XA01", "", "", "口腔科制剂"], header=header, kind=kind)
    assert is_entry(["", "", "酒剂", ""], header=header, kind=kind)
    assert not is_entry(["注：略", "", "", ""], header=header, kind=kind)
    assert not is_entry(header, header=header, kind=kind)


def _names():
    for name in ("nrdl_2025", "nrdl_2024", "cidl_2025", "a_demo"):
        path = SEEDS / f"{name}.csv"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from {row["generic_name"] for row in csv.DictReader(file) if row["generic_name"]}


NAMES = sorted(set(_names()))


def test_every_name_of_the_real_lists_is_an_entry_standing_alone():
    alone = non_entries(["药品通用名"])
    first = non_entries(["药品通用名", "剂型", "备注"])

    assert len(NAMES) > 300
    assert [name for name in NAMES if alone.why([name])] == []
    assert [name for name in NAMES if first.why([name, "", ""])] == []
    assert [name for name in NAMES if first.why([name, "片", ""])] == []


def test_class_names_are_headings_and_drugs_with_a_class_are_not():
    tells = non_entries()
    with (SEEDS / "reference" / "drug_classes.csv").open(encoding="utf-8") as file:
        classes = [(row["code"], row["name_zh"]) for row in csv.DictReader(file) if row["name_zh"]]
    missed = [name for code, name in classes if tells.why([code, name, "", "", ""]) is None and code[0] in "XZ"]
    taken = [name for name in NAMES if tells.why(["XA01", name, "", "", ""])]

    assert len(missed) < 0.12 * len(classes), missed
    assert len(taken) < 0.01 * len(NAMES), taken


@given(st.lists(st.text("注备说明制表审核一二、（）合计共甲乙药片：:0123 /-—无", max_size=6), min_size=5, max_size=5))
def test_the_glance_lets_nothing_pass(cells):
    tells = non_entries()

    if tells.why(cells) is not None:
        assert tells.may_be_one(cells)


@pytest.mark.parametrize("write", ["csv", "xlsx"])
def test_rows_passed_over_are_named_and_the_others_keep_their_numbers(write, tmp_path):
    table = [
        ["一、西药", "", "", "", ""],
        ENTRY,
        HEADER,
        ["2", "乙药片", "片", "6", ""],
        ["合计", "", "", "11", ""],
        ["制表人：某", "", "", "", ""],
    ]
    content = xlsx(table, header=HEADER) if write == "xlsx" else csv_text(table, header=HEADER)

    result, rows = outcome_and_rows(content, path=tmp_path, names="plain")

    assert result.ok, result.errors
    assert [(int(row["row_no"]), row["generic_name"]) for row in rows] == [(3, "甲药片"), (5, "乙药片")]
    assert [(w.code, w.row) for w in result.warnings] == [("NOT_AN_ENTRY", row) for row in (2, 4, 6, 7)]
    assert result.rows == 2


@pytest.mark.parametrize(
    "line",
    ["注：本表由甲、乙整理", "注：本表由甲,乙,丙整理", "说明", "以下空白", "制表人：某,日期：2026年", "一、其他"],
)
def test_a_note_of_another_length_than_the_header_is_no_ragged_row(line, tmp_path):
    content = csv_text([ENTRY], header=HEADER) + line + "\n"

    result = outcome(content, path=tmp_path, names="plain")

    assert result.ok, result.errors
    assert [(w.code, w.row) for w in result.warnings] == [("NOT_AN_ENTRY", 3)]


def test_a_file_of_notes_only_is_empty(tmp_path):
    result = outcome(csv_text([["以下空白", "", "", "", ""]], header=HEADER), path=tmp_path)

    assert [error.code for error in result.errors] == ["EMPTY_FILE"]


def test_a_class_with_its_name_is_a_heading_also_where_no_column_holds_codes(tmp_path):
    table = [
        ["汉测片", "3mg", "片"],
        ["XA", "消化道和代谢方面的药物", ""],
        ["XA01", "", "口腔科制剂"],
        ["汉二片", "3mg", "片"],
    ]
    content = csv_text(table, header=["药品名称", "规格", "剂型"])

    result, rows = outcome_and_rows(content, path=tmp_path, names="plain")

    assert result.ok, result.errors
    assert [row["generic_name"] for row in rows] == ["汉测片", "汉二片"]
    assert [(w.code, w.row) for w in result.warnings] == [("NOT_AN_ENTRY", 3), ("NOT_AN_ENTRY", 4)]
