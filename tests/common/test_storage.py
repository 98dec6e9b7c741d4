"""Uploads behave alike in a folder and in a bucket, and of what is read from a bucket no copy is left on the disk."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.utils import timezone
from moto import mock_aws

from catalog import uploads
from common.api import problems

ROOT = Path(__file__).resolve().parents[2]
BUCKET = {
    "bucket_name": "shangbao",
    "location": "uploads",
    "region_name": "us-east-1",
    "access_key": "a",
    "secret_key": "b",
    "addressing": "path",
}


def in_bucket(settings: Any, **more: str) -> None:
    options = {**BUCKET, **more}
    settings.STORAGES = {**settings.STORAGES, "uploads": {"BACKEND": "common.bucket.Bucket", "OPTIONS": options}}


@pytest.fixture(params=["folder", "bucket"])
def storage(request: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    if request.param == "folder":
        yield "folder"
    else:
        with mock_aws():
            boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="shangbao")
            in_bucket(settings)
            yield "bucket"
            assert not settings.UPLOAD_DIR.exists()
    assert list(temporary.iterdir()) == []


def kept() -> list[str]:
    return uploads.kept_before(timezone.now() + timedelta(days=1))


def test_what_is_kept_is_read_by_another_process_as_it_came(storage: str, tmp_path: Path) -> None:
    stored = uploads.keep(["药品".encode(), b"", b"\x00" * 3_000_000])

    assert kept() == [stored.path]
    assert stored.size == 3_000_006
    with uploads.reading(stored.path) as file:
        sums = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout  # noqa: S607
        assert sums.split()[0].removeprefix("\\") == stored.sha256
        assert list((tmp_path / "tmp").iterdir()) == []  # whatever ends this process, nothing is left of it


def test_an_empty_file_is_a_file(storage: str) -> None:
    with uploads.reading(uploads.keep([]).path) as file:
        assert file.read_bytes() == b""


def test_what_is_discarded_is_gone_and_says_so(storage: str) -> None:
    stored = uploads.keep([b"x"])
    assert uploads.is_kept(stored.path)
    uploads.discard(stored.path)
    uploads.discard(stored.path)

    assert not uploads.is_kept(stored.path)
    assert not uploads.is_kept("")
    for path in (stored.path, ""):
        with pytest.raises(uploads.FileGone), uploads.reading(path):
            pass
    assert kept() == []


def test_nothing_is_kept_of_a_file_that_is_too_large(storage: str, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10

    with pytest.raises(uploads.FileTooLarge):
        uploads.keep([b"12345"] * 3)

    assert kept() == []


def test_nothing_is_kept_of_what_breaks_off(storage: str) -> None:
    def cut_off() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(uploads.NoRoom):
        uploads.keep(cut_off())

    assert kept() == []


def test_only_what_is_older_is_swept(storage: str) -> None:
    uploads.keep([b"x"])

    assert uploads.kept_before(timezone.now() - timedelta(minutes=1)) == []


@pytest.mark.parametrize("path", ["uploads/../../etc/passwd", "../secret", "/etc/passwd"])
def test_no_path_leads_elsewhere(storage: str, path: str) -> None:
    with pytest.raises(Exception, match=r"outside|denied|gone|not where"), uploads.reading(path):
        pass


def test_a_bucket_that_is_away_refuses_uploads_and_holds_up_nothing_else(settings: Any, caplog: Any) -> None:
    in_bucket(settings, endpoint_url="http://127.0.0.1:9")

    with pytest.raises(uploads.NoRoom):
        uploads.keep([b"x"])
    uploads.discard("uploads/x")

    assert "not removed" in caplog.text


@pytest.mark.parametrize("ask", [uploads.is_kept, lambda path: uploads.reading(path).__enter__()])
def test_a_bucket_that_is_away_is_a_technical_fault_and_no_file_that_is_gone(ask: Any, settings: Any) -> None:
    in_bucket(settings, endpoint_url="http://127.0.0.1:9")

    with pytest.raises(OSError, match="S3_BUCKET") as told:
        ask("uploads/x")

    assert problems.reported(told.value).status == 503
    assert not isinstance(told.value, uploads.FileGone)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"S3_ENDPOINT": "https://s3.example.org"}, "S3_ENDPOINT without S3_BUCKET"),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY": "a"}, "S3_SECRET_KEY"),
        ({"S3_BUCKET": "b", "S3_ADDRESSING": "dns"}, "S3_ADDRESSING"),
    ],
)
def test_half_a_bucket_stops_the_start(given: dict[str, str], told: str) -> None:
    words = [sys.executable, "-c", "import config.settings"]
    started = subprocess.run(words, env=os.environ | given, cwd=ROOT, capture_output=True, text=True)

    assert started.returncode != 0
    assert told in started.stderr
