"""Background work of the catalog app: one kind of job, the import; its housekeeping."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from catalog.importing.load import load
from catalog.models import ImportRun
from catalog.services import IMPORT_JOB, end_consultations, forget_uploads
from catalog.upload_steps import forget_abandoned, forget_orphans
from catalog.uploads import KEPT_FOR, LOOKED_AT_FOR
from common import tenancy
from common.audit.deeds import Via
from common.audit.services import through
from common.jobs.services import Lease, work


def _gave_up(run_id: str) -> None:
    ImportRun.objects.filter(pk=run_id).update(finished_at=timezone.now())


@work(IMPORT_JOB, on_dead=_gave_up)
def load_import(lease: Lease, run_id: str) -> None:
    """Load one uploaded file; may run again, an ended run is left as it is."""
    run = ImportRun.objects.select_related("catalog", "mended_from").get(pk=run_id)
    if run.outcome:
        with transaction.atomic():
            lease.finish()
        return
    load(run, lease)


@shared_task(name="catalog.tasks.forget_old_uploads")
def forget_old_uploads() -> None:
    """Remove the files of imports that ended long ago, those that were looked at and left, and those that nothing knows of."""
    now = timezone.now()
    with tenancy.acting_for(tenancy.EVERYBODY):
        forget_uploads(before=now - KEPT_FOR)
        forget_abandoned(before=now - LOOKED_AT_FOR)
        forget_orphans(before=now - LOOKED_AT_FOR)


@shared_task(name="catalog.tasks.end_consultations")
def end_over_consultations() -> None:
    """End the consultations whose last day is over; until then their state is computed (CatalogVersion.state_on)."""
    with tenancy.acting_for(tenancy.OFFICE), through(Via.JOB):
        end_consultations()
