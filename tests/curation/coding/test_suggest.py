"""What a text may mean in columns: official wording in a table, spans that ground, and whatever anybody writes."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import reference
from catalog.vocabularies import CODED_COLUMNS
from curation.coding.known import Coded, Codings
from curation.coding.reading import Reading
from curation.coding.suggest import by_rules, suggest
from curation.coding.suggestion import Suggestion, Why
from curation.coding.vocabulary import criteria_in_use, diseases, vocabulary

CASES = Path(__file__).resolve().parents[2] / "cases" / "coding_texts.txt"
WORDS = vocabulary(
    criteria_in_use(f"{row['codes'].split('|')[0]}={row['text']}" for row in reference.rows_of("criteria_words"))
)
NOTHING = Codings(())


def table() -> list[list[str]]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split(" |")] for line in lines if line and not line.startswith("#")]


def values(found: list[Suggestion]) -> dict[str, set[object]]:
    by_column: dict[str, set[object]] = defaultdict(set)
    for one in found:
        by_column[one.column].add(one.value)
    return by_column


def three_characters(codes: set[object]) -> set[str]:
    whole: set[str] = set()
    for code in map(str, codes):
        first, _, last = code.partition("-")
        letter = first[0]
        whole |= {f"{letter}{n:02}" for n in range(int(first[1:3]), int(last[1:3]) + 1)} if last else {first[:3]}
    return whole


@pytest.mark.parametrize("case", table(), ids=lambda case: case[0])
def test_official_wording_means_what_a_curator_would_code(case: list[str]) -> None:
    text, icd10, sex, ages, where, level, criteria = case
    found = values(by_rules(text, WORDS))
    least, _, most = ages.partition("-")
    assert three_characters(found["icd10"]) == set(filter(None, icd10.split(";")))
    assert found["sex"] == {sex} - {""}
    assert (found["age_min"], found["age_max"]) == ({int(least)} if least else set(), {int(most)} if most else set())
    assert found["settings"] == set(where.split(";")) - {""}
    assert found["min_institution_level"] == ({int(level)} if level else set())
    assert set(criteria.split(";")) - {""} <= {str(one).partition("=")[0] for one in found["criteria"]}


@pytest.mark.parametrize("text", [row[0] for row in table()][::4])
def test_typography_changes_no_meaning(text: str) -> None:
    typed = text.translate(str.maketrans("（），；：0123456789", "(),;:０１２３４５６７８９")).replace("级", "级 ")
    assert values(by_rules(typed, WORDS)) == values(by_rules(text, WORDS))


def test_a_span_is_in_the_text_as_it_was_given_not_as_it_was_read() -> None:
    text = "  限 Ⅱ 型糖尿病，１２ 周岁（含）以上 "
    found = {one.column: one for one in by_rules(text, WORDS)}
    assert found["age_min"].value == 12
    assert found["age_min"].text == text[slice(*found["age_min"].span)] == "１２ 周岁（含）以上"
    assert found["icd10"].text == "Ⅱ 型糖尿病"


def test_a_text_that_was_decided_means_the_same_again_whatever_its_typography() -> None:
    decided = Coded("限二级及以上医院，肺癌", {"icd10": ("C34.1",), "min_institution_level": (2,)}, decided=True)
    found = suggest("限二级及以上医院, 肺癌。", WORDS, Codings([decided]))
    assert [(one.column, one.value, one.text, one.why) for one in found] == [
        ("icd10", "C34.1", "限二级及以上医院, 肺癌。", Why.DECIDED),
        ("min_institution_level", 2, "二级及以上医院", Why.DECIDED),
    ]


def test_what_a_person_decided_last_counts_before_what_lists_have() -> None:
    codings = Codings(
        [
            Coded("肺癌", {"icd10": ("C34",)}, "甲"),
            Coded("肺癌", {"icd10": ("C33",)}, decided=True),
            Coded("肺癌", {"icd10": ("C34.9",)}, decided=True),
        ]
    )
    assert values(suggest("肺癌", WORDS, codings)) == {"icd10": {"C34.9"}}


def test_a_drug_left_out_lends_nothing() -> None:
    codings = Codings([Coded("某种说不清的病", {"icd10": ("C34",)}, "甲"), Coded("别的", {"icd10": ("E11",)}, "乙")])
    assert values(suggest("某种说不清的病", WORDS, codings)) == {"icd10": {"C34"}}
    assert suggest("某种说不清的病", WORDS, codings, without="甲") == []


def test_the_nearest_text_lends_its_disease_but_never_an_age_or_a_drug_to_go_with() -> None:
    near = Coded(
        "内分泌后进展的晚期，加氟维司群",
        {
            "icd10": ("C50",),
            "age_min": (18,),
            "criteria": ("ADV_OR_META=局部晚期或转移性", "COMBO_FULVESTRANT=联合氟维司群"),
        },
        "甲",
    )
    found = suggest("内分泌后进展的晚期，加依西美坦", WORDS, Codings([near]))
    lent = [one for one in found if one.why == Why.LIKE]
    assert {(one.column, one.value) for one in lent} >= {("icd10", "C50")}
    assert not {one.value for one in lent} & {18, "COMBO_FULVESTRANT=联合氟维司群"}
    assert all(one.like == near.text and one.text in near.text for one in lent)


def test_a_criterion_in_use_comes_before_a_new_one() -> None:
    text = "限EGFR基因敏感突变的患者"
    for code in ("EGFR_SENSITIVE", "EGFR_MUT"):
        (found,) = by_rules(text, vocabulary({code: "有突变"}))
        assert (found.value, found.why) == (f"{code}=有突变", Why.CRITERION)
    (new,) = by_rules("限FGFR2融合阳性的患者", vocabulary({}))
    assert (new.value, new.why) == ("FGFR2_FUSION=FGFR2融合", Why.NEW_CRITERION)


pieces = st.sampled_from(
    [row[0] for row in table()]
    + ["岁", "及以上", "三级", "非", "除", "外", "不包括", "儿童", "（", "）", "\n1.", "；2.", "C34", "Ａ１"]
)
texts = st.one_of(st.text(max_size=60), st.lists(st.one_of(pieces, st.text(max_size=4)), max_size=6).map("".join))
KNOWN = Codings(Coded(row[0], {"icd10": ("C34",), "age_min": (18,)}, row[0]) for row in table()[::3])


@settings(max_examples=150, deadline=None)
@given(texts)
def test_any_text_gets_suggestions_that_stand_in_it_and_in_the_vocabulary(text: str) -> None:
    found = suggest(text, WORDS, KNOWN)
    assert found == suggest(text, WORDS, KNOWN)
    for one in found:
        assert text[one.span.start : one.span.end] == one.text != ""
        assert one.column in CODED_COLUMNS
        assert 0 < one.confidence <= 1
        match one.column, one.value:
            case "icd10", str(code):
                assert code in diseases().codes or one.why in (Why.LIKE, Why.CODED)
            case "sex", value:
                assert value in ("F", "M")
            case "settings", value:
                assert value in ("inpatient", "outpatient", "designated_pharmacy", "retail_pharmacy")
            case "min_institution_level", value:
                assert value in (1, 2, 3)
            case (("age_min" | "age_max"), value):
                assert isinstance(value, int) and 0 <= value <= 150
            case "criteria", str(value):
                assert re.fullmatch(r"[A-Z][A-Z0-9_]{0,63}=.+", value)
    by_column = values(found)
    for column in ("sex", "age_min", "age_max", "min_institution_level"):
        assert len(by_column[column]) <= 1
    if by_column["age_min"] and by_column["age_max"]:
        assert min(by_column["age_min"]) <= min(by_column["age_max"])  # type: ignore[type-var]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_every_part_of_a_plain_text_is_at_a_place_of_the_text(text: str) -> None:
    reading = Reading(text)
    for place in range(len(reading.plain)):
        span = reading.span(place, place + 1)
        assert reading.plain[place] in Reading(text[span.start : span.end]).plain
