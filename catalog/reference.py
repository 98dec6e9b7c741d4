"""The vocabularies that ship with the software, read from seeds/reference.

The files are the truth: recognition and imports read them, and every `migrate` makes the tables that the pages show equal to them
(`catalog.reference_tables`).
"""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from catalog.diseases import DiseaseNames, RareDisease, RareRule

REFERENCE = Path(__file__).resolve().parent.parent / "seeds" / "reference"


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of `seeds/reference/<name>.csv`."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def dosage_form_rows() -> tuple[tuple[str, str, str], ...]:
    """Return the dosage-form table as (form, group, same_as) rows: the one that recognition and imports use."""
    return tuple((row["form"], row["group"], row["same_as"]) for row in rows_of("dosage_forms"))


@cache
def drug_class_names() -> dict[str, str]:
    """Return the Chinese names of the classes of the national list's tree, by code."""
    return {row["code"]: row["name_zh"] for row in rows_of("drug_classes")}


@cache
def disease_names() -> DiseaseNames:
    """Return the Chinese names of ICD-10 codes."""
    return DiseaseNames({row["code"]: row["name_zh"] for row in _disease_rows()})


@cache
def rare_disease_rules() -> tuple[RareRule, ...]:
    """Return what makes sure that an entry is for a listed rare disease, by list and number."""
    named = {
        (row["list"], row["no"]): RareDisease(int(row["list"]), int(row["no"]), row["name_zh"], row["name_en"])
        for row in rows_of("rare_diseases")
    }
    return tuple(
        RareRule(named[row["list"], row["no"]], tuple(row["icd10"].split(";")), row["says"])
        for row in rows_of("rare_disease_codes")
    )


def _disease_rows() -> list[dict[str, str]]:
    """Return the names of ICD-10: the categories, and what the lists use beyond them, named by hand."""
    return [
        {**row, "provenance": provenance}
        for name, provenance in (("icd10_categories", "official"), ("icd10_own", "hand_coded"))
        for row in rows_of(name)
    ]


def reference_rows() -> dict[str, list[dict[str, Any]]]:
    """Return, by model name, the field values of every vocabulary row; what others refer to comes first."""
    classes = [
        {"code": r["code"], "parent_id": r["parent"] or None, "name_zh": r["name_zh"]} for r in rows_of("drug_classes")
    ]
    return {
        "Series": [{**r, "position": int(r["position"])} for r in rows_of("series")],
        "DosageForm": rows_of("dosage_forms"),
        "DrugClass": sorted(classes, key=lambda r: len(r["code"])),
        "Indication": [{**r, "icd10": [c for c in r["icd10"].split(";") if c]} for r in rows_of("indications")],
        "Mark": [{name: value for name, value in row.items() if name != "aliases"} for row in rows_of("marks")],
        "Exclusion": rows_of("base_exclusions_law"),
        "DiseaseName": _disease_rows(),
        "RareDisease": [
            {
                "list_no": int(r["list"]),
                "number": int(r["no"]),
                "name_zh": r["name_zh"],
                "name_en": r["name_en"],
                "document": r["document"],
                "listed_on": date.fromisoformat(r["date"]),
            }
            for r in rows_of("rare_diseases")
        ],
    }
