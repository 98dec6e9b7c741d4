"""The same question at every door: GET and POST coverage, a check, and a batch as CSV, XLSX and NDJSON (csv.md, "Claim batches").

Whatever the notation, a text means the same at each of them, or is wrong with the same code. What only a claim says is asked
at the four doors of claims; drug texts alone are held to the characters of a file in a file (csv.md, "Problem codes").
"""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.batches.read import BatchResult, Claim, read_batch
from claims.eligibility import InvalidClaim, InvalidQuery, coverage_fields, parse_claim, parse_coverage
from insurers import services as insurers
from insurers.models import Insurer, Product
from tests.claims.batches.conftest import decided, results
from tests.conftest import Api, published
from tests.files import inline, raw_xlsx, xlsx

DAY = date(2026, 3, 14)
QUESTION = {"generic_name": "测试片", "date": "2026-03-14"}
CLAIM_ONLY = (
    "claim_no member_ref quantity amount base_paid other_paid unit_price base_settled renewal policy_start policy_end pre_existing "
    "line_no reference prior_auth_no evidence"
).split()
OF_MEMBER = ("member_ref", "sex", "age", "renewal", "policy_start", "policy_end", "pre_existing")
OF_CLAIM = ("claim_no", "circumstance")

REAL = "11010519491231002X"


class Wrong(str):
    """The code of a refusal."""


# ------------------------------------------------------------------------------------------------- the doors

Said = tuple[str, Any]  # what is asked: a field, and the text that is sent for it


def by_get(field: str, written: str) -> Any:
    parameters = {name: [value] for name, value in QUESTION.items()} | {_in_query(field): [written]}
    return _queried(coverage_fields(parameters), field)


def by_get_repeated(field: str, written: str) -> Any:
    """The codes of one text, each in a parameter of its own."""
    pieces = (
        [piece for piece in written.replace("，", ",").split(",") if piece.strip()]
        if field == "diagnoses"
        else [written]
    )
    parameters = {name: [value] for name, value in QUESTION.items()} | {_in_query(field): pieces or [written]}
    return _queried(coverage_fields(parameters), field)


def by_post(field: str, written: str) -> Any:
    return _queried({**QUESTION, _in_query(field): written}, field)


def by_check(field: str, written: str) -> Any:
    return _claimed(_claim(field, written), field)


def by_ndjson(field: str, written: str, folder: Path) -> Any:
    claim = {name: value for name, value in _claim(field, written).items() if name != "product"}
    return _batched((json.dumps(claim, ensure_ascii=False) + "\n").encode(), field, folder)


def by_csv(field: str, written: str, folder: Path) -> Any:
    header, row = _row(field, written)
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
    return _batched(f"{','.join(header)}\n{quoted}\n".encode(), field, folder)


def by_xlsx(field: str, written: str, folder: Path) -> Any:
    header, row = _row(field, written)
    rows = "".join(inline(number, [escape(cell) for cell in cells]) for number, cells in enumerate((header, row), 1))
    return _batched(raw_xlsx(rows), field, folder)


def _in_query(field: str) -> str:
    return {"service_date": "date", "diagnoses": "icd10"}.get(field, field)


def _claim(field: str, written: Any) -> dict[str, Any]:
    line: dict[str, Any] = {"generic_name": "测试片", "quantity": "1", "amount": "100.00", "service_date": "2026-03-14"}
    claim: dict[str, Any] = {"product": "P", "claim_no": "C-1", "member": {"member_ref": "m-1"}, "lines": [line]}
    if field in ("diagnoses", "pre_existing"):
        written = [written]
    if field == "evidence":
        code, _, answer = written.partition("=")
        written = {code: answer}
    (claim["member"] if field in OF_MEMBER else claim if field in OF_CLAIM else line)[field] = written
    return claim


