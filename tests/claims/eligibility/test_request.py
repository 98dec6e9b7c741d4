"""Requests read strictly: what makes a claim or a coverage query invalid, each with its pointer (eligibility 8)."""

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.drugs.knowledge import Identity
from claims.eligibility import InvalidClaim, InvalidQuery, coverage_fields, parse_claim, parse_coverage
from claims.eligibility.diagnosis_match import DiseaseCodes
from claims.eligibility.facts import Accumulators

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)

# The example of api.md.
EXAMPLE: dict[str, Any] = {
    "product": "HMB", "claim_no": "C-1", "as_known_at": None, "service_date": "2026-03-14", "diagnoses": ["C34.1"],
    "setting": "outpatient", "institution_level": 3, "circumstance": "none",
    "member": {"member_ref": "m-77", "policy_start": "2026-01-01", "policy_end": "2026-12-31", "renewal": False, "sex": "F", "age": 61,
               "pre_existing": [], "accumulators": {"deductible_used": {}, "benefit_base": {}, "benefit_paid": {}, "total_paid": "0.00"}},
    "lines": [{"line_no": 1, "generic_name": "甲磺酸奥希替尼片", "quantity": "30", "amount": "4977.00", "base_paid": "0.00",
               "other_paid": "0.00", "base_settled": False, "prior_auth_no": None, "evidence": {"EGFR_19DEL_L858R": True}}],
}  # fmt: skip
MISSING = object()


def with_change(path: str, value: object) -> dict[str, Any]:
    """The example with one place changed, or taken away."""
    document: Any = copy.deepcopy(EXAMPLE)
    at = document
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        at = at[step]
    if value is MISSING:
        del at[last]
    else:
        at[last] = value
    return document


def problems(document: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidClaim) as refused:
        parse_claim(document, "en")
    assert refused.value.status == 400
    return [(problem.pointer, problem.code) for problem in refused.value.errors]


def test_the_example_is_read() -> None:
    claim = parse_claim(EXAMPLE)

    line = claim.lines[0]
    assert (claim.product, claim.claim_no, claim.service_date, claim.known_at) == (
        "HMB",
        "C-1",
        date(2026, 3, 14),
        None,
    )
    assert (line.amount, line.quantity, line.diagnoses, line.setting, line.institution_level) == (
        497_700,
        30 * 10**9,
        ("C341",),
        "outpatient",
        3,
    )
    assert line.identity == Identity(generic_name="甲磺酸奥希替尼片")
    assert line.evidence == {"EGFR_19DEL_L858R": True}
    assert claim.member.age == 61


