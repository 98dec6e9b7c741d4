"""Makes the client's types and operations anew from the OpenAPI document of this checkout: `script/client`.

Three files come of it: `shangbao_client/types.py` (a TypedDict for each shape, a Literal for each choice) and `shangbao_client/operations.py` (a
method for each operation, of the client that waits and of the one that does not), and the collection of postman.py.
tests/client/test_generated.py holds them to the document. They are written by this program alone, so no hand and no formatter touches them.
"""

import importlib
import json
import keyword
import os
import re
import secrets
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from postman import collection_text

ROOT = Path(__file__).parent.parent
PACKAGE = Path(__file__).parent / "shangbao_client"
COLLECTION = ROOT / "docs" / "collection" / "shangbao.postman_collection.json"
WIDTH = 118
_COMPONENT = "#/components/schemas/"
_JSON = "application/json"
# How a media type is told in the name of a method that asks for it, where an operation answers in several.
_SUFFIXES = {"text/html": "html", "text/plain": "text", "application/jose": "jose"}
_METHODS = ("get", "post", "put", "patch", "delete")
_HEADERS = {"Idempotency-Key": "idempotency_key", "If-Match": "if_match", "If-None-Match": "if_none_match"}
_HEAD = '''"""{title}

Made by `script/client` from the OpenAPI document: change that, not this.
"""
'''


def types_text(document: Mapping[str, Any]) -> str:
    """Return the module of types: every component of the document, choices first."""
    return _Types(document).text()


def operations_text(document: Mapping[str, Any]) -> str:
    """Return the module of operations, for clients that wait and that do not."""
    operations = list(operations_of(document))
    types = _Types(document)
    lines = [
        _HEAD.format(
            title="Every operation of the service as a method, for a client that waits and one that does not."
        ),
        "from collections.abc import AsyncIterator, Iterator, Sequence",
        "from pathlib import Path",
        "from typing import cast",
        "",
        "from shangbao_client import types as t",
        "from shangbao_client.asked import Asked, AsyncCaller, Caller, Upload",
        "",
        "# The operations by name: method, path, and the names of what each takes by its place and in the query.",
        "OPERATIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {",
        *(line for one in operations for line in _row(one)),
        "}",
    ]
    for name, base, waits in (("Operations", "Caller", True), ("AsyncOperations", "AsyncCaller", False)):
        lines += ["", "", f"class {name}({base}):"]
        told = "that waits" if waits else "to be awaited"
        lines += [f'    """The operations of a client {told}, by their `operationId`s."""']
        for one in operations:
            lines += _methods(one, types, waits)
    return _clean(lines)


def _row(one: "Operation") -> Iterator[str]:
    line = f"    {_quoted(one.name)}: ({_quoted(one.method)}, {_quoted(one.path)}, {_tuple(one.query_names)}),"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"    {_quoted(one.name)}: ("
    yield from (f"        {part}," for part in (_quoted(one.method), _quoted(one.path)))
    yield from ("        (", *(f"            {_quoted(name)}," for name in one.query_names), "        ),", "    ),")


@dataclass(frozen=True, slots=True)
class Argument:
    """What a method takes: its name in Python and in the request, where it goes, its schema and what is said of it."""

    name: str
    sent: str
    where: str
    schema: Mapping[str, Any]
    required: bool
    told: str
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the document has it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    arguments: tuple[Argument, ...]
    body: Mapping[str, Any] | None
    body_required: bool
    form: Mapping[str, Any] | None
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def query_names(self) -> tuple[str, ...]:
        return tuple(one.sent for one in self.arguments if one.where == "query")


