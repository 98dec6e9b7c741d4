"""The findings at the desk: by kind and state, what each rests on, the note that somebody has seen to it, the file, the first page."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from catalog.models import Catalog
from curation.findings import services
from curation.findings.causes import Cause
from curation.models import Finding
from insurers.models import Insurer
from insurers.persons import bind_user
from tests.conftest import published

LIST = "entry_code,generic_name,dosage_form,indication\nE-1,奥希替尼,丹丸,肺癌\nE-2,索拉非尼,片,肺癌\n"
PAGE = "/admin/curation/finding/"


def at_the_desk(name: str, group: str = "", insurer: Insurer | None = None) -> Client:
    user = User.objects.create(username=name, is_staff=True)
    if insurer:
        bind_user(user=user, insurer=insurer, by="sam")
    else:
        user.groups.add(Group.objects.get(name=group))
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def found(make_catalog: Callable[..., Catalog], insurer: Insurer) -> dict[str, Finding]:
    published(make_catalog("COM", name="公共目录"), LIST)
    published(make_catalog("OWN", name="自有目录", owner_id=insurer.pk), LIST.replace("丹丸", "片"))
    services.work_out()
    return {f"{one.catalogs[0]} {one.kind}": one for one in Finding.objects.all()}


def test_editors_see_what_is_open_by_kind_and_what_it_rests_on(
    found: dict[str, Finding], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    alice = at_the_desk("alice", "目录编辑")
    with django_assert_max_num_queries(20):
        page = alice.get(PAGE).content.decode()
    assert "待处理 3" in page and "文本未编码 2" in page and "剂型表中没有的剂型 1" in page
    with django_assert_max_num_queries(20):
        one = alice.get(f"{PAGE}{found['COM uncoded'].pk}/change/").content.decode()
    assert "公共目录 v1" in one and "E-1" in one and "/entries/" in one and "索拉非尼" in one
    only = alice.get(PAGE, {"kind": "unknown_form"}).content.decode()
    assert "丹丸" in only and "肺癌" not in only
    assert "文本未编码 2" in alice.get("/admin/").content.decode()


def test_acknowledging_asks_for_a_reason(found: dict[str, Finding]) -> None:
    alice, finding = at_the_desk("alice", "目录编辑"), found["COM uncoded"]
    address = f"{PAGE}{finding.pk}/acknowledge/"
    assert alice.post(address, {"reason": " "}).status_code == 200
    assert alice.post(address, {"reason": "等待编码"}).status_code == 302
    finding.refresh_from_db()
    assert (finding.state, finding.acknowledged_by, finding.acknowledge_reason) == ("acknowledged", "alice", "等待编码")
    assert "等待编码" in alice.get(PAGE, {"state": "acknowledged"}).content.decode()


def test_an_insurers_people_see_to_their_own_alone(
    found: dict[str, Finding], insurer: Insurer, other_insurer: Insurer
) -> None:
    ines, olga = at_the_desk("ines", insurer=insurer), at_the_desk("olga", insurer=other_insurer)
    own, shared = found["OWN uncoded"], found["COM uncoded"]
    assert "自有目录" in ines.get(PAGE).content.decode() and "自有目录" not in olga.get(PAGE).content.decode()
    page = ines.get(f"{PAGE}{shared.pk}/change/").content.decode()
    assert "/published/" in page and "目录办公室" in page
    assert ines.post(f"{PAGE}{shared.pk}/acknowledge/", {"reason": "x"}).status_code == 403
    assert olga.post(f"{PAGE}{own.pk}/acknowledge/", {"reason": "x"}).status_code == 404
    assert ines.post(f"{PAGE}{own.pk}/acknowledge/", {"reason": "下一版编码"}).status_code == 302


def test_all_of_a_state_as_a_file(found: dict[str, Finding]) -> None:
    auditor = at_the_desk("carol", "审计")
    answer = auditor.get(f"{PAGE}export.xlsx", {"state": "open", "kind": "uncoded"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["类型", "状态", "发现"]
    assert {row[5] for row in rows[1:]} == {"E-1;E-2"} and len(rows) == 3


def test_a_page_of_many_stays_small(db: None, django_assert_max_num_queries: Callable[..., Any]) -> None:
    causes = [Cause("uncoded", ("COM", str(n)), (("COM", "v1"),), text=f"病{n}") for n in range(120)]
    services.follow(causes, at=timezone.now() - timedelta(days=1))
    alice = at_the_desk("alice", "目录编辑")
    with django_assert_max_num_queries(20):
        page = alice.get(PAGE, {"page": "2"}).content.decode()
    assert page.count("尚未编码的文本") == 50
