"""What a curator reads beside the data: roles, passwords, empty lists, what a button would do. Sam is an administrator, Ines of insurer A."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Catalog
from desk.deed_words import object_name
from insurers.models import ApiRequest, Insurer, InsurerUser
from insurers.persons import INSURERS_USERS
from tests.desk.test_accounts import entering, page, person, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return person("sam", "系统管理")


@pytest.fixture
def ines(insurer: Insurer) -> User:
    user = person("ines", INSURERS_USERS)
    InsurerUser.objects.create(user=user, insurer=insurer)
    return user


def made(client: Client, name: str, password: str = "A long enough one 2026") -> Any:
    sent = {"username": name, "password1": password, "password2": password}
    return client.post(page("add"), sent, follow=True)


def test_an_account_without_a_role_is_told_to_both(sam: User) -> None:
    assert "还没有角色" in text_of(made(entering(sam, "zh-CN"), "nora"))

    assert "您还没有角色" in text_of(entering(person("noah"), "zh-CN").get(reverse("admin:index")))
    assert "您还没有角色" not in text_of(entering(sam, "zh-CN").get(reverse("admin:index")))


@pytest.mark.parametrize(("password", "said"), [("aB3", "密码太短：至少 12 个字符"), ("nora-nora-nora-7N", "太相近")])
def test_what_a_password_lacks_is_said_in_the_readers_language(sam: User, password: str, said: str) -> None:
    client = entering(sam, "zh-CN")
    shown = text_of(made(client, "nora-nora-nora", password))

    assert said in shown
    for english in ("Your password", "The password", "at least"):
        assert english not in shown + text_of(client.get(page("add")))


def test_a_failed_sign_in_is_told_in_our_own_sentence() -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    shown = text_of(client.post(reverse("admin:login"), {"username": "x", "password": "y"}))

    assert "用户名或密码有误（均区分大小写）。" in shown


def test_roles_are_called_in_the_readers_language(sam: User) -> None:
    person("erin", "目录编辑")

    assert "list editor" in text_of(entering(sam).get(page("changelist")))
    assert "目录编辑" in text_of(entering(sam, "zh-CN").get(page("changelist")))


def test_a_button_that_would_be_refused_says_so_before(sam: User) -> None:
    client = entering(sam)
    made(client, "nora")
    nora = User.objects.get(username="nora")
    shown = client.get(page("change", nora.pk)).content.decode()

    assert page("factor", nora.pk) not in shown
    assert "You gave this account its password" in shown
    assert "signed out everywhere" in text_of(client.get(page("sessions", nora.pk)))


@pytest.mark.parametrize(("query", "said"), [("", "这里还没有记录"), ("?q=zzz", "没有符合搜索和筛选条件的记录")])
def test_an_empty_list_says_why_it_is_empty(ines: User, query: str, said: str) -> None:
    shown = text_of(entering(ines, "zh-CN").get(reverse("admin:insurers_apirequest_changelist") + query))

    assert said in shown
    assert "新建" not in shown and "yielded" not in shown


def test_an_insurers_user_finds_the_upload_of_claims_by_its_name(ines: User) -> None:
    shown = entering(ines, "zh-CN").get(reverse("admin:claims_claimbatch_changelist")).content.decode()

    assert f'href="{reverse("admin:claims_claimbatch_add")}"' in shown
    assert "上传理赔文件" in shown


def test_the_request_log_says_what_it_is_and_shows_what_failed(ines: User, insurer: Insurer) -> None:
    row = ApiRequest.objects.create(
        id="1", insurer=insurer, key="k", method="GET", route="/x/{id}", status=404, milliseconds=3, at=timezone.now()
    )
    client = entering(ines, "zh-CN")
    shown = client.get(reverse("admin:insurers_apirequest_changelist")).content.decode()

    assert "记录保留 30 天" in shown
    assert "badge-warn" in shown
    at = f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}"
    assert at in text_of(client.get(reverse("admin:insurers_apirequest_change", args=[row.pk])))


def test_lists_of_one_code_are_told_apart_by_their_owner(insurer: Insurer) -> None:
    for owner in (None, insurer):
        Catalog.objects.create(code="TWIN", name="双胞目录", kind="commercial", owner=owner)
    erin = person("erin", "目录编辑")

    assert insurer.name in text_of(entering(erin).get(reverse("admin:catalog_catalog_upload_choose") + "?q=TWIN"))


def test_a_listing_of_checks_is_called_once_in_the_log() -> None:
    assert object_name("claimcheck", "claimcheck") == "claim check"
    assert object_name("claimcheck", "A 7") == "claim check A 7"
