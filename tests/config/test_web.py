"""The web worker's threads: one works, another joins where it waits, and nothing that was submitted is lost."""

import threading
import time
from collections.abc import Iterator

import pytest

from config import web

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