def operations_of(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield the operations in the order of their names."""
    found = [
        _operation(path, method, operation, document["components"]["schemas"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    ]
    yield from sorted(found, key=lambda one: one.name)


def _operation(path: str, method: str, operation: Mapping[str, Any], components: Mapping[str, Any]) -> Operation:
    body, form = None, None
    for kind, told in operation.get("requestBody", {}).get("content", {}).items():
        body = told["schema"]
        if kind == "multipart/form-data":
            form = components[body["$ref"].removeprefix(_COMPONENT)]
    answers: dict[str, Mapping[str, Any]] = {}
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for kind, told in answer.get("content", {}).items():
                answers.setdefault(kind, told["schema"])
    places = {name: place for place, name in enumerate(re.findall(r"{(\w+)}", path))}
    parameters = sorted(operation.get("parameters", ()), key=lambda one: places.get(one["name"], 99))
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        arguments=tuple(_argument(one) for one in parameters),
        body=body,
        body_required=method in ("patch", "put") or _must_be_given(body, components),
        form=form,
        answers=answers,
    )


def _must_be_given(body: Mapping[str, Any] | None, components: Mapping[str, Any]) -> bool:
    """Tell whether a body cannot be left out: it is a list, or something in it is required."""
    if body is None:
        return False
    return "$ref" not in body or bool(components[body["$ref"].removeprefix(_COMPONENT)].get("required"))


def _argument(parameter: Mapping[str, Any]) -> Argument:
    return Argument(
        name=_HEADERS.get(parameter["name"]) or _python_name(parameter["name"]),
        sent=parameter["name"],
        where=parameter["in"],
        schema=parameter["schema"],
        required=bool(parameter.get("required")),
        told=parameter.get("description", "") or parameter["schema"].get("description", ""),
        joined=parameter.get("explode") is False,
    )


class _Types:
    """The types of a document's components, and how a schema is written as a type."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.components: dict[str, Mapping[str, Any]] = dict(document["components"]["schemas"])
        self.given = self._only_given()

    def text(self) -> str:
        choices = {name: schema for name, schema in self.components.items() if "enum" in schema}
        # A form is told by the arguments of its method.
        forms = {
            one.body["$ref"].removeprefix(_COMPONENT) for one in operations_of(self.document) if one.form and one.body
        }
        rest = {name: schema for name, schema in self.components.items() if name not in {*choices, *forms}}
        lines = [
            _HEAD.format(title="What the service is asked and answers, as types."),
            "from datetime import date, datetime",
            "from decimal import Decimal",
            "from typing import Any, Literal, NotRequired, TypeAlias, TypedDict",
            "",
            "# What is given may be a value of Python; what is answered is as it is written in JSON: money and ratios are texts.",
            "DayGiven: TypeAlias = str | date",
            "InstantGiven: TypeAlias = str | datetime",
            "NumberGiven: TypeAlias = str | Decimal",
            "",
        ]
        for name, schema in choices.items():
            lines += self._choice(name, schema)
        aliases = {name: schema for name, schema in rest.items() if not _is_object(schema)}
        for name, schema in rest.items():
            if name not in aliases:
                lines += self._shape(name, schema)
        for name in self._in_order(aliases):
            told = _short(aliases[name].get("description", ""))
            lines += ["", *([f"# {told}"] if told else [])]
            lines.append(f"{name}: TypeAlias = {self.of(aliases[name], given=name in self.given)}")
        return _clean(lines)

    def _in_order(self, aliases: Mapping[str, Any]) -> list[str]:
        """Return the names of what is no shape, each behind those it names itself: only shapes may be named before they are there."""
        made: list[str] = []

        def put(name: str) -> None:
            for other in re.findall(r"\w+", self.of(aliases[name])):
                if other in aliases and other != name and other not in made:
                    put(other)
            if name not in made:
                made.append(name)

        for name in aliases:
            put(name)
        return made

    def _choice(self, name: str, schema: Mapping[str, Any]) -> list[str]:
        values = [_quoted(value) for value in schema["enum"]]
        line = f"{name}: TypeAlias = Literal[{', '.join(values)}]"
        if len(line) <= WIDTH:
            return [line]
        return [f"{name}: TypeAlias = Literal[", *(f"    {value}," for value in values), "]"]

    def _shape(self, name: str, schema: Mapping[str, Any]) -> list[str]:
        required = set(schema.get("required", ()))
        given = name in self.given
        lines: list[str] = []
        fields = []
        for key, value in schema["properties"].items():
            kind = self._field(name, key, value, given, lines)
            fields.append(
                (key, kind if key in required else f"NotRequired[{kind}]", _short(value.get("description", "")))
            )
        told = schema.get("description", "").split("\n")[0]
        lines += ["", ""]
        if any(keyword.iskeyword(key) or not key.isidentifier() for key, *_ in fields):
            # A field has a name that Python keeps for itself.
            lines += [f"# {told}"] if told else []
            lines += [f"{name} = TypedDict(", f"    {_quoted(name)},", "    {"]
            for key, kind, said in fields:
                lines += [f"        # {said}"] if said else []
                lines.append(f"        {_quoted(key)}: {kind},")
            return [*lines, "    },", ")"]
        lines.append(f"class {name}(TypedDict):")
        if told:
            lines += [*_docstring(told, "    "), ""]
        for key, kind, said in fields:
            lines.append(f"    {key}: {kind}")
            lines += _docstring(said, "    ") if said else []
        return lines if fields else [*lines, "    pass"]

    def _field(self, name: str, key: str, value: Mapping[str, Any], given: bool, lines: list[str]) -> str:
        """Return a field's type; a shape that stands nowhere else is written before, under a name of both."""
        if _is_object(value):
            made = name + "".join(part.title() for part in key.split("_"))
            if given:
                self.given.add(made)
            lines += self._shape(made, value)
            return _quoted(made)
        return self._named(value, given)

    def _named(self, schema: Mapping[str, Any], given: bool) -> str:
        """Return a schema as a type in quotes where it names a shape: that may stand further down."""
        kind = self.of(schema, given=given)
        shapes = set(re.findall(r"\w+", kind)) & set(self.components)
        return _quoted(kind) if any("enum" not in self.components[name] for name in shapes) else kind

    def of(self, schema: Mapping[str, Any], *, given: bool = False, prefix: str = "") -> str:
        """Return a schema as a type; `given`: values of Python may stand for texts; `prefix`: where the shapes are."""

        def inner(one: Mapping[str, Any]) -> str:
            return self.of(one, given=given, prefix=prefix)

        if "$ref" in schema:
            return prefix + str(schema["$ref"]).removeprefix(_COMPONENT)
        if "const" in schema:
            return f"Literal[{_quoted(schema['const'])}]"
        if "enum" in schema:
            return f"Literal[{', '.join(_quoted(value) for value in schema['enum'])}]"
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return _union([inner(one) for one in schema[several]])
        kinds = schema.get("type", "any")
        if not isinstance(kinds, str):
            return _union([inner({**schema, "type": kind}) for kind in kinds])
        return self._plain(schema, kinds, inner, given, prefix)

    def _plain(self, schema: Mapping[str, Any], kind: str, inner: Any, given: bool, prefix: str) -> str:
        match kind:
            case "string":
                if schema.get("format") == "binary":
                    return "Upload"
                return prefix + _given_text(schema) if given and _given_text(schema) != "str" else "str"
            case "array":
                return f"list[{inner(schema['items'])}]"
            case "object":
                more = schema.get("additionalProperties", True)
                return f"dict[str, {inner(more) if isinstance(more, dict) and more else 'Any'}]"
            case _:
                return {"integer": "int", "number": "float", "boolean": "bool", "null": "None", "any": "Any"}[kind]

    def _only_given(self) -> set[str]:
        """Return the components that stand in requests alone."""
        answered: set[str] = set()
        asked: set[str] = set()
        for operations in self.document["paths"].values():
            for operation in operations.values():
                self._reach(operation.get("responses", {}), answered)
                self._reach(operation.get("requestBody", {}), asked)
        self._reach(self.document.get("webhooks", {}), answered)
        return asked - answered

    def _reach(self, node: Any, found: set[str]) -> None:
        if isinstance(node, list):
            for one in node:
                self._reach(one, found)
        elif isinstance(node, dict):
            name = node.get("$ref")
            if isinstance(name, str) and name.startswith(_COMPONENT):
                name = name.removeprefix(_COMPONENT)
                if name not in found:
                    found.add(name)
                    self._reach(self.components[name], found)
            for key, value in node.items():
                if key not in ("example", "examples"):
                    self._reach(value, found)


def _given_text(schema: Mapping[str, Any]) -> str:
    """Return by what a text may be given: a day, an instant, a number or a text."""
    match schema.get("format"):
        case "date":
            return "DayGiven"
        case "date-time":
            return "InstantGiven"
    pattern = schema.get("pattern", "")
    return "NumberGiven" if re.match(r"\^(-\?)?\(?(\?:)?\[0-9\]", pattern) and "." in pattern else "str"


def _methods(one: Operation, types: _Types, waits: bool) -> Iterator[str]:
    """Yield the methods of an operation: what it answers, its pages as one row of items, and its file kept as a file."""
    kinds = dict(one.answers) or {"": {}}
    main = _JSON if _JSON in kinds else next(iter(kinds))
    item = _paged(one, kinds.get(main), types)
    for kind, schema in kinds.items():
        name = one.name if kind == main else f"{one.name}_{_SUFFIXES[kind]}"
        yield from _method(one, types, waits, name, kind, schema)
        if kind not in (_JSON, "") and kind not in _SUFFIXES:
            yield from _method(one, types, waits, "save_" + name.removeprefix("get_"), kind, schema, kept=True)
    if item:
        name = "iter_" + re.sub("^(list|get)_", "", one.name)
        yield from _method(one, types, waits, name, main, item, pages=True)


def _paged(one: Operation, schema: Mapping[str, Any] | None, types: _Types) -> Mapping[str, Any] | None:
    """Return the schema of the items of a list that comes in pages, or None."""
    if one.method != "GET" or not schema or "$ref" not in schema:
        return None
    fields = types.components[schema["$ref"].removeprefix(_COMPONENT)].get("properties", {})
    if "next" not in fields or "results" not in fields:
        return None
    items: Mapping[str, Any] = fields["results"]["items"]
    return items


def _method(
    one: Operation,
    types: _Types,
    waits: bool,
    name: str,
    kind: str,
    schema: Mapping[str, Any],
    *,
    kept: bool = False,
    pages: bool = False,
) -> Iterator[str]:
    answer = _answer(types, kind, schema)
    if kept:
        answer = "Path"
    if pages:
        answer = f"{'Iterator' if waits else 'AsyncIterator'}[{answer}]"
    skipped = {"page", "if_none_match"} if pages or kept else set()
    arguments = [argument for argument in one.arguments if argument.name not in skipped]
    yield ""
    yield from _signature(one, types, name, arguments, answer, is_async=not waits and not pages, kept=kept)
    yield from _docstring(_told(one, arguments, kept, pages), "        ")
    yield f"        asked = {_asked(one, arguments, kind)}"
    wait = "" if waits else "await "
    if pages:
        yield "        return self._pages(asked)"
    elif kept:
        yield f"        return {wait}self._keep(asked, to)"
    elif answer == "None":
        yield f"        {wait}self._json(asked)"
    elif kind == _JSON:
        yield f"        return cast({_quoted(answer)}, {wait}self._json(asked))"
    else:
        yield f"        return {wait}self._{answer}(asked)"


def _answer(types: _Types, kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "":
        return "None"
    if kind == _JSON:
        return types.of(schema, prefix="t.")
    return "str" if kind in _SUFFIXES else "bytes"


def _signature(
    one: Operation, types: _Types, name: str, arguments: list[Argument], answer: str, *, is_async: bool, kept: bool
) -> Iterator[str]:
    first = [f"{argument.name}: str" for argument in arguments if argument.where == "path"]
    named = [_parameter(argument, types) for argument in arguments if argument.where != "path"]
    if one.form is not None:
        named = [*_form_parameters(one.form, types), *named]
    elif one.body is not None:
        kind = types.of(one.body, given=True, prefix="t.").replace("list[", "Sequence[", 1)
        first.append(f"body: {kind}" if one.body_required else f"body: {kind} | None = None")
    if kept:
        first.append("to: str | Path")
    # What must be given stands before what may be.
    named.sort(key=lambda text: " = " in text)
    taken = ["self", *first, *(["*", *named] if named else [])]
    head = "    async def" if is_async else "    def"
    line = f"{head} {name}({', '.join(taken)}) -> {answer}:"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{head} {name}("
    yield from (f"        {one}," for one in taken)
    yield f"    ) -> {answer}:"


def _parameter(argument: Argument, types: _Types) -> str:
    kind = types.of(argument.schema, given=True, prefix="t.").replace("list[", "Sequence[", 1)
    return f"{argument.name}: {kind}" if argument.required else f"{argument.name}: {_optional(kind)} = None"


def _optional(kind: str) -> str:
    return kind if kind.endswith("| None") else f"{kind} | None"


def _form_parameters(form: Mapping[str, Any], types: _Types) -> list[str]:
    required = set(form.get("required", ()))
    made = []
    for key, value in form["properties"].items():
        kind = types.of(value, given=True, prefix="t.")
        made.append(
            f"{_python_name(key)}: {kind}" if key in required else f"{_python_name(key)}: {_optional(kind)} = None"
        )
    return made


def _asked(one: Operation, arguments: list[Argument], kind: str) -> str:
    parts = [_quoted(one.method), _quoted(one.path)]
    for keyword_, where in (("path", "path"), ("query", "query"), ("headers", "header")):
        pairs = [f"{_quoted(argument.sent)}: {_value(argument)}" for argument in arguments if argument.where == where]
        if pairs:
            parts.append(_pairs(keyword_, pairs))
    if one.form is not None:
        pairs = [f"{_quoted(key)}: {_python_name(key)}" for key in one.form["properties"]]
        parts.append(_pairs("form", pairs))
    elif one.body is not None:
        parts.append("body=body")
    if kind not in ("", _JSON):
        parts.append(f"accept={_quoted(kind)}")
    line = f"Asked({', '.join(parts)})"
    if len(line) + 16 <= WIDTH and "\n" not in line:
        return line
    return "Asked(\n" + "".join(f"            {part},\n" for part in parts) + "        )"


def _pairs(name: str, pairs: list[str]) -> str:
    line = f"{name}={{{', '.join(pairs)}}}"
    if len(line) + 13 <= WIDTH:
        return line
    return f"{name}={{\n" + "".join(f"                {pair},\n" for pair in pairs) + "            }"


def _value(argument: Argument) -> str:
    return f'None if {argument.name} is None else ",".join({argument.name})' if argument.joined else argument.name


def _told(one: Operation, arguments: list[Argument], kept: bool, pages: bool) -> str:
    text = one.description or one.summary
    if kept:
        text = "Keep the answer as a file, whole or not at all.\n\n" + text
    if pages:
        text = "Go through all pages, one item after the other.\n\n" + text
    said = [
        (argument.name, _short(argument.told)) for argument in arguments if argument.told and argument.where != "header"
    ]
    if said:
        text += "\n\n" + "\n".join(f"`{name}`: {told}" for name, told in said)
    return text


def _clean(lines: list[str]) -> str:
    return re.sub("\n{4,}", "\n\n\n", "\n".join(lines)).strip() + "\n"


def _docstring(text: str, indent: str) -> list[str]:
    told = text.strip().replace("\\", "\\\\").replace('"""', "'''")
    # A paragraph is filled; what begins as an item of a list stays a line of its own.
    told = re.sub(r"(?<!\n)\n(?![\n`*-])", " ", told)
    wrapped = [
        textwrap.wrap(line, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False) or [""]
        for line in told.split("\n")
    ]
    lines = [line for paragraph in wrapped for line in paragraph]
    if len(lines) == 1 and len(indent) + len(lines[0]) + 6 <= WIDTH and not lines[0].endswith('"'):
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}', *(f"{indent}{line}".rstrip() for line in lines[1:]), f'{indent}"""']


def _union(kinds: list[str]) -> str:
    """Return a union of types, each once; None stands last."""
    once = list(dict.fromkeys(kind for kind in kinds if kind != "None"))
    return " | ".join([*once, *(["None"] if "None" in kinds else [])])


def _is_object(schema: Mapping[str, Any]) -> bool:
    """Tell whether a schema is an object of named fields, and of no others."""
    return "properties" in schema and not schema.get("additionalProperties")


def _python_name(name: str) -> str:
    made = re.sub(r"\W", "_", name)
    return f"{made}_" if keyword.iskeyword(made) else made


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _tuple(values: tuple[str, ...]) -> str:
    return f"({', '.join(map(_quoted, values))}{',' if len(values) == 1 else ''})"


def _short(text: str) -> str:
    return " ".join(text.split())


def document() -> Mapping[str, Any]:
    """Return the OpenAPI document of this checkout."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # The settings want them; the document is the same whatever they are.
    for name in ("SECRET_KEY", "RECEIPT_KEYS"):
        os.environ.setdefault(name, secrets.token_hex(32))
    os.environ.setdefault("DATABASE_URL", "postgres://nobody@localhost/none")
    os.environ.setdefault("REDIS_URL", "redis://localhost/0")
    importlib.import_module("django").setup()
    found: Mapping[str, Any] = importlib.import_module("config.openapi").openapi_document()[0]
    return found


def made(document: Mapping[str, Any]) -> dict[Path, str]:
    """Return what is made of a document, by the file it belongs in."""
    return {
        PACKAGE / "types.py": types_text(document),
        PACKAGE / "operations.py": operations_text(document),
        COLLECTION: collection_text(document),
    }


def main() -> None:
    """Write all that is made of the document."""
    for path, text in made(document()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
