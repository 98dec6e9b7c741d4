"""Telling an insurer's endpoints of findings about a product, a list of its own, or a list that a product of its refers to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from catalog.catalog_codes import address_of
from catalog.models import Catalog
from common.dates import instant_text
from common.jcs import sha256_of
from curation.findings.world import ProductInForce
from curation.models import Finding
from insurers.models import Webhook, WebhookEvent
from insurers.webhooks.services import queue_event


def announce(opened: Iterable[Finding], products: Iterable[ProductInForce], *, at: datetime) -> int:
    """Write the messages about findings that are open since just now; returns how many endpoints are told how often."""
    listening = Webhook.objects.filter(
        is_active=True, insurer__is_active=True, events__contains=[WebhookEvent.FINDING_OPENED]
    )
    insurers = set(listening.order_by().values_list("insurer", flat=True).distinct())
    if not insurers:
        return 0
    news = list(opened)
    named = [(one, reference.catalog) for one in products if one.insurer in insurers for reference in one.references]
    meaning = Catalog.objects.meanings(
        {text for _product, text in named} | {text for finding in news for text in _names(finding)}
    )
    # By insurer, the products that name a list, by whatever name.
    uses: dict[int, dict[int | None, list[str]]] = {insurer: {} for insurer in insurers}
    for product, text in named:
        if (meant := meaning(text, product.insurer)) is not None:
            uses[product.insurer].setdefault(meant, []).append(product.code)
    count = 0
    for finding in news:
        for insurer, its in uses.items():
            touched = [code for text in _names(finding) for code in its.get(meaning(text, insurer), ())]
            if finding.owner_id == insurer or (finding.owner_id is None and touched):
                count += _told(insurer, finding, touched, at)
    return count


def _names(finding: Finding) -> list[str]:
    """Return the texts that mean a finding's lists: of a shared finding the office's, of an insurer's as it means them itself."""
    if finding.owner_id is not None:
        return finding.catalogs
    return [address_of(code, None) for code in finding.catalogs]


def _told(insurer: int, finding: Finding, touched: list[str], at: datetime) -> int:
    product = finding.facts["product"]
    data: dict[str, Any] = {
        "finding": finding.pk,
        "kind": finding.kind,
        "catalogs": finding.facts["catalogs"],
        "drug": finding.facts["drug"] or None,
        "entry_count": finding.facts["entry_count"],
        "days": finding.facts["days"],
        "products": [product["code"]] if product else list(dict.fromkeys(touched)),
        "opened_at": instant_text(at),
        "url": reverse("finding-detail", args=[finding.pk]),
    }
    identity = sha256_of([WebhookEvent.FINDING_OPENED, str(finding.pk), instant_text(at)])
    return queue_event(insurer, WebhookEvent.FINDING_OPENED, data, at=at, message_id=f"msg_{identity[:32]}")
