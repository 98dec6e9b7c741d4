"""Runs manage.py in the environment and database of script/run, which may be running or not."""

import os
import sys
import time

from embedded import options, servers
from embedded.environment import ROOT, Environment
from embedded.errors import CannotRun, Interrupted
from embedded.folder import DataFolder
from embedded.supervisor import Supervisor

_START_PATIENCE = 300  # seconds for a script/run that is just starting (it may be installing) to have its servers up


def main() -> int:
    """Run one management command; returns its exit code."""

    def say(line: str) -> None:
        # On the error output: what the command prints may be read by a program.
        print(line, file=sys.stderr, flush=True)

    try:
        folder = DataFolder(options.data_folder())
        with Supervisor(say, folder.note_processes) as supervisor:
            folder.create()
            folder.attach()
            until = time.monotonic() + _START_PATIENCE
            while not folder.take("manage"):
                holder = folder.holder()
                if holder and holder.environment is not None:
                    return _run(supervisor, folder, holder.environment)
                if time.monotonic() > until:
                    raise CannotRun(f"the servers of {folder.path} do not start; see {folder.logs}")
                supervisor.pause(0.1)
            try:
                return _run_with_own_servers(supervisor, folder)
            finally:
                supervisor.stop_all()
                folder.release()
    except Interrupted as asked:
        return 128 + asked.number
    except CannotRun as reason:
        print(f"script/manage: {reason}", file=sys.stderr)
        return 1


def _run(supervisor: Supervisor, folder: DataFolder, variables: dict[str, str]) -> int:
    environment = Environment(ROOT / ".venv", supervisor, folder.logs / "setup.log")
    python = environment.prepare(ROOT / "requirements" / "embedded.txt")
    return supervisor.attend([python, ROOT / "manage.py", *sys.argv[1:]], env=os.environ | variables, cwd=ROOT)


def _run_with_own_servers(supervisor: Supervisor, folder: DataFolder) -> int:
    environment = Environment(ROOT / ".venv", supervisor, folder.logs / "setup.log")
    environment.prepare(ROOT / "requirements" / "embedded.txt")
    variables = servers.start(supervisor, folder, environment.path, say=lambda line: None)
    folder.note_environment(variables)
    code = _run(supervisor, folder, variables)
    # Other script/manage calls may be using these servers by now.
    folder.detach()
    while not folder.close():
        supervisor.pause(0.1)
    return code


if __name__ == "__main__":
    sys.exit(main())
