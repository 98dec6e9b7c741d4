"""Claim batches: claims in the shape of the API, and bad rows that stop no other claim."""

import csv
import io
import json
from uuid import UUID

import pytest

from claims.batches.child import Claims, Read, read_in_child
from claims.batches.claim_rows import Seals, claim_row
from claims.batches.read import BatchResult, Claim, read_batch
from common.sealing.box import Box
from tables.limits import Limits, Progress
from tests.files import xlsx

HEADER = (
    "claim_no",
    "member_ref",
    "line_no",
    "service_date",
    "generic_name",
    "quantity",
    "amount",
    "base_paid",
    "age",
    "sex",
)
ONE = ("C-1", "m-1", "1", "2026-03-14", "奥希替尼片", "30", "4977.00", "0.00", "61", "F")


def written(rows, header=HEADER):
    file = io.StringIO()
    csv.writer(file).writerows([header, *rows])
    return file.getvalue()


def line(**cells):
    return [{**dict(zip(HEADER, ONE, strict=True)), **cells}[name] for name in HEADER]


def read(content, path, limits=None):
    file = path / "batch"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    *messages, result = read_batch(file, limits)
    assert isinstance(result, BatchResult)
    return [message for message in messages if isinstance(message, Claim)], result


def problems_of(claims):
    return [(c.claim_no, p.code, p.row, p.column) for c in claims for p in c.problems]


def test_a_row_becomes_a_check(tmp_path):
    claims, result = read(written([ONE]), tmp_path)

    assert claims == [
        Claim(
            "C-1",
            (2,),
            {
                "claim_no": "C-1",
                "service_date": "2026-03-14",
                "member": {"member_ref": "m-1", "sex": "F", "age": 61},
                "lines": [
                    {
                        "line_no": 1,
                        "service_date": "2026-03-14",
                        "generic_name": "奥希替尼片",
                        "quantity": "30",
                        "amount": "4977.00",
                        "base_paid": "0.00",
                    }
                ],
            },
        )
    ]
    assert (result.claims, result.lines, result.invalid, result.errors) == (1, 1, 0, ())


ALL = {
    "claim_no": "C-1",
    "member_ref": "m-1",
    "line_no": "3",
    "service_date": "2026/3/14",
    "policy_start": "2026-01-01",
    "policy_end": "2026-12-31",
    "renewal": "是",
    "pre_existing": "C50;C18-C20",
    "age": "61",
    "sex": "女",
    "diagnoses": "C34.1、I10",
    "setting": "门诊",
    "institution_level": "三级",
    "circumstance": "none",
    "national_code": "XL01EXA123A001010100166",
    "approval_no": "国药准字H20201234",
    "generic_name": "奥希替尼片",
    "dosage_form": "片",
    "brand_name": "泰瑞沙",
    "manufacturer": "阿斯利康",
    "strength": "80mg",
    "quantity": "30.50",
    "unit_price": "165.9",
    "amount": "4977",
    "base_paid": "1",
    "other_paid": "2.5",
    "base_settled": "Y",
    "prior_auth_no": "PA-1",
    "evidence": "EGFR=Y;LINE_2=N",
}


def test_every_column_arrives(tmp_path):
    claims, _ = read(written([ALL.values()], ALL), tmp_path)

    assert claims[0].problems == ()
    assert claims[0].request == {
        "claim_no": "C-1",
        "service_date": "2026-03-14",
        "circumstance": "none",
        "member": {
            "member_ref": "m-1",
            "policy_start": "2026-01-01",
            "policy_end": "2026-12-31",
            "renewal": True,
            "sex": "F",
            "age": 61,
            "pre_existing": ["C50", "C18-C20"],
        },
        "lines": [
            {
                "line_no": 3,
                "service_date": "2026-03-14",
                "diagnoses": ["C34.1", "I10"],
                "setting": "outpatient",
                "institution_level": 3,
                "national_code": "XL01EXA123A001010100166",
                "approval_no": "H20201234",
                "generic_name": "奥希替尼片",
                "dosage_form": "片",
                "brand_name": "泰瑞沙",
                "manufacturer": "阿斯利康",
                "strength": "80mg",
                "quantity": "30.5",
                "unit_price": "165.9",
                "amount": "4977.00",
                "base_paid": "1.00",
                "other_paid": "2.50",
                "base_settled": True,
                "prior_auth_no": "PA-1",
                "evidence": {"EGFR": True, "LINE_2": False},
            }
        ],
    }