def _row(field: str, written: str) -> tuple[list[str], list[str]]:
    cells = {
        "claim_no": "C-1",
        "member_ref": "m-1",
        "service_date": "2026-03-14",
        "generic_name": "测试片",
        "quantity": "1",
        "amount": "100.00",
        field: written,
    }
    return list(cells), list(cells.values())


def _queried(fields: dict[str, Any], field: str) -> Any:
    try:
        query = parse_coverage(fields, today=DAY)
    except InvalidQuery as invalid:
        return _code({problem.code for problem in invalid.errors})
    if field in ("generic_name", "national_code", "approval_no", "brand_name"):
        return getattr(query.identity, field)
    return {"service_date": query.day, "diagnoses": query.diagnoses}.get(field, getattr(query, field, None))


def _claimed(request: dict[str, Any], field: str) -> Any:
    try:
        claim = parse_claim(request)
    except InvalidClaim as invalid:
        return _code({problem.code for problem in invalid.errors})
    line, member = claim.lines[0], claim.member
    if field in ("generic_name", "national_code", "approval_no", "brand_name"):
        return getattr(line.identity, field)
    if field == "pre_existing":
        return member.pre_existing.texts()
    return getattr(member if field in OF_MEMBER else claim if field in OF_CLAIM else line, field, None)


def _batched(content: bytes, field: str, folder: Path) -> Any:
    file = folder / "batch"
    file.write_bytes(content)
    *messages, result = read_batch(file)
    assert isinstance(result, BatchResult)
    claims = [message for message in messages if isinstance(message, Claim)]
    problems = [*result.errors, *(problem for claim in claims for problem in claim.problems)]
    if problems:
        return _code({problem.code for problem in problems})
    assert claims[0].request is not None
    return _claimed({**claims[0].request, "product": "P"}, field)


def _code(codes: set[str]) -> Wrong:
    return Wrong(" ".join(sorted(codes)))


def doors_of(field: str) -> dict[str, Callable[..., Any]]:
    of_claims: dict[str, Callable[..., Any]] = {"check": by_check, "csv": by_csv, "xlsx": by_xlsx, "ndjson": by_ndjson}
    if field in CLAIM_ONLY:
        return of_claims
    return {"get": by_get, "get, repeated": by_get_repeated, "post": by_post, **of_claims}


def asked_everywhere(field: str, written: str, folder: Path) -> dict[str, Any]:
    in_files = (by_csv, by_xlsx, by_ndjson)
    return {
        name: ask(field, written, folder) if ask in in_files else ask(field, written)
        for name, ask in doors_of(field).items()
    }


# ------------------------------------------------------------------------------------------------- the notations

E9 = 10**9
BAD = {name: Wrong(name) for name in "BAD_DATE BAD_NUMBER BAD_CODE BAD_CHOICE BAD_YES_NO OUT_OF_RANGE".split()}
PERSONAL, TOO_LONG, CONTROL = Wrong("PERSONAL_DATA"), Wrong("TOO_LONG"), Wrong("CONTROL_CHARACTER")

