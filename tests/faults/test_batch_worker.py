"""Real workers on a real broker and database: one is killed in mid-batch, a message is lost, a batch is cancelled."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from catalog.clock import Observation, observe
from claims.batches.services import accept_batch, cancel_batch
from claims.models import BatchDecision, ClaimBatch
from common import tenancy
from common.jobs import services as jobs
from common.jobs.models import Job
from insurers.models import Product
from tests.claims.batches.conftest import HEADER, fresh, product, results_file, worked_off
from tests.faults.worker import wait_until, workers

__all__ = ["product"]  # the fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KILLED_TO_DONE_SECONDS = 60
State = ClaimBatch.State


def many_lines(lines: int) -> bytes:
    chance = random.Random(11)
    drugs = ("阿司匹林片", "奥希替尼片", "戈沙妥珠单抗", "维恩妥尤单抗", "没听说过的药")
    rows = []
    for number in range(lines // 5):
        day = f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        for line in range(5):
            disease, drug = chance.choice(("I10", "C34.1", "C50.1", "C67.2")), chance.choice(drugs)
            amount = f"{chance.randint(0, 90_000) / 100:.2f}"
            rows.append(f"C-{number},m-{number % 900},{line + 1},{day},{disease},inpatient,{drug},{line + 1},{amount}")
    return (HEADER + "\n".join(rows) + "\n").encode()


def accepted(product: Product, content: bytes, seen: Observation) -> ClaimBatch:
    return accept_batch(product=product, chunks=[content], file_name="claims.csv", by="alice", seen=seen)[0]


def done(batch: ClaimBatch) -> Callable[[], bool]:
    def is_done() -> bool:
        state = fresh(batch).state
        assert state in (State.QUEUED, State.RUNNING, State.DONE), state
        return state == State.DONE

    return is_done


def test_a_worker_killed_in_mid_batch_repeats_nothing_and_loses_nothing(
    product: Product, tmp_path: Path, queue: str
) -> None:
    content, seen = many_lines(20_000), observe()
    undisturbed = worked_off(accepted(product, content, seen))
    assert undisturbed.state == State.DONE

    with workers(tmp_path, queue, False, True) as (victim, survivor):
        batch = accepted(product, content, seen)
        held: list[Job] = []

        def victim_decides() -> bool:
            running = Job.objects.filter(subject__startswith=f"{batch.pk}/", state=Job.State.RUNNING)
            pids = victim.pids()
            held[:] = [job for job in running if int(job.worker.rpartition(":")[2]) in pids]
            return bool(held)

        wait_until(victim_decides, 120)
        victim.kill()
        seconds = wait_until(done(batch), KILLED_TO_DONE_SECONDS)
        assert survivor.process.poll() is None

    assert Job.objects.get(pk=held[0].pk).attempts == 2
    assert BatchDecision.objects.filter(batch=batch.pk).count() == 4_000
    for form in ("csv", "ndjson"):
        assert results_file(fresh(batch), form) == results_file(undisturbed, form)
    assert fresh(batch).totals == undisturbed.totals
    print(f"done {seconds:.1f} s after kill -9")


def test_a_message_that_the_broker_lost_is_found_by_the_sweeper(
    product: Product, tmp_path: Path, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workers(tmp_path, queue, True):
        with monkeypatch.context() as patched:
            patched.setattr(jobs, "notify", lambda job_id: None)
            batch = accepted(product, many_lines(100), observe())

        seconds = wait_until(done(batch), 90)

    print(f"found and done after {seconds:.1f} s")
    assert len(results_file(batch, "ndjson").splitlines()) == 20


def test_a_cancelled_batch_records_nothing_more(product: Product, tmp_path: Path, queue: str) -> None:
    with workers(tmp_path, queue, False):
        batch = accepted(product, many_lines(20_000), observe())
        chunks = Job.objects.filter(subject__startswith=f"{batch.pk}/")
        wait_until(lambda: chunks.filter(state=Job.State.RUNNING).exists(), 120)
        cancel_batch(batch=fresh(batch), by="alice")
        recorded = BatchDecision.objects.filter(batch=batch.pk).count()
        wait_until(lambda: not chunks.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists(), 60)

    assert fresh(batch).state == State.CANCELLED
    assert BatchDecision.objects.filter(batch=batch.pk).count() == recorded < 4_000
    assert not chunks.filter(state=Job.State.DEAD).exists()


def test_the_workers_act_for_the_office_and_the_results_are_the_insurers_alone(
    product: Product, tmp_path: Path, queue: str, other_insurer: Any
) -> None:
    with workers(tmp_path, queue, False):
        batch = accepted(product, many_lines(100), observe())
        wait_until(done(batch), 90)

    with tenancy.acting_for(str(other_insurer.pk)):
        assert not BatchDecision.objects.exists()
    assert Path(django_settings.UPLOAD_DIR).exists() and not list(Path(django_settings.UPLOAD_DIR).iterdir())
