"""The data folder: the only place the service writes to, used by one set of servers at a time."""

# ruff: noqa: S603, S607 - it starts programs it names itself, never through a shell

import contextlib
import errno
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.errors import CannotRun
from embedded.supervisor import Process, end_group

_LEFTOVER_PATIENCE = 20  # seconds for what an earlier, killed start left behind to end by itself


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the data folder now, as it wrote down itself.

    `purpose` is "run" or "manage"; `environment` is None until its servers answer; `url` is None before it is ready.
    """

    pid: int
    purpose: str
    url: str | None
    environment: dict[str, str] | None


class DataFolder:
    """Paths, generated secrets, and the lock that keeps a second start out."""

    def __init__(self, path: Path):
        self.path = path
        self._state: dict[str, Any] = {}
        self._lock: int | None = None
        self._attached: int | None = None

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def temporary(self) -> Path:
        return self.path / "tmp"

    @property
    def _state_file(self) -> Path:
        return self.path / "run.json"

    def create(self) -> None:
        """Make the folder; raises CannotRun when it cannot be written to."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.temporary.mkdir(mode=0o700, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
            probe = self.path / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise CannotRun(
                f"The data folder {self.path} cannot be written to ({error.strerror}). "
                "Give another: --data DIR or DATA_DIR=DIR"
            ) from error

    # --- One set of servers at a time

    def take(self, purpose: str) -> bool:
        """Take the folder for this process; false when another holds it.

        The kernel drops the lock with the process, so a killed holder never blocks the next start.
        """
        descriptor = os.open(self.path / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB):
            os.close(descriptor)
            return False
        self._lock = descriptor
        self._end_leftovers()
        self._state = {"pid": os.getpid(), "boot": _boot(), "purpose": purpose, "processes": []}
        self._write_state()
        return True

    def holder(self) -> Holder | None:
        """Return who holds the folder, or None when nobody does."""
        descriptor = os.open(self.path / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if _flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB):
                return None
        finally:
            os.close(descriptor)
        state = self._read_state()
        return Holder(
            pid=state.get("pid", 0),
            purpose=state.get("purpose", "run"),
            url=state.get("url"),
            environment=state.get("environment"),
        )

    def note_processes(self, processes: Iterable[Process]) -> None:
        """Write down what runs, so that the next start can end what a killed one left."""
        self._state["processes"] = [
            {"name": process.name, "pid": process.pid, "born": _born(process.pid), "signal": int(process.stop.orphaned)}
            for process in processes
        ]
        self._write_state()

    def note_environment(self, environment: dict[str, str]) -> None:
        """Tell `script/manage` where the servers are."""
        self._state["environment"] = environment
        self._write_state()

    def note_url(self, url: str) -> None:
        """Tell a second start where the first one runs."""
        self._state["url"] = url
        self._write_state()

    def release(self) -> None:
        """Give the folder back after an orderly stop."""
        if self._lock is not None:
            self._state_file.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    # --- script/manage calls that share one set of servers

    def attach(self) -> None:
        """Tell the holder that its servers are being used by this process."""
        self._attached = os.open(self.path / "attached.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._attached, fcntl.LOCK_SH)

    def detach(self) -> None:
        """End what `attach` began."""
        if self._attached is not None:
            os.close(self._attached)
            self._attached = None

    def close(self) -> bool:
        """Make every later `attach` wait until this process ends; false while another is attached."""
        descriptor = os.open(self.path / "attached.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if _flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB):
            self._attached = descriptor
            return True
        os.close(descriptor)
        return False

    # --- Secrets

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
        """Return a secret of this folder, made once and readable by its owner only."""
        known = self._secrets()
        if name not in known:
            known[name] = make()
            _write_private(self.path / "secrets.json", json.dumps(known, indent=1))
        return known[name]

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret that was made elsewhere, in place of an earlier one."""
        _write_private(self.path / "secrets.json", json.dumps(self._secrets() | {name: value}, indent=1))

    def known_secret(self, name: str) -> str | None:
        """Return a secret, or None when it was never kept."""
        return self._secrets().get(name)

    def _secrets(self) -> dict[str, str]:
        path = self.path / "secrets.json"
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise CannotRun(f"{path} is not JSON any more: restore it, or begin with another data folder") from error

    # --- The state file

    def _read_state(self) -> dict[str, Any]:
        try:
            return json.loads(self._state_file.read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def _write_state(self) -> None:
        _write_private(self._state_file, json.dumps(self._state, indent=1))

    def _end_leftovers(self) -> None:
        """Wait for what a killed start left, then end it: two PostgreSQLs must never share one folder."""
        state = self._read_state()
        if state.get("boot") != _boot():
            return
        for process in reversed(state.get("processes", [])):
            born = _born(process["pid"])
            if born is None:
                # Its own children may still be there; no other group can have this number as long as they are.
                end_group(process["pid"])
            if born != process["born"]:
                continue
            _signal(process["pid"], signal.Signals(process["signal"]))
            until = time.monotonic() + _LEFTOVER_PATIENCE
            while _born(process["pid"]) == process["born"] and time.monotonic() < until:
                time.sleep(0.05)
            end_group(process["pid"])


def _flock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _born(pid: int) -> str | None:
    """Return what tells a process from a later one with the same pid; None when it does not run."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
    return answer.stdout.strip() or None


def _boot() -> str:
    """Return what changes with every boot, where the system tells: pids of an earlier boot mean nothing."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""
