"""The lists that ship with the software are accepted as they are, like any curator's upload."""

from pathlib import Path

import pytest

from catalog.importing.check import check
from catalog.importing.export import mended_csv_lines
from claims.batches.read import BatchResult, read_batch
from tests.files import OPTIONS

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
LISTS = [
    ("nrdl_2025.csv", "base", 4183),
    ("nrdl_2024.csv", "base", 3989),
    ("cidl_2025.csv", "commercial", 25),
    ("a_demo.csv", "commercial", 21),
    ("negative_demo.csv", "negative", 38),
    ("base_exclusions.csv", "base_exclusion", 31),
]
REFERENCES = sorted(path for path in (SEEDS / "reference_lists").glob("*.csv") if path.name != "lists.csv")


@pytest.mark.parametrize(("name", "kind", "rows"), LISTS)
def test_every_list_is_accepted(name, kind, rows):
    *_, result = check(SEEDS / name, kind, OPTIONS)

    assert result.errors == ()
    assert (result.kept, result.normalised_count) == (rows, 0)
    assert {warning.code for warning in result.warnings} <= {"UNCODED"}


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_every_reference_list_is_accepted(path):
    *_, result = check(path, "reference", OPTIONS)

    assert result.errors == () and result.kept == result.rows > 0


def test_the_claims_are_accepted():
    *claims, result = read_batch(SEEDS / "claims_demo.csv")

    assert isinstance(result, BatchResult) and claims
    assert (result.claims, result.lines, result.invalid, result.errors) == (57, 60, 0, ())


def test_a_list_without_problems_comes_back_as_it_is():
    text = b"".join(mended_csv_lines(SEEDS / "cidl_2025.csv", ())).decode("utf-8-sig")

    assert text.count("\r\n") == 26 and text.startswith("entry_code,")
