"""The coding desk's page: what is shown of a text, what accepting it codes, and that nothing is coded without it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Catalog, CatalogEntry, CatalogVersion
from curation.models import CodingDecision
from tests.conftest import imported
from tests.desk.test_catalogs import curator

LIST = (
    "entry_code,generic_name,restriction\nE-1,奥希替尼片,限二级及以上医疗机构的成人非小细胞肺癌\n"
    "E-2,伏美替尼片,限二级及以上医疗机构的成人非小细胞肺癌。\nE-3,养血片,限儿童\n"
)
DESK = "desk:coding"


@pytest.fixture
def draft(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    version = imported(make_catalog("COM"), LIST, label="v2").version
    assert version is not None
    return version


@pytest.fixture
def alice(db: None) -> Client:
    client = curator("alice")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    return client


def form_of(answer: Any) -> dict[str, Any]:
    """What the page's form sends as it stands: what is ticked and chosen."""
    form = answer.context["form"]
    sent: dict[str, Any] = {
        name: [one.value for one in form.choices[name] if one.ticked] for name in ("icd10", "criteria", "settings")
    }
    sent |= {name: form.values[name] for name in ("age_min", "age_max", "sex", "min_institution_level")}
    drafts = [str(version.pk) for version, ticked in answer.context["drafts"] if ticked]
    return {**sent, "text": answer.context["text"], "apply_to": drafts}


def test_the_most_frequent_text_is_shown_with_its_words_marked_and_nothing_is_coded(
    alice: Client, draft: CatalogVersion, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    alice.get(reverse(DESK))
    with django_assert_max_num_queries(20):
        answer = alice.get(reverse(DESK))
    page = answer.content.decode()

    assert [(row.text, row.count) for row, _href, _here in answer.context["listed"]][1] == ("限儿童", 1)
    marked = {(piece.facet, piece.text) for piece in answer.context["pieces"] if piece.facet}
    assert marked == {("min_institution_level", "二级及以上医疗机构"), ("age_min", "成人"), ("icd10", "非小细胞肺癌")}
    assert "".join(piece.text for piece in answer.context["pieces"]) == answer.context["text"]
    assert "<mark" in page and "支气管和肺恶性肿瘤" in page and "编码台" in page
    assert answer.context["form"].values["age_min"] == "18"
    assert not CatalogEntry.objects.exclude(icd10=[]).exists()


def test_accepting_codes_the_text_in_the_ticked_drafts_and_shows_the_next(alice: Client, draft: CatalogVersion) -> None:
    sent = form_of(alice.get(reverse(DESK)))
    answer = alice.post(reverse(DESK), sent | {"icd10_add": "C78.2"}, follow=True)

    for code in ("E-1", "E-2"):
        entry = CatalogEntry.objects.get(version=draft, entry_code=code)
        assert (entry.icd10, entry.age_min, entry.min_institution_level) == (["C34", "C78.2"], 18, 2)
        assert entry.criteria == ["NSCLC=病理为非小细胞肺癌"]
    assert (CodingDecision.objects.get().by, answer.context["text"]) == ("alice", "限儿童")
    assert "已编码 2 个条目" in answer.content.decode()

    last = alice.post(reverse(DESK), form_of(answer), follow=True)
    assert "草稿中的文字都已编码" in last.content.decode()
    assert CatalogEntry.objects.get(version=draft, entry_code="E-3").age_max == 17


def test_what_is_wrong_is_told_at_its_column_and_what_was_typed_stays(alice: Client, draft: CatalogVersion) -> None:
    sent = form_of(alice.get(reverse(DESK)))
    answer = alice.post(reverse(DESK), sent | {"icd10_add": "ABC", "age_min": "200", "criteria_add": "X_1=手写"})

    assert answer.status_code == 400
    assert {"icd10", "age_min"} <= set(answer.context["form"].errors)
    assert answer.context["form"].values["icd10_add"] == "ABC"
    assert answer.context["form"].values["criteria_add"] == "X_1=手写"
    assert not CodingDecision.objects.exists()


def test_diseases_are_looked_up_by_name_pinyin_and_code_also_without_a_script(
    alice: Client, draft: CatalogVersion
) -> None:
    sent = form_of(alice.get(reverse(DESK)))
    for wanted, code in (("肺癌", "C34"), ("feiyan", "J18"), ("xjt", "I20"), ("e11", "E11"), ("慢粒", "C92.1")):
        found = alice.get(reverse("desk:coding-diseases"), {"q": wanted}).json()["found"]
        assert code in {one["code"] for one in found}, wanted
    answer = alice.post(reverse(DESK), sent | {"look": "1", "icd10_look": "肺栓塞"})
    assert "I26" in {one.code for one in answer.context["looked"]}
    assert not CodingDecision.objects.exists()


def test_the_menu_counts_what_waits_for_those_who_may_code(alice: Client, draft: CatalogVersion) -> None:
    def badges(client: Client) -> list[str]:
        groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
        return [item.get("badge", "") for group in groups for item in group["items"] if str(item["title"]) == "编码台"]

    assert badges(alice) == ["2"]
    alice.post(reverse(DESK), form_of(alice.get(reverse(DESK))))
    assert badges(alice) == ["1"]


def test_a_file_uploaded_with_the_wish_leads_to_its_draft_s_queue(alice: Client, draft: CatalogVersion) -> None:
    run = draft.imports.get()
    address = reverse("admin:catalog_importrun_change", args=[run.pk])
    assert "label=v2" not in alice.get(address).content.decode().replace("&amp;", "&").partition("coding/")[2][:40]
    run.suggest_codings = True
    run.save(update_fields=["suggest_codings"])
    shown = alice.get(address)
    assert shown.context["uncoded"] == 2
    assert alice.get(shown.context["coding"]).context["version"] == draft


BOTH = (
    "entry_code,generic_name,indication,restriction\nE-1,奥希替尼片,限非小细胞肺癌二线治疗,限EGFR突变的晚期非小细胞肺癌\n"
    "E-2,伏美替尼片,,限儿童\n"
)


def test_other_texts_of_the_same_entries_are_shown_offered_and_told_when_they_wait_no_longer(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    imported(make_catalog("COM"), BOTH, label="v2")
    at = [row.text for row, _href, _here in alice.get(reverse(DESK)).context["listed"]].index(
        "限EGFR突变的晚期非小细胞肺癌"
    )
    answer = alice.get(reverse(DESK), {"at": at})

    assert ["".join(piece.text for piece in pieces) for pieces in answer.context["beside"]] == [
        "限非小细胞肺癌二线治疗"
    ]
    assert "作为整体编码" in answer.content.decode()
    line = [one for one in answer.context["form"].choices["criteria"] if one.value.startswith("LINE_2")]
    assert [one.ticked for one in line] == [False]

    done = alice.post(reverse(DESK) + f"?at={at}", form_of(answer), follow=True)
    assert "不再等待" in done.content.decode() and "“限非小细胞肺癌二线治疗”" in done.content.decode()
    assert done.context["text"] == "限儿童"
    assert done.context["beside"] == []
