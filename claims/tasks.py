"""Background work of the claims app: reading a batch, deciding each of its chunks, and retention."""

from celery import shared_task
from django.utils import timezone

from claims.batches.decide import decide_chunk
from claims.batches.load import CHUNK_JOB, load_batch
from claims.batches.services import BATCH_JOB, begin, give_up
from claims.models import BatchChunk, ClaimBatch
from claims.retention import purge_due
from common import tenancy
from common.audit.deeds import Via
from common.audit.services import SYSTEM, through
from common.jobs.services import Cancelled, Lease, work


def _batch_of(subject: str) -> str:
    return subject.partition("/")[0]


def _gave_up(subject: str) -> None:
    give_up(batch_id=_batch_of(subject))


@work(BATCH_JOB, on_dead=_gave_up)
def read_batch(lease: Lease, batch_id: str) -> None:
    """Read one uploaded batch; a cancelled one is left as it is."""
    batch = ClaimBatch.objects.select_related("product").get(pk=batch_id)
    if batch.state == ClaimBatch.State.CANCELLED:
        raise Cancelled(f"batch {batch_id}")
    begin(batch=batch)
    load_batch(batch, lease)


@work(CHUNK_JOB, on_dead=_gave_up)
def decide_batch_chunk(lease: Lease, subject: str) -> None:
    """Decide one chunk (subject: batch/number); one of a cancelled batch is left as it is."""
    batch_id, _, number = subject.partition("/")
    chunk = BatchChunk.objects.select_related("batch__product").get(batch=batch_id, number=number)
    if chunk.batch.state == ClaimBatch.State.CANCELLED:
        raise Cancelled(f"batch {batch_id}")
    decide_chunk(chunk, lease)


@shared_task(name="claims.tasks.purge_facts")
def purge_facts() -> None:
    """Remove the facts of checks and batches whose retention is over."""
    with tenancy.acting_for(tenancy.EVERYBODY), through(Via.JOB):
        purge_due(at=timezone.now(), by=SYSTEM)
