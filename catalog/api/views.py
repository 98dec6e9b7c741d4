"""Catalog endpoints: each parses, makes one call into the app, and shapes the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any
from urllib.parse import quote

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from catalog import entries, services
from catalog.api import serializers as shapes
from catalog.api.access import (
    PUBLISH,
    READ,
    WRITE,
    catalog_of,
    check_writable,
    given_in,
    may_write,
    refuse,
    several,
    version_etag,
    version_of,
    writable_version,
)
from catalog.api.filters import CatalogFilter, DrugFilter, said_in
from catalog.change_weight import WEIGHTS
from catalog.changes import (
    CHANGE_KINDS,
    all_compared_anew,
    changes_between,
    codes_not_spoken_of,
    compared_anew,
    counted,
    is_stored,
    says_the_same,
)
from catalog.clock import china_today
from catalog.drug_facts import facts_of
from catalog.drug_listings import history_of, listings_of, resolve_lines, visible_drugs
from catalog.drugs.base_names import drug_id
from catalog.entry_filter import usable_at
from catalog.importing.export import (
    csv_lines,
    marked_csv_lines,
    marked_xlsx_file,
    ndjson_lines,
    problem_csv_lines,
    readings,
    xlsx_file,
)
from catalog.marks_and_approvals import asked_of, of_all
from catalog.master_approval import merge_drugs
from catalog.models import Catalog, CatalogVersion, Drug, ImportProblem, ImportRun, VersionChange
from catalog.search import drugs_matching
from catalog.vocabularies import LEVELS
from common.api import etags
from common.api.filtering import refuse_unknown
from common.api.pagination import PagePagination
from common.api.params import day_parameter, instant_parameter
from common.api.parsing import StrictJsonParser
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.downloads import XLSX, download, marked_name
from common.labels import reader_language

SHOWN_PROBLEMS = 100
LEVEL = OpenApiParameter(
    "institution_level",
    str,
    enum=[*LEVELS.codes],
    description="only what may be used in an institution of this level; such a part of the list has another checksum than the whole",
)
SHOWN_NORMALISED = 1000


def shown_etag(shown: Any) -> str:
    """Return what changes whenever an answer does."""
    return hashlib.sha256(json.dumps(shown, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:32]


class CatalogViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Catalogs 目录: named lists kept in versions."""

    queryset = Catalog.objects.none()
    serializer_class = shapes.CatalogOutput
    filterset_class = CatalogFilter
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE}
    tagged = frozenset({"retrieve", "partial_update"})
    matched = frozenset({"partial_update"})
    located = frozenset({"create"})
    refusals = {"partial_update": (409,)}

    def get_queryset(self) -> QuerySet[Catalog]:
        readable = Catalog.objects.readable_by(self.request.user.insurer_id)
        return readable.select_related("owner").order_by("code", "id")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["context"] = self.get_serializer_context()
        if args:
            address = Catalog.objects.addresses(self.request.user.insurer_id)
            kwargs["context"] |= {"in_force": self._in_force(args[0]), "address": address}
        return self.get_serializer_class()(*args, **kwargs)

    def _in_force(self, catalogs: Any) -> dict[int, CatalogVersion]:
        ids = [one.pk for one in (catalogs if isinstance(catalogs, list) else [catalogs])]
        versions = CatalogVersion.objects.filter(catalog__in=ids)
        return {
            v.catalog_id: v
            for v in versions.in_force(china_today(self.request.user.known_at), self.request.user.known_at)
        }

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        refuse_unknown(request.query_params, ())
        shown = self.get_serializer(catalog_of(request, kwargs["code"])).data
        return etags.answer(request, shown, etag=shown_etag(shown), immutable=False)

    @extend_schema(request=shapes.CatalogInput, responses={201: shapes.CatalogOutput})
    def create(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ())
        given = shapes.CatalogInput(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        owner = fields.pop("owner", None) or ""
        fields["series"] = fields.get("series") or ""
        catalog = services.create_catalog(owner_id=self._owner(owner), by=request.user.person, **fields)
        shown = self.get_serializer(catalog).data
        return Response(shown, status=201, headers={"Location": reverse("catalog-detail", args=[shown["address"]])})

    @extend_schema(request=shapes.CatalogChange, responses=shapes.CatalogOutput)
    def partial_update(self, request: Any, code: str) -> Response:
        """Correct a catalog's facts; code, kind, series and owner only until a version of it is published."""
        refuse_unknown(request.query_params, ())
        given = shapes.CatalogChange(data=request.data)
        given.is_valid(raise_exception=True)
        catalog = catalog_of(request, code)
        check_writable(request, catalog)
        etags.check_match(request, shown_etag(self.get_serializer(catalog).data))
        fields = given.validated_data
        if "owner" in fields:
            fields["owner_id"] = self._owner(fields.pop("owner") or "")
        if "series" in fields:
            fields["series"] = fields["series"] or ""
        services.change_catalog(catalog=catalog, by=request.user.person, **fields)
        changed = self.get_queryset().get(pk=catalog.pk)
        shown = self.get_serializer(changed).data
        response = Response(shown, headers={"ETag": f'"{shown_etag(shown)}"'})
        if (changed.code, changed.owner_id) != (catalog.code, catalog.owner_id):
            response["Content-Location"] = reverse("catalog-detail", args=[shown["address"]])
        return response

    def _owner(self, code: str) -> int | None:
        insurers = Catalog._meta.get_field("owner").related_model.objects
        if not self.request.user.is_office:
            if code not in {"", self.request.user.insurer_code}:
                refuse("/owner", _("No such insurer."))
            return self.request.user.insurer_id
        if not code:
            return None
        owner = insurers.filter(code=code).values_list("pk", flat=True).first()
        if owner is None:
            refuse("/owner", _("No such insurer."))
        return owner

    @extend_schema(
        parameters=[OpenApiParameter("date", OpenApiTypes.DATE), OpenApiParameter("known_at", OpenApiTypes.DATETIME)],
        responses=shapes.VersionOutput,
    )
    @action(detail=True, url_path="in-force")
    def in_force(self, request: Any, code: str) -> Response:
        """The version in force on a day, as known at an instant."""
        refuse_unknown(request.query_params, ("date", "known_at"))
        catalog = catalog_of(request, code)
        known_at = instant_parameter(request, "known_at", request.user.known_at)
        day = day_parameter(request, "date", china_today(request.user.known_at))
        version = catalog.versions.select_related("catalog", "parent").in_force(day, known_at).first()
        if version is None:
            raise ApiProblem(404, "nothing_in_force", _("No version of this catalog was in force on that day."))
        return Response(shapes.VersionOutput(version, context={"caller": request.user}).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("from", str, required=True),
            OpenApiParameter("to", str, required=True),
            OpenApiParameter("change", str, enum=list(CHANGE_KINDS)),
            OpenApiParameter("weight", str, enum=list(WEIGHTS), description="how much a change matters"),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=shapes.DiffOutput,
    )
    @action(detail=True)
    def diff(self, request: Any, code: str) -> Response:
        """What differs between two versions, by entry_code.

        Entries are one by their `entry_code`; what is left on both sides is paired where the drug columns are the same. Such a pair is `changed`,
        its `entry_code` among the `fields`. Every entry of both versions is counted once: `added`, `removed`, `changed` or `unchanged`.
        `changed` holds all that differ by a byte; how much that matters is the `weight`, counted apart: `major` can alter a payment (all that
        came and went can), `minor` is shown only, `typographic` reads the same (width of brackets and punctuation, white space, a final 。),
        `remark` is note, source or entry code alone.
        """
        refuse_unknown(request.query_params, ("from", "to", "change", "weight", "page", "page_size"))
        wanted = {name: request.query_params.get(name) for name in ("change", "weight")}
        if wanted["change"] not in {None, *CHANGE_KINDS}:
            refuse("/change", _("change is added, removed or changed."))
        if wanted["weight"] not in {None, *WEIGHTS}:
            refuse("/weight", _("weight is major, minor, typographic or remark."))
        missing = [name for name in ("from", "to") if not request.query_params.get(name)]
        if missing:
            refuse(f"/{missing[0]}", _("Name both versions: from and to."))
        old = version_of(request, code, request.query_params["from"])
        new = version_of(request, code, request.query_params["to"])
        pages = PagePagination()
        if is_stored(old, new):
            counts = new.change_counts
            rows = pages.paginate_queryset(VersionChange.objects.told(new, **wanted), request) or []
            page = [shapes.shown_change(vars(one) | {"weight": one.weight}) for one in rows]
        else:
            changes = list(changes_between(old, new))
            counts = counted(changes, new.entry_count)
            asked = [one for one in changes if all(value in {None, one[name]} for name, value in wanted.items())]
            page = [shapes.shown_change(one) for one in pages.paginate_queryset(asked, request) or []]
        gone = [one["entry_code"] for one in page if one["change"] == "removed"]
        silent = codes_not_spoken_of(old, new, gone)
        page = [one | {"spoken_of": False} if one["entry_code"] in silent else one for one in page]
        answer = pages.get_paginated_response(page)
        answer.data = {"from": old.label, "to": new.label, "counts": shapes.shown_counts(counts), **answer.data}
        if old.complete_for != new.complete_for:
            answer.data["complete_for"] = [old.complete_for, new.complete_for]
        return answer


class VersionViewSet(ApiViewSet):
    """Versions 版本 of a catalog: drafts that a second person publishes, then immutable."""

    files = {
        "export_csv": "text/csv",
        "export_ndjson": "application/x-ndjson",
        "export_xlsx": XLSX,
    }

    queryset = CatalogVersion.objects.none()
    serializer_class = shapes.VersionOutput
    lookup_field = "label"
    lookup_value_regex = "[^/]+"
    scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    bodiless = frozenset({"end_consultation"})
    tagged = frozenset(
        {
            "retrieve",
            "create",
            "partial_update",
            "submit",
            "end_consultation",
            "request_review",
            "revert",
            "publish",
            "send_back",
            "withdraw",
            "export_csv",
            "export_ndjson",
            "export_xlsx",
        }
    )
    matched = frozenset(
        {
            "partial_update",
            "destroy",
            "submit",
            "end_consultation",
            "request_review",
            "publish",
            "send_back",
            "withdraw",
            "keep",
            "revert",
        }
    )
    located = frozenset({"create", "revert"})
    named_files = frozenset({"export_csv", "export_ndjson", "export_xlsx"})
    refusals = {"partial_update": (409,), "destroy": (409,), "keep": (409,)}

    @extend_schema(parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)])
    def list(self, request: Any, code: str) -> Response:
        refuse_unknown(request.query_params, ("page", "page_size"))
        catalog = catalog_of(request, code)
        versions = catalog.versions.select_related("catalog", "parent").order_by("-effective_from", "-id")
        if not may_write(request, catalog):
            versions = versions.open_to_readers(china_today(request.user.known_at))
        pages = PagePagination()
        page = all_compared_anew(pages.paginate_queryset(versions, request) or [])
        return pages.get_paginated_response(
            shapes.VersionOutput(page, many=True, context={"caller": request.user}).data
        )

    def retrieve(self, request: Any, code: str, label: str) -> Response:
        refuse_unknown(request.query_params, ())
        version = compared_anew(version_of(request, code, label))
        shown = shapes.VersionOutput(version, context={"caller": request.user}).data
        return etags.answer(request, shown, etag=version_etag(version), immutable=False)

    @extend_schema(request=shapes.DraftInput, responses={201: shapes.VersionOutput})
    def create(self, request: Any, code: str) -> Response:
        """Make a draft, empty or a copy of a version (`from`, its label)."""
        given = given_in(request, shapes.DraftInput)
        catalog = catalog_of(request, code)
        check_writable(request, catalog)
        wanted = given.pop("from", None)
        copy_of = catalog.versions.filter(label=wanted).first() if wanted else None
        if wanted and copy_of is None:
            refuse("/from", _("The catalog has no such version."))
        made = services.create_draft(catalog=catalog, by=request.user.person, copy_of=copy_of, **given)
        return self._made(request, code, made)

    def _made(self, request: Any, code: str, version: CatalogVersion) -> Response:
        response = self._shown(request, version, status=201)
        response["Location"] = reverse("version-detail", args=[code, version.label])
        return response

    @extend_schema(request=shapes.EditInput, responses=shapes.VersionOutput)
    def partial_update(self, request: Any, code: str, label: str) -> Response:
        """Correct a draft's label, days, note, `complete_for` or expected counts; with another label it is at `Content-Location`."""
        given = given_in(request, shapes.EditInput)
        version = self._for_change(request, code, label)
        changed = services.edit_version(version=version, by=request.user.person, **given)
        response = self._shown(request, changed)
        if changed.label != label:
            response["Content-Location"] = reverse("version-detail", args=[code, changed.label])
        return response

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, code: str, label: str) -> Response:
        """Delete a draft; what is published stays for ever."""
        refuse_unknown(request.query_params, ())
        version = self._for_change(request, code, label)
        services.discard_draft(version=version, by=request.user.person)
        return Response(status=204)

    @extend_schema(request=shapes.SubmitInput, responses=shapes.VersionOutput)
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, code: str, label: str) -> Response:
        """Open a draft for consultation 征求意见."""
        given = given_in(request, shapes.SubmitInput)
        version = self._for_change(request, code, label)
        return self._shown(request, services.submit_version(version=version, by=request.user.person, **given))

    @extend_schema(request=None, responses=shapes.VersionOutput)
    def end_consultation(self, request: Any, code: str, label: str) -> Response:
        """End a consultation before its last day: the version is a draft again."""
        refuse_unknown(request.query_params, ())
        version = self._for_change(request, code, label)
        return self._shown(request, services.end_consultation(version=version, by=request.user.person))

    @extend_schema(request=shapes.ReviewInput, responses=shapes.VersionOutput)
    def request_review(self, request: Any, code: str, label: str) -> Response:
        """Hand a draft to the reviewers 提交复核."""
        given = given_in(request, shapes.ReviewInput)
        version = self._for_change(request, code, label)
        return self._shown(request, services.request_review(version=version, by=request.user.person, **given))

    @extend_schema(request=shapes.RevertInput, responses={201: shapes.VersionOutput})
    def revert(self, request: Any, code: str, label: str) -> Response:
        """Make a draft equal to the edition before this published one (same checksum); a second person publishes it."""
        given = given_in(request, shapes.RevertInput)
        version = self._for_change(request, code, label)
        return self._made(request, code, services.revert_version(version=version, by=request.user.person, **given))

    def _for_change(self, request: Any, code: str, label: str) -> CatalogVersion:
        version = writable_version(request, code, label)
        etags.check_match(request, version_etag(version))
        return version

    def _shown(self, request: Any, version: CatalogVersion, status: int = 200) -> Response:
        shown = shapes.VersionOutput(version, context={"caller": request.user}).data
        return Response(shown, status=status, headers={"ETag": f'"{version_etag(version)}"'})

    @extend_schema(parameters=[LEVEL], responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, url_path=r"export\.csv")
    def export_csv(self, request: Any, code: str, label: str) -> HttpResponseBase:
        """Stream the version as CSV; importing it again gives the same checksum."""
        return self._export(request, code, label, "csv", csv_lines)

    @extend_schema(parameters=[LEVEL], responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY})
    @action(detail=True, url_path=r"export\.ndjson")
    def export_ndjson(self, request: Any, code: str, label: str) -> HttpResponseBase:
        """Stream the version as one JSON object a line."""
        return self._export(request, code, label, "ndjson", ndjson_lines)

    @extend_schema(parameters=[LEVEL], responses={(200, XLSX): OpenApiTypes.BINARY})
    @action(detail=True, url_path=r"export\.xlsx")
    def export_xlsx(self, request: Any, code: str, label: str) -> HttpResponseBase:
        """Give the version as XLSX; importing it again gives the same checksum."""
        return self._export(request, code, label, "xlsx", xlsx_file)

    def _export(
        self, request: Any, code: str, label: str, form: str, lines_of: Callable[[Any], Iterator[bytes]]
    ) -> HttpResponseBase:
        refuse_unknown(request.query_params, ("institution_level",))
        level = request.query_params.get("institution_level", "")
        if level not in {"", *LEVELS.codes}:
            refuse("/institution_level", _("institution_level is 1, 2 or 3."))
        version = version_of(request, code, label)
        etag = f"{version.checksum[:32]}-{form}{level}"
        headers = etags.headers_of(etag, immutable=version.published_at is not None)
        if etags.unchanged(request, etag):
            return etags.not_changed(headers)
        kind = self.files[f"export_{form}"]
        kept = usable_at(entries.of_version(version.pk), int(level)) if level else None
        name = f"{version.catalog.code}-{version.label}" + (f"-level{level}" if level else "")
        return download(lines_of(entries.rows_of(version.pk, kept)), f"{name}.{form}", kind, headers)


