"""One file for every problem code: what it takes to get it, and where it points."""

import pytest

from tables.limits import Limits
from tables.problems import MESSAGES, WARNINGS, mask, problem, shown
from tests.files import ROWS, csv_text, found, outcome

ONE = "generic_name,icd10\n奥希替尼,C34\n"


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ("", "base", ("EMPTY_FILE", None, "")),
        ("generic_name\n", "base", ("EMPTY_FILE", None, "")),
        ("%PDF-1.7 …", "base", ("NOT_A_TABLE", None, "")),
        (b"generic_name\n\xff\xff\xff\n", "base", ("BAD_ENCODING", 2, "")),
        ("icd10\nC34\n", "base", ("MISSING_COLUMN", 1, "generic_name")),
        ("generic_name,通用名\n甲,乙\n", "base", ("DUPLICATE_COLUMN", 1, "generic_name")),
        ("generic_name,身份证号\n甲药,110\n", "base", ("PERSONAL_DATA", 1, "身份证号")),
        ("generic_name,icd10\n奥希替尼\n", "base", ("RAGGED_ROW", 2, "")),
        ("generic_name,icd10\n,C34\n", "base", ("REQUIRED", 2, "generic_name")),
        (f"generic_name\n{'长' * 201}\n", "base", ("TOO_LONG", 2, "generic_name")),
        ("generic_name,effective_to\n奥希替尼,2025-02-29\n", "base", ("BAD_DATE", 2, "effective_to")),
        ("generic_name,max_quantity\n奥希替尼,1e3\n", "base", ("BAD_NUMBER", 2, "max_quantity")),
        ("generic_name,age_min\n奥希替尼,151\n", "base", ("OUT_OF_RANGE", 2, "age_min")),
        ("generic_name,class_code\n奥希替尼,L01FX\n", "base", ("BAD_CODE", 2, "class_code")),
        ("generic_name,marks\n奥希替尼,unknown\n", "base", ("BAD_CHOICE", 2, "marks")),
        ("generic_name,prior_auth\n奥希替尼,也许\n", "base", ("BAD_YES_NO", 2, "prior_auth")),
        ("generic_name\n奥希\u200b替尼\n", "base", ("CONTROL_CHARACTER", 2, "generic_name")),
        (
            "generic_name,effective_from,effective_to\n奥希替尼,2026-02-01,2026-01-31\n",
            "base",
            ("DATE_ORDER", 2, "effective_from"),
        ),
        ("generic_name,age_min,age_max\n奥希替尼,19,18\n", "base", ("AGE_ORDER", 2, "age_min")),
        (
            "entry_code,generic_name\nE-1,奥希替尼\nE-1,索拉非尼\n",
            "base",
            ("CONFLICTING_ROWS", 3, "entry_code"),
        ),
        ("generic_name,note\n,只有说明\n", "negative", ("NO_SELECTOR", 2, "")),
        ("restriction,indication\n限二线,肺癌\n", "base_exclusion", ("NO_SELECTOR", 2, "")),
    ],
)
def test_each_error_points_at_its_place(content, kind, expected, tmp_path):
    assert found(outcome(content, kind, path=tmp_path)) == [expected]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("generic_name,色彩\n奥希替尼,红\n", ("UNKNOWN_COLUMN", 1, "色彩")),
        ("generic_name\n奥希替尼\n奥希替尼\n", ("DUPLICATE_ROW", 3, "")),
        ("generic_name,approval_no\n奥希替尼,BH20201234\n", ("UNUSUAL_APPROVAL_NO", 2, "approval_no")),
        ("generic_name,icd10\n奥希替尼,C34;Z99.Z\n", ("UNUSUAL_DISEASE", 2, "icd10")),
        ("generic_name,restriction\n奥希替尼,限二线用药\n", ("UNCODED", 2, "restriction")),
        ("generic_name,indication,sex\n奥希替尼,肺癌,F\n", ("UNCODED", 2, "indication")),
        ("generic_name,strength\n奥希替尼,80mg\n以下空白,\n", ("NOT_AN_ENTRY", 3, "")),
    ],
)
def test_each_warning_lets_the_file_pass(content, expected, tmp_path):
    result = outcome(content, path=tmp_path)

    assert result.ok
    assert [(warning.code, warning.row, warning.column) for warning in result.warnings] == [expected]


def test_one_row_too_many_is_named(tmp_path):
    result = outcome(csv_text(ROWS), path=tmp_path, limits=Limits(rows=6))

    assert found(result) == [("TOO_MANY_ROWS", 8, "")]


def test_exactly_as_many_rows_as_allowed_pass(tmp_path):
    assert outcome(csv_text(ROWS), path=tmp_path, limits=Limits(rows=7)).ok


def test_a_byte_too_many_is_too_large(tmp_path):
    assert outcome(ONE, path=tmp_path, limits=Limits(file_bytes=len(ONE.encode()))).ok
    assert found(outcome(ONE, path=tmp_path, limits=Limits(file_bytes=len(ONE.encode()) - 1))) == [
        ("TOO_LARGE", None, "")
    ]


def test_every_problem_of_a_file_is_found_in_one_pass(tmp_path):
    content = (
        "generic_name,icd10,age_min,effective_from,色彩\n"
        ",XYZ,abc,2026-13-01,\n"
        "奥希替尼,C34,18,2026-01-01,\n"
        "索拉非尼,C34,200,20260230,红\n"
    )

    result = outcome(content, path=tmp_path)

    assert found(result) == [
        ("REQUIRED", 2, "generic_name"),
        ("BAD_CODE", 2, "icd10"),
        ("BAD_NUMBER", 2, "age_min"),
        ("BAD_DATE", 2, "effective_from"),
        ("OUT_OF_RANGE", 4, "age_min"),
        ("BAD_DATE", 4, "effective_from"),
    ]
    assert result.warning_count == 1


def test_all_errors_are_counted_and_the_first_are_kept(tmp_path):
    content = "generic_name,age_min\n" + "奥希替尼,x\n" * 50

    result = outcome(content, path=tmp_path, limits=Limits(problems_kept=10))

    assert result.error_count == 50
    assert [problem.row for problem in result.errors] == list(range(2, 12))


def test_one_bad_row_in_five_thousand_is_found(tmp_path):
    rows = [f"药品{number},C34" for number in range(5000)]
    rows[4321] = "药品4321,肺癌"

    result = outcome("generic_name,icd10\n" + "\n".join(rows), path=tmp_path)

    assert found(result) == [("BAD_CODE", 4323, "icd10")]
    assert result.rows == 5000


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_code_has_a_sentence_in_both_languages(code):
    words = dict.fromkeys(
        "why_zh why_en limit headers hint_zh hint_en header found expected choices characters first last other same_zh "
        "same_en what_zh what_en count needed read sheets_zh sheets_en names label entry wanted file".split(),
        "·",
    )

    made = problem(code, 3, "icd10", "x", **words)

    assert made.zh and made.en and "{" not in made.zh + made.en
    assert made.severity == ("warning" if code in WARNINGS else "error")


def test_a_report_can_neither_be_flooded_nor_forged():
    assert shown("x" * 1000) == "x" * 120 + "…"
    assert shown("a\nERROR b\u202e") == "a\\u000aERROR b\\u202e"


def test_a_masked_value_names_nobody():
    assert mask("999999199001011238") == "99**************38"
    assert mask("张三") == "**"
