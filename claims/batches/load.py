"""A batch file into the database: its claims as rows, and chunks of them to be decided side by side.

One transaction holds the claims, the chunks, their jobs and the end of the reading: a worker that dies in between leaves nothing.
"""

from contextlib import closing
from typing import Any

from django.db import connection, transaction

from catalog import uploads
from claims.batches.child import Claims, Read, read_in_child
from claims.batches.claim_rows import MEMBERS, Seals
from claims.batches.ending import end, end_if_all_decided
from claims.batches.record import INVALID
from claims.eligibility import RULES_VERSION
from claims.models import BatchChunk, ClaimBatch
from common.jobs import services as jobs
from common.jobs.services import Cancelled, Lease
from common.sealing.keys import month_box
from tables.limits import Progress

CHUNK_JOB = "claims.batch.decide"
CHUNK_LINES = 5_000
PROBLEMS_KEPT = 100

# COPY cannot write to a table with row-level security: through a temporary one.
_INCOMING = """
CREATE TEMPORARY TABLE incoming (seq integer, member_key bigint, lines integer, facts bytea, decided bytea, claim_tag bytea)
ON COMMIT DROP
"""
_CLAIMS = """
INSERT INTO claims_batchclaim (batch_id, insurer_id, seq, member_key, lines, facts)
SELECT %(batch)s, %(insurer)s, seq, member_key, lines, facts FROM incoming ORDER BY seq
"""
_INVALID = """
INSERT INTO claims_batchdecision (batch_id, insurer_id, seq, outcome, digest, decided, claim_tag)
SELECT %(batch)s, %(insurer)s, seq, %(invalid)s, '', decided, claim_tag FROM incoming WHERE member_key IS NULL ORDER BY seq
"""
# The running sum counts all claims of a member at once (they are peers), so no member is cut in two.
_CHUNKS = """
SELECT min(member_key), max(member_key), count(*), sum(lines)
FROM (SELECT member_key, lines, (sum(lines) OVER (ORDER BY member_key) - 1) / %(size)s AS place FROM incoming
      WHERE member_key IS NOT NULL) AS placed
GROUP BY place ORDER BY place
"""


class _Refused(Exception):
    """The file as a whole is wrong: what was loaded of it is rolled back."""


def load_batch(batch: ClaimBatch, lease: Lease) -> None:
    """Read the batch's file into claims and chunks and queue a job for each chunk; a file that is wrong as a whole fails the batch."""
    lease.progress("read", 0, batch.file_size)
    found: list[Read] = []
    # Before the transaction: whoever needs a month's new key waits for the one that makes it, and reading a file is long.
    month = month_box(batch.insurer_id, batch.created_at)
    seals = Seals(batch.sealed_under(), month.subkey(MEMBERS))
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                _copy(cursor, batch, seals, lease, found)
            _locked(batch)
            _write_outcome(batch, found[0])
            _make_chunks(batch)
            end_if_all_decided(batch)
            batch.save()
            lease.finish()
    except _Refused:
        with transaction.atomic():
            _locked(batch)
            _write_outcome(batch, found[0])
            end(batch, ClaimBatch.State.FAILED)
            batch.save()
            lease.finish()
    uploads.discard(batch.file_path)


def _locked(batch: ClaimBatch) -> None:
    """Lock the batch against its cancelling; raises Cancelled where it came first."""
    batch.state = ClaimBatch.objects.select_for_update().values_list("state", flat=True).get(pk=batch.pk)
    if batch.state == ClaimBatch.State.CANCELLED:
        raise Cancelled(f"batch {batch.pk}")


def _copy(cursor: Any, batch: ClaimBatch, seals: Seals, lease: Lease, found: list[Read]) -> None:
    """Stream the claims from the reading process into the database; raises _Refused where the file is wrong as a whole."""
    cursor.execute(_INCOMING)
    with (
        uploads.reading(batch.file_path) as file,
        closing(read_in_child(file, seals)) as messages,
        cursor.copy("COPY incoming FROM STDIN") as copy,
    ):
        for message in messages:
            match message:
                case Claims():
                    copy.write(message.rows)
                    lease.check()
                case Progress():
                    lease.progress("read", message.done, message.total)
                case Read():
                    found.append(message)
    if found[0].result.errors:
        raise _Refused
    words = {"batch": batch.pk, "insurer": batch.insurer_id, "invalid": INVALID}
    cursor.execute(_CLAIMS, words)
    cursor.execute(_INVALID, words)


def _write_outcome(batch: ClaimBatch, found: Read) -> None:
    result = found.result
    batch.file_format = result.file_format
    batch.claims, batch.invalid_claims, batch.lines = result.claims, result.invalid, result.lines
    batch.errors = [problem.as_dict() for problem in result.errors[:PROBLEMS_KEPT]]
    batch.warnings = [problem.as_dict() for problem in result.warnings[:PROBLEMS_KEPT]]
    batch.asked_about = found.asked_about
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
