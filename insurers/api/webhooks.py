"""Webhooks over REST: an insurer's endpoints, what was sent to them, and sending it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from common.api import etags
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.views import ApiViewSet
from insurers.api.authentication import insurer_of
from insurers.models import WEBHOOK_TEST, Webhook, WebhookDelivery, WebhookEvent
from insurers.webhooks import services
from insurers.webhooks.addresses import MAX_URL_LENGTH
from insurers.webhooks.signing import SecretLost

# A key for webhooks alone needs to ask nothing else; whoever may query coverage keeps them as well (spec api.md, the table).
SCOPE = ("coverage:read", "webhooks:manage")
PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]
SECRET_NOTE = "the key that signs (Standard Webhooks), shown in this answer only; null in all others"  # noqa: S105


class WebhookInput(StrictSerializer):
    url = serializers.CharField(max_length=MAX_URL_LENGTH, help_text="https, a public host, port 443 or from 1024 up")
    events = serializers.ListField(
        child=serializers.ChoiceField(WebhookEvent.choices), min_length=1, max_length=len(WebhookEvent.choices)
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class WebhookOutput(serializers.ModelSerializer):
    events = serializers.ListField(child=serializers.ChoiceField(WebhookEvent.choices))
    secret_id = serializers.CharField(source="fingerprint", help_text="tells secrets apart")
    secret = serializers.CharField(allow_null=True, default=None, help_text=SECRET_NOTE)

    class Meta:
        model = Webhook
        fields = [
            "id",
            "url",
            "events",
            "note",
            "is_active",
            "secret_id",
            "secret",
            "previous_until",
            "created_by",
            "created_at",
        ]


class AttemptOutput(serializers.Serializer):
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(help_text="empty where it was delivered")
    milliseconds = serializers.IntegerField()


class DeliveryOutput(serializers.ModelSerializer):
    event = serializers.ChoiceField([*WebhookEvent.values, WEBHOOK_TEST])
    log = AttemptOutput(many=True, help_text="the latest 50 attempts")
    due_at = serializers.SerializerMethodField()

    class Meta:
        model = WebhookDelivery
        fields = [
            "id",
            "message_id",
            "event",
            "state",
            "attempts",
            "due_at",
            "created_at",
            "ended_at",
            "log",
            "body",
        ]

    def get_due_at(self, delivery: WebhookDelivery) -> str | None:
        """When it is tried next; null where it has ended."""
        if delivery.state != WebhookDelivery.State.PENDING:
            return None
        return serializers.DateTimeField().to_representation(delivery.due_at)


class DeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=WebhookDelivery.State.choices)
    event = django_filters.ChoiceFilter(choices=[*WebhookEvent.choices, (WEBHOOK_TEST, WEBHOOK_TEST)])

    class Meta:
        model = WebhookDelivery
        fields = ["state", "event"]


def webhooks_of(request: Any) -> QuerySet[Webhook]:
    """Return the caller's own endpoints; anybody else's are not found."""
    return Webhook.objects.filter(insurer=insurer_of(request.user))


def webhook_etag(webhook: Webhook) -> str:
    """Return what changes whenever the endpoint does."""
    facts = (webhook.pk, webhook.fingerprint, webhook.previous_until, webhook.is_active)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


class WebhookViewSet(ApiViewSet):
    """Endpoints of the key's insurer, told of what happens as [Standard Webhooks](https://www.standardwebhooks.com).

    A message is `{"type", "timestamp", "data"}`, sent by POST with `webhook-id`, `webhook-timestamp` and `webhook-signature`. Answer 2xx within five
    seconds; anything else is tried again ten times over three days, and 410 ends the endpoint. Messages may come twice or out of order: `webhook-id`
    tells them apart, and what is true now is to be asked here.

    The `data` of every event about a list has `catalog` (its code), `owner` (the insurer's code; null: shared), `version` (its label) and
    `url`, which opens it. `catalog.published` adds what it changes (`follows`,
    `change_counts`, `diff`), `catalog.withdrawn` its `reason`, `consultation.opened` its last day (`comments_until`), `consultation.closed` where the
    `summary` is; each of these has `name`, `kind` and the days, and the instant at which it happened. `comment.answered` goes to the insurer whose
    comment it is and to nobody else: `comment` (its id), `entry_code`, `stance`, `disposition`, `text`, `answered_at`.
    `finding.opened` goes to an insurer about whose product or own list it is, or whose product refers to the list: `finding` (its id), `kind`,
    `drug`, `catalogs` (each with its `version`), `entry_count`, `days`, `products` (their codes), `opened_at`, `url`.
    `prior_authorisation.opened` (a person has to decide), `.papers` (papers are awaited) and `.decided` say `no`, `product`, `state`, `urgent`,
    `valid_from`, `valid_to`, `due_at`, the names of the `papers` that are awaited, and `at`: nothing of the person.
    """

    queryset = Webhook.objects.none()
    serializer_class = WebhookOutput
    scopes = {"GET": SCOPE, "POST": SCOPE, "DELETE": SCOPE}
    bodiless = frozenset({"rotate_secret", "test"})
    tagged = frozenset({"retrieve", "create", "rotate_secret"})
    matched = frozenset({"destroy", "rotate_secret"})
    located = frozenset({"create", "test"})

    @extend_schema(parameters=PAGE)
    def list(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ("page", "page_size"))
        page = self.paginate_queryset(webhooks_of(request).order_by("created_at", "id"))
        return self.get_paginated_response(WebhookOutput(page, many=True).data)

    def retrieve(self, request: Any, pk: str) -> Response:
        refuse_unknown(request.query_params, ())
        webhook = get_object_or_404(webhooks_of(request), pk=pk)
        return etags.answer(request, WebhookOutput(webhook).data, etag=webhook_etag(webhook), immutable=False)

    @extend_schema(request=WebhookInput, responses={201: WebhookOutput})
    def create(self, request: Any) -> Response:
        """Add an endpoint; the answer alone shows its secret."""
        refuse_unknown(request.query_params, ())
        given = WebhookInput(data=request.data)
        given.is_valid(raise_exception=True)
        webhook = services.add_webhook(
            insurer_id=insurer_of(request.user), by=request.user.person, **given.validated_data
        )
        return self._shown(webhook, status=201, headers={"Location": reverse("webhook-detail", args=[webhook.pk])})

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Delete an endpoint with its log."""
        refuse_unknown(request.query_params, ())
        with self._matched(request, pk) as webhook:
            services.remove_webhook(webhook=webhook, by=request.user.person)
        return Response(status=204)

    @extend_schema(request=None, responses=WebhookOutput)
    def rotate_secret(self, request: Any, pk: str) -> Response:
        """Give the endpoint a new secret, shown in this answer alone; for 24 hours messages are signed with the earlier one too."""
        refuse_unknown(request.query_params, ())
        with self._matched(request, pk) as webhook:
            webhook = services.rotate_secret(webhook=webhook, by=request.user.person, at=timezone.now())
        return self._shown(webhook)

    @extend_schema(request=None, responses={202: DeliveryOutput})
    def test(self, request: Any, pk: str) -> Response:
        """Send a `webhook.test` message within seconds; what came of it is in the log."""
        refuse_unknown(request.query_params, ())
        webhook = get_object_or_404(webhooks_of(request), pk=pk)
        return shown_delivery(
            services.send_test(webhook=webhook, by=request.user.person, at=timezone.now()), status=202
        )

    @contextmanager
    def _matched(self, request: Any, pk: str) -> Iterator[Webhook]:
        """Give the endpoint, locked so that nobody changes it between the comparison with If-Match and the end of the block."""
        with transaction.atomic():
            webhook = get_object_or_404(webhooks_of(request).select_for_update(), pk=pk)
            etags.check_match(request, webhook_etag(webhook))
            yield webhook

    def _shown(self, webhook: Webhook, status: int = 200, headers: Any = None) -> Response:
        tag = {"ETag": f'"{webhook_etag(webhook)}"'}
        return Response(WebhookOutput(webhook).data, status=status, headers={**tag, **(headers or {})})

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Put in behind the keeping of answers (Idempotency-Key), so that no secret is ever stored; a repeated request gets it again all the same.
        if self.action in {"create", "rotate_secret"} and response.status_code < 300:
            response.data = {**response.data, "secret": self._secret(response.data)}
        return super().finalize_response(request, response, *args, **kwargs)

    def _secret(self, shown: Any) -> str | None:
        webhook = webhooks_of(self.request).filter(pk=shown["id"], fingerprint=shown["secret_id"]).first()
        try:
            return services.secrets_of(webhook, at=timezone.now())[0] if webhook else None
        except SecretLost:
            return None


def shown_delivery(delivery: WebhookDelivery, status: int = 200) -> Response:
    """Return the answer that shows a delivery, with where it is."""
    location = reverse("delivery-detail", args=[delivery.webhook_id, delivery.pk])
    return Response(DeliveryOutput(delivery).data, status=status, headers={"Location": location})


class DeliveryViewSet(ApiViewSet):
    """What was sent to an endpoint, and what is still to be; kept for 30 days."""

    queryset = WebhookDelivery.objects.none()
    serializer_class = DeliveryOutput
    filterset_class = DeliveryFilter
    scopes = {"GET": SCOPE, "POST": SCOPE}
    bodiless = frozenset({"replay"})
    located = frozenset({"retrieve", "replay"})

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        webhook = get_object_or_404(webhooks_of(self.request), pk=self.kwargs["pk"])
        return webhook.deliveries.order_by("-created_at", "-id")

    def list(self, request: Any, pk: str) -> Response:
        """The log, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(DeliveryOutput(page, many=True).data)

    def retrieve(self, request: Any, pk: str, delivery: str) -> Response:
        """One message with its attempts."""
        refuse_unknown(request.query_params, ())
        return shown_delivery(get_object_or_404(self.get_queryset(), pk=delivery))

    @extend_schema(request=None, responses={202: DeliveryOutput})
    def replay(self, request: Any, pk: str, delivery: str) -> Response:
        """Send a message that has ended once more: the same bytes, the same `webhook-id`."""
        refuse_unknown(request.query_params, ())
        found = get_object_or_404(self.get_queryset(), pk=delivery)
        return shown_delivery(services.replay(delivery=found, by=request.user.person), status=202)
