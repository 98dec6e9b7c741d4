"""A product on one commercial list, and the two roads by which a version becomes what is judged by."""

import pytest

from claims.facts import versions
from tests.claims.test_checks import cidl, hmb

__all__ = ["cidl", "hmb"]

ROADS = {"whole": versions.WHOLE_AT_MOST, "by parts": 0}


@pytest.fixture(params=ROADS)
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every version count as of usual size, or as very large."""
    monkeypatch.setattr(versions, "WHOLE_AT_MOST", ROADS[request.param])
    return str(request.param)
