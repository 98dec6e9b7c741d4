"""Deciding one chunk of a batch: load → judge → pay in order → record, in one transaction with the end of its job.

A chunk has every claim of its members, so the accumulators carry within it and no chunk waits for another. What a worker did that died, or that
was taken over, is rolled back whole; deciding again gives the same, since all is as known when the batch was accepted.
"""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog.clock import Observation
from catalog.drugs.knowledge import Identity
from claims.batches.claim_rows import drugs_and_days, facts_of, record_invalid
from claims.batches.ending import end_if_all_decided
from claims.batches.read import problems_of, shown
from claims.batches.record import INVALID, Parts
from claims.batches.totals import Totals
from claims.eligibility import (
    NOTHING_USED,
    RULES_VERSION,
    Claim,
    Decision,
    InvalidClaim,
    Ledger,
    Snapshot,
    fields,
    judge_claim,
    parse_claim,
    pay,
)
from claims.facts import load, product_facts
from claims.models import BatchChunk, BatchClaim, ClaimBatch
from common.jobs.services import Cancelled, Lease
from tables.cells import Fault
from tables.copy_text import copied
from tables.problems import Problem

SHOW_EVERY_CLAIMS = 100

_DECIDED = """
CREATE TEMPORARY TABLE decided_now (seq integer, outcome text, digest text, decided text) ON COMMIT DROP
"""
_RECORD = """
INSERT INTO claims_batchdecision (batch_id, insurer_id, seq, chunk_id, outcome, digest, decided)
SELECT %(batch)s, %(insurer)s, seq, %(chunk)s, outcome, digest, decided FROM decided_now ORDER BY seq
"""


class RulesChanged(RuntimeError):
    """The batch was begun by other rules than this worker's: one batch, one set of rules."""


class _Asked(NamedTuple):
    """A claim of the chunk: its place and rows in the file, and what was asked."""

    seq: int
    rows: list[int]
    claim: Claim


def decide_chunk(chunk: BatchChunk, lease: Lease) -> None:
    """Decide every claim of the chunk and record it; the last chunk ends the batch. Raises Cancelled, LeaseLost."""
    batch = chunk.batch
    if batch.rules_version != RULES_VERSION:
        raise RulesChanged(
            f"batch {batch.pk} was begun by rules {batch.rules_version}, this worker has {RULES_VERSION}"
        )
    lease.progress("decide", 0, chunk.lines)
    with _without_garbage_collection():
        records, parts, totals, invalid = _decided(chunk, lease)
    with transaction.atomic():
        _write(chunk, records)
        _end_chunk(chunk, parts, totals, invalid)
        lease.finish()


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Decisions hold no cycles, and looking for some among the facts of thousands of drugs, again and again, takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _decided(chunk: BatchChunk, lease: Lease) -> tuple[list["_Record"], Parts, Totals, int]:
    """Return what to record of each claim of the chunk, the parts it names, its totals, and how many claims were invalid."""
    asked, records = _parsed(chunk)
    bench = _bench(chunk.batch, asked)
    totals, parts = Totals(), Parts(bench.texts)
    for record in records:
        totals.add_invalid(record.lines)
    invalid = len(records)
    done = sum(record.lines for record in records)
    for number, (one, decision) in enumerate(_decisions(asked, bench.snapshot), 1):
        totals.add(decision)
        decided = parts.record(decision, one.rows)
        lines = sum(1 + len(line.refunds) for line in one.claim.lines)
        records.append(_Record(one.seq, decision.outcome, decision.digest, decided, lines))
        done += lines
        if number % SHOW_EVERY_CLAIMS == 0:
            lease.progress("decide", done, chunk.lines)
    return records, parts, totals, invalid


class _Record(NamedTuple):
    seq: int
    outcome: str
    digest: str
    decided: str
    lines: int


def _parsed(chunk: BatchChunk) -> tuple[list[_Asked], list[_Record]]:
    """Return the chunk's claims, and the records of those that are invalid in themselves (eligibility 8)."""
    kept = BatchClaim.objects.filter(
        batch=chunk.batch_id, member_key__gte=chunk.first_key, member_key__lte=chunk.last_key
    ).order_by("seq")
    asked, invalid = [], []
    product = chunk.batch.product.code
    for seq, lines, facts in kept.values_list("seq", "lines", "facts"):
        rows, data = facts_of(facts)
        problems = _not_in_a_batch(data, rows, product)
        try:
            claim = parse_claim({**data, "product": product, "as_known_at": None})
        except InvalidClaim:
            problems += problems_of(data, rows)
        if problems:
            decided = record_invalid(claim_no=shown(data.get("claim_no")), rows=rows, problems=problems)
            invalid.append(_Record(seq, INVALID, "", decided, lines))
        else:
            asked.append(_Asked(seq, rows, claim))
    return asked, invalid


