"""A large upload that is refused behind a proxy: the proxy sends it all before it listens, and must then hear why it was refused."""

import io
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from config.draining import ENVELOPE_BYTES, draining

BODY = b"x" * (16 * 1024 * 1024)


@contextmanager
def served(name: str, log: Path) -> Iterator[int]:
    """Serve an application of tests/config/refusing.py with the web server of production; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "gunicorn", f"tests.config.refusing:{name}", "--bind", f"127.0.0.1:{port}"]
    words += ["--worker-class", "gthread", "--threads", "2", "--no-control-socket"]
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out)
    try:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def as_a_proxy(port: int) -> bytes:
    """Send a whole upload, then listen; returns the first line of the answer, or nothing where the connection broke (a proxy says 502)."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        head = f"POST /api/v1/imports/ HTTP/1.1\r\nHost: a\r\nContent-Length: {len(BODY)}\r\n\r\n"
        try:
            connection.sendall(head.encode() + BODY)
            return connection.recv(65536).partition(b"\r\n")[0]
        except OSError:
            return b""


def test_a_proxy_that_sends_all_first_hears_why_it_is_refused(tmp_path: Path) -> None:
    with served("draining_first", tmp_path / "log") as port:
        assert [as_a_proxy(port) for _ in range(3)] == [b"HTTP/1.1 401 Unauthorized"] * 3


class Body(io.BytesIO):
    def __init__(self, raw: bytes, fault: Exception | None = None) -> None:
        super().__init__(raw)
        self.fault = fault

    def read(self, *args: Any) -> bytes:
        if self.fault:
            raise self.fault
        return super().read(*args)


@pytest.mark.parametrize(
    ("length", "left"),
    [
        ("1000", b""),
        ("0", b"x" * 1000),
        ("", b"x" * 1000),
        ("nonsense", b"x" * 1000),
        (str(ENVELOPE_BYTES + 11), b"x" * 1000),
    ],
)
def test_what_is_left_of_a_body_is_taken_in_within_the_limit(length: str, left: bytes) -> None:
    body = Body(b"x" * 1000)
    answer = draining(lambda environ, start: [b"no"], most=10)({"CONTENT_LENGTH": length, "wsgi.input": body}, print)

    assert list(answer) == [b"no"]
    assert body.read() == left


def test_a_sender_that_is_gone_is_no_fault() -> None:
    body = Body(b"", ConnectionResetError())
    assert draining(lambda environ, start: [b"no"], most=10)({"CONTENT_LENGTH": "5", "wsgi.input": body}, print) == [
        b"no"
    ]
