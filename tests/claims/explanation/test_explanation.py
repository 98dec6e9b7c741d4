"""Explanations: nothing without a ground, every figure the decision's, and for the member no code and nobody addressed."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.eligibility import REASONS
from claims.explanation import AUDIENCES, Block, explain, html, plain
from claims.explanation.reason_words import PLAINLY
from common.languages import Language
from tests.claims.eligibility import random_worlds
from tests.claims.explanation.told import at, make_claim, make_world, recorded

LANGUAGES: tuple[Language, ...] = ("zh", "en")
AMOUNT = re.compile(r"\d+\.\d+")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
ADDRESSED = re.compile(r"[你您]|\byour?s?\b", re.I)
MONTHS = "January February March April May June July August September October November December".split()

Json = dict[str, Any]
# A world has several lines, each told six ways.
FEWER = settings(max_examples=40)


def figures(value: Any) -> set[Decimal]:
    """Every number that a ground holds or writes, a ratio as its percentage too, a month by its name."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, dict):
        return {number for each in (*value, *value.values()) for number in figures(each)}
    if isinstance(value, list):
        return {number for each in value for number in figures(each)}
    found = {Decimal(number) for number in NUMBER.findall(str(value))}
    return found | {number * 100 for number in found if number <= 1}


def check_grounds(decision: Json, block: Block) -> None:
    assert block.grounds, block
    grounds = [at(decision, pointer) for pointer in block.grounds]
    # A name that leads to a ground may hold a figure too: an accumulator's.
    known = set().union(*map(figures, grounds), *(figures(pointer.rpartition("/")[2]) for pointer in block.grounds))
    said = re.sub(
        r"(?:Gate|关口) \d+|\b\d (?=scope|setting|catalog|restrictions|prior_auth|pre_existing)", "", block.text
    )
    assert {Decimal(number) for number in NUMBER.findall(said)} <= known, block


def every_way(decision: Json) -> list[tuple[str, Language, list[Block]]]:
    return [
        (audience, language, explain(decision, audience=audience, language=language))  # type: ignore[arg-type]
        for audience in AUDIENCES
        for language in LANGUAGES
    ]


@FEWER
@given(seed=st.integers(0, 100_000))
def test_every_figure_stands_in_a_ground_of_its_sentence(seed: int) -> None:
    decision = recorded(*random_worlds.make(seed), product="P")

    for _audience, _language, blocks in every_way(decision):
        for block in blocks:
            check_grounds(decision, block)


@FEWER
@given(seed=st.integers(0, 100_000))
def test_the_steps_of_the_money_add_up_to_what_is_paid(seed: int) -> None:
    decision = recorded(*random_worlds.make(seed), product="P")

    for line, basis in zip(decision["lines"], decision["basis"]["lines"], strict=True):
        told = {name: Decimal(figure) for name, figure in line["money"].items()}
        assert told["claimable"] == told["amount"] - told["base_paid"] - told["other_paid"]
        assert told["member_pays"] == told["claimable"] - told["payable"]
        counted = basis["counted"]
        assert (counted is not None) == (line["outcome"] == "eligible")
        if not counted:
            continue
        caps = [told["claimable"]] + [
            Decimal(counted[name]) for name in ("within_quantity", "price_cap") if counted[name]
        ]
        assert told["allowed"] == min(caps)
        left = Decimal(counted["deductible"]["left_before"]) if counted["deductible"] else Decimal(0)
        assert told["deductible_applied"] == min(told["allowed"], left)
        base = Decimal(counted["base"])
        assert base == told["allowed"] - told["deductible_applied"]
        parts = [(Decimal(band["part"]), Decimal(band["ratio"])) for band in counted["bands"]]
        if parts:
            assert sum(part for part, _ratio in parts) == base
        exact = sum(part * ratio for part, ratio in parts or [(base, told["ratio"])])
        assert abs(told["share"] - exact) <= Decimal("0.005")
        limits = [Decimal(limit["left_before"]) for limit in counted["limits"]]
        assert told["payable"] == min([told["share"], *limits])


@FEWER
@given(seed=st.integers(0, 100_000))
def test_every_line_is_told_and_what_it_pays(seed: int) -> None:
    decision = recorded(*random_worlds.make(seed), product="P")

    for _audience, _language, blocks in every_way(decision):
        for line in decision["lines"]:
            of_line = [block for block in blocks if block.line_no == line["line_no"]]
            assert [block.kind for block in of_line].count("outcome") == 1
            if line["outcome"] == "eligible":
                last = [block for block in of_line if block.kind == "money"][-1]
                assert AMOUNT.findall(last.text) == [line["money"]["payable"], line["money"]["member_pays"]]


