"""Ends what a killed supervisor left: a process of its own that waits for the supervisor's end of a pipe to close.

Run by path, not imported: `python guardian.py`, with the pipe as standard input. It reads a line for every process that
starts (`+PID SIGNAL`) or ends (`-PID`), and `done` when there is nothing left to guard. Linux tells the processes themselves
that their parent is gone; the guardian ends what does not listen, and the children of what did, on every system.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

_PATIENCE = 12  # seconds for a process to end after its signal


def guard(lines: Iterable[str]) -> None:
    """Follow the lines to their end; unless the last was `done`, end every process group that is still on the list."""
    guarded: dict[int, int] = {}
    for line in lines:
        word = line.strip()
        if word == "done":
            return
        if word.startswith("+"):
            pid, number = word[1:].split()
            guarded[int(pid)] = int(number)
        elif word.startswith("-"):
            guarded.pop(int(word[1:]), None)
    for pid, number in reversed(guarded.items()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
        until = time.monotonic() + _PATIENCE
        while _runs(pid) and time.monotonic() < until:
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    # Where nobody collects orphans (a container without an init), what has ended is still listed.
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - pathlib costs start-up time
        return stat.read().rpartition(")")[2].split()[0] != "Z"
    return True


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    guard(sys.stdin)