class PublishingViewSet(VersionViewSet):
    """What a reviewer does: publish, send back, withdraw."""

    scopes = {"POST": PUBLISH, "DELETE": PUBLISH}

    @extend_schema(request=shapes.PublishInput, responses=shapes.VersionOutput)
    def publish(self, request: Any, code: str, label: str) -> Response:
        """Publish a draft or a version in review: never by an editor of it.

        409 `golden_cases`, with a member of that name, where agreed answers would change: until each is acknowledged with a reason.
        """
        given = given_in(request, shapes.PublishInput)
        reasons = dict(given.pop("acknowledge") or {})
        given |= {"acknowledge": reasons.pop("", ""), "reasons": reasons}
        version = self._for_change(request, code, label)
        return self._shown(request, services.publish_version(version=version, by=request.user.person, **given))

    @extend_schema(request=shapes.SendBackInput, responses=shapes.VersionOutput)
    def send_back(self, request: Any, code: str, label: str) -> Response:
        """Make a version in review or in consultation a draft again 退回."""
        given = given_in(request, shapes.SendBackInput)
        version = self._for_change(request, code, label)
        return self._shown(request, services.send_back(version=version, by=request.user.person, **given))

    @extend_schema(request=shapes.WithdrawInput, responses={202: shapes.VersionOutput, 200: shapes.VersionOutput})
    def withdraw(self, request: Any, code: str, label: str) -> Response:
        """Ask, with a reason, for a published version's end (202); another reviewer's request carries it out (200). Earlier answers keep it."""
        given = given_in(request, shapes.WithdrawInput)
        version = self._for_change(request, code, label)
        version = services.withdraw_version(version=version, by=request.user.person, **given)
        return self._shown(request, version, status=200 if version.withdrawn_at else 202)

    @extend_schema(responses=shapes.VersionOutput)
    def keep(self, request: Any, code: str, label: str) -> Response:
        """Take back the asking for a withdrawal."""
        refuse_unknown(request.query_params, ())
        version = self._for_change(request, code, label)
        return self._shown(request, services.keep_version(version=version, by=request.user.person))


