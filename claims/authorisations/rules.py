"""The days and hours of a prior authorisation, as pure rules (spec proof.md 4).

Days are calendar days in China, inclusive; instants are aware.
"""

from datetime import date, datetime, timedelta
from typing import Final

from common.dates import later

RENEWABLE_DAYS: Final = 30
IN_REVIEW: Final = "in_review"
APPROVED: Final = "approved"
DECLINED: Final = "declined"
EXPIRED: Final = "expired"
STATES: Final = (IN_REVIEW, APPROVED, DECLINED, EXPIRED)
DECISIONS: Final = (APPROVED, DECLINED)


def last_day(first: date, days: int) -> date:
    """Return the last of so many days, the first counted."""
    return later(first, days - 1)


def state_on(state: str, valid_to: date | None, today: date) -> str:
    """Return the state as it is today: what was approved and is over is expired."""
    return EXPIRED if state == APPROVED and valid_to is not None and valid_to < today else state


def renewable_from(valid_to: date) -> date:
    """Return the first day on which it may be renewed: 30 days before its last."""
    return later(valid_to, -RENEWABLE_DAYS)


def due_at(asked_at: datetime, *, urgent: bool, decision_days: int, urgent_hours: int) -> datetime:
    """Return by when a person has to decide."""
    return asked_at + (timedelta(hours=urgent_hours) if urgent else timedelta(days=decision_days))


def due_after_pause(due: datetime, stopped_at: datetime, at: datetime) -> datetime:
    """Return by when a person has to decide, the clock having stood still from one instant to another."""
    return due + (at - stopped_at)


def is_overdue(due: datetime | None, stopped_at: datetime | None, now: datetime) -> bool:
    """Tell whether somebody should have decided; never while papers are awaited."""
    return due is not None and stopped_at is None and due < now
