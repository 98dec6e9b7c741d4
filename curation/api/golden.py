"""Golden cases over REST: made, changed, removed, and how each comes out with a version (spec curation.md 5)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from catalog.api.access import given_in, version_of
from claims.api.serializers import TRIED_CLAIM
from claims.api.views import seen_by
from claims.models import ClaimCheck
from common.api import etags
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.shapes import lenient
from common.api.values import AsSentField
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput
from curation.golden import services
from curation.golden.services import MAX_CATALOGS, Given
from curation.golden.trying import cases_of, tried_with
from curation.models import GoldenCase, GoldenExpectation
from insurers.api.authentication import insurer_of

READ = ("catalog:read", "catalog:write", "catalog:publish", "claims:check")
WRITE = ("catalog:write", "claims:check")
PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]


class ExpectedLine(StrictSerializer):
    outcome = serializers.ChoiceField(ClaimCheck.Outcome.choices)
    reasons = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        allow_null=True,
        max_length=100,
        help_text="codes; not given: whatever they are. Notes beside them are no difference",
    )
    payable = serializers.DecimalField(
        16, 2, required=False, allow_null=True, help_text="CNY; not given: however much it is"
    )


class Expected(StrictSerializer):
    lines = ExpectedLine(many=True, allow_empty=False, help_text="of each line of the claim, in their order")


@extend_schema_field(lenient(TRIED_CLAIM, {"type": "object", "description": "as a check takes it"}))
class ClaimField(serializers.Field):
    """A claim as a check takes it: read by the rules of checks (claims.eligibility.request)."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Send a claim as a check takes it."), "wrong_type")
        return data


