"""The first page: what runs or failed, what waits for a second person, what is in force today, what nobody could finish."""

from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from catalog import clock
from catalog.lifecycle import WAITING
from catalog.models import CatalogVersion, ImportRun
from catalog.vocabularies import KINDS
from common.jobs.models import Job
from common.labels import reader_language

SHOWN = 10


def today(request: HttpRequest) -> dict[str, Any]:
    """Return what the first page shows of what this person may see."""
    seen = clock.observe()
    day = clock.china_today(seen.known_at)
    may = request.user.has_perm
    return {
        "day": day,
        "imports": _imports() if may("catalog.view_importrun") else None,
        "drafts": _drafts(seen, day) if may("catalog.view_catalogversion") else None,
        "kinds": _in_force(seen, day) if may("catalog.view_catalogversion") else None,
        "dead": _dead() if may("jobs.view_job") else None,
        "person": request.user.get_username(),
    }


def _imports() -> list[ImportRun]:
    runs = ImportRun.objects.unsettled().select_related("catalog", "job").defer("normalised")
    return list(runs.order_by("-created_at")[:SHOWN])


def _drafts(seen: clock.Observation, day: Any) -> list[CatalogVersion]:
    asked = Q(state=CatalogVersion.State.PUBLISHED) & ~Q(withdrawal_asked_by="")
    versions = CatalogVersion.objects.filter(Q(state__in=WAITING) | asked).select_related("catalog")
    versions = versions.told_on(day, seen.known_at)
    return list(versions.order_by("-created_at")[:SHOWN])


def _in_force(seen: clock.Observation, day: Any) -> list[tuple[str, list[CatalogVersion]]]:
    versions = CatalogVersion.objects.in_force(day, seen.known_at).select_related("catalog", "catalog__series")
    by_kind: dict[str, list[CatalogVersion]] = defaultdict(list)
    for version in sorted(versions, key=lambda v: v.catalog.code):
        by_kind[version.catalog.kind].append(version)
    return [(kind.name(reader_language()), by_kind[kind.code]) for kind in KINDS.terms if by_kind[kind.code]]


def _dead() -> list[Job]:
    return list(Job.objects.filter(state=Job.State.DEAD).order_by("-finished_at")[:SHOWN])
