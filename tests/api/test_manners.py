"""How the API behaves whatever the resource: problems, strict JSON, ETags, idempotency, languages, headers (spec api.md)."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils.http import http_date
from drf_spectacular.generators import SchemaGenerator

from claims.models import ClaimCheck
from common import tenancy
from common.api.deprecation import Deprecated
from insurers.models import Product
from tests.api.conftest import World, claim, terms
from tests.conftest import Api

V1 = "/catalogs/COM/versions/v1/"


def assert_problem(response: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """Assert that an answer is an RFC 9457 problem document, and return it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    document = json.loads(response.content)
    assert document.keys() - {"errors"} == {"type", "title", "status", "detail", "code", "request_id"}
    assert document["status"] == status
    assert document["type"].endswith(f"/docs/errors/{document['code']}/")
    assert document["request_id"] == response["X-Request-ID"]
    assert document["title"] and document["detail"]
    for error in document.get("errors", []):
        assert error.keys() == {"pointer", "code", "detail"}
        assert error["pointer"] == "" or error["pointer"].startswith("/")
    if code:
        assert document["code"] == code
    return document


# --- Problems


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/api/v1/products/", {"Authorization": ""}, 401, "not_authenticated"),
        ("GET", "/api/v1/products/", {"Authorization": "Bearer x"}, 401, "not_authenticated"),
        ("GET", "/api/v1/products/", {"Authorization": "Api-Key"}, 401, "not_authenticated"),
        ("GET", "/api/v1/products/", {"Authorization": "Api-Key ﹏﹏"}, 401, "not_authenticated"),
        ("POST", "/api/v1/catalogs/COM/versions/v2/publish/", {}, 403, "missing_scope"),
        ("GET", "/api/v1/products/NONE/", {}, 404, "not_found"),
        ("GET", "/api/v1/products/a%00b/", {}, 404, "not_found"),
        ("GET", "/api/v1/nowhere/", {}, 404, "not_found"),
        ("GET", "/api/v1/nowhere/", {"Authorization": ""}, 404, "not_found"),
        ("GET", "/nowhere", {}, 404, "not_found"),
        ("GET", "/api/v2/products/", {}, 404, "not_found"),
        ("GET", "/api/v1/products", {}, 404, "not_found"),
        ("GET", "/api/v1/products.json", {}, 404, "not_found"),
        ("GET", "/api/v1/products/.json", {}, 404, "not_found"),
        ("GET", "/api/v1//products/", {}, 404, "not_found"),
        ("GET", "//api/v1/products/", {}, 404, "not_found"),
        ("GET", "/api/v1/imports/../products/", {}, 404, "not_found"),
        ("GET", "/api/v1/imports/%2e%2e/products/", {}, 404, "not_found"),
        ("GET", "/api/v1/claims/checks/1/", {}, 404, "not_found"),
        ("DELETE", "/api/v1/products/HMB/", {}, 405, "method_not_allowed"),
        ("TRACE", "/api/v1/products/", {}, 405, "method_not_allowed"),
        ("PROPFIND", "/api/v1/products/", {}, 405, "method_not_allowed"),
        ("GET", "/api/v1/products/", {"Accept": "text/html"}, 406, "not_acceptable"),
        ("GET", "/api/v1/products/", {"Host": "evil.example"}, 400, "bad_request"),
        ("GET", "/healthz", {"Host": "evil.example"}, 400, "bad_request"),
        ("GET", "/api/v1/products/", {"X-HTTP-Method-Override": "DELETE"}, 200, None),
    ],
)
def test_a_refusal_is_a_problem_document(
    world: World, a: Api, method: str, path: str, headers: dict[str, str], status: int, code: str | None
) -> None:
    sent = {**a.headers, **headers}
    response = Client(raise_request_exception=False).generic(
        method, path, headers={name: value for name, value in sent.items() if value}
    )

    if code is None:
        assert response.status_code == status
    else:
        assert_problem(response, status, code)
    if status == 401:
        assert response["WWW-Authenticate"] == "Api-Key"
    if status == 405:
        assert "GET" in response["Allow"]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("text/plain", b"{}", 415, "unsupported_media_type"),
        ("application/xml", b"<a/>", 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", b"code=1", 415, "unsupported_media_type"),
        ("multipart/form-data; boundary=x", b"--x--", 415, "unsupported_media_type"),
        ("application/json; charset=gb18030", "{}".encode("gb18030"), 415, "unsupported_charset"),
        ("application/json", b"", 400, "bad_json"),
        ("application/json", b"{", 400, "bad_json"),
        ("application/json", b"{} {}", 400, "bad_json"),
        ("application/json", b"{'code': 1}", 400, "bad_json"),
        ("application/json", b"\xef\xbb\xbf{}", 400, "bad_json"),
        ("application/json", '{"code": "中文"}'.encode("gb18030"), 400, "bad_encoding"),
        ("application/json", b'{"code": "\xed\xa0\x80"}', 400, "bad_encoding"),
        ("application/json", b'{"code": "\\ud800"}', 400, "control_character"),
        ("application/json", b'{"code": "a\\u0000b"}', 400, "control_character"),
        ("application/json", b'{"a\\u0000b": 1}', 400, "control_character"),
        ("application/json", b'{"code": NaN}', 400, "bad_number"),
        ("application/json", b'{"code": -Infinity}', 400, "bad_number"),
        ("application/json", b'{"code": 1e400}', 400, "bad_number"),
        ("application/json", b'{"code": 1e999999999}', 400, "bad_number"),
        ("application/json", b'{"code": 1e-999999999}', 400, "bad_number"),
        ("application/json", b'{"code": ' + b"9" * 1_000_000 + b"}", 400, "bad_number"),
        ("application/json", b'{"code": 0.' + b"9" * 1_000_000 + b"}", 400, "bad_number"),
        ("application/json", b'{"code": "A", "code": "B"}', 400, "duplicate_key"),
        ("application/json", b'[{"a": {"b": 1, "b": 1}}]', 400, "duplicate_key"),
        ("application/json", b"[" * 21 + b"]" * 21, 400, "too_deep"),
        ("application/json", b"[" * 100_000 + b"]" * 100_000, 400, "too_deep"),
        ("application/json", b"[" * 1_000_000, 400, None),
        ("application/json", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "too_deep"),
        ("application/json", b'"' + b"x" * (5 * 1024 * 1024) + b'"', 413, "too_large"),
        ("application/json", b"[]", 400, "invalid"),
        ("application/json", b"null", 400, "invalid"),
        ("application/json", b'"text"', 400, "invalid"),
    ],
)
@pytest.mark.parametrize("path", ["/catalogs/", "/claims/checks/", "/products/HMB/versions/"])
def test_a_body_that_is_not_plain_json_is_refused(
    world: World, a: Api, path: str, content_type: str, body: bytes, status: int, code: str | None
) -> None:
    response = a.client.generic("POST", f"/api/v1{path}", body, content_type, headers=a.headers)

    found = assert_problem(response, status)
    if code and not (code in {"invalid", "bad_json"} and found["code"].startswith("invalid")):
        assert found["code"] == code


