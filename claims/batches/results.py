"""The results of a batch, streamed in the file's order: NDJSON, a check's answer a claim; CSV, a row a line of the file.

Pure: what was kept goes in, bytes come out, and the same bytes every time.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

from claims.batches.record import INVALID, REFUNDED, KeptLine
from claims.eligibility.decision import worst
from common.compact_json import compact
from common.dates import instant_text
from common.languages import Language
from common.money import ratio_text, yuan
from tables.formulas import shield

CSV_COLUMNS: Final = (
    "row claim_no member_ref line_no reference refund_of outcome reasons messages drug_id drug national_code matched_by base_status "
    "benefit catalog version "
    "entry_code product_version amount base_paid other_paid claimable allowed deductible_applied ratio share payable member_pays digest "
    "column value code message"
).split()
_NO_LINE: Final = [""] * (CSV_COLUMNS.index("digest") - CSV_COLUMNS.index("reasons") + 1)
_NO_PROBLEM: Final = [""] * 4
_BOM: Final = b"\xef\xbb\xbf"  # without it, Excel takes Chinese for something else
_PIECE: Final = 1000

PartsOf = Callable[[int], list[str]]


class Kept(NamedTuple):
    """A claim's decision as it is kept (record.py): the chunk whose parts it names (None for an invalid claim), the digest."""

    chunk_id: int | None
    digest: str
    decided: str


@dataclass(frozen=True, slots=True)
class Shown:
    """How results are to be shown: in which language, as known when, by which rules; `parts_of` gives a chunk's parts."""

    language: Language
    known_at: datetime
    rules_version: str
    parts_of: PartsOf


# ---------------------------------------------------------------------------------------------- NDJSON


def ndjson_lines(claims: Iterable[Kept], shown: Shown) -> Iterator[bytes]:
    """Write one object a claim: the answer of a check without `id`, with `rows`, `claim_no`, `member_ref` and `outcome`, and each
    line's `row`; of an invalid claim `problems` (row, column, value, code, message)."""
    worded = _reasons_in(shown.language)
    since = f'"as_known_at":{compact(instant_text(shown.known_at))},"rules_version":{compact(shown.rules_version)}'
    pending: list[str] = []
    for kept in claims:
        pending.append(_invalid_object(kept, shown) if kept.chunk_id is None else _object(kept, shown, since, worded))
        if len(pending) == _PIECE:
            yield _encoded("\n".join(pending) + "\n")
            pending.clear()
    if pending:
        yield _encoded("\n".join(pending) + "\n")


def _object(kept: Kept, shown: Shown, since: str, worded: Callable[[str], str]) -> str:
    document = json.loads(kept.decided)
    if "problems" in document:
        return _invalid_object(kept, shown)
    assert kept.chunk_id is not None
    parts = shown.parts_of(kept.chunk_id)
    lines = [KeptLine(*line) for line in document["lines"]]
    totals = {
        "amount": yuan(sum(line.amount for line in lines)),
        "claimable": yuan(sum(line.claimable for line in lines)),
        "payable": yuan(sum(line.payable for line in lines)),
    }
    return (
        f'{{"rows":{compact(document["rows"])},"claim_no":{compact(document["claim_no"])}'
        f',"member_ref":{compact(document["member_ref"])},"outcome":"{_worst(lines)}"'
        f',"product":{compact(document["product"])},"product_version":{compact(document["product_version"])},{since}'
        f',"catalogs":{parts[document["catalogs"]]},"digest":"{kept.digest}"'
        f',"lines":[{",".join([_line_object(line, parts, worded) for line in lines])}]'
        f',"totals":{compact(totals)},"accumulators":{compact(document["accumulators"])}}}'
    )


def _line_object(line: KeptLine, parts: list[str], worded: Callable[[str], str]) -> str:
    money = (
        f'{{"amount":"{yuan(line.amount)}","base_paid":"{yuan(line.base_paid)}","other_paid":"{yuan(line.other_paid)}"'
        f',"claimable":"{yuan(line.claimable)}","allowed":"{yuan(line.allowed)}"'
        f',"deductible_applied":"{yuan(line.deductible_applied)}","ratio":"{ratio_text(line.ratio)}"'
        f',"share":"{yuan(line.share)}","payable":"{yuan(line.payable)}"'
        f',"member_pays":"{yuan(line.claimable - line.payable)}"}}'
    )
    return (
        f'{{"row":{line.row},"line_no":{line.line_no},"reference":{compact(line.reference or None)}'
        f',"refunds":{compact([refund[1] for refund in line.refunds])},"outcome":"{line.outcome}","reasons":{worded(parts[line.reasons])}'
        f',"drug":{parts[line.drug]},"base":{parts[line.base]},"benefit":{compact(line.benefit)}'
        f',"match":{parts[line.match]},"money":{money},"trace":{parts[line.trace]}}}'
    )


def _worst(lines: list[KeptLine]) -> str:
    outcomes = {line.outcome for line in lines}
    return worst(outcomes)


def _reasons_in(language: Language) -> Callable[[str], str]:
    """Word the reasons of a part in one language; the same part comes again and again."""

    @lru_cache(maxsize=20_000)
    def worded(part: str) -> str:
        return compact([{**reason, "message": reason["message"][language]} for reason in json.loads(part)])

    return worded


def _invalid_object(kept: Kept, shown: Shown) -> str:
    document = json.loads(kept.decided)
    problems = [
        {
            "row": problem["row"],
            "column": problem["column"],
            "value": problem["value"],
            "code": problem["code"],
            "message": problem[f"message_{shown.language}"],
        }
        for problem in document["problems"]
    ]
    invalid = {"rows": document["rows"], "claim_no": document["claim_no"], "outcome": INVALID, "problems": problems}
    return compact(invalid)


