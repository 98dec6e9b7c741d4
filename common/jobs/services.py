"""Writing, claiming, keeping and ending jobs. Times are the database's: workers' clocks may differ."""

import contextlib
import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import timedelta
from functools import partial

from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from common import tenancy, tracing
from common.audit.deeds import Deed, Via
from common.audit.services import record, through
from common.errors import Away
from common.jobs import wake
from common.jobs.models import Job

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
HEARTBEAT_SECONDS = 5.0
PROGRESS_SECONDS = 0.5
RING_AGAIN_AFTER = timedelta(seconds=20)
MAX_ATTEMPTS = 3

Work = Callable[["Lease", str], None]
_WORK: dict[str, Work] = {}
_ON_DEAD: dict[str, Callable[[str], None]] = {}


class LeaseLost(Exception):
    """Another worker took the job over, or it was ended: what this one did must be rolled back."""


class Cancelled(Exception):
    """Somebody asked for the job to stop: what this attempt did must be rolled back."""


def work(kind: str, *, on_dead: Callable[[str], None] | None = None) -> Callable[[Work], Work]:
    """Register the function that does jobs of this kind: called with (lease, subject); must end with `lease.finish()`."""

    def register(function: Work) -> Work:
        _WORK[kind] = function
        if on_dead:
            _ON_DEAD[kind] = on_dead
        return function

    return register


_unheard = ContextVar("unheard", default=False)


@contextlib.contextmanager
def done_by_the_caller() -> Iterator[None]:
    """Write jobs that the caller `run`s itself right away: nobody is rung for them. Should the caller fall silent, the sweeper rings as for any."""
    token = _unheard.set(True)
    try:
        yield
    finally:
        _unheard.reset(token)


def enqueue(*, kind: str, subject: str, exclusive_key: str = "") -> Job:
    """Write a job in the caller's transaction and tell the broker on commit; a deaf broker loses nothing, the sweeper rings again."""
    asking = tenancy.tenant() or ""
    job = Job(
        kind=kind,
        subject=subject,
        exclusive_key=exclusive_key,
        sandbox=asking if tenancy.is_sandbox(asking) else "",
        rung_at=Now() if _unheard.get() else None,
    )
    with tracing.span(f"enqueue {kind}", "PRODUCER", {"shangbao.job.kind": kind}):
        job.traceparent = tracing.traceparent()
        job.save()
    if _unheard.get():
        return job
    # Robust: the job is written, whatever becomes of the ringing.
    transaction.on_commit(partial(notify, job.pk), robust=True)
    return job


def notify(job_id: int) -> None:
    """Tell the broker that a job waits; a broker that cannot be reached is only logged."""
    try:
        wake.send(job_id)
    except Exception as fault:  # any broker fault: the row stays queued and the sweeper rings again
        log.warning("broker not reached for job %s: %s", job_id, type(fault).__name__)
        return
    Job.objects.filter(pk=job_id).update(rung_at=Now())


def claim(job_id: int) -> Job | None:
    """Take the job with a fresh lease and token; None where it is done, held by another, or its exclusive key is busy."""
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=Now())
    try:
        with transaction.atomic():
            taken = Job.objects.filter(free, pk=job_id, attempts__lt=MAX_ATTEMPTS).update(
                state=Job.State.RUNNING,
                attempts=F("attempts") + 1,
                token=F("token") + 1,
                lease_until=Now() + LEASE,
                started_at=Now(),
                worker=f"{socket.gethostname()}:{os.getpid()}"[:100],
            )
    except IntegrityError:
        return None
    return Job.objects.get(pk=job_id) if taken else None