def test_ten_thousand_doubled_keys_are_found_at_once(world: World, a: Api) -> None:
    pairs = ",".join(f'"k{n}": 1' for n in range(300_000))
    body = "{" + pairs + ', "k299999": 2}'

    before = datetime.now(UTC)
    response = a.client.generic("POST", "/api/v1/catalogs/", body.encode(), "application/json", headers=a.headers)

    assert_problem(response, 400, "duplicate_key")
    assert (datetime.now(UTC) - before).total_seconds() < 5


def test_json_just_within_the_limits_is_read(world: World, a: Api) -> None:
    deep = b"[" * 20 + b"]" * 20

    response = a.client.generic("POST", "/api/v1/catalogs/", deep, "application/json", headers=a.headers)

    assert assert_problem(response, 400)["code"] == "invalid"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity"])
def test_a_compressed_body_is_a_415(world: World, a: Api, encoding: str) -> None:
    body = gzip.compress(b'{"code": "X", "name": "x", "kind": "base"}')

    response = a.client.generic(
        "POST", "/api/v1/catalogs/", body, "application/json", headers={**a.headers, "Content-Encoding": encoding}
    )

    assert_problem(response, 415, "unsupported_encoding")
    assert response["Accept-Encoding"] == "identity"


def test_a_body_of_unknown_length_is_a_411(world: World, a: Api) -> None:
    response = a.client.generic(
        "POST",
        "/api/v1/catalogs/",
        b"",
        "application/json",
        headers={**a.headers, "Transfer-Encoding": "chunked"},
        CONTENT_LENGTH="",
    )

    assert_problem(response, 411, "length_required")


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/claims/checks/", "/api/v1/drugs/"])
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (OperationalError("server closed the connection: password=hunter2"), 503, "temporarily_unavailable"),
        (RuntimeError("secret inside"), 500, "internal_error"),
        (RecursionError("deep"), 500, "internal_error"),
    ],
)
def test_a_fault_shows_nothing_of_the_inside_and_says_when_to_ask_again(
    world: World, a: Api, monkeypatch: Any, path: str, fault: Exception, status: int, code: str
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise fault

    monkeypatch.setattr("common.api.pagination.CursorPages._begin", fail)

    response = Client(raise_request_exception=False).get(path, headers=a.headers)

    assert_problem(response, status, code)
    assert response["Retry-After"] == "5"
    for inside in ("hunter2", "secret", "Traceback", "/api/", ".py", "SELECT"):
        assert inside not in response.content.decode()


def test_a_fault_before_a_view_is_a_problem_too(world: World, monkeypatch: Any) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("django.middleware.locale.LocaleMiddleware.process_request", fail)

    response = Client(raise_request_exception=False).get("/api/v1/products/")

    assert_problem(response, 503, "temporarily_unavailable")
    assert response["Retry-After"] == "5"


# --- Parameters


@pytest.mark.parametrize(
    ("path", "query", "pointer", "code"),
    [
        (V1 + "entries/", "ordering=-version__catalog__owner__name", "/ordering", "bad_choice"),
        (V1 + "entries/", "ordering=row_hash", "/ordering", "bad_choice"),
        (V1 + "entries/", "ordering=", "/ordering", "empty_parameter"),
        (V1 + "entries/", "ordering=class_code,", "/ordering", "empty_parameter"),
        (V1 + "entries/", "version__catalog__code=PRIV-A", "/version__catalog__code", "unknown_parameter"),
        (V1 + "entries/", "_connector=OR", "/_connector", "unknown_parameter"),
        (V1 + "entries/", "q=%E6%9B%BF&q=%E5%B0%BC", "/q", "repeated_parameter"),
        (V1 + "entries/", "q=" + "x" * 101, "/q", "too_long"),
        (V1 + "entries/", "q=a%00", "/q", "bad_value"),
        (V1 + "entries/", "class_code=", "/class_code", "empty_parameter"),
        (V1 + "entries/", "rare_disease=maybe", "/rare_disease", "bad_yes_no"),
        (V1 + "entries/", "prior_auth=1", "/prior_auth", "bad_yes_no"),
        (V1 + "entries/", "fields=entry_code,row_hash", "/fields", "invalid"),
        (V1 + "entries/", "page=0", "/page", "out_of_range"),
        (V1 + "entries/", "page=-1", "/page", "out_of_range"),
        (V1 + "entries/", "page=" + "9" * 5000, "/page", None),
        (V1 + "entries/", "page=１", "/page", "out_of_range"),
        (V1 + "entries/", "page_size=501", "/page_size", "out_of_range"),
        (V1 + "entries/", "page_size=000000001999999", "/page_size", "out_of_range"),
        (V1 + "entries/", "page_size=1e2", "/page_size", "out_of_range"),
        (V1 + "entries/", "cursor=nonsense", "/cursor", "bad_cursor"),
        (V1 + "entries/", "cursor=WyJhIl0", "/cursor", "bad_cursor"),
        (V1 + "entries/", "q=a&cursor=Wy0xXQ", "/cursor", "bad_cursor"),
        (V1 + "entries/", "cursor=Wy0xXQ&page=1", "/cursor", "page_and_cursor"),
        (V1 + "entries/", "icd10=C34,C50", "/icd10", "bad_code"),
        (V1 + "entries/", "icd10=C00-C97", "/icd10", "bad_code"),
        (V1 + "entries/", "icd10=cancer", "/icd10", "bad_code"),
        ("/catalogs/", "kind=nonsense", "/kind", "bad_choice"),
        ("/catalogs/", "cursor=Wy0xXQ", "/cursor", "bad_cursor"),
        ("/drugs/", "cursor=Wy0xXQ", "/cursor", "bad_cursor"),
        ("/claims/checks/", "cursor=Wy0xXQ", "/cursor", "bad_cursor"),
        ("/catalogs/", "cursor=Wy0xXQ&page=1", "/cursor", "page_and_cursor"),
        ("/products/HMB/", "cursor=Wy0xXQ", "/cursor", "unknown_parameter"),
        ("/catalogs/", "ordering=name", "/ordering", "unknown_parameter"),
        ("/catalogs/COM/", "x=1", "/x", "unknown_parameter"),
        ("/catalogs/COM/in-force/", "date=2026-13-01", "/date", "bad_date"),
        ("/catalogs/COM/in-force/", "date=01/02/2026", "/date", "bad_date"),
        ("/catalogs/COM/in-force/", "known_at=2026-01-01", "/known_at", "bad_date"),
        ("/catalogs/COM/in-force/", "known_at=2099-01-01T00:00:00Z", "/known_at", "out_of_range"),
        ("/compare/", "left=COM&right=COM&known_at=2099-01-01T00:00:00Z", "/known_at", "out_of_range"),
        ("/products/HMB/coverage/", "generic_name=x&fields=price", "/fields", "bad_choice"),
        ("/products/HMB/coverage/", "generic_name=x&fields=outcome&fields=ratio", "/fields", "repeated_parameter"),
        ("/catalogs/COM/diff/", "from=v1&to=v2&change=nonsense", "/change", "invalid"),
        ("/catalogs/COM/diff/", "from=v1", "/to", "invalid"),
        ("/claims/checks/", "date=03/04/2026", "/date", "bad_date"),
        ("/claims/checks/", "date=20260304", "/date", "bad_date"),
        ("/claims/checks/", "outcome=paid", "/outcome", "bad_choice"),
        ("/claims/checks/", "insurer=1", "/insurer", "unknown_parameter"),
        ("/drugs/", "q=", "/q", "empty_parameter"),
        ("/products/HMB/coverage/", "generic_name=x&tenant=B", "/tenant", "unknown_field"),
    ],
)
def test_a_parameter_that_is_not_understood_is_a_400_that_names_it(
    world: World, a: Api, path: str, query: str, pointer: str, code: str | None
) -> None:
    response = a.client.get(f"/api/v1{path}?{query}", headers=a.headers)

    errors = assert_problem(response, 400)["errors"]
    assert pointer in [error["pointer"] for error in errors]
    assert code is None or code in [error["code"] for error in errors]


@pytest.mark.parametrize("plus", ["+", "%2B"])
@pytest.mark.parametrize(
    "path", ["/catalogs/COM/in-force/?date=2026-03-14", "/products/HMB/coverage/?date=2026-03-14&generic_name=x"]
)
def test_the_plus_of_a_zone_may_come_as_it_is(world: World, a: Api, path: str, plus: str) -> None:
    now = datetime.now(tz=UTC).astimezone(timezone(timedelta(hours=8))) + timedelta(minutes=1)
    instant = now.isoformat(timespec="seconds").replace("+", plus)

    assert a.client.get(f"/api/v1{path}&known_at={instant}", headers=a.headers).status_code == 200


@pytest.mark.parametrize("path", ["/catalogs/COM", "/products/HMB/coverage", V1 + "entries"])
def test_an_address_without_its_last_slash_is_told_so(world: World, a: Api, path: str) -> None:
    response = a.get(path)

    assert f"/api/v1{path}/" in assert_problem(response, 404)["detail"]
    assert "/" not in assert_problem(a.get("/nothing/here"), 404)["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/products/HMB/coverage/", {}),
        ("/products/HMB/coverage/", [{"generic_name": "x", "age": "old"}]),
        ("/claims/checks/", {"product": "HMB"}),
        ("/products/HMB/versions/", {"label": "x"}),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_wrong_is_said_in_one_language(a: Api, path: str, body: Any, language: str) -> None:
    problem = assert_problem(a.post(path, body, **{"Accept-Language": language}), 400)

    for said in [problem["title"], problem["detail"], *[error["detail"] for error in problem["errors"]]]:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said) == (language == "zh-hans"), said


