"""Housekeeping of the API."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from common import tenancy
from common.api.idempotency import KEPT_HOURS
from common.api.models import KeptAnswer
from common.sealing.services import destroy, erase_files, months_over


@shared_task(name="common.api.tasks.forget_answers")
def forget_answers() -> None:
    """Delete kept answers that nobody will ask for any more."""
    with tenancy.acting_for(tenancy.EVERYBODY):
        at = timezone.now()
        KeptAnswer.objects.filter(created_at__lt=at - timedelta(hours=KEPT_HOURS)).delete()
        # Of an insurer the retention destroys its keys; what is kept for the office is these answers alone.
        destroy(months_over(None, before=at - timedelta(hours=KEPT_HOURS + 24)), at=at)
        erase_files()
