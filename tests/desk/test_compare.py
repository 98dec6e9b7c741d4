"""The compare page and the tabs of time: what they show, to whom, by addresses that can be sent on, in few statements."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from catalog import clock
from catalog.models import Catalog, CatalogVersion
from common.dates import instant_text
from desk.as_of import read_day, read_instant
from insurers import services as insurers
from insurers.models import Insurer
from tests.conftest import imported, published, withdrawn
from tests.desk.test_catalogs import curator, page, text_of

pytestmark = pytest.mark.django_db

OLD = """entry_code,generic_name,class_code,icd10,indication,payment_standard,effective_to
E-1,甲磺酸奥希替尼片,XL01,C34,肺癌（晚期）。,100.00,
E-2,仑卡奈单抗注射液,XN06,G30,阿尔茨海默病,,2026-06-30
E-3,阿昔替尼片,ZA01,C64,肾癌,,
E-4,伏美替尼片,XL01,C34,肺癌（晚期）。,,
"""
NEW = """entry_code,generic_name,class_code,icd10,indication,payment_standard,effective_to
E-1,奥希替尼片,XL01,C34,肺癌(晚期),90.00,
E-2,仑卡奈单抗注射液,XN06,C50,乳腺癌,,
E-4,伏美替尼片,XL01,C34,肺癌(晚期),,
E-9,贝伐珠单抗注射液,XL01,C18,结直肠癌,,
"""


@pytest.fixture
def alice() -> Client:
    client = curator("alice")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    return client


@pytest.fixture
def editions(make_catalog: Callable[..., Catalog]) -> tuple[CatalogVersion, CatalogVersion]:
    catalog = make_catalog("CIDL", name="创新药目录", provenance="official")
    old = published(catalog, OLD, label="2025", effective_from=date(2025, 1, 1), effective_to=date(2025, 12, 31))
    return old, published(catalog, NEW, label="2026", effective_from=date(2026, 1, 1))


def compare(client: Client, **asked: str) -> Any:
    return client.get("/admin/compare/", asked)


def test_the_page_tells_counts_and_what_changed_in_words(
    alice: Client, editions: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(22):  # two of them savepoints, since this is in a transaction
        answer = compare(alice, left="CIDL@2025", right="CIDL@2026")

    told = text_of(answer)
    assert answer.status_code == 200
    assert (
        answer.context["counts"] | {"left": 1, "right": 1, "different": 2, "same": 1, "typographic": 1}
        == answer.context["counts"]
    )
    for expected in ("奥希替尼", "100.00", "90.00", "支付标准", "甲磺酸奥希替尼片", "仑卡奈单抗注射液", "左右对调"):
        assert expected in told, expected
    assert "贝伐珠单抗" not in told  # on its own tab
    assert "贝伐珠单抗" in text_of(compare(alice, left="CIDL@2025", right="CIDL@2026", kind="right"))
    same = text_of(compare(alice, left="CIDL@2025", right="CIDL@2026", kind="same"))
    assert "伏美替尼" in same and "1 项只是写法不同" in same
    assert "没有。" in text_of(compare(alice, left="CIDL@2025", right="CIDL@2026", q="不存在的药"))


def test_both_pages_say_how_they_count_and_lead_to_each_other(alice: Client, editions: Any) -> None:
    changes = alice.get(page("catalog_catalogversion_changes", editions[1].pk))
    assert "按条目计数" in text_of(changes)
    href = changes.content.decode().partition("/admin/compare/?left=")[2].partition('"')[0].replace("&amp;", "&")

    compared = alice.get(f"/admin/compare/?left={href}")
    assert "按药品计数" in text_of(compared)
    assert page("catalog_catalogversion_changes", editions[1].pk) in compared.content.decode()
    turned = compare(alice, left="CIDL@2026", right="CIDL@2025")
    assert "逐条查看变化" not in text_of(turned)


def test_any_day_and_instant_and_withdrawn_versions(alice: Client, editions: Any) -> None:
    before = clock.observe().known_at
    withdrawn(editions[1])

    gone = compare(alice, left="CIDL@2025", right="CIDL", right_date="2026-03-01")
    assert gone.status_code == 404 and "没有生效的版本" in text_of(gone)
    then = compare(alice, left="CIDL@2025", right="CIDL", right_date="2026-03-01", right_known_at=instant_text(before))
    assert then.context["counts"]["different"] == 2
    assert compare(alice, left="CIDL@2025", right="CIDL@2026").context["counts"] == then.context["counts"]
    # 仑卡奈单抗's agreement ends in June: on a day after it is not in force in the old edition.
    over = compare(alice, left="CIDL@2025", right="CIDL@2026", left_date="2026-07-01")
    assert over.context["counts"]["right"] == 2


def test_what_cannot_be_read_is_said_on_the_form(alice: Client, editions: Any) -> None:
    for asked, status, told in (
        ({"left": "CIDL@", "right": "CIDL"}, 400, "目录，或 目录@版本"),
        ({"left": "CIDL@1999", "right": "CIDL"}, 404, "没有版本 1999"),
        ({"left": "NONE", "right": "CIDL"}, 404, "没有目录 NONE"),
        ({"left": "CIDL", "right": "CIDL", "left_date": "gestern"}, 400, "不是日期"),
        ({"left": "CIDL"}, 200, "选择两边"),
        ({}, 200, "选择两边"),
    ):
        answer = compare(alice, **asked)
        assert (answer.status_code, told in text_of(answer)) == (status, True), asked


def test_the_table_of_revisions_on_paper_and_as_a_file(alice: Client, editions: Any) -> None:
    asked = {"left": "CIDL@2025", "right": "CIDL@2026", "by": "drug_indication"}
    printed = text_of(alice.get("/admin/compare/print/", asked))
    workbook = load_workbook(io.BytesIO(b"".join(alice.get("/admin/compare/table.xlsx", asked).streaming_content)))
    content = b"".join(alice.get("/admin/compare/table.csv", asked).streaming_content).decode("utf-8-sig")

    header, *rows = workbook.active.iter_rows(values_only=True)
    assert header == ("新内容", "原内容", "变化内容") and len(rows) == 5
    assert "修订对照表" in printed and editions[0].checksum in printed and editions[1].checksum in printed
    for expected in (
        "E-1 奥希替尼片",
        "支付标准（元/单位）" if "支付标准（元/单位）" in printed else "支付标准",
        "调入",
        "调出",
    ):
        assert expected in printed and expected in content, expected
    # Without both sides there is nothing to take away: back to the form.
    assert alice.get("/admin/compare/table.csv", {"left": "CIDL"}).status_code == 302


def test_drafts_can_be_compared_and_every_page_leads_there(alice: Client, editions: Any) -> None:
    draft = imported(
        editions[0].catalog, NEW.replace("90.00", "80.00"), label="2027", effective_from=date(2027, 1, 1)
    ).version

    answer = compare(alice, left="CIDL@2026", right="CIDL@2027", by="entry")
    assert answer.context["counts"]["different"] == 1 and "80.00" in text_of(answer)
    own = alice.get(page("catalog_catalogversion_change", draft.pk)).content.decode()
    assert "/admin/compare/?left=CIDL%402026&amp;right=CIDL%402027" in own
    assert (
        "/admin/compare/?left=CIDL"
        in alice.get(page("catalog_catalog_change", editions[0].catalog_id)).content.decode()
    )


def test_a_catalogs_time_on_both_clocks(alice: Client, editions: Any, django_assert_max_num_queries: Any) -> None:
    before = clock.observe().known_at
    withdrawn(editions[1], reason="误发")
    address = page("catalog_catalog_time", editions[0].catalog_id)

    with django_assert_max_num_queries(20):
        now = alice.get(address, {"date": "2026-02-01"})
    then = alice.get(address, {"date": "2026-02-01", "known_at": instant_text(before)})
    old = alice.get(address, {"date": "2025-02-01"})

    assert now.context["here"] is None and "2026-02-01 没有生效的版本" in text_of(now)
    assert then.context["here"] == editions[1] and "按" in text_of(then) and "其后于" in text_of(then)
    assert old.context["here"] == editions[0]
    assert [(one.label, one.here) for one in then.context["segments"] if not one.past] == [
        ("2025", False),
        ("2026", True),
    ]
    assert (
        "left_known_at=" in then.context["buttons"][0].href
        and "left_date=2026-02-01" in then.context["buttons"][0].href
    )
    # What cannot be read is today, as known now.
    assert alice.get(address, {"date": "x", "known_at": "y"}).context["clocks"].is_now


def test_a_products_time_tells_which_versions_of_its_lists_applied(
    alice: Client, editions: Any, insurer: Insurer, django_assert_max_num_queries: Any
) -> None:
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    benefits = [
        {"code": "a", "ratio": "0.5", "catalogs": [{"catalog": "CIDL"}, {"catalog": "CIDL", "label": "2025"}]},
    ]
    terms = {"label": "2025", "effective_from": "2025-06-01", "effective_to": "2026-12-31", "benefits": benefits}
    version = insurers.create_product_version(product=product, data=terms, by="ines")
    insurers.publish_product_version(version=version, by="ivan")
    address = page("insurers_product_time", product.pk)

    with django_assert_max_num_queries(20):
        answer = alice.get(address, {"date": "2026-02-01"})
    assert [(one["label"], one["version"].label) for one in answer.context["applied"]] == [
        ("", "2026"),
        ("2025", "2025"),
    ]
    assert [one["version"].label for one in alice.get(address, {"date": "2025-07-01"}).context["applied"]] == [
        "2025",
        "2025",
    ]
    assert alice.get(address, {"date": "2025-01-01"}).context["here"] is None
    early = instant_text(editions[0].published_at)
    assert alice.get(address, {"date": "2026-02-01", "known_at": early}).context["here"] is None


def test_days_and_instants_of_an_address() -> None:
    now = clock.observe().known_at
    assert read_day("2026-01-31") == date(2026, 1, 31) and read_day("31.1.2026") is None
    assert read_instant("2025-01-31", now).isoformat() == "2025-01-31T23:59:59.999999+08:00"  # type: ignore[union-attr]
    assert read_instant("9999-01-01", now) == now and read_instant("x", now) is None
