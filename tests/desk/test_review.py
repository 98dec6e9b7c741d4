"""The review of a draft: its checks, the ticks and remarks that are kept, sending back and publishing, the sheet, the withdrawal."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import reviewing, services
from catalog.models import Catalog, CatalogVersion, ReviewMark
from common.audit.models import Record
from insurers import services as insurers
from insurers.models import Insurer
from tests.conftest import imported, published
from tests.desk.test_catalogs import curator, page, text_of

pytestmark = pytest.mark.django_db

HEADER = "entry_code,generic_name,icd10,indication,effective_to\n"
OLD = HEADER + "".join(f"E-{n},药品{n}片,C34,肺癌,\n" for n in range(30))
# E-0 goes, E-1 is narrower, E-2 gets text that nobody coded, E-30 comes.
NEW = OLD.replace("E-0,药品0片,C34,肺癌,\n", "").replace("E-1,药品1片,C34,", "E-1,药品1片,C34.1,")
NEW = NEW.replace("E-2,药品2片,C34,", "E-2,药品2片,,") + "E-30,新药片,C34,肺癌,2026-12-31\n"


@pytest.fixture
def alice() -> Client:
    return curator("alice")


@pytest.fixture
def bob() -> Client:
    return curator("bob")


@pytest.fixture
def draft(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    """A draft of Alice's that follows a version in force."""
    catalog = make_catalog("COM", name="商保目录")
    published(catalog, OLD)
    version = imported(catalog, NEW, label="v2", effective_from=date(2099, 7, 1)).version
    assert version is not None
    return version


def review(version: CatalogVersion) -> str:
    return page("catalog_catalogversion_publish", version.pk)


def marked(client: Client, version: CatalogVersion, *seen: str, **remarks: str) -> Any:
    """Tick and remark as the page's form does."""
    shown = {c.entry_code: c for drug in client.get(review(version)).context["drugs"] for c in drug[1]}
    codes = list(shown)
    sent = {
        "code": codes,
        "saw": [shown[code].digest for code in codes],
        "remark": [remarks.get(code.replace("-", "_"), "") for code in codes],
        "seen": list(seen),
    }
    return client.post(page("catalog_catalogversion_marks", version.pk), sent)


def test_the_changes_stand_by_drug_major_ones_first_and_removed_rows_whole(bob: Client, draft: CatalogVersion) -> None:
    answer = bob.get(review(draft))
    told = text_of(answer)

    assert [name for name, _changes in answer.context["drugs"]] == ["新药片", "药品0片", "药品1片", "药品2片"]
    assert "C34" in told and "C34.1" in told
    removed = answer.context["drugs"][1][1][0]
    assert ("generic name", "药品0片") in removed.facts
    assert "Seen 0 of 4" in told


def test_the_checks_say_what_is_to_be_looked_at(bob: Client, draft: CatalogVersion) -> None:
    told = text_of(bob.get(review(draft)))

    assert "Edited by alice, not by you." in told
    assert "1 of 30 entries has an indication or a restriction that is not coded" in told
    assert "Nobody was consulted on it." in told
    assert "1 agreement is over before its first day." in told


def test_ticks_and_remarks_are_kept_and_are_a_deed(bob: Client, draft: CatalogVersion) -> None:
    marked(bob, draft, "E-0", "E-1", E_1="核对原文")

    answer = bob.get(review(draft))
    assert "Seen 2 of 4" in text_of(answer)
    assert 'value="核对原文"' in answer.content.decode()
    left = bob.get(review(draft), {"show": "unseen"})
    assert [name for name, _changes in left.context["drugs"]] == ["新药片", "药品2片"]
    deed = Record.objects.get(deed="version.marked")
    assert (deed.who, deed.after["remarks"]) == ("bob", {"E-1": "核对原文"})

    marked(bob, draft, "E-0", "E-1", E_1="核对原文")
    assert Record.objects.filter(deed="version.marked").count() == 1


