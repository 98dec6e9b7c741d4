"""How many processes and threads the service runs, and how long each may take: read by gunicorn (`-c python:config.processes`) and Celery.

WEB_CONCURRENCY web processes of four threads each that take turns (config.web); WORKER_CONCURRENCY worker processes.
"""

import os
import shutil
import tempfile
from typing import Any

from common import tracing


def on_starting(_server: Any) -> None:
    """Let each web process count its requests in files of its own; whoever is asked for /metrics adds them up."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")


def post_fork(_server: Any, _worker: Any) -> None:
    """Trace in each web process, where traces are wanted."""
    tracing.start("web")


def post_worker_init(_worker: Any) -> None:
    """Write what insurers ask for, in each web process, once the application is there."""
    from insurers.request_log import waiting

    waiting.start()


def worker_exit(_server: Any, _worker: Any) -> None:
    """Send the last spans of a web process."""
    tracing.stop()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget of a process that has ended what only makes sense while it lives."""
    # Not above: it looks for the folder when it is imported.
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave no file behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "config.web.Worker"
threads = 4
# gunicorn's most: what a coverage question can be in a URL; config.web answers for what is longer.
limit_request_line = 8190
# A hung database must not hold a process for long.
timeout = 30
# Whatever a process writes is for the service alone.
umask = 0o077
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True

worker_processes = int(os.environ.get("WORKER_CONCURRENCY") or 2)
worker_tasks_at_most = 100  # then a fresh process takes its place
