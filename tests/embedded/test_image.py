"""What the Dockerfile puts into the image, run as the image would run it: by a user of its own, on a disk that only takes what goes to /data."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import yaml
from django.db import connection
from django.test.client import encode_multipart

from tests.claims.batches.conftest import product
from tests.embedded.conftest import ROOT, wait_for

__all__ = ["product"]  # the fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
USER = int(re.search(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[1])
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
LIST = "entry_code,generic_name,icd10\nC-9,奥希替尼片,C34\n"


def files_of_the_image():
    """The paths that `COPY . .` takes, by .dockerignore: all is left out but what is named, and of that what the rest leaves out."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    taken = [line[1:] for line in lines if line.startswith("!")]
    assert lines[: len(taken) + 1] == ["*", *(f"!{name}" for name in taken)]
    assert lines[len(taken) + 1 :] == ["**/__pycache__", "**/*.pyc"]
    return taken


def other_user():
    """How to start a process as the image's user, where that is possible: as root, with an interpreter that others can reach."""
    if os.geteuid() != 0:
        return {}
    them = {"user": USER, "group": USER, "extra_groups": []}
    try:
        subprocess.run([sys.executable, "-c", "import django"], check=True, cwd="/", **them)
    except (OSError, subprocess.CalledProcessError):
        return {}
    return them


@pytest.fixture
def disk():
    """A place that the image's user reaches, which the tests' own folder is not."""
    folder = Path(tempfile.mkdtemp(prefix="image-", dir="/tmp"))  # noqa: S108
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def image(disk):
    """The image's files, which nobody may write to, and what lies in them."""
    folder = disk / "image"
    for name in files_of_the_image():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target)
        else:
            shutil.copy(ROOT / name, target)
    # As the Dockerfile does; what was compiled here already, is not again.
    compiling = re.search(r"^RUN python (-m compileall .*)$", DOCKERFILE, re.MULTILINE)[1].split()
    subprocess.run([sys.executable, *compiling], cwd=folder, check=True)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(folder.rglob("*"))
    yield folder
    assert sorted(folder.rglob("*")) == before


@pytest.fixture
def environment(disk, service):
    """The image's environment and compose's: what is said there, of this machine's servers."""
    data = disk / "data"
    (data / "tmp").mkdir(parents=True)
    if os.geteuid() == 0:
        for path in (data, data / "tmp"):
            os.chown(path, USER, USER)
            path.chmod(0o750)
    image = dict(re.findall(r"(\w+)=(\S+)", re.search(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE)[1]))
    said = {name: value for name, value in COMPOSE["web"]["environment"].items() if "$" not in str(value)}
    database, broker = urlsplit(os.environ["DATABASE_URL"]), urlsplit(os.environ["REDIS_URL"])
    return {
        **image,
        **said,
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "DATA_DIR": str(data),
        "TMPDIR": str(data / "tmp"),
        "SECRET_KEY": "s" * 64,
        "RECEIPT_KEYS": "ab" * 32,
        "DATABASE_URL": urlunsplit(database._replace(path="/" + connection.settings_dict["NAME"])),
        "REDIS_URL": urlunsplit(broker._replace(path="/9")),  # where no other test's jobs are
        "ALLOWED_HOSTS": "lists.example.org",
        "WEB_CONCURRENCY": "1",
        "WORKER_CONCURRENCY": "1",
    }


@pytest.fixture
def start(image, environment, disk):
    """Starts a command in the image; ends all of them."""
    started = []

    def begin(name, command):
        with (disk / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=image, env=environment, stdout=log, stderr=log, start_new_session=True, **other_user()
            )
        started.append(process)
        return process, disk / f"{name}.log"

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
    for process in started:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_image_has_all_of_the_service_and_nothing_else():
    taken = set(files_of_the_image())
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert packages - {"tests", "embedded", "benchmarks", "client"} <= taken
    assert not taken & {"tests", "embedded", "benchmarks", "docs", "requirements", ".git", ".env", "var", "tls"}
    assert {line.split()[-1] for line in re.findall(r"^COPY (?!--from).*$", DOCKERFILE, re.MULTILINE)} == {
        "/tmp/requirements.txt",  # noqa: S108
        ".",
    }


def test_the_image_serves_and_works_as_its_own_user(start, environment, disk, product, maker, api):
    command = json.loads(re.search(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[1])
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    assert command.count("0.0.0.0:8000") == 1
    static, static_log = start("static", COMPOSE["migrate"]["command"][2].split(" && ")[1].split())
    # Before the web server: it looks for them once.
    assert static.wait(60) == 0, static_log.read_text()[-3000:]
    web, web_log = start("web", [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in command])
    worker, worker_log = start("worker", COMPOSE["worker"]["command"])

    def ask(path, key=None, data=None, kind="application/json"):
        headers = {"Host": "lists.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        if data is not None:
            headers["Content-Type"] = kind
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers | (key.headers if key else {}))
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()

    def is_up():
        assert web.poll() is None, web_log.read_text()[-3000:]
        try:
            return json.loads(ask("/healthz")) == {"status": "ok"}
        except OSError:
            return False

    assert wait_for(is_up, 60), web_log.read_text()[-3000:]
    # What pods wait for (deploy/kubernetes), as the service's own role.
    migrated, migrated_log = start("migrated", ["python", "manage.py", "migrate", "--check", "--verbosity", "0"])
    assert migrated.wait(60) == 0, migrated_log.read_text()[-3000:]
    assert wait_for(lambda: " ready." in worker_log.read_text() or worker.poll() is not None, 60)
    assert worker.poll() is None, worker_log.read_text()[-3000:]

    asked = "/api/v1/products/HMB/coverage/?generic_name=%E9%98%BF%E5%8F%B8%E5%8C%B9%E6%9E%97%E7%89%87&icd10=I10&date=2026-07-01"
    assert json.loads(ask(asked, api))
    fields = {"catalog": "COM", "label": "v9", "effective_from": "2026-06-01", "file": _File(LIST)}
    made = json.loads(ask("/api/v1/imports/", maker, encode_multipart("x", fields), "multipart/form-data; boundary=x"))
    shown = {}

    def is_read():
        shown.update(json.loads(ask(f"/api/v1/imports/{made['id']}/", maker)))
        return shown["state"] not in ("queued", "running")

    assert wait_for(is_read, 60), worker_log.read_text()[-3000:]
    assert shown["state"] == "ready", shown
    page = ask("/").decode()
    style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page)[1]
    assert ask(style)
    if other_user():
        owners = {line.split()[0] for line in _owners_of(web.pid, worker.pid)}
        assert owners == {str(USER)}


def _owners_of(*leaders):
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) in leaders:
                yield re.search(r"^Uid:\s+(.*)$", (folder / "status").read_text(), re.MULTILINE)[1]
        except OSError:
            continue


class _File:
    name, content_type = "list.csv", "text/csv"

    def __init__(self, content):
        self._content = content.encode()

    def read(self):
        return self._content
