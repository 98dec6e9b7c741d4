"""Checks are found by their days, by when they were decided, and by their member."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.clock import china_today
from claims.models import ClaimCheck
from claims.retention import purge_facts
from common import tenancy
from common.sealing.fields import tagged
from tests.api.conftest import World, claim
from tests.conftest import Api

pytestmark = pytest.mark.django_db


def found(api: Api, **query: str) -> list[str]:
    answer = api.get("/claims/checks/", query)
    assert answer.status_code == 200, answer.content
    return sorted(row["claim_no"] for row in answer.json()["results"])


def test_checks_are_found_by_days_and_member(world: World, a: Api) -> None:
    member = claim()["member"]
    for number, day in enumerate(("2026-02-28", "2026-03-01", "2026-03-31")):
        a.post(
            "/claims/checks/", claim(claim_no=f"F-{number}", service_date=day, member={**member, "member_ref": "m-7"})
        )

    assert found(a, member_ref="m-7") == ["F-0", "F-1", "F-2"]
    assert found(a, member_ref="m-7", service_date_after="2026-03-01") == ["F-1", "F-2"]
    assert found(a, member_ref="m-7", service_date_before="2026-03-01") == ["F-0", "F-1"]
    assert found(a, service_date="2026-03-31") == found(a, date="2026-03-31") == ["F-2"]
    assert found(a, member_ref="m-") == found(world.apis["B"], member_ref="m-7") == []

    decided = tagged(ClaimCheck.objects.all(), "claim_tag", ["F-1"], None).get().decided_at
    day, instant = china_today(decided), decided.isoformat()
    assert found(a, decided_at=instant) == ["F-1"]
    assert {"F-0", "F-1"} <= set(found(a, decided_at_before=instant)) and "F-2" not in found(
        a, decided_at_before=instant
    )
    assert found(a, decided_at_after=instant) == ["F-1", "F-2"]
    assert len(found(a, decided_at=day.isoformat())) == 4
    assert found(a, decided_at_after=(day + timedelta(days=1)).isoformat()) == []
    assert found(a, decided_at_before=(day - timedelta(days=1)).isoformat()) == []


def test_a_member_is_forgotten_with_the_facts(world: World, a: Api) -> None:
    assert found(a, member_ref="m-1") == ["C-1"]
    tenancy.act_for(tenancy.OFFICE)
    later = world.check.decided_at + timedelta(days=1)
    assert purge_facts(insurer_id=world.a.pk, older_than=later, by="root", at=later) == 1

    assert found(a, member_ref="m-1") == []
    assert ClaimCheck.objects.get(pk=world.check.pk).member_ref == ""


@pytest.mark.parametrize("value", ["03/04/2026", "2026-3-4", "2026-02-30", "2026-03-04T08:00:00", "yesterday"])
def test_a_day_that_is_none_is_refused(world: World, a: Api, value: str) -> None:
    answer = a.get("/claims/checks/", {"decided_at": value})

    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/decided_at", "bad_date")]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_an_end_of_the_calendar_is_one(world: World, a: Api, day: str) -> None:
    far = day.startswith("9")

    assert len(found(a, decided_at_before=day)) == far and len(found(a, decided_at_after=day)) == (not far)
    for path in (
        "/claims/batches/?created_at_before=",
        "/claims/checks/?decided_at=",
        "/requests/?since=",
        "/requests/?until=",
    ):
        assert a.get(path + day).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        ("/catalogs/COM/versions/v1/entries/?icd10=%25", "/icd10", "bad_code"),
        ("/catalogs/COM/versions/v1/entries/?icd10=C34%25s", "/icd10", "bad_code"),
        ("/catalogs/COM/versions/v1/entries/?reimbursement_class=%25", "/reimbursement_class", "bad_choice"),
        ("/catalogs/COM/versions/v1/entries/?regulator=XYZ", "/regulator", "bad_choice"),
        ("/catalogs/COM/versions/v1/entries/?mark=nothing", "/mark", "bad_choice"),
        ("/catalogs/?kind=%25", "/kind", "bad_choice"),
        ("/products/HMB/coverage/?generic_name=%FF", "/generic_name", "bad_encoding"),
        ("/drugs/?q=%E7%94", "/q", "bad_encoding"),
        ("/drugs/?q=%E7&page=%94%B2", "/q", "bad_encoding"),
        ("/drugs/?%FF=1", "", "bad_encoding"),
        ("/changes/?since=2026-01-01", "/since", "bad_date"),
        ("/changes/?since=2026-01-01T00:00:00", "/since", "bad_date"),
        ("/products/HMB/coverage/?generic_name=x&known_at=2099-01-01T00:00:00Z", "/known_at", "out_of_range"),
        ("/drugs/?11010519491231002X=1", "/11**************2X", "unknown_parameter"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused_by_name(
    world: World, a: Api, path: str, pointer: str, code: str
) -> None:
    answer = a.get(path)

    assert answer.status_code == 400, answer.content
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]


def test_a_list_is_asked_about_what_is_to_come_no_more_than_one_question(world: World, a: Api) -> None:
    soon, later = (f"{timezone.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}" for minutes in (4, 6))

    assert a.post("/products/HMB/coverage/", [{"generic_name": "x", "known_at": soon}]).status_code == 200
    refused = a.post("/products/HMB/coverage/", [{"generic_name": "x"}, {"generic_name": "x", "known_at": later}])
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/1/known_at", "out_of_range")]


def test_a_key_is_made_without_a_persons_number_and_for_a_time_that_may_be(world: World) -> None:
    api = world.apis["A-write"]
    for more, pointer, code in (
        ({"note": "张三 11010519491231002X"}, "/note", "identity_number"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "/expires_at", "out_of_range"),
    ):
        told = api.post("/keys/", {"scopes": ["catalog:read"], **more})
        assert told.status_code == 400
        assert [(one["pointer"], one["code"]) for one in told.json()["errors"]] == [(pointer, code)]
        assert "19491231" not in told.content.decode()


@pytest.mark.parametrize("body", ['{"11010519491231002X": 1}', '{"11010519491231002X": 1, "11010519491231002X": 2}'])
@pytest.mark.parametrize(
    "path",
    ["/api/v1/keys/", "/api/v1/claims/checks/", "/api/v1/products/", "/api/v1/prior-authorisations/",
     "/fhir/R4/CoverageEligibilityRequest/$submit"],
)  # fmt: skip
def test_a_field_named_by_a_persons_number_is_not_told_whole(world: World, path: str, body: str) -> None:
    api = world.apis["A-write"]
    answer = api.client.post(path, body, content_type="application/json", headers=api.headers)

    assert answer.status_code in {400, 422} and "19491231" not in answer.content.decode()
