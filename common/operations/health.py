"""Is the service alive, and can it do its work? `/healthz` and `/readyz`, outside the API, for machines that watch."""

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

WORKER_SEEN_SECONDS = 40


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process lives; asks nothing else."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer whether database, broker, worker and migrations are there; 503 when one is not."""
    found = {"database": _database(), "broker": broker_state(), "worker": "no", "migrations": "no"}
    if found["broker"] == "ok":
        found["worker"] = worker_state()
    if found["database"] == "ok":
        found["migrations"] = migrations_state()
    ready = all(state == "ok" for state in found.values())
    return JsonResponse(found, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def worker_seen() -> None:
    """Note, from a worker, that one is there."""
    cache.set("worker-seen", "ok", timeout=WORKER_SEEN_SECONDS)


def worker_gone() -> None:
    """Note, from a worker, that it is going."""
    cache.delete("worker-seen")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return "ok"
    except Exception as fault:  # whatever is wrong with it, it is not there
        return type(fault).__name__


def broker_state() -> str:
    try:
        cache._cache.get_client().ping()
    except Exception as fault:  # whatever is wrong with it, it is not there
        return type(fault).__name__
    return "ok"


def worker_state() -> str:
    try:
        return "ok" if cache.get("worker-seen") else "none seen"
    except Exception as fault:  # the broker went away in between
        return type(fault).__name__


def migrations_state() -> str:
    executor = MigrationExecutor(connection)
    return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
