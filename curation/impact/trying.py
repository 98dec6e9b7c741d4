"""Trying one part of a run: read → judge with the version laid over → compare with what was recorded → sum; one transaction with its job's end.

What comes out is what a replay answers once the version is published: a check decided again as known then, a batch decided anew, the claims of each
member in their order with what the ones before have used. What a worker did that died is rolled back whole; trying again gives the same, since all
is as known when the run was asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from catalog.clock import Observation
from catalog.drugs.knowledge import Identity
from claims.batches.judging import (
    Asked,
    KeptFacts,
    claims_of,
    decided_in_turn,
    members,
    without_garbage_collection,
)
from claims.batches.record import parts_of_text
from claims.eligibility import RULES_VERSION, Claim, Decision, InvalidClaim, Snapshot, assess_claim, parse_claim
from claims.facts import Overlay, load, product_facts, with_authorisations
from claims.models import BatchChunk, BatchDecision, ClaimBatch, ClaimCheck
from common.jobs.services import Cancelled, Lease
from curation.impact.ending import EDITED, end, end_if_all_tried, is_under_way
from curation.impact.lines import Line, Parts, line_of_check, line_of_decision
from curation.impact.mark import mark_of
from curation.impact.planning import FACTS_REMOVED, INVALID, OTHER_RULES
from curation.impact.results import Source, kept_line
from curation.impact.totals import Totals
from curation.models import ImpactPart, ImpactRun

# A check may have 500 lines: so many are read and loaded for together.
CHECKS_AT_ONCE: Final = 50
SHOW_EVERY_CLAIMS: Final = 100

_decode = msgspec.json.decode


@dataclass(slots=True)
class _Tried:
    """What came of a part so far."""

    keeps_lines: bool
    totals: Totals = field(default_factory=Totals)
    differing: list[str] = field(default_factory=list)
    checks: int = 0
    batch_claims: int = 0
    lines: int = 0
    not_tried: dict[str, int] = field(default_factory=dict)

    def leave_out(self, why: str, claims: int = 1) -> None:
        """Count claims that could not be tried."""
        self.not_tried[why] = self.not_tried.get(why, 0) + claims

    def add(self, source: Source, insurer: str, old: Sequence[Line], now: Decision, without: Decision | None) -> None:
        """Count a claim line by line; `without` is how it comes out without the version, where any line comes out otherwise than recorded."""
        product = f"{insurer}\t{source.product}"
        for place, (was, decided) in enumerate(zip(old, now.lines, strict=True)):
            new = line_of_decision(decided)
            refunds = len(decided.judgement.line.refunds)
            self.lines += 1 + refunds
            other = None
            if was.differs(new):
                # Nothing else has changed where nobody had to decide it without the version.
                other = line_of_decision(without.lines[place]) if without is not None else was
                if self.keeps_lines:
                    self.differing.append(kept_line(source, decided, was, new, other))
            self.totals.add(product, was, new, without=other, refunds=refunds)


def try_part(part: ImpactPart, lease: Lease) -> None:
    """Try the claims of a part and keep what came of it; the last part ends the run. Raises Cancelled, LeaseLost.

    Where the version was edited since the run was asked for, the run fails: its parts would be of two versions.
    """
    run = part.run
    tried = None
    if mark_of(run.version) == run.mark:
        lease.progress("try", 0, part.claims)
        with without_garbage_collection():
            tried = _tried(part, lease)
    with transaction.atomic():
        _end_part(part, tried)
        lease.finish()


def _end_part(part: ImpactPart, tried: _Tried | None) -> None:
    """Count the part in, under the run's lock; raises Cancelled where the run was cancelled or failed meanwhile."""
    run = ImpactRun.objects.select_for_update(of=["self"]).select_related("version").filter(pk=part.run_id).first()
    if run is None or not is_under_way(run):
        raise Cancelled(f"impact run {part.run_id}")
    if tried is None or mark_of(run.version) != run.mark:
        end(run, ImpactRun.State.FAILED, EDITED)
        run.save()
        return
    part.totals, part.tried_at = tried.totals.groups, timezone.now()
    part.differing = "\n".join(tried.differing) if tried.keeps_lines and _facts_are_there(part) else None
    part.save(update_fields=["totals", "differing", "tried_at"])
    run.checks += tried.checks
    run.batch_claims += tried.batch_claims
    run.lines += tried.lines
    for why, claims in tried.not_tried.items():
        run.not_tried[why] = run.not_tried.get(why, 0) + claims
    end_if_all_tried(run)
    run.save()