@pytest.mark.parametrize(
    ("body", "pointer"),
    [('{"x": 1}', "/x"), ('{"reason": "late", "y": 2}', "/y"), ("[]", ""), ("[1]", ""), ("null", ""), ('"x"', "")],
)
def test_an_act_that_takes_no_body_is_not_done_with_one(world: World, a: Api, body: str, pointer: str) -> None:
    for act in ("publish", "withdraw"):
        response = a.client.post(
            f"/api/v1/products/HMB/versions/2027/{act}/", body, content_type="application/json", headers=a.headers
        )
        assert pointer in [error["pointer"] for error in assert_problem(response, 400)["errors"]]
    assert a.get("/products/HMB/versions/2027/").json()["state"] == "draft"
    assert a.post("/products/HMB/versions/2027/publish/", {}).status_code == 200


def test_a_draft_that_gets_another_label_says_where_it_is(world: World, a: Api) -> None:
    assert "Content-Location" not in a.put("/products/HMB/versions/2027/", terms(label="2027", waiting_days=5))
    moved = a.put("/products/HMB/versions/2027/", terms(label="2028"))

    assert moved["Content-Location"] == "/api/v1/products/HMB/versions/2028/"
    assert a.get("/products/HMB/versions/2028/")["ETag"] == moved["ETag"]


