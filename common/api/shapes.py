"""Shapes for the OpenAPI document of bodies that a pure reader takes (claims.eligibility.request, insurers.terms).

Those readers take more than serializers can say: a field that is missing, null, blank or empty is not given; a day, a number, a choice or a
yes or no may be a text as people write it in a file (spec csv.md). What stands here must be what they take, neither more nor less than JSON
Schema can say; schemathesis holds the two together.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

Schema = dict[str, Any]

_DIGIT = "[0-9０-９]"


def _text(pattern: str) -> Schema:
    """Return the schema of a text that is as the pattern says, but for white space around it."""
    return {"type": "string", "pattern": rf"^\s*{pattern}\s*$"}


def _in_any_case(word: str) -> str:
    """Return a pattern for a word in any letter case and width, with white space anywhere."""
    return r"\s*".join(
        f"[{''.join(sorted({c.lower(), c.upper(), *_wide(c.lower()), *_wide(c.upper())}))}]" for c in word
    )


def _wide(character: str) -> str:
    return chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else ""


class Vocabulary(Protocol):
    """As much of a vocabulary as its schema needs: its codes, and every accepted word."""

    @property
    def codes(self) -> tuple[str, ...]: ...

    @property
    def words(self) -> Mapping[str, str]: ...


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


def chosen(vocabulary: Vocabulary) -> Schema:
    """Return the schema of a choice: its code, or one of the words that a file may use, in any letter case."""
    return {"anyOf": [choice(vocabulary.codes), _text(f"({'|'.join(map(_in_any_case, vocabulary.words))})")]}


def whole(low: int, high: int) -> Schema:
    """Return the schema of a whole number, or of the text of one."""
    return {"anyOf": [{"type": "integer", "minimum": low, "maximum": high}, _text(rf"[-－]?{_DIGIT}+([.．][0０]+)?")]}


def decimal(places: int, *, also: Iterable[int] = ()) -> Schema:
    """Return the schema of an amount with at most so many decimals, as text (better) or as a number; `also` so many, where all behind
    `places` are zeros."""
    zeros = "".join(rf"|{_DIGIT}{{{places}}}[0０]{{{more - places}}}" for more in also)
    pattern = rf"[-－]?{_DIGIT}{{1,40}}([.．]({_DIGIT}{{1,{places}}}{zeros}))?"
    return {"anyOf": [_text(pattern), {"type": "number"}]}


def array(items: Schema, limit: int, low: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": low, "maxItems": limit}


def mapping(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
ANY_DAY: Schema = {
    "anyOf": [
        DAY,
        _text(
            rf"{_DIGIT}{{4}}([-－]{_DIGIT}{{1,2}}[-－]{_DIGIT}{{1,2}}|[/／]{_DIGIT}{{1,2}}[/／]{_DIGIT}{{1,2}}|{_DIGIT}{{4}}"
            rf"|年{_DIGIT}{{1,2}}月{_DIGIT}{{1,2}}日)"
        ),
    ]
}
YES_NO: Schema = {
    "anyOf": [{"type": "boolean"}, _text(f"({'|'.join(map(_in_any_case, 'y n yes no true false 1 0 是 否'.split()))})")]
}
MONEY = decimal(2)
