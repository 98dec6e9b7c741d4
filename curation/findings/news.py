"""Telling an insurer's endpoints of findings about a product, a list of its own, or a list that a product of its refers to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from catalog.models import Catalog
from catalog.naming import address_of
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
    uses: dict[int, dict[str, list[str]]] = {one: {} for one in insurers}
    for product in products:
        if product.insurer in insurers:
            for reference in product.references:
                named = uses[product.insurer].setdefault(reference.catalog, [])
                if product.code not in named:
                    named.append(product.code)
    return sum(
        _told(insurer, finding, uses[insurer], at) for finding in opened for insurer in _concerned(finding, uses)
    )


def _concerned(finding: Finding, uses: dict[int, dict[str, list[str]]]) -> list[int]:
    if finding.owner_id is not None:
        return [finding.owner_id] if finding.owner_id in uses else []
    own = Catalog.objects.filter(owner__in=list(uses), code__in=finding.catalogs).values_list("owner", "code")
    theirs = {(insurer, code) for insurer, code in own}
    return [
        insurer
        for insurer, its in uses.items()
        if any(
            address_of(code, None) in its or (code in its and (insurer, code) not in theirs)
            for code in finding.catalogs
        )
    ]


def _products(finding: Finding, uses: dict[str, list[str]]) -> list[str]:
    """Return the products that name one of the lists of a finding, by whatever name."""
    names = [name for code in finding.catalogs for name in (code, address_of(code, None))]
    return [product for name in names for product in uses.get(name, ())]


def _told(insurer: int, finding: Finding, uses: dict[str, list[str]], at: datetime) -> int:
    product = finding.facts["product"]
    touched = [product["code"]] if product else _products(finding, uses)
    data: dict[str, Any] = {
        "finding": finding.pk,
        "kind": finding.kind,
        "catalogs": finding.facts["catalogs"],
        "drug": finding.facts["drug"] or None,
        "entry_count": finding.facts["entry_count"],
        "days": finding.facts["days"],
        "products": list(dict.fromkeys(touched)),
        "opened_at": instant_text(at),
        "url": reverse("finding-detail", args=[finding.pk]),
    }
    identity = sha256_of([WebhookEvent.FINDING_OPENED, str(finding.pk), instant_text(at)])
    return queue_event(insurer, WebhookEvent.FINDING_OPENED, data, at=at, message_id=f"msg_{identity[:32]}")
