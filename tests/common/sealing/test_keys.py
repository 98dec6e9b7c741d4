"""Data keys: made once, kept for a short while, destroyed for ever; a key that is missing is a fault, a destroyed one means removed."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from common import tenancy
from common.sealing import keys
from common.sealing.keys import KeysAway, batch_box, box, month_box, month_boxes, month_of, name_of, tags
from common.sealing.models import DataKey
from common.sealing.services import bounds_of, destroy, erase_files, missing, months_over


@pytest.fixture(autouse=True)
def _for_the_office() -> None:
    tenancy.act_for(tenancy.OFFICE)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_folder")]

MARCH = datetime(2026, 3, 15, tzinfo=UTC)
APRIL = datetime(2026, 4, 15, tzinfo=UTC)
COLUMN = "some.column"


def test_a_month_begins_in_china() -> None:
    assert month_of(datetime(2026, 3, 31, 15, 59, tzinfo=UTC)).isoformat() == "2026-03-01"
    assert month_of(datetime(2026, 3, 31, 16, 0, tzinfo=UTC)).isoformat() == "2026-04-01"
    key = DataKey(month=month_of(datetime(2026, 12, 5, tzinfo=UTC)))
    first, end = bounds_of(key)
    assert month_of(first) == month_of(end - timedelta(microseconds=1)) == key.month != month_of(end)


def test_there_is_one_key_per_insurer_and_month_and_one_per_batch(key_folder: Path) -> None:
    batch = uuid4()
    boxes = [month_box(1, MARCH), month_box(1, APRIL), month_box(2, MARCH), month_box(None, MARCH), batch_box(1, batch)]

    assert len({one.id for one in boxes}) == 5
    keys._ids.clear()
    connection.until_end.clear()  # type: ignore[attr-defined]
    assert [one.id for one in (month_box(1, MARCH), batch_box(1, batch), month_box(None, MARCH))] == [
        boxes[0].id,
        boxes[4].id,
        boxes[3].id,
    ]
    assert key_folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in key_folder.iterdir()} == {0o600}
    assert len(list(key_folder.iterdir())) == DataKey.objects.count() == 5
    assert missing(DataKey.objects.all()) == []


def test_a_key_that_is_kept_asks_nothing(django_assert_num_queries: Any) -> None:
    sealed = month_box(1, MARCH).seal(b"x", COLUMN)

    with django_assert_num_queries(0):
        assert keys.opened(sealed, month_box(1, MARCH).id, COLUMN) == b"x"


def test_a_destroyed_key_reads_as_removed_everywhere_within_a_minute(key_folder: Path, monkeypatch: Any) -> None:
    made = month_box(1, MARCH)
    sealed = made.seal(b"x", COLUMN)
    DataKey.objects.update(destroyed_at=timezone.now())
    (key_folder / name_of(made.id)).unlink()

    # Another process destroyed it: this one still knows it, and after a minute no more.
    assert keys.opened(sealed, made.id, COLUMN) == b"x"
    now = keys.time.monotonic()
    monkeypatch.setattr(keys.time, "monotonic", lambda: now + keys.KEPT_SECONDS)
    assert keys.opened(sealed, made.id, COLUMN) is None
    # What comes now is sealed under another.
    assert month_box(1, MARCH).id != made.id


def test_destroying_takes_the_file_and_is_for_ever(key_folder: Path) -> None:
    first, second = month_box(1, MARCH), month_box(1, APRIL)
    assert list(months_over(1, before=APRIL)) == [DataKey.objects.get(pk=first.id)]

    assert destroy(months_over(1, before=APRIL), at=timezone.now()) == [first.id]
    assert erase_files() == 1 and erase_files() == 0

    assert box(first.id) is None and box(second.id) is not None
    assert [file.name for file in key_folder.iterdir()] == [name_of(second.id)]
    assert [one.id for one in month_boxes(1)] == [second.id]
    assert len(tags(["a", "b", ""], COLUMN, 1)) == 2
    for sql in ("UPDATE sealing_datakey SET destroyed_at = NULL", "DELETE FROM sealing_datakey"):
        with pytest.raises(DatabaseError, match="data key"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_file_that_was_removed_stays_gone_after_a_crash_of_the_machine(key_folder: Path, monkeypatch: Any) -> None:
    made, on_disk, fsync = month_box(1, MARCH), [], os.fsync

    def noted(held: int) -> None:
        on_disk.append((os.fstat(held).st_ino, (key_folder / name_of(made.id)).exists()))
        fsync(held)

    monkeypatch.setattr(os, "fsync", noted)
    keys.remove_file(made.id)
    assert on_disk == [(key_folder.stat().st_ino, False)]


@pytest.mark.parametrize("harm", ["missing", "short", "a folder that is none"])
def test_a_key_that_cannot_be_had_is_a_fault_and_never_nothing(key_folder: Path, harm: str) -> None:
    made = month_box(1, MARCH)
    file = key_folder / name_of(made.id)
    keys._boxes.clear()
    if harm == "short":
        file.write_bytes(b"abc")
    else:
        file.unlink()
    if harm == "a folder that is none":
        key_folder.rmdir()
        key_folder.write_text("no folder")

    for ask in (lambda: box(made.id), lambda: month_box(1, MARCH), lambda: tags(["x"], COLUMN)):
        with pytest.raises(keys.Away):
            ask()
    if harm == "a folder that is none":
        with pytest.raises(KeysAway):
            month_box(7, MARCH)
    else:
        assert [key.pk for key in missing(DataKey.objects.all())] == [made.id]


def test_a_key_made_in_a_transaction_that_is_undone_is_known_to_nobody() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        undone = month_box(1, MARCH)
        assert month_box(1, MARCH).id == undone.id
        raise ZeroDivisionError

    assert month_box(1, MARCH).id != undone.id
    assert DataKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_who_make_the_key_of_a_month_at_once_make_one(key_folder: Path) -> None:
    together, found = threading.Barrier(4), []

    def make() -> None:
        tenancy.act_for("1")
        try:
            together.wait(20)
            with transaction.atomic():
                found.append(month_box(1, MARCH).id)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 4 and len(set(found)) == 1
    assert [file.name for file in key_folder.iterdir()] == [name_of(found[0])]
    assert [key.pk for key in DataKey.objects.all()] == [found[0]]
