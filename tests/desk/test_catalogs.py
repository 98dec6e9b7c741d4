"""The curators' pages: who may do what there, what no path lets anybody do, what a reader sees. Alice makes, Bob checks, Root is a superuser."""

import csv
import gettext
import io
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug, ImportRun
from common.jobs import services as jobs
from common.jobs.models import Job
from tests.conftest import imported, published

pytestmark = pytest.mark.django_db

HEADER = "entry_code,generic_name,icd10\n"
TWO_ROWS = HEADER + "E-1,奥希替尼片,C34\nE-2,伏美替尼片,C34\n"
TWENTY_ROWS = HEADER + "".join(f"E-{n},药品{n}片,C34\n" for n in range(20))
ONE_BAD_ROW = HEADER + "E-1,奥希替尼片,C34\nE-2,,C34\n"


def curator(name: str, *, superuser: bool = False, without: str = "") -> Client:
    """A signed-in curator with every permission of the product's apps, or all but one."""
    user = User.objects.create(username=name, is_staff=True, is_superuser=superuser)
    apps = ["catalog", "insurers", "claims", "jobs", "curation"]
    allowed = Permission.objects.filter(content_type__app_label__in=apps)
    user.user_permissions.set(allowed.exclude(codename=without))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def alice() -> Client:
    return curator("alice")


@pytest.fixture
def bob() -> Client:
    return curator("bob")


@pytest.fixture
def root() -> Client:
    return curator("root", superuser=True)


@pytest.fixture
def draft(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    """A draft that Alice imported."""
    version = imported(make_catalog(provenance="demonstration"), TWO_ROWS).version
    assert version is not None
    return version


@pytest.fixture
def in_force(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    """A version that Alice imported and Bob published."""
    return published(make_catalog("PUB", provenance="hand_coded"), TWO_ROWS)


def state_of(version: CatalogVersion) -> str:
    return CatalogVersion.objects.get(pk=version.pk).state


# --- Publishing needs a second person


@pytest.mark.parametrize(
    "sent", [{}, {"confirm": "on"}, {"note": "please"}, {"by": "bob"}, {"state": "published", "published_by": "bob"}]
)
def test_whoever_imported_a_version_cannot_publish_it(
    alice: Client, draft: CatalogVersion, sent: dict[str, str]
) -> None:
    answer = alice.post(page("catalog_catalogversion_publish", draft.pk), sent)

    assert answer.status_code == 409
    assert "ask a second person" in text_of(answer)
    assert state_of(draft) == "draft"


def test_a_superuser_is_bound_by_it_too(root: Client, make_catalog: Callable[..., Catalog]) -> None:
    version = imported(make_catalog(), TWO_ROWS, by="root").version
    assert version is not None

    answer = root.post(page("catalog_catalogversion_publish", version.pk), {"confirm": "on"})

    assert answer.status_code == 409
    assert state_of(version) == "draft"


def test_whoever_submitted_a_version_cannot_publish_it(bob: Client, draft: CatalogVersion) -> None:
    bob.post(page("catalog_catalogversion_submit", draft.pk), {"comments_until": "2099-12-31"})
    assert state_of(draft) == "in_consultation"

    assert bob.post(page("catalog_catalogversion_publish", draft.pk)).status_code == 409
    assert state_of(draft) == "in_consultation"


def test_a_second_person_publishes(bob: Client, draft: CatalogVersion) -> None:
    answer = bob.post(page("catalog_catalogversion_publish", draft.pk), {"note": "checked"}, follow=True)

    assert "is published" in text_of(answer)
    stored = CatalogVersion.objects.get(pk=draft.pk)
    assert (stored.state, stored.published_by, stored.publish_note) == ("published", "bob", "checked")


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("post", "catalog_catalogversion_change"),
        ("post", "catalog_catalogversion_delete"),
        ("post", "catalog_catalogversion_entries"),
    ],
)
@pytest.mark.parametrize("who", ["alice", "root"])
def test_no_other_address_publishes_edits_or_deletes(
    request: pytest.FixtureRequest, draft: CatalogVersion, method: str, name: str, who: str
) -> None:
    client = request.getfixturevalue(who)
    sent = {"state": "published", "published_by": "bob", "label": "x", "post": "yes", "entries-0-generic_name": "y"}

    getattr(client, method)(page(name, draft.pk), sent)

    stored = CatalogVersion.objects.get(pk=draft.pk)
    assert (stored.state, stored.label, stored.published_by) == ("draft", "v1", "")
    assert sorted(stored.entries.values_list("generic_name", flat=True)) == ["伏美替尼片", "奥希替尼片"]


