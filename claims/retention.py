"""Retention: what is forgotten of claims, when, and of which insurer; digests, outcomes and sums stay (docs/operations.md, ADR 10).

An insurer's `retention_days` say how long facts are kept; the scheduler asks `purge_due` every day. What is removed cannot be opened in a backup
either, since its data keys are destroyed with it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog import uploads
from catalog.clock import china_today
from claims.batches.services import UNDER_WAY
from claims.models import (
    AuthorisationUse,
    BatchChunk,
    BatchClaim,
    BatchDecision,
    ClaimBatch,
    ClaimCheck,
    PriorAuthorisation,
)
from claims.receipts import keep_missing_receipts
from common.api.models import KeptAnswer
from common.audit.deeds import Deed
from common.audit.services import hash_of, record
from common.sealing.models import DataKey
from common.sealing.services import bounds_of, destroy, erase_files, months_over
from common.tenancy import EVERYBODY, acting_for
from insurers.models import Insurer


@dataclass(frozen=True, slots=True)
class Purged:
    """What one insurer's retention removed: how many checks, batches and prior authorisations lost their facts; months whose key was destroyed."""

    insurer: str
    checks: int
    batches: int
    authorisations: int = 0
    months: int = 0


def purge_due(*, at: datetime, by: str) -> list[Purged]:
    """Remove the facts of checks, batches and prior authorisations that are older than their insurer's `retention_days`; in sandboxes too."""
    with acting_for(EVERYBODY):
        found = [
            _purged(insurer, at, by) for insurer in Insurer.every.select_related("sandbox_of").order_by("code", "-pk")
        ]
        # Also those of keys that an earlier process destroyed and did not live to erase.
        erase_files()
        return found


def _purged(insurer: Insurer, at: datetime, by: str) -> Purged:
    """Remove of one insurer, or of a sandbox, what is over; of one that was erased whatever came while it was."""
    gone = insurer.retired_at is not None
    older_than = at if gone else at - timedelta(days=(insurer.sandbox_of or insurer).retention_days)
    due: dict[str, Any] = {"insurer_id": insurer.pk, "older_than": older_than, "by": by, "at": at}
    name = f"{insurer.code} (sandbox)" if insurer.sandbox_of_id else insurer.code
    checks, batches = purge_facts(**due), purge_batches(**due)
    authorisations = purge_authorisations(**due, also_open=gone)
    return Purged(name, checks, batches, authorisations, destroy_months(insurer=insurer, all_of_them=gone, **due))


@transaction.atomic
def purge_facts(*, insurer_id: int, older_than: datetime, by: str, at: datetime) -> int:
    """Remove the facts of an insurer's checks decided before an instant, for ever; digests, versions and outcomes stay. Answers how many."""
    due = ClaimCheck.objects.filter(insurer=insurer_id, decided_at__lt=older_than, purged_at=None)
    keep_missing_receipts(due)
    which = [str(pk) for pk in due.order_by("pk").values_list("pk", flat=True)]
    removed = dict.fromkeys(("facts", "decision", "claim_no", "claim_tag", "member_tag", "totals", "catalogs"))
    count = due.update(**removed, purged_at=at)
    if count:
        insurer = Insurer.every.get(pk=insurer_id)
        after = {"checks": count, "older_than": older_than, "sha256": hash_of(which)}
        record(Deed.FACTS_PURGED, by=by, what=insurer, after=after)
    return count


@transaction.atomic
def purge_batches(*, insurer_id: int, older_than: datetime, by: str, at: datetime) -> int:
    """Remove the facts of an insurer's batches accepted before an instant, for ever; totals, outcomes and digests stay. Answers how many."""
    older = ClaimBatch.objects.filter(insurer=insurer_id, created_at__lt=older_than, purged_at=None)
    sealed = ("file_name", "errors", "warnings", "asked_about")
    # What is to go need not be opened for it.
    due = list(older.exclude(state__in=UNDER_WAY).defer(*sealed).select_for_update())
    destroyed = {}
    for batch in due:
        ClaimBatch.objects.filter(pk=batch.pk).update(purged_at=at, **dict.fromkeys(sealed))
        destroyed[batch.pk] = len(destroy(DataKey.objects.filter(batch=batch.pk), at=at))
        claims = BatchClaim.objects.filter(batch=batch.pk)
        claims._raw_delete(claims.db)
        BatchDecision.objects.filter(batch=batch.pk).update(decided=None, claim_tag=None)
        BatchChunk.objects.filter(batch=batch.pk).update(parts=None, catalogs=None)
        uploads.discard(batch.file_path)
    for batch in due:
        name = f"{batch.product.code} {batch.pk}"
        claims_of = BatchDecision.objects.filter(batch=batch.pk).order_by("seq").values_list("digest", flat=True)
        after = {
            "claims": len(claims_of),
            "keys": destroyed[batch.pk],
            "older_than": older_than,
            "sha256": hash_of(claims_of),
        }
        record(Deed.FACTS_PURGED, by=by, what=batch, name=name, after=after)
    return len(due)


