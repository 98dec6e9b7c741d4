"""The first page: what waits for me, what is in consultation, what ends or begins soon, what is in force, what nobody could finish."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import clock
from catalog.lifecycle import CONSULTATION, DRAFT, REVIEW, WAITING
from catalog.models import CatalogEntry, CatalogVersion, Comment, ImportRun
from catalog.vocabularies import KINDS
from common.jobs.models import Job
from common.labels import reader_language
from desk.figures import today_pictures
from desk.findings import MAY_SEE as MAY_SEE_FINDINGS
from desk.findings import open_counts
from desk.insurer_today import own_today, own_waiting_count
from desk.strip import DAYS, Event, strip
from desk.words import job_words
from insurers.persons import insurer_of

SHOWN = 10
MOST_WAITING = 200
ENDING_DAYS = 30

MAY_SEE = "catalog.view_catalogversion"
MAY_SEE_COMMENTS = "catalog.view_comment"
MAY_EDIT = "catalog.change_catalogversion"
MAY_PUBLISH = "catalog.publish_catalogversion"
MAY_WITHDRAW = "catalog.withdraw_catalogversion"
# Whoever publishes lists merges the drug master too (curation.md 7).
MAY_MERGE = MAY_PUBLISH
MAY_STEER = "catalog.change_importrun"


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that this person can do now: what, of which list, since when or why, and where."""

    what: Any
    tone: str
    name: str
    told: str
    href: str
    # Where a form takes it off the page without more: the address it is sent to.
    done_href: str = ""


def today(request: HttpRequest) -> dict[str, Any]:
    """Return what the first page shows of what this person may see."""
    seen = clock.observe()
    day = clock.china_today(seen.known_at)
    may = request.user.has_perm
    insurer = insurer_of(request.user)
    context: dict[str, Any] = {
        "day": day,
        "person": request.user.get_username(),
        "no_role": not request.user.get_all_permissions(),
        "dead": _dead() if may("jobs.view_job") else None,
        "imports": _imports() if may("catalog.view_importrun") else None,
        "waits": None,
        "findings": open_counts(insurer) if may(MAY_SEE_FINDINGS) else None,
    }
    checks = may("claims.view_claimcheck")
    if insurer is not None:
        context["pictures"] = today_pictures(None, day, insurer.pk, imports=False, checks=checks)
        return context | {"own": own_today(request, insurer, seen, day)}
    if not may(MAY_SEE):
        return context
    versions = _moving(seen, day)
    in_force = list(CatalogVersion.objects.in_force(day, seen.known_at).select_related("catalog", "catalog__series"))
    ending = _ending(in_force, day)
    events = [*_events(versions, seen, day), *_agreements(ending)]
    consulted = [one for one in versions if one.state_on(day) == CONSULTATION]
    if may(MAY_SEE_COMMENTS):
        unanswered = _unanswered(consulted)
        for one in consulted:
            one.unanswered = unanswered.get(one.pk, 0)
            one.comments_href = _page("comments", one)
    return context | {
        "waits": [*_waits(request, versions, day), *_to_be_merged(request), *_failed(request)],
        "consultations": consulted,
        "drafts": [one for one in versions if one.state_on(day) != CONSULTATION][:SHOWN],
        "ending": [one for one in ending if one[0] <= day + timedelta(days=ENDING_DAYS)][: SHOWN * 2],
        "strip": strip(events, day),
        "events": sorted(events, key=lambda event: (event.day, event.list_name))[: SHOWN * 4],
        "strip_days": DAYS,
        "ending_days": ENDING_DAYS,
        "kinds": _by_kind(in_force),
        "pictures": today_pictures(in_force, day, None, imports=may("catalog.view_importrun"), checks=checks),
    }


def _moving(seen: clock.Observation, day: date) -> list[Any]:
    """Return the versions that somebody works on, or whose withdrawal is asked for, the newest first."""
    asked = Q(state=CatalogVersion.State.PUBLISHED) & ~Q(withdrawal_asked_by="")
    versions = CatalogVersion.objects.filter(Q(state__in=WAITING) | asked).select_related("catalog")
    return list(versions.told_on(day, seen.known_at).order_by("-created_at")[:MOST_WAITING])


