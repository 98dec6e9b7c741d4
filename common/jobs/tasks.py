"""The two Celery tasks of the job mechanism: do one job, and look after all."""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown
from redis.exceptions import RedisError

from common.jobs import services, wake
from common.operations.health import worker_gone, worker_seen

log = logging.getLogger(__name__)


@shared_task(name=wake.RUN_JOB)
def run_job(job_id: int, **_later_arguments: object) -> None:
    """Do the job; safe to be delivered twice or late, the claim in PostgreSQL decides."""
    services.run(job_id)


@shared_task(name="common.jobs.tasks.sweep")
def sweep() -> None:
    """Ring again for jobs that nobody holds; running at all, show that a worker is there."""
    worker_seen()
    services.sweep()


@worker_ready.connect
def _first_sight(**_details: Any) -> None:
    try:
        worker_seen()
    except RedisError as fault:
        log.warning("worker could not be noted: %s", type(fault).__name__)


@worker_shutdown.connect
def _last_sight(**_details: Any) -> None:
    try:
        worker_gone()  # another one that is still there shows itself with the next sweep
    except RedisError as fault:
        log.warning("worker's end could not be noted: %s", type(fault).__name__)
