"""The seeds through the FHIR face: every resource is as FHIR defines it, and `$submit` answers as coverage does.

The whole of them with `SWEEP=whole`; otherwise every product, every drug of the small lists, and of each list its first rows and those with
something that few have.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from catalog.entries import COLUMNS
from catalog.models import CatalogEntry, CatalogVersion, Drug
from common import tenancy
from fhir import systems
from fhir.medication_knowledge import fhir_id
from insurers import key_issuing
from insurers.models import Insurer, Product, ProductVersion
from tests.conftest import Api, load_seeds
from tests.fhir.conftest import Fhir
from tests.sharing import WHOLE

pytestmark = pytest.mark.slow

FIRST_ROWS = 10
QUESTIONS = 80


@pytest.fixture(scope="module")
def _seeds(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[dict[str, Api]]:
    before = settings.DATA_DIR, settings.UPLOAD_DIR
    settings.DATA_DIR = tmp_path_factory.mktemp("seeds")
    settings.UPLOAD_DIR = settings.DATA_DIR / "uploads"
    with django_db_blocker.unblock(), transaction.atomic():
        tenancy.act_for(tenancy.OFFICE)
        load_seeds()
        settings.DATA_DIR, settings.UPLOAD_DIR = before
        keys = {
            insurer.code: Api(
                key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read", "coverage:read"], by="root")[1]
            )
            for insurer in Insurer.objects.all()
        }
        yield keys
        transaction.set_rollback(True)


@pytest.fixture
def seeds(_seeds: dict[str, Api], db: None) -> dict[str, Api]:
    """A key for each insurer of the seeds, which are loaded once."""
    return _seeds


@pytest.fixture
def fhir(seeds: dict[str, Api]) -> Fhir:
    return Fhir(next(iter(seeds.values())))


def test_every_product_is_a_plan(seeds: dict[str, Api]) -> None:
    found = {plan["identifier"][0]["value"] for key in seeds.values() for plan in Fhir(key).found("InsurancePlan")}

    published = ProductVersion.objects.filter(published_at__isnull=False).select_related("product")
    assert found == {f"{version.product.code}@{version.label}" for version in published} != set()


def _some(entries: Any) -> set[int]:
    """Return the first entries of a version, and for each column the longest value of it and an entry without it."""
    rows = list(entries.order_by("entry_code").values("pk", *COLUMNS))
    chosen = {row["pk"] for row in (rows if WHOLE else rows[:FIRST_ROWS])}
    for column in COLUMNS:
        chosen.add(max(rows, key=lambda row: len(str(row[column])))["pk"])
        chosen.add(min(rows, key=lambda row: len(str(row[column])))["pk"])
    return chosen


def test_entries_their_drugs_and_questionnaires_are_as_fhir_defines_them(fhir: Fhir) -> None:
    kinds = set()
    for version in CatalogVersion.objects.filter(published_at__isnull=False).select_related("catalog"):
        kinds.add(version.catalog.kind)
        chosen = sorted(_some(version.entries))
        for start in range(0, len(chosen), 400):
            ids = {"_id": ",".join(map(str, chosen[start : start + 200])), "_count": 500}
            more = {"_id": ",".join(map(str, chosen[start + 200 : start + 400])), "_count": 500}
            items = [item for asked in (ids, more) if asked["_id"] for item in fhir.found("Basic", asked)]
            assert [item["id"] for item in items] == [str(pk) for pk in chosen[start : start + 400]]
            for asked in (ids, more):
                if asked["_id"]:
                    fhir.found("Questionnaire", asked)
            drugs = sorted({item["subject"]["reference"].partition("/")[2] for item in items if "subject" in item})
            for first in range(0, len(drugs), 80):
                some = drugs[first : first + 80]
                known = fhir.found("MedicationKnowledge", {"_id": ",".join(some), "_count": 500})
                assert [drug["id"] for drug in known] == some

    assert {"commercial", "base", "negative", "base_exclusion"} <= kinds


@pytest.mark.skipif(not WHOLE, reason="every drug: SWEEP=whole")
def test_every_drug_is_as_fhir_defines_it(fhir: Fhir) -> None:
    found, page = 0, fhir.get("MedicationKnowledge", {"_count": 500}).json()
    while True:
        found += len(page["entry"])
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        if not following:
            break
        page = fhir.get(following[0].removeprefix("http://testserver")).json()

    assert found == page["total"] == Drug.objects.count()


# --- $submit is coverage

CIRCUMSTANCES = {
    "sex": ["F", "M"],
    "age": [0, 17, 18, 61, 80],
    "setting": ["inpatient", "outpatient", "designated_pharmacy", "retail_pharmacy"],
    "institution_level": [1, 2, 3],
    "circumstance": ["none", "work_injury", "overseas"],
}
NAMES = {"institution_level": "institution-level", "brand_name": "brand-name", "dosage_form": "dosage-form"}


def _questions(chance: random.Random) -> Iterator[tuple[Product, dict[str, Any]]]:
    """Yield random questions about drugs of all lists and about none, with some of what an entry says changed."""
    products = list(Product.objects.select_related("insurer").order_by("pk"))
    rows = list(CatalogEntry.objects.exclude(generic_name="").order_by("pk").values("pk", *COLUMNS))
    diseases = sorted({code for row in rows for code in row["icd10"] if "-" not in code})
    few = [row for row in rows if row["icd10"] or row["criteria"]]
    for _number in range(QUESTIONS):
        row = chance.choice(few if chance.random() < 0.7 else rows)
        asked: dict[str, Any] = {"generic_name": row["generic_name"], "date": f"2026-0{chance.randint(1, 9)}-15"}
        for name in ("brand_name", "dosage_form", "strength", "manufacturer", "national_code", "approval_no"):
            if row[name] and chance.random() < 0.3:
                asked[name] = row[name]
        if chance.random() < 0.05:
            asked["generic_name"] = "没听说过的药"
        if chance.random() < 0.8:
            own = [code for code in row["icd10"] if "-" not in code]
            asked["icd10"] = [chance.choice(own if own and chance.random() < 0.7 else diseases)]
        for name, values in CIRCUMSTANCES.items():
            if chance.random() < 0.5:
                asked[name] = chance.choice(values)
        yield chance.choice(products), asked


def request_of(product: Product, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the CoverageEligibilityRequest that asks what a coverage question does."""
    coded = {"national_code": systems.NATIONAL_DRUG, "approval_no": systems.APPROVAL_NO}
    codings = [{"system": system, "code": asked[name]} for name, system in coded.items() if name in asked]
    said = {**CIRCUMSTANCES, "brand_name": 0, "dosage_form": 0, "strength": 0, "manufacturer": 0}
    extensions = [
        {
            "url": systems.extension_url(NAMES.get(name, name)),
            "valueInteger" if isinstance(asked[name], int) else "valueString": asked[name],
        }
        for name in said
        if name in asked
    ]
    item: dict[str, Any] = {"productOrService": {"text": asked["generic_name"]}}
    if codings:
        item["productOrService"]["coding"] = codings
    if extensions:
        item["extension"] = extensions
    if "icd10" in asked:
        item["diagnosis"] = [
            {"diagnosisCodeableConcept": {"coding": [{"system": systems.ICD_10, "code": code}]}}
            for code in asked["icd10"]
        ]
    return {
        "resourceType": "CoverageEligibilityRequest",
        "status": "active",
        "purpose": ["benefits"],
        "patient": {"display": "a patient"},
        "created": "2026-03-14",
        "servicedDate": asked["date"],
        "insurer": {"identifier": {"system": systems.INSURER, "value": product.insurer.code}},
        "insurance": [{"coverage": {"identifier": {"system": systems.PRODUCT, "value": product.code}}}],
        "item": [item],
    }


