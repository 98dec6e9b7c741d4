"""Erasing an insurer's sandbox: at once, and all that tells of a person (docs/sandbox.md)."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from claims.batches.services import UNDER_WAY, cancel_batch
from claims.models import ClaimBatch
from claims.retention import destroy_months, purge_authorisations, purge_batches, purge_facts
from common.api.models import KeptAnswer
from common.jobs import services as jobs
from common.jobs.models import Job
from common.tenancy import acting_for
from insurers.models import Insurer, Webhook
from insurers.sandboxes import close_sandbox, retire_sandbox
from insurers.webhooks.services import remove_webhook


def erase_sandbox(*, sandbox: Insurer, by: str) -> None:
    """Erase a sandbox: its keys, webhooks and work end, and every fact in it goes; what is left is as after the retention.

    Killed on the way it is there still, and is erased when somebody asks again. What a request that was under way meanwhile wrote goes with the
    next day's retention (claims.retention.purge_due).
    """
    close_sandbox(sandbox=sandbox, by=by)
    with acting_for(str(sandbox.pk)):
        for batch in ClaimBatch.objects.filter(insurer=sandbox, state__in=UNDER_WAY).select_related("product"):
            cancel_batch(batch=batch, by=by)
        for job in Job.objects.filter(sandbox=str(sandbox.pk), state__in=[Job.State.QUEUED, Job.State.RUNNING]):
            jobs.stop(job)
        for webhook in Webhook.objects.filter(insurer=sandbox):
            remove_webhook(webhook=webhook, by=by)
        # Answers kept for repeated requests hold what was asked of a person.
        KeptAnswer.objects.filter(insurer_id=sandbox.pk).delete()
        at = timezone.now()
        # Whatever the clocks say, nothing in it is later than this.
        due: dict[str, Any] = {"insurer_id": sandbox.pk, "older_than": at + timedelta(days=1), "by": by, "at": at}
        purge_facts(**due)
        purge_batches(**due)
        purge_authorisations(**due, also_open=True)
        destroy_months(**due, insurer=sandbox, all_of_them=True)
    retire_sandbox(sandbox=sandbox, by=by)
