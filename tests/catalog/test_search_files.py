"""The texts of large versions in files: every process reads them, and nothing that is wrong with a file or the disk is ever an answer."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import search, search_files, tasks
from catalog.models import Catalog, CatalogVersion
from catalog.text_index import TextIndex, Texts
from tests.conftest import imported, published, withdrawn

HEADER = "entry_code,generic_name\n"
LIST = HEADER + "E-1,阿昔替尼片\nE-2,奥希替尼片\nE-3,阿司匹林片\n"
DAY = 86_400


@pytest.fixture(autouse=True)
def _three_entries_are_worth_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "ENTRIES_WORTH_A_FILE", 3)


@pytest.fixture
def catalog(make_catalog: Callable[..., Catalog]) -> Catalog:
    return make_catalog("COM")


@pytest.fixture
def version(catalog: Catalog) -> CatalogVersion:
    return published(catalog, LIST)


@pytest.fixture
def folder(settings: Any) -> Path:
    return Path(settings.DATA_DIR) / "search"


def codes(version: CatalogVersion, text: str = "替尼") -> list[str]:
    """Search as a process that has just started."""
    search.forget()
    return search.entries_matching(version, text)[:]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def file_name(version: CatalogVersion) -> str:
    return search_files.path_of(version.checksum).name


def used_days_ago(path: Path, days: float) -> None:
    instant = time.time() - days * DAY
    os.utime(path, (instant, instant))


# --- Searching


def test_another_process_reads_the_file_and_no_entries(version: CatalogVersion, folder: Path) -> None:
    assert codes(version) == ["E-1", "E-2"]
    assert names(folder) == [file_name(version)]

    with CaptureQueriesContext(connection) as asked:
        assert codes(version) == ["E-1", "E-2"]

    assert [one["sql"] for one in asked] == []


def test_a_small_version_needs_no_file(catalog: Catalog, folder: Path) -> None:
    small = published(catalog, HEADER + "E-1,阿昔替尼片\nE-2,奥希替尼片\n")

    assert codes(small) == ["E-1", "E-2"]
    assert names(folder) == []


@pytest.mark.parametrize(
    "damaged", [lambda content: b"", lambda content: content[:-9], lambda content: content[:30] + b"?" + content[31:]]
)
def test_a_damaged_file_is_replaced(version: CatalogVersion, damaged: Callable[[bytes], bytes]) -> None:
    codes(version)
    path = search_files.path_of(version.checksum)
    whole = path.read_bytes()
    path.write_bytes(damaged(whole))

    assert codes(version) == ["E-1", "E-2"]
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_made_stops_no_search(version: CatalogVersion, folder: Path) -> None:
    folder.write_text("a file where the folder should be")

    assert codes(version) == ["E-1", "E-2"]
    tasks.prepare_searches()


def test_a_full_disk_stops_no_search_and_is_left_no_part(
    version: CatalogVersion, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)

    assert codes(version) == ["E-1", "E-2"]
    assert names(folder) == []


def test_a_draft_loaded_anew_in_the_meantime_is_not_written_under_the_old_checksum(
    catalog: Catalog, folder: Path
) -> None:
    draft = imported(catalog, LIST).version
    assert draft is not None
    imported(catalog, LIST.replace("阿昔替尼片", "仑卡奈单抗"))

    codes(draft)

    assert names(folder) == []


# --- Before anybody searches


def test_a_published_version_is_made_ready(version: CatalogVersion, folder: Path) -> None:
    tasks.prepare_searches()

    assert names(folder) == [file_name(version)]
    with CaptureQueriesContext(connection) as asked:
        assert codes(version) == ["E-1", "E-2"]
        tasks.prepare_searches()
    assert not any("catalog_catalogentry" in one["sql"] for one in asked)


def test_neither_a_draft_nor_a_withdrawn_nor_a_small_version_is(
    catalog: Catalog, version: CatalogVersion, folder: Path
) -> None:
    withdrawn(version)
    imported(catalog, LIST.replace("E-3", "E-4"), label="draft")
    published(catalog, HEADER + "E-1,阿昔替尼片\n", label="small")

    tasks.prepare_searches()

    assert names(folder) == []


def test_a_very_large_version_is_made_ready_only_by_a_search(
    version: CatalogVersion, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "ENTRIES_PREPARED_AT_MOST", 2)

    tasks.prepare_searches()
    assert names(folder) == []

    codes(version)
    assert names(folder) == [file_name(version)]


def test_one_version_a_run_the_newest_first(catalog: Catalog, version: CatalogVersion, folder: Path) -> None:
    newer = published(catalog, LIST.replace("E-3", "E-4"), label="v2")

    tasks.prepare_searches()
    assert names(folder) == [file_name(newer)]

    tasks.prepare_searches()
    assert names(folder) == sorted([file_name(newer), file_name(version)])


def test_of_the_old_only_those_in_force_are_made_ready(catalog: Catalog, version: CatalogVersion, folder: Path) -> None:
    newer = published(catalog, LIST.replace("E-3", "E-4"), label="v2")
    assert newer.published_at is not None
    later = newer.published_at + search.PREPARED_AFTER_PUBLICATION

    search.prepare(at=later)
    search.prepare(at=later)

    assert names(folder) == [file_name(newer)]


def test_what_one_worker_makes_no_other_does_until_it_must_have_failed(version: CatalogVersion, folder: Path) -> None:
    assert search_files.claim(version.checksum)
    assert not search_files.claim(version.checksum)
    tasks.prepare_searches()
    [claimed] = names(folder)

    used_days_ago(folder / claimed, 1)
    tasks.prepare_searches()

    assert names(folder) == [file_name(version)]
    assert not search_files.claim(version.checksum)


# --- Forgetting


def test_files_go_that_were_not_used_for_thirty_days(folder: Path) -> None:
    index = TextIndex([Texts("E-1", ("药片",))])
    for checksum, days in (("aa", 29), ("bb", 31), ("cc", 31)):
        search_files.write(checksum, index)
        used_days_ago(search_files.path_of(checksum), days)
    part = folder / "left-by-a-killed-process.part"
    part.touch()
    used_days_ago(part, 31)
    assert search_files.read("cc") is not None

    search_files.forget(before=timezone.now() - tasks.KEPT_FOR)

    assert names(folder) == [search_files.path_of(checksum).name for checksum in ("aa", "cc")]


@pytest.mark.django_db
def test_the_hourly_housekeeping_forgets_them(folder: Path) -> None:
    tasks.forget_old_uploads()
    search_files.write("aa", TextIndex([]))
    used_days_ago(search_files.path_of("aa"), 31)

    tasks.forget_old_uploads()

    assert names(folder) == []
