"""Many lists brought in at once, over REST: a package in, how each of its lists stands, and publishing those that are without problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import PUBLISH, WRITE, given_in, refuse
from catalog.api.serializers import FieldChangesField, ProblemOutput, ProgressOutput
from catalog.api.views import MultipartOnly
from catalog.models import CODE_PATTERN
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.pagination import PagePagination
from common.api.parsing import StrictJsonParser
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.jobs.models import Job
from common.labels import reader_language
from curation.market import collections
from curation.models import STATES, CollectedList, Collection

PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]
_PUBLISHING = ("", "queued", "running", "done", "failed", "cancelled")


class CollectionInput(StrictSerializer):
    """A package of lists with its cover table."""

    from_form = True

    file = serializers.FileField(
        allow_empty_file=True,
        max_length=None,
        help_text="a ZIP of CSV and XLSX files, or an XLSX with a list a sheet; one table of it is the cover: a row a list",
    )
    label = serializers.CharField(
        max_length=64,
        required=False,
        default="",
        validators=[CODE_PATTERN],
        help_text="of every list whose row does not say it",
    )
    effective_from = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="of every list whose row does not say it"
    )
    effective_to = serializers.DateField(required=False, allow_null=True, default=None, help_text="inclusive")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    names = serializers.ChoiceField(
        ["printed", "plain"], required=False, default="", help_text="as in an import; not given: plain"
    )
    change_facts = serializers.BooleanField(
        required=False, default=False, help_text="catalogs that are there already get the facts that the cover says"
    )

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):  # JSON that is no object: as any serializer refuses it
            return super().to_internal_value(data)
        if repeated := self._repeated(data):
            raise serializers.ValidationError(repeated)
        # A form sends an empty text where a person left the field empty.
        return super().to_internal_value({name: value for name, value in data.items() if value != ""})


class PublishListsInput(StrictSerializer):
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    with_warnings = serializers.BooleanField(
        required=False, default=False, help_text="lists whose import told warnings too; else only those without any"
    )


class CollectedListOutput(serializers.Serializer):
    row = serializers.IntegerField(help_text="its row in the cover table")
    file = serializers.CharField(help_text="the file or sheet; as the cover calls it where there is none")
    state = serializers.ChoiceField(
        STATES,
        help_text="refused: its row or file is wrong and nothing of it was brought in; failed: its import has errors; "
        "ready: a draft; gone: that draft was deleted or replaced",
    )
    catalog = serializers.CharField(help_text="the catalog's code; empty where none can be told")
    new_catalog = serializers.BooleanField(help_text="the catalog was made by this upload")
    name = serializers.CharField()
    province = serializers.CharField(help_text="short name, e.g. 北京")
    publisher = serializers.CharField()
    premium_cny = serializers.CharField(allow_null=True)
    insured_count = serializers.IntegerField(allow_null=True)
    label = serializers.CharField()
    effective_from = serializers.DateField(allow_null=True)
    effective_to = serializers.DateField(allow_null=True)
    import_id = serializers.UUIDField(allow_null=True, help_text="GET /imports/{id}/ tells the rest of it")
    entry_count = serializers.IntegerField(allow_null=True)
    error_count = serializers.IntegerField()
    warning_count = serializers.IntegerField()
    problems = ProblemOutput(many=True, help_text="of its row in the cover and of its file as a whole")
    differences = FieldChangesField(
        help_text="facts that the catalog had otherwise: name: [as it was, as the cover says]",
    )
    facts_changed = serializers.BooleanField(help_text="the catalog's facts were changed to what the cover says")
    not_published = ProblemOutput(allow_null=True, help_text="why it was not published with the others")


class CollectionSummaryOutput(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(["queued", "running", "ready", "failed", "cancelled"])
    progress = ProgressOutput()
    publishing = serializers.ChoiceField(_PUBLISHING, help_text="the latest asking to publish; empty: nobody asked")
    publishing_progress = ProgressOutput()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="lists by their state, `all` of them")
    cover = serializers.CharField(help_text="the file or sheet that is the cover table")
    label = serializers.CharField()
    effective_from = serializers.DateField(allow_null=True)
    effective_to = serializers.DateField(allow_null=True)
    names = serializers.CharField()
    note = serializers.CharField()
    change_facts = serializers.BooleanField()
    problems = ProblemOutput(many=True, help_text="of the package as a whole, and of files that no row names")
    file_name = serializers.CharField()
    file_size = serializers.IntegerField()
    sha256 = serializers.CharField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class CollectionOutput(CollectionSummaryOutput):
    count = serializers.IntegerField(help_text="lists that the page is of")
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CollectedListOutput(many=True, help_text="each list, in the order of the cover")


class CollectionViewSet(ApiViewSet):
    """Collections 批量清单: many lists in one ZIP or workbook, each made a catalog and a draft."""

    queryset = Collection.objects.none()
    serializer_class = CollectionOutput
    parser_classes = [MultipartOnly, StrictJsonParser]
    scopes = {"GET": (*WRITE, *PUBLISH), "POST": WRITE}
    bodiless = frozenset({"facts"})
    located = frozenset({"create"})

    def get_queryset(self) -> QuerySet[Collection]:
        if not self.request.user.is_office:
            return Collection.objects.none()
        return Collection.objects.select_related("job", "publish_job").order_by("-created_at", "-id")

    @extend_schema(parameters=PAGE, responses=CollectionSummaryOutput(many=True))
    def list(self, request: Any) -> Response:
        """Collections, the latest first."""
        refuse_unknown(request.query_params, ("page", "page_size"))
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([_shown(one) for one in page])

    @extend_schema(
        parameters=[*PAGE, OpenApiParameter("state", str, enum=[*STATES], description="lists that stand so")],
        responses=CollectionOutput,
    )
    def retrieve(self, request: Any, pk: str) -> Response:
        """How a collection stands, and each of its lists, paged."""
        refuse_unknown(request.query_params, ("page", "page_size", "state"))
        return self._answer(request, pk)

    def _answer(self, request: Any, pk: Any, status: int = 200) -> Response:
        collection = self._found(pk)
        collections.follow_mended(collection)
        lists = collection.lists.told().select_related("catalog", "run", "run__version").order_by("row")
        lists = lists.defer("run__normalised", "run__sample", "run__columns_read")
        if wanted := request.query_params.get("state"):
            if wanted not in STATES:
                refuse("/state", _("state is one of %(states)s.") % {"states": ", ".join(STATES)})
            lists = lists.filter(stands=wanted)
        pages = PagePagination()
        page = [_shown_list(one) for one in pages.paginate_queryset(lists, request) or []]
        answer = pages.get_paginated_response(page)
        answer.data = {**_shown(collection), **answer.data}
        answer.status_code = status
        return answer

    @extend_schema(
        request={"multipart/form-data": CollectionInput}, responses={202: CollectionOutput, 200: CollectionOutput}
    )
    def create(self, request: Any) -> Response:
        """Upload a package of lists: 202 and a Location to watch; the same bytes again answer 200 with the earlier collection.

        Each list becomes a catalog of kind `reference` with the facts of its row, and a draft by an import of its own. What cannot be read says so
        and leaves nothing; what can is imported.
        """
        refuse_unknown(request.query_params, ())
        if not request.user.is_office:
            raise ApiProblem(403, "not_yours", _("Only the catalog office brings in the market's lists."))
        given = CollectionInput(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        file = fields.pop("file")
        made, new = collections.upload_collection(
            chunks=file.chunks(), file_name=file.name, by=request.user.person, **fields
        )
        answer = self._answer(request, made.pk, 202 if new else 200)
        answer["Location"] = reverse("collection-detail", args=[made.pk])
        return answer

    @extend_schema(request=None, responses=CollectionOutput)
    def facts(self, request: Any, pk: str) -> Response:
        """Change the catalogs that were there already to the facts that the cover says, where they differ."""
        refuse_unknown(request.query_params, ())
        collections.take_facts(collection=self._found(pk), by=request.user.person)
        return self._answer(request, pk)

    def _found(self, pk: Any) -> Collection:
        return get_object_or_404(self.get_queryset(), pk=pk)


class CollectionPublishingViewSet(CollectionViewSet):
    """What a reviewer does with a collection: publish what is without problems."""

    scopes = {"POST": PUBLISH}
    parser_classes = [StrictJsonParser]

    @extend_schema(request=PublishListsInput, responses={202: CollectionOutput})
    def publish(self, request: Any, pk: str) -> Response:
        """Publish every draft of the collection that is without problems, each as by itself, in the background; never by whoever uploaded it.

        What a single publication would refuse (an editor of that draft, a mass change, another base than at import, incomplete counts) is refused
        for that list alone and stands in its `not_published`.
        """
        given = given_in(request, PublishListsInput)
        collections.ask_publication(collection=self._found(pk), by=request.user.person, **given)
        return self._answer(request, pk, 202)


def _progress(job: Job | None) -> dict[str, Any]:
    return {"done": job.done, "total": job.total, "phase": job.phase} if job else {"done": 0, "total": 0, "phase": ""}


def _shown(one: Collection) -> dict[str, Any]:
    counts = one.lists.counted()
    plain = ("cover", "label", "effective_from", "effective_to", "names", "note", "change_facts")
    about = ("file_name", "file_size", "sha256", "created_by", "created_at", "finished_at")
    return {
        "id": str(one.pk),
        "state": one.state,
        "progress": _progress(one.job),
        "publishing": one.publishing,
        "publishing_progress": _progress(one.publish_job),
        "counts": {"all": sum(counts.values()), **counts},
        **{name: getattr(one, name) for name in plain},
        "problems": [_problem(found) for found in one.problems],
        **{name: getattr(one, name) for name in about},
    }


def _shown_list(one: CollectedList) -> dict[str, Any]:
    run, version = one.run, one.run.version if one.run else None
    premium = one.premium_cny
    return {
        "row": one.row,
        "file": one.file,
        "state": one.stands,  # type: ignore[attr-defined]
        "catalog": one.catalog.code if one.catalog else one.code,
        "new_catalog": one.made_catalog,
        "name": one.name,
        "province": one.province,
        "publisher": one.publisher,
        "premium_cny": None if premium is None else f"{premium:.2f}",
        "insured_count": one.insured_count,
        "label": one.label,
        "effective_from": one.effective_from,
        "effective_to": one.effective_to,
        "import_id": str(run.pk) if run else None,
        "entry_count": version.entry_count if version else None,
        "error_count": (run.error_count if run else 0) + sum(found["severity"] == "error" for found in one.problems),
        "warning_count": (run.warning_count if run else 0)
        + sum(found["severity"] == "warning" for found in one.problems),
        "problems": [_problem(found) for found in one.problems],
        "differences": one.differences,
        "facts_changed": one.facts_taken,
        "not_published": _problem({"row": one.row, "column": "", "value": "", **one.not_published})
        if one.not_published
        else None,
    }


def _problem(found: dict[str, Any]) -> dict[str, Any]:
    named = ("row", "column", "value", "code", "message_zh", "message_en")
    message = found["message_zh"] if reader_language() == "zh" else found["message_en"]
    return {**{name: found[name] for name in named}, "message": message}


urls = [
    path("collections/", CollectionViewSet.as_view({"get": "list", "post": "create"}), name="collection-list"),
    path("collections/<uuid:pk>/", CollectionViewSet.as_view({"get": "retrieve"}), name="collection-detail"),
    path("collections/<uuid:pk>/facts/", CollectionViewSet.as_view({"post": "facts"}), name="collection-facts"),
    path(
        "collections/<uuid:pk>/publish/",
        CollectionPublishingViewSet.as_view({"post": "publish"}),
        name="collection-publish",
    ),
]