class MultipartOnly(MultiPartParser):
    """Files come as multipart/form-data."""


class ImportViewSet(ApiViewSet):
    """Imports 导入: a file on its way to a draft, or into the drug master."""

    queryset = ImportRun.objects.none()
    serializer_class = shapes.ImportOutput
    parser_classes = [MultipartOnly, StrictJsonParser]
    lookup_value_regex = "[0-9a-fA-F-]{36}"
    scopes = {"GET": WRITE, "POST": WRITE}
    bodiless = frozenset({"cancel"})
    files = {"problems": "text/csv", "marked_csv": "text/csv", "marked_xlsx": XLSX}
    located = frozenset({"create"})
    named_files = frozenset({"problems", "marked_csv", "marked_xlsx"})
    refusals = {"marked_csv": (409,), "marked_xlsx": (409,)}

    def get_queryset(self) -> QuerySet[ImportRun]:
        runs = ImportRun.objects.select_related("job", "catalog__owner", "version__parent").order_by("-created_at")
        return runs if self.request.user.is_office else runs.filter(catalog__owner=self.request.user.insurer_id)

    @extend_schema(parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)])
    def list(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ("page", "page_size"))
        page = self.paginate_queryset(self.get_queryset().defer("normalised", "sample")) or []
        versions = {one.pk: one for one in all_compared_anew(run.version for run in page if run.version)}
        runs = [shown_run(run, versions.get(run.version_id), problems=False) for run in page]
        return self.get_paginated_response(runs)

    def retrieve(self, request: Any, pk: str) -> Response:
        refuse_unknown(request.query_params, ())
        run = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(shown_run(run, compared_anew(run.version) if run.version else None))

    @extend_schema(
        request=shapes.ImportForm,
        responses={202: shapes.ImportOutput, 200: shapes.ImportOutput},
    )
    def create(self, request: Any) -> Response:
        """Upload a file: 202 and a Location to watch; the same bytes again answer 200 with the earlier import.

        A drug master file is merged at once, unless `staged`: then it is compared only, and a second person merges it (merge/).
        """
        refuse_unknown(request.query_params, ())
        given = shapes.ImportInput(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        file = fields["file"]
        common = {"chunks": file.chunks(), "file_name": file.name, "by": request.user.person, "note": fields["note"]}
        if fields["kind"] == "drugs":
            if not request.user.is_office:
                raise ApiProblem(403, "not_yours", _("Only the catalog office keeps the drug master."))
            run, new = services.upload_drugs(**common, staged=fields["staged"])
        else:
            named = list(Catalog.objects.select_related("owner").named(fields["catalog"], request.user.insurer_id))
            if len(named) != 1:
                refuse("/catalog", several(named) if named else _("No such catalog."))
            (catalog,) = named
            check_writable(request, catalog)
            run, new = services.upload_catalog(
                catalog=catalog,
                label=fields["label"],
                effective_from=fields["effective_from"],
                effective_to=fields.get("effective_to"),
                replace=fields["replace"],
                **{name: fields[name] for name in shapes.READING},
                **common,
            )
        run = self.get_queryset().get(pk=run.pk)
        location = reverse("import-detail", args=[run.pk])
        shown = shown_run(run, compared_anew(run.version) if run.version else None)
        return Response(shown, status=202 if new else 200, headers={"Location": location})

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, url_path=r"problems\.csv")
    def problems(self, request: Any, pk: str) -> HttpResponseBase:
        """Every stored problem of the file, then what was read otherwise than written and which header went to which column, as CSV."""
        refuse_unknown(request.query_params, ())
        run = get_object_or_404(self.get_queryset(), pk=pk)
        rows = run.problems.order_by("id").values(
            "row", "column", "value", "code", "severity", "message_zh", "message_en"
        )
        read = readings(run.normalised, run.columns_read)
        return download(problem_csv_lines(chain(rows.iterator(2000), read)), f"problems-{run.pk}.csv", "text/csv")

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def marked_csv(self, request: Any, pk: str) -> HttpResponseBase:
        """The failed file's own rows with a column 错误 that says what to mend; it may be corrected and uploaded again."""
        run = self._kept(request, pk)
        lines = marked_csv_lines(services.kept_rows(run), services.file_problems(run))
        return download(lines, marked_name(run.file_name, "csv"), "text/csv")

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY})
    def marked_xlsx(self, request: Any, pk: str) -> HttpResponseBase:
        """The same as XLSX."""
        run = self._kept(request, pk)
        book = marked_xlsx_file(services.kept_rows(run), services.file_problems(run), services.places(run))
        return download(book, marked_name(run.file_name, "xlsx"), XLSX)

    def _kept(self, request: Any, pk: str) -> ImportRun:
        refuse_unknown(request.query_params, ())
        run = get_object_or_404(self.get_queryset(), pk=pk)
        if not services.is_file_kept(run):
            raise ApiProblem(404, "file_not_kept", _("Only the file of a failed import is kept, for 30 days."))
        return run

    @extend_schema(request=None, responses={202: shapes.ImportOutput})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: str) -> Response:
        """Stop an import that waits or runs, or give up a staged one."""
        refuse_unknown(request.query_params, ())
        run = get_object_or_404(self.get_queryset(), pk=pk)
        services.cancel_import(run=run, by=request.user.person)
        return Response(shown_run(self.get_queryset().get(pk=pk), None), status=202)


