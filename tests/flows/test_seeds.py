"""The main job on the real seed lists, and every worked example of docs/rules.md."""

import json
import re
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from catalog import reference, seeding
from catalog.diseases import rare_diseases
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from catalog.totals import Part
from claims.management.commands.write_reason_codes import PAGE, page
from insurers.key_issuing import issue_insurer_key
from insurers.models import Insurer, Product
from insurers.services import create_product, create_product_version, publish_product_version
from tests.claims.alternatives.applying import sent_with
from tests.claims.batches.conftest import decided, results
from tests.conftest import EVERY_INSURER_SCOPE, Api, load_seeds

DEMO = Path(__file__).parents[2] / "seeds" / "claims_demo.csv"
RULES = Path(__file__).parents[2] / "docs" / "rules.md"
EXAMPLES = [
    example
    for block in re.findall(r"```json example\n(.*?)```", RULES.read_text(encoding="utf-8"), re.S)
    # Those that bring rows along are judged in tests/claims/eligibility/test_rules_page.py.
    if "rows" not in (example := json.loads(block))
]
# One line for each kind of shortfall: evidence, setting, 医保 settlement, negative list, nothing wanting.
FIVE_LINES: dict[str, Any] = {
    "product": "DEMO-CITY-SH",
    "service_date": "2026-03-14",
    "setting": "outpatient",
    "institution_level": 3,
    "member": {"policy_start": "2026-01-01", "policy_end": "2026-12-31", "sex": "F"},
    "lines": [
        {"generic_name": "注射用维拉苷酶β", "quantity": "2", "amount": "9000.00", "diagnoses": ["E75.2"]},
        {"generic_name": "伊匹木单抗注射液", "quantity": "1", "amount": "9000.00", "diagnoses": ["C22.0"]},
        {"generic_name": "盐酸沙丙蝶呤片", "quantity": "30", "amount": "9000.00", "evidence": {"BH4_RESPONSIVE": True}},
        {"generic_name": "甲磺酸奥希替尼片", "quantity": "30", "amount": "4977.00", "diagnoses": ["C34.1"]},
        {"generic_name": "阿莫西林胶囊", "quantity": "10", "amount": "20.00", "diagnoses": ["J20"]},
    ],
}


def answered(form: dict[str, Any], entry: CatalogEntry, product: str) -> dict[str, Any]:
    """A claim for an entry's drug, with every question of its form answered by the first answer that the form says will do."""
    line: dict[str, Any] = {"generic_name": entry.generic_name, "quantity": "1", "amount": "100.00", "evidence": {}}
    line |= {
        name: getattr(entry, name) for name in ("dosage_form", "brand_name", "manufacturer") if getattr(entry, name)
    }
    if form["prior_auth"]:
        line["prior_auth_no"] = "PA-1"
    claim: dict[str, Any] = {"product": product, "service_date": "2026-06-01", "member": {}, "lines": [line]}
    for question in form["questions"]:
        wanted = question["satisfied_by"]
        answer = wanted["any_of"][0] if "any_of" in wanted else wanted.get("min", wanted.get("max"))
        match question["field"].split("."):
            case ["evidence", code]:
                line["evidence"][code] = answer
            case ["member", name]:
                claim["member"][name] = answer
            case ["diagnoses"]:
                line["diagnoses"] = [answer.partition("-")[0]]
            case [name]:
                line[name] = answer
    return claim


