"""The OpenAPI document: what drf-spectacular finds, plus the errors that every endpoint shares."""

from typing import Any

from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from common.api import deprecation, shapes
from common.api.filtering import MAX_VALUE
from common.api.pagination import PAGE, PAGE_SIZE


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
    errors = FieldProblem(many=True, required=False)


class ProductSchema(AutoSchema):
    """Adds the shared problem answers and names the scope that each operation needs."""

    SHARED = {
        "400": "invalid",
        "401": "no or bad key",
        "403": "missing scope",
        "404": "not found",
        "429": "throttled",
        "503": "fault",
    }

    def is_deprecated(self) -> bool:
        return bool(super().is_deprecated() or deprecation.of(self.view, self.method))

    def get_description(self) -> str:
        text = super().get_description() or ""
        wanted = getattr(self.view, "scopes", {}).get(self.method)
        if wanted and wanted != ("*",):
            text += "\n\nScope: " + " or ".join(f"`{scope}`" for scope in wanted)
        return text

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        reference = self.resolve_serializer(ProblemDocument, direction).ref
        wanted = dict(self.SHARED)
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            wanted |= {
                "406": "not acceptable",
                "409": "conflict",
                "410": "gone",
                "411": "length required",
                "412": "changed since",
                "413": "too large",
                "415": "unsupported media type",
            }
        else:
            wanted |= {
                "304": "not changed since (If-None-Match)",
                "406": "not acceptable",
                "409": "not now",
                "410": "gone",
            }
        problem = {"application/problem+json": {"schema": reference}}
        for status, description in wanted.items():
            made = {"description": description} | ({"content": problem} if status != "304" else {})
            bodies.setdefault(status, made)
        return bodies


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


# Of what `fields` chooses from, only this is always there; what an expectation leaves open is not.
_SPARSE = {
    "EntryOutput": ["entry_code"],
    "ExpectedLineOutput": ["outcome"],
    "FoundDaysOutput": [],
    "VerifyOutput": ["valid", "why", "message", "receipt"],
}
_CODE = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 64}
_IN_PATH = {"code": _CODE, "label": _CODE}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "1 to 255 printable ASCII characters: the same key and body give the first answer again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}


def complete(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Make the document say what drf-spectacular cannot know (a postprocessing hook): no other fields, bounds of pages and codes, keys."""
    schemas = result["components"]["schemas"]
    schemas.update(shapes.components())
    for name, schema in schemas.items():
        if name.endswith("Request") and "properties" in schema:
            schema["additionalProperties"] = False
        elif name.endswith("Output") and "properties" in schema:
            # What is not known is null or empty, never left out.
            schema["required"] = _SPARSE.get(name, list(schema["properties"]))
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                _complete_parameter(parameter, path)
            if method == "post":
                operation.setdefault("parameters", []).append(_KEY)
    schemas_in_order = dict(sorted(schemas.items()))
    result["components"]["schemas"] = schemas_in_order
    return result


def _complete_parameter(parameter: dict[str, Any], path: str) -> None:
    name, place = parameter["name"], parameter["in"]
    schema = parameter["schema"]
    if place == "path" and name in _IN_PATH:
        parameter["schema"] = _IN_PATH[name]
    elif place == "query" and name in {"page", "page_size"}:
        parameter["schema"] = (PAGE if name == "page" else PAGE_SIZE)["schema"]
    elif place == "query" and schema == {"type": "string"} and not path.endswith("/coverage/"):
        parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": MAX_VALUE}
