"""What an attacker would try (docs/security.md lists every row, with the test that holds it): what is not tried elsewhere is tried here."""

import io
import json
import logging
import re
import statistics
import time
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import services as catalogs
from claims.models import ClaimCheck
from common import tenancy
from common.jobs.models import Job
from common.logs import JsonFormatter
from common.sealing.fields import tagged
from config.openapi import openapi_document
from insurers import key_issuing
from insurers import services as insurers
from insurers.models import ApiKey
from tests.api.calls import BODIES
from tests.api.conftest import World, claim
from tests.conftest import Api

ROOT = Path(__file__).resolve().parents[2]
SECURITY = ROOT / "docs" / "security.md"
FIELDS = ROOT / "tests" / "cases" / "api_fields.txt"


# --- The list itself


@pytest.mark.parametrize(("letter", "most"), [("A", 45), ("C", 24)])
def test_every_row_of_the_lists_is_answered_by_a_test_that_exists_or_a_reason(letter: str, most: int) -> None:
    told = SECURITY.read_text(encoding="utf-8")
    rows = re.findall(rf"^\| ({letter}\d+) \| .*? \| .*? \| (.*?) \|$", told, re.M)

    # Each once and in order: none is missing, none stands twice, none is written so that it is not seen here.
    assert [row for row, _answer in rows] == [f"{letter}{number}" for number in range(1, most + 1)]
    assert len(re.findall(rf"^\|\s*{letter}\d+\s", told, re.M)) == most
    for row, answer in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", answer)
        assert named or answer.startswith("Reason: "), row
        assert answer.startswith("Reason: ") or len(named) == answer.count("`") // 2, f"{row} names something else"
        for path, test in named:
            assert _has_test((ROOT / path), test), f"{row} names {path}::{test}"


def _has_test(file: Path, name: str) -> bool:
    """Whether a file of tests is there, with the test where one is named."""
    made = file.read_text(encoding="utf-8") if file.is_file() else ""
    wanted = name or "test_[a-z0-9_]+"
    return re.search(rf"^\s*def {wanted}\(", made, re.M) is not None


# --- A1: another insurer's object takes as long as none


def test_what_is_anothers_takes_as_long_as_what_does_not_exist(world: World, b: Api) -> None:
    paths = ["/products/HMB/", f"/claims/checks/{world.check.pk}/", "/catalogs/PRIV-A/"]
    missing = ["/products/XYZ/", "/claims/checks/00000000-0000-4000-8000-000000000000/", "/catalogs/PRIV-Z/"]
    for anothers, none in zip(paths, missing, strict=True):
        seconds: dict[str, list[float]] = {anothers: [], none: []}
        for _round in range(60):
            for path, spent in seconds.items():
                started = time.process_time()
                assert b.get(path).status_code == 404
                spent.append(time.process_time() - started)
        assert abs(statistics.median(seconds[anothers]) - statistics.median(seconds[none])) < 0.005
        with CaptureQueriesContext(connection) as of_a:
            b.get(anothers)
        with CaptureQueriesContext(connection) as of_none:
            b.get(none)
        assert len(of_a) == len(of_none)


# --- A5: fields that are ours to set

WRITES = {
    "catalog-list": ("/catalogs/", "catalog.Catalog"),
    "product-list": ("/products/", "insurers.Product"),
    "product-version-list": ("/products/HMB/versions/", "insurers.ProductVersion"),
    "product-version-clone": ("/products/HMB/versions/2026/clone/", "insurers.ProductVersion"),
    "check-list": ("/claims/checks/", "claims.ClaimCheck"),
    "authorisation-list": ("/prior-authorisations/", "claims.PriorAuthorisation"),
    "webhook-list": ("/webhooks/", "insurers.Webhook"),
    "version-withdraw": ("/catalogs/COM/versions/v1/withdraw/", "catalog.CatalogVersion"),
    "version-publish": ("/catalogs/COM/versions/v2/publish/", "catalog.CatalogVersion"),
    "version-submit": ("/catalogs/COM/versions/v2/submit/", "catalog.CatalogVersion"),
}
# What a person may set, by the route.
OPEN = {
    "catalog-list": {"code", "name", "kind", "series", "publisher", "owner", "province", "premium_cny", "insured_count"}
    | {"provenance", "note"},
    "product-list": {"code", "name", "note", "public"},
    "product-version-list": {"label", "effective_from", "effective_to"},
    "product-version-clone": {"label", "effective_from", "effective_to"},
    "check-list": {"product", "claim_no", "service_date", "as_known_at"},
    "authorisation-list": {"product", "member_ref", "quantity", "urgent"},
    "webhook-list": {"url", "events", "note"},
    "version-withdraw": set(),
    "version-publish": {"note"},
    "version-submit": {"comments_until"},
}
ALWAYS_OURS = {
    "id",
    "pk",
    "tenant",
    "insurer",
    "insurer_id",
    "state",
    "status",
    "published_at",
    "published_by",
    "approved_by",
} | {
    "is_staff",
    "created_by",
    "checksum",
}


