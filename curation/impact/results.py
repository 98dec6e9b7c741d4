"""The lines of a run that come out otherwise: as they are kept, and as a file of them. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from catalog.drugs.base_names import drug_id
from claims.eligibility import Line as ClaimLine
from claims.eligibility import LineDecision
from common.compact_json import compact
from common.money import Fen, yuan
from curation.impact.lines import Line
from tables.csv_output import csv_table

COLUMNS: Final = (
    "source source_id claim_no member_ref line_no reference service_date product drug_id drug outcome_old outcome_new payable_old payable_new "
    "payable_change reasons_old reasons_new benefit_old benefit_new catalog version entry_code outcome_without payable_without"
).split()


class Source(NamedTuple):
    """Where a claim is recorded: `check` or `batch`, its id, the claim's number and member, its product."""

    kind: str
    id: str
    claim_no: str
    member_ref: str
    product: str


def kept_line(source: Source, decided: LineDecision, old: Line, new: Line, without: Line) -> str:
    """Return what is kept of a line that comes out otherwise; `without` is how it comes out without the version."""
    line: ClaimLine = decided.judgement.line
    match = decided.judgement.match
    entry = (match.version.catalog, match.version.label, match.entry.entry_code) if match else ("", "", "")
    day = line.service_date.isoformat()
    place = (line.line_no, line.reference, day)
    return compact([source, place, old, new, entry, (without.outcome, without.payable)])


def csv_lines(parts: Iterable[str]) -> Iterator[bytes]:
    """Write the kept lines of some parts as CSV, with a header."""
    return csv_table([COLUMNS], (_row(json.loads(text)) for part in parts for text in part.split("\n") if text))


def _row(kept: list[Any]) -> list[str]:
    source, place, old, new, entry, without = kept
    kind, source_id, claim_no, member_ref, product = source
    line_no, reference, day = place
    was, now = Line(*old), Line(*new)
    drug = now.drug or was.drug or ""
    return [
        kind,
        source_id,
        claim_no,
        member_ref,
        str(line_no),
        reference,
        day,
        product,
        drug_id(drug) if drug else "",
        drug,
        was.outcome,
        now.outcome,
        yuan(was.payable),
        yuan(now.payable),
        yuan(Fen(now.payable - was.payable)),
        ";".join(was.reasons),
        ";".join(now.reasons),
        was.benefit or "",
        now.benefit or "",
        *entry,
        without[0],
        yuan(Fen(without[1])),
    ]