@pytest.mark.parametrize(
    ("path", "value", "pointer", "code"),
    [
        ("product", MISSING, "/product", "REQUIRED"),
        ("colour", "red", "/colour", "UNKNOWN_FIELD"),
        ("lines/0/circumstance", "none", "/lines/0/circumstance", "UNKNOWN_FIELD"),
        ("member/weight", 60, "/member/weight", "UNKNOWN_FIELD"),
        ("member/accumulators/paid", "1", "/member/accumulators/paid", "UNKNOWN_FIELD"),
        ("member/name", "张三", "/member/name", "PERSONAL_DATA"),
        ("member/ID_Card", "110", "/member/ID_Card", "PERSONAL_DATA"),
        ("姓名", "张三", "/姓名", "PERSONAL_DATA"),
        ("lines/0/phone", "139", "/lines/0/phone", "PERSONAL_DATA"),
        ("lines", [], "/lines", "REQUIRED"),
        ("lines", MISSING, "/lines", "REQUIRED"),
        ("lines", {"0": {}}, "/lines", "BAD_TYPE"),
        ("lines/0", "a line", "/lines/0", "BAD_TYPE"),
        ("lines/0/generic_name", MISSING, "/lines/0/generic_name", "REQUIRED"),
        ("lines/0/generic_name", " \u200b", "/lines/0/generic_name", "REQUIRED"),
        ("lines/0/generic_name", 7, "/lines/0/generic_name", "BAD_TYPE"),
        ("lines/0/generic_name", ["奥希替尼"], "/lines/0/generic_name", "BAD_TYPE"),
        ("lines/0/generic_name", "奥\x00", "/lines/0/generic_name", "CONTROL_CHARACTER"),
        ("lines/0/generic_name", "奥\ud800", "/lines/0/generic_name", "CONTROL_CHARACTER"),
        ("lines/0/generic_name", "奥" * 501, "/lines/0/generic_name", "TOO_LONG"),
        ("service_date", MISSING, "/lines/0/service_date", "REQUIRED"),
        ("service_date", "2026-02-30", "/service_date", "BAD_DATE"),
        ("lines/0/service_date", "14.3.2026", "/lines/0/service_date", "BAD_DATE"),
        ("as_known_at", "2026-03-14", "/as_known_at", "BAD_INSTANT"),
        ("lines/0/amount", MISSING, "/lines/0/amount", "REQUIRED"),
        ("lines/0/amount", "", "/lines/0/amount", "REQUIRED"),
        ("lines/0/amount", "-0.01", "/lines/0/amount", "OUT_OF_RANGE"),
        ("lines/0/amount", "4977.000", "/lines/0/amount", "BAD_NUMBER"),
        ("lines/0/amount", "1e3", "/lines/0/amount", "BAD_NUMBER"),
        ("lines/0/amount", 4977.5, "/lines/0/amount", "BAD_NUMBER"),
        ("lines/0/amount", True, "/lines/0/amount", "BAD_NUMBER"),
        ("lines/0/amount", {"yuan": 1}, "/lines/0/amount", "BAD_NUMBER"),
        ("lines/0/amount", Decimal("1e400"), "/lines/0/amount", "OUT_OF_RANGE"),
        ("lines/0/base_paid", "-1.00", "/lines/0/base_paid", "OUT_OF_RANGE"),
        ("lines/0/other_paid", "4977.01", "/lines/0/amount", "OUT_OF_RANGE"),
        ("lines/0/quantity", MISSING, "/lines/0/quantity", "REQUIRED"),
        ("lines/0/quantity", "0", "/lines/0/quantity", "OUT_OF_RANGE"),
        ("lines/0/quantity", "-1", "/lines/0/quantity", "OUT_OF_RANGE"),
        ("lines/0/quantity", "thirty", "/lines/0/quantity", "BAD_NUMBER"),
        ("lines/0/unit_price", "-165.90", "/lines/0/unit_price", "OUT_OF_RANGE"),
        ("lines/0/line_no", 0, "/lines/0/line_no", "OUT_OF_RANGE"),
        ("lines/0/line_no", "x", "/lines/0/line_no", "BAD_NUMBER"),
        ("lines/0/line_no", 1.0, "/lines/0/line_no", "BAD_NUMBER"),
        ("lines/0/line_no", True, "/lines/0/line_no", "BAD_NUMBER"),
        ("lines/0/line_no", 2**31, "/lines/0/line_no", "OUT_OF_RANGE"),
        ("lines/0/base_settled", "perhaps", "/lines/0/base_settled", "BAD_YES_NO"),
        ("lines/0/base_settled", 1, "/lines/0/base_settled", "BAD_YES_NO"),
        ("lines/0/prior_auth_no", 77, "/lines/0/prior_auth_no", "BAD_TYPE"),
        ("lines/0/evidence", ["LINE_2"], "/lines/0/evidence", "BAD_TYPE"),
        ("lines/0/evidence", {"LINE_2": "maybe"}, "/lines/0/evidence/LINE_2", "BAD_YES_NO"),
        ("lines/0/evidence", {"LINE_2": 1}, "/lines/0/evidence/LINE_2", "BAD_YES_NO"),
        ("setting", "home", "/setting", "BAD_CHOICE"),
        ("setting", ["outpatient"], "/setting", "BAD_CHOICE"),
        ("lines/0/setting", "home", "/lines/0/setting", "BAD_CHOICE"),
        ("institution_level", 4, "/institution_level", "OUT_OF_RANGE"),
        ("institution_level", "top", "/institution_level", "BAD_CHOICE"),
        ("institution_level", True, "/institution_level", "BAD_CHOICE"),
        ("circumstance", "war", "/circumstance", "BAD_CHOICE"),
        ("member/sex", "female", "/member/sex", "BAD_CHOICE"),
        ("member/age", "old", "/member/age", "BAD_NUMBER"),
        ("member/age", -1, "/member/age", "OUT_OF_RANGE"),
        ("member/age", 151, "/member/age", "OUT_OF_RANGE"),
        ("member/renewal", "perhaps", "/member/renewal", "BAD_YES_NO"),
        ("member/policy_start", "2027-01-01", "/member/policy_start", "DATE_ORDER"),
        ("member/pre_existing", ["C18-"], "/member/pre_existing/0", "BAD_CODE"),
        ("member/pre_existing", ["C18–C20、I10"], None, None),
        ("member/pre_existing", ["C34 肺癌"], "/member/pre_existing/0", "BAD_CODE"),
        ("member/pre_existing", ["-C18"], "/member/pre_existing/0", "BAD_CODE"),
        ("member/accumulators", [1], "/member/accumulators", "BAD_TYPE"),
        ("member/accumulators/deductible_used", {"g": "1.001"}, "/member/accumulators/deductible_used/g", "BAD_NUMBER"),
        ("member/accumulators/total_paid", "-1", "/member/accumulators/total_paid", "OUT_OF_RANGE"),
        ("diagnoses", "C34.1", "/diagnoses", "BAD_TYPE"),
        ("diagnoses", ["C34.1", "?"], "/diagnoses/1", "BAD_CODE"),
        ("diagnoses", [""], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["34.1"], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["C"], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["CC4"], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["C3.4"], None, None),  # dots aside
        ("diagnoses", ["C34.1 肺癌"], "/diagnoses/0", "BAD_CODE"),  # words behind a code
        ("diagnoses", ["C34", "C34.1;肺癌"], "/diagnoses/1", "BAD_CODE"),
        ("diagnoses", ["C34.12345678901"], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["†"], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["I10;C18-C20"], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["E11.4†;G63.2*"], None, None),
        ("member", [], None, None),
        ("diagnoses", ["Ｃ34"], None, None),
        ("diagnoses", [34], "/diagnoses/0", "BAD_CODE"),
        ("diagnoses", ["C18-C20"], "/diagnoses/0", "BAD_CODE"),
        ("lines/0/diagnoses", ["C34", None], "/lines/0/diagnoses/1", "BAD_CODE"),
        ("claim_no", "C\x001", "/claim_no", "CONTROL_CHARACTER"),
    ],
)  # fmt: skip
def test_each_fault_is_named_where_it_stands(path: str, value: object, pointer: str | None, code: str | None) -> None:
    document = with_change(path, value)

    if pointer is None:
        parse_claim(document)
    else:
        assert problems(document) == [(pointer, code)]


