"""Corrections over REST: which of the insurer's recorded checks would be answered otherwise now, and that one is settled (spec curation.md 5)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import refuse
from claims.api.views import CHECK, flag, seen_by
from claims.eligibility.decision import worst
from claims.models import ClaimCheck
from common.api.filtering import refuse_unknown
from common.api.pagination import page_size_of
from common.api.params import instant_parameter
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from common.dates import CHINA, parse_day
from common.money import yuan
from curation.corrections.judging import Correction, judge
from curation.corrections.places import beyond, place_of
from curation.corrections.queries import checks_resting
from curation.corrections.services import settle_check
from curation.impact.lines import Line
from curation.models import SettledCheck
from insurers.api.authentication import insurer_of

_ASKED = ("since", "settled", "cursor", "page_size")


class CorrectedLineSide(serializers.Serializer):
    outcome = serializers.ChoiceField(ClaimCheck.Outcome.choices)
    payable = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="their codes")
    benefit = serializers.CharField(allow_null=True)


class CorrectedLine(serializers.Serializer):
    line_no = serializers.IntegerField()
    drug = serializers.CharField(allow_null=True, help_text="as it is recognised now, else as it was")
    old = CorrectedLineSide()
    new = CorrectedLineSide()


class AnsweredLine(serializers.Serializer):
    line_no = serializers.IntegerField()
    outcome = serializers.ChoiceField(ClaimCheck.Outcome.choices)
    payable = serializers.CharField()


class CorrectionSide(serializers.Serializer):
    outcome = serializers.ChoiceField(ClaimCheck.Outcome.choices, help_text="the worst of the lines")
    payable = serializers.CharField()
    lines = AnsweredLine(many=True)
    digest = serializers.CharField()
    known_at = serializers.DateTimeField()
    rules_version = serializers.CharField()


class CorrectionOutput(serializers.Serializer):
    check = serializers.UUIDField()  # type: ignore[assignment]
    claim_no = serializers.CharField(allow_blank=True)
    product = serializers.CharField()
    service_date = serializers.DateField(allow_null=True)
    decided_at = serializers.DateTimeField()
    old = CorrectionSide(help_text="as it was recorded")
    new = CorrectionSide(help_text="as a replay as known now answers")
    lines = CorrectedLine(many=True, help_text="those that are answered otherwise")
    settled = serializers.BooleanField()
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = serializers.CharField(allow_null=True)


class CorrectionsOutput(serializers.Serializer):
    known_at = serializers.DateTimeField()
    resting = serializers.IntegerField(help_text="checks that rest on what has changed since, on all pages")
    judged = serializers.IntegerField(help_text="of these on this page")
    facts_removed = serializers.IntegerField(help_text="of these not to be decided again: removed after retention")
    other_rules = serializers.IntegerField(help_text="of these refused by today's rules")
    next = serializers.CharField(allow_null=True, help_text="go on until null: a page may hold none")
    results = CorrectionOutput(many=True)


class SettledOutput(serializers.Serializer):
    check = serializers.UUIDField()  # type: ignore[assignment]
    settled = serializers.BooleanField()
    settled_at = serializers.DateTimeField()
    settled_by = serializers.CharField()


class CorrectionsViewSet(ApiViewSet):
    """Corrections 更正: recorded checks that would be answered otherwise now."""

    queryset = ClaimCheck.objects.none()
    serializer_class = CorrectionsOutput
    pagination_class = None
    scopes = {"GET": CHECK}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "since",
                OpenApiTypes.DATETIME,
                description="only for what changed at this instant, or on this day, or later",
            ),
            OpenApiParameter("settled", bool, description="only those that are settled, or are not"),
            OpenApiParameter("cursor", str, description="from `next` of another page"),
            OpenApiParameter("page_size", int, description="checks decided again a page: 1 to 500, 50 unless told"),
        ],
        responses=forced_singular_serializer(CorrectionsOutput),
    )
    def list(self, request: Any) -> Response:
        """List them, the newest first, page by page; what a publication, a withdrawal or the drug master cannot have touched is not looked at.

        A page decides `page_size` checks again and gives those whose outcome, payable, reasons or benefit differ: it may be empty with a `next`.
        The claims of batches are not among them: an impact run tries these.
        """
        refuse_unknown(request.query_params, _ASKED)
        seen = seen_by(request.user)
        insurer_id = insurer_of(request.user)
        settled = flag(request, "settled") if "settled" in request.query_params else None
        since = _since(request)
        resting = checks_resting(insurer_id=insurer_id, since=since, seen=seen, settled=settled)
        size = page_size_of(request)
        checks = list(
            _beyond(resting, request.query_params.get("cursor")).select_related("product", "settled")[: size + 1]
        )
        more, checks = len(checks) > size, checks[:size]
        found = judge(checks, seen)
        record(Deed.CHECKS_LISTED, by=request.user.person, what=ClaimCheck, after={"found": len(found.corrections)})
        return Response(
            {
                "known_at": seen.known_at,
                "resting": resting.count(),
                "judged": len(checks) - found.facts_removed - found.other_rules,
                "facts_removed": found.facts_removed,
                "other_rules": found.other_rules,
                "next": _next(request, checks[-1]) if more else None,
                "results": [correction_document(one) for one in found.corrections],
            }
        )


class SettleViewSet(ApiViewSet):
    """That a check is settled."""

    queryset = ClaimCheck.objects.none()
    serializer_class = SettledOutput
    scopes = {"POST": CHECK}
    bodiless = frozenset({"settle"})

    @extend_schema(request=None, responses={200: SettledOutput})
    def settle(self, request: Any, pk: str) -> Response:
        """Mark a check as settled, for good: corrections tell it apart, and its record stays as it is. Twice is once."""
        refuse_unknown(request.query_params, ())
        own = ClaimCheck.objects.filter(insurer=insurer_of(request.user))
        settled = settle_check(check=get_object_or_404(own, pk=pk), by=request.user.person, at=request.user.known_at)
        return Response({"check": str(pk), **_settled(settled)})


def correction_document(one: Correction) -> dict[str, Any]:
    """Return a correction as the API shows it."""
    check = one.check
    return {
        "check": str(check.pk),
        "claim_no": check.claim_no,
        "product": check.product.code,
        "service_date": check.service_date,
        "decided_at": check.decided_at,
        "old": _side(one.old),
        "new": _side(one.new),
        "lines": [
            {
                "line_no": line.line_no,
                "drug": line.new.drug or line.old.drug,
                "old": _line(line.old),
                "new": _line(line.new),
            }
            for line in one.lines
        ],
        **_settled(one.settled),
    }


def _settled(settled: SettledCheck | None) -> dict[str, Any]:
    return {
        "settled": settled is not None,
        "settled_at": settled.settled_at if settled else None,
        "settled_by": settled.settled_by if settled else None,
    }


def _side(answer: dict[str, Any]) -> dict[str, Any]:
    lines = answer["lines"]
    return {
        "outcome": worst({line["outcome"] for line in lines}),
        "payable": answer["totals"]["payable"],
        "lines": [
            {"line_no": line["line_no"], "outcome": line["outcome"], "payable": line["money"]["payable"]}
            for line in lines
        ],
        "digest": answer["digest"],
        "known_at": answer["as_known_at"],
        "rules_version": answer["rules_version"],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "outcome": line.outcome,
        "payable": yuan(line.payable),
        "reasons": list(line.reasons),
        "benefit": line.benefit,
    }


def _since(request: Any) -> datetime | None:
    """Return the instant since which changes count: the one that is given, or the beginning of a day in China."""
    text = request.query_params.get("since", "")
    if not text:
        return None
    try:
        return datetime.combine(parse_day(text), time.min, CHINA)
    except ValueError:
        return instant_parameter(request, "since", request.user.known_at)


def _beyond(checks: QuerySet[ClaimCheck], cursor: str | None) -> QuerySet[ClaimCheck]:
    """Keep the checks behind the place that a cursor names; raises a 400."""
    if cursor is None:
        return checks
    try:
        return beyond(checks, cursor)
    except ValueError:
        refuse("/cursor", _("This cursor was not given by this list; start again without one."))


def _next(request: Any, last: ClaimCheck) -> str:
    url, _mark, query = request.build_absolute_uri().partition("?")
    asked = {**parse_qs(query, keep_blank_values=True), "cursor": [place_of(last)]}
    return f"{url}?{urlencode(sorted(asked.items()), doseq=True)}"


urls = [
    path("claims/corrections/", CorrectionsViewSet.as_view({"get": "list"}), name="correction-list"),
    path("claims/checks/<uuid:pk>/settle/", SettleViewSet.as_view({"post": "settle"}), name="check-settle"),
]
