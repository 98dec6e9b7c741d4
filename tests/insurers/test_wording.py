"""Terms in sentences: every term is told, in both languages; pure."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.vocabularies import SCOPES, SETTINGS, STATUTORY_CIRCUMSTANCES
from common.languages import Language
from insurers.terms import PRIOR_AUTHS, Band, Benefit, CatalogReference, ProductTerms, parse_terms, terms_document
from insurers.wording import benefit_sentence, money, percent, terms_sentences
from tests.insurers.test_terms import EXAMPLE, LEAST

WORDS = st.text("abcXYZ019", min_size=1, max_size=6)
FEN = st.integers(0, 10**12)
RATIO = st.integers(0, 10_000)
REFERENCES = st.lists(st.builds(CatalogReference, WORDS, st.none() | WORDS), max_size=3, unique=True).map(tuple)
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@st.composite
def bands(draw: Any) -> tuple[Band, ...]:
    ends = sorted(draw(st.sets(st.integers(1, 10**9), max_size=3)))
    return tuple(Band(end, draw(RATIO)) for end in [*ends, None]) if draw(st.booleans()) else ()


@st.composite
def benefits(draw: Any, groups: list[str], code: str) -> Benefit:
    cut = draw(bands())
    optional = st.none() | RATIO
    return Benefit(
        code=code,
        name=draw(WORDS),
        scope=draw(st.sampled_from(SCOPES.codes)),
        settings=tuple(draw(st.lists(st.sampled_from(SETTINGS.codes), unique=True))),
        catalogs=draw(REFERENCES),
        deductible_group=draw(st.none() | st.sampled_from(groups)),
        ratio=draw(optional if cut else RATIO),
        ratio_pre_existing=draw(optional),
        ratio_unsettled=draw(optional),
        ratio_unsettled_pre_existing=draw(optional),
        bands=cut,
        annual_limit=draw(st.none() | FEN),
    )


@st.composite
def product_terms(draw: Any, least: int = 0) -> ProductTerms:
    """Terms with so many benefits at the least."""
    groups = draw(st.dictionaries(WORDS, FEN, min_size=1, max_size=3))
    codes = draw(st.lists(WORDS, min_size=least, max_size=3, unique=True))
    first = draw(st.dates(date(2000, 1, 1), date(2050, 1, 1)))
    return ProductTerms(
        label=draw(WORDS),
        effective_from=first,
        effective_to=draw(st.none() | st.dates(first, date(2060, 1, 1))),
        base=draw(st.none() | st.builds(CatalogReference, WORDS, st.none() | WORDS)),
        base_exclusions=draw(REFERENCES),
        negative_lists=draw(REFERENCES),
        honours_base_exclusions=draw(st.booleans()),
        requires_base_settlement=draw(st.booleans()),
        waiting_days=draw(st.integers(0, 3650)),
        covered_circumstances=tuple(draw(st.lists(st.sampled_from(STATUTORY_CIRCUMSTANCES.codes), unique=True))),
        annual_limit=draw(st.none() | FEN),
        deductibles=groups,
        deductibles_pre_existing=draw(st.dictionaries(st.sampled_from(sorted(groups)), FEN, max_size=2)),
        benefits=tuple(draw(benefits(sorted(groups), code)) for code in codes),
        prior_auth=draw(st.sampled_from(PRIOR_AUTHS)),
        prior_auth_valid_days=draw(st.integers(1, 3650)),
        prior_auth_decision_days=draw(st.integers(1, 365)),
        prior_auth_urgent_hours=draw(st.integers(1, 8760)),
    )


def told(terms: ProductTerms, language: Language) -> list[str]:
    return [*terms_sentences(terms, language), *(benefit_sentence(one, terms, language) for one in terms.benefits)]


@settings(max_examples=60)
@given(data=st.data())
def test_terms_that_differ_in_one_place_read_differently(data: Any) -> None:
    terms, other = data.draw(product_terms()), data.draw(product_terms())
    for name in ("label", "effective_from", "effective_to", "base", "base_exclusions", "negative_lists"):
        _differs(terms, {name: getattr(other, name)})
    for name in ("honours_base_exclusions", "requires_base_settlement", "waiting_days", "covered_circumstances"):
        _differs(terms, {name: getattr(other, name)})
    for name in ("prior_auth", "prior_auth_valid_days", "prior_auth_decision_days", "prior_auth_urgent_hours"):
        _differs(terms, {name: getattr(other, name)})
    _differs(terms, {"annual_limit": other.annual_limit})
    for group in terms.deductibles:
        amount = data.draw(FEN)
        _differs(terms, {"deductibles": {**terms.deductibles, group: amount}})
        _differs(terms, {"deductibles_pre_existing": {**terms.deductibles_pre_existing, group: amount}})


def _differs(terms: ProductTerms, change: dict[str, Any]) -> None:
    changed = replace(terms, **change)
    for language in LANGUAGES:
        assert (changed == terms) == (told(changed, language) == told(terms, language)), (change, language)


@settings(max_examples=60)
@given(data=st.data())
def test_a_benefit_changed_in_one_place_reads_differently(data: Any) -> None:
    terms = data.draw(product_terms(least=1))
    benefit, other = terms.benefits[0], data.draw(benefits(sorted(terms.deductibles), data.draw(WORDS)))
    for name in Benefit.__slots__:
        changed = replace(benefit, **{name: getattr(other, name)})
        for language in LANGUAGES:
            same = benefit_sentence(changed, terms, language) == benefit_sentence(benefit, terms, language)
            assert (changed == benefit) == same, (name, language)


@settings(max_examples=50)
@given(terms=product_terms())
def test_terms_of_the_strategy_are_terms(terms: ProductTerms) -> None:
    assert parse_terms(terms_document(terms)) == terms


def test_a_benefit_in_chinese() -> None:
    terms = parse_terms(EXAMPLE)

    assert [benefit_sentence(one, terms, "zh") for one in terms.benefits] == [
        "「医保目录内自付」（in_catalog）：对在住院发生的医保目录内药品，扣除「hospital」年度免赔额 12,000.00 元后，"
        "按 70% 赔付，既往症按 50%，未经医保结算按 20%，未经医保结算的既往症按 10%，本责任年度限额 1,000,000.00 元。",
        "「特定高额药品」（special_drug）：对医保目录外药品，凡列于 CIDL（固定 2025 版）、A（随生效版本），不设免赔额，"
        "按 70% 赔付，既往症按 30%，本责任年度限额 1,000,000.00 元。",
    ]


def test_bands_in_chinese_and_english() -> None:
    cut = [{"up_to": "1000.00", "ratio": "0.5"}, {"up_to": None, "ratio": "0.825"}]
    terms = parse_terms({**LEAST, "benefits": [{"code": "b", "bands": cut}]})

    assert benefit_sentence(terms.benefits[0], terms, "zh") == (
        "「b」（b）：对医保目录内外药品，不设免赔额，按本责任当年累计分段赔付：至 1,000.00 元 的部分 50%、超过 1,000.00 元 的部分 82.5%，"
        "本责任不设年度限额。"
    ).replace(" 元 的", " 元的")
    assert "50% up to CNY 1,000.00, 82.5% above CNY 1,000.00" in benefit_sentence(terms.benefits[0], terms, "en")


def test_numbers_are_shown_as_people_write_them() -> None:
    assert [percent(ratio) for ratio in (0, 1, 50, 7_000, 10_000)] == ["0%", "0.01%", "0.5%", "70%", "100%"]
    assert (money(123_456_789, "zh"), money(5, "en")) == ("1,234,567.89 元", "CNY 0.05")
