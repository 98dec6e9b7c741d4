"""The pages of golden cases: made by form or of a check, how a draft comes out, and a publication that asks for a reason of each that differs."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import CatalogVersion
from curation.models import GoldenCase
from tests.claims.test_checks import CLAIM, cidl, hmb
from tests.conftest import Api
from tests.curation.golden.test_publishing import draft
from tests.desk.test_catalogs import curator, page, text_of
from tests.desk.test_impact import ines

__all__ = ["cidl", "draft", "hmb", "ines"]  # fixtures

pytestmark = pytest.mark.django_db

FORM = {
    "lines": "2",
    "name": "仑卡奈单抗",
    "note": "阿尔茨海默病",
    "product": "HMB",
    "service_date": "2026-03-14",
    "diagnoses": "G30.9",
    "age": "71",
    "line0-generic_name": "仑卡奈单抗注射液",
    "line0-quantity": "2",
    "line0-amount": "1000.00",
    "line0-outcome": "eligible",
    "line0-payable": "700",
    "line0-reasons": "none",
}


def kept(client: Client, **given: str) -> GoldenCase:
    answer = client.post(page("curation_goldencase_add"), FORM | given)
    assert answer.status_code == 302, text_of(answer)
    case = GoldenCase.objects.latest("created_at")
    assert answer["Location"] == page("curation_goldencase_change", case.pk)
    return case


def test_a_case_is_written_in_a_form_changed_and_removed(hmb: str, django_assert_max_num_queries: Any) -> None:
    alice = curator("alice")
    case = kept(alice)
    assert case.claim == {
        "service_date": "2026-03-14",
        "diagnoses": ["G30.9"],
        "member": {"age": 71},
        "lines": [{"generic_name": "仑卡奈单抗注射液", "quantity": "2", "amount": "1000.00"}],
    }
    assert case.expect == {"lines": [{"outcome": "eligible", "reasons": [], "payable": "700.00"}]}
    with django_assert_max_num_queries(20):
        told = text_of(alice.get(page("curation_goldencase_change", case.pk)))
    assert "as expected" in told and "HMB" in told and "仑卡奈单抗注射液" in told

    # What the form has no field for stays.
    GoldenCase.objects.update(claim=case.claim | {"member": {"age": 71, "renewal": True}})
    form = alice.get(page("curation_goldencase_edit", case.pk)).content.decode()
    assert 'value="仑卡奈单抗注射液"' in form and 'value="700.00"' in form
    answer = alice.post(
        page("curation_goldencase_edit", case.pk), FORM | {"line0-payable": "", "line0-outcome": "review"}
    )
    assert answer.status_code == 302, text_of(answer)
    case.refresh_from_db()
    assert case.expect == {"lines": [{"outcome": "review", "reasons": []}]} and case.claim["member"]["renewal"]
    told = text_of(alice.get(page("curation_goldencase_change", case.pk)))
    assert "differs" in told and "Line 1, outcome: review → eligible" in told

    assert curator("bob").get(page("curation_goldencase_changelist")).status_code == 200
    assert alice.post(page("curation_goldencase_remove", case.pk)).status_code == 302
    assert not GoldenCase.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"product": ""}, "Name a product, or catalogs: one of the two."),
        ({"catalogs": "CIDL"}, "Name a product, or catalogs: one of the two."),
        ({"line0-amount": "viel"}, "digits only"),
        ({"line0-outcome": ""}, "Expect an answer for each of the claim"),
        ({"line0-reasons": "NO_SUCH"}, "There is no reason NO_SUCH"),
        ({"line0-evidence": "ALK"}, "criterion=yes"),
        ({"line1-outcome": "eligible"}, "Fill this in."),
    ],
)
def test_what_is_wrong_is_told_on_the_form(hmb: str, given: dict[str, str], told: str) -> None:
    answer = curator("alice").post(page("curation_goldencase_add"), FORM | given)

    assert answer.status_code in (200, 400) and told in text_of(answer)
    assert not GoldenCase.objects.exists()


def test_publishing_asks_a_reason_of_each_case_that_differs(
    hmb: str, draft: CatalogVersion, django_assert_max_num_queries: Any
) -> None:
    case = kept(curator("alice"))
    bob = curator("bob")
    with django_assert_max_num_queries(30):
        tab = text_of(bob.get(page("catalog_catalogversion_golden", draft.pk)))
    assert "1 case comes out otherwise." in tab and "Line 1, outcome: eligible → ineligible" in tab

    publish = page("catalog_catalogversion_publish", draft.pk)
    shown = bob.get(publish)
    assert f'name="case-{case.pk}"' in shown.content.decode() and "Line 1, payable: 700.00 → 0.00" in text_of(shown)
    refused = bob.post(publish, {"confirm": "1"})
    assert refused.status_code == 409 and "1 golden cases would be answered otherwise: 仑卡奈单抗." in text_of(refused)
    assert CatalogVersion.objects.get(pk=draft.pk).published_at is None

    assert bob.post(publish, {"confirm": "1", f"case-{case.pk}": "2027年不再列入"}).status_code == 302
    case.refresh_from_db()
    assert case.expect["lines"][0]["outcome"] == "ineligible"
    told = text_of(curator("carol").get(page("curation_goldencase_change", case.pk)))
    assert "2027年不再列入" in told and "CIDL 2026" in told


def test_an_insurer_makes_a_case_of_a_check_and_the_office_does_not(
    api: Api, ines: Client, hmb: str, draft: CatalogVersion
) -> None:
    check = api.post("/claims/checks/", CLAIM).json()["id"]
    add = f"{page('curation_goldencase_add')}?check={check}"
    assert add in ines.get(page("claims_claimcheck_change", check)).content.decode()
    alice = curator("alice")
    assert add not in alice.get(page("claims_claimcheck_change", check)).content.decode()
    assert alice.post(add, {"name": "用例"}).status_code == 403
    assert ines.get(f"{page('curation_goldencase_add')}?check=nonsense").status_code == 404

    assert ines.post(add, {"name": "甲的用例"}).status_code == 302
    case = GoldenCase.objects.get()
    assert case.insurer is not None and "C-1" not in str(case.claim)
    assert "甲的用例" in text_of(ines.get(page("curation_goldencase_change", case.pk)))

    # The office sees that it differs, and no page of it.
    told = alice.get(page("catalog_catalogversion_golden", draft.pk))
    assert "甲的用例" in text_of(told) and "甲保险" in text_of(told)
    assert page("curation_goldencase_change", case.pk) not in told.content.decode()
    assert alice.get(page("curation_goldencase_edit", case.pk)).status_code == 404
    assert "甲的用例" not in text_of(alice.get(page("curation_goldencase_changelist")))
