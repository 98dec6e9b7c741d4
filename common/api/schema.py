"""The OpenAPI document: what drf-spectacular finds, plus what every operation shares: its name, its errors, its headers.

What an operation cannot be seen to do its view says (common.api.views: `tagged`, `matched`, `located`, `refusals`, `files`); tests/api/document
holds every word of it against what is really answered.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from rest_framework import serializers

from common.api import deprecation, shapes
from common.api.fields import StrictSerializer
from common.api.filtering import MAX_VALUE
from common.api.operation_names import operation_name, summary_of
from common.api.pagination import CURSOR, PAGE, PAGE_SIZE
from common.errors import MAX_ERRORS

_ARGUMENT = re.compile("<[^<>]+>")
_ARGUMENT_OF_DOCUMENT = re.compile("{[^{}]+}")
_DONE = {
    "200": "As it is asked",
    "201": "Made",
    "202": "Accepted: a job does it; ask again at `Location`",
    "204": "Done; there is nothing to say",
}


def told_to_us_alone() -> list[type]:
    """Return the classes whose docstrings are for whoever reads the code: no shape that has none of its own is described by theirs."""
    return [*get_lib_doc_excludes(), StrictSerializer]


class FieldProblem(serializers.Serializer):
    pointer = serializers.CharField(help_text="JSON pointer of the field, RFC 6901")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemDocument(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="stable; branch on this")
    request_id = serializers.CharField()
    trace_id = serializers.CharField(
        required=False, help_text="of the trace that is kept of this request, where the service is traced"
    )
    errors = FieldProblem(many=True, required=False, max_length=MAX_ERRORS, help_text="the first 100")
    error_count = serializers.IntegerField(
        required=False,
        min_value=MAX_ERRORS + 1,
        help_text="how many errors were found, where not all are listed; after a thousand a request is read no further",
    )
    errors_left_out = serializers.IntegerField(
        required=False, min_value=1, help_text="how many of them `errors` does not list"
    )


WORDS = {
    "304": "Not changed since: you hold it already (If-None-Match)",
    "400": "The request is wrong; `errors` says where",
    "401": "No key, or not a good one",
    "403": "The key may not do this",
    "404": "There is no such thing, or it is not yours to see",
    "406": "Nothing that `Accept` takes is offered",
    "409": "Not as things stand; `code` says why",
    "410": "It was there and is removed for good",
    "411": "Send a Content-Length",
    "412": "It has changed since you read it (If-Match)",
    "413": "The body is too large",
    "415": "The body is of a kind that is not read here",
    "429": "Too many requests; ask again later",
    "503": "A technical fault: nothing was decided or kept; ask again later",
}
_TEXT_FILES = {"application/x-ndjson", "application/jose"}
_WITH_BODY = {"POST", "PUT", "PATCH"}


def _header(description: str, kind: str = "string", *, required: bool = False) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": {"type": kind}}


HEADERS = {
    "X-Request-ID": _header("the name of this request; quote it when you ask about it", required=True),
    "X-Sandbox": _header("`true`: asked with a test key, in the insurer's sandbox"),
    "RateLimit-Limit": _header("requests that may be made in a minute", "integer"),
    "RateLimit-Remaining": _header("how many of them are left", "integer"),
    "RateLimit-Reset": _header("seconds until all are there again", "integer"),
    "Retry-After": _header("seconds after which to ask again", "integer"),
    "ETag": _header("what changes whenever the answer does; send it back as If-None-Match or If-Match"),
    "Location": _header("where what was made, or the job that makes it, is to be read"),
    "Content-Disposition": _header("the name of the file"),
    "Content-Language": _header("the language of the text"),
    "Idempotency-Replayed": _header("`true`: the first answer to this Idempotency-Key, given again"),
    "WWW-Authenticate": _header("`Api-Key`"),
    "Accept-Encoding": _header("`identity`: send the body as it is"),
    "Deprecation": _header("since when this is deprecated (RFC 9745)"),
    "Sunset": _header("when this goes away (RFC 8594)"),
    "Link": _header("what to use in its place, and where to read about it"),
}


def _condition(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


_IF_NONE_MATCH = _condition("If-None-Match", "the ETag of the answer that you hold: 304 where it is still the answer")
_IF_MATCH = _condition("If-Match", "the ETag of what you read: 412 where it has changed since")
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "1 to 255 printable ASCII characters: the same key and body give the first answer again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}


def _routes() -> Iterator[tuple[str, str]]:
    """Yield the path of every route as the document writes it, with its name."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            elif pattern.name:
                yield "/" + _ARGUMENT.sub("{}", path), pattern.name

    return walk(get_resolver().url_patterns, "")


