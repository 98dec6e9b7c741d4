"""Every limit holds at every door of the API: each field of each body and each parameter, at its bound, beyond it and far beyond it, with what no
database keeps and with days at the ends of the calendar, is taken or refused by name, and never a fault of ours (5xx).

The fields and their bounds are the OpenAPI document's: what it says and what the service does are one. Each field is tried at its bound and
beyond it, and with a share of the rest (tests/sharing.py).
"""

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from django.db import transaction

from common.errors import MAX_ERRORS
from config.openapi import openapi_document
from tests.api import calls
from tests.api.answers import operation_of
from tests.api.conftest import AUTHORISATION, TERMS, World, claim
from tests.sharing import share

pytestmark = pytest.mark.slow

TABLE = Path(__file__).parent.parent / "cases" / "api_matrix.txt"

# --- Lists of errors end

_WORST: dict[str, Callable[[], Any]] = {
    "/claims/checks/": lambda: claim(
        lines=[{"generic_name": "甲", "quantity": "x", "amount": "x", "diagnoses": ["?"] * 500} for _ in range(500)]
    ),
    "/products/HMB/coverage/": lambda: [{"generic_name": "甲", "icd10": ["?"] * 500} for _ in range(1000)],
    "/products/HMB/validate/": lambda: {
        **TERMS,
        "benefits": [{"code": "?", "ratio": "x", "settings": ["?"] * 200} for _ in range(200)],
    },
    "/prior-authorisations/": lambda: {
        **AUTHORISATION,
        "diagnoses": ["?"] * 500,
        **{f"field{n}": 1 for n in range(100_000)},
    },
    "/drugs/resolve/": lambda: [{"generic_name": "x" * 600, "unknown": 1} for _ in range(500)],
}


@pytest.mark.parametrize("path", _WORST)
def test_a_list_of_errors_ends_after_a_hundred_and_says_how_many_there_are(world: World, path: str) -> None:
    api = world.apis["A-write"]
    body = _WORST[path]()
    begun = time.process_time()

    response = api.post(path, body)

    told = response.json()
    assert response.status_code == 400
    assert len(told["errors"]) == MAX_ERRORS
    assert told["error_count"] == told["errors_left_out"] + MAX_ERRORS
    assert len(response.content) < 200_000
    assert time.process_time() - begun < 3


def test_unknown_fields_without_end_are_one_error(world: World) -> None:
    begun = time.process_time()

    response = world.apis["checker"].post("/catalogs/", {f"field{n}": 1 for n in range(100_000)})

    (told,) = response.json()["errors"]
    assert (told["pointer"], told["code"]) == ("", "unknown_field") and "100000" in told["detail"]
    assert time.process_time() - begun < 3


# --- Every field and parameter of the document

DOCUMENT = openapi_document()[0]
UNBOUNDED = 3_000  # what a text without a bound in the document is tried with
NUL, LONE, HIDDEN = "\x00甲", "\ud800", "甲\u200b乙"


