"""Impact over REST 影响试算: what a version would change in decisions that are recorded (spec curation.md 5)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from catalog.api.access import given_in, version_of
from claims.api.views import seen_by
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.views import ApiViewSet
from common.downloads import download
from curation.impact import services
from curation.impact.results import csv_lines
from curation.impact.services import Asked
from curation.impact.totals import totals_document
from curation.models import ImpactRun

ASK = ("catalog:write", "claims:check")
READ = ("catalog:write", "catalog:publish", "claims:check")
LINES = ("claims:check",)
PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]


class ImpactInput(StrictSerializer):
    product = serializers.CharField(max_length=64, required=False, help_text="its code; not given: every product")
    batch = serializers.UUIDField(required=False, help_text="a batch that is done, in place of days")
    to = serializers.DateField(required=False, help_text="the last day: claims by their service date")

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` is a word of the language.
        first = serializers.DateField(required=False, help_text="the first day; claims by their service date")
        return {**super().get_fields(), "from": first}


class ImpactProgress(serializers.Serializer):
    done = serializers.IntegerField(help_text="claims")
    total = serializers.IntegerField()
    phase = serializers.ChoiceField(["", "plan", "try"])


class ImpactVersion(serializers.Serializer):
    catalog = serializers.CharField()
    label = serializers.CharField()


class ImpactMoney(serializers.Serializer):
    lines = serializers.IntegerField()
    payable_old = serializers.CharField()
    payable_new = serializers.CharField()


class ImpactCell(ImpactMoney):
    old = serializers.CharField(help_text="as recorded: eligible, review, ineligible or refunded")
    new = serializers.CharField(help_text="as answered now if the version were published")


class ImpactGroup(ImpactMoney):
    changed = serializers.IntegerField(help_text="lines answered otherwise")


class ImpactProduct(ImpactGroup):
    insurer = serializers.CharField()
    product = serializers.CharField()


class ImpactDrug(ImpactGroup):
    id = serializers.CharField(allow_null=True, help_text="null: drugs that nobody recognised")
    generic_name = serializers.CharField(allow_null=True)


class ImpactReason(serializers.Serializer):
    reason = serializers.CharField()
    lines_old = serializers.IntegerField()
    lines_new = serializers.IntegerField()
    came = serializers.IntegerField(help_text="lines that carry it now and did not")
    went = serializers.IntegerField(help_text="lines that carried it and do no more")


class ImpactNotTried(serializers.Serializer):
    why = serializers.ChoiceField(["facts_removed", "invalid", "other_rules"])
    claims = serializers.IntegerField()


class ImpactListOutput(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(ImpactRun.State.choices)
    fault = serializers.ChoiceField(
        ["version_edited", "fault"],
        allow_null=True,
        help_text="why it failed: the version was edited meanwhile, or a technical fault",
    )
    progress = ImpactProgress()
    version = ImpactVersion()
    product = serializers.CharField(allow_null=True)
    batch = serializers.UUIDField(allow_null=True)
    to = serializers.DateField(allow_null=True)
    known_at = serializers.DateTimeField(help_text="what else is known: as of then")
    checks = serializers.IntegerField(help_text="recorded checks that were tried")
    batch_claims = serializers.IntegerField(help_text="claims of batches that were tried")
    lines = serializers.IntegerField()
    not_tried = serializers.IntegerField(help_text="claims")
    not_tried_why = ImpactNotTried(many=True)
    changed = ImpactMoney(allow_null=True, help_text="lines answered otherwise; null until done")
    changed_without = ImpactMoney(
        allow_null=True, help_text="of these, lines that would be so without the version, by what else is known since"
    )
    payable_old = serializers.CharField(allow_null=True)
    payable_new = serializers.CharField(allow_null=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), "from": serializers.DateField(allow_null=True)}


class ImpactOutput(ImpactListOutput):
    matrix = ImpactCell(many=True, allow_null=True, help_text="null until done, as what follows")
    by_product = ImpactProduct(many=True, allow_null=True)
    by_drug = ImpactDrug(many=True, allow_null=True, help_text="at most 500, most money moved first")
    drugs = serializers.IntegerField(allow_null=True, help_text="how many drugs there are")
    by_reason = ImpactReason(many=True, allow_null=True)
    lines_csv = serializers.CharField(allow_null=True, help_text="address of the lines; null for the office's")


class _OfCaller(ApiViewSet):
    """Runs as the caller may see them: an insurer its own, the office its own and no insurer's."""

    queryset = ImpactRun.objects.none()
    serializer_class = ImpactOutput

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _check_scope(request)

    def get_queryset(self) -> QuerySet[ImpactRun]:
        _check_scope(self.request)
        found: QuerySet[ImpactRun] = services.runs_of(self.request.user.insurer_id)
        return found.order_by("-created_at", "-id")


def _check_scope(request: Any) -> None:
    """Raise a 403 for an insurer's key that may write lists but not check claims: what a run tells is about claims."""
    if not request.user.is_office and "claims:check" not in request.user.scopes:
        raise PermissionDenied