class Lease:
    """The right to work on one job: shows progress, notices cancellation and loss, and commits the end."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._progress: tuple[str, int, int] | None = None
        self._lost = False
        self._cancelled = job.cancel_requested

    def progress(self, phase: str, done: int = 0, total: int = 0) -> None:
        """Show where the job is; raises LeaseLost or Cancelled where it should stop. Written outside the work's transaction."""
        self._progress = (phase, done, total)
        self.check()

    def check(self) -> None:
        """Raise LeaseLost or Cancelled where the job should stop."""
        if self._lost:
            raise LeaseLost(f"job {self.job.pk}")
        if self._cancelled:
            raise Cancelled(f"job {self.job.pk}")

    def finish(self) -> None:
        """End the job inside the work's own transaction; raises LeaseLost where the token is old, Cancelled where somebody asked to stop:
        either way all is rolled back, so what was cancelled never turns up done."""
        mine = Job.objects.filter(pk=self.job.pk, token=self.job.token, state=Job.State.RUNNING)
        ended = mine.filter(cancel_requested=False).update(
            state=Job.State.DONE, done=F("total"), finished_at=Now(), lease_until=None, phase="", last_error=""
        )
        if not ended:
            raise (Cancelled if mine.exists() else LeaseLost)(f"job {self.job.pk}")

    def _beat(self, stop: threading.Event) -> None:
        """Keep the lease and write progress on a connection of its own until told to stop."""
        beaten = 0.0
        shown: tuple[str, int, int] | None = None
        try:
            while not stop.wait(PROGRESS_SECONDS):
                due = time.monotonic() - beaten >= HEARTBEAT_SECONDS
                if not due and self._progress == shown:
                    continue
                fields: dict[str, object] = {"lease_until": Now() + LEASE}
                if self._progress:
                    fields |= dict(zip(("phase", "done", "total"), self._progress, strict=True))
                try:
                    mine = Job.objects.filter(pk=self.job.pk, token=self.job.token, state=Job.State.RUNNING)
                    if not mine.update(**fields):
                        # Either taken over, or this very worker has just finished: then nobody asks any more.
                        self._lost = True
                        return
                    self._cancelled = bool(mine.values_list("cancel_requested", flat=True).first())
                except Exception as fault:  # the database is away: the lease runs out by itself if it stays away
                    log.warning("no heartbeat for job %s: %s", self.job.pk, type(fault).__name__)
                    close_old_connections()
                    continue
                beaten, shown = time.monotonic(), self._progress
        finally:
            connection.close()


@contextlib.contextmanager
def held(job: Job, *, heartbeat: bool = True) -> Iterator[Lease]:
    """Hold the job's lease while the block runs."""
    lease = Lease(job)
    stop = threading.Event()
    thread = threading.Thread(target=lease._beat, args=(stop,), daemon=True) if heartbeat else None
    if thread:
        thread.start()
    try:
        yield lease
    finally:
        stop.set()
        if thread:
            thread.join(timeout=5)


def run(job_id: int, *, heartbeat: bool = True) -> None:
    """Claim the job and do its work, at most once at a time; may be called any number of times."""
    with tenancy.acting_for(tenancy.OFFICE), through(Via.JOB):
        job = claim(job_id)
        if job is None:
            return
        with (
            tenancy.acting_for(job.sandbox or tenancy.OFFICE),
            held(job, heartbeat=heartbeat) as lease,
            tracing.span(
                f"job {job.kind}",
                "CONSUMER",
                {"shangbao.job.kind": job.kind, "shangbao.job.id": job.pk, "shangbao.job.attempt": job.attempts},
                parent=job.traceparent,
            ) as told,
        ):
            outcome = "done"
            try:
                lease.check()
                _WORK[job.kind](lease, job.subject)
            except LeaseLost:
                outcome = "taken over"
                log.warning("job %s was taken over", job_id)
            except Cancelled:
                outcome = "cancelled"
                _give_back(job, state=Job.State.CANCELLED)
            except Away as fault:
                # Not the job's doing: it waits, however long, and is tried again.
                log.warning("job %s waits: %s", job_id, fault)
                _give_back(job, state=Job.State.QUEUED, error=str(fault), counts=False)
            except Exception as fault:
                outcome = "failed"
                told.failed(type(fault).__name__)
                log.exception("job %s failed in attempt %s", job_id, job.attempts)
                _give_back(job, state=Job.State.QUEUED, error="".join(traceback.format_exception_only(fault)).strip())
            told.tell({"shangbao.job.outcome": outcome})
    if job.exclusive_key:
        _ring_next(job.exclusive_key)


def _give_back(job: Job, *, state: Job.State, error: str = "", counts: bool = True) -> None:
    """End the attempt, on a new connection where the work broke the old one; while the database is away the lease runs out by itself."""
    try:
        _end(job, state=state, error=error, counts=counts)
    except (OperationalError, InterfaceError):
        connection.close()
        try:
            with tenancy.acting_for(job.sandbox or tenancy.OFFICE):
                _end(job, state=state, error=error, counts=counts)
        except (OperationalError, InterfaceError) as fault:
            log.warning("job %s could not be given back: %s", job.pk, type(fault).__name__)
            connection.close()


