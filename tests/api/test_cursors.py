"""Cursors: every list has them beside numbered pages, and none loses or repeats a row while rows come and go (spec api.md, "For typed clients")."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from catalog import services as catalogs
from catalog.models import Catalog
from common import tenancy
from config.openapi import openapi_document
from tests.api.calls import address
from tests.api.conftest import World, claim
from tests.api.test_matrix import ROWS
from tests.conftest import Api

pytestmark = pytest.mark.django_db

PAGED = sorted(
    path
    for path, operations in openapi_document()[0]["paths"].items()
    if {"page", "page_size"} <= {one["name"] for one in operations.get("get", {}).get("parameters", ())}
)


def test_whatever_has_pages_has_a_cursor_in_the_document() -> None:
    for path in PAGED:
        names = [one["name"] for one in openapi_document()[0]["paths"][path]["get"]["parameters"]]
        assert names.count("cursor") == 1, path
    assert len(PAGED) > 25


def walk(api: Api, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    answer = api.get(path, query)
    while True:
        assert answer.status_code == 200, answer.content
        yield answer.json()
        following = answer.json()["next"]
        if following is None:
            return
        assert "cursor=" in following and not re.search(r"[?&]page=", following)
        answer = api.client.get(following, headers=api.headers)


# Every list of the small world that is had by its address alone.
LISTS = sorted(
    {
        (row.route, row.of, who)
        for row in ROWS
        for who in ("A-write", "maker", "auditor")
        if row.method == "GET" and row.route.endswith(("-list", "-edits", "-summary")) and row.expected[who] == 200
    }
    - {("correction-list", "-", who) for who in ("A-write", "maker", "auditor")}  # has cursors alone, of another kind
)


@pytest.mark.parametrize(("route", "of", "who"), LISTS)
def test_the_pages_of_a_list_are_the_list_forwards_and_back(world: World, route: str, of: str, who: str) -> None:
    api, path = world.apis[who], address(world, route, of).removeprefix("/api/v1")
    whole = api.get(path, {"page_size": 500}).json()
    pages = list(walk(api, path, page_size=1 + len(whole["results"]) // 6))
    rows = [row for page in pages for row in page["results"]]

    assert rows == whole["results"] and whole["next"] is None
    assert pages[0]["count"] == len(rows) and pages[0]["previous"] is None
    back, shown = pages[-1]["previous"], pages[-1]["results"]
    while back:
        page = api.client.get(back, headers=api.headers).json()
        shown, back = [*page["results"], *shown], page["previous"]
    assert shown == rows


def test_what_comes_while_a_list_is_read_pushes_no_row_onto_the_next_page(world: World, a: Api) -> None:
    for number in range(4):
        a.post("/claims/checks/", claim(claim_no=f"M-{number}"))
    there = [row["claim_no"] for row in a.get("/claims/checks/").json()["results"]]
    read = []
    for place, page in enumerate(walk(a, "/claims/checks/", page_size=2)):
        read += [row["claim_no"] for row in page["results"]]
        a.post("/claims/checks/", claim(claim_no=f"NEW-{place}"))

    assert read == there


def test_what_goes_while_a_list_is_read_takes_no_row_off_the_next_page(world: World, a: Api) -> None:
    for number in range(4):
        catalogs.create_catalog(code=f"OWN-{number}", name="自有", kind="commercial", owner_id=world.a.pk, by="key:a")
    there = [row["code"] for row in a.get("/catalogs/").json()["results"]]
    pages = walk(a, "/catalogs/", page_size=2)
    read = [row["code"] for row in next(pages)["results"]]
    tenancy.act_for(tenancy.OFFICE)
    Catalog.objects.get(code="OWN-0").delete()
    read += [row["code"] for page in pages for row in page["results"]]

    assert read == there and read[1] == "OWN-0"


@pytest.mark.parametrize("path", ["/claims/checks/", "/catalogs/", "/drugs/", "/catalogs/COM/versions/"])
def test_a_page_beyond_the_last_says_so(world: World, a: Api, path: str) -> None:
    answer = a.get(path, {"page": 99})

    assert (answer.status_code, answer.json()["code"]) == (404, "page_beyond_end")


def test_numbered_pages_stay_numbered(world: World, a: Api) -> None:
    first = a.get("/catalogs/", {"page": 1, "page_size": 1}).json()

    assert re.search(r"[?&]page=2(&|$)", first["next"]) and "cursor" not in first["next"]


@pytest.mark.parametrize(
    "cursor",
    [
        "WyItZGVjaWRlZF9hdCwtaWQiLGZhbHNlLCJ4IiwieSJd",  # ["-decided_at,-id", false, "x", "y"]
        "WyItZGVjaWRlZF9hdCwtaWQiLGZhbHNlLCIyMDI2LTAxLTAxIiwieSJd",  # a day without its instant
        "WyItZGVjaWRlZF9hdCwtaWQiLGZhbHNlLCI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwiMSJd",  # beyond the last instant
        "WyJjb2RlIixmYWxzZSwiQ09NIl0",  # of another list
        "W10",
        "e30",
    ],
)
def test_a_cursor_that_no_list_gave_is_refused(world: World, a: Api, cursor: str) -> None:
    answer = a.get("/claims/checks/", {"cursor": cursor})

    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/cursor", "bad_cursor")]
