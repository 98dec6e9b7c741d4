"""Real workers on a real broker and database: one is killed while it tries a draft on a batch; nothing is counted twice or lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.clock import observe
from catalog.models import Catalog, CatalogVersion
from claims.models import ClaimBatch
from common.jobs.models import Job
from curation.impact.services import Asked, ask_impact
from curation.models import ImpactRun
from insurers.models import Product
from tests.claims.batches.conftest import decided, product
from tests.conftest import imported
from tests.curation.impact.conftest import State, differing, document, fresh, worked_off
from tests.faults.test_batch_worker import many_lines
from tests.faults.worker import wait_until, workers

__all__ = ["product"]  # the fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def asked(version: CatalogVersion, batch: ClaimBatch) -> ImpactRun:
    of = Asked(batch=batch.pk)
    return ask_impact(version=version, insurer_id=batch.insurer_id, asked=of, by="ines", seen=observe())


def done(run: ImpactRun) -> Callable[[], bool]:
    def is_done() -> bool:
        state = fresh(run).state
        assert state in (State.QUEUED, State.RUNNING, State.DONE), state
        return state == State.DONE

    return is_done


def test_a_worker_killed_while_trying_repeats_nothing_and_loses_nothing(
    product: Product, tmp_path: Path, queue: str
) -> None:
    batch = decided(product, many_lines(10_000))
    list_ = "entry_code,generic_name,icd10\nC-1,戈沙妥珠单抗,C67\n"
    draft = imported(Catalog.objects.get(code="COM"), list_, label="v2").version
    assert draft is not None
    undisturbed = worked_off(asked(draft, batch))
    assert undisturbed.state == State.DONE and differing(undisturbed)

    with workers(tmp_path, queue, False, True) as (victim, survivor):
        run = asked(draft, batch)
        held: list[Job] = []

        def victim_tries() -> bool:
            running = Job.objects.filter(subject__startswith=f"{run.pk}/", state=Job.State.RUNNING)
            pids = victim.pids()
            held[:] = [job for job in running if int(job.worker.rpartition(":")[2]) in pids]
            return bool(held)

        wait_until(victim_tries, 120)
        victim.kill()
        wait_until(done(run), 60)
        assert survivor.process.poll() is None

    assert Job.objects.get(pk=held[0].pk).attempts == 2
    assert (fresh(run).batch_claims, fresh(run).lines) == (2_000, 10_000)
    assert document(fresh(run)) == document(undisturbed)
    assert differing(fresh(run)) == differing(undisturbed)