CODES = [
    ("C34.1", ("C341",)),
    ("c34.1", ("C341",)),
    (" C34.1 ", ("C341",)),
    ("Ｃ３４．１", ("C341",)),
    ("C341", ("C341",)),
    ("C34.100x003", ("C34100X003",)),
    ("Z51.1,C34.1", ("Z511", "C341")),
    ("Z51.1;C34.1", ("Z511", "C341")),
    ("Z51.1；C34.1", ("Z511", "C341")),
    ("Z51.1，C34.1", ("Z511", "C341")),
    ("Z51.1、C34.1", ("Z511", "C341")),
    ("Z51.1|C34.1", ("Z511", "C341")),
    ("Z51.1 C34.1", ("Z511", "C341")),
    ("E11.4+G63.2*", ("E114", "G632")),
    ("E11.4+", ("E114",)),
    ("G63.2*", ("G632",)),
    ("A17.0†", ("A170",)),
    ("A17.0‡", ("A170",)),
    ("A17.0!", ("A170",)),
    ("M54.", ("M54",)),
    ("C34.-", ("C34",)),
    ("C34.1;", ("C341",)),
    ("C34.1肺癌", BAD["BAD_CODE"]),
    ("G63.2 神经病", BAD["BAD_CODE"]),
    ("肺癌", BAD["BAD_CODE"]),
    ("C34.1(待查)", BAD["BAD_CODE"]),
    ("2C25", BAD["BAD_CODE"]),
    ("C3", BAD["BAD_CODE"]),
    (";", BAD["BAD_CODE"]),
    ("C34.12345678901", BAD["BAD_CODE"]),
    ("无", ()),
    ("/", ()),
    ("暂无", ()),
]
RANGES = [
    ("C18-C20", ("C18-C20",)),
    ("C18–C20", ("C18-C20",)),
    ("C18 ～ C20", ("C18-C20",)),
    ("C18-C20;I10", ("I10", "C18-C20")),
]
DAYS = [
    ("2026-01-31", date(2026, 1, 31)),
    ("2026-1-31", date(2026, 1, 31)),
    ("2026/1/31", date(2026, 1, 31)),
    ("2026/01/31", date(2026, 1, 31)),
    ("20260131", date(2026, 1, 31)),
    ("2026年1月31日", date(2026, 1, 31)),
    (" ２０２６－０１－３１ ", date(2026, 1, 31)),
    ("2026-02-30", BAD["BAD_DATE"]),
    ("26-01-31", BAD["BAD_DATE"]),
    ("31/01/2026", BAD["BAD_DATE"]),
    ("2026.01.31", BAD["BAD_DATE"]),
    ("46053", BAD["BAD_DATE"]),
    ("2026-01-31 10:22:33", BAD["BAD_DATE"]),
    ("2026-01", BAD["BAD_DATE"]),
    ("tomorrow", BAD["BAD_DATE"]),
]
WHOLE = [
    ("61", 61),
    (" 61 ", 61),
    ("６１", 61),
    ("061", 61),
    ("61.0", 61),
    ("61.0000", 61),
    ("61.5", BAD["BAD_NUMBER"]),
    ("old", BAD["BAD_NUMBER"]),
    ("6 1", BAD["BAD_NUMBER"]),
    ("1e1", BAD["BAD_NUMBER"]),
    ("-1", BAD["OUT_OF_RANGE"]),
    ("151", BAD["OUT_OF_RANGE"]),
]
MONEY = [
    ("10", 1_000),
    ("10.5", 1_050),
    ("10.50", 1_050),
    ("10.5000", 1_050),
    ("10.500000", 1_050),
    ("１０．５０", 1_050),
    (" 10.50 ", 1_050),
    ("010.50", 1_050),
    ("0", 0),
    ("10.500", BAD["BAD_NUMBER"]),
    ("10.505", BAD["BAD_NUMBER"]),
    ("10.5050", BAD["BAD_NUMBER"]),
    ("1,000.00", BAD["BAD_NUMBER"]),
    ("￥10", BAD["BAD_NUMBER"]),
    ("10元", BAD["BAD_NUMBER"]),
    ("1e3", BAD["BAD_NUMBER"]),
    ("NaN", BAD["BAD_NUMBER"]),
    ("Infinity", BAD["BAD_NUMBER"]),
    (".5", BAD["BAD_NUMBER"]),
    ("+10", BAD["BAD_NUMBER"]),
    ("-0.01", BAD["OUT_OF_RANGE"]),
    ("9999999999999999999", BAD["OUT_OF_RANGE"]),
]
QUANTITIES = [
    ("1", E9),
    ("1.0000", E9),
    ("0.3333", 333_300_000),
    ("１．５", 1_500_000_000),
    ("0.000000001", 1),
    ("0.0000000001", BAD["BAD_NUMBER"]),
    ("0", BAD["OUT_OF_RANGE"]),
    ("0.0000", BAD["OUT_OF_RANGE"]),
    ("-1", BAD["OUT_OF_RANGE"]),
    ("1盒", BAD["BAD_NUMBER"]),
]
YES_NO = [
    *[(word, True) for word in ("Y", "y", "yes", "TRUE", "true", "1", "是", "Ｙ")],
    *[(word, False) for word in ("N", "no", "False", "0", "否", " n ")],
    *[(word, BAD["BAD_YES_NO"]) for word in ("maybe", "2", "有", "√")],
]
CHOICES = {
    "sex": [
        ("F", "F"),
        ("f", "F"),
        ("女", "F"),
        ("男", "M"),
        ("Ｆ", "F"),
        ("female", BAD["BAD_CHOICE"]),
        ("X", BAD["BAD_CHOICE"]),
    ],
    "setting": [
        ("inpatient", "inpatient"),
        ("Inpatient", "inpatient"),
        ("门诊", "outpatient"),
        ("双通道", "designated_pharmacy"),
        ("home", BAD["BAD_CHOICE"]),
    ],
    "institution_level": [
        ("3", 3),
        ("３", 3),
        ("3.0", 3),
        ("三级", 3),
        ("4", BAD["OUT_OF_RANGE"]),
        ("0", BAD["OUT_OF_RANGE"]),
        ("top", BAD["BAD_CHOICE"]),
    ],
    "circumstance": [("none", "none"), ("工伤", "work_injury"), ("OVERSEAS", "overseas"), ("war", BAD["BAD_CHOICE"])],
}
REFERENCES = [
    ("C-1", "C-1"),
    (" C-1 ", "C-1"),
    ("Ｃ－１", "C-1"),
    ("2026000123", "2026000123"),
    ("20260314102233000123", "20260314102233000123"),
    ("9007199254740993", "9007199254740993"),
    ("1.23457E+17", BAD["BAD_CODE"]),
    ("C\u200b1", CONTROL),
    (REAL, PERSONAL),
    (f"C-{REAL}", PERSONAL),
    ("１１０１０５１９４９１２３１００２Ｘ", PERSONAL),
    ("110105 19491231 002x", PERSONAL),
    ("x" * 101, TOO_LONG),
]
PERSONS = [
    *[
        (written, PERSONAL)
        for written in (REAL, "110105194912310021", "130503670401001", "1101**********1234", "1.10105E+17")
    ],
    *[
        (written, PERSONAL)
        for written in ("13800138000", "+86 138-0013-8000", "张三", "欧阳某某", "李xx", "110105199001010000")
    ],
    *[(written, written) for written in ("m-77", "M-DEMO-0001", "a1b2c3", "3fa85f64-5717-4562-b3fc-2c963f66afa6")],
]
IDENTITY_NUMBERS = [(written, PERSONAL) for written in (REAL, f"张三 {REAL}", "11010519491231002x")]