@FEWER
@given(seed=st.integers(0, 100_000))
def test_the_member_reads_no_code_and_is_not_addressed(seed: int) -> None:
    decision = recorded(*random_worlds.make(seed), product="P")
    # Drugs are told as they were claimed, codes of the world's own benefits have no names.
    codes = {*REASONS, "NRDL", "EXCL", "NEG", "COM2", "EGFR", "LINE_2", "C34", "I10", "b0", "b1", "b2", "outpatient_"}

    for language in LANGUAGES:
        blocks = explain(decision, audience="member", language=language)
        for block in blocks:
            said = re.sub(r"《.*?》|“.*?”", "", block.text)
            assert not [code for code in codes if re.search(rf"(?<![A-Za-z0-9_]){code}(?![A-Za-z0-9_])", said)], block
            assert "_" not in said and not ADDRESSED.search(said) and "[" not in said, block


def test_an_explanation_has_every_word_of_its_blocks_in_plain_and_html() -> None:
    decision = recorded(make_world(), make_claim([{"generic_name": "<b>奥希替尼</b>&"}, {}]))

    blocks = explain(decision, audience="member", language="zh")
    text, page = plain(blocks, "zh"), html(blocks, "zh", stylesheet="/static/x.css")

    assert all(block.text in text for block in blocks)
    assert page.startswith("<!DOCTYPE html>") and '<html lang="zh-Hans">' in page and page.rstrip().endswith("</html>")
    assert "&lt;b&gt;奥希替尼&lt;/b&gt;&amp;" in page and "<b>" not in page
    assert "<style" not in page and "<script" not in page and "style=" not in page
    assert page.count("<h1>") == 1 and page.count("<h2>") == 2


def test_what_was_taken_back_whole_is_told_as_such() -> None:
    claim = make_claim(
        [
            {"line_no": 1, "reference": "a"},
            {"line_no": 2, "refund_of": "a", "quantity": "-30", "amount": "-1000.00"},
            {"line_no": 3, "reference": "b"},
            {"line_no": 4, "refund_of": "b", "quantity": "-10", "amount": "-400.00"},
        ]
    )
    decision = recorded(make_world(), claim)

    blocks = explain(decision, audience="member", language="zh")

    whole = [block.text for block in blocks if block.line_no == 1]
    assert whole[-1] == "结论：这一项已经全部退费，没有需要赔付的金额。"
    part = [block.text for block in blocks if block.line_no == 3]
    assert part[1] == "申报内容：2026 年 3 月 14 日用药，扣除退费后数量 20，金额 600.00 元。"
    for _audience, _language, told in every_way(decision):
        for block in told:
            check_grounds(decision, block)


def test_an_early_record_says_what_it_does_not_hold() -> None:
    decision = recorded(make_world(), make_claim())
    for name in ("basis", "is_demonstration"):
        del decision[name]
    for cited in decision["catalogs"]:
        del cited["provenance"]

    for _audience, _language, blocks in every_way(decision):
        assert [block.kind for block in blocks if block.kind == "missing"] == ["missing"]
        for block in blocks:
            check_grounds(decision, block)


@FEWER
@given(seed=st.integers(0, 100_000))
def test_an_early_record_of_any_world_is_told(seed: int) -> None:
    decision = recorded(*random_worlds.make(seed), product="P")
    del decision["basis"]

    for _audience, _language, blocks in every_way(decision):
        for block in blocks:
            check_grounds(decision, block)


def test_a_code_of_later_rules_is_told_by_its_message() -> None:
    decision = recorded(make_world(), make_claim({"generic_name": "没有的药"}))
    decision["lines"][0]["reasons"][0]["code"] = "OF_LATER_RULES"

    blocks = explain(decision, audience="member", language="en")

    assert decision["lines"][0]["reasons"][0]["message"]["en"] in [block.text for block in blocks]


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_has_plain_words(code: str) -> None:
    plainly = PLAINLY[code]

    if REASONS[code].effect == "R" and code != "INDICATION_UNCODED":
        assert plainly.send
    for sentence in (plainly.said, plainly.send, plainly.named):
        for text in sentence or ():
            assert not ADDRESSED.search(text) and "_" not in re.sub(r"\{\w+\}", "", text)
