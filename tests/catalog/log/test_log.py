"""Every publication and withdrawal of a shared list is a leaf, whichever door it comes by; of an insurer's own list nothing is."""

import json
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from catalog import services as catalogs
from catalog.log import merkle, services
from catalog.models import Catalog, CatalogVersion, LogLeaf
from common import tenancy
from common.cache import clear_all
from common.dates import instant_text
from insurers.models import Insurer
from tests.conftest import Api, imported, published, withdrawn

LIST = "entry_code,generic_name,class_code\nE-1,奥希替尼片,X\n"
ROOT = Path(__file__).resolve().parents[3]


def said() -> list[tuple[int, str, str, str]]:
    return list(LogLeaf.objects.order_by("seq").values_list("seq", "catalog", "label", "deed"))


@pytest.mark.django_db
def test_a_leaf_says_what_was_published_and_when(make_catalog: Callable[..., Catalog]) -> None:
    version = published(make_catalog(), LIST, complete_for=["X"])
    leaf = json.loads(LogLeaf.objects.get().leaf)

    assert leaf == {
        "seq": 0,
        "catalog": "COM",
        "label": "v1",
        "checksum": version.checksum,
        "effective_from": "2026-01-01",
        "effective_to": None,
        "complete_for": ["X"],
        "deed": "published",
        "at": instant_text(version.published_at or pytest.fail()),
    }


@pytest.mark.django_db
def test_publication_and_withdrawal_follow_each_other(
    make_catalog: Callable[..., Catalog], maker: Api, checker: Api
) -> None:
    catalog = make_catalog()
    first = published(catalog, LIST)
    imported(catalog, LIST + "E-2,阿昔替尼片,X\n", label="v2")
    assert checker.post("/catalogs/COM/versions/v2/publish/", {"confirm": True}).status_code == 200
    withdrawn(first)

    assert said() == [(0, "COM", "v1", "published"), (1, "COM", "v2", "published"), (2, "COM", "v1", "withdrawn")]
    call_command("verify_log", stdout=StringIO())


@pytest.mark.django_db
def test_what_is_not_done_is_not_logged(make_catalog: Callable[..., Catalog]) -> None:
    run = imported(make_catalog(), LIST)
    assert run.version is not None
    with pytest.raises(RuntimeError), transaction.atomic():
        catalogs.publish_version(version=run.version, by="bob", confirm=True)
        raise RuntimeError

    assert said() == []


@pytest.mark.django_db
def test_an_insurers_own_list_is_nobody_elses_business(insurer: Insurer, nobody: Api) -> None:
    own = catalogs.create_catalog(code="OWN", name="自有", kind="commercial", by="key:a", owner_id=insurer.pk)
    withdrawn(published(own, LIST))

    assert said() == []
    assert nobody.get("/log/entries/").json() == {"size": 0, "results": []}
    assert nobody.get("/log/checkpoint/").json()["root"] == merkle.EMPTY.hex()
    call_command("verify_log", stdout=StringIO())


def test_one_place_publishes_and_withdraws() -> None:
    """Whoever declares an instant changes what is known: a second place that does so with versions would have to write its leaf."""
    declaring = {
        str(path.relative_to(ROOT))
        for room in ("catalog", "curation", "desk")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and "clock.declare()" in path.read_text(encoding="utf-8")
    }

    assert declaring == {"catalog/moves.py", "catalog/importing/load_master.py"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "force", ["UPDATE catalog_logleaf SET label = 'x'", "DELETE FROM catalog_logleaf", "TRUNCATE catalog_logleaf"]
)
def test_a_leaf_stays(make_catalog: Callable[..., Catalog], force: str) -> None:
    published(make_catalog(), LIST)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE catalog_logleaf ENABLE TRIGGER log_never_emptied"
        )  # the test runner's own exception
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            cursor.execute(force)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_publications_at_once_have_ten_numbers_without_a_gap() -> None:
    tenancy.act_for(tenancy.OFFICE)
    drafts = []
    for number in range(10):
        catalog = catalogs.create_catalog(code=f"C{number}", name="甲", kind="commercial", by="alice")
        drafts.append(imported(catalog, LIST).version)
    together, failed = threading.Barrier(10), []

    def publish(version: CatalogVersion) -> None:
        tenancy.act_for(tenancy.OFFICE)
        together.wait()
        try:
            catalogs.publish_version(version=version, by="bob", confirm=True)
        except Exception as fault:
            failed.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[version]) for version in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert [seq for seq, *_rest in said()] == list(range(10))
    assert list(LogLeaf.objects.order_by("seq").values_list("at", flat=True)) == sorted(
        LogLeaf.objects.values_list("at", flat=True)
    )
    call_command("verify_log", stdout=StringIO())