def told(value: Any) -> Any:
    """Return a coverage answer without what says nothing, numbers and texts as they are."""
    if isinstance(value, dict):
        inner = {name: told(one) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one not in (None, "", [], {})}
    return [told(one) for one in value] if isinstance(value, list) else value


LISTS = frozenset("reasons cites catalogs alternatives criteria settings icd10".split())


def from_extension(extension: dict[str, Any]) -> Any:
    """Return what an extension's tree says."""
    if "extension" not in extension:
        return next(value for name, value in extension.items() if name.startswith("value"))
    made: dict[str, Any] = {}
    for part in extension["extension"]:
        name, value = part["url"], from_extension(part)
        if name in LISTS:
            made.setdefault(name, []).append(value)
        else:
            assert name not in made
            made[name] = value
    return made


def test_submit_answers_as_coverage_does(seeds: dict[str, Api]) -> None:
    outcomes = set()
    for product, asked in _questions(random.Random(16)):
        api = seeds[product.insurer.code]
        (right,) = api.post(f"/products/{product.code}/coverage/", [asked]).json()["results"]
        answer = Fhir(api).post("CoverageEligibilityRequest/$submit", request_of(product, asked))

        assert answer.status_code == 200, (asked, answer.content)
        (insurance,) = answer.json()["insurance"]
        (item,) = insurance["item"]
        (whole,) = item["extension"]
        given = from_extension(whole)
        for one in (given, right):
            del one["known_at"]
        assert given == told(right), asked
        assert item.get("excluded") == {"covered": False, "not_covered": True}.get(right["outcome"])
        assert item.get("authorizationRequired", False) == (right["requirements"] or {}).get("prior_auth", False)
        assert insurance["inforce"] is (right["product_version"] is not None)
        outcomes.add(right["outcome"])

    assert outcomes == {"covered", "not_covered", "review"}


def test_an_item_may_name_its_drug_by_the_id_of_its_knowledge(seeds: dict[str, Api]) -> None:
    product = Product.objects.select_related("insurer").earliest("pk")
    api = seeds[product.insurer.code]
    listed = CatalogEntry.objects.filter(version__catalog__code="CIDL").earliest("pk")
    drug = Drug.objects.get(base_name=listed.base_name)
    asked = request_of(product, {"generic_name": "", "date": "2026-03-15"})
    asked["item"][0]["productOrService"] = {"coding": [{"system": systems.DRUG, "code": drug.pk}]}

    (item,) = Fhir(api).post("CoverageEligibilityRequest/$submit", asked).json()["insurance"][0]["item"]

    query = {"generic_name": drug.base_name, "date": "2026-03-15"}
    right = api.get(f"/products/{product.code}/coverage/", query).json()
    assert item["name"] == right["drug"]["generic_name"] == drug.base_name
    assert from_extension(item["extension"][0])["outcome"] == right["outcome"]
    assert Fhir(api).get(f"MedicationKnowledge/{fhir_id(drug.pk)}").status_code == 200
