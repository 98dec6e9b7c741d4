"""When a delivery that failed is tried again: sooner at first, and for three days."""

from datetime import timedelta
from typing import Final

# Waits before the second, third, … attempt: 71.6 hours altogether.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=16),
    timedelta(hours=24),
)
MAX_ATTEMPTS: Final = len(WAITS) + 1
_SPREAD: Final = 0.1


def wait_after(attempts: int, chance: float) -> timedelta | None:
    """Return how long to wait after so many failed attempts; None where it was the last.

    `chance`, from 0 to 1, takes up to a tenth off, so that what failed together does not come back together.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return WAITS[attempts - 1] * (1 - _SPREAD * chance)
