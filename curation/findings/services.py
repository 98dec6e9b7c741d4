"""Working findings out and acknowledging them: what is found is written, what is found no more is gone, by itself."""

import gc
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import clock
from catalog.clock import china_today
from catalog.models import Revision
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput, Refused
from common.jobs.models import Job
from common.jobs.services import Lease, enqueue
from curation.findings.causes import Cause
from curation.findings.gather import world_at
from curation.findings.news import announce
from curation.findings.rules import causes
from curation.models import Finding, FindingsWorked

FINDINGS_JOB: Final = "curation.findings"
# So many of the entries that a finding rests on are kept by their codes; how many there are is always told.
KEPT_PLACES: Final = 500
LONGEST_REASON: Final = 2000
_BATCH: Final = 1000


class FindingGone(Refused):
    code = "finding_gone"


def ask_for_news() -> Job | None:
    """Queue the work where something has become known since the last time, or a new day has begun in China; once for each such moment."""
    revision = Revision.objects.values_list("number", flat=True).get(pk=1)
    day = china_today(timezone.now())
    if FindingsWorked.objects.filter(pk=1, revision=revision, day=day).exists():
        return None
    moment = f"{revision} {day}"
    if Job.objects.filter(kind=FINDINGS_JOB, subject=moment).exists():
        return None
    return enqueue(kind=FINDINGS_JOB, subject=moment, exclusive_key=FINDINGS_JOB)


def work_out(lease: Lease | None = None) -> int:
    """Look at everything as it is known now, and let the table of findings follow; returns how many there are that are not gone."""
    began = time.monotonic()
    seen = clock.observe()
    with _nothing_to_collect():
        world = world_at(seen)
        found = causes(world)
    with transaction.atomic():
        worked, _new = FindingsWorked.objects.select_for_update().get_or_create(pk=1)
        # What another one has worked out later is not turned back.
        if worked.revision <= seen.revision:
            opened = follow(found, at=seen.known_at)
            announce(opened, world.products, at=seen.known_at)
            worked.revision, worked.day, worked.worked_at = seen.revision, world.day, seen.known_at
            worked.seconds = round(time.monotonic() - began, 3)
            worked.save()
        if lease:
            lease.finish()
    return len(found)


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Spare the collector millions of small values that all stay until the end: it would walk over them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def follow(found: Iterable[Cause], *, at: datetime) -> list[Finding]:
    """Write what was found and let go what was not; returns what is open and was not before.

    A cause that comes back is open again; one that somebody had acknowledged stays acknowledged: it is the same cause, and the reason holds.
    """
    causes_by = {cause.identity: cause for cause in found}
    rows = Finding.objects.filter(Q(identity__in=list(causes_by)) | ~Q(state=Finding.State.GONE))
    there = {one.identity: one for one in rows.select_for_update()}
    opened: list[Finding] = []
    changed: list[Finding] = []
    for identity, cause in causes_by.items():
        finding, facts = there.get(identity), facts_of(cause)
        if finding is None:
            opened.append(_new(cause, facts, at))
            continue
        is_back = finding.state == Finding.State.GONE
        if is_back:
            finding.state = Finding.State.ACKNOWLEDGED if finding.acknowledged_at else Finding.State.OPEN
            finding.gone_at, finding.opened_at = None, at
            if finding.state == Finding.State.OPEN:
                opened.append(finding)
        if is_back or finding.facts != facts:
            finding.facts, finding.catalogs = facts, _catalogs(cause)
            changed.append(finding)
    Finding.objects.bulk_create([one for one in opened if one._state.adding], batch_size=_BATCH)
    Finding.objects.bulk_update(changed, ["state", "gone_at", "opened_at", "facts", "catalogs"], batch_size=_BATCH)
    ended = [one.pk for one in there.values() if one.identity not in causes_by and one.state != Finding.State.GONE]
    Finding.objects.filter(pk__in=ended).update(state=Finding.State.GONE, gone_at=at)
    Finding.objects.exclude(state=Finding.State.GONE).update(last_seen_at=at)
    return opened


def _catalogs(cause: Cause) -> list[str]:
    return sorted({code for code, _label in cause.editions})


def _new(cause: Cause, facts: dict[str, Any], at: datetime) -> Finding:
    return Finding(
        kind=cause.kind,
        identity=cause.identity,
        owner_id=cause.owner,
        catalogs=_catalogs(cause),
        facts=facts,
        first_seen_at=at,
        opened_at=at,
        last_seen_at=at,
    )


def facts_of(cause: Cause) -> dict[str, Any]:
    """Return what a finding rests on, as JSON keeps it."""
    return {
        "drug": cause.drug,
        "text": cause.text,
        "catalogs": [{"catalog": code, "version": label} for code, label in cause.editions],
        "entries": [asdict(one) for one in cause.places[:KEPT_PLACES]],
        "entry_count": len(cause.places),
        "days": {name: day.isoformat() for name, day in cause.days.items()},
        "product": dict(zip(("code", "version"), cause.product, strict=True)) if cause.product else None,
        "together": cause.together,
    }


@transaction.atomic
def acknowledge_finding(*, finding: Finding, reason: str, by: str) -> Finding:
    """Note that somebody has seen to it, and why it may stay; raises FindingGone, InvalidInput without a reason.

    Said again, the reason is the new one.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        detail = _("Give a reason of at most %(most)d characters.") % {"most": LONGEST_REASON}
        raise InvalidInput(
            _("The request is invalid; see `errors`."), errors=[FieldError("/reason", "required", detail)]
        )
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    if finding.state == Finding.State.GONE:
        raise FindingGone(_("What this finding rested on is gone already."))
    before = {"state": finding.state, "reason": finding.acknowledge_reason}
    finding.state = Finding.State.ACKNOWLEDGED
    finding.acknowledged_by, finding.acknowledge_reason = by, reason
    finding.acknowledged_at = timezone.now()
    finding.save(update_fields=["state", "acknowledged_by", "acknowledge_reason", "acknowledged_at"])
    after = {"state": finding.state, "reason": reason}
    record(Deed.FINDING_ACKNOWLEDGED, by=by, what=finding, before=before, after=after, reason=reason)
    return finding
