"""The receiver that docs/webhooks.md shows takes what the service sends, and nothing else."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from insurers.webhooks import signing
from insurers.webhooks.sending import post
from tests.docs.test_tutorial import BLOCK

PAGE = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
[EXAMPLE] = [content for language, content in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if language == "python"]
SECRET = signing.derive_secret("the service's key", signing.make_salt())
OTHER = signing.derive_secret("another key", signing.make_salt())


@pytest.fixture
def receiver() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run the example; yields its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"SECRET": SECRET, "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-c", EXAMPLE], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/", process
    finally:
        process.kill()
        process.communicate()


def status_of(address: str, secrets: list[str], *, at: datetime, body: str, signed: str | None = None) -> int | None:
    headers = signing.signed_headers(secrets, message_id="msg_1", at=at, body=signed or body)
    return post(address, body=body, headers=headers, may_reach_loopback=True).status


def test_the_receiver_believes_what_is_signed_and_nothing_else(
    receiver: tuple[str, "subprocess.Popen[str]"],
) -> None:
    address, process = receiver
    now, body = datetime.now(UTC), '{"type":"webhook.test","data":{"名":1}}'

    assert status_of(address, [SECRET], at=now, body=body) == 204
    assert process.stdout is not None
    assert process.stdout.readline() == f"msg_1 {body}\n"
    assert status_of(address, [OTHER, SECRET], at=now, body=body) == 204  # while a secret is being changed
    assert status_of(address, [OTHER], at=now, body=body) == 401
    assert status_of(address, [SECRET], at=now, body=body, signed=body + " ") == 401
    assert status_of(address, [SECRET], at=now - timedelta(minutes=6), body=body) == 401
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address, b"{}", timeout=5)