@transaction.atomic
def purge_authorisations(
    *, insurer_id: int, older_than: datetime, by: str, at: datetime, also_open: bool = False
) -> int:
    """Remove what tells of a person from an insurer's authorisations asked before an instant and over by then, for ever. Answers how many.

    `also_open`: those that wait for a person or are valid still too.
    """
    older = PriorAuthorisation.objects.filter(insurer=insurer_id, asked_at__lt=older_than, purged_at=None)
    if not also_open:
        older = older.exclude(state=PriorAuthorisation.State.IN_REVIEW).exclude(valid_to__gte=china_today(older_than))
    due = list(older.select_for_update().values_list("pk", flat=True))
    uses = AuthorisationUse.objects.filter(insurer=insurer_id).exclude(claim_tag=None)
    uses.filter(Q(authorisation__in=due) | Q(at__lt=older_than)).update(claim_no=None, claim_tag=None)
    removed = dict.fromkeys(("facts", "judgement", "member_ref", "member_tag", "papers", "reason"))
    PriorAuthorisation.objects.filter(pk__in=due).update(**removed, purged_at=at)
    if due:
        insurer = Insurer.every.get(pk=insurer_id)
        which = sorted(PriorAuthorisation.objects.filter(pk__in=due).values_list("no", flat=True))
        after = {"authorisations": len(due), "older_than": older_than, "sha256": hash_of(which)}
        record(Deed.FACTS_PURGED, by=by, what=insurer, after=after)
    return len(due)


@transaction.atomic
def destroy_months(
    *, insurer_id: int, insurer: Insurer, older_than: datetime, by: str, at: datetime, all_of_them: bool = False
) -> int:
    """Destroy the keys of an insurer's months that were over before an instant and of which no fact is kept any more: so its backups forget too.

    `all_of_them`: of a sandbox that is erased, whatever its months are. Answers how many.
    """
    if all_of_them:
        over = list(DataKey.objects.filter(insurer_id=insurer_id, destroyed_at=None))
    else:
        over = [key for key in months_over(insurer_id, before=older_than) if not _is_kept(insurer_id, key)]
    gone = destroy(DataKey.objects.filter(pk__in=[key.pk for key in over]), at=at)
    if gone:
        months = sorted({f"{key.month:%Y-%m}" for key in over if key.month})
        which = sorted(str(pk) for pk in gone)
        after = {"keys": len(gone), "months": months, "older_than": older_than, "sha256": hash_of(which)}
        record(Deed.FACTS_PURGED, by=by, what=insurer, after=after)
    return len(gone)


def _is_kept(insurer_id: int, key: DataKey) -> bool:
    """Tell whether a fact is kept that is sealed, or found, by a month's key."""
    first, end = bounds_of(key)
    of_insurer: dict[str, Any] = {"insurer": insurer_id}
    rows = (
        ClaimCheck.objects.filter(**of_insurer, purged_at=None, decided_at__gte=first, decided_at__lt=end),
        ClaimBatch.objects.filter(**of_insurer, purged_at=None, created_at__gte=first, created_at__lt=end),
        PriorAuthorisation.objects.filter(**of_insurer, purged_at=None, asked_at__gte=first, asked_at__lt=end),
        AuthorisationUse.objects.filter(**of_insurer, at__gte=first, at__lt=end).exclude(claim_tag=None),
        # A day more: its instant is that of its row, which is a little later.
        KeptAnswer.objects.filter(insurer_id=insurer_id, created_at__gte=first, created_at__lt=end + timedelta(days=1)),
    )
    return any(kept.exists() for kept in rows)
