"""The first page, the menu, finding, and the pages of background work: each person sees what is theirs."""

import html
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import clock, consultation, services
from catalog.models import Catalog, CatalogVersion, ImportRun
from common.audit.models import Record
from common.audit.services import SYSTEM
from common.jobs.models import Job
from desk.roles import ADMINISTRATOR, AUDITOR, EDITOR, REVIEWER, make_groups
from desk.strip import DAYS, Event, strip
from insurers.models import Insurer
from insurers.persons import INSURERS_USERS
from tests.conftest import imported, published
from tests.desk.test_catalogs import curator, page, text_of

pytestmark = pytest.mark.django_db

LIST = "entry_code,generic_name,icd10,effective_to\n"
TODAY = date(2026, 1, 1)


def member(name: str, group: str) -> Client:
    """Somebody who is in one group of the office and no more."""
    user = User.objects.create(username=name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def waits(client: Client) -> list[tuple[str, str]]:
    return [(str(one.what), one.name) for one in client.get(page("index")).context["waits"] or []]


@pytest.fixture
def draft(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    version = imported(make_catalog("COM", name="商保目录"), LIST + "E-1,奥希替尼片,C34,\n").version
    assert version is not None
    return version


# --- Waiting for me


def test_a_review_waits_for_reviewers_who_did_not_edit(draft: CatalogVersion) -> None:
    bob, alice, erin = member("bob", REVIEWER), curator("alice"), member("erin", EDITOR)
    assert waits(bob) == []

    services.request_review(version=draft, by="alice", note="")

    assert waits(bob) == [("Review", "商保目录 v1")]
    assert waits(alice) == waits(erin) == []


def test_what_was_sent_back_waits_for_its_editors_until_it_is_handed_on_again(draft: CatalogVersion) -> None:
    alice, bob = member("alice", EDITOR), member("bob", REVIEWER)
    services.request_review(version=draft, by="alice", note="")
    services.send_back(version=draft, by="bob", reason="缺适应症")

    assert waits(alice) == [("Sent back", "商保目录 v1")]
    assert "缺适应症" in text_of(alice.get(page("index")))
    assert waits(bob) == []
    services.request_review(version=draft, by="alice", note="")
    assert waits(alice) == []


def test_a_withdrawal_waits_for_another_than_who_asked(make_catalog: Callable[..., Catalog]) -> None:
    version = published(make_catalog("COM", name="商保目录"), LIST + "E-1,奥希替尼片,C34,\n")
    services.withdraw_version(version=version, by="carol", reason="误发")

    assert waits(member("bob", REVIEWER)) == [("Withdrawal", "商保目录 v1")]
    assert waits(member("carol", REVIEWER)) == waits(member("erin", EDITOR)) == []


def test_a_failed_import_waits_until_somebody_has_seen_to_it(make_catalog: Callable[..., Catalog]) -> None:
    run = imported(make_catalog("COM"), LIST + ",,C34,\n")
    alice, erin = member("alice", EDITOR), member("erin", EDITOR)
    assert (waits(alice), waits(erin)) == ([("Failed import", "list.csv")], [])

    assert alice.post(page("catalog_importrun_acknowledge", run.pk)).status_code == 302

    assert waits(alice) == []
    run.refresh_from_db()
    assert (run.acknowledged_by, run.state) == ("alice", "failed")


def test_a_failed_import_waits_no_longer_once_a_later_file_is_through(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("COM")
    imported(catalog, LIST + ",,C34,\n")
    imported(catalog, LIST + "E-1,奥希替尼片,C34,\n")

    assert waits(member("alice", EDITOR)) == []


def test_only_a_failed_import_is_seen_to(draft: CatalogVersion) -> None:
    run = ImportRun.objects.get()

    assert member("alice", EDITOR).post(page("catalog_importrun_acknowledge", run.pk)).status_code == 409
    assert member("bob", REVIEWER).post(page("catalog_importrun_acknowledge", run.pk)).status_code == 403


# --- Days


def test_what_ends_soon_and_what_happens_next_is_told(make_catalog: Callable[..., Catalog]) -> None:
    day = clock.china_today(clock.observe().known_at)
    catalog = make_catalog("COM", name="商保目录")
    soon, later = day + timedelta(days=5), day + timedelta(days=40)
    published(catalog, LIST + f"E-1,甲片,C34,{soon}\nE-2,乙片,C34,{soon}\nE-3,丙片,C34,\n", effective_to=later)
    published(catalog, LIST + "E-3,丙片,C34,\n", label="v2", effective_from=later + timedelta(days=1))
    open_ = imported(make_catalog("OPEN", name="征求中"), LIST + "E-1,甲片,C34,\n").version
    assert open_ is not None
    services.submit_version(version=open_, by="alice", comments_until=soon)

    answer = member("bob", REVIEWER).get(page("index"))
    told = text_of(answer)

    assert "2 agreements end" in told
    assert [(one.day, one.kind) for one in answer.context["events"]] == [
        (soon, "ends"),  # agreements
        (soon, "closes"),
        (later, "ends"),
        (later + timedelta(days=1), "begins"),
    ]
    assert [one.label for one in answer.context["consultations"]] == ["v1"]
    assert '<svg class="strip"' in answer.content.decode()


def test_the_strip_has_a_row_for_the_lists_that_change_first() -> None:
    events = [Event(TODAY + timedelta(days=n), "begins", f"清单{n}", "", "") for n in range(-1, DAYS + 2)]

    drawn = strip(events, TODAY)

    assert [row.name for row in drawn.rows][:2] == ["清单0", "清单1"]
    assert (len(drawn.rows), len(drawn.dots), drawn.left_out) == (12, 12, DAYS + 1 - 12)
    assert all(0 <= dot.x <= drawn.width and 0 <= dot.y <= drawn.height for dot in drawn.dots)


def test_the_first_page_is_bounded_and_shows_no_group_what_is_not_theirs(make_catalog: Callable[..., Catalog]) -> None:
    for number in range(12):
        published(make_catalog(f"C{number}"), LIST + "E-1,甲片,C34,\n")
        imported(Catalog.objects.get(code=f"C{number}"), LIST + "E-2,乙片,C34,\n", label="v2")
    for group in (EDITOR, REVIEWER, AUDITOR, ADMINISTRATOR):
        client = member(f"somebody-{group}", group)
        client.get(page("index"))

        with CaptureQueriesContext(connection) as asked:
            told = text_of(client.get(page("index")))

        statements = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
        assert len(statements) <= 20, "\n".join([group, *statements])
        assert ("Waiting for me" in told) == (group != ADMINISTRATOR), group
        assert ("Work that was given up" in told) == (group in {AUDITOR, ADMINISTRATOR}), group


def test_the_menu_counts_what_waits(draft: CatalogVersion) -> None:
    bob = member("bob", REVIEWER)
    services.request_review(version=draft, by="alice", note="")

    items = {
        str(item["title"]): item
        for group in bob.get(page("index")).context["sidebar_navigation"]
        for item in group["items"]
    }

    assert items["Today"]["badge"] == "1"
    assert "Curators" not in items
    assert bob.get(items["In review"]["link"]).status_code == 200


# --- Finding


@pytest.mark.parametrize("wanted", ["奥希替尼", "aoxitini", "axtn"])
def test_drugs_and_their_entries_are_found_by_name_and_sound(wanted: str, make_catalog: Callable[..., Catalog]) -> None:
    published(make_catalog("COM", name="商保目录"), LIST + "E-1,奥希替尼片,C34,\n")

    told = text_of(member("bob", REVIEWER).get(reverse("desk:find"), {"q": wanted}))

    assert "奥希替尼片" in told
    assert "商保目录 v1 · E-1" in told


@pytest.mark.parametrize("wanted", ["COM", "商保", "shangbao", "sbml", "com v1"])
def test_lists_and_versions_are_found_by_code_name_and_sound(wanted: str, draft: CatalogVersion) -> None:
    assert "商保目录" in text_of(member("bob", REVIEWER).get(reverse("desk:find"), {"q": wanted}))


def test_an_entry_is_found_by_the_beginning_of_its_code(make_catalog: Callable[..., Catalog]) -> None:
    published(make_catalog("COM"), LIST + "XL-0001,奥希替尼片,C34,\n")

    assert "XL-0001" in text_of(member("bob", REVIEWER).get(reverse("desk:find"), {"q": "XL-00"}))


def test_what_nobody_may_see_is_not_found(draft: CatalogVersion) -> None:
    told = text_of(member("root", ADMINISTRATOR).get(reverse("desk:find"), {"q": "商保"}))

    assert "商保目录" not in told
    assert Client().get(reverse("desk:find"), {"q": "商保"}).status_code == 302


def test_the_palette_finds_the_same(make_catalog: Callable[..., Catalog]) -> None:
    published(make_catalog("COM", name="商保目录"), LIST + "E-1,奥希替尼片,C34,\n")

    answer = member("bob", REVIEWER).get(page("search"), {"s": "aoxitini", "extended": "1"})

    assert "奥希替尼片" in text_of(answer)


# --- Background work


def test_background_work_is_told_in_words() -> None:
    job = Job.objects.create(kind="catalog.import", subject="x", state="dead", attempts=3, last_error="MemoryError")
    admin = member("root", ADMINISTRATOR)

    told = text_of(admin.get(page("jobs_job_change", job.pk)))
    listed = admin.get(page("jobs_job_changelist")).content.decode()

    assert "Reading an uploaded file" in told and "It was given up after three attempts" in told
    assert "Reading an uploaded file" in listed and ">catalog.import<" not in listed


# --- Back to the version before


def test_going_back_is_offered_only_where_there_is_a_version_before(make_catalog: Callable[..., Any]) -> None:
    catalog = make_catalog("COM")
    first = published(catalog, LIST + "E-1,甲片,C34,\n")
    second = published(catalog, LIST + "E-2,乙片,C34,\n", label="v2", effective_from=date(2026, 2, 1))
    alice = member("alice", EDITOR)

    shown = {
        one.pk: alice.get(page("catalog_catalogversion_change", one.pk)).content.decode() for one in (first, second)
    }

    assert page("catalog_catalogversion_revert", first.pk) not in shown[first.pk]
    assert page("catalog_catalogversion_revert", second.pk) in shown[second.pk]


# --- What insurers wrote, files, uploads


def test_consultations_lead_to_their_comments(draft: CatalogVersion, insurer: Insurer) -> None:
    services.submit_version(version=draft, by="alice")
    bob = member("bob", REVIEWER)
    comments = page("catalog_catalogversion_comments", draft.pk)
    assert "no comment waits" in text_of(bob.get(page("index")))

    consultation.add_comment(
        version=draft, insurer_id=insurer.pk, by="ines", stance="oppose", text="价格过高", entry_code="E-1"
    )

    answer = bob.get(page("index"))
    assert "1 comment to answer" in text_of(answer)
    assert (
        answer.content.decode().count(f'href="{comments}"') == 2
    )  # in the list of consultations, and it waits for bob


def test_a_list_is_picked_before_a_file_is_uploaded(make_catalog: Callable[..., Catalog]) -> None:
    com, other = make_catalog("COM", name="商保目录"), make_catalog("OTHER", name="别的清单")
    alice = member("alice", EDITOR)
    items = [row for group in alice.get(page("index")).context["sidebar_navigation"] for row in group["items"]]
    address = next(row["link"] for row in items if str(row["title"]) == "Upload a new version")

    shown = alice.get(address).content.decode()
    found = alice.get(address, {"q": "商保"}).content.decode()

    assert page("catalog_catalog_upload", com.pk) in shown and page("catalog_catalog_upload", other.pk) in shown
    assert page("catalog_catalog_upload", com.pk) in found and page("catalog_catalog_upload", other.pk) not in found
    assert [member(name, group).get(address).status_code for name, group in (("bob", REVIEWER), ("olga", AUDITOR))] == [
        403,
        403,
    ]


def test_changes_are_a_file_as_they_are_filtered(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("COM")
    published(catalog, LIST + "E-1,甲片,C34,\n")
    later = published(catalog, LIST + "E-2,乙片,C34,\n", label="v2", effective_from=date(2026, 2, 1))
    alice = member("alice", EDITOR)

    shown = alice.get(page("catalog_catalogversion_changes", later.pk), {"change": "added"})
    files = dict(shown.context["files"])

    assert sorted(files) == ["CSV", "XLSX"]
    told = b"".join(alice.get(files["CSV"]).streaming_content).decode()  # type: ignore[attr-defined]
    assert ("E-2" in told, "E-1" in told) == (True, False)
    assert html.escape(files["XLSX"]) in shown.content.decode()


# --- Groups


def test_groups_follow_their_table_at_every_migrate_and_others_are_left_alone() -> None:
    last = [app for app in apps.get_app_configs() if app.models_module][-1]
    insurers_users, editors = (Group.objects.get(name=name) for name in (INSURERS_USERS, EDITOR))
    right = Permission.objects.get(codename="publish_catalogversion")
    own = Group.objects.create(name="自设")
    own.permissions.add(right)
    wanted = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    insurers_users.permissions.clear()  # as it was made before a release brought rights
    editors.permissions.add(right)  # one person could import and publish
    Group.objects.get(name=AUDITOR).delete()

    make_groups(last)

    now = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    assert now == wanted
    told = Record.objects.filter(deed="group.changed").order_by("id")
    assert [(one.object, one.who) for one in told] == [(name, SYSTEM) for name in sorted([INSURERS_USERS, EDITOR])]

    make_groups(last)

    assert told.count() == 2


def test_a_group_of_the_table_is_not_offered_for_change_a_further_one_is() -> None:
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    client = Client(headers={"accept-language": "en"})
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    own = Group.objects.create(name="自设")

    for group, statuses in ((Group.objects.get(name=EDITOR), [403, 403]), (own, [302, 200])):
        change = client.post(page("auth_group_change", group.pk), {"name": group.name})
        assert [change.status_code, client.get(page("auth_group_delete", group.pk)).status_code] == statuses
