"""Coverage over REST: an answer that is kept is the one that would be found anew, and never older than what is known."""

from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from django.test import Client

from common import cache
from insurers import key_issuing
from insurers.api.callers import leases
from tests.api.calls import seen
from tests.api.conftest import World
from tests.conftest import Api, withdrawn

OSIMERTINIB = quote("甲磺酸奥希替尼片")
QUERIES = [
    f"generic_name={OSIMERTINIB}&icd10=C34.1&date=2026-03-14",
    f"generic_name={OSIMERTINIB}&icd10=C34.1,C50&icd10=G30&date=2026-03-14&age=61&sex=F&setting=outpatient",
    f"generic_name={OSIMERTINIB}&icd10=G30&date=2026-03-14",
    f"generic_name={OSIMERTINIB}&icd10=C64&date=2026-03-14",  # an alternative is offered
    f"generic_name={OSIMERTINIB}&date=2025-12-31",  # no product version is in force
    f"generic_name={OSIMERTINIB}",
    "brand_name=%E6%B3%B0%E7%91%9E%E6%B2%99&date=2026-03-14",
    "generic_name=nobody+knows&date=2026-03-14",
    f"generic_name={OSIMERTINIB}&date=2026-03-14&known_at=2026-01-01T00:00:00Z",
    f"generic_name={OSIMERTINIB}&date=2026-03-14&known_at=2026-02-01T00:00:00%2B08:00",
    f"generic_name={OSIMERTINIB}&age=",
    "",
    "icd10=C34",
    f"generic_name={OSIMERTINIB}&nonsense=1",
    f"generic_name={OSIMERTINIB}&generic_name={OSIMERTINIB}",
    f"generic_name={OSIMERTINIB}&age=x&sex=Q&date=2026-02-30&icd10=C00-C97",
    f"generic_name={OSIMERTINIB}&format=json",
    f"generic_name={OSIMERTINIB}&format=xml",
    "generic_name=%00",
    "generic_name=%ff%fe",
    f"generic_name={OSIMERTINIB}&known_at=2099-01-01T00:00:00%2B08:00",
    "&".join(f"x{number}=1" for number in range(1001)),  # more parameters than Django reads
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:60])
def test_a_question_asked_again_is_answered_alike(a: Api, query: str, language: str) -> None:
    path = f"/products/HMB/coverage/?{query}"

    first, again = (seen(a.get(path, **{"Accept-Language": language})) for _time in range(2))
    cache.clear_all()
    fresh = seen(a.get(path, **{"Accept-Language": language, "Accept": "application/json, application/*"}))

    assert first == again == fresh


@pytest.mark.parametrize(
    "query", [query for query in QUERIES if query.startswith(("generic", "brand")) and "format" not in query][:10]
)
def test_one_question_is_answered_as_the_same_one_in_a_list(a: Api, query: str) -> None:
    asked = {name: values[0] for name, values in parse_qs(query).items() if name != "icd10"}
    codes = [code for value in parse_qs(query).get("icd10", []) for code in value.split(",")]

    one = a.get(f"/products/HMB/coverage/?{query}")
    typed = ({"icd10": codes} if codes else {}) | ({"age": int(asked["age"])} if "age" in asked else {})
    listed = a.post("/products/HMB/coverage/", [asked | typed])

    assert one.status_code == listed.status_code == 200
    (other,) = listed.json()["results"]
    assert one.json() | {"known_at": ""} == other | {"known_at": ""}


STATUS = {"none": 401, "malformed": 401, "expired": 401, "revoked": 401, "maker": 403, "auditor": 403}


@pytest.mark.parametrize("code", ["HMB", "NONE", "A%00B", "%E4%B8%AD", "HMB%20", "hmb"])
@pytest.mark.parametrize(
    "who", ["none", "malformed", "expired", "revoked", "A-read", "A-write", "B", "maker", "auditor"]
)
def test_an_answer_that_another_one_was_given_is_given_to_nobody_else(world: World, who: str, code: str) -> None:
    path = f"/products/{code}/coverage/?{QUERIES[0]}"
    world.apis["A-write"].get(path)

    found = world.apis[who].get(path)

    own = 200 if (who, code) in {("A-read", "HMB"), ("A-write", "HMB")} else 404
    assert found.status_code == STATUS.get(who, own)


def test_every_question_counts_and_ends_at_the_limit(world: World, a: Api, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 3
    key = key_issuing.issue_insurer_key(insurer=world.a, scopes=["coverage:read"], by="root")[1]
    path = f"/products/HMB/coverage/?{QUERIES[0]}"

    answers = [Api(key).get(path) for _time in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert answers[3]["Content-Type"] == "application/problem+json"
    assert int(answers[3]["Retry-After"]) <= 61


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.1", 200),
        ("text/html", 406),
        ("application/xml", 406),
        ("application/json;q=0", 406),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON;version=1", 200),
    ],
)
def test_who_wants_no_json_is_told(a: Api, accept: str, status: int) -> None:
    found = a.get(f"/products/HMB/coverage/?{QUERIES[0]}", Accept=accept)

    assert found.status_code == status
    assert found["Content-Type"] == ("application/json" if status == 200 else "application/problem+json")


