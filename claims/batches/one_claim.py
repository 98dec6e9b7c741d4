"""One claim of a batch, as a check is had: found, shown, decided again (spec api.md, a check)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.clock import Observation, china_today
from claims.batches.claim_rows import CLAIM_NO, MEMBERS, facts_of, member_key
from claims.batches.judging import Asked, claims_between, decided_in_turn, members
from claims.batches.record import INVALID, Parts, parts_of_text
from claims.batches.results import Kept, Shown, ndjson_lines
from claims.batches.services import shown_in
from claims.eligibility import RULES_VERSION, Decision, InvalidClaim, parse_claim
from claims.facts import ProductFacts, load, product_facts, with_authorisations
from claims.models import BatchChunk, BatchClaim, BatchDecision, ClaimBatch
from claims.odd_claims import note_documents, notes_of
from claims.replay import Replayed, refused_today, replayed
from common.errors import FieldError, Refused
from common.languages import Language
from common.sealing.keys import month_boxes


class NothingDecided(Refused):
    """The claim was invalid as it stood in the file: there is no decision to make again."""

    code = "nothing_decided"
    status = 409


def decisions_in(
    batch: ClaimBatch, *, member_ref: str = "", claim_no: str = "", outcome: str = ""
) -> QuerySet[BatchDecision]:
    """Return what was decided of a batch's claims in the file's order: of a member, of a claim number, with an outcome, where these are given."""
    found = BatchDecision.objects.filter(batch=batch.pk).order_by("seq")
    if member_ref:
        of_member = with_member(BatchClaim.objects.filter(batch=batch.pk), member_ref, batch.insurer_id)
        found = found.filter(seq__in=of_member.values("seq"))
    if claim_no:
        found = found.filter(claim_tag=batch.sealed_under().tag(claim_no, CLAIM_NO))
    return found.filter(outcome=outcome) if outcome else found


def with_member(claims: QuerySet[BatchClaim], member_ref: str, insurer_id: int) -> QuerySet[BatchClaim]:
    """Keep an insurer's claims of a member, whichever months their batches came in; those that are invalid as they stand have none."""
    # Without a key: batches from before there were data keys, until their retention.
    keys = [b"", *(box.subkey(MEMBERS) for box in month_boxes(insurer_id))]
    return claims.filter(member_key__in=[member_key(member_ref, key) for key in keys])


def decision_document(batch: ClaimBatch, decision: BatchDecision, language: Language) -> dict[str, Any]:
    """Return what was decided of one claim, as the NDJSON results tell it."""
    return decision_documents(batch, [decision], language)[0]


def decision_documents(batch: ClaimBatch, decisions: list[BatchDecision], language: Language) -> list[dict[str, Any]]:
    """Return what was decided of claims, in their order."""
    kept = [Kept(one.chunk_id, one.digest, one.decided or "") for one in decisions]
    return [json.loads(line) for line in b"".join(ndjson_lines(kept, shown_in(batch, language))).splitlines()]


def asked_of(batch: ClaimBatch, seq: int) -> Mapping[str, Any] | None:
    """Return a claim as it was asked, under the names of a check; None where it was invalid as it stood in the file."""
    row = BatchClaim.objects.get(batch=batch.pk, seq=seq)
    return None if row.member_key is None else {"product": batch.product.code, **facts_of(row.facts)[1]}


def notes_on(batch: ClaimBatch, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what was odd about a valid claim when the batch was accepted, in both languages."""
    try:
        claim = parse_claim(asked)
    except InvalidClaim:  # by the rules of today
        return []
    return note_documents(notes_of(claim, today=china_today(batch.known_at), now=batch.known_at))


def replay_claim(
    *,
    batch: ClaimBatch,
    decision: BatchDecision,
    seen: Observation,
    known_at: datetime | None = None,
    language: Language = "zh",
) -> Replayed:
    """Decide a claim of a batch again, after those of its member that came before it in the batch: as known then, or at another instant.

    Raises NothingDecided for a claim that was invalid.
    """
    if decision.chunk_id is None or decision.outcome == INVALID:
        raise NothingDecided(_("This claim was invalid; nothing was decided."))
    key = BatchClaim.objects.values_list("member_key", flat=True).get(batch=batch.pk, seq=decision.seq)
    assert key is not None
    of_member = list(claims_between(batch, key, key))
    if known_at is None:
        seen = Observation(batch.revision, batch.known_at)
    product = product_facts(insurer_id=batch.insurer_id, code=batch.product.code, seen=seen)
    found = next((one for one in of_member if one.seq == decision.seq), None)
    if not isinstance(found, Asked):
        return refused_today(batch.rules_version, _what_is_wrong(asked_of(batch, decision.seq) or {}, language))
    made = _decided(batch, decision, [one for one in of_member if isinstance(one, Asked)], product, seen, known_at)
    return replayed(
        made,
        product,
        digest=decision.digest,
        rules_version=batch.rules_version,
        before=decision_document(batch, decision, language),
        after=_document(made, found, batch, language),
    )


def _decided(
    batch: ClaimBatch,
    decision: BatchDecision,
    asked: list[Asked],
    product: ProductFacts,
    seen: Observation,
    known_at: datetime | None,
) -> Decision:
    claims = [one.claim for one in asked]
    snapshot = load(
        product,
        identities=[line.identity for claim in claims for line in claim.lines],
        days={line.service_date for claim in claims for line in claim.lines}
        | {claim.service_date for claim in claims if claim.service_date},
        known_at=known_at or batch.known_at,
        seen=seen,
    )
    decided_at = BatchChunk.objects.values_list("decided_at", flat=True).get(pk=decision.chunk_id)
    used_by = None if known_at else decided_at
    snapshot = with_authorisations(snapshot, product, claims, used_by=used_by, but_for_batch=batch.pk)
    for of_one_member in members(asked):
        for one, made in decided_in_turn(of_one_member, snapshot):
            if one.seq == decision.seq:
                return made
    raise AssertionError("the claim is one of its member's")


def _document(made: Decision, asked: Asked, batch: ClaimBatch, language: Language) -> dict[str, Any]:
    """Return a decision as the results of a batch tell it, to be held against what they tell."""
    parts = Parts()
    kept = Kept(0, made.digest, parts.record(made, asked.rows))
    texts = parts_of_text(parts.text())
    shown = Shown(language, made.judged.known_at, RULES_VERSION, lambda _chunk_id: texts)
    document: dict[str, Any] = json.loads(b"".join(ndjson_lines([kept], shown)))
    return document


def _what_is_wrong(asked: Mapping[str, Any], language: Language) -> tuple[FieldError, ...]:
    """Return why today's rules refuse a claim."""
    try:
        parse_claim(asked, language)
    except InvalidClaim as refusal:
        return refusal.errors
    return ()
