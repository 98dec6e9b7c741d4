"""A run brought to its end on one connection, and what came of it."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from catalog.clock import observe
from catalog.models import CatalogVersion
from claims.batches import decide
from common.jobs import services as jobs
from common.jobs.models import Job
from curation.impact import services, trying
from curation.impact.results import csv_lines
from curation.impact.services import Asked, ask_impact
from curation.impact.totals import totals_document
from curation.models import ImpactRun

State = ImpactRun.State


@pytest.fixture(autouse=True)
def _nothing_kept_of_a_run() -> Iterator[None]:
    decide.forget()
    trying.forget()
    yield
    decide.forget()
    trying.forget()


def waiting_jobs(run: ImpactRun) -> list[Job]:
    """The jobs of a run that wait, in the order they were made."""
    return list(Job.objects.filter(subject__startswith=str(run.pk), state=Job.State.QUEUED).order_by("pk"))


def worked_off(run: ImpactRun) -> ImpactRun:
    """Do the run's jobs on this connection until none waits, and return the run as it then is."""
    while waiting := waiting_jobs(run):
        jobs.run(waiting[0].pk, heartbeat=False)
    return fresh(run)


def fresh(run: ImpactRun) -> ImpactRun:
    return ImpactRun.objects.select_related("version__catalog", "job").get(pk=run.pk)


def tried(version: CatalogVersion, insurer_id: int | None, *, seen: Any = None, **asked: Any) -> ImpactRun:
    """A run asked for and brought to its end."""
    of = Asked(**asked)
    run = ask_impact(version=version, insurer_id=insurer_id, asked=of, by="ines", seen=seen or observe())
    run = worked_off(run)
    assert run.state == State.DONE, (run.state, run.fault, list(Job.objects.values_list("kind", "last_error")))
    return run


def document(run: ImpactRun) -> dict[str, Any]:
    return totals_document(run.totals)


def differing(run: ImpactRun) -> list[dict[str, str]]:
    """The lines that come out otherwise, as the file has them."""
    text = b"".join(csv_lines(services.lines_of(run))).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