def test_a_class_is_found_however_it_is_typed(world: World, a: Api) -> None:
    found = [a.get(V1 + "entries/", {"class_code": typed}).json()["count"] for typed in ("XL01", "xl01")]

    assert found == [2, 2]


def test_a_page_beyond_the_last_is_not_found(world: World, a: Api) -> None:
    assert_problem(a.get("/products/", {"page": "2"}), 404)


# --- ETags


@pytest.mark.parametrize(
    "path",
    [
        V1 + "entries/",
        V1 + "entries/?q=%E6%9B%BF%E5%B0%BC&page_size=1",
        V1 + "export.csv",
        V1 + "export.ndjson",
        V1 + "export.xlsx",
    ],
)
def test_what_never_changes_has_a_strong_etag_and_may_be_kept(world: World, a: Api, path: str) -> None:
    first = a.get(path)

    assert first.status_code == 200
    assert first["ETag"].startswith('"')
    assert "private" in first["Cache-Control"] and "max-age=86400" in first["Cache-Control"]
    for held in (first["ETag"], f'"other", {first["ETag"]}', f"W/{first['ETag']}", "*"):
        again = a.get(path, **{"If-None-Match": held})
        assert (again.status_code, again.getvalue() if again.streaming else again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
    assert a.get(path, **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", [V1, "/products/HMB/versions/2026/"])
def test_what_may_still_be_withdrawn_is_asked_again_every_time(world: World, a: Api, path: str) -> None:
    first = a.get(path)

    assert "private" in first["Cache-Control"] and "max-age=0" in first["Cache-Control"]
    assert a.get(path, **{"If-None-Match": first["ETag"]}).status_code == 304


def test_another_page_or_version_has_another_etag(world: World, a: Api) -> None:
    paths = [V1 + "entries/", V1 + "entries/?page_size=1", V1 + "entries/?fields=entry_code"]
    paths += ["/catalogs/PRIV-A/versions/p1/entries/", V1 + "export.csv", V1 + "export.ndjson"]

    assert len({a.get(path)["ETag"] for path in paths}) == len(paths)


def test_a_draft_is_never_kept(world: World) -> None:
    response = world.apis["maker"].get("/catalogs/COM/versions/v2/entries/")

    assert response.status_code == 200
    assert "max-age=86400" not in response["Cache-Control"]


@pytest.mark.parametrize(
    ("method", "path", "who"),
    [
        ("put", "/products/HMB/versions/2027/", "A-write"),
        ("delete", "/products/HMB/versions/2027/", "A-write"),
        ("post", "/products/HMB/versions/2027/publish/", "A-write"),
        ("post", "/products/HMB/versions/2026/withdraw/", "A-write"),
        ("delete", "/catalogs/COM/versions/v2/", "maker"),
        ("post", "/catalogs/COM/versions/v2/submit/", "maker"),
        ("post", "/catalogs/COM/versions/v2/publish/", "checker"),
    ],
)
def test_a_change_based_on_an_old_state_is_a_412(world: World, method: str, path: str, who: str) -> None:
    api = world.apis[who]
    current = api.get(path.removesuffix("submit/").removesuffix("publish/").removesuffix("withdraw/"))["ETag"]
    body = {"put": (terms(label="2027"),)}.get(method, ())

    refused = getattr(api, method)(path, *body, **{"If-Match": '"old"'})
    allowed = getattr(api, method)(path, *body, **{"If-Match": current})

    assert_problem(refused, 412, "precondition_failed")
    assert allowed.status_code in {200, 204}, allowed.content


# --- Idempotency


def test_the_same_key_and_body_give_the_first_answer_again(world: World, a: Api) -> None:
    before = ClaimCheck.objects.count()

    first, second = (a.post("/claims/checks/", claim(), **{"Idempotency-Key": "k-1"}) for _ in range(2))

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert first["Location"] == second["Location"]
    assert ClaimCheck.objects.count() == before + 1


def test_without_a_key_every_post_is_its_own(world: World, a: Api) -> None:
    first, second = (a.post("/claims/checks/", claim()).json()["id"] for _ in range(2))

    assert first != second


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/claims/checks/", claim(claim_no="C-2")),
        ("/claims/checks/?dry_run=true", claim()),
        ("/products/", {"code": "NEW", "name": "新"}),
    ],
)
def test_the_same_key_for_something_else_is_a_409(world: World, a: Api, path: str, body: Any) -> None:
    assert a.post("/claims/checks/", claim(), **{"Idempotency-Key": "k-1"}).status_code == 200

    assert_problem(a.post(path, body, **{"Idempotency-Key": "k-1"}), 409, "idempotency_conflict")


