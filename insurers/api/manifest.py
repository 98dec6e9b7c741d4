"""The drift check over REST: is what a client holds still what applies?"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.catalog_codes import LONGEST
from catalog.clock import china_today
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.errors import FieldError
from insurers.api.authentication import insurer_of
from insurers.manifest import check_manifest
from insurers.models import ProductVersion

MAX_ITEMS = 100
CATALOGS, PRODUCTS = "catalog:read", "coverage:read"


class HeldInput(StrictSerializer):
    product = serializers.CharField(max_length=64, required=False, allow_null=True)
    catalog = serializers.CharField(max_length=LONGEST, required=False, allow_null=True)
    version = serializers.CharField(max_length=64, help_text="the label")
    checksum = serializers.RegexField(r"^[0-9A-Fa-f]{64}\Z", help_text="SHA-256, 64 hex digits")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("product") or attrs.get("catalog")):
            raise serializers.ValidationError({"catalog": [serializers.ErrorDetail(_("Name a catalog."), "required")]})
        return attrs


class CurrentOutput(serializers.Serializer):
    label = serializers.CharField()
    checksum = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    complete_for = serializers.ListField(
        child=serializers.CharField(),
        help_text="classes of which a list is complete; empty: it is complete, or a product",
    )


class AffectedShape(serializers.Serializer):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField()


class HeldOutput(serializers.Serializer):
    product = serializers.CharField(allow_null=True)
    catalog = serializers.CharField(allow_null=True)
    version = serializers.CharField()
    status = serializers.ChoiceField(
        ["current", "superseded", "withdrawn", "upcoming", "altered", "not_referred_to", "unknown"]
    )
    checksum = serializers.CharField(allow_null=True, help_text="of that version, as it was published")
    current = CurrentOutput(allow_null=True, help_text="what applies today; null: nothing does")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    affected = AffectedShape(allow_null=True, help_text="entries added, removed and changed since")
    affected_entries = serializers.IntegerField(allow_null=True)
    differs = serializers.ListField(child=serializers.CharField(), help_text="of a product: the terms that differ")
    diff = serializers.CharField(allow_null=True, help_text="where the differences are to be read")
    changes = serializers.CharField(allow_null=True, help_text="where they are to be had, to be applied")
    export = serializers.CharField(allow_null=True, help_text="altered: where the version is to be had whole")


class ManifestOutput(serializers.Serializer):
    known_at = serializers.DateTimeField()
    date = serializers.DateField(help_text="today in China")
    results = HeldOutput(many=True)


class ManifestViewSet(ApiViewSet):
    """Whether copies of catalogs and products are up to date."""

    queryset = ProductVersion.objects.none()
    serializer_class = ManifestOutput
    pagination_class = None
    scopes = {"POST": (CATALOGS, PRODUCTS)}

    @extend_schema(request=HeldInput(many=True), responses=ManifestOutput)
    def check(self, request: Any) -> Response:
        """Say of each version a client holds whether it is what applies today: 1 to 100 of them, answered in order.

        `catalog` alone: held against the version in force. `product` alone: a product version. Both: the catalog as the product uses it, pinned or in
        force. A catalog needs `catalog:read`, a product `coverage:read`; what you may not see is `unknown`.
        """
        refuse_unknown(request.query_params, ())
        if not isinstance(request.data, list) or not 1 <= len(request.data) <= MAX_ITEMS:
            detail = _("Send a list of 1 to %(max)d versions that you hold.") % {"max": MAX_ITEMS}
            raise ApiProblem(400, "invalid", detail, [FieldError("", "invalid", detail)])
        given = HeldInput(data=request.data, many=True)
        given.is_valid(raise_exception=True)
        held = given.validated_data
        self._check_scopes(request, held)
        known_at = request.user.known_at
        day = china_today(known_at)
        found = check_manifest(held, insurer_id=request.user.insurer_id, day=day, known_at=known_at)
        return Response({"known_at": known_at, "date": day, "results": found})

    def _check_scopes(self, request: Any, held: list[dict[str, Any]]) -> None:
        wanted = {CATALOGS} if any(item.get("catalog") for item in held) else set()
        if any(item.get("product") for item in held):
            insurer_of(request.user)
            wanted.add(PRODUCTS)
        for scope in sorted(wanted - request.user.scopes):
            raise ApiProblem(403, "missing_scope", _("This key lacks the scope %(scope)s.") % {"scope": scope})
