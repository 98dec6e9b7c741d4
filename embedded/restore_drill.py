"""The restore drill: a database is lost in the middle of its work, and put back elsewhere from its backups.

    script/drill [--json]

On two PostgreSQLs of its own: a base backup is taken and the log followed while lists are published and somebody writes;
the server is killed and its folder deleted; the backups are restored into another folder, once up to the last record and
once as of an instant before. It fails unless every commit that was acknowledged is there, nothing else is, the log of
deeds and the publication log are whole, and the instant's state is the one that was. Prints its figures.
"""

# ruff: noqa: S603 - it starts programs it names itself, never through a shell

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from embedded import backup, drills, options, postgres
from embedded.environment import ROOT, Environment
from embedded.errors import CannotRun
from embedded.folder import DataFolder
from embedded.supervisor import Process, Supervisor, end_group

_WRITES = 150  # acknowledged commits before the server is killed, at least
_PATIENCE = 60  # seconds for any step
# What lets a program of PostgreSQL see and write the rows of all, as a migration does.
EVERYBODY = {"PGOPTIONS": "-c app.insurer=everybody"}
# What a person does, over and over, in one process: a catalog with its deed, each committed before it is told.
_WRITER = """
import sys, django
django.setup()
from catalog.services import create_catalog
from common.tenancy import OFFICE, act_for
act_for(OFFICE)
for number in range(1_000_000):
    create_catalog(code=f"DRILL-{number}", name="drill", kind="reference", by="drill")
    print(number, flush=True)
"""
# Each of these is one process, since to start one takes longer than what it does. A line of its own comes before each fingerprint.
_MARK = "--- fingerprint"
_BEGIN = f"""
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from catalog.models import Catalog, CatalogVersion
from catalog.services import create_catalog, publish_version
from common.tenancy import OFFICE, act_for
act_for(OFFICE)
def fingerprint():
    print("{_MARK}")
    call_command("fingerprint")
def bring_in(label):
    call_command(
        "import_catalog", sys.argv[1], catalog="LISTED", label=label, effective_from="2026-01-01", by="maker"
    )
"""
# A list is brought in and published, so that the publication log has a leaf.
_PUBLISH = """
create_catalog(code="LISTED", name="drill", kind="commercial", series="A", by="maker")
bring_in("2026")
publish_version(version=CatalogVersion.objects.get(), by="checker")
fingerprint()
"""
_FOUND = """
codes = Catalog.objects.filter(code__startswith="DRILL-").values_list("code", flat=True)
print("found", json.dumps([int(code.removeprefix("DRILL-")) for code in codes]))
call_command("verify_audit")
call_command("verify_log")
bring_in("2027")
fingerprint()
"""
_OF_SERVERS = """
for port in sys.argv[2:]:
    connection.close()
    connection.settings_dict["PORT"] = port
    fingerprint()
"""
_LIST = """\
generic_name,dosage_form,indication,icd10
仑卡奈单抗注射液,注射剂,早期阿尔茨海默病,G30.900
甲磺酸奥希替尼片,片剂,非小细胞肺癌,C34.900
"""


@dataclass(slots=True)
class Figures:
    """What the drill measured; seconds, and commits."""

    acknowledged: int = 0
    lost: int = 0
    more: int = 0
    base_backup_seconds: float = 0
    restore_seconds: float = 0
    recovery_seconds: float = 0
    instant_seconds: float = 0
    same_at_the_instant: bool = False
    same_on_the_standby: bool = False
    standby_refuses_writes: bool = False

    def are_well(self) -> bool:
        """Tell whether nothing was lost and all is as it was; one commit more may be there that was not told any more."""
        kept = self.lost == 0 and self.more <= 1 and self.same_at_the_instant
        return kept and self.same_on_the_standby and self.standby_refuses_writes


