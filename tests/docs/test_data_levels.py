"""docs/data-levels.md grades every table (GB/T 39725-2020; C24), and nothing that speaks of a member stands too low."""

import re
from pathlib import Path

from django.apps import apps
from django.db.models import Model

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-levels.md"
OF_A_MEMBER = {
    "member_ref",
    "member_key",
    "claim_no",
    "facts",
    "decision",
    "decided",
    "claim",
    "diagnoses",
    "judgement",
}
# Columns of these names that speak of no member: facts of a finding about lists, of a list that was collected.
NOT_OF_A_MEMBER = {("curation.Finding", "facts")}


def levels() -> dict[str, int]:
    """The level of each table by its model's name; a model that stands twice is a fault."""
    found: dict[str, int] = {}
    for level, named in re.findall(r"^\| ([1-5]) \| (.*?) \|", PAGE.read_text(encoding="utf-8"), re.M):
        for model in re.findall(r"`(\w+\.\w+)`", named):
            assert model not in found, f"{model} has two levels"
            found[model] = int(level)
    return found


def fields_of(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.fields}


def test_every_model_and_every_field_of_a_person_has_its_level() -> None:
    graded, models = levels(), {model._meta.label: model for model in apps.get_models()}

    assert sorted(models.keys() - graded.keys()) == [], "give each a level in docs/data-levels.md"
    assert sorted(graded.keys() - models.keys()) == [], "these are gone"
    too_low = [
        (label, name)
        for label, model in sorted(models.items())
        for name in sorted(fields_of(model) & OF_A_MEMBER)
        if graded[label] < 4 and (label, name) not in NOT_OF_A_MEMBER
    ]
    assert too_low == []
