"""The words by which rules read a text, from seeds/reference: how people write diseases and criteria."""

from collections.abc import Iterable, Mapping
from functools import cache

from catalog import reference
from curation.coding.criteria import Criterion, criteria_of
from curation.coding.diseases import DiseaseWords, disease_words
from curation.coding.suggest import Vocabulary


@cache
def diseases() -> DiseaseWords:
    """Return how people write diseases: the words by hand, the indications, the rare diseases that their codes make sure, ICD-10's categories."""
    rare = {(row["list"], row["no"]): row["name_zh"] for row in reference.rows_of("rare_diseases")}
    named = [(row["name_zh"], row["icd10"]) for row in reference.rows_of("indications")]
    named += [
        (name, row["icd10"])
        for row in reference.rows_of("rare_disease_codes")
        if not row["says"]
        for name in rare[row["list"], row["no"]].split("/")
    ]
    return disease_words(
        [(row["icd10"], row["words"], row["broad"] == "Y") for row in reference.rows_of("disease_words")],
        named,
        {row["code"]: row["name_zh"] for row in reference.rows_of("icd10_categories")},
    )


@cache
def criteria() -> tuple[Criterion, ...]:
    """Return how people write what a reviewer must see evidence of."""
    return criteria_of((row["codes"], row["text"], row["pattern"]) for row in reference.rows_of("criteria_words"))


def vocabulary(in_use: Mapping[str, str]) -> Vocabulary:
    """Return all that the rules know; `in_use` are the criteria codes that lists have, each with its text."""
    return Vocabulary(diseases(), criteria(), in_use)


def criteria_in_use(criteria: Iterable[object]) -> dict[str, str]:
    """Return the codes of criteria (`CODE=text` or `CODE`), each with the first text that is given for it."""
    texts: dict[str, str] = {}
    for one in criteria:
        code, _, text = str(one).partition("=")
        texts[code] = texts.get(code) or text
    return texts
