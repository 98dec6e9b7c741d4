"""What every address of the face has in common: errors are OperationOutcomes, media types, versions, keys, scopes and rates as at the REST API."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from fhir.capability import RESOURCES
from insurers import key_issuing
from tests.api.conftest import World
from tests.conftest import Api
from tests.fhir.conftest import Fhir

SUBMIT = "CoverageEligibilityRequest/$submit"
OF_THE_CATALOG = ["Basic", "MedicationKnowledge", "Questionnaire"]


def code(answer: Any) -> str:
    return str(answer.json()["issue"][0]["details"]["coding"][0]["code"])


@pytest.mark.parametrize("who", ["none", "malformed", "expired", "revoked"])
def test_without_a_good_key_nothing_is_said(who: str, world: World) -> None:
    caller = Fhir(world.apis[who])
    for answer in (*(caller.get(kind.resource) for kind in RESOURCES), caller.get("Basic/1"), caller.post(SUBMIT, {})):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Api-Key"
        assert answer.json()["issue"][0]["code"] == "login"


def test_each_kind_asks_for_its_scope(world: World) -> None:
    def key(*scopes: str) -> Fhir:
        return Fhir(Api(key_issuing.issue_insurer_key(insurer=world.a, scopes=list(scopes), by="root")[1]))

    lists, coverage, neither = key("catalog:read"), key("coverage:read"), key("claims:check")
    for kind in OF_THE_CATALOG:
        assert [one.get(kind).status_code for one in (lists, coverage, neither)] == [200, 403, 403]
    assert [one.get("InsurancePlan").status_code for one in (lists, coverage, neither)] == [403, 200, 403]
    # A request that says nothing is wrong only for who may ask.
    assert [one.post(SUBMIT, {}).status_code for one in (lists, coverage, neither)] == [403, 400, 403]
    refused = lists.get("InsurancePlan")
    assert (code(refused), refused.json()["issue"][0]["code"]) == ("missing_scope", "forbidden")


def test_the_office_sees_lists_and_has_no_products(world: World) -> None:
    office = Fhir(world.apis["maker"])

    assert {item["identifier"][0]["value"] for item in office.found("Basic")} >= {"COM@v1/E-1", "INS-A:PRIV-A@p1/P-1"}
    assert office.get("InsurancePlan").status_code == 403
    assert all(drug["code"]["text"] != "隐蔽替尼片" for drug in office.found("MedicationKnowledge"))


@pytest.mark.parametrize(
    ("method", "path", "status", "issue"),
    [
        ("GET", "", 404, "not-found"),
        ("GET", "/fhir/", 404, "not-found"),
        ("GET", "Patient", 404, "not-found"),
        ("POST", "Patient", 404, "not-found"),
        ("GET", "Basic/", 404, "not-found"),
        ("GET", "Basic/1/_history", 404, "not-found"),
        ("GET", "Basic/0", 404, "not-found"),
        ("GET", "Basic/99999999999999999999", 404, "not-found"),
        ("GET", "Basic/x", 404, "not-found"),
        ("GET", "Basic/%00", 404, "not-found"),
        ("GET", "MedicationKnowledge/drug_475045ffe1312dbc", 404, "not-found"),
        ("GET", "CoverageEligibilityRequest", 404, "not-found"),
        ("GET", SUBMIT, 405, "not-supported"),
        ("POST", "Basic", 405, "not-supported"),
        ("PUT", "Basic/1", 405, "not-supported"),
        ("DELETE", "InsurancePlan/1", 405, "not-supported"),
        ("PATCH", "Questionnaire/1", 405, "not-supported"),
        ("POST", "metadata", 405, "not-supported"),
        ("GET", "metadata?colour=red", 400, "not-supported"),
        ("GET", "Basic/1?colour=red", 400, "not-supported"),
    ],
)
def test_every_error_is_an_operation_outcome(
    method: str, path: str, status: int, issue: str, world: World, a: Fhir
) -> None:
    answer = a.call(method, path)

    assert answer.status_code == status
    told = answer.json()
    assert (told["resourceType"], told["issue"][0]["code"]) == ("OperationOutcome", issue)
    assert answer["X-Request-ID"] in told["issue"][0]["diagnostics"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("application/fhir+json", "application/fhir+json"),
        ("application/fhir+json; fhirVersion=4.0", "application/fhir+json"),
        ("application/json", "application/json"),
        ("application/json, application/fhir+json;q=0.5", "application/json"),
        ("text/html, */*;q=0.1", "application/fhir+json"),
        ("application/fhir+xml", None),
        ("application/fhir+json; fhirVersion=5.0", None),
        ("application/fhir+json;q=0", None),
    ],
)
def test_the_media_type_is_the_one_that_is_taken(accept: str, given: str | None, world: World, a: Fhir) -> None:
    for answer in (a.get("Basic", Accept=accept), a.get("metadata", Accept=accept), a.post(SUBMIT, {}, Accept=accept)):
        if given is None:
            assert (answer.status_code, answer["Content-Type"]) == (406, "application/fhir+json")
        elif answer.status_code == 200:
            assert answer["Content-Type"] == given
        else:
            assert answer.status_code == 400


@pytest.mark.parametrize(
    ("asked", "status"),
    [("json", 200), ("application/json", 200), ("application/fhir+json", 200), ("xml", 406), ("html", 406), ("", 406)],
)
def test_format_goes_before_accept(asked: str, status: int, world: World, a: Fhir) -> None:
    for path in ("Basic", "metadata", "InsurancePlan"):
        assert a.get(path, {"_format": asked}, Accept="application/fhir+xml").status_code == status


def test_a_resource_that_is_held_is_not_sent_again(world: World, a: Fhir) -> None:
    for kind in RESOURCES:
        (first, *_others) = a.found(kind.resource)
        read = a.get(f"{kind.resource}/{first['id']}")

        again = a.get(f"{kind.resource}/{first['id']}", **{"If-None-Match": read["ETag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert read["ETag"] == f'W/"{read.json()["meta"]["versionId"]}"'
        assert read["Last-Modified"]
        assert a.get(f"{kind.resource}/{first['id']}", **{"If-None-Match": 'W/"other"'}).status_code == 200


def test_head_says_what_get_says(world: World, a: Fhir) -> None:
    assert a.client.head("/fhir/R4/metadata").status_code == 200
    assert a.client.head("/fhir/R4/Basic", headers=a.headers).status_code == 200
    assert a.client.options("/fhir/R4/Basic", headers=a.headers)["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("sent", "content_type", "status", "told"),
    [
        (b"{", "application/fhir+json", 400, "bad_json"),
        (b'{"a": 1, "a": 2}', "application/fhir+json", 400, "duplicate_key"),
        (b"[" * 30 + b"]" * 30, "application/json", 400, "too_deep"),
        (b"\xff", "application/json", 400, "bad_encoding"),
        (b"<x/>", "application/fhir+xml", 415, "unsupported_media_type"),
        (b"{}", "application/json; charset=gbk", 415, "unsupported_charset"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"a": "' + b"x" * 5_300_000 + b'"}', "application/json", 413, "too_large"),
    ],
)
def test_bodies_are_read_as_strictly_as_at_the_rest_api(
    sent: bytes, content_type: str, status: int, told: str, world: World, a: Fhir
) -> None:
    answer = a.post(SUBMIT, sent, content_type=content_type)

    assert (answer.status_code, code(answer)) == (status, told)


def test_a_key_has_one_rate_for_all_faces(world: World, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 3
    rest = Api(key_issuing.issue_insurer_key(insurer=world.a, scopes=["catalog:read", "coverage:read"], by="root")[1])
    fhir = Fhir(rest)

    answers = [fhir.get("InsurancePlan"), rest.get("/products/"), fhir.get("Basic"), fhir.get("Basic")]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"]
    assert (code(answers[-1]), answers[-1].json()["issue"][0]["code"]) == ("throttled", "throttled")
    assert answers[0]["RateLimit-Limit"] == "3"


def test_a_fault_is_told_as_one_and_never_as_an_answer(world: World, a: Fhir) -> None:
    for fault, status, issue in ((OperationalError("gone"), 503, "transient"), (KeyError("bug"), 500, "exception")):
        with patch("fhir.views.ResourceViewSet.search", side_effect=fault):
            answer = a.get("Basic")
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (status, issue)
        assert answer.json()["issue"][0]["severity"] == "fatal"
        assert "gone" not in answer.content.decode() and "bug" not in answer.content.decode()


def test_faults_outside_a_view_are_operation_outcomes_too(world: World) -> None:
    foreign = Client().get("/fhir/R4/metadata", headers={"Host": "elsewhere.example"})

    assert foreign.status_code == 400
    assert json.loads(foreign.content)["resourceType"] == "OperationOutcome"


def test_words_are_the_readers(world: World, a: Fhir) -> None:
    english = a.get("Basic", {"colour": "red"}, **{"Accept-Language": "en"}).json()["issue"][0]["details"]["text"]
    chinese = a.get("Basic", {"colour": "red"}, **{"Accept-Language": "zh-CN"}).json()["issue"][0]["details"]["text"]

    assert english.startswith("Unknown parameter")
    assert chinese.startswith("未知参数") or "参数" in chinese
