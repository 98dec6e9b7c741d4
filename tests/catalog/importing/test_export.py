"""Out and in again: the same hashes, and no cell that a spreadsheet would run."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from catalog.importing.columns import ENTRIES
from catalog.importing.export import (
    EXPORTED,
    csv_lines,
    marked_csv_lines,
    marked_xlsx_file,
    ndjson_lines,
    problem_csv_lines,
    xlsx_file,
)
from catalog.importing.reread import rows as rows_of
from tables.formulas import shield, unshield
from tests.files import OPTIONS, ROWS, csv_text, outcome, outcome_and_rows, saved

TEXT = {column.name: column for column in ENTRIES}


def as_entry(row):
    """A COPY row as the entry the database would give back."""
    return {name: _value(name, row[name]) for name in (*EXPORTED, "payment_standard_text")}


def _value(name, field):
    storage = TEXT[name].storage if name in TEXT else "text"
    if storage == "list":
        return _array(_uncopied(field))
    if field == "\\N":
        return None
    match storage:
        case "int":
            return int(field)
        case "decimal":
            return Decimal(field)
        case "yes_no":
            return field == "t"
        case "date":
            return date.fromisoformat(field)
        case _:
            return _uncopied(field)


def _uncopied(field):
    import re

    plain = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}
    return re.sub(r"\\(.)", lambda found: plain[found.group(1)], field)


def _array(literal):
    items, item, quoted, escaped, any_item = [], "", False, False, False
    for character in literal[1:-1]:
        if escaped:
            item, escaped = item + character, False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted, any_item = not quoted, True
        elif character == "," and not quoted:
            items.append(item)
            item = ""
        else:
            item, any_item = item + character, True
    return [*items, item] if any_item else []


FULL = {
    "entry_code": "E-1",
    "generic_name": "奥希替尼片",
    "brand_name": "=cmd|' /C calc'!A0",
    "dosage_form": "片",
    "strength": "@SUM(1)",
    "manufacturer": "＝全角",
    "authorized_company": "-1+1",
    "national_code": "XL01EXA123A001010100166",
    "approval_no": "H20201234",
    "class_code": "XL01EX",
    "reimbursement_class": "谈判",
    "indication": "第一行\n=第二行\n\t-第三行\n\u3000+第四行",
    "icd10": "C34;C18-C20;C34.100x003",
    "sex": "女",
    "age_min": "0",
    "age_max": "150",
    "settings": "住院;门诊",
    "min_institution_level": "三级",
    "restriction": "'=本来就有撇号",
    "payment_standard": "5.70元(10mg/片)；9.69元(20mg/片)",
    "max_quantity": "30.5",
    "criteria": 'A="引号"\\反斜线;B',
    "prior_auth": "是",
    "effective_from": "2026/1/1",
    "effective_to": "20271231",
    "regulators": "NMPA;FDA",
    "rare_disease": "否",
    "marks": "国谈;class_1",
    "note": "'''=三个撇号 _x0041_ \"引\"",
    "source": "+86",
}


def test_every_column_comes_back_as_it_went(tmp_path):
    result, rows = outcome_and_rows(csv_text([list(FULL.values())], header=list(FULL)), path=tmp_path)
    assert result.ok, result.errors
    assert list(FULL) == list(EXPORTED)

    for content in (b"".join(csv_lines(map(as_entry, rows))), xlsx_file(map(as_entry, rows)).read()):
        again_result, again = outcome_and_rows(content, path=tmp_path)

        assert again_result.ok, again_result.errors
        assert again == rows


PRINTABLE = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u3164\uffa0\u115f\u1160"),
    min_size=1,
    max_size=20,
)
STARTS = st.sampled_from(["=", "+", "-", "@", "＝", "＋", "－", "＠", "'", "''=", "'\t=", "", " ", "\u3000="])
LINE = st.builds("".join, st.tuples(STARTS, PRINTABLE))
FREE = st.lists(LINE, min_size=1, max_size=3).map("\n".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "generic_name": LINE,
                "brand_name": LINE | st.just(""),
                "strength": LINE | st.just(""),
                "note": FREE | st.just(""),
                "restriction": FREE | st.just(""),
                "icd10": st.sampled_from(["", "C34", "c34.1;C50", "C18-C20"]),
                "age_min": st.integers(0, 150).map(str) | st.just(""),
                "payment_standard": st.decimals("0.0001", "9999999", places=4).map(str) | st.sampled_from(["", "*"]),
                "prior_auth": st.sampled_from(["", "Y", "否"]),
                "rare_disease": st.sampled_from(["", "Y", "否"]),
                "effective_from": st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(str) | st.just(""),
            }
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_was_imported_can_be_exported_and_imported_again(rows, tmp_path):
    header = list(rows[0])
    content = csv_text([[f"E-{n}", *row.values()] for n, row in enumerate(rows)], header=["entry_code", *header])
    result, stored = outcome_and_rows(content, path=tmp_path)
    if not result.ok:
        return  # letters of two scripts and the like: nothing to export

    for exported in (b"".join(csv_lines(map(as_entry, stored))), xlsx_file(map(as_entry, stored)).read()):
        again, back = outcome_and_rows(exported, path=tmp_path)

        assert again.ok, again.errors
        assert again.normalised_count == sum(change.before != change.after for change in again.normalised)
        assert [row["row_hash"] for row in back] == [row["row_hash"] for row in stored]


@given(FREE | st.text())
def test_a_shielded_text_starts_no_formula_and_comes_back(text):
    safe = shield(text)

    for line in safe.split("\n"):
        assert not line.lstrip(" \u00a0\u3000").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert unshield(safe) == text


def test_no_cell_of_an_export_runs(tmp_path):
    rows = outcome_and_rows(csv_text([list(FULL.values())], header=list(FULL)), path=tmp_path)[1]
    text = b"".join(csv_lines(map(as_entry, rows))).decode("utf-8-sig")
    sheet = load_workbook(xlsx_file(map(as_entry, rows))).active

    cells = [*next(csv.reader(io.StringIO(text.split("\r\n", 1)[1]))), *(str(c.value or "") for c in sheet[2])]
    assert not [
        cell
        for cell in cells
        for line in cell.split("\n")
        if line.lstrip(" \u3000\u00a0")[:1] in tuple("=+-@\t＝＋－＠")
    ]
    assert {c.data_type for c in sheet[2]} <= {"s", "n"}  # n: empty


def test_the_order_of_columns_and_rows_and_the_encoding_change_no_hash(tmp_path):
    one = outcome_and_rows(csv_text(ROWS), path=tmp_path)[1]
    other = outcome_and_rows(
        csv_text(
            [row[::-1] for row in ROWS[::-1]], header=("支付标准", "疾病编码", "生产企业", "通用名", "条目编码")
        ).encode("gb18030"),
        path=tmp_path,
    )[1]

    assert {row["entry_code"]: row["row_hash"] for row in one} == {row["entry_code"]: row["row_hash"] for row in other}


def test_a_hash_changes_with_every_column(tmp_path):
    hashes = set()
    for name, value in {"": "", **FULL}.items():
        row = {"entry_code": "X", "generic_name": "药"}
        if name not in ("entry_code", "generic_name", ""):
            row[name] = value
        hashes.add(outcome_and_rows(csv_text([list(row.values())], header=list(row)), path=tmp_path)[1][0]["row_hash"])

    assert len(hashes) == len(FULL) - 1


def test_an_unknown_column_changes_no_hash(tmp_path):
    one = outcome_and_rows("entry_code,generic_name\nE,药品\n", path=tmp_path)[1]
    other = outcome_and_rows("entry_code,颜色,generic_name\nE,红,药品\n", path=tmp_path)[1]

    assert one[0]["row_hash"] == other[0]["row_hash"]


def test_ndjson_is_one_object_a_line(tmp_path):
    import json

    rows = outcome_and_rows(csv_text(ROWS), path=tmp_path)[1]

    lines = b"".join(ndjson_lines(map(as_entry, rows))).decode().splitlines()

    assert [json.loads(line)["entry_code"] for line in lines] == [row[0] for row in ROWS]
    assert json.loads(lines[0])["payment_standard"] == "165.9000"


def test_problems_are_written_without_formulas():
    fields = ("row", "column", "value", "code", "severity", "message_zh", "message_en")
    problem = dict.fromkeys(fields, "x") | {"row": None, "value": "=1+1"}

    text = b"".join(problem_csv_lines([problem])).decode("utf-8-sig")

    assert text.splitlines() == [",".join(fields), ",x,'=1+1,x,x,x,x"]


def test_the_curators_own_rows_come_back_with_what_is_wrong(tmp_path):
    content = 'generic_name,age_min\n奥希替尼,18\n=索拉非尼,x\n"达沙替尼,3\n尼洛替尼,4\n'
    result = outcome(content, path=tmp_path)
    file = tmp_path / "upload"

    text = b"".join(marked_csv_lines(rows_of(file, "base", OPTIONS), result.errors)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))

    assert rows[0] == ["generic_name", "age_min", "错误"]
    assert [row[0] for row in rows] == ["generic_name", "奥希替尼", "'=索拉非尼", '"达沙替尼,3', "尼洛替尼"]
    assert [bool(row[2]) for row in rows[1:]] == [False, True, True, False]
    assert "BAD_NUMBER" in rows[2][2]
    sheet = load_workbook(marked_xlsx_file(rows_of(file, "base", OPTIONS), result.errors)).active
    assert [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] == rows


def test_every_row_of_a_marked_workbook_stands_where_it_stood_and_wrong_cells_are_coloured(tmp_path):
    content = "某某目录,,\n\n通用名,最小年龄,多余\n奥希替尼,18,\n\n索拉非尼,x,\n"
    result = outcome(content, path=tmp_path)
    told = (*result.errors, *result.warnings)
    places = dict(zip(result.columns, result.places, strict=True))

    book = load_workbook(marked_xlsx_file(rows_of(tmp_path / "upload", "base", OPTIONS), told, places))

    data, problems = book["data"], book["问题"]
    assert (data["A4"].value, data["A6"].value, data["B6"].value) == ("奥希替尼", "索拉非尼", "x")
    assert "UNKNOWN_COLUMN" in data["D4"].value and "BAD_NUMBER" in data["D6"].value
    assert {cell.coordinate for row in data.iter_rows() for cell in row if cell.fill.fill_type} == {"B6", "D6"}
    assert [(row[0].value, row[1].value, row[3].value) for row in problems.iter_rows(min_row=2)] == [
        ("6", "最小年龄", "BAD_NUMBER"),
        ("3", "多余", "UNKNOWN_COLUMN"),
    ]
    again = outcome(saved(book), path=tmp_path)
    assert [(p.code, p.row) for p in (*again.errors, *again.warnings)] == [("BAD_NUMBER", 6), ("UNKNOWN_COLUMN", 3)]


def test_titles_and_other_sheets_stay_out_of_the_way_of_a_mended_file(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["封面"])
    sheet = book.create_sheet("目录")
    for row in (["某某目录", None], ["通用名", "最小年龄"], ["奥希替尼", "x"], ["索拉非尼", 18]):
        sheet.append(row)
    result = outcome(saved(book), path=tmp_path)

    text = b"".join(marked_csv_lines(rows_of(tmp_path / "upload", "base", OPTIONS), result.errors)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))

    assert rows[:2] == [["某某目录"], ["通用名", "最小年龄", "错误"]]
    assert [(row[0], row[1], row[2][:12]) for row in rows[2:]] == [
        ("奥希替尼", "x", "[BAD_NUMBER]"),
        ("索拉非尼", "18", ""),
    ]
    again = outcome(text.replace(",x,", ",18,"), path=tmp_path)
    assert again.ok and again.rows == 2


def test_a_mended_file_can_be_uploaded_as_it_is(tmp_path):
    result = outcome("generic_name,age_min\n奥希替尼,x\n", path=tmp_path)
    text = b"".join(marked_csv_lines(rows_of(tmp_path / "upload", "base", OPTIONS), result.errors))

    again = outcome(text.replace(b"x,", b"18,"), path=tmp_path)

    assert again.ok and again.warning_count == 0


@pytest.mark.parametrize("content", ["", "%PDF"])
def test_a_file_that_is_no_table_comes_back_with_its_problem_only(content, tmp_path):
    result = outcome(content, path=tmp_path)

    text = b"".join(marked_csv_lines(rows_of(tmp_path / "upload", "base", OPTIONS), result.errors)).decode("utf-8-sig")

    assert text.splitlines()[0] == "错误" and result.errors[0].code in text
