"""The log of deeds over REST: for the catalog office's keys with `audit:read` (spec curation.md 8)."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from common.api.values import AnyJsonField
from common.api.views import ApiViewSet
from common.audit.deeds import Deed, Via
from common.audit.models import Record


class DeedOutput(serializers.ModelSerializer):
    deed = serializers.ChoiceField(Deed.choices)
    deed_text = serializers.CharField(source="get_deed_display", help_text="in the caller's language")
    via = serializers.ChoiceField(Via.choices)
    before = AnyJsonField(allow_null=True)
    after = AnyJsonField(allow_null=True)
    sandbox = serializers.BooleanField(help_text="done in an insurer's sandbox, or to it")
    previous = serializers.CharField(help_text="the hash of the row before; empty for the first")

    class Meta:
        model = Record
        fields = [
            "id",
            "at",
            "who",
            "via",
            "deed",
            "deed_text",
            "kind",
            "object",
            "before",
            "after",
            "reason",
            "request_id",
            "sandbox",
            "previous",
            "hash",
        ]


class DeedFilter(django_filters.FilterSet):
    deed = django_filters.ChoiceFilter(choices=Deed.choices)
    via = django_filters.ChoiceFilter(choices=Via.choices)
    who = django_filters.CharFilter(max_length=150)
    kind = django_filters.CharFilter(max_length=40)
    object = django_filters.CharFilter(lookup_expr="icontains", max_length=100)
    request_id = django_filters.CharFilter(max_length=64)
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lte")

    class Meta:
        model = Record
        fields = ["deed", "via", "who", "kind", "object", "request_id"]


class AuditViewSet(ApiViewSet):
    """The log of deeds 操作记录: one row each, never changed, each with the hash of the one before."""

    queryset = Record.objects.none()
    serializer_class = DeedOutput
    filterset_class = DeedFilter
    scopes = {"GET": ("audit:read",)}

    def get_queryset(self) -> QuerySet[Record]:
        return Record.objects.order_by("-id")

    def list(self, request: Any) -> Response:
        """The log, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(DeedOutput(page, many=True).data)
