"""Background work of the office's curation: jobs registered by kind (common/jobs)."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from catalog.models import ImportRun
from common import tenancy
from common.jobs.services import Cancelled, Lease, work
from curation.findings import services as findings
from curation.impact.ending import is_under_way
from curation.impact.planning import PART_JOB, plan
from curation.impact.services import PLAN_JOB, give_up
from curation.impact.trying import try_part
from curation.market.collections import COLLECT_JOB, PUBLISH_JOB, bring_in, publish_lists
from curation.market.drafting import draft
from curation.market.services import DRAFT_JOB
from curation.models import Collection, ImpactPart, ImpactRun


def _impact_gave_up(subject: str) -> None:
    give_up(run_id=subject.partition("/")[0])


@work(PLAN_JOB, on_dead=_impact_gave_up)
def plan_impact(lease: Lease, run_id: str) -> None:
    """Find what an impact run is to try; one that is cancelled, or gone with its draft, is left as it is."""
    run = ImpactRun.objects.select_related("version").filter(pk=run_id).first()
    if run is None or run.state == ImpactRun.State.CANCELLED:
        raise Cancelled(f"impact run {run_id}")
    plan(run, lease)


@work(PART_JOB, on_dead=_impact_gave_up)
def try_impact_part(lease: Lease, subject: str) -> None:
    """Try one part of an impact run (subject: run/number)."""
    run_id, _, number = subject.partition("/")
    parts = ImpactPart.objects.select_related("run__version", "chunk__batch__product", "chunk__batch__insurer")
    part = parts.filter(run=run_id, number=number).first()
    if part is None or not is_under_way(part.run):
        raise Cancelled(f"impact run {run_id}")
    try_part(part, lease)


@work(findings.FINDINGS_JOB)
def work_out_findings(lease: Lease, _moment: str) -> None:
    """Work out what is to be found in lists and products as they are known now."""
    findings.work_out(lease)


@shared_task(name="curation.tasks.ask_for_findings")
def ask_for_findings(**_later_arguments: object) -> None:
    """Queue the work on findings where something became known, or a day began."""
    with tenancy.acting_for(tenancy.OFFICE):
        findings.ask_for_news()


def _collection_gave_up(collection_id: str) -> None:
    Collection.objects.filter(pk=collection_id).update(finished_at=timezone.now())


@work(COLLECT_JOB, on_dead=_collection_gave_up)
def collect(lease: Lease, collection_id: str) -> None:
    """Bring in the lists of one package."""
    bring_in(Collection.objects.select_related("job").get(pk=collection_id), lease)


@work(PUBLISH_JOB)
def publish_collection(lease: Lease, collection_id: str) -> None:
    """Publish the lists of one package that are without problems."""
    publish_lists(Collection.objects.get(pk=collection_id), lease)


def _draft_gave_up(run_id: str) -> None:
    ImportRun.objects.filter(pk=run_id).update(finished_at=timezone.now())


@work(DRAFT_JOB, on_dead=_draft_gave_up)
def draft_from_market(lease: Lease, run_id: str) -> None:
    """Draft a version from the market's lists; may run again, an ended run is left as it is."""
    run = ImportRun.objects.select_related("catalog").get(pk=run_id)
    if run.outcome:
        with transaction.atomic():
            lease.finish()
        return
    draft(run, lease)
