"""Findings over REST: what is to be seen to in lists and products, and the note that somebody has seen to it (spec curation 4)."""

from __future__ import annotations

import hashlib
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import READ, given_in
from common.api import etags
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.labels import choices
from curation.findings.services import LONGEST_REASON, acknowledge_finding
from curation.findings.wording import sentence
from curation.models import Finding
from curation.vocabularies import FINDING_KINDS

OFFICE = "office"
MAY_ACKNOWLEDGE = frozenset({"catalog:write", "catalog:publish"})


class FoundInOutput(serializers.Serializer):
    catalog = serializers.CharField()
    version = serializers.CharField(allow_blank=True, help_text="empty: none in force")


class FoundEntryOutput(serializers.Serializer):
    catalog = serializers.CharField()
    version = serializers.CharField()
    entry_code = serializers.CharField()
    generic_name = serializers.CharField(allow_blank=True, source="name")


class FoundProductOutput(serializers.Serializer):
    code = serializers.CharField()
    version = serializers.CharField()


class FoundDaysOutput(serializers.Serializer):
    last_day = serializers.DateField(required=False, help_text="`ending`: the last day")
    gone_on = serializers.DateField(required=False, help_text="`moved`: the first day off the one list")
    came_on = serializers.DateField(required=False, help_text="`moved`: the first day on the other")


class AcknowledgedOutput(serializers.Serializer):
    by = serializers.CharField(help_text="to an insurer: office, but for its own")
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class FindingOutput(serializers.ModelSerializer):
    kind = serializers.ChoiceField(choices(FINDING_KINDS.terms))
    state = serializers.ChoiceField(Finding.State.choices)
    message = serializers.SerializerMethodField(help_text="what was found, in a sentence of your language")
    drug = serializers.SerializerMethodField(help_text="the drug's base name; null: it is not about one drug")
    text = serializers.SerializerMethodField(
        help_text="what is not coded or not known; of a product why: nothing_in_force, withdrawn, replaced"
    )
    catalogs = FoundInOutput(many=True, source="facts.catalogs", help_text="the lists, as of their editions")
    entries = FoundEntryOutput(many=True, source="facts.entries", help_text="what it rests on, the first 500")
    entry_count = serializers.IntegerField(source="facts.entry_count")
    cases = serializers.IntegerField(
        source="facts.together", help_text="above 1: so many of the same lists are told as one"
    )
    days = FoundDaysOutput(source="facts.days")
    product = FoundProductOutput(source="facts.product", allow_null=True)
    acknowledged = serializers.SerializerMethodField(help_text="null: nobody has seen to it")

    class Meta:
        model = Finding
        fields = [
            "id",
            "kind",
            "state",
            "message",
            "drug",
            "text",
            "catalogs",
            "entries",
            "entry_count",
            "cases",
            "days",
            "product",
            "first_seen_at",
            "last_seen_at",
            "gone_at",
            "acknowledged",
        ]

    def get_message(self, finding: Finding) -> str:
        return sentence(finding)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_drug(self, finding: Finding) -> str | None:
        return finding.facts["drug"] or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_text(self, finding: Finding) -> str | None:
        return finding.facts["text"] or None

    @extend_schema_field(AcknowledgedOutput(allow_null=True))
    def get_acknowledged(self, finding: Finding) -> Any:
        if finding.acknowledged_at is None:
            return None
        told = self.context["caller"].told(finding.acknowledged_by)
        return AcknowledgedOutput(
            {"by": told, "at": finding.acknowledged_at, "reason": finding.acknowledge_reason}
        ).data


class AcknowledgeInput(StrictSerializer):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class FindingFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=choices(FINDING_KINDS.terms))
    state = django_filters.ChoiceFilter(choices=Finding.State.choices)
    catalog = django_filters.CharFilter(method="of_catalog", max_length=64, help_text="a list's code")

    class Meta:
        model = Finding
        fields: list[str] = []

    def of_catalog(self, findings: QuerySet[Finding], _name: str, code: str) -> QuerySet[Finding]:
        return findings.filter(catalogs__contains=[code])


def finding_etag(finding: Finding) -> str:
    """Return what changes whenever the finding does; that it was seen once more is no change."""
    facts = (finding.pk, finding.state, finding.opened_at, finding.acknowledged_at, finding.facts)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


class FindingViewSet(ApiViewSet):
    """Findings 问题清单: worked out after every publication, withdrawal and merge of the drug master, and every night; each goes by itself when what
    it rests on does. An insurer sees those about shared lists, and about its own lists and products."""

    queryset = Finding.objects.none()
    serializer_class = FindingOutput
    filterset_class = FindingFilter
    scopes = {"GET": READ, "POST": READ}
    tagged = frozenset({"retrieve", "acknowledge"})
    matched = frozenset({"acknowledge"})

    def get_queryset(self) -> QuerySet[Finding]:
        return Finding.objects.visible_to(self.request.user.insurer_id).order_by("-opened_at", "-id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {"caller": self.request.user}

    def list(self, request: Any) -> Response:
        """The findings you may see, those that opened last first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(FindingOutput(page, many=True, context=self.get_serializer_context()).data)

    def retrieve(self, request: Any, pk: str) -> HttpResponseBase:
        refuse_unknown(request.query_params, ())
        finding = get_object_or_404(self.get_queryset(), pk=pk)
        shown = FindingOutput(finding, context=self.get_serializer_context()).data
        return etags.answer(request, shown, etag=finding_etag(finding), immutable=False)

    @extend_schema(request=AcknowledgeInput, responses=FindingOutput)
    def acknowledge(self, request: Any, pk: str) -> Response:
        """Note that you have seen to it, and why it may stay. The office's with `catalog:write` or `catalog:publish`; an insurer's about its own
        lists and products. It stays acknowledged as long as its cause is the same, also where that goes and comes back."""
        finding = get_object_or_404(self.get_queryset(), pk=pk)
        self._check(request, finding)
        given = given_in(request, AcknowledgeInput)
        etags.check_match(request, finding_etag(finding))
        finding = acknowledge_finding(finding=finding, by=request.user.person, **given)
        shown = FindingOutput(finding, context=self.get_serializer_context()).data
        return Response(shown, headers={"ETag": f'"{finding_etag(finding)}"'})

    def _check(self, request: Any, finding: Finding) -> None:
        user = request.user
        if user.is_office and user.scopes.isdisjoint(MAY_ACKNOWLEDGE):
            raise ApiProblem(
                403, "missing_scope", _("This key lacks the scope %(scope)s.") % {"scope": "catalog:write"}
            )
        if not user.is_office and finding.owner_id != user.insurer_id:
            raise ApiProblem(403, "not_yours", _("The catalog office sees to what is found in shared lists."))


urls = [
    path("findings/", FindingViewSet.as_view({"get": "list"}), name="finding-list"),
    path("findings/<uuid:pk>/", FindingViewSet.as_view({"get": "retrieve"}), name="finding-detail"),
    path(
        "findings/<uuid:pk>/acknowledge/", FindingViewSet.as_view({"post": "acknowledge"}), name="finding-acknowledge"
    ),
]
