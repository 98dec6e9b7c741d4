"""Receipts over REST: a check's, and verifying any, without a key."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog.api.log import HASH_NOTE
from catalog.clock import observe
from catalog.log.services import signing_keys
from catalog.log.signing import MAX_JWS
from claims import receipt_verification
from claims.api.serializers import TRIED_CLAIM
from claims.api.views import language_of
from claims.models import ClaimCheck
from claims.receipts import receipt_of
from claims.services import FactsRemoved
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.rendering import accepts
from common.api.shapes import lenient, or_null
from common.api.views import ApiViewSet, PublicViewSet
from insurers.api.authentication import insurer_of

JOSE = "application/jose"


class ReceiptCatalog(serializers.Serializer):
    code = serializers.CharField(
        help_text="a shared list's code, as in the publication log; an insurer's own: `OWNER:CODE`"
    )
    label = serializers.CharField()
    checksum = serializers.CharField()


class ReceiptLine(serializers.Serializer):
    line_no = serializers.IntegerField()
    outcome = serializers.ChoiceField(ClaimCheck.Outcome.choices)
    payable = serializers.CharField(help_text="CNY")


class ReceiptLog(serializers.Serializer):
    size = serializers.IntegerField()
    root = serializers.CharField(help_text=HASH_NOTE)


class ReceiptDocument(serializers.Serializer):
    """What a receipt signs, as RFC 8785 JSON: no person and no fact of the claim, for which the digest stands."""

    digest = serializers.CharField(help_text=HASH_NOTE)
    product = serializers.CharField()
    product_version = serializers.CharField(allow_null=True)
    rules_version = serializers.CharField()
    known_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField()
    catalogs = ReceiptCatalog(many=True)
    lines = ReceiptLine(many=True)
    log = ReceiptLog(help_text="the publication log as it stood")
    sandbox = serializers.BooleanField(
        required=False, help_text="true: of a sandbox, so it proves nothing; else not there"
    )


class ReceiptOutput(serializers.Serializer):
    receipt = serializers.CharField(help_text="a compact JWS (RFC 7515), EdDSA; alone with Accept: application/jose")


@extend_schema_field(lenient(or_null(TRIED_CLAIM), {"type": ["object", "null"], "additionalProperties": True}))
class ClaimField(serializers.JSONField):
    """A claim as a check takes it: numbers with a point are decimals, which the framework's own field takes for no JSON."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class VerifyInput(StrictSerializer):
    receipt = serializers.CharField(max_length=MAX_JWS, trim_whitespace=True)
    claim = ClaimField(required=False, allow_null=True, default=None, help_text="the claim as it was checked")

    def validate_claim(self, claim: Any) -> Any:
        if claim is not None and not isinstance(claim, dict):
            raise serializers.ValidationError(_("The claim is an object, as it was sent to be checked."))
        return claim


class VerifyOutput(serializers.Serializer):
    valid = serializers.BooleanField(
        help_text="whether it proves a decision: this service signed it, every byte is as it was signed, and it is of no sandbox"
    )
    why = serializers.ChoiceField(
        ["malformed", "bad_header", "unknown_key", "bad_signature", "sandbox"],
        allow_null=True,
        help_text="null where it is valid; `sandbox`: genuine, but it proves nothing about a claim",
    )
    message = serializers.CharField(allow_null=True)
    receipt = ReceiptDocument(allow_null=True, help_text="what it says, where this service signed it")
    matches_claim = serializers.BooleanField(
        required=False,
        allow_null=True,
        help_text="whether the claim, decided as known then, has its digest, in which claim number and member reference are not; null where it "
        "was decided by other rules than today's",
    )


class ReceiptViewSet(ApiViewSet):
    """A check's receipt."""

    queryset = ClaimCheck.objects.none()
    serializer_class = ReceiptOutput
    scopes = {"GET": ("claims:check",)}
    files = {"retrieve": JOSE}
    refusals = {"retrieve": (410,)}

    @extend_schema(responses=ReceiptOutput)
    def retrieve(self, request: Any, pk: str) -> HttpResponseBase:
        """The receipt of a check: the same for ever, also when the check's facts are gone."""
        refuse_unknown(request.query_params, ())
        check = get_object_or_404(ClaimCheck.objects.filter(insurer=insurer_of(request.user)), pk=pk)
        token = receipt_of(check)
        if token is None:
            raise FactsRemoved
        header = request.META.get("HTTP_ACCEPT", "*/*")
        if accepts(header, JOSE) and not accepts(header, "application/json"):
            return HttpResponse(token, content_type=JOSE)
        return Response({"receipt": token})


class VerifyViewSet(PublicViewSet):
    """Verify a receipt, without a key."""

    queryset = ClaimCheck.objects.none()
    serializer_class = VerifyOutput

    @extend_schema(request=VerifyInput, responses={200: VerifyOutput})
    def create(self, request: Any) -> Response:
        """Say whether a receipt is this service's and, with the claim beside it, whether that is the claim it was given for."""
        refuse_unknown(request.query_params, ())
        given = VerifyInput(data=request.data)
        given.is_valid(raise_exception=True)
        token, claim = given.validated_data["receipt"], given.validated_data["claim"]
        found = receipt_verification.verify(token=token, claim=claim, now=observe(), language=language_of(request))
        answer: dict[str, Any] = {
            "valid": found.valid,
            "why": found.why,
            "message": receipt_verification.reasons()[found.why] if found.why else None,
            "receipt": found.said,
        }
        if claim is not None and found.said is not None:
            answer["matches_claim"] = found.matches_claim
        return Response(answer)


@csrf_exempt
@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """Answer the public keys (RFC 7517), those of old receipts too."""
    answer = JsonResponse(signing_keys().jwks(), content_type="application/jwk-set+json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
