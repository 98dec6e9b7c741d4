"""A part of the contract's tests, asked through the client: what it makes of answers and refusals is what was answered.

All of them: `THROUGH_CLIENT=1 script/test tests/api` (through.py).
"""

from typing import Any

import pytest
from django.test import Client as DjangoClient

from tests.api.calls import call
from tests.api.conftest import World, _made, world  # noqa: F401 - fixtures
from tests.api.test_examples import ALL_ASKED, Asked
from tests.api.test_matrix import ROWS
from tests.client import through

REFUSED = [(row, who) for row in ROWS for who, status in row.expected.items() if status in (401, 403, 404)]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Ask through the client, and keep (operation, what the client made of the answer)."""
    made: list[tuple[str, Any]] = []
    asked = through.asked

    def keeping(ask: Any, environ: Any, name: str, given: Any) -> Any:
        response, answer = asked(ask, environ, name, given)
        made.append((name, answer))
        return response, answer

    monkeypatch.setattr(through, "asked", keeping)
    monkeypatch.setattr(DjangoClient, "request", through.the_client(DjangoClient.request))
    return made


@pytest.mark.parametrize("one", ALL_ASKED[::3], ids=str)
def test_an_answer_comes_through_the_method_as_the_type_it_tells(
    world: World,  # noqa: F811
    sent: list[tuple[str, Any]],
    one: Asked,
) -> None:
    of = one.prepared(world)
    sent.clear()

    response = call(world, one.who, one.method, one.route, of)

    assert len(sent) == 1
    assert response.status_code == one.status


@pytest.mark.parametrize(("row", "who"), REFUSED[::60], ids=str)
def test_a_refusal_comes_through_as_its_problem(
    world: World,  # noqa: F811
    sent: list[tuple[str, Any]],
    row: Any,
    who: str,
) -> None:
    response = call(world, who, row.method, row.route, row.of)

    assert response.status_code == row.expected[who]
    assert [answer.status for _name, answer in sent] in ([], [response.status_code])
