"""Using authorisations up: once, whoever asks, however often, at whatever moment."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from catalog.clock import observe
from catalog.models import Catalog
from claims.batches import decide
from claims.batches.services import accept_batch, cancel_batch
from claims.models import AuthorisationUse, ClaimBatch, ClaimCheck, PriorAuthorisation
from claims.replay import replay_check
from common import tenancy
from common.jobs import services as jobs
from common.jobs.models import Job
from curation.corrections.services import settle_check
from insurers.models import Insurer, Product
from tests.claims.authorisations.conftest import PATH, asked, claim, days_ago, left, reasons, sell
from tests.claims.batches.conftest import results, waiting_jobs, worked_off
from tests.conftest import Api

SPENT = ["PRIOR_AUTH_SPENT"]
HEADER = "claim_no,member_ref,line_no,service_date,diagnoses,generic_name,quantity,amount,prior_auth_no,evidence\n"


def check(api: Api, *arguments: Any, **changes: Any) -> list[str]:
    return reasons(api.post("/claims/checks/", claim(*arguments, **changes)))


def test_five_refusals_have_five_reasons(hmb: Api) -> None:
    no = asked(hmb)["no"]
    donanemab = {"generic_name": "多奈单抗注射液"}
    assert check(hmb, None) == ["PRIOR_AUTH_REQUIRED"]
    assert check(hmb, "PA-2345-2345") == ["PRIOR_AUTH_UNKNOWN"]
    assert check(hmb, no, **donanemab) == ["PRIOR_AUTH_OTHER_DRUG"]
    assert check(hmb, no, service_date=days_ago(1)) == ["PRIOR_AUTH_EXPIRED"]
    body = claim(no)
    body["member"] = {"member_ref": "m-2"}
    assert reasons(hmb.post("/claims/checks/", body)) == ["PRIOR_AUTH_OTHER_MEMBER"]
    assert left(hmb, no) == "10"
    assert check(hmb, no) == []
    assert check(hmb, no) == SPENT


def test_asked_twice_it_is_used_once_and_a_refund_gives_back(hmb: Api) -> None:
    no = asked(hmb)["no"]
    path, key = "/claims/checks/", {"Idempotency-Key": "k"}
    body = claim(no, quantity="6")
    first = hmb.post(path, body, **key).json()
    assert hmb.post(path, body, **key).json() == first
    assert left(hmb, no) == "4"
    assert reasons(hmb.post(f"{path}?dry_run=true", claim(no, quantity="4"))) == []
    assert left(hmb, no) == "4"

    assert check(hmb, no, "C-1", "4") == [] == check(hmb, no, "C-1", "4")
    assert left(hmb, no) == "0"
    refunded = claim(no, "C-1", "4", reference="a")
    back = {"refund_of": "a", "quantity": "-3", "amount": "-750.00"}
    assert reasons(hmb.post(path, {**refunded, "lines": [*refunded["lines"], back]})) == []
    assert left(hmb, no) == "3"
    assert check(hmb, None, "C-1", "4") == ["PRIOR_AUTH_REQUIRED"]
    assert left(hmb, no) == "4"


def test_a_claim_of_another_member_with_the_same_number_gives_nothing_back(hmb: Api) -> None:
    """Claim numbers are the sender's, and two members' may be the same: one authorisation would then pay twice."""
    first, second = asked(hmb)["no"], asked(hmb, member_ref="m-2")["no"]
    assert check(hmb, first, "DUP") == []
    theirs = {**claim(second, "DUP"), "member": {"member_ref": "m-2"}}
    assert reasons(hmb.post("/claims/checks/", theirs)) == []
    assert (left(hmb, first), left(hmb, second)) == ("0", "0")
    assert check(hmb, first, "DUP-2") == SPENT


def test_what_a_settled_check_used_is_never_given_back(hmb: Api) -> None:
    no = asked(hmb)["no"]
    assert check(hmb, no, "C-1") == []
    settle_check(check=ClaimCheck.objects.get(), by="ines", at=timezone.now())
    assert check(hmb, no, "C-1", diagnoses=["I10"]) != []
    assert left(hmb, no) == "0"
    assert check(hmb, no, "C-2") == SPENT
    assert replay_check(check=ClaimCheck.objects.order_by("decided_at")[0], seen=observe()).same


def test_what_is_recorded_uses_it_up_also_where_it_asks_as_known_earlier(hmb: Api) -> None:
    no = asked(hmb)["no"]
    then = observe().known_at
    looking_back = {**claim(no), "as_known_at": then.isoformat()}
    assert reasons(hmb.post("/claims/checks/?dry_run=true", looking_back)) == []
    recorded = hmb.post("/claims/checks/", looking_back)
    assert reasons(recorded) == [] and left(hmb, no) == "0"
    # It is spent, whatever instant is asked for; only who records nothing sees it as it was.
    assert reasons(hmb.post("/claims/checks/", looking_back)) == SPENT
    assert check(hmb, no) == SPENT
    assert reasons(hmb.post("/claims/checks/?dry_run=true", looking_back)) == []
    before = (then - timedelta(days=1)).isoformat()
    assert reasons(hmb.post("/claims/checks/", {**claim(no), "as_known_at": before})) != []
    assert AuthorisationUse.objects.count() == 1
    for kept in ClaimCheck.objects.all():
        assert replay_check(check=kept, seen=observe()).same


def test_a_replay_decides_as_then_whatever_was_used_since(hmb: Api) -> None:
    no = asked(hmb)["no"]
    for claim_no, quantity in (("C-1", "6"), ("", "4"), ("C-2", "1"), ("C-1", "2"), ("", "4")):
        check(hmb, no, claim_no, quantity)

    for recorded in ClaimCheck.objects.select_related("product"):
        found = replay_check(check=recorded, seen=observe())
        assert (found.same, found.differences) == (True, []), recorded.claim_no
    outcomes = ClaimCheck.objects.order_by("decided_at").values_list("outcome", flat=True)
    assert list(outcomes) == ["eligible", "eligible", "review", "eligible", "eligible"]
    assert AuthorisationUse.objects.count() == 4


def test_where_any_number_is_enough_nothing_is_looked_up(api: Api, make_catalog: Callable[..., Catalog]) -> None:
    sell(api, make_catalog, prior_auth="any")
    no = asked(api)["no"]
    assert check(api, "whatever", "C-1") == [] == check(api, no, "C-2") == check(api, no, "C-3")
    assert (left(api, no), AuthorisationUse.objects.count()) == ("10", 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("named", [True, False])
def test_of_twenty_checks_at_once_one_spends_it(api: Api, make_catalog: Callable[..., Catalog], named: bool) -> None:
    sell(api, make_catalog)
    no = asked(api)["no"]
    together, answers = threading.Barrier(20), []

    def ask(number: int) -> None:
        together.wait()
        answers.append(api_of(api).post("/claims/checks/", claim(no, f"C-{number}" if named else "")))
        connection.close()

    callers = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    tenancy.act_for(tenancy.OFFICE)
    assert sorted(map(tuple, map(reasons, answers))) == [(), *[tuple(SPENT)] * 19]
    assert left(api, no) == "0"
    tenancy.act_for(tenancy.OFFICE)
    for recorded in ClaimCheck.objects.select_related("product"):
        assert replay_check(check=recorded, seen=observe()).same


def api_of(api: Api) -> Api:
    own = Api()
    own.headers = api.headers
    return own


# --- Batches


def rows(no: str, *claims: tuple[str, str]) -> bytes:
    day = timezone.localdate().isoformat()
    lines = [
        f"{claim_no},m-1,1,{day},G30.9,仑卡奈单抗注射液,{quantity},100.00,{no},AMYLOID_PET=Y"
        for claim_no, quantity in claims
    ]
    return (HEADER + "\n".join(lines) + "\n").encode()


def accepted(content: bytes) -> ClaimBatch:
    product = Product.objects.get(code="HMB")
    return accept_batch(product=product, chunks=[content], file_name="c.csv", by="alice", seen=observe())[0]


def outcomes(batch: ClaimBatch) -> list[tuple[str, str]]:
    return [(one["claim_no"], line["outcome"]) for one in results(batch) for line in one["lines"]]


def test_a_batch_uses_it_up_in_the_order_in_which_it_pays_and_finds_what_was_used_since_it_was_accepted(
    hmb: Api,
) -> None:
    decide.forget()
    no = asked(hmb)["no"]
    batch = accepted(rows(no, ("B-1", "4"), ("B-2", "4"), ("B-3", "4")))
    assert check(hmb, no, "C-1", "2") == []
    batch = worked_off(batch)

    assert outcomes(batch) == [("B-1", "eligible"), ("B-2", "eligible"), ("B-3", "review")]
    assert left(hmb, no) == "0"
    again = worked_off(accepted(rows(no, ("B-1", "4"), ("B-2", "4"), ("B-3", "4"))))
    assert outcomes(again) == outcomes(batch)
    assert left(hmb, no) == "0"


def test_a_chunk_whose_worker_dies_before_its_end_spends_once_when_it_is_done_again(
    hmb: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide.forget()
    no = asked(hmb)["no"]
    batch = accepted(rows(no, ("B-1", "4")))
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    job = waiting_jobs(batch)[0]

    with monkeypatch.context() as patched:
        patched.setattr(decide, "end_if_all_decided", _dies)
        jobs.run(job.pk, heartbeat=False)
    assert (left(hmb, no), AuthorisationUse.objects.count()) == ("10", 0)
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)

    assert outcomes(worked_off(batch)) == [("B-1", "eligible")]
    assert left(hmb, no) == "6"


def _dies(*_arguments: Any) -> None:
    raise MemoryError("killed")


def test_a_cancelled_batch_gives_back_what_it_used_but_for_what_was_decided_again(
    hmb: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide.forget()
    no = asked(hmb)["no"]
    monkeypatch.setattr("claims.batches.decide.end_if_all_decided", lambda batch: None)
    batch = worked_off(accepted(rows(no, ("B-1", "4"), ("B-2", "4"))))
    assert left(hmb, no) == "2"
    assert check(hmb, no, "B-2", "3") == []

    cancel_batch(batch=batch, by="alice")

    assert left(hmb, no) == "7"


def test_an_authorisation_is_of_one_product(hmb: Api) -> None:
    no = asked(hmb)["no"]
    row = PriorAuthorisation.objects.get(no=no)
    assert Insurer.objects.get(pk=row.insurer_id).code == "INS-A"
    assert hmb.post("/products/", {"code": "OTHER", "name": "另一款"}).status_code == 201
    version = {"label": "2026", "effective_from": "2025-01-01", "prior_auth": "checked"}
    benefits = [{"code": "special", "catalogs": [{"catalog": "CIDL"}], "ratio": "0.7000"}]
    assert hmb.post("/products/OTHER/versions/", {**version, "benefits": benefits}).status_code == 201
    assert hmb.post("/products/OTHER/versions/2026/publish/").status_code == 200
    assert reasons(hmb.post("/claims/checks/", {**claim(no), "product": "OTHER"})) == ["PRIOR_AUTH_UNKNOWN"]
    assert hmb.get(PATH, {"product": "OTHER"}).json()["count"] == 0
