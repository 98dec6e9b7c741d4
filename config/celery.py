"""The Celery application: a doorbell for jobs whose truth lives in PostgreSQL (common.jobs)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("shangbao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
