"""The main job on the real seed lists, and every worked example of docs/rules.md."""

import json
import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.test import TestCase

from catalog.models import Catalog, CatalogEntry, CatalogVersion
from claims.management.commands.write_reason_codes import PAGE, page
from common.jobs import services as jobs
from insurers.models import Insurer, Product
from insurers.services import issue_insurer_key
from tests.conftest import EVERY_INSURER_SCOPE, Api

RULES = Path(__file__).parents[2] / "docs" / "rules.md"
EXAMPLES = [
    json.loads(block) for block in re.findall(r"```json example\n(.*?)```", RULES.read_text(encoding="utf-8"), re.S)
]


class SeededLists(TestCase):
    """Everything is loaded once, through the same uploads and publishings as any file."""

    apis: dict[str, Api]

    @classmethod
    def setUpTestData(cls) -> None:
        # The heartbeat works on a connection of its own, which cannot see this test's transaction.
        with mock.patch.object(jobs, "PROGRESS_SECONDS", 3600.0):
            call_command("seed", verbosity=0)
        cls.apis = {
            product.code: Api(issue_insurer_key(insurer=product.insurer, scopes=EVERY_INSURER_SCOPE, by="root")[1])
            for product in Product.objects.select_related("insurer")
        }

    def test_the_lists_have_the_numbers_of_the_official_ones(self) -> None:
        nrdl = CatalogEntry.objects.filter(version__catalog__code="NRDL")
        cidl = CatalogEntry.objects.filter(version__catalog__code="CIDL")

        assert (nrdl.count(), cidl.count()) == (404, 25)
        assert cidl.values("base_name").distinct().count() == 19
        assert set(CatalogVersion.objects.values_list("state", flat=True)) == {"published"}
        assert Insurer.objects.count() == 3

    def test_every_list_says_whether_it_is_official_coded_by_hand_or_invented(self) -> None:
        assert set(Catalog.objects.values_list("provenance", flat=True)) == {"hand_coded", "demonstration"}

    def test_loading_the_seeds_again_changes_nothing(self) -> None:
        before = sorted(CatalogVersion.objects.values_list("id", "checksum"))

        call_command("seed", verbosity=0)

        assert sorted(CatalogVersion.objects.values_list("id", "checksum")) == before

    def test_every_worked_example_of_the_rules_page_is_true(self) -> None:
        assert len(EXAMPLES) >= 12
        for example in EXAMPLES:
            claim = example["claim"]
            answer = self.apis[claim["product"]].post("/claims/checks/", claim)
            assert answer.status_code == 200, answer.content.decode()
            with self.subTest(claim=json.dumps(claim, ensure_ascii=False)):
                assert [_short(line) for line in answer.json()["lines"]] == example["expect"]

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


def test_the_page_of_reason_codes_is_that_of_the_registry() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run script/manage write_reason_codes"


pytestmark = pytest.mark.slow
