"""What of the API a client can hold on to: operations, parameters, fields of bodies and answers. For comparing one release with the next. Pure."""

from collections.abc import Iterator
from typing import Any

DEPTH = 6
_CHOOSING = {"anyOf", "oneOf", "allOf", "enum", "const", "items"}


def surface_of(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return, by `GET /path/`, what the operation takes and gives: `?parameter`, `request.field`, `answer.field`; `.*` for any name or value."""
    return {
        f"{method.upper()} {path}": sorted(set(_of_operation(document, operation)))
        for path, operations in sorted(document["paths"].items())
        for method, operation in sorted(operations.items())
    }


def _of_operation(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield f"?{parameter['name']}"
    for told in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(document, told.get("schema", {}), "request", DEPTH)
    for status, answer in operation["responses"].items():
        if status < "300":
            for told in answer.get("content", {}).values():
                yield from _fields(document, told.get("schema", {}), "answer", DEPTH)


def _fields(document: dict[str, Any], schema: dict[str, Any], place: str, depth: int) -> Iterator[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if depth == 0:
        return
    for word in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(word, ()):
            yield from _fields(document, one, place, depth)
    if "items" in schema:
        yield from _fields(document, schema["items"], place, depth)
    for name, one in schema.get("properties", {}).items():
        yield f"{place}.{name}"
        yield from _fields(document, one, f"{place}.{name}", depth - 1)
    others = schema.get("additionalProperties")
    is_free = "properties" not in schema and schema.get("type", "object") == "object" and not _CHOOSING & set(schema)
    if isinstance(others, dict) or is_free:
        yield f"{place}.*"
        if isinstance(others, dict) and others:
            yield from _fields(document, others, f"{place}.*", depth - 1)


def compare(old: dict[str, list[str]], new: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    """Return what the newer surface has more, and what it lacks; a field inside what was free-form before is no addition.

    Of an operation that is new or gone only the operation itself is named, of an object that is new not its fields.
    """
    added = [name for name in new if name not in old]
    gone = [name for name in old if name not in new]
    for name in old.keys() & new.keys():
        before, now = set(old[name]), set(new[name])
        free = tuple(one.removesuffix("*") for one in before if one.endswith(".*"))
        more = {one for one in now - before if not (free and one.startswith(free))}
        added += [f"{name} {one}" for one in more if one.rpartition(".")[0] not in more and not one.endswith(".*")]
        # What was free-form and is typed now is still there.
        gone += [
            f"{name} {one}"
            for one in before - now
            if not (one.endswith(".*") and any(is_in(one, other) for other in now))
        ]
    return sorted(added), sorted(gone)


def is_in(free: str, field: str) -> bool:
    """Tell whether a field is one of a free-form object."""
    return field.startswith(free.removesuffix("*"))
