"""The OpenAPI document as a whole (spec api.md, "For typed clients"): each test ends a kind of fault, and says what a new operation needs."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from common.api import deprecation
from common.api.error_codes import CODES
from config.openapi import openapi_document
from config.openapi_choices import PLACES
from insurers.api.messages import EVENTS
from insurers.models import WEBHOOK_TEST, WebhookEvent

DOCUMENT: dict[str, Any] = openapi_document()[0]
SHAPES: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
# Objects that may hold anything: what was sent, and the log of deeds.
OPEN = {"AsSent", "AnyJson"}
SAYING = {"type", "$ref", "anyOf", "oneOf", "allOf", "const", "enum"}


def _schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema of the document with where it stands."""

    def inside(place: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        yield place, schema
        for name, one in schema.get("properties", {}).items():
            yield from inside(f"{place}.{name}", one)
        for word in ("items", "additionalProperties"):
            if isinstance(schema.get(word), dict):
                yield from inside(f"{place}.{word}", schema[word])
        for word in ("anyOf", "oneOf", "allOf"):
            for number, one in enumerate(schema.get(word, ())):
                yield from inside(f"{place}.{word}{number}", one)

    for name, schema in SHAPES.items():
        yield from inside(name, schema)
    for name, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            yield from inside(f"{name} ?{parameter['name']}", parameter["schema"])
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for body in [*bodies, *operation["responses"].values()]:
            for kind, told in body.get("content", {}).items():
                yield from inside(f"{name} {kind}", told["schema"])


def test_every_operation_is_called_as_a_method_and_summed_up() -> None:
    names = [operation["operationId"] for _name, operation in OPERATIONS]

    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name)] == []
    assert [name for name, count in Counter(names).items() if count > 1] == []
    for name, operation in OPERATIONS:
        assert re.fullmatch(r"[A-Z][^.\n]{2,79}", operation["summary"]), name


def test_every_description_is_in_english_and_about_the_outside() -> None:
    inside = re.compile(
        r"\b(spec|serializer|field reads|subclass|eligibility \d|curation\.md|proof\.md|csv\.md|api\.md|common\.|claims\.|catalog\.(?!published|withdrawn))"
    )
    for name, operation in OPERATIONS:
        told = operation["description"]
        assert re.match(r"[A-Z`]", told), (
            name,
            told[:80],
            "begin the view's docstring with a word a caller understands",
        )
        assert not inside.search(told), (name, inside.search(told), "this is of the inside")
    for place, schema in _schemas():
        assert not inside.search(schema.get("description", "")), (place, schema["description"])


def test_every_choice_has_one_name_and_every_name_one_choice() -> None:
    inline = [place for place, schema in _schemas() if "enum" in schema and place not in SHAPES]
    named = {name: schema["enum"] for name, schema in SHAPES.items() if "enum" in schema}

    assert inline == [], "name it in config/openapi_choices.py"
    assert set(named) == set(PLACES)
    assert len({frozenset(values) for values in named.values()}) == len(named)


def test_no_shape_is_free_form() -> None:
    for place, schema in _schemas():
        if place in OPEN:
            continue
        assert SAYING & set(schema), (place, "say what it is: a serializer, or extend_schema_field")
        kinds = schema.get("type", [])
        if "object" in ([kinds] if isinstance(kinds, str) else kinds):
            typed = schema.get("properties") or isinstance(schema.get("additionalProperties"), dict)
            assert typed, (place, "say its fields, or of what kind its values are")


def test_only_what_may_be_anything_is_anything() -> None:
    users = {place.split(".")[0] for place, schema in _schemas() if str(schema.get("$ref", "")).endswith("/AnyJson")}

    assert users == {"DeedOutput", "HappeningOutput", "EntryInputRequest", "PatchedEntryInputRequest"}


def test_null_is_said_as_the_standard_has_it() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    for place, schema in _schemas():
        assert "nullable" not in schema, place
        assert "x-accepts" not in schema, place
        kinds = schema.get("type")
        assert not isinstance(kinds, list) or len(set(kinds)) == len(kinds) == 2, place


def test_a_choice_or_a_number_of_a_request_is_not_lost_to_what_is_accepted_besides() -> None:
    line, member = SHAPES["LineInput"]["properties"], SHAPES["MemberInput"]["properties"]

    assert {"$ref": "#/components/schemas/Setting"} in line["setting"]["anyOf"]
    assert {"$ref": "#/components/schemas/Sex"} in member["sex"]["anyOf"]
    assert line["institution_level"] == {"type": ["integer", "null"], "minimum": 1, "maximum": 3}
    assert line["service_date"]["type"] == ["string", "null"] and line["service_date"]["format"] == "date"
    assert member["renewal"]["type"] == ["boolean", "null"]
    for place, schema in _schemas():
        branches = [one.get("pattern") for one in schema.get("anyOf", ())]
        assert r"^\s*$" not in branches, (place, "or blank is accepted, not modelled: common.api.shapes.optional")