def _waits(request: HttpRequest, versions: Iterable[Any], day: date) -> Iterable[Wait]:
    """Yield what waits for this person among the versions: to be withdrawn, reviewed, answered, mended."""
    person, may = request.user.get_username(), request.user.has_perm
    waiting = [one for one in versions if one.published_at is None]
    unanswered = _unanswered(waiting) if may(MAY_EDIT) or may(MAY_PUBLISH) else {}
    for version in versions:
        state, name = version.state_on(day), f"{version.catalog.name} {version.label}"
        if version.published_at is not None:
            if may(MAY_WITHDRAW) and version.withdrawal_asked_by != person:
                told = _("asked by %(person)s: %(reason)s")
                told %= {"person": version.withdrawal_asked_by, "reason": version.withdraw_reason[:80]}
                yield Wait(_("Withdrawal"), "bad", name, told, _page("withdraw", version))
            continue
        if state == REVIEW and may(MAY_PUBLISH) and person not in version.editors:
            told = _("sent by %(person)s") % {"person": version.review_requested_by}
            yield Wait(_("Review"), "warn", name, told, _page("publish", version))
        sent_back = version.sent_back_at and (version.review_requested_at or version.created_at) <= version.sent_back_at
        if state == DRAFT and sent_back and may(MAY_EDIT) and person in version.editors:
            told = _("%(person)s: %(reason)s")
            told %= {"person": version.sent_back_by, "reason": version.sent_back_reason[:80]}
            yield Wait(_("Sent back"), "warn", name, told, _page("change", version))
        if version.pk in unanswered:
            told = _("%(count)d comments to answer") % {"count": unanswered[version.pk]}
            yield Wait(_("Comments"), "info", name, told, _page("comments", version))


def _unanswered(versions: list[Any]) -> dict[int, int]:
    """Return version → how many comments on it wait for an answer."""
    consulted = [one.pk for one in versions if one.submitted_at]
    if not consulted:
        return {}
    rows = Comment.objects.filter(version__in=consulted, answered_at=None).values("version").order_by()
    return dict(rows.annotate(count=Count("pk")).values_list("version", "count"))


def _staged(person: str) -> QuerySet[ImportRun]:
    """Return the drug master's files that wait for this person to merge them."""
    staged = ImportRun.objects.filter(outcome=ImportRun.Outcome.STAGED)
    return staged.exclude(created_by=person).exclude(editors__contains=[person])


def _to_be_merged(request: HttpRequest) -> list[Wait]:
    """Return the drug master's files that this person may merge."""
    if not request.user.has_perm(MAY_MERGE):
        return []
    told = _("uploaded by %(person)s: %(added)d new, %(changed)d changed")
    return [
        Wait(
            _("Drug master"),
            "warn",
            run.file_name,
            told
            % {
                "person": run.created_by,
                "added": run.counts.get("added", 0),
                "changed": run.counts.get("changed", 0),
            },
            reverse("admin:catalog_importrun_change", args=[run.pk]),
        )
        for run in _staged(request.user.get_username()).defer("normalised", "sample").order_by("-created_at")[:SHOWN]
    ]


def _failed(request: HttpRequest) -> list[Wait]:
    """Return this person's failed imports: until somebody has seen to them, or a later file came through."""
    person = request.user.get_username()
    if not request.user.has_perm(MAY_STEER):
        return []
    failed = Q(outcome=ImportRun.Outcome.FAILED) | Q(outcome="", job__state=Job.State.DEAD)
    runs = ImportRun.objects.unsettled().filter(failed, created_by=person).defer("normalised", "sample")
    return [
        Wait(
            _("Failed import"),
            "bad",
            run.file_name,
            f"{run.catalog.code} {run.label}" if run.catalog else _("drug master"),
            reverse("admin:catalog_importrun_change", args=[run.pk]),
            reverse("admin:catalog_importrun_acknowledge", args=[run.pk]),
        )
        for run in runs.select_related("catalog").order_by("-created_at")[:SHOWN]
    ]


def _page(name: str, version: CatalogVersion) -> str:
    return reverse(f"admin:catalog_catalogversion_{name}", args=[version.pk])


