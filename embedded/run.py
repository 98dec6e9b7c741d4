"""Starts the whole service on this machine, and stops it with Ctrl-C.

Makes .venv, starts an embedded PostgreSQL and broker (or uses DATABASE_URL and REDIS_URL), migrates, loads the seeds
into an empty database, starts worker, scheduler and web server, and says when it is ready. For trying and developing;
production is docker-compose.yml.
"""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded import options, ports, servers, welcome
from embedded.environment import ROOT, Environment
from embedded.errors import CannotRun, Interrupted
from embedded.folder import DataFolder
from embedded.supervisor import Stop, Supervisor

_MANAGE_PATIENCE = 30  # seconds to wait for a script/manage call that uses the data folder
_READY_PATIENCE = 150  # seconds from starting the web server to /readyz
# Warm shutdown lets a task finish, QUIT gives it up: its job has a lease in the database and is taken up again.
_WORKER_STOP = Stop(((signal.SIGTERM, 8), (signal.SIGQUIT, 5)), orphaned=signal.SIGQUIT)
_SCHEDULER_STOP = Stop(((signal.SIGTERM, 5),))
_WEB_STOP = Stop(((signal.SIGTERM, 12),))
# One process for all, since each start of Django takes two seconds and more of a processor.
_BEGIN = """
import gc, json, sys
gc.set_threshold(50_000, 20, 50)
import django
django.setup()
from django.core.management import call_command, execute_from_command_line
"""
_PREPARE = (
    _BEGIN
    + """
call_command("migrate", interactive=False, verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from catalog.models import Catalog
from common.tenancy import OFFICE, acting_for
with acting_for(OFFICE):
    print("has lists" if Catalog.objects.exists() else "empty")
"""
)
_COMMANDS = (
    _BEGIN
    + """
for words in json.loads(sys.argv[1]):
    execute_from_command_line(["manage.py", *words])
"""
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller chose. `port` 0 takes a free one; `workers` are web server processes."""

    port: int
    data: Path
    seed: bool
    workers: int
    webhooks_to_loopback: bool


def main() -> int:
    """Run the service until it is told to stop; returns the exit code."""
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {line}", flush=True)

    try:
        chosen = _options()
        folder = DataFolder(chosen.data)
        with Supervisor(say, folder.note_processes) as supervisor:
            folder.create()
            _take(folder, supervisor)
            try:
                _serve(chosen, folder, supervisor)
            except Interrupted as asked:
                say(f"{asked}: stopping")
                return 0
            finally:
                running = bool(supervisor.processes)
                supervisor.stop_all()
                folder.release()
                if running:
                    say("stopped")
    except Interrupted:
        return 0
    except CannotRun as reason:
        print(f"script/run: {reason}", file=sys.stderr, flush=True)
        return 1
    return 0


def _options() -> Options:
    parser = options.parser("script/run", __doc__)
    parser.add_argument("--port", type=int, help="web port on 127.0.0.1 (PORT; 8000)")
    parser.add_argument("--data", help="where every file of the service lies (DATA_DIR; var/)")
    parser.add_argument("--no-seed", action="store_true", help="leave an empty database empty (SEED=0)")
    parser.add_argument("--workers", type=int, help="web server processes (WORKERS; 2)")
    parser.add_argument(
        "--webhooks-to-loopback",
        action="store_true",
        help="let webhooks go to http://127.0.0.1 too, to try a receiver on this machine (docs/webhooks.md)",
    )
    given = parser.parse_args()
    return Options(
        port=options.number("PORT", given.port, 8000),
        data=options.data_folder(given.data),
        seed=not given.no_seed and os.environ.get("SEED", "1") != "0",
        workers=max(1, options.number("WORKERS", given.workers, 2)),
        webhooks_to_loopback=given.webhooks_to_loopback,
    )


def _take(folder: DataFolder, supervisor: Supervisor) -> None:
    """Take the data folder; raises CannotRun with where it runs when another script/run has it."""
    until = time.monotonic() + _MANAGE_PATIENCE
    waiting = False
    while not folder.take("run"):
        holder = folder.holder()
        if holder and holder.purpose != "manage":
            where = f"at {holder.url}" if holder.url else "and is still starting"
            raise CannotRun(
                f"already running {where} (process {holder.pid}, data folder {folder.path}). Stop it with Ctrl-C there "
                f"or `kill {holder.pid}`; a second one needs --data and --port of its own."
            )
        if holder and not waiting:
            supervisor.say(f"waiting for script/manage (process {holder.pid}), which uses {folder.path}")
            waiting = True
        if time.monotonic() > until:
            raise CannotRun(f"script/manage still uses {folder.path}: end it first")
        supervisor.pause(0.1)


def _serve(chosen: Options, folder: DataFolder, supervisor: Supervisor) -> None:
    if chosen.port and ports.taken(chosen.port):
        raise CannotRun(f"port {chosen.port} is in use by another program: choose another with --port N or PORT=N")
    venv = Environment(ROOT / ".venv", supervisor, folder.logs / "setup.log")
    python = venv.prepare(ROOT / "requirements" / "embedded.txt")
    variables = servers.start(supervisor, folder, venv.path, say=supervisor.say)
    # Said for each run, so that a variable left in a shell opens nothing.
    variables["WEBHOOKS_TO_LOOPBACK"] = "1" if chosen.webhooks_to_loopback else "0"
    if chosen.webhooks_to_loopback:
        supervisor.say("webhooks may go to this machine (http://127.0.0.1:…)")
    folder.note_environment(variables)
    env = os.environ | variables | {"DJANGO_SETTINGS_MODULE": "config.settings"}

    step = {"env": env, "cwd": ROOT, "log": folder.logs / "setup.log"}

    def manage(*commands: Sequence[str]) -> str:
        names = " and ".join(words[0] for words in commands)
        return supervisor.run(f"manage.py {names}", [python, "-c", _COMMANDS, json.dumps(commands)], **step)

    found = supervisor.run("migrate", [python, "-c", _PREPARE], **(step | {"env": env | {"AS_OWNER": "1"}}))
    supervisor.say("database is up to date")
    if chosen.seed and found.strip().endswith("empty"):
        supervisor.say("empty database: loading the seeds")
        # Its progress is shown as it goes: the whole national lists take a while.
        words = [python, ROOT / "manage.py", "seed"]
        supervisor.run("manage.py seed", words, **step, hear=lambda line: supervisor.say(line))

    port = chosen.port or ports.free()
    url = f"http://127.0.0.1:{port}/"
    _start_service(chosen, folder, supervisor, python, env, port)
    _wait_until_ready(supervisor, url)
    supervisor.say("worker, scheduler and web server are up")
    folder.note_url(url)
    for line in welcome.lines(folder, url, manage):
        print(line, flush=True)
    print(f"ready: {url}", flush=True)
    while True:
        supervisor.pause(3600)


def _start_service(
    chosen: Options, folder: DataFolder, supervisor: Supervisor, python: Path, env: dict[str, str], port: int
) -> None:
    """Start worker, scheduler and web server, in the order in which they are not missed by the next."""
    celery = [python, "-m", "celery", "-A", "config"]
    # A broker that somebody else runs may go and come back, and a worker that was busy meanwhile ends: that is no reason to end the web.
    foreign = bool(os.environ.get("REDIS_URL"))
    supervisor.spawn(
        "worker",
        [
            *celery,
            "worker",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ],
        env=env,
        cwd=ROOT,
        stop=_WORKER_STOP,
        log=folder.logs / "worker.log",
        restarted=foreign,
    )
    supervisor.spawn(
        "scheduler",
        [*celery, "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", folder.path / "scheduler"],
        env=env,
        cwd=ROOT,
        stop=_SCHEDULER_STOP,
        log=folder.logs / "scheduler.log",
        restarted=foreign,
    )
    supervisor.spawn(
        "web server",
        # fmt: off
        [
            python,
            "-m",
            "gunicorn",
            "config.wsgi",
            "--config",
            "python:config.processes",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            str(chosen.workers),
            "--graceful-timeout",
            "10",
            "--worker-tmp-dir",
            folder.temporary,
        ],
        # fmt: on
        env=env,
        cwd=ROOT,
        stop=_WEB_STOP,
        log=folder.logs / "web.log",
    )


def _wait_until_ready(supervisor: Supervisor, url: str) -> None:
    answer = "no answer"

    def ready() -> bool:
        nonlocal answer
        try:
            # Always http to 127.0.0.1.
            with urllib.request.urlopen(f"{url}readyz", timeout=5) as response:  # noqa: S310
                return response.status == 200
        except urllib.error.HTTPError as refused:
            answer = f"{refused.code} {refused.read(500).decode(errors='replace')}"
        except OSError as unreachable:
            answer = str(unreachable)
        return False

    try:
        supervisor.wait_until(ready, what="the service", seconds=_READY_PATIENCE)
    except CannotRun as reason:
        raise CannotRun(f"{reason} (/readyz: {answer})") from None


if __name__ == "__main__":
    sys.exit(main())