def test_a_charset_of_the_caller_is_heeded(a: Api) -> None:
    name = "甲磺酸奥希替尼片".encode("gb18030")
    path = "/products/HMB/coverage/?generic_name=" + quote(name) + "&date=2026-03-14&icd10=C34.1"

    found = Client().generic("GET", f"/api/v1{path}", "x", "text/plain; charset=gb18030", headers=a.headers)

    assert found.json()["drug"]["generic_name"] == "奥希替尼"


def test_an_alternative_is_written_the_same_the_second_time(a: Api) -> None:
    path = f"/products/HMB/coverage/?generic_name={OSIMERTINIB}&icd10=C64&date=2026-03-14"

    answers = [a.get(f"{path}&age={age}").json() for age in (30, 31)]

    assert [[one["generic_name"] for one in answer["alternatives"]] for answer in answers] == [["阿昔替尼"]] * 2
    assert answers[0]["alternatives"] == answers[1]["alternatives"]
    assert answers[1]["alternatives"][0]["requirements"]["icd10"] == ["C64"]


def test_an_answer_says_its_own_instant_and_is_otherwise_the_same(a: Api) -> None:
    path = f"/products/HMB/coverage/?{QUERIES[0]}"
    first = a.get(path).json()
    leases._held.clear()
    second = a.get(path).json()

    assert first.pop("known_at") < second.pop("known_at")
    assert first == second


def test_what_was_recorded_a_moment_ago_is_in_the_next_answer(world: World, a: Api) -> None:
    path = f"/products/HMB/coverage/?{QUERIES[0]}"
    before = a.get(path).json()
    assert (before["outcome"], before["match"]["version"]) == ("covered", "v1")

    withdrawn(world.v1)

    after = a.get(path).json()
    assert (after["outcome"], after["match"]) == ("not_covered", None)
    known_at = before["known_at"].replace("+", "%2B")
    asked_again = a.get(f"{path}&known_at={known_at}").json()
    assert asked_again == before


FULL = f"generic_name={OSIMERTINIB}&icd10=C34.1&date=2026-03-14"


@pytest.mark.parametrize("fields", ["ratio", "benefit,requirements", "outcome", "alternatives,known_at"])
def test_fields_narrow_the_answer_and_alter_nothing_of_it(a: Api, fields: str) -> None:
    always = {"product", "product_version", "date", "known_at", "outcome"}
    path = "/products/HMB/coverage/"
    asked = {"generic_name": "甲磺酸奥希替尼片", "icd10": ["C34.1"], "date": "2026-03-14"}

    whole = a.get(f"{path}?{FULL}").json()
    one = a.get(f"{path}?{FULL}&fields={fields}").json()
    many = a.post(f"{path}?fields={fields}", [asked, asked]).json()["results"]

    for answer in (one, *many):
        assert set(answer) == always | set(fields.split(","))
        assert {name: value for name, value in answer.items() if name != "known_at"} == {
            name: whole[name] for name in answer if name != "known_at"
        }
    assert a.get(f"{path}?{FULL}").json().keys() == whole.keys()


@pytest.mark.parametrize("fields", ["price", "ratio,price", "ratio,", "RATIO", " "])
def test_a_field_that_the_answer_has_not_is_refused(a: Api, fields: str) -> None:
    for answer in (
        a.get(f"/products/HMB/coverage/?{FULL}&fields={quote(fields)}"),
        a.post(f"/products/HMB/coverage/?fields={quote(fields)}", [{"generic_name": "甲"}]),
    ):
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/fields"]


def test_bands_are_told_in_place_of_the_ratios(world: World, a: Api) -> None:
    benefit = {
        "code": "special",
        "catalogs": [{"catalog": "COM"}],
        "bands": [{"up_to": "20000.00", "ratio": "0.3000"}, {"up_to": None, "ratio": "0.6000"}],
    }
    a.post("/products/", {"code": "BANDS", "name": "分段"})
    a.post("/products/BANDS/versions/", {"label": "1", "effective_from": "2026-01-01", "benefits": [benefit]})
    assert a.post("/products/BANDS/versions/1/publish/").status_code == 200

    banded = a.get(f"/products/BANDS/coverage/?{FULL}").json()
    plain = a.get(f"/products/HMB/coverage/?{FULL}").json()

    assert (banded["ratio"], banded["ratio_pre_existing"]) == (None, None)
    assert banded["bands"] == [
        {"up_to": "20000.00", "ratio": "0.3000", "ratio_pre_existing": "0.3000"},
        {"up_to": None, "ratio": "0.6000", "ratio_pre_existing": "0.6000"},
    ]
    assert plain["ratio"] == "0.7000" and plain["bands"] == []
