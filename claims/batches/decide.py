"""Deciding one chunk of a batch: load → judge → pay in order → record, in one transaction with the end of its job.

A chunk has every claim of its members, so the accumulators carry within it and no chunk waits for another. What a worker did that died, or that
was taken over, is rolled back whole; deciding again gives the same, since all is as known when the batch was accepted.
"""

from contextlib import nullcontext
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from catalog import clock
from catalog.clock import Observation
from catalog.drugs.knowledge import Identity
from claims.authorisations.spending import lock_for, write_uses
from claims.batches.claim_rows import DECIDED, claim_tag, record_invalid, sealed
from claims.batches.ending import end_if_all_decided
from claims.batches.judging import Asked, Bench, KeptFacts, claims_of, decisions, without_garbage_collection
from claims.batches.record import INVALID, Parts
from claims.batches.totals import Totals
from claims.eligibility import RULES_VERSION, JudgedClaim, Snapshot
from claims.facts import ProductFacts, load, product_facts, with_authorisations
from claims.facts.authorisations import checks_authorisations
from claims.models import BatchChunk, ClaimBatch
from common.jobs.services import Cancelled, Lease

SHOW_EVERY_CLAIMS = 100

_DECIDED = """
CREATE TEMPORARY TABLE decided_now (seq integer, outcome text, digest text, decided bytea, claim_tag bytea) ON COMMIT DROP
"""
_RECORD = """
INSERT INTO claims_batchdecision (batch_id, insurer_id, seq, chunk_id, outcome, digest, decided, claim_tag)
SELECT %(batch)s, %(insurer)s, seq, %(chunk)s, outcome, digest, decided, claim_tag FROM decided_now ORDER BY seq
"""


class RulesChanged(RuntimeError):
    """The batch was begun by other rules than this worker's: one batch, one set of rules."""


def decide_chunk(chunk: BatchChunk, lease: Lease) -> None:
    """Decide every claim of the chunk and record it; the last chunk ends the batch. Raises Cancelled, LeaseLost."""
    batch = chunk.batch
    if batch.rules_version != RULES_VERSION:
        raise RulesChanged(
            f"batch {batch.pk} was begun by rules {batch.rules_version}, this worker has {RULES_VERSION}"
        )
    lease.progress("decide", 0, chunk.lines)
    seen = Observation(batch.revision, batch.known_at)
    product = product_facts(insurer_id=batch.insurer_id, code=batch.product.code, seen=seen)
    # What authorisations have left is known only to whoever holds them: then all is done under their locks.
    with without_garbage_collection(), transaction.atomic() if checks_authorisations(product) else nullcontext():
        asked, records = _parsed(chunk)
        locked = lock_for(product, [one.claim for one in asked])
        at = clock.observe().known_at if locked else timezone.now()
        found = _decided(chunk, lease, product, asked, records, used_by=at)
        with transaction.atomic():
            _write(chunk, records)
            write_uses(found.judged, locked, insurer_id=batch.insurer_id, at=at, batch_id=batch.pk)
            _end_chunk(chunk, found.parts, found.totals, found.invalid, at)
            lease.finish()


class _Found(NamedTuple):
    """What came of a chunk: the parts that its records name, its totals, how many claims were invalid, what uses authorisations."""

    parts: Parts
    totals: Totals
    invalid: int
    judged: list[JudgedClaim]


def _decided(
    chunk: BatchChunk,
    lease: Lease,
    product: ProductFacts,
    asked: list[Asked],
    records: list["_Record"],
    *,
    used_by: datetime,
) -> _Found:
    """Decide the claims and add what to record of each to the records, which hold the invalid ones."""
    bench = _bench(chunk.batch, asked)
    snapshot = with_authorisations(bench.snapshot, product, [one.claim for one in asked], used_by=used_by)
    totals, parts = Totals(), Parts(bench.texts)
    for record in records:
        totals.add_invalid(record.lines)
    invalid = len(records)
    done = sum(record.lines for record in records)
    checked = checks_authorisations(product)
    judged = []
    for number, (one, decision) in enumerate(decisions(asked, snapshot), 1):
        if checked:
            judged.append(decision.judged)
        totals.add(decision)
        decided = parts.record(decision, one.rows)
        lines = sum(1 + len(line.refunds) for line in one.claim.lines)
        records.append(_Record(one.seq, decision.outcome, decision.digest, decided, lines, one.claim.claim_no))
        done += lines
        if number % SHOW_EVERY_CLAIMS == 0:
            lease.progress("decide", done, chunk.lines)
    return _Found(parts, totals, invalid, judged)


class _Record(NamedTuple):
    seq: int
    outcome: str
    digest: str
    decided: str
    lines: int
    claim_no: str


def _parsed(chunk: BatchChunk) -> tuple[list[Asked], list[_Record]]:
    """Return the chunk's claims, and the records of those that are invalid in themselves (eligibility 8)."""
    asked, invalid = [], []
    for one in claims_of(chunk):
        if isinstance(one, Asked):
            asked.append(one)
            continue
        decided = record_invalid(claim_no=one.claim_no, rows=one.rows, problems=one.problems)
        invalid.append(_Record(one.seq, INVALID, "", decided, one.lines, one.claim_no))
    return asked, invalid


# One batch at a time: the chunks of one mostly come in a row.
_kept = KeptFacts()
forget = _kept.forget


def _bench(batch: ClaimBatch, asked: list[Asked]) -> Bench:
    # The observation at acceptance, not one of now: everybody who works on the batch sees what was known then.
    seen = Observation(batch.revision, batch.known_at)

    def snapshot_of(days: frozenset[date], identities: frozenset[Identity]) -> Snapshot:
        product = product_facts(insurer_id=batch.insurer_id, code=batch.product.code, seen=seen)
        return load(product, identities=list(identities), days=days, known_at=batch.known_at, seen=seen)

    return _kept.bench(batch.pk, batch, asked, snapshot_of)


def _write(chunk: BatchChunk, records: list[_Record]) -> None:
    box = chunk.sealed_under()
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED)
        with cursor.copy("COPY decided_now FROM STDIN") as copy:
            # One write: each is a turn to the server and back.
            copy.write(
                "".join(
                    f"{record.seq}\t{record.outcome}\t{record.digest}"
                    f"\t{sealed(record.decided, DECIDED, box)}\t{claim_tag(record.claim_no, box)}\n"
                    for record in sorted(records)
                )
            )
        cursor.execute(_RECORD, {"batch": chunk.batch_id, "insurer": chunk.insurer_id, "chunk": chunk.pk})
        cursor.execute("DROP TABLE decided_now")


def _end_chunk(chunk: BatchChunk, parts: Parts, totals: Totals, invalid: int, at: datetime) -> None:
    """Count the chunk in, under the batch's lock; raises Cancelled where the batch was cancelled meanwhile."""
    batch = ClaimBatch.objects.select_for_update(of=["self"]).select_related("product").get(pk=chunk.batch_id)
    if batch.state == ClaimBatch.State.CANCELLED:
        raise Cancelled(f"batch {batch.pk}")
    chunk.parts, chunk.catalogs = parts.text(), parts.catalogs()
    chunk.totals, chunk.decided_at = totals.groups, at
    chunk.save(update_fields=["parts", "catalogs", "totals", "decided_at"])
    batch.lines_done += chunk.lines
    batch.invalid_claims += invalid
    end_if_all_decided(batch)
    batch.save(update_fields=["lines_done", "invalid_claims", "state", "totals", "finished_at"])
