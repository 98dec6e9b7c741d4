"""The one clock of what is known: the database's. See Revision and migration 0002 for why nobody may use another."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from common import hints

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Observation:
    """An instant, and the revision that was current then: everything recorded up to `known_at` is visible to whoever observed it.

    `kept`: observed by an earlier request (at most a second ago), so this one's connection has not been told yet for whom it acts.
    """

    revision: int
    known_at: datetime
    kept: bool = False


def observe() -> Observation:
    """Return the present instant as an observer; waits for a declaration under way (milliseconds)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT revision, known_at FROM observe_instant()")
        return Observation(*cursor.fetchone())


def declare() -> datetime:
    """Return the instant from which what this transaction writes is known; call it last, inside the transaction: others wait until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT declare_instant()")
        instant: datetime = cursor.fetchone()[0]
    hints.raise_on_commit()
    return instant


def china_today(instant: datetime) -> date:
    """Return the calendar day in China at an instant: lists are in force by China's days."""
    return instant.astimezone(CHINA).date()
