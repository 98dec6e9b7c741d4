"""A database that is lost in the middle of its work is put back from its backups (docs/operations.md)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from embedded import postgres
from embedded import restore_drill as drills
from embedded.restore_drill import EVERYBODY
from tests.embedded.conftest import ROOT, VENV

# All of them, though most ask it nothing: tests with a database come before the others, and the drill is done once.
pytestmark = pytest.mark.django_db

BACKUP = ROOT / "deploy" / "backup" / "backup.sh"


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' database as the migrations made it: to migrate one anew takes ten seconds."""
    held, file = connection.settings_dict, tmp_path_factory.mktemp("drill") / "migrated.sql"
    # COPY does not go through row-level security.
    words = ["--no-owner", "--enable-row-security", "--inserts", "--host", held["HOST"], "--port", str(held["PORT"])]
    words += ["--username", held["USER"], held["NAME"]]
    env = {"PATH": os.environ["PATH"], "PGPASSWORD": held["PASSWORD"], **EVERYBODY}
    subprocess.run([postgres.programs(VENV) / "pg_dump", "--file", file, *words], env=env, check=True)
    return file


@pytest.fixture(scope="module")
def figures(migrated: Path) -> drills.Figures:
    """One drill: it takes about half a minute."""
    if not sys.platform.startswith("linux"):
        pytest.skip("looks into /proc")
    return drills.drill(migrated)


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
