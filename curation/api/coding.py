"""The coding desk over REST (spec curation.md 6): what waits for codes, with suggestions, and decisions."""

from __future__ import annotations

import re
from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import READ, WRITE, catalog_of, check_writable, given_in, may_write, version_of
from catalog.api.drafts import EntryCells
from catalog.api.serializers import ENTRY_COLUMNS
from catalog.entries import shown_criteria
from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import CODED_COLUMNS
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.pagination import PagePagination
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.errors import FieldError, pointer
from curation.coding import queue
from curation.coding.knowledge import knowledge
from curation.coding.services import decide_coding
from curation.coding.suggestion import Suggestion
from curation.coding.wording import why_words
from curation.models import CodingDecision

MOST_DRAFTS = 1_000
_ADDRESS = re.compile(r"/?(?:api/v1/)?catalogs/(?P<code>[^/]+)/versions/(?P<label>[^/]+)/?")
_SHORT = re.compile(r"(?P<code>[^/@]+)@(?P<label>[^/@]+)")


# --- What is sent


class CodedColumns(EntryCells):
    """The coded columns of an entry as `GET` gives them; others are refused."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: field for name, field in super().get_fields().items() if name in CODED_COLUMNS}


@extend_schema_field({"type": "string", "description": "catalogs/{code}/versions/{label}/, or CODE@LABEL"})
class Draft(serializers.Field):
    """A version by its address below /api/v1/, or as CODE@LABEL."""

    def to_internal_value(self, data: Any) -> tuple[str, str]:
        found = (_ADDRESS.fullmatch(data) or _SHORT.fullmatch(data)) if isinstance(data, str) else None
        if found is None or "\x00" in data:
            detail = _("Write a version as catalogs/CODE/versions/LABEL/ or CODE@LABEL.")
            raise serializers.ValidationError(detail, "invalid")
        return found["code"], found["label"]

    def to_representation(self, value: Any) -> Any:
        return value


class CodingDecisionInput(StrictSerializer):
    # The text is compared as it is read; what a list has may hold what cannot be seen.
    as_typed = True

    text = serializers.CharField(trim_whitespace=False, allow_blank=True, help_text="the text, whatever its typography")
    columns = CodedColumns(help_text="what it means")
    apply_to = serializers.ListField(
        child=Draft(),
        required=False,
        max_length=MOST_DRAFTS,
        help_text="drafts (catalogs/{code}/versions/{label}/ or CODE@LABEL); all when not given",
    )


# --- What is answered


@extend_schema_field(
    {"anyOf": [{"type": "string"}, {"type": "integer"}, {"$ref": "#/components/schemas/CriterionShape"}]}
)
class SuggestedValueField(serializers.JSONField):
    """A value of a column, or one item of a list."""


@extend_schema_field(ENTRY_COLUMNS)
class CodedValuesField(serializers.JSONField):
    """Column: what it was coded to."""


class SuggestionOutput(serializers.Serializer):
    column = serializers.ChoiceField(CODED_COLUMNS)
    value = SuggestedValueField(help_text="as the column is given; one item of a list")
    text = serializers.CharField(help_text="the words it rests on")
    span = serializers.ListField(
        child=serializers.IntegerField(), min_length=2, max_length=2, help_text="from and to, in characters of the text"
    )
    why = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 to 1")


class CodingDraftOutput(serializers.Serializer):
    catalog = serializers.CharField()
    label = serializers.CharField()


class CodingWaitingOutput(serializers.Serializer):
    text = serializers.CharField()
    count = serializers.IntegerField(help_text="entries that have it")
    drugs = serializers.ListField(child=serializers.CharField(), help_text=f"at most {queue.SHOWN_DRUGS}")
    versions = CodingDraftOutput(many=True)
    suggestions = SuggestionOutput(many=True)


class CodingAppliedOutput(CodingDraftOutput):
    count = serializers.IntegerField(help_text="entries that were coded")


class CodingDecisionOutput(serializers.Serializer):
    text = serializers.CharField()
    columns = CodedValuesField(help_text="by column")
    by = serializers.CharField()
    at = serializers.DateTimeField()
    used = serializers.IntegerField(help_text="how often it was decided")
    count = serializers.IntegerField(help_text="entries that were coded")
    left = serializers.IntegerField(help_text="entries that say the same, were coded otherwise before and stay so")
    applied = CodingAppliedOutput(many=True)


def shown_suggestion(one: Suggestion) -> dict[str, Any]:
    """Return a suggestion as the API gives it; a criterion as code and text."""
    value: Any = shown_criteria([str(one.value)])[0] if one.column == "criteria" else one.value
    return {
        "column": one.column,
        "value": value,
        "text": one.text,
        "span": list(one.span),
        "why": why_words(one),
        "confidence": one.confidence,
    }


# --- The views


class CodingQueueViewSet(ApiViewSet):
    """Texts that are not coded, with what they may mean."""

    queryset = CodingDecision.objects.none()
    serializer_class = CodingWaitingOutput
    scopes = {"GET": READ}

    @extend_schema(
        parameters=[
            OpenApiParameter("catalog", str, description="of this catalog's drafts alone"),
            OpenApiParameter("label", str, description="of this version of the catalog, draft or not"),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=CodingWaitingOutput(many=True),
    )
    def list(self, request: Any) -> Response:
        """The texts of drafts that are not coded, the most frequent first."""
        refuse_unknown(request.query_params, ("catalog", "label", "page", "page_size"))
        versions = self._versions(request)
        ids = queue.of_paying_lists(versions)
        named = {one.pk: {"catalog": one.catalog.code, "label": one.label} for one in versions}
        pages = PagePagination()
        page = pages.paginate_queryset(_Waiting(ids), request) or []
        known = knowledge(request.user.insurer_id) if page else None
        rows = [
            {
                "text": one.text,
                "count": one.count,
                "drugs": list(one.drugs),
                "versions": [named[pk] for pk in one.versions],
                "suggestions": [shown_suggestion(found) for found in known.suggest(one.text)] if known else [],
            }
            for one in page
        ]
        return pages.get_paginated_response(rows)

    def _versions(self, request: Any) -> list[CatalogVersion]:
        code, label = request.query_params.get("catalog"), request.query_params.get("label")
        if label is not None and code is None:
            detail = _("Say which catalog the label is of.")
            raise ApiProblem(400, "invalid", detail, [FieldError("/catalog", "required", detail)])
        if code is None:
            return list(queue.drafts(request.user.insurer_id))
        if label is not None:
            return [version_of(request, code, label)]
        catalog = catalog_of(request, code)
        # Drafts are their owner's alone: nobody else is told whether there are any.
        return (
            list(queue.drafts(request.user.insurer_id).filter(catalog=catalog)) if may_write(request, catalog) else []
        )


class _Waiting:
    """The queue as a pager reads it: counted, and read a part at a time."""

    def __init__(self, versions: list[int]) -> None:
        self._versions = versions

    def count(self) -> int:
        return queue.how_many(self._versions)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[queue.Waiting]:
        return queue.waiting(self._versions, first=part.start, size=part.stop - part.start)[0]


class CodingDecisionViewSet(ApiViewSet):
    """What texts mean, decided by a person."""

    queryset = CodingDecision.objects.none()
    serializer_class = CodingDecisionOutput
    scopes = {"POST": WRITE}

    @extend_schema(request=CodingDecisionInput, responses={201: CodingDecisionOutput})
    def create(self, request: Any) -> Response:
        """Code every draft entry of the same text that is not coded, and remember what it means."""
        given = given_in(request, CodingDecisionInput)
        asked = given.get("apply_to")
        decided = decide_coding(
            text=given["text"],
            columns=given["columns"],
            by=request.user.person,
            apply_to=None if asked is None else _drafts(request, asked),
            insurer_id=request.user.insurer_id,
        )
        made = decided.decision
        shown = {
            "text": made.text,
            "columns": made.columns,
            "by": made.by,
            "at": made.at,
            "used": made.used,
            "count": decided.count,
            "left": decided.left,
            "applied": [
                {"catalog": version.catalog.code, "label": version.label, "count": count}
                for version, count in decided.applied
            ],
        }
        return Response(CodingDecisionOutput(shown).data, status=201)


def _drafts(request: Any, asked: list[tuple[str, str]]) -> list[CatalogVersion]:
    """Return the versions that are named, each once; raises a 400 that points at each that is not there, a 403."""
    catalogs = Catalog.objects.meant_by({code for code, _label in asked}, request.user.insurer_id)
    there = {
        (version.catalog_id, version.label): version
        for version in CatalogVersion.objects.select_related("catalog", "parent").filter(
            catalog__in=[one.pk for one in catalogs.values()], label__in={label for _code, label in asked}
        )
        if may_write(request, version.catalog) or version.published_at is not None
    }
    found = {
        (code, label): there[catalogs[code].pk, label]
        for code, label in asked
        if code in catalogs and (catalogs[code].pk, label) in there
    }
    detail = _("There is no such version.")
    missing = [
        FieldError(pointer("apply_to", place), "not_found", detail)
        for place, named in enumerate(asked)
        if named not in found
    ]
    if missing:
        raise ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), missing)
    versions = [found[named] for named in dict.fromkeys(asked)]
    for version in versions:
        check_writable(request, version.catalog)
    return versions


urls = [
    path("coding/queue/", CodingQueueViewSet.as_view({"get": "list"}), name="coding-queue"),
    path("coding/decisions/", CodingDecisionViewSet.as_view({"post": "create"}), name="coding-decision-list"),
]