class _Drill:
    def __init__(self, supervisor: Supervisor, place: Path, schema: Path | None):
        self.supervisor = supervisor
        self.schema = schema
        self.place = place
        self.backups = place / "backups"
        self.backups.mkdir(mode=0o700)
        self.environment = Environment(ROOT / ".venv", supervisor, place / "setup.log")
        self.python = self.environment.prepare(ROOT / "requirements" / "embedded.txt")
        self.programs = postgres.programs(self.environment.path)
        self.list = place / "list.csv"
        self.list.write_text(_LIST, encoding="utf-8")
        self.figures = Figures()
        self.after = ""  # the fingerprint of what was found and worked on

    def run(self) -> Figures:
        lost = DataFolder(self.place / "lost")
        lost.create()
        # Acknowledged means: received by the backup too.
        wanted = {"synchronous_standby_names": "shangbao_backup"}
        # Until somebody follows, nothing may wait for it.
        first = self._started(lost, {})
        env = self._env(lost, first)
        if self.schema:
            psql = [self.programs / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", self.schema]
            words = [*psql, first.owner_url]
            self.supervisor.run("psql", words, env=EVERYBODY, cwd=ROOT, log=self.place / "psql.log")
        else:
            self._manage(env | {"AS_OWNER": "1"}, "migrate", "--no-input", "--verbosity", "0")
        self.supervisor.end(first.process)
        server = self._started(lost, wanted)
        env = self._env(lost, server)
        shutil.copy(lost.path / "secrets.json", self.backups / "secrets.json")
        given = backup.variables(lost, self.programs, self.backups, server.port)
        follower = self.supervisor.spawn(
            "follower", [backup.SCRIPT, "follow"], env=given, cwd=ROOT, log=self.place / "follow.log"
        )
        self._wait(lambda: self._followed(server), "the follower")
        took = time.monotonic()
        self._step(given, "take")
        self.figures.base_backup_seconds = _since(took)

        (before,), instant = _fingerprints(self._python(env, _PUBLISH)), self._now(server)
        # The instant lies between two seconds, so that nothing else can.
        self.supervisor.pause(1.1)
        acknowledged = self._write_and_kill(env, server)
        shutil.rmtree(lost.path / "postgres")
        self.supervisor.end(follower)

        found, seconds = self._restore("found", "", acknowledged)
        self.figures.restore_seconds = seconds
        standby = self._standby(found)
        self._compare(found, standby, acknowledged)
        took = time.monotonic()
        then, _ = self._restore("then", instant, [])
        self.figures.instant_seconds = _since(took)
        ports = [str(urlsplit(server["DATABASE_URL"]).port) for server in (standby, then)]
        there, at_the_instant = _fingerprints(self._python(then, _OF_SERVERS, *ports))
        self.figures.same_on_the_standby = there == self.after
        self.figures.same_at_the_instant = at_the_instant == before
        return self.figures

    def _started(self, folder: DataFolder, settings: dict[str, str]) -> postgres.Postgres:
        return postgres.start(self.supervisor, folder, self.environment.path, settings=settings)

    def _env(self, folder: DataFolder, server: postgres.Postgres) -> dict[str, str]:
        return os.environ | {
            "SECRET_KEY": folder.secret("secret_key"),
            "RECEIPT_KEYS": folder.secret("receipt_key", lambda: os.urandom(32).hex()),
            "DATA_DIR": str(folder.path),
            "EMBEDDED": "1",
            "DATABASE_URL": server.url,
            "DATABASE_OWNER_URL": server.owner_url,
            # Nothing here goes through the broker.
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "WARNING",
        }

    def _manage(self, env: dict[str, str], *words: str) -> str:
        command = [self.python, ROOT / "manage.py", *words]
        return self.supervisor.run(words[0], command, env=env, cwd=ROOT, log=self.place / "manage.log")

    def _python(self, env: dict[str, str], text: str, *words: str) -> str:
        command = [self.python, "-c", _BEGIN + text, self.list, *words]
        return self.supervisor.run("python", command, env=env, cwd=ROOT, log=self.place / "manage.log")

    def _step(self, env: dict[str, str], *words: str | Path) -> str:
        log = self.place / "backup.log"
        return self.supervisor.run(f"backup.sh {words[0]}", [backup.SCRIPT, *words], env=env, cwd=ROOT, log=log)

    def _ask(self, url: str, question: str) -> str:
        answer = subprocess.run(
            [self.programs / "psql", "--no-psqlrc", "-At", "-c", question, url],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": "/usr/bin:/bin"},
        )
        return answer.stdout.strip()

    def _followed(self, server: postgres.Postgres) -> bool:
        return (
            self._ask(server.owner_url, "SELECT active FROM pg_replication_slots WHERE slot_name = 'shangbao_backup'")
            == "t"
        )

    def _now(self, server: postgres.Postgres) -> str:
        self.supervisor.pause(1.1)
        return datetime.fromtimestamp(
            float(self._ask(server.owner_url, "SELECT extract(epoch FROM now())")), UTC
        ).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        self.supervisor.wait_until(ready, what=what, seconds=_PATIENCE)

    def _write_and_kill(self, env: dict[str, str], server: postgres.Postgres) -> list[int]:
        """Write until the server is killed in the middle of it; returns what was acknowledged."""
        acknowledged: list[int] = []
        writer = subprocess.Popen(
            [self.python, "-c", _WRITER],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert writer.stdout is not None
        for line in writer.stdout:
            acknowledged.append(int(line))
            if len(acknowledged) == _WRITES:
                _kill(server.process)
        writer.wait()
        self.supervisor.forget(server.process)
        self.figures.acknowledged = len(acknowledged)
        if len(acknowledged) < _WRITES:
            raise CannotRun(f"the writer ended after {len(acknowledged)} commits")
        return acknowledged

    def _restore(self, name: str, instant: str, acknowledged: list[int]) -> tuple[dict[str, str], float]:
        folder = DataFolder(self.place / name)
        began = time.monotonic()
        backup.restored(self.supervisor, folder, self.backups, self.programs, instant)
        copied = time.monotonic()
        server = self._started(folder, {})
        self._wait(lambda: self._ask(server.owner_url, "SELECT pg_is_in_recovery()") == "f", "the restored database")
        if acknowledged:
            self.figures.recovery_seconds = _since(copied)
        return self._env(folder, server), _since(began)

    def _standby(self, env: dict[str, str]) -> dict[str, str]:
        """Let a second server follow the restored one; returns its environment."""
        folder = DataFolder(self.place / "standby")
        folder.create()
        shutil.copy(self.backups / "secrets.json", folder.path / "secrets.json")
        given = backup.variables(folder, self.programs, self.backups, urlsplit(env["DATABASE_URL"]).port)
        words = ["--pgdata", folder.path / "postgres", "--write-recovery-conf", "--checkpoint=fast", "--no-password"]
        log = self.place / "standby.log"
        self.supervisor.run("pg_basebackup", [self.programs / "pg_basebackup", *words], env=given, cwd=ROOT, log=log)
        return self._env(folder, self._started(folder, {}))

    def _compare(self, env: dict[str, str], standby: dict[str, str], acknowledged: list[int]) -> None:
        """Count what was found, check both logs, and go on working: what is written then comes to the standby by itself."""
        said = self._python(env, _FOUND)
        there = set(json.loads(next(line for line in said.splitlines() if line.startswith("found")).partition(" ")[2]))
        self.figures.lost = len(set(acknowledged) - there)
        # One may have been committed and not told any more.
        self.figures.more = len(there - set(acknowledged))
        (self.after,) = _fingerprints(said)
        at = self._ask(env["DATABASE_OWNER_URL"], "SELECT pg_current_wal_flush_lsn()")
        followed = f"SELECT pg_last_wal_replay_lsn() >= '{at}'"
        self._wait(lambda: self._ask(standby["DATABASE_OWNER_URL"], followed) == "t", "the standby")
        try:
            self._ask(standby["DATABASE_OWNER_URL"], "DELETE FROM catalog_catalogversion")
        except subprocess.CalledProcessError as refused:
            self.figures.standby_refuses_writes = "read-only transaction" in refused.stderr


def _fingerprints(said: str) -> list[str]:
    return said.split(f"{_MARK}\n")[1:]


def _kill(process: Process) -> None:
    process.popen.send_signal(signal.SIGKILL)
    end_group(process.pid)
    process.popen.wait()


def _since(moment: float) -> float:
    return round(time.monotonic() - moment, 1)


def drill(schema: Path | None = None) -> Figures:
    """Do the drill in a temporary folder; raises CannotRun where a step fails.

    `schema`: SQL of a database that was migrated, to begin with in place of migrating one.
    """
    place = Path(tempfile.mkdtemp(prefix="shangbao-drill-"))
    try:
        with Supervisor(lambda line: None) as supervisor:
            return _Drill(supervisor, place, schema).run()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main() -> int:
    """Do the drill and print its figures; 1 when something was lost or is not as it was."""
    return drills.main(options.parser("script/drill", __doc__ or ""), lambda given: drill())


if __name__ == "__main__":
    sys.exit(main())
