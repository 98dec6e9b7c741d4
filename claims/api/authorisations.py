"""Prior authorisations over REST (spec proof.md 4): asked and judged at once, decided by a person, papers, renewal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.clock import china_today
from claims.api import serializers as shapes
from claims.api.views import language_of, seen_by
from claims.authorisations import queries, rules, services
from claims.eligibility.facts import QUANTITY_PLACES
from claims.models import PriorAuthorisation
from common.api.fields import StrictSerializer
from common.api.filtering import DayFilter, MomentFilter, YesNoFilter, refuse_unknown
from common.api.problems import ApiProblem
from common.api.shapes import (
    ANY_DAY,
    YES_NO,
    component,
    decimal,
    json_body,
    optional,
)
from common.api.values import AnyJsonField, AsSentField
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError
from common.languages import Language
from common.sealing.fields import tagged
from insurers.api.authentication import insurer_of

CHECK = ("claims:check",)

_FIELDS = {
    **{name: shape for name, shape in shapes.COVERAGE_FIELDS.items() if name not in {"icd10", "date", "known_at"}},
    "product": {"type": "string", "minLength": 1, "maxLength": shapes.MAX_TEXT},
    "member_ref": {
        "type": "string",
        "minLength": 1,
        "maxLength": shapes.MAX_MEMBER_REF,
        "description": "a pseudonym, never a name or number of a person",
    },
    "diagnoses": shapes.CODES,
    "evidence": shapes.EVIDENCE,
    "from": optional(ANY_DAY, "the first day; today in China unless given"),
    "quantity": optional(decimal(QUANTITY_PLACES), "how much it is for; as much as needed unless given"),
    "urgent": optional(YES_NO),
}
AuthorisationInput = json_body(component("PriorAuthorisationInput", _FIELDS, required=["product", "member_ref"]))
RenewalInput = json_body(
    component("RenewalInput", _FIELDS, about="what is otherwise than it was asked before; {}: nothing is")
)


class DecisionInput(StrictSerializer):
    decision = serializers.ChoiceField(rules.DECISIONS)
    reason = serializers.CharField(
        max_length=services.MAX_REASON,
        required=False,
        allow_blank=True,
        default="",
        help_text="needed where it is declined",
    )
    valid_from = serializers.DateField(required=False, allow_null=True, default=None, help_text="as asked unless given")
    valid_to = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="as long as the product says unless given"
    )
    quantity = serializers.DecimalField(
        max_digits=24,
        decimal_places=QUANTITY_PLACES,
        required=False,
        allow_null=True,
        default=None,
        min_value=Decimal("0.000000001"),
        error_messages={"min_value": gettext_lazy("More than 0, with at most 9 decimals.")},
        help_text="as asked unless given",
    )


class PaperInput(StrictSerializer):
    name = serializers.CharField(max_length=services.MAX_PAPER)
    sent_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="today unless given")


class PapersInput(StrictSerializer):
    asked = serializers.ListField(
        child=serializers.CharField(max_length=services.MAX_PAPER),
        required=False,
        max_length=services.MAX_PAPERS,
        help_text="names of papers that are awaited from now on",
    )
    received = PaperInput(many=True, required=False, help_text="papers that came; no file is taken")


class PaperOutput(serializers.Serializer):
    name = serializers.CharField()
    asked_at = serializers.DateTimeField(allow_null=True, help_text="null: nobody asked for it")
    sent_on = serializers.DateField(allow_null=True, help_text="null: awaited")
    came_at = serializers.DateTimeField(allow_null=True, help_text="null: awaited")


class HappeningOutput(serializers.Serializer):
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    detail = AnyJsonField(help_text="what more is known of it: days, papers, quantities")


class AuthorisationListOutput(serializers.Serializer):
    no = serializers.CharField(help_text="what a claim line gives as prior_auth_no")
    state = serializers.ChoiceField(rules.STATES)
    product = serializers.CharField()
    member_ref = serializers.CharField(help_text="blank after the retention")
    drug = serializers.CharField(help_text="the generic name; blank where it was not recognised")
    urgent = serializers.BooleanField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True, help_text="inclusive")
    quantity = serializers.CharField(allow_null=True, help_text="null: as much as needed")
    quantity_left = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="by when a person has to decide")
    clock_stopped_at = serializers.DateTimeField(allow_null=True, help_text="papers are awaited since")
    overdue = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField()


class AuthorisationOutput(AuthorisationListOutput):
    drug = shapes.RecognisedDrug(allow_null=True, help_text="null: not recognised")
    asked = AsSentField(help_text="as it was asked")
    diagnoses = serializers.ListField(child=serializers.CharField())
    evidence = serializers.DictField(child=serializers.BooleanField(allow_null=True), help_text="answers to criteria")
    product_version = serializers.CharField(allow_null=True)
    reasons = shapes.ReasonShape(many=True)
    missing = shapes.ReasonShape(many=True, help_text="why it is in review: the reasons with effect R")
    benefit = serializers.CharField(allow_null=True)
    match = shapes.MatchShape(allow_null=True)
    requirements = shapes.RequirementsShape(allow_null=True)
    catalogs = shapes.ConsultedShape(many=True)
    papers = PaperOutput(many=True)
    reason = serializers.CharField(help_text="why a person decided so")
    asked_by = serializers.CharField()
    decided_by = serializers.CharField()
    renews = serializers.CharField(allow_null=True)
    renewed_by = serializers.CharField(allow_null=True)
    renewable_from = serializers.DateField(allow_null=True)
    known_at = serializers.DateTimeField()
    rules_version = serializers.CharField()
    events = HappeningOutput(many=True)


class AuthorisationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=[(state, state) for state in rules.STATES], method="in_state")
    product = django_filters.CharFilter(field_name="product__code", max_length=64)
    member_ref = django_filters.CharFilter(max_length=100, method="with_member")
    drug = django_filters.CharFilter(max_length=300)
    urgent = YesNoFilter()
    papers_awaited = YesNoFilter(field_name="stopped_at", lookup_expr="isnull", exclude=True)
    overdue = YesNoFilter(method="is_overdue")
    valid_on = DayFilter(method="is_valid_on")
    asked_at = MomentFilter()
    asked_at_after = MomentFilter(field_name="asked_at", lookup_expr="gte")
    asked_at_before = MomentFilter(field_name="asked_at", lookup_expr="lte")
    decided_at = MomentFilter()
    decided_at_after = MomentFilter(field_name="decided_at", lookup_expr="gte")
    decided_at_before = MomentFilter(field_name="decided_at", lookup_expr="lte")

    class Meta:
        model = PriorAuthorisation
        fields: list[str] = []

    def with_member(
        self, rows: QuerySet[PriorAuthorisation], name: str, member_ref: str
    ) -> QuerySet[PriorAuthorisation]:
        return tagged(rows, "member_tag", [member_ref], insurer_of(self.request.user))

    def in_state(self, rows: QuerySet[PriorAuthorisation], name: str, state: str) -> QuerySet[PriorAuthorisation]:
        return queries.in_state(rows, state, china_today(self.request.user.known_at))

    def is_overdue(self, rows: QuerySet[PriorAuthorisation], name: str, wanted: bool) -> QuerySet[PriorAuthorisation]:
        return queries.overdue(rows, self.request.user.known_at, wanted=wanted)

    def is_valid_on(self, rows: QuerySet[PriorAuthorisation], name: str, day: date) -> QuerySet[PriorAuthorisation]:
        return rows.filter(state=rules.APPROVED, valid_from__lte=day, valid_to__gte=day)


class AuthorisationViewSet(ApiViewSet):
    """Prior authorisations 事前授权: a drug for a member, asked for before it is given."""

    queryset = PriorAuthorisation.objects.none()
    serializer_class = AuthorisationListOutput
    filterset_class = AuthorisationFilter
    scopes = {"GET": CHECK, "POST": CHECK}
    located = frozenset({"create", "renew"})
    refusals = {"create": (404,), "retrieve": (410,), "decide": (410,), "papers": (410,), "renew": (410,)}

    def get_queryset(self) -> QuerySet[PriorAuthorisation]:
        own = PriorAuthorisation.objects.filter(insurer=insurer_of(self.request.user))
        return own.select_related("product", "renews").order_by("-asked_at", "-id")

    def list(self, request: Any) -> Response:
        """Authorisations, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()).defer("facts", "judgement"))
        rows = list(page or [])
        used = queries.used_of(rows)
        record(Deed.AUTHORISATIONS_LISTED, by=request.user.person, what=PriorAuthorisation, after={"found": len(rows)})
        return self.get_paginated_response([_listed(row, used.get(row.pk, Decimal(0))) for row in rows])

    @extend_schema(responses=AuthorisationOutput)
    def retrieve(self, request: Any, no: str) -> Response:
        """One authorisation, how it stands today."""
        refuse_unknown(request.query_params, ())
        row = self._own(no)
        queries.facts_shown(row)
        record(Deed.AUTHORISATION_READ, by=request.user.person, what=row)
        return Response(shown(row, language_of(request)))

    @extend_schema(request=AuthorisationInput, responses={201: AuthorisationOutput})
    def create(self, request: Any) -> Response:
        """Ask for an authorisation; it is judged at once as a coverage question, its criteria answered by `evidence`.

        `approved`, `declined` with its reasons, or `in_review` with what is `missing`: then a person decides.
        """
        refuse_unknown(request.query_params, ())
        row = services.ask(
            insurer_id=insurer_of(request.user),
            data=request.data,
            by=request.user.person,
            seen=seen_by(request.user),
            language=language_of(request),
        )
        return self._made(row, request)

    @extend_schema(request=DecisionInput, responses=AuthorisationOutput)
    def decide(self, request: Any, no: str) -> Response:
        """Approve or decline one that is in review, as a person decided."""
        refuse_unknown(request.query_params, ())
        body = DecisionInput(data=request.data)
        body.is_valid(raise_exception=True)
        row = services.decide(authorisation=self._own(no), by=request.user.person, **body.validated_data)
        return Response(shown(row, language_of(request)))

    @extend_schema(request=PapersInput, responses=AuthorisationOutput)
    def papers(self, request: Any, no: str) -> Response:
        """Ask for papers, or note those that came, by their names: the clock stands still while any is awaited."""
        refuse_unknown(request.query_params, ())
        body = PapersInput(data=request.data)
        body.is_valid(raise_exception=True)
        came = [(paper["name"], paper["sent_on"]) for paper in body.validated_data.get("received", ())]
        row = services.papers(
            authorisation=self._own(no),
            asked=body.validated_data.get("asked", ()),
            came=came,
            by=request.user.person,
        )
        return Response(shown(row, language_of(request)))

    @extend_schema(request=RenewalInput, responses={201: AuthorisationOutput})
    def renew(self, request: Any, no: str) -> Response:
        """Ask for the time after it, from 30 days before its last day on: an authorisation of its own, judged at once.

        The body says what is otherwise than it was asked; nothing is where it is empty.
        """
        refuse_unknown(request.query_params, ())
        if not isinstance(request.data, dict):
            detail = _("Send an object with what is otherwise, or {}.")
            raise ApiProblem(400, "invalid", detail, [FieldError("", "invalid", detail)])
        row = services.renew(
            authorisation=self._own(no),
            by=request.user.person,
            seen=seen_by(request.user),
            data=request.data,
            language=language_of(request),
        )
        return self._made(row, request)

    def _own(self, no: str) -> PriorAuthorisation:
        row: PriorAuthorisation = get_object_or_404(self.get_queryset(), no=no)
        return row

    def _made(self, row: PriorAuthorisation, request: Any) -> Response:
        headers = {"Location": reverse("authorisation-detail", args=[row.no])}
        return Response(shown(row, language_of(request)), status=201, headers=headers)


