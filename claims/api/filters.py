"""Filters of the checks list."""

import django_filters

from claims.models import ClaimCheck
from common.api.filtering import DayFilter


class CheckFilter(django_filters.FilterSet):
    claim_no = django_filters.CharFilter(max_length=100)
    product = django_filters.CharFilter(field_name="product__code", max_length=64)
    outcome = django_filters.ChoiceFilter(choices=ClaimCheck.Outcome.choices)
    date = DayFilter(field_name="service_date")

    class Meta:
        model = ClaimCheck
        fields: list[str] = []
