"""Long work gives way, and nobody has more of it at once than one may."""

from collections.abc import Iterator

import pytest

from common import courtesy
from common.api.problems import problem_of


@pytest.fixture
def gave_way(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    told: list[str] = []
    monkeypatch.setattr(courtesy, "_give_way", [lambda: told.append("x")])
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
