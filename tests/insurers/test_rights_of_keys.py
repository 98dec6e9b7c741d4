"""A key never does more than whoever issued it may do now, and acts as them (spec api.md, Auth)."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from desk.roles import ADMINISTRATOR, AUDITOR, EDITOR, REVIEWER
from insurers import approval, key_issuing, services
from insurers.models import ApiKey, Insurer, ProductVersion
from insurers.persons import bind_user
from insurers.scopes import OF_INSURER, OF_OFFICE, Scope, may_give
from tests.insurers.test_product_versions import TERMS

EVERY_INSURERS = frozenset(OF_INSURER)


@pytest.mark.parametrize(
    ("rights", "of_insurer", "is_insurers", "given"),
    [
        ({"*"}, False, False, frozenset(OF_OFFICE)),
        ({"*"}, True, False, frozenset()),  # a superuser curates
        ({"insurers.add_apikey"}, True, False, EVERY_INSURERS),
        ({"insurers.add_apikey"}, False, False, frozenset()),
        ({"insurers.add_apikey", "catalog.publish_catalogversion"}, True, False, frozenset()),
        ({"insurers.add_apikey", "catalog.change_catalogversion"}, True, False, frozenset()),
        ({"insurers.add_apikey", "audit.view_record"}, True, False, frozenset()),
        ({"insurers.view_product", "insurers.change_productversion"}, True, True, frozenset()),  # may not issue
        (
            {"insurers.add_apikey", "insurers.view_product"},
            True,
            True,
            frozenset({Scope.CATALOG_READ, Scope.COVERAGE_READ, Scope.CLAIMS_CHECK}),
        ),
        (
            {"insurers.add_apikey", "insurers.change_productversion"},
            True,
            True,
            frozenset({Scope.PRODUCTS_WRITE, Scope.CATALOG_WRITE}),
        ),
        ({"insurers.add_apikey", "insurers.change_webhook"}, True, True, frozenset({Scope.WEBHOOKS_MANAGE})),
        ({"catalog.publish_catalogversion"}, False, False, frozenset({Scope.CATALOG_PUBLISH})),
        (set(), False, False, frozenset()),
    ],
)
def test_what_a_person_may_give(rights: set[str], of_insurer: bool, is_insurers: bool, given: frozenset[str]) -> None:
    assert may_give(rights, of_insurer=of_insurer, is_insurers=is_insurers) == given


@pytest.fixture
def insurer(db: None) -> Insurer:
    return services.insurer_named(code="KEYS-A", by="root")


def person(name: str, group: str = "", insurer: Insurer | None = None) -> User:
    user = User.objects.create_user(name, is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    if insurer is not None:
        bind_user(user=user, insurer=insurer, by="root")
    return User.objects.get(pk=user.pk)


def who(key: str) -> dict[str, object]:
    answer = Client().get("/api/v1/insurers/me/", headers={"Authorization": f"Api-Key {key}"})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_rights_taken_from_an_account_are_taken_from_its_keys(insurer: Insurer) -> None:
    own = person("zhou", insurer=insurer)
    row, key = key_issuing.issue_insurer_key(
        insurer=insurer, scopes=["coverage:read", "claims:check"], by="zhou", issuer=own
    )
    assert who(key)["scopes"] == ["claims:check", "coverage:read"]
    assert who(key)["person"] == "zhou"
    User.objects.filter(pk=own.pk).update(is_active=False)
    assert who(key)["scopes"] == []
    other = person("qian", insurer=insurer)
    key_issuing.take_over_key(key=row, issuer=other, by="qian")
    assert who(key)["scopes"] == ["claims:check", "coverage:read"]
    assert who(key)["person"] == "qian"


def test_a_curators_key_has_what_the_curator_has_now(db: None) -> None:
    sun = person("sun", EDITOR)
    _row, key = key_issuing.issue_curator_key(username="sun", scopes=["catalog:read", "catalog:write"], by="root")
    assert who(key)["scopes"] == ["catalog:read", "catalog:write"]
    sun.groups.set([Group.objects.get(name=REVIEWER)])
    assert who(key)["scopes"] == ["catalog:read"]
    with pytest.raises(key_issuing.MoreThanIssuer):
        key_issuing.issue_curator_key(username="sun", scopes=["catalog:write"], by="root")


def test_a_command_makes_a_key_for_an_account_that_nobody_signs_in_to(db: None) -> None:
    _row, key = key_issuing.issue_curator_key(username="sync", scopes=["catalog:publish"], by="root")
    assert who(key) | {"scopes": ["catalog:publish"], "person": "sync"} == who(key)


@pytest.mark.parametrize(
    ("group", "for_insurer", "scopes"),
    [
        (ADMINISTRATOR, False, ["catalog:publish"]),
        (ADMINISTRATOR, False, ["catalog:read"]),
        (EDITOR, True, ["claims:check"]),
        (REVIEWER, True, ["coverage:read"]),
        (AUDITOR, True, ["coverage:read"]),
        (EDITOR, False, ["catalog:publish"]),
        (REVIEWER, False, ["catalog:write"]),
    ],
)
def test_nobody_gives_a_key_what_they_lack(insurer: Insurer, group: str, for_insurer: bool, scopes: list[str]) -> None:
    issuer = person("li", group)
    with pytest.raises(key_issuing.MoreThanIssuer):
        if for_insurer:
            key_issuing.issue_insurer_key(insurer=insurer, scopes=scopes, by="li", issuer=issuer)
        else:
            key_issuing.issue_curator_key(username="li", scopes=scopes, by="li", issuer=issuer)
    assert not ApiKey.objects.exists()


def test_an_insurers_people_give_their_own_insurers_keys_only(insurer: Insurer) -> None:
    other = services.insurer_named(code="KEYS-B", by="root")
    issuer = person("wu", insurer=insurer)
    with pytest.raises(key_issuing.MoreThanIssuer):
        key_issuing.issue_insurer_key(insurer=other, scopes=["coverage:read"], by="wu", issuer=issuer)
    _row, key = key_issuing.issue_insurer_key(
        insurer=other, scopes=["coverage:read"], by="zheng", issuer=person("zheng", ADMINISTRATOR)
    )
    assert who(key)["scopes"] == ["coverage:read"]


def post(key: str, path: str, body: dict[str, object], **headers: str) -> tuple[int, dict[str, object]]:
    answer = Client().post(
        f"/api/v1/{path}", body, content_type="application/json", headers={"Authorization": f"Api-Key {key}", **headers}
    )
    return answer.status_code, answer.json()


def test_a_key_makes_its_successor_and_is_revoked(insurer: Insurer) -> None:
    _row, key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["coverage:read", "catalog:read"], by="root")
    again = {"Idempotency-Key": "rotate"}
    status, made = post(key, "keys/", {"scopes": ["coverage:read"], "note": "次年"}, **again)
    assert status == 201 and made["made_with"] == who(key)["key"]
    secret = str(made["key"])
    assert who(secret)["scopes"] == ["coverage:read"]
    # The answer is kept for whoever asks again, the key is not.
    assert post(key, "keys/", {"scopes": ["coverage:read"], "note": "次年"}, **again) == (201, made | {"key": None})
    status, refused = post(secret, "keys/", {"scopes": ["catalog:read"]})
    assert (status, refused["code"]) == (403, "beyond_own")
    status, revoked = post(secret, f"keys/{made['made_with']}/revoke/", {})
    assert status == 200 and revoked["revoked_at"]
    assert Client().get("/api/v1/keys/", headers={"Authorization": f"Api-Key {key}"}).status_code == 401
    listed = Client().get("/api/v1/keys/", headers={"Authorization": f"Api-Key {secret}"}).json()
    assert [one["is_this"] for one in listed["results"]] == [True, False]


def test_a_key_in_wrong_hands_ends_with_all_it_made(insurer: Insurer) -> None:
    _row, key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["coverage:read"], by="root")
    _row, safe = key_issuing.issue_insurer_key(insurer=insurer, scopes=["coverage:read"], by="root")
    _status, made = post(key, "keys/", {"scopes": ["coverage:read"]})
    _status, further = post(str(made["key"]), "keys/", {"scopes": ["coverage:read"]})
    assert post(safe, f"keys/{who(key)['key']}/revoke/", {"also_made": True})[0] == 200
    for secret in (key, made["key"], further["key"]):
        assert Client().get("/api/v1/keys/", headers={"Authorization": f"Api-Key {secret}"}).status_code == 401


def test_another_insurers_key_does_not_exist(insurer: Insurer) -> None:
    row, _key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["coverage:read"], by="root")
    other = services.insurer_named(code="KEYS-B", by="root")
    _row, theirs = key_issuing.issue_insurer_key(insurer=other, scopes=["coverage:read"], by="root")
    assert post(theirs, f"keys/{row.prefix}/revoke/", {})[0] == 404


def test_a_retry_with_the_next_key_is_the_same_request(insurer: Insurer) -> None:
    keys = [key_issuing.issue_insurer_key(insurer=insurer, scopes=["products:write"], by="root")[1] for _ in range(2)]
    body, once = {"code": "P-1", "name": "百万医疗"}, {"Idempotency-Key": "the-same"}
    assert [post(key, "products/", body, **once)[0] for key in keys] == [201, 201]


def test_one_person_is_not_two_by_a_key_and_an_account(insurer: Insurer) -> None:
    own = person("feng", insurer=insurer)
    _row, key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["products:write"], by="feng", issuer=own)
    post(key, "products/", {"code": "P-2", "name": "百万医疗"})
    assert post(key, "products/P-2/versions/", {**TERMS, "base": None, "negative_lists": [], "benefits": []})[0] == 201
    version = ProductVersion.objects.get()
    assert version.editors == ["feng"]
    approval.submit_product_version(version=version, by="he")
    with pytest.raises(services.SamePerson):
        approval.approve_product_version(version=version, against=version.checksum, by="feng")


@pytest.mark.parametrize("issued_at", ["page", "machine"])
@pytest.mark.parametrize("change", ["staff", "groups", "nothing"])
def test_who_leaves_the_office_leaves_no_key_behind(db: None, issued_at: str, change: str) -> None:
    sun = person("sun", EDITOR)
    sun.set_password("A long enough one 2026")
    sun.save()
    issuer = sun if issued_at == "page" else None
    row, key = key_issuing.issue_curator_key(
        username="sun", scopes=["catalog:read", "catalog:write"], by="x", issuer=issuer
    )
    if change == "staff":
        User.objects.filter(pk=sun.pk).update(is_staff=False)
    if change == "groups":
        sun.groups.clear()
    left = ["catalog:read", "catalog:write"] if change == "nothing" else []
    assert who(key)["scopes"] == left
    # The page and the list of keys say what the door does.
    assert sorted(key_issuing.scopes_now(ApiKey.objects.get(pk=row.pk))) == left


def test_many_keys_are_listed_by_a_few_statements(insurer: Insurer, django_assert_max_num_queries: Any) -> None:
    issuers = [person(name, insurer=insurer) for name in ("zhou", "qian")]
    for number in range(20):
        issuer = issuers[number % 2]
        _row, key = key_issuing.issue_insurer_key(
            insurer=insurer, scopes=["coverage:read"], by=issuer.username, issuer=issuer
        )
    with django_assert_max_num_queries(14):
        listed = Client().get("/api/v1/keys/", headers={"Authorization": f"Api-Key {key}"}).json()
    assert len(listed["results"]) == 20


def test_persons_of_many_versions_are_told_by_one_statement(
    insurer: Insurer, django_assert_max_num_queries: Any
) -> None:
    own = person("zhou", insurer=insurer)
    product = services.create_product(insurer_id=insurer.pk, code="MANY", name="多版本", by="root")
    for number in range(30):
        terms = {**TERMS, "label": f"v{number}", "base": None, "negative_lists": [], "benefits": []}
        services.create_product_version(product=product, data=terms, by=("zhou", "alice", "bob")[number % 3])
    _row, key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["products:write"], by="zhou", issuer=own)
    with django_assert_max_num_queries(12):
        listed = Client().get("/api/v1/products/MANY/versions/", headers={"Authorization": f"Api-Key {key}"}).json()
    assert {one["created_by"] for one in listed["results"]} == {"zhou", "office"}
