"""What an earlier release kept in clear is sealed, some at a time, and its columns go."""

import json
from typing import Any

import pytest
from django.db import connection

from common.sealing import upgrading
from common.sealing.box import key_id_of
from common.sealing.keys import box, month_box
from common.sealing.models import DataKey
from common.sealing.upgrading import Sealed, document

TABLE = """
CREATE TABLE some_old (id integer PRIMARY KEY, insurer_id bigint, at timestamptz, name text NOT NULL, facts jsonb, raw bytea NOT NULL, few integer);
INSERT INTO some_old VALUES
  (1, 5, '2026-03-01T00:00:00Z', 'C-1', '{"a": "甲"}', 'x', NULL),
  (2, 5, '2026-04-01T00:00:00Z', '', NULL, '', NULL),
  (3, NULL, '2026-04-01T00:00:00Z', 'C-3', '[]', 'z', NULL)
"""
OLD = Sealed(
    "some_old",
    ("name", "facts", "raw"),
    instant="t.at",
    tags={"tag": "name"},
    nothing={"name": ""},
    more=lambda values, _box: {"few": len(document(values["facts"]) or ())},
)


@pytest.mark.django_db
def test_rows_are_sealed_and_nothing_is_left_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading, "AT_ONCE", 2)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute(OLD.step_aside())
        cursor.execute("ALTER TABLE some_old ADD COLUMN tag bytea")
        OLD.seal()
        OLD.seal()  # stopped and begun again
        cursor.execute("SELECT count(*) FROM some_old WHERE num_nonnulls(name_clear, facts_clear, raw_clear) > 0")
        assert cursor.fetchone() == (0,)
        cursor.execute(OLD.go())
        cursor.execute("SELECT id, name, facts, raw, tag, few FROM some_old ORDER BY id")
        rows = cursor.fetchall()

    def opened(value: Any, column: str) -> Any:
        if value is None:
            return None
        found = box(key_id_of(bytes(value)))
        assert found is not None
        return found.open(bytes(value), f"some_old.{column}")

    assert [opened(row[1], "name") for row in rows] == [b"C-1", None, b"C-3"]
    assert [row[2] and json.loads(opened(row[2], "facts")) for row in rows] == [{"a": "甲"}, None, []]
    assert [opened(row[3], "raw") for row in rows] == [b"x", b"", b"z"]
    assert [row[5] for row in rows] == [1, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT '2026-03-01T00:00:00Z'::timestamptz")
        march = cursor.fetchone()[0]
    assert bytes(rows[0][4]) == month_box(5, march).tag("C-1", "some_old.name") and rows[1][4] is None
    assert len({key_id_of(bytes(row[3])) for row in rows}) == 3


@pytest.mark.django_db
def test_a_row_with_nothing_to_seal_makes_no_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE some_old (id integer PRIMARY KEY, insurer_id bigint, batch uuid, name text NOT NULL)"
        )
        cursor.execute("INSERT INTO some_old VALUES (1, 5, '00000000-0000-0000-0000-000000000001', '')")
        removed = Sealed("some_old", ("name",), batch="batch", nothing={"name": ""})
        cursor.execute(removed.step_aside())
        removed.seal()
        cursor.execute("SELECT name, name_clear FROM some_old")
        assert cursor.fetchall() == [(None, None)]

    assert not DataKey.objects.exists()
