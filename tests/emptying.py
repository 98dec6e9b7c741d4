"""The database as the migrations left it, after a test whose transactions were real.

Django's own way empties every table and announces a migration, upon which the vocabularies are read from their files again: seconds for each such
test. Here only the tables that hold something are emptied, and what the migrations wrote is put back where it was changed.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from psycopg import sql

# Where the rows of the migrations are kept; no search path names it.
KEPT = "kept_for_the_tests"


@dataclass
class Pristine:
    """What the tables held after the migrations: all of them by name, and for those with rows their columns and their mark (see `_mark`)."""

    tables: list[str]
    columns: dict[str, list[str]] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def kept(cls) -> "Pristine | None":
        """Keep a copy of what the tables hold; None where the tests' role may not put it back (no superuser)."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
            if cursor.fetchone() != (True,):
                return None
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY 1"
            )
            found = cls([name for (name,) in cursor.fetchall()])
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
        with transaction.atomic(), connection.cursor() as cursor:
            # No trigger fires, those neither that keep what is published, nor those of foreign keys.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in self._holding(cursor) | self.marks.keys():
                if table in self.marks and _mark(cursor, table) == self.marks[table]:
                    continue
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                if table in self.marks:
                    columns = sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
                    cursor.execute(
                        sql.SQL("INSERT INTO {} ({columns}) SELECT {columns} FROM {}").format(
                            sql.Identifier(table), sql.Identifier(KEPT, table), columns=columns
                        )
                    )
                    self.marks[table] = _mark(cursor, table)

    def _holding(self, cursor: Any) -> set[str]:
        """Return the tables that hold rows."""
        each = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
            for table in self.tables
        ]
        cursor.execute(sql.SQL(" UNION ALL ").join(each))
        return {name for (name,) in cursor.fetchall()}


def _mark(cursor: Any, table: str) -> Any:
    """Return what changes with any change of the table: how many rows it has, and the youngest transaction that wrote one."""
    cursor.execute(sql.SQL("SELECT count(*), max(xmin::text::bigint) FROM {}").format(sql.Identifier(table)))
    return cursor.fetchone()
