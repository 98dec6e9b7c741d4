"""Long work gives way, and nobody has more of it at once than one may."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from common import fair_share
from common.api.problems import problem_of


@pytest.fixture
def gave_way(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    told: list[str] = []
    monkeypatch.setattr(
        fair_share, "_process", [fair_share.Process(lambda: told.append("x"), lambda: nullcontext(True))]
    )
    yield told


def test_only_long_work_gives_way(gave_way: list[str]) -> None:
    fair_share.give_way()
    with fair_share.long_work("a", fair_share.LONG - 1):
        fair_share.give_way()
    assert gave_way == []

    with fair_share.long_work("a", fair_share.LONG):
        fair_share.give_way()
    fair_share.give_way()
    assert gave_way == ["x"]


def test_further_long_work_comes_one_after_the_other(gave_way: list[str]) -> None:
    at_once, most, done = 0, 0, []

    def work(number: int) -> None:
        nonlocal at_once, most
        with fair_share.long_work("a", fair_share.LONG):
            at_once += 1
            most = max(most, at_once)
            time.sleep(0.01)
            at_once -= 1
            done.append(number)

    with ThreadPoolExecutor(1 + fair_share.WAITING) as threads:
        list(threads.map(work, range(1 + fair_share.WAITING)))

    assert (most, sorted(done)) == (fair_share.AT_ONCE, list(range(1 + fair_share.WAITING)))
    assert (fair_share._held, fair_share._waits) == ({}, {})


def test_who_waits_too_long_or_is_one_too_many_is_refused(gave_way: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_share, "WAIT_SECONDS", 0.05)
    with fair_share.long_work("a", fair_share.LONG):
        with pytest.raises(fair_share.TooManyAtOnce), fair_share.long_work("a", fair_share.LONG):
            pass
        monkeypatch.setattr(fair_share, "WAIT_SECONDS", 60)
        monkeypatch.setattr(fair_share, "WAITING", 0)
        with pytest.raises(fair_share.TooManyAtOnce), fair_share.long_work("a", fair_share.LONG):
            pass
    assert (fair_share._held, fair_share._waits) == ({}, {})


def test_a_holder_has_so_much_long_work_at_once_and_others_have_theirs() -> None:
    with fair_share.long_work("a", fair_share.LONG):
        with pytest.raises(fair_share.TooManyAtOnce) as refused, fair_share.long_work("a", fair_share.LONG):
            pass
        with fair_share.long_work("b", fair_share.LONG), fair_share.long_work("a", 1):
            pass
    with fair_share.long_work("a", fair_share.LONG):
        pass

    problem = problem_of(refused.value)
    assert problem and (problem.status, problem.headers["Retry-After"]) == (429, "1")
