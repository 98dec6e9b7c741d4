"""Long work gives way, and nobody has more of it at once than one may."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from common import courtesy
from common.api.problems import problem_of


@pytest.fixture
def gave_way(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    told: list[str] = []
    monkeypatch.setattr(courtesy, "_process", [courtesy.Process(lambda: told.append("x"), lambda: nullcontext(True))])
    yield told


def test_only_long_work_gives_way(gave_way: list[str]) -> None:
    courtesy.give_way()
    with courtesy.long_work("a", courtesy.LONG - 1):
        courtesy.give_way()
    assert gave_way == []

    with courtesy.long_work("a", courtesy.LONG):
        courtesy.give_way()
    courtesy.give_way()
    assert gave_way == ["x"]


def test_further_long_work_comes_one_after_the_other(gave_way: list[str]) -> None:
    at_once, most, done = 0, 0, []

    def work(number: int) -> None:
        nonlocal at_once, most
        with courtesy.long_work("a", courtesy.LONG):
            at_once += 1
            most = max(most, at_once)
            time.sleep(0.01)
            at_once -= 1
            done.append(number)

    with ThreadPoolExecutor(1 + courtesy.WAITING) as threads:
        list(threads.map(work, range(1 + courtesy.WAITING)))

    assert (most, sorted(done)) == (courtesy.AT_ONCE, list(range(1 + courtesy.WAITING)))
    assert (courtesy._held, courtesy._waits) == ({}, {})


def test_who_waits_too_long_or_is_one_too_many_is_refused(gave_way: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "WAIT_SECONDS", 0.05)
    with courtesy.long_work("a", courtesy.LONG):
        with pytest.raises(courtesy.TooManyAtOnce), courtesy.long_work("a", courtesy.LONG):
            pass
        monkeypatch.setattr(courtesy, "WAIT_SECONDS", 60)
        monkeypatch.setattr(courtesy, "WAITING", 0)
        with pytest.raises(courtesy.TooManyAtOnce), courtesy.long_work("a", courtesy.LONG):
            pass
    assert (courtesy._held, courtesy._waits) == ({}, {})


def test_a_holder_has_so_much_long_work_at_once_and_others_have_theirs() -> None:
    with courtesy.long_work("a", courtesy.LONG):
        with pytest.raises(courtesy.TooManyAtOnce) as refused, courtesy.long_work("a", courtesy.LONG):
            pass
        with courtesy.long_work("b", courtesy.LONG), courtesy.long_work("a", 1):
            pass
    with courtesy.long_work("a", courtesy.LONG):
        pass

    problem = problem_of(refused.value)
    assert problem and (problem.status, problem.headers["Retry-After"]) == (429, "1")