CASES: list[tuple[str, str, Any]] = [
    *[("diagnoses", *case) for case in CODES],
    ("diagnoses", "C18-C20", BAD["BAD_CODE"]),
    *[("pre_existing", written, means) for written, means in RANGES],
    *[("pre_existing", written, means) for written, means in CODES],
    *[("service_date", *case) for case in DAYS],
    *[("policy_start", *case) for case in DAYS],
    ("policy_end", "9999-12-31", date(9999, 12, 31)),
    *[("age", *case) for case in WHOLE],
    *[(field, *case) for field in ("amount", "base_paid", "other_paid") for case in MONEY],
    ("base_paid", "100.01", BAD["OUT_OF_RANGE"]),  # more than was billed
    ("unit_price", "12.500000", "12.5"),
    ("unit_price", "0.0123", "0.0123"),
    ("unit_price", "-1", BAD["OUT_OF_RANGE"]),
    ("unit_price", "free", BAD["BAD_NUMBER"]),
    *[("quantity", *case) for case in QUANTITIES],
    *[(field, *case) for field in ("renewal", "base_settled") for case in YES_NO],
    *[(field, *case) for field, cases in CHOICES.items() for case in cases],
    *[("claim_no", *case) for case in REFERENCES],
    *[("prior_auth_no", *case) for case in REFERENCES],
    *[("reference", *case) for case in REFERENCES],
    ("reference", "x" * 64, "x" * 64),
    ("reference", "x" * 65, TOO_LONG),
    *[("member_ref", *case) for case in PERSONS],
    *[(field, *case) for field in ("generic_name", "brand_name", "national_code", "approval_no") for case in IDENTITY_NUMBERS],
    *[(field, REAL, PERSONAL) for field in ("age", "amount", "service_date", "diagnoses", "sex", "setting", "unit_price")],
    ("line_no", "7", 7),
    ("line_no", "007", 7),
    ("line_no", "7.0", 7),
    ("line_no", "2147483647", 2_147_483_647),
    ("line_no", "2147483648", BAD["OUT_OF_RANGE"]),
    ("line_no", "0", BAD["OUT_OF_RANGE"]),
    ("line_no", "1.5", BAD["BAD_NUMBER"]),
    ("line_no", "one", BAD["BAD_NUMBER"]),
    ("evidence", "EGFR=Y", {"EGFR": True}),
    ("evidence", "EGFR=否", {"EGFR": False}),
    ("evidence", "EGFR=", {}),
    ("evidence", "EGFR=maybe", BAD["BAD_YES_NO"]),
    ("evidence", f"{REAL}=Y", PERSONAL),
    ("national_code", "ZZ", "zz"),  # a code that is not known is no fault (eligibility 3)
    ("national_code", "xl01exa123a001010100166", "xl01exa123a001010100166"),
    ("national_code", "1.2E+22", BAD["BAD_CODE"]),
    ("approval_no", "国药准字H20201234", "h20201234"),
    ("approval_no", "国药准字：Ｈ20201234", "h20201234"),
    ("generic_name", "奥希替尼片", "奥希替尼片"),
    *[(field, word, "") for field in ("brand_name", "national_code", "approval_no") for word in ("/", "无", "-", "N/A", "NULL")],
    *[(field, word, "") for field in ("prior_auth_no", "reference") for word in ("/", "无", "--")],
    ("generic_name", "/", Wrong("REQUIRED")),
]  # fmt: skip