class Field(NamedTuple):
    """A field of a body: the steps to it, and its schema without references."""

    steps: tuple[str | int, ...]
    schema: dict[str, Any]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference stands for; of several, the one that says most."""
    while "$ref" in schema or "allOf" in schema:
        if "$ref" in schema:
            part: Any = DOCUMENT
            for step in schema["$ref"].removeprefix("#/").split("/"):
                part = part[step]
            schema = part
        else:
            schema = {**schema["allOf"][0], **{key: value for key, value in schema.items() if key != "allOf"}}
    several = schema.get("oneOf") or schema.get("anyOf")
    if several:
        found = [resolved(one) for one in several]
        return max(found, key=lambda one: ("properties" in one, "maxLength" in one, one.get("type") == "string"))
    return schema


def fields_of(schema: dict[str, Any], steps: tuple[str | int, ...] = ()) -> Iterator[Field]:
    """Every field below a schema, one place of each list."""
    schema = resolved(schema)
    if "properties" in schema:
        for name, one in schema["properties"].items():
            yield from fields_of(one, (*steps, name))
    elif "items" in schema:
        yield from fields_of(schema["items"], (*steps, 0))
        yield Field(steps, schema)
    else:
        yield Field(steps, schema)


def values_for(schema: dict[str, Any], place: str) -> list[Any]:
    """What a field is tried with."""
    kinds = schema.get("type", "string")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "array" in kinds:
        return share([["9" * 70] * 30, [NUL], [[]], {}], of=place, each=2)
    if "integer" in kinds or "number" in kinds:
        return share([-1, 2**31, 2**63, 10**39, 1.5, "9" * 50, "1e400"], of=place, each=2)
    if "boolean" in kinds:
        return share([2, "x" * 300, NUL], of=place, each=1)
    bound = schema.get("maxLength", UNBOUNDED)
    others = [
        *["a" * bound, "甲" * (bound * 10), NUL, LONE, HIDDEN, "%", "9999-12-31", "0001-01-01"],
        *["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9" * 400, 10**39, []],
    ]
    return ["a" * (bound + 1), *share(others, of=place, each=1)]


def placed(body: Any, steps: tuple[str | int, ...], value: Any) -> Any:
    """The body with a value at a place, whatever stood there or on the way to it."""
    body = copy.deepcopy(body)
    holder = body
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        inside: Any = value if after is None else ([] if isinstance(after, int) else {})
        if isinstance(step, int):
            if not holder:
                holder.append(inside)
        elif not isinstance(holder.get(step), list if isinstance(after, int) else dict):
            holder[step] = inside
        if after is None:
            holder[step] = value
        holder = holder[step]
    return body


def doors() -> list[tuple[str, str, str, str]]:
    """Every method and route with whom and what it is called on where it succeeds (tests/cases/api_matrix.txt)."""
    found: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    who = lines[0].split()[3:]
    for line in lines[1:]:
        words = line.split()
        method, route, *of = words[: -len(who)]
        for caller, status in zip(who[4:], words[-len(who) + 4 :], strict=True):
            if status < "300" and route not in {"schema", "docs"}:
                found.setdefault((method, route), (method, route, " ".join(of), caller))
    return list(found.values())


DOORS = doors()
WRITES = [door for door in DOORS if door[0] in {"POST", "PUT", "PATCH"} and door[:2] not in calls.FORMS]
UPLOADS = [door for door in DOORS if door[:2] in calls.FORMS]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# A field that is refused by the name of another: the two are one column, or say together what is wrong.
TOGETHER = {
    "payment_standard_text": "payment_standard",
    "effective_from": "effective_to",
    "from": "to",
    "label": "catalog",
}


def refused_by_name(response: Any, name: str, top: str) -> bool:
    """Whether a refusal says which field it is about: the field, or what it stands in, where something else is missing there."""
    told = response.json()
    pointers = [one["pointer"] for one in told.get("errors", [])]
    return (
        any(name in one or TOGETHER.get(name, name) in one or one.startswith(f"/{top}") for one in pointers)
        or name in told["detail"]
    )


def faults(
    send: Callable[[Any], Any], name: str, schema: dict[str, Any], where: str, top: str | int = ""
) -> Iterator[str]:
    """What is wrong with the answers to each value that a field is tried with."""
    for value in values_for(schema, f"{where} {name}"):
        said = f"{where} {name} = {str(value)[:30]!r} ({len(str(value))})"
        begun = time.process_time()
        with undone():
            response = send(value)
        if response.status_code >= 500:
            yield f"{said}: {response.status_code}"
        elif response.status_code in {400, 422} and not refused_by_name(response, name, str(top or name)):
            yield f"{said}: {response.status_code} without the name: {response.content.decode()[:300]}"
        elif response.status_code < 400 and isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
            yield f"{said}: {response.status_code} beyond the document's {schema['maxLength']}"
        if time.process_time() - begun > 2:
            yield f"{said}: {time.process_time() - begun:.1f} s"


@pytest.mark.parametrize(("method", "route", "of", "who"), WRITES)
def test_each_field_of_a_body_is_taken_or_refused_by_name(
    world: World, method: str, route: str, of: str, who: str
) -> None:
    path = calls.address(world, route, of)
    operation = operation_of(method, path)
    assert operation
    content = operation[1].get("requestBody", {}).get("content", {})
    if not content:
        return
    body = calls.BODIES[method, route]() if (method, route) in calls.BODIES else {}
    api, found = world.apis[who], list[str]()
    for field in fields_of(content["application/json"]["schema"]):
        # A claim beside a receipt is held against it as it was sent, and not read by its fields.
        if not field.steps or (route == "receipt-verify" and len(field.steps) > 1):
            continue

        def send(value: Any, steps: tuple[str | int, ...] = field.steps) -> Any:
            data = json.dumps(placed(body, steps, value))
            return api.client.generic(method, path, data, headers=api.headers, content_type="application/json")

        name = next(step for step in reversed(field.steps) if isinstance(step, str))
        found += faults(send, name, field.schema, f"{method} {route}", field.steps[0])

    assert not found, "\n".join(found)


@pytest.mark.parametrize(("method", "route", "of", "who"), WRITES)
def test_no_list_of_errors_is_without_end(world: World, method: str, route: str, of: str, who: str) -> None:
    path, api = calls.address(world, route, of), world.apis[who]
    good = calls.BODIES[method, route]() if (method, route) in calls.BODIES else {}
    within = good[0] if isinstance(good, list) else good
    many = {f"field{n}": 1 for n in range(20_000)}
    for body in (
        {**within, **many},
        [{**within, "field": 1}] * 2_000,
        [1] * 20_000,
        {**within, **dict.fromkeys(within, [{"x": [1] * 9}] * 2_000)},
    ):
        if not body:  # nothing to send: as it should be
            continue
        begun = time.process_time()
        with undone():
            answer = api.client.generic(
                method, path, json.dumps(body), headers=api.headers, content_type="application/json"
            )
        assert 400 <= answer.status_code < 500, (str(body)[:80], answer.status_code)
        assert len(answer.json().get("errors", ())) <= MAX_ERRORS and len(answer.content) < 200_000, str(body)[:80]
        assert time.process_time() - begun < 3, str(body)[:80]


def test_no_outcome_of_fhir_is_without_end(world: World) -> None:
    api = world.apis["A-write"]
    item = {
        "productOrService": {"coding": [{"system": "x" * 200, "code": 1}]},
        "quantity": {"value": "x"},
        "nothing": 1,
    }
    for body in (
        {"resourceType": "CoverageEligibilityRequest", "item": [item] * 5_000},
        {f"field{n}": 1 for n in range(20_000)},
    ):
        begun = time.process_time()
        answer = api.client.post(
            "/fhir/R4/CoverageEligibilityRequest/$submit",
            json.dumps(body),
            headers=api.headers,
            content_type="application/fhir+json",
        )
        assert 400 <= answer.status_code < 500
        assert len(answer.json()["issue"]) <= MAX_ERRORS + 1 and len(answer.content) < 200_000
        assert time.process_time() - begun < 3


@pytest.mark.parametrize(("method", "route", "of", "who"), UPLOADS)
def test_each_field_of_a_form_is_taken_or_refused_by_name(
    world: World, method: str, route: str, of: str, who: str, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR, settings.UPLOAD_DIR = tmp_path, tmp_path / "uploads"
    path = calls.address(world, route, of)
    operation = operation_of(method, path)
    assert operation
    schema = resolved(operation[1]["requestBody"]["content"]["multipart/form-data"]["schema"])
    api, found = world.apis[who], list[str]()
    for name, one in schema["properties"].items():
        if name == "file":
            continue

        def send(value: Any, name: str = name) -> Any:
            form = {**calls.FORMS[method, route](), name: str(value).replace(LONE, "\ufffe")}
            return api.client.post(path, form, headers=api.headers)

        found += faults(send, name, resolved(one), f"{method} {route}")

    assert not found, "\n".join(found)


@pytest.mark.parametrize(("method", "route", "of", "who"), [door for door in DOORS if door[0] == "GET"])
def test_each_parameter_is_taken_or_refused_by_name(world: World, method: str, route: str, of: str, who: str) -> None:
    path = calls.address(world, route, of)
    operation = operation_of(method, path)
    assert operation
    fixed = calls.QUERIES.get((route, of), calls.QUERIES.get((route, ""), "")).lstrip("?")
    api, found = world.apis[who], list[str]()
    for one in operation[1].get("parameters", []):
        if one["in"] != "query":
            continue

        def send(value: Any, name: str = one["name"]) -> Any:
            kept = "&".join(pair for pair in fixed.split("&") if pair and not pair.startswith(f"{name}="))
            text = quote(str(value).encode("utf-8", "surrogatepass"))
            return api.client.get(f"{path}?{kept}{'&' if kept else ''}{name}={text}", headers=api.headers)

        found += faults(send, one["name"], resolved(one["schema"]), f"{method} {route}")

    assert not found, "\n".join(found)
