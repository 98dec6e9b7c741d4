"""How the client sends: what it asks, when it asks again, how pages and files come, and what a refusal becomes. No service is needed for it."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shangbao_client as s
from shangbao_client import AsyncClient, Client
from shangbao_client.sending import segment, written

CLAIM: Any = {"product": "HMB", "lines": [{"line_no": 1, "generic_name": "甲片", "quantity": "1", "amount": "1.00"}]}
Answers = list[httpx.Response | Exception]


class Scripted:
    """Answers in turn as it was told, and keeps what was asked."""

    def __init__(self, answers: Answers) -> None:
        self.answers, self.asked, self.waited = list(answers), list[httpx.Request](), list[float]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if not answer.is_closed:
            # It comes as it is made.
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self, **told: Any) -> Client:
        return Client(
            "https://mulu.example", "sbm_k", transport=httpx.MockTransport(self), sleep=self.waited.append, **told
        )

    def async_client(self) -> AsyncClient:
        async def sleep(seconds: float) -> None:
            self.waited.append(seconds)

        return AsyncClient("https://mulu.example", "sbm_k", transport=httpx.MockTransport(self), sleep=sleep)


def ok(body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(200, json={} if body is None else body, headers=headers)


def refusal(status: int, code: str = "x", **headers: str) -> httpx.Response:
    document = {"type": "t", "title": "T", "status": status, "detail": "D.", "code": code, "request_id": "r-1"}
    return httpx.Response(status, json=document, headers=headers)


BROKEN = httpx.ReadError("broken")
NOT_THERE = httpx.ConnectError("no one there")


def both(answers: Answers, ask: Callable[[Any], Any]) -> tuple[Scripted, Any]:
    """Ask through the client that waits and the one that is awaited; returns what was sent and came of it, the same for both."""

    async def awaited(scripted: Scripted) -> Any:
        async with scripted.async_client() as client:
            return await ask(client)

    waits, other = Scripted(answers), Scripted(answers)
    came: list[Any] = []
    for run in (lambda: ask(waits.client()), lambda: asyncio.run(awaited(other))):
        try:
            came.append(run())
        except s.ShangbaoError as fault:
            came.append(fault)
    assert [(one.method, one.url) for one in waits.asked] == [(one.method, one.url) for one in other.asked]
    assert (type(came[0]), str(came[0])) == (type(came[1]), str(came[1]))
    assert len(waits.waited) == len(other.waited)
    return waits, came[0]


CHECK = lambda client: client.check_claim(CLAIM)  # noqa: E731
ME = lambda client: client.get_me()  # noqa: E731
CHANGE = lambda client: client.change_catalog("COM", {"note": "n"}, if_match='"1"')  # noqa: E731
DELETE = lambda client: client.delete_webhook("5")  # noqa: E731


@pytest.mark.parametrize(
    ("ask", "answers", "tries"),
    [
        (ME, [ok()], 1),
        (ME, [BROKEN, ok()], 2),
        (ME, [NOT_THERE, httpx.ReadTimeout(""), httpx.RemoteProtocolError(""), ok()], 4),
        (ME, [refusal(502), refusal(503), refusal(504), ok()], 4),
        (ME, [refusal(429, **{"Retry-After": "3"}), ok()], 2),
        (CHECK, [BROKEN, refusal(502), ok()], 3),
        (CHECK, [refusal(409, "in_flight", **{"Retry-After": "1"}), ok()], 2),
        (CHANGE, [NOT_THERE, refusal(503), refusal(429), ok()], 4),
        (DELETE, [NOT_THERE, httpx.Response(204)], 2),
    ],
)
def test_what_was_not_answered_is_asked_again(ask: Any, answers: Answers, tries: int) -> None:
    scripted, came = both(answers, ask)

    assert len(scripted.asked) == tries
    assert came is None or came == {}
    assert len({one.headers.get("Idempotency-Key") for one in scripted.asked}) == 1
    assert len({one.content for one in scripted.asked}) == 1


@pytest.mark.parametrize(
    ("ask", "answers", "kind"),
    [
        (ME, [BROKEN] * 6, s.Unreachable),
        (ME, [refusal(503)] * 6, s.ServiceFault),
        (ME, [refusal(429, **{"Retry-After": "3600"})], s.TooManyRequests),
        (ME, [refusal(500)], s.ServiceFault),
        (ME, [refusal(401)], s.Unauthorised),
        (ME, [refusal(403)], s.Forbidden),
        (ME, [refusal(404)], s.NotFound),
        (ME, [refusal(410)], s.Gone),
        (CHECK, [refusal(400)], s.BadRequest),
        (CHECK, [refusal(409)], s.Conflict),
        # They may have been carried out already, and doing them again is not the same.
        (CHANGE, [BROKEN], s.Unreachable),
        (CHANGE, [refusal(504)], s.ServiceFault),
        (CHANGE, [refusal(412)], s.Changed),
        (DELETE, [BROKEN], s.Unreachable),
        (ME, [httpx.Response(304)], s.NotModified),
        (ME, [httpx.Response(301, headers={"Location": "https://elsewhere.example/"})], s.NotAnAnswer),
        (ME, [httpx.Response(200, text="<html>")], s.NotAnAnswer),
        (ME, [httpx.Response(500, text="<html>")], s.ServiceFault),
    ],
)
def test_what_is_refused_is_an_exception(ask: Any, answers: Answers, kind: type[Exception]) -> None:
    scripted, came = both(answers, ask)

    assert type(came) is kind
    assert len(scripted.asked) == len(answers)


def test_a_refusal_carries_the_problem() -> None:
    document = {
        "type": "https://x/y",
        "title": "Wrong",
        "status": 400,
        "detail": "See `errors`.",
        "code": "invalid",
        "request_id": "r-9",
        "errors": [{"pointer": "/lines/0/amount", "code": "out_of_range", "detail": "Too much."}],
        "more": 7,
    }
    _scripted, came = both([httpx.Response(400, json=document)], CHECK)

    assert (came.code, came.status, came.request_id, came.type) == ("invalid", 400, "r-9", "https://x/y")
    assert came.errors == (s.FieldProblem("/lines/0/amount", "out_of_range", "Too much."),)
    assert came.document["more"] == 7
    assert str(came) == "invalid: See `errors`. (/lines/0/amount: Too much.)"


def test_it_waits_as_long_as_it_is_told_and_else_longer_each_time() -> None:
    scripted = Scripted([refusal(429, **{"Retry-After": "3"}), refusal(503), refusal(503), refusal(503), ok()])
    scripted.client().get_me()

    told, *others = scripted.waited
    assert 3 <= told < 4
    assert all(0.1 < one <= 0.25 * 2**place for place, one in enumerate(others, start=1))


def test_each_post_has_a_key_of_its_own_unless_it_is_given_one() -> None:
    scripted = Scripted([ok(), ok(), ok()])
    with scripted.client() as client:
        client.check_claim(CLAIM)
        client.check_claim(CLAIM)
        client.check_claim(CLAIM, idempotency_key="mine")

    keys = [one.headers["Idempotency-Key"] for one in scripted.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_what_is_sent_is_written_as_the_service_reads_it() -> None:
    scripted = Scripted([ok(), ok()])
    with scripted.client(language="zh") as client:
        client.get_coverage("A/B 产品", date=date(2026, 3, 14), icd10=["C34", "C50"], age=61, generic_name="甲 片+")
        client.list_entries("COM", "v1", fields=["generic_name", "icd10"], prior_auth=True)

    first, second = scripted.asked
    assert first.url.raw_path.startswith(b"/api/v1/products/A%2FB%20%E4%BA%A7%E5%93%81/coverage/?")
    assert list(first.url.params.multi_items()) == [
        ("age", "61"),
        ("date", "2026-03-14"),
        ("generic_name", "甲 片+"),
        ("icd10", "C34"),
        ("icd10", "C50"),
    ]
    assert dict(second.url.params) == {"fields": "generic_name,icd10", "prior_auth": "true"}
    assert first.headers["Authorization"] == "Api-Key sbm_k"
    assert first.headers["Accept-Language"] == "zh"


def test_values_of_python_are_written_as_texts() -> None:
    body = {"day": date(2026, 3, 1), "at": datetime(2026, 3, 1, 8, tzinfo=UTC), "money": Decimal("1E+2"), "none": None}

    assert json.loads(written(body)) == {
        "day": "2026-03-01",
        "at": "2026-03-01T08:00:00+00:00",
        "money": "100",
        "none": None,
    }
    with pytest.raises(ValueError, match="time zone"):
        written({"at": datetime(2026, 3, 1)})
    with pytest.raises(ValueError):
        written({"ratio": float("nan")})
    with pytest.raises(TypeError):
        written({"what": object()})


@given(st.text(min_size=1))
def test_a_name_is_one_part_of_the_address(name: str) -> None:
    try:
        made = segment(name)
    except (ValueError, UnicodeEncodeError):
        assert name in (".", "..") or any("\ud800" <= letter <= "\udfff" for letter in name)
        return
    assert "/" not in made
    assert httpx.URL(f"https://x/a/{made}/b").path == f"/a/{name}/b"


def test_pages_are_gone_through_at_the_same_service() -> None:
    pages: Answers = [
        ok({"count": 3, "previous": None, "next": "http://inside:8000/api/v1/products/?page=2", "results": [1, 2]}),
        ok({"count": 3, "previous": None, "next": None, "results": [3]}),
    ]

    async def all_of(client: AsyncClient) -> list[Any]:
        return [one async for one in client.iter_products(page_size=2)]

    waits, awaited = Scripted(pages), Scripted(pages)
    assert list(waits.client().iter_products(page_size=2)) == [1, 2, 3]
    assert asyncio.run(all_of(awaited.async_client())) == [1, 2, 3]
    for scripted in (waits, awaited):
        assert [str(one.url) for one in scripted.asked] == [
            "https://mulu.example/api/v1/products/?page_size=2",
            "https://mulu.example/api/v1/products/?page=2",
        ]


def test_pages_that_go_in_a_circle_end() -> None:
    page = {"next": "https://mulu.example/api/v1/products/?page=2", "results": [1]}
    scripted = Scripted([ok(page), ok(page)])

    with pytest.raises(s.NotAnAnswer):
        list(scripted.client().iter_products())


@pytest.mark.parametrize("upload", ["path", "text", "bytes", "open"])
def test_a_file_is_sent_whole_each_time(upload: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.ndjson"
    file.write_bytes(b'{"a": 1}\n' * 1000)
    with file.open("rb") as opened:
        given: Any = {"path": file, "text": str(file), "bytes": file.read_bytes(), "open": opened}[upload]
        scripted, came = both(
            [BROKEN, refusal(503), ok({"id": "b"})], lambda client: client.create_batch(file=given, product="HMB")
        )

    assert came == {"id": "b"}
    for request in scripted.asked:
        assert file.read_bytes() in request.content
        assert b'name="product"\r\n\r\nHMB\r\n' in request.content


def test_a_file_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> Any:
        yield b"half"
        raise BROKEN

    to = tmp_path / "results.csv"
    to.write_text("before")
    scripted = Scripted([httpx.Response(200, content=broken()), refusal(404)])
    with pytest.raises(s.NotFound):
        scripted.client().save_batch_results_csv("b", to)
    assert to.read_text() == "before"

    scripted = Scripted([httpx.Response(200, content=broken()), httpx.Response(200, content=b"whole")])
    assert scripted.client().save_batch_results_csv("b", to) == to
    assert to.read_bytes() == b"whole"
    assert [one.name for one in tmp_path.iterdir()] == ["results.csv"]


def test_a_file_is_kept_whole_by_the_client_that_is_awaited(tmp_path: Path) -> None:
    scripted = Scripted([refusal(503), httpx.Response(200, content=b"whole")])

    async def keep() -> Path:
        async with scripted.async_client() as client:
            return await client.save_batch_results_csv("b", tmp_path / "r.csv")

    assert asyncio.run(keep()).read_bytes() == b"whole"


def test_headers_come_with_an_answer() -> None:
    scripted = Scripted([ok({"code": "COM"}, ETag='"7"'), ok([1], Location="/x/"), ok()])
    client = scripted.client()

    assert s.etag_of(client.get_catalog("COM")) == '"7"'
    assert s.headers_of(client.list_error_codes())["location"] == "/x/"
    assert s.etag_of(client.get_me()) is None


@pytest.mark.parametrize(
    ("url", "key"),
    [("", ""), ("mulu.example", ""), ("ftp://mulu.example", ""), ("https://x", "two words"), ("https://x", "钥匙")],
)
def test_an_address_or_key_that_is_none_is_refused(url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHANGBAO_URL", raising=False)
    with pytest.raises(ValueError):
        Client(url, key)


def test_address_and_key_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHANGBAO_URL", "https://mulu.example/api/v1/")
    monkeypatch.setenv("SHANGBAO_KEY", "sbm_e")

    assert (Client().settings.url, Client().settings.key) == ("https://mulu.example", "sbm_e")