class MergingViewSet(ImportViewSet):
    """What a reviewer does with a staged drug master file: merge it."""

    scopes = {"POST": PUBLISH}
    bodiless = frozenset({"merge"})

    @extend_schema(request=None, responses={202: shapes.ImportOutput})
    def merge(self, request: Any, pk: str) -> Response:
        """Merge a staged drug master file: never by whoever uploaded or mended it (409 same_person). Known once the import is ready."""
        refuse_unknown(request.query_params, ())
        run = get_object_or_404(self.get_queryset(), pk=pk)
        merge_drugs(run=run, by=request.user.person)
        return Response(shown_run(self.get_queryset().get(pk=pk), None), status=202)


def shown_run(run: ImportRun, version: CatalogVersion | None, *, problems: bool = True) -> dict[str, Any]:
    """Return an import as the API shows it; `version` is its version with a fresh comparison (None: it has none)."""
    job = run.job
    found: dict[str, list[dict[str, Any]]] = {"error": [], "warning": []}
    if problems and run.outcome:
        for severity in found:
            stored = run.problems.filter(severity=severity).order_by("id")[:SHOWN_PROBLEMS]
            found[severity] = [shown_problem(problem) for problem in stored]
    if run.state == "failed" and not run.outcome:
        found["error"] = [_fault()]
    compared = version.change_counts if version else {}
    diff = None
    if version and version.parent_id and run.catalog:
        diff = f"{reverse('catalog-diff', args=[run.catalog.office_code])}?from={quote(version.parent.label)}&to={quote(version.label)}"
    return {
        "id": str(run.pk),
        "state": run.state,
        "kind": run.kind,
        "catalog": run.catalog.code if run.catalog else None,
        "label": run.label,
        "progress": {"done": job.done, "total": job.total, "phase": job.phase}
        if job
        else {"done": 0, "total": 0, "phase": ""},
        "counts": {**run.counts, **compared},
        "no_difference": version is not None and says_the_same(version),
        "errors": found["error"],
        "error_count": run.error_count,
        "warnings": found["warning"],
        "warning_count": run.warning_count,
        **{name: getattr(run, name) for name in shapes.READING},
        "columns": [{name: read[name] for name in ("header", "column")} for read in run.columns_read],
        "normalised": run.normalised[:SHOWN_NORMALISED] if problems else [],
        "asked": {name: told for name, told in run.asked.items() if name != "insurer"} or None,
        "staged": run.staged,
        "merged_by": run.merged_by,
        "merged_at": run.merged_at,
        "sample": run.sample if problems else [],
        "version": {"catalog": run.catalog.code, "label": version.label} if version and run.catalog else None,
        "diff": diff,
        "file_name": run.file_name,
        "file_size": run.file_size,
        "sha256": run.sha256,
        "created_by": run.created_by,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
    }


