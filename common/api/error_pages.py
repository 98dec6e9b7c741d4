"""Error codes for whoever meets one: GET /error-codes/ for programs, and the pages that each error's `type` leads to, without a key."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from common.api.error_codes import CODES
from common.api.filtering import refuse_unknown
from common.api.models import KeptAnswer
from common.api.problems import not_found
from common.api.views import PublicViewSet
from common.labels import reader_language


class ErrorCodeOutput(serializers.Serializer):
    code = serializers.ChoiceField(list(CODES), help_text="of an error, or of one of its `errors`")
    zh = serializers.CharField(help_text="what it means")
    en = serializers.CharField()
    mend_zh = serializers.CharField(help_text="what to do about it")
    mend_en = serializers.CharField()


class ErrorCodeViewSet(PublicViewSet):
    """The codes of errors."""

    queryset: QuerySet[Any] = KeptAnswer.objects.none()
    serializer_class = ErrorCodeOutput
    pagination_class = None

    @extend_schema(responses=ErrorCodeOutput(many=True))
    def list(self, request: Any) -> Response:
        """List every code that an error can carry, with what it means and what to do about it."""
        refuse_unknown(request.query_params, ())
        return Response(
            [
                {
                    "code": one.code,
                    "zh": one.meaning("zh"),
                    "en": one.meaning("en"),
                    "mend_zh": one.mend("zh"),
                    "mend_en": one.mend("en"),
                }
                for one in CODES.values()
            ]
        )


@require_safe
def error_list(request: HttpRequest) -> HttpResponse:
    """Show every code, with its meaning."""
    language = reader_language()
    rows = [(one.code, one.meaning(language), one.mend(language)) for one in CODES.values()]
    return _page(request, {"title": _("Errors of the API"), "rows": rows})


@require_safe
def error_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one code, with its meaning and its mend; 404 for a code that no error has."""
    one = CODES.get(code)
    if one is None:
        return not_found(request)
    language = reader_language()
    told = {"title": code, "meaning": one.meaning(language), "mend": one.mend(language)}
    return _page(request, told)


def _page(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    answer = render(request, "errors.html", told)
    answer["Cache-Control"] = "public, max-age=3600"
    answer["Vary"] = "Accept-Language"
    return answer
