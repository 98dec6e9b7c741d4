"""Figures for Prometheus: background jobs by kind and state."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from common.jobs.models import Job


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures in Prometheus' text format."""
    registry = CollectorRegistry()
    jobs = Gauge("shangbao_jobs", "Background jobs by kind and state", ["kind", "state"], registry=registry)
    for row in Job.objects.values("kind", "state").annotate(number=Count("pk")):
        jobs.labels(row["kind"], row["state"]).set(row["number"])
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