def test_the_order_of_the_members_of_an_object_is_no_other_body(world: World, a: Api) -> None:
    first = a.post("/claims/checks/", claim(), **{"Idempotency-Key": "k-1"})
    turned = dict(reversed(claim().items()))

    assert a.post("/claims/checks/", turned, **{"Idempotency-Key": "k-1"}).json() == first.json()


def test_the_same_key_of_another_insurer_is_another_key(world: World, a: Api, b: Api) -> None:
    for api in (a, b):
        made = api.post("/products/", {"code": "SAME", "name": "同名"}, **{"Idempotency-Key": "k-1"})
        assert made.status_code == 201
        assert "Idempotency-Replayed" not in made

    tenancy.act_for(tenancy.OFFICE)
    assert Product.objects.filter(code="SAME").count() == 2


def test_a_refused_request_does_not_use_its_key_up(world: World, a: Api) -> None:
    wrong = a.post("/products/", {"code": "NEW", "name": ""}, **{"Idempotency-Key": "k-1"})
    right = a.post("/products/", {"code": "NEW", "name": "新"}, **{"Idempotency-Key": "k-1"})

    assert (wrong.status_code, right.status_code) == (400, 201)


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "键", "a\tb"])
def test_a_key_that_is_none_is_a_400(world: World, a: Api, key: str) -> None:
    response = a.post("/products/", {"code": "NEW", "name": "新"}, **{"Idempotency-Key": key})

    assert_problem(response, 400, "bad_idempotency_key")
    assert not Product.objects.filter(code="NEW").exists()


