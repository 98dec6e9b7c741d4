"""Starts processes, watches them and stops them in order, leaving none behind.

A signal only sets a flag, and every wait here looks at it: none can fall between starting a process and noting it down.
"""

# ruff: noqa: S603 - it starts programs it names itself, never through a shell

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedded.errors import CannotRun, Interrupted

LINUX = sys.platform == "linux"
# Looked up before any fork: between fork and exec nothing may be imported.
_LIBC = ctypes.CDLL(None, use_errno=True) if LINUX else None
_PR_SET_PDEATHSIG = 1
_LOG_LINES_SHOWN = 25
_GUARDIAN = Path(__file__).with_name("guardian.py")
_PATIENCE = 20  # seconds for a command of the terminal to end after TERM
_LONGEST_PATIENCE = 30.0  # seconds before a process that ends again and again is started once more
_LOG_BYTES_KEPT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stop:
    """How a process is asked to end: a list of (signal, seconds to wait for it), the polite one first."""

    steps: tuple[tuple[signal.Signals, float], ...]
    # What Linux sends when the supervisor itself is killed.
    orphaned: signal.Signals = signal.SIGTERM


TERM = Stop(((signal.SIGTERM, 10),))


@dataclass(slots=True)
class Process:
    """A process that was started: its name for people, how to stop it, where its output goes (None: the terminal)."""

    name: str
    popen: subprocess.Popen[bytes]
    stop: Stop
    log: Path | None
    # Where its own lines begin: a log goes on over many starts.
    log_begins: int = 0
    # What starts it anew where it ends by itself (None: its end is the end of all), when, and how long to wait the time after.
    again: Callable[[], "Process"] | None = None
    due: float | None = None
    patience: float = 1.0

    @property
    def pid(self) -> int:
        return self.popen.pid