class VersionImpactViewSet(_OfCaller):
    """Impact 影响试算 of a version: ask for a run, see the runs there were."""

    scopes = {"GET": READ, "POST": ASK}
    located = frozenset({"create"})

    @extend_schema(parameters=PAGE, responses=ImpactListOutput(many=True))
    def list(self, request: Any, code: str, label: str) -> Response:
        """Runs of this version, the latest first."""
        refuse_unknown(request.query_params, ("page", "page_size"))
        version = version_of(request, code, label)
        page = self.paginate_queryset(self.get_queryset().filter(version=version))
        return self.get_paginated_response([_shown(run, whole=False) for run in page])

    @extend_schema(request=ImpactInput, responses={202: ImpactOutput})
    def create(self, request: Any, code: str, label: str) -> Response:
        """Try the version, as if published and known now, on recorded checks and batch claims: 202 and a Location to watch.

        The office gets sums over all insurers; an insurer its own, with the lines that differ.
        """
        given = given_in(request, ImpactInput)
        run = services.ask_impact(
            version=version_of(request, code, label),
            insurer_id=request.user.insurer_id,
            asked=Asked(given.get("product", ""), given.get("batch"), given.get("from"), given.get("to")),
            by=request.user.person,
            seen=seen_by(request.user),
        )
        shown = _shown(self.get_queryset().get(pk=run.pk))
        return Response(shown, status=202, headers={"Location": reverse("impact-detail", args=[run.pk])})


class ImpactViewSet(_OfCaller):
    """A run: how far it is, and what came of it."""

    scopes = {"GET": READ, "POST": ASK}
    bodiless = frozenset({"cancel"})

    @extend_schema(responses=ImpactOutput)
    def retrieve(self, request: Any, pk: str) -> Response:
        """State, progress, and when it is done its sums."""
        refuse_unknown(request.query_params, ())
        return Response(_shown(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(request=None, responses={202: ImpactOutput})
    def cancel(self, request: Any, pk: str) -> Response:
        """End a run that is queued or running; 409 `already_ended` where it is over."""
        refuse_unknown(request.query_params, ())
        run = get_object_or_404(self.get_queryset(), pk=pk)
        services.cancel_impact(run=run, by=request.user.person)
        return Response(_shown(self.get_queryset().get(pk=pk)), status=202)


class ImpactLinesViewSet(_OfCaller):
    """The lines of an insurer's own run that come out otherwise."""

    scopes = {"GET": LINES}
    files = {"lines": "text/csv"}
    named_files = frozenset({"lines"})
    refusals = {"lines": (409, 410)}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def lines(self, request: Any, pk: str) -> HttpResponseBase:
        """Stream them, one row a line; 409 `not_done` before, 410 `facts_removed` after retention. The office has none."""
        refuse_unknown(request.query_params, ())
        if request.user.is_office:
            raise PermissionDenied(_("The office sees sums; lines are the insurers' own."))
        run = get_object_or_404(self.get_queryset(), pk=pk)
        content = csv_lines(services.lines_of(run))
        services.log_look(run, by=request.user.person)
        return download(content, f"impact-{run.pk}.csv", "text/csv")


def _shown(run: ImpactRun, *, whole: bool = True) -> dict[str, Any]:
    told = totals_document(run.totals) if run.totals else {}
    document = {
        "id": str(run.pk),
        "state": run.state,
        "fault": run.fault or None,
        "progress": services.progress_of(run),
        "version": {"catalog": run.version.catalog.code, "label": run.version.label},
        "product": run.product or None,
        "batch": str(run.batch_id) if run.batch_id else None,
        "from": run.first_day,
        "to": run.last_day,
        "known_at": run.known_at,
        "checks": run.checks,
        "batch_claims": run.batch_claims,
        "lines": run.lines,
        "not_tried": sum(run.not_tried.values()),
        "not_tried_why": [{"why": why, "claims": claims} for why, claims in sorted(run.not_tried.items())],
        "changed": told.get("changed"),
        "changed_without": told.get("changed_without"),
        "payable_old": told.get("payable_old"),
        "payable_new": told.get("payable_new"),
        "created_by": run.created_by,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
    }
    if whole:
        document |= {name: told.get(name) for name in ("matrix", "by_product", "by_drug", "drugs", "by_reason")}
        has_lines = bool(told) and run.insurer_id is not None
        document["lines_csv"] = reverse("impact-lines", args=[run.pk]) if has_lines else None
    return document


urls = [
    path(
        "catalogs/<str:code>/versions/<str:label>/impact/",
        VersionImpactViewSet.as_view({"get": "list", "post": "create"}),
        name="version-impact",
    ),
    path("impact/<uuid:pk>/", ImpactViewSet.as_view({"get": "retrieve"}), name="impact-detail"),
    path("impact/<uuid:pk>/cancel/", ImpactViewSet.as_view({"post": "cancel"}), name="impact-cancel"),
    path("impact/<uuid:pk>/lines.csv", ImpactLinesViewSet.as_view({"get": "lines"}), name="impact-lines"),
]
