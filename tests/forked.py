"""Processes of the service without their start, forked from one that has loaded it.

To load the service takes 2.6 seconds of a processor, more than most of what a test then asks of a process. One process a session loads it once and
forks itself for whoever asks; a fork is told its own command, environment, folder and log, reads its settings anew, and leads a session of its own
as any process that a test starts. What is decided by the environment while modules are imported (traces) needs a process that is started whole.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Forked:
    """A process of the service, with what its tests use of `subprocess.Popen`; `command` is what would follow `python`."""

    def __init__(self, command: list[str], environment: Mapping[str, str], outputs: tuple[int, int]) -> None:
        self.returncode: int | None = None
        self.pid: int = _ask({"command": command, "environment": dict(environment)}, *outputs)

    @classmethod
    def logged(cls, command: list[str], environment: Mapping[str, str], log: Path) -> "Forked":
        """Start it with both its outputs to a file."""
        with log.open("ab") as out:
            return cls(command, environment, (out.fileno(), out.fileno()))

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        if self.returncode is None:
            self.returncode = _ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises TimeoutExpired."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(f"fork {self.pid}", timeout or 0)
            time.sleep(0.02)
        return code


_SCRIPT = """\
#!{python} -SE
import json, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
socket.send_fds(line, [json.dumps(sys.argv[1:]).encode()], [1, 2])
sys.exit(int(line.recv(10)))
"""


@contextmanager
def manage_at(script: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Let a file be a command that does what manage.py does, in a fork; it is given no input."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as door:  # a short address
        address = f"{folder}/manage"
        door.bind(address)
        door.listen()
        threading.Thread(target=_manage, args=(door, environment), daemon=True).start()
        script.write_text(_SCRIPT.format(python=sys.executable, address=address))
        script.chmod(0o755)
        try:
            yield
        finally:
            door.shutdown(socket.SHUT_RDWR)


def _manage(door: socket.socket, environment: Mapping[str, str]) -> None:
    while True:
        try:
            line, _address = door.accept()
        except OSError:
            return
        with line:
            words, (out, errors), _flags, _from = socket.recv_fds(line, 1 << 20, 2)
            asked = Forked(["manage.py", *json.loads(words)], environment, (out, errors))
            os.close(out)
            os.close(errors)
            line.send(str(asked.wait()).encode())


_line: socket.socket | None = None
_one_at_a_time = threading.Lock()


def _ask(what: dict[str, Any], *descriptors: int) -> Any:
    global _line
    with _one_at_a_time:
        if _line is None:
            _line = _started(what["environment"])
        socket.send_fds(_line, [json.dumps(what).encode()], descriptors)
        return json.loads(_line.recv(1000))


def _started(environment: Mapping[str, str]) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # It ends when nobody can ask any more.
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait(10)

    atexit.register(end)
    return ours


def _load() -> None:
    import django

    django.setup()
    importlib.import_module("config.urls")
    importlib.import_module("celery.bin.celery")
    importlib.import_module("gunicorn.app.wsgiapp")
    from config.celery import app

    app.loader.import_default_modules()
    gc.collect()
    gc.freeze()


def _read_settings_anew() -> None:
    from django.apps import apps
    from django.conf import settings
    from django.core.cache import caches
    from django.core.files.storage import storages
    from django.db import connections
    from django.utils.log import configure_logging

    from config.celery import app

    for name in ("config.processes", "config.settings", os.environ["DJANGO_SETTINGS_MODULE"]):
        module = importlib.reload(importlib.import_module(name))
    for name, value in vars(module).items():
        if name.isupper():  # what apps have added to the settings stays
            setattr(settings, name, value)
    for handler in (connections, caches):
        handler.__dict__.pop("settings", None)
        handler._settings = None
        with suppress(AttributeError):
            del handler["default"]
    storages.__dict__.pop("backends", None)
    storages._backends = None
    storages._storages.clear()
    app.config_from_object("django.conf:settings", namespace="CELERY", force=True)
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    apps.get_app_config("catalog").ready()  # makes a folder


def _become(command: list[str], environment: dict[str, str], outputs: list[int]) -> None:
    """Do what a process of its own would do."""
    os.setsid()
    for place, output in enumerate(outputs, 1):
        os.dup2(output, place)
        os.close(output)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.argv = command[1:] if command[0] == "-m" else command
    _read_settings_anew()
    if command[0] == "-m":
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(command[0], run_name="__main__")


def _forked(line: socket.socket, what: dict[str, Any], descriptors: list[int]) -> int:
    if pid := os.fork():
        for one in descriptors:
            os.close(one)
        return pid
    code = 1
    try:
        line.close()
        _become(what["command"], what["environment"], descriptors)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve(line: socket.socket) -> None:
    _load()
    while True:
        asked, descriptors, _flags, _address = socket.recv_fds(line, 1 << 20, 2)
        if not asked:
            return
        what = json.loads(asked)
        if "ended" in what:
            pid, status = os.waitpid(what["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = _forked(line, what, descriptors)
        line.send(json.dumps(answer).encode())


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
