"""Many at once: with one Idempotency-Key, or with one state that all have read (transactions of their own)."""

import threading
import time
from urllib.parse import quote

import pytest
from django.db import connection, transaction

from catalog import leases
from claims.models import ClaimCheck
from common import tenancy
from common.api.models import KeptAnswer
from common.api.tasks import forget_answers
from insurers.api import authentication
from tests.api.conftest import claim, make_world, terms
from tests.conftest import withdrawn

WAIT_OUT = leases.wait_out  # other tests do not wait (tests/conftest.py)
ask_database = authentication._ask_database

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_key_in_use_right_now_is_a_409_that_says_when_to_come_back() -> None:
    tenancy.act_for(tenancy.OFFICE)
    world = make_world()
    a, insurer = world.apis["A-write"], world.a.pk
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency i{insurer} k-1"])
            held.set()
            let_go.wait(20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(20)
    refused = a.post("/claims/checks/", claim(), **{"Idempotency-Key": "k-1"})
    another = a.post("/claims/checks/", claim(), **{"Idempotency-Key": "k-2"})
    let_go.set()
    other.join()

    assert (refused.status_code, refused.json()["code"]) == (409, "in_flight")
    assert refused["Retry-After"] == "1"
    assert another.status_code == 200
    assert a.post("/claims/checks/", claim(), **{"Idempotency-Key": "k-1"}).status_code == 200


def test_of_many_at_once_with_one_key_one_is_done() -> None:
    tenancy.act_for(tenancy.OFFICE)
    a = make_world().apis["A-write"]
    before = ClaimCheck.objects.count()
    answers = []
    together = threading.Barrier(8)

    def ask() -> None:
        together.wait()
        answers.append(a.post("/claims/checks/", claim(claim_no="ONCE"), **{"Idempotency-Key": "k-1"}))
        connection.close()

    callers = [threading.Thread(target=ask) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    tenancy.act_for(tenancy.OFFICE)
    assert ClaimCheck.objects.count() == before + 1
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1


def test_a_key_is_free_again_when_its_answer_is_forgotten() -> None:
    tenancy.act_for(tenancy.OFFICE)
    a = make_world().apis["A-write"]
    first = a.post("/claims/checks/", claim(), **{"Idempotency-Key": "k-1"}).json()["id"]
    tenancy.act_for(tenancy.OFFICE)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_keptanswer SET created_at = created_at - interval '49 hours'")

    forget_answers()

    assert not KeptAnswer.objects.exists()
    assert a.post("/claims/checks/", claim(claim_no="C-2"), **{"Idempotency-Key": "k-1"}).json()["id"] != first


def test_of_many_writers_who_read_the_same_state_one_wins() -> None:
    tenancy.act_for(tenancy.OFFICE)
    a = make_world().apis["A-write"]
    together = threading.Barrier(8)
    path = "/products/HMB/versions/2027/"
    for round_ in range(3):
        read = a.get(path)["ETag"]
        statuses: list[int] = []

        def write(number: int, read: str = read, statuses: list[int] = statuses, round_: int = round_) -> None:
            together.wait()
            changed = terms(label="2027", waiting_days=1 + number + 10 * round_)
            statuses.append(a.put(path, changed, **{"If-Match": read}).status_code)
            connection.close()

        writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert sorted(statuses) == [200] + [412] * 7


def test_what_was_withdrawn_is_in_every_answer_that_is_asked_for_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "wait_out", WAIT_OUT)
    tenancy.act_for(tenancy.OFFICE)
    world = make_world()
    path = f"/products/HMB/coverage/?generic_name={quote('甲磺酸奥希替尼片')}&icd10=C34.1&date=2026-03-14"
    answers: list[tuple[float, str]] = []
    looked = []
    monkeypatch.setattr(authentication, "_ask_database", lambda parts: looked.append(1) or ask_database(parts))
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            asked_at = time.monotonic()
            answers.append((asked_at, world.apis["A-read"].get(path).json()["outcome"]))
        connection.close()

    callers = [threading.Thread(target=ask) for _ in range(4)]
    for caller in callers:
        caller.start()
    time.sleep(3 * leases.TERM_SECONDS)
    withdrawn(world.v1)
    withdrawn_at = time.monotonic()
    time.sleep(3 * leases.TERM_SECONDS)
    over.set()
    for caller in callers:
        caller.join()

    assert {outcome for asked_at, outcome in answers if asked_at > withdrawn_at} == {"not_covered"}
    assert "covered" in {outcome for _asked_at, outcome in answers}
    assert len(looked) < len(answers)
