"""The OpenAPI document: what drf-spectacular finds, plus the errors that every endpoint shares."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from common.api import deprecation


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


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "insurers.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Api-Key <key>`",
        }


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
                "412": "changed since",
                "413": "too large",
                "415": "unsupported media type",
            }
        else:
            wanted |= {"406": "not acceptable"}
        for status, description in wanted.items():
            bodies.setdefault(
                status,
                {"content": {"application/problem+json": {"schema": reference}}, "description": description},
            )
        return bodies
