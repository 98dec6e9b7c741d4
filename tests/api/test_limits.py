"""Every limit holds at every door of the API: each field of each body and each parameter, at its bound, beyond it and far beyond it, with what no
database keeps and with days at the ends of the calendar, is taken or refused by name, and never a fault of ours (5xx).

The fields and their bounds are the OpenAPI document's: what it says and what the service does are one.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from common.errors import MAX_ERRORS
from tests.api.conftest import AUTHORISATION, TERMS, World, claim

# --- Lists of errors end

_WORST: dict[str, Callable[[], Any]] = {
    "/claims/checks/": lambda: claim(
        lines=[{"generic_name": "甲", "quantity": "x", "amount": "x", "diagnoses": ["?"] * 500} for _ in range(500)]
    ),
    "/products/HMB/coverage/": lambda: [{"generic_name": "甲", "icd10": ["?"] * 500} for _ in range(1000)],
    "/products/HMB/validate/": lambda: {
        **TERMS,
        "benefits": [{"code": "?", "ratio": "x", "settings": ["?"] * 200} for _ in range(200)],
    },
    "/prior-authorisations/": lambda: {
        **AUTHORISATION,
        "diagnoses": ["?"] * 500,
        **{f"field{n}": 1 for n in range(100_000)},
    },
    "/drugs/resolve/": lambda: [{"generic_name": "x" * 600, "unknown": 1} for _ in range(500)],
}


@pytest.mark.parametrize("path", _WORST)
def test_a_list_of_errors_ends_after_a_hundred_and_says_how_many_there_are(world: World, path: str) -> None:
    api = world.apis["A-write"]
    body = _WORST[path]()
    begun = time.process_time()

    response = api.post(path, body)

    told = response.json()
    assert response.status_code == 400
    assert len(told["errors"]) == MAX_ERRORS
    assert told["error_count"] == told["errors_left_out"] + MAX_ERRORS
    assert len(response.content) < 200_000
    assert time.process_time() - begun < 3


def test_unknown_fields_without_end_are_one_error(world: World) -> None:
    begun = time.process_time()

    response = world.apis["checker"].post("/catalogs/", {f"field{n}": 1 for n in range(100_000)})

    (told,) = response.json()["errors"]
    assert (told["pointer"], told["code"]) == ("", "unknown_field") and "100000" in told["detail"]
    assert time.process_time() - begun < 3
