"""An import that is disturbed ends right by itself and leaves nothing half-written: processes killed, the database gone, hung or cut off at the
commit, a full disk, the same file twice, two files at once, a publication in between.

The leases are made to run out by hand, which saves half a minute a test; benchmarks/faults takes the time it takes.
"""

import errno
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models.functions import Now

from catalog import services
from catalog.models import Catalog, CatalogEntry, CatalogVersion, ImportRun
from common import storage, tenancy
from common.jobs import services as jobs
from common.jobs.models import Job
from common.received_files import Received
from tests.conftest import Api, imported, published
from tests.faults.proxy import Proxy, proxied
from tests.faults.worker import Started, database_at, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = 12_000
LIST = ("entry_code,generic_name\n" + "".join(f"E-{n},药{n}片\n" for n in range(ROWS))).encode()
SMALL = b"entry_code,generic_name\nE-1,\xe7\x94\xb2\xe8\x8d\xaf\xe7\x89\x87\n"


@pytest.fixture(autouse=True)
def _office(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tenancy.act_for(tenancy.OFFICE)
    monkeypatch.setattr(jobs, "notify", lambda job_id: None)  # no worker but those of the test


@pytest.fixture
def catalog(make_catalog: Callable[..., Catalog]) -> Catalog:
    catalog = make_catalog("COM", "commercial")
    published(catalog, SMALL.decode(), effective_from=date(2026, 1, 1))
    return catalog


def upload(catalog: Catalog, content: bytes = LIST, label: str = "next") -> ImportRun:
    return services.upload_catalog(
        catalog=catalog,
        label=label,
        effective_from=date(2027, 1, 1),
        effective_to=None,
        chunks=[content],
        file_name="list.csv",
        by="alice",
    )[0]


def job_of(run: ImportRun) -> Job:
    assert run.job_id is not None
    return Job.objects.get(pk=run.job_id)


@contextmanager
def worked_on(run: ImportRun, folder: Path, environment: dict[str, str] | None = None) -> Iterator[Started]:
    """Let a process of its own do the run's job; whatever is left of it is ended afterwards."""
    worker = Started(["-m", "tests.faults.do_job", str(run.job_id)], folder, environment=environment, forked=True)
    try:
        yield worker
    finally:
        worker.kill()


def is_copying(run: ImportRun) -> Callable[[], bool]:
    """Whether rows of it are on their way into the table."""
    return lambda: job_of(run).phase == "check" and job_of(run).done > 0


def taken_over(run: ImportRun) -> None:
    """Let the lease run out, the sweeper ring, and another worker do the job."""
    Job.objects.filter(pk=run.job_id, state=Job.State.RUNNING).update(lease_until=Now() - timedelta(seconds=1))
    Job.objects.filter(pk=run.job_id, state=Job.State.QUEUED).update(rung_at=None)
    assert jobs.sweep() == 1
    assert run.job_id is not None
    jobs.run(run.job_id)


def assert_nothing_written(catalog: Catalog) -> None:
    assert list(catalog.versions.values_list("label", flat=True)) == ["v1"]
    assert CatalogEntry.objects.count() == 1


def assert_done_once(run: ImportRun, attempts: int) -> None:
    run.refresh_from_db()
    job = job_of(run)
    assert (run.outcome, job.state, job.attempts) == ("ready", Job.State.DONE, attempts)
    assert run.version is not None
    assert CatalogVersion.objects.filter(catalog=run.catalog, label=run.label).count() == 1
    assert CatalogEntry.objects.filter(version=run.version).count() == run.version.entry_count == ROWS
    assert CatalogEntry.objects.count() == ROWS + 1


def test_a_reader_that_is_killed_says_nothing_about_the_file(catalog: Catalog, tmp_path: Path) -> None:
    run = upload(catalog)
    with worked_on(run, tmp_path) as worker:
        wait_until(is_copying(run), 30)
        reader = worker.reader()
        assert reader is not None
        os.kill(reader, signal.SIGKILL)
        worker.process.wait(10)

    assert job_of(run).state == Job.State.QUEUED
    assert "ChildDied" in job_of(run).last_error
    assert_nothing_written(catalog)
    taken_over(run)
    assert_done_once(run, attempts=2)


@pytest.mark.parametrize("moment", ["before the first row", "while rows are copied", "just before the commit"])
def test_a_worker_that_is_killed_leaves_nothing_behind_and_another_one_ends_it(
    moment: str, catalog: Catalog, tmp_path: Path
) -> None:
    run = upload(catalog)
    with transaction.atomic(), worked_on(run, tmp_path) as worker:
        match moment:
            case "before the first row":
                wait_until(worker.reader, 30)
            case "while rows are copied":
                wait_until(is_copying(run), 30)
            case _:
                Catalog.objects.select_for_update().get(pk=catalog.pk)  # what the import asks for last
                wait_until(lambda: job_of(run).phase == "diff", 30)
        os.kill(worker.process.pid, signal.SIGKILL)  # only itself: its reader must end alone
        worker.process.wait(10)
        wait_until(lambda: not worker.pids(), 10)

    assert job_of(run).state == Job.State.RUNNING
    wait_until(lambda: not CatalogVersion.objects.filter(label="next").exists(), 5)
    assert_nothing_written(catalog)
    taken_over(run)
    assert_done_once(run, attempts=2)


@pytest.fixture
def database() -> Iterator[Proxy]:
    held = connection.settings_dict
    with proxied(held["HOST"] or "127.0.0.1", int(held["PORT"] or 5432)) as proxy:
        yield proxy


def test_a_database_that_restarts_in_mid_import_rolls_back_and_the_job_is_given_back(
    catalog: Catalog, tmp_path: Path, database: Proxy
) -> None:
    run = upload(catalog)
    with worked_on(run, tmp_path, database_at(database.port)) as worker:
        wait_until(is_copying(run), 30)
        database.become("closed")
        database.become("open")
        worker.process.wait(20)

    assert job_of(run).state == Job.State.QUEUED
    assert_nothing_written(catalog)
    taken_over(run)
    assert_done_once(run, attempts=2)


def test_a_worker_whose_database_hangs_loses_its_lease_and_writes_nothing_when_it_is_back(
    catalog: Catalog, tmp_path: Path, database: Proxy
) -> None:
    run = upload(catalog)
    with worked_on(run, tmp_path, database_at(database.port)) as worker:
        wait_until(is_copying(run), 30)
        database.become("deaf")
        time.sleep(2)
        database.become("open")  # and its session ends: nothing of it stands in the way
        taken_over(run)
        worker.process.wait(30)

    assert_done_once(run, attempts=2)


@pytest.mark.parametrize(("state", "attempts"), [("closed", 2), ("mute", 1)])
def test_a_commit_that_is_cut_off_has_happened_wholly_or_not_at_all(
    state: Any, attempts: int, catalog: Catalog, tmp_path: Path, database: Proxy
) -> None:
    run = upload(catalog)
    with worked_on(run, tmp_path, database_at(database.port)) as worker:
        with transaction.atomic():
            Catalog.objects.select_for_update().get(pk=catalog.pk)  # what the import asks for last
            wait_until(lambda: job_of(run).phase == "diff", 30)
            database.when(b"COMMIT", state)  # closed: it never arrives; mute: it is done, and nobody hears of it
        wait_until(lambda: database.state == state, 20)
        time.sleep(0.5)
        database.become("open")
        worker.process.wait(20)

    if attempts > 1:
        assert_nothing_written(catalog)
        taken_over(run)
    assert_done_once(run, attempts=attempts)


class Full:
    """A file on a disk that has room for so many bytes."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file, self._room = file, room

    def write(self, data: bytes) -> int:
        self._room -= len(data)
        if self._room < 0:
            self._file.write(data[: self._room])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "Full":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._file.close()


@pytest.mark.parametrize("room", [0, 10, len(SMALL) - 1])
def test_a_full_disk_keeps_no_part_of_an_upload(
    room: int, catalog: Catalog, maker: Api, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = storage.open_private
    monkeypatch.setattr(storage, "open_private", lambda path: Full(opened(path), room))

    answer = maker.upload(
        "/imports/", SimpleUploadedFile("list.csv", SMALL), catalog="COM", label="next", effective_from="2027-01-01"
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "no_room")
    assert not list(settings.UPLOAD_DIR.iterdir())
    assert ImportRun.objects.count() == 1
    assert_nothing_written(catalog)


def test_a_full_temporary_disk_is_told_too(
    catalog: Catalog, maker: Api, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    monkeypatch.setattr(Received, "write", lambda file, data: Full(file.file, 5).write(data))

    answer = maker.upload(
        "/imports/", SimpleUploadedFile("list.csv", SMALL), catalog="COM", label="next", effective_from="2027-01-01"
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "no_room")
    assert_nothing_written(catalog)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same time, each on a connection of its own, and return what they gave."""
    given: dict[int, Any] = {}
    together = threading.Barrier(len(deeds))

    def do(place: int) -> None:
        tenancy.act_for(tenancy.OFFICE)
        together.wait()
        try:
            given[place] = deeds[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [given[place] for place in range(len(deeds))]


def test_the_same_file_four_times_at_once_is_one_import(catalog: Catalog, settings: Any) -> None:
    runs = at_once(*[lambda: upload(catalog)] * 4)

    assert len({run.pk for run in runs}) == 1
    assert len(list(settings.UPLOAD_DIR.iterdir())) == 1
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1
    taken_over(runs[0])
    assert_done_once(runs[0], attempts=1)


def test_two_imports_to_one_catalog_are_done_one_after_the_other(catalog: Catalog, tmp_path: Path) -> None:
    first, second = upload(catalog), upload(catalog, LIST + b"E-x,\xe4\xb9\x99\n", "other")
    assert second.job_id is not None
    with worked_on(first, tmp_path) as worker:
        wait_until(is_copying(first), 30)
        jobs.run(second.job_id)
        assert job_of(second).state == Job.State.QUEUED
        worker.process.wait(30)

    assert job_of(first).state == Job.State.DONE
    taken_over(second)
    assert sorted(catalog.versions.values_list("label", "entry_count")) == [
        ("next", ROWS),
        ("other", ROWS + 1),
        ("v1", 1),
    ]


def test_what_is_published_during_an_import_is_what_its_draft_is_compared_with(
    catalog: Catalog, tmp_path: Path
) -> None:
    between = imported(catalog, LIST[: LIST.index(b"E-100,")], label="between", effective_from=date(2026, 6, 1))
    run = upload(catalog)
    with worked_on(run, tmp_path) as worker:
        wait_until(is_copying(run), 30)
        started = time.monotonic()
        assert between.version is not None
        services.publish_version(version=between.version, by="bob", confirm=True)
        waited = time.monotonic() - started
        worker.process.wait(30)

    run.refresh_from_db()
    assert waited < 5
    assert run.version is not None and run.version.parent == between.version
    assert run.counts["added"] == ROWS - 100
    assert run.counts["unchanged"] == 100
