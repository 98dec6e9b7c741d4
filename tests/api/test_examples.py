"""The examples of the OpenAPI document: each is what a request in the small world is answered, asked again here.

A new operation has none until somebody runs `EXAMPLES=write script/test tests/api/test_examples.py`, and looks at what was written.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from config.openapi import EXAMPLES, openapi_document
from insurers.request_log import waiting
from tests.api import answers
from tests.api.calls import BODIES, FORMS, call
from tests.api.conftest import World
from tests.api.states import STATES
from tests.api.test_matrix import ROWS

WRITE = os.environ.get("EXAMPLES") == "write"
MOST_ROWS = 2
# What differs from one world to the next.
_CHANGING = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32,64}\b|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+\d\d:\d\d)"
    r"|key:\w+|whsec_[\w+/=-]+|sbm_\w+|msg_\w+|PA-?[\w-]+|ey[\w-]+\.[\w-]+\.[\w-]+|[\w+/]{43}=|\d{4}-\d\d-\d\d"
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


# Answered by nothing but a page, or by the document itself.
_PAGES = {("GET", "schema"), ("GET", "docs")}


@dataclass(frozen=True)
class Asked:
    """One thing that is asked: by whom, on what, and what must have happened before (an empty `of`: that says it)."""

    method: str
    route: str
    status: int
    who: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"

    def prepared(self, world: World) -> str:
        """Let happen what must have happened before, and return the route's arguments."""
        return self.of or STATES[self.method, self.route, self.status].make(world)


def _all_asked() -> list[Asked]:
    """Return what the matrix lets succeed, the first of each operation and status, with what needs a state of its own instead or besides."""
    found = {key: Asked(*key, who=state.who) for key, state in STATES.items()}
    with_first = set()
    for row in ROWS:
        of = row.method, row.route
        for who in ("A-write", "checker", "maker", "auditor", "none"):
            status = row.expected[who]
            if status < 300 and of not in with_first | _PAGES:
                with_first.add(of)
                found.setdefault((*of, status), Asked(*of, status, who, row.of))
    return sorted(found.values(), key=lambda one: (one.method, one.route, -one.status))


ALL_ASKED = _all_asked()
# Of two that succeed, the higher status is what is new: it is shown under the operation's name, the other with its status behind.
_FIRST = {(one.method, one.route): one.status for one in reversed(ALL_ASKED)}


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


def _in_text(part: Any) -> str:
    """Return a part of a form as an example shows it: a file's text, or what it is where it has none."""
    content = part if isinstance(part, str) else part.read()
    if isinstance(content, str):
        return content
    return "(a ZIP of CSV and XLSX files)" if content.startswith(b"PK") else content.decode()


def _asked(world: World, monkeypatch: pytest.MonkeyPatch, one: Asked) -> tuple[str, dict[str, Any]]:
    """Return an example's name with the example: its query, body and answer."""
    seen: dict[str, Any] = {}
    ask = Client.request

    def request(self: Client, **environ: Any) -> Any:
        seen.clear()
        seen.update(environ)
        return ask(self, **environ)

    monkeypatch.setattr(Client, "request", request)
    waiting.clear()  # what the tests before asked for
    mark = transaction.savepoint()
    of = one.prepared(world)
    response = call(world, one.who, one.method, one.route, of)
    told = answers.operation_of(one.method, seen["PATH_INFO"])
    assert told and response.status_code == one.status, response.content
    example: dict[str, Any] = {"status": response.status_code}
    if seen.get("QUERY_STRING"):
        example["query"] = dict(parse_qsl(urlsplit(f"?{seen['QUERY_STRING']}").query))
    if (one.method, one.route) in BODIES:
        example["body"] = BODIES[one.method, one.route]()
    if (one.method, one.route) in FORMS:
        example["form"] = {name: _in_text(part) for name, part in FORMS[one.method, one.route]().items()}
    if not response.streaming and response.get("Content-Type", "").startswith("application/json"):
        shown = _SECRET.sub(lambda found: f'"{found[1]}EXAMPLE', response.content.decode())
        example["answer"] = _short(json.loads(shown))
    elif response.streaming:
        list(response.streaming_content)
    transaction.savepoint_rollback(mark)
    monkeypatch.setattr(Client, "request", ask)
    name = told[1]["operationId"]
    return name if _FIRST[one.method, one.route] == one.status else f"{name} {one.status}", example


@pytest.mark.skipif(not WRITE, reason="writes the examples")
def test_write_the_examples(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dict(_asked(world, monkeypatch, one) for one in ALL_ASKED)

    lines = [f"{json.dumps(name)}: {json.dumps(made[name], ensure_ascii=False)}" for name in sorted(made)]
    Path(EXAMPLES).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


@pytest.mark.parametrize("one", ALL_ASKED, ids=str)
def test_an_example_is_what_is_answered(world: World, monkeypatch: pytest.MonkeyPatch, one: Asked) -> None:
    name, example = _asked(world, monkeypatch, one)
    kept = json.loads(Path(EXAMPLES).read_text(encoding="utf-8"))

    assert name in kept, "run EXAMPLES=write script/test tests/api/test_examples.py, and look at what was written"
    assert _masked(kept[name]) == _masked(example)


def test_every_operation_has_an_example_of_its_body_and_of_each_answer_that_succeeds() -> None:
    missing = []
    for path, operations in openapi_document()[0]["paths"].items():
        for method, operation in operations.items():
            for asked in operation.get("requestBody", {}).get("content", {}).values():
                if "examples" not in asked:
                    missing.append(f"{method} {path}: its body")
            for status, answered in operation["responses"].items():
                content = answered.get("content", {}).get("application/json")
                if status.startswith("2") and content is not None and "examples" not in content:
                    missing.append(f"{method} {path}: {status}")

    assert missing == []


def test_every_example_keeps_to_its_shape() -> None:
    document = openapi_document()[0]
    there = {
        operation["operationId"]: operation
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    kept = json.loads(Path(EXAMPLES).read_text(encoding="utf-8"))

    assert {name.partition(" ")[0] for name in kept} <= set(there), (
        "an example of an operation that is gone: write them again"
    )
    for name, example in kept.items():
        operation = there[name.partition(" ")[0]]
        if "body" in example:
            body = operation["requestBody"]["content"]["application/json"]
            assert answers.faults_of(body["schema"], example["body"]) == [], name
        if "form" in example:
            form = operation["requestBody"]["content"]["multipart/form-data"]
            assert answers.faults_of(form["schema"], example["form"]) == [], name
        if "answer" in example:
            told = operation["responses"][str(example["status"])]["content"]["application/json"]
            assert answers.faults_of(told["schema"], example["answer"]) == [], name
            assert told["examples"], name
