"""What a process and its children hold and take (Linux; elsewhere nothing is seen)."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Tree:
    """A process and its children: how much memory they have held together at most, in MB, and the processor time they took."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0.0
        self._looked = 0.0

    def cpu_seconds(self) -> float:
        """Return what they took so far, children that have ended included."""
        return sum(taken(pid) for pid in [self.pid, *descendants(self.pid)])

    def look(self) -> None:
        """Look, at most twice a second, since looking takes time from who is looked at; called while waiting."""
        if time.monotonic() - self._looked < 0.5:
            return
        self._looked = time.monotonic()
        self.peak = max(self.peak, sum(held(pid) for pid in [self.pid, *descendants(self.pid)]))


def descendants(pid: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
        except OSError:  # it ended while we looked
            continue
    return found


def taken(pid: int) -> float:
    """Return the processor seconds of a process and of those children of it that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended while we looked
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def held(pid: int) -> float:
    """Return the memory a process holds, shared pages by halves and thirds (PSS), in MB."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:  # it ended while we looked
        pass
    return 0.0


@contextmanager
def watched(pid: int) -> Iterator[Tree]:
    """Look at a process and its children twice a second while the block runs."""
    tree, over = Tree(pid), threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            tree.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield tree
    finally:
        over.set()
        thread.join()
