"""Processes that the fault tests start and end: real workers, and one that does a single job.

Every process that is ended here was started here, is known by its pid, and is the leader of a session of its own.
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.forked import Forked

ROOT = Path(__file__).resolve().parents[2]


class Started:
    """A process of the service with those it starts itself; `environment` overrides what it would be told.

    Where it is `forked`, its start is spared (tests/forked.py).
    """

    def __init__(
        self,
        command: list[str],
        folder: Path,
        queue: str = "",
        environment: Mapping[str, str] | None = None,
        *,
        forked: bool = False,
    ) -> None:
        self.log = folder / f"worker-{uuid.uuid4().hex[:6]}.log"
        told = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULT_DATABASE": str(connection.settings_dict["NAME"]),
            "FAULT_QUEUE": queue,
            "DATA_DIR": str(folder),
            "DATA_KEYS": str(settings.DATA_KEYS),
            "AS_OWNER": "1",  # the test's database belongs to the owner, whom row-level security binds as well
        }
        env = os.environ | told | (environment or {})
        self.process: Forked | subprocess.Popen[bytes]
        if forked:
            self.process = Forked.logged(command, env, self.log)
            return
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
            )

    def pids(self) -> dict[int, str]:
        """The processes of its session, and how each was called."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid and fields[0] != "Z":
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return found

    def reader(self) -> int | None:
        """The process that reads a file for it, if there is one now."""
        return next((pid for pid, command in self.pids().items() if "catalog.importing.child" in command), None)

    def kill(self) -> None:
        """kill -9 all of it at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


class Worker(Started):
    """A Celery worker with one process, and with the sweeper's clock where `beat`."""

    def __init__(
        self,
        folder: Path,
        queue: str,
        *,
        beat: bool,
        environment: Mapping[str, str] | None = None,
        forked: bool = False,
    ) -> None:
        command = ["-m", "celery", "-A", "config", "worker", "--pool", "prefork", "--concurrency", "1"]
        command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "-Q", queue]
        if beat:
            command += ["--beat", "--schedule", str(folder / f"beat-{uuid.uuid4().hex[:6]}")]
        super().__init__(command, folder, queue, environment, forked=forked)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return " ready." in self.log.read_text()


def wait_until(what: Callable[[], Any], seconds: float) -> float:
    """Wait for something to hold; returns how long it took."""
    started = time.monotonic()
    while not what():
        assert time.monotonic() - started < seconds, "it did not come in time"
        time.sleep(0.05)
    return time.monotonic() - started


@contextmanager
def workers(folder: Path, queue: str, *beats: bool) -> Iterator[list[Worker]]:
    started = [Worker(folder, queue, beat=beat, forked=True) for beat in beats]
    try:
        for worker in started:
            wait_until(worker.is_ready, 120)
        yield started
    finally:
        for worker in started:
            worker.kill()


def database_at(port: int) -> dict[str, str]:
    """What tells a process to find the test's database behind another port of this machine."""
    held = connection.settings_dict
    user = quote(held["USER"], safe="") + (f":{quote(held['PASSWORD'], safe='')}" if held["PASSWORD"] else "")
    url = f"postgresql://{user}@127.0.0.1:{port}/{held['NAME']}"
    return {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
