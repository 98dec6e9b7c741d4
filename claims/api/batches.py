"""Claim batches: a file in, progress, totals, and the results streamed in the file's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from catalog.api.serializers import ProblemOutput
from claims.api.views import language_of, seen_by
from claims.batches import services
from claims.batches.results import Kept, Shown, csv_lines, ndjson_lines
from claims.batches.totals import totals_document
from claims.eligibility import REASONS
from claims.facts import UnknownProduct
from claims.models import ClaimBatch
from common.api import etags
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.parsing import StrictJsonParser
from common.api.values import SumsShape
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from common.sentences import Language
from insurers.api.authentication import insurer_of
from insurers.models import Product

CHECK = ("claims:check",)
_FAULT = (
    "批次因技术故障多次失败，没有给出任何结论。请联系管理员重试，或重新提交文件。",
    "The batch failed repeatedly by a technical fault; nothing was decided. Ask an administrator to retry it, or send the file again.",
)


class BatchFilter(django_filters.FilterSet):
    product = django_filters.CharFilter(field_name="product__code", max_length=64)
    state = django_filters.ChoiceFilter(choices=ClaimBatch.State.choices)

    class Meta:
        model = ClaimBatch
        fields: list[str] = []


class BatchInput(StrictSerializer):
    from_form = True

    file = serializers.FileField(allow_empty_file=True, max_length=None, help_text="CSV, XLSX or NDJSON")
    product = serializers.CharField(max_length=64)


class ProgressShape(serializers.Serializer):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    phase = serializers.ChoiceField(["", "read", "decide"], help_text="read: bytes of the file; decide: lines")


class OutcomeSums(SumsShape):
    outcome = serializers.ChoiceField(["eligible", "ineligible", "review", "refunded", "invalid"])


class ReasonSums(SumsShape):
    reason = serializers.ChoiceField(list(REASONS))


class BenefitSums(SumsShape):
    benefit = serializers.CharField()


class DrugSums(SumsShape):
    id = serializers.CharField()
    generic_name = serializers.CharField()


class BatchTotals(SumsShape):
    by_outcome = OutcomeSums(many=True)
    by_reason = ReasonSums(many=True)
    by_benefit = BenefitSums(many=True)
    by_drug = DrugSums(many=True, help_text="at most 500, most money first")
    drugs = serializers.IntegerField(help_text="how many drugs there are")


class ResultAddresses(serializers.Serializer):
    csv = serializers.CharField()
    ndjson = serializers.CharField()


class BatchOutput(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(ClaimBatch.State.choices)
    product = serializers.CharField()
    known_at = serializers.DateTimeField(help_text="every claim is decided as known then")
    rules_version = serializers.CharField()
    progress = ProgressShape()
    claims = serializers.IntegerField()
    invalid_claims = serializers.IntegerField()
    lines = serializers.IntegerField()
    totals = BatchTotals(allow_null=True, help_text="null until done")
    results = ResultAddresses(allow_null=True, help_text="addresses of the results, null until done")
    errors = ProblemOutput(many=True)
    warnings = ProblemOutput(many=True)
    file_name = serializers.CharField()
    file_size = serializers.IntegerField()
    file_format = serializers.CharField()
    sha256 = serializers.CharField()
    is_demonstration = serializers.BooleanField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    purged_at = serializers.DateTimeField(allow_null=True)


class BatchViewSet(ApiViewSet):
    """Claim batches 批量理赔审核: a file of claims, decided as known at one instant."""

    queryset = ClaimBatch.objects.none()
    serializer_class = BatchOutput
    filterset_class = BatchFilter
    parser_classes = [MultiPartParser, StrictJsonParser]
    scopes = {"GET": CHECK, "POST": CHECK}
    bodiless = frozenset({"cancel"})
    files = {"results_csv": "text/csv", "results_ndjson": "application/x-ndjson"}
    tagged = frozenset({"results_csv", "results_ndjson"})
    located = frozenset({"create"})
    named_files = frozenset({"results_csv", "results_ndjson"})
    refusals = {"create": (404,), "results_csv": (409, 410), "results_ndjson": (409, 410)}

    def get_queryset(self) -> QuerySet[ClaimBatch]:
        own = ClaimBatch.objects.filter(insurer=insurer_of(self.request.user))
        return own.select_related("product", "job").order_by("-created_at", "-id")

    @extend_schema(responses=BatchOutput(many=True))
    def list(self, request: Any) -> Response:
        """List the batches, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([_shown(batch, language_of(request)) for batch in page])

    @extend_schema(responses=BatchOutput)
    def retrieve(self, request: Any, pk: str) -> Response:
        """State, progress, and when it is done its totals."""
        refuse_unknown(request.query_params, ())
        batch = self._batch(pk)
        _log_look(request, batch)
        return Response(_shown(batch, language_of(request)))

    @extend_schema(request={"multipart/form-data": BatchInput}, responses={202: BatchOutput, 200: BatchOutput})
    def create(self, request: Any) -> Response:
        """Upload a file of claims: 202 and a Location to watch.

        The same bytes for the same product while an earlier batch of them is queued or running answer 200 with that batch. Once it has
        ended they are a new batch, decided as known now; to repeat a request safely, send an Idempotency-Key.
        """
        refuse_unknown(request.query_params, ())
        given = BatchInput(data=request.data)
        given.is_valid(raise_exception=True)
        file, code = given.validated_data["file"], given.validated_data["product"]
        product = Product.objects.filter(insurer=insurer_of(request.user), code=code).first()
        if product is None:
            raise UnknownProduct(_("There is no such product."))
        batch, new = services.accept_batch(
            product=product,
            chunks=file.chunks(),
            file_name=file.name,
            by=request.user.person,
            seen=seen_by(request.user),
        )
        location = reverse("batch-detail", args=[batch.pk])
        shown = _shown(self._batch(batch.pk), language_of(request))
        return Response(shown, status=202 if new else 200, headers={"Location": location})

    @extend_schema(request=None, responses={202: BatchOutput})
    def cancel(self, request: Any, pk: str) -> Response:
        """End a batch that is queued or running; nothing of it is shown as decided."""
        refuse_unknown(request.query_params, ())
        services.cancel_batch(batch=self._batch(pk), by=request.user.person)
        return Response(_shown(self._batch(pk), language_of(request)), status=202)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def results_csv(self, request: Any, pk: str) -> HttpResponseBase:
        """Stream the results, one row a line of the file, in its order; 409 `not_done` before."""
        return self._results(request, pk, "csv", csv_lines)

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY})
    def results_ndjson(self, request: Any, pk: str) -> HttpResponseBase:
        """Stream the results, one claim a line, each with the whole answer of a check; 409 `not_done` before."""
        return self._results(request, pk, "ndjson", ndjson_lines)

    def _results(
        self, request: Any, pk: str, form: str, lines_of: Callable[[Iterable[Kept], Shown], Iterator[bytes]]
    ) -> HttpResponseBase:
        refuse_unknown(request.query_params, ())
        batch, language = self._batch(pk), language_of(request)
        services.check_shown(batch)
        etag = f"{batch.pk.hex}-{form}-{language}"
        # Held by its tag only in the caller's own program: no cache keeps what is in it.
        headers = {**etags.headers_of(etag, immutable=True), "Cache-Control": "no-store"}
        if etags.unchanged(request, etag):
            return HttpResponse(status=304, headers=headers)
        _log_look(request, batch, form)
        content = lines_of(services.decisions_of(batch), services.shown_in(batch, language))
        headers["Content-Disposition"] = f'attachment; filename="batch-{batch.pk}.{form}"'
        kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
        return StreamingHttpResponse(content, content_type=kind, headers=headers)

    def _batch(self, pk: Any) -> ClaimBatch:
        return get_object_or_404(self.get_queryset(), pk=pk)


