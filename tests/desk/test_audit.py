"""The log of deeds on pages: what changed in words, filters, files, whether it is whole; Dora audits, Erin edits."""

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from catalog.models import Catalog
from common.audit.chain import verify
from common.audit.deeds import Deed
from common.audit.models import Record
from common.audit.services import record
from desk.deed_words import changes
from desk.roles import GROUPS
from insurers import services
from insurers.models import Insurer

pytestmark = pytest.mark.django_db


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:audit_record_{name}", args=args)


def entering(name: str, group: str, language: str = "zh-CN") -> Client:
    user = User.objects.create(username=name, is_staff=True)
    user.groups.set(Group.objects.filter(name=group))
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.fixture
def dora() -> Client:
    return entering("dora", "审计")


@pytest.fixture
def renamed(insurer: Insurer) -> Record:
    insurer.name = "甲保险改名"
    insurer.retention_days = 365
    services.keep_insurer(insurer=insurer, by="sam")
    return Record.objects.get(deed="insurer.changed")


CHANGES = [
    (None, None, []),
    ({"name": "旧"}, {"name": "新"}, [("名称", "旧", "新")]),
    ({"name": "旧", "code": "A"}, {"name": "新", "code": "A"}, [("名称", "旧", "新")]),
    (None, {"is_active": True}, [("启用", "—", "是")]),
    ({"groups": ["a"]}, {"groups": []}, [("角色", "a", "—")]),
    ({"x_y": 1}, None, [("x y", "1", "—")]),
    (["a"], ["a", "b"], [("全部", "a", "a；b")]),
    ({"name": 1}, {"name": "1"}, [("名称", "1", "1")]),
]


@pytest.mark.parametrize(("before", "after", "told"), CHANGES)
def test_what_changed_is_told_in_words(before: Any, after: Any, told: list[tuple[str, str, str]]) -> None:
    from django.utils.translation import override

    with override("zh-hans"):
        found = changes(Record(kind="insurer", before=before, after=after))

    assert [(new, old) for _name, old, new in found] == [(new, old) for _name, old, new in told]
    assert len(found) == len(told)


def test_the_pages_say_what_was_before_and_what_is_after(dora: Client, renamed: Record) -> None:
    history = reverse("admin:insurers_insurer_history", args=[renamed.object_id])
    for address in (page("changelist"), page("change", renamed.pk), history):
        shown = text_of(dora.get(address))
        for part in ("甲保险", "甲保险改名", "1095", "365", "sam"):
            assert part in shown, (address, part)
        assert "insurer.changed" not in shown
        assert "retention_days" not in shown


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 4),
        ({"deed__exact": "insurer.changed"}, 1),
        ({"kind": "insurer"}, 1),
        ({"kind": "user"}, 3),
        ({"q": "sam"}, 2),
        ({"via__exact": "api"}, 0),
        ({"at__year": "1999"}, 0),
    ],
)
def test_the_log_is_filtered_and_downloaded(renamed: Record, asked: dict[str, str], count: int) -> None:
    dora = entering("dora", "审计")  # her signing in is a deed too
    user = User.objects.get(username="dora")
    record(Deed.ACCOUNT_UNLOCKED, by="sam", what=user)
    record(Deed.ACCOUNT_CHANGED, by="bob", what=user, reason="=1+1")

    csv = b"".join(dora.get(page("csv"), asked).streaming_content).decode("utf-8-sig").splitlines()
    sheet = load_workbook(io.BytesIO(b"".join(dora.get(page("xlsx"), asked).streaming_content))).active

    assert len(csv) - 1 == count
    assert sheet.max_row - 1 == count
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("group", [name for name in GROUPS if name != "审计"])
@pytest.mark.parametrize("name", ["changelist", "csv", "xlsx", "verify"])
def test_the_log_is_the_auditors(group: str, name: str) -> None:
    answer = entering("olga", group).get(page(name))

    assert answer.status_code in {302, 403}
    assert "hash" not in str(answer.headers)


def test_verifying_says_whole_or_which_row_is_broken(dora: Client, renamed: Record) -> None:
    assert "完整" in text_of(dora.get(page("verify")))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_record DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_record SET who = 'mallory' WHERE id = %s", [renamed.pk])
        cursor.execute("ALTER TABLE audit_record ENABLE TRIGGER USER")

    assert f"第 {renamed.pk} 行" in text_of(dora.get(page("verify")))


@pytest.mark.parametrize("last", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("broken", [None, 1, 2, 3, 4, 5])
def test_the_end_of_the_log_is_verified_alone(insurer: Insurer, last: int, broken: int | None) -> None:
    for number in range(5):
        record(Deed.INSURER_CHANGED, by="alice", what=insurer, after={"number": number})
    if broken:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_record DISABLE TRIGGER USER")
            cursor.execute("UPDATE audit_record SET reason = 'x' WHERE id = %s", [broken])
            cursor.execute("ALTER TABLE audit_record ENABLE TRIGGER USER")

    assert verify(last).broken == (broken if broken and broken > 5 - last else None)


def test_a_list_of_the_log_asks_the_database_little(
    dora: Client, insurer: Insurer, django_assert_max_num_queries: Any
) -> None:
    for number in range(120):
        record(Deed.INSURER_CHANGED, by="alice", what=insurer, before={"name": "a"}, after={"name": str(number)})
    with django_assert_max_num_queries(20):
        assert dora.get(page("changelist")).status_code == 200


# --- Pages of refusals


@pytest.mark.parametrize(
    ("address", "status"),
    [("/admin/auth/user/", 403), ("/admin/nothing/here/", 404), ("/admin/audit/record/verify/", 403)],
)
def test_refusals_are_pages_in_chinese_with_a_way_back(
    make_catalog: Callable[..., Catalog], address: str, status: int
) -> None:
    answer = entering("erin", "目录编辑").get(address)

    shown = answer.content.decode()
    assert answer.status_code == status
    assert '<html lang="zh-hans">' in shown and "<main>" in shown and 'href="/admin/"' in shown
    assert not re.search(r"[A-Za-z]{4,} [a-z]{3,}", text_of(answer).replace("request", ""))


def test_a_form_without_its_token_is_told_so() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})

    answer = client.post("/admin/login/", {"username": "x", "password": "y"})

    assert (answer.status_code, "表单未被接受" in text_of(answer)) == (403, True)
