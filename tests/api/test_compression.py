"""Answers in gzip: of 1 KB and more, to whoever takes it, with an ETag that is still taken."""

import gzip
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from common.api.compression import LEAST_BYTES, CompressionMiddleware
from tests.api.conftest import World
from tests.conftest import Api

GZIP = {"Accept-Encoding": "gzip"}


def sent(path: str, answer: Any, **headers: str) -> Any:
    request = RequestFactory().get(path, headers={**GZIP, **headers})
    return CompressionMiddleware(lambda _request: answer)(request)


@pytest.mark.parametrize(
    ("path", "kind", "size", "compressed"),
    [
        ("/api/v1/drugs/", "application/json", LEAST_BYTES - 1, False),
        ("/api/v1/drugs/", "application/json", LEAST_BYTES, True),
        ("/api/v1/drugs/", "application/problem+json", 5000, True),
        ("/", "text/html", 5000, True),
        ("/admin/", "text/html", 5000, False),
        ("/static/a.js", "text/javascript", 5000, False),
        ("/api/v1/matrix.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 5000, False),
    ],
)
def test_what_is_worth_it_is_compressed(path: str, kind: str, size: int, compressed: bool) -> None:
    answer = sent(path, HttpResponse(b"a" * size, content_type=kind, headers={"ETag": '"e"'}))

    assert (answer.get("Content-Encoding") == "gzip") is compressed
    assert answer["ETag"] == ('W/"e"' if compressed else '"e"')
    assert (gzip.decompress(answer.content) if compressed else answer.content) == b"a" * size
    if compressed:
        assert "Accept-Encoding" in answer["Vary"] and int(answer["Content-Length"]) == len(answer.content) < size


def test_a_caller_that_takes_no_gzip_is_given_none() -> None:
    request = RequestFactory().get("/api/v1/drugs/")
    answer = CompressionMiddleware(lambda _request: HttpResponse(b"a" * 5000))(request)

    assert "Content-Encoding" not in answer and "Accept-Encoding" in answer["Vary"]


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip; q=1.000", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("identity", False),
        ("notgzip", False),
        ("", False),
    ],
)
def test_a_weight_of_nothing_refuses_gzip(accepted: str, compressed: bool) -> None:
    answer = sent("/api/v1/drugs/", HttpResponse(b"a" * 5000), **{"Accept-Encoding": accepted})

    assert (answer.get("Content-Encoding") == "gzip") is compressed and "Accept-Encoding" in answer["Vary"]


def test_a_stream_is_compressed_as_it_goes() -> None:
    asked: list[int] = []

    def pieces() -> Any:
        for number in range(3):
            asked.append(number)
            yield b"x" * 200_000

    answer = sent("/api/v1/x.csv", StreamingHttpResponse(pieces(), content_type="text/csv"))

    assert asked == [] and answer["Content-Encoding"] == "gzip" and not answer.has_header("Content-Length")
    assert gzip.decompress(b"".join(answer.streaming_content)) == b"x" * 600_000


@pytest.mark.django_db
def test_a_held_answer_in_gzip_is_answered_304_and_its_etag_is_taken_for_a_change(world: World, a: Api) -> None:
    path = "/catalogs/COM/changes/"
    plain, small = a.get(path), a.get(path, **GZIP)

    assert small["Content-Encoding"] == "gzip" and gzip.decompress(small.content) == plain.content
    assert small["ETag"] == f"W/{plain['ETag']}"
    for held in (plain["ETag"], small["ETag"]):
        assert a.get(path, **GZIP, **{"If-None-Match": held}).status_code == 304
    draft = "/api/v1/catalogs/PRIV-A/versions/p2/"
    etag = a.get(draft.removeprefix("/api/v1"))["ETag"]
    changed = Client().patch(
        draft, {"note": "改"}, content_type="application/json", headers={**a.headers, "If-Match": f"W/{etag}"}
    )
    assert changed.status_code == 200


@pytest.mark.django_db
def test_exports_are_streamed_in_gzip(world: World, a: Api) -> None:
    path = "/catalogs/COM/versions/v1/export.csv"
    plain, small = a.get(path), a.get(path, **GZIP)

    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(small.streaming_content)) == b"".join(plain.streaming_content)