@pytest.mark.parametrize("route", WRITES)
def test_no_field_of_ours_can_be_set_from_outside(world: World, route: str) -> None:
    path, model = WRITES[route]
    of_model = {name for field in apps.get_model(model)._meta.get_fields() for name in (field.name, f"{field.name}_id")}
    api = world.apis["checker" if route.startswith(("version", "catalog")) else "A-write"]
    body = BODIES.get(("POST", route), dict)()

    for name in sorted((of_model | ALWAYS_OURS) - OPEN[route]):
        response = api.post(path, {**body, name: "1"})
        assert response.status_code == 400, (name, response.content)
        assert f"/{name}" in [error["pointer"] for error in response.json()["errors"]]


def test_the_personal_data_of_a_patient_is_refused_by_name(world: World, a: Api) -> None:
    for name in ("name", "id_card", "phone", "姓名", "身份证号"):
        response = a.post("/claims/checks/", claim(member={"member_ref": "m", name: "x"}))
        assert response.status_code == 400
        assert response.json()["errors"][0]["code"] == "personal_data"


# --- A6: what goes out is written down

NEVER_OUT = {"secret_hash", "salt", "previous_salt", "file_path", "password", "facts", "owner_id", "insurer_id"} | {
    "row_no",
    "pinyin",
    "initials",
    "base_key",
    "approval_key",
}


def _fields() -> str:
    schemas = openapi_document()[0]["components"]["schemas"]
    lines = [
        f"{name}: {' '.join(sorted(schema['properties']))}"
        for name, schema in sorted(schemas.items())
        if "properties" in schema and not name.startswith("Paginated")
    ]
    return "\n".join(lines) + "\n"


def test_every_field_of_every_shape_is_the_one_written_down() -> None:
    """A field more or less is a change of the contract: look at it, then write it down."""
    assert _fields() == FIELDS.read_text(encoding="utf-8")


def test_no_shape_shows_what_is_kept_inside() -> None:
    words = set(re.findall(r"\w+", _fields()))

    assert not words & NEVER_OUT


# --- A7: filters and orderings by what is hidden


@pytest.mark.parametrize(
    "path",
    ["/catalogs/", "/products/", "/claims/checks/", "/claims/batches/", "/imports/", "/drugs/", "/webhooks/"]
    + ["/catalogs/COM/versions/", "/catalogs/COM/versions/v1/entries/", "/products/HMB/versions/"],
)
def test_no_hidden_field_can_be_filtered_or_ordered_by(world: World, a: Api, path: str) -> None:
    hidden = ["owner", "owner__name", "insurer", "insurer__code", "insurer_id", "version__catalog__owner", "row_hash"]
    hidden += [
        "secret_hash",
        "job__state",
        "pk__in",
        "id__gt",
        "_connector",
        "_negated",
        "q__contains",
        "catalog__code",
        "__class__",
    ]

    for name in hidden:
        assert a.get(path, {name: "1"}).status_code == 400, name
        assert a.get(path, {"ordering": name}).status_code == 400, name
        assert a.get(path, {"ordering": f"-{name}"}).status_code == 400, name


# --- A8: queries do not grow with rows


