"""Holds the servers of one data folder until told to stop; the tests run it as a process of its own and kill it at will.

    python -m tests.embedded.holding FOLDER VENV [nobody]

Prints one line of JSON with the addresses once the servers answer.
"""

import json
import sys
from pathlib import Path

from embedded import broker, postgres
from embedded.errors import Interrupted
from embedded.folder import DataFolder
from embedded.supervisor import Supervisor


def main() -> int:
    folder = DataFolder(Path(sys.argv[1]))
    folder.create()
    if not folder.take("run"):
        holder = folder.holder()
        print(f"already running: process {holder.pid if holder else '?'}", file=sys.stderr)
        return 1
    venv = Path(sys.argv[2])
    with Supervisor(lambda line: None, folder.note_processes) as supervisor:
        try:
            database = postgres.start(supervisor, folder, venv, namespaces_allowed="nobody" not in sys.argv)
            queue = broker.start(supervisor, folder, venv)
            print(
                json.dumps(
                    {
                        "url": database.url,
                        "owner_url": database.owner_url,
                        "redis_url": queue.url,
                        "way": database.way,
                        "postgres": database.process.pid,
                        "broker": queue.process.pid,
                    }
                ),
                flush=True,
            )
            supervisor.pause(600)
        except Interrupted:
            return 0
        finally:
            supervisor.stop_all()
            folder.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
