"""The drift check: what a client holds against what applies."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from catalog.clock import china_today, observe
from catalog.models import Catalog, CatalogVersion
from insurers import key_issuing, services
from insurers.models import Insurer, ProductVersion
from tests.conftest import Api, published, withdrawn

FIRST = "entry_code,generic_name\nE-1,仑卡奈单抗注射液\nE-2,甲磺酸奥希替尼片\n"
SECOND = "entry_code,generic_name,note\nE-2,甲磺酸奥希替尼片,改\nE-3,信迪利单抗注射液,\nE-4,阿基仑赛注射液,\n"
THIRD = "entry_code,generic_name\nE-9,信迪利单抗注射液\n"
TERMS = {
    "effective_from": "2026-01-01",
    "effective_to": None,
    "benefits": [{"code": "special", "catalogs": [{"catalog": "COM"}], "ratio": "0.7000"}],
}


@pytest.fixture
def catalog(make_catalog: Callable[..., Catalog]) -> Catalog:
    return make_catalog()


@pytest.fixture
def versions(catalog: Catalog) -> list[CatalogVersion]:
    """v1 and v2, of which v2 is in force; v3 begins tomorrow."""
    tomorrow = china_today(observe().known_at) + timedelta(days=1)
    return [
        published(catalog, FIRST, label="v1", effective_from=date(2025, 1, 1)),
        published(catalog, SECOND, label="v2", effective_from=date(2026, 1, 1)),
        published(catalog, THIRD, label="v3", effective_from=tomorrow),
    ]


def held(what: CatalogVersion | ProductVersion, **change: Any) -> dict[str, Any]:
    """A version as a client names it that holds it, but for what is changed."""
    name = {"catalog": what.catalog.code} if isinstance(what, CatalogVersion) else {"product": what.product.code}
    return {**name, "version": what.label, "checksum": what.checksum, **change}


def checked(api: Api, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = api.post("/manifest/check/", list(items))
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def sold(insurer: Insurer, code: str, *documents: dict[str, Any]) -> list[ProductVersion]:
    product = services.create_product(insurer_id=insurer.pk, code=code, name=code, by="key:a")
    drafts = [services.create_product_version(product=product, data=data, by="key:a") for data in documents]
    return [services.publish_product_version(version=draft, by="key:a") for draft in drafts]


def test_each_version_is_told_what_became_of_it(api: Api, versions: list[CatalogVersion]) -> None:
    first, second, third = versions
    altered = held(second, checksum="0" * 64)
    unknown = held(second, version="v0")
    answers = checked(api, held(first), held(second), held(third), altered, unknown, held(second, catalog="NONE"))

    statuses = [answer["status"] for answer in answers]
    assert statuses == ["superseded", "current", "upcoming", "altered", "unknown", "unknown"]
    assert [answer["current"] and answer["current"]["label"] for answer in answers] == [
        "v2",
        "v2",
        "v2",
        "v2",
        "v2",
        None,
    ]
    assert answers[0]["affected"] == {"added": 2, "removed": 1, "changed": 1}
    assert answers[0]["affected_entries"] == 4
    assert answers[3]["checksum"] == second.checksum
    assert answers[3]["export"] == "/api/v1/catalogs/COM/versions/v2/export.ndjson"
    assert [answer["affected_entries"] for answer in answers[1:]] == [None] * 5


def test_the_links_lead_to_the_difference(api: Api, versions: list[CatalogVersion]) -> None:
    [answer] = checked(api, held(versions[0]))
    diff = api.get(answer["diff"].removeprefix("/api/v1")).json()
    changes = api.get(answer["changes"].removeprefix("/api/v1")).json()

    assert {name: diff["counts"][name] for name in ("added", "removed", "changed")} == answer["affected"]
    assert len(changes["results"][0]["deltas"]) == answer["affected_entries"]


def test_a_withdrawn_version_is_never_current(api: Api, versions: list[CatalogVersion]) -> None:
    withdrawn(versions[1])
    gone, first = checked(api, held(versions[1]), held(versions[0]))

    assert (gone["status"], gone["current"]["label"]) == ("withdrawn", "v1")
    assert gone["withdrawn_at"] is not None
    assert gone["affected_entries"] == 4
    assert first["status"] == "current"


def test_where_nothing_is_in_force_nothing_supersedes(api: Api, catalog: Catalog) -> None:
    past = published(catalog, FIRST, effective_from=date(2020, 1, 1), effective_to=date(2020, 12, 31))
    [answer] = checked(api, held(past))

    assert (answer["status"], answer["current"], answer["diff"]) == ("superseded", None, None)


def test_a_draft_is_not_known(api: Api, catalog: Catalog, versions: list[CatalogVersion]) -> None:
    draft = CatalogVersion.objects.create(
        catalog=catalog, label="draft", effective_from=date(2026, 1, 1), created_by="alice", checksum="0" * 64
    )

    assert checked(api, held(draft))[0]["status"] == "unknown"


def test_a_product_version_is_checked_and_its_differing_terms_are_named(
    api: Api, insurer: Insurer, versions: list[CatalogVersion]
) -> None:
    old, new = sold(
        insurer,
        "HMB",
        {**TERMS, "label": "2025", "effective_from": "2025-01-01", "waiting_days": 30},
        {**TERMS, "label": "2026"},
    )
    superseded, current = checked(api, held(old), held(new))

    assert (superseded["status"], superseded["current"]["label"]) == ("superseded", "2026")
    assert superseded["differs"] == ["effective_from", "label", "waiting_days"]
    assert (current["status"], current["differs"]) == ("current", [])


@pytest.mark.parametrize(
    ("reference", "statuses", "current"),
    [
        ({"catalog": "COM"}, ["superseded", "current"], "v2"),
        ({"catalog": "COM", "label": "v1"}, ["current", "superseded"], "v1"),
        ({"catalog": "OTHER"}, ["not_referred_to", "not_referred_to"], None),
    ],
)
def test_a_catalog_is_held_against_what_the_product_refers_to(
    api: Api,
    insurer: Insurer,
    versions: list[CatalogVersion],
    make_catalog: Callable[..., Catalog],
    reference: dict[str, str],
    statuses: list[str],
    current: str | None,
) -> None:
    make_catalog("OTHER")
    benefit = {**TERMS["benefits"][0], "catalogs": [reference]}
    sold(insurer, "HMB", {**TERMS, "label": "2026", "benefits": [benefit]})
    answers = checked(api, held(versions[0], product="HMB"), held(versions[1], product="HMB"))

    assert [answer["status"] for answer in answers] == statuses
    assert {answer["current"] and answer["current"]["label"] for answer in answers} == {current}


def test_what_is_anothers_is_unknown_like_what_is_not_there(
    api: Api, other_api: Api, insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    private = published(make_catalog("PRIVATE", owner_id=insurer.pk), FIRST)
    [terms] = sold(insurer, "HMB", {**TERMS, "label": "2026", "benefits": [{"code": "b", "ratio": "0.5"}]})
    ours = [held(private), held(terms)]
    none = [held(private, catalog="NONE"), held(terms, product="NONE"), held(private, product="HMB")]

    assert [answer["status"] for answer in checked(api, *ours)] == ["current", "current"]
    theirs = checked(other_api, *ours, *none)
    assert {answer["status"] for answer in theirs} == {"unknown"}
    unnamed = [{**answer, "catalog": None, "product": None} for answer in theirs]
    assert unnamed[0] == unnamed[2]
    assert unnamed[1] == unnamed[3]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], ""),
        ({}, ""),
        ([{"catalog": "COM", "version": "v", "checksum": "0" * 64}] * 101, ""),
        ([{"version": "v", "checksum": "0" * 64}], "/0/catalog"),
        ([{"catalog": "COM", "checksum": "0" * 64}], "/0/version"),
        ([{"catalog": "COM", "version": "v", "checksum": "0" * 63}], "/0/checksum"),
        ([{"catalog": "COM", "version": "v", "checksum": "0" * 64, "colour": 1}], "/0/colour"),
    ],
)
def test_a_manifest_that_says_nothing_is_refused(api: Api, body: Any, pointer: str) -> None:
    answer = api.post("/manifest/check/", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("scopes", "item", "status"),
    [
        (["catalog:read"], {"catalog": "COM"}, 200),
        (["catalog:read"], {"product": "HMB"}, 403),
        (["coverage:read"], {"product": "HMB"}, 200),
        (["coverage:read"], {"catalog": "COM"}, 403),
        (["coverage:read"], {"catalog": "COM", "product": "HMB"}, 403),
        (["claims:check"], {"catalog": "COM"}, 403),
    ],
)
def test_a_scope_is_needed_for_each_thing_named(
    insurer: Insurer, scopes: list[str], item: dict[str, str], status: int
) -> None:
    api = Api(key_issuing.issue_insurer_key(insurer=insurer, scopes=scopes, by="root")[1])

    assert api.post("/manifest/check/", [{**item, "version": "v", "checksum": "0" * 64}]).status_code == status


def test_a_hundred_items_take_as_many_queries_as_one(
    api: Api, versions: list[CatalogVersion], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        checked(api, *[held(version) for version in versions] * 33)
