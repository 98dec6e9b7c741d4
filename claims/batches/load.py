"""A batch file into the database: its claims as rows, and chunks of them to be decided side by side.

One transaction holds the claims, the chunks, their jobs and the end of the reading: a worker that dies in between leaves nothing.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from catalog import uploads
from catalog.drugs.knowledge import Identity
from catalog.importing.copy_text import NULL, copied
from catalog.importing.result import Progress
from claims.batches import read
from claims.batches.child import read_in_child
from claims.batches.ending import end, end_if_all_decided
from claims.batches.record import INVALID, compact, record_invalid
from claims.eligibility import RULES_VERSION
from claims.eligibility.request import IDENTITY_FIELDS, MAX_TEXT
from claims.models import BatchChunk, ClaimBatch
from common.jobs import services as jobs
from common.jobs.services import Cancelled, Lease

CHUNK_JOB = "claims.batch.decide"
CHUNK_LINES = 5_000
CLAIMS_A_WRITE = 200
PROBLEMS_KEPT = 100
# More drugs or days than these a worker does not hold at once.
GATHERED_AT_ONCE = 20_000

# COPY cannot write to a table with row-level security: through a temporary one.
_INCOMING = """
CREATE TEMPORARY TABLE incoming (seq integer, member_key bigint, lines integer, facts text) ON COMMIT DROP
"""
_CLAIMS = """
INSERT INTO claims_batchclaim (batch_id, insurer_id, seq, member_key, lines, facts)
SELECT %(batch)s, %(insurer)s, seq, member_key, lines, facts FROM incoming ORDER BY seq
"""
_INVALID = """
INSERT INTO claims_batchdecision (batch_id, insurer_id, seq, outcome, digest, decided)
SELECT %(batch)s, %(insurer)s, seq, %(invalid)s, '', facts FROM incoming WHERE member_key IS NULL ORDER BY seq
"""
# The running sum counts all claims of a member at once (they are peers), so no member is cut in two.
_CHUNKS = """
SELECT min(member_key), max(member_key), count(*), sum(lines)
FROM (SELECT member_key, lines, (sum(lines) OVER (ORDER BY member_key) - 1) / %(size)s AS place FROM incoming
      WHERE member_key IS NOT NULL) AS placed
GROUP BY place ORDER BY place
"""


@dataclass(slots=True)
class _Found:
    """What came of reading the file: the reader's result, and which days and drugs the claims ask about, as written."""

    result: read.BatchResult | None = None
    days: set[str] = field(default_factory=set)
    drugs: set[tuple[Any, ...]] = field(default_factory=set)

    def note(self, request: dict[str, Any]) -> None:
        """Take note of what a claim asks about, as far as it is plain text; the rest is found out when the claim is parsed."""
        if self.too_many:
            return
        lines = request.get("lines")
        for asked in [request, *(lines if isinstance(lines, list) else ())]:
            if not isinstance(asked, dict):
                continue
            if _is_plain(day := asked.get("service_date")):
                self.days.add(day)
            drug = tuple([asked.get(name) or "" for name in IDENTITY_FIELDS])
            if any(drug) and all(map(_is_plain, drug)):
                self.drugs.add(drug)

    @property
    def too_many(self) -> bool:
        """Whether it is more than a worker should hold at once."""
        return len(self.drugs) > GATHERED_AT_ONCE or len(self.days) > GATHERED_AT_ONCE

    def asked_about(self) -> str:
        """Return it as JSON: {"days": [...], "identities": [[...]]}; '' where it is too much: then each chunk gathers its own."""
        if self.too_many:
            return ""
        identities = {Identity.of(**dict(zip(IDENTITY_FIELDS, drug, strict=True))) for drug in self.drugs}
        return compact({"days": sorted(self.days), "identities": sorted(identities)})


def _is_plain(text: object) -> bool:
    # Printable: what the database cannot even be asked for (NUL, half a surrogate pair) makes its claim invalid.
    return isinstance(text, str) and len(text) <= MAX_TEXT and text.isprintable()


class _Refused(Exception):
    """The file as a whole is wrong: what was loaded of it is rolled back."""


def load_batch(batch: ClaimBatch, lease: Lease) -> None:
    """Read the batch's file into claims and chunks and queue a job for each chunk; a file that is wrong as a whole fails the batch."""
    lease.progress("read", 0, batch.file_size)
    found = _Found()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                _copy(cursor, batch, lease, found)
            _locked(batch)
            _write_outcome(batch, found)
            _make_chunks(batch)
            end_if_all_decided(batch)
            batch.save()
            lease.finish()
    except _Refused:
        with transaction.atomic():
            _locked(batch)
            _write_outcome(batch, found)
            end(batch, ClaimBatch.State.FAILED)
            batch.save()
            lease.finish()
    uploads.discard(batch.file_path)