class ProductSchema(AutoSchema):
    """Names each operation, says what it needs, and which errors and headers it can answer with."""

    def is_deprecated(self) -> bool:
        return bool(super().is_deprecated() or deprecation.of(self.view, self.method))

    def get_operation_id(self) -> str:
        path = _ARGUMENT_OF_DOCUMENT.sub("{}", self.path)
        return operation_name(dict(_routes())[path], self.method, self.view.action)

    def get_summary(self) -> str:
        return super().get_summary() or summary_of(self.get_operation_id())

    def get_description(self) -> str:
        text = super().get_description() or ""
        wanted = getattr(self.view, "scopes", {}).get(self.method)
        if wanted and wanted != ("*",):
            text += "\n\nScope: " + " or ".join(f"`{scope}`" for scope in wanted)
        return text

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        parameters = operation.setdefault("parameters", [])
        names = {one["name"] for one in parameters}
        parameters += [CURSOR] if "page" in names and "cursor" not in names else []
        if "page" in names and "404" not in operation["responses"]:
            # A page beyond the last.
            operation["responses"] |= self._told({"404": self._problem("404")})
        parameters += [_IF_NONE_MATCH] if self._says("tagged") and self.method == "GET" else []
        parameters += [_IF_MATCH] if self._says("matched") else []
        parameters += [_KEY] if self._keeps_answers() else []
        return operation

    def _says(self, name: str) -> bool:
        return self.view.action in getattr(self.view, name, ())

    def _keeps_answers(self) -> bool:
        return self.method == "POST" and bool(getattr(self.view, "keeps_answers", True))

    def _refusals(self) -> list[str]:
        """Return the statuses of the errors that the operation can answer."""
        needs_key = bool(self.view.authentication_classes)
        scopes = getattr(self.view, "scopes", {}).get(self.method, ())
        found = {400, 406, 429, 503, *getattr(self.view, "refusals", {}).get(self.view.action, ())}
        found |= {401} if needs_key else set()
        found |= {403} if needs_key and scopes != ("*",) else set()
        found |= {404} if "{" in self.path else set()
        found |= {411, 413, 415} if self.method in _WITH_BODY else set()
        found |= {409} if self._keeps_answers() else set()
        found |= {412} if self._says("matched") else set()
        return [str(status) for status in sorted(found)]

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        self._tell_files(bodies)
        if self._says("tagged") and self.method == "GET":
            bodies["304"] = {"description": WORDS["304"]}
        for status in self._refusals():
            bodies.setdefault(status, self._problem(status))
        return self._told(bodies)

    def _problem(self, status: str) -> dict[str, Any]:
        reference = self.resolve_serializer(ProblemDocument, "response").ref
        return {"description": WORDS[status], "content": {"application/problem+json": {"schema": reference}}}

    def _told(self, bodies: dict[str, Any]) -> dict[str, Any]:
        """Return answers by status, each with its words and its headers."""
        for status, answer in bodies.items():
            answer["description"] = answer.get("description") or WORDS.get(status) or _DONE[status]
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in self._headers(status)}
        return dict(sorted(bodies.items()))

    def _tell_files(self, bodies: dict[str, Any]) -> None:
        """Say that files of text are text, and that the file of an operation is offered beside its JSON."""
        content = bodies.get("200", {}).get("content", {})
        offered = getattr(self.view, "files", {}).get(self.view.action)
        if content and offered and offered not in content:
            content[offered] = {}
        for kind, told in content.items():
            if kind.startswith("text/") or kind in _TEXT_FILES:
                told["schema"] = {"type": "string"}

    def _headers(self, status: str) -> list[str]:
        names = ["X-Request-ID"]
        names += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] if status != "401" else []
        names += ["X-Sandbox"] if status != "401" else []
        names += ["WWW-Authenticate"] if status == "401" else []
        names += ["Retry-After"] if status in {"429", "503"} or (status == "409" and self._keeps_answers()) else []
        names += ["Accept-Encoding"] if status == "415" else []
        names += ["Deprecation", "Sunset", "Link"] if deprecation.of(self.view, self.method) else []
        if status < "300":
            names += ["ETag"] if self._says("tagged") else []
            names += ["Location"] if self._says("located") else []
            names += ["Content-Disposition"] if self._says("named_files") else []
            names += ["Idempotency-Replayed"] if self._keeps_answers() else []
        return names + (["ETag"] if status == "304" else [])