def _log_look(request: Any, batch: ClaimBatch, form: str = "") -> None:
    name, after = f"{batch.product.code} {batch.pk}", {"results": form} if form else None
    record(Deed.BATCH_READ, by=request.user.person, what=batch, name=name, after=after)


def _shown(batch: ClaimBatch, language: Language) -> dict[str, Any]:
    """Return a batch as the API shows it."""
    totals = totals_document(batch.totals) if batch.totals else None
    errors = [_problem(problem, language) for problem in batch.errors]
    if batch.state == ClaimBatch.State.FAILED and not errors and not batch.purged_at:
        fault = {
            "row": None,
            "column": "",
            "value": "",
            "code": "FAULT",
            "message_zh": _FAULT[0],
            "message_en": _FAULT[1],
        }
        errors = [_problem(fault, language)]
    results = None
    if batch.state == ClaimBatch.State.DONE and not batch.purged_at:
        results = {form: reverse(f"batch-results-{form}", args=[batch.pk]) for form in ("csv", "ndjson")}
    return {
        "id": str(batch.pk),
        "state": batch.state,
        "product": batch.product.code,
        "known_at": batch.known_at,
        "rules_version": batch.rules_version,
        "progress": services.progress_of(batch),
        "claims": batch.claims,
        "invalid_claims": batch.invalid_claims,
        "lines": batch.lines,
        "totals": totals,
        "results": results,
        "errors": errors,
        "warnings": [_problem(problem, language) for problem in batch.warnings],
        "file_name": batch.file_name,
        "file_size": batch.file_size,
        "file_format": batch.file_format,
        "sha256": batch.sha256,
        "is_demonstration": batch.product.is_demonstration,
        "created_by": batch.created_by,
        "created_at": batch.created_at,
        "finished_at": batch.finished_at,
        "purged_at": batch.purged_at,
    }


def _problem(problem: dict[str, Any], language: Language) -> dict[str, Any]:
    told = ("row", "column", "value", "code", "message_zh", "message_en")
    return {**{name: problem[name] for name in told}, "message": problem[f"message_{language}"]}
