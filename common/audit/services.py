"""Writing the log of deeds; chain.py proves it whole."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