def test_a_read_does_not_care_for_a_key(world: World, a: Api) -> None:
    assert a.get("/products/", **{"Idempotency-Key": "x" * 300}).status_code == 200


# --- Headers and languages


@pytest.mark.parametrize("given", ["abc-123", "A.b_c-9", "x" * 64])
def test_a_harmless_request_id_is_kept(world: World, a: Api, given: str) -> None:
    assert a.get("/products/", **{"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "é", "<script>"])
def test_any_other_request_id_is_replaced(world: World, a: Api, given: str) -> None:
    first, second = (a.get("/products/", **{"X-Request-ID": given})["X-Request-ID"] for _ in range(2))

    assert first != second
    assert len(first) == 32


EVERYWHERE = [
    "/",
    "/healthz",
    "/readyz",
    "/nowhere",
    "/admin/login/",
    "/api/v1/schema/",
    "/api/v1/docs/",
    "/api/v1/products/",
    "/api/v1/products/NONE/",
    "/api/v1/catalogs/COM/versions/v1/export.csv",
    "/api/v1/catalogs/COM/versions/v1/entries/",
    "/api/v1/nowhere/",
]


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("with_key", [True, False])
def test_security_headers_are_on_every_answer(world: World, a: Api, path: str, with_key: bool) -> None:
    response = Client().get(path, headers=a.headers if with_key else {})

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "unsafe-inline" not in scripts and "*" not in scripts
    assert response["X-Request-ID"]
    assert "Access-Control-Allow-Origin" not in response
    assert "Server" not in response and "X-Powered-By" not in response
    if path.startswith("/api/v1/products"):
        assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("language", "expected"),
    [(None, "zh"), ("zh-CN", "zh"), ("zh", "zh"), ("fr", "zh"), ("en", "en"), ("en-GB,en;q=0.9,zh;q=0.1", "en")],
)
def test_words_are_chinese_unless_english_is_preferred(
    world: World, a: Api, language: str | None, expected: str
) -> None:
    asked = {"Accept-Language": language} if language else {}
    found = a.get("/products/HMB/coverage/", {"generic_name": "没有的药", "icd10": "C34.1"}, **asked)

    message = found.json()["reasons"][0]["message"]
    assert message.isascii() == (expected == "en")
    assert found["Content-Language"].startswith(expected)
    assert "Accept-Language" in found["Vary"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/products/NONE/", None, 404),
        ("get", "/products/?x=1", None, 400),
        ("post", "/products/", {"code": "x y", "name": "", "colour": 1}, 400),
        ("post", "/catalogs/COM/versions/v2/publish/", {}, 403),
        ("delete", "/products/HMB/versions/2026/", None, 409),
    ],
)
def test_a_refusal_has_one_code_and_is_told_in_either_language(
    world: World, a: Api, method: str, path: str, body: Any, status: int
) -> None:
    given = (body,) if body is not None else ()

    zh, en = (getattr(a, method)(path, *given, **{"Accept-Language": language}) for language in ("zh", "en"))

    chinese, english = assert_problem(zh, status), assert_problem(en, status)
    assert chinese["code"] == english["code"]
    assert not chinese["detail"].isascii() and not chinese["title"].isascii()
    assert english["detail"].isascii() and english["title"].isascii()
    assert [one["pointer"] for one in chinese.get("errors", [])] == [
        one["pointer"] for one in english.get("errors", [])
    ]