@pytest.mark.parametrize("blank", [None, "", "  "])
@pytest.mark.parametrize(
    "path",
    ["claim_no", "as_known_at", "diagnoses", "setting", "institution_level", "circumstance", "member/policy_start", "member/renewal",
     "member/sex", "member/age", "member/pre_existing", "lines/0/line_no", "lines/0/base_paid", "lines/0/unit_price",
     "lines/0/base_settled", "lines/0/prior_auth_no", "lines/0/dosage_form", "lines/0/service_date"],
)  # fmt: skip
def test_blank_is_not_given(path: str, blank: str | None) -> None:
    assert parse_claim(with_change(path, blank)).lines[0].amount == 497_700


def test_a_line_takes_from_the_claim_what_it_does_not_give() -> None:
    own = {"service_date": "2026-03-15", "diagnoses": ["c50.9"], "setting": "inpatient", "institution_level": 1}
    claim = parse_claim({**EXAMPLE, "lines": [EXAMPLE["lines"][0], {**EXAMPLE["lines"][0], **own, "line_no": 2}]})

    assert [(line.service_date.day, line.diagnoses, line.setting, line.institution_level) for line in claim.lines] == [
        (14, ("C341",), "outpatient", 3),
        (15, ("C509",), "inpatient", 1),
    ]


