"""Taking a package of lists apart and reading its cover table, in a process of its own that no file can take the service with (spec curation 3).

Two steps, since the child may write no file: the parts go out as bytes and are kept by the caller; then the cover is read from what was kept.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from catalog.importing.columns import header_names
from curation.market.cover_table import NAMES, Listed, is_cover, listed, may_be_cover, placed
from tables.child_process import Frame, frames_from, serve
from tables.column_reader import WRONG, ColumnReader
from tables.findings import Findings
from tables.header import columns_in, read_header
from tables.limits import MIB, Limits
from tables.non_entries import NonEntries
from tables.packages import PARTS, Part, parts_of
from tables.problems import Problem, problem, shown
from tables.read import Table
from tables.refusal import Refusal
from tables.row_width import regular_rows

LIMITS = Limits(memory_bytes=1024 * MIB, cpu_seconds=300, wall_seconds=600)
_MODULE = "curation.market.unpacking"
_PART, _BYTES, _UNREAD, _REFUSED, _COVER = b"N", b"D", b"U", b"R", b"C"
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Kept:
    """A part of a package that was kept: its name in the package, and where its bytes lie ('': it could not be taken out)."""

    name: str
    path: str


class Cover(msgspec.Struct, frozen=True):
    """What the cover table says: its own name, the lists, each with its part and what is wrong with its row, and what is to be told of the whole.

    `unlisted` are problems of parts that no row names.
    """

    name: str = ""
    lists: list[Listed] = []
    problems: list[Problem] = []
    unlisted: list[Problem] = []


# ------------------------------------------------------------------------------------------------ taking apart


def unpacked_in_child(path: Path, limits: Limits = LIMITS) -> Generator[Part | bytes | Problem]:
    """Yield what `unpacked` does, from a process of its own; raises Refusal, and ChildDied when somebody ended the child."""
    with closing(frames_from(_MODULE, {"path": str(path.absolute())}, limits)) as frames:
        for letter, payload in frames:
            if letter == _BYTES:
                yield payload
            elif letter == _PART:
                yield msgspec.json.decode(payload, type=Part)
            elif letter == _UNREAD:
                yield msgspec.json.decode(payload, type=Problem)
            else:
                raise Refusal(msgspec.json.decode(payload, type=Problem))


def unpacked(path: Path, limits: Limits = LIMITS) -> Generator[Part | bytes | Problem]:
    """Yield each part of a package, followed by its bytes in pieces, and by why they stop where they do (a Problem).

    Raises Refusal where the package as a whole is refused.
    """
    for part, content in parts_of(path, limits):
        yield part
        if isinstance(content, Problem):
            yield content
            continue
        try:
            for piece in content:
                for start in range(0, len(piece), _PIECE):
                    yield piece[start : start + _PIECE]
        except Refusal as refusal:
            if refusal.problem.code == "TOO_LARGE":
                raise
            yield refusal.problem


def _unpacked_frames(path: Path, limits: Limits) -> Iterator[Frame]:
    try:
        for message in unpacked(path, limits):
            if isinstance(message, bytes):
                yield _BYTES, message
            else:
                yield _PART if isinstance(message, Part) else _UNREAD, msgspec.json.encode(message)
    except Refusal as refusal:
        yield _REFUSED, msgspec.json.encode(refusal.problem)


# ------------------------------------------------------------------------------------------------ the cover


def cover_in_child(parts: Sequence[Kept], *, are_sheets: bool, limits: Limits = LIMITS) -> Cover:
    """Return what the cover table among these parts says; raises Refusal where reading it takes too much, ChildDied when somebody ended the child."""
    request = {"parts": [[part.name, part.path] for part in parts], "are_sheets": are_sheets}
    (_letter, payload), *_ = frames_from(_MODULE, request, limits)
    return msgspec.json.decode(payload, type=Cover)


def read_cover(parts: Sequence[Kept], *, are_sheets: bool, limits: Limits = LIMITS) -> Cover:
    """Return the same, read in this process: for the child, and tests."""
    found = _find_cover(parts, limits)
    if isinstance(found, Problem):
        return Cover(problems=[found])
    at, table, findings = found
    with closing(table):
        try:
            lists = _read(table, findings)
        except Refusal as refusal:
            findings.report(refusal.problem)
            lists = []
    others = [part.name for place, part in enumerate(parts) if place != at]
    places = [place for place in range(len(parts)) if place != at]
    lists, unlisted = placed(lists, others, are_sheets=are_sheets)
    return Cover(
        name=parts[at].name,
        lists=[one if one.part is None else replace(one, part=places[one.part]) for one in lists],
        problems=_of_the_whole(findings, {one.row for one in lists}),
        unlisted=[told for place in unlisted if (told := _unlisted(parts[places[place]], are_sheets, limits))],
    )


def _of_the_whole(findings: Findings, rows: set[int]) -> list[Problem]:
    """Return what was found that stands in no list's row."""
    found = [one for one in (*findings.errors, *findings.warnings) if one.row not in rows]
    return sorted(found, key=lambda one: one.row or 0)


