"""Every write to impact runs: asking, cancelling, giving up; and reading how far a run is, and its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.models import CatalogVersion
from claims.batches.services import AlreadyEnded, NotDone
from claims.facts import UnknownProduct
from claims.models import ClaimBatch
from claims.services import FactsRemoved
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput, Refused
from common.jobs import services as jobs
from common.jobs.models import Job
from curation.impact.ending import FAULT, end
from curation.impact.mark import mark_of
from curation.models import ImpactPart, ImpactRun
from insurers.models import Product

PLAN_JOB: Final = "curation.impact.plan"
UNDER_WAY: Final = (ImpactRun.State.QUEUED, ImpactRun.State.RUNNING)


class Withdrawn(Refused):
    code = "withdrawn"


class UnknownBatch(Refused):
    code = "unknown_batch"
    status = 404


@dataclass(frozen=True, slots=True)
class Asked:
    """Which recorded decisions: of a product by its code ('' for every one), of one batch, or of claims of these days, both inclusive."""

    product: str = ""
    batch: Any = None
    first_day: date | None = None
    last_day: date | None = None


def ask_impact(
    *, version: CatalogVersion, insurer_id: int | None, asked: Asked, by: str, seen: Observation
) -> ImpactRun:
    """Queue the trying of a version on recorded decisions, all as known at this observation; `insurer_id` None is the office, which gets sums.

    Raises InvalidInput, UnknownProduct, UnknownBatch, NotDone, Withdrawn.
    """
    if version.withdrawn_at is not None:
        raise Withdrawn(_("%(version)s is withdrawn; it changes nothing any more.") % {"version": version.label})
    _check_days(asked)
    batch = _batch(asked, insurer_id) if asked.batch is not None else None
    products = Product.objects.filter(code=asked.product)
    if asked.product and not (products if insurer_id is None else products.filter(insurer=insurer_id)).exists():
        raise UnknownProduct(_("There is no product %(code)s.") % {"code": asked.product})
    with transaction.atomic():
        run = ImpactRun.objects.create(
            version=version,
            insurer_id=insurer_id,
            product=asked.product,
            batch=batch,
            first_day=asked.first_day,
            last_day=asked.last_day,
            known_at=seen.known_at,
            revision=seen.revision,
            mark=mark_of(version),
            created_by=by,
            created_at=seen.known_at,
        )
        run.job = jobs.enqueue(kind=PLAN_JOB, subject=str(run.pk))
        run.save(update_fields=["job"])
        after = {
            "product": run.product,
            "batch": str(batch.pk) if batch else None,
            "from": run.first_day,
            "to": run.last_day,
        }
        record(Deed.IMPACT_ASKED, by=by, what=run, name=name_of(run), after=after)
    return run


def _check_days(asked: Asked) -> None:
    """Raise InvalidInput unless a batch is named, or two days in their order."""
    errors = []
    if asked.batch is not None:
        told = _("Name a batch or days, not both.")
        errors = [
            FieldError(f"/{name}", "invalid", told)
            for name, day in (("from", asked.first_day), ("to", asked.last_day))
            if day is not None
        ]
    else:
        told = _("Name a batch, or the first and the last day.")
        errors = [
            FieldError(f"/{name}", "required", told)
            for name, day in (("from", asked.first_day), ("to", asked.last_day))
            if day is None
        ]
        if asked.first_day and asked.last_day and asked.last_day < asked.first_day:
            errors = [FieldError("/to", "invalid", _("The last day is before the first."))]
    if errors:
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)


def _batch(asked: Asked, insurer_id: int | None) -> ClaimBatch:
    found = ClaimBatch.objects.filter(pk=asked.batch)
    if insurer_id is not None:
        found = found.filter(insurer=insurer_id)
    if asked.product:
        found = found.filter(product__code=asked.product)
    batch = found.first()
    if batch is None:
        raise UnknownBatch(_("There is no such batch."))
    if batch.state != ClaimBatch.State.DONE:
        raise NotDone(
            _("The batch is %(state)s; its results come whole when it is done.") % {"state": batch.get_state_display()}
        )
    return batch


def name_of(run: ImpactRun) -> str:
    """Return how the log calls a run: the version it tries."""
    return f"{run.version.catalog.code} {run.version.label}"


def cancel_impact(*, run: ImpactRun, by: str) -> None:
    """End a run that is under way, at once. Twice is once; raises AlreadyEnded where it is done or failed."""
    with transaction.atomic():
        kept = ImpactRun.objects.select_for_update(of=["self"]).select_related("version__catalog").get(pk=run.pk)
        if kept.state in (ImpactRun.State.DONE, ImpactRun.State.FAILED):
            raise AlreadyEnded(_("The impact run has ended already."))
        if kept.state != ImpactRun.State.CANCELLED:
            end(kept, ImpactRun.State.CANCELLED)
            kept.save(update_fields=["state", "fault", "finished_at"])
            record(Deed.IMPACT_CANCELLED, by=by, what=kept, name=name_of(kept))
    # Outside the lock: a part about to end holds its job and waits for the run. A job that hears nothing sees the run's state.
    for job in Job.objects.filter(pk__in=[run.job_id, *run.parts.values_list("job_id", flat=True)]):
        jobs.stop(job)


@transaction.atomic
def give_up(*, run_id: str) -> None:
    """Say that a run failed by a technical fault; a retried job may still bring it to its end."""
    run = ImpactRun.objects.select_for_update().filter(pk=run_id, state__in=UNDER_WAY).first()
    if run is not None:
        end(run, ImpactRun.State.FAILED, FAULT)
        run.save(update_fields=["state", "fault", "finished_at"])


# --- Reading


def log_look(run: ImpactRun, *, by: str) -> None:
    """Write into the log that somebody took the run's lines: a look at claims."""
    record(Deed.CHECKS_LISTED, by=by, what=run, name=name_of(run), after={"results": "csv"})


