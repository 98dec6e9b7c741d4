"""Shapes for the OpenAPI document of bodies that a pure reader takes (claims.eligibility.request, insurers.terms).

Those readers take more than serializers can say: a field that is missing, null, blank or empty is not given; a day, a number, a choice or a
yes or no may be a text as people write it in a file (spec csv.md). What the document says is the plain form alone, which a typed client can
use: a choice is its enum, a number a number. All that is taken besides stands beside it as `x-accepts`, which `plain` leaves out of the
document and `accepted` puts in place for schemathesis: what stands there must be what they take, neither more nor less than JSON Schema can say.
"""

import copy
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
    return named(name, made)


def named(name: str, schema: Schema) -> Schema:
    """Keep a schema under a name for the document's components; returns the reference to it."""
    _registered[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> dict[str, Schema]:
    """Return every kept schema by its name."""
    return dict(_registered)


def json_body(schema: Schema) -> dict[str, Schema]:
    """Return what `extend_schema(request=…)` wants for a JSON body of this schema."""
    return {"application/json": schema}


def or_null(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema:
        return {**schema, "type": [kind, "null"]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {"anyOf": [schema, {"type": "null"}]}


def not_null(schema: Schema) -> Schema:
    """Return the schema of a parameter: not given is not there, never null."""
    made = dict(schema)
    if isinstance(made.get("type"), list):
        (made["type"],) = [kind for kind in made["type"] if kind != "null"]
    if "anyOf" in made:
        kept = [one for one in made.pop("anyOf") if one != {"type": "null"}]
        made = {**kept[0], **made} if len(kept) == 1 else {**made, "anyOf": kept}
    return made


def lenient(schema: Schema, accepts: Schema) -> Schema:
    """Return a schema for the document that says the plain form alone, of something that is accepted in other forms too."""
    return {**schema, "x-accepts": accepts}


def optional(schema: Schema, about: str = "") -> Schema:
    """Return the schema of a field that may be null or blank, which is: not given."""
    also = {"anyOf": [accepted(schema), {"type": "string", "pattern": r"^\s*$"}, {"type": "null"}]}
    made = lenient(or_null(plain(schema)), also)
    return {**made, "description": about} if about else made


def text(limit: int, about: str = "") -> Schema:
    """Return the schema of a text that may be null or blank."""
    made: Schema = {"type": ["string", "null"], "maxLength": limit}
    return {**made, "description": about} if about else made


def choice(values: Iterable[str]) -> Schema:
    return {"type": "string", "enum": list(values)}


def chosen(vocabulary: Vocabulary) -> Schema:
    """Return the schema of a choice: its code, or one of the words that a file may use, in any letter case."""
    plainly = choice(vocabulary.codes)
    return lenient(plainly, {"anyOf": [plainly, _text(f"({'|'.join(map(_in_any_case, vocabulary.words))})")]})


def whole(low: int, high: int) -> Schema:
    """Return the schema of a whole number, or of the text of one."""
    plainly: Schema = {"type": "integer", "minimum": low, "maximum": high}
    return lenient(plainly, {"anyOf": [plainly, _text(rf"[-－]?{_DIGIT}+([.．][0０]+)?")]})


def decimal(places: int, *, also: Iterable[int] = ()) -> Schema:
    """Return the schema of an amount with at most so many decimals, as text (better) or as a number; `also` so many, where all behind
    `places` are zeros."""
    zeros = "".join(rf"|{_DIGIT}{{{places}}}[0０]{{{more - places}}}" for more in also)
    pattern = rf"[-－]?{_DIGIT}{{1,40}}([.．]({_DIGIT}{{1,{places}}}{zeros}))?"
    plainly = {"type": "string", "pattern": rf"^-?[0-9]{{1,40}}(\.[0-9]{{1,{places}}})?$"}
    return lenient(plainly, {"anyOf": [_text(pattern), {"type": "number"}]})


def array(items: Schema, limit: int, low: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": low, "maxItems": limit}


def mapping(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


_NO_SCHEMA = {"example", "examples"}


def plain(schema: Any) -> Any:
    """Return a schema, or a whole document, without what is accepted besides."""
    if isinstance(schema, dict):
        return {
            name: value if name in _NO_SCHEMA else plain(value) for name, value in schema.items() if name != "x-accepts"
        }
    return [plain(one) for one in schema] if isinstance(schema, list) else schema


def accepted(schema: Any) -> Any:
    """Return a schema, or a whole document, that says all that is accepted."""
    if isinstance(schema, dict):
        if "x-accepts" in schema:
            return accepted(schema["x-accepts"])
        return {name: accepted(value) for name, value in schema.items()}
    return [accepted(one) for one in schema] if isinstance(schema, list) else copy.deepcopy(schema)


DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
ANY_DAY: Schema = lenient(
    DAY,
    {
        "anyOf": [
            DAY,
            _text(
                rf"{_DIGIT}{{4}}([-－]{_DIGIT}{{1,2}}[-－]{_DIGIT}{{1,2}}|[/／]{_DIGIT}{{1,2}}[/／]{_DIGIT}{{1,2}}|{_DIGIT}{{4}}"
                rf"|年{_DIGIT}{{1,2}}月{_DIGIT}{{1,2}}日)"
            ),
        ]
    },
)
YES_NO: Schema = lenient(
    {"type": "boolean"},
    {
        "anyOf": [
            {"type": "boolean"},
            _text(f"({'|'.join(map(_in_any_case, 'y n yes no true false 1 0 是 否'.split()))})"),
        ]
    },
)
MONEY = decimal(2)
