"""Comments over REST: insurers say what they think of a version in consultation, the office answers, everybody reads the summary (curation.md 2)."""

from __future__ import annotations

import hashlib
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog import consultation
from catalog.api import serializers as shapes
from catalog.api.views import PUBLISH, READ, WRITE, MultipartOnly, catalog_of, check_writable, may_write
from catalog.clock import china_today
from catalog.importing.comments import LONGEST_CODE, LONGEST_TEXT
from catalog.importing.export import table_file
from catalog.models import CatalogVersion, Comment
from catalog.vocabularies import DISPOSITIONS, STANCES
from common.api import etags, problems
from common.api.fields import StrictSerializer
from common.api.filtering import YesNoFilter, refuse_unknown
from common.api.pagination import PagePagination
from common.api.parsing import StrictJsonParser
from common.api.problems import ApiProblem
from common.api.shapes import component
from common.api.views import ApiViewSet
from common.downloads import XLSX, download
from common.labels import choices, reader_language
from tables.problems import Problem

SHOWN_PROBLEMS = 100
SHOWN_NORMALISED = 1_000
OFFICE = "office"
PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]


class CommentInput(StrictSerializer):
    entry_code = serializers.CharField(
        max_length=LONGEST_CODE,
        required=False,
        allow_blank=True,
        allow_null=True,
        default="",
        help_text="an entry of this version; not given: the whole list",
    )
    stance = serializers.ChoiceField(choices(STANCES.terms))
    text = serializers.CharField(max_length=LONGEST_TEXT)


class CommentChange(StrictSerializer):
    entry_code = serializers.CharField(max_length=LONGEST_CODE, required=False, allow_blank=True, allow_null=True)
    stance = serializers.ChoiceField(choices(STANCES.terms), required=False)
    text = serializers.CharField(max_length=LONGEST_TEXT, required=False)


class AnswerInput(StrictSerializer):
    disposition = serializers.ChoiceField(choices(DISPOSITIONS.terms))
    text = serializers.CharField(max_length=LONGEST_TEXT)


class CommentAnswerOutput(serializers.Serializer):
    disposition = serializers.ChoiceField(choices(DISPOSITIONS.terms))
    text = serializers.CharField(source="answer")
    by = serializers.CharField(source="answered_by", help_text="to an insurer: office")
    at = serializers.DateTimeField(source="answered_at")


class CommentOutput(serializers.ModelSerializer):
    insurer = serializers.CharField(source="insurer.code")
    generic_name = serializers.CharField(help_text="of the entry when it was commented on")
    answer = serializers.SerializerMethodField(help_text="null: not answered yet")

    class Meta:
        model = Comment
        fields = ["id", "entry_code", "generic_name", "stance", "text", "insurer", "by", "at", "changed_at", "answer"]

    @extend_schema_field(CommentAnswerOutput(allow_null=True))
    def get_answer(self, comment: Comment) -> Any:
        if comment.answered_at is None:
            return None
        shown = CommentAnswerOutput(comment).data
        # Insurers see persons of the office as "office" (api.md, Auth).
        return shown if self.context["is_office"] else {**shown, "by": OFFICE}


class SummaryCountsOutput(serializers.Serializer):
    support = serializers.IntegerField()
    oppose = serializers.IntegerField()
    suggest = serializers.IntegerField()


class SummaryAnswerOutput(serializers.Serializer):
    stance = serializers.ChoiceField(choices(STANCES.terms), help_text="of the comment that was answered")
    disposition = serializers.ChoiceField(choices(DISPOSITIONS.terms))
    text = serializers.CharField()


class EntrySummaryOutput(serializers.Serializer):
    entry_code = serializers.CharField(help_text="empty: the whole list")
    generic_name = serializers.CharField()
    counts = SummaryCountsOutput()
    unanswered = serializers.IntegerField()
    answers = SummaryAnswerOutput(many=True)


CommentsForm = {
    "multipart/form-data": component(
        "CommentsForm",
        {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "CSV or XLSX: 条目编码, 立场, 意见; at most 8 MiB, 10,000 rows",
            }
        },
        required=("file",),
    )
}


