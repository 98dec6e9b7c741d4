"""Two web servers and three workers, as on five machines: each has a disk of its own, and they share a database, a broker and a bucket."""

import json
import socket
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test.client import encode_multipart
from moto.server import ThreadedMotoServer

from catalog import services as catalogs
from catalog import uploads
from catalog.models import Catalog, ImportRun
from common.jobs import services as jobs
from common.jobs.models import Job
from insurers.models import Product
from tests.claims.batches.conftest import COMMERCIAL, HEADER, TABLET, product
from tests.conftest import Api
from tests.faults.worker import Started, Worker, wait_until

__all__ = ["product"]  # the fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BUCKET = "shangbao"
CLAIMS = HEADER + "".join(f"C-{n},m-{n},1,2026-03-{n % 28 + 1:02d},{TABLET},10.00\n" for n in range(200))
BROKEN = "entry_code,generic_name,payment_standard\nC-1,戈沙妥珠单抗,很多\n"
NEXT = COMMERCIAL + "C-3,奥希替尼片,C34,\n"


def machine(folder: Path, name: str) -> tuple[Path, dict[str, str]]:
    disk = folder / name
    (disk / "tmp").mkdir(parents=True)
    return disk, {"TMPDIR": str(disk / "tmp")}


def files_on(disk: Path) -> list[str]:
    """What lies on a machine's disk beside its log and the counters of its metrics."""
    found = [path for path in disk.rglob("*") if path.is_file() and path.parent != disk]
    return [str(path) for path in found if not path.parent.name.startswith("metrics-")]


class Web(Started):
    """A web server with one process."""

    def __init__(self, folder: Path, queue: str, environment: dict[str, str]) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        command = ["-m", "gunicorn", "config.wsgi", "--config", "python:config.processes"]
        super().__init__(
            [*command, "--bind", f"127.0.0.1:{self.port}"],
            folder,
            queue,
            environment | {"WEB_CONCURRENCY": "1"},
            forked=True,
        )

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        try:
            return self.ask("/healthz")[0] == 200
        except OSError:
            return False

    def ask(self, path: str, api: Api | None = None, fields: dict[str, Any] | None = None) -> tuple[int, str]:
        headers = dict(api.headers) if api else {}
        data = None
        if fields is not None and "file" in fields:
            boundary = uuid.uuid4().hex
            data = encode_multipart(boundary, fields)
            headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        elif fields is not None:
            data = json.dumps(fields).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def json(self, path: str, api: Api, fields: dict[str, Any] | None = None) -> Any:
        status, body = self.ask(f"/api/v1{path}", api, fields)
        assert status < 300, (status, body)
        return json.loads(body)


@dataclass
class Machines:
    """Web servers a and b, three workers, the disks of all, and the bucket."""

    a: Web
    b: Web
    workers: list[Worker]
    disks: list[Path]
    bucket: Any

    def kept(self) -> list[str]:
        """The uploads that lie in the bucket; data keys lie there too, and stay."""
        return [found.key for found in self.bucket.objects.filter(Prefix="uploads/")]

    def upload(self, web: Web, maker: Api, content: str, label: str) -> str:
        file = _File(content, "list.csv")
        made = web.json(
            "/imports/", maker, {"file": file, "catalog": "COM", "label": label, "effective_from": "2026-06-01"}
        )
        return str(made["id"])

    def ended(self, web: Web, maker: Api, pk: str) -> Any:
        """Wait until an import has ended, as one of the web servers tells it."""
        shown: dict[str, Any] = {}

        def is_over() -> bool:
            shown.update(web.json(f"/imports/{pk}/", maker))
            return shown["state"] not in ("queued", "running")

        wait_until(is_over, 60)
        return shown


class _File:
    def __init__(self, content: str, name: str) -> None:
        self.name, self._content, self.content_type = name, content.encode(), "text/csv"

    def read(self) -> bytes:
        return self._content


@pytest.fixture
def machines(tmp_path: Path, queue: str) -> Iterator[Machines]:
    with ExitStack() as open_things:
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        open_things.callback(server.stop)
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        told = {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT": endpoint,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": "a",
            "S3_SECRET_KEY": "b",
            "S3_ADDRESSING": "path",
        }
        bucket = boto3.resource(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        ).Bucket(BUCKET)
        bucket.create()
        disks, started = [], []
        for name in ("a", "b", "one", "two", "three"):
            disk, environment = machine(tmp_path, name)
            disks.append(disk)
            if name in ("a", "b"):
                started.append(Web(disk, queue, told | environment))
            else:
                started.append(Worker(disk, queue, beat=False, environment=told | environment, forked=True))
            open_things.callback(started[-1].kill)
        for one in started:
            wait_until(one.is_ready, 120)
        yield Machines(started[0], started[1], started[2:], disks, bucket)


