"""The pages of impact runs: asked from a draft, followed, read; the review says what came of it; an insurer's own, with its lines."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.test import Client

from catalog import entry_editing, moves
from catalog.models import CatalogVersion
from common import tenancy
from common.audit.models import Record
from curation.models import ImpactRun
from insurers.models import Insurer
from insurers.persons import bind_user
from tests.claims.test_checks import cidl, hmb
from tests.conftest import Api
from tests.curation.impact.conftest import _nothing_kept_of_a_run, worked_off
from tests.curation.impact.test_runs import batch_of, decided, draft
from tests.desk.test_catalogs import curator, page, text_of

__all__ = ["_nothing_kept_of_a_run", "cidl", "decided", "draft", "hmb"]  # fixtures

pytestmark = pytest.mark.django_db

DAYS = {"product": "", "first_day": "2026-01-01", "last_day": "2026-12-31"}
ADD = "curation_impactrun_add"


def asked(client: Client, version: CatalogVersion, **given: str) -> ImpactRun:
    """Ask by the form, let the run come to its end, and return it."""
    answer = client.post(f"{page(ADD)}?version={version.pk}", DAYS | given)
    assert answer.status_code == 302, text_of(answer)
    run = ImpactRun.objects.order_by("-created_at")[0]
    assert answer["Location"] == page("curation_impactrun_change", run.pk)
    assert "Waiting for a worker" in text_of(client.get(answer["Location"]))
    return worked_off(run)


def test_a_curator_asks_from_a_draft_and_reads_what_it_changes(
    decided: str, draft: CatalogVersion, django_assert_max_num_queries: Any
) -> None:
    alice = curator("alice")
    overview = alice.get(page("catalog_catalogversion_change", draft.pk)).content.decode()
    assert f"{page(ADD)}?version={draft.pk}" in overview

    run = asked(alice, draft)

    with django_assert_max_num_queries(20):
        answer = alice.get(page("curation_impactrun_change", run.pk))
    told = text_of(answer)
    assert "2 of 3 lines would be answered otherwise; payable 1,099.00 → 49.00 (-1,050.00)." in told
    assert "1 claims were not tried: they are invalid as they were sent." in told
    assert "仑卡奈单抗" in told and "INS-A HMB" in told and answer.content.decode().count("<svg") == 2
    assert "B-1" not in told and "C-1 " not in told
    assert alice.get(page("curation_impactrun_lines_csv", run.pk)).status_code == 403
    sheets = openpyxl.load_workbook(BytesIO(b"".join(alice.get(page("curation_impactrun_sums_xlsx", run.pk)))))
    assert sheets.sheetnames == ["By outcome", "By drug", "By product", "By reason"]
    table = b"".join(alice.get(page("curation_impactrun_table_csv", run.pk, "matrix"))).decode("utf-8-sig")
    assert table.splitlines()[1].startswith("eligible,ineligible,2,")

    bob = curator("bob")
    review = bob.get(page("catalog_catalogversion_publish", draft.pk))
    assert "2 of 3 lines would be answered otherwise" in text_of(review)
    entry_editing.add_entry(version=draft, values={"generic_name": "甘特单抗注射液"}, by="alice", reason="")
    assert "edited since" in text_of(bob.get(page("catalog_catalogversion_publish", draft.pk)))
    assert "The version was edited since" in text_of(alice.get(page("curation_impactrun_change", run.pk)))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"last_day": "2025-12-31"}, "The last day is before the first."),
        ({"product": "NONE"}, "There is no product NONE."),
    ],
)
def test_what_makes_no_sense_is_told_on_the_form(draft: CatalogVersion, given: dict[str, str], told: str) -> None:
    answer = curator("alice").post(f"{page(ADD)}?version={draft.pk}", DAYS | given)

    assert answer.status_code in (400, 404) and told in text_of(answer)
    assert not ImpactRun.objects.exists()


def test_the_office_has_no_batches_so_it_is_asked_for_both_days(draft: CatalogVersion) -> None:
    alice = curator("alice")
    shown = alice.get(f"{page(ADD)}?version={draft.pk}").context["form"]
    answer = alice.post(f"{page(ADD)}?version={draft.pk}", {"product": ""})

    assert [shown[name].field.required for name in ("first_day", "last_day")] == [True, True]
    assert set(answer.context["form"].errors) == {"first_day", "last_day"}
    assert "batch" not in text_of(answer).partition("Service date from")[2]
    assert not ImpactRun.objects.exists()


def test_a_run_is_cancelled_on_its_page(draft: CatalogVersion) -> None:
    alice = curator("alice")
    alice.post(f"{page(ADD)}?version={draft.pk}", DAYS)
    run = ImpactRun.objects.get()

    assert alice.post(page("curation_impactrun_cancel", run.pk)).status_code == 302

    assert "This run was cancelled" in text_of(alice.get(page("curation_impactrun_change", run.pk)))


@pytest.fixture
def ines(insurer: Insurer) -> Client:
    user = User.objects.create(username="ines", is_staff=True)
    bind_user(user=user, insurer=insurer, by="sam")
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_insurer_tries_what_it_is_asked_about_on_its_own_batch(
    api: Api, ines: Client, decided: str, draft: CatalogVersion
) -> None:
    # A draft is the office's; one in consultation is asked about.
    assert ines.get(f"{page(ADD)}?version={draft.pk}").status_code == 404
    moves.submit_version(version=draft, by="alice")
    assert f"{page(ADD)}?version={draft.pk}" in ines.get(page("catalog_comment_of", draft.pk)).content.decode()
    other = batch_of(api, "X,m,1,2026-04-01,G30.9,inpatient,多奈单抗注射液,1,70.00\n")

    run = asked(ines, draft, first_day="", last_day="", batch=decided)

    told = text_of(ines.get(page("curation_impactrun_change", run.pk)))
    assert "1 of 2 lines would be answered otherwise; payable 399.00 → 49.00 (-350.00)." in told
    lines = b"".join(ines.get(page("curation_impactrun_lines_csv", run.pk))).decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "B-1" in lines[1] and decided in lines[1]
    with tenancy.acting_for(tenancy.OFFICE):  # whoever asked for what was streamed last is asked for still
        assert Record.objects.filter(deed="checks.listed", kind="impactrun").count() == 1
    unchanged = asked(ines, draft, first_day="", last_day="", batch=other)
    assert "none of 1 lines" in text_of(ines.get(page("curation_impactrun_change", unchanged.pk)))
    # The office sees neither.
    assert (
        page("curation_impactrun_change", run.pk)
        not in curator("alice").get(page("curation_impactrun_changelist")).content.decode()
    )
