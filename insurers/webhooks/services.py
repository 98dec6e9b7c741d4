"""Every write to webhooks and their deliveries. Times at which something is due are the database's; `at` is the clock of whoever sends."""

import json
import random
import uuid
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Q, Window
from django.db.models.functions import Now, RowNumber
from django.utils.translation import gettext as _

from common.audit.deeds import Deed
from common.audit.services import record as record_deed
from common.dates import instant_text
from common.errors import FieldError, InvalidInput, Refused
from insurers.models import (
    WEBHOOK_TEST,
    Insurer,
    Webhook,
    WebhookDelivery,
)
from insurers.webhooks import signing
from insurers.webhooks.addresses import Forbidden, parse_target
from insurers.webhooks.schedule import wait_after
from insurers.webhooks.sending import Outcome

MAX_WEBHOOKS = 20
ROTATION = timedelta(hours=24)
LEASE = timedelta(minutes=2)
LOGGED_ATTEMPTS = 50
AT_ONCE_PER_WEBHOOK = 5
KEPT_DAYS = 30
GONE = 410


class TooManyWebhooks(Refused):
    code = "too_many_webhooks"


class StillPending(Refused):
    code = "still_pending"


class NotActive(Refused):
    code = "not_active"


# --- Endpoints


@transaction.atomic
def add_webhook(*, insurer_id: int, url: str, events: Iterable[str], by: str, note: str = "") -> Webhook:
    """Make an endpoint of an insurer with a secret of its own; raises InvalidInput for an address that can never be allowed, TooManyWebhooks.

    The name is not looked up here: an answer about it would tell what names exist inside.
    """
    try:
        parse_target(url, may_reach_loopback=settings.WEBHOOKS_MAY_REACH_LOOPBACK)
    except Forbidden as refusal:
        raise InvalidInput(
            _("The request is invalid; see `errors`."), errors=[FieldError("/url", refusal.code, _why(refusal.code))]
        ) from refusal
    Insurer.every.select_for_update(no_key=True).get(pk=insurer_id)
    if Webhook.objects.filter(insurer=insurer_id).count() >= MAX_WEBHOOKS:
        raise TooManyWebhooks(_("You have %(max)d webhooks; delete one first.") % {"max": MAX_WEBHOOKS})
    salt = signing.make_salt()
    webhook = Webhook.objects.create(
        insurer_id=insurer_id,
        url=url,
        events=list(dict.fromkeys(events)),
        note=note,
        salt=salt,
        fingerprint=signing.fingerprint_of(signing.derive_secret(settings.SECRET_KEY, salt)),
        created_by=by,
    )
    record_deed(Deed.WEBHOOK_ADDED, by=by, what=webhook, after={"events": webhook.events})
    return webhook


def _why(code: str) -> str:
    return {
        "not_https": _("Only https addresses are told anything."),
        "bad_port": _("Use port 443, or one from 1024 up."),
        "bad_address": _("Only a public host name or address can be reached."),
    }.get(code, _("Write a URL as https://hooks.example.com/path, in ASCII, without user, password and fragment."))


@transaction.atomic
def change_webhook(*, webhook: Webhook, events: Iterable[str], note: str, by: str) -> Webhook:
    """Let an endpoint listen to other events, or note something else of it; its address is its own: another one is another endpoint."""
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    before = {"events": webhook.events, "note": webhook.note}
    webhook.events, webhook.note = list(dict.fromkeys(events)), note
    webhook.save(update_fields=["events", "note"])
    after = {"events": webhook.events, "note": webhook.note}
    if before != after:
        record_deed(Deed.WEBHOOK_CHANGED, by=by, what=webhook, before=before, after=after)
    return webhook


@transaction.atomic
def rotate_secret(*, webhook: Webhook, by: str, at: datetime) -> Webhook:
    """Give an endpoint a new secret; for 24 hours everything is signed with the one before too."""
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    webhook.previous_salt, webhook.previous_fingerprint = webhook.salt, webhook.fingerprint
    webhook.previous_until = at + ROTATION
    webhook.salt = signing.make_salt()
    webhook.fingerprint = signing.fingerprint_of(signing.derive_secret(settings.SECRET_KEY, webhook.salt))
    webhook.save(
        update_fields=["salt", "fingerprint", "previous_salt", "previous_fingerprint", "previous_until"],
    )
    record_deed(Deed.WEBHOOK_SECRET_ROTATED, by=by, what=webhook)
    return webhook


@transaction.atomic
def remove_webhook(*, webhook: Webhook, by: str) -> None:
    """Delete an endpoint with its deliveries; what is under way right now may still arrive."""
    gone = copy(webhook)
    webhook.delete()
    record_deed(Deed.WEBHOOK_REMOVED, by=by, what=gone)


