"""A file of comments on a list in consultation (spec curation.md 2): its columns, and its rows as they are read in a process of their own.

What a cell says is read by the same parsers as a comment in JSON or on a page, so that it means the same, or is wrong in the same words.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from catalog.importing.columns import IGNORED_HEADERS
from catalog.vocabularies import DISPOSITIONS, STANCES
from common.personal import impersonal, names_a_person
from tables import cells
from tables.child_process import Frame, frames_from, serve
from tables.column_reader import WRONG, ColumnReader
from tables.columns import Column, Shape
from tables.file_format import sha256_of
from tables.findings import Findings
from tables.header import read_header
from tables.header_names import HeaderNames
from tables.limits import MIB, Limits
from tables.non_entries import NonEntries
from tables.problems import Normalised, Problem, problem_from_dict
from tables.read import Table
from tables.refusal import Refusal
from tables.row_width import regular_rows

LONGEST_TEXT: Final = 4_000
LONGEST_CODE: Final = 64
# Whoever sends the file waits for the answer: what takes longer than that is no file of comments.
LIMITS: Final = Limits(
    file_bytes=8 * MIB,
    unpacked_bytes=40_000_000,
    rows=10_000,
    problems_kept=1_000,
    normalised_kept=1_000,
    memory_bytes=512 * MIB,
    cpu_seconds=15,
    wall_seconds=25,
)

entry_code: Final = impersonal(cells.reference)
stance: Final = cells.choice(STANCES.words)
disposition: Final = cells.choice(DISPOSITIONS.words)
text: Final = impersonal(cells.text)

COLUMNS: Final = (
    Column(
        "entry_code",
        ("条目编码", "编号", "条目编号", "目录编号"),
        entry_code,
        max_length=LONGEST_CODE,
        general=("编号",),
    ),
    Column(
        "stance",
        ("立场", "态度", "意见类型", "意见类别", "是否同意", "position"),
        stance,
        wrong="BAD_CHOICE",
        required_for=frozenset({"comments"}),
    ),
    Column(
        "text",
        ("意见", "意见内容", "意见建议", "意见和建议", "具体意见", "理由", "意见及理由", "comment", "comments"),
        text,
        max_length=LONGEST_TEXT,
        free=True,
        required_for=frozenset({"comments"}),
        general=("理由",),
    ),
)
_NAMES: Final = HeaderNames(
    Shape(
        columns=COLUMNS,
        required=frozenset(column.name for column in COLUMNS if column.required_for),
        naming="stance",
        personal=partial(names_a_person, in_claim=False),
        ignored=IGNORED_HEADERS,
    )
)
_ROWS, _RESULT = b"R", b"E"
_ROWS_A_FRAME = 200
_MODULE = "catalog.importing.comments"


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One row as it was read: the row of the file or sheet, and its values; what was refused or not given is ''."""

    row: int
    entry_code: str
    stance: str
    text: str


@dataclass(frozen=True, slots=True)
class CommentFile:
    """What a file of comments holds and what was found in it, in file order; nothing of it may be kept where it has an error.

    `rows` are all that were read, `columns` and `headers` which column stands under which header of the file.
    """

    sha256: str
    size: int
    rows: tuple[CommentRow, ...] = ()
    columns: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    error_count: int = 0
    warning_count: int = 0
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    normalised: tuple[Normalised, ...] = field(default=())


def read_in_child(path: Path, limits: Limits = LIMITS) -> CommentFile:
    """Read the file in a child process; one that takes too much memory or time, or crashes it, gives a result with one error. Raises ChildDied."""
    rows: list[CommentRow] = []
    try:
        with closing(frames_from(_MODULE, {"path": str(path.absolute())}, limits)) as frames:
            for letter, payload in frames:
                if letter == _ROWS:
                    rows += [CommentRow(*row) for row in json.loads(payload)]
                else:
                    found = json.loads(payload)
    except Refusal as refusal:
        return CommentFile(sha256_of(path), path.stat().st_size, error_count=1, errors=(refusal.problem,))
    for name in ("errors", "warnings"):
        found[name] = tuple(problem_from_dict(one) for one in found[name])
    found["normalised"] = tuple(Normalised(**one) for one in found["normalised"])
    found["columns"], found["headers"] = tuple(found["columns"]), tuple(found["headers"])
    return CommentFile(rows=tuple(rows), **found)


def read_here(path: Path, limits: Limits = LIMITS) -> CommentFile:
    """Read the file in this process: for the child, and for tests."""
    findings = Findings(limits)
    rows: list[CommentRow] = []
    columns: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    try:
        with closing(Table(path, limits, _NAMES, findings.report, findings.tell)) as table:
            header = read_header(table.header, table.header_row, _NAMES, findings.report, findings.tell)
            if header is not None:
                columns = tuple(placed.column.name for placed in header.placed)
                headers = tuple(placed.header for placed in header.placed)
                readers = [
                    (
                        placed.column.name,
                        placed.index,
                        ColumnReader(placed.column, required=bool(placed.column.required_for)),
                    )
                    for placed in header.placed
                ]
                below = regular_rows(table, header, findings, NonEntries(header, _NAMES))
                rows = list(_read(islice(below, limits.rows), readers, findings))
                if surplus := next(below, None):
                    findings.add("TOO_MANY_ROWS", surplus[0], limit=limits.rows)
                if not rows and not findings.error_count:
                    findings.add("EMPTY_FILE", None)
    except Refusal as refusal:
        findings.report(refusal.problem)
    return CommentFile(
        sha256=sha256_of(path),
        size=path.stat().st_size,
        rows=tuple(rows),
        columns=columns,
        headers=headers,
        error_count=findings.error_count,
        warning_count=findings.warning_count,
        errors=tuple(findings.errors),
        warnings=tuple(findings.warnings),
        normalised=tuple(findings.normalised),
    )


def _read(
    below: Iterator[tuple[int, list[cells.Cell]]], readers: list[tuple[str, int, ColumnReader]], findings: Findings
) -> Iterator[CommentRow]:
    """Yield the rows, those said before only once (DUPLICATE_ROW)."""
    said: dict[tuple[str, str, str], int] = {}
    for row, found in below:
        outcomes = {name: reader.read(found[at]) for name, at, reader in readers}
        findings.issues(row, list(outcomes.values()))
        values = {name: "" if one.value is WRONG else one.value or "" for name, one in outcomes.items()}
        read = CommentRow(row, values.get("entry_code", ""), values.get("stance", ""), values.get("text", ""))
        whole = (read.entry_code, read.stance, read.text)
        if read.stance and read.text and (other := said.setdefault(whole, row)) != row:
            findings.add("DUPLICATE_ROW", row, other=other)
            continue
        yield read


def _frames(request: dict[str, Any]) -> Iterator[Frame]:
    file = read_here(Path(request["path"]), Limits(**request["limits"]))
    rows = iter(file.rows)
    while some := list(islice(rows, _ROWS_A_FRAME)):
        yield _ROWS, json.dumps([[one.row, one.entry_code, one.stance, one.text] for one in some]).encode()
    found: dict[str, Any] = {
        name: getattr(file, name) for name in ("sha256", "size", "columns", "headers", "error_count", "warning_count")
    }
    for name in ("errors", "warnings", "normalised"):
        found[name] = [one.as_dict() for one in getattr(file, name)]
    yield _RESULT, json.dumps(found).encode()


if __name__ == "__main__":
    serve(_frames)