def shown_problem(problem: ImportProblem) -> dict[str, Any]:
    """Return a problem with its sentence in the caller's language, and both."""
    english = reader_language() == "en"
    return {
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "code": problem.code,
        "message": problem.message_en if english else problem.message_zh,
        "message_zh": problem.message_zh,
        "message_en": problem.message_en,
    }


def _fault() -> dict[str, Any]:
    zh = "导入因技术故障失败三次，数据未变。请联系管理员重试。"
    en = "The import failed three times by a technical fault; no data changed. Ask an administrator to retry it."
    english = reader_language() == "en"
    shown = en if english else zh
    return {
        "row": None,
        "column": "",
        "value": "",
        "code": "FAULT",
        "message": shown,
        "message_zh": zh,
        "message_en": en,
    }


class DrugViewSet(ApiViewSet):
    """Drugs 通用名药品 and their products 品规."""

    queryset = Drug.objects.none()
    serializer_class = shapes.DrugOutput
    filterset_class = DrugFilter
    extra_parameters = ("date", "known_at")
    lookup_value_regex = "[^/]+"
    scopes = {"GET": READ, "POST": READ}

    def get_queryset(self) -> QuerySet[Drug]:
        return visible_drugs(self.request.user.insurer_id).order_by("base_name")

    @extend_schema(
        parameters=[OpenApiParameter("date", OpenApiTypes.DATE), OpenApiParameter("known_at", OpenApiTypes.DATETIME)]
    )
    def list(self, request: Any) -> Response:
        """Drugs that a catalog you may see, or the drug master, names.

        `mark`, `regulator`, `approval` and `catalog` ask the versions in force on `date` (today in China) as known at `known_at`.
        """
        visible = self.filter_queryset(self.get_queryset())
        named = self._said(request)
        if named is not None:
            visible = visible.filter(base_name__in=RawSQL("SELECT unnest(%s::text[])", [sorted(named)]))  # noqa: S611
        text = request.query_params.get("q")
        if not text:
            page = self.paginate_queryset(visible)
            return self.get_paginated_response(shapes.DrugOutput(page, many=True).data)
        found = drugs_matching(text, insurer_id=request.user.insurer_id, revision=request.user.revision)
        if named is not None:
            found = found.only(lambda ids: {drug_id(name) for name in named}.intersection(ids))
        ids = self.paginate_queryset(found)
        drugs = visible.in_bulk(ids)
        return self.get_paginated_response(shapes.DrugOutput([drugs[pk] for pk in ids], many=True).data)

    def _said(self, request: Any) -> frozenset[str] | None:
        """Return the base names of the drugs that the lists of the asked day name and of which is said what is asked; None: nothing is asked."""
        day, known_at, revision = self._asked(request)
        catalog = request.query_params.get("catalog", "")
        wanted = said_in(request.query_params)
        if not (wanted or catalog):
            return None
        if catalog:
            catalog_of(request, catalog)
        insurer_id = request.user.insurer_id
        return of_all(
            asked_of(insurer_id=insurer_id, day=day, known_at=known_at, revision=revision, catalog=catalog), wanted
        )

    def _asked(self, request: Any) -> tuple[date, datetime, int | None]:
        """Return the asked day and instant, and the revision where the instant is now."""
        known_at = instant_parameter(request, "known_at", request.user.known_at)
        day = day_parameter(request, "date", china_today(request.user.known_at))
        return day, known_at, request.user.revision if known_at == request.user.known_at else None

    @extend_schema(
        parameters=[OpenApiParameter("date", OpenApiTypes.DATE), OpenApiParameter("known_at", OpenApiTypes.DATETIME)],
        responses=shapes.DrugDetailOutput,
    )
    def retrieve(self, request: Any, pk: str) -> Response:
        """Everything about a drug on a day: class, brands, aliases, makers, approvals, marks, where it is listed, and since when."""
        refuse_unknown(request.query_params, ("date", "known_at"))
        drug = get_object_or_404(self.get_queryset(), pk=pk)
        day, known_at, _revision = self._asked(request)
        facts = facts_of(drug, insurer_id=request.user.insurer_id, day=day, known_at=known_at)
        del facts["names"]
        facts["products"] = shapes.DrugProductOutput(facts["products"], many=True).data
        return Response({**shapes.DrugOutput(drug).data, "date": day, "known_at": known_at, **facts})

    @extend_schema(
        parameters=[OpenApiParameter("date", OpenApiTypes.DATE), OpenApiParameter("known_at", OpenApiTypes.DATETIME)],
        responses=shapes.ListingsOutput,
    )
    @action(detail=True)
    def listings(self, request: Any, pk: str) -> Response:
        """Every catalog that lists the drug on a day, with the entries."""
        refuse_unknown(request.query_params, ("date", "known_at"))
        drug = get_object_or_404(self.get_queryset(), pk=pk)
        known_at = instant_parameter(request, "known_at", request.user.known_at)
        day = day_parameter(request, "date", china_today(request.user.known_at))
        found = listings_of(drug, insurer_id=request.user.insurer_id, day=day, known_at=known_at)
        return Response({"drug": drug.pk, "date": day, "known_at": known_at, "results": found})

    @extend_schema(responses=shapes.HistoriesOutput)
    @action(detail=True)
    def history(self, request: Any, pk: str) -> Response:
        """In and out of each catalog over time."""
        refuse_unknown(request.query_params, ())
        drug = get_object_or_404(self.get_queryset(), pk=pk)
        found = history_of(drug, insurer_id=request.user.insurer_id, known_at=request.user.known_at)
        return Response({"drug": drug.pk, "results": found})

    @extend_schema(request=shapes.IdentitiesInput, responses=shapes.ResolutionsOutput)
    @action(detail=False, methods=["post"])
    def resolve(self, request: Any) -> Response:
        """Tell how each line identity is recognised: by its code, its approval number, its name or its brand; at most 500."""
        refuse_unknown(request.query_params, ())
        if not isinstance(request.data, list) or not 1 <= len(request.data) <= 500:
            refuse("", _("Send a list of 1 to 500 line identities."))
        given = shapes.IdentityInput(data=request.data, many=True)
        given.is_valid(raise_exception=True)
        found = resolve_lines(given.validated_data, insurer_id=request.user.insurer_id, known_at=request.user.known_at)
        return Response({"known_at": request.user.known_at, "results": found})
