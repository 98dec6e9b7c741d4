"""Every route × method × kind of caller (tests/cases/api_matrix.txt), and that what is another insurer's is answered as what does not exist."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.api.calls import METHODS, address, call, routes
from tests.api.conftest import AUTHORISATION, World

TABLE = Path(__file__).parent.parent / "cases" / "api_matrix.txt"
# Made by others: they know no OPTIONS and no other method of ours.
OF_THE_PAGES = ("schema", "docs")
WITHOUT_KEY = (
    *OF_THE_PAGES,
    "error-codes",
    "receipt-verify",
    "log-checkpoint",
    "log-entries",
    "log-inclusion",
    "log-consistency",
)
OWN_OF_A = (
    "PRIV-A",
    "HMB",
    "IMPORT-A",
    "CHECK-A",
    "BATCH-A",
    "WEBHOOK-A",
    "FINDING-A",
    "IMPACT-A",
    "GOLDEN-A",
    "AUTH-A",
    "KEY-A",
)


# Answers with claims, members, or what was asked of either, and of whom.
PERSONAL = re.compile(
    r"/api/v1/(claims/|prior-authorisations/|products/[^/]+/coverage/|impact/|golden-cases/|receipts/|requests/|keys/|webhooks/.+/deliveries/)"
)


@dataclass(frozen=True)
class Row:
    method: str
    route: str
    of: str
    expected: dict[str, int]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.of}"


def _rows() -> list[Row]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    who = lines[0].split()[3:]
    rows = []
    for line in lines[1:]:
        words = line.split()
        statuses = [int(word) for word in words[-len(who) :]]
        method, route, *of = words[: -len(who)]
        rows.append(Row(method, route, " ".join(of), dict(zip(who, statuses, strict=True))))
    return rows


ROWS = _rows()


@pytest.fixture
def undone() -> Any:
    """Return a call that is made and rolled back: each caller meets the same world."""

    def call_and_undo(*args: Any, **kwargs: Any) -> Any:
        mark = transaction.savepoint()
        try:
            response = call(*args, **kwargs)
            if response.streaming:
                response.content_read = b"".join(response.streaming_content)
            return response
        finally:
            transaction.savepoint_rollback(mark)

    return call_and_undo


def test_every_route_is_in_the_table_and_no_other() -> None:
    listed = {(row.method, row.route) for row in ROWS}
    there = {(method, route) for route, methods in routes().items() for method in methods}

    assert listed == there


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_caller_is_answered_as_the_table_says(world: World, undone: Any, row: Row) -> None:
    found = {}
    for who in row.expected:
        response = undone(world, who, row.method, row.route, row.of)
        found[who] = response.status_code
        assert response["X-Request-ID"]
        if PERSONAL.match(address(world, row.route, row.of)):
            assert response["Cache-Control"] == "no-store", who
        assert_closed(response, row)
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json"

    assert found == row.expected


def assert_closed(response: Any, row: Row) -> None:
    """No frame holds the answer, no type is guessed, and nobody keeps what is personal (A37)."""
    assert response["X-Content-Type-Options"] == "nosniff"
    policy = response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in policy
    if response.status_code >= 400:
        assert "no-store" in response["Cache-Control"], f"{row}: {response.headers.get('Cache-Control')}"


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=str)
def test_head_is_answered_as_get_without_a_body(world: World, undone: Any, row: Row) -> None:
    for who in ("none", "A-write", "B", "checker"):
        response = undone(world, who, "HEAD", row.route, row.of)
        assert response.status_code == row.expected[who]
        assert (response.content_read if response.streaming else response.content) == b""


@pytest.mark.parametrize("route", sorted(routes()))
def test_a_method_that_a_route_has_not_is_a_405_for_whoever_has_a_key(world: World, undone: Any, route: str) -> None:
    of = next(row.of for row in ROWS if row.route == route)
    methods = routes()[route]
    for method in ({*METHODS, "TRACE"} - methods) if route not in WITHOUT_KEY else ():
        for who in ("A-write", "checker", "auditor"):
            response = undone(world, who, method, route, of)
            assert response.status_code == 405, (method, who)
            assert {name.strip() for name in response["Allow"].split(",")} - {"HEAD", "OPTIONS"} == methods
        assert undone(world, "none", method, route, of).status_code == 401
    for method in ({*METHODS, "TRACE"} - methods) if route in set(WITHOUT_KEY) - set(OF_THE_PAGES) else ():
        response = undone(world, "none", method, route, of)
        assert response.status_code == 405, method
        assert {name.strip() for name in response["Allow"].split(",")} - {"HEAD", "OPTIONS"} == methods


@pytest.mark.parametrize("route", sorted(routes().keys() - set(WITHOUT_KEY)))
def test_options_names_the_methods_to_whoever_has_a_key(world: World, undone: Any, route: str) -> None:
    of = next(row.of for row in ROWS if row.route == route)
    for who in ("none", "malformed", "expired", "revoked"):
        assert undone(world, who, "OPTIONS", route, of).status_code == 401
    reader = "A-write" if "GET" in routes()[route] else "auditor"
    response = undone(world, reader, "OPTIONS", route, of)
    if response.status_code == 204:
        assert routes()[route] <= {name.strip() for name in response["Allow"].split(",")}
        assert response.content == b""
    else:
        assert response.status_code == 403


def _allowed(row: Row) -> str | None:
    """Return the first who may do this here."""
    return next((who for who, status in row.expected.items() if status < 400), None)


@pytest.mark.parametrize("row", [row for row in ROWS if row.route != "docs" and _allowed(row)], ids=str)
def test_a_parameter_nobody_knows_is_a_400(world: World, undone: Any, row: Row) -> None:
    who = _allowed(row)
    assert who is not None
    response = undone(world, who, row.method, row.route, row.of, query="nonsense=1")

    assert response.status_code == 400, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == ["/nonsense"]


def _missing(of: str) -> Iterator[str]:
    """Yield the same arguments with one of them replaced by what does not exist."""
    words = of.split()
    for place, word in enumerate(words):
        missing = (
            "999999"
            if word.isdecimal()
            else "MISSING"
            if word.rpartition("-")[0]
            in {"IMPORT", "CHECK", "BATCH", "WEBHOOK", "DELIVERY", "COMMENT", "FINDING", "IMPACT", "GOLDEN"}
            else "NONE"
        )
        yield " ".join([*words[:place], missing, *words[place + 1 :]])


def _seen(response: Any, asked_for: str) -> tuple[int, dict[str, str], str]:
    """Return what a caller sees, but for what differs between any two answers: the request's id, how many are left, what was asked for."""
    headers = {name: value for name, value in response.items() if name not in {"X-Request-ID", "Content-Length"}}
    headers = {name: value for name, value in headers.items() if not name.startswith("RateLimit-")}
    document = json.loads(response.content)
    del document["request_id"]
    told = json.dumps(document)
    for word in asked_for.split():
        told = told if word.isdecimal() else told.replace(word, "…")
    return response.status_code, headers, told


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.of.split()[0] in OWN_OF_A and row.expected["B"] == 404], ids=str
)
def test_what_is_anothers_is_answered_as_what_does_not_exist(world: World, undone: Any, row: Row) -> None:
    anothers = _seen(undone(world, "B", row.method, row.route, row.of), row.of)

    for of in _missing(row.of):
        assert address(world, row.route, of) != address(world, row.route, row.of)
        assert _seen(undone(world, "B", row.method, row.route, of), of) == anothers


