"""Wiring only: settings, URLs, Celery and WSGI. Nothing imports it but the processes that start."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
