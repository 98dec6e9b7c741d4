"""A run over REST: who gets what of it, what it counts, how it ends; retention, edits, cancelling and deleting on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from catalog import entry_editing, moves
from catalog.models import Catalog, CatalogVersion
from claims.models import ClaimBatch, ClaimCheck
from claims.retention import purge_due
from common import tenancy
from common.jobs import services as jobs
from common.jobs.models import Job
from common.sealing.models import DataKey
from common.sealing.services import destroy, erase_files
from curation.models import ImpactPart, ImpactRun
from insurers.models import Insurer
from tests.claims.once import cidl, hmb, made_cidl
from tests.claims.test_checks import CLAIM, TERMS
from tests.conftest import Api, imported, published
from tests.curation.impact.conftest import State, fresh, waiting_jobs, worked_off

__all__ = ["cidl", "hmb", "made_cidl"]  # fixtures

YEAR = {"from": "2026-01-01", "to": "2026-12-31"}
# The published list has 仑卡奈 and 多奈; the draft loses the first.
DRAFT = "entry_code,generic_name,icd10,class_code\nC-2,多奈单抗注射液,G30,XN06DX\n"
HEADER = "claim_no,member_ref,line_no,service_date,diagnoses,setting,generic_name,quantity,amount\n"
ROWS = "B-1,m-9,1,2026-04-01,G30.9,inpatient,仑卡奈单抗注射液,1,500.00\nB-1,m-9,2,2026-04-01,G30.9,inpatient,多奈单抗注射液,1,70.00\n"
INVALID = "B-2,m-8,1,2026-04-01,G30.9,inpatient,多奈单抗注射液,viel,70.00\n"
ALL_OUTCOMES = {"eligible eligible": 1, "eligible ineligible": 2}


@pytest.fixture
def draft(cidl: Catalog) -> CatalogVersion:
    version = imported(cidl, DRAFT, label="2026").version
    assert version is not None
    return version


@pytest.fixture
def consulted(draft: CatalogVersion) -> CatalogVersion:
    return moves.submit_version(version=draft, by="alice")


@pytest.fixture
def decided(api: Api, hmb: str) -> str:
    """A check with one line and a batch with two lines and an invalid claim; returns the batch's id."""
    assert api.post("/claims/checks/", CLAIM).status_code == 200
    return batch_of(api)


def batch_of(api: Api, rows: str = ROWS + INVALID, product: str = "HMB") -> str:
    file = SimpleUploadedFile("claims.csv", (HEADER + rows).encode())
    batch_id: str = api.upload("/claims/batches/", file, product=product).json()["id"]
    while waiting := Job.objects.filter(subject__startswith=batch_id, state="queued").order_by("pk").first():
        jobs.run(waiting.pk, heartbeat=False)
    assert ClaimBatch.objects.get(pk=batch_id).state == "done"
    return batch_id


def asked(api: Api, **body: Any) -> Any:
    """Ask for a run over REST, let it come to its end, and return its document."""
    answer = api.post("/catalogs/CIDL/versions/2026/impact/", body or YEAR)
    assert answer.status_code == 202, answer.content
    assert answer["Location"] == f"/api/v1/impact/{answer.json()['id']}/"
    assert answer.json()["state"] == "queued" and answer.json()["matrix"] is None
    worked_off(ImpactRun.objects.get(pk=answer.json()["id"]))
    return api.get(f"/impact/{answer.json()['id']}/").json()


def outcomes(document: Any) -> dict[str, int]:
    return {f"{cell['old']} {cell['new']}": cell["lines"] for cell in document["matrix"]}


