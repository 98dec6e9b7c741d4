"""The examples of docs/rules.md that bring their rows along, judged by the core; and its table of names."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from catalog import reference
from catalog.drugs.dosage_forms import DosageForms, FormRow
from tests.claims.eligibility.small_world import decide, version

HOUSE = Path(__file__).parents[3]
PAGE = (HOUSE / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json example\n(.*?)```", PAGE, re.S)]
WITH_ROWS = [example for example in EXAMPLES if "rows" in example]
NAMES = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \|([^|]*)\|$",
    PAGE.partition("| --- | --- | --- |\n")[2].partition("\n\n")[0] + "\n",
    re.M,
)
FORMS = [FormRow(*row) for row in reference.dosage_form_rows()]


def world_of(example: dict[str, Any]) -> dict[str, Any]:
    """A world with one product and the example's rows as the base list."""
    listed = version(example["rows"], complete_for=example.get("complete_for"))
    terms = {
        "label": "2026",
        "effective_from": "2026-01-01",
        "published_at": listed["published_at"],
        "base": {"catalog": "NRDL"},
    }
    return {
        "dosage_forms": [{"form": row.form, "group": row.group, "same_as": row.same_as} for row in FORMS],
        "master": example.get("known", []),
        "catalogs": [{"code": "NRDL", "kind": "base", "versions": [listed]}],
        "products": [
            {"code": "HMB", "insurer": "A", "versions": [terms | {"benefits": [{"code": "any", "ratio": "1"}]}]}
        ],
    }


@pytest.mark.parametrize("example", WITH_ROWS, ids=lambda example: example["rows"][0]["generic_name"])
def test_every_example_with_rows_is_true(example: dict[str, Any]) -> None:
    lines = [{"quantity": "1", "amount": "100.00", **line} for line in example["claim"]["lines"]]

    decision = decide(world_of(example), {"product": "HMB", "service_date": "2026-03-14", "lines": lines})

    found = [line.judgement.base for line in decision.lines]
    assert [base and {"base": base.status, "entry": base.entry and base.entry.entry_code} for base in found] == example[
        "expect"
    ]


def test_there_are_examples_with_rows_and_a_table_of_names() -> None:
    assert len(WITH_ROWS) >= 5
    assert len(NAMES) >= 10


@pytest.mark.parametrize(("written", "name", "form"), NAMES)
def test_every_name_of_the_table_is_read_so(written: str, name: str, form: str) -> None:
    base = DosageForms(FORMS).base_name(written)

    assert (base.name, base.form) == (name, form.strip())


def test_the_rows_are_those_of_the_printed_list() -> None:
    with (HOUSE / "seeds" / "nrdl_2025.csv").open(encoding="utf-8", newline="") as opened:
        printed = {row["entry_code"]: row for row in csv.DictReader(opened)}

    for row in [row for example in WITH_ROWS for row in example["rows"]]:
        cells = {name: ";".join(value) if isinstance(value, list) else value for name, value in row.items()}
        assert cells == {name: printed[row["entry_code"]][name] for name in cells}
