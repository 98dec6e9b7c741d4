"""Codes in words: names of categories and ranges, and which listed rare disease an entry is surely for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import reference
from catalog.diseases import DiseaseNames, RareDisease, RareRule, rare_diseases

NAMES = DiseaseNames(
    {"C18": "结肠恶性肿瘤", "C20": "直肠恶性肿瘤", "U07.1": "新型冠状病毒感染", "T95": "烧伤、腐蚀伤和冻伤后遗症"}
)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("C18", "C18 结肠恶性肿瘤"),
        ("C18.7", "C18.7 结肠恶性肿瘤"),
        ("c18.700x001", "c18.700x001 结肠恶性肿瘤"),
        ("U07.1", "U07.1 新型冠状病毒感染"),
        ("U07.9", "U07.9"),
        ("C18-C20", "C18-C20 结肠恶性肿瘤至直肠恶性肿瘤"),
        ("C18.0-C18.9", "C18.0-C18.9 结肠恶性肿瘤"),
        ("C18-C19", "C18-C19 结肠恶性肿瘤至C19"),
        ("Y00-Y09", "Y00-Y09"),
        ("B99", "B99"),
        ("", ""),
    ],
)
def test_a_code_is_shown_with_its_name(code: str, shown: str) -> None:
    assert NAMES.shown(code) == shown


def test_names_are_apart_by_what_no_name_holds() -> None:
    assert NAMES.list_shown(["T95", "C20"]) == "T95 烧伤、腐蚀伤和冻伤后遗症；C20 直肠恶性肿瘤"


@given(st.text(max_size=12))
def test_any_text_is_shown_and_begins_with_itself(text: str) -> None:
    assert reference.disease_names().shown(text).startswith(text)


GAUCHER, MS = RareDisease(1, 31, "戈谢病", "Gaucher"), RareDisease(1, 76, "多发性硬化", "Multiple Sclerosis")
NET = RareDisease(2, 31, "胃肠胰神经内分泌肿瘤", "GEP-NEN")
RULES = (
    RareRule(GAUCHER, ("E75.2",), "GD_TYPE1"),
    RareRule(GAUCHER, ("E75.2",), "戈谢"),
    RareRule(MS, ("G35",)),
    RareRule(NET, ("C15-C26", "D13.7"), "NET"),
)


@pytest.mark.parametrize(
    ("codes", "criteria", "text", "found"),
    [
        (["G35"], [], "", (MS,)),
        (["G35.9"], [], "", (MS,)),
        (["G35", "G36.0"], [], "", ()),  # also for another disease
        ([], [], "多发性硬化", ()),  # not coded
        (["G3"], [], "", ()),  # wider than the disease
        (["E75.2"], [], "", ()),  # Fabry, Niemann-Pick and others have this code too
        (["E75.2"], ["GD_TYPE1=确诊I型"], "", (GAUCHER,)),
        (["E75.2"], ["GD_TYPE1"], "戈谢病", (GAUCHER,)),
        (["E75.2"], ["GD_TYPE10"], "", ()),
        (["C25", "C16-C18"], ["NET"], "", (NET,)),
        (["C16-C30"], ["NET"], "", ()),
        (["C16-C18"], [], "", ()),
    ],
)
def test_a_rare_disease_is_named_where_codes_and_words_make_it_sure(
    codes: list[str], criteria: list[str], text: str, found: tuple[RareDisease, ...]
) -> None:
    assert rare_diseases(RULES, codes=codes, criteria=criteria, text=text) == found


def test_every_rule_names_a_disease_of_the_two_lists() -> None:
    rules = reference.rare_disease_rules()
    rows = reference.rows_of("rare_diseases")

    assert len(rows) == 207 == len({(row["list"], row["no"]) for row in rows})
    assert len({rule.disease for rule in rules}) > 40
    assert all(rule.codes and all(rule.codes) for rule in rules)
