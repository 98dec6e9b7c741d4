"""A fault is never an answer about a drug: database or broker stopped, hung or cut off while a request is under way.

A real web server stands behind proxies to the test's own database and broker; only the proxies fail, the servers are not touched.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.db import connection

from catalog import leases
from claims.models import ClaimCheck
from common import tenancy
from common.jobs.models import Job
from common.sealing.fields import tagged
from insurers.models import ApiKey, ApiRequest
from tests.api.conftest import World, claim, make_world
from tests.faults.proxy import Proxy, proxied

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEPT = 2 * leases.TERM_SECONDS  # after which no lease is held any more
LONGEST = 10.0  # seconds a caller may wait for a database that has hung
LONGEST_BROKER = 2.0
COVERAGE = (
    "/api/v1/products/HMB/coverage/?" + "generic_name=" + quote("甲磺酸奥希替尼片") + "&icd10=C34.1&date=2026-03-14"
)
CHECKS = "/api/v1/claims/checks/"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    document: Any
    seconds: float


@dataclass
class Web:
    """The web server, and the two proxies it sees its servers through."""

    port: int
    database: Proxy
    broker: Proxy

    def ask(self, path: str, key: str = "", body: Any = None, **headers: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        if key:
            request.add_header("Authorization", f"Api-Key {key}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        started = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=40) as response:
                raw, status, found = response.read(), response.status, response.headers
        except urllib.error.HTTPError as refused:
            raw, status, found = refused.read(), refused.code, refused.headers
        return Answer(status, dict(found), json.loads(raw or b"null"), time.monotonic() - started)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: Any) -> Iterator[Web]:
    """Start gunicorn as script/run does, on the test database, behind the proxies."""
    held = connection.settings_dict
    broker = urlsplit(settings.REDIS_URL)
    with (
        proxied(held["HOST"] or "127.0.0.1", int(held["PORT"] or 5432)) as database,
        proxied(broker.hostname or "127.0.0.1", broker.port or 6379) as doorbell,
    ):
        user = quote(held["USER"], safe="") + (f":{quote(held['PASSWORD'], safe='')}" if held["PASSWORD"] else "")
        secret = f":{broker.password}@" if broker.password else ""
        port = _free_port()
        folder = tmp_path_factory.mktemp("web")
        env = os.environ | {
            "DATABASE_URL": f"postgresql://{user}@127.0.0.1:{database.port}/{held['NAME']}",
            "REDIS_URL": f"redis://{secret}127.0.0.1:{doorbell.port}{broker.path or '/0'}",
            "DATA_DIR": str(folder),
            "DATA_KEYS": str(settings.DATA_KEYS),
            "LOG_LEVEL": "ERROR",
            "WEB_CONCURRENCY": "1",
        }
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "python:config.processes"]
        command += ["--bind", f"127.0.0.1:{port}"]
        with (folder / "web.log").open("wb") as log:
            process = subprocess.Popen(
                command, env=env, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )
        try:
            made = Web(port, database, doorbell)
            _wait_until_up(made, process, folder / "web.log")
            yield made
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_until_up(web: Web, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            if web.ask("/healthz").status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"the web server did not start: {log.read_text()[-2000:]}")


@pytest.fixture
def world(db: None, transactional_db: None) -> World:
    tenancy.act_for(tenancy.OFFICE)
    return make_world()


@pytest.fixture(autouse=True)
def _whole_again(web: Web) -> Iterator[None]:
    yield
    for proxy in (web.database, web.broker):
        proxy.become("open")


def key_of(world: World, who: str = "A-write") -> str:
    return world.apis[who].headers["Authorization"].removeprefix("Api-Key ")


def recorded(world: World) -> int:
    """Count the checks with a claim number of these tests, behind the proxies' back."""
    tenancy.act_for(tenancy.OFFICE)
    return tagged(ClaimCheck.objects.all(), "claim_tag", ["FAULT"], None).count()


def assert_fault(answer: Answer, longest: float) -> None:
    assert answer.status == 503, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["X-Request-ID"] == answer.document["request_id"]
    assert answer.document["code"] == "temporarily_unavailable"
    assert not answer.document.keys() & {"lines", "outcome", "results"}
    assert answer.seconds <= longest


def test_what_an_insurer_asked_for_is_written_without_being_asked_for(web: Web, world: World) -> None:
    assert web.ask(COVERAGE, key_of(world)).status == 200

    tenancy.act_for(tenancy.EVERYBODY)
    deadline = time.monotonic() + 30
    while not ApiRequest.objects.filter(status=200).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("state", ["closed", "deaf"])
@pytest.mark.parametrize(("path", "body"), [(CHECKS, claim(claim_no="FAULT")), (COVERAGE, None)])
def test_a_database_that_is_away_is_a_503_and_soon_there_again(
    web: Web, world: World, state: Any, path: str, body: Any
) -> None:
    assert web.ask(path, key_of(world), body).status == 200
    before = recorded(world)

    web.database.become(state)
    time.sleep(KEPT)
    assert_fault(web.ask(path, key_of(world), body), LONGEST)
    assert_fault(web.ask(path, key_of(world), body), LONGEST)
    assert recorded(world) == before

    web.database.become("open")
    assert web.ask(path, key_of(world), body).status == 200