def test_a_body_that_names_anothers_things_is_answered_as_one_that_names_nothing(world: World) -> None:
    from tests.api.conftest import claim, terms

    b = world.apis["B"]
    b.post("/products/", {"code": "OWN", "name": "乙产品"})

    def names(catalog: str) -> dict[str, Any]:
        benefit = {"code": "x", "ratio": "0.5", "catalogs": [{"catalog": catalog}]}
        return terms(label="x", base={"catalog": catalog}, benefits=[benefit])

    def held(code: str, kind: str) -> list[dict[str, str]]:
        return [{kind: code, "version": "p1", "checksum": world.p1.checksum}]

    pairs = [
        ("/claims/checks/", claim(product="HMB"), claim(product="NONE")),
        ("/prior-authorisations/", {**AUTHORISATION, "product": "HMB"}, {**AUTHORISATION, "product": "NONE"}),
        ("/products/OWN/versions/", names("PRIV-A"), names("NONE")),
        ("/products/OWN/validate/", names("PRIV-A"), names("NONE")),
        ("/manifest/check/", held("PRIV-A", "catalog"), held("NONE", "catalog")),
        ("/manifest/check/", held("HMB", "product"), held("NONE", "product")),
        ("/catalogs/", _catalog("INS-A"), _catalog("NONE")),
    ]
    for path, of_a, of_nobody in pairs:
        first, second = b.post(path, of_a), b.post(path, of_nobody)
        assert first.status_code == second.status_code
        blank = {"request_id": "", "known_at": ""}
        told = [json.dumps(found.json() | blank, ensure_ascii=False) for found in (first, second)]
        assert told[0].replace("PRIV-A", "NONE").replace("HMB", "NONE").replace("INS-A", "NONE") == told[1]


def _catalog(owner: str) -> dict[str, str]:
    return {"code": "NEW", "name": "n", "kind": "commercial", "owner": owner}


def test_no_list_or_search_of_an_insurer_holds_anything_of_anothers(world: World) -> None:
    b = world.apis["B"]
    markers = [
        "PRIV-A",
        "HMB",
        "秘密单抗",
        "甲保险",
        "隐蔽替尼",
        str(world.check.pk),
        str(world.batch.pk),
        world.authorisation.no,
        "hooks.example",
    ]
    asked = [
        "/catalogs/",
        "/catalogs/?kind=commercial",
        "/products/",
        "/claims/checks/",
        "/claims/batches/",
        "/prior-authorisations/",
        "/imports/",
        "/webhooks/",
        "/drugs/",
        "/drugs/?q=%E7%A7%98%E5%AF%86",
        "/drugs/?q=mmdk",
        "/drugs/?q=XL01FX",
        "/catalogs/COM/changes/",
        "/changes/",
        "/insurers/me/",
        "/reason-codes/",
    ]
    for path in asked:
        response = b.get(path)
        assert response.status_code == 200, path
        for marker in markers:
            assert marker not in response.content.decode(), (path, marker)
    assert b.get("/claims/checks/").json()["count"] == 0
    assert b.get("/products/").json()["count"] == 0
    assert b.get("/catalogs/", {"kind": "commercial"}).json()["count"] == 1
    assert world.apis["A-write"].get("/drugs/?q=%E7%A7%98%E5%AF%86").json()["count"] == 1
    assert b.get("/drugs/?q=%E7%A7%98%E5%AF%86").json()["count"] == 0
    unknown = b.post("/drugs/resolve/", [{"generic_name": "秘密单抗注射液"}]).json()["results"][0]
    assert unknown["drug"] is None