def test_what_was_changed_after_the_tick_is_unseen_again(bob: Client, draft: CatalogVersion) -> None:
    marked(bob, draft, "E-0", "E-1", "E-30", E_1="核对原文")
    services.change_entry(version=draft, entry_code="E-1", by="alice", values={"icd10": ["C34.2"]})
    services.change_entry(version=draft, entry_code="E-30", by="alice", values={"strength": "10mg"})

    answer = bob.get(review(draft))

    assert "Seen 1 of 4" in text_of(answer)
    assert "changed since you saw it" in text_of(answer)
    assert [one.is_open for one in reviewing.remarks_on(CatalogVersion.objects.get(pk=draft.pk))] == [False]


def test_everybody_ticks_for_themselves(bob: Client, draft: CatalogVersion) -> None:
    marked(bob, draft, "E-0", E_0="为何删除？")
    carol = curator("carol")

    told = text_of(carol.get(review(draft)))

    assert "Seen 0 of 4" in told
    assert "为何删除？" in told


def test_the_editors_read_the_remarks_on_the_draft(alice: Client, bob: Client, draft: CatalogVersion) -> None:
    marked(bob, draft, E_0="为何删除？")

    assert "为何删除？" in text_of(alice.get(page("catalog_catalogversion_change", draft.pk)))


def test_an_editor_is_told_why_not_and_marks_nothing(alice: Client, draft: CatalogVersion) -> None:
    answer = alice.get(review(draft))

    assert "You are one of its editors" in text_of(answer)
    assert 'name="seen"' not in answer.content.decode()
    marked(alice, draft, "E-0")
    assert not ReviewMark.objects.exists()


def test_whoever_may_not_publish_sees_no_review(draft: CatalogVersion) -> None:
    editor = curator("erin", without="publish_catalogversion")

    assert editor.get(review(draft)).status_code == 403
    assert editor.post(page("catalog_catalogversion_marks", draft.pk), {}).status_code == 403


def test_a_first_edition_is_ticked_entry_by_entry(bob: Client, make_catalog: Callable[..., Catalog]) -> None:
    version = imported(make_catalog("NEW"), OLD).version
    assert version is not None

    marked(bob, version, "E-3")

    assert "Seen 1 of 30" in text_of(bob.get(review(version)))


def test_publishing_tells_what_is_unseen_and_leads_to_the_sheet(bob: Client, draft: CatalogVersion) -> None:
    marked(bob, draft, "E-0", "E-1", E_1="核对原文")
    assert "You have not ticked 2 changes as seen." in text_of(bob.get(review(draft)))

    answer = bob.post(review(draft), {"note": "按会议纪要", "against": "v1"}, follow=True)
    told = text_of(answer)

    draft.refresh_from_db()
    assert answer.redirect_chain[-1][0] == page("catalog_catalogversion_sheet", draft.pk)
    for expected in ("alice", "bob", draft.checksum, "按会议纪要", "核对原文", "30"):
        assert expected in told


def test_marks_stay_as_they_were_when_it_was_published(bob: Client, draft: CatalogVersion) -> None:
    marked(bob, draft, "E-0")
    bob.post(review(draft), {"against": "v1"})

    marked_again = bob.post(page("catalog_catalogversion_marks", draft.pk), {"code": "E-1", "saw": "x", "seen": "E-1"})
    assert marked_again.status_code == 302
    assert ReviewMark.objects.count() == 1
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_reviewmark SET seen = true, remark = 'x'")


def test_a_draft_goes_with_its_marks(bob: Client, draft: CatalogVersion) -> None:
    marked(bob, draft, "E-0")

    services.discard_draft(version=draft, by="alice")

    assert not ReviewMark.objects.exists()


@pytest.mark.parametrize(("typed", "status"), [("", 409), ("on", 200), ("3", 200), ("30", 302)])
def test_a_mass_removal_is_typed_as_a_number(
    bob: Client, make_catalog: Callable[..., Catalog], typed: str, status: int
) -> None:
    catalog = make_catalog("COM")
    published(catalog, OLD)
    version = imported(catalog, HEADER + "X-1,他药片,C34,肺癌,\n", label="v2").version
    assert version is not None

    assert bob.post(review(version), {"against": "v1", "confirm": typed}).status_code == status