def _locked(batch: ClaimBatch) -> None:
    """Lock the batch against its cancelling; raises Cancelled where it came first."""
    batch.state = ClaimBatch.objects.select_for_update().values_list("state", flat=True).get(pk=batch.pk)
    if batch.state == ClaimBatch.State.CANCELLED:
        raise Cancelled(f"batch {batch.pk}")


def _copy(cursor: Any, batch: ClaimBatch, lease: Lease, found: _Found) -> None:
    """Stream the claims from the reading process into the database; raises _Refused where the file is wrong as a whole."""
    cursor.execute(_INCOMING)
    messages = read_in_child(uploads.full_path(batch.file_path))
    with closing(messages), cursor.copy("COPY incoming FROM STDIN") as copy:
        rows = _rows(messages, lease, found)
        # Some hundred at once: each write is a turn to the server and back.
        while some := "".join(islice(rows, CLAIMS_A_WRITE)):
            copy.write(some)
    assert found.result is not None
    if found.result.errors:
        raise _Refused
    words = {"batch": batch.pk, "insurer": batch.insurer_id, "invalid": INVALID}
    cursor.execute(_CLAIMS, words)
    cursor.execute(_INVALID, words)


def _rows(messages: Iterator[read.Claim | Progress | read.BatchResult], lease: Lease, found: _Found) -> Iterator[str]:
    seq = 0
    for message in messages:
        match message:
            case read.Claim():
                yield _row(seq, message)
                if message.request is not None:
                    found.note(message.request)
                seq += 1
                if seq % 1000 == 0:
                    lease.check()
            case Progress():
                lease.progress("read", message.done, message.total)
            case read.BatchResult():
                found.result = message


def _row(seq: int, claim: read.Claim) -> str:
    if claim.request is None:
        facts = record_invalid(claim_no=claim.claim_no, rows=claim.rows, problems=claim.problems)
        return f"{seq}\t{NULL}\t{len(claim.rows)}\t{copied(facts)}\n"
    lines = claim.request.get("lines")
    key = member_key(claim.request["member"]["member_ref"])
    facts = compact({"rows": claim.rows, "claim": claim.request})
    # What is no list of lines is found out when the claim is parsed; here it is one.
    return f"{seq}\t{key}\t{len(lines) if isinstance(lines, list) else 1}\t{copied(facts)}\n"


def member_key(member_ref: str) -> int:
    """Return the 64-bit key by which all claims of a member come into one chunk; two members may share one, which does no harm."""
    digest = hashlib.blake2b(member_ref.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _write_outcome(batch: ClaimBatch, found: _Found) -> None:
    result = found.result
    assert result is not None
    batch.file_format = result.file_format
    batch.claims, batch.invalid_claims, batch.lines = result.claims, result.invalid, result.lines
    batch.errors = [problem.as_dict() for problem in result.errors[:PROBLEMS_KEPT]]
    batch.warnings = [problem.as_dict() for problem in result.warnings[:PROBLEMS_KEPT]]
    batch.asked_about = found.asked_about()
    batch.rules_version = RULES_VERSION
    batch.state = ClaimBatch.State.RUNNING


def _make_chunks(batch: ClaimBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(lines), 0) FROM incoming WHERE member_key IS NULL")
        invalid_lines = cursor.fetchone()[0]
        cursor.execute(_CHUNKS, {"size": CHUNK_LINES})
        parts = cursor.fetchall()
        cursor.execute("DROP TABLE incoming")
    batch.lines = invalid_lines + sum(lines for _first, _last, _claims, lines in parts)
    batch.lines_done = invalid_lines
    for number, (first, last, claims, lines) in enumerate(parts, 1):
        BatchChunk.objects.create(
            batch=batch,
            insurer_id=batch.insurer_id,
            number=number,
            first_key=first,
            last_key=last,
            claims=claims,
            lines=lines,
            job=jobs.enqueue(kind=CHUNK_JOB, subject=f"{batch.pk}/{number}"),
        )


def facts_of(text: str) -> tuple[list[int], dict[str, Any]]:
    """Return a claim's rows in the file and the claim as it was asked, from what is kept of it."""
    kept = json.loads(text)
    return kept["rows"], kept["claim"]
