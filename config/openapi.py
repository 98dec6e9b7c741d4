"""The OpenAPI document as it is served: made once, its choices named, without what is accepted besides."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from common.api import shapes
from config.openapi_choices import named_choices
from config.surface import surface_of

EXAMPLES = Path(__file__).parent / "examples.json"


@cache
def whole_document() -> dict[str, Any]:
    """Return the document with all that is accepted besides (`x-accepts`)."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


@cache
def openapi_document() -> tuple[dict[str, Any], str]:
    """Return the document for the public and what changes whenever it does."""
    document = shapes.plain(whole_document())
    return document, hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()[:32]


class KeptDocument(OpenApiJsonRenderer):
    """Writes the document once for every media type: anybody may ask for it, and writing it anew takes a tenth of a second."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        as_ever = accepted_media_type in (None, self.media_type)  # a parameter may ask for another indentation
        if as_ever and data is openapi_document()[0]:
            return _document_written()
        written: bytes = super().render(data, accepted_media_type, renderer_context)
        return written


class KeptDocumentAsJson(KeptDocument):
    media_type = "application/json"


@cache
def _document_written() -> bytes:
    written: bytes = OpenApiJsonRenderer().render(openapi_document()[0])
    return written


def add_examples(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Show with each operation what it is asked and answers (a postprocessing hook): tests/api/test_examples.py writes and asks them.

    An operation with two answers that succeed has its second under its name and that status.
    """
    kept = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for operations in result["paths"].values():
        for operation in operations.values():
            name = operation["operationId"]
            for called in (*(f"{name} {status}" for status in operation["responses"]), name):
                if called in kept:
                    _show(operation, kept[called])
    return result


def _show(operation: dict[str, Any], example: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and parameter["name"] in example.get("query", {}):
            parameter["example"] = example["query"][parameter["name"]]
    asked = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if asked and "body" in example:
        asked["examples"] = {"example": {"value": example["body"]}}
    form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
    if form and "form" in example:
        form["examples"] = {"example": {"summary": "`file` stands for what is in the file", "value": example["form"]}}
    answered = operation["responses"].get(str(example["status"]), {}).get("content", {}).get("application/json")
    if answered and "answer" in example:
        answered["examples"] = {"example": {"value": example["answer"]}}


def name_choices(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Put each choice under its name (a postprocessing hook): one component for one set of values, wherever it is given or asked."""
    named = named_choices(result)
    used: dict[str, list[Any]] = {}
    for part in ("paths", "components", "webhooks"):
        if part in result:
            result[part] = _named(result[part], named, used)
    result["components"]["schemas"] |= {name: {"type": "string", "enum": values} for name, values in used.items()}
    result["components"]["schemas"] = dict(sorted(result["components"]["schemas"].items()))
    return result


def _named(node: Any, named: dict[frozenset[Any], str], used: dict[str, list[Any]]) -> Any:
    if isinstance(node, list):
        return [_named(one, named, used) for one in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("enum"), list):
        return _reference(node, named, used)
    return {name: _named(value, named, used) for name, value in node.items()}


def _reference(node: dict[str, Any], named: dict[frozenset[Any], str], used: dict[str, list[Any]]) -> dict[str, Any]:
    """Return a choice as a reference to its name; beside it that it may be null or empty."""
    values = [value for value in node["enum"] if value not in ("", None)]
    name = named.get(frozenset(values))
    if len(values) == 1 and name is None:
        return {key: value for key, value in node.items() if key != "enum"} | {"const": values[0]}
    if name is None:
        return node
    used.setdefault(name, values)
    kinds: Iterable[str] = node.get("type", ())
    reference: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
    others: list[dict[str, Any]] = [{"type": "string", "const": ""}] if "" in node["enum"] else []
    others += [{"type": "null"}] if None in node["enum"] or (not isinstance(kinds, str) and "null" in kinds) else []
    made = {"anyOf": [reference, *others]} if others else reference
    told = node.get("description", "")
    about = {} if told.startswith("* `") else {"description": told} if told else {}
    kept = {key: node[key] for key in ("default", "x-accepts") if key in node}
    return {**made, **about, **kept}


def write_surface(version: str) -> None:
    """Keep what a client can hold on to of a release: docs/api-changes.md is held against the newest."""
    kept = surface_of(openapi_document()[0])
    lines = [f"{json.dumps(name)}: {json.dumps(fields)}" for name, fields in kept.items()]
    path = Path(__file__).parent.parent / "docs" / "openapi" / f"{version}.json"
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