def runs_of(insurer_id: int | None) -> Any:
    """Return the runs of an insurer, or of the office (None), which sees no insurer's."""
    return ImpactRun.objects.filter(insurer=insurer_id).select_related("version__catalog", "job", "batch")


def progress_of(run: ImpactRun) -> dict[str, Any]:
    """Return how far a run is, in claims: `plan` until it is known what is to be tried, then `try`."""
    if run.state == ImpactRun.State.QUEUED:
        planned = run.job is not None and run.job.state == Job.State.RUNNING
        return {"done": 0, "total": 0, "phase": "plan" if planned else ""}
    if run.state == ImpactRun.State.DONE:
        return {"done": run.claims, "total": run.claims, "phase": ""}
    done = sum(
        claims if tried_at else min(job_done or 0, claims) if job_state == Job.State.RUNNING else 0
        for claims, tried_at, job_state, job_done in run.parts.values_list(
            "claims", "tried_at", "job__state", "job__done"
        )
    )
    return {"done": done, "total": run.claims, "phase": "try" if run.state == ImpactRun.State.RUNNING else ""}


def lines_of(run: ImpactRun) -> Iterator[str]:
    """Yield what is kept of the lines that come out otherwise, part by part, in the order of what was tried.

    Raises NotDone before the run is done, FactsRemoved once retention removed facts that it rests on.
    """
    if run.state != ImpactRun.State.DONE:
        raise NotDone(_("The impact run is %(state)s; its lines come whole when it is done.") % {"state": run.state})
    numbers = list(run.parts.values_list("number", flat=True).order_by("number"))
    # All parts are sealed under one key: where the first one opens, all do.
    if run.parts.filter(differing=None).exists() or (numbers and _kept(run, numbers[0]) is None):
        raise FactsRemoved(_("The facts of claims of this run were removed after retention; its sums remain."))
    return (_kept(run, number) or "" for number in numbers)


def _kept(run: ImpactRun, number: int) -> str | None:
    return ImpactPart.objects.values_list("differing", flat=True).get(run=run.pk, number=number)
