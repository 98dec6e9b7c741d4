"""Background work of curation."""

from celery import shared_task

from common import tenancy
from common.jobs.services import Lease, work
from curation.findings import services as findings


@work(findings.FINDINGS_JOB)
def work_out_findings(lease: Lease, _moment: str) -> None:
    """Work out what is to be found in lists and products as they are known now."""
    findings.work_out(lease)


@shared_task(name="curation.tasks.ask_for_findings")
def ask_for_findings(**_later_arguments: object) -> None:
    """Queue the work on findings where something became known, or a day began."""
    with tenancy.acting_for(tenancy.OFFICE):
        findings.ask_for_news()
