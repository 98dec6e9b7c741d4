"""The Celery application: a doorbell for jobs whose truth lives in PostgreSQL (common.jobs)."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("shangbao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
@worker_init.connect
def _write_for_the_service_alone(**_details: Any) -> None:
    os.umask(0o077)
