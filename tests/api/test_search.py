"""Searching and paging entries and drugs over REST: ranked, never twice, never lost, whatever the order."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, CatalogVersion
from tests.conftest import Api, imported, published

HEADER = "entry_code,generic_name,brand_name,manufacturer,class_code,approval_no,icd10,prior_auth\n"
ROWS = [
    "E-01,甲磺酸奥希替尼片,泰瑞沙,阿斯利康,XL01EB,H20170167,C34,Y",
    "E-02,阿昔替尼片,英立达,辉瑞,XL01EK,H20150244,C64,",
    "E-03,替尼泊苷注射液,卫萌,百时美,XL01CB,,C71,",
    "E-04,奥希替尼,,仿制药厂,XL01EB,,C34.1,",
    "E-05,仑卡奈单抗注射液,乐意保,卫材,XN06DX,S20240001,G30,",
]


@pytest.fixture
def version(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    return published(make_catalog("COM"), HEADER + "\n".join(ROWS) + "\n")


def codes(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [entry["entry_code"] for entry in response.json()["results"]]


def entries(api: Api, label: str = "v1", **query: Any) -> Any:
    return api.get(f"/catalogs/COM/versions/{label}/entries/", query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "奥"}, ["E-04", "E-01"]),
        ({"q": "奥希"}, ["E-04", "E-01"]),
        ({"q": "奥希替尼"}, ["E-04", "E-01"]),
        ({"q": "替尼"}, ["E-03", "E-01", "E-02", "E-04"]),
        ({"q": "泰瑞沙"}, ["E-01"]),
        ({"q": "卫材"}, ["E-05"]),
        ({"q": "卫"}, ["E-03", "E-05"]),
        ({"q": "aoxitini"}, ["E-04", "E-01"]),
        ({"q": "axtn"}, ["E-04", "E-02", "E-01"]),
        ({"q": "lkndk"}, ["E-05"]),
        ({"q": "e-0"}, ["E-01", "E-02", "E-03", "E-04", "E-05"]),
        ({"q": "E-03"}, ["E-03"]),
        ({"q": "XL01EB"}, ["E-01", "E-04"]),
        ({"q": "国药准字H2015"}, ["E-02"]),
        ({"q": "100%"}, []),
        ({"q": "替尼", "icd10": "C34.1"}, ["E-01", "E-04"]),
        ({"q": "替尼", "class_code": "XL01EB"}, ["E-01", "E-04"]),
        ({"q": "替尼", "prior_auth": "true"}, ["E-01"]),
        ({"q": "替尼", "manufacturer": "辉瑞"}, ["E-02"]),
        ({"q": "替尼", "ordering": "-entry_code"}, ["E-04", "E-03", "E-02", "E-01"]),
        ({"q": "替尼", "ordering": "class_code"}, ["E-03", "E-01", "E-04", "E-02"]),
        ({"icd10": "C34.1"}, ["E-01", "E-04"]),
        ({"icd10": "C34"}, ["E-01"]),
        ({"class_code": "XL01"}, ["E-01", "E-02", "E-03", "E-04"]),
    ],
)
def test_a_search_gives_the_best_first(
    api: Api, version: CatalogVersion, query: dict[str, str], expected: list[str]
) -> None:
    response = entries(api, **query)

    assert codes(response) == expected
    assert response.json()["count"] == len(expected)


def test_only_the_columns_asked_for_are_given(api: Api, version: CatalogVersion) -> None:
    response = entries(api, q="泰瑞沙", fields="generic_name,icd10")

    assert response.json()["results"] == [{"entry_code": "E-01", "generic_name": "甲磺酸奥希替尼片", "icd10": ["C34"]}]


def test_a_draft_is_searched_as_it_is_now(maker: Api, version: CatalogVersion) -> None:
    imported(version.catalog, HEADER + "\n".join(ROWS[:2]) + "\n", label="draft")
    assert codes(entries(maker, "draft", q="替尼")) == ["E-01", "E-02"]

    imported(version.catalog, HEADER + ROWS[2] + "\n", label="draft")

    assert codes(entries(maker, "draft", q="替尼")) == ["E-03"]


def walk(api: Api, first: Any) -> Iterator[list[str]]:
    """Follow `next` to the end."""
    response = first
    while True:
        yield codes(response)
        following = response.json()["next"]
        if following is None:
            return
        response = api.client.get(following, headers=api.headers)


@pytest.fixture
def alike(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    """Sixty entries of three classes, so that nearly all are alike in everything but their code."""
    rows = [f"E-{number:03d},药品{number % 2}片,,,XL01E{'ABC'[number % 3]},,C{number:02d}," for number in range(60)]
    return published(make_catalog("COM"), HEADER + "\n".join(rows) + "\n")


WALKS = [
    ({}, 60),
    ({"ordering": "-entry_code"}, 60),
    ({"ordering": "class_code"}, 60),
    ({"ordering": "-class_code"}, 60),
    ({"ordering": "reimbursement_class,-generic_name"}, 60),
    ({"ordering": "manufacturer", "class_code": "XL01EA"}, 20),
    ({"q": "药品1"}, 30),
    ({"q": "片", "ordering": "-generic_name"}, 60),
]


# One row a page is many requests: it is walked once.
@pytest.mark.parametrize(
    ("query", "count", "size"), [({}, 60, 1), *((*walk, size) for walk in WALKS for size in (7, 20, 59, 60, 61))]
)
def test_a_walk_by_cursor_meets_every_row_once(
    api: Api, alike: CatalogVersion, query: dict[str, str], count: int, size: int
) -> None:
    whole = codes(entries(api, **query, page_size=500))

    pages = list(walk(api, entries(api, **query, page_size=size)))

    assert [code for page in pages for code in page] == whole
    assert all(len(page) == size for page in pages[:-1])
    assert len(set(whole)) == len(whole) == count


@pytest.mark.parametrize("query", [{}, {"ordering": "-class_code"}, {"q": "片"}])
def test_previous_leads_back(api: Api, alike: CatalogVersion, query: dict[str, str]) -> None:
    first = entries(api, **query, page_size=20)
    second = api.client.get(first.json()["next"], headers=api.headers)
    third = api.client.get(second.json()["next"], headers=api.headers)

    back = api.client.get(third.json()["previous"], headers=api.headers)

    assert codes(back) == codes(second)
    assert back.json()["next"] is not None
    assert first.json()["previous"] is None and third.json()["next"] is None


@pytest.mark.parametrize("query", [{}, {"ordering": "class_code"}, {"q": "片"}])
def test_numbered_pages_give_the_same_rows(api: Api, alike: CatalogVersion, query: dict[str, str]) -> None:
    whole = codes(entries(api, **query, page_size=500))

    paged = [code for page in (1, 2, 3) for code in codes(entries(api, **query, page=page, page_size=20))]

    assert paged == whole
    assert entries(api, **query, page=2, page_size=20).json()["count"] == 60
    assert entries(api, **query, page=4, page_size=20).status_code == 404


def test_a_cursor_of_another_order_is_refused(api: Api, alike: CatalogVersion) -> None:
    cursor = entries(api, page_size=5).json()["next"].split("cursor=")[1].split("&")[0]

    response = entries(api, page_size=5, ordering="class_code", cursor=cursor)

    assert response.status_code == 400


@pytest.mark.parametrize("query", [{}, {"q": "片"}, {"class_code": "XL01EA"}])
def test_a_page_costs_as_many_queries_whatever_its_size(api: Api, alike: CatalogVersion, query: dict[str, str]) -> None:
    def asked(size: int) -> int:
        entries(api, **query, page_size=size)
        with CaptureQueriesContext(connection) as captured:
            entries(api, **query, page_size=size)
        # Whether the key was seen a moment ago is not the page's doing.
        return len([one for one in captured if "authenticate_key" not in one["sql"] and "set_config" not in one["sql"]])

    assert asked(1) == asked(10) == asked(50) <= 5


# --- Drugs


def drugs(api: Api, **query: Any) -> list[str]:
    response = api.get("/drugs/", query)
    assert response.status_code == 200, response.content
    assert response.json()["count"] == len(response.json()["results"])
    return [drug["generic_name"] for drug in response.json()["results"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # One drug, named as the first of its entries names it.
        ("奥希", ["甲磺酸奥希替尼片"]),
        ("aoxi", ["甲磺酸奥希替尼片"]),
        ("lkndk", ["仑卡奈单抗注射液"]),
        ("没有", []),
        ("%", []),
    ],
)
def test_drugs_are_found_by_a_part_of_their_name_or_how_it_sounds(
    api: Api, version: CatalogVersion, text: str, expected: list[str]
) -> None:
    assert drugs(api, q=text) == expected


def test_a_drug_that_becomes_known_is_found_at_once(api: Api, version: CatalogVersion) -> None:
    assert drugs(api, q="新药") == []

    published(version.catalog, HEADER + "N-1,全新药片,,,,,,\n", label="v2")

    assert drugs(api, q="新药") == ["全新药片"]