def _not_in_a_batch(data: dict[str, Any], rows: list[int], product: str) -> list[Problem]:
    """What a single check may say for itself and a claim of a batch may not: another product, another instant."""
    found = []
    if data.get("product") not in (None, "", product):
        zh, en = (
            f"本批次的产品是 {product}，请删除 product 字段。",
            f"The batch is of the product {product}; leave product out.",
        )
        found.append(Problem("BAD_CHOICE", rows[0], "product", shown(data["product"]), zh, en))
    if data.get("as_known_at") not in (None, ""):
        zh = "整批赔案按受理批次的时刻审核，请删除 as_known_at 字段。"
        en = "A batch is decided as known when it was accepted; leave as_known_at out."
        found.append(Problem("BAD_CHOICE", rows[0], "as_known_at", shown(data["as_known_at"]), zh, en))
    return found


@dataclass(slots=True)
class _Bench:
    """What a worker keeps from chunk to chunk of one batch: the facts, and the texts of parts written before."""

    batch_id: UUID
    snapshot: Snapshot
    days: frozenset[date]
    identities: frozenset[Identity]
    texts: dict[Any, str] = field(default_factory=dict)


# One batch at a time: the chunks of one mostly come in a row.
_kept: _Bench | None = None


def forget() -> None:
    """Drop what is kept in the process."""
    global _kept
    _kept = None


def _bench(batch: ClaimBatch, asked: list[_Asked]) -> _Bench:
    """Return facts for the claims: those kept where they suffice, else those of the whole batch, else those of these claims alone."""
    global _kept
    days = {line.service_date for one in asked for line in one.claim.lines}
    days |= {one.claim.service_date for one in asked if one.claim.service_date}
    identities = {line.identity for one in asked for line in one.claim.lines}
    kept = _kept
    if kept is None or kept.batch_id != batch.pk:
        written, asked_for = drugs_and_days(batch.asked_about)
        all_days = frozenset(day for text in written if (day := _day(text)))
        kept = _loaded(batch, all_days, frozenset(asked_for))
        _kept = kept
    if days <= kept.days and identities <= kept.identities:
        return kept
    return _loaded(batch, frozenset(days), frozenset(identities))


def _day(text: str) -> date | None:
    try:
        return fields.day(text)
    except Fault:  # its claim is invalid, and asks nothing
        return None


def _loaded(batch: ClaimBatch, days: frozenset[date], identities: frozenset[Identity]) -> _Bench:
    # The observation at acceptance, not one of now: everybody who works on the batch sees what was known then.
    seen = Observation(batch.revision, batch.known_at)
    product = product_facts(insurer_id=batch.insurer_id, code=batch.product.code, seen=seen)
    snapshot = load(product, identities=list(identities), days=days, known_at=batch.known_at, seen=seen)
    return _Bench(batch.pk, snapshot, days, identities)


def _decisions(asked: Iterable[_Asked], snapshot: Snapshot) -> Iterable[tuple[_Asked, Decision]]:
    """Decide the claims of each member by (first service date, claim_no), each with what the ones before have used (eligibility 7)."""
    members: dict[str, list[_Asked]] = defaultdict(list)
    for one in asked:
        members[one.claim.member.member_ref].append(one)
    for claims in members.values():
        ledger: Ledger = NOTHING_USED
        for one in sorted(claims, key=lambda one: (one.claim.first_day, one.claim.claim_no)):
            decision, ledger = pay(judge_claim(one.claim, snapshot), ledger)
            yield one, decision


def _write(chunk: BatchChunk, records: list[_Record]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED)
        with cursor.copy("COPY decided_now FROM STDIN") as copy:
            # One write: each is a turn to the server and back.
            copy.write(
                "".join(
                    f"{record.seq}\t{record.outcome}\t{record.digest}\t{copied(record.decided)}\n"
                    for record in sorted(records)
                )
            )
        cursor.execute(_RECORD, {"batch": chunk.batch_id, "insurer": chunk.insurer_id, "chunk": chunk.pk})
        cursor.execute("DROP TABLE decided_now")


def _end_chunk(chunk: BatchChunk, parts: Parts, totals: Totals, invalid: int) -> None:
    """Count the chunk in, under the batch's lock; raises Cancelled where the batch was cancelled meanwhile."""
    batch = ClaimBatch.objects.select_for_update(of=["self"]).select_related("product").get(pk=chunk.batch_id)
    if batch.state == ClaimBatch.State.CANCELLED:
        raise Cancelled(f"batch {batch.pk}")
    chunk.parts = parts.text()
    chunk.totals, chunk.decided_at = totals.groups, timezone.now()
    chunk.save(update_fields=["parts", "totals", "decided_at"])
    batch.lines_done += chunk.lines
    batch.invalid_claims += invalid
    end_if_all_decided(batch)
    batch.save(update_fields=["lines_done", "invalid_claims", "state", "totals", "finished_at"])
