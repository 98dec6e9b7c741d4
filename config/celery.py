"""The Celery application: a doorbell for jobs whose truth lives in PostgreSQL (common.jobs)."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, worker_init, worker_process_init, worker_process_shutdown

from common import tracing
from common.jobs.wake import RUN_JOB

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class TracedTask(Task):  # type: ignore[misc]  # Celery brings no types
    """A task that is traced; a job is traced as itself, below whoever asked for it (common.jobs.services)."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        if self.name == RUN_JOB:
            return super().__call__(*args, **named)
        with tracing.span(f"task {self.name}", "CONSUMER"):
            return super().__call__(*args, **named)


app = Celery("shangbao", task_cls=TracedTask if tracing.wanted() else Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
@worker_init.connect
def _write_for_the_service_alone(**_details: Any) -> None:
    os.umask(0o077)


def _trace(**_details: Any) -> None:
    tracing.start("worker")


def _send_the_last_spans(**_details: Any) -> None:
    tracing.stop()


worker_process_init.connect(_trace)
worker_process_shutdown.connect(_send_the_last_spans)
