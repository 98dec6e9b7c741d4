"""CoverageEligibilityRequest/$submit: what a request may say, where each thing stands, and what is refused with its place."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir import systems
from fhir.elements import to_json
from fhir.eligibility.answering import response
from fhir.eligibility.asking import Reader, queries_of
from fhir.systems import extension_url
from tests.api.conftest import World
from tests.fhir import validating
from tests.fhir.conftest import Fhir

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SUBMIT = "CoverageEligibilityRequest/$submit"
DRUG = "drug_475045ffe1312dbc"
LUNG = {"diagnosisCodeableConcept": {"coding": [{"system": systems.ICD_10, "code": "C34.1"}]}}
REQUEST: dict[str, Any] = {
    "resourceType": "CoverageEligibilityRequest",
    "id": "q-1",
    "status": "active",
    "purpose": ["benefits", "auth-requirements"],
    "patient": {"reference": "#p"},
    "servicedDate": "2026-03-14",
    "created": "2026-03-14T08:00:00+08:00",
    "insurer": {"identifier": {"system": systems.INSURER, "value": "INS-A"}},
    "contained": [{"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1965-03-15"}],
    "insurance": [{"coverage": {"identifier": {"system": systems.PRODUCT, "value": "HMB"}}}],
    "item": [{"productOrService": {"text": "甲磺酸奥希替尼片"}, "diagnosis": [LUNG]}],
}


def changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    made = copy.deepcopy(REQUEST)
    change(made)
    return made


def set_at(*steps: Any, to: Any) -> dict[str, Any]:
    """Return the request with another value at a place."""

    def change(made: Any) -> None:
        *way, last = steps
        for step in way:
            made = made[step]
        made[last] = to

    return changed(change)


def without(*steps: Any) -> dict[str, Any]:
    def change(made: Any) -> None:
        *way, last = steps
        for step in way:
            made = made[step]
        del made[last]

    return changed(change)


def parameters(resource: Any) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": resource}]}


def read(data: Any) -> Any:
    """Return the first question that a request asks."""
    reader = Reader("INS-A", date(2026, 5, 1))
    request = reader.request(data)
    assert request is not None, reader.errors
    queries, errors = queries_of(request, {DRUG: "奥希替尼"}, now=NOW, language="en")
    assert not errors, errors
    return queries[0]


# --- What it answers


def test_the_answer_says_what_is_covered_and_what_is_asked_for(world: World, a: Fhir) -> None:
    answer = a.post(SUBMIT, REQUEST)

    told = answer.json()
    assert answer.status_code == 200
    assert (told["outcome"], told["request"]) == ("complete", {"reference": "CoverageEligibilityRequest/q-1"})
    assert (told["servicedDate"], told["purpose"]) == ("2026-03-14", REQUEST["purpose"])
    assert told["patient"] == {"type": "Patient", "display": "the patient of the request"}
    (insurance,) = told["insurance"]
    assert insurance["coverage"]["display"] == "惠民保"
    (item,) = insurance["item"]
    assert (insurance["inforce"], item["excluded"], item["authorizationRequired"]) == (True, False, False)
    assert item["authorizationSupporting"][0]["text"] == "EGFR 突变"
    assert item["benefit"][0]["allowedString"] == "0.7000"
    assert "1965" not in answer.content.decode()


def test_several_items_are_answered_in_their_order(world: World, a: Fhir) -> None:
    asked = set_at(
        "item", to=[{"productOrService": {"text": name}} for name in ("阿昔替尼片", "没听说过的药", "阿昔替尼片")]
    )

    items = a.post(SUBMIT, asked).json()["insurance"][0]["item"]

    assert [one["productOrService"]["text"] for one in items] == ["阿昔替尼片", "没听说过的药", "阿昔替尼片"]
    assert items[0] == items[2] != items[1]


@pytest.mark.parametrize(
    "item", [{}, {"productOrService": {"text": "x"}, "extension": [{"url": extension_url("age"), "valueInteger": 999}]}]
)
def test_a_thousand_faulty_items_are_a_hundred_issues_and_their_number(world: World, a: Fhir, item: Any) -> None:
    answer = a.post(SUBMIT, set_at("item", to=[item] * 1_000))

    *issues, last = answer.json()["issue"]
    assert answer.status_code == 400 and len(issues) == 100
    assert (last["severity"], last["code"]) == ("information", "incomplete") and "900" in last["details"]["text"]


def test_what_will_be_known_nobody_can_say(world: World, a: Fhir) -> None:
    known_at = {"url": extension_url("known-at"), "valueInstant": "2099-01-01T00:00:00Z"}
    answer = a.post(SUBMIT, set_at("item", 0, "extension", to=[known_at]))

    assert answer.status_code == 400
    assert [one["details"]["coding"][0]["code"] for one in answer.json()["issue"]] == ["out_of_range"]


def test_parameters_may_hold_the_request(world: World, a: Fhir) -> None:
    held, bare = a.post(SUBMIT, parameters(REQUEST)).json(), a.post(SUBMIT, REQUEST).json()

    assert held["insurance"][0]["item"][0]["excluded"] == bare["insurance"][0]["item"][0]["excluded"]


def test_a_product_that_is_not_there_or_not_ones_own_is_not_found(world: World, a: Fhir, b: Fhir) -> None:
    missing = a.post(SUBMIT, set_at("insurance", 0, "coverage", "identifier", "value", to="NONE"))
    foreign = b.post(SUBMIT, set_at("insurer", to={"display": "乙"}))

    for answer in (missing, foreign):
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (404, "not-found")


def test_nothing_is_recorded(world: World, a: Fhir) -> None:
    from claims.models import ClaimCheck

    before = ClaimCheck.objects.count()
    a.post(SUBMIT, REQUEST)
    assert ClaimCheck.objects.count() == before


# --- What a request may say


def _extended(**values: Any) -> dict[str, Any]:
    extensions = [{"url": extension_url(name.replace("_", "-")), **value} for name, value in values.items()]
    return set_at("item", 0, "extension", to=extensions)


@pytest.mark.parametrize(
    ("data", "field", "value"),
    [
        (REQUEST, "day", date(2026, 3, 14)),
        (without("servicedDate"), "day", date(2026, 5, 1)),
        (REQUEST, "sex", "F"),
        (set_at("contained", 0, "gender", to="unknown"), "sex", ""),
        (REQUEST, "age", 60),
        (set_at("servicedDate", to="2026-03-15"), "age", 61),
        (set_at("patient", to={"display": "x"}), "age", None),
        (_extended(age={"valueInteger": 7}), "age", 7),
        (_extended(age={"valueUnsignedInt": 7}), "age", 7),
        (_extended(sex={"valueCode": "M"}), "sex", "M"),
        (_extended(setting={"valueCoding": {"system": systems.SETTING, "code": "inpatient"}}), "setting", "inpatient"),
        (_extended(institution_level={"valueInteger": 3}), "institution_level", 3),
        (_extended(circumstance={"valueCode": "overseas"}), "circumstance", "overseas"),
        (set_at("extension", to=[{"url": "https://other.example/x", "valueCode": "x"}]), "circumstance", "none"),
        (REQUEST, "diagnoses", ("C341",)),
        (without("item", 0, "diagnosis"), "diagnoses", ()),
        (parameters(REQUEST), "age", 60),
    ],
)
def test_each_thing_is_read_where_it_stands(data: Any, field: str, value: Any) -> None:
    assert getattr(read(data), field) == value


def test_the_items_own_word_goes_before_the_requests_and_the_patients() -> None:
    data = _extended(age={"valueInteger": 7})
    data["extension"] = [{"url": extension_url("age"), "valueInteger": 30}]
    data["item"].append({"productOrService": {"text": "阿昔替尼片"}})

    reader = Reader("INS-A", date(2026, 5, 1))
    request = reader.request(data)
    assert request is not None
    queries, _errors = queries_of(request, {}, now=NOW, language="en")

    assert [query.age for query in queries] == [7, 30]


@pytest.mark.parametrize(
    ("concept", "field", "value"),
    [
        ({"text": "甲片"}, "generic_name", "甲片"),
        ({"coding": [{"system": systems.DRUG, "code": DRUG}]}, "generic_name", "奥希替尼"),
        ({"coding": [{"system": systems.APPROVAL_NO, "code": "H20170167"}]}, "approval_no", "H20170167"),
        (
            {"coding": [{"system": systems.NATIONAL_DRUG, "code": "XL01EBA001A001010100001"}]},
            "national_code",
            "XL01EBA001A001010100001",
        ),
        (
            {"text": "甲片", "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1"}]},
            "generic_name",
            "甲片",
        ),
    ],
)
def test_a_drug_is_named_by_text_or_code(concept: Any, field: str, value: str) -> None:
    from claims.eligibility.request import identity_of

    found = read(set_at("item", 0, "productOrService", to=concept)).identity
    right = identity_of([value if name == field else None for name in type(found)._fields])
    assert getattr(found, field) == getattr(right, field) != ""


@pytest.mark.parametrize(
    "coverage",
    [
        {"identifier": {"system": systems.PRODUCT, "value": "HMB"}},
        {"reference": "#c"},
    ],
)
@pytest.mark.parametrize(
    "contained",
    [
        {"class": [{"type": {"coding": [{"code": "plan"}]}, "value": "HMB"}]},
        {"identifier": [{"system": systems.PRODUCT, "value": "HMB"}]},
    ],
)
def test_a_product_is_named_by_the_coverage_or_its_plan(coverage: Any, contained: Any) -> None:
    data = set_at("insurance", 0, "coverage", to=coverage)
    data["contained"].append({"resourceType": "Coverage", "id": "c", **contained})

    request = Reader("INS-A", date(2026, 5, 1)).request(data)

    assert request is not None and request.product == "HMB"


def test_of_several_insurances_the_focal_one_is_asked() -> None:
    other = {"focal": True, "coverage": {"identifier": {"system": systems.PRODUCT, "value": "OTHER"}}}
    data = set_at("insurance", to=[*REQUEST["insurance"], other])

    request = Reader("INS-A", date(2026, 5, 1)).request(data)

    assert request is not None and request.product == "OTHER"


# --- Whatever is sent

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", " ", "#p", "drug", "2026-03-14", systems.ICD_10, systems.DRUG]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("coding system code text id reference url valueCode".split()), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for step, below in inner for one in ((*way, step), *_places(below, (*way, step)))]


ANSWER: dict[str, Any] = {
    "product_version": "2026",
    "date": "2026-03-14",
    "known_at": "2026-03-14T08:00:00Z",
    "outcome": "review",
    "reasons": [],
    "drug": None,
    "benefit": None,
    "ratio": None,
    "ratio_pre_existing": None,
    "requirements": None,
}


@given(place=st.sampled_from(_places(REQUEST)), value=JSON)
def test_whatever_stands_at_a_place_is_read_or_refused_and_the_answer_is_as_fhir_defines_it(
    place: tuple[Any, ...], value: Any
) -> None:
    data = set_at(*place, to=value)
    reader = Reader("INS-A", date(2026, 5, 1))

    request = reader.request(data)

    assert (request is None) == bool(reader.errors)
    if request is not None:
        queries_of(request, {}, now=NOW, language="en")
        answers = [ANSWER] * len(request.items)
        whole = response(request, answers, insurer=("INS-A", "甲保险"), product="惠民保", language="zh", sandbox=False)
        validating.check(json.loads(to_json(whole)))


# --- What is refused

ITEM = "CoverageEligibilityRequest.item[0]"
WRONG: list[tuple[Any, str, str]] = [
    ({}, "CoverageEligibilityRequest", "wrong_type"),
    ([], "CoverageEligibilityRequest", "wrong_type"),
    ({"resourceType": "Patient"}, "CoverageEligibilityRequest", "wrong_type"),
    ({"resourceType": "Parameters"}, "CoverageEligibilityRequest", "wrong_type"),
    ({"resourceType": "Bundle", "type": "batch"}, "CoverageEligibilityRequest", "wrong_type"),
    *(
        (without(name), f"CoverageEligibilityRequest.{name}", "required")
        for name in "status purpose patient created insurer insurance item".split()
    ),
    (set_at("colour", to="red"), "CoverageEligibilityRequest.colour", "unknown_field"),
    (set_at("item", 0, "colour", to="red"), f"{ITEM}.colour", "unknown_field"),
    (set_at("status", to="entered-in-error"), "CoverageEligibilityRequest.status", "bad_choice"),
    (set_at("purpose", to=["everything"]), "CoverageEligibilityRequest.purpose[0]", "bad_choice"),
    (set_at("created", to="yesterday"), "CoverageEligibilityRequest.created", "bad_date"),
    (set_at("servicedDate", to="2026-03"), "CoverageEligibilityRequest.servicedDate", "bad_date"),
    (set_at("servicedDate", to=20260314), "CoverageEligibilityRequest.servicedDate", "bad_date"),
    (set_at("servicedPeriod", to={"start": "2026-03-14"}), "CoverageEligibilityRequest.servicedPeriod", "bad_date"),
    (
        set_at("implicitRules", to="https://other.example/rules"),
        "CoverageEligibilityRequest.implicitRules",
        "unknown_field",
    ),
    (
        set_at("item", 0, "modifierExtension", to=[{"url": "x", "valueBoolean": True}]),
        f"{ITEM}.modifierExtension",
        "unknown_field",
    ),
    (
        set_at("extension", to=[{"url": extension_url("colour"), "valueCode": "red"}]),
        "CoverageEligibilityRequest.extension[0]",
        "unknown_field",
    ),
    (
        set_at("extension", to=[{"url": extension_url("age"), "valueBoolean": True}]),
        "CoverageEligibilityRequest.extension[0]",
        "wrong_type",
    ),
    (_extended(age={"valueInteger": 200}), f"{ITEM}.extension[0]", "out_of_range"),
    (_extended(setting={"valueCode": "at home"}), f"{ITEM}.extension[0]", "bad_choice"),
    (set_at("patient", to="somebody"), "CoverageEligibilityRequest.patient", "wrong_type"),
    (set_at("patient", to={}), "CoverageEligibilityRequest.patient.reference", "required"),
    (set_at("contained", 0, "gender", to="girl"), "CoverageEligibilityRequest.contained.gender", "bad_choice"),
    (set_at("contained", 0, "birthDate", to="1965"), "CoverageEligibilityRequest.contained.birthDate", "bad_date"),
    (
        set_at("contained", 0, "birthDate", to="2030-01-01"),
        "CoverageEligibilityRequest.contained.birthDate",
        "out_of_range",
    ),
    (set_at("insurer", "identifier", "value", to="INS-B"), "CoverageEligibilityRequest.insurer", "bad_value"),
    (
        set_at("insurance", 0, "coverage", to={"reference": "Coverage/1"}),
        "CoverageEligibilityRequest.insurance[0].coverage",
        "required",
    ),
    (set_at("item", to={}), "CoverageEligibilityRequest.item", "wrong_type"),
    (set_at("item", 0, to="drug"), ITEM, "wrong_type"),
    (without("item", 0, "productOrService"), f"{ITEM}.productOrService", "required"),
    (
        set_at("item", 0, "productOrService", to={"text": "甲", "coding": [{"system": ["x"], "code": "y"}]}),
        f"{ITEM}.productOrService.coding[0].system",
        "wrong_type",
    ),
    (set_at("patient", to={"identifier": "x"}), "CoverageEligibilityRequest.patient.identifier", "wrong_type"),
    (set_at("item", 0, "productOrService", to={}), f"{ITEM}.productOrService", "required"),
    (
        set_at("item", 0, "productOrService", to={"coding": [{"system": systems.DRUG}]}),
        f"{ITEM}.productOrService.coding[0].code",
        "required",
    ),
    (
        set_at("item", 0, "productOrService", to={"coding": [{"system": systems.DRUG, "code": "drug_0"}]}),
        f"{ITEM}.productOrService",
        "unknown_drug",
    ),
    (
        set_at("item", 0, "productOrService", "coding", to=[{"system": systems.NATIONAL_DRUG, "code": "1.2E+15"}]),
        f"{ITEM}.productOrService",
        "bad_code",
    ),
    (
        set_at("item", 0, "diagnosis", to=[{"diagnosisCodeableConcept": {"text": "lung"}}]),
        f"{ITEM}.diagnosis[0].diagnosisCodeableConcept",
        "bad_code",
    ),
    (set_at("item", 0, "diagnosis", to=[{}]), f"{ITEM}.diagnosis[0].diagnosisCodeableConcept", "required"),
    (
        set_at("item", 0, "diagnosis", to=[{"diagnosisReference": {"reference": "Condition/1"}}]),
        f"{ITEM}.diagnosis[0].diagnosisReference",
        "required",
    ),
    (
        set_at("item", 0, "diagnosis", 0, "diagnosisCodeableConcept", "coding", 0, "code", to="lung"),
        f"{ITEM}.diagnosis[0].diagnosisCodeableConcept.coding[0]",
        "bad_code",
    ),
    (
        set_at("patient", to={"identifier": {"value": "11010519491231002X"}}),
        "CoverageEligibilityRequest.patient.identifier.value",
        "identity_number",
    ),
]


@pytest.mark.parametrize(("data", "place", "code"), WRONG)
def test_what_is_wrong_is_refused_where_it_stands(data: Any, place: str, code: str, world: World, a: Fhir) -> None:
    answer = a.post(SUBMIT, data)

    assert answer.status_code == 400
    told = [(one.get("expression", [""])[0], one["details"]["coding"][0]["code"]) for one in answer.json()["issue"]]
    assert (place, code) in told


def test_every_problem_is_told_at_once(world: World, a: Fhir) -> None:
    data = set_at("status", to="x")
    data["created"] = "x"
    data["colour"] = "red"

    assert len(a.post(SUBMIT, data).json()["issue"]) == 3


def test_a_code_and_a_text_of_different_drugs_are_refused(world: World, a: Fhir) -> None:
    both = {"text": "阿昔替尼片", "coding": [{"system": systems.DRUG, "code": DRUG}]}

    answer = a.post(SUBMIT, set_at("item", 0, "productOrService", to=both))

    assert answer.status_code == 400
    assert answer.json()["issue"][0]["expression"] == [f"{ITEM}.productOrService"]
    both["text"] = "甲磺酸奥希替尼片"
    assert a.post(SUBMIT, set_at("item", 0, "productOrService", to=both)).status_code == 200


def test_more_items_than_a_list_of_questions_holds_are_refused(world: World, a: Fhir) -> None:
    answer = a.post(SUBMIT, set_at("item", to=[REQUEST["item"][0]] * 1001))

    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "too-costly")
