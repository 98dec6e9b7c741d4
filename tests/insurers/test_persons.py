"""Insurers' users: an account bound to an insurer sees that insurer's rows on the desk's pages and nobody else's; Ines is of A, Bea of B."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from common import tenancy
from common.audit.models import Record
from insurers import key_issuing
from insurers.models import Insurer, Product
from insurers.persons import INSURERS_USERS, NotAnInsurersAccount, bind_user, insurer_of, tenant_of

pytestmark = pytest.mark.django_db


def account(name: str, *groups: str, **fields: Any) -> User:
    user = User.objects.create(username=name, is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def entering(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ines(insurer: Insurer) -> User:
    user = account("ines")
    bind_user(user=user, insurer=insurer, by="sam")
    return User.objects.get(pk=user.pk)


def test_a_bound_account_is_its_insurers_and_the_log_says_who_bound_it(ines: User, insurer: Insurer) -> None:
    assert insurer_of(ines) == insurer
    assert tenant_of(ines) == str(insurer.pk)
    assert [group.name for group in ines.groups.all()] == [INSURERS_USERS]
    logged = Record.objects.get(deed="account.bound")
    assert (logged.who, logged.object, logged.after) == ("sam", "ines", {"insurer": "INS-A"})


def test_for_whom_accounts_work(insurer: Insurer) -> None:
    gone = Insurer.objects.create(code="GONE", name="停业", is_active=False)
    of_gone = account("gus")
    bind_user(user=of_gone, insurer=gone, by="sam")
    people = {
        tenancy.OFFICE: account("alice", "目录编辑"),
        "unbound": account("uma", INSURERS_USERS),
        "switched off": account("otto", "目录编辑", is_active=False),
        "of an insurer switched off": of_gone,
        "no staff": User.objects.create(username="nora"),
    }

    found = {who: tenant_of(User.objects.get(pk=user.pk)) for who, user in people.items()}

    assert found == {who: tenancy.OFFICE if who == tenancy.OFFICE else tenancy.NOBODY for who in people}


def test_an_insurers_user_sees_own_products_only_and_no_page_of_the_office(
    ines: User, insurer: Insurer, other_insurer: Insurer
) -> None:
    own, theirs = (
        Product.objects.create(insurer=owner, code=f"P-{owner.code}", name=owner.code)
        for owner in (insurer, other_insurer)
    )
    client = entering(ines)

    shown = client.get(reverse("admin:insurers_product_changelist")).content.decode()

    assert own.code in shown
    assert theirs.code not in shown
    assert client.get(reverse("admin:insurers_product_change", args=[own.pk])).status_code == 200
    assert client.get(reverse("admin:insurers_product_change", args=[theirs.pk])).status_code != 200
    for closed in ("auth_user", "audit_record", "insurers_insurer", "catalog_catalogversion", "jobs_job"):
        assert client.get(reverse(f"admin:{closed}_changelist")).status_code == 403, closed


def test_rights_do_not_open_the_office_to_an_insurers_user(ines: User, other_insurer: Insurer) -> None:
    ines.user_permissions.set(Permission.objects.all())
    Product.objects.create(insurer=other_insurer, code="P-B", name="乙")

    assert "P-B" not in entering(ines).get(reverse("admin:insurers_product_changelist")).content.decode()


def test_an_account_in_the_insurers_group_that_nobody_bound_does_not_come_in() -> None:
    answer = entering(account("uma", INSURERS_USERS)).get("/admin/")

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("group", ["目录编辑", "目录复核", "审计", "系统管理", "安全管理"])
def test_a_curator_does_not_become_an_insurers_user(insurer: Insurer, group: str) -> None:
    with pytest.raises(NotAnInsurersAccount):
        bind_user(user=account("alice", group), insurer=insurer, by="sam")


def test_an_insurers_user_stays_that_insurers(ines: User, insurer: Insurer, other_insurer: Insurer) -> None:
    bind_user(user=ines, insurer=insurer, by="sam")

    with pytest.raises(NotAnInsurersAccount):
        bind_user(user=ines, insurer=other_insurer, by="sam")
    with pytest.raises(NotAnInsurersAccount):
        bind_user(user=account("root", is_superuser=True), insurer=insurer, by="sam")


def test_an_insurers_user_gets_no_curators_key(ines: User) -> None:
    with pytest.raises(key_issuing.NotACurator):
        key_issuing.issue_curator_key(username="ines", scopes=["catalog:read"], by="sam")


@pytest.mark.parametrize(
    "names",
    [
        *[("审计", "目录编辑"), ("系统管理", "目录复核"), ("审计", "系统管理"), (INSURERS_USERS, "目录编辑")],
        *[("安全管理", "系统管理"), ("安全管理", "审计"), ("安全管理", "目录复核"), ("安全管理", INSURERS_USERS)],
    ],
)
def test_the_database_itself_takes_nobody_into_two_offices(names: tuple[str, str]) -> None:
    user = account("erin")

    with pytest.raises(DatabaseError, match="in no other group"), transaction.atomic():
        user.groups.set(Group.objects.filter(name__in=names))


def test_the_database_itself_keeps_an_insurers_user_out_of_the_offices_groups(ines: User) -> None:
    ines.groups.clear()
    office = Group.objects.get(name="目录编辑")

    with tenancy.acting_for(tenancy.NOBODY), pytest.raises(DatabaseError), transaction.atomic():
        ines.groups.add(office)
