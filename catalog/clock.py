"""The one clock of what is known: the database's. See Revision and migration 0002 for why nobody may use another."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection, transaction

from catalog import leases
from common.dates import CHINA


@dataclass(frozen=True, slots=True)
class Observation:
    """An instant, and the revision that was current then: everything recorded up to `known_at` is visible to whoever observed it."""

    revision: int
    known_at: datetime


def observe() -> Observation:
    """Return the present instant as an observer; waits for a declaration under way (milliseconds)."""
    # Inside a transaction the lock is given back at once, or two that observe before they declare would wait for each other.
    point = transaction.savepoint() if connection.in_atomic_block else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT revision, known_at FROM observe_instant()")
        seen = Observation(*cursor.fetchone())
    if point:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)
    return seen


def declare() -> datetime:
    """Return the instant from which what this transaction writes is known; call it last, inside the transaction: others wait until commit."""
    leases.wait_out()
    with connection.cursor() as cursor:
        cursor.execute("SELECT declare_instant()")
        instant: datetime = cursor.fetchone()[0]
    return instant


@lru_cache(1_024)  # many requests share an observation
def china_today(instant: datetime) -> date:
    """Return the calendar day in China at an instant: lists are in force by China's days."""
    return instant.astimezone(CHINA).date()
