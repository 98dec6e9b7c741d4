"""Checks are found by their days, by when they were decided, and by their member."""

from datetime import timedelta

import pytest

from catalog.clock import china_today
from claims.models import ClaimCheck
from claims.services import purge_facts
from common import tenancy
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

    decided = ClaimCheck.objects.get(claim_no="F-1").decided_at
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
    assert ClaimCheck.objects.get(pk=world.check.pk).member_ref is None


@pytest.mark.parametrize(
    "value", ["03/04/2026", "2026-3-4", "2026-02-30", "2026-03-04T08:00:00", "9999-12-31", "yesterday"]
)
def test_a_day_that_is_none_is_refused(world: World, a: Api, value: str) -> None:
    answer = a.get("/claims/checks/", {"decided_at": value})

    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/decided_at", "bad_date")]