def _queries(api: Api, path: str) -> int:
    api.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert api.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "path", ["/catalogs/", "/products/", "/claims/checks/", "/drugs/", "/catalogs/COM/versions/", "/webhooks/"]
)
def test_a_list_costs_as_many_queries_for_many_rows_as_for_one(world: World, a: Api, path: str) -> None:
    one = _queries(a, f"{path}?page_size=1")
    tenancy.act_for(tenancy.OFFICE)
    for number in range(6):
        catalogs.create_catalog(code=f"MORE-{number}", name="更多", kind="commercial", by="alice")
        insurers.create_product(insurer_id=world.a.pk, code=f"MORE-{number}", name="更多", by="key:a")
    for number in range(4):
        a.post("/claims/checks/", claim(claim_no=f"MORE-{number}"))

    assert _queries(a, f"{path}?page_size=50") == one <= 6


# --- A12, A13: questions that are too large


def test_a_search_for_a_novel_is_refused_and_wildcards_are_letters(world: World, a: Api) -> None:
    entries = "/catalogs/COM/versions/v1/entries/"

    assert a.get(entries, {"q": "替" * 10_000}).status_code == 400
    for wildcard in ("%", "_", "%%%", "*", ".*", "(a+)+$", "替%尼"):
        assert a.get(entries, {"q": wildcard}).json()["count"] == 0
        assert a.get(entries, {"manufacturer": wildcard}).json()["count"] == 0
        assert a.get(entries, {"class_code": wildcard[:10]}).json()["count"] == 0


@pytest.mark.parametrize(
    ("path", "body", "most"),
    [
        ("/products/HMB/coverage/", {"generic_name": "阿昔替尼片"}, 1000),
        ("/drugs/resolve/", {"generic_name": "阿昔替尼片"}, 500),
        ("/manifest/check/", {"catalog": "COM", "version": "v1", "checksum": "0" * 64}, 100),
    ],
)
def test_a_list_of_questions_has_an_end(world: World, a: Api, path: str, body: Any, most: int) -> None:
    assert a.post(path, [body] * most).status_code == 200
    assert a.post(path, [body] * (most + 1)).status_code == 400
    assert a.post(path, []).status_code == 400


def test_a_claim_has_at_most_five_hundred_lines(world: World, a: Api) -> None:
    line = {"generic_name": "阿昔替尼片", "quantity": "1", "amount": "1.00"}

    for lines, status in ((500, 200), (501, 400)):
        asked = claim(lines=[{**line, "line_no": number + 1} for number in range(lines)])
        assert a.post("/claims/checks/?dry_run=true", asked).status_code == status


# --- A18: the same drug however it is typed


@pytest.mark.parametrize(
    "name",
    [
        "甲磺酸奥希替尼片",
        "甲磺酸奥希替尼\u200b片",
        " 甲磺酸 奥希替尼片 ",
        "甲磺酸奥希替尼片®",
        unicodedata.normalize("NFD", "甲磺酸奥希替尼片"),
        "甲磺酸奥希替尼⽚",  # U+2F5A, the Kangxi radical
    ],
)
def test_a_drug_is_the_same_however_it_is_typed(world: World, a: Api, name: str) -> None:
    plain = a.post("/drugs/resolve/", [{"generic_name": "甲磺酸奥希替尼片"}]).json()["results"][0]["drug"]
    found = a.get("/products/HMB/coverage/", {"generic_name": name, "icd10": "C34.1"}).json()

    resolved = a.post("/drugs/resolve/", [{"generic_name": name}]).json()["results"][0]["drug"]
    assert plain is not None
    assert found["drug"]["id"] == resolved["id"] == plain["id"]


def test_a_look_alike_letter_is_not_the_letter(world: World, a: Api) -> None:
    cyrillic = a.get("/catalogs/СОМ/")  # С, О and М of another alphabet

    assert cyrillic.status_code == 404


# --- A20 to A23: keys


def test_only_the_hash_of_a_key_is_kept(world: World) -> None:
    key = world.apis["A-write"].headers["Authorization"].removeprefix("Api-Key ")
    mark, prefix, secret = key.split("_")
    kept = ApiKey.objects.filter(prefix=prefix).values().get()

    assert mark == "sbm"
    assert len(secret) == 43  # 256 bits
    assert secret not in str(kept)
    assert re.fullmatch("[0-9a-f]{64}", kept["secret_hash"])