def _facts_are_there(part: ImpactPart) -> bool:
    """Tell whether retention has removed nothing since it was read, and let it wait until the part is kept: then the database forgets with it."""
    if part.chunk is not None:
        batch = ClaimBatch.objects.select_for_update(no_key=True).get(pk=part.chunk.batch_id)
        return batch.purged_at is None
    checks = ClaimCheck.objects.filter(pk__in=part.checks).order_by("pk").select_for_update(no_key=True)
    return all(removed is None for removed in checks.values_list("purged_at", flat=True))


def _tried(part: ImpactPart, lease: Lease) -> _Tried:
    tried = _Tried(keeps_lines=part.insurer_id is not None)
    claims = _try_chunk(part, tried) if part.chunk else _try_checks(part, tried)
    for number, _one in enumerate(claims, 1):
        if number % SHOW_EVERY_CLAIMS == 0:
            lease.progress("try", number, part.claims)
    return tried


# --- What they are judged against


class _Facts(NamedTuple):
    """Whose facts: of a product of an insurer's, as known when the run was asked for, with its version laid over or not."""

    run: ImpactRun
    insurer_id: int
    product: str
    overlay: Overlay | None

    def snapshot(self, days: frozenset[date], identities: frozenset[Identity]) -> Snapshot:
        """Return what lines of these drugs on these days are judged against."""
        seen = Observation(self.run.revision, self.run.known_at)
        product = product_facts(insurer_id=self.insurer_id, code=self.product, seen=seen)
        return load(
            product,
            identities=list(identities),
            days=days,
            known_at=seen.known_at,
            seen=seen,
            overlay=self.overlay,
        )

    def authorised(self, snapshot: Snapshot, claims: Sequence[Claim], **but_for: Any) -> Snapshot:
        """Return the snapshot with the prior authorisations that the claims name, but for what a decision used itself."""
        seen = Observation(self.run.revision, self.run.known_at)
        product = product_facts(insurer_id=self.insurer_id, code=self.product, seen=seen)
        return with_authorisations(snapshot, product, claims, **but_for)


# One run and batch at a time: the parts of one mostly come in a row. What the version compiles to is kept with them.
_kept_with, _kept_without = KeptFacts(), KeptFacts()
_overlay: tuple[UUID, Overlay] | None = None


def forget() -> None:
    """Drop what is kept in the process."""
    global _overlay
    _overlay = None
    _kept_with.forget()
    _kept_without.forget()


def _laid_over(run: ImpactRun) -> Overlay:
    global _overlay
    if _overlay is None or _overlay[0] != run.pk:
        _overlay = (run.pk, Overlay((run.version_id,)))
    return _overlay[1]


# --- A chunk of a batch


def _try_chunk(part: ImpactPart, tried: _Tried) -> Iterator[None]:
    """Try the claims of a batch's chunk, a step a claim."""
    run, chunk = part.run, part.chunk
    assert chunk is not None
    batch = chunk.batch
    asked = []
    for one in claims_of(chunk):
        if isinstance(one, Asked):
            asked.append(one)
        else:
            tried.leave_out(INVALID)
    recorded = _recorded(chunk, [one.seq for one in asked])
    if recorded is None:
        tried.leave_out(FACTS_REMOVED, chunk.claims)
        return
    facts = _Facts(run, batch.insurer_id, batch.product.code, _laid_over(run))
    bench = _kept_with.bench((run.pk, batch.pk), batch, asked, facts.snapshot)
    # What others had used when the chunk was decided, under its locks.
    authorised = partial(
        facts.authorised,
        claims=[one.claim for one in asked],
        used_by=chunk.decided_at,
        but_for_batch=batch.pk,
    )
    snapshot = authorised(bench.snapshot)
    # What was known when the batch was accepted is all that is known now: without the version everything would be as recorded.
    all_as_then = batch.revision == run.revision and batch.rules_version == RULES_VERSION

    def without(claims: list[Asked]) -> list[Decision]:
        plain = _kept_without.bench((run.pk, batch.pk), batch, asked, facts._replace(overlay=None).snapshot)
        return [decision for _one, decision in decided_in_turn(claims, authorised(plain.snapshot))]

    for claims in members(asked):
        if any(_of_the_days(run, one.claim) for one in claims):
            decided = [decision for _one, decision in decided_in_turn(claims, snapshot)]
            _compare_member(run, chunk, claims, decided, recorded, None if all_as_then else without, tried)
        yield from (None for _one in claims)


