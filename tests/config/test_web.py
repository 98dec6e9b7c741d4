"""The web worker's threads: one works, another joins where it waits, and nothing that was submitted is lost."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import web

ROOT = Path(__file__).resolve().parents[2]

SOON = 5.0


@pytest.fixture
def threads() -> Iterator[web.TurnTaking]:
    made = web.TurnTaking(3)
    yield made
    made.shutdown()


def test_what_is_quick_is_done_in_its_order_by_one_thread_at_a_time(
    threads: web.TurnTaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PATIENCE_SECONDS", SOON)  # whatever else the machine is doing
    done: list[int] = []
    at_once: list[int] = []
    working = threading.Semaphore(1)

    def work(number: int) -> int:
        alone = working.acquire(blocking=False)
        at_once.append(not alone)
        done.append(number)
        if alone:
            working.release()
        return number

    futures = [threads.submit(work, number) for number in range(2_000)]

    assert [future.result(SOON) for future in futures] == done == list(range(2_000))
    assert not any(at_once)


def test_others_go_on_while_one_waits(threads: web.TurnTaking) -> None:
    let_go = threading.Event()
    waiting = threads.submit(let_go.wait, SOON)

    quick = [threads.submit(str, number) for number in range(50)]

    assert [future.result(SOON) for future in quick] == [str(number) for number in range(50)]
    assert not waiting.done()
    let_go.set()
    assert waiting.result(SOON)


def test_where_all_wait_the_rest_is_done_as_soon_as_one_goes_on(threads: web.TurnTaking) -> None:
    let_go = [threading.Event() for _ in range(3)]
    waiting = [threads.submit(one.wait, SOON) for one in let_go]
    quick = [threads.submit(threading.get_ident) for _ in range(20)]
    time.sleep(20 * web.PATIENCE_SECONDS)
    before = [future.done() for future in quick]

    let_go[1].set()

    assert len({future.result(SOON) for future in quick}) == 1
    assert not any(before)
    assert [future.done() for future in waiting] == [False, True, False]
    for one in let_go:
        one.set()
    assert all(future.result(SOON) for future in waiting)
    assert threads.submit(str, 1).result(SOON) == "1"


def test_one_that_waited_long_does_not_take_part_when_it_comes_back(
    threads: web.TurnTaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PATIENCE_SECONDS", 0.3)
    let_go, back = threading.Event(), threading.Event()
    threads.submit(let_go.wait, SOON).add_done_callback(lambda _future: back.set())
    by: list[int] = []

    def work() -> None:
        by.append(threading.get_ident())
        if len(by) == 100:
            let_go.set()
            back.wait(SOON)
            time.sleep(0.02)

    for future in [threads.submit(work) for _ in range(300)]:
        future.result(SOON)

    assert len(set(by)) == 1


def test_a_fault_is_told_to_who_submitted_it_and_to_nobody_else(threads: web.TurnTaking) -> None:
    futures = [threads.submit(int, text) for text in ("1", "x", "3")]

    assert isinstance(futures[1].exception(SOON), ValueError)
    assert [futures[0].result(SOON), futures[2].result(SOON)] == [1, 3]


def test_from_many_threads_everything_is_done_once(threads: web.TurnTaking) -> None:
    done: list[int] = []

    def submit(first: int) -> None:
        for number in range(first, first + 200):
            threads.submit(done.append, number)
            if number % 50 == 0:
                time.sleep(2 * web.PATIENCE_SECONDS)

    callers = [threading.Thread(target=submit, args=[first]) for first in range(0, 1_600, 200)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    threads.submit(int).result(SOON)
    time.sleep(2 * web.PATIENCE_SECONDS)

    assert sorted(done) == list(range(1_600))


def test_who_waits_for_a_client_is_none_of_those_that_work(threads: web.TurnTaking) -> None:
    pairs = [socket.socketpair() for _ in range(12)]
    slow = [threads.submit(web.Incoming(ours, threads).chunk) for ours, _theirs in pairs]

    assert threads.submit(str, 1).result(SOON) == "1"
    assert not any(future.done() for future in slow)
    for _ours, theirs in pairs:
        theirs.sendall(b"x")
    assert [future.result(SOON) for future in slow] == [b"x"] * 12
    assert threads._busy <= 1 and threads._waited_for == 0
    for pair in pairs:
        for one in pair:
            one.close()


def test_a_request_that_comes_too_slowly_or_is_one_too_many_is_cut_off(
    threads: web.TurnTaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    incoming = web.Incoming(ours, threads)
    monkeypatch.setattr(web, "REQUEST_SECONDS", 0.2)

    with pytest.raises(web.TooSlow):
        incoming.chunk()
    theirs.sendall(b"x")
    assert incoming.chunk() == b"x"  # what is here is taken
    monkeypatch.setattr(web, "REQUEST_SECONDS", SOON)
    monkeypatch.setattr(web, "WAITED_FOR_AT_MOST", 0)
    incoming.begin()
    begun = time.monotonic()
    with pytest.raises(web.TooSlow):
        incoming.chunk()
    assert time.monotonic() - begun < 1
    ours.close()
    theirs.close()


def _ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), SOON) as client:
        client.sendall(request)
        return client.recv(200)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A web server with one worker that answers whatever it reads."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "tests.config.reader", "--config", "python:config.processes"]
    command += ["--workers", "1", "--threads", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            assert server.poll() is None and time.monotonic() < until
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.parametrize(
    ("line", "headers", "status", "code"),
    [
        (b"/?a=" + b"a" * 4_100, b"", 200, ""),
        (b"/?a=" + b"a" * 8_190, b"", 414, "uri_too_long"),
        (b"/?a=" + b"a" * 60_000, b"", 414, "uri_too_long"),
        (b"/", b"X: " + b"a" * 9_000 + b"\r\n", 431, "headers_too_large"),
    ],
    ids="long longer longest headers".split(),
)
def test_what_is_too_long_to_be_read_is_refused_by_a_problem_document(
    port: int, line: bytes, headers: bytes, status: int, code: str
) -> None:
    with socket.create_connection(("127.0.0.1", port), SOON) as client:
        client.sendall(b"GET " + line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n")
        answer = b"".join(iter(lambda: client.recv(65_536), b""))

    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    if code:
        told = json.loads(body)
        assert b"Content-Type: application/problem+json" in head
        assert (told["status"], told["code"]) == (status, code)
        assert f"X-Request-ID: {told['request_id']}".encode() in head


def test_slow_senders_keep_nobody_waiting(port: int) -> None:
    slow: list[socket.socket] = []
    try:
        for number in range(24):
            slow.append(socket.create_connection(("127.0.0.1", port), SOON))
            half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc"
            slow[-1].sendall(half[: (len(half), 30, 0)[number % 3]])
        time.sleep(0.5)

        begun = time.monotonic()
        answers = [_ask(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") for _ in range(5)]

        assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
        assert time.monotonic() - begun < 2
        slow[0].sendall(b"d" * 997)  # slow, but within its time
        assert slow[0].recv(200).startswith(b"HTTP/1.1 200")
    finally:
        for one in slow:
            one.close()


def test_who_leaves_an_answer_unread_keeps_nobody_waiting(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), SOON) for _ in range(12)]
    try:
        for one in slow:
            one.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        time.sleep(0.5)

        begun = time.monotonic()
        answers = [_ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(5)]

        assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
        assert time.monotonic() - begun < 2
        # Slow, but within its time: it is sent the whole.
        answer = sum(map(len, iter(lambda: slow[0].recv(1 << 20), b"")))
        assert answer > 640 * 65_536
    finally:
        for one in slow:
            one.close()


def test_a_file_is_sent_whole_and_the_connection_goes_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), SOON) as client:
        for _time in range(2):
            client.sendall(b"GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
            told = b""
            while not told.endswith(b"\r\n0\r\n\r\n"):
                piece = client.recv(65_536)
                assert piece
                told += piece
            assert (ROOT / "tests" / "config" / "reader.py").read_bytes() in told


def test_who_does_not_take_an_answer_or_is_one_too_many_is_cut_off(
    threads: web.TurnTaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    sending = web.Outgoing.of(ours, threads)
    much = b"x" * 4_000_000
    monkeypatch.setattr(web, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(web, "BYTES_A_SECOND", 10**9)

    with pytest.raises(web.TooSlow):
        sending.sendall(much)
    monkeypatch.setattr(web, "REQUEST_SECONDS", SOON)
    monkeypatch.setattr(web, "WAITED_FOR_AT_MOST", 0)
    sending.begin()
    begun = time.monotonic()
    with pytest.raises(web.TooSlow):
        sending.sendall(much)
    assert time.monotonic() - begun < 1
    assert threads._waited_for == 0
    sending.close()
    theirs.close()


def test_who_waits_for_an_answer_to_be_taken_is_none_of_those_that_work(threads: web.TurnTaking) -> None:
    pairs = [socket.socketpair() for _ in range(8)]
    much = b"x" * 2_000_000
    slow = [threads.submit(web.Outgoing.of(ours, threads).sendall, much) for ours, _theirs in pairs]

    assert threads.submit(str, 1).result(SOON) == "1"
    assert not any(future.done() for future in slow)
    for _ours, theirs in pairs:
        left = len(much)
        while left:
            left -= len(theirs.recv(1 << 20))
        theirs.close()
    assert [future.result(SOON) for future in slow] == [None] * 8
    assert threads._busy <= 1 and threads._waited_for == 0


def _answers(port: int) -> bool:
    try:
        return _ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def test_long_work_stops_while_others_have_something_to_do(threads: web.TurnTaking) -> None:
    order: list[str] = []
    begun = threading.Event()

    def long() -> None:
        for piece in range(40):
            order.append("long")
            begun.set()
            time.sleep(0.002)
            threads.give_way()
            if piece == 39:
                order.append("end")

    working = [threads.submit(long) for _ in range(3)]
    assert begun.wait(SOON)
    for _ in range(10):
        threads.submit(order.append, "short").result(SOON)
    for one in working:
        one.result(SOON)

    assert order.index("end") > max(place for place, what in enumerate(order) if what == "short")
    assert threads._busy <= 1