@pytest.mark.parametrize("action", ["delete_selected", "publish", "publish_version", "make_published"])
def test_no_list_action_changes_a_version(root: Client, draft: CatalogVersion, action: str) -> None:
    sent = {"action": action, "_selected_action": [draft.pk], "post": "yes", "select_across": "1"}

    root.post(page("catalog_catalogversion_changelist"), sent)

    assert state_of(draft) == "draft"


def test_entries_have_no_pages_of_their_own_to_be_changed_on() -> None:
    assert CatalogEntry not in admin.site._registry


DEEDS = {
    "edit": "change_catalogversion",
    "submit": "change_catalogversion",
    "end_consultation": "change_catalogversion",
    "request_review": "change_catalogversion",
    "send_back": "publish_catalogversion",
    "publish": "publish_catalogversion",
    "withdraw": "withdraw_catalogversion",
    "keep": "withdraw_catalogversion",
    "revert": "change_catalogversion",
    "discard": "delete_catalogversion",
}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: f"{deed} needs a permission and a POST")
def test_a_deed_needs_its_permission_and_a_post(draft: CatalogVersion, deed: str) -> None:
    missing = DEEDS[deed]
    carol = curator("carol", without=missing)
    dora = curator("dora")

    assert carol.post(page(f"catalog_catalogversion_{deed}", draft.pk), {"reason": "r"}).status_code == 403
    assert dora.get(page(f"catalog_catalogversion_{deed}", draft.pk)).status_code == 200
    assert state_of(draft) == "draft"


def test_a_deed_needs_a_token_that_a_forged_form_lacks(draft: CatalogVersion) -> None:
    User.objects.create(username="bob", is_staff=True, is_superuser=True)
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(User.objects.get(username="bob"), backend="django.contrib.auth.backends.ModelBackend")

    assert forged.post(page("catalog_catalogversion_publish", draft.pk)).status_code == 403
    assert state_of(draft) == "draft"


def test_nobody_signed_in_is_sent_to_the_login(draft: CatalogVersion) -> None:
    answer = Client().post(page("catalog_catalogversion_publish", draft.pk))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")
    assert state_of(draft) == "draft"


# --- Mass changes, withdrawing, discarding


