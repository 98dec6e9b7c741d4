"""Background work of the insurers app: telling webhooks what happened."""

import logging
from concurrent.futures import ThreadPoolExecutor, as_completed

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from common import tenancy
from insurers import request_log
from insurers.webhooks import catalog_news, services
from insurers.webhooks.sending import Outcome, post

log = logging.getLogger(__name__)

DELIVERIES_A_ROUND = 40
SENDERS = 8


@shared_task(name="insurers.tasks.queue_catalog_events")
def queue_catalog_events(**_later_arguments: object) -> None:
    """Write deliveries for what was published, withdrawn or opened for consultation since the last time."""
    with tenancy.acting_for(tenancy.OFFICE):
        catalog_news.queue_catalog_events()


@shared_task(name="insurers.tasks.deliver_due_webhooks")
def deliver_due_webhooks(**_later_arguments: object) -> None:
    """Send the deliveries that are due, several at once; may run many times at once, each delivery is leased to one."""
    with tenancy.acting_for(tenancy.EVERYBODY):
        taken = services.take_due(limit=DELIVERIES_A_ROUND, at=timezone.now())
        # The threads do network only: no transaction is open, and every report is written by this one.
        with ThreadPoolExecutor(max_workers=SENDERS) as senders:
            sent = {senders.submit(_send, one): one for one in taken}
            for future in as_completed(sent):
                services.record(taken=sent[future], outcome=future.result(), at=timezone.now())


def _send(taken: services.Taken) -> Outcome:
    if taken.headers is None:
        return Outcome(None, "secret_lost", 0)
    return post(
        taken.url, body=taken.body, headers=taken.headers, may_reach_loopback=settings.WEBHOOKS_MAY_REACH_LOOPBACK
    )


@shared_task(name="insurers.tasks.forget_old_deliveries")
def forget_old_deliveries(**_later_arguments: object) -> None:
    """Delete what ended long ago from the log of deliveries."""
    with tenancy.acting_for(tenancy.EVERYBODY):
        count = services.forget_old_deliveries(at=timezone.now())
    log.info("%d old webhook deliveries deleted", count)


@shared_task(name="insurers.tasks.forget_old_requests")
def forget_old_requests(**_later_arguments: object) -> None:
    """Delete what was asked too long ago from the log of requests."""
    with tenancy.acting_for(tenancy.EVERYBODY):
        count = request_log.forget_old_requests(at=timezone.now())
    log.info("%d old requests deleted from the log", count)