def waiting_count(request: HttpRequest) -> int:
    """Return how many versions and files wait for this person's review, withdrawal or merge, for the menu; at most one statement."""
    may, person = request.user.has_perm, request.user.get_username()
    insurer = insurer_of(request.user)
    if insurer is not None:
        return own_waiting_count(request, insurer)
    wanted = Q(pk=None)
    if may(MAY_PUBLISH):
        wanted |= Q(state=REVIEW) & ~Q(editors__contains=[person])
    if may(MAY_WITHDRAW):
        wanted |= Q(state=CatalogVersion.State.PUBLISHED) & ~Q(withdrawal_asked_by__in=["", person])
    if may(MAY_EDIT):
        back = Q(state=DRAFT, sent_back_at__isnull=False, editors__contains=[person])
        wanted |= back & (Q(review_requested_at=None) | Q(review_requested_at__lte=F("sent_back_at")))
    if wanted == Q(pk=None):
        return 0
    versions = CatalogVersion.objects.filter(wanted).order_by().values_list(Value(1))
    if may(MAY_MERGE):
        versions = versions.union(_staged(person).order_by().values_list(Value(1)), all=True)
    return versions.count()


def _imports() -> list[ImportRun]:
    """Return what is under way."""
    under_way = Q(outcome="", job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
    runs = ImportRun.objects.filter(under_way).select_related("catalog", "job").defer("normalised", "sample")
    return list(runs.order_by("-created_at")[:SHOWN])


def _ending(in_force: list[CatalogVersion], day: date) -> list[tuple[date, CatalogVersion, int]]:
    """Return what ends within the strip's DAYS as (last day, version, agreements that end then; 0: the edition itself)."""
    last = day + timedelta(days=DAYS)
    ending = [(one.effective_to, one, 0) for one in in_force if one.effective_to and one.effective_to <= last]
    by_id = {one.pk: one for one in in_force}
    entries = CatalogEntry.objects.filter(version__in=by_id, effective_to__range=(day, last)).order_by()
    rows = entries.values("version", "effective_to").annotate(count=Count("pk"))
    ending += [(row["effective_to"], by_id[row["version"]], row["count"]) for row in rows]
    return sorted(ending, key=lambda one: (one[0], one[1].catalog.code))


def _agreements(ending: Iterable[tuple[date, CatalogVersion, int]]) -> Iterable[Event]:
    """Yield the days on which agreements of entries in force end."""
    for last, version, count in ending:
        if count:
            told = ngettext("%(count)d agreement ends", "%(count)d agreements end", count) % {"count": count}
            yield Event(last, "ends", version.catalog.name, told, _page("change", version))


def _events(moving: Iterable[Any], seen: clock.Observation, day: date) -> Iterable[Event]:
    """Yield what happens in the days to come: editions that begin and end, consultations that close."""
    last = day + timedelta(days=DAYS)
    near = Q(effective_from__range=(day + timedelta(days=1), last)) | Q(effective_to__range=(day, last))
    published = CatalogVersion.objects.known_at(seen.known_at).filter(near).select_related("catalog")
    for version in published.order_by("effective_from")[:MOST_WAITING]:
        facts = version.catalog.name, version.label, _page("change", version)
        if day < version.effective_from <= last:
            yield Event(
                version.effective_from, "begins", facts[0], _("%(label)s begins") % {"label": facts[1]}, facts[2]
            )
        if version.effective_to and day <= version.effective_to <= last:
            yield Event(version.effective_to, "ends", facts[0], _("%(label)s ends") % {"label": facts[1]}, facts[2])
    for version in moving:
        until = version.comments_until
        if version.state_on(day) == CONSULTATION and until and until <= last:
            told = _("consultation on %(label)s closes") % {"label": version.label}
            yield Event(until, "closes", version.catalog.name, told, _page("change", version))


def _by_kind(in_force: list[CatalogVersion]) -> list[tuple[str, list[CatalogVersion]]]:
    by_kind: dict[str, list[CatalogVersion]] = defaultdict(list)
    for version in sorted(in_force, key=lambda v: v.catalog.code):
        by_kind[version.catalog.kind].append(version)
    return [(kind.name(reader_language()), by_kind[kind.code]) for kind in KINDS.terms if by_kind[kind.code]]


def _dead() -> list[tuple[str, Job]]:
    dead = Job.objects.filter(state=Job.State.DEAD).order_by("-finished_at")[:SHOWN]
    words = job_words()
    return [(words.get(job.kind, job.kind), job) for job in dead]
