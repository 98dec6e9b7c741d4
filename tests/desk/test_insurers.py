"""Insurers, keys, products and people in the curators' pages. Alice and Bob are curators, Sam keeps the accounts, Root is a superuser."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from claims.models import ClaimCheck
from common.audit.models import Record
from insurers import approval, services
from insurers.models import ApiKey, Insurer, Product, ProductVersion
from tests.conftest import Api

pytestmark = pytest.mark.django_db

TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "annual_limit": "3000000.00",
    "deductibles": {"hospital": "12000.00"},
    "benefits": [
        {"code": "special", "name": "特定药品", "scope": "any", "ratio": "0.7000", "deductible_group": "hospital"},
        {"code": "banded", "bands": [{"up_to": "1000.00", "ratio": "0.5000"}, {"up_to": None, "ratio": "0.8000"}]},
    ],
}


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def signed_in(name: str, *apps: str, superuser: bool = False, without: str = "") -> Client:
    user = User.objects.create(username=name, is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=apps).exclude(codename=without))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def alice() -> Client:
    return signed_in("alice", "catalog", "insurers", "claims", "jobs")


@pytest.fixture
def sam() -> Client:
    """Keeps the accounts, and is no superuser."""
    return signed_in("sam", "auth")


@pytest.fixture
def product_version(insurer: Insurer) -> ProductVersion:
    product = services.create_product(
        insurer_id=insurer.pk, code="HMB", name="惠民保", is_demonstration=True, by="key:a"
    )
    return services.create_product_version(product=product, data=TERMS, by="key:abc")


# --- Keys


def issue(client: Client, **fields: Any) -> Any:
    sent = {"insurer": "", "scopes": ["catalog:read"], "expires_on": "2030-12-31", "note": "", **fields}
    return client.post(page("insurers_apikey_add"), sent)


@pytest.fixture
def kim(db: None) -> Client:
    """Keeps accounts and keys, and curates nothing."""
    return signed_in("kim", "insurers")


def test_a_key_is_shown_once_and_works(kim: Client, insurer: Insurer) -> None:
    answer = issue(kim, insurer=str(insurer.pk), scopes=["catalog:read", "coverage:read"])

    found = re.search(r"sbm_\w+_[\w-]+", answer.content.decode())
    assert found
    key, row = found[0], ApiKey.objects.get()
    assert "no-store" in answer["Cache-Control"]
    assert Api(key).get("/insurers/me/").status_code == 200
    later = kim.get(page("insurers_apikey_change", row.pk)).content.decode()
    assert key.split("_")[2] not in later
    assert row.secret_hash not in later


def test_a_curators_key_is_made_only_for_oneself(alice: Client) -> None:
    User.objects.create(username="bob", is_staff=True)

    answer = issue(alice, scopes=["catalog:publish"], username="bob", user="bob")

    assert answer.status_code == 200
    assert ApiKey.objects.get().user == User.objects.get(username="alice")


@pytest.mark.parametrize("scope", ["catalog:publish", "audit:read"])
def test_an_insurers_key_never_publishes_catalogs(kim: Client, insurer: Insurer, scope: str) -> None:
    answer = issue(kim, insurer=str(insurer.pk), scopes=[scope])

    assert answer.status_code == 200 and f"{scope} is not one of the available choices" in text_of(answer)
    assert not ApiKey.objects.exists()


def test_a_curator_gives_no_insurer_a_key_and_an_administrator_none_to_themself(
    alice: Client, kim: Client, insurer: Insurer
) -> None:
    assert "not one of the available choices" in text_of(issue(alice, insurer=str(insurer.pk)))
    assert "This field is required" in text_of(issue(kim, insurer=""))
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"expires_on": "2020-01-01"}, {"expires_on": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"insurer": "999"}],
)
def test_a_key_that_cannot_be_is_told_on_the_form(alice: Client, fields: dict[str, Any]) -> None:
    assert issue(alice, **fields).status_code == 200
    assert not ApiKey.objects.exists()


def test_a_revoked_key_is_refused_at_once(alice: Client, api: Api) -> None:
    key = ApiKey.objects.get()
    assert api.get("/insurers/me/").status_code == 200

    assert alice.post(page("insurers_apikey_revoke", key.pk)).status_code == 302

    assert api.get("/insurers/me/").status_code == 401
    assert "revoked" in text_of(alice.get(page("insurers_apikey_change", key.pk)))


@pytest.mark.parametrize(("permission", "deed"), [("add_apikey", "issue"), ("change_apikey", "revoke")])
def test_keys_need_their_permissions(insurer: Insurer, api: Api, permission: str, deed: str) -> None:
    carol = signed_in("carol", "insurers", without=permission)
    key = ApiKey.objects.get()

    answer = issue(carol) if deed == "issue" else carol.post(page("insurers_apikey_revoke", key.pk))

    assert answer.status_code == 403
    assert list(ApiKey.objects.filter(revoked_at=None)) == [key]


# --- Insurers and products


def test_an_insurer_is_made_and_its_code_stays(alice: Client) -> None:
    sent = {"code": "NEW", "name": "新保险", "is_active": "on", "retention_days": "365"}
    assert alice.post(page("insurers_insurer_add"), sent).status_code == 302
    made = Insurer.objects.get()

    alice.post(page("insurers_insurer_change", made.pk), {**sent, "code": "OTHER", "name": "改名"})

    assert list(Insurer.objects.values_list("code", "name")) == [("NEW", "改名")]
    assert alice.post(page("insurers_insurer_delete", made.pk), {"post": "yes"}).status_code == 403


def test_terms_are_shown_in_words(alice: Client, product_version: ProductVersion) -> None:
    shown = text_of(alice.get(page("insurers_productversion_change", product_version.pk)))

    for part in (
        "惠民保",
        "特定药品",
        "70 %",
        "3,000,000.00",
        "12,000.00",
        "up to 1000.00: 50 %",
        "above: 80 %",
        "Demonstration",
    ):
        assert part in shown


def test_the_office_publishes_and_withdraws_but_edits_nothing(alice: Client, product_version: ProductVersion) -> None:
    address = page("insurers_productversion_publish", product_version.pk)
    assert "somebody submits it first" in text_of(alice.get(address))
    assert alice.post(address).status_code == 409
    assert ProductVersion.objects.get().state == "draft"

    approval.submit_product_version(version=product_version, by="ines")

    assert alice.post(address).status_code == 302
    assert alice.post(address).status_code == 409
    assert (ProductVersion.objects.get().state, ProductVersion.objects.get().published_by) == ("published", "alice")
    assert alice.post(page("insurers_productversion_change", product_version.pk), {"label": "x"}).status_code == 403
    assert alice.post(page("insurers_productversion_withdraw", product_version.pk)).status_code == 302
    assert ProductVersion.objects.get().state == "withdrawn"


def test_publishing_a_product_version_needs_its_permission(product_version: ProductVersion) -> None:
    carol = signed_in("carol", "insurers", without="change_productversion")

    assert carol.post(page("insurers_productversion_publish", product_version.pk)).status_code == 403
    assert ProductVersion.objects.get().state == "draft"


def test_a_products_page_lists_its_versions(alice: Client, product_version: ProductVersion) -> None:
    shown = text_of(alice.get(page("insurers_product_change", product_version.product_id)))

    assert "2026" in shown
    assert "Demonstration" in shown


# --- Claim checks


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "未识别"), ("en", "not recognised")])
def test_a_claim_checks_reasons_are_readable_and_nothing_is_editable(
    alice: Client, api: Api, product_version: ProductVersion, language: str, word: str
) -> None:
    services.publish_product_version(version=product_version, by="bob")
    line = {
        "line_no": 1,
        "generic_name": "没有这种药",
        "quantity": "1",
        "amount": "100.00",
        "base_paid": "0.00",
        "other_paid": "0.00",
    }
    member = {"member_ref": "m-1", "policy_start": "2026-01-01", "policy_end": "2026-12-31"}
    claim = {
        "product": "HMB",
        "claim_no": "C-<b>1</b>",
        "service_date": "2026-03-14",
        "diagnoses": ["C34.1"],
        "setting": "outpatient",
        "circumstance": "none",
        "member": member,
        "lines": [line],
    }
    made = api.post("/claims/checks/", claim)
    assert made.status_code == 200, made.content
    check = ClaimCheck.objects.get()
    address = page("claims_claimcheck_change", check.pk)

    answer = alice.get(address, headers={"accept-language": language})

    assert word in text_of(answer)
    assert "C34.1 支气管和肺恶性肿瘤" in text_of(answer)
    assert check.digest in text_of(answer)
    assert "<b>1</b>" not in answer.content.decode()
    for reason in made.json()["lines"][0]["reasons"]:
        assert reason["code"] in text_of(answer)
    assert alice.post(address, {"outcome": "eligible"}).status_code == 403
    assert alice.post(page("claims_claimcheck_delete", check.pk), {"post": "yes"}).status_code == 403
    assert alice.get(page("claims_claimcheck_changelist")).status_code == 200


def test_a_purged_check_says_so(alice: Client, insurer: Insurer, product_version: ProductVersion) -> None:
    check = ClaimCheck.objects.create(
        insurer=insurer,
        product=Product.objects.get(),
        known_at="2026-01-01T00:00:00Z",
        outcome="review",
        outcomes=["review"],
        rules_version="1",
        digest="d" * 64,
        facts=None,
        decision=None,
        decided_by="key:x",
        decided_at="2026-01-01T00:00:00Z",
    )

    assert "were removed after" in text_of(alice.get(page("claims_claimcheck_change", check.pk)))


# --- People


def change_user(client: Client, user: User, **fields: Any) -> Any:
    sent = {
        "username": user.username,
        "first_name": "",
        "last_name": "",
        "email": "",
        "is_active": "on",
        "is_staff": "on",
    }
    return client.post(page("auth_user_change", user.pk), {**sent, **fields})


def test_nobody_widens_their_own_rights(sam: Client) -> None:
    me = User.objects.get(username="sam")
    all_rights = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]

    change_user(sam, me, is_superuser="on", user_permissions=all_rights, groups=[])

    me.refresh_from_db()
    assert (me.is_superuser, me.has_perm("catalog.change_catalogversion")) == (False, False)


def test_only_a_superuser_makes_or_touches_superusers(sam: Client) -> None:
    User.objects.create(username="root", is_staff=True, is_superuser=True)
    clerk = User.objects.create(username="clerk", is_staff=True)

    change_user(sam, clerk, is_superuser="on")
    assert change_user(sam, User.objects.get(username="root"), is_active="").status_code == 403

    assert list(User.objects.filter(is_superuser=True, is_active=True).values_list("username", flat=True)) == ["root"]


def test_a_name_is_neither_changed_nor_freed(sam: Client) -> None:
    clerk = User.objects.create(username="clerk", is_staff=True)

    change_user(sam, clerk, username="alice")
    assert sam.post(page("auth_user_delete", clerk.pk), {"post": "yes"}).status_code == 403

    assert User.objects.filter(pk=clerk.pk, username="clerk").exists()


def test_nobody_widens_a_group_they_are_in(sam: Client) -> None:
    group = Group.objects.create(name="accounts")
    User.objects.get(username="sam").groups.add(group)
    right = Permission.objects.get(codename="change_catalogversion")

    answer = sam.post(page("auth_group_change", group.pk), {"name": "accounts", "permissions": [right.pk]})

    assert answer.status_code == 403
    assert not group.permissions.exists()


def test_a_curator_without_account_rights_sees_no_accounts(alice: Client) -> None:
    assert alice.get(page("auth_user_changelist")).status_code == 403


# --- Accounts


NEW_PASSWORD = "a long enough one 2026"
OWN_PASSWORD = "Another one of mine 7"


def new_account(client: Client, name: str, *groups: str) -> Any:
    address = page("auth_user_add")
    form = client.get(address)
    assert 'name="username"' in form.content.decode() and 'name="password1"' in form.content.decode()
    chosen = [str(Group.objects.get(name=group).pk) for group in groups]
    sent = {"username": name, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "groups": chosen}
    return client.post(address, sent)


@pytest.mark.parametrize(
    ("group", "may", "may_not"),
    [
        ("目录编辑", "catalog.change_catalogversion", "catalog.publish_catalogversion"),
        ("目录复核", "catalog.withdraw_catalogversion", "catalog.change_catalogversion"),
        ("审计", "audit.view_record", "catalog.add_catalog"),
        ("系统管理", "auth.add_user", "claims.view_claimcheck"),
    ],
)
def test_an_account_is_made_in_a_group_and_signs_in(group: str, may: str, may_not: str) -> None:
    root = Client(headers={"accept-language": "en"})
    root.force_login(
        User.objects.create(username="root", is_staff=True, is_superuser=True),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    assert new_account(root, "erin", group).status_code == 302

    erin = User.objects.get(username="erin")
    assert (erin.is_staff, erin.is_superuser, erin.has_perm(may), erin.has_perm(may_not)) == (True, False, True, False)
    client = Client()
    client.post("/admin/login/", {"username": "erin", "password": NEW_PASSWORD, "next": "/admin/"})
    password = page("password_change")
    assert client.get("/admin/")["Location"] == password  # what somebody else chose is changed first
    client.post(password, {"old_password": NEW_PASSWORD, "new_password1": OWN_PASSWORD, "new_password2": OWN_PASSWORD})
    assert client.get("/admin/").status_code == 200
    logged = Record.objects.get(deed="account.created")
    assert (logged.who, logged.object, logged.after["groups"]) == ("root", "erin", [group])


def test_who_audits_or_keeps_accounts_does_nothing_else() -> None:
    root = Client(headers={"accept-language": "en"})
    root.force_login(
        User.objects.create(username="root", is_staff=True, is_superuser=True),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    assert "is in no other group" in text_of(new_account(root, "erin", "审计", "目录编辑"))
    assert not User.objects.filter(username="erin").exists()
    assert new_account(root, "erin", "目录编辑", "目录复核").status_code == 302
    erin = User.objects.get(username="erin")
    chosen = [str(Group.objects.get(name=name).pk) for name in ("系统管理", "目录复核")]
    assert "is in no other group" in text_of(change_user(root, erin, groups=chosen))
    assert change_user(root, erin, groups=[chosen[0]], first_name="艾琳").status_code == 302
    changed = Record.objects.get(deed="account.changed")
    assert (changed.before["groups"], changed.after["groups"]) == (["目录复核", "目录编辑"], ["系统管理"])
    page_of = f"/admin/auth/user/{erin.pk}/password/"
    assert root.post(page_of).status_code == 200
    assert Record.objects.filter(deed="account.password_changed", object="erin").count() == 1
