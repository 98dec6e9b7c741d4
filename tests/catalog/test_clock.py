"""An instant that was observed never changes its meaning: what commits later carries a later instant."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from catalog import clock
from catalog.models import Catalog, Revision
from tests.conftest import published

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
