"""A database that is lost in the middle of its work is put back from its backups (docs/operations.md)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedded import drill as drills
from tests.embedded.conftest import ROOT

BACKUP = ROOT / "deploy" / "backup" / "backup.sh"


@pytest.fixture(scope="module")
def figures() -> drills.Figures:
    """One drill: it takes about a minute."""
    if not sys.platform.startswith("linux"):
        pytest.skip("looks into /proc")
    return drills.drill()


def test_no_commit_that_was_acknowledged_is_lost_with_the_disk(figures: drills.Figures) -> None:
    assert figures.acknowledged >= 150
    assert figures.lost == 0


def test_nothing_is_there_that_was_never_written(figures: drills.Figures) -> None:
    # One may have been committed in the moment of the kill, and not been told any more.
    assert figures.more <= 1


def test_as_of_an_instant_every_table_is_as_it_was(figures: drills.Figures) -> None:
    assert figures.same_at_the_instant


def test_a_standby_answers_the_same_and_takes_nothing(figures: drills.Figures) -> None:
    assert figures.same_on_the_standby
    assert figures.standby_refuses_writes


def backup(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "BACKUP_DIR": str(folder)}
    return subprocess.run([BACKUP, *words], env=env, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("restore",), "restore needs a folder"),
        (("restore", "{}/new"), "there is no base backup"),
        (("restore", "{}/new", "yesterday"), "an instant is written 2026-11-30T10:00:00Z, not yesterday"),
        (("restore", "{}/new", "2026-01-01T00:00:00Z"), "no base backup is as old as 2026-01-01T00:00:00Z"),
        (("restore", "{}/full"), "is not empty: nothing is overwritten"),
        (("erase",), "backup.sh follow"),
    ],
)
def test_a_restore_that_cannot_be_says_why_and_touches_nothing(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "PG_VERSION").write_text("18")

    answer = backup(tmp_path / "backups", *(word.format(tmp_path) for word in words))

    assert answer.returncode != 0
    assert told in answer.stderr
    assert not (tmp_path / "new").exists()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["PG_VERSION"]
