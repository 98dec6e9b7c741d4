"""Coverage over REST: the plain way and the framework's answer alike, and what is kept is never older than what is known."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from insurers import services as insurers
from insurers.api.callers import kept_callers
from tests.api.calls import BY_THE_FRAMEWORK, seen
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
    f"generic_name={OSIMERTINIB}&date=2026-03-14&known_at=2099-01-01T00:00:00%2B08:00",
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
    "&".join(f"x{number}=1" for number in range(1001)),  # more parameters than Django reads
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:60])
def test_both_ways_answer_alike(a: Api, query: str, language: str) -> None:
    path = f"/products/HMB/coverage/?{query}"
    ways = [{"Accept": "*/*"}, {"Accept": "application/json"}, {}, BY_THE_FRAMEWORK]

    first, *others = [seen(a.get(path, **{**way, "Accept-Language": language})) for way in ways]

    assert [other == first for other in others] == [True] * 3, others


@pytest.mark.parametrize("code", ["HMB", "NONE", "A%00B", "%E4%B8%AD", "HMB%20", "hmb"])
@pytest.mark.parametrize(
    "who", ["none", "malformed", "expired", "revoked", "A-read", "A-write", "B", "maker", "auditor"]
)
def test_both_ways_answer_everybody_alike(world: World, who: str, code: str) -> None:
    path = f"/products/{code}/coverage/?{QUERIES[0]}"

    assert seen(world.apis[who].get(path)) == seen(world.apis[who].get(path, **BY_THE_FRAMEWORK))


def test_both_ways_count_and_end_at_the_same_limit(world: World, a: Api, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 3
    key = insurers.issue_insurer_key(insurer=world.a, scopes=["coverage:read"], by="root")[1]
    path = f"/products/HMB/coverage/?{QUERIES[0]}"

    answers = [Api(key).get(path, **way) for way in ({}, BY_THE_FRAMEWORK, {}, BY_THE_FRAMEWORK, {})]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert seen(answers[3])[1].keys() == seen(answers[4])[1].keys()


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "", "application/json;q=0"])
def test_who_wants_no_json_is_told_by_the_framework(a: Api, accept: str) -> None:
    found = a.get(f"/products/HMB/coverage/?{QUERIES[0]}", Accept=accept)

    assert found.status_code in {200, 406}
    assert found.status_code == 406 or accept in {"", "application/json;q=0"}


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
    kept_callers.clear()
    second = a.get(path).json()

    assert first.pop("known_at") < second.pop("known_at")
    assert first == second


@pytest.mark.parametrize("way", [{}, BY_THE_FRAMEWORK], ids=["plain", "framework"])
def test_what_was_recorded_a_moment_ago_is_in_the_next_answer(world: World, a: Api, way: dict[str, str]) -> None:
    path = f"/products/HMB/coverage/?{QUERIES[0]}"
    before = a.get(path, **way).json()
    assert (before["outcome"], before["match"]["version"]) == ("covered", "v1")

    withdrawn(world.v1)

    after = a.get(path, **way).json()
    assert (after["outcome"], after["match"]) == ("not_covered", None)
    known_at = before["known_at"].replace("+", "%2B")
    asked_again = a.get(f"{path}&known_at={known_at}", **way).json()
    assert asked_again == before
