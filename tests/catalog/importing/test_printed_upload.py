"""One row, several entries: lists with names as printed, by the check of an upload (csv.md)."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import reference
from catalog.importing.check import check
from catalog.importing.columns import copy_columns
from catalog.importing.export import csv_lines
from catalog.importing.result import Block, CheckOptions, CheckResult
from tests.catalog.importing.test_export import as_entry
from tests.files import csv_text, xlsx

FILES = Path(__file__).parents[2] / "cases" / "uploads"
FORMS = reference.dosage_form_rows()


class Found:
    """A file as an import reads it."""

    def __init__(self, path: Path, kind: str, names: str) -> None:
        *messages, result = check(path, kind, CheckOptions(dosage_forms=FORMS, names=names))
        assert isinstance(result, CheckResult)
        lines = [line for block in messages if isinstance(block, Block) for line in block.data.decode().splitlines()]
        self.result = result
        self.rows = [dict(zip(copy_columns(kind), line.split("\t"), strict=True)) for line in lines]

    def of(self, *columns: str) -> list[tuple[str, ...]]:
        return [tuple(row[column] for column in columns) for row in self.rows]

    @property
    def problems(self) -> list[tuple[str, int | None]]:
        return [(problem.code, problem.row) for problem in (*self.result.errors, *self.result.warnings)]

    @property
    def told(self) -> list[tuple[int | None, str, str, str]]:
        return [(change.row, change.column, change.before, change.after) for change in self.result.normalised]


@pytest.fixture
def read(tmp_path):
    def check_text(content: str | bytes, kind: str = "base", names: str = "printed") -> Found:
        file = tmp_path / "upload"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Found(file, kind, names)

    return check_text


# ---------------------------------------------------------------------------------------------- the small copies of real files


def test_names_with_brackets_read_as_printed():
    found = Found(FILES / "names_with_brackets.csv", "base", "")  # as is usual for a list of kind base

    assert found.of("generic_name", "row_no") == [
        ("括号测颗粒", "2"),
        ("括号测片", "2"),
        ("括号测胶囊", "2"),
        ("甲名测试", "3"),
        ("乙名测试", "3"),
        ("氨基测试(18AA)", "4"),
        ("括号替尼片", "5"),
        ("某商品", "5"),
        ("记号替尼片", "6"),
        ("斜线替尼片/某商品", "7"),
    ]
    assert found.told == [
        (2, "generic_name", "括号测颗粒(片、胶囊)", "括号测颗粒；括号测片；括号测胶囊"),
        (3, "generic_name", "甲名测试(乙名测试)", "甲名测试；乙名测试"),
        (5, "generic_name", "括号替尼片（某商品）", "括号替尼片；某商品"),
        (6, "generic_name", "△记号替尼片", "记号替尼片"),
    ]
    assert found.problems == [("NAME_NOT_READ", 7)]
    codes = [row["entry_code"] for row in found.rows]
    assert [code.rpartition(".")[2] for code in codes[1:3]] == ["2", "3"] and codes[1] == f"{codes[0]}.2"


@pytest.mark.parametrize("kind", ["commercial", "negative", "reference", "base"])
def test_names_with_brackets_read_plain_are_kept_whole_with_the_mend(kind):
    found = Found(FILES / "names_with_brackets.csv", kind, "plain")

    assert [name for (name,) in found.of("generic_name")] == [
        "括号测颗粒(片、胶囊)",
        "甲名测试(乙名测试)",
        "氨基测试(18AA)",
        "括号替尼片（某商品）",
        "记号替尼片",
        "斜线替尼片/某商品",
    ]
    assert found.problems == [("STACKED_NAME", 2), ("STACKED_NAME", 3), ("STACKED_NAME", 5)]
    warning = found.result.warnings[0]
    assert "names=printed" in warning.zh and "names=printed" in warning.en
    assert "括号测胶囊" in warning.zh and "括号测胶囊" in warning.en


def test_printed_numbers_that_repeat_become_codes_in_file_order():
    found = Found(FILES / "nrdl_star_numbers.csv", "base", "printed")

    assert found.of("entry_code", "dosage_form") == [("16", "口服常释剂型"), ("16R", "颗粒剂"), ("16R2", "口服混悬剂")]
    assert found.told == [(3, "entry_code", "★(16)", "16R"), (4, "entry_code", "★(16)", "16R2")]


def test_printed_numbers_read_plain_are_refused_with_the_hint_to_leave_them_out():
    found = Found(FILES / "nrdl_star_numbers.csv", "base", "plain")

    assert found.problems == [("CONFLICTING_ROWS", 4)]
    error = found.result.errors[0]
    assert "不要上传该列" in error.zh and "leave it out" in error.en
    assert "删除" not in error.zh and "elete" not in error.en


def test_several_brands_and_makers_in_one_cell_are_refused():
    found = Found(FILES / "several_values_in_one_cell.csv", "commercial", "")

    assert [(error.code, error.row, error.column) for error in found.result.errors] == [
        ("SEVERAL_VALUES", 2, "brand_name"),
        ("SEVERAL_VALUES", 2, "manufacturer"),
    ]
    assert "单独一行" in found.result.errors[0].zh and "row of its own" in found.result.errors[0].en


@pytest.mark.parametrize("names", ["printed", "plain"])
def test_forms_unknown_and_several(names):
    found = Found(FILES / "unknown_dosage_forms.csv", "commercial", names)

    assert found.of("generic_name", "dosage_form", "row_no") == [
        ("剂型甲丸", "水丸", "2"),
        ("剂型乙胶囊", "口服常释剂型(不含分散片)", "3"),
        ("剂型丙片", "片剂", "4"),
        ("剂型丙片", "胶囊剂", "4"),
        ("剂型丁胶囊", "片", "5"),
        ("剂型丁胶囊", "胶囊", "5"),
    ]
    assert found.told == [(4, "dosage_form", "片剂/胶囊剂", "片剂；胶囊剂"), (5, "dosage_form", "片、胶囊", "片；胶囊")]
    assert found.problems == [("UNKNOWN_FORM", 2)]


def test_a_code_of_two_drugs_is_told_with_both_rows():
    found = Found(FILES / "reused_code.csv", "commercial", "")

    (warning,) = found.result.warnings
    assert (warning.code, warning.row, warning.column, found.result.errors) == ("REUSED_CODE", 3, "national_code", ())
    assert "第 2 行" in warning.zh and "第 3 行" in warning.zh and "Row 2" in warning.en and "row 3" in warning.en


# ---------------------------------------------------------------------------------------------- each kind


def test_the_first_name_keeps_the_code_and_every_other_column_is_the_rows(read):
    found = read("entry_code,generic_name,icd10,甲乙类\nE-1,甲乙丸（片、胶囊）,C34,甲\nE-2,丙丁,C50,乙\n")

    assert found.of("entry_code", "generic_name", "icd10", "reimbursement_class") == [
        ("E-1", "甲乙丸", "{C34}", "A"),
        ("E-1.2", "甲乙片", "{C34}", "A"),
        ("E-1.3", "甲乙胶囊", "{C34}", "A"),
        ("E-2", "丙丁", "{C50}", "B"),
    ]
    assert (found.result.rows, found.result.kept) == (2, 4)


def test_names_and_forms_combine(read):
    found = read("entry_code,generic_name,dosage_form\nE,甲乙、丙丁,片剂/胶囊剂\n")

    assert found.of("entry_code", "generic_name", "dosage_form") == [
        ("E", "甲乙", "片剂"),
        ("E.2", "甲乙", "胶囊剂"),
        ("E.3", "丙丁", "片剂"),
        ("E.4", "丙丁", "胶囊剂"),
    ]


def test_codes_stay_within_their_length(read):
    code = "L" * 64
    found = read(f"entry_code,generic_name\n{code},甲乙、丙丁\n{'L' * 63}M,戊己、庚辛\n")

    codes = [row["entry_code"] for row in found.rows]
    assert codes[0] == code and all(len(one) <= 64 for one in codes) and len(set(codes)) == 4
    assert codes[1].endswith(".2")


def test_two_rows_of_one_name_are_one_entry_where_they_are_alike_and_both_are_kept_where_not(read):
    header = "entry_code,generic_name,甲乙类,source\n"

    alike = read(header + "1A,甲乙(丙丁),甲,第 1 页\n2A,甲乙(戊己),甲,第 2 页\n3A,丙丁,甲,\n")
    assert alike.of("entry_code", "generic_name") == [("1A", "甲乙"), ("1A.2", "丙丁"), ("2A.2", "戊己")]
    assert alike.problems == [("DUPLICATE_ROW", 3), ("DUPLICATE_ROW", 4)]
    assert "甲乙" in alike.result.warnings[0].zh

    unlike = read(header + "1A,甲乙(丙丁),甲,\n2A,甲乙(戊己),乙,\n3A,丙丁,乙,\n4A,丙丁,乙,x\n")
    assert unlike.of("entry_code", "generic_name", "reimbursement_class") == [
        ("1A", "甲乙", "A"),
        ("1A.2", "丙丁", "A"),
        ("2A", "甲乙", "B"),
        ("2A.2", "戊己", "B"),
        ("3A", "丙丁", "B"),
    ]
    assert unlike.problems == [("DUPLICATE_ROW", 5)]


def test_rows_that_contradict_each_other_without_any_help_of_the_reading_are_refused_still(read):
    header = "entry_code,generic_name,甲乙类\n"

    assert read(header + "E-1,甲乙,甲\nE-2,甲乙,乙\n").problems == [("CONFLICTING_ROWS", 3)]
    assert read(header + "E-1,甲乙、丙丁,甲\nE-1,戊己、庚辛,乙\n").problems == [("CONFLICTING_ROWS", 3)]
    assert read(header + "E-1,甲乙、丙丁,甲\nE-1.2,戊己,乙\n").problems == [("CONFLICTING_ROWS", 3)]
    assert read(header + "E-1,甲乙,甲\nE-1,甲乙,甲\n").problems == [("DUPLICATE_ROW", 3)]


def test_codes_are_made_where_the_list_has_none_and_differ_for_rows_that_begin_alike(read):
    found = read("generic_name,甲乙类\n甲乙、丙丁,甲\n甲乙、戊己,甲\n甲乙、丙丁,乙\n")

    codes = [row["entry_code"] for row in found.rows]
    assert [name for (name,) in found.of("generic_name")] == ["甲乙", "丙丁", "戊己", "甲乙", "丙丁"]
    assert len(set(codes)) == 5 and found.problems == [("DUPLICATE_ROW", 3)]
    again = read("generic_name,甲乙类\n甲乙、丙丁,甲\n")
    assert [row["entry_code"] for row in again.rows] == codes[:2]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        ("编号,通用名\n1,甲乙\n2,丙丁\n1,戊己\n1,庚辛\n", ["1", "2", "1R", "1R2"]),
        ("编号,通用名\n★（10）,甲乙\n10,丙丁\n（10）,戊己\n", ["10", "10R", "10R2"]),
        ("编号,通用名\n1,甲乙、丙丁\n1,戊己、庚辛\n", ["1", "1.2", "1R", "1R.2"]),
        ("编号,通用名\n1,甲乙、丙丁\n1.2,戊己\n", ["1", "1.2", "1.2R"]),
        ("编号,通用名\n1.2,戊己\n1,甲乙、丙丁\n", ["1.2", "1", "1.2R"]),
        (
            "部分,编号,通用名\n西药,1,甲乙\n西药,1,丙丁\n中成药,1,戊己\n,1,庚辛\n",
            ["西药-1", "西药-1R", "中成药-1", "1"],
        ),
        ("part,编号,通用名\n一,1,甲乙、丙丁\n二,1,戊己\n", ["一-1", "一-1.2", "二-1"]),
        # A code is a code, not a number.
        ("部分,编号,通用名\n西药,X-1,甲乙\n", ["X-1"]),
        ("编号,通用名\n10R,甲乙\n10,丙丁\n10,戊己\n", ["10R", "10", "10R2"]),
    ],
)
def test_printed_numbers(read, content, codes):
    found = read(content)

    assert (found.problems, [row["entry_code"] for row in found.rows]) == ([], codes)


def test_a_number_in_a_spreadsheet_is_a_printed_number_too(read):
    found = read(xlsx([(1, "甲乙"), (1, "丙丁"), ("★(1)", "戊己")], header=("编号", "通用名")))

    assert [row["entry_code"] for row in found.rows] == ["1", "1R", "1R2"]


def test_the_part_is_told_as_a_column_that_was_read_and_as_unknown_where_it_is_not(read):
    content = "部分,编号,通用名\n西药,1,甲乙\n"

    assert ("部分", "part") in zip(read(content).result.headers, read(content).result.columns, strict=True)
    assert read(content, names="plain").problems == [("UNKNOWN_COLUMN", 1)]


def test_the_same_printed_row_twice_is_told_once(read):
    found = read("编号,通用名,甲乙类\n1,甲乙,甲\n1,甲乙,甲\n2,丙丁、戊己,甲\n2,丙丁、戊己,甲\n")

    assert [row["entry_code"] for row in found.rows] == ["1", "2", "2.2"]
    assert found.problems == [("DUPLICATE_ROW", 3), ("DUPLICATE_ROW", 5), ("DUPLICATE_ROW", 5)]


def test_what_is_wrong_with_a_row_of_several_names_is_told_once(read):
    found = read("generic_name,age_min,approval_no\n甲乙、丙丁、戊己,x,BH20201234\n")

    assert found.problems == [("BAD_NUMBER", 2), ("UNUSUAL_APPROVAL_NO", 2)]


@pytest.mark.parametrize(
    ("cell", "several"),
    [
        ("甲厂、乙厂", True),
        ("甲厂;乙厂", True),
        ("甲厂；乙厂", True),
        ("甲厂 / 乙厂", True),
        ("甲厂　/　乙厂", True),
        ("甲厂/ 乙厂", True),
        ("甲厂/乙厂", False),
        ("甲厂；", False),
        ("甲厂（北京、上海）", False),
        ("甲厂(乙[丙、丁])", False),
        ("A/S Pharma", False),
        ("甲厂，乙厂", False),
    ],
)
@pytest.mark.parametrize("column", ["brand_name", "manufacturer"])
def test_one_value_a_column(read, cell, several, column):
    found = read(csv_text([("甲乙", cell)], header=("generic_name", column)), kind="commercial")

    assert found.problems == ([("SEVERAL_VALUES", 2)] if several else [])


@pytest.mark.parametrize(
    ("form", "forms", "warned"),
    [
        ("片剂", ["片剂"], False),
        ("口服常释剂型", ["口服常释剂型"], False),
        ("片剂、水丸", ["片剂、水丸"], True),
        ("水丸", ["水丸"], True),
        ("口服常释剂型（不含分散片、咀嚼片）", ["口服常释剂型（不含分散片、咀嚼片）"], False),
        ("口服常释剂型(不含水丸)", ["口服常释剂型(不含水丸)"], True),
        ("注射剂；口服液体剂", ["注射剂", "口服液体剂"], False),
        ("片/胶囊/颗粒", ["片", "胶囊", "颗粒"], False),
        ("片、片", ["片"], False),
    ],
)
def test_forms(read, form, forms, warned):
    found = read(csv_text([("甲乙", form)], header=("generic_name", "dosage_form")), kind="commercial")

    assert [one for (one,) in found.of("dosage_form")] == forms
    assert found.problems == ([("UNKNOWN_FORM", 2)] if warned else [])


def test_without_a_table_of_forms_none_is_called_unknown(tmp_path):
    file = tmp_path / "upload"
    file.write_text("generic_name,dosage_form\n甲乙,水丸\n", encoding="utf-8")
    *_, result = check(file, "base", CheckOptions())

    assert result.warnings == ()


@pytest.mark.parametrize("kind", ["base", "commercial", "negative", "drugs"])
@pytest.mark.parametrize("mark", ["*", "△", "▲", "☆", "★", "#", "＊", "★△", "△ "])
def test_the_printers_marks_before_a_name_go_and_are_told(read, mark, kind):
    found = read(csv_text([(f"{mark}甲乙片",)], header=("generic_name",)), kind=kind, names="")

    assert found.of("generic_name") == [("甲乙片",)]
    assert found.told == [(2, "generic_name", f"{mark}甲乙片", "甲乙片")]


@pytest.mark.parametrize(
    ("rows", "warned"),
    [
        ("X,甲乙片,甲\nX,甲乙胶囊,乙\n", False),  # one drug in two forms
        ("X,盐酸甲乙片,甲\nX,甲乙片,乙\n", False),
        ("X,甲乙片,甲\nX,丙丁片,甲\n", True),
        ("X,甲乙、丙丁,甲\n", False),  # one row
    ],
)
def test_a_whole_code_stands_for_one_drug(read, rows, warned):
    content = "national_code,generic_name,manufacturer\n" + rows.replace("X,", "XA02AAC901A001010100001,")
    found = read(content)

    assert found.problems == ([("REUSED_CODE", 3)] if warned else [])
    assert read(content.replace("AC901A001010100001", "A"), names="printed").problems == []  # a prefix names several


CELL = st.sampled_from(
    "甲乙 甲乙片 甲乙(丙丁) 丙丁 甲乙、丙丁 甲乙丸（片、胶囊） 丙丁片（颗粒）（戊方） 戊己(Ⅱ) 戊己（丙） △庚辛 甲乙(甲乙(戊己))".split()
)
ROW = st.tuples(
    CELL, st.sampled_from(["", "片剂", "片剂/胶囊剂", "水丸"]), st.sampled_from("甲乙"), st.sampled_from(["", "注"])
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(ROW, min_size=1, max_size=6),
    coded=st.sampled_from(["", "E-", "number"]),
    kind=st.sampled_from(["base", "commercial"]),
)
def test_what_was_read_as_printed_comes_back_as_it_went(rows, coded, kind, read):
    codes = ["" if not coded else f"{coded}{n}" if coded == "E-" else str(n % 3) for n in range(len(rows))]
    content = csv_text(
        [(code, *row) for code, row in zip(codes, rows, strict=True)],
        header=("entry_code", "generic_name", "dosage_form", "甲乙类", "note"),
    )
    found = read(content, kind)
    if found.result.errors:
        return  # two rows that contradict each other
    assert len({row["entry_code"] for row in found.rows}) == len(found.rows) == found.result.kept

    exported = b"".join(csv_lines(map(as_entry, found.rows)))
    for names in ("printed", "plain"):
        again = read(exported, kind, names)
        assert again.result.errors == ()
        assert [row["row_hash"] for row in again.rows] == [row["row_hash"] for row in found.rows]