@pytest.mark.parametrize(("field", "written", "means"), CASES, ids=lambda value: str(value)[:40])
def test_every_notation_means_the_same_at_every_door(field: str, written: str, means: Any, tmp_path: Path) -> None:
    answers = asked_everywhere(field, written, tmp_path)

    assert answers == dict.fromkeys(answers, means)


@pytest.mark.parametrize(
    "field", ["diagnoses", "sex", "age", "setting", "institution_level", "circumstance", "base_paid", "evidence"]
)
@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_is_not_given_at_any_door(field: str, blank: str, tmp_path: Path) -> None:
    if field == "evidence":
        blank = "EGFR="
    if field == "diagnoses":  # a list without anything in it
        by = {
            "get": by_get(field, blank),
            "csv": by_csv(field, blank, tmp_path),
            "xlsx": by_xlsx(field, blank, tmp_path),
        }
        assert set(by.values()) == {()}
        return
    answers = asked_everywhere(field, blank, tmp_path)

    assert len({json.dumps(answer, default=str) for answer in answers.values()}) == 1, answers
    assert not any(isinstance(answer, Wrong) for answer in answers.values())


_WRITTEN = st.text(st.sampled_from("0123456789.-/年月日 CZ１２，;,+*XxE是否YN元"), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    field=st.sampled_from(
        "service_date age amount quantity diagnoses base_settled institution_level line_no reference".split()
    ),
    written=_WRITTEN,
)
def test_whatever_is_written_no_door_reads_it_otherwise(field: str, written: str, tmp_path: Path) -> None:
    if not written.strip():
        return
    if field == "diagnoses" or field == "reference" or written.lstrip("'")[:1] in "=+-@":
        doors: dict[str, Any] = {"check": by_check(field, written), "ndjson": by_ndjson(field, written, tmp_path)}
        doors["csv"] = by_csv(field, written, tmp_path)
    else:
        doors = asked_everywhere(field, written, tmp_path)

    assert len({json.dumps(answer, default=str) for answer in doors.values()}) == 1, doors