def test_a_mass_change_asks_for_its_number(bob: Client, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("MASS")
    published(catalog, TWENTY_ROWS)
    run = imported(catalog, HEADER + "E-0,药品0片,C34\n", label="v2")
    assert run.version is not None
    address = page("catalog_catalogversion_publish", run.version.pk)

    assert 'name="confirm"' in bob.get(address).content.decode()
    refused = bob.post(address)
    assert refused.status_code == 409
    assert "19 of 20" in text_of(refused)
    assert bob.post(address, {"confirm": "19"}).status_code == 302
    assert state_of(run.version) == "published"


def test_the_number_is_asked_for_when_something_was_published_since(
    bob: Client, make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog("RACE")
    draft = imported(catalog, HEADER + "E-0,药品0片,C34\n", label="early").version
    assert draft is not None
    address = page("catalog_catalogversion_publish", draft.pk)
    assert 'name="confirm"' not in bob.get(address).content.decode()
    published(catalog, TWENTY_ROWS, label="late")

    shown = bob.get(address).content.decode()
    assert ('name="confirm"' in shown, 'name="against" value="late"' in shown) == (True, True)
    unseen = bob.post(address, {"confirm": "19"})
    assert (unseen.status_code, "follows now is late" in text_of(unseen)) == (409, True)
    assert bob.post(address, {"against": "late"}).status_code == 409
    assert bob.post(address, {"against": "late", "confirm": "19"}).status_code == 302


CHANGED_HEADER = "entry_code,generic_name,restriction,icd10,age_min,manufacturer,note\n"
BEFORE = (
    CHANGED_HEADER
    + "A-1,甲片,限（二）线。,C34,18,,\nA-2,乙片,,C34,18,,\nA-3,丙片,限一线,C34,18,恒久药业,旧注\nA-4,丁片,,C34,18,,\nA-5,戊片,限一线,C34,18,,\n"
)
AFTER = (
    CHANGED_HEADER
    + "B-1,甲片,限(二)线,C34,18,,\nB-2,乙片,,C34,18,,\nB-4,丁片,,C34,20,,\nB-5,戊片,限二线,C34,18,,\nB-6,己片,,C50,18,,新注\n"
)


@pytest.fixture
def renumbered(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    """A draft whose codes are all new, behind an edition that has ended."""
    catalog = make_catalog("NRDL", "base")
    year = {"effective_from": date(2025, 1, 1), "effective_to": date(2025, 12, 31)}
    published(catalog, BEFORE, label="2025", complete_for=["X", "Z"], **year)
    version = imported(catalog, AFTER, label="2026", complete_for=["X"]).version
    assert version is not None
    return version


def test_changes_show_what_matters_first_old_beside_new_and_rows_that_went_whole(
    alice: Client, renumbered: CatalogVersion
) -> None:
    shown = alice.get(page("catalog_catalogversion_changes", renumbered.pk))
    text = text_of(shown)

    kinds = [(one.change, one.generic_name, one.weight) for one in shown.context["changes"]]
    assert kinds == [
        ("removed", "丙片", "major"),
        ("changed", "丁片", "major"),
        ("added", "己片", "major"),
        ("changed", "戊片", "minor"),
    ]
    for said in ("限一线 → 限二线", "18 → 20", "A-4 → B-4", "恒久药业", "旧注", "新注", "complete for fewer classes"):
        assert said in text, said
    assert "1 more change reads the same" in text and "1 more change is of note, source or entry code only" in text
    html = shown.content.decode()
    for entry in CatalogEntry.objects.filter(entry_code__in=["A-3", "A-4", "B-4", "B-5", "A-5", "B-6"]):
        assert page("catalog_catalogversion_entry", entry.version_id, entry.pk) in html


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("weight=typographic", ["甲片"]),
        ("weight=remark", ["乙片"]),
        ("weight=minor", ["戊片"]),
        ("weight=major&change=changed", ["丁片"]),
        ("narrower=1", ["丙片", "丁片"]),
        ("q=A-5", ["戊片"]),
        ("q=B-5", ["戊片"]),
        ("q=丁", ["丁片"]),
        ("weight=nonsense&change=nonsense", ["丙片", "丁片", "己片", "戊片"]),
    ],
)
def test_changes_are_filtered(alice: Client, renumbered: CatalogVersion, query: str, names: list[str]) -> None:
    shown = alice.get(page("catalog_catalogversion_changes", renumbered.pk) + f"?{query}")

    assert [one.generic_name for one in shown.context["changes"]] == names


def test_every_page_of_a_draft_compares_with_what_it_follows_now(
    alice: Client, bob: Client, renumbered: CatalogVersion
) -> None:
    run = renumbered.imports.get()
    addresses = [
        page("catalog_catalogversion_change", renumbered.pk),
        page("catalog_catalogversion_changes", renumbered.pk),
        page("catalog_catalogversion_publish", renumbered.pk),
        page("catalog_importrun_change", run.pk),
    ]
    for number, address in enumerate(addresses):
        assert bob.get(address).status_code == 200
        label = f"2025-{number}"
        published(renumbered.catalog, AFTER + "\n" * (number + 1), label=label, effective_from=date(2025, 6, 1))

        assert label in text_of(bob.get(address)), address
        renumbered.refresh_from_db()
        assert renumbered.parent is not None and renumbered.parent.label == label
        assert renumbered.change_counts["unchanged"] == renumbered.entry_count


def test_withdrawing_wants_a_reason_and_a_second_person(alice: Client, bob: Client, in_force: CatalogVersion) -> None:
    address = page("catalog_catalogversion_withdraw", in_force.pk)

    assert alice.post(address, {"reason": ""}).status_code == 200
    assert alice.post(address, {"reason": "wrong list"}).status_code == 302
    assert state_of(in_force) == "published"
    assert "Withdrawal asked" in text_of(bob.get(page("catalog_catalogversion_change", in_force.pk)))
    again = alice.post(address)
    assert (again.status_code, "a second person carries it out" in text_of(again)) == (409, True)
    assert "alice asked for it" in text_of(bob.get(address))
    assert bob.post(address).status_code == 302
    stored = CatalogVersion.objects.get(pk=in_force.pk)
    assert (stored.state, stored.withdrawal_asked_by, stored.withdrawn_by) == ("withdrawn", "alice", "bob")
    assert stored.withdraw_reason == "wrong list"


def test_the_asking_for_a_withdrawal_is_taken_back(alice: Client, bob: Client, in_force: CatalogVersion) -> None:
    alice.post(page("catalog_catalogversion_withdraw", in_force.pk), {"reason": "wrong list"})

    assert bob.post(page("catalog_catalogversion_keep", in_force.pk)).status_code == 302

    stored = CatalogVersion.objects.get(pk=in_force.pk)
    assert (stored.state, stored.withdrawal_asked_by, stored.withdraw_reason) == ("published", "", "")


def test_a_draft_is_deleted_and_a_published_version_is_not(
    alice: Client, draft: CatalogVersion, in_force: CatalogVersion
) -> None:
    assert alice.post(page("catalog_catalogversion_discard", in_force.pk)).status_code == 409
    assert alice.post(page("catalog_catalogversion_discard", draft.pk)).status_code == 302

    assert list(CatalogVersion.objects.values_list("pk", flat=True)) == [in_force.pk]


def test_a_first_published_version_offers_only_to_be_withdrawn_and_its_sheet(
    alice: Client, in_force: CatalogVersion
) -> None:
    shown = alice.get(page("catalog_catalogversion_change", in_force.pk)).content.decode()

    tabs = {"history", "entries", "levels", "golden", "changes", "change", "problems", "record"}
    assert set(re.findall(rf"/{in_force.pk}/([a-z-]+)/\"", shown)) - tabs == {"withdraw", "sheet"}


# --- Nothing to add, change or delete where the page only shows

EDITED_HERE = {"Insurer", "User", "Group"}
MADE_HERE = {"Catalog", "ApiKey"} | EDITED_HERE


def test_even_a_superuser_changes_nothing_that_is_only_shown() -> None:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.create(username="root", is_staff=True, is_superuser=True)
    may_add = {m.__name__ for m, a in admin.site._registry.items() if a.has_add_permission(request)}
    may_change = {m.__name__ for m, a in admin.site._registry.items() if a.has_change_permission(request)}
    may_delete = {m.__name__ for m, a in admin.site._registry.items() if a.has_delete_permission(request)}

    assert (may_add, may_change, may_delete) == (MADE_HERE, EDITED_HERE, {"Group"})


def test_no_model_has_list_actions() -> None:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.create(username="root", is_staff=True, is_superuser=True)

    assert {m.__name__ for m, a in admin.site._registry.items() if a.get_actions(request)} == set()


# --- Uploading, and what an import's page tells


def upload(client: Client, catalog: Catalog, content: str, name: str = "list.csv", **fields: str) -> Any:
    """Go the three steps of an upload, taking what is guessed."""
    file = SimpleUploadedFile(name, content.encode())
    kept = client.post(page("catalog_catalog_upload", catalog.pk), {"file": file})
    if kept.status_code != 302:
        return kept
    sent = {"names": "plain", "label": "v1", "effective_from": "2026-01-01", "queue": "1", **fields}
    return client.post(kept["Location"], sent)


def test_an_upload_leads_to_its_import_and_names_who_sent_it(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    answer = upload(alice, make_catalog(), TWO_ROWS, effective_to="2026-12-31", note="first")

    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page("catalog_importrun_change", run.pk))
    assert (run.created_by, run.label, str(run.effective_to), run.note) == ("alice", "v1", "2026-12-31", "first")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"effective_to": "2025-12-31"}, "effective_to is before effective_from"),
        ({"label": "no spaces"}, "letters, digits, dot, dash and underscore only"),
        ({"effective_from": "01/02/2026"}, "Enter a valid date"),
    ],
)
def test_an_upload_that_cannot_be_is_told_on_the_form(
    alice: Client, make_catalog: Callable[..., Catalog], fields: dict[str, str], told: str
) -> None:
    answer = upload(alice, make_catalog(), TWO_ROWS, **fields)

    assert told in text_of(answer)
    assert not ImportRun.objects.exists()


