"""An insurer's own keys over REST: made with a key, for no more than that key may do, and revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from common.api.fields import InstantField, StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.views import ApiViewSet
from common.tenancy import is_sandbox
from insurers import key_issuing, sandboxes
from insurers.api.authentication import ANY_KEY, insurer_of
from insurers.keys import MAX_DAYS
from insurers.models import ApiKey
from insurers.scopes import OF_INSURER, Scope

PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]
KEY_NOTE = "the key itself, shown in this answer only and never again: null in all others, in a repeated one too"


class KeyInput(StrictSerializer):
    scopes = serializers.ListField(
        child=serializers.ChoiceField([(scope.value, scope.label) for scope in Scope if scope in OF_INSURER]),
        min_length=1,
        max_length=len(OF_INSURER),
        help_text="of what this key itself may do now",
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    expires_at = InstantField(
        required=False, allow_null=True, default=None, help_text="no later than this key's own end; null: its end"
    )
    sandbox = serializers.BooleanField(
        required=False,
        help_text="a test key, which works in the insurer's sandbox alone; what a test key makes is one too",
    )


class RevokeInput(StrictSerializer):
    also_made = serializers.BooleanField(
        required=False,
        default=False,
        help_text="also those that were made with it, and with these: it was in wrong hands",
    )


class KeyOutput(serializers.ModelSerializer):
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    scopes_now = serializers.SerializerMethodField(
        help_text="of its scopes those that whoever issued it could still give"
    )
    made_with = serializers.CharField(source="made_with.prefix", default=None, allow_null=True)
    sandbox = serializers.SerializerMethodField(help_text="whether it is a test key: it works in the sandbox alone")
    is_this = serializers.SerializerMethodField(help_text="whether this request was made with it")
    key = serializers.CharField(allow_null=True, default=None, help_text=KEY_NOTE)

    class Meta:
        model = ApiKey
        fields = [
            "prefix",
            "scopes",
            "scopes_now",
            "note",
            "made_with",
            "created_at",
            "expires_at",
            "revoked_at",
            "sandbox",
            "is_this",
            "key",
        ]

    def get_scopes_now(self, key: ApiKey) -> list[str]:
        return sorted(key_issuing.scopes_now(key, self.context.setdefault("issuers", {})))

    def get_sandbox(self, key: ApiKey) -> bool:
        return key.sandbox_id is not None

    def get_is_this(self, key: ApiKey) -> bool:
        return bool(key.prefix == self.context["request"].user.prefix)


class KeyViewSet(ApiViewSet):
    """Keys of the key's own insurer: for rotation without asking anybody."""

    queryset = ApiKey.objects.none()
    serializer_class = KeyOutput
    scopes = {"GET": ANY_KEY, "POST": ANY_KEY}
    made: str | None = None
    located = frozenset({"create"})
    refusals = {"list": (403,), "create": (403,), "retrieve": (403,), "revoke": (403,)}

    def get_queryset(self) -> QuerySet[ApiKey]:
        insurer = insurer_of(self.request.user)
        own = ApiKey.objects.filter(sandbox=insurer) if is_sandbox(insurer) else ApiKey.objects.filter(insurer=insurer)
        return own.select_related("insurer", "issued_by", "user", "made_with", "sandbox").order_by("-created_at", "-id")

    @extend_schema(parameters=PAGE)
    def list(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ("page", "page_size"))
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self._shown(page, many=True))

    def retrieve(self, request: Any, prefix: str) -> Response:
        refuse_unknown(request.query_params, ())
        return Response(self._shown(get_object_or_404(self.get_queryset(), prefix=prefix)))

    @extend_schema(request=KeyInput, responses={201: KeyOutput})
    def create(self, request: Any) -> Response:
        """Make a further key, for no more and no longer than this one.

        `sandbox`: a test key. The insurer's first one begins its sandbox, with copies of its products.
        To rotate: make one, bring it into use, revoke the old one.
        """
        refuse_unknown(request.query_params, ())
        given = KeyInput(data=request.data)
        given.is_valid(raise_exception=True)
        own = get_object_or_404(self.get_queryset(), pk=request.user.key_id)
        row, self.made = sandboxes.issue_further_key(
            own=own, held=request.user.scopes, by=request.user.person, **self._ending(given.validated_data, own)
        )
        return Response(self._shown(row), status=201, headers={"Location": reverse("key-detail", args=[row.prefix])})

    def _ending(self, given: dict[str, Any], own: ApiKey) -> dict[str, Any]:
        ends, now = given["expires_at"], timezone.now()
        if ends is None:
            return {**given, "expires_at": own.expires_at}
        if not now < ends <= now + timedelta(days=MAX_DAYS):
            detail = _("expires_at lies between now and %(days)d days from now.") % {"days": MAX_DAYS}
            raise serializers.ValidationError({"expires_at": detail}, code="out_of_range")
        return given

    @extend_schema(request=RevokeInput, responses=KeyOutput)
    def revoke(self, request: Any, prefix: str) -> Response:
        """End a key at once. A key may end itself; ending one twice is the same as once."""
        refuse_unknown(request.query_params, ())
        given = RevokeInput(data=request.data)
        given.is_valid(raise_exception=True)
        key = get_object_or_404(self.get_queryset(), prefix=prefix)
        key_issuing.revoke_key(key=key, by=request.user.person, **given.validated_data)
        key.refresh_from_db()
        return Response(self._shown(key))

    def _shown(self, what: Any, *, many: bool = False) -> Any:
        return KeyOutput(what, many=many, context={"request": self.request}).data

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Put in behind the keeping of answers (Idempotency-Key), so that no key is ever stored.
        if self.made is not None and response.status_code == 201:
            response.data = {**response.data, "key": self.made}
        return super().finalize_response(request, response, *args, **kwargs)
