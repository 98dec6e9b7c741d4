"""InsurancePlan: the published versions of one's own products."""

from tests.api.conftest import World
from tests.fhir.conftest import Fhir


def test_a_published_version_is_a_plan_and_a_draft_is_none(world: World, a: Fhir) -> None:
    (plan,) = a.found("InsurancePlan")

    assert plan["name"] == "惠民保"
    assert plan["status"] == "active"
    assert plan["period"] == {"start": "2026-01-01", "end": "2026-12-31"}
    assert [one["value"] for one in plan["identifier"]] == ["HMB@2026", "HMB"]
    read = a.get(f"InsurancePlan/{plan['id']}")
    assert read.json() == plan
    assert read["ETag"] == f'W/"{plan["meta"]["versionId"]}"'
    assert a.get(f"InsurancePlan/{world.draft.pk}").status_code == 404


def test_another_insurers_plan_is_not_there(world: World, a: Fhir, b: Fhir) -> None:
    (plan,) = a.found("InsurancePlan")

    assert b.found("InsurancePlan") == []
    answer = b.get(f"InsurancePlan/{plan['id']}")
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == "not-found"


def test_what_is_there_is_said_to_anybody(nobody: Fhir) -> None:
    answer = nobody.get("metadata")

    assert answer.status_code == 200
    assert answer.json()["fhirVersion"] == "4.0.1"
