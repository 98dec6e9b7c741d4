"""A real browser against a real server: Chromium, the test database, and a worker in a thread of its own."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from common.jobs import services as jobs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
PASSWORD = "a long enough one 2026"
# A desk's screen and a telephone's. A journey goes at one of them; every page is looked at in both (test_every_page.py).
WIDTHS = DESK, PHONE = (1280, 390)


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Any]:
    """A browser for the tests of one file, so that its event loop is gone before other tests run."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread; Django would refuse to touch the database beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with playwright.sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield browser
            browser.close()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Do each job in a thread when the broker would have been told, a moment later, so that the page is seen waiting."""
    threads: list[threading.Thread] = []

    def work(job_id: int) -> None:
        time.sleep(1.5)
        jobs.run(job_id)
        jobs.connection.close()

    def notify(job_id: int) -> None:
        threads.append(threading.Thread(target=work, args=[job_id]))
        threads[-1].start()

    monkeypatch.setattr(jobs, "notify", notify)
    yield
    for thread in threads:
        thread.join(timeout=30)


@pytest.fixture
def curators(transactional_db: None) -> None:
    """Alice makes, Bob checks."""
    allowed = Permission.objects.filter(
        content_type__app_label__in=["catalog", "insurers", "claims", "jobs", "curation"]
    )
    for name in ("alice", "bob"):
        user = User.objects.create_user(username=name, password=PASSWORD, is_staff=True)
        user.user_permissions.set(allowed)


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where screenshots go: kept by pytest for the last three runs (`--basetemp` says where)."""
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("pictures")
    return folder
