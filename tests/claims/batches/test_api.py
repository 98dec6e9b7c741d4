"""Batches over REST: accepting, watching, cancelling, results; whose they are; what becomes of them."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from claims import retention, tasks
from claims.batches import decide, judging, load, services
from claims.models import BatchChunk, BatchClaim, BatchDecision, ClaimBatch
from common import tenancy
from common.jobs import services as jobs
from common.jobs.models import Job
from insurers import key_issuing
from insurers.models import Insurer, Product
from tests.claims.batches.conftest import (
    HEADER,
    TABLET,
    accepted,
    decided,
    fresh,
    make_product,
    waiting_jobs,
    worked_off,
)
from tests.claims.batches.once import made_product, product
from tests.conftest import Api

__all__ = ["made_product", "product"]  # fixtures

State = ClaimBatch.State
TWO = HEADER + f"C-1,m-1,1,2026-03-01,{TABLET},1500.00\n" + f"C-2,m-2,1,2026-03-01,{TABLET},2500.00\n"


def upload(api: Api, content: str = TWO, product: str = "HMB", **headers: str) -> Any:
    file = SimpleUploadedFile("claims.csv", content.encode())
    return api.client.post(
        "/api/v1/claims/batches/", {"file": file, "product": product}, headers={**api.headers, **headers}
    )


def text(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# --- Accepting


def test_an_upload_is_accepted_to_be_watched(api: Api, product: Product) -> None:
    response = upload(api)

    assert response.status_code == 202
    shown = response.json()
    assert response["Location"] == f"/api/v1/claims/batches/{shown['id']}/"
    assert (shown["state"], shown["totals"], shown["results"]) == ("queued", None, None)
    assert shown["progress"] == {"done": 0, "total": len(TWO.encode()), "phase": ""}


def test_the_same_bytes_while_the_first_is_under_way_are_the_same_batch(api: Api, product: Product) -> None:
    first, second = upload(api), upload(api)

    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
    assert ClaimBatch.objects.count() == 1


def test_the_same_bytes_after_the_first_has_ended_are_decided_as_known_now(api: Api, product: Product) -> None:
    first = upload(api).json()
    worked_off(ClaimBatch.objects.get(pk=first["id"]))
    second = upload(api)

    assert second.status_code == 202
    assert second.json()["id"] != first["id"] and second.json()["known_at"] > first["known_at"]


def test_the_same_bytes_for_another_product_are_another_batch(api: Api, product: Product, insurer: Insurer) -> None:
    make_product(insurer, "HMB-2")

    assert [upload(api).status_code, upload(api, product="HMB-2").status_code] == [202, 202]


def test_a_repeated_request_with_one_idempotency_key_is_one_batch(api: Api, product: Product) -> None:
    key = {"Idempotency-Key": "batch-1"}
    first = upload(api, **key)
    worked_off(ClaimBatch.objects.get(pk=first.json()["id"]))
    again = upload(api, **key)
    other = upload(api, TWO + f"C-3,m-3,1,2026-03-01,{TABLET},1.00\n", **key)

    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert other.status_code == 409
    assert ClaimBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"product": "HMB"}, 400, "invalid"),
        ({"file": "x"}, 400, "invalid"),
        ({"file": "x", "product": "NOBODYS"}, 404, "unknown_product"),
        ({"file": "x", "product": "HMB", "colour": "red"}, 400, "invalid"),
    ],
)
def test_what_is_missing_or_unknown_is_refused(
    api: Api, product: Product, fields: dict[str, Any], status: int, code: str
) -> None:
    if "file" in fields:
        fields = {**fields, "file": SimpleUploadedFile("claims.csv", TWO.encode())}
    response = api.client.post("/api/v1/claims/batches/", fields, headers=api.headers)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not ClaimBatch.objects.exists()


def test_a_key_without_the_scope_may_not(insurer: Insurer, product: Product) -> None:
    api = Api(key_issuing.issue_insurer_key(insurer=insurer, scopes=["coverage:read"], by="root")[1])

    assert upload(api).status_code == 403
    assert api.get("/claims/batches/").status_code == 403


def test_the_catalog_office_has_no_batches(maker: Api, product: Product) -> None:
    assert upload(maker).status_code == 403


# --- Whose they are


PATHS = ("", "results.csv", "results.ndjson")


@pytest.mark.parametrize("path", PATHS)
def test_another_insurers_batch_is_as_if_it_did_not_exist(
    api: Api, other_api: Api, product: Product, path: str
) -> None:
    batch = decided(product, TWO)
    theirs = other_api.get(f"/claims/batches/{batch.pk}/{path}")
    nobodys = other_api.get(f"/claims/batches/00000000-0000-4000-8000-000000000000/{path}")

    assert theirs.status_code == nobodys.status_code == 404
    assert {**theirs.json(), "request_id": ""} == {**nobodys.json(), "request_id": ""}
    assert api.get(f"/claims/batches/{batch.pk}/{path}").status_code == 200


def test_another_insurer_can_neither_see_nor_cancel(other_api: Api, product: Product) -> None:
    batch = accepted(product, TWO)

    assert other_api.post(f"/claims/batches/{batch.pk}/cancel/").status_code == 404
    assert other_api.get("/claims/batches/").json()["count"] == 0
    with tenancy.acting_for(tenancy.OFFICE):
        assert fresh(batch).state == State.QUEUED


def test_another_insurers_product_is_unknown(other_api: Api, product: Product) -> None:
    assert upload(other_api).status_code == 404


@pytest.mark.parametrize("model", [ClaimBatch, BatchChunk, BatchClaim, BatchDecision])
def test_the_database_itself_hides_another_insurers_rows(product: Product, other_insurer: Insurer, model: Any) -> None:
    decided(product, TWO)
    with tenancy.acting_for(str(other_insurer.pk)):
        hidden = model.objects.count()
    with tenancy.acting_for(str(product.insurer_id)):
        own = model.objects.count()

    assert hidden == 0 and own > 0


# --- Watching


def test_a_batch_that_is_done_shows_its_totals_and_results(api: Api, product: Product) -> None:
    batch = decided(product, TWO + f"C-3,m-3,1,never,{TABLET},1.00\n")
    shown = api.get(f"/claims/batches/{batch.pk}/").json()

    assert (shown["state"], shown["claims"], shown["invalid_claims"], shown["lines"]) == ("done", 3, 1, 3)
    assert shown["progress"] == {"done": 3, "total": 3, "phase": ""}
    totals = shown["totals"]
    assert (totals["lines"], totals["amount"], totals["payable"]) == (3, "4000.00", "1400.00")
    assert totals["by_outcome"] == [
        {"outcome": "eligible", "lines": 2, "amount": "4000.00", "claimable": "4000.00", "payable": "1400.00"},
        {"outcome": "invalid", "lines": 1, "amount": "0.00", "claimable": "0.00", "payable": "0.00"},
    ]
    assert [one["benefit"] for one in totals["by_benefit"]] == ["in_catalog"]
    assert [one["generic_name"] for one in totals["by_drug"]] == ["阿司匹林"]
    assert shown["results"]["csv"] == f"/api/v1/claims/batches/{batch.pk}/results.csv"


def test_progress_counts_lines_decided(api: Api, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHUNK_LINES", 1)
    batch = accepted(product, TWO)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    shown = api.get(f"/claims/batches/{batch.pk}/").json()

    assert (shown["state"], shown["progress"]) == ("running", {"done": 1, "total": 2, "phase": "decide"})
    assert shown["totals"] is None


@pytest.mark.parametrize(
    ("query", "count"), [({}, 2), ({"state": "done"}, 1), ({"state": "queued"}, 1), ({"product": "X"}, 0)]
)
def test_the_list_can_be_filtered(api: Api, product: Product, query: dict[str, str], count: int) -> None:
    decided(product, TWO)
    accepted(product, TWO)

    found = api.get("/claims/batches/", query).json()
    assert found["count"] == count
    assert all("by_drug" in batch["totals"] for batch in found["results"] if batch["totals"])


@pytest.mark.parametrize("path", ["/claims/batches/?colour=red", "/claims/batches/?state=asleep"])
def test_an_unknown_filter_is_refused(api: Api, product: Product, path: str) -> None:
    assert api.get(path).status_code == 400


# --- Results


def test_results_stream_as_csv_and_ndjson(api: Api, product: Product) -> None:
    batch = decided(product, TWO)
    table = api.get(f"/claims/batches/{batch.pk}/results.csv")
    lines = api.get(f"/claims/batches/{batch.pk}/results.ndjson")

    assert (table["Content-Type"], lines["Content-Type"]) == ("text/csv; charset=utf-8", "application/x-ndjson")
    rows = list(csv.DictReader(io.StringIO(text(table).decode("utf-8-sig"))))
    assert [(row["claim_no"], row["payable"]) for row in rows] == [("C-1", "350.00"), ("C-2", "1050.00")]
    assert [json.loads(line)["totals"]["payable"] for line in text(lines).splitlines()] == ["350.00", "1050.00"]


def test_results_are_held_by_their_etag(api: Api, product: Product) -> None:
    batch = decided(product, TWO)
    first = api.get(f"/claims/batches/{batch.pk}/results.csv")
    again = api.get(f"/claims/batches/{batch.pk}/results.csv", **{"If-None-Match": first["ETag"]})
    english = api.get(
        f"/claims/batches/{batch.pk}/results.csv", **{"If-None-Match": first["ETag"], "Accept-Language": "en"}
    )

    assert (again.status_code, english.status_code) == (304, 200)
    # Whoever asked may hold it by its tag, no cache may: there are claims in it.
    assert {answer["Cache-Control"] for answer in (first, again, english)} == {"no-store"}


@pytest.mark.parametrize("path", ["results.csv", "results.ndjson"])
def test_results_come_whole_or_not_at_all(
    api: Api, product: Product, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(load, "CHUNK_LINES", 1)
    batch = accepted(product, TWO)
    assert api.get(f"/claims/batches/{batch.pk}/{path}").json()["code"] == "not_done"
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)

    response = api.get(f"/claims/batches/{batch.pk}/{path}")
    assert (response.status_code, response.json()["code"]) == (409, "not_done")


# --- Cancelling


def test_a_batch_that_waits_is_cancelled(api: Api, product: Product) -> None:
    batch = accepted(product, TWO)
    response = api.post(f"/claims/batches/{batch.pk}/cancel/")
    batch = worked_off(batch)

    assert (response.status_code, response.json()["state"], batch.state) == (202, "cancelled", "cancelled")
    assert not BatchClaim.objects.exists()


def test_a_batch_cancelled_between_its_chunks_records_no_more(
    api: Api, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CHUNK_LINES", 1)
    batch = accepted(product, TWO)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    api.post(f"/claims/batches/{batch.pk}/cancel/")
    batch = worked_off(batch)

    assert (batch.state, BatchDecision.objects.filter(batch=batch.pk).count()) == (State.CANCELLED, 1)
    assert api.get(f"/claims/batches/{batch.pk}/results.csv").status_code == 409


def test_a_chunk_that_is_nearly_done_when_the_batch_is_cancelled_is_rolled_back(
    api: Api, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = accepted(product, TWO)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    write = decide._write

    def cancelled_while_writing(*given: Any) -> None:
        write(*given)
        # As another connection would: the state is what the chunk sees under the lock.
        ClaimBatch.objects.filter(pk=batch.pk).update(state=State.CANCELLED, finished_at=timezone.now())

    monkeypatch.setattr(decide, "_write", cancelled_while_writing)
    job = waiting_jobs(batch)[0]
    jobs.run(job.pk, heartbeat=False)

    assert Job.objects.get(pk=job.pk).state == Job.State.CANCELLED
    assert not BatchDecision.objects.filter(batch=batch.pk).exists()


def test_cancelling_twice_is_once(api: Api, product: Product) -> None:
    batch = accepted(product, TWO)

    assert [api.post(f"/claims/batches/{batch.pk}/cancel/").status_code for _time in range(2)] == [202, 202]


def test_a_batch_that_is_done_cannot_be_cancelled(api: Api, product: Product) -> None:
    batch = decided(product, TWO)
    response = api.post(f"/claims/batches/{batch.pk}/cancel/")

    assert (response.status_code, response.json()["code"]) == (409, "already_ended")
    assert fresh(batch).state == State.DONE


# --- Faults are not verdicts


def test_a_fault_is_never_an_outcome(api: Api, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = accepted(product, TWO)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)

    def broken(*given: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(judging, "judge_claim", broken)
        batch = worked_off(batch)
    shown = api.get(f"/claims/batches/{batch.pk}/").json()

    assert (shown["state"], shown["totals"], [error["code"] for error in shown["errors"]]) == (
        "failed",
        None,
        ["FAULT"],
    )
    assert not BatchDecision.objects.filter(batch=batch.pk).exists()

    dead = Job.objects.get(subject__startswith=f"{batch.pk}/")
    assert (dead.state, dead.attempts) == (Job.State.DEAD, 3)
    jobs.retry(job=dead, by="alice")
    assert worked_off(batch).state == State.DONE


def test_a_reader_that_is_ended_from_outside_says_nothing_about_the_file(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tables.child_process import ChildDied

    def died(path: Any, seals: Any) -> Any:
        raise ChildDied("ended with -9")
        yield

    batch = accepted(product, TWO)
    with monkeypatch.context() as patched:
        patched.setattr(load, "read_in_child", died)
        jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    assert fresh(batch).state == State.RUNNING and not BatchClaim.objects.exists()

    assert worked_off(batch).state == State.DONE


def test_rules_are_never_mixed_in_a_batch(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = accepted(product, TWO)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    monkeypatch.setattr(decide, "RULES_VERSION", "later")

    batch = worked_off(batch)

    assert batch.state == State.FAILED
    assert "RulesChanged" in Job.objects.get(subject__startswith=f"{batch.pk}/").last_error


def test_the_uploaded_file_goes_when_its_claims_are_in_the_database(product: Product, settings: Any) -> None:
    batch = accepted(product, TWO)
    assert (settings.DATA_DIR / batch.file_path).exists()

    worked_off(batch)

    assert list(settings.UPLOAD_DIR.iterdir()) == []


# --- Promises of the database, and retention


@pytest.mark.parametrize(
    "change",
    [
        lambda batch: ClaimBatch.objects.filter(pk=batch.pk).update(known_at=timezone.now()),
        lambda batch: ClaimBatch.objects.filter(pk=batch.pk).update(state="running"),
        lambda batch: ClaimBatch.objects.filter(pk=batch.pk).delete(),
        lambda batch: BatchClaim.objects.filter(batch=batch.pk).update(facts=None),
        lambda batch: BatchClaim.objects.filter(batch=batch.pk).delete(),
        lambda batch: BatchDecision.objects.filter(batch=batch.pk).update(outcome="eligible"),
        lambda batch: BatchDecision.objects.filter(batch=batch.pk).update(decided=None),
        lambda batch: BatchDecision.objects.filter(batch=batch.pk).delete(),
    ],
)
def test_what_was_decided_cannot_be_changed(product: Product, change: Any) -> None:
    batch = decided(product, TWO)

    with pytest.raises(DatabaseError), transaction.atomic():
        change(batch)


def test_after_the_retention_the_facts_are_gone_and_the_digests_stay(
    api: Api, product: Product, insurer: Insurer, capsys: Any
) -> None:
    batch = decided(product, TWO)
    digests = set(BatchDecision.objects.filter(batch=batch.pk).values_list("digest", flat=True))
    Insurer.objects.filter(pk=insurer.pk).update(retention_days=0)

    call_command("purge_facts")

    assert "1 batches" in capsys.readouterr().out
    assert not BatchClaim.objects.filter(batch=batch.pk).exists()
    assert set(BatchDecision.objects.filter(batch=batch.pk).values_list("digest", "decided")) == {
        (d, None) for d in digests
    }
    assert not BatchChunk.objects.filter(batch=batch.pk, parts__isnull=False).exists()
    response = api.get(f"/claims/batches/{batch.pk}/results.csv")
    assert (response.status_code, response.json()["code"]) == (410, "facts_removed")
    shown = api.get(f"/claims/batches/{batch.pk}/").json()
    assert (shown["totals"]["payable"], shown["file_name"], shown["results"]) == ("1400.00", "", None)
    tasks.purge_facts()  # as the scheduler does every day; twice is once
    call_command("purge_facts")
    assert "0 batches" in capsys.readouterr().out


def test_before_the_retention_is_over_nothing_goes(product: Product) -> None:
    batch = decided(product, TWO)

    call_command("purge_facts")

    assert fresh(batch).purged_at is None


def test_a_batch_under_way_is_not_purged(product: Product) -> None:
    batch = accepted(product, TWO)

    assert (
        retention.purge_batches(
            insurer_id=product.insurer_id, older_than=timezone.now() + timedelta(days=1), by="alice", at=timezone.now()
        )
        == 0
    )
    assert worked_off(batch).state == State.DONE


def test_streaming_results_asks_the_database_by_pages(
    product: Product, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    batch = decided(product, TWO)
    monkeypatch.setattr(services, "PAGE", 1)

    with django_assert_num_queries(3):  # two pages of one, and the end
        assert len(list(services.decisions_of(batch))) == 2
    assert connection.vendor == "postgresql"
