"""The explanation of a check (spec proof.md 3): JSON, a page to print, or plain text, as the caller's `Accept` has it."""

from __future__ import annotations

from typing import Any, Final, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAcceptable

from claims import services
from claims.api.views import CHECK, language_of
from claims.explanation import AUDIENCES, KINDS, Audience, html, plain, title
from claims.models import ClaimCheck
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.api.rendering import preferred, to_json
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError
from insurers.api.authentication import insurer_of

JSON, HTML, PLAIN = OFFERED = ("application/json", "text/html", "text/plain")
LANGUAGES: Final = {"zh": "zh-Hans", "en": "en"}


class BlockOutput(serializers.Serializer):
    kind = serializers.ChoiceField(list(KINDS))
    line_no = serializers.IntegerField(allow_null=True, help_text="null: of the check as a whole")
    text = serializers.CharField()
    grounds = serializers.ListField(
        child=serializers.CharField(), help_text="JSON pointers into the check, as GET /claims/checks/{id}/ shows it"
    )


class ExplanationOutput(serializers.Serializer):
    id = serializers.UUIDField()
    audience = serializers.ChoiceField(AUDIENCES)
    language = serializers.ChoiceField(list(LANGUAGES.values()))
    title = serializers.CharField()
    digest = serializers.CharField(help_text="that of the check")
    blocks = BlockOutput(many=True)


class ExplanationViewSet(ApiViewSet):
    """Why a check was decided so, in words."""

    queryset = ClaimCheck.objects.none()
    serializer_class = ExplanationOutput
    scopes = {"GET": CHECK}
    refusals = {"retrieve": (410,)}

    def get_queryset(self) -> QuerySet[ClaimCheck]:
        return ClaimCheck.objects.filter(insurer=insurer_of(self.request.user))

    def _check_accepted(self, http: HttpRequest) -> None:
        if preferred(http.META.get("HTTP_ACCEPT", "*/*"), OFFERED) is None:
            raise NotAcceptable

    @extend_schema(
        parameters=[
            OpenApiParameter("audience", str, enum=AUDIENCES, description="for whom it is worded; member unless given")
        ],
        responses={
            (200, JSON): ExplanationOutput,
            (200, HTML): OpenApiTypes.STR,
            (200, PLAIN): OpenApiTypes.STR,
        },
    )
    def retrieve(self, request: Any, pk: str) -> HttpResponse:
        """Explain the check from its record alone: for the member in plain words, for an adjudicator with every code and step."""
        audience = _audience(request)
        check = get_object_or_404(self.get_queryset(), pk=pk)
        language = language_of(request)
        blocks = services.explain_check(check=check, audience=audience, language=language)
        record(Deed.CHECK_READ, by=request.user.person, what=check, name=str(check.pk), after={"explained": audience})
        kind = preferred(request.META.get("HTTP_ACCEPT", "*/*"), OFFERED)
        headers = {"Content-Language": LANGUAGES[language], "Vary": "Accept, Accept-Language, Authorization"}
        sandbox = request.user.is_sandbox
        if kind == HTML:
            note = f"{check.pk} · {check.digest}" if audience == "adjudicator" else ""
            page = html(blocks, language, stylesheet=static("claims/explanation.css"), note=note, sandbox=sandbox)
            return HttpResponse(page, content_type="text/html; charset=utf-8", headers=headers)
        if kind == PLAIN:
            text = plain(blocks, language, sandbox=sandbox)
            return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)
        document = {
            "id": str(check.pk),
            "audience": audience,
            "language": LANGUAGES[language],
            "title": title(language, sandbox=sandbox),
            "digest": check.digest,
            "blocks": [block._asdict() for block in blocks],
        }
        return HttpResponse(to_json(document), content_type=JSON, headers=headers)


def _audience(request: Any) -> Audience:
    """Return for whom it is asked; raises a 400 for anybody else."""
    refuse_unknown(request.query_params, ("audience",))
    audience = request.query_params.get("audience", "member")
    if audience not in AUDIENCES:
        detail = _("%(name)s is one of %(choices)s.") % {"name": "audience", "choices": ", ".join(AUDIENCES)}
        raise ApiProblem(400, "invalid", detail, [FieldError("/audience", "bad_choice", detail)])
    return cast("Audience", audience)
