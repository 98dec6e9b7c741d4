"""The data keys: found, made, and kept in the process for a short while. Who finds one destroyed finds nothing; who finds no key is told of a fault.

A key is made by writing its file first and its row then: of two that make the key of one month the loser removes its file again. A row that is not
committed yet is known to its own connection alone; once it is, to the process.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone

from common.cache import LruCache
from common.dates import CHINA
from common.errors import Away
from common.sealing.box import KEY_BYTES, Box
from common.sealing.models import DataKey
from common.tenancy import EVERYBODY, acting_for

# What was destroyed stops working everywhere within so many seconds.
KEPT_SECONDS: Final = 60.0
ALIAS: Final = "keys"

_MADE: Final = """
INSERT INTO sealing_datakey (id, insurer_id, month, batch, fingerprint, created_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING id
"""

# (insurer, month) or batch.
_Of = tuple[int | None, date] | UUID


class KeysAway(Away):
    """A data key that was not destroyed cannot be had: facts cannot be read or kept now, and nothing is told of them."""


class KeyDestroyed(Exception):
    """Something was to be sealed under a key that is destroyed: what it is of was removed meanwhile."""


# Key id → when it was read, and the box; None: destroyed, which it stays.
_boxes: LruCache[UUID, tuple[float, Box | None]] = LruCache(5_000)
# Of what → when it was found, and the id of its key.
_ids: LruCache[_Of, tuple[float, UUID]] = LruCache(5_000)


def month_of(instant: datetime) -> date:
    """Return the first day of an instant's month in China."""
    return instant.astimezone(CHINA).date().replace(day=1)


def month_box(insurer_id: int | None, instant: datetime) -> Box:
    """Return what seals an insurer's (None: the office's) facts that arrived at an instant; the first of a month makes its key. Raises KeysAway."""
    return _box_of((insurer_id, month_of(instant)), insurer_id)


def batch_box(insurer_id: int, batch: UUID) -> Box:
    """Return what seals a batch's facts; the first makes its key. Raises KeysAway, KeyDestroyed."""
    return _box_of(batch, insurer_id)


def box(key_id: UUID) -> Box | None:
    """Return what opens what is sealed under a key, None where it was destroyed; raises KeysAway."""
    kept = _boxes.get(key_id)
    if kept is not None and (kept[1] is None or time.monotonic() - kept[0] < KEPT_SECONDS):
        return kept[1]
    content = read_file(key_id)
    if content is None and not _is_destroyed(key_id):
        raise KeysAway(f"data key {key_id} is not in the key store")
    found = None if content is None else Box(key_id, content)
    _boxes.put(key_id, (time.monotonic(), found))
    return found


def opened(sealed: bytes, key_id: UUID, column: str) -> bytes | None:
    """Return what is sealed, None where its key was destroyed; raises KeysAway, BadSeal."""
    found = box(key_id)
    return None if found is None else found.open(sealed, column)


def month_boxes(insurer_id: int | None = None) -> list[Box]:
    """Return the boxes of all months of an insurer (None: of all that may be seen) that are not destroyed: one statement."""
    keys = DataKey.objects.exclude(month=None).filter(destroyed_at=None)
    if insurer_id is not None:
        keys = keys.filter(insurer_id=insurer_id)
    found = (box(key_id) for key_id in keys.order_by("month").values_list("pk", flat=True))
    return [one for one in found if one is not None]


def tags(texts: Iterable[str], column: str, insurer_id: int | None = None) -> list[bytes]:
    """Return by what texts of a column are found, under whichever month they came: one statement. Raises KeysAway."""
    texts = [text for text in texts if text]
    return [one.tag(text, column) for one in month_boxes(insurer_id) for text in texts] if texts else []


def name_of(key_id: UUID) -> str:
    """Return the name of a key's file in the storage."""
    return key_id.hex


def read_file(key_id: UUID) -> bytes | None:
    """Return the bytes of a key, None where there is no such file; raises KeysAway where nobody can tell."""
    try:
        with storages[ALIAS].open(name_of(key_id)) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None
    except Exception as fault:  # whatever a storage raises that cannot be reached
        raise KeysAway(f"the key store cannot be read: {type(fault).__name__}") from fault


def is_whole(key: DataKey) -> bool:
    """Tell whether a key's file is there and is the one that was made; raises KeysAway."""
    content = read_file(key.pk)
    return content is not None and hashlib.sha256(content).hexdigest() == key.fingerprint


def remove_file(key_id: UUID) -> None:
    """Remove a key from the store; one that is gone already is no fault. Raises KeysAway."""
    try:
        storages[ALIAS].delete(name_of(key_id))
    except Exception as fault:
        raise KeysAway(f"the key store cannot be written: {type(fault).__name__}") from fault


def forget(key_id: UUID) -> None:
    """Drop what this process keeps of a key that was just destroyed."""
    _boxes.put(key_id, (time.monotonic(), None))


def _box_of(of: _Of, insurer_id: int | None) -> Box:
    key_id = _remembered(of)
    found = box(key_id) if key_id is not None else None
    if found is None:
        # Not known here, or destroyed since.
        key_id = _found(of, insurer_id) or _made(of, insurer_id)
        _remember(of, key_id)
        found = box(key_id)
    if found is None:
        raise KeyDestroyed(f"data key {key_id}")
    return found


def _remembered(of: _Of) -> UUID | None:
    fresh: dict[Any, UUID] = connection.until_end  # type: ignore[attr-defined]  # common.database
    if of in fresh:
        return fresh[of]
    kept = _ids.get(of)
    return kept[1] if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS else None


def _remember(of: _Of, key_id: UUID) -> None:
    """Keep which key it is: until the end of the transaction for its own connection, then for the process."""

    def kept() -> None:
        _ids.put(of, (time.monotonic(), key_id))

    if connection.in_atomic_block:
        connection.until_end[of] = key_id  # type: ignore[attr-defined]  # common.database
        transaction.on_commit(kept)
    else:
        kept()


def _found(of: _Of, insurer_id: int | None) -> UUID | None:
    if isinstance(of, tuple):
        keys = DataKey.objects.filter(insurer_id=insurer_id, month=of[1], destroyed_at=None)
    else:
        keys = DataKey.objects.filter(batch=of)
    return keys.values_list("pk", flat=True).first()


def _made(of: _Of, insurer_id: int | None) -> UUID:
    key_id, content = uuid4(), os.urandom(KEY_BYTES)
    try:
        name = storages[ALIAS].save(name_of(key_id), ContentFile(content))
    except Exception as fault:
        raise KeysAway(f"the key store cannot be written: {type(fault).__name__}") from fault
    if name != name_of(key_id):
        raise KeysAway(f"the key store keeps data key {key_id} under another name")
    month, batch = (of[1], None) if isinstance(of, tuple) else (None, of)
    with connection.cursor() as cursor:
        # Whoever makes the same key at once waits here for the end of the other, and then finds that one's.
        row = [key_id, insurer_id, month, batch, hashlib.sha256(content).hexdigest(), timezone.now()]
        cursor.execute(_MADE, row)
        if cursor.fetchone():
            return key_id
    with contextlib.suppress(KeysAway):  # what is left is a key of nothing
        remove_file(key_id)
    theirs = _found(of, insurer_id)
    if theirs is None:
        raise KeysAway("a data key could not be made")
    return theirs


def _is_destroyed(key_id: UUID) -> bool:
    with acting_for(EVERYBODY):
        return DataKey.objects.filter(pk=key_id).exclude(destroyed_at=None).exists()