def test_a_missing_line_number_is_the_lines_place() -> None:
    line = {name: value for name, value in EXAMPLE["lines"][0].items() if name != "line_no"}

    assert [line.line_no for line in parse_claim({**EXAMPLE, "lines": [line, line, line]}).lines] == [1, 2, 3]
    assert problems({**EXAMPLE, "lines": [{**line, "line_no": 2}, line]}) == [("/lines/1/line_no", "CONFLICTING_ROWS")]


def test_five_hundred_lines_are_taken_and_one_more_is_not() -> None:
    line = {name: value for name, value in EXAMPLE["lines"][0].items() if name != "line_no"}

    assert len(parse_claim({**EXAMPLE, "lines": [line] * 500}).lines) == 500
    assert problems({**EXAMPLE, "lines": [line] * 501}) == [("/lines", "TOO_MANY_ROWS")]


def test_every_problem_of_every_line_is_found_at_once() -> None:
    document = with_change(
        "lines", [{"amount": "x"}, {"generic_name": "奥希替尼", "quantity": 1, "amount": "1", "phone": ""}]
    )

    assert problems(document) == [
        ("/lines/0/amount", "BAD_NUMBER"),
        ("/lines/0/quantity", "REQUIRED"),
        ("/lines/0/generic_name", "REQUIRED"),
        ("/lines/1/phone", "PERSONAL_DATA"),
    ]


def test_amounts_may_be_text_whole_or_decimal() -> None:
    for written in ("4977.50", Decimal("4977.5"), Decimal("4977.50")):
        assert parse_claim(with_change("lines/0/amount", written)).lines[0].amount == 497_750
    assert parse_claim(with_change("lines/0/quantity", 30)).lines[0].quantity == 30 * 10**9
    assert parse_claim(with_change("lines/0/unit_price", "165.9000")).lines[0].unit_price == "165.9"


def test_pre_existing_codes_may_be_ranges_and_accumulators_are_read_into_fen() -> None:
    member = {"pre_existing": ["C18-C20", "i10.x"], "accumulators": {"deductible_used": {"g": "1.50"}, "total_paid": 2}}
    claim = parse_claim({**EXAMPLE, "member": member})

    assert claim.member.pre_existing == DiseaseCodes(prefixes=("I10X",), ranges=(("C18", "C20"),))
    assert claim.member.accumulators == Accumulators(deductible_used={"g": 150}, total_paid=200)


