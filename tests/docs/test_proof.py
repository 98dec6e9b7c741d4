"""The page about proofs works as written: its commands, one after the other, against a web server; each answer is the one shown."""

import json
import os
import re
import shutil
import socket
import sys
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from catalog import services as catalogs
from common import tenancy
from tests.api.conftest import CLAIM, make_world
from tests.conftest import published
from tests.docs.test_tutorial import BLOCK, MARK, assert_shown, process, run, wait_until
from tests.forked import manage_at

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "proof.md"


def test_a_stranger_proves_all_that_the_page_says(tmp_path: Path) -> None:
    if not (shutil.which("curl") and shutil.which("bash")):
        pytest.skip("the page needs curl and bash")
    tenancy.act_for(tenancy.OFFICE)
    world = make_world()
    published(
        catalogs.create_catalog(code="E1", name="甲", kind="commercial", by="alice"),
        LIST,
        effective_to=date(2026, 12, 31),
    )
    folder = tmp_path / "stranger"
    (folder / "script").mkdir(parents=True)
    command = f'PYTHONPATH="{ROOT}/client" exec "{sys.executable}" -m shangbao_client.command "$@"'
    (folder / "shangbao").write_text(f"#!/bin/sh\n{command}\n")
    (folder / "shangbao").chmod(0o755)
    (folder / "claim.json").write_text(json.dumps(CLAIM))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "FAULT_DATABASE": str(connection.settings_dict["NAME"]),
        "FAULT_QUEUE": "proof",
        "DATA_DIR": str(tmp_path / "data"),
        "DATA_KEYS": str(settings.DATA_KEYS),
        "AS_OWNER": "1",
        "LOG_LEVEL": "ERROR",
        # The other tests ask from this address too, and count with it.
        "PUBLIC_RATE_PER_MINUTE": str(10**9),
        "PATH": f"{folder}:{os.environ['PATH']}",
        "SERVICE": f"http://127.0.0.1:{port}",
        "KEY": world.apis["A-write"].headers["Authorization"].removeprefix("Api-Key "),
        "CHECK": str(world.check.pk),
        "CATALOG": "COM",
        "LABEL": "v1",
    }
    steps = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    script, shown = [], []
    for number, (language, content) in enumerate(steps):
        if language == "sh":
            # The office's command works in a folder of its own.
            if "verify_log" in content:
                content = content.replace("checkpoint.json", '"$PWD/checkpoint.json"')
            script.append(f"echo '{MARK}'\n{content}")
            after = steps[number + 1] if number + 1 < len(steps) else ("", "")
            shown.append(after if after[0] in {"text", "json"} else None)
    gunicorn = ["-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    log = tmp_path / "web.log"
    with process(gunicorn, env, log), manage_at(folder / "script" / "manage", env):
        wait_until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").status == 200, 60, log)
        answers = run("\n".join(script), folder, env).split(f"{MARK}\n")[1:]

    assert len(answers) == len(shown) >= 7
    for expected, answered in zip(shown, answers, strict=True):
        check(expected, answered)
    assert "as logged" in answers[-1] and "signs" in answers[-1]


LIST = "entry_code,generic_name\nE-1,奥希替尼片\n"


def check(expected: tuple[str, str] | None, answered: str) -> None:
    if expected is None:
        return
    if expected[0] == "json":
        found: Any = json.loads(answered)
        assert_shown(json.loads(expected[1]), found)
        return
    for line, told in zip(expected[1].splitlines(), answered.splitlines(), strict=True):
        assert re.fullmatch(re.escape(line).replace("…", ".*"), told), told