def secrets_of(webhook: Webhook, *, at: datetime) -> list[str]:
    """Return the secrets that sign at an instant, the present one first; raises SecretLost where SECRET_KEY was changed since."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    secrets = [signing.recover_secret(keys, webhook.salt, webhook.fingerprint)]
    if webhook.previous_until and webhook.previous_until > at:
        secrets.append(signing.recover_secret(keys, webhook.previous_salt, webhook.previous_fingerprint))
    return secrets


# --- Announcing


def queue_event(
    insurer_id: int,
    event: str,
    data: Mapping[str, Any],
    *,
    at: datetime,
    message_id: str = "",
) -> int:
    """Write a delivery, in the caller's transaction, to every endpoint of the insurer that listens to the event; returns how many listen.

    `data` is what JSON can say (dates, instants, decimals and UUIDs too); `at` is when it happened. The same `message_id` is delivered to an
    endpoint once, however often it is announced; without one every call is a message of its own.
    """
    listening = Webhook.objects.filter(insurer=insurer_id, is_active=True, events__contains=[event], created_at__lte=at)
    return write_deliveries(listening, event, data, at, message_id)


def write_deliveries(
    webhooks: Iterable[Webhook], event: str, data: Mapping[str, Any], at: datetime, message_id: str
) -> int:
    """Write a delivery to each of these endpoints; returns to how many."""
    content = {"type": event, "timestamp": instant_text(at), "data": data}
    body = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    chosen = message_id or f"msg_{uuid.uuid4().hex}"
    deliveries = [
        WebhookDelivery(
            insurer_id=webhook.insurer_id, webhook=webhook, message_id=chosen, event=event, body=body, due_at=Now()
        )
        for webhook in webhooks
    ]
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return len(deliveries)


@transaction.atomic
def send_test(*, webhook: Webhook, by: str, at: datetime) -> WebhookDelivery:
    """Write a test message to one endpoint; raises NotActive."""
    _check_active(webhook)
    message_id = f"msg_{uuid.uuid4().hex}"
    write_deliveries([webhook], WEBHOOK_TEST, {"webhook": webhook.pk}, at, message_id)
    record_deed(Deed.WEBHOOK_TESTED, by=by, what=webhook)
    return WebhookDelivery.objects.get(webhook=webhook, message_id=message_id)


@transaction.atomic
def replay(*, delivery: WebhookDelivery, by: str) -> WebhookDelivery:
    """Send a message that was delivered or failed once more, byte for byte and with the same id; raises StillPending, NotActive."""
    delivery = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("webhook").get(pk=delivery.pk)
    _check_active(delivery.webhook)
    if delivery.state == WebhookDelivery.State.PENDING:
        raise StillPending(_("This delivery is still being tried."))
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=WebhookDelivery.State.PENDING, attempts=0, due_at=Now(), lease_until=None, ended_at=None
    )
    delivery.refresh_from_db()
    record_deed(Deed.DELIVERY_REPLAYED, by=by, what=delivery)
    return delivery


def _check_active(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise NotActive(_("This endpoint answered 410 Gone and is told no more; add it again."))


# --- Delivering


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery as a worker holds it: what to send where, and the token that its report must carry."""

    delivery_id: uuid.UUID
    token: int
    url: str
    body: str
    headers: dict[str, str] | None  # None: the secret is lost


@transaction.atomic
def take_due(*, limit: int, at: datetime) -> list[Taken]:
    """Take deliveries that are due, the longest waiting first, a few of each endpoint, so that a slow one holds up nobody else."""
    due = WebhookDelivery.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=Now()), state=WebhookDelivery.State.PENDING, due_at__lte=Now()
    )
    turn = Window(RowNumber(), partition_by=F("webhook"), order_by=[F("due_at"), F("id")])
    first = (
        due.annotate(turn=turn).filter(turn__lte=AT_ONCE_PER_WEBHOOK).order_by("due_at").values_list("pk", flat=True)
    )
    locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("webhook")
    taken = []
    for delivery in locked.filter(pk__in=list(first[:limit])).order_by("due_at", "id"):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(lease_until=Now() + LEASE, token=F("token") + 1)
        headers = None
        try:
            secrets = secrets_of(delivery.webhook, at=at)
            headers = signing.signed_headers(secrets, message_id=delivery.message_id, at=at, body=delivery.body)
        except signing.SecretLost:
            pass
        taken.append(Taken(delivery.pk, delivery.token + 1, delivery.webhook.url, delivery.body, headers))
    return taken


@transaction.atomic
def record(*, taken: Taken, outcome: Outcome, at: datetime) -> None:
    """Write down what came of an attempt, and when the next one is due; 410 Gone ends the endpoint. A report that is too late changes nothing."""
    delivery = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .filter(pk=taken.delivery_id, token=taken.token, state=WebhookDelivery.State.PENDING)
        .first()
    )
    if delivery is None:
        return
    delivery.attempts += 1
    attempt = {
        "at": instant_text(at),
        "status": outcome.status,
        "error": outcome.error,
        "milliseconds": outcome.milliseconds,
    }
    delivery.log = [*delivery.log, attempt][-LOGGED_ATTEMPTS:]
    delivery.lease_until = None
    wait = wait_after(delivery.attempts, random.random())  # noqa: S311  spreading load, no secret
    if outcome.delivered:
        delivery.state, delivery.ended_at = WebhookDelivery.State.DELIVERED, at
    elif outcome.status == GONE or wait is None:
        delivery.state, delivery.ended_at = WebhookDelivery.State.FAILED, at
    else:
        delivery.due_at = Now() + wait
    delivery.save(update_fields=["attempts", "log", "lease_until", "state", "ended_at", "due_at"])
    if outcome.status == GONE:
        _end_endpoint(delivery.webhook_id, at)


def _end_endpoint(webhook_id: uuid.UUID, at: datetime) -> None:
    Webhook.objects.filter(pk=webhook_id).update(is_active=False)
    waiting = WebhookDelivery.objects.filter(webhook=webhook_id, state=WebhookDelivery.State.PENDING)
    waiting.update(state=WebhookDelivery.State.FAILED, ended_at=at, lease_until=None)


def forget_old_deliveries(*, at: datetime) -> int:
    """Delete deliveries that ended more than 30 days ago; returns how many."""
    old = WebhookDelivery.objects.filter(ended_at__lt=at - timedelta(days=KEPT_DAYS))
    return old._raw_delete(old.db)