def test_the_national_interfaces_names_are_known(tmp_path):
    header = (
        "mdtrt_id",
        "psn_no",
        "feedetl_sn",
        "fee_ocur_time",
        "med_list_codg",
        "cnt",
        "pric",
        "det_item_fee_sumamt",
    )
    row = ("4401", "p-9", "000017", "2026-03-14 10:22:33", "XL01EXA123A001010100166", "30", "165.9000", "4977.00")

    claims, result = read(written([row], header), tmp_path)

    assert (claims[0].problems, result.warnings) == ((), ())
    assert claims[0].request["service_date"] == "2026-03-14"
    assert claims[0].request["lines"][0]["line_no"] == 17


def test_a_time_of_day_is_for_the_national_interface_only(tmp_path):
    claims, _ = read(written([line(service_date="2026-03-14 10:22:33")]), tmp_path)

    assert problems_of(claims) == [("C-1", "BAD_DATE", 2, "service_date")]


def test_the_demonstration_batch_is_read_in_the_files_order(tmp_path):
    rows = [line(claim_no=f"C-{n // 2}", member_ref=f"m-{n // 2}", line_no=str(n % 2 + 1)) for n in range(20)]

    claims, result = read(written(rows), tmp_path)

    assert [c.claim_no for c in claims] == [f"C-{n}" for n in range(10)]
    assert [c.rows for c in claims] == [(2 * n + 2, 2 * n + 3) for n in range(10)]
    assert result.invalid == 0


def test_rows_of_one_claim_may_stand_apart(tmp_path):
    rows = [
        line(),
        line(claim_no="C-2", member_ref="m-2"),
        line(line_no="2", service_date="2026-03-13"),
        line(claim_no="C-3", member_ref="m-3"),
        line(claim_no="C-2", member_ref="m-2", line_no="2"),
    ]

    claims, _ = read(written(rows), tmp_path)

    assert [(c.claim_no, c.rows) for c in claims] == [("C-1", (2, 4)), ("C-2", (3, 6)), ("C-3", (5,))]
    assert claims[0].request["service_date"] == "2026-03-13"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"claim_no": ""}, ("", "REQUIRED", "claim_no")),
        ({"member_ref": ""}, ("C-9", "REQUIRED", "member_ref")),
        ({"service_date": ""}, ("C-9", "REQUIRED", "service_date")),
        ({"quantity": ""}, ("C-9", "REQUIRED", "quantity")),
        ({"amount": ""}, ("C-9", "REQUIRED", "amount")),
        ({"generic_name": ""}, ("C-9", "REQUIRED", "generic_name")),
        ({"service_date": "14/03/2026"}, ("C-9", "BAD_DATE", "service_date")),
        ({"quantity": "0"}, ("C-9", "OUT_OF_RANGE", "quantity")),
        ({"quantity": "-1"}, ("C-9", "OUT_OF_RANGE", "quantity")),
        ({"amount": "1.234"}, ("C-9", "BAD_NUMBER", "amount")),
        ({"amount": "NaN"}, ("C-9", "BAD_NUMBER", "amount")),
        ({"amount": "-1"}, ("C-9", "OUT_OF_RANGE", "amount")),
        ({"amount": "1", "base_paid": "2"}, ("C-9", "OUT_OF_RANGE", "amount")),
        ({"sex": "X"}, ("C-9", "BAD_CHOICE", "sex")),
        ({"age": "151"}, ("C-9", "OUT_OF_RANGE", "age")),
        ({"line_no": "0"}, ("C-9", "OUT_OF_RANGE", "line_no")),
        ({"line_no": "1.5"}, ("C-9", "BAD_NUMBER", "line_no")),
        ({"generic_name": "奥希\u200b替尼"}, ("C-9", "CONTROL_CHARACTER", "generic_name")),
        ({"claim_no": "1.23457E+17"}, ("", "BAD_CODE", "claim_no")),
        ({"claim_no": "合计"}, ("", "NOT_A_TABLE", "claim_no")),
    ],
    ids=str,
)
def test_a_bad_row_stops_no_other_claim(cells, expected, tmp_path):
    bad = line(**{"claim_no": "C-9", "member_ref": "m-9", **cells})

    claims, result = read(written([ONE, bad, line(claim_no="C-2", member_ref="m-2")]), tmp_path)

    assert [(c.claim_no, bool(c.request)) for c in claims] == [("C-1", True), (expected[0], False), ("C-2", True)]
    assert (expected[0], expected[1], 3, expected[2]) in problems_of(claims)
    assert (result.claims, result.invalid, result.errors) == (3, 1, ())


