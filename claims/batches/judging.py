"""The claims of a chunk read and decided member by member: what deciding a batch, and trying a draft on one, have in common.

A chunk has every claim of its members, so the accumulators carry within it and no chunk waits for another.
"""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from catalog.drugs.knowledge import Identity
from claims.batches.claim_rows import drugs_and_days, facts_of
from claims.batches.read import problems_of, shown
from claims.eligibility import (
    NOTHING_SPENT,
    NOTHING_USED,
    Claim,
    Decision,
    InvalidClaim,
    Ledger,
    Snapshot,
    Spent,
    fields,
    judge_claim,
    parse_claim,
    pay,
)
from claims.models import BatchChunk, BatchClaim, ClaimBatch
from tables.cells import Fault
from tables.problems import Problem


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Decisions hold no cycles, and looking for some among the facts of thousands of drugs, again and again, takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Asked(NamedTuple):
    """A claim of the chunk: its place and rows in the file, and what was asked."""

    seq: int
    rows: list[int]
    claim: Claim


class Invalid(NamedTuple):
    """A claim of the chunk that is invalid in itself (eligibility 8): its place, rows and number of lines, and what is wrong."""

    seq: int
    rows: list[int]
    lines: int
    claim_no: str
    problems: list[Problem]


def claims_of(chunk: BatchChunk) -> Iterator[Asked | Invalid]:
    """Yield the chunk's claims in the file's order, each parsed or with what is wrong with it."""
    return claims_between(chunk.batch, chunk.first_key, chunk.last_key)


def claims_between(batch: ClaimBatch, first_key: int, last_key: int) -> Iterator[Asked | Invalid]:
    """Yield the claims of the members with these keys, both ends inclusive, in the file's order."""
    kept = BatchClaim.objects.filter(batch=batch.pk, member_key__gte=first_key, member_key__lte=last_key)
    kept = kept.order_by("seq")
    product = batch.product.code
    for seq, lines, facts in kept.values_list("seq", "lines", "facts"):
        if facts is None:  # their key was destroyed
            continue
        rows, data = facts_of(facts)
        problems = _not_in_a_batch(data, rows, product)
        claim = None
        try:
            claim = parse_claim({**data, "product": product, "as_known_at": None})
        except InvalidClaim:
            problems += problems_of(data, rows)
        if problems or claim is None:
            yield Invalid(seq, rows, lines, shown(data.get("claim_no")), problems)
        else:
            yield Asked(seq, rows, claim)


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


# --- What they are judged against


@dataclass(slots=True)
class Bench:
    """What a worker keeps from chunk to chunk of one batch: the facts, and the texts of parts written before."""

    snapshot: Snapshot
    days: frozenset[date]
    identities: frozenset[Identity]
    texts: dict[Any, str] = field(default_factory=dict)


SnapshotOf = Callable[[frozenset[date], frozenset[Identity]], Snapshot]


class KeptFacts:
    """The facts of one batch, kept in a process from chunk to chunk under a key of the caller's."""

    def __init__(self) -> None:
        self._key: Any = None
        self._bench: Bench | None = None

    def forget(self) -> None:
        """Drop what is kept."""
        self._key = self._bench = None

    def bench(self, key: Any, batch: ClaimBatch, asked: Sequence[Asked], snapshot_of: SnapshotOf) -> Bench:
        """Return facts for the claims: those kept where they suffice, else those of the whole batch, else those of these claims alone."""
        days = frozenset(line.service_date for one in asked for line in one.claim.lines)
        days |= {one.claim.service_date for one in asked if one.claim.service_date}
        identities = frozenset(line.identity for one in asked for line in one.claim.lines)
        kept = self._bench
        if kept is None or self._key != key:
            all_days, asked_for = days_asked_about(batch), frozenset(drugs_and_days(batch.asked_about)[1])
            kept = Bench(snapshot_of(all_days, asked_for), all_days, asked_for)
            self._key, self._bench = key, kept
        if days <= kept.days and identities <= kept.identities:
            return kept
        return Bench(snapshot_of(days, identities), days, identities)


def days_asked_about(batch: ClaimBatch) -> frozenset[date]:
    """Return the days that a batch's claims ask about; none where there are too many of them, or its facts were removed."""
    written, _identities = drugs_and_days(batch.asked_about)
    return frozenset(day for text in written if (day := _day(text)))


def _day(text: str) -> date | None:
    try:
        return fields.day(text)
    except Fault:  # its claim is invalid, and asks nothing
        return None


# --- Deciding them


def decisions(asked: Iterable[Asked], snapshot: Snapshot) -> Iterator[tuple[Asked, Decision]]:
    """Decide the claims of each member by (first service date, claim_no), each with what the ones before have used (eligibility 7)."""
    for claims in members(asked):
        yield from decided_in_turn(claims, snapshot)


def members(asked: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Yield the claims of each member in the order in which they are paid."""
    found: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        found[one.claim.member.member_ref].append(one)
    for claims in found.values():
        yield sorted(claims, key=lambda one: (one.claim.first_day, one.claim.claim_no))


def decided_in_turn(claims: Iterable[Asked], snapshot: Snapshot) -> Iterator[tuple[Asked, Decision]]:
    """Decide one member's claims in their order, each with what the ones before have used: of the benefits, and of prior authorisations."""
    ledger: Ledger = NOTHING_USED
    spent: Spent = NOTHING_SPENT
    for one in claims:
        judged = judge_claim(one.claim, snapshot, spent)
        decision, ledger = pay(judged, ledger)
        spent = judged.spent
        yield one, decision
