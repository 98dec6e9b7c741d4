"""A questionnaire asks what its entry asks, no more, and in the words of the list."""

from typing import Any

import pytest

from catalog.questionnaire import questionnaire, questions_of

NOTHING: dict[str, Any] = {
    "icd10": [], "age_min": None, "age_max": None, "sex": "", "settings": [], "min_institution_level": None, "criteria": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "asked"),
    [
        ({}, []),
        ({"icd10": ["C34", "C00-C97"]}, [("diagnosis", "text", "diagnoses", {"any_of": ["C34", "C00-C97"]})]),
        ({"age_min": 12}, [("age", "integer", "member.age", {"min": 12})]),
        ({"age_min": 0, "age_max": 17}, [("age", "integer", "member.age", {"min": 0, "max": 17})]),
        ({"sex": "F"}, [("sex", "choice", "member.sex", {"any_of": ["F"]})]),
        ({"settings": ["inpatient"]}, [("setting", "choice", "setting", {"any_of": ["inpatient"]})]),
        (
            {"min_institution_level": 2},
            [("institution_level", "choice", "institution_level", {"any_of": ["2", "3"]})],
        ),
        (
            {"criteria": ["HER2=HER2阳性", "LINE_2"]},
            [("criterion", "boolean", "evidence.HER2", {"any_of": [True]}), ("criterion", "boolean", "evidence.LINE_2", {"any_of": [True]})],
        ),
    ],
)  # fmt: skip
def test_an_entry_asks_what_its_columns_ask(columns: dict[str, Any], asked: list[Any]) -> None:
    found = questions_of(NOTHING | columns)
    assert [(one.asks, one.kind, one.field, dict(one.satisfied_by)) for one in found] == asked


def test_a_criterion_is_asked_in_the_words_of_the_list_and_the_rest_in_the_readers() -> None:
    entry = NOTHING | {"criteria": ["HER2=HER2阳性", "LINE_2"], "sex": "F"}
    zh, en = questionnaire(entry, "zh"), questionnaire(entry, "en")
    assert [one["text"] for one in zh] == ["性别", "HER2阳性", "LINE_2"]
    assert [one["text"] for one in en] == ["Sex", "HER2阳性", "LINE_2"]
    assert [(one["criterion"], one["required"]) for one in zh] == [(None, True), ("HER2", True), ("LINE_2", True)]
    assert en[0]["options"] == [{"code": "F", "name": "female"}, {"code": "M", "name": "male"}]
