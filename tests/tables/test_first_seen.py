"""Rows that say the same, or contradict each other, however far apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables.first_seen import FirstSeen
from tests.files import found, outcome, outcome_and_rows

HEAD = "entry_code,generic_name,dosage_form,icd10,criteria,indication,payment_standard,note\n"
NO_CODE = "generic_name,dosage_form,icd10,criteria,indication,payment_standard,note\n"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-1,奥希替尼,片,C34,A,肺癌,5,x", "duplicate"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-1,奥希替尼,片,C34,A,肺癌,6,x", "conflict"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-1,奥希替尼,片,C34,A,肺癌,5,y", "conflict"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-1,索拉非尼,片,C22,B,肝癌,5,x", "conflict"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-2,奥希替尼,片,C34,A,肺癌,5,x", "conflict"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-2,奥希替尼,片,C34,A,肺癌,6,x", "conflict"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-2,奥希替尼,片,C33,A,肺癌,5,x", "two"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-2,奥希替尼,片,C34,B,肺癌,5,x", "two"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-2,奥希替尼,胶囊,C34,A,肺癌,5,x", "two"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "E-2,奥希替尼,片,C34,A,肺癌二线,5,x", "two"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "Ｅ-1,奥希　替尼,片,c34,A,肺癌,5.00,x", "duplicate"),
        ("E-1,奥希替尼,片,C34,A,肺癌,5,x", "e-1,索拉非尼,片,C22,A,肝癌,5,x", "two"),
    ],
)
def test_two_rows(first, second, expected, tmp_path):
    result, rows = outcome_and_rows(HEAD + first + "\n" + second + "\n", path=tmp_path)

    if expected == "conflict":
        assert [(code, row) for code, row, _ in found(result)] == [("CONFLICTING_ROWS", 3)]
        assert "2" in result.errors[0].zh and "3" in result.errors[0].zh
    else:
        assert result.ok, result.errors
        assert len(rows) == (1 if expected == "duplicate" else 2)
        assert [warning.code for warning in result.warnings] == (["DUPLICATE_ROW"] if expected == "duplicate" else [])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("奥希替尼,片,C34,A,肺癌,5,x", "奥希替尼,片,C34,A,肺癌,5,x", "duplicate"),
        ("奥希替尼,片,C34,A,肺癌,5,x", "奥希替尼,片,C34,A,肺癌,6,x", "conflict"),
        ("奥希替尼,片,C34,A,肺癌,5,x", "奥希替尼,片,C33,A,肺癌,5,x", "two"),
        ("奥希替尼,片,C34,A,肺癌,5,x", "奥希替尼,片,C34,A,,5,x", "two"),
    ],
)
def test_two_rows_without_codes(first, second, expected, tmp_path):
    result, rows = outcome_and_rows(NO_CODE + first + "\n" + second + "\n", path=tmp_path)

    if expected == "conflict":
        assert [(code, row) for code, row, _ in found(result)] == [("CONFLICTING_ROWS", 3)]
    else:
        assert len({row["entry_code"] for row in rows}) == len(rows) == (1 if expected == "duplicate" else 2)


def test_a_contradiction_far_away_is_found(tmp_path):
    rows = [f"E-{number},药品{number},片,C34,,,5,x" for number in range(20_000)]
    rows[19_999] = "E-3,药品3,片,C34,,,6,x"

    result = outcome(HEAD + "\n".join(rows), path=tmp_path)

    assert found(result) == [("CONFLICTING_ROWS", 20_001, "entry_code")]
    assert "第 5 行" in result.errors[0].zh


def test_a_derived_code_is_stable_and_shared_by_one_drug_only_in_part(tmp_path):
    rows = outcome_and_rows(NO_CODE + "奥希替尼,片,C34,,,5,x\n奥希替尼,片,C50,,,5,x\n", path=tmp_path)[1]
    again = outcome_and_rows(
        NO_CODE + "奥希替尼,片,C50,,,9,z\n索拉非尼,片,,,,,\n奥希 替尼,片,C34,,,5,x\n", path=tmp_path
    )[1]

    one, two = (row["entry_code"] for row in rows)
    assert one.rpartition("-")[0] == two.rpartition("-")[0]
    assert [row["entry_code"] for row in again][::2] == [two, one]
    assert all(len(row["entry_code"]) <= 64 for row in again)


def test_a_row_without_a_code_gets_one_among_rows_that_have_one(tmp_path):
    rows = outcome_and_rows(HEAD + "E-1,奥希替尼,,,,,,\n,索拉非尼,,,,,,\n", path=tmp_path)[1]

    assert rows[0]["entry_code"] == "E-1"
    assert rows[1]["entry_code"].startswith("auto-")


MASTER = "national_code,approval_no,generic_name,strength,pack\n"


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (
            "XL01EXA123A001010100166,H20201234,奥希替尼,80mg,30",
            "XL01EXA123A001010100166,H20201234,奥希替尼,80mg,30",
            [],
        ),
        (
            "XL01EXA123A001010100166,H20201234,奥希替尼,80mg,30",
            "XL01EXA123A001010100166,H20201234,奥希替尼,40mg,30",
            ["CONFLICTING_ROWS"],
        ),
        ("XL01EXA123A001010100166,,奥希替尼,80mg,30", "XL01EXA123A001010200166,,奥希替尼,80mg,30", []),
        (",H20201234,奥希替尼,80mg,30", ",国药准字H20201234,奥希替尼片,80mg,30", ["CONFLICTING_ROWS"]),
        (",H20201234,奥希替尼,80mg,30", ",H20201234,奥希替尼,80mg,60", []),
        (",,奥希替尼,80mg,30", ",,奥希替尼,80mg,60", []),
    ],
)
def test_products_of_the_drug_master(first, second, codes, tmp_path):
    result = outcome(MASTER + first + "\n" + second + "\n", "drugs", path=tmp_path)

    assert [code for code, _, _ in found(result)] == codes


@given(st.lists(st.integers(0, 50) | st.integers(-(2**63), 2**64), max_size=300))
def test_the_first_number_of_a_hash_is_remembered(hashes):
    seen, expected = FirstSeen(4), {}
    for number, hashed in enumerate(hashes):
        key = hashed & 0xFFFF_FFFF_FFFF_FFFF
        assert seen.first(hashed, number) == expected.get(key)
        expected.setdefault(key, number)
