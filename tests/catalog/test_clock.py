"""An instant that was observed never changes its meaning: what commits later carries a later instant."""

import threading
import time
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from catalog import clock, leases, services
from catalog.models import Catalog, CatalogVersion, Revision
from common import tenancy
from tests.conftest import imported, published

WAIT_OUT = leases.wait_out  # other tests do not wait (tests/conftest.py)
LIST = "entry_code,generic_name\nE-1,阿司匹林片\n"


@pytest.mark.django_db
def test_what_is_published_is_known_from_its_instant_on(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    before = clock.observe()
    version = published(catalog, LIST)
    after = clock.observe()

    assert version.published_at is not None
    assert before.known_at < version.published_at <= after.known_at
    assert after.revision == before.revision + 1
    day = version.effective_from
    assert not catalog.versions.in_force(day, before.known_at).exists()
    assert catalog.versions.in_force(day, after.known_at).get() == version


@pytest.mark.django_db(transaction=True)
def test_nobody_observes_while_an_instant_is_declared_and_not_yet_committed() -> None:
    declared = threading.Event()
    instants = {}

    def publish_slowly() -> None:
        with transaction.atomic():
            instants["declared"] = clock.declare()
            declared.set()
            time.sleep(0.5)
        connection.close()

    thread = threading.Thread(target=publish_slowly)
    thread.start()
    declared.wait(5)
    revision = Revision.objects.get().number
    seen = clock.observe()
    thread.join()

    # The observer waited for the commit, so it sees what was declared and its instant is later.
    assert seen.revision == revision + 1
    assert seen.known_at > instants["declared"]


@pytest.mark.django_db
def test_instants_never_go_back_even_where_the_machines_clock_does() -> None:
    Revision.objects.update(declared_at="2199-01-01T00:00:00Z")  # as if the clock had been set back since

    seen = clock.observe().known_at
    declared = clock.declare()

    assert seen.year == declared.year == 2199
    assert seen < declared <= clock.observe().known_at


@pytest.mark.django_db(transaction=True)
def test_many_publish_different_lists_at_once(make_catalog: Callable[..., Catalog]) -> None:
    tenancy.act_for(tenancy.OFFICE)
    drafts = [imported(make_catalog(f"COM-{number}"), LIST).version for number in range(4)]
    together = threading.Barrier(len(drafts))
    faults: list[Exception] = []

    def publish(version: CatalogVersion) -> None:
        tenancy.act_for(tenancy.OFFICE)
        together.wait()
        try:
            services.publish_version(version=version, by="bob", confirm=True)
        except Exception as fault:  # any at all is what is tested
            faults.append(fault)
        connection.close()

    with patch.object(leases, "wait_out", WAIT_OUT):
        publishers = [threading.Thread(target=publish, args=[version]) for version in drafts]
        for publisher in publishers:
            publisher.start()
        for publisher in publishers:
            publisher.join()

    assert faults == []
    assert CatalogVersion.objects.filter(state="published").count() == 4


def _lease_granted() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT may_keep_observation()")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_from_before_a_change_to_its_commit_no_observation_lease_granted() -> None:
    waited_out, let_go = threading.Event(), threading.Event()
    seconds = []

    def change() -> None:
        with transaction.atomic():
            started = time.monotonic()
            WAIT_OUT()
            seconds.append(time.monotonic() - started)
            waited_out.set()
            let_go.wait(20)
        connection.close()

    assert _lease_granted()
    changing = threading.Thread(target=change)
    changing.start()
    while _lease_granted() and not waited_out.is_set():
        time.sleep(leases.TERM_SECONDS / 50)
    while_waiting = _lease_granted()
    waited_out.wait(20)
    afterwards = _lease_granted()
    let_go.set()
    changing.join()

    assert (while_waiting, afterwards, _lease_granted()) == (False, False, True)
    assert seconds[0] > leases.TERM_SECONDS
