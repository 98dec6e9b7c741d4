"""Filters of what was decided: single checks, batches, the claims of one."""

import django_filters
from django.db.models import Exists, OuterRef, QuerySet

from claims.batches.one_claim import with_member
from claims.models import BatchClaim, ClaimBatch, ClaimCheck
from common.api.filtering import DayFilter, MomentFilter
from common.sealing.fields import tagged
from insurers.api.authentication import insurer_of


class CheckFilter(django_filters.FilterSet):
    claim_no = django_filters.CharFilter(max_length=100, method="with_claim_no")
    product = django_filters.CharFilter(field_name="product__code", max_length=64)
    outcome = django_filters.ChoiceFilter(choices=ClaimCheck.Outcome.choices)
    member_ref = django_filters.CharFilter(max_length=100, method="with_member")
    date = DayFilter(field_name="service_date", help_text="the same as `service_date`")
    service_date = DayFilter()
    service_date_after = DayFilter(field_name="service_date", lookup_expr="gte", help_text="this day or later")
    service_date_before = DayFilter(field_name="service_date", lookup_expr="lte", help_text="this day or earlier")
    decided_at = MomentFilter()
    decided_at_after = MomentFilter(field_name="decided_at", lookup_expr="gte")
    decided_at_before = MomentFilter(field_name="decided_at", lookup_expr="lte")

    class Meta:
        model = ClaimCheck
        fields: list[str] = []

    def with_claim_no(self, checks: QuerySet[ClaimCheck], name: str, claim_no: str) -> QuerySet[ClaimCheck]:
        return tagged(checks, "claim_tag", [claim_no], insurer_of(self.request.user))

    def with_member(self, checks: QuerySet[ClaimCheck], name: str, member_ref: str) -> QuerySet[ClaimCheck]:
        return tagged(checks, "member_tag", [member_ref], insurer_of(self.request.user))


class BatchFilter(django_filters.FilterSet):
    product = django_filters.CharFilter(field_name="product__code", max_length=64)
    state = django_filters.ChoiceFilter(choices=ClaimBatch.State.choices)
    member_ref = django_filters.CharFilter(
        max_length=100, method="with_member", help_text="batches with a claim of this member, while its facts are kept"
    )
    created_at = MomentFilter()
    created_at_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_at_before = MomentFilter(field_name="created_at", lookup_expr="lte")
    decided_at = MomentFilter(field_name="finished_at")
    decided_at_after = MomentFilter(field_name="finished_at", lookup_expr="gte")
    decided_at_before = MomentFilter(field_name="finished_at", lookup_expr="lte")

    class Meta:
        model = ClaimBatch
        fields: list[str] = []

    def with_member(self, batches: QuerySet[ClaimBatch], name: str, member_ref: str) -> QuerySet[ClaimBatch]:
        return batches.filter(
            Exists(
                with_member(BatchClaim.objects.filter(batch=OuterRef("pk")), member_ref, insurer_of(self.request.user))
            )
        )
