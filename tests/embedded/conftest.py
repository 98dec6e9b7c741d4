"""What the tests of the embedded servers share: a holder process, and a look at what it leaves behind."""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(sys.prefix)


@dataclass
class Holding:
    """A process that holds the servers of `folder`, and what it said about them."""

    process: subprocess.Popen[str]
    folder: Path
    said: dict[str, object]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of the processes that run in, on or for a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (entry / "environ").read_bytes().decode(errors="replace")
            if (
                str(folder) in words
                or str(folder) in environment
                or str((entry / "cwd").readlink()).startswith(str(folder))
            ):
                found.append(f"{entry.name} {words}")
    return found


def wait_for(what: Callable[[], object], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    # A cluster has a thousand files: pytest would keep one for every test until the end.
    shutil.rmtree(tmp_path / "data", ignore_errors=True)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the first start leaves it: making one takes seconds, copying it does not."""
    folder = tmp_path_factory.mktemp("made") / "data"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.embedded.holding", folder, VENV], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0
    return folder


@pytest.fixture
def hold(data: Path, made: Path) -> Iterator[Callable[..., Holding]]:
    """Start a holder on the test's data folder; whatever the test does, nothing is left behind."""
    if not sys.platform.startswith("linux"):
        pytest.skip("looks into /proc")
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> Holding:
        if not data.exists():
            shutil.copytree(made, data)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.embedded.holding", data, VENV, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        line = process.stdout.readline()
        assert line, process.stderr.read()
        return Holding(process, data, json.loads(line))

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)
    assert wait_for(lambda: not processes_of(data)), processes_of(data)
