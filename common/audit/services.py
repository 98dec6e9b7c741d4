"""Writing the log of deeds and proving it whole."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model

from common.audit.deeds import Deed, Via
from common.logs import request_id, via
from common.tenancy import is_sandbox, tenant

# The calendar and the housekeeping are somebody too. No account can have this name: user names have no colon.
SYSTEM = "system:calendar"


# What tells that a row is a sandbox's: its insurer, its owner, a test key's sandbox, or itself (an insurer's own id).
_WHOSE = ("pk", "insurer_id", "owner_id", "sandbox_id")


def record(
    deed: Deed,
    *,
    by: str,
    what: Model | type[Model],
    name: str = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """Write a deed into the log, in the caller's transaction, as its last statement: the next writer waits from here until commit.

    `what` is the row it was done to (or the model, for a list), `name` how people call it (its own text when not given); `before` and `after` are
    what JSON can say. Never hand over personal data: the log is kept longer than claims.
    """
    model = str(what._meta.model_name)
    row = (
        by,
        via.get(),
        Deed(deed).value,
        model,
        str(what.pk) if isinstance(what, Model) else "",
        (name or (str(what) if isinstance(what, Model) else model))[:300],
        _json(before),
        _json(after),
        reason,
        request_id.get(),
        is_sandbox(tenant()) or any(is_sandbox(getattr(what, name, None)) for name in _WHOSE),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_record (who, via, deed, kind, object_id, object, before, after, reason, request_id, sandbox)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s)",
            row,
        )


def hash_of(names: Iterable[str]) -> str:
    """Return what proves later which rows a deed was done to: SHA-256 over their names in the order given, a line each."""
    return hashlib.sha256("".join(f"{name}\n" for name in names).encode()).hexdigest()


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


@contextmanager
def through(door: Via) -> Iterator[None]:
    """Write deeds inside the block as done by this door."""
    token = via.set(door.value)
    try:
        yield
    finally:
        via.reset(token)


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
