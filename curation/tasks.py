"""Background work of curation."""

from django.db import transaction
from django.utils import timezone

from catalog.models import ImportRun
from common.jobs.services import Lease, work
from curation.market.drafting import draft
from curation.market.services import DRAFT_JOB


def _gave_up(run_id: str) -> None:
    ImportRun.objects.filter(pk=run_id).update(finished_at=timezone.now())


@work(DRAFT_JOB, on_dead=_gave_up)
def draft_from_market(lease: Lease, run_id: str) -> None:
    """Draft a version from the market's lists; may run again, an ended run is left as it is."""
    run = ImportRun.objects.select_related("catalog").get(pk=run_id)
    if run.outcome:
        with transaction.atomic():
            lease.finish()
        return
    draft(run, lease)