def test_a_key_that_does_not_count_is_answered_alike_whatever_is_wrong_with_it(world: World) -> None:
    good = world.apis["A-write"].headers["Authorization"]
    prefix = good.split("_")[1]
    unlike = [
        "",
        "Api-Key",
        "Bearer " + good.split()[1],
        "Api-Key sbm_zzzzzzzz_" + "x" * 43,
        f"Api-Key sbm_{prefix}_{'x' * 43}",
    ]
    unlike += [world.apis[who].headers["Authorization"] for who in ("malformed", "expired", "revoked")]
    unlike += [good + "x", good.replace("sbm_", "SBM_"), good + "\u00e9", "Api-Key " + "x" * 5000]

    seen = set()
    for header in unlike:
        response = Client(raise_request_exception=False).get(
            "/api/v1/products/", headers={"Authorization": header} if header else {}
        )
        headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
        document = response.json()
        del document["request_id"]
        seen.add((response.status_code, json.dumps(headers, sort_keys=True), json.dumps(document)))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 401


def test_two_keys_live_side_by_side_while_one_is_exchanged(world: World) -> None:
    row, second = key_issuing.issue_insurer_key(insurer=world.a, scopes=["coverage:read"], by="root")
    first = world.apis["A-write"]
    assert first.get("/products/").status_code == Api(second).get("/products/").status_code == 200

    key_issuing.revoke_key(key=row, by="root")

    assert Api(second).get("/products/").status_code == 401
    assert first.get("/products/").status_code == 200


def test_a_key_ends_when_it_expires_is_revoked_or_its_holder_is_suspended(world: World) -> None:
    path = "/products/HMB/coverage/"
    asked = {"generic_name": "阿昔替尼片", "icd10": "C64"}
    api = world.apis["A-write"]
    row = ApiKey.objects.get(prefix=api.headers["Authorization"].split("_")[1])
    assert api.get(path, asked).status_code == 200
    tenancy.act_for(tenancy.OFFICE)

    key_issuing.revoke_key(key=row, by="root")

    assert api.get(path, asked).status_code == 401
    tenancy.act_for(tenancy.OFFICE)
    soon = key_issuing.issue_insurer_key(
        insurer=world.a, scopes=["coverage:read"], expires_at=timezone.now() + timedelta(seconds=1), by="root"
    )[1]
    assert Api(soon).get("/products/").status_code == 200
    time.sleep(1.2)
    assert Api(soon).get("/products/").status_code == 401
    tenancy.act_for(tenancy.OFFICE)
    other = key_issuing.issue_insurer_key(insurer=world.b, scopes=["coverage:read"], by="root")[1]
    world.b.is_active = False
    world.b.save()
    assert Api(other).get("/products/").status_code == 401


def test_an_insurers_key_can_never_publish_catalogs(world: World) -> None:
    with pytest.raises(key_issuing.BadScope):
        key_issuing.issue_insurer_key(insurer=world.a, scopes=["catalog:publish"], by="root")


# --- A24 to A26, A32: people


@pytest.fixture
def person(db: None) -> Any:
    tenancy.act_for(tenancy.OFFICE)
    return get_user_model().objects.create_user(
        "dora", password="correct horse battery", is_staff=True, is_superuser=True
    )


def _sign_in(client: Client, name: str, password: str) -> Any:
    return client.post("/admin/login/", {"username": name, "password": password})


def test_the_login_says_the_same_of_an_unknown_name_and_a_wrong_password(person: Any) -> None:
    def told(name: str, client: Client) -> str:
        answered = _sign_in(client, name, "wrong wrong wrong").content.decode()
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|value="(dora|nobody)"', "", answered)

    assert told("dora", Client()) == told("nobody", Client())


def test_five_wrong_passwords_close_the_login_for_that_address_only(person: Any) -> None:
    here, elsewhere = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    for _attempt in range(5):
        _sign_in(here, "dora", "wrong wrong wrong")

    assert _sign_in(here, "dora", "correct horse battery").status_code in {403, 429}
    assert _sign_in(elsewhere, "dora", "correct horse battery").status_code == 302


