"""Comparing any two versions or lists on any days, and a list's time on both clocks, over REST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import READ, catalog_of, refuse
from catalog.api.serializers import COLUMN_VALUE, EntryOutput, FieldChangesField
from catalog.change_weight import WEIGHTS
from catalog.clock import Observation, china_today
from catalog.drugs.base_names import drug_id
from catalog.entries import shown as shown_entry
from catalog.importing.export import TITLES, table_csv, table_xlsx
from catalog.models import Catalog, CatalogVersion
from common.api.filtering import refuse_unknown
from common.api.pagination import PagePagination
from common.api.params import day_parameter, instant_parameter
from common.api.shapes import named
from common.api.views import ApiViewSet
from common.downloads import XLSX, download
from common.labels import reader_language
from curation.comparing.compare import KINDS, fields_of
from curation.comparing.grouping import BYS
from curation.comparing.named_side import Named
from curation.comparing.queries import (
    Comparison,
    Shown,
    Side,
    compare_sides,
    find_side,
    show,
    show_all,
    timeline_of,
)
from curation.comparing.table import TableWords, table_rows

_SIDES = ("left", "right")
_CLOCKS = ("date", "known_at")
_ASKED = (*_SIDES, "by", "kind", *_CLOCKS, *(f"{side}_{clock}" for side in _SIDES for clock in _CLOCKS))


class SideOutput(serializers.Serializer):
    catalog = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    state = serializers.CharField()
    checksum = serializers.CharField(allow_blank=True)
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    complete_for = serializers.ListField(child=serializers.CharField())
    published_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    date = serializers.DateField(
        allow_null=True, help_text="entries whose agreement is not on then do not count; null: all do"
    )
    known_at = serializers.DateTimeField()


class ComparedDrug(serializers.Serializer):
    id = serializers.CharField()
    generic_name = serializers.CharField()


@extend_schema_field(
    named(
        "ComparedFields",
        {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {"anyOf": [COLUMN_VALUE, {"type": "array", "items": COLUMN_VALUE}]},
                "minItems": 2,
                "maxItems": 2,
            },
        },
    )
)
class SidesField(serializers.DictField):
    """Name of a column: [left, right]; each a value, or a list of the values of several pairs."""


class PairOutput(serializers.Serializer):
    left = serializers.CharField(allow_null=True, help_text="an entry code")
    right = serializers.CharField(allow_null=True)
    weight = serializers.ChoiceField(WEIGHTS, allow_null=True)
    fields = FieldChangesField(help_text="column: [left, right]")


class ComparedOutput(serializers.Serializer):
    kind = serializers.ChoiceField(KINDS)
    weight = serializers.ChoiceField(
        WEIGHTS, allow_null=True, help_text="the greatest; `same` may still be typographic (reads the same) or remark"
    )
    drug = ComparedDrug(allow_null=True, help_text="null: its entries select by class or number and name none")
    left = EntryOutput(many=True)
    right = EntryOutput(many=True)
    fields = SidesField(
        help_text="column: [left, right]; of several pairs that differ otherwise, a list of the values on a side"
    )
    pairs = PairOutput(many=True, help_text="which entry is which on the other side")
    spoken_of = serializers.BooleanField(
        help_text="false: the side that lacks it is not complete for its class (`complete_for`), so nobody left it out"
    )
    other_diseases = serializers.BooleanField(
        help_text="by drug_indication: the side that lacks it lists the drug for other diseases"
    )
    uncoded = serializers.BooleanField(
        help_text="by drug_indication: words that nobody has coded may make these the same diseases"
    )


class CompareOutput(serializers.Serializer):
    left = SideOutput()
    right = SideOutput()
    by = serializers.ChoiceField(BYS)
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="left, right, same and different count every result once; typographic and remark those of `same` that are so; "
        "not_spoken_of, other_diseases and uncoded those of left and right that are so",
    )
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ComparedOutput(many=True)


_PARAMETERS = [
    OpenApiParameter(
        "left", str, required=True, description="`CODE@LABEL`, or `CODE`: the version in force on the day"
    ),
    OpenApiParameter("right", str, required=True, description="the same; what changed is told from left to right"),
    OpenApiParameter("by", str, enum=list(BYS), description="drug unless told"),
    OpenApiParameter("kind", str, enum=list(KINDS)),
    OpenApiParameter("date", OpenApiTypes.DATE, description="the day of each side that is `CODE` (today)"),
    OpenApiParameter("known_at", OpenApiTypes.DATETIME, description="by what was known then (now)"),
    *(
        parameter
        for side in _SIDES
        for parameter in (
            OpenApiParameter(
                f"{side}_date",
                OpenApiTypes.DATE,
                description="this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then",
            ),
            OpenApiParameter(f"{side}_known_at", OpenApiTypes.DATETIME, description="this side's own instant"),
        )
    ),
]


class CompareViewSet(ApiViewSet):
    """What differs between any two versions or lists."""

    queryset = CatalogVersion.objects.none()
    serializer_class = CompareOutput
    pagination_class = None
    scopes = {"GET": READ}
    files = {"csv": "text/csv", "xlsx": XLSX}
    named_files = frozenset({"csv", "xlsx"})
    refusals = {"list": (404,), "csv": (404,), "xlsx": (404,)}

    @extend_schema(
        parameters=[*_PARAMETERS, OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
        responses=forced_singular_serializer(CompareOutput),
    )
    def list(self, request: Any) -> Response:
        """Compare two sides by drug (as it is recognised, whatever salt or form a list writes), by drug and disease, or entry by entry.

        A side is a version (`CODE@LABEL`, also a withdrawn one; drafts are the office's and the owner's) or what a list says on a day as it was
        known at an instant (`CODE`). Entries whose agreement does not run on the side's day are not in force there and do not count; for a side
        with a label that is asked only by its own `left_date` or `right_date`. Entries of one drug are for the same disease where an ICD-10 code
        could fall under both, directly or by way of a third; an entry that gives no disease is for all.
        """
        refuse_unknown(request.query_params, (*_ASKED, "page", "page_size"))
        comparison, kind = _comparison(request)
        pages = PagePagination()
        page = pages.paginate_queryset(comparison.of_kind(kind), request, view=self) or []
        answer = pages.get_paginated_response([_shown(one) for one in show(comparison, page)])
        answer.data = {
            "left": _side(comparison.left),
            "right": _side(comparison.right),
            "by": comparison.by,
            "counts": comparison.counts,
            **answer.data,
        }
        return answer

    @extend_schema(parameters=_PARAMETERS, responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def csv(self, request: Any) -> HttpResponseBase:
        """Give the same as 修订对照表: new, old, what changed; what is alike only with `kind=same`."""
        header, rows, name = _table(request)
        return download(table_csv(header, rows), f"{name}.csv", "text/csv")

    @extend_schema(parameters=_PARAMETERS, responses={(200, XLSX): OpenApiTypes.BINARY})
    def xlsx(self, request: Any) -> HttpResponseBase:
        """Give the same as a workbook."""
        header, rows, name = _table(request)
        return download(table_xlsx(header, rows), f"{name}.xlsx", XLSX)


def _comparison(request: Any) -> tuple[Comparison, str]:
    """Return what is compared and the kind asked for; raises a 400, a 404."""
    asked = request.query_params
    by, kind = asked.get("by", "drug"), asked.get("kind", "")
    if by not in BYS:
        refuse("/by", _("by is drug, drug_indication or entry."))
    if kind and kind not in KINDS:
        refuse("/kind", _("kind is left, right, same or different."))
    missing = [name for name in _SIDES if name not in asked]
    if missing:
        refuse(f"/{missing[0]}", _("Name both sides: left and right, each CODE or CODE@LABEL."))
    seen = Observation(request.user.revision, request.user.known_at)
    left, right = (_found(request, side, seen) for side in _SIDES)
    return compare_sides(left, right, by=by, seen=seen), kind


def _found(request: Any, side: str, seen: Observation) -> Side:
    try:
        named = Named.read(request.query_params[side])
    except ValueError:
        refuse(f"/{side}", _("Write a side as CODE or CODE@LABEL."))
    asked = request.query_params
    # The day of both is not that of a version named by its label, whatever its days.
    day_of = next((name for name in (f"{side}_date", *(["date"] if not named.label else [])) if name in asked), "")
    known_of = next((name for name in (f"{side}_known_at", "known_at") if name in asked), "")
    today = china_today(seen.known_at)
    day = day_parameter(request, day_of, today) if day_of else None
    known_at = instant_parameter(request, known_of, seen.known_at) if known_of else None
    # Wrong is wrong, also where neither side asks for it.
    day_parameter(request, "date", today)
    instant_parameter(request, "known_at", seen.known_at)
    return find_side(named, insurer_id=request.user.insurer_id, seen=seen, day=day, known_at=known_at)


def _side(side: Side) -> dict[str, Any]:
    version = side.version
    return {
        "catalog": version.catalog.code,
        "name": version.catalog.name,
        "version": version.label,
        "state": version.state,
        "checksum": version.checksum,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "complete_for": version.complete_for,
        "published_at": version.published_at,
        "withdrawn_at": version.withdrawn_at,
        "date": side.day,
        "known_at": side.known_at,
    }


def _shown(shown: Shown) -> dict[str, Any]:
    one = shown.result
    names_a_drug = not one.drug.startswith(" ")
    return {
        "kind": one.kind,
        "weight": shown.weight,
        "drug": {"id": drug_id(one.drug), "generic_name": one.drug} if names_a_drug else None,
        "left": [_entry(entry) for entry in shown.left],
        "right": [_entry(entry) for entry in shown.right],
        "fields": fields_of(shown.pairs),
        "pairs": [
            {
                "left": pair.left and pair.left["entry_code"],
                "right": pair.right and pair.right["entry_code"],
                "weight": pair.weight,
                "fields": pair.fields,
            }
            for pair in shown.pairs
        ],
        "spoken_of": one.spoken_of,
        "other_diseases": one.other_diseases,
        "uncoded": one.uncoded,
    }


def _entry(entry: Any) -> dict[str, Any]:
    return shown_entry({name: value for name, value in entry.items() if name != "id"})


def _table(request: Any) -> tuple[tuple[str, str, str], Iterator[list[str]], str]:
    refuse_unknown(request.query_params, _ASKED)
    comparison, kind = _comparison(request)
    words = table_words()
    wanted = [one for one in comparison.of_kind(kind) if kind == "same" or one.kind != "same"]
    shown = ((one.pairs, one.result.spoken_of) for one in show_all(comparison, wanted))
    rows = table_rows(shown, words, with_same=kind == "same")
    left, right = (f"{side.version.catalog.code}-{side.version.label}" for side in comparison[:2])
    return words.header, rows, f"{left}~{right}"


def table_words() -> TableWords:
    """Return the words of 修订对照表 for the reader: columns by their titles, values as a file of the list writes them."""
    english = reader_language() == "en"
    return TableWords(
        header=(_("New"), _("Old"), _("What changed")),
        came=_("Came in"),
        gone=_("Went out"),
        not_spoken_of=_("Not spoken of: the newer list is not complete for its class"),
        same=_("Says the same"),
        titles={} if english else {**TITLES, "payment_standard_text": TITLES["payment_standard"]},
        of=_cell,
    )


def _cell(_name: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return "Y" if value else "N"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


class TimelineVersion(serializers.Serializer):
    label = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    published_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    checksum = serializers.CharField()
    entry_count = serializers.IntegerField()


class SegmentOutput(serializers.Serializer):
    version = serializers.CharField(allow_null=True, help_text="null: none is in force on these days")
    effective_from = serializers.DateField(help_text="the first of the days, inclusive")
    effective_to = serializers.DateField(allow_null=True, help_text="the last; null: from then on")
    known_from = serializers.DateTimeField(help_text="for whoever asks as known from this instant on")
    known_to = serializers.DateTimeField(allow_null=True, help_text="and before this one; null: still")


class TimelineOutput(serializers.Serializer):
    catalog = serializers.CharField()
    known_at = serializers.DateTimeField()
    versions = TimelineVersion(many=True)
    segments = SegmentOutput(many=True)


class TimelineViewSet(ApiViewSet):
    """A list's time: which version is in force for which days, as known when."""

    queryset = Catalog.objects.none()
    serializer_class = TimelineOutput
    pagination_class = None
    scopes = {"GET": READ}

    @extend_schema(
        parameters=[OpenApiParameter("known_at", OpenApiTypes.DATETIME, description="nothing that became known later")],
        responses=forced_singular_serializer(TimelineOutput),
    )
    def list(self, request: Any, code: str) -> Response:
        """The published versions, withdrawn ones too, and the segments of both clocks: every day from the first on and every instant from the first
        publication on lies in exactly one."""
        refuse_unknown(request.query_params, ("known_at",))
        catalog = catalog_of(request, code)
        known_at = instant_parameter(request, "known_at", request.user.known_at)
        versions, found = timeline_of(catalog, known_at)
        return Response(
            {
                "catalog": catalog.code,
                "known_at": known_at,
                "versions": [_told_version(version, known_at) for version in versions],
                "segments": [
                    {
                        "version": one.version and one.version.label,
                        "effective_from": one.first,
                        "effective_to": one.last,
                        "known_from": one.known_from,
                        "known_to": one.known_to,
                    }
                    for one in found
                ],
            }
        )


def _told_version(version: CatalogVersion, known_at: Any) -> dict[str, Any]:
    withdrawn = version.withdrawn_at
    return {
        "label": version.label,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "published_at": version.published_at,
        "withdrawn_at": withdrawn if withdrawn and withdrawn <= known_at else None,
        "checksum": version.checksum,
        "entry_count": version.entry_count,
    }


urls = [
    path("compare/", CompareViewSet.as_view({"get": "list"}), name="compare"),
    path("compare.csv", CompareViewSet.as_view({"get": "csv"}), name="compare-csv"),
    path("compare.xlsx", CompareViewSet.as_view({"get": "xlsx"}), name="compare-xlsx"),
    path("catalogs/<str:code>/timeline/", TimelineViewSet.as_view({"get": "list"}), name="catalog-timeline"),
]
