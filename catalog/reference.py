"""The vocabularies that ship with the software, read from seeds/reference: dosage forms, classes, indications, marks, series, exclusions."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parent.parent / "seeds" / "reference"


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of `seeds/reference/<name>.csv`."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def dosage_form_rows() -> tuple[tuple[str, str, str], ...]:
    """Return the dosage-form table as (form, group, same_as) rows: the one that recognition and imports use."""
    return tuple((row["form"], row["group"], row["same_as"]) for row in rows_of("dosage_forms"))


def reference_rows() -> dict[str, list[dict[str, Any]]]:
    """Return, by model name, the field values of every vocabulary row."""
    classes = [
        {"code": r["code"], "parent_id": r["parent"] or None, "name_zh": r["name_zh"]} for r in rows_of("drug_classes")
    ]
    return {
        "Series": rows_of("series"),
        "DosageForm": rows_of("dosage_forms"),
        "DrugClass": sorted(classes, key=lambda r: len(r["code"])),
        "Indication": [{**r, "icd10": [c for c in r["icd10"].split(";") if c]} for r in rows_of("indications")],
        "Mark": [{name: value for name, value in row.items() if name != "aliases"} for row in rows_of("marks")],
        "Exclusion": rows_of("base_exclusions_law"),
    }