def test_an_insurer_gets_its_own_with_lines(api: Api, decided: str, consulted: CatalogVersion) -> None:
    found = asked(api)

    assert (found["state"], found["fault"], found["progress"]) == ("done", None, {"done": 2, "total": 2, "phase": ""})
    assert found["version"] == {"catalog": "CIDL", "label": "2026"}
    assert (found["from"], found["to"], found["batch"], found["product"]) == ("2026-01-01", "2026-12-31", None, None)
    assert (found["checks"], found["batch_claims"], found["lines"]) == (1, 1, 3)
    assert (found["not_tried"], found["not_tried_why"]) == (1, [{"why": "invalid", "claims": 1}])
    assert found["matrix"] == [
        {"old": "eligible", "new": "ineligible", "lines": 2, "payable_old": "1050.00", "payable_new": "0.00"},
        {"old": "eligible", "new": "eligible", "lines": 1, "payable_old": "49.00", "payable_new": "49.00"},
    ]
    assert (found["payable_old"], found["payable_new"]) == ("1099.00", "49.00")
    assert found["changed"] == {"lines": 2, "payable_old": "1050.00", "payable_new": "0.00"}
    assert found["changed_without"]["lines"] == 0
    money = {"payable_old": "1099.00", "payable_new": "49.00"}
    assert found["by_product"] == [{"insurer": "INS-A", "product": "HMB", "lines": 3, "changed": 2, **money}]
    assert [(drug["generic_name"], drug["changed"]) for drug in found["by_drug"]] == [
        ("仑卡奈单抗", 2),
        ("多奈单抗", 0),
    ]
    assert [(one["lines_old"], one["lines_new"], one["came"], one["went"]) for one in found["by_reason"]] == [
        (0, 2, 2, 0)
    ]

    answer = api.get(f"/impact/{found['id']}/lines.csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert answer.status_code == 200 and found["lines_csv"].endswith("/lines.csv")
    assert sorted(row.split(",")[2] for row in rows[1:]) == ["B-1", "C-1"]


def test_the_office_gets_sums_of_all_insurers_and_never_a_line(
    api: Api, other_api: Api, maker: Api, decided: str, draft: CatalogVersion
) -> None:
    other_api.post("/products/", {"code": "HMB", "name": "乙"})
    other_api.post("/products/HMB/versions/", TERMS)
    other_api.post("/products/HMB/versions/2026/publish/")
    assert other_api.post("/claims/checks/", {**CLAIM, "claim_no": "B-SECRET"}).status_code == 200

    found = asked(maker)

    assert outcomes(found) == {"eligible eligible": 1, "eligible ineligible": 3}
    assert [(one["insurer"], one["lines"]) for one in found["by_product"]] == [("INS-A", 3), ("INS-B", 1)]
    assert found["lines_csv"] is None and "C-1" not in str(found) and "B-SECRET" not in str(found)
    assert maker.get(f"/impact/{found['id']}/lines.csv").status_code == 403
    assert not ImpactPart.objects.exclude(differing=None).exists()
    # Of one product, or one batch, of whoever has it.
    assert outcomes(asked(maker, product="HMB", batch=decided)) == {"eligible eligible": 1, "eligible ineligible": 1}


def test_nobody_sees_a_run_of_another(
    api: Api, other_api: Api, maker: Api, decided: str, consulted: CatalogVersion, insurer: Insurer, other_insurer: Any
) -> None:
    own = asked(api)["id"]
    offices = asked(maker)["id"]

    for caller, run in ((other_api, own), (maker, own), (api, offices), (other_api, offices)):
        assert caller.get(f"/impact/{run}/").status_code == 404
        assert caller.post(f"/impact/{run}/cancel/").status_code == 404
    assert other_api.get(f"/impact/{own}/lines.csv").status_code == 404
    listed = [one.get("/catalogs/CIDL/versions/2026/impact/").json()["results"] for one in (api, other_api, maker)]
    assert [[run["id"] for run in runs] for runs in listed] == [[own], [], [offices]]
    # The second wall, whatever a query forgets.
    for who, seen in ((str(insurer.pk), 1), (str(other_insurer.pk), 0), (tenancy.NOBODY, 0), (tenancy.OFFICE, 2)):
        with tenancy.acting_for(who):
            assert ImpactRun.objects.count() == seen
            assert (ImpactPart.objects.count() > 0) == bool(seen)
    # B's own run is of B's claims: of none.
    assert (asked(other_api)["lines"], asked(other_api)["matrix"]) == (0, [])


def test_an_insurer_asks_only_of_what_it_may_see(api: Api, maker: Api, decided: str, draft: CatalogVersion) -> None:
    assert api.post("/catalogs/CIDL/versions/2026/impact/", YEAR).status_code == 404
    assert asked(maker)["state"] == "done"


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({}, 400, {"/from", "/to"}),
        ({"from": "2026-01-01"}, 400, {"/to"}),
        ({"from": "2026-01-02", "to": "2026-01-01"}, 400, {"/to"}),
        ({"from": "2026-13-01", "to": "2026-01-01"}, 400, {"/from"}),
        ({"batch": "BATCH", "from": "2026-01-01"}, 400, {"/from"}),
        ({"batch": "x"}, 400, {"/batch"}),
        ({"batch": "00000000-0000-0000-0000-000000000000"}, 404, "unknown_batch"),
        ({"batch": "BATCH", "product": "NONE"}, 404, "unknown_batch"),
        ({**YEAR, "product": "NONE"}, 404, "unknown_product"),
        ({**YEAR, "days": "all"}, 400, {"/days"}),
    ],
)
def test_what_is_asked_must_make_sense(
    api: Api, decided: str, consulted: CatalogVersion, body: Any, status: int, told: Any
) -> None:
    body = {name: decided if value == "BATCH" else value for name, value in body.items()}

    answer = api.post("/catalogs/CIDL/versions/2026/impact/", body)

    assert answer.status_code == status, answer.content
    problem = answer.json()
    assert told == ({error["pointer"] for error in problem["errors"]} if status == 400 else problem["code"])