def test_the_changelog_is_markdown(bob: Client, draft: CatalogVersion) -> None:
    answer = bob.get(page("catalog_catalogversion_changelog", draft.pk), headers={"accept-language": "zh-CN"})
    told = b"".join(answer.streaming_content).decode()

    assert answer["Content-Type"].startswith("text/markdown")
    assert "# 商保目录 v2" in told
    assert "- 药品0片 (E-0)\n" in told
    assert "C34 → C34.1" in told


def terms(**reference: str) -> dict[str, Any]:
    benefit = {"code": "B1", "name": "特药", "catalogs": [{"catalog": "COM", **reference}], "ratio": "0.8"}
    return {"label": "2026", "effective_from": "2026-01-01", "benefits": [benefit]}


def test_the_products_that_follow_or_pin_the_list_are_named(
    bob: Client, draft: CatalogVersion, insurer: Insurer
) -> None:
    for code, reference in (("P-FOLLOWS", {}), ("P-PINS", {"label": "v1"})):
        product = insurers.create_product(insurer_id=insurer.pk, code=code, name=f"惠民保{code}", by="key:a")
        version = insurers.create_product_version(product=product, data=terms(**reference), by="key:a")
        insurers.publish_product_version(version=version, by="key:a")

    told = text_of(bob.get(review(draft)))

    assert "惠民保P-FOLLOWS" in told and "follows what is in force" in told
    assert "惠民保P-PINS" in told and "pinned to v1" in told


# --- Withdrawal


def test_the_withdrawal_page_tells_what_applies_then(bob: Client, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("COM")
    published(catalog, OLD, label="v1", effective_from=date(2026, 1, 1), effective_to=date(2026, 3, 31))
    version = published(catalog, OLD, label="v2", effective_from=date(2026, 2, 1))

    answer = bob.get(page("catalog_catalogversion_withdraw", version.pk))

    becomes = [(one.first, one.last, one.version and one.version.label) for one in answer.context["becomes"]]
    assert becomes == [
        (date(2026, 2, 1), date(2026, 3, 31), "v1"),
        (date(2026, 4, 1), None, None),
    ]
    assert answer.context["resting"].checks == 0


def test_a_withdrawal_takes_two_and_can_be_taken_back(
    alice: Client, bob: Client, make_catalog: Callable[..., Catalog]
) -> None:
    version = published(make_catalog("COM"), OLD)
    address = page("catalog_catalogversion_withdraw", version.pk)
    assert alice.post(address, {}).status_code == 200  # no reason
    assert alice.post(address, {"reason": "误发"}).status_code == 302
    assert "a second person carries it out" in text_of(alice.get(address))
    assert alice.post(address).status_code == 409
    bob.post(page("catalog_catalogversion_keep", version.pk))
    version.refresh_from_db()
    assert version.withdrawal_asked_by == ""
    alice.post(address, {"reason": "误发"})
    assert bob.post(address).status_code == 302
    version.refresh_from_db()
    assert (version.state, version.withdrawn_by) == ("withdrawn", "bob")


@pytest.mark.parametrize("name", ["publish", "withdraw", "sheet"])
def test_the_pages_are_bounded(bob: Client, draft: CatalogVersion, name: str) -> None:
    version = draft if name == "publish" else draft.parent
    assert version is not None
    bob.get(page(f"catalog_catalogversion_{name}", version.pk))

    with CaptureQueriesContext(connection) as asked:
        assert bob.get(page(f"catalog_catalogversion_{name}", version.pk)).status_code == 200

    # A test is one transaction: observing the clock needs savepoints there, which a request does not.
    statements = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    # The review tells more than any other page: changes, checks, marks, products, the latest impact run, golden cases.
    assert len(statements) <= (25 if name == "publish" else 20), "\n".join(statements)
