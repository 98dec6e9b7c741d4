"""Whatever stands in an address, a header, a cookie or around a body, at every face of the service: refused or answered, and never a fault of ours (5xx).

The fields and parameters themselves are tried by tests/api/test_limits.py, the forms of the desk by tests/desk/test_limits.py. Each place is
tried with its share of the oddities (tests/sharing.py).
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch

from tests.api import calls
from tests.api.conftest import World
from tests.api.test_limits import DOORS, undone
from tests.sharing import share

HERE = "HERE"
IN_ADDRESSES = {
    "a NUL": "CO%00M",
    "half a surrogate pair": "%ED%A0%80",
    "very long": "%E7%94%B2" * 600,
    "many digits": "9" * 30,
    "the folder above": "%2e%2e",
    "a line break": "COM%0A",
    "letters that turn round": "%E2%80%AECOM",
    "nearly an id": "00000000-0000-4000-8000-00000000000g",
}
# Of these nothing can be the name of anything.
NEVER = set(IN_ADDRESSES) - {"many digits"}


def addresses(world: World, route: str, of: str) -> Iterator[str]:
    """The path of a route with each of its arguments in turn replaced by `HERE`."""
    words = of.split()
    for place, word in enumerate(words):
        if word == "-":
            continue
        with suppress(NoReverseMatch):  # a number: nothing else stands there
            yield calls.address(world, route, " ".join([*words[:place], HERE, *words[place + 1 :]]))


@pytest.mark.parametrize(("method", "route", "of", "who"), DOORS)
def test_whatever_stands_in_an_address_leads_nowhere(world: World, method: str, route: str, of: str, who: str) -> None:
    api, found = world.apis[who], list[str]()
    api.client.raise_request_exception = False
    body = json.dumps(calls.BODIES[method, route]() if (method, route) in calls.BODIES else {})
    for path in addresses(world, route, of):
        for called in share(list(IN_ADDRESSES), of=f"{method} {path}", each=2):
            with undone():
                asked = path.replace(HERE, IN_ADDRESSES[called])
                sent = body if method != "GET" else ""
                response = api.client.generic(method, asked, sent, headers=api.headers, content_type="application/json")
                if response.status_code >= 500 or (called in NEVER and response.status_code < 400):
                    found.append(f"{method} {path} {called}: {response.status_code}")

    assert not found, "\n".join(found)


ODD_HEADERS = [
    {"Cookie": 'sessionid="aaaaaaaaaaaaaaaa\\000aaaaaaaaaaaaaaa"'},
    {"Cookie": 'csrftoken="aaaaaaaaaaaaaaaa\\000aaaaaaaaaaaaaaa"'},
    {"Cookie": 'django_language="\\000"; messages="\\000"'},
    {"Cookie": "sessionid=" + "a" * 5000},
    {"Cookie": "=;;;=" * 100},
    {"Accept-Language": "zh" * 5000},
    {"Accept-Language": "\x00,;q=,*;q=x"},
    {"Accept-Language": "zh-Hans;q=1e999, en;q=-1"},
    {"Accept": "*/*;q=x"},
    {"Accept": "a/b/c;;;,,,"},
    {"Accept": "application/json;q=1e999"},
    {"Accept": "text/" + "x" * 5000},
    {"Accept-Encoding": "gzip;q=x, \x00"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "multipart/form-data; boundary=\x80"},
    {"Content-Type": "application/json; charset=\x80"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "application/x-www-form-urlencoded; charset=x"},
    {"Content-Type": "application/x-www-form-urlencoded; charset=rot13"},
    {"Content-Type": "text/plain; charset=zlib"},
    {"Content-Type": ";;;"},
    {"Content-Type": ""},
    {"Content-Encoding": "gzip"},
    {"If-None-Match": '"' * 3000},
    {"If-Match": "\x00"},
    {"If-Modified-Since": "x" * 3000},
    {"If-Modified-Since": "Mon, 99 Foo 99999 99:99:99 GMT"},
    {"If-Modified-Since": "Sun, 31 Dec 0000 23:59:59 GMT"},
    {"Authorization": "Api-Key"},
    {"Authorization": "Api-Key \x00"},
    {"Authorization": "Api-Key " + "9" * 5000},
    {"Authorization": "Basic \xff"},
    {"Authorization": "Bearer a.b.c"},
    {"X-Forwarded-For": "\x00, not an address"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Proto": "gopher"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"Range": "bytes=5-1"},
    {"Idempotency-Key": "\x00"},
    {"Idempotency-Key": "\u7532"},
    {"Origin": "null"},
    {"Referer": "javascript:alert(1)"},
    {"User-Agent": "\x00" * 3000},
    {"Host": "evil.example"},
    {"Host": "[::1"},
    {"Host": "a" * 3000},
    {"X-Request-ID": "\x00"},
    {"HX-Request": "true"},
]
FACES = [
    ("GET", "/"),
    ("GET", "/?drug=x"),
    ("POST", "/"),
    ("GET", "/suggest/?drug=x"),
    ("GET", "/lists/COM/v1/E-1/"),
    ("GET", "/admin/"),
    ("GET", "/admin/login/"),
    ("POST", "/admin/login/"),
    ("GET", "/admin/auth/user/"),
    ("POST", "/admin/logout/"),
    ("POST", "/i18n/setlang/"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/docs/errors/"),
    ("GET", "/docs/errors/invalid/"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/static/admin/css/base.css"),
    ("GET", "/static/desk/none.css"),
    ("GET", "/api/v1/schema/"),
    ("GET", "/api/v1/docs/"),
    ("GET", "/api/v1/catalogs/"),
    ("GET", "/api/v1/catalogs/COM/versions/v1/"),
    ("GET", "/api/v1/catalogs/COM/versions/v1/export.csv"),
    ("GET", "/api/v1/products/HMB/coverage/?generic_name=x"),
    ("POST", "/api/v1/claims/checks/"),
    ("POST", "/api/v1/claims/batches/"),
    ("POST", "/api/v1/receipts/verify/"),
    ("DELETE", "/api/v1/webhooks/1/"),
    ("GET", "/fhir/R4/metadata"),
    ("GET", "/fhir/R4/MedicationKnowledge"),
    ("POST", "/fhir/R4/CoverageEligibilityRequest/$submit"),
    ("GET", "/fhir/R4/x"),
    ("GET", "/nothing/"),
]


# Only pages know who has signed in.
FOR_WHOM = [(*face, False) for face in FACES]
FOR_WHOM += [(*face, True) for face in FACES if not face[1].startswith(("/api", "/fhir", "/metrics"))]


@pytest.mark.parametrize(("method", "path", "signed_in"), FOR_WHOM)
def test_an_odd_header_is_no_fault(world: World, method: str, path: str, signed_in: bool, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    client, found = Client(raise_request_exception=False), list[str]()
    if signed_in:
        user, _made = User.objects.get_or_create(username="root2", is_staff=True, is_superuser=True)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for headers in share(ODD_HEADERS, of=f"{method} {path} {signed_in}", each=8):
        sent = {**world.apis["A-write"].headers, **headers}
        kind = sent.pop("Content-Type", "application/json")
        with undone():
            try:
                response = client.generic(
                    method, path, "{}" if method == "POST" else "", content_type=kind, headers=sent
                )
                if response.status_code >= 500:
                    found.append(f"{method} {path} {headers!r}"[:120] + f": {response.status_code}")
            except Exception as fault:
                found.append(f"{method} {path} {headers!r}"[:120] + f": {fault!r}"[:300])
    assert not found, "\n".join(found)


ODD_QUERIES = [
    "%00=1", "a=%00", "%ED%A0%80=1", "a=%ED%A0%80", "%FF", "a=%FF", "&&&&", "=", "====", "a;b=c", "a=1&a=2", "&".join(f"a{n}=1" for n in range(3000)),
    "next=//evil.example", "next=%00", "next=javascript:x", "_popup=1&_to_field=%00", "lang=%00", "_format=%00", "p=%00", "q=" + "%F0%9F%92%8A" * 500, "q=%00", "_count=9" + "9" * 40,
    "_facets=x", "e=1", "all=", "_changelist_filters=%00", "id__exact=%00", "ended=%00", "drug=%00&product=%00", "drug=" + "%E7%94%B2" * 2500, "drug=x&date=9999-12-31", "drug=x&date=0001-01-01",
    "drug=x&age=" + "9" * 200, "drug=x&disease=%25", "drug=x&lang[]=1", "drug=x&date=10000-01-01", "drug=%F3%A0%80%81", "drug=%EF%BF%BE",
    "_id=%00", "_lastUpdated=ge9999-12-31T23:59:59-14:00", "_lastUpdated=le0001-01-01T00:00:00%2B14:00", "_lastUpdated=0001", "_lastUpdated=9999-12", "_lastUpdated=eq9999-12-31", "code=%7C%7C%7C", "code=%00", "code=%5C", "_cursor=W10", "cursor=W10", "_elements=%00", "_summary=%00",
]  # fmt: skip
QUERIED = [
    *[path for method, path in FACES if method == "GET" and "?" not in path and path != "/metrics"],
    "/fhir/R4/Organization", "/fhir/R4/InsurancePlan", "/fhir/R4/MedicationKnowledge/1", "/fhir/R4/List", "/admin/catalog/catalog/", "/admin/find/", "/admin/audit/record/", "/admin/claims/claimcheck/", "/admin/jobs/job/", "/admin/axes/accessattempt/", "/admin/insurers/apikey/",
]  # fmt: skip


@pytest.mark.parametrize("path", QUERIED)
def test_an_odd_query_is_no_fault(world: World, path: str) -> None:
    client, found = Client(raise_request_exception=False), list[str]()
    user, _made = User.objects.get_or_create(username="root2", is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for query in share(ODD_QUERIES, of=path, each=10):
        with undone():
            try:
                response = client.get(f"{path}?{query}", headers=world.apis["A-write"].headers)
                if "evil" in response.get("Location", "").partition("?")[0] or response.get("Location", "").startswith(
                    "javascript"
                ):
                    found.append(f"{path}?{query[:80]}: leads to {response['Location']}")
                if response.status_code >= 500:
                    found.append(f"{path}?{query[:80]}: {response.status_code}")
            except Exception as fault:
                found.append(f"{path}?{query[:80]}: {fault!r}"[:400])
    assert not found, "\n".join(found)


HALF = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\ngeneric_name\n'
BODIES = [
    ("multipart/form-data; boundary=b", b""),
    ("multipart/form-data; boundary=b", HALF),
    ("multipart/form-data; boundary=b", HALF + b"\r\n--b--\r\n" + HALF + b"\r\n--b--\r\n"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"; filename="\x00.csv"\r\n\r\nx\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../etc/x"\r\n\r\nx\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n!!!!\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name="catalog"\r\n\r\n!\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b"".join(b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\nx\r\n' % n for n in range(3000)) + b"--b--\r\n"),
    ("multipart/form-data; boundary=b", b"".join(b'--b\r\nContent-Disposition: form-data; name="file"; filename="%d"\r\n\r\nx\r\n' % n for n in range(300)) + b"--b--\r\n"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="' + b"a" * 100_000 + b'"\r\n\r\nx\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", b'--b\r\n' + b"X: y\r\n" * 5000 + b'Content-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--b--\r\n'),
    ("application/x-www-form-urlencoded", b"a=1&a=2&%00=%00&file=x"),
    ("application/x-www-form-urlencoded", b"username=%00&password=%00&code=%00&next=%00"),
    ("application/x-www-form-urlencoded", b"username=" + b"%E7%94%B2" * 5000 + b"&password=x"),
    ("application/x-www-form-urlencoded", b"username=%ED%A0%80&password=%FF"),
    ("application/x-www-form-urlencoded", b"username=x\x00y&password=x"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(3000))),
    ("application/x-www-form-urlencoded", b"language=%00&next=%00"),
    ("application/x-www-form-urlencoded", b"language=" + b"x" * 5000 + b"&next=http://evil.example/"),
    ("application/json", b"\xff"), ("application/json", b"null"), ("application/json", b"1"), ("application/json", b'"\\ud800"'), ("application/json", b"[" * 100_000),
    ("application/json", b"\xef\xbb\xbf{}"), ("application/json", b'{"a":1,"a":2}'), ("application/json", b"{}{}"), ("application/json", b"NaN"), ("application/json", b"[]"), ("application/json", b""),
    ("application/xml", b"<a/>"), ("text/plain", b"{}"), ("application/fhir+json", b"{}"), ("application/fhir+xml", b"<a/>"), ("application/x-ndjson", b"{}\n{}"),
]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["/admin/login/", "/admin/password_change/", "/admin/sign-in/code/", "/admin/sign-in/second-factor/", "/i18n/setlang/", "/api/v1/imports/", "/api/v1/claims/batches/", "/api/v1/collections/",
     "/api/v1/claims/checks/", "/api/v1/keys/", "/api/v1/receipts/verify/", "/api/v1/drugs/resolve/", "/api/v1/products/HMB/coverage/", "/api/v1/catalogs/PRIV-A/versions/p3/comments/upload/",
     "/fhir/R4/CoverageEligibilityRequest/$submit", "/", "/admin/auth/user/add/", "/admin/insurers/apikey/add/", "/admin/catalog/catalog/add/"],
)  # fmt: skip
@pytest.mark.parametrize("who", ["A-write", "checker"])
def test_an_odd_body_is_no_fault(world: World, path: str, who: str) -> None:
    found = list[str]()
    for kind, body in share(BODIES, of=path + who, each=9):
        client = Client(raise_request_exception=False)
        if who == "checker" and path.startswith("/admin/") and "login" not in path:
            user, _made = User.objects.get_or_create(username="root2", is_staff=True, is_superuser=True)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        with undone():
            try:
                response = client.generic("POST", path, body, content_type=kind, headers=world.apis[who].headers)
                if response.status_code >= 500:
                    found.append(f"{path} {kind} {body[:80]!r}: {response.status_code}")
            except Exception as fault:
                found.append(f"{path} {kind} {body[:80]!r}: {fault!r}"[:500])
    assert not found, "\n".join(found)


METHODS = ["TRACE", "HEAD", "OPTIONS", "PROPFIND", "PATCH", "get", "G" * 300]


@pytest.mark.parametrize("path", sorted({path for _method, path in FACES}))
def test_an_odd_method_is_no_fault_and_echoes_nothing(world: World, path: str) -> None:
    client = Client(raise_request_exception=False)
    for asked in share(METHODS, of=path, each=3):
        with undone():
            response = client.generic(asked, path, headers={**world.apis["A-write"].headers, "X-Secret": "echo-me"})

        assert response.status_code < 500 and "echo-me" not in str(response.headers), asked
        if not response.streaming:
            assert b"echo-me" not in response.content, asked
        assert asked not in {"TRACE", "PROPFIND"} or response.status_code >= 300, asked
