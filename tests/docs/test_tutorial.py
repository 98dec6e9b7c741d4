"""The tutorials work as written: their shell and Python, one after the other, against the seeds, a web server and a worker; each answer is as shown."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import load_seeds
from tests.forked import Forked, manage_at

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
# The second goes on where the first ended.
PAGES = [ROOT / "docs" / name for name in ("tutorial.md", "client.md")]
BLOCK = re.compile(r"^```(sh|json|python|text)\n(.*?)^```$", re.S | re.M)
MARK = "--- what the next step answers ---"


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the fenced blocks of a tutorial in order: (language, content)."""
    return [(found[1], found[2]) for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def told(content: str, address: str) -> str:
    """Return a step with the address and the key that the reader is to put in."""
    if "export KEY=…" in content:
        return f"export API={address} KEY=-\n"
    if "SHANGBAO_KEY=…" in content:
        return f'export SHANGBAO_URL={address} SHANGBAO_KEY="$KEY"\n'
    return content


def assert_shown(shown: Any, answered: Any, place: str = "") -> None:
    """Assert that an answer has what the tutorial shows; it may have more fields."""
    if shown == "…":
        return
    if isinstance(shown, dict):
        assert isinstance(answered, dict), place
        for name, value in shown.items():
            assert name in answered, f"{place}/{name} is not in the answer"
            assert_shown(value, answered[name], f"{place}/{name}")
    elif isinstance(shown, list):
        assert isinstance(answered, list) and len(answered) == len(shown), f"{place}: {answered}"
        for number, (one, other) in enumerate(zip(shown, answered, strict=True)):
            assert_shown(one, other, f"{place}/{number}")
    else:
        assert shown == answered, f"{place}: {answered!r}, the tutorial shows {shown!r}"


@contextmanager
def process(words: list[str], env: dict[str, str], log: Path) -> Iterator[Forked]:
    """Run a process of its own session, and end that session by its id."""
    started = Forked.logged(words, env, log)
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            started.wait(15)
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def wait_until(what: Any, seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError):
            if what():
                return
        time.sleep(0.2)
    pytest.fail(log.read_text(errors="replace")[-3000:])


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Start web server and worker on the seeded test database; give the API's address and the environment of script/manage."""
    load_seeds()
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "FAULT_DATABASE": str(connection.settings_dict["NAME"]),
        "FAULT_QUEUE": f"tutorial-{uuid.uuid4().hex}",
        "DATA_DIR": str(tmp_path / "data"),
        "DATA_KEYS": str(settings.DATA_KEYS),
        "AS_OWNER": "1",  # the test's database belongs to the owner, whom row-level security binds as well
        "LOG_LEVEL": "WARNING",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web_log, worker_log = tmp_path / "web.log", tmp_path / "worker.log"
    gunicorn = ["-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    celery = ["-m", "celery", "-A", "config", "worker", "--pool", "prefork", "--concurrency", "1"]
    celery += ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "-Q", env["FAULT_QUEUE"]]
    with process(gunicorn, env, web_log), process(celery, env, worker_log):
        wait_until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").status == 200, 60, web_log)
        wait_until(lambda: " ready." in worker_log.read_text(), 120, worker_log)
        yield f"http://127.0.0.1:{port}/api/v1", env


def run(script: str, folder: Path, env: dict[str, str]) -> str:
    found = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=env, capture_output=True, text=True
    )
    assert found.returncode == 0, f"{found.stdout[-3000:]}\n{found.stderr[-3000:]}"
    return found.stdout


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="the tutorial needs curl and bash")
def test_every_step_of_the_tutorial_answers_what_it_shows(service: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    address, env = service
    folder = tmp_path / "newcomer"
    (folder / "script").mkdir(parents=True)
    (folder / "shangbao").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shangbao_client.command "$@"\n')
    (folder / "shangbao").chmod(0o755)
    asked = env | {"PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": f"{ROOT}:{ROOT / 'client'}"}
    script, shown = [], []
    steps = [step for page in PAGES for step in blocks(page)]
    for number, (language, content) in enumerate(steps):
        if language in {"json", "text"}:
            continue
        content = told(content, address)
        if language == "python":
            content = f"export API KEY\n{sys.executable} - <<'PYTHON'\n{content}PYTHON\n"
        answer = steps[number + 1] if number + 1 < len(steps) and steps[number + 1][0] in {"json", "text"} else None
        script.append(f"echo '{MARK}'\n{content}")
        shown.append(answer)

    with manage_at(folder / "script" / "manage", env):
        answers = run("\n".join(script), folder, asked).split(f"{MARK}\n")[1:]

    assert settings.BASE_DIR == ROOT
    assert len(answers) == len(shown) >= 25
    wrong = []
    for expected, answered in zip(shown, answers, strict=True):
        if expected is None:
            continue
        if expected[0] == "json":
            try:
                assert_shown(json.loads(expected[1]), json.loads(answered))
            except AssertionError as difference:
                wrong.append(str(difference))
        else:
            lines = "\n".join(re.escape(line).replace("…", ".*") for line in expected[1].splitlines())
            if not re.fullmatch(lines, answered.rstrip("\n")):
                wrong.append(answered)
    assert not wrong


def test_what_the_tutorial_shows_is_json_and_what_it_runs_is_python() -> None:
    for language, content in (block for page in PAGES for block in blocks(page)):
        if language == "json":
            json.loads(content)
        elif language == "python":
            compile(content, "tutorial", "exec")


def test_a_shown_answer_that_is_not_given_is_noticed() -> None:
    assert_shown({"a": ["…", {"b": 1}]}, {"a": [5, {"b": 1, "c": 2}], "d": 3})
    for wrong in ({"a": []}, {"a": [5, {"b": 2}]}, {}):
        with pytest.raises(AssertionError):
            assert_shown({"a": ["…", {"b": 1}]}, wrong)