class GoldenCaseChange(StrictSerializer):
    name = serializers.CharField(max_length=200, required=False)
    product = serializers.CharField(max_length=64, required=False, allow_null=True, help_text="or `catalogs`")
    insurer = serializers.CharField(
        max_length=64, required=False, allow_null=True, help_text="whose product, where several have one of this code"
    )
    catalogs = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, allow_null=True, max_length=MAX_CATALOGS
    )
    claim = ClaimField(required=False)
    expect = Expected(required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class GoldenCaseInput(GoldenCaseChange):
    name = serializers.CharField(max_length=200)
    check = serializers.UUIDField(
        required=False, allow_null=True, help_text="a recorded check, in place of product, claim and what is expected"
    )


class FoundLine(serializers.Serializer):
    line_no = serializers.IntegerField()
    outcome = serializers.ChoiceField(ClaimCheck.Outcome.choices)
    reasons = serializers.ListField(child=serializers.CharField())
    payable = serializers.CharField()


class Found(serializers.Serializer):
    lines = FoundLine(many=True)


class ExpectedLineOutput(serializers.Serializer):
    outcome = serializers.ChoiceField(ClaimCheck.Outcome.choices)
    reasons = serializers.ListField(child=serializers.CharField(), required=False, help_text="not there: left open")
    payable = serializers.CharField(required=False, help_text="CNY; not there: left open")


class ExpectedOutput(serializers.Serializer):
    lines = ExpectedLineOutput(many=True)


class PastExpectation(serializers.Serializer):
    expect = ExpectedOutput()
    by = serializers.CharField(help_text="to an insurer: office, but for its own")
    at = serializers.DateTimeField()
    reason = serializers.CharField(allow_null=True)
    catalog = serializers.CharField(allow_null=True, help_text="of an answer that a publication changed")
    version = serializers.CharField(allow_null=True)


class GoldenCaseListOutput(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    product = serializers.CharField(allow_null=True)
    insurer = serializers.CharField(allow_null=True, help_text="whose product")
    catalogs = serializers.ListField(child=serializers.CharField())
    claim = AsSentField(help_text="without claim number and member's reference")
    expect = ExpectedOutput()
    note = serializers.CharField(allow_blank=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class GoldenCaseOutput(GoldenCaseListOutput):
    history = PastExpectation(many=True, help_text="what it expected since when, the latest first")


@extend_schema_field(
    {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": "string"}}]}
)
class ExpectedField(serializers.JSONField):
    """An outcome, an amount, codes of reasons, or how many lines there are."""


class GoldenDifference(serializers.Serializer):
    line_no = serializers.IntegerField(allow_null=True)
    field = serializers.ChoiceField(["outcome", "reasons", "payable", "lines", "claim"])
    expected = ExpectedField()
    found = ExpectedField()


class TriedOutput(serializers.Serializer):
    case = serializers.UUIDField()
    name = serializers.CharField()
    insurer = serializers.CharField(allow_null=True, help_text="whose case; null: the office's")
    expected = ExpectedOutput()
    found = Found(allow_null=True, help_text="null: today's rules refuse the claim")
    differs = GoldenDifference(many=True)
    passes = serializers.BooleanField()


def _check_scope(request: Any, office: str = "") -> None:
    """Raise a 403 for an insurer's key that may not check claims, and for the office's that lacks what this needs."""
    user = request.user
    if "claims:check" not in user.scopes if not user.is_office else office and office not in user.scopes:
        raise PermissionDenied


def case_etag(case: GoldenCase) -> str:
    """Return what changes whenever the case does."""
    facts = (case.pk, case.name, case.product_id, case.catalogs, case.claim, case.expect, case.note)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


class GoldenCaseViewSet(ApiViewSet):
    """Golden cases 验证用例: an insurer's own with `claims:check`; the office's, over any product or shared lists, with `catalog:write`."""

    queryset = GoldenCase.objects.none()
    serializer_class = GoldenCaseOutput
    scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    tagged = frozenset({"retrieve", "create", "partial_update"})
    matched = frozenset({"partial_update", "destroy"})
    located = frozenset({"create"})
    refusals = {"create": (404,)}

    def get_queryset(self) -> QuerySet[GoldenCase]:
        _check_scope(self.request, "" if self.request.method in ("GET", "HEAD") else "catalog:write")
        found: QuerySet[GoldenCase] = services.cases_visible(self.request.user.insurer_id)
        return found.order_by("name", "pk")

    @extend_schema(parameters=PAGE, responses=GoldenCaseListOutput(many=True))
    def list(self, request: Any) -> Response:
        """Your cases, by name."""
        refuse_unknown(request.query_params, ("page", "page_size"))
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([_shown(case) for case in page])

    @extend_schema(responses=GoldenCaseOutput)
    def retrieve(self, request: Any, pk: str) -> HttpResponseBase:
        refuse_unknown(request.query_params, ())
        case = get_object_or_404(self.get_queryset(), pk=pk)
        found = etags.answer(request, _whole(request, case), etag=case_etag(case), immutable=False)
        found.headers["Cache-Control"] = "no-store"  # there is a claim in it
        return found

    @extend_schema(request=GoldenCaseInput, responses={201: GoldenCaseOutput})
    def create(self, request: Any) -> Response:
        """Keep a claim and the answer agreed on, or a recorded check (`check`) with the answer it got; nothing that leads to a person is kept."""
        _check_scope(request, "catalog:write")
        given = given_in(request, GoldenCaseInput)
        check = given.pop("check", None)
        case = self._from_check(request, check, given) if check is not None else self._made(request, given)
        headers = {"Location": reverse("golden-case-detail", args=[case.pk]), "ETag": f'"{case_etag(case)}"'}
        return Response(_whole(request, case), status=201, headers=headers)

    def _made(self, request: Any, given: dict[str, Any]) -> GoldenCase:
        missing = [name for name in ("claim", "expect") if name not in given]
        if missing:
            told = _("This field is required.")
            errors = [FieldError(f"/{name}", "required", told) for name in missing]
            raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)
        empty = Given(name="", claim={}, expect={})
        return services.make_case(
            given=_changed(empty, given), insurer_id=request.user.insurer_id, by=request.user.person
        )

    def _from_check(self, request: Any, check: Any, given: dict[str, Any]) -> GoldenCase:
        wrong = [name for name in ("product", "insurer", "catalogs", "claim") if given.get(name)]
        if wrong:
            told = _("A case made from a check takes this from it.")
            errors = [FieldError(f"/{name}", "invalid", told) for name in wrong]
            raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)
        own = ClaimCheck.objects.filter(insurer=insurer_of(request.user)).select_related("product")
        found = get_object_or_404(own, pk=check)
        record_look = {"golden_case": given["name"]}
        case = services.make_case_from_check(
            check=found,
            name=given["name"],
            note=given.get("note", ""),
            expect=given.get("expect"),
            by=request.user.person,
        )
        record(Deed.CHECK_READ, by=request.user.person, what=found, name=str(found.pk), after=record_look)
        return case

    @extend_schema(request=GoldenCaseChange, responses=GoldenCaseOutput)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Change what is given; what it expected before is kept."""
        case = get_object_or_404(self.get_queryset(), pk=pk)
        given = given_in(request, GoldenCaseChange)
        etags.check_match(request, case_etag(case))
        case = services.change_case(case=case, given=_changed(services.given_of(case), given), by=request.user.person)
        return Response(_whole(request, case), headers={"ETag": f'"{case_etag(case)}"'})

    def destroy(self, request: Any, pk: str) -> Response:
        """Remove the case, with what it expected before."""
        refuse_unknown(request.query_params, ())
        case = get_object_or_404(self.get_queryset(), pk=pk)
        etags.check_match(request, case_etag(case))
        services.remove_case(case=case, by=request.user.person)
        return Response(status=204)


def _changed(before: Given, given: dict[str, Any]) -> Given:
    """Return a case as written with what is given; naming a product lets go of the catalogs, and the other way round."""
    given = {name: ("" if value is None else value) for name, value in given.items()}
    given["catalogs"] = given.get("catalogs") or [] if "catalogs" in given else None
    if given["catalogs"] is None:
        given["catalogs"] = [] if given.get("product") else before.catalogs
    elif given["catalogs"] and "product" not in given:
        given["product"] = ""
    if "product" in given and "insurer" not in given and given["product"] != before.product:
        given["insurer"] = ""
    return replace(before, **given)


class VersionGoldenCasesViewSet(ApiViewSet):
    """The golden cases that a version is tried on."""

    queryset = GoldenCase.objects.none()
    serializer_class = TriedOutput
    scopes = {"GET": READ}

    @extend_schema(parameters=PAGE, responses=TriedOutput(many=True))
    def list(self, request: Any, code: str, label: str) -> Response:
        """How each case that consults this catalog comes out, as if the version were in force and known now.

        The office sees all, of an insurer's the answers alone; an insurer its own, and of its own lists the office's too.
        """
        refuse_unknown(request.query_params, ("page", "page_size"))
        _check_scope(request)
        version = version_of(request, code, label)
        seen = seen_by(request.user)
        cases = services.shown_to(cases_of(version, seen), version, request.user.insurer_id)
        page = self.paginate_queryset(cases)
        return self.get_paginated_response([one.document() for one in tried_with(version, page, seen)])


def _shown(case: GoldenCase) -> dict[str, Any]:
    return {
        "id": str(case.pk),
        "name": case.name,
        "product": case.product.code if case.product else None,
        "insurer": case.product.insurer.code if case.product else None,
        "catalogs": case.catalogs,
        "claim": case.claim,
        "expect": case.expect,
        "note": case.note,
        "created_by": case.created_by,
        "created_at": case.created_at,
        "changed_at": case.changed_at,
    }


def _whole(request: Any, case: GoldenCase) -> dict[str, Any]:
    history = GoldenExpectation.objects.filter(case=case.pk).order_by("-pk")
    return _shown(case) | {
        "history": [
            {
                "expect": one.expect,
                # An insurer's case whose answer a publication of the office's changed: who published is no name of the insurer's.
                "by": one.by if request.user.is_office or not one.version else "office",
                "at": one.at,
                "reason": one.reason or None,
                "catalog": one.catalog or None,
                "version": one.version or None,
            }
            for one in history
        ]
    }


urls = [
    path("golden-cases/", GoldenCaseViewSet.as_view({"get": "list", "post": "create"}), name="golden-case-list"),
    path(
        "golden-cases/<uuid:pk>/",
        GoldenCaseViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="golden-case-detail",
    ),
    path(
        "catalogs/<str:code>/versions/<str:label>/golden-cases/",
        VersionGoldenCasesViewSet.as_view({"get": "list"}),
        name="version-golden-cases",
    ),
]
