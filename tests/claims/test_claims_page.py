"""The table of notations and the examples of docs/claims.md, executed."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claims.eligibility import parse_claim
from common.money import yuan
from tests.claims.test_four_doors import by_check

PAGE = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
NOTATIONS = re.findall(r"^\| (\w+) \| `([^`]+)` \| (.+) \|$", PAGE, re.M)
EXAMPLES = [json.loads(block) for block in re.findall(r"```json claim\n(.*?)```", PAGE, re.S)]


def written_out(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(value) if isinstance(value, tuple) else str(value)


def test_the_page_has_its_table_and_examples() -> None:
    assert len(NOTATIONS) >= 20 and EXAMPLES


@pytest.mark.parametrize(("field", "written", "means"), NOTATIONS)
def test_every_notation_is_read_as_the_page_says(field: str, written: str, means: str) -> None:
    assert written_out(by_check(field, written)) == means


@pytest.mark.parametrize("example", EXAMPLES, ids=["refunds"])
def test_every_example_comes_to_what_the_page_says(example: dict[str, Any]) -> None:
    claim = parse_claim({"product": "P", "service_date": "2026-03-14", "lines": example["lines"]})

    assert [
        {
            "line_no": line.line_no,
            "amount": yuan(line.amount),
            "refunds": [refund.line_no for refund in line.refunds],
            "refunded": line.refunded,
        }
        for line in claim.lines
    ] == example["left"]
