"""A claim batch: a file of claim lines → claims in the shape of api.md "A check", in the file's order (spec csv.md).

A bad row makes its claim invalid and stops no other. Only what concerns the whole file (no table, a column missing,
a column of personal identity) refuses the batch. Nothing here knows the product or the rules: the claims are judged
as if they had come one by one.
"""

import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from claims.batches.columns import CLAIM_LINES, NAMES, numbers_lines, of_the_interface
from claims.claim_size import MAX_LINES
from claims.eligibility import InvalidClaim, fields, parse_claim
from claims.eligibility.facts import QUANTITY_PLACES
from claims.eligibility.refunds import wrong_signs
from common import personal
from common.compact_json import compact
from common.money import plain, yuan
from common.request_problems import Said, said
from tables.cells import Cell, Fault
from tables.column_reader import REMEMBERED, WRONG, ColumnReader
from tables.delimited import open_lines
from tables.encoding import encoding_of
from tables.file_format import file_format_of, sha256_of
from tables.findings import Findings, Issue
from tables.first_seen import FirstSeen
from tables.header import Header, Placed, read_header, text_of
from tables.limits import Limits, Progress
from tables.non_entries import NonEntries
from tables.problems import Normalised, Problem, mask, problem
from tables.read import Table
from tables.refusal import Refusal
from tables.row_width import Nameless

PROGRESS_EVERY = 1000
_LOOKED_AT = 64 * 1024  # to tell lines of JSON from a table
# No row of a table begins so: there a quote within a quoted cell stands twice.
_OBJECT_LINE = re.compile(rb'^[ \t]*\{[ \t]*"[^"]', re.MULTILINE)

_MEMBER = ("member_ref", "policy_start", "policy_end", "renewal", "sex", "age", "pre_existing")
_IDENTITY = ("national_code", "approval_no", "generic_name", "brand_name")
_NAMING = frozenset({"claim_no", "generic_name"})
_OF_CLAIM = tuple(column.name for column in CLAIM_LINES if column.of_claim)
_OF_LINE = tuple(column.name for column in CLAIM_LINES if not column.of_claim and column.name != "claim_no")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a batch. `rows` are the file's rows of its lines; `request` is the check of api.md without
    `product`, None when `problems` make the claim invalid."""

    claim_no: str
    rows: tuple[int, ...]
    request: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What was found in a batch file. With `errors` the batch is refused and the claims sent before are void."""

    sha256: str
    size: int
    file_format: str = ""
    encoding: str = ""
    claims: int = 0
    invalid: int = 0
    lines: int = 0
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    normalised_count: int = 0
    normalised: tuple[Normalised, ...] = ()


def read_batch(path: Path, limits: Limits | None = None) -> Iterator[Claim | Progress | BatchResult]:
    """Yield the claims of a CSV, XLSX or NDJSON file in the order of their first rows, and at last one
    BatchResult."""
    limits = limits or Limits()
    findings = Findings(limits)
    size = path.stat().st_size
    yield Progress("gate", 0, size, 0)
    count = _Count()
    try:
        count.file_format = file_format_of(path, limits)
        reader = _read_ndjson if count.file_format != "xlsx" and _is_ndjson(path) else _read_table
        for message in reader(path, limits, findings, count):
            if isinstance(message, Claim):
                count.claims += 1
                count.invalid += bool(message.problems)
                count.lines += len(message.rows)
            yield message
    except Refusal as refusal:
        findings.report(refusal.problem)
    if not count.claims and not findings.error_count:
        findings.report(problem("EMPTY_FILE", None))
    yield BatchResult(
        sha256_of(path),
        size,
        count.file_format,
        count.encoding,
        count.claims,
        count.invalid,
        count.lines,
        tuple(findings.errors),
        tuple(findings.warnings),
        findings.normalised_count,
        tuple(findings.normalised),
    )


@dataclass(slots=True)
class _Count:
    file_format: str = ""
    encoding: str = ""
    claims: int = 0
    invalid: int = 0
    lines: int = 0


# ---------------------------------------------------------------------------------------------- CSV and XLSX


