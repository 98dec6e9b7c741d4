"""Shared fixtures: people, insurers and their keys, catalogs that come in by the front door. Alice makes, Bob checks; A and B are insurers."""

import gc
import importlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, TransactionTestCase, override_settings

from catalog import leases
from catalog import services as catalogs
from catalog.models import Catalog, CatalogVersion, ImportRun
from common import cache, tenancy
from common.jobs import services as jobs
from insurers import key_issuing, request_log
from insurers.api import callers
from insurers.models import Insurer
from tables import child_process
from tables.limits import Limits
from tests.emptying import Pristine
from tests.order import in_order
from tests.sharing import WHOLE

# No test measures time (benchmarks do), and the machine may be busy. Other examples are tried each time.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    max_examples=100 if WHOLE else 50,
)
hypothesis.settings.load_profile("suite")

TESTS = Path(__file__).parent

T = TypeVar("T")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the processes of script/test take the files in the order of tests/order.py."""
    if hasattr(config, "workerinput"):
        items[:] = in_order(
            [(str(item.path.relative_to(TESTS)), item.get_closest_marker("slow") is not None, item) for item in items]
        )


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what stays until the end: a hundred thousands of objects that it would look at again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Leave the database as the migrations made it after each test whose transactions are real (tests/emptying.py)."""
    with django_db_blocker.unblock():
        pristine = Pristine.kept()
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: pristine.put_back())
        yield


@pytest.fixture(scope="session")
def _data_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where each test's data folder would lie: most tests write nothing, and making a folder takes longer than they do."""
    below = tmp_path_factory.mktemp("data")
    return (below / str(number) for number in count())


@pytest.fixture(autouse=True)
def _data_folder(_data_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test a data folder of its own, which is there once something is written into it."""
    folder = next(_data_folders)
    monkeypatch.setattr(django_settings, "DATA_DIR", folder)
    monkeypatch.setattr(django_settings, "UPLOAD_DIR", folder / "uploads")


@pytest.fixture
def key_folder(tmp_path: Path) -> Iterator[Path]:
    """Let data keys lie in a folder of the test's own, which it may harm."""
    before = storages["keys"]
    place = tmp_path / "keys"
    storages._storages["keys"] = type(before)(location=place)
    yield place
    storages._storages["keys"] = before


@pytest.fixture(autouse=True)
def _nobody_said() -> Iterator[None]:
    """Let every test begin as the owner of the tables does, for the office, whomever the one before it worked for."""
    before = tenancy._tenant.set(None)
    yield
    tenancy._tenant.reset(before)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no test see what another one's database held, and none wait: leases are dropped in place of being waited out."""
    monkeypatch.setattr(leases, "wait_out", callers.leases._held.clear)
    cache.clear_all()
    request_log.waiting.clear()
    yield
    cache.clear_all()


@pytest.fixture(scope="session", autouse=True)
def _limits_of_the_suite() -> Iterator[None]:
    """Let no test wait for a password, whose making is slow on purpose, and let all of them ask from one address: together they are more than one caller may be."""
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[hasher], PUBLIC_RATE_PER_MINUTE=10**9):
        yield


@pytest.fixture(scope="session", autouse=True)
def _read_in_this_process() -> Iterator[None]:
    """Let files be read by the same reader in this process: starting one of its own takes longer than the rest of a test.

    From the first fixture on, since the worlds that are made for a whole file read the most.
    """
    with pytest.MonkeyPatch.context() as patching:
        for module in CHILDREN:
            patching.setattr(f"{module}.frames_from", _frames_in_this_process)
        yield


@pytest.fixture(autouse=True)
def _read_in_its_own_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be read as in service where a test is marked `own_process`.

    What the process of its own is for (limits, crashes, being ended) is tested with it: by those tests, and by the fault tests, whose workers are
    whole.
    """
    if request.node.get_closest_marker("own_process") is not None:
        for module in CHILDREN:
            monkeypatch.setattr(f"{module}.frames_from", child_process.frames_from)


CHILDREN = [f"catalog.importing.{name}" for name in ("reread", "child", "comments", "preview")] + [
    "claims.batches.child",
    "curation.market.unpacking",
]


def _frames_in_this_process(module: str, request: dict[str, Any], limits: Limits) -> Iterator[child_process.Frame]:
    sent: dict[str, Any] = json.loads(json.dumps({"limits": asdict(limits), **request}))
    try:
        yield from importlib.import_module(module)._frames(sent)
    except Exception as fault:  # as the child answers
        raise child_process._refusal_of(child_process._place_of(fault).encode(), limits) from fault


class Once(Protocol):
    """Makes something for a whole file."""

    def __call__(self, make: Callable[[], T], /) -> T: ...


@pytest.fixture(scope="module")
def once(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Once]:
    """Make what all tests of a file begin with, for the office: it is written once and rolled back behind the last of them.

    For fixtures of a module's scope, whose tests each take back what they add; a fixture of a test's own reads the rows anew, or gives out a
    copy. Tests whose transactions are real would not see it: they belong in another file.
    """
    folder = tmp_path_factory.mktemp("once")

    def make(making: Callable[[], T], /) -> T:
        with pytest.MonkeyPatch.context() as patching, tenancy.acting_for(tenancy.OFFICE):
            patching.setattr(django_settings, "DATA_DIR", folder)
            patching.setattr(django_settings, "UPLOAD_DIR", folder / "uploads")
            patching.setattr(leases, "wait_out", callers.leases._held.clear)
            return making()

    with django_db_blocker.unblock(), transaction.atomic():
        yield make
        transaction.set_rollback(True)
    cache.clear_all()


class Api:
    """The REST API as the holder of one key calls it."""

    def __init__(self, key: str = "") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Api-Key {key}"} if key else {}

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", query or {}, headers={**self.headers, **headers})

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        body = data if data is not None else {}
        return self.client.post(
            f"/api/v1{path}", body, content_type="application/json", headers={**self.headers, **headers}
        )

    def put(self, path: str, data: Any, **headers: str) -> Any:
        return self.client.put(
            f"/api/v1{path}", data, content_type="application/json", headers={**self.headers, **headers}
        )

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(f"/api/v1{path}", headers={**self.headers, **headers})

    def upload(self, path: str, file: Any, **fields: Any) -> Any:
        return self.client.post(f"/api/v1{path}", {"file": file, **fields}, headers=self.headers)


EVERY_INSURER_SCOPE = ["catalog:read", "coverage:read", "claims:check", "products:write"]


@pytest.fixture
def insurer(db: None) -> Insurer:
    """Insurer A, made unless the file's tests begin with it."""
    return Insurer.objects.get_or_create(code="INS-A", defaults={"name": "甲保险"})[0]


