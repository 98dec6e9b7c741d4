"""`/metrics`: requests, background jobs and backups for Prometheus (deploy/monitoring has the rules and the dashboard)."""

import os
from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from common.version import VERSION

_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

REQUESTS = Counter(
    "shangbao_requests", "Requests by route, method, status and who asked", ["route", "method", "status", "tenant"]
)
SECONDS = Histogram(
    "shangbao_request_seconds", "Time to the beginning of the answer, by route", ["route", "method"], buckets=_BUCKETS
)

_JOBS = """
SELECT kind, state, count(*), coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'queued')), 0)
FROM jobs_job GROUP BY kind, state ORDER BY kind, state
"""
_FOLLOWED = """
SELECT count(*) FILTER (WHERE active), coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), 0)
FROM pg_replication_slots WHERE slot_name = 'shangbao_backup'
"""


class _Database(Collector):
    """What the database knows, asked when somebody looks."""

    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("shangbao_jobs", "Background jobs by kind and state", labels=["kind", "state"])
        waiting = GaugeMetricFamily(
            "shangbao_job_waiting_seconds", "How long the oldest job of a kind has waited", labels=["kind"]
        )
        with connection.cursor() as cursor:
            cursor.execute(_JOBS)
            for kind, state, number, seconds in cursor.fetchall():
                jobs.add_metric([kind, state], number)
                if state == "queued":
                    waiting.add_metric([kind], float(seconds))
            cursor.execute(_FOLLOWED)
            follows, kept = cursor.fetchone()
        yield InfoMetricFamily("shangbao_release", "The release that answers here", value={"version": VERSION})
        yield jobs
        yield waiting
        yield GaugeMetricFamily(
            "shangbao_backup_follows", "1 while a backup follows the write-ahead log", value=follows
        )
        yield GaugeMetricFamily(
            "shangbao_backup_unreceived_bytes", "Write-ahead log that the backup has not received", value=float(kept)
        )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures in Prometheus' text format, of all web processes of this machine."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    registry.register(_Database())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
