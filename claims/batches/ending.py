"""When a batch is over: every chunk is decided. Whoever asks holds the batch's lock, so exactly one of the chunks is the last."""

from django.db.models import Sum
from django.utils import timezone

from claims.batches.totals import Totals
from claims.models import BatchChunk, BatchClaim, ClaimBatch
from insurers.webhooks.services import queue_event


def end_if_all_decided(batch: ClaimBatch) -> None:
    """Set a locked batch done, with its totals, where no chunk is left to decide; the caller saves it."""
    chunks = BatchChunk.objects.filter(batch=batch)
    if chunks.filter(decided_at=None).exists():
        return
    totals = Totals()
    for kept in chunks.order_by("number").values_list("totals", flat=True):
        assert kept is not None, "a decided chunk has its totals"
        totals.merge(kept)
    # What was wrong as it stood in the file never came to a chunk.
    unread = BatchClaim.objects.filter(batch=batch, member_key=None).aggregate(lines=Sum("lines"))["lines"]
    if unread:
        totals.add_invalid(unread)
    batch.totals = totals.groups
    batch.lines_done = batch.lines
    end(batch, ClaimBatch.State.DONE)


def end(batch: ClaimBatch, state: ClaimBatch.State) -> None:
    """Set a locked batch done or failed, and tell the insurer's endpoints; the caller saves it."""
    batch.state = state
    batch.finished_at = timezone.now()
    news = {"id": batch.pk, "product": batch.product.code, "state": state.value, "finished_at": batch.finished_at}
    # Once for each end: a failed batch that was retried may still be done.
    queue_event(
        batch.insurer_id, "batch.finished", news, at=batch.finished_at, message_id=f"msg_{batch.pk.hex}_{state}"
    )