def _find_cover(parts: Sequence[Kept], limits: Limits) -> tuple[int, Table, Findings] | Problem:
    """Return the place of the cover and the opened table: the first that is called so and is one, else the first that is one."""
    why: Problem | None = None
    order = sorted(range(len(parts)), key=lambda place: not may_be_cover(parts[place].name))
    for place in order:
        part = parts[place]
        is_called_so = may_be_cover(part.name)
        if not part.path:
            continue
        findings = Findings(limits)
        try:
            table = Table(Path(part.path), limits, NAMES, findings.report, findings.tell)
        except Refusal as refusal:
            why = why or (refusal.problem if is_called_so else None)
            continue
        if is_cover(columns_in(table.header, NAMES), is_called_so=is_called_so):
            return place, table, findings
        table.close()
    return why or problem("NO_COVER", None)


def _read(table: Table, findings: Findings) -> list[Listed]:
    header = read_header(table.header, table.header_row, NAMES, findings.report, findings.tell)
    if header is None or findings.error_count:
        return []
    findings.titles = header.titles()
    readers = [
        (placed.column.name, placed.index, ColumnReader(placed.column, required=bool(placed.column.required_for)))
        for placed in header.placed
    ]
    lists: list[Listed] = []
    for row, found in regular_rows(table, header, findings, NonEntries(header, NAMES)):
        if len(lists) == PARTS:
            findings.add("TOO_MANY_ROWS", row, limit=PARTS)
            break
        outcomes = {name: reader.read(found[at]) for name, at, reader in readers}
        told = [
            problem(issue.code, row, issue.column, issue.value, titles=findings.titles, **issue.details)
            for outcome in outcomes.values()
            for issue in outcome.issues
            if issue.code
        ]
        values = {name: None if one.value is WRONG else one.value for name, one in outcomes.items()}
        lists.append(listed(row, values, told))
    if not lists and not findings.error_count:
        findings.add("EMPTY_FILE", None)
    return lists


def _unlisted(part: Kept, are_sheets: bool, limits: Limits) -> Problem | None:
    """Return what is to be told of a part that no row of the cover names: nothing of an empty sheet."""
    name = shown(part.name, 80)
    if not part.path:
        return problem("NOT_A_LIST", None, "file", part.name, file=name, why_zh="已损坏。", why_en="it is damaged.")
    names = header_names("reference")
    try:
        with closing(Table(Path(part.path), limits, names, lambda _: None, lambda _: None)) as table:
            is_list = "generic_name" in columns_in(table.header, names)
    except Refusal as refusal:
        found = refusal.problem
        if are_sheets and found.code == "EMPTY_FILE":
            return None
        return problem("NOT_A_LIST", None, "file", part.name, file=name, why_zh=found.zh, why_en=found.en)
    if is_list:
        return problem("NOT_ON_COVER", None, "file", part.name, file=name)
    words: dict[str, Any] = {"why_zh": "没有药品名称列。", "why_en": "it has no column of drug names."}
    return problem("NOT_A_LIST", None, "file", part.name, file=name, **words)


def _frames(request: dict[str, Any]) -> Iterator[Frame]:
    limits = Limits(**request["limits"])
    if "path" in request:
        yield from _unpacked_frames(Path(request["path"]), limits)
        return
    parts = [Kept(*part) for part in request["parts"]]
    yield _COVER, msgspec.json.encode(read_cover(parts, are_sheets=request["are_sheets"], limits=limits))


if __name__ == "__main__":
    serve(_frames)