def _plain(quantity: Decimal | None) -> str | None:
    return None if quantity is None else format(quantity.normalize(), "f")


def _listed(row: PriorAuthorisation, used: Decimal) -> dict[str, Any]:
    now = timezone.now()
    return {
        "no": row.no,
        "state": rules.state_on(row.state, row.valid_to, china_today(now)),
        "product": row.product.code,
        "member_ref": row.member_ref,
        "drug": row.drug,
        "urgent": row.urgent,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "quantity": _plain(row.quantity),
        "quantity_left": _plain(queries.quantity_left(row, used)),
        "due_at": row.due_at,
        "clock_stopped_at": row.stopped_at,
        "overdue": rules.is_overdue(row.due_at, row.stopped_at, now),
        "asked_at": row.asked_at,
        "decided_at": row.decided_at,
        "digest": row.digest,
    }


def shown(row: PriorAuthorisation, language: Language) -> dict[str, Any]:
    """Return an authorisation as the API shows it; raises AuthorisationRemoved after the retention."""
    facts, kept = queries.facts_shown(row), row.judgement or {}
    reasons = [_worded(reason, language) for reason in kept["reasons"]]
    renewal = row.renewals.exclude(state=rules.DECLINED).order_by("-id").first()
    approved = row.state == rules.APPROVED and row.valid_to
    return {
        **_listed(row, queries.used_of([row]).get(row.pk, Decimal(0))),
        "drug": kept["drug"],
        "asked": facts,
        "diagnoses": _diagnoses(facts),
        "evidence": facts.get("evidence") or {},
        "product_version": kept["product_version"],
        "reasons": reasons,
        "missing": [reason for reason in reasons if reason["effect"] == "R"] if row.state == rules.IN_REVIEW else [],
        "benefit": kept["benefit"],
        "match": kept["match"],
        "requirements": kept["requirements"],
        "catalogs": kept["catalogs"],
        "papers": row.papers,
        "reason": row.reason,
        "asked_by": row.asked_by,
        "decided_by": row.decided_by,
        "renews": row.renews.no if row.renews else None,
        "renewed_by": renewal.no if renewal else None,
        "renewable_from": rules.renewable_from(row.valid_to) if approved and row.valid_to else None,
        "known_at": row.known_at,
        "rules_version": row.rules_version,
        "events": queries.history_of(row),
    }


def _diagnoses(facts: Mapping[str, Any]) -> list[str]:
    given = facts.get("diagnoses") or []
    return [given] if isinstance(given, str) else list(given)


def _worded(reason: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {**reason, "message": reason["message"][language]}
