"""Lists as FHIR resources: entries, drugs, and what must be asked."""

from typing import Any

from tests.api.conftest import World
from tests.fhir.conftest import Fhir

DRUG = "drug-475045ffe1312dbc"


def _part(resource: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in resource.get("extension", ()) if one["url"].endswith(name)]


def test_an_entry_is_a_formulary_item_of_its_list(world: World, a: Fhir) -> None:
    (item,) = a.found("Basic", {"code": "E-1"})

    assert item["code"]["coding"][0]["code"] == "formulary-item"
    assert item["identifier"][0]["value"] == "COM@v1/E-1"
    (formulary,) = _part(item, "usdf-FormularyReference-extension")
    assert formulary["valueReference"]["identifier"]["value"] == "COM@v1"
    drug = a.get(item["subject"]["reference"]).json()
    assert (drug["id"], drug["code"]["text"]) == (DRUG, "甲磺酸奥希替尼片")
    assert drug["synonym"] == ["奥希替尼", "泰瑞沙"]


def test_entries_and_drugs_of_a_private_list_are_the_insurers_alone(world: World, a: Fhir, b: Fhir) -> None:
    (item,) = a.found("Basic", {"identifier": "PRIV-A@p1/P-1"})

    assert a.found("MedicationKnowledge", {"name": "秘密"})
    assert b.found("MedicationKnowledge", {"name": "秘密"}) == []
    assert b.found("Basic", {"identifier": "PRIV-A@p1/P-1"}) == []
    assert b.get(f"Basic/{item['id']}").status_code == 404
    assert b.get(item["subject"]["reference"]).status_code == 404


def test_what_a_draft_says_is_said_nowhere(world: World, a: Fhir) -> None:
    assert {item["identifier"][0]["value"].split("/")[0] for item in a.found("Basic")} == {"COM@v1", "INS-A:PRIV-A@p1"}
    assert a.found("MedicationKnowledge", {"name": "隐蔽"}) == []


def test_a_questionnaire_asks_what_its_entry_restricts_in_the_readers_language(world: World, a: Fhir) -> None:
    (asked,) = a.found("Questionnaire", {"code": "E-1"})

    assert [(one["linkId"], one["type"]) for one in asked["item"]] == [("diagnosis", "string"), ("EGFR", "boolean")]
    english = a.get(f"Questionnaire/{asked['id']}", **{"Accept-Language": "en"}).json()
    assert (asked["language"], english["language"]) == ("zh-CN", "en")
    assert english["item"][0]["text"].startswith("Is the diagnosis")
    assert english["meta"]["versionId"] != asked["meta"]["versionId"]
    assert a.get(f"Basic/{asked['id']}").json()["identifier"] == asked["identifier"]
