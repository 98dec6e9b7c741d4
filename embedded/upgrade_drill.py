"""The upgrade drill: the code of an earlier commit goes on answering while the database is migrated by the code of this checkout.

    script/upgrade-drill OLD [--json]

OLD is a commit or a tag. On servers of its own: the old code migrates an empty database, loads its seeds and serves; it is asked without a pause,
reading and writing, while the new code migrates the database under it; the new code serves beside it, and both are asked the same; then the new
code goes and the old code is started again on the new schema, as after a rollback. Every answer that is no success is counted, and every field
that the old code answered and the new code answers otherwise. The old code runs with the packages of this checkout. 1 where anything was counted.
"""

# ruff: noqa: S603, S607 - it starts programs it names itself, never through a shell

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from embedded import drills, options, ports, servers
from embedded.environment import ROOT, Environment
from embedded.errors import CannotRun
from embedded.folder import DataFolder
from embedded.supervisor import Process, Supervisor

_ASKING = 4  # at once, without a pause
_BEFORE, _AFTER = 3.0, 3.0  # seconds of asking before and after the migration
_PATIENCE = 60
_TRIES = 5
_INSURER, _PRODUCT = "DEMO-INS-A", "DEMO-CITY-SH"
_SCOPES = ("coverage:read", "claims:check", "catalog:read")
_DRUGS = ("仑卡奈单抗注射液", "甲磺酸奥希替尼片", "帕拉米韦注射液", "阿司匹林片", "没听说过的药")
_DISEASES = ("G30", "C34.1", "J10.1", "I10")
# They say when and under which number something was answered; a digest is made over both.
_OF_THE_MOMENT = frozenset(
    {"known_at", "as_known_at", "digest", "request_id", "id", "created_at", "checked_at", "revision", "decided_at"}
)
_CLAIM = {
    "product": _PRODUCT,
    "service_date": "2026-03-14",
    "diagnoses": ["G30.9"],
    "setting": "outpatient",
    "circumstance": "none",
    "institution_level": 3,
    "member": {"policy_start": "2025-07-01", "policy_end": "2026-06-30", "sex": "F", "age": 68, "pre_existing": []},
}


@dataclass(slots=True)
class Figures:
    """What the drill counted; seconds, and answers by status (0: none came)."""

    old: str
    migrations: int = 0
    migrate_seconds: float = 0
    begun_again: int = 0
    while_migrating: dict[int, int] = field(default_factory=dict)
    old_on_the_new_schema: dict[int, int] = field(default_factory=dict)
    after_the_rollback: dict[int, int] = field(default_factory=dict)
    asked_of_both: int = 0
    answered_otherwise: list[str] = field(default_factory=list)
    slowest_answer_seconds: float = 0
    failed: int = 0

    def add_up(self) -> None:
        """Count the answers that were no success."""
        phases = (self.while_migrating, self.old_on_the_new_schema, self.after_the_rollback)
        self.failed = sum(number for phase in phases for status, number in phase.items() if not 200 <= status < 300)

    def are_well(self) -> bool:
        """Tell whether every answer came and none is another one."""
        return not self.failed and not self.answered_otherwise