class CommentsFileInput(StrictSerializer):
    from_form = True

    file = serializers.FileField(max_length=255, allow_empty_file=True)


class CommentsFileCountsOutput(serializers.Serializer):
    rows = serializers.IntegerField(help_text="that say something, each once")
    made = serializers.IntegerField(help_text="comments that were made of them")
    already = serializers.IntegerField(help_text="that you had said already in the same words")


class CommentsFileOutput(serializers.Serializer):
    state = serializers.ChoiceField(["ready"])
    counts = CommentsFileCountsOutput()
    errors = shapes.ProblemOutput(many=True)
    error_count = serializers.IntegerField()
    warnings = shapes.ProblemOutput(many=True, help_text="the first 100")
    warning_count = serializers.IntegerField()
    columns = shapes.ColumnReadOutput(many=True, help_text="which header went to which column")
    normalised = shapes.NormalisedOutput(many=True, help_text="what was read otherwise than written, the first 1,000")
    file_name = serializers.CharField()
    file_size = serializers.IntegerField()
    sha256 = serializers.CharField()


class CommentsFileProblem(serializers.Serializer):
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    row = serializers.IntegerField(
        allow_null=True, required=False, help_text="of the file or sheet; null: the whole file"
    )
    column = serializers.CharField(required=False)
    value = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    message_zh = serializers.CharField(required=False)
    message_en = serializers.CharField(required=False)


class CommentsFileRefused(serializers.Serializer):
    """What is wrong with a file, as problem+json; nothing of it was kept."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    state = serializers.ChoiceField(["failed"], required=False)
    errors = CommentsFileProblem(many=True, required=False, help_text="the first 100, in the file's order")
    error_count = serializers.IntegerField(required=False)
    warnings = shapes.ProblemOutput(many=True, required=False, help_text="the first 100")
    warning_count = serializers.IntegerField(required=False)


class CommentFilter(django_filters.FilterSet):
    entry_code = django_filters.CharFilter(max_length=LONGEST_CODE)
    stance = django_filters.ChoiceFilter(choices=choices(STANCES.terms))
    answered = YesNoFilter(field_name="answered_at", lookup_expr="isnull", exclude=True)
    insurer = django_filters.CharFilter(field_name="insurer__code", max_length=64, help_text="an insurer's code")

    class Meta:
        model = Comment
        fields: list[str] = []


def consulted_version_of(request: Any, code: str, label: str) -> CatalogVersion:
    """Return a version whose comments the caller may ask for: one that it may see, or was asked about when it was in consultation."""
    catalog = catalog_of(request, code)
    versions = catalog.versions.select_related("catalog")
    if not may_write(request, catalog):
        versions = versions.open_to_commenters(china_today(request.user.known_at))
    return get_object_or_404(versions, label=label)


def commenting_insurer(request: Any) -> int:
    """Return the caller's insurer; raises a 403 for the catalog office, which answers."""
    if request.user.insurer_id is None:
        raise ApiProblem(403, "insurer_key_required", _("Insurers comment; the catalog office answers."))
    insurer_id: int = request.user.insurer_id
    return insurer_id


def comment_etag(comment: Comment) -> str:
    """Return what changes whenever the comment or its answer does."""
    facts = (comment.pk, comment.changed_at, comment.answered_at)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


