"""What the file commands print: a progress bar, and a table of problems as wide as it must be."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TextIO

BAR = 30
SHOWN = 50


class Told(Protocol):
    """A problem, as the checks or the database tell it."""

    row: int | None
    column: str
    value: str
    code: str


def bar(phase: str, done: int, total: int) -> str:
    """Return a line such as `check [######....] 58%`."""
    share = min(1.0, done / total) if total else 0.0
    filled = round(share * BAR)
    return f"{phase:<9}[{'#' * filled}{'.' * (BAR - filled)}] {share:4.0%}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def write_readings(
    out: TextIO, changes: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, str]], count: int
) -> None:
    """Write which header went to which column, the first values read otherwise than written, and how many there are."""
    if columns:
        told = (
            read["header"] if read["header"] == read["column"] else f"{read['header']} → {read['column']}"
            for read in columns
        )
        out.write(f"columns: {', '.join(told)}\n")
    for change in changes[:SHOWN]:
        out.write(f"row {change['row'] or ''} {change['column']}: {change['before']} → {change['after']}\n")
    if count > SHOWN:
        out.write(f"… and {count - SHOWN} more values read otherwise than written\n")


def write_problems(out: TextIO, problems: Sequence[Told], sentences: Iterable[str], count: int) -> None:
    """Write the first problems as a table, and how many there are."""
    rows = [("row", "column", "value", "code", "")]
    for problem, sentence in zip(problems[:SHOWN], sentences, strict=False):
        rows.append((str(problem.row or ""), problem.column, problem.value[:30], problem.code, sentence))
    widths = [max(_width(row[place]) for row in rows) for place in range(4)]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row[:4], widths, strict=True)]
        out.write("  ".join([*cells, row[4]]).rstrip() + "\n")
    if count > SHOWN:
        out.write(f"… and {count - SHOWN} more\n")