@pytest.mark.parametrize(
    ("first", "last", "lines"),
    [
        ("2026-03-14", "2026-03-14", 1),
        ("2026-03-15", "2026-03-31", 0),
        ("2026-03-15", "2026-04-01", 2),
        ("2026-04-02", "2026-12-31", 0),
    ],
)
def test_claims_are_of_their_service_day(
    api: Api, decided: str, consulted: CatalogVersion, first: str, last: str, lines: int
) -> None:
    assert asked(api, **{"from": first, "to": last})["lines"] == lines


def test_a_member_is_paid_in_order_though_only_some_days_are_asked_about(
    api: Api, insurer: Insurer, cidl: Catalog, consulted: CatalogVersion
) -> None:
    terms = {**TERMS, "annual_limit": "400.00"}
    api.post("/products/", {"code": "LESS", "name": "少保"})
    api.post("/products/LESS/versions/", terms)
    api.post("/products/LESS/versions/2026/publish/")
    # 350.00 of the limit go to the first claim, which the draft no longer pays: then the second is paid whole.
    rows = "A,m,1,2026-02-01,G30.9,inpatient,仑卡奈单抗注射液,1,500.00\nB,m,1,2026-05-01,G30.9,inpatient,多奈单抗注射液,1,500.00\n"
    batch_of(api, rows, "LESS")

    found = asked(api, **{"from": "2026-05-01", "to": "2026-05-31"})

    assert found["matrix"] == [
        {"old": "eligible", "new": "eligible", "lines": 1, "payable_old": "50.00", "payable_new": "350.00"}
    ]


def test_what_would_be_answered_otherwise_anyhow_is_told_apart(api: Api, decided: str, cidl: Catalog) -> None:
    published(cidl, DRAFT, label="2025b")  # published since: it loses 仑卡奈 already
    draft = imported(cidl, "entry_code,generic_name,icd10,class_code\nC-9,甘特单抗注射液,G30,XN06DX\n", label="2026")
    assert draft.version is not None
    moves.submit_version(version=draft.version, by="alice")

    found = asked(api)

    assert outcomes(found) == {"eligible ineligible": 3}
    assert (found["changed"]["lines"], found["changed_without"]["lines"]) == (3, 2)


def test_lines_go_with_the_facts_they_rest_on_and_sums_stay(
    api: Api, decided: str, consulted: CatalogVersion, insurer: Insurer
) -> None:
    of_days, of_batch = asked(api), asked(api, batch=decided)
    purge_due(at=timezone.now() + timedelta(days=insurer.retention_days + 1), by="root")

    assert not ImpactPart.objects.exclude(differing=None).exists()
    for run in (of_days, of_batch):
        assert api.get(f"/impact/{run['id']}/lines.csv").status_code == 410
        assert api.get(f"/impact/{run['id']}/").json()["matrix"] == run["matrix"]
    # What is asked for now says how much could not be tried.
    again = asked(api)
    assert (again["lines"], again["not_tried_why"]) == (0, [{"why": "facts_removed", "claims": 3}])
    assert ClaimCheck.objects.get().facts is None


def test_lines_whose_key_was_destroyed_are_gone_and_not_empty(
    api: Api, decided: str, consulted: CatalogVersion
) -> None:
    run = asked(api)
    assert api.get(f"/impact/{run['id']}/lines.csv").status_code == 200

    destroy(DataKey.objects.exclude(month=None), at=timezone.now())
    erase_files()

    assert api.get(f"/impact/{run['id']}/lines.csv").status_code == 410


def test_a_run_of_a_draft_that_is_edited_meanwhile_fails_and_says_so(
    maker: Api, decided: str, draft: CatalogVersion
) -> None:
    run_id = maker.post("/catalogs/CIDL/versions/2026/impact/", YEAR).json()["id"]
    run = ImpactRun.objects.get(pk=run_id)
    jobs.run(waiting_jobs(run)[0].pk, heartbeat=False)
    assert maker.get(f"/impact/{run_id}/").json()["progress"] == {"done": 0, "total": 2, "phase": "try"}
    entry_editing.add_entry(version=draft, values={"generic_name": "甘特单抗注射液"}, by="alice", reason="")

    assert worked_off(run).state == State.FAILED

    shown = maker.get(f"/impact/{run_id}/").json()
    assert (shown["state"], shown["fault"], shown["matrix"]) == ("failed", "version_edited", None)


