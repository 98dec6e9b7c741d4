"""The matrix of drugs × lists over REST: pages of JSON, and the whole of it as CSV and XLSX (spec curation.md 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import READ
from catalog.api.filters import LONGEST_SEARCH, one_diagnosis
from catalog.clock import china_today
from catalog.importing.export import table_csv, table_xlsx
from catalog.marks_and_approvals import SAID
from catalog.models import Catalog
from catalog.vocabularies import KINDS
from common.api.filtering import refuse_unknown
from common.api.pagination import PagePagination
from common.api.params import day_parameter, instant_parameter
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.downloads import XLSX, download
from common.errors import FieldError
from common.labels import choices
from curation.comparing.matrix import CONDITIONS, LISTED, Cell
from curation.comparing.matrix_query import MOST_LISTS, ListOnDay, Matrix, Row, UnknownCatalog, Wanted, matrix_of
from curation.comparing.matrix_table import table_of

FILTERS = ("q", "class_code", "mark", "icd10", "institution_level")
ASKED = ("catalogs", "date", "known_at", *FILTERS)


class CellOutput(serializers.Serializer):
    """How one list takes one drug on the day."""

    listed = serializers.ChoiceField(
        LISTED,
        help_text="full: an entry without any restriction; restricted: each entry has one, or text that is not coded; "
        "excluded: a negative or exclusion list takes it; no: not listed",
    )
    classes = serializers.ListField(child=serializers.CharField(), help_text="every reimbursement class, A before B")
    entry_codes = serializers.ListField(child=serializers.CharField())
    min_institution_level = serializers.IntegerField(
        allow_null=True, help_text="the lowest level it may be used at; null: any"
    )
    conditions = serializers.ListField(
        child=serializers.ChoiceField(CONDITIONS),
        help_text="the restrictions without which it is not listed or excluded",
    )

    def get_fields(self) -> Any:
        named = serializers.CharField(
            help_text="the reimbursement class, the first of `classes`; empty where none is given"
        )
        return {**super().get_fields(), "class": named}


class MatrixDrug(serializers.Serializer):
    id = serializers.CharField()
    base_name = serializers.CharField()
    generic_name = serializers.CharField()


class MatrixRow(serializers.Serializer):
    drug = MatrixDrug()
    class_codes = serializers.ListField(
        child=serializers.CharField(), help_text="as the entries on this page give them"
    )
    cells = serializers.DictField(
        child=CellOutput(), help_text="by the list's code, in the order in which they were asked for"
    )


class MatrixList(serializers.Serializer):
    catalog = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices(KINDS.terms))
    version = serializers.CharField(allow_null=True, help_text="in force on the day; null: none was")


class MatrixOutput(serializers.Serializer):
    date = serializers.DateField()
    known_at = serializers.DateTimeField()
    catalogs = MatrixList(many=True)
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = MatrixRow(many=True)


PARAMETERS = [
    OpenApiParameter(
        "catalogs", str, required=True, description=f"codes of lists, separated by commas; at most {MOST_LISTS}"
    ),
    OpenApiParameter("date", OpenApiTypes.DATE, description="the day; today in China unless told"),
    OpenApiParameter("known_at", OpenApiTypes.DATETIME, description="as it was known at this instant"),
    OpenApiParameter(
        "q", str, description="a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code"
    ),
    OpenApiParameter("class_code", str, description="entries whose class code begins so"),
    OpenApiParameter("mark", str, enum=list(SAID.codes), description="entries with this mark"),
    OpenApiParameter("icd10", str, description="a diagnosis, as C34.1: entries it falls under"),
    OpenApiParameter("institution_level", int, enum=[1, 2, 3], description="entries that may be used at this level"),
]


class MatrixViewSet(ApiViewSet):
    """Drugs × lists on a day."""

    queryset = Catalog.objects.none()
    serializer_class = MatrixOutput
    pagination_class = None
    scopes = {"GET": READ}
    files = {"csv": "text/csv", "xlsx": XLSX}
    named_files = frozenset({"csv", "xlsx"})
    refusals = {"list": (404,), "csv": (404,), "xlsx": (404,)}

    @extend_schema(
        parameters=[*PARAMETERS, OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
        responses=forced_singular_serializer(MatrixOutput),
    )
    def list(self, request: Any) -> Response:
        """One row a drug that one of the lists names on the day, one cell a list.

        A drug is shown where one entry of one of the lists meets every filter; its cells then tell how each list takes it altogether, since `no`
        would else be said of a list that has it.
        """
        matrix = matrix_asked(request, (*ASKED, "page", "page_size"))
        pages = PagePagination()
        page = pages.paginate_queryset(matrix, request) or []
        answer = pages.get_paginated_response([shown_row(row) for row in matrix.rows(page)])
        answer.data = {
            "date": matrix.day,
            "known_at": matrix.known_at,
            "catalogs": [shown_list(one) for one in matrix.lists],
            **answer.data,
        }
        return answer

    @extend_schema(parameters=PARAMETERS, responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def csv(self, request: Any) -> HttpResponseBase:
        """The whole matrix as CSV: for each list how it takes the drug, the class, the level of institution, and the entries."""
        matrix = matrix_asked(request, ASKED)
        header, rows = table_of(matrix)
        return download(table_csv(header, rows), f"matrix-{matrix.day}.csv", "text/csv")

    @extend_schema(parameters=PARAMETERS, responses={(200, XLSX): OpenApiTypes.BINARY})
    def xlsx(self, request: Any) -> HttpResponseBase:
        """The same as a workbook."""
        matrix = matrix_asked(request, ASKED)
        header, rows = table_of(matrix)
        return download(table_xlsx(header, rows), f"matrix-{matrix.day}.xlsx", XLSX)


def matrix_asked(request: Any, known: tuple[str, ...]) -> Matrix:
    """Return the matrix that a query asks for; raises a 400, and a 404 for a list that the caller may not see."""
    asked = request.query_params
    refuse_unknown(asked, known)
    errors = list(_problems(asked))
    if errors:
        raise ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), errors)
    known_at = instant_parameter(request, "known_at", request.user.known_at)
    day = day_parameter(request, "date", china_today(request.user.known_at))
    wanted = Wanted(
        asked.get("q", "").strip(),
        asked.get("class_code", "").strip(),
        asked.get("mark", ""),
        asked.get("icd10", "").strip(),
        int(asked["institution_level"]) if "institution_level" in asked else None,
    )
    try:
        return matrix_of(
            _codes(asked),
            insurer_id=request.user.insurer_id,
            day=day,
            known_at=known_at,
            revision=request.user.revision,
            wanted=wanted,
        )
    except UnknownCatalog:
        raise Http404 from None


def _codes(asked: Any) -> list[str]:
    return [code for code in (part.strip() for part in asked.get("catalogs", "").split(",")) if code]


def _problems(asked: Any) -> Iterator[FieldError]:
    codes = _codes(asked)
    if not codes:
        yield FieldError("/catalogs", "required", _("Name the lists: their codes, separated by commas."))
    if len(set(codes)) > MOST_LISTS:
        yield FieldError("/catalogs", "too_many", _("At most %(count)d lists at a time.") % {"count": MOST_LISTS})
    if len(asked.get("q", "")) > LONGEST_SEARCH:
        yield FieldError("/q", "too_long", _("At most %(count)d characters.") % {"count": LONGEST_SEARCH})
    if len(asked.get("class_code", "")) > 10:
        yield FieldError("/class_code", "too_long", _("At most %(count)d characters.") % {"count": 10})
    if asked.get("mark", SAID.codes[0]) not in SAID.codes:
        yield FieldError(
            "/mark", "invalid_choice", _("A mark is one of: %(marks)s.") % {"marks": ", ".join(SAID.codes)}
        )
    if "icd10" in asked and (told := one_diagnosis(asked["icd10"])):
        yield FieldError("/icd10", "bad_code", told)
    if asked.get("institution_level", "1") not in {"1", "2", "3"}:
        yield FieldError("/institution_level", "out_of_range", _("A level of institution is 1, 2 or 3."))


def shown_list(one: ListOnDay) -> dict[str, Any]:
    """Return a list as the API shows it."""
    catalog, version = one.catalog, one.version
    return {
        "catalog": one.name,
        "name": catalog.name,
        "kind": catalog.kind,
        "version": version.label if version else None,
    }


def shown_row(row: Row) -> dict[str, Any]:
    """Return a row as the API shows it."""
    return {
        "drug": {"id": row.id, "base_name": row.drug, "generic_name": row.name},
        "class_codes": list(row.class_codes),
        "cells": {code: _shown_cell(cell) for code, cell in row.cells.items()},
    }


def _shown_cell(cell: Cell) -> dict[str, Any]:
    return {
        "listed": cell.listed,
        "class": cell.reimbursement_class,
        "classes": list(cell.classes),
        "entry_codes": list(cell.entry_codes),
        "min_institution_level": cell.min_institution_level,
        "conditions": list(cell.conditions),
    }


urls = [
    path("matrix/", MatrixViewSet.as_view({"get": "list"}), name="matrix"),
    path("matrix.csv", MatrixViewSet.as_view({"get": "csv"}), name="matrix-csv"),
    path("matrix.xlsx", MatrixViewSet.as_view({"get": "xlsx"}), name="matrix-xlsx"),
]
