"""The drug master on the curators' pages: one uploads, another sees what would change and merges it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.models import DrugProduct, ImportRun
from desk.roles import ADMINISTRATOR, AUDITOR, EDITOR, REVIEWER
from tests.catalog.test_master_staged import AFTER, BEFORE, done, knows, staged, upload
from tests.desk.test_catalogs import page, text_of
from tests.desk.test_workbench import member, waits

pytestmark = pytest.mark.django_db

BUTTON = "Merge into the drug master"


def chinese(name: str, group: str) -> Client:
    client = member(name, group)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    return client


def offered(answer: Any) -> dict[str, str]:
    """The buttons of a page, each with why it is not open."""
    return {str(button.title): str(button.why_not) for button in answer.context["buttons"]}


def test_what_is_uploaded_on_the_page_is_staged() -> None:
    alice = member("alice", EDITOR)
    file = SimpleUploadedFile("master.csv", AFTER.encode())

    answer = alice.post(page("catalog_importrun_upload_drugs"), {"file": file, "note": ""})

    run = ImportRun.objects.get()
    assert answer["Location"] == page("catalog_importrun_change", run.pk)
    assert (done(run).state, run.staged, DrugProduct.objects.exists()) == ("staged", True, False)


def test_its_page_shows_what_would_change_and_who_waits_for_whom(django_assert_max_num_queries: Any) -> None:
    done(upload(BEFORE, staged=False))
    run, bob = staged(), chinese("bob", REVIEWER)

    with django_assert_max_num_queries(20):
        answer = bob.get(page("catalog_importrun_change", run.pk))

    told = text_of(answer)
    assert "待合并" in told
    assert "alice 于" in told
    assert "AstraZeneca AB → 阿斯利康" in told
    assert "伏美替尼片" in told
    found = answer.context["found"]
    assert (found["added"], found["changed"], found["unchanged"]) == (1, 1, 1)
    assert "合并到药品主数据" in offered(answer)


def test_a_second_reviewer_merges_it_by_its_button() -> None:
    run, bob = staged(), member("bob", REVIEWER)
    assert "3 products are new" in text_of(bob.get(page("catalog_importrun_merge", run.pk)))
    assert not knows("伏美替尼片")

    answer = bob.post(page("catalog_importrun_merge", run.pk))

    assert answer["Location"] == page("catalog_importrun_change", run.pk)
    assert done(run).state == "ready"
    assert knows("伏美替尼片")
    told = text_of(bob.get(page("catalog_importrun_change", run.pk)))
    assert "Merged by bob" in told
    assert BUTTON not in told


def test_the_uploader_is_told_why_not_though_a_reviewer_too() -> None:
    run, alice = staged(), member("alice", REVIEWER)

    assert "second person" in offered(alice.get(page("catalog_importrun_change", run.pk)))[BUTTON]
    assert "second person" in text_of(alice.get(page("catalog_importrun_merge", run.pk)))
    assert alice.post(page("catalog_importrun_merge", run.pk)).status_code == 409
    assert ImportRun.objects.get().merged_by == ""


@pytest.mark.parametrize(
    ("group", "merges", "gives_up"),
    [(EDITOR, 403, 302), (REVIEWER, 302, 302), (AUDITOR, 403, 403), (ADMINISTRATOR, 403, 403)],
)
def test_who_merges_and_who_gives_up(group: str, merges: int, gives_up: int) -> None:
    person = member("erin", group)
    for name, status in (("merge", merges), ("cancel", gives_up)):
        assert (
            person.post(page(f"catalog_importrun_{name}", staged(AFTER + f"{name}片,,,,\n").pk)).status_code == status
        )


def test_one_given_up_says_so() -> None:
    run, erin = staged(), chinese("erin", EDITOR)

    erin.post(page("catalog_importrun_cancel", run.pk))

    assert "已放弃" in text_of(erin.get(page("catalog_importrun_change", run.pk)))
    found = erin.get(page("catalog_importrun_changelist"), {"state": "cancelled"})
    assert "master.csv" in text_of(found)


def test_it_waits_for_reviewers_who_had_no_hand_in_it_until_it_is_merged() -> None:
    run, bob, alice, erin = staged(), member("bob", REVIEWER), member("alice", REVIEWER), member("erin", EDITOR)

    assert waits(bob) == [("Drug master", "master.csv")]
    assert waits(alice) == waits(erin) == []
    badge = {
        item["title"]: item.get("badge") for item in bob.get(page("index")).context["sidebar_navigation"][0]["items"]
    }
    assert badge["Today"] == "1"
    bob.post(page("catalog_importrun_merge", run.pk))
    assert waits(bob) == []


def test_the_list_is_told_by_state() -> None:
    staged()
    bob = chinese("bob", REVIEWER)

    assert "待合并" in text_of(bob.get(page("catalog_importrun_changelist"), {"state": "staged"}))
    assert "master.csv" not in text_of(bob.get(page("catalog_importrun_changelist"), {"state": "ready"}))
