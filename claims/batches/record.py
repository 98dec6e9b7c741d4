"""What is kept of a batch's decisions: a few numbers a line.

Most of an answer repeats from line to line: reasons, drug, list entry, trace. Of these each chunk keeps every distinct one once, its *parts*; a
decision keeps numbers of parts and its money in fen, so that a line takes some eighty bytes. Messages are kept in both languages, as they were
given. results.py shows it again.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from catalog.drugs.recognise import Recognition
from claims.eligibility import Decision, Judgement, LineDecision, Reason, accumulators_document
from claims.eligibility.answer import (
    base_document,
    catalogs_document,
    drug_document,
    match_document,
    product_version_of,
    reason_document,
    trace_document,
)
from common.compact_json import compact
from common.money import BasisPoints, Fen

INVALID: Final = "invalid"
REFUNDED: Final = "refunded"
WRITTEN_KEPT: Final = 100_000


class KeptLine(NamedTuple):
    """A line as it is kept: its row in the file, numbers of parts (reasons, drug, base, match, trace), money in fen, the ratio in
    ten-thousandths. `benefit` is its code. `refunds`: of each row that took back from the line its row in the file, line number and
    reference."""

    row: int
    line_no: int
    outcome: str
    reasons: int
    drug: int
    base: int
    benefit: str | None
    match: int
    trace: int
    amount: Fen
    base_paid: Fen
    other_paid: Fen
    claimable: Fen
    allowed: Fen
    deductible_applied: Fen
    ratio: BasisPoints
    share: Fen
    payable: Fen
    # Not kept of batches that were decided before there were any.
    reference: str = ""
    refunds: Sequence[Sequence[Any]] = ()


class Parts:
    """The distinct parts of a chunk's decisions, numbered as they come; `texts` are their JSON.

    `written` remembers from chunk to chunk what a part was made of and its text; it may be kept as long as the snapshot does that the
    decisions rest on.
    """

    def __init__(self, written: dict[Any, str] | None = None) -> None:
        self.texts: list[str] = []
        # What was consulted: (list, version).
        self.consulted: set[tuple[str, str]] = set()
        self._numbers: dict[str, int] = {}
        # What a part was made of → its number, so that a line that is like an earlier one need not be written out to be found.
        self._known: dict[Any, int] = {}
        self._written = {} if written is None else written
        if len(self._written) > WRITTEN_KEPT:
            self._written.clear()

    def record(self, decision: Decision, rows: Sequence[int]) -> str:
        """Return what is kept of a decided claim; `rows` are those of its lines in the file, or the one of the whole claim."""
        judged, lines = decision.judged, decision.lines
        # The rows of the file stand for the rows of the claim, or its one row for all of them.
        sent = sum(1 + len(line.judgement.line.refunds) for line in lines)
        row_of = rows if len(rows) == sent else [rows[0]] * sent
        catalogs = self._number(("catalogs", judged.consulted), lambda: compact(catalogs_document(judged.consulted)))
        self.consulted.update((version.catalog, version.label) for version in judged.consulted)
        return compact(
            {
                "claim_no": judged.claim.claim_no,
                "member_ref": judged.claim.member.member_ref,
                "rows": rows,
                "product": judged.product,
                "product_version": product_version_of(decision),
                "catalogs": catalogs,
                "lines": [self._line(line, row_of) for line in lines],
                "accumulators": accumulators_document(decision.accumulators),
            }
        )

    def text(self) -> str:
        """Return all parts as one text, a line each: JSON has no line break outside its texts, and escapes those in them."""
        return "\n".join(self.texts)

    def catalogs(self) -> list[dict[str, str]]:
        """Return which versions of lists were consulted, as what a chunk is found by."""
        return [{"catalog": catalog, "version": label} for catalog, label in sorted(self.consulted)]

    def _line(self, decided: LineDecision, row_of: Sequence[int]) -> tuple[Any, ...]:
        judgement = decided.judgement
        line, terms, match, base = judgement.line, judgement.terms, judgement.match, judgement.base
        return (
            row_of[line.place],
            line.line_no,
            judgement.outcome,
            self._number(("reasons", decided.reasons), lambda: self._reasons_text(decided.reasons)),
            self._drug_number(judgement.recognition),
            self._number(
                ("base", base and (base.status, base.version, base.entry and base.entry.entry_code)),
                lambda: compact(base_document(judgement)),
            ),
            judgement.benefit.code if judgement.benefit else None,
            self._number(
                ("match", match and (match.version, match.entry.entry_code)), lambda: compact(match_document(match))
            ),
            self._number(("trace", judgement.trace, terms and terms.label), lambda: _trace_text(judgement)),
            line.amount,
            line.base_paid,
            line.other_paid,
            *decided.money,
            line.reference,
            [(row_of[refund.place], refund.line_no, refund.reference) for refund in line.refunds],
        )

    def _number(self, key: Any, text_of: Callable[[], str]) -> int:
        number = self._known.get(key)
        if number is None:
            text = self._written.get(key)
            if text is None:
                text = self._written[key] = text_of()
            number = self._numbers.setdefault(text, len(self.texts))
            if number == len(self.texts):
                self.texts.append(text)
            self._known[key] = number
        return number

    def _drug_number(self, found: Recognition | None) -> int:
        if found is None or found.drug is None:
            return self._number("no drug", lambda: "null")
        # A product is one object in one snapshot, and long to compare.
        key = ("drug", found.drug, found.matched_by, id(found.product))
        return self._number(key, lambda: compact(drug_document(found)))

    def _reasons_text(self, reasons: tuple[Reason, ...]) -> str:
        texts = []
        for reason in reasons:
            text = self._written.get(reason)
            if text is None:
                document = reason_document(reason, "zh")
                document["message"] = {"zh": document["message"], "en": reason.message("en")}
                text = self._written[reason] = compact(document)
            texts.append(text)
        return "[" + ",".join(texts) + "]"


def parts_of_text(text: str) -> list[str]:
    """Return the parts again, by their numbers."""
    return text.split("\n")


def _trace_text(judgement: Judgement) -> str:
    return compact(trace_document(judgement))
