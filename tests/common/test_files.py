"""What the service writes is for the service alone, whatever the umask it was started with."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog import uploads
from common.files import open_private, private_folder
from common.received_files import ReceivingHandler


@pytest.fixture(autouse=True)
def _careless() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_kept_upload_and_its_folder_are_closed_to_others(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.UPLOAD_DIR = tmp_path, tmp_path / "data" / "uploads"
    kept = settings.UPLOAD_DIR / Path(uploads.keep([b"a", b"b"]).path).name

    assert kept.read_bytes() == b"ab"
    assert mode(kept) == 0o600
    assert mode(kept.parent) == mode(kept.parent.parent) == 0o700


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir(mode=0o777)

    assert mode(private_folder(folder)) == 0o700


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    with open_private(path) as file:
        file.write(b"first")

    with pytest.raises(FileExistsError):
        open_private(path)
    assert path.read_bytes() == b"first"


def test_the_processes_write_for_the_service_alone() -> None:
    from config import processes
    from config.celery import _write_for_the_service_alone

    _write_for_the_service_alone()

    assert processes.umask == os.umask(0) == 0o077


@pytest.mark.parametrize("ended", ["well", "broken off"])
def test_a_file_of_a_request_that_comes_in_has_no_name_on_the_disk(settings: Any, tmp_path: Path, ended: str) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    handler = ReceivingHandler()
    handler.new_file("file", "list.csv", "text/csv", 6, "utf-8", {})
    handler.receive_data_chunk(b"abc", 0)
    handler.receive_data_chunk(b"def", 3)

    assert list(tmp_path.iterdir()) == []
    if ended == "well":
        received = handler.file_complete(6)
        assert (received.name, received.size, b"".join(received.chunks())) == ("list.csv", 6, b"abcdef")
        received.close()
    else:
        handler.upload_interrupted()
        assert handler.file.closed