def test_a_session_is_new_at_login_and_dead_after_logout_password_change_and_suspension(person: Any) -> None:
    client = Client()
    client.get("/admin/login/")
    client.session["planted"] = True
    client.session.save()
    before = client.session.session_key
    _sign_in(client, "dora", "correct horse battery")
    held = client.cookies["sessionid"].value
    assert held != before

    def alive(cookie: str) -> bool:
        other = Client()
        other.cookies["sessionid"] = cookie
        return other.get("/admin/").status_code == 200

    assert alive(held)
    person.set_password("another horse battery")
    person.save()
    assert not alive(held)
    second = Client()
    _sign_in(second, "dora", "another horse battery")
    cookie = second.cookies["sessionid"].value
    person.is_active = False
    person.save()
    assert not alive(cookie)
    person.is_active = True
    person.save()
    third = Client()
    _sign_in(third, "dora", "another horse battery")
    cookie = third.cookies["sessionid"].value
    third.post("/admin/logout/")
    assert not alive(cookie)


def test_a_form_without_its_token_is_refused(person: Any) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert _sign_in(strict, "dora", "correct horse battery").status_code == 403


def test_a_session_is_no_key_and_no_other_site_may_read_an_answer(person: Any, world: World, a: Api) -> None:
    signed_in = Client()
    _sign_in(signed_in, "dora", "correct horse battery")
    assert signed_in.get("/api/v1/products/").status_code == 401

    for method in ("get", "options"):
        answer = getattr(a.client, method)(
            "/api/v1/products/",
            headers={**a.headers, "Origin": "https://evil.example", "Access-Control-Request-Method": "GET"},
        )
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


# --- A28, A29: the second person, and the order of steps


def test_the_second_person_is_another_person_not_another_key(world: World) -> None:
    also_alice = Api(
        key_issuing.issue_curator_key(username="alice", scopes=["catalog:publish", "catalog:write"], by="root")[1]
    )

    refused = also_alice.post("/catalogs/COM/versions/v2/publish/")

    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")


def test_whoever_submitted_is_no_second_person_either(world: World) -> None:
    checker = world.apis["checker"]
    assert checker.post("/catalogs/COM/versions/v2/submit/").status_code == 200

    refused = checker.post("/catalogs/COM/versions/v2/publish/")

    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")


def test_what_was_checked_is_what_is_published(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_catalogentry SET row_hash = sha256('x') WHERE version_id = %s AND entry_code = 'E-1'",
            [world.v2.pk],
        )

    refused = world.apis["checker"].post("/catalogs/COM/versions/v2/publish/")

    assert (refused.status_code, refused.json()["code"]) == (409, "checksum_mismatch")


STEPS = [
    ("v1", "publish", {}),
    ("v1", "submit", {}),
    ("v2", "withdraw", {"reason": "x"}),
]


@pytest.mark.parametrize(("label", "deed", "body"), STEPS)
def test_no_step_is_skipped_or_taken_twice(world: World, label: str, deed: str, body: dict[str, str]) -> None:
    third = Api(
        key_issuing.issue_curator_key(username="erin", scopes=["catalog:publish", "catalog:write"], by="root")[1]
    )

    assert third.post(f"/catalogs/COM/versions/{label}/{deed}/", body).status_code == 409


def test_a_published_version_is_published_once_and_withdrawn_once(world: World) -> None:
    checker = world.apis["checker"]
    path = "/catalogs/COM/versions/v2/"

    for deed, body, done in (("publish", {}, 200), ("withdraw", {"reason": "错"}, 202)):
        first, second = (checker.post(f"{path}{deed}/", body).status_code for _ in range(2))
        assert (first, second) == (done, 409)
    third = Api(
        key_issuing.issue_curator_key(username="erin", scopes=["catalog:publish", "catalog:write"], by="root")[1]
    )
    assert [third.post(f"{path}withdraw/", {}).status_code for _ in range(2)] == [200, 409]
    assert checker.delete(path).status_code == 409


# --- A33: what is stored is data


def test_hostile_text_comes_back_as_json_and_nothing_else(world: World, a: Api) -> None:
    hostile = "<script>alert(1)</script>{{7*7}}"
    assert a.post("/products/", {"code": "HOSTILE", "name": hostile}).status_code == 201

    found = a.get("/products/HOSTILE/")

    assert found["Content-Type"] == "application/json"
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found.json()["name"] == hostile


