"""A real browser against a real server: Chromium, the test database, and a worker in a thread of its own."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from common.jobs import services as jobs
from insurers.models import Insurer
from insurers.persons import bind_user
from tests.browser.people import PASSWORD, Person

# The first that is there; the first of all has no window about its pages, which costs as much as they do.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), "")
# A browser on a busy machine is given time: what is there sooner is seen sooner.
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Any]:
    """A browser for the tests of one file, so that its event loop is gone before other tests run."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread; Django would refuse to touch the database beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        playwright.expect.set_options(timeout=PATIENCE_MS)
        with playwright.sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield browser
            browser.close()


@pytest.fixture
def waiting_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Do the jobs in threads, from when the test says so: it has then seen the page wait, however quick a job or slow a page."""
    threads: list[threading.Thread] = []
    begun = threading.Event()

    def work(job_id: int) -> None:
        begun.wait()
        jobs.run(job_id)
        jobs.connection.close()

    def notify(job_id: int) -> None:
        threads.append(threading.Thread(target=work, args=[job_id]))
        threads[-1].start()

    monkeypatch.setattr(jobs, "notify", notify)
    yield begun.set
    begun.set()
    for thread in threads:
        thread.join(timeout=30)


@pytest.fixture
def worker(waiting_worker: Callable[[], None]) -> None:
    """Do each job in a thread as soon as the broker would have been told of it."""
    waiting_worker()


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
def insurers_people(transactional_db: None, insurer: Insurer) -> None:
    """Ines and Ivan, of an insurer."""
    for name in ("ines", "ivan"):
        user = User.objects.create_user(username=name, password=PASSWORD, is_staff=True)
        bind_user(user=user, insurer=insurer, by="sam")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where screenshots go if PICTURES is set: kept by pytest for the last three runs (`--basetemp` says where)."""
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("pictures")
    return folder


@pytest.fixture
def at_a_browser(chromium: Any, live_server: Any, pictures: Path) -> Callable[..., Any]:
    """Somebody at a browser of its own, `with at_a_browser(1280) as alice`; at its end nothing may have gone wrong in it.

    `given`: what else the browser is to be. `allowed`: the answer that may be an error to the browser's console (a form's 400) as often as it likes.
    """

    @contextmanager
    def open_(width: int, language: str = "zh-CN", *, allowed: int | None = None, **given: Any) -> Iterator[Person]:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language, **given)
        context.set_default_timeout(PATIENCE_MS)
        person = Person(context.new_page(), live_server.url, pictures, width)
        yield person
        context.close()
        assert [told for told in person.complaints if allowed is None or str(allowed) not in told] == []

    return open_
