"""Imports that are disturbed under real workers, leases and sweeps: how long until each has ended right by itself, and that nothing is half-written.

Every process that is ended was started here. PostgreSQL crashes because one of its own sessions is killed, which makes it start anew; what else
happens to servers happens to proxies before them.
"""

import os
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from benchmarks import _lists
from benchmarks._report import django_up, report

ROWS = int(os.environ.get("BENCH_FAULT_ROWS", "60000"))
LONGEST = 60.0


class Bench:
    """A catalog, a queue of its own, and two workers behind proxies. Both sweep, so that one that is killed takes no sweeper with it."""

    def __init__(self, folder: Path) -> None:
        from django.conf import settings
        from django.db import connection

        from catalog.models import Catalog
        from config.celery import app
        from tests.faults.proxy import Proxy

        held, broker = connection.settings_dict, urlsplit(settings.REDIS_URL)
        self.folder = folder
        self.queue = app.conf.task_default_queue = f"faults-{uuid.uuid4().hex}"
        self.database = Proxy(held["HOST"], int(held["PORT"]))
        self.broker = Proxy(broker.hostname or "", broker.port or 6379)
        secret = f":{broker.password}@" if broker.password else ""
        self.redis_url = f"redis://{secret}127.0.0.1:{self.broker.port}{broker.path}"
        self.catalog = Catalog.objects.create(code=f"FAULTS-{os.getpid()}", name="f", kind="commercial")
        self.content = _lists.as_csv(_lists.rows(ROWS, ROWS // 8))
        self.workers: list[Any] = []

    @contextmanager
    def running(self) -> Iterator[list[Any]]:
        """Give the two workers, started where they are not there any more."""
        from tests.faults.worker import Worker, database_at, wait_until

        environment = database_at(self.database.port) | {"REDIS_URL": self.redis_url}
        environment["DATA_DIR"] = os.environ["DATA_DIR"]
        alive = [worker for worker in self.workers if worker.process.poll() is None]
        if len(alive) < 2:
            for worker in alive:
                worker.kill()
            self.workers = [Worker(self.folder, self.queue, beat=True, environment=environment) for _ in range(2)]
            for worker in self.workers:
                wait_until(worker.is_ready, 120)
        yield self.workers

    def upload(self) -> Any:
        """Upload the file as a new draft."""
        from catalog import services

        label = f"v{uuid.uuid4().hex[:8]}"
        return services.upload_catalog(
            catalog=self.catalog,
            label=label,
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[self.content],
            file_name="list.csv",
            by="bench",
        )[0]

    def holder(self, run: Any) -> Any:
        """The worker that does the run's job."""
        pid = int(job_of(run).worker.rpartition(":")[2] or 0)
        return next(worker for worker in self.workers if pid in worker.pids())

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
        self.database.stop()
        self.broker.stop()


def job_of(run: Any) -> Any:
    from common.jobs.models import Job

    return Job.objects.get(pk=run.job_id)


def until(what: Callable[[], Any], seconds: float = 120.0) -> None:
    from tests.faults.worker import wait_until

    wait_until(what, seconds)


def copying(run: Any) -> None:
    until(lambda: job_of(run).phase == "check" and job_of(run).done > 0)


def ended_right(bench: Bench, run: Any) -> None:
    """Wait for the run's end, and look for anything half-written."""
    from catalog.models import CatalogEntry

    until(lambda: job_of(run).state not in ("queued", "running"))
    run.refresh_from_db()
    assert (run.outcome, job_of(run).state) == ("ready", "done"), (run.outcome, job_of(run).last_error)
    assert bench.catalog.versions.count() == 1, list(bench.catalog.versions.values_list("label", flat=True))
    assert CatalogEntry.objects.filter(version=run.version).count() == ROWS
    assert CatalogEntry.objects.filter(version__catalog=bench.catalog).count() == ROWS


# ---------------------------------------------------------------------------------------------- what happens


def nothing(bench: Bench, run: Any) -> None:
    """Nothing at all."""


def reader_killed(bench: Bench, run: Any) -> None:
    copying(run)
    os.kill(bench.holder(run).reader(), signal.SIGKILL)


def worker_killed_parsing(bench: Bench, run: Any) -> None:
    until(lambda: job_of(run).state == "running")
    holder = bench.holder(run)
    until(holder.reader)
    holder.kill()


def worker_killed_copying(bench: Bench, run: Any) -> None:
    copying(run)
    bench.holder(run).kill()


def worker_killed_before_the_commit(bench: Bench, run: Any) -> None:
    from django.db import transaction

    from catalog.models import Catalog

    with transaction.atomic():
        Catalog.objects.select_for_update().get(pk=bench.catalog.pk)  # what the import asks for last
        until(lambda: job_of(run).phase == "diff")
        bench.holder(run).kill()


def worker_asked_to_stop(bench: Bench, run: Any) -> None:
    copying(run)
    bench.holder(run).process.send_signal(signal.SIGTERM)


def database_crashed(bench: Bench, run: Any) -> None:
    from django.db import connection

    copying(run)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY catalog_catalogentry%'"
            " AND backend_type = 'client backend'"
        )
        (pid,) = cursor.fetchone()
    # Only a server that script/bench has started, as it has started this: never one that was given.
    assert _parent_of(_parent_of(pid)) == os.getppid(), "this PostgreSQL is not the benchmark's own"
    os.kill(pid, signal.SIGKILL)
    connection.close()
    time.sleep(0.5)
    until(_database_answers)


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _database_answers() -> bool:
    from django.db import DatabaseError, connection

    from common import tenancy

    try:
        tenancy.act_for(tenancy.OFFICE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        connection.close()
        return False


def _for_a_while(proxy: Any, state: Any, seconds: float) -> None:
    proxy.become(state)
    time.sleep(seconds)
    proxy.become("open")


def database_away(bench: Bench, run: Any) -> None:
    copying(run)
    _for_a_while(bench.database, "closed", 10)


def database_hung(bench: Bench, run: Any) -> None:
    copying(run)
    _for_a_while(bench.database, "deaf", 15)


def broker_away(bench: Bench, run: Any) -> None:
    copying(run)
    _for_a_while(bench.broker, "closed", 10)


DISTURBANCES: dict[str, Callable[[Bench, Any], None]] = {
    "nothing": nothing,
    "reading process killed": reader_killed,
    "worker killed while the file is parsed": worker_killed_parsing,
    "worker killed while rows are copied": worker_killed_copying,
    "worker killed just before the commit": worker_killed_before_the_commit,
    "worker asked to stop (SIGTERM)": worker_asked_to_stop,
    "PostgreSQL crashed and recovered": database_crashed,
    "PostgreSQL away for 10 s": database_away,
    "PostgreSQL hung for 15 s": database_hung,
    "broker away for 10 s": broker_away,
}


def disturbed(bench: Bench, what: Callable[[Bench, Any], None]) -> dict[str, Any]:
    """Disturb one import and return how long it took from the end of the disturbance on, and in how many attempts it ended."""
    with bench.running():
        started = time.monotonic()
        run = bench.upload()
        what(bench, run)
        happened = time.monotonic()
        ended_right(bench, run)
        ended = time.monotonic()
    return {"seconds": ended - (started if what is nothing else happened), "attempts": job_of(run).attempts}


def lost_messages(bench: Bench) -> Iterator[tuple[str, dict[str, Any]]]:
    """The broker is gone when the import is queued; or it has heard of it and forgets."""
    import redis
    from django.conf import settings

    from common.jobs.tasks import run_job

    with bench.running():
        with mock.patch.object(run_job, "apply_async", side_effect=ConnectionError):
            run = bench.upload()
        started = time.monotonic()
        ended_right(bench, run)
        yield "broker gone at enqueue", {"seconds": time.monotonic() - started, "attempts": job_of(run).attempts}
        discard(bench)
    for worker in bench.workers:
        worker.kill()
    run = bench.upload()
    assert redis.Redis.from_url(settings.REDIS_URL).delete(bench.queue) == 1
    with bench.running():
        started = time.monotonic()
        ended_right(bench, run)
        yield "broker lost its queue", {"seconds": time.monotonic() - started, "attempts": job_of(run).attempts}
        discard(bench)


def discard(bench: Bench) -> None:
    """Throw the draft away."""
    from catalog import services

    for version in bench.catalog.versions.all():
        services.discard_draft(version=version, by="bench")


def main() -> None:
    """Disturb one import after the other and report."""
    django_up(as_owner=True)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="bench-faults-") as folder:
        bench = Bench(Path(folder))
        try:
            for name, what in DISTURBANCES.items():
                rows.append({"disturbance": name, **disturbed(bench, what)})
                print(rows[-1], flush=True)
                discard(bench)
            for name, found in lost_messages(bench):
                rows.append({"disturbance": name, **found})
                print(rows[-1], flush=True)
        finally:
            bench.stop()
    for row in rows:
        row["within 60 s"] = "yes" if row["seconds"] <= LONGEST else "no"
    report("faults", rows)


if __name__ == "__main__":
    main()