@pytest.mark.parametrize(
    ("who", "path", "name"),
    [
        ("A-write", V1 + "export.csv", "COM-v1.csv"),
        ("A-write", V1 + "export.xlsx", "COM-v1.xlsx"),
        ("A-write", V1 + "export.ndjson", "COM-v1.ndjson"),
    ],
)
def test_a_download_has_a_name_in_utf_8(world: World, who: str, path: str, name: str) -> None:
    response = world.apis[who].get(path)

    assert response["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        (V1 + "export.csv", "text/csv"),
        (V1 + "export.ndjson", "application/x-ndjson"),
        (V1 + "export.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_may_be_asked_for_by_its_media_type(world: World, a: Api, path: str, accept: str) -> None:
    response = a.get(path, Accept=accept)

    assert response.status_code == 200
    assert response["Content-Type"].startswith(accept)
    assert_problem(a.get(path.replace("v1", "none"), Accept=accept), 404)


def test_a_chinese_file_name_is_kept_and_shown(world: World) -> None:
    import io

    file = io.BytesIO("entry_code,generic_name\nX-1,某药片\n".encode())
    file.name = "商保 目录（终稿）.csv"

    response = world.apis["maker"].upload("/imports/", file, catalog="COM", label="v9", effective_from="2027-01-01")

    assert response.status_code == 202
    assert response.json()["file_name"] == "商保 目录（终稿）.csv"


# --- Throttle


def test_a_key_that_asks_too_often_is_told_when_to_come_back(world: World, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 3
    api = world.apis["A-read"]
    from django.core.cache import cache

    cache.clear()
    answers = [api.get("/insurers/me/") for _ in range(5)]

    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert [answer["RateLimit-Remaining"] for answer in answers[:3]] == ["2", "1", "0"]
    refused = answers[-1]
    assert_problem(refused, 429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert refused["RateLimit-Limit"] == "3" and refused["RateLimit-Remaining"] == "0"
    assert 1 <= int(refused["RateLimit-Reset"]) <= 60
    assert world.apis["B"].get("/insurers/me/").status_code == 200


# --- Deprecation


def test_what_will_go_away_says_so_in_every_answer(world: World, a: Api, monkeypatch: Any) -> None:
    from insurers.api.views import ProductViewSet

    notice = Deprecated(date(2026, 7, 1), date(2027, 1, 1), successor="/api/v2/products/", notice="/docs/v2")
    monkeypatch.setattr(ProductViewSet, "deprecated", {"GET": notice})

    for path in ("/products/", "/products/NONE/"):
        answer = a.get(path)
        assert answer["Deprecation"] == "@1782864000"
        assert answer["Sunset"] == http_date(1798761600) == "Fri, 01 Jan 2027 00:00:00 GMT"
        assert answer["Link"] == '</api/v2/products/>; rel="successor-version", </docs/v2>; rel="deprecation"'
    assert "Deprecation" not in a.post("/products/", {"code": "N", "name": "n"})
    assert "Deprecation" not in a.get("/insurers/me/")
    operations = SchemaGenerator().get_schema(request=None, public=True)["paths"]["/api/v1/products/"]
    assert operations["get"]["deprecated"] is True
    assert "deprecated" not in operations["post"]


def test_a_day_without_an_end_has_no_sunset() -> None:
    assert Deprecated(date(2026, 7, 1)).headers() == {"Deprecation": "@1782864000"}
