"""Servers of their own in a temporary folder, for one call of script/test, script/lint or script/bench."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from embedded import servers
from embedded.environment import ROOT, Environment
from embedded.errors import ended
from embedded.folder import DataFolder
from embedded.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Scratch:
    """What such a call works with: the environment's Python, the variables, and the supervisor of its servers."""

    python: Path
    env: dict[str, str]
    supervisor: Supervisor
    log: Path


def main(name: str, work: Callable[[Scratch], int], *, durable: bool) -> int:
    """Do `work` with servers of its own and remove every trace of them; returns its exit code.

    Without `durable` a crash may lose everything, which is faster.
    """

    def in_scratch() -> int:
        with _scratch(durable) as scratch:
            return work(scratch)

    return ended(name, in_scratch)


@contextlib.contextmanager
def _scratch(durable: bool) -> Iterator[Scratch]:
    folder = DataFolder(Path(tempfile.mkdtemp(prefix="shangbao-")))

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        with Supervisor(say, folder.note_processes) as supervisor:
            folder.create()
            folder.take("scratch")
            venv = Environment(ROOT / ".venv", supervisor, folder.logs / "setup.log")
            python = venv.prepare(ROOT / "requirements" / "dev.txt")
            variables = servers.start(supervisor, folder, venv.path, say=lambda line: None, durable=durable)
            yield Scratch(python, os.environ | variables, supervisor, folder.logs / "setup.log")
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)