@pytest.mark.django_db
def test_who_observes_an_instant_sees_the_log_as_it_was(make_catalog: Callable[..., Catalog]) -> None:
    first = published(make_catalog("A"), LIST)
    published(make_catalog("B"), LIST)
    then = services.state_as_of(first.published_at or pytest.fail())

    assert (then.size, then.root) == (1, services.root_at(1))
    clear_all()
    assert services.checkpoint()[0].size == 2


BAD = [
    ("/log/entries/", {"from": "x"}, "/from", "bad_number"),
    ("/log/entries/", {"to": "-1"}, "/to", "out_of_range"),
    ("/log/entries/", {"from": "9" * 30}, "/from", "out_of_range"),
    ("/log/proof/inclusion/", {"leaf": "-1"}, "/leaf", "out_of_range"),
    ("/log/proof/inclusion/", {}, "/leaf", "required"),
    ("/log/proof/inclusion/", {"leaf": "2"}, "/leaf", "out_of_range"),
    ("/log/proof/inclusion/", {"leaf": "1", "size": "1"}, "/leaf", "out_of_range"),
    ("/log/proof/inclusion/", {"leaf": "0", "size": "3"}, "/size", "out_of_range"),
    ("/log/proof/inclusion/", {"leaf": "0", "size": "0"}, "/size", "out_of_range"),
    ("/log/proof/consistency/", {}, "/from", "required"),
    ("/log/proof/consistency/", {"from": "0"}, "/from", "out_of_range"),
    ("/log/proof/consistency/", {"from": "2", "to": "1"}, "/from", "out_of_range"),
    ("/log/proof/consistency/", {"from": "1", "to": "9"}, "/to", "out_of_range"),
    ("/log/checkpoint/", {"size": "1"}, "/size", "unknown_parameter"),
]


@pytest.mark.django_db
def test_what_cannot_be_asked_is_told_where_it_stands(make_catalog: Callable[..., Catalog], nobody: Api) -> None:
    for code in ("A", "B"):
        published(make_catalog(code), LIST)
    for path, query, pointer, code in BAD:
        answer = nobody.get(path, query)
        assert answer.status_code == 400, (path, query)
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], (path, query)
        if code != "unknown_parameter":
            assert answer.json()["errors"][0]["code"] == code
    assert [leaf["seq"] for leaf in nobody.get("/log/entries/", {"from": "1", "to": "1"}).json()["results"]] == [1]
    assert nobody.get("/log/entries/", {"from": "2"}).json() == {"size": 2, "results": []}
    note = nobody.get("/log/checkpoint/", Accept="text/plain")
    assert note["Content-Type"].startswith("text/plain")
    assert note.content.decode() == nobody.get("/log/checkpoint/").json()["note"]


@pytest.mark.django_db
def test_a_stranger_who_asks_too_often_waits(nobody: Api, settings: Any) -> None:
    settings.PUBLIC_RATE_PER_MINUTE = 3
    asked = [nobody.client.get("/api/v1/log/entries/", REMOTE_ADDR="203.0.113.7") for _ in range(6)]

    assert asked[-1].status_code == 429 and asked[-1]["Retry-After"]
    assert nobody.client.get("/api/v1/log/entries/", REMOTE_ADDR="203.0.113.8").status_code == 200