def test_a_claim_may_lack_all_it_need_not_have() -> None:
    line = {"approval_no": "H1", "quantity": 1, "amount": 0, "service_date": "2026-01-01"}

    claim = parse_claim({"product": "P", "lines": [line]})

    assert (claim.circumstance, claim.member.age, claim.service_date) == ("none", None, None)
    assert claim.first_day == date(2026, 1, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLACES = [
    "product", "claim_no", "as_known_at", "service_date", "diagnoses", "setting", "institution_level", "circumstance", "member", "lines",
    "member/accumulators", "member/pre_existing", "member/age", "member/accumulators/benefit_paid", "lines/0", "lines/0/line_no",
    "lines/0/amount", "lines/0/quantity", "lines/0/unit_price", "lines/0/evidence", "lines/0/diagnoses", "lines/0/generic_name",
    "lines/0/service_date", "lines/0/base_settled",
]  # fmt: skip


@UNHURRIED
@given(st.sampled_from(PLACES), JSON)
def test_whatever_is_sent_is_read_or_refused_but_never_a_crash(path: str, value: object) -> None:
    try:
        parse_claim(with_change(path, value))
    except InvalidClaim as refused:
        assert refused.errors
        assert json.dumps(
            [(problem.pointer, problem.detail) for problem in refused.errors], ensure_ascii=False
        ).encode()


def test_what_cannot_be_written_as_utf_8_is_shown_by_its_number() -> None:
    with pytest.raises(InvalidClaim) as refused:
        parse_claim({**EXAMPLE, "\ud800": 1, "setting": ["\udfff"]}, "en")

    assert [(problem.pointer, problem.detail[:6]) for problem in refused.value.errors] == [
        ("/\\ud800", "There "),
        ("/setting", "[…] is"),
    ]


@UNHURRIED
@given(JSON)
def test_nor_is_what_is_no_claim_at_all(document: object) -> None:
    with pytest.raises(InvalidClaim):
        parse_claim(document)


def test_a_coverage_query_is_read() -> None:
    query = parse_coverage(
        {"generic_name": "奥希替尼", "icd10": "C34.1", "sex": "F", "age": 61, "known_at": "2026-01-01T00:00:00Z"},
        today=date(2026, 3, 14),
    )

    assert (query.day, query.diagnoses, query.age) == (date(2026, 3, 14), ("C341",), 61)
    assert query.known_at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({}, "/generic_name", "REQUIRED"),
        ({"strength": "80mg"}, "/generic_name", "REQUIRED"),
        ({"generic_name": "奥希替尼", "date": "tomorrow"}, "/date", "BAD_DATE"),
        ({"generic_name": "奥希替尼", "icd10": ["C34", "?"]}, "/icd10/1", "BAD_CODE"),
        ({"generic_name": "奥希替尼", "age": "old"}, "/age", "BAD_NUMBER"),
        ({"generic_name": "奥希替尼", "amount": "1"}, "/amount", "UNKNOWN_FIELD"),
        ({"generic_name": "奥希替尼", "phone": "1"}, "/phone", "PERSONAL_DATA"),
        ({"generic_name": "奥希替尼", "circumstance": "war"}, "/circumstance", "BAD_CHOICE"),
    ],
)
def test_a_bad_query_is_refused_with_its_pointer(fields: dict[str, object], pointer: str, code: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        parse_coverage(fields, today=date(2026, 3, 14))

    assert [(problem.pointer, problem.code) for problem in refused.value.errors] == [(pointer, code)]


def test_url_parameters_are_read_as_the_same_query() -> None:
    parameters = {
        "generic_name": ["奥希替尼"],
        "icd10": ["C34.1,I10", "E11"],
        "age": ["61"],
        "institution_level": ["3"],
        "sex": [""],
    }

    fields = coverage_fields(parameters)

    query = parse_coverage(fields, today=date(2026, 3, 14))
    assert (query.diagnoses, query.age, query.institution_level, query.sex) == (("C341", "I10", "E11"), 61, 3, "")
    assert coverage_fields({"age": ["x"]}) == {"age": "x"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["C34.1"], ("C341",)),
        (["c34.1."], ("C341",)),
        (["E11.4+G63.2*"], ("E114", "G632")),
        (["E11.4†", "G63.2＊"], ("E114", "G632")),
        (["C34.900x001；I10、E11，B18|N18 K50"], ("C34900X001", "I10", "E11", "B18", "N18", "K50")),
        (["G63.2!"], ("G632",)),
        (["E11.4+"], ("E114",)),
        (["A17.0‡"], ("A170",)),
    ],
)
def test_diagnoses_and_pre_existing_codes_are_read_as_people_write_them(
    written: list[str], read: tuple[str, ...]
) -> None:
    claim = parse_claim({**EXAMPLE, "diagnoses": written, "member": {"pre_existing": written}})

    assert claim.lines[0].diagnoses == claim.member.pre_existing.prefixes == read