def _compare_member(
    run: ImpactRun,
    chunk: BatchChunk,
    claims: list[Asked],
    decided: list[Decision],
    recorded: dict[int, list[Line]],
    without: Any,
    tried: _Tried,
) -> None:
    """Count a member's claims that are of the run's days; where any comes out otherwise they are decided without the version too."""
    others: list[Decision] | None = None
    batch = chunk.batch
    for place, (one, decision) in enumerate(zip(claims, decided, strict=True)):
        if not _of_the_days(run, one.claim):
            continue
        old = recorded.get(one.seq)
        if old is None or len(old) != len(decision.lines):
            tried.leave_out(OTHER_RULES)
            continue
        if others is None and without is not None and _differs(old, decision):
            others = without(claims)
        source = Source("batch", str(batch.pk), one.claim.claim_no, one.claim.member.member_ref, batch.product.code)
        tried.batch_claims += 1
        tried.add(source, batch.insurer.code, old, decision, others[place] if others else None)


def _recorded(chunk: BatchChunk, places: list[int]) -> dict[int, list[Line]] | None:
    """Return the lines of the claims at these places of the file as they were decided; None where retention removed them meanwhile."""
    texts = BatchChunk.objects.values_list("parts", flat=True).get(pk=chunk.pk)
    if texts is None:
        return None
    parts = Parts(parts_of_text(texts), _decode)
    kept = BatchDecision.objects.filter(batch=chunk.batch_id, seq__in=places)
    found: dict[int, list[Line]] = {}
    for seq, decided in kept.values_list("seq", "decided"):
        if decided is None:
            return None
        lines = _decode(decided).get("lines")
        if lines is not None:  # None: it was invalid
            found[seq] = [parts.line(line) for line in lines]
    return found


def _of_the_days(run: ImpactRun, claim: Claim) -> bool:
    return run.first_day is None or run.last_day is None or run.first_day <= claim.first_day <= run.last_day


def _differs(old: Sequence[Line], now: Decision) -> bool:
    return any(was.differs(line_of_decision(decided)) for was, decided in zip(old, now.lines, strict=True))


# --- Recorded checks


class _Check(NamedTuple):
    id: UUID
    claim: Claim
    old: list[Line]


def _try_checks(part: ImpactPart, tried: _Tried) -> Iterator[None]:
    """Try recorded checks of one product, some at once, a step a check."""
    for first in range(0, len(part.checks), CHECKS_AT_ONCE):
        ids = part.checks[first : first + CHECKS_AT_ONCE]
        rows = ClaimCheck.objects.filter(pk__in=ids).select_related("product", "insurer").order_by("decided_at", "pk")
        kept = list(rows)
        asked = list(_claims(part.run, kept, tried))
        if asked:
            _try_together(part.run, kept[0], asked, tried)
        yield from (None for _id in ids)


def _claims(run: ImpactRun, checks: Iterable[ClaimCheck], tried: _Tried) -> Iterator[_Check]:
    """Yield the checks that can be tried and are of the run's days."""
    for check in checks:
        if check.facts is None or check.decision is None:
            tried.leave_out(FACTS_REMOVED)
            continue
        try:
            claim = parse_claim(check.facts)
        except InvalidClaim:  # recorded under earlier rules, which took what today's refuse
            tried.leave_out(OTHER_RULES)
            continue
        if _of_the_days(run, claim):
            yield _Check(check.pk, claim, [line_of_check(line) for line in check.decision["lines"]])


def _try_together(run: ImpactRun, first: ClaimCheck, asked: list[_Check], tried: _Tried) -> None:
    identities = frozenset(line.identity for one in asked for line in one.claim.lines)
    days = frozenset(line.service_date for one in asked for line in one.claim.lines)
    days |= {one.claim.service_date for one in asked if one.claim.service_date}
    facts = _Facts(run, first.insurer_id, first.product.code, _laid_over(run))
    snapshot = facts.snapshot(days, identities)
    plain = _once(partial(facts._replace(overlay=None).snapshot, days, identities))
    for one in asked:
        decision = assess_claim(one.claim, facts.authorised(snapshot, [one.claim], but_for_check=one.id))
        if len(one.old) != len(decision.lines):
            tried.leave_out(OTHER_RULES)
            continue
        without = None
        if _differs(one.old, decision):
            without = assess_claim(one.claim, facts.authorised(plain(), [one.claim], but_for_check=one.id))
        source = Source("check", str(one.id), one.claim.claim_no, one.claim.member.member_ref, first.product.code)
        tried.checks += 1
        tried.add(source, first.insurer.code, one.old, decision, without)


def _once(make: Any) -> Any:
    """Return a function that makes its value when it is first asked for."""
    made: list[Any] = []

    def value() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return value
