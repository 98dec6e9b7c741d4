"""When a failed delivery is tried again."""

from datetime import timedelta

import pytest

from insurers.webhooks.schedule import MAX_ATTEMPTS, wait_after


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(minutes=5)),
        (4, timedelta(hours=2)),
        (9, timedelta(hours=24)),
        (10, None),  # that was the last
        (11, None),
    ],
)
def test_waits_grow_and_end(attempts: int, wait: timedelta | None) -> None:
    assert wait_after(attempts, 0.0) == wait


def test_attempts_go_on_for_three_days() -> None:
    latest = [wait_after(attempts, 0.0) for attempts in range(1, MAX_ATTEMPTS)]
    soonest = [wait_after(attempts, 1.0) for attempts in range(1, MAX_ATTEMPTS)]

    assert timedelta(hours=71) < sum(filter(None, latest), timedelta()) <= timedelta(days=3)
    assert sum(filter(None, soonest), timedelta()) > timedelta(hours=64)
    assert all(late > soon for late, soon in zip(filter(None, latest), filter(None, soonest), strict=True))
