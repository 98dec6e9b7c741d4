"""What of the database's shape the code of a release rests on, and what of that the next one breaks (docs/operations.md, "Upgrades"). Pure but for `seen`."""

import re
from typing import Any, TypedDict

from django.db import connection


class Column(TypedDict):
    type: str
    null: bool
    default: bool


class Shape(TypedDict):
    """Columns by table and name; functions by name and what they take; constraints and triggers by table and name."""

    columns: dict[str, Column]
    functions: dict[str, str]
    constraints: dict[str, str]
    triggers: list[str]


_LENGTH = re.compile(r"character varying\((\d+)\)")
_COLUMNS = """
SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, a.atthasdef OR a.attidentity <> ''
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
_FUNCTIONS = """
SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_function_result(p.oid)
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype <> 'trigger'::regtype
"""
_CONSTRAINTS = """
SELECT t.conrelid::regclass || '.' || t.conname, t.contype::text || ' ' || pg_get_constraintdef(t.oid)
  FROM pg_constraint t WHERE t.connamespace = 'public'::regnamespace AND t.contype IN ('c', 'u', 'x', 'f', 'p')
"""
_TRIGGERS = "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"


def seen() -> Shape:
    """Return the shape of the database there is."""

    def rows(question: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall()

    return {
        "columns": {
            name: {"type": kind, "null": null, "default": default} for name, kind, null, default in rows(_COLUMNS)
        },
        "functions": dict(rows(_FUNCTIONS)),
        "constraints": dict(rows(_CONSTRAINTS)),
        "triggers": [name for (name,) in rows(_TRIGGERS)],
    }


def breaks(before: Shape, after: Shape) -> list[str]:
    """Return, one line each, what code made for the shape before may trip over in the shape after; nothing says that it does not."""
    tables = {name.partition(".")[0] for name in before["columns"]}
    found = []
    for name, column in before["columns"].items():
        now = after["columns"].get(name)
        if now is None:
            found.append(f"column {name} is gone")
        elif not _holds(column["type"], now["type"]):
            found.append(f"column {name} is {now['type']} in place of {column['type']}")
        elif column["null"] and not now["null"]:
            found.append(f"column {name} takes no NULL any more")
        elif column["default"] and not now["default"] and not now["null"]:
            found.append(f"column {name} has no default any more")
    for name, column in after["columns"].items():
        if (
            name.partition(".")[0] in tables
            and name not in before["columns"]
            and not (column["null"] or column["default"])
        ):
            found.append(f"column {name} must be given")
    for name, result in before["functions"].items():
        if after["functions"].get(name) != result:
            found.append(f"function {name} answers otherwise or is gone")
    for name, told in after["constraints"].items():
        if name.partition(".")[0] in tables and before["constraints"].get(name) != told:
            found.append(f"constraint {name} is new")
    for name, told in before["constraints"].items():
        # What is unique no more may be found twice, and no ON CONFLICT finds it.
        if told[0] in "up" and name not in after["constraints"] and f"column {name}" not in found:
            found.append(f"constraint {name} is gone")
    for name in after["triggers"]:
        if name.partition(".")[0] in tables and name not in before["triggers"]:
            found.append(f"trigger {name} is new")
    return sorted(found)


def _holds(old: str, new: str) -> bool:
    """Tell whether a column of the new type takes, and gives back, what one of the old type does."""
    was, now = _LENGTH.fullmatch(old), _LENGTH.fullmatch(new)
    if was and now:
        return int(now[1]) >= int(was[1])
    return (
        old == new or (was is not None and new in ("text", "character varying")) or (old, new) == ("integer", "bigint")
    )
