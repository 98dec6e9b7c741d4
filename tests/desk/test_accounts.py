"""Accounts as administrators keep them: Sam and Sue are administrators and no curators, Erin edits, Ines is of insurer A."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from common.audit.models import Record
from common.persons.models import Standing
from insurers.key_issuing import issue_curator_key
from insurers.models import Insurer, InsurerUser
from insurers.persons import INSURERS_USERS, insurer_of

pytestmark = pytest.mark.django_db

PASSWORD = "A long enough one 2026"


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:auth_user_{name}", args=args)


def person(name: str, *groups: str) -> User:
    user = User.objects.create_user(username=name, password=PASSWORD, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def entering(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.fixture
def sam() -> Client:
    return entering(person("sam", "系统管理"))


@pytest.fixture
def erin() -> User:
    return person("erin", "目录编辑")


def make(client: Client, name: str, *groups: str, insurer: Insurer | None = None) -> Any:
    chosen = [str(Group.objects.get(name=group).pk) for group in groups]
    sent = {"username": name, "password1": PASSWORD, "password2": PASSWORD, "groups": chosen}
    return client.post(page("add"), sent | ({"insurer": str(insurer.pk)} if insurer else {}))


def test_an_administrator_makes_an_insurers_user(sam: Client, insurer: Insurer) -> None:
    assert make(sam, "ines", INSURERS_USERS, insurer=insurer).status_code == 302

    ines = User.objects.get(username="ines")
    assert insurer_of(ines) == insurer
    assert Standing.objects.get(user=ines).password_given_by == "sam"
    assert [(r.deed, r.who) for r in Record.objects.filter(object="ines").order_by("id")] == [
        ("account.created", "sam"),
        ("account.bound", "sam"),
    ]


def test_insurer_and_group_of_insurers_users_go_together(sam: Client, insurer: Insurer) -> None:
    assert "has an insurer and is in the group" in text_of(make(sam, "ines", INSURERS_USERS))
    assert "has an insurer and is in the group" in text_of(make(sam, "ines", "目录编辑", insurer=insurer))
    assert "is in no other group" in text_of(make(sam, "ines", INSURERS_USERS, "目录编辑", insurer=insurer))
    assert not User.objects.filter(username="ines").exists()


def test_an_insurers_user_stays_bound_whatever_the_form_says(
    sam: Client, insurer: Insurer, other_insurer: Insurer
) -> None:
    make(sam, "ines", INSURERS_USERS, insurer=insurer)
    ines = User.objects.get(username="ines")
    group = Group.objects.get(name=INSURERS_USERS)
    sent = {"first_name": "伊", "is_active": "on", "is_staff": "on", "groups": [group.pk], "insurer": other_insurer.pk}

    answer = sam.post(page("change", ines.pk), sent)

    assert answer.status_code == 302, text_of(answer)
    ines = User.objects.get(username="ines")
    assert (insurer_of(ines), ines.first_name) == (insurer, "伊")


def test_somebody_who_has_worked_for_the_office_does_not_become_an_insurers_user(
    sam: Client, erin: User, insurer: Insurer
) -> None:
    entering(erin)
    group = Group.objects.get(name=INSURERS_USERS)

    answer = sam.post(
        page("change", erin.pk), {"is_active": "on", "is_staff": "on", "groups": [group.pk], "insurer": insurer.pk}
    )

    assert "has worked for the office" in text_of(answer)
    assert insurer_of(User.objects.get(pk=erin.pk)) is None


def test_a_temporary_password_is_shown_once_and_works(sam: Client, erin: User) -> None:
    address = reverse("admin:auth_user_password_change", args=[erin.pk])
    assert "shown to you once" in text_of(sam.get(address))
    answer = sam.post(address)

    found = re.search(r'<output id="secret">([^<]+)</output>', answer.content.decode())
    assert found
    assert "no-store" in answer["Cache-Control"]
    client = Client()
    client.post("/admin/login/", {"username": "erin", "password": found[1], "next": "/admin/"})
    assert client.get("/admin/")["Location"] == reverse("admin:password_change")
    assert found[1] not in text_of(sam.get(page("change", erin.pk)))


def test_the_same_administrator_does_not_take_both_factors(sam: Client, erin: User) -> None:
    sue = entering(person("sue", "系统管理"))
    sam.post(reverse("admin:auth_user_password_change", args=[erin.pk]))

    refused = sam.post(page("factor", erin.pk))

    assert refused.status_code == 409
    assert "reset by another administrator" in text_of(refused)
    assert sue.post(page("factor", erin.pk)).status_code == 302
    assert Record.objects.get(deed="account.second_factor_reset").who == "sue"


@pytest.mark.parametrize("name", ["factor", "unlock", "password_change"])
def test_nobody_does_it_to_their_own_account(sam: Client, name: str) -> None:
    assert sam.post(page(name, User.objects.get(username="sam").pk)).status_code == 403


@pytest.mark.parametrize("role", ["目录编辑", "目录复核", "审计", INSURERS_USERS])
@pytest.mark.parametrize("name", ["factor", "unlock", "sessions", "password_change"])
def test_accounts_are_the_administrators(erin: User, insurer: Insurer, role: str, name: str) -> None:
    from insurers.persons import bind_user

    other = person("olga", *([] if role == INSURERS_USERS else [role]))
    if role == INSURERS_USERS:
        bind_user(user=other, insurer=insurer, by="sam")

    assert entering(other).post(page(name, erin.pk)).status_code == 403
    assert not Record.objects.filter(object="erin", who="olga").exists()


def test_an_administrator_gives_rights_by_groups_only(sam: Client, erin: User) -> None:
    group = Group.objects.get(name="目录编辑")
    publish = Permission.objects.get(codename="publish_catalogversion")

    sam.post(
        page("change", erin.pk),
        {
            "is_active": "on",
            "is_staff": "on",
            "groups": [group.pk],
            "user_permissions": [publish.pk],
            "is_superuser": "on",
        },
    )

    erin = User.objects.get(pk=erin.pk)
    assert (erin.has_perm("catalog.publish_catalogversion"), erin.is_superuser) == (False, False)


def test_the_list_says_who_is_locked_and_with_what_roles(sam: Client, erin: User) -> None:
    client = Client()
    for _n in range(5):
        client.post("/admin/login/", {"username": "erin", "password": "wrong"})

    shown = text_of(sam.get(page("changelist")))

    assert "locked" in shown and "list editor" in shown
    assert sam.post(page("unlock", erin.pk)).status_code == 302
    assert "locked" not in text_of(sam.get(page("changelist"))).replace("unlocked", "")


def test_no_page_shows_secrets_of_second_factors() -> None:
    from django.contrib import admin

    assert not [model for model in admin.site._registry if model._meta.app_label.startswith("otp_")]


def test_the_list_asks_the_database_little(sam: Client, django_assert_max_num_queries: Any) -> None:
    for n in range(60):
        person(f"p{n}", "目录编辑")
    with django_assert_max_num_queries(20):
        assert sam.get(page("changelist")).status_code == 200


def test_an_administrators_own_account_is_bound_to_no_insurer(sam: Client, insurer: Insurer) -> None:
    own = User.objects.get(username="sam")
    answer = sam.post(page("change", own.pk), {"first_name": "S", "insurer": str(insurer.pk)})
    assert answer.status_code in {200, 302}
    assert not InsurerUser.objects.filter(user=own).exists()


def test_who_holds_a_curators_key_is_told_on_the_form_that_they_are_the_offices(sam: Client, insurer: Insurer) -> None:
    issue_curator_key(username="sync", scopes=["catalog:read"], by="root")
    program = User.objects.get(username="sync")
    chosen = str(Group.objects.get(name=INSURERS_USERS).pk)
    sent = {"username": "sync", "is_active": "on", "is_staff": "on", "groups": [chosen], "insurer": str(insurer.pk)}
    answer = sam.post(page("change", program.pk), sent)
    assert answer.status_code == 200 and "has worked for the office" in text_of(answer)
