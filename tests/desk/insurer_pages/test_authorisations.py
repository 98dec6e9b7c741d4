"""Prior authorisations on the desk: what waits and in which order, how much is left, what was asked, and who may not see it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import PriorAuthorisation
from claims.retention import purge_authorisations
from common.audit.models import Record
from tests.claims.authorisations.conftest import asked, claim, days_ago, hmb, reasons
from tests.conftest import Api, published
from tests.desk.insurer_pages.conftest import At
from tests.desk.test_insurers import text_of

__all__ = ["hmb"]  # fixture

pytestmark = pytest.mark.django_db

REMOVED = "保存期满，事实已删除"
LIST = "admin:claims_priorauthorisation_changelist"


def row_of(told: dict[str, Any]) -> PriorAuthorisation:
    return PriorAuthorisation.objects.get(no=told["no"])


def address(told: dict[str, Any], page: str = "change") -> str:
    return reverse(f"admin:claims_priorauthorisation_{page}", args=[row_of(told).pk])


def waiting(hmb: Api, due_in_hours: int = 24 * 5, **changes: Any) -> dict[str, Any]:
    found = asked(hmb, evidence={}, **changes)
    due_at = timezone.now() + timedelta(hours=due_in_hours, minutes=5)
    PriorAuthorisation.objects.filter(no=found["no"]).update(due_at=due_at)
    return found


def test_what_waits_stands_urgent_first_then_by_deadline_then_what_waits_for_papers_and_the_rest(
    hmb: Api, ines: At, bea: At, django_assert_max_num_queries: Any
) -> None:
    decided = asked(hmb)
    papers = waiting(hmb, 1)
    ines.post(address(papers, "papers"), {"names": "病历"})
    later, overdue, urgent = waiting(hmb, 100), waiting(hmb, -2), waiting(hmb, 60, urgent=True)

    with django_assert_max_num_queries(20):
        page = text_of(ines.get(reverse(LIST)))
    places = [page.index(one["no"]) for one in (urgent, overdue, later, papers, decided)]
    first_page = text_of(ines.get(reverse("admin:index")))

    assert places == sorted(places)
    assert [words in page for words in ("已逾期", "剩 60 小时", "剩 4 天", "计时暂停")] == [True] * 4
    assert [one["no"] in first_page for one in (urgent, overdue, later, papers, decided)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    for kept, found in (("overdue", {overdue["no"]}), ("papers", {papers["no"]})):
        page = text_of(ines.get(reverse(LIST), {"waiting": kept}))
        assert {one["no"] for one in (urgent, overdue, later, papers, decided) if one["no"] in page} == found
    assert urgent["no"] not in text_of(bea.get(reverse(LIST)))
    assert urgent["no"] not in text_of(bea.get(reverse("admin:index")))


def test_its_page_says_what_was_asked_what_is_missing_and_what_was_used(
    hmb: Api, ines: At, django_assert_max_num_queries: Any
) -> None:
    found = waiting(hmb, age=61)
    before = text_of(ines.get(address(found)))
    ines.post(address(found, "decide"), {"decision": "approved", "quantity": "3.5"})
    assert reasons(hmb.post("/claims/checks/", claim(found["no"], "C-1", quantity="2"))) == []

    with django_assert_max_num_queries(20):
        page = ines.get(address(found))
    after, source = text_of(page), page.content.decode()

    assert "AMYLOID_PET 是 未答" in before
    assert "诊断是否属于下列疾病编码？填写诊断编码。" in before
    assert "批准数量 3.5 剩余数量 1.5" in after
    assert "数量 2，第 1 行" in after
    check = row_of(found).uses.get().check_id
    assert reverse("admin:claims_claimcheck_change", args=[check]) in source
    assert str(check) not in after
    assert Record.objects.filter(deed="authorisation.read", who="ines").count() == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"decision": "approved", "quantity": "0"}, "数量应大于 0"),
        ({"decision": "declined", "reason": " "}, "拒绝"),
        ({"decision": "approved", "valid_from": "2026-02-02", "valid_to": "2026-02-01"}, "早于"),
        ({}, "必填"),
    ],
)
def test_a_decision_that_cannot_be_is_told_on_its_form(hmb: Api, ines: At, given: dict[str, str], says: str) -> None:
    found = waiting(hmb)
    told = text_of(ines.post(address(found, "decide"), given))
    assert (says in told, row_of(found).state) == (True, "in_review"), told


def test_a_renewal_may_be_for_another_quantity(hmb: Api, ines: At) -> None:
    found = waiting(hmb)
    ines.post(address(found, "decide"), {"decision": "approved", "valid_to": days_ago(-10)})
    ines.post(address(found, "renew"), {"quantity": "7"})

    renewal = PriorAuthorisation.objects.get(renews__no=found["no"])
    assert renewal.quantity == 7
    assert renewal.no in text_of(ines.get(address(found)))


ADD = "admin:claims_priorauthorisation_add"
FORM = {"product": "HMB", "member_ref": "m-1", "generic_name": "仑卡奈单抗注射液", "diagnoses": "G30.9"}


def test_a_day_without_a_version_of_the_product_is_questioned_and_nothing_is_asked(hmb: Api, ines: At) -> None:
    told = ines.post(reverse(ADD), FORM | {"start": "2024-12-31"})

    assert "没有生效的产品版本" in told.context["form"].errors["start"][0]
    assert "2025-01-01 –" in text_of(told) and "NO_PRODUCT_VERSION" not in text_of(told)
    assert not PriorAuthorisation.objects.exists()
    answer = ines.post(reverse(ADD), FORM)
    assert answer.status_code == 302, answer.context["form"].errors


def test_criteria_are_offered_and_taken_by_name(hmb: Api, ines: At, make_catalog: Any) -> None:
    rows = "entry_code,generic_name,criteria\nE-1,甲药,ALK_POS=ALK 阳性;LINE_2=二线治疗\n"
    published(make_catalog("OTHER"), rows, label="2025", effective_from=date(2025, 1, 1))
    page = text_of(ines.get(reverse(ADD)))
    assert "AMYLOID_PET" in page and "二线治疗 LINE_2" in page

    answer = ines.post(reverse(ADD), FORM | {"evidence": "AMYLOID_PET\nALK阳性\n-二线治疗 LINE_2"})
    assert answer.status_code == 302, answer.context["form"].errors
    unknown = ines.post(reverse(ADD), FORM | {"evidence": "胡写"})

    facts = PriorAuthorisation.objects.get().facts
    assert facts is not None
    assert facts["evidence"] == {"AMYLOID_PET": True, "ALK_POS": True, "LINE_2": False}
    assert "没有审核要点“胡写”" in text_of(unknown)


def test_once_its_facts_are_removed_the_page_says_so_and_judges_nothing(hmb: Api, ines: At) -> None:
    found = asked(hmb, diagnoses=["I10"])
    later = timezone.now() + timedelta(minutes=1)
    insurer = row_of(found).insurer_id
    assert found["state"] == "declined"
    assert purge_authorisations(insurer_id=insurer, older_than=later, by="clock", at=later) == 1

    page = ines.get(address(found))
    assert page.status_code == 200
    judged = text_of(page).partition("判断结果")[2].partition("变动")[0]
    assert REMOVED in judged
    assert "没有" not in judged


@pytest.mark.parametrize("group", ["目录编辑", "目录复核", "系统管理"])
def test_nobody_of_the_office_sees_or_decides_one(hmb: Api, group: str) -> None:
    found = waiting(hmb)
    user = User.objects.create(username="otto", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse(LIST)).status_code == 403
    assert client.post(address(found, "decide"), {"decision": "approved"}).status_code == 403
    assert client.get(address(found)).status_code != 200
    assert row_of(found).state == "in_review"


def test_the_questionnaire_of_an_entry_is_a_blank_document(hmb: Api, ines: At) -> None:
    told = ines.get(address(waiting(hmb))).content.decode()
    start = told.index("/admin/catalog/catalog/published/")
    href = next(part for part in told[start - 1 :].split('"') if "/entry/form/" in part).replace("&amp;", "&")

    page = text_of(ines.get(href))
    assert "1. 诊断是否属于下列疾病编码" in page
    assert "2. AMYLOID_PET 是 ☐ 是 ☐ 否" in page
    assert "目录同时要求事前授权" in page
    assert ("m-1" in page, "G30.9" in page) == (False, False)
    assert ines.get(href.partition("?")[0], {"entry": "none"}).status_code == 404
