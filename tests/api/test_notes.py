"""Notes beside a check: kept with it, told in the reader's language, and no part of what was decided."""

from datetime import timedelta

import pytest

from catalog.clock import china_today, observe
from claims.odd_claims import CODES
from tests.api.conftest import World, claim
from tests.conftest import Api

pytestmark = pytest.mark.django_db


def test_notes_are_kept_with_the_check_and_alter_nothing_of_it(world: World, a: Api) -> None:
    line = claim()["lines"][0]
    tomorrow = (china_today(observe().known_at) + timedelta(days=1)).isoformat()
    odd = claim(lines=[{**line, "line_no": 1}, {**line, "line_no": 2}], service_date=tomorrow)
    english = {"Accept-Language": "en"}

    check = a.post("/claims/checks/", odd, **english).json()
    plain = a.post("/claims/checks/?dry_run=true", {**odd, "as_known_at": check["as_known_at"]}, **english).json()
    kept = a.get(f"/claims/checks/{check['id']}/", **english).json()
    replayed = a.post(f"/claims/checks/{check['id']}/replay/", {}, **english).json()

    assert [(note["code"], note["line_nos"]) for note in check["notes"]] == [
        ("service_date_ahead", [1, 2]),
        ("line_repeated", [1, 2]),
    ]
    assert check["notes"][0]["message"].startswith("The service date is after today")
    assert kept["notes"] == check["notes"] == replayed["decision"]["notes"]
    assert replayed["same"] and replayed["differences"] == []
    told = {reason["code"] for one in check["lines"] for reason in one["reasons"]}
    assert not told & set(CODES) and plain["lines"] == check["lines"]


def test_a_claim_as_known_in_the_future_is_decided_as_known_now_and_told_so(world: World, a: Api) -> None:
    check = a.post("/claims/checks/", claim(as_known_at="2099-01-01T00:00:00Z")).json()

    assert [note["code"] for note in check["notes"]] == ["known_at_ahead"]
    refused = a.post(f"/claims/checks/{check['id']}/replay/", {"known_at": "2099-01-01T00:00:00Z"})
    assert refused.status_code == 400 and refused.json()["errors"][0]["code"] == "out_of_range"
