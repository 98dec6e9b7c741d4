"""Real workers on a real broker and database: one is killed in mid-batch, a message is lost, a batch is cancelled."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db.models import Sum

from catalog.clock import Observation, observe
from catalog.models import Catalog
from claims.authorisations import services as authorisations
from claims.batches.services import accept_batch, cancel_batch
from claims.models import AuthorisationUse, BatchDecision, ClaimBatch
from common import tenancy
from common.jobs import services as jobs
from common.jobs.models import Job
from insurers import services as insurers
from insurers.models import Product
from tests.claims.batches.conftest import HEADER, fresh, product, results, results_file, worked_off
from tests.conftest import published
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
    content, seen = many_lines(10_000), observe()
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
    assert BatchDecision.objects.filter(batch=batch.pk).count() == 2_000
    for form in ("csv", "ndjson"):
        assert results_file(fresh(batch), form) == results_file(undisturbed, form)
    assert fresh(batch).totals == undisturbed.totals
    print(f"done {seconds:.1f} s after kill -9")


def test_a_worker_killed_in_mid_batch_uses_an_authorisation_once(product: Product, tmp_path: Path, queue: str) -> None:
    """Nine members name an authorisation on each of their eleven claims; it is enough for five of these."""
    made = insurers.create_product(insurer_id=product.insurer_id, code="CHECKED", name="惠民保", by="key:a")
    published(Catalog.objects.create(code="AUTH", name="授权目录", kind="commercial"), NEEDS_AUTHORISATION)
    version = insurers.create_product_version(product=made, data=CHECKED, by="alice")
    insurers.publish_product_version(version=version, by="bob")
    numbers = [authorised(made, f"m-{member}") for member in range(0, 900, 100)]

    with workers(tmp_path, queue, False, True) as (victim, _survivor):
        batch = accepted(made, with_numbers(10_000, numbers), observe())

        def victim_decides() -> bool:
            running = Job.objects.filter(subject__startswith=f"{batch.pk}/", state=Job.State.RUNNING)
            pids = victim.pids()
            return any(int(job.worker.rpartition(":")[2]) in pids for job in running)

        wait_until(victim_decides, 120)
        victim.kill()
        wait_until(done(batch), KILLED_TO_DONE_SECONDS)

    used = AuthorisationUse.objects.values_list("authorisation__no").annotate(Sum("quantity"))
    assert dict(used) == dict.fromkeys(numbers, 5)
    assert AuthorisationUse.objects.count() == 5 * len(numbers)
    spent = [line for claim in results(fresh(batch)) for line in claim["lines"] if line["outcome"] == "eligible"]
    assert len(spent) == 5 * len(numbers)


NEEDS_AUTHORISATION = "entry_code,generic_name,prior_auth\nA-1,阿司匹林片,Y\n"
CHECKED = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "prior_auth": "checked",
    "prior_auth_valid_days": 365,
    "benefits": [{"code": "special", "catalogs": [{"catalog": "AUTH"}], "ratio": "0.7000"}],
}


def authorised(product: Product, member_ref: str) -> str:
    data = {"product": product.code, "member_ref": member_ref, "generic_name": "阿司匹林片", "quantity": "5"}
    data["from"] = "2026-01-01"
    made = authorisations.ask(insurer_id=product.insurer_id, data=data, by="key:a", seen=observe())
    assert made.state == "approved"
    return made.no


def with_numbers(claims: int, numbers: list[str]) -> bytes:
    """Claims of 900 members, of whom every hundredth names its authorisation."""
    header = HEADER.replace("amount", "amount,prior_auth_no")
    rows = []
    for number in range(claims):
        member = number % 900
        no = numbers[member // 100] if member % 100 == 0 else ""
        day = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        rows.append(f"C-{number},m-{member},1,{day},I10,inpatient,阿司匹林片,1,10.00,{no}")
    return (header + "\n".join(rows) + "\n").encode()


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
        batch = accepted(product, many_lines(10_000), observe())
        chunks = Job.objects.filter(subject__startswith=f"{batch.pk}/")
        wait_until(lambda: chunks.filter(state=Job.State.RUNNING).exists(), 120)
        cancel_batch(batch=fresh(batch), by="alice")
        recorded = BatchDecision.objects.filter(batch=batch.pk).count()
        wait_until(lambda: not chunks.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists(), 60)

    assert fresh(batch).state == State.CANCELLED
    assert BatchDecision.objects.filter(batch=batch.pk).count() == recorded < 2_000
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
