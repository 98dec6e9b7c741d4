"""Searching: each parameter that the CapabilityStatement tells is tried, what it does not tell is refused, and pages hold all."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from catalog import services as catalogs
from fhir import systems
from fhir.capability import RESOURCES
from fhir.searching import Wrong, read_moment, read_token
from tests.api.conftest import World
from tests.catalog.test_master_approval import loaded
from tests.conftest import published, withdrawn
from tests.fhir.conftest import Fhir

DRUG = "drug_475045ffe1312dbc"
MASTER = "national_code,approval_no,generic_name,aliases,dosage_form,brand_name,manufacturer,class_code\nXL01EBA086E001010100001,国药准字H20170167,甲磺酸奥希替尼片,AZD9291,片,泰瑞沙,阿斯利康,XL01EB\n"

# (resource, parameter and value, the names of what is found): at least one that finds something and one that does not, for each parameter.
ITEMS, PLANS, DRUGS, ASKED = "Basic", "InsurancePlan", "MedicationKnowledge", "Questionnaire"
TRIED: list[tuple[str, str, str, list[str]]] = [
    (ITEMS, "code", "formulary-item", ["E-1", "E-2", "E-3", "P-1"]),
    (ITEMS, "code", f"{systems.FORMULARY_ITEM_TYPE}|formulary-item", ["E-1", "E-2", "E-3", "P-1"]),
    (ITEMS, "code", f"{systems.FORMULARY_ITEM_TYPE}|E-1", []),
    (ITEMS, "code", "E-1,E-3", ["E-1", "E-3"]),
    (ITEMS, "code", f"{systems.ENTRY}|E-2", ["E-2"]),
    (ITEMS, "code", f"{systems.NATIONAL_DRUG}|", []),
    (ITEMS, "code", "|E-1", []),
    (ITEMS, "identifier", "COM@v1/E-2", ["E-2"]),
    (ITEMS, "identifier", f"{systems.CATALOG_ENTRY}|COM@v1/E-2", ["E-2"]),
    (ITEMS, "identifier", "COM@v2/E-2", []),
    (ITEMS, "name", "甲磺酸", ["E-1"]),
    (ITEMS, "name", "泰瑞", ["E-1"]),
    (ITEMS, "name", "奥希替尼", []),
    (ITEMS, "name:contains", "替尼", ["E-1", "E-3"]),
    (ITEMS, "name:exact", "泰瑞沙", ["E-1"]),
    (ITEMS, "name:exact", "泰瑞", []),
    (ITEMS, "subject", "MedicationKnowledge/drug-475045ffe1312dbc", ["E-1"]),
    (ITEMS, "subject", "drug-475045ffe1312dbc", ["E-1"]),
    (ITEMS, "subject", "http://testserver/fhir/R4/MedicationKnowledge/drug-475045ffe1312dbc", ["E-1"]),
    (ITEMS, "subject", "Patient/1", []),
    (ITEMS, "formulary", "COM@v1", ["E-1", "E-2", "E-3"]),
    (ITEMS, "formulary", f"{systems.CATALOG}|COM", ["E-1", "E-2", "E-3"]),
    (ITEMS, "formulary", "COM@v2", []),
    (ITEMS, "formulary", f"{systems.CATALOG_VERSION}|", ["E-1", "E-2", "E-3", "P-1"]),
    (ITEMS, "identifier", f"{systems.CATALOG_ENTRY}|", ["E-1", "E-2", "E-3", "P-1"]),
    (ITEMS, "status", "http://hl7.org/fhir/publication-status|", ["E-1", "E-2", "E-3", "P-1"]),
    (PLANS, "identifier", f"{systems.PRODUCT_VERSION}|", ["惠民保"]),
    (ITEMS, "status", "active", ["E-1", "E-2", "E-3", "P-1"]),
    (ITEMS, "status", "retired", []),
    (PLANS, "identifier", "HMB", ["惠民保"]),
    (PLANS, "identifier", "HMB@2026", ["惠民保"]),
    (PLANS, "identifier", f"{systems.PRODUCT}|HMB@2026", []),
    (PLANS, "identifier", "HMB@2027", []),
    (PLANS, "code", "HMB", ["惠民保"]),
    (PLANS, "code", "HM", []),
    (PLANS, "name", "惠民", ["惠民保"]),
    (PLANS, "name:contains", "民", ["惠民保"]),
    (PLANS, "name", "民", []),
    (PLANS, "status", "active", ["惠民保"]),
    (PLANS, "status", "retired", []),
    (DRUGS, "code", DRUG, ["甲磺酸奥希替尼片"]),
    (DRUGS, "code", f"{systems.DRUG}|{DRUG}", ["甲磺酸奥希替尼片"]),
    (DRUGS, "code", "XL01EBA086E001010100001", ["甲磺酸奥希替尼片"]),
    (DRUGS, "code", f"{systems.NATIONAL_DRUG}|", ["甲磺酸奥希替尼片"]),
    (DRUGS, "code", f"{systems.APPROVAL_NO}|S20240001", ["仑卡奈单抗注射液"]),
    (DRUGS, "code", "国药准字S20240001", ["仑卡奈单抗注射液"]),
    (DRUGS, "code", "XL01EB", []),
    (DRUGS, "name", "奥希替尼", ["甲磺酸奥希替尼片"]),
    (DRUGS, "name", "泰瑞沙", ["甲磺酸奥希替尼片"]),
    (DRUGS, "name", "azd", ["甲磺酸奥希替尼片"]),
    (DRUGS, "name:exact", "AZD", []),
    (DRUGS, "name:contains", "单抗", ["仑卡奈单抗注射液", "秘密单抗注射液"]),
    (DRUGS, "classification", f"{systems.DRUG_CLASS}|XN06DX", ["仑卡奈单抗注射液"]),
    (DRUGS, "classification", "XN06", []),
    (ASKED, "code", "E-1", ["甲磺酸奥希替尼片"]),
    (ASKED, "code", "formulary-item", []),
    (ASKED, "identifier", "COM@v1/E-2", ["仑卡奈单抗注射液"]),
    (ASKED, "identifier", "PRIV-A@p1/P-1", []),
    (ASKED, "name:contains", "替尼", ["甲磺酸奥希替尼片", "阿昔替尼片"]),
    (ASKED, "name", "秘密", []),
    (ASKED, "status", "active", ["甲磺酸奥希替尼片", "仑卡奈单抗注射液", "阿昔替尼片"]),
    (ASKED, "status", "retired", []),
]


@pytest.fixture(scope="module", autouse=True)
def _mastered(_made: World, django_db_blocker: Any, tmp_path_factory: Any) -> None:
    """Let the drug master know one drug of the lists, for the module."""
    before = settings.UPLOAD_DIR
    settings.UPLOAD_DIR = tmp_path_factory.mktemp("master")
    with django_db_blocker.unblock():
        loaded(MASTER)
    settings.UPLOAD_DIR = before


def _name(resource: dict[str, Any]) -> str:
    match resource["resourceType"]:
        case "Basic":
            return str(resource["identifier"][0]["value"]).partition("/")[2]
        case "MedicationKnowledge":
            return str(resource["code"]["text"])
        case "Questionnaire":
            return str(resource["title"])
    return str(resource["name"])


def test_every_parameter_that_is_told_is_tried(a: Fhir) -> None:
    told = {
        (resource["type"], one["name"])
        for resource in a.get("metadata").json()["rest"][0]["resource"]
        for one in resource.get("searchParam", ())
    }

    tried = {(resource, name.partition(":")[0]) for resource, name, _value, _found in TRIED}
    # These are tried for every kind of resource below.
    assert told == tried | {(kind.resource, name) for kind in RESOURCES for name in ("_id", "_lastUpdated")}
    for pair in tried:
        answers = [bool(found) for resource, name, _v, found in TRIED if (resource, name.partition(":")[0]) == pair]
        assert set(answers) == {True, False}, pair


@pytest.mark.parametrize(("resource", "name", "value", "found"), TRIED)
def test_a_parameter_finds_what_it_says(
    resource: str, name: str, value: str, found: list[str], world: World, a: Fhir
) -> None:
    assert sorted(map(_name, a.found(resource, {name: value}))) == sorted(found)


@pytest.mark.parametrize("kind", [kind.resource for kind in RESOURCES])
def test_ids_days_and_counts_are_those_of_every_kind(kind: str, world: World, a: Fhir) -> None:
    everything = a.found(kind)
    first = everything[0]
    updated = first["meta"]["lastUpdated"]
    day = datetime.now(UTC) + timedelta(hours=8)

    assert a.found(kind, {"_id": first["id"]}) == [first]
    assert a.found(kind, {"_id": f"{first['id']},nothing"}) == [first]
    assert a.found(kind, {"_id": "nothing"}) == a.found(kind, {"_id": "9" * 40}) == []
    assert first in a.found(kind, {"_lastUpdated": updated})
    assert first in a.found(kind, {"_lastUpdated": f"ge{updated}"})
    assert first in a.found(kind, {"_lastUpdated": f"le{updated}"})
    assert first not in a.found(kind, {"_lastUpdated": f"gt{updated}"})
    assert first not in a.found(kind, {"_lastUpdated": f"lt{updated}"})
    assert first not in a.found(kind, {"_lastUpdated": f"ne{updated}"})
    assert a.found(kind, {"_lastUpdated": ["ge2020", f"lt{day.year + 1}"]}) == everything
    assert a.found(kind, {"_lastUpdated": f"{day:%Y-%m-%d},{day - timedelta(days=1):%Y-%m-%d}"}) == everything
    assert a.found(kind, {"_lastUpdated": "lt2020-01-01T00:00:00+08:00"}) == []
    counted = a.get(kind, {"_count": "0"}).json()
    assert (counted["total"], "entry" in counted) == (len(everything), False)


def test_pages_hold_everything_once_and_keep_what_was_asked(world: World, a: Fhir) -> None:
    everything = [one["id"] for one in a.found("Basic", {"status": "active"})]

    seen, page = [], a.get("Basic", {"status": "active", "_count": 1, "_format": "json"}).json()
    while True:
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        assert page["total"] == len(everything)
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        if not following:
            break
        asked = parse_qs(urlsplit(following[0]).query)
        assert (asked["status"], asked["_count"]) == (["active"], ["1"])
        page = a.get(following[0].removeprefix("http://testserver")).json()

    assert seen == everything
    assert all(entry["fullUrl"].endswith(f"/fhir/R4/Basic/{entry['resource']['id']}") for entry in page["entry"])


def test_a_page_is_no_larger_than_the_largest_and_its_own_link_says_so(world: World, a: Fhir) -> None:
    page = a.get("Basic", {"_count": 9999}).json()

    assert parse_qs(urlsplit(page["link"][0]["url"]).query)["_count"] == ["500"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"colour": "red"}, "unknown_parameter"),
        ({"_sort": "name"}, "unknown_parameter"),
        ({"name:missing": "true"}, "unknown_parameter"),
        ({"code:contains": "E"}, "unknown_parameter"),
        ({"name": " "}, "empty_parameter"),
        ({"name": "a,"}, "empty_parameter"),
        ({"name": "a\x00"}, "bad_value"),
        ({"name": "a" * 3000}, "bad_value"),
        ({"code": "a|b|c"}, "bad_value"),
        ({"code": "|"}, "bad_value"),
        ({"_lastUpdated": "yesterday"}, "bad_date"),
        ({"_lastUpdated": "2026-13"}, "bad_date"),
        ({"_lastUpdated": "ap2026"}, "bad_date"),
        ({"_count": "many"}, "bad_number"),
        ({"_count": ["1", "2"]}, "repeated_parameter"),
        ({"_cursor": "x"}, "bad_cursor"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_with_its_place(
    query: dict[str, Any], code: str, world: World, a: Fhir
) -> None:
    answer = a.get("Basic", query)

    assert answer.status_code == 400
    (issue,) = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == code
    assert issue["location"] == [f"http.{next(iter(query))}"]


def test_a_comma_of_a_value_is_written_with_a_backslash(world: World, a: Fhir) -> None:
    assert a.found("Basic", {"name": r"甲磺酸\,奥"}) == []
    assert len(a.found("Basic", {"name": "甲磺酸,仑卡奈"})) == 2
    assert read_token(r"http://a|b\|c") == ("http://a", "b|c")


def test_a_parameter_given_again_is_and(world: World, a: Fhir) -> None:
    assert [_name(one) for one in a.found("Basic", {"name:contains": ["替尼", "奥希"]})] == ["E-1"]


def test_a_list_that_is_withdrawn_is_retired_and_changed_then(world: World, a: Fhir) -> None:
    version = published(
        catalogs.create_catalog(code="W", name="W", kind="commercial", by="alice"), "generic_name\n甲片\n"
    )
    (before,) = a.found("Basic", {"formulary": "W"})

    withdrawn(version)

    (after,) = a.found("Basic", {"formulary": "W", "status": "retired"})
    assert after["id"] == before["id"]
    assert after["meta"]["lastUpdated"] > before["meta"]["lastUpdated"]
    assert after["meta"]["versionId"] != before["meta"]["versionId"]
    assert a.found("Basic", {"_lastUpdated": f"gt{before['meta']['lastUpdated']}"}) == [after]


@pytest.mark.parametrize(
    ("written", "prefix", "low", "high"),
    [
        ("2026", "eq", "2025-12-31T16:00:00", "2026-12-31T16:00:00"),
        ("ge2026-12", "ge", "2026-11-30T16:00:00", "2026-12-31T16:00:00"),
        ("lt2026-03-14", "lt", "2026-03-13T16:00:00", "2026-03-14T16:00:00"),
        ("2026-03-14T08:00Z", "eq", "2026-03-14T08:00:00", "2026-03-14T08:01:00"),
        ("2026-03-14T08:00:00 08:00", "eq", "2026-03-14T00:00:00", "2026-03-14T00:00:01"),
        ("2026-02", "eq", "2026-01-31T16:00:00", "2026-02-28T16:00:00"),
        ("gt9999-12-31", "gt", "9999-12-30T16:00:00", "9999-12-31T16:00:00"),
        ("lt9999", "lt", "9998-12-31T16:00:00", "9999-12-31T16:00:00"),
        ("ge9999-12", "ge", "9999-11-30T16:00:00", "9999-12-31T16:00:00"),
        ("ge0001", "ge", "0001-01-01T00:00:00", "0001-12-31T15:54:17"),
        ("sa2026-03-14T08:00:00.25Z", "sa", "2026-03-14T08:00:00.250000", "2026-03-14T08:00:00.260000"),
    ],
)
def test_a_date_is_the_whole_of_what_it_names_in_chinas_time(written: str, prefix: str, low: str, high: str) -> None:
    found = read_moment(written)

    assert found == (prefix, *(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (low, high)))


@pytest.mark.parametrize("written", ["", "26", "2026-02-30", "2026-1-1", "2026-03-14T25:00Z", "２０２６", "0000"])
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(Wrong):
        read_moment(written)