class _OfVersion(ApiViewSet):
    queryset = Comment.objects.none()
    serializer_class = CommentOutput

    def get_queryset(self) -> QuerySet[Comment]:
        """Return those comments on the version of the address that the caller sees: an insurer its own, the office all."""
        version = consulted_version_of(self.request, self.kwargs["code"], self.kwargs["label"])
        comments = Comment.objects.filter(version=version).seen_by(self.request.user.insurer_id)
        return comments.select_related("insurer", "version__catalog").order_by("at", "entry_code", "id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {"is_office": self.request.user.is_office}

    def _given(self, request: Any, shape: Any) -> dict[str, Any]:
        refuse_unknown(request.query_params, ())
        given = shape(data=request.data)
        given.is_valid(raise_exception=True)
        # Null is a way of leaving out.
        return {name: "" if value is None else value for name, value in given.validated_data.items()}

    def _shown(self, comment: Comment, status: int = 200) -> Response:
        shown = CommentOutput(comment, context=self.get_serializer_context()).data
        return Response(shown, status=status, headers={"ETag": f'"{comment_etag(comment)}"'})


class CommentViewSet(_OfVersion):
    """Comments 意见 on a version: an insurer makes its own while the version is in consultation, and always sees them with their answers; the office
    sees all, with who wrote them."""

    filterset_class = CommentFilter
    scopes = {"GET": READ, "POST": READ, "PATCH": READ, "DELETE": READ}
    tagged = frozenset({"retrieve", "create", "partial_update"})
    matched = frozenset({"partial_update", "destroy"})
    located = frozenset({"create"})
    refusals = {"partial_update": (409,), "destroy": (409,)}

    def list(self, request: Any, code: str, label: str) -> Response:
        """The comments you may see, the oldest first; those of one file by entry code."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        shown = CommentOutput(page, many=True, context=self.get_serializer_context()).data
        return self.get_paginated_response(shown)

    @extend_schema(request=CommentInput, responses={201: CommentOutput})
    def create(self, request: Any, code: str, label: str) -> Response:
        """Comment on an entry, or on the whole list."""
        insurer_id = commenting_insurer(request)
        version = consulted_version_of(request, code, label)
        given = self._given(request, CommentInput)
        made = consultation.add_comment(version=version, insurer_id=insurer_id, by=request.user.person, **given)
        response = self._shown(made, status=201)
        response["Location"] = reverse("comment-detail", args=[code, label, made.pk])
        return response

    def retrieve(self, request: Any, code: str, label: str, pk: str) -> HttpResponseBase:
        refuse_unknown(request.query_params, ())
        comment = get_object_or_404(self.get_queryset(), pk=pk)
        shown = CommentOutput(comment, context=self.get_serializer_context()).data
        return etags.answer(request, shown, etag=comment_etag(comment), immutable=False)

    @extend_schema(request=CommentChange, responses=CommentOutput)
    def partial_update(self, request: Any, code: str, label: str, pk: str) -> Response:
        """Say it otherwise, while the consultation is open. An answer that was given goes with the words it was given to."""
        comment = self._own(request, pk)
        given = self._given(request, CommentChange)
        return self._shown(consultation.change_comment(comment=comment, by=request.user.person, **given))

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, code: str, label: str, pk: str) -> Response:
        """Take a comment back, while the consultation is open."""
        refuse_unknown(request.query_params, ())
        consultation.remove_comment(comment=self._own(request, pk), by=request.user.person)
        return Response(status=204)

    def _own(self, request: Any, pk: str) -> Comment:
        commenting_insurer(request)
        comment = get_object_or_404(self.get_queryset(), pk=pk)
        etags.check_match(request, comment_etag(comment))
        return comment


class AnswerViewSet(_OfVersion):
    """The catalog office's answers to comments."""

    scopes = {"POST": (*WRITE, *PUBLISH)}
    tagged = frozenset({"create"})
    matched = frozenset({"create"})

    @extend_schema(request=AnswerInput, responses={200: CommentOutput})
    def create(self, request: Any, code: str, label: str, pk: str) -> Response:
        """Answer a comment, or answer it otherwise, until the version is published; it makes nobody an editor of the version."""
        check_writable(request, catalog_of(request, code))
        comment = get_object_or_404(self.get_queryset(), pk=pk)
        etags.check_match(request, comment_etag(comment))
        given = self._given(request, AnswerInput)
        return self._shown(consultation.answer_comment(comment=comment, by=request.user.person, **given))


class CommentsFileViewSet(ApiViewSet):
    """Files of comments."""

    queryset = Comment.objects.none()
    serializer_class = CommentsFileOutput
    parser_classes = [MultipartOnly, StrictJsonParser]
    scopes = {"POST": READ}

    @extend_schema(
        request=CommentsForm,
        responses={
            201: CommentsFileOutput,
            200: CommentsFileOutput,
            (400, "application/problem+json"): CommentsFileRefused,
        },
    )
    def create(self, request: Any, code: str, label: str) -> Response:
        """Make a comment of every row of a file, read in a process of its own while you wait: 201, or 200 where you had said all of it already. With
        one error nothing is kept, and the 400 says all that is to be mended, by row and column."""
        insurer_id = commenting_insurer(request)
        version = consulted_version_of(request, code, label)
        refuse_unknown(request.query_params, ())
        given = CommentsFileInput(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        done = consultation.upload_comments(
            version=version, insurer_id=insurer_id, by=request.user.person, chunks=file.chunks(), file_name=file.name
        )
        return self._made(done) if done.ok else self._refused(done)

    def _made(self, done: consultation.Uploaded) -> Response:
        found = done.file
        shown = {
            "state": "ready",
            "counts": {"rows": len(found.rows), "made": done.made, "already": done.already},
            "errors": [],
            "error_count": 0,
            **self._warnings(done),
            "columns": [
                {"header": header, "column": column}
                for header, column in zip(found.headers, found.columns, strict=True)
            ],
            "normalised": [change.as_dict() for change in found.normalised[:SHOWN_NORMALISED]],
            "file_name": done.file_name,
            "file_size": found.size,
            "sha256": found.sha256,
        }
        return Response(shown, status=201 if done.made else 200)

    def _refused(self, done: consultation.Uploaded) -> Response:
        count = done.file.error_count
        detail = _("The file has %(count)d errors; nothing was kept. Mend it and upload it again.") % {"count": count}
        document = problems.body(400, "invalid", detail) | {
            "state": "failed",
            "errors": [_pointed(found) for found in done.file.errors[:SHOWN_PROBLEMS]],
            "error_count": count,
            **self._warnings(done),
        }
        response = Response(document, status=400, content_type="application/problem+json")
        response["Cache-Control"] = "no-store"
        return response

    def _warnings(self, done: consultation.Uploaded) -> dict[str, Any]:
        shown = [shown_problem(found) for found in done.file.warnings[:SHOWN_PROBLEMS]]
        return {"warnings": shown, "warning_count": done.file.warning_count}


def shown_problem(found: Problem) -> dict[str, Any]:
    """Return a problem of a file as imports show theirs: with its sentence in the caller's language, and both."""
    return {
        "row": found.row,
        "column": found.column,
        "value": found.value,
        "code": found.code,
        "message": found.zh if reader_language() == "zh" else found.en,
        "message_zh": found.zh,
        "message_en": found.en,
    }


def _pointed(found: Problem) -> dict[str, Any]:
    shown = shown_problem(found)
    return {"pointer": "/file", "detail": shown["message"], **shown}


class SummaryViewSet(ApiViewSet):
    """What the comments on a version come to."""

    queryset = Comment.objects.none()
    serializer_class = EntrySummaryOutput
    scopes = {"GET": READ}
    files = {"xlsx": XLSX}
    named_files = frozenset({"xlsx"})

    @extend_schema(parameters=PAGE, responses=EntrySummaryOutput(many=True))
    def list(self, request: Any, code: str, label: str) -> Response:
        """For each entry how many spoke for and against it, and what was answered, without names; once the consultation is over."""
        refuse_unknown(request.query_params, ("page", "page_size"))
        version = consulted_version_of(request, code, label)
        refusal = consultation.refusal_to_sum_up(version, china_today(request.user.known_at))
        if refusal and not may_write(request, version.catalog):
            raise refusal
        pages = PagePagination()
        page = pages.paginate_queryset(consultation.summary_of(version), request)
        return pages.get_paginated_response(EntrySummaryOutput(page, many=True).data)

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY})
    def xlsx(self, request: Any, code: str, label: str) -> HttpResponseBase:
        """Give the office the summary of comments 意见汇总表: every comment with who made it, and its answer."""
        refuse_unknown(request.query_params, ())
        version = consulted_version_of(request, code, label)
        check_writable(request, version.catalog)
        content = table_file(consultation.SUMMARY_HEADER, consultation.summary_rows(version))
        return download(content, f"{code}-{label}-意见汇总表.xlsx", XLSX)
