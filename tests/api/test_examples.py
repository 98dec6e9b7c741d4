"""The examples of the OpenAPI document: each is what a request in the small world is answered, asked again here.

A new operation has none until somebody runs `EXAMPLES=write script/test tests/api/test_examples.py`, and looks at what was written.
"""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from config.openapi import EXAMPLES, openapi_document
from insurers.request_log import waiting
from tests.api import answers
from tests.api.calls import BODIES, call
from tests.api.conftest import World
from tests.api.test_matrix import ROWS, Row

WRITE = os.environ.get("EXAMPLES") == "write"
MOST_ROWS = 2
# What differs from one world to the next.
_CHANGING = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32,64}\b|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+\d\d:\d\d)"
    r"|key:\w+|whsec_[\w+/=-]+|sbm_\w+|msg_\w+|PA-?\w+|ey[\w-]+\.[\w-]+\.[\w-]+|[\w+/]{43}=|\d{4}-\d\d-\d\d"
)
_SECRET = re.compile(r'"(sbm_|whsec_)[^"]+(?=")')
# Said by chance or by the clock: how far a job is, how long a try took, a cursor, a row's number.
_BY_CHANCE = {
    "made_with",
    "object",
    "before",
    "after",
    "id",
    "prefix",
    "key",
    "cursor",
    "next",
    "previous",
    "secret_id",
    "secret",
    "note",
    "seq",
    "size",
    "no",
    "due_at",
    "days",
}


def _first_good(method: str, route: str) -> tuple[Row, str] | None:
    """Return the row and the caller that the matrix lets succeed."""
    for row in ROWS:
        if (row.method, row.route) == (method, route):
            for who in ("A-write", "checker", "maker", "auditor", "none"):
                if row.expected[who] < 300:
                    return row, who
    return None


PAIRS = sorted(
    {(row.method, row.route) for row in ROWS if _first_good(row.method, row.route)}
    - {("GET", "schema"), ("GET", "docs")}
)


def _short(value: Any) -> Any:
    """Return an answer with its lists cut: an example shows the kind, not the amount."""
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    return [_short(one) for one in value[:MOST_ROWS]] if isinstance(value, list) else value


def _masked(value: Any, name: str = "") -> Any:
    """Return a value without what differs between two worlds."""
    if isinstance(value, dict):
        return {key: _masked(one, key) for key, one in value.items()}
    if isinstance(value, list):
        # Rows of one instant stand in the order of their ids, which are by chance.
        return (
            sorted((_masked(one) for one in value), key=str) if name == "results" else [_masked(one) for one in value]
        )
    if name in _BY_CHANCE or isinstance(value, int | float) and not isinstance(value, bool):
        return "…"
    return _CHANGING.sub("…", value) if isinstance(value, str) else value


def _asked(world: World, monkeypatch: pytest.MonkeyPatch, method: str, route: str) -> tuple[str, dict[str, Any]]:
    """Return an operation's name with the example of it: its query, body and answer."""
    found = _first_good(method, route)
    assert found
    seen: dict[str, Any] = {}
    ask = Client.request

    def request(self: Client, **environ: Any) -> Any:
        seen.update(environ)
        return ask(self, **environ)

    monkeypatch.setattr(Client, "request", request)
    waiting.clear()  # what the tests before asked for
    mark = transaction.savepoint()
    response = call(world, found[1], method, route, found[0].of)
    told = answers.operation_of(method, seen["PATH_INFO"])
    assert told and response.status_code < 300, response
    example: dict[str, Any] = {"status": response.status_code}
    if seen.get("QUERY_STRING"):
        example["query"] = dict(parse_qsl(urlsplit(f"?{seen['QUERY_STRING']}").query))
    if (method, route) in BODIES:
        example["body"] = BODIES[method, route]()
    if not response.streaming and response.get("Content-Type", "").startswith("application/json"):
        shown = _SECRET.sub(lambda found: f'"{found[1]}EXAMPLE', response.content.decode())
        example["answer"] = _short(json.loads(shown))
    elif response.streaming:
        list(response.streaming_content)
    transaction.savepoint_rollback(mark)
    return told[1]["operationId"], example


@pytest.mark.skipif(not WRITE, reason="writes the examples")
def test_write_the_examples(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dict(_asked(world, monkeypatch, method, route) for method, route in PAIRS)

    lines = [f"{json.dumps(name)}: {json.dumps(made[name], ensure_ascii=False)}" for name in sorted(made)]
    Path(EXAMPLES).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


@pytest.mark.parametrize(("method", "route"), PAIRS)
def test_an_example_is_what_is_answered(world: World, monkeypatch: pytest.MonkeyPatch, method: str, route: str) -> None:
    name, example = _asked(world, monkeypatch, method, route)
    kept = json.loads(Path(EXAMPLES).read_text(encoding="utf-8"))

    assert name in kept, "run EXAMPLES=write script/test tests/api/test_examples.py, and look at what was written"
    assert _masked(kept[name]) == _masked(example)


def test_every_example_keeps_to_its_shape() -> None:
    document = openapi_document()[0]
    there = {
        operation["operationId"]: operation
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    kept = json.loads(Path(EXAMPLES).read_text(encoding="utf-8"))

    assert set(kept) <= set(there), "an example of an operation that is gone: write them again"
    for name, example in kept.items():
        if "body" in example:
            body = there[name]["requestBody"]["content"]["application/json"]
            assert answers.faults_of(body["schema"], example["body"]) == [], name
        if "answer" in example:
            told = there[name]["responses"][str(example["status"])]["content"]["application/json"]
            assert answers.faults_of(told["schema"], example["answer"]) == [], name
            assert told["examples"], name