def test_the_same_bytes_again_lead_to_the_earlier_import(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()

    first, second = upload(alice, catalog, TWO_ROWS), upload(alice, catalog, TWO_ROWS)

    assert first["Location"] == second["Location"]
    assert ImportRun.objects.count() == 1


def test_uploading_needs_its_permission(make_catalog: Callable[..., Catalog]) -> None:
    carol = curator("carol", without="add_importrun")

    assert upload(carol, make_catalog(), TWO_ROWS).status_code == 403
    assert carol.post(page("catalog_importrun_upload_drugs")).status_code == 403


def test_an_import_tells_how_far_it_is(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    upload(alice, make_catalog(), TWO_ROWS)
    run = ImportRun.objects.get()
    address = page("catalog_importrun_progress", run.pk)

    assert alice.get(address).json() == {
        "state": "queued",
        "told": "Waiting for a worker",
        "percent": None,
        "final": False,
    }
    Job.objects.filter(pk=run.job_id).update(state="running", phase="check", done=30, total=120)
    assert alice.get(address).json() == {"state": "running", "told": "Checking the rows", "percent": 25, "final": False}
    ImportRun.objects.filter(pk=run.pk).update(outcome="ready")
    assert alice.get(address).json()["final"] is True


@pytest.mark.parametrize(("language", "sentence"), [("zh-CN", "必填"), ("en", "is required")])
def test_a_failed_import_says_row_column_value_and_mend(
    alice: Client, make_catalog: Callable[..., Catalog], language: str, sentence: str
) -> None:
    run = imported(make_catalog(), ONE_BAD_ROW)

    shown = text_of(alice.get(page("catalog_importrun_change", run.pk), headers={"accept-language": language}))

    for part in ("3", "generic_name", sentence):  # as the file calls it
        assert part in shown
    assert not CatalogVersion.objects.exists()


def test_problems_come_as_csv_that_a_spreadsheet_only_shows(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    run = imported(make_catalog(), HEADER + "E-1,奥希替尼片,=cmd()\n")

    answer = alice.get(page("catalog_importrun_problems", run.pk))

    raw = answer.getvalue().decode()
    assert raw.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(raw[1:])))
    assert rows[0][0] == "severity"
    assert [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert any("=cmd()" in cell for row in rows[1:] for cell in row)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_rows_of_a_failed_import_come_back_with_their_problems_to_be_mended(
    alice: Client, make_catalog: Callable[..., Catalog], form: str
) -> None:
    catalog = make_catalog()
    run = imported(catalog, ONE_BAD_ROW, file_name="清单.csv")
    shown = alice.get(page("catalog_importrun_change", run.pk)).content.decode()
    assert page(f"catalog_importrun_marked_{form}", run.pk) in shown

    answer = alice.get(page(f"catalog_importrun_marked_{form}", run.pk))

    assert f"filename*=UTF-8''%E6%B8%85%E5%8D%95-%E9%94%99%E8%AF%AF.{form}" in answer["Content-Disposition"]
    again = imported(catalog, answer.getvalue(), label="again", file_name=f"清单-错误.{form}")
    told = [run.problems.values_list("code", "column").get(severity="error") for run in (run, again)]
    assert told[0] == told[1] == ("REQUIRED", "generic_name")


def test_the_file_of_an_import_that_went_well_is_not_kept(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    run = imported(make_catalog(), TWENTY_ROWS)

    assert alice.get(page("catalog_importrun_marked_csv", run.pk)).status_code == 404


def test_a_ready_import_shows_the_differences_and_filters_them(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog()
    published(catalog, TWENTY_ROWS)
    changed = TWENTY_ROWS.replace("E-1,药品1片,C34", "E-1,药品1片,C50").replace("E-2,药品2片,C34\n", "E-X,新药片,C34\n")
    run = imported(catalog, changed, label="v2")
    address = page("catalog_importrun_change", run.pk)

    everything = text_of(alice.get(address))
    only_removed = text_of(alice.get(address, {"change": "removed"}))

    assert "C34 支气管和肺恶性肿瘤 → C50 乳房恶性肿瘤" in everything
    assert "新药片" in everything
    assert "药品2片" in only_removed
    assert "新药片" not in only_removed


def test_a_waiting_import_is_cancelled_and_an_ended_one_is_not(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    upload(alice, make_catalog(), TWO_ROWS)
    run = ImportRun.objects.get()

    assert alice.post(page("catalog_importrun_cancel", run.pk)).status_code == 302
    assert ImportRun.objects.get().state == "cancelled"
    assert alice.post(page("catalog_importrun_cancel", run.pk)).status_code == 409


def test_a_dead_import_is_shown_first_and_tried_again(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    upload(alice, make_catalog(), TWO_ROWS)
    run = ImportRun.objects.get()
    assert alice.post(page("catalog_importrun_retry", run.pk)).status_code == 409
    Job.objects.filter(pk=run.job_id).update(state="dead", attempts=3, last_error="MemoryError")

    first_page = text_of(alice.get(page("index")))
    assert "list.csv" in first_page
    assert "MemoryError" in first_page
    assert alice.post(page("catalog_importrun_retry", run.pk)).status_code == 302
    assert Job.objects.get(pk=run.job_id).state == "queued"
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    assert ImportRun.objects.get().state == "ready"


def test_a_dead_job_is_tried_again_from_its_own_page(alice: Client) -> None:
    job = Job.objects.create(kind="catalog.import", subject="x", state="dead", attempts=3)
    ended = Job.objects.create(kind="catalog.import", subject="y", state="done")

    assert alice.post(page("jobs_job_retry", job.pk)).status_code == 302
    assert alice.post(page("jobs_job_retry", ended.pk)).status_code == 409
    assert alice.post(page("jobs_job_cancel", ended.pk)).status_code == 409
    assert Job.objects.get(pk=job.pk).state == "queued"


# --- Making a catalog


def test_what_begins_next_year_is_told_as_such(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    version = published(make_catalog("NEXT"), TWO_ROWS, label="2099", effective_from=date(2099, 1, 1))

    assert "2099, not yet in force: from 2099-01-01" in text_of(alice.get(page("catalog_catalog_changelist")))
    assert "Not yet in force" in text_of(alice.get(page("catalog_catalogversion_change", version.pk)))


def test_a_draft_is_replaced_only_where_that_is_said(alice: Client, draft: CatalogVersion) -> None:
    other = TWO_ROWS.replace("C34", "C50")

    refused = upload(alice, draft.catalog, other)
    assert "There is a draft v1 of alice with 2 entries" in text_of(refused)
    assert ImportRun.objects.count() == 1
    assert upload(alice, draft.catalog, other, replace="on").status_code == 302


def test_a_draft_is_corrected_on_its_page(bob: Client, draft: CatalogVersion) -> None:
    address = page("catalog_catalogversion_edit", draft.pk)
    assert 'value="2026-01-01"' in bob.get(address).content.decode()

    sent = {"label": "v1b", "effective_from": "2026-02-01", "effective_to": "", "note": "改", "complete_for": "X, Z"}
    assert bob.post(address, {**sent, "effective_to": "2025-01-01"}).status_code == 400
    assert bob.post(address, sent).status_code == 302

    stored = CatalogVersion.objects.get(pk=draft.pk)
    assert (stored.label, str(stored.effective_from), stored.complete_for) == ("v1b", "2026-02-01", ["X", "Z"])
    assert stored.editors == ["alice", "bob"]
    assert bob.post(page("catalog_catalogversion_publish", draft.pk)).status_code == 409


def test_a_catalog_is_made_and_its_code_taken_once(alice: Client) -> None:
    sent = {"code": "NEW", "name": "新目录", "kind": "commercial", "series": "A", "provenance": "demonstration"}

    assert alice.post(page("catalog_catalog_add"), sent).status_code == 302
    assert Catalog.objects.get().series_id == "A"
    assert alice.post(page("catalog_catalog_add"), sent).status_code == 409
    refused = alice.post(page("catalog_catalog_add"), {**sent, "code": "NEW2", "kind": "base"})
    assert "Only a commercial catalog has a series" in text_of(refused)


# --- What every page has

PAGES = [
    "index",
    "catalog_catalog_changelist",
    "catalog_catalog_add",
    "catalog_catalogversion_changelist",
    "catalog_importrun_changelist",
    "catalog_importrun_upload_drugs",
    "catalog_drug_changelist",
    "catalog_drugproduct_changelist",
    "catalog_series_changelist",
    "catalog_mark_changelist",
    "catalog_indication_changelist",
    "catalog_diseasename_changelist",
    "catalog_raredisease_changelist",
    "catalog_dosageform_changelist",
    "catalog_drugclass_changelist",
    "catalog_exclusion_changelist",
    "insurers_insurer_changelist",
    "insurers_product_changelist",
    "insurers_productversion_changelist",
    "insurers_apikey_changelist",
    "insurers_apikey_add",
    "claims_claimcheck_changelist",
    "jobs_job_changelist",
    "auth_user_changelist",
    "auth_user_add",
    "auth_group_changelist",
    "axes_accessattempt_changelist",
    "audit_record_changelist",
]


class ActiveContent(HTMLParser):
    """Finds what a strict content policy forbids: scripts in the page, event attributes, javascript: addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "script" and "src" not in names and names.get("type") not in {"application/json"}:
            self.found.append("inline script")
        self.found += [name for name in names if name.startswith("on")]
        self.found += [v for v in names.values() if v and v.strip().lower().startswith("javascript:")]


def active_content(response: Any) -> list[str]:
    parser = ActiveContent()
    parser.feed(response.content.decode())
    return parser.found


@pytest.mark.parametrize("name", PAGES)
def test_every_page_answers_with_nothing_active_in_it(root: Client, name: str) -> None:
    answer = root.get(page(name))

    assert answer.status_code == 200
    assert active_content(answer) == []


def test_a_page_of_every_kind_of_row_answers(root: Client, draft: CatalogVersion, in_force: CatalogVersion) -> None:
    entry = in_force.entries.first()
    run = in_force.imports.first()
    assert entry is not None
    assert run is not None
    addresses = [
        page("catalog_catalog_change", draft.catalog_id),
        page("catalog_catalog_upload", draft.catalog_id),
        page("catalog_catalogversion_change", draft.pk),
        page("catalog_catalogversion_changes", in_force.pk),
        page("catalog_catalogversion_entries", in_force.pk) + "?q=axtn",
        page("catalog_catalogversion_entry", in_force.pk, entry.pk),
        page("catalog_importrun_change", run.pk),
        page("catalog_drug_change", Drug.objects.get(generic_name__contains="奥希替尼").pk) + "?date=2026-05-01",
        page("catalog_series_change", "A"),
        page("jobs_job_change", run.job_id),
    ]

    answers = {address: root.get(address) for address in addresses}

    assert {address: answer.status_code for address, answer in answers.items() if answer.status_code != 200} == {}
    assert [active_content(answer) for answer in answers.values()] == [[]] * len(addresses)


@pytest.mark.parametrize(
    "listed",
    [
        "catalog_catalog_changelist",
        "catalog_catalogversion_changelist",
        "catalog_drug_changelist",
        "catalog_importrun_changelist",
        "jobs_job_changelist",
        "audit_record_changelist",
    ],
)
def test_every_row_of_a_list_leads_to_its_page_and_its_history(
    root: Client, in_force: CatalogVersion, listed: str
) -> None:
    rows = re.findall(
        r'<th[^>]*class="field-[^"]*"[^>]*>\s*<a[^>]*href="([^"]+)"', root.get(page(listed)).content.decode()
    )
    rows += re.findall(r'href="([^"]*/change/[^"]*)"', root.get(page(listed)).content.decode())

    assert rows
    for address in dict.fromkeys(rows):
        answer = root.get(address)
        assert answer.status_code == 200, address
        histories = re.findall(r'href="([^"]+/history/)"', answer.content.decode())
        assert [root.get(one).status_code for one in histories] == [200] * len(histories)


@pytest.mark.parametrize("known", ["drug_40ab", "drug_5Fab", "drug_2f"])
def test_a_drug_is_found_by_its_id_as_it_is_and_as_lists_write_it(root: Client, known: str) -> None:
    drug = Drug.objects.create(id=known, base_name=known, generic_name=known)

    for address in (f"/admin/catalog/drug/{known}/change/", page("catalog_drug_change", quote(drug.pk))):
        assert known in text_of(root.get(address))


@pytest.mark.parametrize(
    ("wanted", "found"), [("奥希", 1), ("aoxitini", 1), ("axtn", 1), ("E-2", 1), ("替尼", 2), ("%", 0)]
)
def test_entries_are_found_by_name_pinyin_initials_and_code(
    alice: Client, in_force: CatalogVersion, wanted: str, found: int
) -> None:
    shown = alice.get(page("catalog_catalogversion_entries", in_force.pk), {"q": wanted})

    assert len(shown.context["entries"]) == found


HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_hostile_text_is_shown_and_does_nothing(root: Client, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("XSS", name=HOSTILE, note=HOSTILE, provenance="demonstration")
    row = f'E-1,"{HOSTILE}",C34\n'
    run = imported(catalog, HEADER + row, file_name=HOSTILE + ".csv")
    broken = imported(catalog, HEADER + f'E-1,奥希替尼片,"{HOSTILE}"\n', label="v2", file_name=HOSTILE + ".csv")
    addresses = [
        page("index"),
        page("catalog_catalog_changelist"),
        page("catalog_catalog_change", catalog.pk),
        page("catalog_importrun_changelist"),
        page("catalog_importrun_change", run.pk),
        page("catalog_importrun_change", broken.pk),
    ]
    if run.version_id:
        addresses.append(page("catalog_catalogversion_entries", run.version_id))

    for address in addresses:
        answer = root.get(address)
        assert answer.status_code == 200
        assert active_content(answer) == []


def test_the_content_policy_lets_no_inline_script_run(alice: Client) -> None:
    policy = alice.get(page("index"))["Content-Security-Policy"]

    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    assert "frame-ancestors 'none'" in policy


def test_the_policy_gives_the_theme_what_it_cannot_do_without(alice: Client) -> None:
    """Without 'unsafe-eval' the theme's menus and its login button are dead."""
    policy = alice.get(page("index"))["Content-Security-Policy"]

    assert re.search(r"script-src [^;]*'unsafe-eval'", policy)
    assert re.search(r"style-src [^;]*'unsafe-inline'", policy)


@pytest.mark.parametrize(
    ("provenance", "words"),
    [("official", "Official"), ("hand_coded", "Coded by hand"), ("demonstration", "Demonstration"), ("", "not stated")],
)
def test_where_data_comes_from_stands_on_every_page_that_shows_it(
    alice: Client, make_catalog: Callable[..., Catalog], provenance: str, words: str
) -> None:
    catalog = make_catalog("P", provenance=provenance)
    version = published(catalog, TWO_ROWS)
    run = version.imports.first()
    entry = version.entries.first()
    assert run is not None
    assert entry is not None
    drug = Drug.objects.get(base_name=entry.base_name)
    addresses = [
        page("index"),
        page("catalog_catalog_changelist"),
        page("catalog_catalog_change", catalog.pk),
        page("catalog_catalogversion_changelist"),
        page("catalog_catalogversion_change", version.pk),
        page("catalog_catalogversion_entries", version.pk),
        page("catalog_catalogversion_entry", version.pk, entry.pk),
        page("catalog_catalogversion_changes", version.pk),
        page("catalog_catalogversion_withdraw", version.pk),
        page("catalog_catalog_upload", catalog.pk),
        page("catalog_importrun_changelist"),
        page("catalog_importrun_change", run.pk),
        page("catalog_drug_change", drug.pk) + "?date=2026-05-01",
    ]

    shown = {
        address: re.findall(r'badge badge-\w+">([^<]+)<', alice.get(address).content.decode()) for address in addresses
    }

    assert [address for address, badges in shown.items() if not any(words in badge for badge in badges)] == []


# --- Languages


@pytest.mark.parametrize(
    ("language", "word"),
    [("", "今日生效"), ("zh-CN,zh;q=0.9", "今日生效"), ("fr", "今日生效"), ("en-GB", "In force today")],
)
def test_pages_are_chinese_unless_english_is_asked_for(alice: Client, language: str, word: str) -> None:
    assert word in text_of(alice.get(page("index"), headers={"accept-language": language}))


def test_a_reader_switches_the_language(alice: Client) -> None:
    alice.post("/i18n/setlang/", {"language": "zh-hans", "next": "/admin/"})

    assert "今日生效" in text_of(alice.get(page("index")))


def test_refusals_are_told_in_chinese(alice: Client, draft: CatalogVersion) -> None:
    answer = alice.post(page("catalog_catalogversion_publish", draft.pk), headers={"accept-language": "zh-CN"})

    assert "请由另一人发布" in text_of(answer)


LOCALE = Path(django_settings.BASE_DIR) / "locale" / "zh_Hans" / "LC_MESSAGES"


def test_every_sentence_has_its_chinese_and_the_compiled_file_is_the_written_one() -> None:
    """What `makemessages` found is all translated, and what `compilemessages` made of it is committed with it."""
    entries = re.split(r"\n\n+", (LOCALE / "django.po").read_text(encoding="utf-8").strip())[1:]
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]

    assert [entry for entry in entries if re.search(r'^msgstr(\[0\])? ""$(?!\n")', entry, re.MULTILINE)] == []
    assert [entry for entry in entries if "fuzzy" in entry] == []
    assert len(compiled) - 1 == len(entries)


def test_publishing_through_the_page_is_in_the_history(bob: Client, draft: CatalogVersion) -> None:
    bob.post(page("catalog_catalogversion_publish", draft.pk))

    history = bob.get(page("catalog_catalogversion_history", draft.pk))
    assert history.status_code == 200
    for said in ("bob", "published a version", "alice", "a file became a draft"):
        assert said in text_of(history)
    assert "发布了版本" in text_of(
        bob.get(page("catalog_catalogversion_history", draft.pk), headers={"accept-language": "zh-CN"})
    )


def test_the_log_of_deeds_is_shown_filtered_and_taken_away(root: Client, in_force: CatalogVersion) -> None:
    address = page("audit_record_changelist")
    shown = text_of(root.get(address, {"deed__exact": "version.published"}))
    assert "published a version" in shown and "PUB v1" in shown

    taken = root.get(page("audit_record_csv"), {"deed__exact": "version.published"})
    rows = list(csv.reader(io.StringIO(taken.getvalue().decode()[1:])))
    assert [(row[2], row[4], row[7]) for row in rows[1:]] == [("bob", "version.published", "PUB v1")]
    assert curator("alice2").get(address).status_code == 403