def test_numbers_of_json_are_read_as_their_texts() -> None:
    from decimal import Decimal

    for field, written, number in [
        ("amount", "10.50", Decimal("10.5")),
        ("amount", "10.5000", Decimal("10.5000")),
        ("amount", "10.505", Decimal("10.505")),
        ("quantity", "3", 3),
        ("age", "61", 61),
        ("age", "61", Decimal("61.0")),
        ("age", "61.5", Decimal("61.5")),
        ("institution_level", "3", 3),
        ("institution_level", "4", 4),
        ("line_no", "7", 7),
    ]:
        assert _claimed(_claim(field, number), field) == by_check(field, written), field


UNKNOWN = ["colour", "phone", "姓名", "id_card", "psn_name"]


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_field_of_no_ones_is_unknown_and_one_of_persons_is_personal(name: str, tmp_path: Path) -> None:
    expected = Wrong("UNKNOWN_FIELD" if name == "colour" else "PERSONAL_DATA")
    answers = asked_everywhere(name, "x", tmp_path)
    # A column that nobody knows is a warning in a file (csv.md): it was not read.
    in_files = [answers.pop("csv", None), answers.pop("xlsx", None)] if name == "colour" else []

    assert answers == dict.fromkeys(answers, expected)
    assert not any(isinstance(answer, Wrong) for answer in in_files)


@pytest.mark.parametrize(
    ("field", "written"), [(field, written) for field, written, means in CASES if means == PERSONAL]
)
def test_what_is_personal_is_told_without_being_shown(field: str, written: str, tmp_path: Path) -> None:
    header, row = _row(field, written)
    file = tmp_path / "batch"
    file.write_bytes(xlsx([row], header=header))
    told = [json.dumps(problem.as_dict(), ensure_ascii=False) for claim in read_batch(file) if isinstance(claim, Claim) for problem in claim.problems]  # fmt: skip
    with pytest.raises(InvalidClaim) as refused:
        parse_claim(_claim(field, written))
    told += [f"{problem.pointer} {problem.detail}" for problem in refused.value.errors]

    assert told and not any(written in text or "19491231" in text for text in told)


# ------------------------------------------------------------------------------------------------- by the front door

LISTED = (
    "entry_code,generic_name,icd10,age_min,settings\n"
    "C-1,测试片,C34,18,outpatient;inpatient\n"
    "C-2,神经测试片,G63.2*,,\n"
    "C-3,日期测试片,,,\n"
)
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "benefits": [{"code": "b", "catalogs": [{"catalog": "COM"}], "ratio": "0.8000"}],
}
COVERED = {"eligible": "covered", "ineligible": "not_covered", "review": "review"}

ASKED: list[tuple[str, dict[str, str], str]] = [
    ("测试片", {"diagnoses": "Z51.1,C34.1"}, "covered"),
    ("测试片", {"diagnoses": "z51.1；Ｃ34.1*"}, "covered"),
    ("测试片", {"diagnoses": "C34.1", "age": "６１", "setting": "门诊"}, "covered"),
    ("测试片", {"diagnoses": "C34.1", "age": "17.0", "setting": "门诊"}, "not_covered"),
    ("测试片", {"diagnoses": "I10"}, "not_covered"),
    ("测试片", {"age": "61", "setting": "outpatient"}, "review"),
    ("神经测试片", {"diagnoses": "G63.200"}, "covered"),
    ("神经测试片", {"diagnoses": "E11.4+G63.2*"}, "covered"),
    ("日期测试片", {"service_date": "2026年3月14日"}, "covered"),
    ("日期测试片", {"service_date": "20251231"}, "not_covered"),
    ("测试片", {"diagnoses": "C34.1肺癌"}, "BAD_CODE"),
    ("测试片", {"diagnoses": "C34-C38"}, "BAD_CODE"),
    ("测试片", {"service_date": "46053"}, "BAD_DATE"),
    ("测试片", {"age": "old"}, "BAD_NUMBER"),
    ("测试片", {"setting": "home"}, "BAD_CHOICE"),
    ("测试片", {"institution_level": "4"}, "OUT_OF_RANGE"),
    ("测试片", {"brand_name": REAL}, "PERSONAL_DATA"),
]
DEFAULTS = {"diagnoses": "", "age": "61", "setting": "outpatient", "service_date": "2026-03-14"}