def test_no_generator_has_to_make_up_a_name() -> None:
    """An object without a name inside a choice or a list becomes `…Type1` or `…Item`: name it."""
    for place, schema in _schemas():
        of_its_own = place in SHAPES or re.fullmatch(r"\w+\.\w+", place)
        kinds = schema.get("type", [])
        is_object = "object" in ([kinds] if isinstance(kinds, str) else kinds)
        assert of_its_own or not is_object, (place, "use a serializer, or shapes.component or shapes.named")


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _operation in OPERATIONS])
def test_an_operation_tells_its_headers_and_its_errors(name: str, operation: dict[str, Any]) -> None:
    answers, method = operation["responses"], name.split()[0]
    parameters = {(one["in"], one["name"]) for one in operation.get("parameters", ())}
    public = not operation.get("security")
    done = [answers[status] for status in answers if status < "300"]

    assert done and {"400", "406", "429", "503"} <= set(answers)
    assert all("X-Request-ID" in answer["headers"] for answer in answers.values())
    assert all("Retry-After" in answers[status]["headers"] for status in ("429", "503"))
    assert ("401" in answers) is not public
    assert ("403" not in answers) or not public
    # A status tells of a way to come by it.
    assert ("304" in answers) == (("header", "If-None-Match") in parameters)
    assert ("412" in answers) == (("header", "If-Match") in parameters)
    assert "304" not in answers or all("ETag" in answer["headers"] for answer in done)
    has_key = ("header", "Idempotency-Key") in parameters
    assert not has_key or (method == "POST" and "409" in answers)
    assert all(("Idempotency-Replayed" in answer["headers"]) == has_key for answer in done)
    assert bool({"411", "413", "415"} & set(answers)) == (
        method in {"POST", "PUT", "PATCH"} or "delete_entry" in str(operation)
    )


def test_files_have_their_real_media_types_and_text_is_text() -> None:
    for name, operation in OPERATIONS:
        content = next(iter(operation["responses"].items()))[1].get("content", {})
        for kind, told in content.items():
            if kind.startswith("text/") or kind in {"application/x-ndjson", "application/jose"}:
                assert told["schema"] == {"type": "string"}, name
        for ending, kind in (
            (".csv", "text/csv"),
            (".ndjson", "application/x-ndjson"),
            (".xlsx", "spreadsheetml.sheet"),
        ):
            if name.endswith(ending):
                assert any(one.endswith(kind) for one in content), name


def test_lists_say_the_same_of_their_pages() -> None:
    for place, schema in SHAPES.items():
        if "results" not in schema.get("properties", {}):
            continue
        links = {name: schema.get("properties", {}).get(name) for name in ("next", "previous")}
        for link in filter(None, links.values()):
            assert link["type"] == ["string", "null"], place


def test_the_messages_of_webhooks_are_described() -> None:
    assert set(DOCUMENT["webhooks"]) == set(EVENTS) == {*WebhookEvent.values, WEBHOOK_TEST}
    for event, operations in DOCUMENT["webhooks"].items():
        schema = operations["post"]["requestBody"]["content"]["application/json"]["schema"]
        message = SHAPES[schema["$ref"].rsplit("/", 1)[1]]
        assert message["properties"]["type"]["const"] == event


def test_every_error_code_is_spelled_one_way() -> None:
    assert set(SHAPES["ErrorCode"]["enum"]) == set(CODES)
    assert [code for code in CODES if not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)] == []


def test_what_goes_away_says_so() -> None:
    for name, operation in OPERATIONS:
        if operation.get("deprecated"):
            assert "Deprecation" in operation["responses"]["200"]["headers"], (name, deprecation.__doc__)


@pytest.mark.parametrize(
    "accept", ["application/json", "application/vnd.oai.openapi+json", "application/json; indent=1"]
)
def test_the_document_is_served_as_it_is_asked_for(client: Client, accept: str) -> None:
    first, again = (client.get("/api/v1/schema/", headers={"accept": accept}) for _ in range(2))

    assert first.json() == json.loads(json.dumps(openapi_document()[0], default=str))
    assert first.content == again.content
    assert first["Content-Type"].partition(";")[0] == accept.partition(";")[0]
    assert first.content.startswith(b'{\n "' if "indent" in accept else b'{\n    "')