def _ring_next(exclusive_key: str) -> None:
    """Ring for the job that waited for this key, rather than leave it to the sweeper."""
    waiting = Job.objects.filter(state=Job.State.QUEUED, exclusive_key=exclusive_key).order_by("pk")
    job_id = waiting.values_list("pk", flat=True).first()
    if job_id is not None:
        notify(job_id)


@transaction.atomic
def _end(job: Job, *, state: Job.State, error: str = "", silent: bool = False, counts: bool = True) -> None:
    """Give the job back to the queue, or end it; a third failed attempt makes it a dead letter, and its kind is told in the same transaction.

    `silent`: only where nobody has renewed the lease meanwhile. `counts`: whether it was an attempt.
    """
    if counts and state == Job.State.QUEUED and job.attempts >= MAX_ATTEMPTS:
        state = Job.State.DEAD
    mine = Job.objects.filter(pk=job.pk, token=job.token, state=Job.State.RUNNING)
    if silent:
        mine = mine.filter(lease_until__lt=Now())
    ended = mine.update(
        state=state,
        attempts=F("attempts") - (0 if counts else 1),
        last_error=error[:2000],
        lease_until=None,
        rung_at=Now() if state == Job.State.QUEUED else None,
        finished_at=None if state == Job.State.QUEUED else Now(),
    )
    if ended and state == Job.State.DEAD and job.kind in _ON_DEAD:
        _ON_DEAD[job.kind](job.subject)


def sweep() -> int:
    """Ring for every job that waits unheard or whose worker fell silent; end those that used up their attempts. Answers how many rang."""
    with tenancy.acting_for(tenancy.OFFICE):
        silent = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=Now())
        for job in silent.filter(attempts__gte=MAX_ATTEMPTS):
            try:
                with tenancy.acting_for(job.sandbox or tenancy.OFFICE):
                    _end(job, state=Job.State.DEAD, error="the worker fell silent three times", silent=True)
            except Exception:  # what one kind of job says to its end must not keep the others waiting
                log.exception("job %s could not be ended", job.pk)
        waiting = Q(state=Job.State.QUEUED) & (Q(rung_at=None) | Q(rung_at__lt=Now() - RING_AGAIN_AFTER))
        fallen = Q(state=Job.State.RUNNING, lease_until__lt=Now(), attempts__lt=MAX_ATTEMPTS)
        due = list(Job.objects.filter(waiting | fallen).order_by("pk").values_list("pk", flat=True)[:200])
        for job_id in due:
            notify(job_id)
    return len(due)


@transaction.atomic
def cancel(*, job: Job, by: str) -> bool:
    """Ask a job to stop, as a deed of somebody's; False where it has ended already."""
    asked = stop(job)
    if asked:
        record(Deed.JOB_CANCELLED, by=by, what=job, name=f"{job.kind} {job.pk}")
    return asked


def stop(job: Job) -> bool:
    """Ask a job to stop: at once where it waits, at its next step where it runs; False where it has ended already."""
    waits = Q(state=Job.State.QUEUED)
    # One statement: between two, a job could begin, or be given back, unseen.
    return bool(
        Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING]).update(
            cancel_requested=True,
            state=Case(When(waits, then=Value(Job.State.CANCELLED)), default=F("state")),
            finished_at=Case(When(waits, then=Now()), default=F("finished_at")),
        )
    )


@transaction.atomic
def retry(*, job: Job, by: str) -> None:
    """Give a dead letter three more attempts, as a deed of somebody's."""
    if revive(job):
        record(Deed.JOB_RETRIED, by=by, what=job, name=f"{job.kind} {job.pk}")


def revive(job: Job) -> bool:
    """Give a dead letter three more attempts; False where it is none."""
    revived = Job.objects.filter(pk=job.pk, state=Job.State.DEAD).update(
        state=Job.State.QUEUED, attempts=0, finished_at=None, rung_at=None, cancel_requested=False
    )
    if revived:
        transaction.on_commit(partial(notify, job.pk))
    return bool(revived)
