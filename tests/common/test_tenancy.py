"""Whoever does not say for whom the database works sees nothing of an insurer's: views, tasks, commands; nor what was said in a rolled-back transaction."""

import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from io import StringIO
from typing import Any

import pytest
from celery import shared_task
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path

from common import tenancy
from common.commands import OfficeCommand
from insurers.models import Insurer, Product


def forgetful(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Product.objects.count()))


def mindful(request: HttpRequest) -> HttpResponse:
    tenancy.act_for(request.GET["who"])
    return HttpResponse(str(Product.objects.count()))


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    tenancy.act_for(request.GET["who"])
    return StreamingHttpResponse(code for code in Product.objects.values_list("code", flat=True).iterator())


urlpatterns = [path("forgetful/", forgetful), path("mindful/", mindful), path("streamed/", streamed)]


@pytest.fixture
def insurers(insurer: Insurer, other_insurer: Insurer) -> tuple[Insurer, Insurer]:
    """A with one product, B with two."""
    for owner, code in ((insurer, "A-1"), (other_insurer, "B-1"), (other_insurer, "B-2")):
        Product.objects.create(insurer=owner, code=code, name=code)
    return insurer, other_insurer


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client()


@pytest.fixture
def unsaid(
    monkeypatch: pytest.MonkeyPatch, insurers: tuple[Insurer, Insurer]
) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Run something as a process of the service does that nobody has told anything."""
    monkeypatch.setitem(connection.settings_dict, "TENANT", tenancy.NOBODY)
    yield lambda something: Context().run(something)


def test_a_view_that_forgets_to_say_sees_nothing_whoever_asked_before(
    client: Client, insurers: tuple[Insurer, Insurer]
) -> None:
    a, b = insurers

    def asked(who: str) -> bytes:
        return client.get("/mindful/", {"who": who}).content + client.get("/forgetful/").content

    assert [asked(who) for who in (str(a.pk), str(b.pk), tenancy.OFFICE, tenancy.NOBODY)] == [
        b"10",
        b"20",
        b"30",
        b"00",
    ]
    assert Product.objects.count() == 3  # the test itself goes on as whom it was before


def test_what_is_streamed_is_read_for_whom_it_was_asked(client: Client, insurers: tuple[Insurer, Insurer]) -> None:
    a, b = insurers
    first = client.get("/streamed/", {"who": str(a.pk)})
    assert b"".join(first.streaming_content) == b"A-1"
    assert client.get("/forgetful/").content == b"0"
    second = client.get("/streamed/", {"who": str(b.pk)})
    assert b"".join(second.streaming_content) == b"B-1B-2"


@shared_task(name="tests.count_products")
def count_products() -> int:
    return Product.objects.count()


@shared_task(name="tests.count_products_for")
def count_products_for(who: str) -> int:
    with tenancy.acting_for(who):
        return Product.objects.count()


def test_a_task_that_forgets_to_say_sees_nothing(
    unsaid: Callable[[Callable[[], Any]], Any], insurers: tuple[Insurer, Insurer]
) -> None:
    a, b = insurers

    assert unsaid(count_products) == 0
    assert [unsaid(lambda who=who: count_products_for(who)) for who in (str(a.pk), str(b.pk), "office")] == [1, 2, 3]
    assert unsaid(count_products) == 0


class Forgetful(BaseCommand):
    def handle(self, **options: Any) -> None:
        self.stdout.write(str(Product.objects.count()))


class ForTheOffice(OfficeCommand):
    handle = Forgetful.handle


@pytest.mark.parametrize(("command", "seen"), [(Forgetful, "0"), (ForTheOffice, "3")])
def test_a_command_that_forgets_to_say_sees_nothing(
    unsaid: Callable[[Callable[[], Any]], Any],
    insurers: tuple[Insurer, Insurer],
    command: type[BaseCommand],
    seen: str,
) -> None:
    out = StringIO()

    unsaid(lambda: call_command(command(), stdout=out))

    assert out.getvalue().strip() == seen


def test_every_command_of_ours_that_reads_an_insurers_rows_says_so(
    unsaid: Callable[[Callable[[], Any]], Any], insurers: tuple[Insurer, Insurer]
) -> None:
    out = StringIO()

    unsaid(lambda: call_command("purge_facts", stdout=out))
    unsaid(lambda: call_command("issue_key", "--insurer", "INS-A", "--scope", "coverage:read", stdout=out))

    assert "INS-A: facts of 0 checks" in out.getvalue()
    assert out.getvalue().splitlines()[-1].startswith("sbm_")


def test_what_was_said_in_a_transaction_that_is_undone_is_said_again(insurers: tuple[Insurer, Insurer]) -> None:
    a, b = insurers
    with tenancy.acting_for(str(a.pk)):
        assert Product.objects.count() == 1
        with transaction.atomic(), tenancy.acting_for(str(b.pk)):
            assert Product.objects.count() == 2
            transaction.set_rollback(True)
        assert Product.objects.count() == 1
        try:
            with transaction.atomic():
                tenancy.act_for(str(b.pk))
                assert Product.objects.count() == 2
                raise KeyError
        except KeyError:
            pass
        # The server is back at A, but B was said last.
        assert Product.objects.count() == 2


def test_a_cursor_that_was_opened_before_is_told_too(insurers: tuple[Insurer, Insurer]) -> None:
    a, b = insurers
    with tenancy.acting_for(str(a.pk)), connection.cursor() as cursor:
        tenancy.act_for(str(b.pk))
        cursor.execute("SELECT count(*) FROM insurers_product")
        assert cursor.fetchone() == (2,)
        tenancy.act_for(str(a.pk))
    with (
        tenancy.acting_for(str(a.pk)),
        connection.cursor() as cursor,
        cursor.copy("COPY (SELECT code FROM insurers_product) TO STDOUT") as copied,
    ):
        assert b"".join(bytes(part) for part in copied) == b"A-1\n"


@pytest.mark.django_db(transaction=True)
def test_each_thread_says_for_itself() -> None:
    with tenancy.acting_for(tenancy.OFFICE):
        owner = Insurer.objects.create(code="INS-A", name="甲保险")
        Product.objects.create(insurer=owner, code="A-1", name="A-1")
    seen = {}

    def look(name: str, who: str | None) -> None:
        if who is not None:
            tenancy.act_for(who)
        connection.settings_dict = {**connection.settings_dict, "TENANT": tenancy.NOBODY}
        seen[name] = Product.objects.count()
        connection.close()

    for name, who in (("unsaid", None), ("office", tenancy.OFFICE), ("owner", str(owner.pk)), ("other", "0")):
        thread = threading.Thread(target=look, args=(name, who))
        thread.start()
        thread.join()

    assert seen == {"unsaid": 0, "office": 1, "owner": 1, "other": 0}
