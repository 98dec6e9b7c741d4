"""Housekeeping of the API."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from common import tenancy
from common.api.idempotency import KEPT_HOURS
from common.api.models import KeptAnswer


@shared_task(name="common.api.tasks.forget_answers")
def forget_answers() -> None:
    """Delete kept answers that nobody will ask for any more."""
    with tenancy.acting_for(tenancy.EVERYBODY):
        KeptAnswer.objects.filter(created_at__lt=timezone.now() - timedelta(hours=KEPT_HOURS)).delete()
