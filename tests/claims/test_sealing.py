"""Facts of claims are sealed: found by their tags over months, removed with their key, and never said to be nothing while the keys are away."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from claims.models import BatchChunk, BatchClaim, BatchDecision, ClaimBatch, ClaimCheck
from claims.retention import purge_due
from claims.sealed_tables import TABLES
from common.cache import clear_all
from common.jobs import services as jobs
from common.jobs.models import Job
from common.sealing.fields import Tag, _SealedField
from common.sealing.models import DataKey
from common.sealing.services import destroy, erase_files
from common.tenancy import OFFICE, act_for
from insurers.models import Insurer, Product
from tests.claims.batches import test_erasure
from tests.claims.batches.conftest import accepted, decided, product, waiting_jobs, worked_off
from tests.conftest import Api

__all__ = ["product"]  # the fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_folder")]
CLAIM = test_erasure.claim(claim_no="C-1", member={"member_ref": "m-1"})
CHECKS = "/claims/checks/"


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """Let the key store be away, and let nobody have kept a key."""
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("no folder")
    clear_all()
    connection.until_end.clear()  # type: ignore[attr-defined]
    yield
    folder.unlink()
    folder.with_name("elsewhere").rename(folder)


def months_earlier(check_id: str, months: int) -> ClaimCheck:
    """Record a check as another was, so many months earlier."""
    check = ClaimCheck.objects.get(pk=check_id)
    check.pk = uuid.uuid4()
    check.decided_at -= timedelta(days=31 * months)
    check.save(force_insert=True)
    return ClaimCheck.objects.get(pk=check.pk)


def test_while_the_keys_are_away_nothing_is_said_and_nothing_is_kept(
    api: Api, product: Product, key_folder: Path
) -> None:
    kept = api.post(CHECKS, CLAIM, **{"Idempotency-Key": "k"}).json()["id"]

    with away(key_folder):
        for answer in (
            api.get(f"{CHECKS}{kept}/"),
            api.get(CHECKS),
            api.get(CHECKS, {"claim_no": "C-1"}),
            api.post(f"{CHECKS}{kept}/replay/", {}),
            api.post(CHECKS, CLAIM),
            api.post(CHECKS, CLAIM, **{"Idempotency-Key": "k"}),
        ):
            assert (answer.status_code, answer["Retry-After"]) == (503, "5"), answer.content
            assert answer.json()["code"] == "temporarily_unavailable"
        # What shows and keeps no fact goes on.
        query = {"generic_name": "阿司匹林片", "date": "2026-03-14"}
        assert api.get("/products/HMB/coverage/", query).status_code == 200
        assert ClaimCheck.objects.count() == 1

    assert api.get(f"{CHECKS}{kept}/").status_code == 200
    assert api.post(CHECKS, CLAIM, **{"Idempotency-Key": "k"}).json()["id"] == kept


def test_a_batch_waits_for_the_keys_and_loses_no_attempt(product: Product, key_folder: Path) -> None:
    act_for(OFFICE)
    batch = accepted(product, test_erasure.ROWS)

    with away(key_folder):
        for _time in range(4):
            jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
        job = Job.objects.get(subject=str(batch.pk))
        assert (job.state, job.attempts) == (Job.State.QUEUED, 0)
        assert "key store" in job.last_error or "data key" in job.last_error

    assert worked_off(batch).state == ClaimBatch.State.DONE


def test_checks_are_found_over_months_and_one_month_is_forgotten(api: Api, product: Product, insurer: Insurer) -> None:
    now = api.post(CHECKS, CLAIM).json()["id"]
    before = months_earlier(now, 3)
    api.post(CHECKS, {**CLAIM, "claim_no": "C-2"})

    def found(**query: str) -> set[str]:
        return {row["id"] for row in api.get(CHECKS, query).json()["results"]}

    both = {now, str(before.pk)}
    assert found(claim_no="C-1") == both and len(found(member_ref="m-1")) == 3 and found(claim_no="C-") == set()
    assert api.get(f"{CHECKS}{before.pk}/").json()["asked"] == CLAIM

    key = DataKey.objects.earliest("month")
    destroy(DataKey.objects.filter(pk=key.pk), at=timezone.now())
    erase_files()

    assert found(claim_no="C-1") == {now}
    assert [row["claim_no"] for row in api.get(CHECKS).json()["results"]] == ["C-2", "C-1", ""]
    assert api.post(f"{CHECKS}{before.pk}/replay/", {}).status_code == 410
    assert api.post(f"{CHECKS}{now}/replay/", {}).json()["same"] is True
    # And the retention that comes later finds nothing in its way.
    purge_due(at=timezone.now() + timedelta(days=insurer.retention_days + 400), by="system:calendar")
    assert not ClaimCheck.objects.filter(purged_at=None).exists()


def test_a_month_keeps_its_key_while_a_fact_of_it_is_kept(api: Api, product: Product, insurer: Insurer) -> None:
    now = ClaimCheck.objects.get(pk=api.post(CHECKS, CLAIM).json()["id"])
    first = now.decided_at.replace(day=1, hour=12)
    for day in (5, 20):
        now.pk, now.decided_at = uuid.uuid4(), (first - timedelta(days=40)).replace(day=day)
        now.save(force_insert=True)
    earlier = DataKey.objects.earliest("month")

    def purged(instant: Any) -> bool:
        purge_due(at=instant + timedelta(days=insurer.retention_days), by="system:calendar")
        earlier.refresh_from_db()
        return earlier.destroyed_at is not None

    assert not purged(now.decided_at.replace(day=10))
    assert not purged(now.decided_at.replace(day=25)), "the month is not over"
    assert purged(first)
    assert DataKey.objects.filter(destroyed_at=None).count() == 1


def test_what_was_changed_is_a_fault_and_not_another_answer(api: Api, product: Product) -> None:
    kept = api.post(CHECKS, CLAIM).json()["id"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE claims_claimcheck DISABLE TRIGGER USER")
        cursor.execute("UPDATE claims_claimcheck SET facts = decision, decision = facts")

    assert api.get(f"{CHECKS}{kept}/").status_code == 503


def test_what_an_upgrade_fills_is_what_is_kept_today(api: Api, product: Product) -> None:
    api.post(CHECKS, CLAIM)
    decided(product, test_erasure.ROWS)
    more = {sealed.table: sealed.more for sealed in TABLES if sealed.more}
    check, chunk = ClaimCheck.objects.get(), BatchChunk.objects.get()

    of_check = more["claims_claimcheck"](
        {"facts": json.dumps(check.facts), "decision": json.dumps(check.decision)}, check.sealed_under()
    )
    assert json.loads(of_check["totals"]) == check.totals and json.loads(of_check["catalogs"]) == check.catalogs
    assert bytes(of_check["member_tag"]) == bytes(check.member_tag)
    of_chunk = more["claims_batchchunk"]({"parts": chunk.parts}, chunk.sealed_under())
    assert json.loads(of_chunk["catalogs"]) == chunk.catalogs != []
    for kept in BatchDecision.objects.all():
        filled = more["claims_batchdecision"]({"decided": kept.decided}, chunk.sealed_under())
        assert bytes(filled["claim_tag"]) == bytes(kept.claim_tag or b"")
    assert BatchClaim.objects.exclude(member_key=None).exists()


def test_the_upgrade_seals_every_sealed_column_for_its_own_name() -> None:
    models = (ClaimCheck, ClaimBatch, BatchChunk, BatchClaim, BatchDecision)
    by_table = {sealed.table: sealed for sealed in TABLES}
    for model in models:
        sealed = by_table[model._meta.db_table]
        fields = [field for field in model._meta.get_fields() if isinstance(field, _SealedField)]
        assert {field.sealed_as for field in fields} == {f"{sealed.table}.{name}" for name in sealed.columns}
        for field in model._meta.get_fields():
            if isinstance(field, Tag):
                assert field.tagged_as.startswith(f"{sealed.table}.")