class StrictFilterExtension(DjangoFilterExtension):
    """Says of each filter how long its value may be; none may be empty."""

    target_class = "common.api.filtering.StrictFilterBackend"
    priority = 1

    def resolve_filter_field(
        self, auto_schema: AutoSchema, model: Any, filterset_class: Any, field_name: str, filter_field: Any
    ) -> list[dict[str, Any]]:
        found = super().resolve_filter_field(auto_schema, model, filterset_class, field_name, filter_field)
        for parameter in found:
            schema = parameter["schema"]
            if schema.get("type") == "array":
                parameter["style"], parameter["explode"] = "form", False
                schema["minItems"] = 1
            elif schema.get("type") == "string" and "enum" not in schema and "format" not in schema:
                schema["minLength"] = 1
                schema["maxLength"] = filter_field.extra.get("max_length", MAX_VALUE)
        return found


# What an answer may lack: all else that is not known is null or empty, never left out.
_MAY_LACK = {
    "EditedEntryOutput": {"evidence"},
    "DiffOutput": {"complete_for"},
    "ChangeOutput": {"spoken_of"},
    "ExpectedLineOutput": {"reasons", "payable"},
    "VerifyOutput": {"matches_claim"},
    "ReceiptDocument": {"sandbox"},
    "CheckOutput": {"basis"},
    "KeptCheckOutput": {"basis"},
}
# What stands in an answer also where `fields` asks for less.
_ALWAYS = {
    "EntryOutput": ["entry_code"],
    "CoverageOutput": ["product", "product_version", "date", "known_at", "outcome"],
    "FoundDaysOutput": [],
}
_CODE = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 64}
_IN_PATH = {"code": _CODE, "label": _CODE}


def complete(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Make the document say what drf-spectacular cannot know (a postprocessing hook): no other fields, bounds of pages and codes."""
    schemas = result["components"]["schemas"]
    schemas.update(shapes.components())
    result["components"]["headers"] = HEADERS
    for part in ("paths", "components"):
        result[part] = _plainer(result[part])
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        if name.endswith("Request") and "properties" in schema:
            schema["additionalProperties"] = False
        elif name.endswith("Output") and "properties" in schema:
            lacking = _MAY_LACK.get(name, set())
            schema["required"] = _ALWAYS.get(name, [one for one in schema["properties"] if one not in lacking])
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                _complete_parameter(parameter, path)
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def _plainer(node: Any) -> Any:
    """Say a reference beside a description as one, and what may be null by `anyOf`: a value may be null in more than one way."""
    if isinstance(node, list):
        return [_plainer(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {name: _plainer(value) for name, value in node.items()}
    if {"type": "null"} in made.get("oneOf", ()):
        made["anyOf"] = made.pop("oneOf")
    if made.get("default") == "" and "type" in made:
        del made["default"]  # not given, which is said by leaving it out
    if isinstance(made.get("type"), list):
        made["type"] = list(dict.fromkeys(made["type"]))
    if len(made.get("allOf", ())) == 1:
        made = {**made.pop("allOf")[0], **made}
    return made


def _complete_parameter(parameter: dict[str, Any], path: str) -> None:
    name, place = parameter["name"], parameter["in"]
    schema = parameter["schema"]
    if place == "path" and name in _IN_PATH:
        parameter["schema"] = _IN_PATH[name]
    elif place == "query" and name in {"page", "page_size"}:
        parameter["schema"] = (PAGE if name == "page" else PAGE_SIZE)["schema"]
    elif place == "query" and all(str(one).isdecimal() for one in schema.get("enum", "-")):
        numbers = [int(one) for one in schema["enum"]]
        parameter["schema"] = {"type": "integer", "minimum": min(numbers), "maximum": max(numbers)}
    elif place == "query" and schema == {"type": "string"} and not path.endswith("/coverage/"):
        parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": MAX_VALUE}
