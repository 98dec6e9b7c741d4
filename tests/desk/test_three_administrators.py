"""Where THREE_ADMINISTRATORS is set (C18): who keeps the system going, who keeps accounts and keys and who audits are three people.

Sam keeps the system, Sue the accounts, Adam audits, Erin edits.
"""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client

from desk.roles import ADMINISTRATOR, ALONE, AUDITOR, SECURITY, make_groups, why_not_together
from insurers import key_issuing
from insurers.key_issuing import scopes_of
from insurers.models import Insurer
from tests.desk.test_accounts import entering, make, page, person, text_of
from tests.desk.test_sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def apart(settings: Any) -> None:
    settings.THREE_ADMINISTRATORS = True
    make_groups([app for app in apps.get_app_configs() if app.models_module][-1])


@pytest.fixture
def sam() -> Client:
    return entering(person("sam", ADMINISTRATOR))


@pytest.fixture
def sue() -> Client:
    return entering(person("sue", SECURITY))


def rights(group: str) -> set[str]:
    found = Group.objects.get(name=group).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{name}" for app, name in found}


def test_no_two_of_the_three_share_a_right_to_change_anything() -> None:
    writing = {
        name: {one for one in rights(name) if ".view_" not in one} for name in (ADMINISTRATOR, SECURITY, AUDITOR)
    }

    assert writing[ADMINISTRATOR].isdisjoint(writing[SECURITY])
    assert writing[AUDITOR] == set() and writing[ADMINISTRATOR] and writing[SECURITY]
    assert "audit.view_record" not in rights(ADMINISTRATOR) | rights(SECURITY)


def test_nobody_is_two_of_them() -> None:
    three = {ADMINISTRATOR, SECURITY, AUDITOR}

    assert three <= ALONE
    assert all(why_not_together({one, other}) for one in three for other in three if one != other)


def test_accounts_and_keys_are_kept_by_one_of_them_and_jobs_by_the_other(
    sam: Client, sue: Client, insurer: Insurer
) -> None:
    assert make(sam, "erin", "目录编辑").status_code == 403
    assert make(sue, "erin", "目录编辑").status_code == 302
    erin = User.objects.get(username="erin")
    for name in ("password_change", "factor", "unlock", "sessions", "change"):
        assert (sam.post(page(name, erin.pk)).status_code, sue.get(page(name, erin.pk)).status_code) == (403, 200), name
    for address, may in (
        ("/admin/insurers/apikey/add/", sue),
        ("/admin/jobs/job/", sam),
        ("/admin/insurers/insurer/add/", sam),
    ):
        assert [one.get(address).status_code for one in (sam, sue)] == [
            200 if one is may else 403 for one in (sam, sue)
        ]
    keys = {name: scopes_of(User.objects.get(username=name), insurer) for name in ("sam", "sue")}
    assert keys["sam"] == frozenset() and keys["sue"]
    with pytest.raises(key_issuing.MoreThanIssuer):
        key_issuing.issue_insurer_key(
            insurer=insurer, scopes=["coverage:read"], by="sam", issuer=User.objects.get(username="sam")
        )


def test_whoever_is_locked_is_told_who_unlocks() -> None:
    for _time in range(5):
        _client, answer = sign_in("nobody", "wrong")

    assert answer.status_code == 429 and "安全管理" in text_of(answer)
