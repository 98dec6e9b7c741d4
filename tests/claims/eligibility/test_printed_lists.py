"""The whole national lists, read as printed: every printed name, asked with its form, reaches its own printed row."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from catalog import reference
from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.drugs.knowledge import Identity, Knowledge, KnownRow
from catalog.drugs.printed import PrintedNames
from catalog.drugs.recognise import recognise
from catalog.drugs.three_valued import Agreement
from catalog.importing.check import check
from catalog.importing.columns import copy_columns
from catalog.importing.export import csv_lines
from catalog.importing.result import Block, CheckOptions, CheckResult
from claims.eligibility.compiling import compile_entry
from claims.eligibility.drug_part import applies
from claims.eligibility.entry import Entry
from common.text import norm
from tests.catalog.importing.test_export import as_entry

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
EDITIONS = ("2024", "2025")
TABLE = reference.dosage_form_rows()
FORMS = DosageForms(FormRow(*row) for row in TABLE)


class Read(NamedTuple):
    """A list as an import reads it: what was found, and each entry's stored fields."""

    result: CheckResult
    entries: list[dict[str, str]]


def read(path: Path, names: str) -> Read:
    columns = copy_columns("base")
    *blocks, result = check(path, "base", CheckOptions(dosage_forms=TABLE, names=names))
    lines = [line for block in blocks if isinstance(block, Block) for line in block.data.decode().splitlines()]
    assert isinstance(result, CheckResult)
    return Read(result, [dict(zip(columns, line.split("\t"), strict=True)) for line in lines])


@cache
def edition(label: str) -> Read:
    return read(SEEDS / f"nrdl_{label}.csv", "printed")


@cache
def printed_rows(label: str) -> list[tuple[int, str, str]]:
    """Row, name cell and form cell, as the file has them."""
    with (SEEDS / f"nrdl_{label}.csv").open(encoding="utf-8", newline="") as file:
        return [(at, row["generic_name"], row["dosage_form"]) for at, row in enumerate(csv.DictReader(file), 2)]


@pytest.mark.parametrize("label", EDITIONS)
def test_a_whole_list_is_read_without_an_error_and_what_became_of_each_cell_is_told(label: str) -> None:
    found = edition(label).result
    names = PrintedNames(FORMS)
    stacked = {row for row, cell, _ in printed_rows(label) if names.read(cell).names != (cell,)}

    assert found.errors == ()
    assert {change.row for change in found.normalised if change.column == "generic_name"} == stacked
    assert found.normalised_count == len(found.normalised)
    assert {warning.value for warning in found.warnings if warning.code == "NAME_NOT_READ"} <= {
        "中/长链脂肪乳(C8-24)中/长链脂肪乳(C8-24Ve)",
        "卡络磺钠(肾上腺色腙)氯化钠",
        "双黄连注射液注射用双黄连（冻干）",
        "雷公藤片雷公藤多苷[甙]片",
    }


def test_each_name_that_was_read_reads_as_itself() -> None:
    names = PrintedNames(FORMS)
    stored = {entry["generic_name"] for label in EDITIONS for entry in edition(label).entries}

    assert [name for name in stored if names.read(name).names != (name,)] == []


@pytest.mark.parametrize("names", ["printed", "plain"])
@pytest.mark.parametrize("label", EDITIONS)
def test_an_exported_list_imports_to_the_same_entries_however_it_is_read(
    label: str, names: str, tmp_path: Path
) -> None:
    exported = tmp_path / "export.csv"
    exported.write_bytes(b"".join(csv_lines(map(as_entry, edition(label).entries))))

    again = read(exported, names)

    assert again.result.errors == ()
    hashes = sorted(entry["row_hash"] for entry in again.entries)
    assert hashes == sorted(entry["row_hash"] for entry in edition(label).entries)


@pytest.mark.parametrize("label", EDITIONS)
def test_every_printed_name_with_its_form_reaches_its_own_row_and_none_of_another_form(label: str) -> None:
    knowledge = Knowledge.build(
        [
            KnownRow("entry", (one, at), entry["generic_name"], dosage_form=entry["dosage_form"])
            for one in EDITIONS
            for at, entry in enumerate(edition(one).entries)
        ],
        FORMS,
    )
    by_drug: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for entry in edition(label).entries:
        compiled = compile_entry(
            {"generic_name": entry["generic_name"], "dosage_form": entry["dosage_form"]}, FORMS, "base"
        )
        by_drug[compiled.base_name].append((int(entry["row_no"]), compiled))
    duplicates = {warning.row for warning in edition(label).result.warnings if warning.code == "DUPLICATE_ROW"}
    names = PrintedNames(FORMS)

    asked, missed, elsewhere = 0, [], []
    for row, cell, form in printed_rows(label):
        for name in names.read(cell).names:
            asked += 1
            drug = recognise(Identity.of(generic_name=name, dosage_form=form), knowledge)
            applying = [
                (at, one) for at, one in by_drug[drug.drug or ""] if applies(one, drug, FORMS) is Agreement.PASS
            ]
            if row not in {at for at, _ in applying} and row not in duplicates:
                missed.append((row, name, form))
            own = FORMS.base_name(name).form
            elsewhere += [
                (row, name, form, one.entry_code)
                for _, one in applying
                if (one.dosage_form and form and not agree(one.dosage_form, form))
                or (one.name_form and own and not agree(one.name_form, own))
            ]

    assert asked > 4500
    assert elsewhere == []
    assert len(missed) <= asked // 100, missed[:20]


def agree(one: str, other: str) -> bool:
    """Whether two forms are one, or one names the other's group, looked up in the table itself."""
    groups: dict[str, set[str]] = defaultdict(set)
    for form, group, same_as in TABLE:
        groups[norm(same_as or form).removesuffix("剂")].add(norm(group))
        groups[norm(form).removesuffix("剂")].add(norm(group))
    left, right = norm(one), norm(other)
    return (
        left.removesuffix("剂") == right.removesuffix("剂")
        or left in groups[right.removesuffix("剂")]
        or right in groups[left.removesuffix("剂")]
    )
