"""What of a list begins, ends and changes by a day, drug by drug, and the products that it reaches (spec curation.md 5, rehearsal)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import READ, catalog_of, refuse
from catalog.api.serializers import EntryOutput, FieldChangesField
from catalog.clock import Observation, china_today
from catalog.drugs.base_names import drug_id
from catalog.entries import shown as shown_entry
from catalog.models import Catalog
from common.api.filtering import refuse_unknown
from common.api.pagination import PagePagination
from common.api.params import day_parameter
from common.api.views import ApiViewSet
from curation.comparing.compare import fields_of
from curation.comparing.queries import Shown
from curation.upcoming.queries import BYS, WHATS, Change, shown_changes, upcoming_of
from curation.upcoming.steps import EditionDays
from insurers.products_reached import Reached, products_naming

DAYS_AHEAD = timedelta(days=92)
_ASKED = ("until", "kind", "page", "page_size")


class UpcomingEdition(serializers.Serializer):
    version = serializers.CharField()
    begins = serializers.DateField(allow_null=True, help_text="the first day in force; null: it is in force already")
    ends = serializers.DateField(
        allow_null=True, help_text="the last day in force; null: it is after `until`, or never"
    )
    follows = serializers.CharField(allow_null=True, help_text="in force before it")
    followed_by = serializers.CharField(allow_null=True, help_text="in force after it; null: none, or not by `until`")
    entry_count = serializers.IntegerField()


class UpcomingProduct(serializers.Serializer):
    insurer = serializers.CharField()
    product = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    follows = serializers.BooleanField(help_text="takes what is in force, and so what begins and ends")
    pinned = serializers.ListField(
        child=serializers.CharField(), help_text="versions it is pinned to: these apply whatever begins and ends"
    )


class UpcomingDrug(serializers.Serializer):
    id = serializers.CharField()
    generic_name = serializers.CharField()


class UpcomingChange(serializers.Serializer):
    day = serializers.DateField(help_text="begins, changes: the first day; ends: the last")
    kind = serializers.ChoiceField(WHATS)
    by = serializers.ChoiceField(BYS, help_text="another edition, or the days of an entry's agreement")
    version = serializers.CharField(help_text="that lists it then; of what ends, that listed it last")
    drug = UpcomingDrug(allow_null=True, help_text="null: its entries select by class or number and name none")
    before = EntryOutput(many=True)
    after = EntryOutput(many=True)
    fields = FieldChangesField(help_text="column: [before, after]")  # type: ignore[assignment]
    spoken_of = serializers.BooleanField(
        help_text="false: the edition that lacks it is not complete for its class, so nobody left it out"
    )


class UpcomingOutput(serializers.Serializer):
    catalog = serializers.CharField()
    name = serializers.CharField()
    today = serializers.DateField()
    until = serializers.DateField()
    known_at = serializers.DateTimeField()
    editions = UpcomingEdition(many=True)
    products = UpcomingProduct(many=True, help_text="the first hundred that name the list, an insurer's own")
    products_count = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="begins, ends, changes")
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = UpcomingChange(many=True)


class UpcomingViewSet(ApiViewSet):
    """Upcoming 预演: what begins and ends."""

    queryset = Catalog.objects.none()
    serializer_class = UpcomingOutput
    pagination_class = None
    scopes = {"GET": READ}

    @extend_schema(
        parameters=[
            OpenApiParameter("until", OpenApiTypes.DATE, description="the last day; in 92 days unless told"),
            OpenApiParameter("kind", str, enum=list(WHATS), description="these alone"),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=forced_singular_serializer(UpcomingOutput),
    )
    def list(self, request: Any, code: str) -> Response:
        """Tell what begins after today and by a day, and what has its last day from today on and by then, by what is published now.

        Drug by drug, by the day: those that come in, go out, or are listed otherwise (`fields`: the class, the terms). Coverage and checks for
        these days are answered today as they will be then.
        """
        refuse_unknown(request.query_params, _ASKED)
        catalog = catalog_of(request, code)
        seen = Observation(request.user.revision, request.user.known_at)
        today = china_today(seen.known_at)
        until = day_parameter(request, "until", today + DAYS_AHEAD)
        if until < today:
            refuse("/until", _("until is a day from today on."))
        kind = request.query_params.get("kind", "")
        if kind and kind not in WHATS:
            refuse("/kind", _("kind is begins, ends or changes."))
        found = upcoming_of(catalog, first=today, until=until, seen=seen)
        pages = PagePagination()
        asked = [one for one in found.changes if kind in ("", one.what)]
        page = pages.paginate_queryset(asked, request, view=self) or []  # type: ignore[arg-type]
        reach = products_naming(catalog, today, until, request.user.insurer_id)
        answer = pages.get_paginated_response([_change(*one) for one in shown_changes(page)])
        answer.data = {
            "catalog": catalog.code,
            "name": catalog.name,
            "today": today,
            "until": until,
            "known_at": seen.known_at,
            "editions": [_edition(one) for one in found.editions],
            "products": [_product(one) for one in reach.shown],
            "products_count": reach.count,
            "counts": found.counts(),
            **answer.data,
        }
        return answer


def _edition(one: EditionDays[Any]) -> dict[str, Any]:
    return {
        "version": one.version.label,
        "begins": one.first,
        "ends": one.last,
        "follows": one.follows and one.follows.label,
        "followed_by": one.followed_by and one.followed_by.label,
        "entry_count": one.version.entry_count,
    }


def _product(one: Reached) -> dict[str, Any]:
    version = one.version
    return {
        "insurer": version.insurer.code,
        "product": version.product.code,
        "name": version.product.name,
        "version": version.label,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "follows": one.follows,
        "pinned": list(one.pins),
    }


def _change(change: Change, shown: Shown) -> dict[str, Any]:
    drug = change.result.drug
    return {
        "day": change.day,
        "kind": change.what,
        "by": change.by,
        "version": change.version.label,
        "drug": None if drug.startswith(" ") else {"id": drug_id(drug), "generic_name": drug},
        "before": [_entry(one) for one in shown.left],
        "after": [_entry(one) for one in shown.right],
        "fields": fields_of(shown.pairs),
        "spoken_of": change.result.spoken_of,
    }


def _entry(entry: Any) -> dict[str, Any]:
    return shown_entry({name: value for name, value in entry.items() if name != "id"})


urls = [
    path("catalogs/<str:code>/upcoming/", UpcomingViewSet.as_view({"get": "list"}), name="catalog-upcoming"),
]
