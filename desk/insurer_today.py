"""The first page of an insurer's user: what is asked of the insurer, what it was answered, what waits for a second person, how its lists change."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from catalog import clock, consultation
from catalog.lifecycle import CONSULTATION
from catalog.models import Catalog, CatalogVersion, Comment
from claims.authorisations import rules
from claims.models import ClaimBatch, PriorAuthorisation
from desk.authorisation_words import due_told
from desk.comment_forms import worded_comment
from insurers.models import Insurer, ProductVersion
from insurers.product_lists import referred_to

SHOWN = 10
ANSWERED_DAYS = 30
# What failed is shown for so long; later it is found in the list of batches.
FAILED_DAYS = 30
COMING_DAYS = 60

MAY_READ_COMMENTS = "catalog.view_comment"
MAY_DECIDE = "insurers.change_productversion"
MAY_SEE_TERMS = "insurers.view_productversion"
MAY_AUTHORISE = "claims.change_priorauthorisation"
MAY_SEE_BATCHES = "claims.view_claimbatch"


def own_today(request: HttpRequest, insurer: Insurer, seen: clock.Observation, day: date) -> dict[str, Any]:
    """Return what the first page shows an insurer's user, each part only to who holds its right."""
    may = request.user.has_perm
    comments = may(MAY_READ_COMMENTS)
    return {
        "open_consultations": _open_consultations(insurer, day) if comments else None,
        "answers": _answers(insurer, seen) if comments else None,
        "to_approve": _to_approve(request, insurer)[:SHOWN] if may(MAY_DECIDE) else None,
        "authorisations": _authorisations(insurer, seen) if may(MAY_AUTHORISE) else None,
        "batches": _batches(insurer, seen) if may(MAY_SEE_BATCHES) else None,
        "coming": _coming(insurer, seen, day) if may(MAY_SEE_TERMS) else None,
        "answered_days": ANSWERED_DAYS,
        "coming_days": COMING_DAYS,
    }


def own_waiting_count(request: HttpRequest, insurer: Insurer) -> int:
    """Return how many product versions wait for this person, for the menu; at most one statement."""
    return _to_approve(request, insurer).count() if request.user.has_perm(MAY_DECIDE) else 0


def _open_consultations(insurer: Insurer, day: date) -> list[Any]:
    """Return the versions one may comment on today, what closes first before; each with whether this insurer did."""
    visible = Catalog.objects.readable_by(insurer.pk)
    said = Comment.objects.filter(version=OuterRef("pk"), insurer=insurer)
    versions = CatalogVersion.objects.filter(catalog__in=visible, state=CONSULTATION).open_to_readers(day)
    versions = versions.select_related("catalog").annotate(commented=Exists(said)).order_by("comments_until", "pk")
    return [one for one in versions[:SHOWN] if consultation.refusal_to_comment(one, day) is None]


def _answers(insurer: Insurer, seen: clock.Observation) -> list[Comment]:
    since = seen.known_at - timedelta(days=ANSWERED_DAYS)
    answered = Comment.objects.filter(insurer=insurer, answered_at__gte=since).select_related("version__catalog")
    found = list(answered.order_by("-answered_at", "id")[:SHOWN])
    for comment in found:
        worded_comment(comment)
    return found


def _to_approve(request: HttpRequest, insurer: Insurer) -> Any:
    """Return the submitted versions of which this person wrote and submitted nothing (insurers.lifecycle asks the same)."""
    submitted = ProductVersion.objects.filter(insurer=insurer, submitted_at__isnull=False, published_at=None)
    submitted = submitted.exclude(editors__contains=[request.user.get_username()])
    return submitted.select_related("product").order_by("submitted_at", "pk")


def _authorisations(insurer: Insurer, seen: clock.Observation) -> list[PriorAuthorisation]:
    """Return the authorisations that wait for a decision, urgent before the rest, then by their deadline."""
    waiting = PriorAuthorisation.objects.filter(insurer=insurer, state=rules.IN_REVIEW, stopped_at=None)
    found = list(waiting.select_related("product").order_by("-urgent", "due_at", "pk")[:SHOWN])
    for one in found:
        one.due = due_told(one, seen.known_at)  # type: ignore[attr-defined]
    return found


def _batches(insurer: Insurer, seen: clock.Observation) -> list[ClaimBatch]:
    since = seen.known_at - timedelta(days=FAILED_DAYS)
    under_way = Q(state__in=[ClaimBatch.State.QUEUED, ClaimBatch.State.RUNNING])
    failed = Q(state=ClaimBatch.State.FAILED, created_at__gte=since)
    batches = ClaimBatch.objects.filter(under_way | failed, insurer=insurer).select_related("product")
    return list(batches.order_by("-created_at", "-id")[:SHOWN])


def _coming(insurer: Insurer, seen: clock.Observation, day: date) -> list[tuple[date, str, CatalogVersion]]:
    """Return what begins and ends soon of the lists that the insurer's products name as (day, begins or ends, edition), the next first.

    A reference that is pinned to one edition speaks of no other.
    """
    named = referred_to(insurer.pk, day)
    last = day + timedelta(days=COMING_DAYS)
    begins, ends = Q(effective_from__gt=day, effective_from__lte=last), Q(effective_to__range=(day, last))
    meant = Catalog.objects.meant_by({one.catalog for one in named}, insurer.pk)
    asked = {(meant[one.catalog].pk, one.label) for one in named if one.catalog in meant}
    editions = CatalogVersion.objects.known_at(seen.known_at).filter(begins | ends, catalog__in={pk for pk, _ in asked})
    coming = []
    for one in editions.select_related("catalog").order_by("effective_from", "pk")[: SHOWN * 10]:
        if asked.isdisjoint({(one.catalog_id, None), (one.catalog_id, one.label)}):
            continue
        if day < one.effective_from <= last:
            coming.append((one.effective_from, "begins", one))
        if one.effective_to and day <= one.effective_to <= last:
            coming.append((one.effective_to, "ends", one))
    return sorted(coming, key=lambda told: (told[0], told[2].catalog.code, told[1]))[: SHOWN * 2]
