"""Sealing what an earlier release kept in clear, for migrations: columns step aside, rows are sealed some hundred at a time, the old columns go.

It may be stopped and begun again: a row whose old columns are empty is done.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from common.sealing.box import Box
from common.sealing.keys import batch_box, month_box
from common.tenancy import EVERYBODY, acting_for

AT_ONCE: Final = 500
_CLEAR: Final = "_clear"

# Of a row's old values by column, and its box: values of other columns.
More = Callable[[Mapping[str, Any], Box], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table whose columns are to be sealed: its primary key, and the column of the instant, or of the batch, that says under which key.

    `tags` are tag columns by the column that they are of; `nothing` what is kept as NULL of a column; `more` fills other columns.
    """

    table: str
    columns: Sequence[str]
    instant: str = ""
    batch: str = ""
    key: Sequence[str] = ("id",)
    tags: Mapping[str, str] | None = None
    nothing: Mapping[str, Any] | None = None
    more: More | None = None
    # Joined where the instant stands in another table.
    join: str = ""

    def step_aside(self) -> str:
        """Return the SQL that keeps the old columns beside new, empty ones."""
        return "".join(
            f'ALTER TABLE {self.table} RENAME COLUMN "{name}" TO "{name}{_CLEAR}";'
            f'ALTER TABLE {self.table} ALTER COLUMN "{name}{_CLEAR}" DROP NOT NULL;'
            f'ALTER TABLE {self.table} ADD COLUMN "{name}" bytea NULL;'
            for name in self.columns
        )

    def go(self) -> str:
        """Return the SQL that drops the old columns."""
        return "".join(f'ALTER TABLE {self.table} DROP COLUMN "{name}{_CLEAR}";' for name in self.columns)

    def seal(self, *_asked: Any) -> None:
        """Seal every row that is not yet (RunPython in a migration that is not atomic): each some hundred a transaction."""
        last: tuple[Any, ...] | None = None
        with acting_for(EVERYBODY):
            while True:
                with transaction.atomic(), connection.cursor() as cursor:
                    # The promises of the tables are about what people do: here the same is kept otherwise.
                    cursor.execute(f"ALTER TABLE {self.table} DISABLE TRIGGER USER")
                    rows = self._rows(cursor, last)
                    self._write(cursor, rows)
                    cursor.execute(f"ALTER TABLE {self.table} ENABLE TRIGGER USER")
                if len(rows) < AT_ONCE:
                    return
                last = tuple(rows[-1][: len(self.key)])

    def _rows(self, cursor: Any, last: tuple[Any, ...] | None) -> list[Any]:
        key = ", ".join(f"t.{name}" for name in self.key)
        old = [f't."{name}{_CLEAR}"' for name in self.columns]
        after = f"AND ({key}) > ({', '.join(['%s'] * len(self.key))})" if last else ""
        cursor.execute(
            f"SELECT {key}, t.insurer_id, {self.instant or f't.{self.batch}'}, {', '.join(old)} FROM {self.table} t {self.join}"  # noqa: S608
            f" WHERE ({' OR '.join(f'{name} IS NOT NULL' for name in old)}) {after} ORDER BY {key} LIMIT {AT_ONCE}",
            last or [],
        )
        found: list[Any] = cursor.fetchall()
        return found

    def _write(self, cursor: Any, rows: Sequence[Any]) -> None:
        for row in rows:
            at = len(self.key)
            insurer_id, of = row[at], row[at + 1]
            values = dict(zip(self.columns, row[at + 2 :], strict=True))
            changed: dict[str, Any] = {f"{name}{_CLEAR}": None for name in self.columns}
            # A row whose facts retention removed needs no key: nothing would ever destroy one of a batch that is over.
            if any(self._is_something(name, value) for name, value in values.items()):
                changed |= self._sealed(values, _box(insurer_id, of))
            names = ", ".join(f'"{name}" = %s' for name in changed)
            where = " AND ".join(f"{name} = %s" for name in self.key)
            cursor.execute(f"UPDATE {self.table} SET {names} WHERE {where}", [*changed.values(), *row[:at]])  # noqa: S608

    def _is_something(self, name: str, value: Any) -> bool:
        return value is not None and value != (self.nothing or {}).get(name)

    def _sealed(self, values: Mapping[str, Any], box: Box) -> dict[str, Any]:
        """Return the columns of a row that is sealed, by their names."""
        changed: dict[str, Any] = {
            name: box.seal(_bytes(value), f"{self.table}.{name}")
            for name, value in values.items()
            if self._is_something(name, value)
        }
        for tag, source in (self.tags or {}).items():
            if text := values[source]:
                changed[tag] = box.tag(text, f"{self.table}.{source}")
        return changed | dict((self.more or _nothing_more)(values, box))


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else value.encode("utf-8", "surrogatepass")


def _nothing_more(_values: Mapping[str, Any], _box: Box) -> Mapping[str, Any]:
    return {}


def _box(insurer_id: int | None, of: datetime | UUID) -> Box:
    if isinstance(of, UUID):
        assert insurer_id is not None, "a batch is an insurer's"
        return batch_box(insurer_id, of)
    return month_box(insurer_id, of)


def document(value: Any) -> Any:
    """Return what a JSON column held, None where it was empty."""
    return json.loads(value) if isinstance(value, str) else value
