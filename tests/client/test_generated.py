"""What script/client makes is what the document says today, and the types it makes are those of real answers."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from config.openapi import EXAMPLES, openapi_document
from shangbao_client import AsyncClient, Client, types
from shangbao_client.operations import OPERATIONS
from tests.client.conforming import faults_of

ROOT = Path(__file__).resolve().parent.parent.parent
GENERATE = runpy.run_path(str(ROOT / "client" / "generate.py"))
MADE = GENERATE["made"](openapi_document()[0])
KEPT: dict[str, Any] = json.loads(Path(EXAMPLES).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(MADE), ids=lambda path: path.name)
def test_what_is_made_of_the_document_is_made_of_todays(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path], "the document has changed: run script/client"


def test_every_operation_is_a_method_of_both_clients() -> None:
    there = {
        operation["operationId"]
        for operations in openapi_document()[0]["paths"].values()
        for operation in operations.values()
    }

    assert set(OPERATIONS) == there
    for name in there:
        assert getattr(Client, name).__annotations__ == getattr(AsyncClient, name).__annotations__


@pytest.mark.parametrize("name", sorted(name for name, example in KEPT.items() if "answer" in example))
def test_a_real_answer_is_of_the_type_that_its_method_tells(name: str) -> None:
    told = getattr(Client, name.partition(" ")[0]).__annotations__["return"]

    assert faults_of(KEPT[name]["answer"], told) == []


@pytest.mark.parametrize("name", sorted(name for name, example in KEPT.items() if "body" in example))
def test_a_body_that_is_taken_is_of_the_type_that_its_method_takes(name: str) -> None:
    taken = getattr(Client, name.partition(" ")[0]).__annotations__["body"]

    assert faults_of(KEPT[name]["body"], taken) == []


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"results": []}, types.PaginatedCatalogOutputList),
        ({"code": 5}, types.CatalogInputRequest),
        ("maybe", types.Outcome),
        (True, int),
        ([{"x": 1}], list[types.CodingDecisionInputRequest]),
    ],
)
def test_what_is_of_another_type_is_told(value: Any, kind: Any) -> None:
    assert faults_of(value, kind)