@dataclass(slots=True)
class _Open:
    """A claim whose rows are still coming. `cells`: those that belong to the claim, of the last row with nothing to tell."""

    claim_no: str
    cells: object = None
    rows: list[int] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    # Beside the lines: every cell of their rows, by which alike rows are told from those that only share a number.
    written: list[int] = field(default_factory=list)
    serials_are_numbers: bool = False
    is_overpaid: bool = False
    says: dict[str, tuple[Any, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_over: bool = False


def _read_table(path: Path, limits: Limits, findings: Findings, count: _Count) -> Iterator[Claim | Progress]:
    def report_whole_file(found: Problem) -> None:
        # What is wrong with single rows is told once, by the second reading.
        if found.row is None or found.severity == "warning":
            findings.report(found)

    def tell(change: Normalised) -> None:
        findings.tell(replace(change, before=personal.shown(change.before)))

    with _opened(path, limits, report_whole_file, tell) as table:
        count.file_format, count.encoding = table.file_format, table.encoding
        header = read_header(
            table.header, table.header_row, NAMES, lambda found: findings.report(_impersonal(found)), tell
        )
        if header is None or findings.error_count:
            return
        last_row_of = _last_rows(table, header, limits, findings, NonEntries(header, NAMES))
    if findings.error_count:
        return
    broken: list[Problem] = []

    def report_row(found: Problem) -> None:
        if found.row is not None and found.severity == "error":
            broken.append(found)

    with _opened(path, limits, report_row, lambda _: None) as table:
        yield from _claims(table, header, limits, findings, last_row_of, broken)


@contextmanager
def _opened(
    path: Path, limits: Limits, report: Callable[[Problem], None], tell: Callable[[Normalised], None]
) -> Iterator[Table]:
    table = Table(path, limits, NAMES, report, tell)
    try:
        yield table
    finally:
        table.close()


class _Read(NamedTuple):
    """A cell as it was read: its value (None: not given, WRONG: unreadable), the same as a check's JSON has it, and what is to be told."""

    value: Any
    plain: Any
    issues: tuple[Issue, ...]


class _Column:
    """A column of the file. Cells repeat from row to row, so what was read is remembered in `known`."""

    __slots__ = ("name", "index", "known", "_reader")

    def __init__(self, placed: Placed) -> None:
        self.name = placed.column.name
        self.index = placed.index
        self.known: dict[Cell, _Read] = {}
        column = of_the_interface(placed).column
        self._reader = ColumnReader(
            column, required=column.name in NAMES.shape.required, names_rows=self.name in _NAMING
        )

    def read(self, cell: Cell) -> _Read:
        """Read a cell and remember it."""
        value, told = self._reader.read(cell) if cell else self._reader.empty()
        said_as = None if value is None or value is WRONG else _plain(self.name, value)
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        issues = tuple(map(self._impersonal, told))
        found = self.known[cell] = _Read(value, said_as, issues)
        return found

    def _impersonal(self, issue: Issue) -> Issue:
        """The issue with what stood in the cell, and what its words quote of it, masked where it may identify a person."""
        hidden = self._shown(issue)
        if hidden == issue.value or not issue.value:
            return issue._replace(value=hidden)
        details = {
            name: said.replace(issue.value, hidden) if isinstance(said, str) else said
            for name, said in issue.details.items()
        }
        return issue._replace(value=hidden, details=details)

    def _shown(self, issue: Issue) -> str:
        """What stood in the cell, masked where it may identify a person."""
        if issue.code == "PERSONAL_DATA":
            return issue.value  # masked already
        return mask(issue.value) if issue.code and self.name == "member_ref" else personal.shown(issue.value)


class _Columns:
    """The columns of the file: all of them, those of a single line, and the cells of a row that belong to its claim."""

    def __init__(self, header: Header) -> None:
        self.all = tuple(_Column(placed) for placed in header.placed)
        self.of_line = tuple(column for column in self.all if column.name in _OF_LINE)
        self.claim_no = next(column for column in self.all if column.name == "claim_no")
        # Line numbers may come from the national interface's serial numbers, unless there is a column of line numbers.
        named = {placed.column.name: placed for placed in header.placed}
        self.serials_are_numbers = "line_no" not in named and "reference" in named and numbers_lines(named["reference"])
        self.cells_of_claim = itemgetter(*(column.index for column in self.all if column.name not in _OF_LINE))


def _last_rows(
    table: Table, header: Header, limits: Limits, findings: Findings, non_entries: NonEntries
) -> "array[int]":
    """For each claim, numbered in the order of first rows, the number of its last row among all rows: so a claim is
    known to be complete when that row was read, without keeping the whole file."""
    numbers = _Numbers(_Columns(header).claim_no)
    last = array("I")
    is_sheet, nameless = table.file_format == "xlsx", Nameless(header)
    for place, (row, cells) in enumerate(_lines_of(table, non_entries, findings.add)):
        if is_sheet:
            nameless.tell(row, cells, findings)
        if place >= limits.rows:
            findings.report(problem("TOO_MANY_ROWS", row, limit=limits.rows))
            return last
        number, _ = numbers.of(cells)
        if number == len(last):
            last.append(place)
        else:
            last[number] = place
    return last


def _lines_of(table: Table, non_entries: NonEntries, add: Callable[..., None]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows of the table that are lines of claims; others are told (NOT_AN_ENTRY) and passed over."""
    for row, cells in table:
        if non_entries.may_be_one(cells) and (why := non_entries.why(cells)):
            table.pass_over(row)
            first = next(text_of(cell) for cell in cells if cell)
            add("NOT_AN_ENTRY", row, "", personal.shown(first), what_zh=why[0], what_en=why[1])
        else:
            yield row, cells


class _Numbers:
    """Numbers claims in the order of their first rows; a row without a readable claim number is a claim of its own."""

    def __init__(self, column: _Column) -> None:
        self._column = column
        self._seen = FirstSeen()
        self._next = 0
        self._before: Cell = ""
        self._found = (0, "")

    def of(self, cells: Sequence[Cell]) -> tuple[int, str]:
        index = self._column.index
        cell = cells[index] if index < len(cells) else ""
        if cell == self._before and self._found[1]:
            return self._found  # the rows of a claim mostly come one after the other
        value = (self._column.known.get(cell) or self._column.read(cell)).value
        claim_no = value if isinstance(value, str) else ""
        number = self._seen.first(hash(claim_no), self._next) if claim_no else None
        if number is None:
            number = self._next
            self._next += 1
        self._before, self._found = cell, (number, claim_no)
        return self._found


def _claims(
    table: Table, header: Header, limits: Limits, findings: Findings, last: "array[int]", broken: list[Problem]
) -> Iterator[Claim | Progress]:
    columns = _Columns(header)
    numbers = _Numbers(columns.claim_no)
    waiting: dict[int, _Open] = {}
    next_number = 0
    is_sheet = table.file_format == "xlsx"
    non_entries = NonEntries(header, NAMES)
    for place, (row, found) in enumerate(_lines_of(table, non_entries, lambda *_, **__: None)):
        if broken:
            yield from _unreadable(broken, waiting)
        number, claim_no = numbers.of(found)
        claim = waiting.get(number)
        if claim is None:
            claim = waiting[number] = _Open(claim_no, serials_are_numbers=columns.serials_are_numbers)
        cells, ragged = _regular(row, found, header.width, is_sheet)
        if ragged:
            claim.rows.append(row)
            claim.problems.append(ragged)
        else:
            _add_row(claim, row, cells, columns, findings)
        claim.is_over = last[number] == place
        while next_number in waiting and waiting[next_number].is_over:
            done = waiting.pop(next_number)
            next_number += 1
            if done.rows:
                yield _closed(done)
        if place % PROGRESS_EVERY == 0:
            yield Progress("check", table.position, table.size, place)
    yield from _unreadable(broken, {})


def _unreadable(broken: list[Problem], waiting: Mapping[int, _Open]) -> Iterator[Claim]:
    """Lines that are no rows at all, as invalid claims of their own; held back while a claim is open, to keep the
    file's order."""
    if not waiting:
        for found in broken:
            yield Claim("", (found.row or 0,), None, (found,))
        broken.clear()


def _regular(row: int, cells: Sequence[Cell], width: int, is_sheet: bool) -> tuple[Sequence[Cell], Problem | None]:
    if len(cells) == width:
        return cells, None
    if not is_sheet:
        return cells, problem("RAGGED_ROW", row, "", "", found=len(cells), expected=width)
    return [*cells[:width], *[""] * (width - len(cells))], None


def _add_row(claim: _Open, row: int, cells: Sequence[Cell], columns: _Columns, findings: Findings) -> None:
    cells_of_claim = columns.cells_of_claim(cells)
    # What an earlier row said of the claim in the same cells, with nothing to tell of it, need not be read again.
    said_before = cells_of_claim == claim.cells
    line: dict[str, Any] = {}
    values: dict[str, Any] = {}
    issues: tuple[Issue, ...] = ()
    for column in columns.of_line if said_before else columns.all:
        cell = cells[column.index]
        value, shown_as, told = column.known.get(cell) or column.read(cell)
        if value is not None:
            values[column.name] = value
            if shown_as is not None and column.name in _OF_LINE:
                line[column.name] = shown_as
        if told:
            issues += told
    if not values and not said_before:
        return  # white space only
    claim.rows.append(row)
    before = len(claim.problems)
    for issue in issues:
        if not issue.code:
            findings.tell(Normalised(row, issue.column, issue.value, str(issue.details["after"])))
        elif (found := issue.at(row)).severity == "error":
            claim.problems.append(found)
        else:
            findings.report(found)
    if not said_before:
        _merge(claim, row, values)
    claim.problems.extend(_line_problems(row, values))
    if "base_paid" in values or "other_paid" in values:
        _quantity, amount, base_paid, other_paid = _figures(values)
        claim.is_overpaid |= amount < base_paid + other_paid
    claim.lines.append(line)
    claim.written.append(hash(tuple(cells)))
    if not issues and len(claim.problems) == before:
        claim.cells = cells_of_claim


def _merge(claim: _Open, row: int, values: Mapping[str, Any]) -> None:
    """What belongs to the claim must be said alike on every row that says it."""
    for name in _OF_CLAIM:
        value = values.get(name)
        if value is None or value is WRONG:
            continue
        said, first_row = claim.says.setdefault(name, (value, row))
        if said != value:
            shown = mask(str(value)) if name == "member_ref" else _plain(name, value)
            same: dict[str, Any] = {
                "same_zh": f"属于同一赔案 {claim.claim_no}",
                "same_en": f"belong to the claim {claim.claim_no}",
            }
            claim.problems.append(problem("CONFLICTING_ROWS", row, name, shown, other=first_row, **same))


def _line_problems(row: int, values: Mapping[str, Any]) -> Iterator[Problem]:
    refund_of = values.get("refund_of")
    if not refund_of and not any(name in values for name in _IDENTITY):
        yield _of_sentence(row, "generic_name", "", said("NO_DRUG_IDENTITY"))
    start, end = values.get("policy_start"), values.get("policy_end")
    if start and end and start is not WRONG and end is not WRONG and start > end:
        yield problem(
            "DATE_ORDER", row, "policy_start", f"{start} > {end}", first=("policy_start",), last=("policy_end",)
        )
    quantity, amount, base_paid, other_paid = _figures(values)
    if not refund_of and quantity > 0 <= base_paid and other_paid >= 0 <= amount:
        return
    for name, sentence in wrong_signs(quantity, amount, base_paid, other_paid, is_refund=bool(refund_of)):
        if type(values.get(name)) is int:
            value = str(_plain(name, values[name]))
            yield _of_sentence(row, name, value, said(sentence, value=value, what=name))


def _figures(values: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """The quantity of a row, its amount, base_paid and other_paid in fen; what is not given or cannot be read is 0, a quantity 1."""
    get = values.get
    quantity, amount, base_paid, other_paid = get("quantity"), get("amount"), get("base_paid"), get("other_paid")
    return (
        quantity if type(quantity) is int else 1,
        amount if type(amount) is int else 0,
        base_paid if type(base_paid) is int else 0,
        other_paid if type(other_paid) is int else 0,
    )


def _of_sentence(row: int, column: str, value: str, words: tuple[str, str, str]) -> Problem:
    code, zh, en = words
    return Problem(code, row, column, personal.shown(value), zh, en)


_WRITTEN: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(("amount", "base_paid", "other_paid"), yuan),
    "quantity": lambda size: plain(size, QUANTITY_PLACES),
}


def _plain(name: str, value: Any) -> Any:
    """The value as JSON has it in a check."""
    if write := _WRITTEN.get(name):
        return write(value)
    match value:
        case tuple():
            return list(value)
        case bool() | int() | str() | dict():
            return value
        case _:
            return value.isoformat()


def _closed(claim: _Open) -> Claim:
    problems = list(claim.problems)
    if len(claim.lines) > MAX_LINES:
        problems.append(problem("TOO_MANY_ROWS", claim.rows[MAX_LINES], "claim_no", claim.claim_no, limit=MAX_LINES))
    _number_lines(claim, problems)
    if problems:
        return Claim(claim.claim_no, tuple(claim.rows), None, tuple(problems))
    member = {name: _plain(name, claim.says[name][0]) for name in _MEMBER if name in claim.says}
    # A refund has the day of the line that it takes back from.
    days = [line["service_date"] for line in claim.lines if "refund_of" not in line]
    request: dict[str, Any] = {
        "claim_no": claim.claim_no,
        "service_date": min(days or [line["service_date"] for line in claim.lines]),
        "member": member,
        "lines": claim.lines,
    }
    if "circumstance" in claim.says:
        request["circumstance"] = claim.says["circumstance"][0]
    if len(days) < len(claim.lines) or claim.is_overpaid:
        problems = problems_of(request, claim.rows)
    if problems:
        return Claim(claim.claim_no, tuple(claim.rows), None, tuple(problems))
    return Claim(claim.claim_no, tuple(claim.rows), request)


def _number_lines(claim: _Open, problems: list[Problem]) -> None:
    """A line without a number takes its place in the claim; no number may occur twice (eligibility 8).

    The national interface's serial number is the line's number too where it is a whole number that fits. Where such a
    number is another line's place, all lines are numbered by their places.
    """
    own = [line.get("line_no") for line in claim.lines]
    if claim.serials_are_numbers:
        own = [fields.line_no_of(line["reference"]) if line.get("reference") else None for line in claim.lines]
        given = [number for number in own if number is not None]
        by_place = {place for place, number in enumerate(own, 1) if number is None}
        if not by_place.isdisjoint(given):
            own = [None] * len(own)
    first: dict[int, int] = {}
    for place, (line, number) in enumerate(zip(claim.lines, own, strict=True)):
        number = line["line_no"] = number or place + 1
        earlier = first.setdefault(number, place)
        if earlier != place:
            problems.append(_same_number(claim, earlier, place, number))


def _same_number(claim: _Open, earlier: int, place: int, number: int) -> Problem:
    rows = claim.rows if len(claim.rows) == len(claim.lines) else [claim.rows[-1]] * len(claim.lines)
    other, row = rows[earlier], rows[place]
    if claim.written[earlier] != claim.written[place]:
        same: dict[str, Any] = {"same_zh": f"的行号都是 {number}", "same_en": f"have the line number {number}"}
        return problem("CONFLICTING_ROWS", row, "line_no", number, other=other, **same)
    zh = f"第 {other} 行与第 {row} 行完全相同，行号都是 {number}。同一条明细只能报一次，请删除其中一行；若确是两条明细，请分别编号。"
    en = (
        f"Rows {other} and {row} are alike in every cell, the line number {number} too. A line is claimed once: delete one of "
        "them, or give each its own number if they are two."
    )
    return Problem("CONFLICTING_ROWS", row, "line_no", str(number), zh, en)


# ---------------------------------------------------------------------------------------------- what a check says


def problems_of(request: Mapping[str, Any], rows: Sequence[int]) -> list[Problem]:
    """Return what a check would say of a claim, at the file's rows: those of its lines, or the one of the whole claim."""
    try:
        parse_claim({**request, "product": request.get("product") or "-", "as_known_at": None})
    except InvalidClaim as invalid:
        return [_at_row(found, request, rows) for found in invalid.said]
    return []


def _at_row(found: Said, request: Mapping[str, Any], rows: Sequence[int]) -> Problem:
    steps = found.pointer.split("/")[1:]
    row = rows[0]
    if steps[:1] == ["lines"] and len(steps) > 1 and len(rows) > int(steps[1]):
        row = rows[int(steps[1])]
    column = ".".join(step for step in steps if not step.isdigit() and step not in ("lines", "member"))
    value = "" if found.code == "PERSONAL_DATA" else shown(_value_at(request, steps))
    return Problem(found.code, row, (column or steps[-1])[:200], value, found.zh, found.en)


def _value_at(data: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def shown(value: Any) -> str:
    """Return what was sent as it is quoted in a problem: short, and masked where it may identify a person."""
    if value is None:
        return ""
    # Masked before it is cut: half a number is no number, and would be shown.
    return personal.shown(value if isinstance(value, str) else compact(value))[:100]


def _impersonal(found: Problem) -> Problem:
    """A problem of the file as a whole, its header quoted without an identity number."""
    hidden = personal.shown(found.value)
    if hidden == found.value:
        return found
    words = {name: getattr(found, name).replace(found.value, hidden) for name in ("column", "value", "zh", "en")}
    return replace(found, **words)


# ---------------------------------------------------------------------------------------------- NDJSON


class _Unreadable(ValueError):
    def __init__(self, code: str, column: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.column, self.zh, self.en = code, column, zh, en


def _is_ndjson(path: Path) -> bool:
    """Tell whether a file is lines of JSON: it begins with an object, or one begins a line behind what is none (a bad row stops no other)."""
    with path.open("rb") as file:
        begins = file.read(_LOOKED_AT).removeprefix(b"\xef\xbb\xbf").lstrip()
    return begins.startswith(b"{") or _OBJECT_LINE.search(begins) is not None


def _read_ndjson(path: Path, limits: Limits, findings: Findings, count: _Count) -> Iterator[Claim | Progress]:
    count.file_format = "ndjson"
    encoding = count.encoding = encoding_of(path)
    first_row: dict[int, int] = {}
    with open_lines(path, encoding) as file:
        raw = file.buffer  # type: ignore[attr-defined]
        for row, line in enumerate(file, 1):
            if row > limits.rows:
                findings.report(problem("TOO_MANY_ROWS", row, limit=limits.rows))
                return
            if line.strip():
                yield _json_claim(row, line, first_row)
            if row % PROGRESS_EVERY == 0:
                yield Progress("check", raw.tell(), path.stat().st_size, row)


def _json_claim(row: int, line: str, first_row: dict[int, int]) -> Claim:
    try:
        found = _strict_object(line)
    except _Unreadable as fault:
        return Claim("", (row,), None, (problem(fault.code, row, fault.column, **_words(fault)),))
    member = found.get("member")
    claim_no = _read(fields.claim_no, found.get("claim_no"))
    member_ref = _read(fields.member_ref, member.get("member_ref")) if isinstance(member, dict) else None
    problems = [problem("REQUIRED", row, "claim_no")] if claim_no is None else []
    if member_ref is None:
        problems.append(problem("REQUIRED", row, "member_ref"))
    problems += problems_of(found, (row,))
    if claim_no:
        other = first_row.setdefault(hash(claim_no), row)
        if other != row:
            same: dict[str, Any] = {
                "same_zh": f"的赔案号都是 {claim_no[:40]}",
                "same_en": f"have the claim number {claim_no[:40]}",
            }
            twice = problem("CONFLICTING_ROWS", row, "claim_no", claim_no, other=other, **same)
            problems = [twice]
    if problems:
        return Claim(claim_no or "", (row,), None, tuple(problems))
    # By these claims come together in the file's order and the member's: as they are read, not as they were written.
    return Claim(
        claim_no or "", (row,), {**found, "claim_no": claim_no, "member": {**found["member"], "member_ref": member_ref}}
    )


def _read(read: Callable[[str], str | None], value: object) -> str | None:
    """A reference as it is read: None where it is not given, '' where it cannot be read, which is told with the rest."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return read(value) if isinstance(value, str) else ""
    except Fault:
        return ""


def _words(fault: _Unreadable) -> dict[str, Any]:
    if fault.code == "DUPLICATE_COLUMN":
        return {"headers": fault.zh}
    return {"why_zh": fault.zh, "why_en": fault.en}


def _strict_object(line: str) -> dict[str, Any]:
    """Read one JSON object: no key twice, no NaN."""
    try:
        found = json.loads(
            line, object_pairs_hook=_without_doubles, parse_constant=_refuse_constant, parse_float=Decimal
        )
    except (ValueError, RecursionError) as broken:
        if isinstance(broken, _Unreadable):
            raise
        raise _Unreadable(
            "NOT_A_TABLE", "", "该行不是有效的 JSON 对象。", "this line is no valid JSON object."
        ) from broken
    if not isinstance(found, dict):
        raise _Unreadable("NOT_A_TABLE", "", "该行不是 JSON 对象。", "this line is no JSON object.")
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        doubled = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise _Unreadable("DUPLICATE_COLUMN", doubled[:60], doubled[:60], doubled[:60])
    return found


def _refuse_constant(name: str) -> Any:
    raise _Unreadable("BAD_NUMBER", "", f"{name} 不是数字。", f"{name} is no number.")