class SeededLists(TestCase):
    """Everything is loaded once, through the same uploads and publishings as any file."""

    apis: dict[str, Api]

    @classmethod
    def setUpTestData(cls) -> None:
        load_seeds()
        cls.apis = {
            product.code: Api(issue_insurer_key(insurer=product.insurer, scopes=EVERY_INSURER_SCOPE, by="root")[1])
            for product in Product.objects.select_related("insurer")
        }

    def test_the_lists_have_the_numbers_of_the_official_ones(self) -> None:
        printed = {
            label: CatalogEntry.objects.filter(version__catalog__code="NRDL", version__label=label).values("row_no")
            for label in ("2024", "2025")
        }
        cidl = CatalogEntry.objects.filter(version__catalog__code="CIDL")

        assert {label: rows.distinct().count() for label, rows in printed.items()} == {"2024": 3989, "2025": 4183}
        assert (cidl.count(), cidl.values("base_name").distinct().count()) == (25, 19)
        assert set(CatalogVersion.objects.values_list("state", flat=True)) == {"published"}
        assert (Catalog.objects.count(), Insurer.objects.count()) == (13, 3)

    def test_each_edition_is_in_force_in_its_year_and_says_what_it_is_complete_for(self) -> None:
        editions = CatalogVersion.objects.filter(catalog__code="NRDL").order_by("label")

        told = [(v.label, str(v.effective_from), str(v.effective_to), v.complete_for) for v in editions]
        assert told == [
            ("2024", "2025-01-01", "2025-12-31", ["X", "Z"]),
            ("2025", "2026-01-01", "None", ["X"]),
        ]

    def test_every_list_says_whether_it_is_official_coded_by_hand_or_invented(self) -> None:
        assert set(Catalog.objects.values_list("provenance", flat=True)) == {"hand_coded", "demonstration"}

    def test_loading_the_seeds_again_changes_nothing_and_says_so(self) -> None:
        before = sorted(CatalogVersion.objects.values_list("id", "checksum"))
        said = StringIO()

        call_command("seed", stdout=said)

        assert sorted(CatalogVersion.objects.values_list("id", "checksum")) == before
        lines = said.getvalue().splitlines()
        assert lines[:3] == ["1 of 14 lists · 第1份，共14份 · NRDL 2024 …", "  there already · 已有", lines[2]]
        assert sum(line.endswith("there already · 已有") for line in lines) == 17

    def test_an_entry_is_marked_as_for_a_rare_disease_just_where_its_coding_makes_that_sure(self) -> None:
        listed = CatalogEntry.objects.filter(version__catalog__code__in=["NRDL", "CIDL"])
        wrong = []
        for entry in listed.only("entry_code", "icd10", "criteria", "indication", "restriction", "rare_disease"):
            found = rare_diseases(
                reference.rare_disease_rules(),
                codes=entry.icd10,
                criteria=entry.criteria,
                text=f"{entry.indication}\n{entry.restriction}",
            )
            if bool(found) != bool(entry.rare_disease):
                wrong.append(entry.entry_code)

        assert wrong == []
        assert listed.filter(rare_disease=True, version__label="2025").count() > 90

    def test_just_the_negotiated_and_bidding_parts_are_marked_so(self) -> None:
        rows = CatalogEntry.objects.filter(version__catalog__code="NRDL").values_list("entry_code", "marks")

        parts = {"N": ["negotiated"], "M": ["negotiated"], "B": ["bidding"], "X": [], "Z": []}
        assert [code for code, marks in rows if marks != parts[code.split("-")[2]]] == []

    def test_every_code_of_the_lists_has_a_name(self) -> None:
        names = reference.disease_names()
        codes = {code for row in CatalogEntry.objects.values_list("icd10", flat=True) for code in row}

        assert len(codes) > 400
        assert {code for code in codes if not re.search("[一-鿿]", names.of(code))} == set()

    def test_every_worked_example_of_the_rules_page_is_true(self) -> None:
        assert len(EXAMPLES) >= 12
        for example in EXAMPLES:
            claim = example["claim"]
            answer = self.apis[claim["product"]].post("/claims/checks/", claim)
            assert answer.status_code == 200, answer.content.decode()
            with self.subTest(claim=json.dumps(claim, ensure_ascii=False)):
                assert [_short(line) for line in answer.json()["lines"]] == example["expect"]

    def test_every_set_of_changes_that_would_have_paid_a_worked_example_pays_it(self) -> None:
        told = 0
        for claim in [*(example["claim"] for example in EXAMPLES), FIVE_LINES]:
            api = self.apis[claim["product"]]
            check = api.post("/claims/checks/", claim).json()
            for line in api.get(f"/claims/checks/{check['id']}/alternatives/").json()["lines"]:
                assert (line["outcome"] in ("ineligible", "review")) == bool(line["sets"] or line["unmendable"])
                for found in line["sets"]:
                    told += 1
                    changes = [(change["pointer"], change["to"]) for change in found["changes"]]
                    asked = sent_with({**claim, "as_known_at": check["as_known_at"]}, changes)
                    again = api.post("/claims/checks/?dry_run=true", asked).json()
                    outcomes = {one["line_no"]: one["outcome"] for one in again["lines"]}
                    with self.subTest(changes=changes):
                        assert outcomes[line["line_no"]] == "eligible"
        assert told >= 10

    def test_the_demonstration_claims_run_through_on_every_product(self) -> None:
        lines = len(DEMO.read_text(encoding="utf-8").splitlines()) - 1

        outcomes = set()
        for product in Product.objects.order_by("code"):
            batch = decided(product, DEMO.read_bytes(), DEMO.name)
            assert (batch.lines, batch.invalid_claims) == (lines, 0)
            outcomes |= {line["outcome"] for result in results(batch) for line in result["lines"]}
        assert outcomes == {"eligible", "ineligible", "review"}

    def test_every_entry_answered_as_its_questionnaire_says_is_eligible(self) -> None:
        insurer = Product.objects.select_related("insurer")[0].insurer
        api = Api(issue_insurer_key(insurer=insurer, scopes=EVERY_INSURER_SCOPE, by="root")[1])
        asked = {}
        for catalog in ("CIDL", "A-DEMO"):
            terms = {
                "label": "1",
                "effective_from": "2026-01-01",
                "effective_to": "2026-12-31",
                "benefits": [{"code": "any", "scope": "any", "catalogs": [{"catalog": catalog}], "ratio": "1.0000"}],
            }
            product = create_product(insurer_id=insurer.pk, code=f"FORM-{catalog}", name=catalog, by="root")
            publish_product_version(version=create_product_version(product=product, data=terms, by="root"), by="root")
            day = date(2026, 6, 1)
            version = CatalogVersion.objects.filter(catalog__code=catalog, effective_from__lte=day).latest(
                "effective_from"
            )
            entries = list(version.entries.order_by("entry_code"))
            for entry in entries:
                form = api.get(f"/catalogs/{catalog}/versions/{version.label}/entries/{entry.entry_code}/form/").json()
                answer = api.post("/claims/checks/?dry_run=true", answered(form, entry, f"FORM-{catalog}"))
                told = answer.json()
                assert told["lines"][0]["outcome"] == "eligible", (
                    entry.entry_code,
                    form["questions"],
                    told["lines"][0],
                )
            asked[catalog] = len(entries)
        assert asked == {"CIDL": 25, "A-DEMO": 21}

    def test_the_api_tells_every_reason_there_is(self) -> None:
        from claims.eligibility import REASONS

        answer = self.apis["DEMO-CITY-SH"].get("/reason-codes/").json()

        assert {reason["code"] for reason in answer} == set(REASONS)


