"""Which insurance products pay for a drug on a day, over REST: an insurer is told of its own, the catalog office of all."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.clock import china_today
from catalog.drug_listings import visible_drugs
from catalog.models import Drug
from catalog.vocabularies import SCOPES
from common.api.filtering import refuse_unknown
from common.api.params import day_parameter, instant_parameter
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.money import ratio_text
from curation.comparing.matrix import LISTED
from curation.comparing.paying import PayingProduct, Through, products_paying


class PaidThrough(serializers.Serializer):
    catalog = serializers.CharField()
    version = serializers.CharField()
    pinned = serializers.BooleanField(
        help_text="the product is pinned to this version; false: it takes what is in force"
    )
    listed = serializers.ChoiceField(LISTED, help_text="how the list takes the drug, as in the matrix")
    entry_codes = serializers.ListField(child=serializers.CharField())


class PaidByBenefit(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(SCOPES.codes)
    ratio = serializers.CharField(allow_null=True, help_text="null: by bands")
    lists = PaidThrough(many=True, help_text="the lists of the benefit that list the drug")


class PaidByProduct(serializers.Serializer):
    insurer = serializers.CharField()
    product = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    benefits = PaidByBenefit(many=True)
    excluded_by = PaidThrough(many=True, help_text="negative and exclusion lists of the product that take the drug")


class PaidByOutput(serializers.Serializer):
    drug = serializers.CharField()
    date = serializers.DateField()
    known_at = serializers.DateTimeField()
    more = serializers.BooleanField(help_text="true: further products name lists of the drug and were not looked into")
    results = PaidByProduct(many=True)


class PaidByViewSet(ApiViewSet):
    """Insurance products that pay for a drug."""

    queryset = Drug.objects.none()
    serializer_class = PaidByOutput
    pagination_class = None
    scopes = {"GET": ("coverage:read", "catalog:read")}

    @extend_schema(
        parameters=[OpenApiParameter("date", OpenApiTypes.DATE), OpenApiParameter("known_at", OpenApiTypes.DATETIME)],
        responses=forced_singular_serializer(PaidByOutput),
    )
    def list(self, request: Any, pk: str) -> Response:
        """The product versions in force on the day of which a benefit names a list that lists the drug then; what an insurer sees are its own.

        An insurer's key needs `coverage:read`, one of the catalog office `catalog:read`.
        """
        refuse_unknown(request.query_params, ("date", "known_at"))
        caller = request.user
        if ("catalog:read" if caller.is_office else "coverage:read") not in caller.scopes:
            raise ApiProblem(403, "missing_scope", _("This key may not read which products pay."))
        drug = get_object_or_404(visible_drugs(caller.insurer_id), pk=pk)
        known_at = instant_parameter(request, "known_at", caller.known_at)
        day = day_parameter(request, "date", china_today(caller.known_at))
        found = products_paying(drug, insurer_id=caller.insurer_id, day=day, known_at=known_at)
        results = [_shown(one) for one in found.products]
        return Response({"drug": drug.pk, "date": day, "known_at": known_at, "more": found.more, "results": results})


def _shown(one: PayingProduct) -> dict[str, Any]:
    version = one.version
    return {
        "insurer": version.insurer.code,
        "product": version.product.code,
        "name": version.product.name,
        "version": version.label,
        "benefits": [
            {
                "code": paid.benefit.code,
                "name": paid.benefit.name,
                "scope": paid.benefit.scope,
                "ratio": None if paid.benefit.ratio is None else ratio_text(paid.benefit.ratio),
                "lists": [_through(through) for through in paid.lists],
            }
            for paid in one.benefits
        ],
        "excluded_by": [_through(through) for through in one.excluded_by],
    }


def _through(one: Through) -> dict[str, Any]:
    return {
        "catalog": one.catalog,
        "version": one.label,
        "pinned": one.pinned,
        "listed": one.cell.listed,
        "entry_codes": list(one.cell.entry_codes),
    }


urls = [path("drugs/<str:pk>/paid-by/", PaidByViewSet.as_view({"get": "list"}), name="drug-paid-by")]
