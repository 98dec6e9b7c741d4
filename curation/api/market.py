"""Drafting a series from the market over REST (spec api.md "Draft by frequency", curation.md 3)."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.access import WRITE, catalog_of, check_writable, given_in
from catalog.api.serializers import ImportOutput, PinnedOutput
from catalog.api.views import shown_run
from catalog.clock import Observation, china_today
from catalog.models import CODE_PATTERN, Catalog, ImportRun
from catalog.provinces import PROVINCES
from common.api.fields import StrictSerializer
from common.api.views import ApiViewSet
from common.money import ratio_text
from curation.market import services
from curation.market.reading import ANOTHER_OWNER, NOT_IN_FORCE
from curation.market.services import Asked, PinAsked, Selection

MOST_LISTS = 10_000
MOST_PINS = 1_000


class PinInput(StrictSerializer):
    drug = serializers.CharField(max_length=200, help_text="by any name of it")
    indication = serializers.CharField(
        max_length=400,
        required=False,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text="as the curve names it, or its code in the vocabulary; not given: every one of the drug's",
    )
    keep = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000)


@extend_schema_field(
    {
        "anyOf": [
            {"type": "string", "const": "all"},
            {"type": "array", "items": {"type": "string", "maxLength": 64}, "minItems": 1, "maxItems": MOST_LISTS},
        ],
        "description": "codes of reference lists, or all that are seen",
    }
)
class ListsField(serializers.Field):
    """Codes of reference lists, or `all`."""

    def to_internal_value(self, data: Any) -> list[str] | None:
        if data == "all":
            return None
        codes = serializers.ListField(
            child=serializers.CharField(max_length=64), allow_empty=False, max_length=MOST_LISTS
        )
        return list(dict.fromkeys(codes.run_validation(data)))

    def to_representation(self, value: Any) -> Any:
        return value


class FrequencyInput(StrictSerializer):
    # What both calls take. `lists` stands apart: its field reads two types.

    date = serializers.DateField(required=False, help_text="the day on which the lists are in force; not given: today")
    min_products = serializers.IntegerField(min_value=1, max_value=100_000, help_text="in at least so many lists")
    key_provinces = serializers.ListField(
        child=serializers.CharField(max_length=50),
        required=False,
        allow_null=True,
        default=None,
        max_length=100,
        help_text="null: the five with the largest premium",
    )
    min_key_provinces = serializers.IntegerField(
        min_value=0, max_value=100, required=False, default=0, help_text="in at least so many of the key provinces"
    )
    pins = PinInput(many=True, required=False, default=list, max_length=MOST_PINS)


class PreviewInput(FrequencyInput):
    lists = ListsField(required=False, default=None)
    label = serializers.CharField(max_length=64, required=False, validators=[CODE_PATTERN])
    effective_from = serializers.DateField(required=False)
    effective_to = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    replace = serializers.BooleanField(
        required=False, default=False, help_text="a draft of the same label goes although its entries were edited"
    )


class ByFrequencyInput(PreviewInput):
    label = serializers.CharField(max_length=64, validators=[CODE_PATTERN])
    effective_from = serializers.DateField()


class CurveOutput(serializers.Serializer):
    rank = serializers.IntegerField()
    drug = serializers.CharField(help_text="as most lists write it")
    indication = serializers.CharField(help_text="the disease group; empty: what is not coded")
    products = serializers.IntegerField(help_text="lists that hold it")
    provinces = serializers.IntegerField()
    premium_share = serializers.CharField()
    key_provinces_hit = serializers.IntegerField()
    kept = serializers.BooleanField()
    pinned = PinnedOutput(allow_null=True, help_text="the pin that says so, whatever the figures; null: the figures do")


class SelectionCounts(serializers.Serializer):
    lists = serializers.IntegerField(help_text="that count")
    left_out = serializers.IntegerField()
    without_premium = serializers.IntegerField(help_text="of those that count: their premium counts as 0")
    without_province = serializers.IntegerField()
    groups = serializers.IntegerField(help_text="drugs and diseases: rows of the curve")
    kept = serializers.IntegerField()
    pinned = serializers.IntegerField(help_text="of the groups, kept or left by a pin")


class CoveredOutput(serializers.Serializer):
    covered = serializers.IntegerField()
    of = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())


class LeftOutOutput(serializers.Serializer):
    catalog = serializers.CharField()
    why = serializers.ChoiceField([NOT_IN_FORCE, ANOTHER_OWNER])


class PreviewOutput(serializers.Serializer):
    date = serializers.DateField()
    curve = CurveOutput(many=True, help_text="in the order of the draft")
    counts = SelectionCounts()
    provinces = CoveredOutput(help_text="of the 31")
    key_provinces = serializers.ListField(child=serializers.CharField())
    left_out = LeftOutOutput(many=True, help_text="lists that do not count, and why")


class FrequencyViewSet(ApiViewSet):
    """Drafting a version by how often the market's lists hold a drug."""

    queryset = Catalog.objects.none()
    serializer_class = ImportOutput
    scopes = {"POST": WRITE}
    located = frozenset({"create"})

    @extend_schema(request=ByFrequencyInput, responses={202: ImportOutput})
    def create(self, request: Any, code: str) -> Response:
        """Draft a version from the market's lists: 202 and a Location to watch, as of an import."""
        given = given_in(request, ByFrequencyInput)
        catalog = self._catalog(request, code)
        run = services.draft_by_frequency(
            catalog=catalog,
            asked=_asked(given, request.user.known_at),
            insurer_id=request.user.insurer_id,
            by=request.user.person,
            label=given["label"],
            effective_from=given["effective_from"],
            effective_to=given.get("effective_to"),
            note=given["note"],
            replace=given["replace"],
        )
        run = ImportRun.objects.select_related("job", "catalog", "version__parent").get(pk=run.pk)
        return Response(shown_run(run, None), status=202, headers={"Location": reverse("import-detail", args=[run.pk])})

    @extend_schema(request=PreviewInput, responses=PreviewOutput)
    def preview(self, request: Any, code: str) -> Response:
        """What the draft would hold, and what it would leave; nothing is written."""
        given = given_in(request, PreviewInput)
        seen = Observation(request.user.revision, request.user.known_at)
        found = services.select(
            catalog=self._catalog(request, code),
            asked=_asked(given, seen.known_at),
            insurer_id=request.user.insurer_id,
            seen=seen,
        )
        return Response(_shown(found))

    def _catalog(self, request: Any, code: str) -> Catalog:
        catalog = catalog_of(request, code)
        check_writable(request, catalog)
        return catalog