def test_machines_share_no_disk(machines: Machines, product: Product, maker: Api, checker: Api, api: Api) -> None:
    a, b = machines.a, machines.b

    # What is uploaded here is read by whichever worker, and told there.
    imported = machines.ended(b, maker, machines.upload(a, maker, NEXT, "next"))
    assert imported["state"] == "ready", imported
    entries = b.json("/catalogs/COM/versions/next/entries/", maker)
    assert entries["count"] == 3
    assert machines.kept() == []

    # A file with errors is kept, and its rows are shown by the other one.
    failed = machines.upload(a, maker, BROKEN, "broken")
    assert machines.ended(b, maker, failed)["state"] == "failed"
    status, rows = b.ask(f"/api/v1/imports/{failed}/rows-with-problems.csv", maker)
    assert (status, "很多" in rows) == (200, True), rows
    assert len(machines.kept()) == 1

    # A batch, the other way round.
    batch = b.json("/claims/batches/", api, {"file": _File(CLAIMS, "claims.csv"), "product": product.code})["id"]
    wait_until(lambda: a.json(f"/claims/batches/{batch}/", api)["state"] == "done", 60)
    status, results = a.ask(f"/api/v1/claims/batches/{batch}/results.csv", api)
    assert (status, results.count("\n")) == (200, 201)
    assert len(machines.kept()) == 1

    # What is published here holds there with the next question.
    question = (
        "/products/HMB/coverage/?generic_name=%E5%A5%A5%E5%B8%8C%E6%9B%BF%E5%B0%BC%E7%89%87&icd10=C34&date=2026-07-01"
    )
    in_force = "/catalogs/COM/in-force/?date=2026-07-01"
    assert b.json(in_force, maker)["label"] == "v1"
    before = b.json(question, api)
    a.json("/catalogs/COM/versions/next/publish/", checker, {"confirm": True})
    assert b.json(in_force, maker)["label"] == "next"
    assert b.json(question, api) != before

    # A worker that dies in the middle leaves nothing on its disk, and another one reads the file from the bucket.
    large = COMMERCIAL + "".join(f"L-{n},药品{n},C50,\n" for n in range(20_000))
    big = machines.upload(a, maker, large, "large")
    job = ImportRun.objects.get(pk=big).job
    assert job is not None
    victim: list[Worker] = []

    def somebody_reads() -> bool:
        job.refresh_from_db()
        pid = int(job.worker.rpartition(":")[2] or 0)
        victim[:] = [worker for worker in machines.workers if pid in worker.pids() and worker.reader()]
        assert job.state in (Job.State.QUEUED, Job.State.RUNNING), "it was over before it could be disturbed"
        return bool(victim)

    wait_until(somebody_reads, 60)
    victim[0].kill()
    # As when its lease has run out, half a minute later.
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(lease_until="2026-01-01T00:00:00Z")
    jobs.sweep()
    assert machines.ended(b, maker, big)["state"] == "ready"
    job.refresh_from_db()
    assert job.attempts == 2

    assert machines.kept() == [ImportRun.objects.get(pk=failed).file_path]
    assert {disk.name: files_on(disk) for disk in machines.disks} == {disk.name: [] for disk in machines.disks}


def test_a_worker_that_cannot_find_the_file_says_so(product: Product, tmp_path: Path, queue: str) -> None:
    disk, environment = machine(tmp_path, "elsewhere")
    catalog = Catalog.objects.get(code="COM")
    run, _new = catalogs.upload_catalog(
        catalog=catalog,
        label="lost",
        effective_from=date(2026, 6, 1),
        effective_to=None,
        chunks=[NEXT.encode()],
        file_name="list.csv",
        by="alice",
    )
    worker = Worker(disk, queue, beat=False, environment=environment, forked=True)
    try:
        wait_until(worker.is_ready, 120)
        jobs.notify(run.job_id)
        wait_until(lambda: ImportRun.objects.select_related("job").get(pk=run.pk).state == "failed", 30)
    finally:
        worker.kill()

    job = Job.objects.get(pk=run.job_id)
    assert job.state == Job.State.DEAD
    assert "FileGone" in job.last_error
    assert "S3_BUCKET" in job.last_error
    # Where web and workers see the same folder again, it is asked again.
    assert uploads.is_kept(run.file_path)