def test_a_cancelled_run_tries_nothing_more(maker: Api, decided: str, draft: CatalogVersion) -> None:
    run_id = maker.post("/catalogs/CIDL/versions/2026/impact/", YEAR).json()["id"]
    run = ImpactRun.objects.get(pk=run_id)
    jobs.run(waiting_jobs(run)[0].pk, heartbeat=False)

    assert [maker.post(f"/impact/{run_id}/cancel/").status_code for _turn in range(2)] == [202, 202]

    assert waiting_jobs(run) == [] and not ImpactPart.objects.exclude(tried_at=None).exists()
    assert fresh(run).state == State.CANCELLED
    done = asked(maker)["id"]
    assert maker.post(f"/impact/{done}/cancel/").json()["code"] == "already_ended"


def test_a_part_whose_worker_died_is_tried_again_and_counted_once(
    maker: Api, decided: str, draft: CatalogVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = asked(maker)
    run = ImpactRun.objects.get(pk=maker.post("/catalogs/CIDL/versions/2026/impact/", YEAR).json()["id"])

    def died(lease: jobs.Lease) -> None:
        raise jobs.LeaseLost("the worker was killed as it was about to commit")

    with monkeypatch.context() as patched:
        patched.setattr(jobs.Lease, "finish", died)
        jobs.run(waiting_jobs(run)[0].pk, heartbeat=False)
        assert not ImpactPart.objects.filter(run=run.pk).exists()
    for _job in range(3):
        Job.objects.filter(subject__startswith=str(run.pk), state="running").update(state="queued")
        with monkeypatch.context() as patched:
            patched.setattr(jobs.Lease, "finish", died if _job == 1 else jobs.Lease.finish)
            jobs.run(waiting_jobs(run)[0].pk, heartbeat=False)
    Job.objects.filter(subject__startswith=str(run.pk), state="running").update(state="queued")

    assert worked_off(run).state == State.DONE

    again = maker.get(f"/impact/{run.pk}/").json()
    same = ("matrix", "by_drug", "by_reason", "by_product", "checks", "batch_claims", "lines", "not_tried")
    assert {name: again[name] for name in same} == {name: undisturbed[name] for name in same}


def test_runs_go_with_their_draft_whoever_deletes_it(
    api: Api, maker: Api, decided: str, insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    own = make_catalog("OWN", owner_id=insurer.pk)
    assert imported(own, DRAFT, label="d").version is not None
    run = maker.post("/catalogs/OWN/versions/d/impact/", YEAR)
    assert run.status_code == 202
    worked_off(ImpactRun.objects.get(pk=run.json()["id"]))

    # The insurer sees no run of the office's.
    with tenancy.acting_for(str(insurer.pk)):
        moves.discard_draft(version=CatalogVersion.objects.get(catalog=own), by="key:a")
        connection.check_constraints()

    assert (ImpactRun.objects.count(), ImpactPart.objects.count()) == (0, 0)


def test_a_published_version_can_be_tried_and_a_withdrawn_one_cannot(
    api: Api, checker: Api, decided: str, consulted: CatalogVersion
) -> None:
    moves.end_consultation(version=consulted, by="alice")
    moves.publish_version(version=consulted, by="bob", confirm=True)
    assert outcomes(asked(api)) == ALL_OUTCOMES
    moves.withdraw_version(version=consulted, by="erin", reason="误发")
    moves.withdraw_version(version=consulted, by="bob")

    assert api.post("/catalogs/CIDL/versions/2026/impact/", YEAR).json()["code"] == "withdrawn"


def test_a_check_of_no_day_of_its_own_is_of_its_lines_first_day(api: Api, hmb: str, consulted: CatalogVersion) -> None:
    line = {**CLAIM["lines"][0], "service_date": "2026-06-03"}
    claim = {name: value for name, value in CLAIM.items() if name != "service_date"}
    assert api.post("/claims/checks/", {**claim, "lines": [line]}).status_code == 200
    assert ClaimCheck.objects.get().service_date is None

    assert asked(api, **{"from": "2026-06-03", "to": "2026-06-03"})["checks"] == 1
    assert asked(api, **{"from": "2026-06-04", "to": "2026-06-30"})["checks"] == 0
