"""Asking, deciding, papers, renewing: over REST."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from claims import retention
from claims.models import AuthorisationEvent, AuthorisationUse, PriorAuthorisation
from common.dates import parse_instant
from insurers.models import Webhook, WebhookDelivery, WebhookEvent
from insurers.webhooks import services as webhooks
from tests.claims.authorisations.conftest import ASKED, PATH, asked, claim, days_ago, left, reasons, today
from tests.claims.authorisations.once import hmb, sold
from tests.conftest import Api

__all__ = ["hmb", "sold"]  # fixtures

NEEDS_A_PERSON: dict[str, Any] = {"evidence": {}}


def events(api: Api, no: str) -> list[str]:
    return [event["kind"] for event in api.get(f"{PATH}{no}/").json()["events"]]


def test_what_the_lists_cover_is_approved_at_once_for_as_long_as_the_product_says(hmb: Api) -> None:
    answer = hmb.post(PATH, ASKED)
    found = answer.json()

    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1{PATH}{found['no']}/"
    assert (found["state"], found["quantity_left"], found["diagnoses"]) == ("approved", "10", ["G30.9"])
    assert found["drug"]["generic_name"] == "仑卡奈单抗"
    assert (found["valid_from"], found["valid_to"]) == (
        today().isoformat(),
        (today() + timedelta(days=179)).isoformat(),
    )
    assert (found["match"]["entry_code"], len(found["digest"]), found["missing"]) == ("C-1", 64, [])
    assert hmb.get(f"{PATH}{found['no']}/").json() == found
    assert events(hmb, found["no"]) == ["asked", "judged", "approved"]


@pytest.mark.parametrize(
    ("changes", "state", "codes"),
    [
        ({"evidence": {"AMYLOID_PET": False}}, "declined", ["CRITERION_UNMET"]),
        ({"diagnoses": ["C34.1"]}, "declined", ["INDICATION_MISMATCH"]),
        ({"from": "2024-12-31"}, "declined", ["NO_PRODUCT_VERSION"]),
        ({"generic_name": "没听说过"}, "in_review", ["DRUG_NOT_RECOGNISED"]),
        (NEEDS_A_PERSON, "in_review", ["EVIDENCE_MISSING"]),
        ({"diagnoses": []}, "in_review", ["DIAGNOSIS_MISSING"]),
    ],
)
def test_it_is_judged_as_a_coverage_question_with_evidence(
    hmb: Api, changes: dict[str, Any], state: str, codes: list[str]
) -> None:
    found = asked(hmb, **changes)

    assert (found["state"], [reason["code"] for reason in found["reasons"]]) == (state, codes)
    assert [reason["code"] for reason in found["missing"]] == (codes if state == "in_review" else [])
    assert (found["valid_to"], found["due_at"] is None) == (None, state == "declined")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"member_ref": ""}, "/member_ref"),
        ({"member_ref": "999999199003074478"}, "/member_ref"),
        ({"quantity": "0"}, "/quantity"),
        ({"generic_name": ""}, "/generic_name"),
        ({"from": "next week"}, "/from"),
        ({"icd10": ["G30"]}, "/icd10"),
        ({"product": None}, "/product"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(hmb: Api, changes: dict[str, Any], pointer: str) -> None:
    answer = hmb.post(PATH, {**ASKED, **changes})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, [pointer])


def test_a_person_decides_once_and_who_declines_says_why(hmb: Api) -> None:
    no = asked(hmb, **NEEDS_A_PERSON)["no"]
    path = f"{PATH}{no}/decide/"
    assert reasons(hmb.post("/claims/checks/", claim(no))) == ["PRIOR_AUTH_UNKNOWN"]

    assert hmb.post(path, {"decision": "declined"}).json()["errors"][0]["pointer"] == "/reason"
    assert hmb.post(path, {"decision": "maybe"}).status_code == 400
    found = hmb.post(path, {"decision": "approved", "reason": "病历齐全", "quantity": "4"}).json()

    assert (found["state"], found["reason"], found["quantity_left"], found["due_at"]) == (
        "approved",
        "病历齐全",
        "4",
        None,
    )
    assert hmb.post(path, {"decision": "declined", "reason": "x"}).json()["code"] == "not_in_review"
    assert reasons(hmb.post("/claims/checks/", claim(no, quantity="4"))) == []
    assert events(hmb, no) == ["asked", "judged", "approved", "spent"]


def test_nobody_approves_a_drug_that_was_not_recognised(hmb: Api) -> None:
    """No claim could ever use it."""
    no = asked(hmb, generic_name="没听说过")["no"]
    assert hmb.post(f"{PATH}{no}/decide/", {"decision": "approved"}).json()["code"] == "drug_not_recognised"
    assert hmb.post(f"{PATH}{no}/decide/", {"decision": "declined", "reason": "药名有误"}).status_code == 200


def test_the_clock_stands_still_while_papers_are_awaited(hmb: Api) -> None:
    found = asked(hmb, **NEEDS_A_PERSON, urgent=True)
    no, due = found["no"], parse_instant(found["due_at"])
    assert due - parse_instant(found["asked_at"]) == timedelta(hours=72)

    stopped = hmb.post(f"{PATH}{no}/papers/", {"asked": ["淀粉样蛋白PET报告", "病理报告"]}).json()
    since = parse_instant(stopped["clock_stopped_at"])
    # As if they had been asked for two days ago.
    PriorAuthorisation.objects.filter(no=no).update(stopped_at=since - timedelta(days=2))
    half = hmb.post(f"{PATH}{no}/papers/", {"received": [{"name": "病理报告", "sent_on": days_ago(1)}]}).json()
    assert half["clock_stopped_at"] is not None
    whole = hmb.post(f"{PATH}{no}/papers/", {"received": [{"name": "淀粉样蛋白PET报告"}]}).json()

    assert whole["clock_stopped_at"] is None
    assert timedelta(days=2) <= parse_instant(whole["due_at"]) - due < timedelta(days=2, minutes=1)
    assert [(paper["name"], paper["sent_on"]) for paper in whole["papers"]] == [
        ("淀粉样蛋白PET报告", today().isoformat()),
        ("病理报告", days_ago(1)),
    ]
    assert hmb.post(f"{PATH}{no}/papers/", {}).status_code == 400
    person = hmb.post(f"{PATH}{no}/papers/", {"asked": ["身份证 999999199003074478"]}).json()
    assert [(error["pointer"], error["code"]) for error in person["errors"]] == [("/asked/0", "personal_data")]
    assert hmb.post(f"{PATH}{no}/papers/", {"received": [{"name": "x", "sent_on": "2999-01-01"}]}).status_code == 400


@pytest.mark.parametrize(("before", "status"), [(31, 409), (30, 201), (0, 201), (-1, 201)])
def test_it_is_renewed_from_thirty_days_before_its_last_day(hmb: Api, before: int, status: int) -> None:
    old = asked(hmb, **{"from": days_ago(179 - before)})
    assert date.fromisoformat(old["valid_to"]) - today() == timedelta(days=before)
    answer = hmb.post(f"{PATH}{old['no']}/renew/")

    assert answer.status_code == status, answer.json()
    if status == 409:
        assert (answer.json()["code"], answer.json()["renewable_from"]) == (
            "too_early_to_renew",
            (today() + timedelta(days=1)).isoformat(),
        )
        return
    new = answer.json()
    starts = max(date.fromisoformat(old["valid_to"]) + timedelta(days=1), today())
    assert (new["state"], new["valid_from"], new["renews"]) == ("approved", starts.isoformat(), old["no"])
    assert hmb.get(f"{PATH}{old['no']}/").json()["renewed_by"] == new["no"]
    assert hmb.post(f"{PATH}{old['no']}/renew/").json()["code"] == "renewed_already"


def test_only_what_was_approved_is_renewed_and_for_the_same_member(hmb: Api) -> None:
    waiting = asked(hmb, **NEEDS_A_PERSON)["no"]
    assert hmb.post(f"{PATH}{waiting}/renew/").json()["code"] == "not_approved"
    old = asked(hmb, **{"from": days_ago(170)})["no"]
    assert hmb.post(f"{PATH}{old}/renew/", {"member_ref": "m-2"}).status_code == 400
    assert hmb.post(f"{PATH}{old}/renew/", {"evidence": {"AMYLOID_PET": False}}).json()["state"] == "declined"
    assert hmb.post(f"{PATH}{old}/renew/").json()["state"] == "approved"


def test_anothers_number_does_not_exist(hmb: Api, other_api: Api) -> None:
    no = asked(hmb)["no"]
    assert other_api.get(f"{PATH}{no}/").status_code == 404
    for what in ("decide", "papers", "renew"):
        body = {"decision": "approved"} if what == "decide" else {"asked": ["x"]} if what == "papers" else {}
        assert other_api.post(f"{PATH}{no}/{what}/", body).status_code == 404
    assert other_api.get(PATH).json()["count"] == 0
    assert other_api.post(PATH, ASKED).json()["code"] == "unknown_product"


def test_the_list_is_filtered(hmb: Api) -> None:
    approved = asked(hmb)["no"]
    over = asked(hmb, **{"from": days_ago(200)}, member_ref="m-2")["no"]
    waiting = asked(hmb, **NEEDS_A_PERSON)["no"]

    def found(**query: str) -> set[str]:
        return {row["no"] for row in hmb.get(PATH, query).json()["results"]}

    assert found() == {approved, over, waiting}
    assert found(state="approved") == {approved}
    assert found(state="expired") == {over} == found(member_ref="m-2")
    assert found(state="in_review") == {waiting}
    assert found(valid_on=days_ago(100)) == {over}
    assert found(overdue="true") == found(papers_awaited="true") == set()
    hmb.post(f"{PATH}{waiting}/papers/", {"asked": ["病理报告"]})
    assert found(papers_awaited="true") == {waiting}
    assert hmb.get(PATH, {"nonsense": "1"}).status_code == 400


def test_endpoints_are_told_and_of_nobody(hmb: Api) -> None:
    insurer = PriorAuthorisation._meta.get_field("insurer").related_model.objects.get(code="INS-A")
    names = [name for name in WebhookEvent.values if name.startswith("prior_authorisation.")]
    webhooks.add_webhook(insurer_id=insurer.pk, url="https://hooks.example.com/a", events=names, by="k")
    Webhook.objects.update(created_at=timezone.now() - timedelta(days=1))
    no = asked(hmb, **NEEDS_A_PERSON)["no"]
    hmb.post(f"{PATH}{no}/papers/", {"asked": ["病理报告"]})
    hmb.post(f"{PATH}{no}/decide/", {"decision": "declined", "reason": "未达标准"})

    sent = list(WebhookDelivery.objects.order_by("created_at"))
    assert [one.event for one in sent] == [f"prior_authorisation.{what}" for what in ("opened", "papers", "decided")]
    assert all("m-1" not in one.body and "G30" not in one.body and no in one.body for one in sent)


def test_what_happened_stays_and_retention_removes_the_person_alone(hmb: Api) -> None:
    no = asked(hmb, **{"from": days_ago(200)})["no"]
    hmb.post("/claims/checks/", {**claim(no, "C-1"), "service_date": days_ago(190)})
    row = PriorAuthorisation.objects.get(no=no)
    for change in (
        lambda: AuthorisationUse.objects.update(quantity=1),
        lambda: AuthorisationUse.objects.all().delete(),
        lambda: AuthorisationEvent.objects.update(by="x"),
        lambda: PriorAuthorisation.objects.update(state="declined", valid_from=None, valid_to=None),
        lambda: PriorAuthorisation.objects.update(valid_days=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    later = timezone.now() + timedelta(days=1)
    assert retention.purge_authorisations(insurer_id=row.insurer_id, older_than=later, by="system", at=later) == 1
    assert hmb.get(f"{PATH}{no}/").status_code == 410
    listed = hmb.get(PATH).json()["results"][0]
    assert (listed["member_ref"], listed["quantity_left"], listed["digest"]) == ("", "0", row.digest)
    assert set(AuthorisationUse.objects.values_list("claim_no", flat=True)) == {""}
    assert reasons(hmb.post("/claims/checks/", {**claim(no), "service_date": days_ago(190)})) == [
        "PRIOR_AUTH_OTHER_MEMBER"
    ]


def test_what_is_left_is_told_after_every_use(hmb: Api) -> None:
    no = asked(hmb)["no"]
    assert reasons(hmb.post("/claims/checks/", claim(no, "C-1", "2.5"))) == []
    assert left(hmb, no) == "7.5"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"generic_name": "多奈单抗注射液"}, ["/generic_name"]),
        ({"national_code": "XN06DX01"}, ["/national_code"]),
        ({"member_ref": "m-2", "product": "OTHER"}, ["/product", "/member_ref"]),
    ],
)
def test_a_renewal_is_of_nothing_else(hmb: Api, body: dict[str, Any], pointers: list[str]) -> None:
    no = asked(hmb, **{"from": days_ago(170)})["no"]
    refused = hmb.post(f"{PATH}{no}/renew/", body)
    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers
    assert hmb.post(f"{PATH}{no}/renew/", []).status_code == 400
    assert hmb.post(f"{PATH}{no}/renew/", {"generic_name": "仑卡奈单抗注射液"}).status_code == 201