@pytest.mark.parametrize(
    "character", ["\u202e", "\u200b", "\u2066", "\x1b", "\u0085", "\ufeff", "\U000e0041", "\ufffe"]
)
def test_a_name_that_cannot_be_seen_for_what_it_is_is_refused(world: World, a: Api, character: str) -> None:
    response = a.post("/products/", {"code": "HIDDEN", "name": f"惠民{character}保"})

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"pointer": "/name", "code": "control_character", "detail": response.json()["errors"][0]["detail"]}
    ]


def test_a_file_name_cannot_leave_its_header(world: World) -> None:
    file = io.BytesIO(b"entry_code,generic_name\nX-1,\n")
    file.name = 'a"; filename="evil.exe\u202e.csv'
    maker = world.apis["maker"]
    made = maker.upload("/imports/", file, catalog="COM", label="v9", effective_from="2027-01-01")
    assert made.status_code == 202

    response = maker.get(f"/imports/{made.json()['id']}/problems.csv")

    assert "\n" not in response["Content-Disposition"]
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9._ -]+\"; filename\*=UTF-8''[A-Za-z0-9.%_-]+",
        response["Content-Disposition"],
    )


# --- A36, A38: where a request says it comes from, and files


def test_a_forwarded_host_changes_no_link(world: World, a: Api) -> None:
    response = a.get(
        "/products/", {"page_size": "1"}, **{"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    )
    a.post("/products/", {"code": "MORE", "name": "更多"})
    listed = a.get("/products/", {"page_size": "1"}, **{"X-Forwarded-Host": "evil.example"})

    assert "evil.example" not in response.content.decode() + listed.content.decode()
    assert listed.json()["next"].startswith("http://testserver/")


def test_no_upload_can_be_fetched_but_through_the_api(world: World, settings: Any) -> None:
    assert settings.MEDIA_URL in {"", "/"}
    for path in ("/uploads/", "/media/", f"/uploads/{world.office_import.file_path}", "/static/../uploads/", "/var/"):
        assert Client().get(path).status_code == 404


# --- A41, A42: logs


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Collect every log line, as it is written."""
    lines: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonFormatter().format(record))

    handler = Collecting(level=logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)


def test_neither_keys_nor_claims_are_in_logs_or_jobs(world: World, a: Api, logged: list[str]) -> None:
    marker = "m-PERSONAL-77"
    asked = claim(claim_no=f"C-{marker}", member={"member_ref": marker}, diagnoses=["B20"])
    a.post("/claims/checks/", asked)
    a.post("/claims/checks/", {**asked, "unknown": marker})
    a.post("/claims/checks/", {**asked, "lines": "wrong"})
    Client(raise_request_exception=False).get("/api/v1/products/", headers={"Authorization": "Api-Key sbm_abc_SECRET"})
    tenancy.act_for(tenancy.OFFICE)

    told = "\n".join(logged) + "\n".join(str(row) for row in Job.objects.values("kind", "subject", "last_error"))

    for secret in (marker, "B20", "SECRET", a.headers["Authorization"].split("_")[-1]):
        assert secret not in told
    assert tagged(ClaimCheck.objects.all(), "claim_tag", [f"C-{marker}"], None).count() == 1


def test_a_line_of_the_log_is_one_line_whatever_is_in_it(world: World, logged: list[str]) -> None:
    Client().get("/api/v1/nowhere/%0a%7B%22level%22:%22FORGED%22%7D%0d%0a/", headers={"X-Request-ID": "a\nb"})

    assert logged
    for line in logged:
        assert "\n" not in line and "\r" not in line
        assert json.loads(line)["level"] != "FORGED"


# --- A44: clocks


def test_nobody_asks_what_is_not_known_yet(world: World, a: Api) -> None:
    asked = {"generic_name": "阿昔替尼片", "icd10": "C64", "known_at": "2999-01-01T00:00:00Z"}

    refused = a.get("/products/HMB/coverage/", asked)

    assert refused.status_code == 400 and refused.json()["errors"][0]["code"] == "out_of_range"
