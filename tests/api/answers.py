"""Every answer that a test of the API is given, held against the OpenAPI document: status, headers, media type, and each field of the body."""

import gzip
import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from config.openapi import openapi_document

# Said by every answer alike, or by the framework: no operation tells them.
COMMON = {
    "Allow",
    "Cache-Control",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Security-Policy",
    "Content-Type",
} | {
    "Cross-Origin-Opener-Policy",
    # Where something goes away: tests/api/test_document.py.
    "Deprecation",
    "Link",
    "Sunset",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Server-Timing",
    "Vary",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
# What a caller is answered whatever it asks: nothing there (wrong method), and a bug of ours.
EVERYWHERE = {405, 500}
_METHODS = {"get", "post", "put", "patch", "delete"}


@cache
def _operations(method: str) -> list[tuple[re.Pattern[str], str, dict[str, Any]]]:
    """Return a pattern for each path that has the method, those with the fewest arguments first, the path and the operation."""
    paths = openapi_document()[0]["paths"]
    return [
        (re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path)) + r"\Z"), path, paths[path][method])
        for path in sorted(paths, key=lambda path: (path.count("{"), -len(path)))
        if method in paths[path]
    ]


def operation_of(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """Return the path as the document writes it, with the operation; None where there is none."""
    told = (
        (template, operation) for pattern, template, operation in _operations(method.lower()) if pattern.match(path)
    )
    return next(told, None)


@cache
def _strict() -> dict[str, Any]:
    """Return the components, in which a shape of ours has no other fields than it says."""
    made = {}
    for name, schema in openapi_document()[0]["components"]["schemas"].items():
        closed = "properties" in schema and "additionalProperties" not in schema
        made[name] = {**schema, "additionalProperties": False} if closed else schema
    return made


@cache
def _validator(schema: str) -> Any:
    document = {**json.loads(schema), "components": {"schemas": _strict()}}
    return jsonschema_rs.validator_for(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}, validate_formats=True
    )


def faults_of(schema: dict[str, Any], body: Any) -> list[str]:
    """Return what is wrong with a body by a schema of the document."""
    found = _validator(json.dumps(schema)).iter_errors(body)
    return [f"/{'/'.join(map(str, one.instance_path))}: {one.message[:300]}" for one in found]


def check(method: str, path: str, response: Any) -> None:
    """Raise AssertionError for an answer that the document does not tell of."""
    found = operation_of(method, path) if method.lower() in _METHODS else None
    if found is None or response.status_code in EVERYWHERE:
        return
    name = f"{method} {found[0]}: {response.status_code}"
    told = found[1]["responses"].get(str(response.status_code))
    assert told is not None, f"{name} is not in the document; name it in the view's `refusals` or responses"
    undocumented = set(dict(response.items())) - set(told.get("headers", {})) - COMMON
    assert not undocumented, f"{name}: headers {undocumented} are not in the document; see common.api.views"
    content = told.get("content", {})
    kind = response.get("Content-Type", "").split(";")[0]
    if response.streaming or not response.content:
        assert response.streaming or response.status_code in {204, 304} or not content, name
        return
    assert kind in content, f"{name}: {kind} is not in the document"
    if kind.endswith("json"):
        sent = response.content
        body = gzip.decompress(sent) if response.get("Content-Encoding") == "gzip" else sent
        faults = faults_of(content[kind]["schema"], json.loads(body))
        assert not faults, f"{name}: {faults[:3]}"