@dataclass(slots=True)
class _Web:
    """A web server that runs, and how it is asked."""

    process: Process
    url: str
    key: str = ""

    def ask(self, path: str, body: object = None) -> tuple[int, Any]:
        """Return status and answer; 0 where none came."""
        headers = {"Authorization": f"Api-Key {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        # Always http to 127.0.0.1.
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()
        except OSError:
            return 0, None


def _questions(mark: str) -> Iterator[tuple[str, object]]:
    """Yield what is asked: coverage of each drug and disease, each as a question and as a claim, of which some are recorded."""
    for number, (drug, disease) in enumerate(itertools.product(_DRUGS, _DISEASES)):
        query = {"generic_name": drug, "icd10": disease, "date": "2026-03-14", "setting": "outpatient"}
        yield f"/api/v1/products/{_PRODUCT}/coverage/?{urlencode(query)}", None
        line = {"line_no": 1, "generic_name": drug, "quantity": "2", "amount": "5016.00", "base_settled": True}
        member = {**_CLAIM["member"], "member_ref": f"m-{number}"}  # type: ignore[dict-item]
        claim = {**_CLAIM, "diagnoses": [disease], "member": member, "claim_no": f"{mark}-{number}", "lines": [line]}
        yield f"/api/v1/claims/checks/{'' if number % 4 == 0 else '?dry_run=true'}", claim


class _Drill:
    def __init__(self, supervisor: Supervisor, place: Path, old: str):
        self.supervisor = supervisor
        self.folder = DataFolder(place / "data")
        self.folder.create()
        self.old = place / "old"
        self.figures = Figures(old)
        environment = Environment(ROOT / ".venv", supervisor, self.folder.logs / "setup.log")
        self.python = environment.prepare(ROOT / "requirements" / "embedded.txt")
        variables = servers.start(supervisor, self.folder, environment.path, say=lambda line: None)
        self.env = os.environ | variables | {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING"}
        self._slowest = 0.0

    def run(self) -> Figures:
        self._manage(self.old, "migrate", "--no-input", "--verbosity", "0", owner=True)
        self._manage(self.old, "seed")
        scopes = [word for scope in _SCOPES for word in ("--scope", scope)]
        key = self._manage(self.old, "issue_key", "--insurer", _INSURER, *scopes).split()[-1]
        before = self._web("old", self.old, key)
        if [status for status, _answer in self._answers(before, "warm") if status >= 300]:
            raise CannotRun("the old code does not answer on its own schema: look at its seeds and routes")

        with self._asking(before) as counted:
            self.supervisor.pause(_BEFORE)
            plan = self._manage(ROOT, "showmigrations", "--plan", owner=True)
            self.figures.migrations = plan.count("[ ]")
            began = time.monotonic()
            self._migrate()
            self.figures.migrate_seconds = round(time.monotonic() - began, 1)
            self.supervisor.pause(_AFTER)
        self.figures.while_migrating = dict(counted)
        self.figures.slowest_answer_seconds = round(self._slowest, 2)

        after = self._web("new", ROOT, key)
        told = self._answers(before, "both-old")
        self.figures.old_on_the_new_schema = _counted(told)
        for (path, _body), (_status, first), (status, second) in zip(
            _questions("both"), told, self._answers(after, "both-new"), strict=True
        ):
            self.figures.asked_of_both += 1
            where = path.partition("?")[0]
            different = ["status"] if status >= 300 else list(_otherwise(first, second))
            self.figures.answered_otherwise += [f"{where} {name}" for name in different]
        self.figures.answered_otherwise = sorted(set(self.figures.answered_otherwise))

        self.supervisor.end(after.process)
        self.supervisor.end(before.process)
        back = self._web("back", self.old, key)
        self.figures.after_the_rollback = _counted(self._answers(back, "back"))
        self.figures.add_up()
        return self.figures

    def _migrate(self) -> None:
        """Migrate by the new code; where a migration and a request waited for each other, whole and again, as a person would."""
        while True:
            try:
                self._manage(ROOT, "migrate", "--no-input", "--verbosity", "0", owner=True)
                return
            except CannotRun as reason:
                waited = any(words in str(reason) for words in ("deadlock detected", "lock timeout"))
                if not waited or self.figures.begun_again == _TRIES:
                    raise
                self.figures.begun_again += 1

    def _manage(self, code: Path, *words: str, owner: bool = False) -> str:
        env = self.env | ({"AS_OWNER": "1"} if owner else {})
        log = self.folder.logs / "manage.log"
        return self.supervisor.run(words[0], [self.python, "manage.py", *words], env=env, cwd=code, log=log)

    def _web(self, name: str, code: Path, key: str) -> _Web:
        port = ports.free()
        command = [self.python, "-m", "gunicorn", "config.wsgi", "--config", "python:config.processes"]
        command += ["--workers", "1", "--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", self.folder.temporary]
        log = self.folder.logs / f"web-{name}.log"
        process = self.supervisor.spawn(f"web ({name})", command, env=self.env, cwd=code, log=log)
        web = _Web(process, f"http://127.0.0.1:{port}", key)
        self.supervisor.wait_until(lambda: web.ask("/healthz")[0] == 200, what=f"web ({name})", seconds=_PATIENCE)
        return web

    def _answers(self, web: _Web, mark: str) -> list[tuple[int, Any]]:
        return [web.ask(path, body) for path, body in _questions(mark)]

    @contextlib.contextmanager
    def _asking(self, web: _Web) -> Iterator[Counter[int]]:
        """Ask without a pause inside the block, and count the answers by status."""
        counted: Counter[int] = Counter()
        enough = threading.Event()

        def ask(number: int) -> None:
            for turn in itertools.count():
                for path, body in _questions(f"{number}-{turn}"):
                    if enough.is_set():
                        return
                    began = time.monotonic()
                    status, _answer = web.ask(path, body)
                    counted[status] += 1
                    self._slowest = max(self._slowest, time.monotonic() - began)

        threads = [threading.Thread(target=ask, args=[number], daemon=True) for number in range(_ASKING)]
        for thread in threads:
            thread.start()
        try:
            yield counted
        finally:
            enough.set()
            for thread in threads:
                thread.join(_PATIENCE)


def _counted(answers: list[tuple[int, Any]]) -> dict[int, int]:
    return dict(Counter(status for status, _answer in answers))


def _otherwise(old: object, new: object, at: str = "") -> Iterator[str]:
    """Yield where the new answer says otherwise than the old one; what only the new one says is no difference."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name, value in old.items():
            if name not in _OF_THE_MOMENT and name != "claim_no":
                yield from _otherwise(value, new.get(name), f"{at}.{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for first, second in zip(old, new, strict=True):
            yield from _otherwise(first, second, f"{at}[]")
    elif old != new:
        yield at or "answer"


def drill(old: str) -> Figures:
    """Do the drill in a temporary folder; raises CannotRun where a step fails."""
    place = Path(tempfile.mkdtemp(prefix="shangbao-upgrade-"))
    checkout = ["git", "-C", str(ROOT), "worktree"]
    try:
        made = subprocess.run([*checkout, "add", "--detach", place / "old", old], capture_output=True, text=True)
        if made.returncode:
            raise CannotRun(f"there is no commit {old} to check out: {made.stderr.strip()}")
        with Supervisor(lambda line: None) as supervisor:
            return _Drill(supervisor, place, old).run()
    finally:
        subprocess.run([*checkout, "remove", "--force", place / "old"], capture_output=True)
        shutil.rmtree(place, ignore_errors=True)


def main() -> int:
    """Do the drill and print its figures; 1 when a request failed or was answered otherwise."""
    parser = options.parser("script/upgrade-drill", __doc__ or "")
    parser.add_argument("old", metavar="OLD", help="the commit or tag whose code serves")
    return drills.main(parser, lambda given: drill(given.old))


if __name__ == "__main__":
    sys.exit(main())
