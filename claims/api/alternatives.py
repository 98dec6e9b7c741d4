"""What would have paid: GET /claims/checks/{id}/alternatives/ (spec proof.md 3)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from claims.alternatives.services import alternatives
from claims.alternatives.wording import alternatives_document
from claims.api.serializers import LINE_OUTCOMES
from claims.api.views import CHECK, language_of, seen_by
from claims.eligibility import RULES_VERSION
from claims.models import ClaimCheck
from common.api.filtering import refuse_unknown
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from insurers.api.authentication import insurer_of

_VALUE = {
    "oneOf": [
        {"type": "string"},
        {"type": "integer"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}},
    ],
    "nullable": True,
}


@extend_schema_field(_VALUE)
class ValueField(serializers.JSONField):
    """A value of a field of the request: a text, a whole number, yes or no, a list of diagnoses, or null for not given."""


class SupposedChangeOutput(serializers.Serializer):
    field = serializers.CharField(help_text="the field's name in the request; evidence.<code> for an answer")
    pointer = serializers.CharField(help_text="JSON Pointer into the request: what is set")
    to = ValueField(allow_null=True, help_text="the value, as it is sent")
    kind = serializers.ChoiceField(
        ["fact", "paper"], help_text="fact: only a person can know whether it is so; paper: it can be obtained and sent"
    )
    wanted = serializers.ListField(
        child=serializers.CharField(), help_text="the codes or bounds of which `to` is an example; an answer's question"
    )

    def get_fields(self) -> dict[str, Any]:
        # `from` is no name that Python lets a class have.
        return {
            **super().get_fields(),
            "from": ValueField(allow_null=True, help_text="what was asked; null: not given"),
        }


class SupposedSetOutput(serializers.Serializer):
    changes = SupposedChangeOutput(many=True, help_text="one to three, of different fields; all of them together")
    message = serializers.CharField()
    worse_for = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="line_no of the lines that would then no longer be eligible: sex and age are of all lines",
    )


class UnmendableOutput(serializers.Serializer):
    reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="codes of the reasons that no change ends; none: it takes more than three changes",
    )
    message = serializers.CharField()


class LineAlternativesOutput(serializers.Serializer):
    line_no = serializers.IntegerField()
    outcome = serializers.ChoiceField(LINE_OUTCOMES)
    complete = serializers.BooleanField(help_text="false: more could be found than was tried or is shown")
    sets = SupposedSetOutput(many=True, help_text="the smallest first; none has a smaller one inside it")
    unmendable = UnmendableOutput(
        allow_null=True, help_text="why there is no set; null where there is, or the line needs none"
    )


class AlternativesOutput(serializers.Serializer):
    id = serializers.UUIDField()
    as_known_at = serializers.DateTimeField(help_text="the instant of the check: what was known later plays no part")
    rules_version = serializers.CharField(help_text="the rules by which it was judged: today's")
    lines = LineAlternativesOutput(many=True)


class AlternativesViewSet(ApiViewSet):
    """The least changes that would have made a line eligible."""

    queryset = ClaimCheck.objects.none()
    serializer_class = AlternativesOutput
    scopes = {"GET": CHECK}

    def get_queryset(self) -> QuerySet[ClaimCheck]:
        return ClaimCheck.objects.filter(insurer=insurer_of(self.request.user)).select_related("product")

    @extend_schema(responses=AlternativesOutput)
    def retrieve(self, request: Any, pk: str) -> Response:
        """Line by line, what would have had to be otherwise. Every set, set at its pointers and checked again as known then, is eligible.

        Asked are the line's own fields, and the member's sex and age where they are not known. `fact`: *if* it is so; nobody is told to make it so.
        """
        refuse_unknown(request.query_params, ())
        check = get_object_or_404(self.get_queryset(), pk=pk)
        language = language_of(request)
        found = alternatives(check=check, seen=seen_by(request.user), language=language)
        record(Deed.CHECK_READ, by=request.user.person, what=check, name=str(check.pk))
        return Response(
            {
                "id": str(check.pk),
                "as_known_at": found.known_at,
                "rules_version": RULES_VERSION,
                "lines": alternatives_document(found.lines, language),
            }
        )
