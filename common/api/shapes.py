"""Shapes for the OpenAPI document of bodies that a pure reader takes (claims.eligibility.request, insurers.terms).

Those readers take more than serializers can say: a field that is missing, null, blank or empty is not given, and an amount may be text or a
number. What stands here must be what they take, neither more nor less than JSON Schema can say; schemathesis holds the two together.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

_registered: dict[str, Schema] = {}


def component(name: str, properties: Mapping[str, Schema], *, required: Iterable[str] = (), about: str = "") -> Schema:
    """Keep a named object schema for the document's components, without other fields than these; returns the reference to it."""
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        made["required"] = list(required)
    if about:
        made["description"] = about
    _registered[name] = made
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> dict[str, Schema]:
    """Return every kept schema by its name."""
    return dict(_registered)


def json_body(schema: Schema) -> dict[str, Schema]:
    """Return what `extend_schema(request=…)` wants for a JSON body of this schema."""
    return {"application/json": schema}


def optional(schema: Schema, about: str = "") -> Schema:
    """Return the schema of a field that may be null or blank, which is: not given."""
    made: Schema = {"anyOf": [schema, {"type": "string", "pattern": r"^\s*$"}], "nullable": True}
    return {**made, "description": about} if about else made


def text(limit: int, about: str = "") -> Schema:
    """Return the schema of a text that may be null or blank."""
    made: Schema = {"type": "string", "maxLength": limit, "nullable": True}
    return {**made, "description": about} if about else made


def choice(values: Iterable[str]) -> Schema:
    return {"type": "string", "enum": list(values)}


def whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def decimal(places: int) -> Schema:
    """Return the schema of an amount with at most so many decimals, as text (better) or as a number."""
    return {"anyOf": [{"type": "string", "pattern": rf"^-?[0-9]{{1,18}}(\.[0-9]{{1,{places}}})?$"}, {"type": "number"}]}


def array(items: Schema, limit: int, low: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": low, "maxItems": limit}


def mapping(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
YES_NO: Schema = {"type": "boolean"}
MONEY = decimal(2)