@pytest.mark.parametrize("state", ["closed", "deaf"])
@pytest.mark.parametrize("heard", [b"claims_claimcheck", b"insurers_product", b"authenticate_key"])
def test_a_database_that_goes_away_in_mid_request_is_a_503_and_nothing_is_recorded(
    web: Web, world: World, state: Any, heard: bytes
) -> None:
    web.database.when(heard, state)

    answer = web.ask(CHECKS, key_of(world), claim(claim_no="FAULT"))

    assert_fault(answer, LONGEST)
    web.database.become("open")
    assert recorded(world) == 0
    assert web.ask(CHECKS, key_of(world), claim(claim_no="FAULT")).status == 200
    assert recorded(world) == 1


def test_everybody_waiting_for_a_hung_database_is_answered_in_time(web: Web, world: World) -> None:
    key = key_of(world)
    web.ask(COVERAGE, key)
    web.database.become("deaf")
    time.sleep(KEPT)
    answers: list[Answer] = []
    callers = [threading.Thread(target=lambda: answers.append(web.ask(COVERAGE, key))) for _ in range(4)]

    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert [answer.status for answer in answers] == [503] * 4
    assert max(answer.seconds for answer in answers) <= LONGEST


def test_a_caller_seen_a_moment_ago_does_not_notice_that_connections_died(web: Web, world: World) -> None:
    key = key_of(world)
    statuses = []
    for age in range(20):
        statuses.append(web.ask(f"{COVERAGE}&age={age}", key).status)
        web.database.become("closed")
        web.database.become("open")
        # Another brand each time: nothing of it is kept in the process, so the database must be asked.
        statuses.append(web.ask(f"{COVERAGE}&brand_name=B{age}", key).status)

    assert set(statuses) == {200}


@pytest.mark.parametrize("heard", [b"claims_claimcheck", b"api_keptanswer", b"COMMIT"])
@pytest.mark.parametrize("state", ["closed", "deaf"])
def test_a_request_repeated_with_its_key_after_a_fault_is_done_once(
    web: Web, world: World, heard: bytes, state: Any
) -> None:
    key = key_of(world)
    once = {"Idempotency-Key": f"fault-{heard.decode()}-{state}"}
    web.database.when(heard, state)
    assert_fault(web.ask(CHECKS, key, claim(claim_no="FAULT"), **once), LONGEST)
    web.database.become("open")
    time.sleep(0.5)  # the server notices that the one who asked is gone, and lets go of its locks

    first = web.ask(CHECKS, key, claim(claim_no="FAULT"), **once)
    second = web.ask(CHECKS, key, claim(claim_no="FAULT"), **once)

    assert (first.status, second.status) == (200, 200)
    assert first.document == second.document
    assert recorded(world) == 1


def test_a_statement_that_is_only_slow_is_waited_for(web: Web, world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_advisory_xact_lock(730100)")  # whoever observes an instant waits for this
        answers: list[Answer] = []
        caller = threading.Thread(target=lambda: answers.append(web.ask(COVERAGE, key_of(world))))
        caller.start()
        time.sleep(6)
        assert not answers
        cursor.execute("COMMIT")
        caller.join()

    assert answers[0].status == 200


@pytest.mark.parametrize("state", ["closed", "deaf"])
def test_without_the_broker_everything_is_answered_and_what_is_to_be_done_waits(
    web: Web, world: World, state: Any
) -> None:
    key = key_of(world)
    web.broker.become(state)

    covered = web.ask(COVERAGE, key)
    decided = web.ask(CHECKS, key, claim(claim_no="FAULT"))

    assert (covered.status, decided.status) == (200, 200)
    assert max(covered.seconds, decided.seconds) <= LONGEST_BROKER
    assert recorded(world) == 1


@pytest.mark.parametrize("state", ["closed", "deaf"])
def test_a_message_to_send_is_kept_while_the_broker_is_away(web: Web, world: World, state: Any) -> None:
    tenancy.act_for(tenancy.OFFICE)
    before = Job.objects.filter(state=Job.State.QUEUED).count()
    web.broker.become(state)
    boundary = "b0undary"
    parts = {"catalog": "COM", "label": "v9", "effective_from": "2027-01-01"}
    form = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in parts.items()
    )
    form += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    form += f"entry_code,generic_name\nX-1,某药片\n\r\n--{boundary}--\r\n"
    request = urllib.request.Request(
        f"http://127.0.0.1:{web.port}/api/v1/imports/",
        form.encode(),
        {
            "Authorization": f"Api-Key {key_of(world, 'maker')}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    )
    started = time.monotonic()

    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 202

    assert time.monotonic() - started <= 12
    tenancy.act_for(tenancy.OFFICE)
    assert Job.objects.filter(state=Job.State.QUEUED).count() == before + 1


def test_the_process_lives_and_says_that_it_cannot_work(web: Web, world: World) -> None:
    web.database.become("closed")

    assert web.ask("/healthz").status == 200
    ready = web.ask("/readyz")
    assert ready.status == 503
    assert ready.document["database"] != "ok"


def test_no_word_about_the_inside_leaves_with_a_fault(web: Web, world: World) -> None:
    assert ApiKey.objects.exists()
    web.database.become("closed")

    answer = web.ask(COVERAGE, key_of(world))

    told = json.dumps(answer.document) + json.dumps(answer.headers)
    for inside in ("psycopg", "Traceback", str(web.database.port), "OperationalError", "SELECT", "Python"):
        assert inside not in told
