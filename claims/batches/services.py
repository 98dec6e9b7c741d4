"""Every write to claim batches: accepting, cancelling, giving up, forgetting; and reading the results."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import clock, uploads
from catalog.clock import Observation
from catalog.services import shown_file_name
from claims.authorisations.spending import give_back
from claims.batches.ending import end
from claims.batches.record import parts_of_text
from claims.batches.results import Kept, Shown
from claims.models import (
    BatchChunk,
    BatchDecision,
    ClaimBatch,
)
from claims.services import FactsRemoved
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from common.jobs import services as jobs
from common.jobs.models import Job
from common.languages import Language
from insurers.models import Product

BATCH_JOB = "claims.batch.read"
PAGE = 500
UNDER_WAY = (ClaimBatch.State.QUEUED, ClaimBatch.State.RUNNING)


class NotDone(Refused):
    code = "not_done"


class AlreadyEnded(Refused):
    code = "already_ended"


def accept_batch(
    *, product: Product, chunks: Iterable[bytes], file_name: str, by: str, seen: Observation
) -> tuple[ClaimBatch, bool]:
    """Keep a file of claims and queue its deciding, all as known at this observation; returns (batch, whether it is new).

    The same bytes for the same product while an earlier batch of them is under way give that one (a double click); once it has ended they are a
    batch of their own, since more may be known by now. Raises FileTooLarge, NoRoom.
    """
    stored = uploads.keep(chunks)
    try:
        with transaction.atomic():
            Product.objects.select_for_update(no_key=True).get(pk=product.pk)
            same = ClaimBatch.objects.filter(product=product, sha256=stored.sha256, state__in=UNDER_WAY)
            earlier = same.order_by("-created_at").first()
            if earlier is None:
                batch = ClaimBatch.objects.create(
                    insurer_id=product.insurer_id,
                    product=product,
                    known_at=seen.known_at,
                    revision=seen.revision,
                    file_name=shown_file_name(file_name),
                    file_path=stored.path,
                    file_size=stored.size,
                    sha256=stored.sha256,
                    created_by=by,
                    created_at=seen.known_at,
                )
                batch.job = jobs.enqueue(kind=BATCH_JOB, subject=str(batch.pk))
                batch.save(update_fields=["job"])
                after = {"product": product.code, "sha256": stored.sha256, "size": stored.size}
                record(Deed.BATCH_ACCEPTED, by=by, what=batch, name=f"{product.code} {batch.pk}", after=after)
                return batch, True
    except BaseException:
        uploads.discard(stored.path)
        raise
    uploads.discard(stored.path)
    return earlier, False


def cancel_batch(*, batch: ClaimBatch, by: str) -> None:
    """End a batch that is under way, at once: nothing more of it is recorded. Twice is once; raises AlreadyEnded where it is done or failed."""
    with transaction.atomic():
        state = ClaimBatch.objects.select_for_update().values_list("state", flat=True).get(pk=batch.pk)
        if state in (ClaimBatch.State.DONE, ClaimBatch.State.FAILED):
            raise AlreadyEnded(_("The batch has ended already."))
        if state != ClaimBatch.State.CANCELLED:
            ClaimBatch.objects.filter(pk=batch.pk).update(state=ClaimBatch.State.CANCELLED, finished_at=timezone.now())
            give_back(batch_id=batch.pk, at=clock.observe().known_at)
            record(Deed.BATCH_CANCELLED, by=by, what=batch, name=f"{batch.product.code} {batch.pk}")
    # Outside the lock: a chunk about to end holds its job and waits for the batch. A job that hears nothing sees the batch's state.
    for job in _jobs_of(batch):
        jobs.stop(job)
    uploads.discard(batch.file_path)


def _jobs_of(batch: ClaimBatch) -> list[Job]:
    return list(Job.objects.filter(pk__in=[batch.job_id, *batch.chunks.values_list("job_id", flat=True)]))


@transaction.atomic
def give_up(*, batch_id: str) -> None:
    """Say that a batch failed by a technical fault; what it had decided stays hidden, and a retried job may still bring it to its end."""
    batch = ClaimBatch.objects.select_for_update(of=["self"]).select_related("product").get(pk=batch_id)
    if batch.state in UNDER_WAY:
        end(batch, ClaimBatch.State.FAILED)
        batch.save(update_fields=["state", "finished_at"])


def begin(*, batch: ClaimBatch) -> None:
    """Say that a batch's file is being read; one that failed begins again."""
    waiting = ClaimBatch.objects.filter(pk=batch.pk, state__in=[ClaimBatch.State.QUEUED, ClaimBatch.State.FAILED])
    waiting.update(state=ClaimBatch.State.RUNNING, finished_at=None)


def progress_of(batch: ClaimBatch) -> dict[str, Any]:
    """Return how far a batch is: bytes of the file while it is read, then lines decided."""
    if not batch.lines:
        job = batch.job
        return {"done": job.done if job else 0, "total": batch.file_size, "phase": job.phase if job else ""}
    done = batch.lines_done
    if batch.state == ClaimBatch.State.RUNNING:
        done += sum(
            batch.chunks.filter(decided_at=None, job__state=Job.State.RUNNING).values_list("job__done", flat=True)
        )
    return {"done": done, "total": batch.lines, "phase": "decide" if batch.state == ClaimBatch.State.RUNNING else ""}


# --- Results


def check_shown(batch: ClaimBatch) -> None:
    """Raise NotDone for a batch without whole results, FactsRemoved after the retention."""
    if batch.state != ClaimBatch.State.DONE:
        raise NotDone(_("The batch is %(state)s; its results come whole when it is done.") % {"state": batch.state})
    if batch.facts_removed:
        raise FactsRemoved(_("The facts of this batch were removed after retention; its digests remain."))


def decisions_of(batch: ClaimBatch) -> Iterator[Kept]:
    """Yield what was decided of each claim, in the order of the claims' first rows; some hundred at a time."""
    last = -1
    while True:
        rows = BatchDecision.objects.filter(batch=batch.pk, seq__gt=last).order_by("seq")
        page = list(rows.values_list("seq", "chunk_id", "digest", "decided")[:PAGE])
        if not page:
            return
        for _seq, chunk_id, digest, decided in page:
            assert decided is not None, (
                "retention removes what was decided together with the batch's facts, which stop the reader"
            )
            yield Kept(chunk_id, digest, decided)
        last = page[-1][0]


def shown_in(batch: ClaimBatch, language: Language) -> Shown:
    """Return how the batch's results are to be shown."""
    parts: dict[int, list[str]] = {}
    # A part of one chunk is often one of another: one text serves both.
    texts: dict[str, str] = {}

    def parts_of(chunk_id: int) -> list[str]:
        if chunk_id not in parts:
            kept = BatchChunk.objects.values_list("parts", flat=True).get(pk=chunk_id)
            assert kept is not None, "a decided chunk has its parts"
            parts[chunk_id] = [texts.setdefault(text, text) for text in parts_of_text(kept)]
        return parts[chunk_id]

    return Shown(language, batch.known_at, batch.rules_version, parts_of)