@pytest.fixture
def other_insurer(db: None) -> Insurer:
    return Insurer.objects.get_or_create(code="INS-B", defaults={"name": "乙保险"})[0]


@pytest.fixture
def api(insurer: Insurer) -> Api:
    """Insurer A's key with every scope an insurer usually has."""
    return Api(key_issuing.issue_insurer_key(insurer=insurer, scopes=EVERY_INSURER_SCOPE, by="root")[1])


@pytest.fixture
def other_api(other_insurer: Insurer) -> Api:
    return Api(key_issuing.issue_insurer_key(insurer=other_insurer, scopes=EVERY_INSURER_SCOPE, by="root")[1])


@pytest.fixture
def maker(db: None) -> Api:
    """Alice of the catalog office: imports."""
    return Api(key_issuing.issue_curator_key(username="alice", scopes=["catalog:read", "catalog:write"], by="root")[1])


@pytest.fixture
def checker(db: None) -> Api:
    """Bob of the catalog office: publishes."""
    return Api(
        key_issuing.issue_curator_key(
            username="bob", scopes=["catalog:read", "catalog:write", "catalog:publish"], by="root"
        )[1]
    )


@pytest.fixture
def nobody() -> Api:
    return Api()


def imported(
    catalog: Catalog,
    content: str | bytes,
    *,
    label: str = "v1",
    effective_from: date = date(2026, 1, 1),
    effective_to: date | None = None,
    by: str = "alice",
    file_name: str = "list.csv",
    **reading: Any,
) -> ImportRun:
    """Upload a file and do its job at once, on the same connection; `reading`: how it is to be read."""
    raw = content.encode() if isinstance(content, str) else content
    run, _new = catalogs.upload_catalog(
        catalog=catalog,
        label=label,
        effective_from=effective_from,
        effective_to=effective_to,
        chunks=[raw],
        file_name=file_name,
        by=by,
        **reading,
    )
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    return ImportRun.objects.get(pk=run.pk)


def published(catalog: Catalog, content: str, *, publisher: str = "bob", **upload: Any) -> CatalogVersion:
    """Import a file and let a second person publish it."""
    run = imported(catalog, content, **upload)
    assert run.version is not None, list(run.problems.values_list("row", "column", "code", "message_en"))
    return catalogs.publish_version(version=run.version, by=publisher, confirm=True)


def withdrawn(version: CatalogVersion, *, asker: str = "erin", by: str = "bob", reason: str = "误发") -> CatalogVersion:
    """Let one person ask for a published version's withdrawal and another carry it out."""
    catalogs.withdraw_version(version=version, by=asker, reason=reason)
    return catalogs.withdraw_version(version=version, by=by)


def load_seeds() -> None:
    """Load seeds/ as `manage.py seed` does."""
    # The heartbeat works on a connection of its own, which cannot see a test's transaction.
    with patch.object(jobs, "PROGRESS_SECONDS", 3600.0):
        call_command("seed", stdout=StringIO())


@pytest.fixture
def make_catalog(db: None) -> Callable[..., Catalog]:
    def make(code: str = "COM", kind: str = "commercial", **fields: Any) -> Catalog:
        return catalogs.create_catalog(code=code, name=fields.pop("name", code), kind=kind, by="alice", **fields)

    return make


@pytest.fixture
def service(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the service's own role to the tests' database, acting for nobody yet."""
    url = urlsplit(os.environ["DATABASE_URL"])
    if url.username == django_settings.DATABASES["default"]["USER"]:
        pytest.skip("the service signs in as the owner here")
    with connection.cursor() as cursor:  # as deploy/database/roles.sql has it for every table to come
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {url.username}")
    at = urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))
    with psycopg.connect(at, autocommit=True) as opened:
        yield opened
