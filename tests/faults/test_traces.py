"""A web server and a worker as they run, and a collector that listens: one trace from the request to its job, and nothing of a person in it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from catalog.models import ImportRun
from embedded import ports
from insurers import key_issuing
from insurers.models import Insurer
from tests.conftest import EVERY_INSURER_SCOPE
from tests.faults.worker import Started, Worker, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MARK = "M4rk7301"
CALLERS = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{CALLERS}-b7ad6b7169203331-01"
# Whatever else may be told of a request or a job would have to be thought about, and be added here.
ATTRIBUTES = {
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "shangbao.tenant",
    "shangbao.job.kind",
    "shangbao.job.id",
    "shangbao.job.attempt",
    "shangbao.job.outcome",
    "db.system.name",
    "db.query.text",
    "error.type",
}


class Told(NamedTuple):
    """A span as it came, with the process that sent it."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    links: list[str]


class Collector:
    """OTLP over HTTP: keeps whatever is sent to it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def spans(self) -> list[Told]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        found = []
        for body in list(self.bodies):
            for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
                of = {one.key: one.value.string_value for one in sent.resource.attributes}
                for scope in sent.scope_spans:
                    found += [
                        Told(
                            of["shangbao.process"],
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            {one.key: one.value.string_value or one.value.int_value for one in span.attributes},
                            [link.trace_id.hex() for link in span.links],
                        )
                        for span in scope.spans
                    ]
        return found

    def named(self, name: str) -> list[Told]:
        return [span for span in self.spans() if span.name == name]


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kept, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Web(Started):
    """gunicorn as production starts it, with one process."""

    def __init__(self, folder: Path, queue: str, environment: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{ports.free()}"
        command = ["-m", "gunicorn", "config.wsgi", "--config", "python:config.processes", "--workers", "1"]
        command += ["--bind", self.url.removeprefix("http://")]
        super().__init__(command, folder, queue, environment)

    def ask(self, path: str, key: str = "", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            told["Authorization"] = f"Api-Key {key}"
        try:
            with urlopen(Request(self.url + path, data=body, headers=told), timeout=30) as answer:  # noqa: S310  our own
                return answer.status, answer.read()
        except HTTPError as refused:
            return refused.code, refused.read()

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        try:
            return self.ask("/healthz")[0] == 200
        except OSError:
            return False


def form(**fields: str) -> tuple[bytes, str]:
    """An upload of a file of one row, marked wherever a person might write something."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    rows = f"generic_name,indication,icd10\r\n奥希替尼片{MARK},{MARK},C34.1\r\n"
    parts.append(
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{MARK}.csv"\r\n\r\n{rows}\r\n--b--\r\n'
    )
    return "".join(parts).encode(), "multipart/form-data; boundary=b"


@pytest.fixture
def keys(transactional_db: None) -> tuple[str, str]:
    """Of the office, and of an insurer."""
    office = key_issuing.issue_curator_key(username="alice", scopes=["catalog:read", "catalog:write"], by="root")[1]
    insurer = Insurer.objects.create(code="INS-A", name="甲保险")
    return office, key_issuing.issue_insurer_key(insurer=insurer, scopes=EVERY_INSURER_SCOPE, by="root")[1]


def test_one_trace_goes_from_the_request_to_its_job_and_tells_nothing_of_a_person(
    keys: tuple[str, str], tmp_path: Path, queue: str, make_catalog: Any
) -> None:
    office, insurers_key = keys
    make_catalog("COM")
    with collecting() as (collector, endpoint):
        asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        web, worker = Web(tmp_path, queue, asked), Worker(tmp_path, queue, beat=False, environment=asked)
        try:
            wait_until(worker.is_ready, 120)
            wait_until(web.is_ready, 120)
            body, kind = form(catalog="COM", label="v1", effective_from="2026-01-01")
            status, answer = web.ask("/api/v1/imports/", office, body, Content_Type=kind, traceparent=TRACEPARENT)
            assert status == 202, answer
            claim = {
                "product": MARK,
                "claim_no": MARK,
                "member": {"member_ref": MARK},
                "lines": [{"generic_name": MARK}],
            }
            sent = json.dumps(claim).encode()
            json_type = {"Content_Type": "application/json", "X_Request_ID": MARK, "tracestate": f"x={MARK}"}
            _status, refused = web.ask("/api/v1/claims/checks/", insurers_key, sent, **json_type)
            web.ask(f"/api/v1/claims/checks/?claim_no={MARK}", insurers_key)
            web.ask(f"/api/v1/catalogs/{MARK}/", traceparent=TRACEPARENT)
            web.ask(f"/{MARK}/")
            wait_until(lambda: collector.named("job catalog.import") and collector.named("GET -"), 60)
            wait_until(lambda: collector.named("POST /api/v1/claims/checks/"), 60)
        finally:
            web.kill()
            worker.kill()

        assert ImportRun.objects.get().state == "ready"
        (upload,) = collector.named("POST /api/v1/imports/")
        (enqueued,) = collector.named("enqueue catalog.import")
        (job,) = collector.named("job catalog.import")
        assert [(one.process, one.trace) for one in (upload, enqueued, job)] == [
            ("web", upload.trace),
            ("web", upload.trace),
            ("worker", upload.trace),
        ]
        assert job.parent == enqueued.id
        assert job.attributes["shangbao.job.outcome"] == "done"
        statements = [one for one in collector.spans() if one.parent == job.id and "db.query.text" in one.attributes]
        assert statements

        # A caller with a key is linked to, one without is not heard; neither says which trace it is.
        assert upload.links == [CALLERS]
        assert CALLERS not in {span.trace for span in collector.spans()}
        (stranger,) = collector.named("GET /api/v1/catalogs/{code}/")
        assert stranger.links == []
        assert (upload.attributes["shangbao.tenant"], stranger.attributes["shangbao.tenant"]) == ("office", "-")

        # Who reads an answer or the log finds the trace.
        (check,) = collector.named("POST /api/v1/claims/checks/")
        assert json.loads(refused)["trace_id"] == check.trace
        lines = [json.loads(line) for line in web.log.read_text().splitlines() if line.startswith("{")]
        assert check.trace in [line.get("trace_id") for line in lines if line["logger"] == "access"]

        assert {name for span in collector.spans() for name in span.attributes} <= ATTRIBUTES
        everything = b"".join(collector.bodies)
        secrets = [MARK, "奥希替尼", insurers_key, office, insurers_key.rpartition("_")[2], office.rpartition("_")[2]]
        assert [mark for mark in secrets if mark.encode() in everything] == []
