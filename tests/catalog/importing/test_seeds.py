"""The lists that ship with the software are accepted as they are, like any curator's upload."""

from collections import Counter
from pathlib import Path

import pytest

from catalog import reference
from catalog.importing.check import check
from catalog.importing.export import marked_csv_lines
from catalog.importing.reread import rows
from catalog.importing.result import CheckOptions
from claims.batches.read import BatchResult, read_batch

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
# The forms that ship with the software, as an import has them.
OPTIONS = CheckOptions(dosage_forms=reference.dosage_form_rows())
PRINTED = CheckOptions(dosage_forms=reference.dosage_form_rows(), names="printed")
LISTS = [
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


@pytest.mark.parametrize(("name", "rows", "uncoded"), [("nrdl_2025.csv", 4183, 5), ("nrdl_2024.csv", 3989, 104)])
def test_the_whole_national_list_is_read_as_it_is_printed(name, rows, uncoded):
    *_, result = check(SEEDS / name, "base", PRINTED)
    told = Counter(warning.code for warning in result.warnings)

    assert (result.errors, result.rows) == ((), rows)
    assert result.kept > 1.2 * rows  # a cell holds several names
    assert told["UNCODED"] == uncoded
    # A few cells run into each other in the source; forms that the table lacks match only themselves.
    assert told["NAME_NOT_READ"] < 5 and told["UNKNOWN_FORM"] < 40
    assert set(told) <= {"UNCODED", "NAME_NOT_READ", "UNKNOWN_FORM", "DUPLICATE_ROW"}


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_every_reference_list_is_accepted(path):
    *_, result = check(path, "reference", OPTIONS)

    assert result.errors == () and result.kept == result.rows > 0


def test_the_claims_are_accepted():
    *claims, result = read_batch(SEEDS / "claims_demo.csv")

    assert isinstance(result, BatchResult) and claims
    assert (result.claims, result.lines, result.invalid, result.errors) == (57, 60, 0, ())


def test_a_list_without_problems_comes_back_as_it_is():
    text = b"".join(marked_csv_lines(rows(SEEDS / "cidl_2025.csv", "commercial", CheckOptions()), ())).decode(
        "utf-8-sig"
    )

    assert text.count("\r\n") == 26 and text.startswith("entry_code,")