def _short(line: dict[str, Any]) -> dict[str, Any]:
    match = line["match"]
    return {
        "outcome": line["outcome"],
        "reasons": [reason["code"] for reason in line["reasons"]],
        "base": line["base"]["status"] if line["base"] else None,
        "benefit": line["benefit"],
        "match": f"{match['catalog']} {match['version']} {match['entry_code']}" if match else None,
        "payable": line["money"]["payable"],
    }


@pytest.mark.django_db
def test_a_list_that_does_not_come_to_its_official_totals_is_not_published(monkeypatch: Any) -> None:
    cidl = next(one for one in seeding.editions() if one.catalog["code"] == "CIDL")
    short = seeding.Edition(
        cidl.catalog, cidl.label, cidl.file, cidl.first, cidl.last, "plain", (), "", (Part("创新药", "CIDL-2025-", 20),)
    )
    monkeypatch.setattr(seeding, "editions", lambda: [short])

    with pytest.raises(CommandError, match=r"创新药: 19 drugs, 20 expected（应有20种药品，实有19）"):
        load_seeds()

    assert set(CatalogVersion.objects.values_list("state", flat=True)) == {"draft"}


def test_the_page_of_reason_codes_is_that_of_the_registry() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run script/manage write_reason_codes"


pytestmark = pytest.mark.slow