# ---------------------------------------------------------------------------------------------- CSV


def csv_lines(claims: Iterable[Kept], shown: Shown) -> Iterator[bytes]:
    """Write one row a line of the file, in the file's order, as CSV (UTF-8 with BOM, CR LF) that runs nothing in a spreadsheet.

    A row that took back from a line has the outcome `refunded` and in `refund_of` the reference of that line, which has the money.
    A line of an invalid claim has the outcome `invalid` and, where it is the one that is wrong, `column`, `value`, `code` and `message`; a
    line with several problems has a row for each.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    pending = _BOM
    for number, row in enumerate(_in_file_order(claims, shown), 1):
        writer.writerow(row)
        if number % _PIECE == 0:
            yield pending + _encoded(buffer.getvalue())
            pending = b""
            buffer.seek(0)
            buffer.truncate()
    if pending or buffer.tell():
        yield pending + _encoded(buffer.getvalue())


def _in_file_order(claims: Iterable[Kept], shown: Shown) -> Iterator[list[Any]]:
    """Claims come by their first rows; where the rows of several are mixed, a row waits until none before it can come."""
    cells = _cells_in(shown.language)
    waiting: list[tuple[int, int, list[Any]]] = []
    place = 0
    for kept in claims:
        rows = _rows(kept, shown, cells)
        first = min(row[0] for row in rows)
        while waiting and waiting[0][0] < first:
            yield heappop(waiting)[2]
        for row in rows:
            place += 1
            heappush(waiting, (row[0], place, row))
    while waiting:
        yield heappop(waiting)[2]


def _rows(kept: Kept, shown: Shown, cells: "_Cells") -> list[list[Any]]:
    document = json.loads(kept.decided)
    claim_no = shield(document["claim_no"])
    if "problems" in document:
        return list(_invalid_rows(document, claim_no, shown.language))
    assert kept.chunk_id is not None
    parts = shown.parts_of(kept.chunk_id)
    member_ref = shield(document["member_ref"])
    rows = []
    for written in document["lines"]:
        line = KeptLine(*written)
        rows.append(
            [
                line.row,
                claim_no,
                member_ref,
                line.line_no,
                shield(line.reference),
                "",
                line.outcome,
                *cells.reasons(parts[line.reasons]),
                *cells.drug(parts[line.drug]),
                cells.base(parts[line.base]),
                shield(line.benefit or ""),
                *cells.match(parts[line.match]),
                cells.product_version(parts[line.trace]),
                yuan(line.amount),
                yuan(line.base_paid),
                yuan(line.other_paid),
                yuan(line.claimable),
                yuan(line.allowed),
                yuan(line.deductible_applied),
                ratio_text(line.ratio),
                yuan(line.share),
                yuan(line.payable),
                yuan(line.claimable - line.payable),
                kept.digest,
                *_NO_PROBLEM,
            ]
        )
        for row, line_no, reference in line.refunds:
            # It is counted in the line that it took back from, and has no money of its own.
            start = [row, claim_no, member_ref, line_no, shield(reference), shield(line.reference), REFUNDED]
            rows.append([*start, *_NO_LINE[:-1], kept.digest, *_NO_PROBLEM])
    return rows


def _invalid_rows(document: dict[str, Any], claim_no: str, language: Language) -> Iterator[list[Any]]:
    told: dict[int, list[dict[str, Any]]] = {}
    for problem in document["problems"]:
        row = problem["row"] if problem["row"] in document["rows"] else document["rows"][0]
        told.setdefault(row, []).append(problem)
    for row in dict.fromkeys(document["rows"]):
        start = [row, claim_no, "", "", "", "", INVALID, *_NO_LINE]
        for problem in told.get(row, ()):
            words = [problem["column"], problem["value"], problem["code"], problem[f"message_{language}"]]
            yield [*start, *[shield(word) for word in words]]
        if row not in told:
            yield [*start, *_NO_PROBLEM]


class _Cells(NamedTuple):
    """The cells that parts are shown as; the same part comes again and again."""

    reasons: Callable[[str], tuple[str, str]]
    drug: Callable[[str], tuple[str, str, str, str]]
    base: Callable[[str], str]
    match: Callable[[str], tuple[str, str, str]]
    product_version: Callable[[str], str]


def _cells_in(language: Language) -> _Cells:
    @lru_cache(maxsize=20_000)
    def reasons(part: str) -> tuple[str, str]:
        found = json.loads(part)
        messages = " ".join(reason["message"][language] for reason in found)
        return ";".join(reason["code"] for reason in found), shield(messages)

    @lru_cache(maxsize=20_000)
    def drug(part: str) -> tuple[str, str, str, str]:
        found = json.loads(part)
        if found is None:
            return "", "", "", ""
        code = (found["product"] or {}).get("national_code", "")
        return found["id"], shield(found["generic_name"]), shield(code), found["matched_by"]

    @lru_cache(maxsize=20_000)
    def base(part: str) -> str:
        found = json.loads(part)
        return found["status"] if found else ""

    @lru_cache(maxsize=20_000)
    def match(part: str) -> tuple[str, str, str]:
        found = json.loads(part)
        return (
            (shield(found["catalog"]), shield(found["version"]), shield(found["entry_code"])) if found else ("", "", "")
        )

    @lru_cache(maxsize=2_000)
    def product_version(part: str) -> str:
        trace = json.loads(part)
        return shield(trace[0]["version"] or "") if trace else ""

    return _Cells(reasons, drug, base, match, product_version)


def _encoded(text: str) -> bytes:
    """What is no Unicode text (half a surrogate pair in an invalid claim) is shown as a question mark."""
    return text.encode("utf-8", "replace")
