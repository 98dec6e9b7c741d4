"""What an insurer's keys asked for, over REST: a log without anything of a claim in it (insurers.request_log)."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from common.api.filtering import DayFilter
from common.api.pagination import CursorPages
from common.api.views import ApiViewSet
from common.dates import begin_of, end_of
from insurers.api.authentication import ANY_KEY, insurer_of
from insurers.models import ApiRequest
from insurers.request_log import waiting


class RequestOutput(serializers.ModelSerializer):
    route = serializers.CharField(help_text="the address as this document writes it, without what stood in it")
    milliseconds = serializers.IntegerField(help_text="until the answer began to be sent")
    request_id = serializers.CharField(help_text="`X-Request-ID` of the answer")
    key = serializers.CharField(help_text="the prefix of the key it was asked with")

    class Meta:
        model = ApiRequest
        fields = ["id", "at", "key", "method", "route", "status", "milliseconds", "request_id"]


class _StatusField(forms.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        told = {"invalid": _("Write a status as 404, or 4xx for all from 400 to 499.")}
        super().__init__("^[1-5]([0-9]{2}|xx)$", error_messages=told, **kwargs)

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except forms.ValidationError as fault:
            raise forms.ValidationError(fault.messages[0], code="bad_value") from None


@extend_schema_field(OpenApiTypes.STR)
class StatusFilter(django_filters.Filter):
    """A status, or a hundred of them: 404, 4xx."""

    field_class = _StatusField

    def filter(self, queryset: QuerySet[ApiRequest], value: str) -> QuerySet[ApiRequest]:
        if not value:
            return queryset
        first = int(value.replace("xx", "00"))
        return queryset.filter(status__gte=first, status__lte=first + 99 if value.endswith("xx") else first)


class RequestFilter(django_filters.FilterSet):
    key = django_filters.CharFilter(max_length=16)
    status = StatusFilter()
    request_id = django_filters.CharFilter(max_length=64)
    since = DayFilter(method="from_day")
    until = DayFilter(method="to_day")

    class Meta:
        model = ApiRequest
        fields: list[str] = []

    def from_day(self, queryset: QuerySet[ApiRequest], _name: str, day: date) -> QuerySet[ApiRequest]:
        return queryset.filter(at__gte=begin_of(day))

    def to_day(self, queryset: QuerySet[ApiRequest], _name: str, day: date) -> QuerySet[ApiRequest]:
        return queryset.filter(at__lt=end_of(day))


class RequestViewSet(ApiViewSet):
    """The insurer's own requests, for finding out what its programs did."""

    queryset = ApiRequest.objects.none()
    serializer_class = RequestOutput
    filterset_class = RequestFilter
    pagination_class = CursorPages
    scopes = {"GET": ANY_KEY}
    refusals = {"list": (403,)}

    def get_queryset(self) -> QuerySet[ApiRequest]:
        return ApiRequest.objects.filter(insurer=insurer_of(self.request.user))

    def list(self, request: Any) -> Response:
        """What was asked with the insurer's keys, the latest first; there a second or two after it was answered, for REQUEST_LOG_DAYS (30) days.

        `since` and `until` are days in China, inclusive. No address, parameter or body is kept.
        """
        own = self.get_queryset()
        waiting.write()
        found = self.filter_queryset(own)
        wanted = RequestOutput.Meta.fields
        rows = self.paginator.paginate(found.values(*wanted), request, order=["-id"], count=found.count())
        return self.get_paginated_response(RequestOutput([ApiRequest(**row) for row in rows], many=True).data)
