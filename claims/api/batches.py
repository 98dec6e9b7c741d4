"""Claim batches: a file in, progress, totals, and the results streamed in the file's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from catalog.api.serializers import ProblemOutput
from claims.api import serializers as shapes
from claims.api.filters import BatchFilter
from claims.api.views import language_of, replay_document, replay_instant, seen_by
from claims.batches import one_claim, services
from claims.batches.results import Kept, Shown, csv_lines, ndjson_lines
from claims.batches.totals import totals_document
from claims.eligibility import REASONS
from claims.facts import UnknownProduct
from claims.models import BatchDecision, ClaimBatch
from claims.odd_claims import worded_notes
from common.api import etags
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.parsing import StrictJsonParser
from common.api.problems import ApiProblem
from common.api.values import SumsShape
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError
from common.languages import Language
from insurers.api.authentication import insurer_of
from insurers.models import Product

CHECK = ("claims:check",)
_FAULT = (
    "批次因技术故障多次失败，没有给出任何结论。请联系管理员重试，或重新提交文件。",
    "The batch failed repeatedly by a technical fault; nothing was decided. Ask an administrator to retry it, or send the file again.",
)


OUTCOMES = ["eligible", "ineligible", "review", "refunded", "invalid"]


class BatchInput(StrictSerializer):
    from_form = True

    file = serializers.FileField(allow_empty_file=True, max_length=None, help_text="CSV, XLSX or NDJSON")
    product = serializers.CharField(max_length=64)


class ProgressShape(serializers.Serializer):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    phase = serializers.ChoiceField(["", "read", "decide"], help_text="read: bytes of the file; decide: lines")


class OutcomeSums(SumsShape):
    outcome = serializers.ChoiceField(OUTCOMES)


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
        # Sealed, and may be long; nothing here shows it.
        return own.defer("asked_about").select_related("product", "job").order_by("-created_at", "-id")

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
        name = f"{'sandbox-' if request.user.is_sandbox else ''}batch-{batch.pk}.{form}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
        return StreamingHttpResponse(content, content_type=kind, headers=headers)

    def _batch(self, pk: Any) -> ClaimBatch:
        return get_object_or_404(self.get_queryset(), pk=pk)


class ClaimListOutput(serializers.Serializer):
    seq = serializers.IntegerField(help_text="its place in the file, by its first row")
    rows = serializers.ListField(child=serializers.IntegerField(), help_text="its rows in the file")
    claim_no = serializers.CharField()
    member_ref = serializers.CharField(allow_null=True, help_text="null: the claim was invalid")
    outcome = serializers.ChoiceField(OUTCOMES)
    digest = serializers.CharField(allow_null=True, help_text="null: the claim was invalid")


class BatchLineOutput(shapes.LineOutput):
    row = serializers.IntegerField(help_text="its row in the file")


class ClaimAnswer(serializers.Serializer):
    """What was decided of a claim of a batch, as of a check."""

    product = serializers.CharField()
    product_version = serializers.CharField(allow_null=True)
    as_known_at = serializers.DateTimeField()
    rules_version = serializers.CharField()
    catalogs = shapes.ConsultedShape(many=True)
    digest = shapes.DigestField()
    lines = BatchLineOutput(many=True)
    totals = shapes.TotalShape()
    accumulators = shapes.AccumulatorsShape()


class ClaimProblem(serializers.Serializer):
    row = serializers.IntegerField(allow_null=True)
    column = serializers.CharField()
    value = serializers.CharField()
    code = serializers.CharField(help_text="as the reports of files write it")
    message = serializers.CharField()


class ClaimOutput(ClaimListOutput):
    decision = ClaimAnswer(allow_null=True, help_text="null: the claim was invalid")
    problems = ClaimProblem(many=True, help_text="what is wrong with an invalid claim")
    notes = shapes.NoteShape(many=True)
    asked = shapes.AsSentField(allow_null=True, help_text="as a check would ask it; null: it was invalid as it stood")


class BatchClaimsViewSet(ApiViewSet):
    """The claims of a batch that is done, one by one: found, shown and decided again like checks."""

    queryset = ClaimBatch.objects.none()
    serializer_class = ClaimListOutput
    scopes = {"GET": CHECK, "POST": CHECK}
    refusals = {"list": (409, 410), "retrieve": (409, 410), "replay": (410,)}

    @extend_schema(
        parameters=[
            OpenApiParameter("claim_no", str),
            OpenApiParameter("member_ref", str),
            OpenApiParameter("outcome", str, enum=OUTCOMES),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=ClaimListOutput(many=True),
    )
    def list(self, request: Any, pk: str) -> Response:
        """The claims in the file's order; 409 `not_done` before the batch is done."""
        asked = ("claim_no", "member_ref", "outcome")
        refuse_unknown(request.query_params, (*asked, "page", "page_size"))
        batch = self._batch(pk)
        wanted = {name: request.query_params[name] for name in asked if name in request.query_params}
        if wanted.get("outcome", OUTCOMES[0]) not in OUTCOMES:
            detail = _("outcome is one of %(outcomes)s.") % {"outcomes": ", ".join(OUTCOMES)}
            raise ApiProblem(400, "invalid", detail, [FieldError("/outcome", "bad_choice", detail)])
        page = self.paginate_queryset(one_claim.decisions_in(batch, **wanted)) or []
        documents = one_claim.decision_documents(batch, page, language_of(request))
        _log_look(request, batch, "claims")
        rows = [_claim_row(kept, told) for kept, told in zip(page, documents, strict=True)]
        return self.get_paginated_response(rows)

    @extend_schema(responses=ClaimOutput)
    def retrieve(self, request: Any, pk: str, seq: int) -> Response:
        """What was decided of one claim, as it was decided, with what was asked."""
        refuse_unknown(request.query_params, ())
        batch, kept = self._claim(pk, seq)
        language = language_of(request)
        told = one_claim.decision_document(batch, kept, language)
        row, problems = _claim_row(kept, told), told.get("problems")
        decision = None if problems is not None else {name: told[name] for name in ClaimAnswer().fields}
        asked = one_claim.asked_of(batch, kept.seq)
        notes = one_claim.notes_on(batch, asked) if decision and asked else []
        _log_look(request, batch, "claims")
        return Response(
            {
                **row,
                "decision": decision,
                "problems": problems or [],
                "notes": worded_notes(notes, language),
                "asked": asked,
            }
        )

    @extend_schema(request=shapes.ReplayInput, responses=shapes.ReplayOutput)
    def replay(self, request: Any, pk: str, seq: int) -> Response:
        """The decision again, after the member's earlier claims of the batch: as it was known then, or as known at another instant.

        As it was known then it has the recorded digest. 409 `nothing_decided` for an invalid claim.
        """
        refuse_unknown(request.query_params, ())
        batch, kept = self._claim(pk, seq)
        known_at, language = replay_instant(request.data, request.user.known_at), language_of(request)
        found = one_claim.replay_claim(
            batch=batch, decision=kept, seen=seen_by(request.user), known_at=known_at, language=language
        )
        name = f"{batch.product.code} {batch.pk} {kept.seq}"
        record(Deed.CHECK_REPLAYED, by=request.user.person, what=batch, name=name, after={"same": found.same})
        return Response(replay_document(found, language, digest=kept.digest, rules_version=batch.rules_version))

    def _batch(self, pk: Any) -> ClaimBatch:
        own = ClaimBatch.objects.filter(insurer=insurer_of(self.request.user)).select_related("product")
        batch = get_object_or_404(own, pk=pk)
        services.check_shown(batch)
        return batch

    def _claim(self, pk: Any, seq: int) -> tuple[ClaimBatch, BatchDecision]:
        batch = self._batch(pk)
        return batch, get_object_or_404(one_claim.decisions_in(batch), seq=seq)


def _claim_row(kept: BatchDecision, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": kept.seq,
        "rows": told["rows"],
        "claim_no": told["claim_no"],
        "member_ref": told.get("member_ref"),
        "outcome": kept.outcome,
        "digest": kept.digest or None,
    }


def _log_look(request: Any, batch: ClaimBatch, form: str = "") -> None:
    name, after = f"{batch.product.code} {batch.pk}", {"results": form} if form else None
    record(Deed.BATCH_READ, by=request.user.person, what=batch, name=name, after=after)


def _shown(batch: ClaimBatch, language: Language) -> dict[str, Any]:
    """Return a batch as the API shows it."""
    totals = totals_document(batch.totals) if batch.totals else None
    errors = [_problem(problem, language) for problem in batch.errors]
    if batch.state == ClaimBatch.State.FAILED and not errors and not batch.facts_removed:
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
    if batch.state == ClaimBatch.State.DONE and not batch.facts_removed:
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
