"""Whatever stands in the address of a page or in the fields of its form, the answer is a page, and never a fault of ours (5xx)."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.desk.test_matrix import World, insurers_people, listed, people, routes, world
from tests.sharing import share

pytestmark = pytest.mark.slow

__all__ = ["insurers_people", "people", "world"]  # fixtures

PARAMETERS = "q o p e page date known_at from to show sort kind column state catalog mark icd10 class_code day left right id__exact".split()
VALUES = ["9" * 40, "9999-12-31", "0001-01-01"]
LEFT_OUT = {"logout", "desk:end-sessions", "login"}


@pytest.mark.django_db
def test_no_address_of_a_page_is_a_fault(world: World, people: dict[str, Client]) -> None:
    table, faults = listed(), []
    roles = ("目录编辑", "目录复核", "审计", "系统管理", "A")
    for name, pattern in sorted(routes().items()):
        statuses = dict(zip(roles, table[name][1:], strict=False))
        role = next((role for role in roles if statuses.get(role) == "200"), None)
        if role is None or name in LEFT_OUT:
            continue
        people[role].raise_request_exception = False
        for value in share(VALUES, of=name, each=1):
            query = "&".join(f"{one}={quote(value)}" for one in PARAMETERS)
            answer = people[role].get(f"{world.address(name, pattern)}?{query}")
            faults += [f"{name} {value[:12]!r}: {answer.status_code}"] if answer.status_code >= 500 else []

    assert not faults, "\n".join(faults)


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["", " ", "\u3000", "\x00", "a" * 151, "a\u200bb", "a" * 1_500])
def test_an_account_needs_a_name(people: dict[str, Client], username: str) -> None:
    before = User.objects.count()

    answer = people["系统管理"].post("/admin/auth/user/add/", {"username": username, "groups": []})

    assert answer.status_code in (200, 400) and User.objects.count() == before


@pytest.mark.django_db
def test_a_nul_in_an_address_is_refused(people: dict[str, Client]) -> None:
    for address in (
        "/admin/auth/user/?q=%00",
        "/admin/auth/user/?username__exact=a%00b",
        "/admin/catalog/catalog/?%00=1",
    ):
        assert people["系统管理"].get(address).status_code == 400