@pytest.fixture
def product(make_catalog: Callable[..., Any], insurer: Insurer) -> Product:
    published(make_catalog("COM", "commercial"), LISTED)
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="alice")
    version = insurers.create_product_version(product=product, data=TERMS, by="alice")
    insurers.publish_product_version(version=version, by="bob")
    return product


def _outcome_or_code(response: Any, outcome: Callable[[Any], str]) -> str:
    body = response.json()
    if response.status_code == 200:
        return outcome(body)
    assert response.status_code == 400, body
    assert REAL not in response.content.decode()
    (problem,) = body["errors"]
    return str(problem["code"])


def test_one_question_gets_one_answer_by_the_front_door(api: Api, product: Product) -> None:
    header = ["claim_no", "member_ref", "quantity", "amount", "generic_name", "diagnoses", "age", "setting", "service_date", "institution_level", "brand_name"]  # fmt: skip
    rows, claims, answers = [], [], []
    for number, (drug, said, _means) in enumerate(ASKED):
        asked = {"generic_name": drug, **DEFAULTS, **said}
        query = {_in_query(name): value for name, value in asked.items() if value}
        line = {name: value for name, value in asked.items() if name != "age"}
        if "diagnoses" in said:
            line["diagnoses"] = [said["diagnoses"]]
        claim = {
            "claim_no": f"C-{number}",
            "member": {"member_ref": f"m-{number}", "age": asked["age"]},
            "lines": [{**line, "quantity": "1", "amount": "10.00"}],
        }
        claims.append(json.dumps(claim, ensure_ascii=False))
        cells = {**asked, "claim_no": f"C-{number}", "member_ref": f"m-{number}", "quantity": "1", "amount": "10.00"}
        rows.append([cells.get(name, "") for name in header])
        check = api.post("/claims/checks/?dry_run=true", {**claim, "product": "HMB"})
        answers.append(
            {
                "get": _outcome_or_code(api.get("/products/HMB/coverage/", query), lambda body: body["outcome"]),
                "post": _outcome_or_code(
                    api.post("/products/HMB/coverage/", [query]), lambda body: body["results"][0]["outcome"]
                ),
                "check": _outcome_or_code(check, lambda body: COVERED[body["lines"][0]["outcome"]]),
            }
        )
    buffer = io.StringIO()
    for row in [header, *rows]:
        buffer.write(",".join(f'"{cell}"' for cell in row) + "\n")
    files = {"csv": buffer.getvalue().encode(), "xlsx": xlsx(rows, header=header), "ndjson": "\n".join(claims).encode()}
    for name, content in files.items():
        answered = results(decided(product, content))
        assert REAL not in json.dumps(answered)
        for place, claim in enumerate(answered):
            is_invalid = claim["outcome"] == "invalid"
            answers[place][name] = claim["problems"][0]["code"] if is_invalid else COVERED[claim["outcome"]]

    # A request's problems have the same codes in small letters (spec api.md).
    answers = [{door: told.lower() for door, told in answer.items()} for answer in answers]
    assert answers == [
        dict.fromkeys(answer, means.lower()) for answer, (_, _, means) in zip(answers, ASKED, strict=True)
    ]