class Supervisor:
    """Owns every process of one script; leaving its `with` block stops them, the last started first."""

    def __init__(self, say: Callable[[str], None], on_change: Callable[[list[Process]], None] = lambda processes: None):
        self.say = say
        self.processes: list[Process] = []
        self._on_change = on_change
        self._asked_to_stop: signal.Signals | None = None
        self._guardian: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Supervisor":
        # Set for INT too: a script started in the background of a shell inherits it ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", _GUARDIAN],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop_all()
        self._tell_guardian("done")
        if self._guardian:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.communicate()
            self._guardian = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    def _note(self, number: int, _frame: object) -> None:
        self._asked_to_stop = signal.Signals(number)

    def spawn(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stop: Stop = TERM,
        log: Path | None = None,
        in_child: Callable[[], None] | None = None,
        restarted: bool = False,
        patience: float = 1.0,
    ) -> Process:
        """Start a process in a session of its own, so that Ctrl-C reaches this supervisor alone.

        `in_child` runs in the child before the program does, and may change its user. One that is `restarted` is started anew `patience` seconds
        after it ended by itself, later each time; the end of any other is the end of all.
        """
        with _output(log) as output:
            begins = log.stat().st_size if log else 0
            popen = subprocess.Popen(
                [str(word) for word in command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_child_setup(stop.orphaned, in_child),
            )
        process = Process(name, popen, stop, log, begins)
        if restarted:
            longer = min(2 * patience, _LONGEST_PATIENCE)
            process.again = partial(
                self.spawn,
                name,
                command,
                env=env,
                cwd=cwd,
                stop=stop,
                log=log,
                in_child=in_child,
                restarted=True,
                patience=longer,
            )
            process.patience = patience
        self._note_down(process)
        return process

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        stdin: str = "",
        in_child: Callable[[], None] | None = None,
        hear: Callable[[str], None] | None = None,
    ) -> str:
        """Run a step to its end and return what it printed; its errors go to the log.

        `hear` is told each line as it is printed. Raises CannotRun with the end of both when it fails.
        """
        step = self.begin(name, command, env=env, cwd=cwd, log=log, in_child=in_child)
        return self.follow(step, hear) if hear else self.finish(step, stdin)

    def begin(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        in_child: Callable[[], None] | None = None,
    ) -> Process:
        """Start a step that prints little, to be waited for with `finish`."""
        with _output(log) as errors:
            begins = log.stat().st_size
            popen = subprocess.Popen(
                [str(word) for word in command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=_child_setup(signal.SIGTERM, in_child),
            )
        process = Process(name, popen, TERM, log, begins)
        self._note_down(process)
        return process

    def finish(self, step: Process, stdin: str = "") -> str:
        """Wait for a step and return what it printed; raises CannotRun as `run` does."""
        _hand_over(step, stdin)
        while True:
            try:
                printed, _ = step.popen.communicate(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                self._look()
        return self._ended(step, printed)

    def follow(self, step: Process, hear: Callable[[str], None]) -> str:
        """Wait for a step that is given nothing, telling each line as it is printed; else as `finish`."""
        output = step.popen.stdout
        assert output is not None
        _hand_over(step, "")
        os.set_blocking(output.fileno(), False)
        printed, told = b"", 0
        while True:
            self._look()
            ready, _, _ = select.select([output], [], [], 0.05)
            piece = output.read() if ready else None
            if piece == b"":
                break
            printed += piece or b""
            while (end := printed.find(b"\n", told)) >= 0:
                hear(printed[told:end].decode(errors="replace"))
                told = end + 1
        output.close()
        while step.popen.poll() is None:
            self._look()
            time.sleep(0.02)
        return self._ended(step, printed)

    def _ended(self, step: Process, printed: bytes) -> str:
        self.forget(step)
        if step.popen.returncode:
            said = tail(step.log, step.log_begins) if step.log else ""
            shown = (printed.decode(errors="replace")[-1500:] + "\n" + said).strip()
            raise CannotRun(f"{step.name} failed ({_ending(step.popen.returncode)}):\n{shown}")
        return printed.decode(errors="replace")

    def attend(self, command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> int:
        """Run a command that belongs to the terminal (a test run, a shell) and return its exit code.

        It stays in the terminal's foreground group: Ctrl-C reaches it directly, TERM is passed on.
        """
        popen = subprocess.Popen(
            [str(word) for word in command],
            env=dict(env),
            cwd=cwd,
            preexec_fn=_child_setup(signal.SIGTERM, None),
        )
        asked_at: float | None = None
        while popen.poll() is None:
            time.sleep(0.05)
            if self._asked_to_stop and asked_at is None:
                asked_at = time.monotonic()
                # INT came from the keyboard and has reached it already, unless there is no terminal.
                if self._asked_to_stop is not signal.SIGINT or not sys.stdin.isatty():
                    popen.send_signal(signal.SIGINT)
            if asked_at and self._asked_to_stop is not signal.SIGINT and time.monotonic() - asked_at > _PATIENCE:
                popen.kill()
        return popen.returncode if popen.returncode >= 0 else 128 - popen.returncode

    def pause(self, seconds: float) -> None:
        """Wait; raises Interrupted when asked to stop, CannotRun when a process has ended by itself."""
        until = time.monotonic() + seconds
        while True:
            self._look()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))

    def pause_for(self, starting: Process, seconds: float) -> None:
        """Wait while a process starts, whose own early end the caller deals with."""
        self._look(but=starting)
        time.sleep(seconds)

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Wait until `ready()`; raises CannotRun after `seconds`, or at once when a process ends meanwhile."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                raise CannotRun(f"{what} was not ready after {seconds:.0f} s")
            self.pause(0.05)

    def _note_down(self, process: Process) -> None:
        self.processes.append(process)
        self._tell_guardian(f"+{process.pid} {int(process.stop.orphaned)}")
        self._on_change(self.processes)

    def _tell_guardian(self, line: str) -> None:
        if self._guardian and self._guardian.stdin:
            # A guardian that was killed is no reason to stop the service.
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.write(f"{line}\n")
                self._guardian.stdin.flush()

    def forget(self, process: Process) -> None:
        """Take a process that has ended off the list, and end what it may have left in its group."""
        end_group(process.pid)
        self.processes.remove(process)
        self._tell_guardian(f"-{process.pid}")
        self._on_change(self.processes)

    def end(self, process: Process) -> None:
        """Stop one process and forget it."""
        self._stop(process)
        self.forget(process)

    def stop_all(self) -> None:
        """Stop everything, the last started first; a second Ctrl-C skips the polite part."""
        self._asked_to_stop = None
        while self.processes:
            self.end(self.processes[-1])

    def _stop(self, process: Process) -> None:
        for number, seconds in process.stop.steps:
            if process.popen.poll() is not None or self._asked_to_stop:
                break
            process.popen.send_signal(number)
            until = time.monotonic() + seconds
            while process.popen.poll() is None and time.monotonic() < until and not self._asked_to_stop:
                time.sleep(0.02)
        if process.popen.poll() is None:
            self.say(f"{process.name} did not stop when asked: killed")
            end_group(process.pid)
        process.popen.wait()

    def _look(self, but: Process | None = None) -> None:
        if self._asked_to_stop:
            raise Interrupted(self._asked_to_stop)
        for process in list(self.processes):
            # A step that ends is waited for by finish().
            if process.popen.poll() is not None and process.again:
                self._start_again(process)
            elif process is not but and process.popen.stdout is None and process.popen.poll() is not None:
                shown = f"; the end of {process.log}:\n{tail(process.log, process.log_begins)}" if process.log else ""
                raise CannotRun(
                    f"{process.name} (pid {process.pid}) ended by itself: {_ending(process.popen.returncode)}{shown}"
                )

    def _start_again(self, process: Process) -> None:
        """Start a process anew that ended by itself, once its time has come; the others go on meanwhile."""
        now = time.monotonic()
        if process.due is None:
            process.due = now + process.patience
            self.say(
                f"{process.name} (pid {process.pid}) ended by itself: {_ending(process.popen.returncode)};"
                f" started again in {process.patience:.0f} s (see {process.log})"
            )
        elif now >= process.due and process.again:
            self.forget(process)
            process.again()


def tail(log: Path, begins: int = 0) -> str:
    """Return the last lines that a log file has from the byte `begins` on."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(begins)
        return "\n".join(file.read().decode(errors="replace").splitlines()[-_LOG_LINES_SHOWN:])
    return ""


def end_group(pid: int) -> None:
    """Kill whatever is left in the process group of a process that was started with `spawn`."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _hand_over(step: Process, stdin: str) -> None:
    """Write what a step is given, which is less than a pipe holds, and close it.

    Not left to communicate(): what that has not written before its first timeout it never writes.
    """
    pipe = step.popen.stdin
    assert pipe is not None
    with contextlib.suppress(BrokenPipeError), pipe:
        pipe.write(stdin.encode())
    step.popen.stdin = None


@contextlib.contextmanager
def _output(log: Path | None):
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".1.log"))
    # Logs may hold what a request held: for the owner's eyes.
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _child_setup(orphaned: signal.Signals, in_child: Callable[[], None] | None) -> Callable[[], None]:
    parent = os.getpid()

    def setup() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if in_child:
            in_child()
        # After the change of user, which would clear it.
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphaned), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return setup
