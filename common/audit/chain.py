"""The chain of the log of deeds: each row has the hash of the one before, so whatever was changed is found (curation.md 8).

The database makes it (triggers of migrations 0002 and 0008); here it is computed anew.
"""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of verifying: how many rows, the last one's hash, and the number of the first row that is not what was written (None: all are)."""

    rows: int
    head: str
    broken: int | None


_BROKEN = """
SELECT n FROM (
  SELECT %(first)s - 1 + row_number() OVER (ORDER BY r.id) AS n, r.id, r.previous, r.hash, audit_hash(r) AS computed,
         lag(r.hash, 1, '') OVER (ORDER BY r.id) AS hash_before
  FROM audit_record r WHERE r.id >= %(first)s
) chained
WHERE id <> n OR hash <> computed OR (previous <> hash_before AND n > %(after)s) ORDER BY n LIMIT 1
"""


def head() -> tuple[int, str]:
    """Return how many rows the log has and the last one's hash, without looking at the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce((SELECT rows FROM audit_head), 0), coalesce((SELECT hash FROM audit_head), '')")
        rows, last = cursor.fetchone()
    return rows, last


def verify(last: int | None = None) -> Proof:
    """Compute the chain anew: a row that was changed, put in, taken out or moved is found, and rows that are missing at the end.

    `last` looks at so many rows at the end only: what a page has time for.
    """
    counted, kept = head()
    first = 1 if last is None else max(1, counted - last + 1)
    with connection.cursor() as cursor:
        # What the first row looked at follows is known only where it is the log's first: nothing.
        cursor.execute(_BROKEN, {"first": first, "after": 0 if first == 1 else first})
        broken = cursor.fetchone()
        cursor.execute("SELECT id, hash FROM audit_record ORDER BY id DESC LIMIT 1")
        end = cursor.fetchone() or (0, "")
    if broken:
        return Proof(counted, kept, broken[0])
    return Proof(counted, kept, None if end == (counted, kept) else end[0] + 1)
