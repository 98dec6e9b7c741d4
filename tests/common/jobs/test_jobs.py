"""The job mechanism: one worker at a time, nothing lost, nothing twice, whatever dies."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import OperationalError

from common import tenancy
from common.jobs import services as jobs
from common.jobs import wake
from common.jobs.models import Job
from common.jobs.services import Cancelled, Lease, LeaseLost

State = Job.State
KIND = "tests.work"


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Say what a job of the tests' kind does, and what is told when it is given up."""
    monkeypatch.setattr(jobs, "_WORK", dict(jobs._WORK))
    monkeypatch.setattr(jobs, "_ON_DEAD", dict(jobs._ON_DEAD))

    def say(function: Callable[[Lease, str], None], on_dead: Callable[[str], None] | None = None) -> None:
        jobs.work(KIND, on_dead=on_dead)(function)

    yield say


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs the broker was told of; nothing is sent."""
    told: list[int] = []

    def notify(job_id: int) -> None:
        told.append(job_id)
        Job.objects.filter(pk=job_id).update(rung_at=Now())

    monkeypatch.setattr(jobs, "notify", notify)
    return told


@pytest.fixture
def job(db: None) -> Job:
    return jobs.enqueue(kind=KIND, subject="one")


def ends(lease: Lease, subject: str) -> None:
    with transaction.atomic():
        lease.finish()


def fails(lease: Lease, subject: str) -> None:
    raise ValueError(f"{subject} is wrong")


def let_lease_run_out(job: Job) -> None:
    """As if the worker had been silent for longer than its lease."""
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def state_of(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


# --- Claiming


def test_a_job_is_claimed_by_one_worker_only(job: Job) -> None:
    assert jobs.claim(job.pk) is not None
    assert jobs.claim(job.pk) is None


def test_a_job_delivered_twice_is_done_once(job: Job, works: Any) -> None:
    done: list[str] = []

    def work(lease: Lease, subject: str) -> None:
        jobs.run(job.pk, heartbeat=False)  # the second delivery, while the first is at work
        done.append(subject)
        ends(lease, subject)

    works(work)
    jobs.run(job.pk, heartbeat=False)
    jobs.run(job.pk, heartbeat=False)  # and once more, late

    assert done == ["one"]
    assert state_of(job) == State.DONE


def test_a_claim_sets_lease_token_attempt_and_worker(job: Job) -> None:
    taken = jobs.claim(job.pk)
    assert taken is not None

    assert (taken.state, taken.attempts, taken.token) == (State.RUNNING, 1, 1)
    assert taken.lease_until is not None and taken.worker


def test_a_job_whose_worker_fell_silent_may_be_claimed_again(job: Job) -> None:
    jobs.claim(job.pk)
    let_lease_run_out(job)

    again = jobs.claim(job.pk)

    assert again is not None and (again.attempts, again.token) == (2, 2)


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED, State.DEAD])
def test_an_ended_job_is_never_claimed(job: Job, state: str) -> None:
    Job.objects.filter(pk=job.pk).update(state=state)

    assert jobs.claim(job.pk) is None


# --- Fencing


def test_a_worker_that_was_taken_over_commits_nothing(job: Job, works: Any) -> None:
    marks: list[str] = []

    def work(lease: Lease, subject: str) -> None:
        if lease.job.token == 1:
            let_lease_run_out(job)
            jobs.run(job.pk, heartbeat=False)  # another worker takes over and ends it
        with transaction.atomic():
            Job.objects.create(kind="tests.result", subject=f"by token {lease.job.token}")
            lease.finish()
        marks.append(f"token {lease.job.token} came to its end")

    works(work)
    jobs.run(job.pk, heartbeat=False)

    assert marks == ["token 2 came to its end"]
    assert list(Job.objects.filter(kind="tests.result").values_list("subject", flat=True)) == ["by token 2"]
    assert state_of(job) == State.DONE


def test_finishing_with_an_old_token_is_refused(job: Job) -> None:
    old = jobs.claim(job.pk)
    let_lease_run_out(job)
    jobs.claim(job.pk)
    assert old is not None

    with pytest.raises(LeaseLost), transaction.atomic():
        Lease(old).finish()


# --- Heartbeat


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_keeps_the_lease_and_shows_progress(monkeypatch: pytest.MonkeyPatch, works: Any) -> None:
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.02)
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.02)
    job = jobs.enqueue(kind=KIND, subject="beats")
    seen: list[Any] = []

    def work(lease: Lease, subject: str) -> None:
        let_lease_run_out(job)
        lease.progress("half", 1, 2)
        for _try in range(200):
            shown = Job.objects.get(pk=job.pk)
            still_ours = Job.objects.filter(pk=job.pk, lease_until__gt=Now()).exists()
            if still_ours and shown.phase == "half":
                break
            connection.cursor().execute("SELECT pg_sleep(0.02)")
        seen.append((still_ours, shown.phase, shown.done, shown.total))
        ends(lease, subject)

    works(work)
    jobs.run(job.pk)

    assert seen == [(True, "half", 1, 2)]


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_notices_that_the_job_was_taken_over(monkeypatch: pytest.MonkeyPatch, works: Any) -> None:
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.02)
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.02)
    job = jobs.enqueue(kind=KIND, subject="lost")
    noticed: list[bool] = []

    def work(lease: Lease, subject: str) -> None:
        Job.objects.filter(pk=job.pk).update(token=99)
        try:
            for _try in range(200):
                lease.check()
                connection.cursor().execute("SELECT pg_sleep(0.02)")
        except LeaseLost:
            noticed.append(True)
            raise

    works(work)
    jobs.run(job.pk)

    assert noticed == [True]
    assert state_of(job) == State.RUNNING  # it is the other's now


# --- Failing, dead letters


def test_a_failing_job_is_tried_three_times_and_then_told_dead(job: Job, works: Any, rung: list[int]) -> None:
    told: list[str] = []
    works(fails, on_dead=told.append)

    for attempt in (1, 2, 3):
        assert told == []
        jobs.run(job.pk, heartbeat=False)
        job.refresh_from_db()
        assert job.attempts == attempt

    assert (job.state, told) == (State.DEAD, ["one"])
    assert "ValueError: one is wrong" in job.last_error
    jobs.run(job.pk, heartbeat=False)
    assert Job.objects.get(pk=job.pk).attempts == 3


def test_what_is_told_of_a_dead_job_and_its_state_are_one_transaction(job: Job, works: Any, rung: list[int]) -> None:
    def cannot_tell(subject: str) -> None:
        raise RuntimeError("not now")

    works(fails, on_dead=cannot_tell)
    Job.objects.filter(pk=job.pk).update(attempts=2)
    with pytest.raises(RuntimeError):
        jobs.run(job.pk, heartbeat=False)

    assert state_of(job) == State.RUNNING  # its lease runs out, and the sweeper tries to tell again


def test_a_worker_that_falls_silent_three_times_leaves_a_dead_letter(job: Job, works: Any, rung: list[int]) -> None:
    told: list[str] = []
    works(ends, on_dead=told.append)
    for _attempt in range(3):
        assert jobs.claim(job.pk) is not None
        let_lease_run_out(job)
        assert told == []
        jobs.sweep()

    job.refresh_from_db()
    assert (job.state, told) == (State.DEAD, ["one"])
    assert "silent" in job.last_error


def test_a_dead_letter_that_is_retried_gets_three_more_attempts(job: Job, works: Any, rung: list[int]) -> None:
    works(ends)
    Job.objects.filter(pk=job.pk).update(state=State.DEAD, attempts=3, cancel_requested=True)

    jobs.retry(job=job, by="alice")
    jobs.run(job.pk, heartbeat=False)

    assert state_of(job) == State.DONE


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE, State.CANCELLED])
def test_only_a_dead_letter_can_be_retried(job: Job, state: str) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, attempts=2)

    jobs.retry(job=job, by="alice")

    job.refresh_from_db()
    assert (job.state, job.attempts) == (state, 2)


# --- Sweeping


def test_the_sweeper_rings_for_jobs_that_nobody_heard_of(job: Job, rung: list[int]) -> None:
    assert jobs.sweep() == 1
    assert rung == [job.pk]
    assert jobs.sweep() == 0  # rung a moment ago


def test_the_sweeper_rings_again_after_a_while(job: Job, rung: list[int]) -> None:
    Job.objects.filter(pk=job.pk).update(rung_at=Now() - jobs.RING_AGAIN_AFTER - timedelta(seconds=1))

    assert jobs.sweep() == 1


def test_the_sweeper_leaves_a_job_alone_whose_worker_lives(job: Job, rung: list[int]) -> None:
    jobs.claim(job.pk)

    assert jobs.sweep() == 0


def test_a_third_attempt_that_renewed_its_lease_in_time_is_not_ended(job: Job, works: Any, rung: list[int]) -> None:
    works(ends)
    Job.objects.filter(pk=job.pk).update(attempts=2)
    taken = jobs.claim(job.pk)
    assert taken is not None

    # The sweeper had seen it silent, but before it could end it the heartbeat came.
    jobs._end(taken, state=State.DEAD, error="silent", silent=True)

    assert state_of(job) == State.RUNNING


def test_one_job_that_cannot_be_ended_does_not_keep_the_others_waiting(db: None, works: Any, rung: list[int]) -> None:
    def cannot_tell(subject: str) -> None:
        raise RuntimeError("not now")

    works(ends, on_dead=cannot_tell)
    stuck, waiting = jobs.enqueue(kind=KIND, subject="stuck"), jobs.enqueue(kind=KIND, subject="waits")
    Job.objects.filter(pk=stuck.pk).update(state=State.RUNNING, attempts=3, lease_until=Now() - timedelta(seconds=1))

    jobs.sweep()

    assert rung == [waiting.pk]


def test_the_sweeper_tells_of_dead_jobs_as_the_office(job: Job, works: Any, rung: list[int]) -> None:
    acting: list[str] = []

    def who(subject: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.insurer', true)")
            acting.append(cursor.fetchone()[0])

    works(ends, on_dead=who)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=3, lease_until=Now() - timedelta(seconds=1))
    with tenancy.acting_for(tenancy.NOBODY):
        jobs.sweep()

    assert acting == [tenancy.OFFICE]


# --- Cancelling


def test_a_job_that_waits_is_cancelled_at_once(job: Job) -> None:
    assert jobs.cancel(job=job, by="alice") is True
    assert state_of(job) == State.CANCELLED
    assert jobs.claim(job.pk) is None


def test_a_running_job_is_cancelled_at_its_next_step(job: Job, works: Any) -> None:
    def work(lease: Lease, subject: str) -> None:
        assert jobs.cancel(job=job, by="alice") is True
        ends(lease, subject)

    works(work)
    jobs.run(job.pk, heartbeat=False)

    assert state_of(job) == State.CANCELLED


def test_what_a_cancelled_job_did_is_rolled_back(job: Job, works: Any) -> None:
    def work(lease: Lease, subject: str) -> None:
        jobs.cancel(job=job, by="alice")
        with transaction.atomic():
            Job.objects.create(kind="tests.result", subject="must not stay")
            lease.finish()

    works(work)
    jobs.run(job.pk, heartbeat=False)

    assert not Job.objects.filter(kind="tests.result").exists()


def test_a_cancelled_job_whose_worker_died_ends_cancelled_when_it_is_taken_over(job: Job, works: Any) -> None:
    works(ends)
    jobs.claim(job.pk)
    jobs.cancel(job=job, by="alice")
    let_lease_run_out(job)

    jobs.run(job.pk, heartbeat=False)

    assert state_of(job) == State.CANCELLED


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED, State.DEAD])
def test_an_ended_job_cannot_be_cancelled(job: Job, state: str) -> None:
    Job.objects.filter(pk=job.pk).update(state=state)

    assert jobs.cancel(job=job, by="alice") is False
    assert state_of(job) == state


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_notices_a_cancellation(monkeypatch: pytest.MonkeyPatch, works: Any) -> None:
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.02)
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.02)
    job = jobs.enqueue(kind=KIND, subject="cancelled")
    steps: list[int] = []

    def work(lease: Lease, subject: str) -> None:
        jobs.cancel(job=job, by="alice")
        for step in range(200):
            lease.progress("step", step, 200)
            steps.append(step)
            connection.cursor().execute("SELECT pg_sleep(0.02)")
        ends(lease, subject)

    works(work)
    jobs.run(job.pk)

    assert state_of(job) == State.CANCELLED
    assert len(steps) < 200


# --- One running job a key


def test_two_jobs_with_one_key_never_run_at_once(db: None, works: Any, rung: list[int]) -> None:
    first, second = (jobs.enqueue(kind=KIND, subject=name, exclusive_key="catalog:1") for name in "ab")
    assert jobs.claim(first.pk) is not None

    assert jobs.claim(second.pk) is None
    assert state_of(second) == State.QUEUED


def test_jobs_without_a_key_run_side_by_side(db: None) -> None:
    first, second = (jobs.enqueue(kind=KIND, subject=name) for name in "ab")

    assert jobs.claim(first.pk) is not None and jobs.claim(second.pk) is not None


def test_when_a_key_becomes_free_the_next_one_is_rung_for(db: None, works: Any, rung: list[int]) -> None:
    works(ends)
    first, second, other = (
        jobs.enqueue(kind=KIND, subject=name, exclusive_key=key) for name, key in (("a", "k"), ("b", "k"), ("c", "x"))
    )

    jobs.run(first.pk, heartbeat=False)

    assert rung == [second.pk]
    assert state_of(other) == State.QUEUED


# --- Enqueuing, and a broker that does not hear


def test_a_job_is_rung_for_when_its_transaction_commits(
    db: None, rung: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue(kind=KIND, subject="one")
        assert rung == []

    assert rung == [job.pk]


def test_a_broker_that_does_not_hear_loses_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def deaf(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError("no broker")

    heard: list[int] = []
    with monkeypatch.context() as patched, django_capture_on_commit_callbacks(execute=True):
        patched.setattr(wake, "send", deaf)
        job = jobs.enqueue(kind=KIND, subject="one")
    with monkeypatch.context() as patched:
        patched.setattr(wake, "send", deaf)
        jobs.notify(job.pk)  # as the commit did
    assert Job.objects.get(pk=job.pk).rung_at is None

    monkeypatch.setattr(wake, "send", heard.append)
    jobs.sweep()

    assert heard == [job.pk]
    assert Job.objects.get(pk=job.pk).rung_at is not None


# --- A database that goes away in the middle


def test_an_attempt_whose_connection_broke_is_given_back_on_a_new_one(
    job: Job, monkeypatch: pytest.MonkeyPatch, works: Any, rung: list[int]
) -> None:
    ended: list[str] = []
    real_end = jobs._end

    def end_on_a_broken_connection(job: Job, **how: Any) -> None:
        ended.append(how["state"])
        if len(ended) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        real_end(job, **how)

    monkeypatch.setattr(jobs, "_end", end_on_a_broken_connection)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction must live on
    works(fails)
    jobs.run(job.pk, heartbeat=False)

    assert ended == [State.QUEUED, State.QUEUED]
    assert state_of(job) == State.QUEUED


def test_while_the_database_is_away_the_lease_runs_out_by_itself(
    job: Job, monkeypatch: pytest.MonkeyPatch, works: Any, rung: list[int]
) -> None:
    def away(job: Job, **how: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_end", away)
        patched.setattr(connection, "close", lambda: None)
        works(fails)
        jobs.run(job.pk, heartbeat=False)
    assert state_of(job) == State.RUNNING

    let_lease_run_out(job)
    works(ends)
    assert jobs.sweep() == 1
    jobs.run(job.pk, heartbeat=False)
    assert state_of(job) == State.DONE


def test_cancelled_is_no_failure(job: Job, works: Any) -> None:
    def work(lease: Lease, subject: str) -> None:
        raise Cancelled(subject)

    works(work)
    jobs.run(job.pk, heartbeat=False)

    job.refresh_from_db()
    assert (job.state, job.last_error) == (State.CANCELLED, "")
