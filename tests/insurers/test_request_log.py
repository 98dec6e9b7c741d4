"""What an insurer's keys asked for: written after the answer, read by its own insurer, with nothing in it of what was asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from common import tenancy
from common.operations.access_log import template_of
from insurers import key_issuing, request_log
from insurers.models import ApiRequest, Insurer
from insurers.request_log import Answered, id_at, waiting
from tests.conftest import Api

SECRET = "999999199003078516"


def asked(api: Api, **query: str) -> list[dict[str, Any]]:
    answer = api.get("/requests/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def kept(insurer: Insurer, **fields: Any) -> Answered:
    at = fields.get("at", timezone.now())
    shown = {"key": "k", "method": "GET", "route": "/api/v1/x/", "status": 200, "milliseconds": 1, "request_id": "r"}
    row = Answered(**{"id": id_at(at), "insurer_id": insurer.pk, "at": at, **shown, **fields})
    waiting.add(row)
    return row


def test_a_request_is_told_by_its_route_its_status_and_its_key(api: Api) -> None:
    api.get(f"/products/{SECRET}/coverage/", {"generic_name": "奥希替尼片"}, **{"X-Request-ID": "mine-1"})
    [row] = asked(api)

    assert {name: row[name] for name in ("method", "route", "status", "request_id")} == {
        "method": "GET",
        "route": "/api/v1/products/{code}/coverage/",
        "status": 404,
        "request_id": "mine-1",
    }
    assert api.headers["Authorization"].startswith(f"Api-Key sbm_{row['key']}_")
    assert set(row) == {"id", "at", "key", "method", "route", "status", "milliseconds", "request_id"}


def test_nothing_of_a_claim_is_kept(api: Api) -> None:
    claim = {"claim_no": "MARK-NO", "product": "MARK-P", "member_ref": "MARK-M", "lines": [{"generic_name": "MARK-G"}]}
    api.post("/claims/checks/", claim, **{"X-Request-ID": SECRET, "Idempotency-Key": "MARK-K"})
    api.get("/claims/checks/", {"claim_no": "MARK-NO"})
    waiting.write()

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, '\n') FROM insurers_apirequest r")
        [written] = cursor.fetchone()
    assert written.count("/claims/checks/") == 2
    assert "MARK" not in written
    assert SECRET not in written


def test_who_is_nobody_and_the_office_are_not_in_it(api: Api, maker: Api, nobody: Api) -> None:
    maker.get("/catalogs/")
    nobody.get("/catalogs/")
    Api("wrong.key").get("/catalogs/")
    api.get("/nowhere/")
    Client().get("/healthz")

    assert asked(api) == []
    assert not ApiRequest.objects.exists()
    assert maker.get("/requests/").status_code == 403
    assert nobody.get("/requests/").status_code == 401


def test_refusals_are_in_it_too(insurer: Insurer, api: Api) -> None:
    weak = Api(key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read"], by="root")[1])
    weak.post("/claims/checks/", {})
    api.post("/claims/checks/", {"nonsense": 1})
    api.delete("/catalogs/")

    assert [row["status"] for row in asked(api)] == [405, 400, 403]


def test_each_insurer_reads_its_own(api: Api, other_api: Api, insurer: Insurer) -> None:
    api.get("/catalogs/")
    other_api.get("/insurers/me/")

    assert [row["route"] for row in asked(api)] == ["/api/v1/catalogs/"]
    assert [row["route"] for row in asked(other_api)] == ["/api/v1/insurers/me/"]
    with tenancy.acting_for(str(insurer.pk)):
        assert set(ApiRequest.objects.values_list("insurer", flat=True)) == {insurer.pk}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "d c b a"),
        ({"status": "404"}, "b"),
        ({"status": "4xx"}, "d b"),
        ({"status": "2xx"}, "c a"),
        ({"key": "k2"}, "c"),
        ({"request_id": "a"}, "a"),
        ({"since": "2026-03-02"}, "d c"),
        ({"until": "2026-03-01"}, "b a"),
        ({"since": "2026-03-02", "until": "2026-03-02"}, "c"),
        ({"status": "5xx"}, ""),
    ],
)
def test_it_is_filtered_by_key_status_and_days_in_china(
    insurer: Insurer, api: Api, query: dict[str, str], found: str
) -> None:
    day = datetime(2026, 2, 28, 16, tzinfo=UTC)
    kept(insurer, request_id="a", at=day)  # 1 March, the first moment in China
    kept(insurer, request_id="b", at=day + timedelta(hours=23, minutes=59), status=404)
    kept(insurer, request_id="c", at=day + timedelta(hours=24), key="k2", status=201)
    kept(insurer, request_id="d", at=day + timedelta(hours=48), status=429)

    assert " ".join(row["request_id"] for row in asked(api, **query)) == found


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("status", "9xx", "bad_value"),
        ("status", "40", "bad_value"),
        ("since", "01/03/2026", "bad_date"),
        ("key", "k" * 17, "too_long"),
        ("route", "x", "unknown_parameter"),
    ],
)
def test_a_filter_that_says_nothing_is_refused(api: Api, name: str, value: str, code: str) -> None:
    answer = api.get("/requests/", {name: value})

    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(f"/{name}", code)]


def test_pages_go_on_by_cursor(insurer: Insurer, api: Api) -> None:
    now = timezone.now()
    for number in range(5):
        kept(insurer, request_id=str(number), at=now - timedelta(seconds=number))
    first = api.get("/requests/", {"page_size": "2"}).json()
    second = api.client.get(first["next"], headers=api.headers).json()

    assert first["count"] == 5
    assert [row["request_id"] for row in first["results"]] == ["0", "1"]
    # The request for the first page is in the log by now, before the page; nothing is seen twice.
    assert [row["request_id"] for row in second["results"]] == ["2", "3"]


def test_an_answer_waits_for_no_statement_of_the_log(api: Api, django_assert_num_queries: Any) -> None:
    api.get("/insurers/me/")
    with django_assert_num_queries(1):  # the one that knows the key
        api.get("/insurers/me/")


def test_what_could_not_be_written_is_written_later(insurer: Insurer, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [kept(insurer, request_id=str(number)) for number in range(3)]
    write = request_log._write

    def broken(_rows: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(request_log, "_write", broken)
    with pytest.raises(OperationalError):
        waiting.write()
    monkeypatch.setattr(request_log, "_write", write)
    late = kept(insurer, request_id="late")
    waiting.write()
    waiting.write()

    assert set(ApiRequest.objects.values_list("id", flat=True)) == {row.id for row in [*rows, late]}


def test_of_what_waits_too_long_the_latest_are_kept(insurer: Insurer, monkeypatch: pytest.MonkeyPatch) -> None:
    few = request_log._Waiting()
    few._rows = type(few._rows)(maxlen=2)
    monkeypatch.setattr(request_log, "WAITING_AT_MOST", 2)
    monkeypatch.setattr(request_log, "_write", lambda rows: (_ for _ in ()).throw(OperationalError))
    for number in range(3):
        few.add(Answered(str(number), insurer.pk, "k", "GET", "/", 200, 1, "", timezone.now()))
    with pytest.raises(OperationalError):
        few.write()

    assert [row.id for row in few._rows] == ["1", "2"]


def test_an_insurer_that_is_gone_stops_nobody_elses(insurer: Insurer) -> None:
    kept(insurer, insurer_id=999_999_999)
    row = kept(insurer)
    waiting.write()

    assert [one.pk for one in ApiRequest.objects.all()] == [row.id]


def test_old_requests_are_forgotten(insurer: Insurer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REQUEST_LOG_DAYS = 7
    monkeypatch.setattr(request_log, "_DELETED_AT_ONCE", 2)
    now = timezone.now()
    for days in (10, 9, 8, 6, 0):
        kept(insurer, at=now - timedelta(days=days), request_id=str(days))
    waiting.write()

    assert request_log.forget_old_requests(at=now) == 3
    assert sorted(ApiRequest.objects.values_list("request_id", flat=True)) == ["0", "6"]


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ("api/v1/products/<str:code>/coverage/", "/api/v1/products/{code}/coverage/"),
        ("api/v1/webhooks/<uuid:pk>/", "/api/v1/webhooks/{pk}/"),
        ("api/v1/matrix.csv", "/api/v1/matrix.csv"),
    ],
)
def test_a_route_is_written_without_what_stood_in_it(route: str, told: str) -> None:
    assert template_of(route) == told
