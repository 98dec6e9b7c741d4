"""The scripts as a newcomer meets them: one command to a running service, and nothing left when it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded.conftest import ROOT, processes_of, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]

FIRST_START, LATER_START = 240, 180  # seconds on a busy machine; the promise is 180 and 15 on a calm one
OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "DATA_DIR",
    "TMPDIR",
    "EMBEDDED",
    "ALLOWED_HOSTS",
)


def clean_environment(**more):
    return {name: value for name, value in os.environ.items() if name not in OURS} | more


class Run:
    """A script/run in the background, and the lines it has printed; `until`: to what it is waited for."""

    def __init__(self, data: Path, *arguments: str, seconds: float, until=lambda run: run.url):
        self.data = data
        self.output = data.parent / "output"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [ROOT / "script" / "run", "--data", data, "--port", "0", *arguments],
                env=clean_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: until(self) or self.process.poll() is not None, seconds)
        if not until(self):
            self.process.kill()
            self.process.wait(10)
        assert until(self), self.said
        self.credentials = re.findall(r"password (\S+)|API key of .*: (\S+)", self.said)

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def url(self) -> str | None:
        found = re.search(r"^ready: (http://127\.0\.0\.1:\d+/)$", self.said, re.MULTILINE)
        return found and found[1]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def script(name, *arguments, **more):
    return subprocess.run(
        [ROOT / "script" / name, *arguments],
        env=clean_environment(**more),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run") / "data"


@pytest.fixture(scope="module")
def running(folder):
    run = Run(folder, seconds=FIRST_START)
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)
    assert wait_for(lambda: not processes_of(folder)), processes_of(folder)


def test_the_last_line_says_that_it_is_ready_and_nothing_else(running):
    assert running.said.splitlines()[-1] == f"ready: {running.url}"


def test_it_says_what_a_newcomer_needs(running):
    assert re.search(r"sign in as editor +password \S{12,}", running.said)
    assert re.search(r"sign in as insurer +password \S{12,}", running.said)
    assert re.search(r"API key of DEMO-INS-A: \S{20,}", running.said)
    assert "never for production" in running.said


def test_both_calls_work_as_pasted_and_answer_what_was_printed(running):
    calls = re.findall(r"^  (curl .*)\n  answered: (\d+) (.*) \(without .*\)$", running.said, re.MULTILINE)
    assert [status for _, status, _ in calls] == ["200", "200"]
    coverage, check = (json.loads(answer) for *_, answer in calls)
    pasted = [
        subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30) for command, *_ in calls
    ]
    coverage_again, check_again = (json.loads(each.stdout) for each in pasted)

    assert coverage["outcome"] == coverage_again["outcome"] == "covered"
    assert coverage["match"] == coverage_again["match"]
    assert check["totals"]["payable"] == "3511.20"
    assert check["id"] == check_again["id"]


def test_a_second_start_on_the_same_folder_says_where_the_first_runs(running, folder):
    second = script("run", "--data", str(folder), "--port", "0")

    assert second.returncode == 1
    assert f"already running at {running.url}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_said_before_anything_is_started(running, tmp_path):
    port = running.url.rstrip("/").rpartition(":")[2]

    second = script("run", "--data", str(tmp_path / "other"), PORT=port)

    assert second.returncode == 1
    assert f"port {port} is in use" in second.stderr
    assert not (tmp_path / "other" / "postgres").exists()


def test_a_port_that_is_no_number_is_said():
    asked = script("run", PORT="http")

    assert asked.returncode == 1
    assert "PORT must be a whole number" in asked.stderr


def test_manage_works_on_the_running_database_and_passes_on_the_exit_code(running, folder):
    asked = script("manage", "shell", "-c", f"{COUNTED}; raise SystemExit(7)", DATA_DIR=str(folder))

    assert asked.returncode == 7, asked.stderr
    assert int(asked.stdout.split()[-1]) >= 4


COUNTED = "from catalog.models import Catalog; print(Catalog.objects.count())"


def test_every_file_lies_under_the_data_folder(running, folder):
    assert {path.name for path in folder.iterdir()} >= {"postgres", "broker", "log", "secrets.json"}
    for path in (folder / "secrets.json", folder / "run.json", *(folder / "log").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path
    tracked = subprocess.run(
        ["git", "status", "--porcelain", "--ignored"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert not re.search(r"celerybeat|gunicorn|\.pid\b|\.sock\b", tracked)


# From here on the service is ended and started again, each time on the same folder.


def test_a_child_that_dies_brings_all_down_with_its_name(running, folder):
    pid = _pid_of(folder, "worker")

    os.kill(pid, signal.SIGKILL)

    assert running.process.wait(60) == 1
    assert f"script/run: worker (pid {pid}) ended by itself: signal SIGKILL" in running.said
    assert wait_for(lambda: not processes_of(folder)), processes_of(folder)


def test_one_that_is_killed_leaves_nothing(running, folder):
    started = Run(folder, seconds=LATER_START, until=lambda run: _pid_of(folder, "web server"))
    running.process = started.process

    started.end(signal.SIGKILL)
    assert wait_for(lambda: not processes_of(folder), 30), processes_of(folder)


def test_the_next_start_is_the_same_service_and_ctrl_c_ends_it_well_and_leaves_nothing(running, folder):
    again = Run(folder, "--workers", "1", seconds=LATER_START)
    running.process = again.process

    assert again.credentials == running.credentials != []
    assert "loading the seeds" not in again.said

    assert running.end(signal.SIGINT) == 0
    assert not processes_of(folder)


def test_manage_starts_the_servers_for_one_call_when_nothing_runs(running, folder):
    asked = script("manage", "shell", "-c", COUNTED, DATA_DIR=str(folder))

    assert asked.returncode == 0, asked.stderr
    assert int(asked.stdout.split()[-1]) >= 4
    assert not processes_of(folder)


def _pid_of(folder, name):
    """The process of a name that runs, None where there is none yet."""
    try:
        state = json.loads((folder / "run.json").read_text())
    except FileNotFoundError:
        return None
    return next((process["pid"] for process in state["processes"] if process["name"] == name), None)
