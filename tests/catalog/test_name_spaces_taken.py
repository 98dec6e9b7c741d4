"""Codes that two insurers and the office take, give up and ask for: each its own, and none learns of another."""

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog import services
from catalog.models import Catalog
from catalog.services import CodeTaken
from claims.decisions_resting import resting_on
from tests.catalog.test_name_spaces import CLAIM, WHOSE, a_list, keys, made, paid, product
from tests.conftest import Api, published

__all__ = ["keys"]  # the fixture


def test_who_makes_or_moves_a_list_is_told_the_address_that_stays_its_own(keys: dict[str, Api]) -> None:
    by_insurer, by_office = made(keys["a"]), made(keys["office"], "Y", owner="INS-A")
    office = keys["office"]
    moved = office.client.patch(
        "/api/v1/catalogs/INS-A:Y/", {"owner": "INS-B"}, content_type="application/json", headers=office.headers
    )
    assert by_insurer["Location"] == "/api/v1/catalogs/X/"
    assert by_office["Location"] == "/api/v1/catalogs/INS-A:Y/"
    assert (moved.status_code, moved["Content-Location"]) == (200, "/api/v1/catalogs/INS-B:Y/")
    assert made(keys["a"], "Y").status_code == 201  # where the code alone would now mean either
    assert office.get("/catalogs/INS-B:Y/").json()["address"] == "INS-B:Y"


def test_the_office_publishing_a_code_that_an_insurer_uses_changes_nothing_that_is_or_was_paid(
    keys: dict[str, Api],
) -> None:
    made(keys["a"])
    own = Catalog.objects.get()
    published(own, a_list(WHOSE["a"]))
    product(keys["a"], {"catalog": "X"})
    before = keys["a"].post("/claims/checks/", CLAIM).json()
    assert made(keys["office"]).status_code == 201
    shared = Catalog.objects.get(owner=None)
    version = published(shared, a_list(WHOSE["office"]))

    assert (paid(keys["a"], WHOSE["a"])["outcome"], paid(keys["a"], WHOSE["office"])["outcome"]) == (
        "covered",
        "not_covered",
    )
    replayed = keys["a"].post(f"/claims/checks/{before['id']}/replay/", {}).json()
    assert (replayed["same"], replayed["decision"]["digest"]) == (True, before["digest"])
    assert resting_on(version, own.created_at).checks == 0
    assert resting_on(own.versions.get(), own.created_at).checks == 1


def test_an_insurer_takes_no_code_by_which_it_means_the_offices(keys: dict[str, Api]) -> None:
    made(keys["office"])
    product(keys["a"], {"catalog": "X"})
    assert (made(keys["a"]).status_code, made(keys["a"]).json()["code"]) == (409, "code_taken")
    assert made(keys["a"], code="Y").status_code == 201
    assert keys["a"].client.patch(
        "/api/v1/catalogs/Y/", {"code": "X"}, content_type="application/json", headers={**keys["a"].headers, "If-Match": "*"}
    ).json()["code"] == "code_taken"  # fmt: skip


def test_nor_gives_one_up_that_its_products_would_then_mean_another_list_by(keys: dict[str, Api]) -> None:
    made(keys["a"])
    made(keys["office"])
    own = Catalog.objects.get(owner__code="INS-A")
    for change in ({"code": "Z"}, {"owner_id": None}):
        with pytest.raises(CodeTaken):
            services.change_catalog(catalog=own, by="alice", **change)
    services.change_catalog(catalog=own, by="alice", name="其他名称")


@pytest.mark.parametrize("kind", ["commercial", "reference"])
def test_making_a_code_tells_nothing_of_who_else_has_it(keys: dict[str, Api], kind: str) -> None:
    answers = [
        keys[who].post("/catalogs/", {"code": "SECRET", "name": "x", "kind": kind}) for who in ("a", "b", "office")
    ]
    assert [one.status_code for one in answers] == [201, 201, 201]
    assert [
        keys[who].post("/catalogs/", {"code": "SECRET", "name": "x", "kind": kind}).status_code for who in keys
    ] == [409] * 3


def test_the_office_is_asked_whose_where_only_insurers_have_a_code(keys: dict[str, Api], maker: Api) -> None:
    made(keys["a"])
    assert keys["office"].get("/catalogs/X/").json()["owner"] == "INS-A"
    made(keys["b"])
    answer = keys["office"].get("/catalogs/X/")
    assert (answer.status_code, "INS-A:X, INS-B:X" in answer.json()["detail"]) == (404, True)
    file = SimpleUploadedFile("list.csv", a_list(WHOSE["b"]).encode())
    sent = maker.upload("/imports/", file, catalog="X", label="v1", effective_from="2026-01-01")
    assert (sent.status_code, sent.json()["errors"][0]["pointer"]) == (400, "/catalog")
    file.seek(0)
    sent = maker.upload("/imports/", file, catalog="INS-B:X", label="v1", effective_from="2026-01-01")
    assert sent.status_code == 202 and Catalog.objects.get(owner__code="INS-B").imports.count() == 1


def test_a_cursor_from_before_they_said_whose_goes_on_while_nobody_else_has_the_code(keys: dict[str, Api]) -> None:
    made(keys["a"])
    published(Catalog.objects.get(), a_list(WHOSE["a"]), label="v1")
    old = base64.urlsafe_b64encode(json.dumps([1, "X", "published", "v1", None]).encode()).decode().rstrip("=")
    assert keys["a"].get("/catalogs/X/changes/", {"since": old}).json()["results"] == []
    made(keys["office"])
    assert keys["a"].get("/catalogs/X/changes/", {"since": old}).json()["errors"][0]["code"] == "bad_cursor"
