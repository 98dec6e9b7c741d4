"""Drafting by frequency at the desk: lists ticked, the cut drawn, pins kept, the draft queued; evidence where it is reviewed. All without script."""

from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from catalog import entry_editing
from catalog.importing import load
from catalog.importing.check import check
from catalog.models import Catalog, ImportRun
from common.jobs import services as jobs
from tests.curation.market.conftest import make_list, seed_lists, series
from tests.desk.test_catalogs import curator, page, text_of

__all__ = ["make_list", "seed_lists", "series"]
pytestmark = pytest.mark.django_db
HEADER = "entry_code,generic_name,dosage_form,icd10,indication\n"
CUT = {"min_products": 4, "min_key": 2}


@pytest.fixture
def alice() -> Client:
    return chinese("alice")


def chinese(name: str) -> Client:
    client = curator(name)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    return client


def done(answer: Any) -> ImportRun:
    assert answer.status_code == 302, text_of(answer)
    run = ImportRun.objects.exclude(asked={}).get()
    assert run.job is not None
    with patch.object(load, "check_in_child", check):
        jobs.run(run.job.pk, heartbeat=False)
    return ImportRun.objects.get(pk=run.pk)


def test_the_wizard_drafts_the_demonstration(
    alice: Client, seed_lists: None, series: Catalog, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    lists, cut = page("catalog_catalog_market", series.pk), page("catalog_catalog_market_cut", series.pk)
    assert lists in alice.get(page("catalog_catalog_change", series.pk)).content.decode()
    assert lists in alice.get(page("catalog_catalog_market_choose")).content.decode()

    with django_assert_max_num_queries(20):
        shown = text_of(alice.get(lists, {}))
    assert "清单REF-DEMO-SH" in shown and "600,000,000.00" in shown and "8/31" in shown
    alice.post(lists, {"day": "2026-01-01", "shown": [], "next": "1"})
    with django_assert_max_num_queries(20):
        answer = alice.get(cut, CUT)
    shown = text_of(answer)
    assert "21 / 54" in shown and "上海、北京、广东、浙江、江苏" in shown
    assert "<svg" in answer.content.decode() and "清单数 ≥" in shown
    # The rows near the cut: 21 are kept, more stand in four lists.
    assert (
        "纳基奥仑赛注射液" in shown and "富马酸吉瑞替尼片" not in shown.split("3 版本")[0].rpartition("药品与病种")[2]
    )

    refused = alice.post(
        cut + "?min_products=4&min_key=2", {"pin": "leave", "drug": "多奈单抗注射液", "indication": "alzheimer"}
    )
    assert refused.status_code == 302 and "请写明理由" in text_of(alice.get(cut, CUT))
    alice.post(
        cut + "?min_products=4&min_key=2",
        {"pin": "leave", "drug": "多奈单抗注射液", "indication": "alzheimer", "reason": "专家不同意"},
    )
    assert "20 / 54" in text_of(alice.get(cut, CUT))
    wrong = alice.post(cut + "?min_products=4&min_key=2", {"label": "a b", "effective_from": "2026-01-01"})
    assert wrong.status_code == 200 and not ImportRun.objects.exclude(asked={}).exists()
    run = done(
        alice.post(
            cut + "?min_products=4&min_key=2", {"label": "2026", "effective_from": "2026-01-01", "note": "第一版"}
        )
    )

    assert run.version is not None and run.version.entry_count == 20 and run.note == "第一版"
    shown = text_of(alice.get(page("catalog_importrun_change", run.pk)))
    assert "已按频次起草" in shown and "专家不同意" in shown and "上海、北京、广东、浙江、江苏" in shown
    entry = run.version.entries.get(entry_code="A-DEMO-001")
    shown = text_of(alice.get(page("catalog_catalogversion_entry", run.version.pk, entry.pk)))
    assert "入选依据" in shown and "1.0000" in shown and "REF-DEMO-SH" in shown
    # What was chosen is over with the draft.
    assert "21 / 54" in text_of(alice.get(cut, CUT))


def test_the_reviewer_sees_what_each_entry_rests_on(
    alice: Client, make_list: Callable[..., Catalog], series: Catalog
) -> None:
    make_list("R-1", HEADER + "1,甲药片,片,C34,\n")
    cut = page("catalog_catalog_market_cut", series.pk)
    alice.get(page("catalog_catalog_market", series.pk))
    run = done(alice.post(cut + "?min_products=1&min_key=0", {"label": "2026", "effective_from": "2026-01-01"}))
    assert run.version is not None

    review = text_of(chinese("bob").get(page("catalog_catalogversion_publish", run.version.pk)))

    assert "出现于 1 份清单" in review and "重点省份 0 个" in review


def test_ticks_are_kept_page_by_page_and_the_rest_is_left(
    alice: Client, make_list: Callable[..., Catalog], series: Catalog
) -> None:
    for code in ("R-1", "R-2", "R-3"):
        make_list(code, HEADER + f"1,{code[-1]}药片,片,C34,\n2,共药片,片,C50,\n", province="上海")
    lists, cut = page("catalog_catalog_market", series.pk), page("catalog_catalog_market_cut", series.pk)

    alice.post(lists, {"day": "2026-01-01", "shown": ["R-1", "R-2"], "list": ["R-1"], "next": "1"})
    shown = text_of(alice.get(cut, {"min_products": 1, "min_key": 0, "show": "all"}))
    assert "1药片" in shown and "2药片" not in shown and "3药片" in shown and "2 份清单" in shown
    alice.post(lists, {"day": "2026-01-01", "none": "1"})
    stays = alice.post(lists, {"day": "2026-01-01", "shown": ["R-1"], "next": "1"})
    assert stays["Location"] == lists and "请至少勾选一份清单" in text_of(alice.get(lists))
    alice.post(lists, {"day": "2026-01-01", "all": "1"})
    assert "3/3" in text_of(alice.get(lists))
    # Another day, other lists.
    alice.post(lists, {"day": "2024-01-01", "look": "1"})
    shown = text_of(alice.get(lists))
    assert "当日没有生效的参考清单" in shown and "3 份清单不计入" in shown


def test_a_pin_that_lost_its_drug_is_told_and_can_be_taken_back(
    alice: Client, make_list: Callable[..., Catalog], series: Catalog
) -> None:
    make_list("R-1", HEADER + "1,甲药片,片,C34,\n")
    make_list("R-2", HEADER + "1,乙药片,片,C34,\n")
    lists, cut = page("catalog_catalog_market", series.pk), page("catalog_catalog_market_cut", series.pk)
    alice.post(lists, {"day": "2026-01-01"})
    alice.post(cut, {"pin": "keep", "drug": "乙药片", "indication": "lung_cancer", "reason": "要"})
    alice.post(lists, {"day": "2026-01-01", "shown": ["R-1", "R-2"], "list": ["R-1"]})

    assert "所选清单均未收录该药品" in text_of(alice.get(cut))
    alice.post(cut, {"pin": "off", "drug": "乙药片", "indication": "lung_cancer"})
    assert "所选清单均未收录该药品" not in text_of(alice.get(cut))


def test_a_draft_edited_by_hand_goes_only_where_that_is_said(
    alice: Client, make_list: Callable[..., Catalog], series: Catalog
) -> None:
    make_list("R-1", HEADER + "1,甲药片,片,C34,\n")
    cut = page("catalog_catalog_market_cut", series.pk) + "?min_products=1&min_key=0"
    days = {"label": "2026", "effective_from": date(2026, 1, 1).isoformat()}
    run = done(alice.post(cut, days))
    assert run.version is not None
    entry_editing.change_entry(version=run.version, entry_code="A-DEMO-001", values={"note": "改"}, by="alice")

    refused = alice.post(cut, days)

    assert refused.status_code == 409 and "手工修改" in text_of(refused)
    assert alice.post(cut, {**days, "replace": "on"}).status_code == 302


@pytest.mark.parametrize(
    "query",
    ["min_products=x", "min_products=0&min_key=-1", "key=火星", "show=nothing&page=99", "min_products=99999999999"],
)
def test_an_address_that_says_nothing_shows_the_page_all_the_same(
    alice: Client, make_list: Callable[..., Catalog], series: Catalog, query: str
) -> None:
    make_list("R-1", HEADER + "1,甲药片,片,C34,\n")

    assert alice.get(page("catalog_catalog_market_cut", series.pk) + "?" + query).status_code == 200