@pytest.mark.parametrize(
    "row",
    ["C-9,m-9,1", 'C-9,"m-9,1', "C-9,m-9,1,2026-03-14,药,1,1,0,61,F,x"],
    ids=["short", "open-quote", "long"],
)
def test_a_broken_line_stops_no_other_claim(row, tmp_path):
    good = ",".join(ONE)

    claims, _ = read("\n".join([",".join(HEADER), good, row, good.replace("C-1", "C-2"), ""]), tmp_path)

    assert sorted(bool(c.request) for c in claims) == [False, True, True]
    assert [c.rows for c in claims if not c.request] == [(3,)]


@pytest.mark.parametrize(
    ("cells", "column"),
    [({"member_ref": "m-2"}, "member_ref"), ({"age": "62"}, "age"), ({"sex": "M"}, "sex")],
)
def test_rows_that_differ_in_what_belongs_to_the_claim_conflict(cells, column, tmp_path):
    claims, _ = read(written([ONE, line(line_no="2", **cells), line(claim_no="C-2")]), tmp_path)

    assert problems_of(claims) == [("C-1", "CONFLICTING_ROWS", 3, column)]
    assert claims[0].request is None and claims[1].request


def test_a_row_that_says_nothing_contradicts_nothing(tmp_path):
    claims, _ = read(written([ONE, line(line_no="2", age="", sex="")]), tmp_path)

    assert claims[0].request["member"]["age"] == 61


@pytest.mark.parametrize("second", ["1", "01"])
def test_a_line_number_occurs_once_in_a_claim(second, tmp_path):
    claims, _ = read(written([ONE, line(line_no=second)]), tmp_path)

    assert problems_of(claims) == [("C-1", "CONFLICTING_ROWS", 3, "line_no")]


def test_a_line_without_a_number_takes_its_place(tmp_path):
    claims, _ = read(written([line(line_no=""), line(line_no="")]), tmp_path)

    assert [found["line_no"] for found in claims[0].request["lines"]] == [1, 2]


def test_five_hundred_lines_are_a_claim_and_one_more_are_none(tmp_path):
    rows = [line(line_no=str(number)) for number in range(1, 502)]

    assert read(written(rows[:500]), tmp_path)[0][0].request
    assert problems_of(read(written(rows), tmp_path)[0]) == [("C-1", "TOO_MANY_ROWS", 502, "claim_no")]


@pytest.mark.parametrize(
    "header",
    [
        "姓名",
        "name",
        "身份证",
        "id_card",
        "电话",
        "phone",
        "地址",
        "address",
        "psn_name",
        "certno",
        "被保险人姓名",
        "ID Card",
    ],
)
def test_columns_of_personal_identity_refuse_the_batch(header, tmp_path):
    claims, result = read(written([(*ONE, "张三")], (*HEADER, header)), tmp_path)

    assert claims == []
    assert [(p.code, p.row, p.value) for p in result.errors] == [("PERSONAL_DATA", 1, "")]


@pytest.mark.parametrize(
    "person", ["11010519491231002X", "110105194912310021", "13800138000", "张三", "1101**********002X"]
)
def test_a_person_is_refused_and_never_quoted(person, tmp_path):
    claims, result = read(written([line(member_ref=person)]), tmp_path)

    assert problems_of(claims) == [("C-1", "PERSONAL_DATA", 2, "member_ref")]
    assert person not in json.dumps([p.as_dict() for p in claims[0].problems], ensure_ascii=False)
    assert person not in str(result)


def test_an_identity_number_in_another_column_is_refused_and_never_quoted(tmp_path):
    claims, _ = read(written([line(generic_name="11010519491231002X")]), tmp_path)

    assert problems_of(claims) == [("C-1", "PERSONAL_DATA", 2, "generic_name")]
    assert "19491231" not in str(claims)


def test_a_conflict_of_members_is_masked(tmp_path):
    claims, _ = read(written([ONE, line(member_ref="member-of-somebody", line_no="2")]), tmp_path)

    assert "member-of-somebody" not in str(claims)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "EMPTY_FILE"),
        (",".join(HEADER) + "\n", "EMPTY_FILE"),
        ("%PDF", "NOT_A_TABLE"),
        ("a,b\n1,2\n", "MISSING_COLUMN"),
        (b"\xff\xff\xff", "BAD_ENCODING"),
        (written([ONE], (*HEADER[:-1], "claim_no")), "DUPLICATE_COLUMN"),
    ],
    ids="empty header pdf columns encoding doubled".split(),
)
def test_what_concerns_the_whole_file_refuses_it(content, code, tmp_path):
    claims, result = read(content, tmp_path)

    assert claims == []
    assert {problem.code for problem in result.errors} == {code}


