"""What is told of catalogs, to whom: publications, withdrawals and consultations to all who may see them, an answer to whoever commented."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.http import urlencode

from catalog import clock, consultation, feed
from catalog.models import Catalog, CatalogVersion, Comment
from common.dates import instant_text
from common.jcs import sha256_of
from insurers.models import CatalogNewsRead, Webhook, WebhookEvent
from insurers.webhooks.services import queue_event, write_deliveries

# A consultation's instant is declared to nobody, so one may commit later than another that is read already; message ids tell what was told.
LOOK_BACK = timedelta(minutes=10)
_NAMES = {
    "published": WebhookEvent.CATALOG_PUBLISHED,
    "withdrawn": WebhookEvent.CATALOG_WITHDRAWN,
    "consultation_opened": WebhookEvent.CONSULTATION_OPENED,
    "consultation_closed": WebhookEvent.CONSULTATION_CLOSED,
}


@transaction.atomic
def queue_catalog_events() -> int:
    """Announce what happened to catalogs since the last time, to every insurer that may see them, and to each the answers to its comments.

    Returns how many messages were written.
    """
    CatalogNewsRead.objects.get_or_create(pk=1, defaults={"read_until": Now()})
    read = CatalogNewsRead.objects.select_for_update(skip_locked=True).first()
    if read is None:
        return 0  # somebody else is at it
    until = clock.observe().known_at
    written = 0
    since = read.read_until - LOOK_BACK
    for event in feed.happenings(after=since, until=until):
        written += _announce_to_all_who_see(event)
    for comment in consultation.answered_between(since, until).filter(insurer__is_active=True):
        written += _announce_answer(comment)
    read.read_until = until
    read.save(update_fields=["read_until"])
    return written


def _announce_to_all_who_see(event: feed.Event) -> int:
    name = _NAMES[event.kind]
    catalog = event.version.catalog
    listening = Webhook.objects.filter(is_active=True, events__contains=[name], created_at__lte=event.at)
    listening = listening.filter(insurer__is_active=True)
    if catalog.owner_id is not None:
        listening = listening.filter(insurer=catalog.owner_id)
    webhooks = list(listening)
    if not webhooks:
        return 0
    of = [catalog.code] if catalog.owner_id is None else [catalog.code, catalog.owner_id]
    identity = sha256_of([name, *of, event.version.label, instant_text(event.at)])
    # Who has a list of its own of that code finds this one under its whole address (catalog.catalog_codes).
    names = catalog.names_by_insurer()
    written = 0
    for called, by_code in ((catalog.code, True), (catalog.address, False)):
        listening_so = [one for one in webhooks if (catalog.code in names(one.insurer_id)) == by_code]
        if listening_so:
            news = _news(event, catalog, called)
            written += write_deliveries(listening_so, name, news, event.at, f"msg_{identity[:32]}")
    return written


def _diff_link(version: CatalogVersion, called: str) -> str | None:
    if version.parent is None:
        return None
    asked = urlencode({"from": version.parent.label, "to": version.label})
    return f"{reverse('catalog-diff', args=[called])}?{asked}"


def _news(event: feed.Event, catalog: Catalog, called: str) -> dict[str, Any]:
    """Return what is told of an event; addresses name the catalog as whoever is told calls it."""
    version = event.version
    data: dict[str, Any] = {
        "catalog": catalog.code,
        "owner": catalog.owner_code,
        "name": catalog.name,
        "kind": catalog.kind,
        "version": version.label,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "url": reverse("version-detail", args=[called, version.label]),
    }
    match event.kind:
        case "published":
            data |= {
                "published_at": instant_text(event.at),
                "checksum": version.checksum,
                "entry_count": version.entry_count,
                "changes": reverse("catalog-changes", args=[called]),
                "follows": version.parent.label if version.parent else None,
                "change_counts": version.change_counts,
                "diff": _diff_link(version, called),
            }
        case "withdrawn":
            data |= {"withdrawn_at": instant_text(event.at), "reason": version.withdraw_reason}
        case "consultation_opened":
            data |= {"submitted_at": instant_text(event.at), "comments_until": version.comments_until}
        case "consultation_closed":
            summary = reverse("comment-summary", args=[called, version.label])
            data |= {"closed_at": instant_text(event.at), "summary": summary}
    return data


def _announce_answer(comment: Comment) -> int:
    """Tell an insurer, and nobody else, that a comment of its own was answered, or answered otherwise."""
    assert comment.answered_at is not None
    version, answered_at = comment.version, instant_text(comment.answered_at)
    called = Catalog.objects.addresses(comment.insurer_id)(version.catalog)
    data = {
        "catalog": version.catalog.code,
        "owner": version.catalog.owner_code,
        "version": version.label,
        "comment": comment.pk,
        "entry_code": comment.entry_code,
        "stance": comment.stance,
        "disposition": comment.disposition,
        "text": comment.answer,
        "answered_at": answered_at,
        "url": reverse("comment-detail", args=[called, version.label, comment.pk]),
    }
    identity = sha256_of([WebhookEvent.COMMENT_ANSWERED, str(comment.pk), answered_at])
    return queue_event(
        comment.insurer_id,
        WebhookEvent.COMMENT_ANSWERED,
        data,
        at=comment.answered_at,
        message_id=f"msg_{identity[:32]}",
    )
