"""The database as the migrations left it, after a test whose transactions were real.

Django's own way empties every table and announces a migration, upon which the vocabularies are read from their files again: seconds for each such
test. Here only the tables that hold something are emptied, and what the migrations wrote is put back where it was changed. The
triggers that forbid both are off meanwhile, and on in every test.
"""

from dataclasses import dataclass, field
from typing import Any, LiteralString

from django.db import connection, transaction
from psycopg import sql

from common.tenancy import EVERYBODY, acting_for

# Where the rows of the migrations are kept; no search path names it.
KEPT = "kept_for_the_tests"


@dataclass
class Pristine:
    """What the tables held after the migrations: all of them by name, and for those with rows their columns and their mark (see `_mark`)."""

    tables: list[str]
    # Those that a trigger watches: over what is published, and over the log.
    watched: set[str] = field(default_factory=set)
    # The tables that refer to each, which are emptied with it.
    referring: dict[str, set[str]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def kept(cls) -> "Pristine":
        """Keep a copy of what the tables hold."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY 1"
            )
            found = cls([name for (name,) in cursor.fetchall()])
            cursor.execute(
                "SELECT holder.relname, referrer.relname FROM pg_constraint c JOIN pg_class holder ON holder.oid = c.confrelid"
                " JOIN pg_class referrer ON referrer.oid = c.conrelid WHERE c.contype = 'f'"
            )
            for holder, referrer in cursor.fetchall():
                found.referring.setdefault(holder, set()).add(referrer)
            cursor.execute(
                "SELECT DISTINCT relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT tgisinternal"
            )
            found.watched = {name for (name,) in cursor.fetchall()}
            cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}").format(sql.Identifier(KEPT)))
            for table in found._holding(cursor):
                cursor.execute(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
                    [table],
                )
                found.columns[table] = [name for (name,) in cursor.fetchall()]
                cursor.execute(
                    sql.SQL("CREATE TABLE {} AS TABLE {}").format(sql.Identifier(KEPT, table), sql.Identifier(table))
                )
                found.marks[table] = _mark(cursor, table)
        return found

    def put_back(self) -> None:
        """Empty what has been filled, and put back what the migrations wrote and a test changed."""
        # What lies in a sandbox is hidden from everybody else.
        with acting_for(EVERYBODY), transaction.atomic(), connection.cursor() as cursor:
            # One statement: what a thread of the test still commits is seen in all tables or in none, as the log and its head.
            found = _looked_at(
                cursor, [_rows(table) for table in self.tables] + [_marking(table) for table in self.marks]
            )
            filled = {table for table, mark in found if mark is None} - self.marks.keys()
            changed = {table for table, mark in found if mark is not None and mark != self.marks[table]}
            emptied = self._and_referring(filled | changed)
            self._watch(cursor, emptied, "DISABLE")
            if emptied:
                names = sql.SQL(", ").join(map(sql.Identifier, sorted(emptied)))
                cursor.execute(sql.SQL("TRUNCATE {}").format(names))
            for table in emptied & self.marks.keys():
                columns = sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
                cursor.execute(
                    sql.SQL("INSERT INTO {} ({columns}) SELECT {columns} FROM {}").format(
                        sql.Identifier(table), sql.Identifier(KEPT, table), columns=columns
                    )
                )
                self.marks[table] = _mark(cursor, table)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self._watch(cursor, emptied, "ENABLE")

    def _watch(self, cursor: Any, tables: set[str], how: LiteralString) -> None:
        for table in sorted(tables & self.watched):
            cursor.execute(sql.SQL("ALTER TABLE {} " + how + " TRIGGER USER").format(sql.Identifier(table)))

    def _and_referring(self, tables: set[str]) -> set[str]:
        """Return the tables with all that refer to them, and to those."""
        found, todo = set(tables), list(tables)
        while todo:
            more = self.referring.get(todo.pop(), set()) - found
            found |= more
            todo += more
        return found

    def _holding(self, cursor: Any) -> set[str]:
        """Return the tables that hold rows."""
        return {table for table, _mark in _looked_at(cursor, [_rows(table) for table in self.tables])}


def _mark(cursor: Any, table: str) -> Any:
    """Return what changes with any change of the table: how many rows it has, and the youngest transaction that wrote one."""
    ((_table, mark),) = _looked_at(cursor, [_marking(table)])
    return mark


def _rows(table: str) -> sql.Composed:
    """Return a query of the table's name, without a mark, where it holds rows."""
    return sql.SQL("SELECT {}, NULL::bigint, NULL::bigint WHERE EXISTS (SELECT FROM {})").format(
        sql.Literal(table), sql.Identifier(table)
    )


def _marking(table: str) -> sql.Composed:
    """Return a query of the table's name and mark."""
    return sql.SQL("SELECT {}, count(*), max(xmin::text::bigint) FROM {}").format(
        sql.Literal(table), sql.Identifier(table)
    )


def _looked_at(cursor: Any, each: list[sql.Composed]) -> list[tuple[str, Any]]:
    cursor.execute(sql.SQL(" UNION ALL ").join(each))
    return [(table, None if count is None else (count, youngest)) for table, count, youngest in cursor.fetchall()]
