"""The data folder: one set of servers at a time, and secrets that stay."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from embedded.errors import CannotRun
from embedded.folder import DataFolder
from tests.embedded.conftest import wait_for


@pytest.fixture
def folder(data):
    folder = DataFolder(data)
    folder.create()
    return folder


def test_a_second_taker_is_told_who_holds_it_and_where(folder, data):
    folder.take("run")
    folder.note_environment({"REDIS_URL": "redis://127.0.0.1:1/0"})
    folder.note_url("http://127.0.0.1:8000/")
    second = DataFolder(data)

    assert not second.take("run")
    holder = second.holder()
    assert (holder.pid, holder.purpose, holder.url) == (os.getpid(), "run", "http://127.0.0.1:8000/")
    assert holder.environment == {"REDIS_URL": "redis://127.0.0.1:1/0"}


def test_a_released_folder_can_be_taken_again(folder, data):
    folder.take("run")
    folder.release()

    assert DataFolder(data).holder() is None
    assert DataFolder(data).take("manage")


def test_the_lock_of_a_killed_holder_is_free(data):
    code = "import sys, time; from pathlib import Path; from embedded.folder import DataFolder\n"
    code += "f = DataFolder(Path(sys.argv[1])); f.create(); print(f.take('run'), flush=True); time.sleep(60)"
    held = subprocess.Popen([sys.executable, "-c", code, data], stdout=subprocess.PIPE, text=True)
    assert held.stdout.readline() == "True\n"
    assert not DataFolder(data).take("run")

    held.kill()
    held.communicate()

    assert DataFolder(data).take("run")


def test_secrets_are_made_once_and_are_the_owners_alone(folder, data):
    first = folder.secret("secret_key")

    assert DataFolder(data).secret("secret_key") == first
    assert folder.secret("broker") != first
    assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600
    assert DataFolder(data).known_secret("api_key") is None


def test_a_broken_secrets_file_is_never_replaced_in_silence(folder, data):
    folder.secret("secret_key")
    (data / "secrets.json").write_text("{")

    with pytest.raises(CannotRun, match=r"secrets\.json"):
        folder.secret("secret_key")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(CannotRun, match="cannot be written"):
        DataFolder(tmp_path / "data").create()


def test_a_data_folder_whose_place_is_a_file_is_named(tmp_path):
    (tmp_path / "data").touch()

    with pytest.raises(CannotRun, match="--data"):
        DataFolder(tmp_path / "data").create()


def test_manage_calls_share_the_servers_until_the_last_one_ends(folder, data):
    other = DataFolder(data)
    folder.attach()
    other.attach()
    folder.detach()

    assert not folder.close()
    other.detach()
    assert folder.close()


def test_what_a_killed_start_left_is_ended_before_the_next(folder, data):
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    from embedded.supervisor import TERM, Process

    folder.take("run")
    folder.note_processes([Process("worker", left, TERM, None)])
    os.close(folder._lock)  # as the kernel does for a killed process

    assert DataFolder(data).take("run")
    assert wait_for(lambda: left.poll() is not None)
    assert left.returncode == -signal.SIGTERM