def _asked(given: dict[str, Any], known_at: Any) -> Asked:
    lists, key = given["lists"], given["key_provinces"]
    return Asked(
        day=given.get("date") or china_today(known_at),
        lists=None if lists is None else tuple(lists),
        min_products=given["min_products"],
        min_key_provinces=given["min_key_provinces"],
        key_provinces=None if key is None else tuple(key),
        pins=tuple(PinAsked(pin["drug"], pin["keep"], pin["reason"], pin["indication"]) for pin in given["pins"]),
    )


def _shown(found: Selection) -> dict[str, Any]:
    covered = found.market.provinces
    return {
        "date": found.market.day,
        "curve": [
            {
                "rank": one.rank,
                "drug": one.counted.name,
                "indication": one.counted.disease.name,
                "products": one.counted.products,
                "provinces": len(one.counted.provinces),
                "premium_share": ratio_text(one.counted.premium_share),
                "key_provinces_hit": one.key_provinces_hit,
                "kept": one.kept,
                "pinned": {"keep": one.pin.keep, "reason": one.pin.reason} if one.pin else None,
            }
            for one in found.ranked
        ],
        "counts": found.counts(),
        "provinces": {
            "covered": len(covered),
            "of": len(PROVINCES.codes),
            "names": list(covered),
            "missing": [name for name in PROVINCES.codes if name not in covered],
        },
        "key_provinces": list(found.key_provinces),
        "left_out": [{"catalog": one.code, "why": one.why} for one in found.market.left_out],
    }


frequency = FrequencyViewSet.as_view
urls = [
    path("catalogs/<str:code>/draft-by-frequency/", frequency({"post": "create"}), name="draft-by-frequency"),
    path(
        "catalogs/<str:code>/draft-by-frequency/preview/",
        frequency({"post": "preview"}),
        name="draft-by-frequency-preview",
    ),
]
