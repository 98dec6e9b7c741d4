"""Runs manage.py in the environment and database of script/run, which may be running or not.

`--data DIR` before the command names the data folder (DATA_DIR; var/ of this checkout).
"""

import os
import sys
import time

from embedded import options, servers
from embedded.environment import ROOT, Environment
from embedded.errors import CannotRun, ended
from embedded.folder import DataFolder
from embedded.supervisor import Supervisor

_START_PATIENCE = 300  # seconds for a script/run that is just starting (it may be installing) to have its servers up


def main() -> int:
    """Run one management command; returns its exit code."""

    def say(line: str) -> None:
        # On the error output: what the command prints may be read by a program.
        print(line, file=sys.stderr, flush=True)

    def work() -> int:
        given, arguments = _arguments(sys.argv[1:])
        folder = DataFolder(options.data_folder(given))
        say(f"script/manage: in {folder.path}")
        with Supervisor(say, folder.note_processes) as supervisor:
            folder.create()
            folder.attach()
            until = time.monotonic() + _START_PATIENCE
            while not folder.take("manage"):
                holder = folder.holder()
                if holder and holder.environment is not None:
                    return _run(supervisor, folder, holder.environment, arguments)
                if time.monotonic() > until:
                    raise CannotRun(f"the servers of {folder.path} do not start; see {folder.logs}")
                supervisor.pause(0.1)
            try:
                return _run_with_own_servers(supervisor, folder, arguments)
            finally:
                supervisor.stop_all()
                folder.release()

    return ended("script/manage", work)


def _arguments(written: list[str]) -> tuple[str | None, list[str]]:
    """Part the data folder, which only this script knows, from what manage.py is given."""
    if written[:1] == ["--data"]:
        if len(written) < 2:
            raise CannotRun("--data needs a folder")
        return written[1], written[2:]
    if written and written[0].startswith("--data="):
        return written[0].removeprefix("--data="), written[1:]
    return None, written


def _run(supervisor: Supervisor, folder: DataFolder, variables: dict[str, str], arguments: list[str]) -> int:
    environment = Environment(ROOT / ".venv", supervisor, folder.logs / "setup.log")
    python = environment.prepare(ROOT / "requirements" / "embedded.txt")
    return supervisor.attend([python, ROOT / "manage.py", *arguments], env=os.environ | variables, cwd=ROOT)


def _run_with_own_servers(supervisor: Supervisor, folder: DataFolder, arguments: list[str]) -> int:
    environment = Environment(ROOT / ".venv", supervisor, folder.logs / "setup.log")
    environment.prepare(ROOT / "requirements" / "embedded.txt")
    variables = servers.start(supervisor, folder, environment.path, say=lambda line: None)
    folder.note_environment(variables)
    code = _run(supervisor, folder, variables, arguments)
    # Other script/manage calls may be using these servers by now.
    folder.detach()
    while not folder.close():
        supervisor.pause(0.1)
    return code


if __name__ == "__main__":
    sys.exit(main())