def test_too_many_rows_refuse_the_batch(tmp_path):
    claims, result = read(written([ONE, line(line_no="2")]), tmp_path, Limits(rows=1))

    assert (claims, [p.code for p in result.errors]) == ([], ["TOO_MANY_ROWS"])


def test_a_workbook_is_read_alike(tmp_path):
    from_csv, _ = read(written([ONE]), tmp_path)
    from_xlsx, _ = read(
        xlsx([("C-1", "m-1", 1, "2026-03-14", "奥希替尼片", 30, 4977, 0, 61, "F")], header=HEADER), tmp_path
    )

    assert from_xlsx == from_csv


CHECK = {
    "claim_no": "C-1",
    "service_date": "2026-03-14",
    "member": {"member_ref": "m-1"},
    "lines": [{"generic_name": "药", "quantity": "1", "amount": "1.00"}],
}


def ndjson(*claims):
    return "\n".join(json.dumps(claim, ensure_ascii=False) for claim in claims) + "\n"


def test_ndjson_is_one_check_a_line(tmp_path):
    claims, result = read(ndjson(CHECK, {**CHECK, "claim_no": "C-2"}), tmp_path)

    assert [(c.claim_no, c.rows, c.request["claim_no"]) for c in claims] == [("C-1", (1,), "C-1"), ("C-2", (2,), "C-2")]
    assert result.file_format == "ndjson"


@pytest.mark.parametrize(
    ("bad", "code", "column"),
    [
        ("{", "NOT_A_TABLE", ""),
        ("[]", "NOT_A_TABLE", ""),
        ("[" * 100_000, "NOT_A_TABLE", ""),
        ('{"claim_no": "C-9", "claim_no": "C-8"}', "DUPLICATE_COLUMN", "claim_no"),
        ('{"claim_no": NaN}', "BAD_NUMBER", ""),
        ('{"claim_no": 9}', "BAD_TYPE", "claim_no"),
        ('{"claim_no": "C-9", "member": {}}', "REQUIRED", "member_ref"),
        ('{"claim_no": "C-9", "member": {"member_ref": "11010519491231002X"}}', "PERSONAL_DATA", "member_ref"),
        ('{"claim_no": "C-9", "member": {"member_ref": "m", "name": "张三"}}', "PERSONAL_DATA", "name"),
        ('{"claim_no": "C-1", "member": {"member_ref": "m"}}', "CONFLICTING_ROWS", "claim_no"),
    ],
    ids="cut list deep doubled nan number nobody identity name twice".split(),
)
def test_a_bad_line_of_ndjson_stops_no_other(bad, code, column, tmp_path):
    claims, result = read(ndjson(CHECK) + bad + "\n" + ndjson({**CHECK, "claim_no": "C-2"}), tmp_path)

    assert [bool(c.request) for c in claims] == [True, False, True]
    assert (code, 2, column) in [(p.code, p.row, p.column) for p in claims[1].problems]
    assert "19491231" not in str(claims) and "张三" not in str(claims)


@pytest.mark.parametrize("bad", ["null", "[1]", "7", '"a"', "oops", "\n\ufeffnull", "null\nnull"])
def test_a_first_line_of_ndjson_that_is_no_object_stops_no_other(bad, tmp_path):
    claims, result = read(bad + "\n" + ndjson(CHECK), tmp_path)

    assert result.file_format == "ndjson" and result.errors == ()
    assert [bool(c.request) for c in claims] == [False] * len(bad.split()) + [True]


@pytest.mark.parametrize(
    "content",
    [written([ONE, line(amount="x", line_no="2")]), ndjson(CHECK), "", "%PDF"],
    ids="csv ndjson empty pdf".split(),
)
def test_the_child_reads_as_this_process_does(content, tmp_path, monkeypatch):
    file = tmp_path / "batch"
    file.write_text(content)

    # What is sealed is never the same twice: here it is not.
    monkeypatch.setattr(Box, "seal", lambda _box, plain, column: column.encode() + plain)
    seals = Seals(Box(UUID(int=1), bytes(32)), bytes(32))

    *messages, last = read_in_child(file, seals)
    *expected, result = read_batch(file)

    assert isinstance(last, Read) and last.result == result
    claims = [message for message in expected if isinstance(message, Claim)]
    rows = b"".join(message.rows for message in messages if isinstance(message, Claims))
    assert rows.decode() == "".join(claim_row(seq, claim, seals) for seq, claim in enumerate(claims))
    assert [m for m in messages if isinstance(m, Progress)] == [m for m in expected if isinstance(m, Progress)]
