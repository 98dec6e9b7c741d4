"""Cells of closed vocabularies: words in both languages, levels, regulators with a day."""

import pytest

from catalog import vocabularies
from catalog.importing import levels_and_regulators
from tables import cells


def code_of(parse, written):
    with pytest.raises(cells.Fault) as refused:
        parse(written)
    return refused.value.code


def test_regulators_of_the_master_may_carry_a_day():
    assert levels_and_regulators.dated_regulators("NMPA:2021-06-22;FDA").value == ("NMPA:2021-06-22", "FDA")
    assert code_of(levels_and_regulators.dated_regulators, "NMPA:22/06/2021") == "BAD_DATE"
    assert code_of(levels_and_regulators.dated_regulators, "XYZ") == "BAD_CHOICE"


@pytest.mark.parametrize(("written", "value"), [("女", "F"), ("m", "M"), ("Ｆ", "F")])
def test_sex(written, value):
    assert cells.choice(vocabularies.SEXES.words)(written).value == value


@pytest.mark.parametrize(
    ("written", "code"), [("0", "OUT_OF_RANGE"), ("4", "OUT_OF_RANGE"), ("四级", "BAD_CHOICE"), ("三甲", "BAD_CHOICE")]
)
def test_levels_are_one_to_three(written, code):
    assert code_of(levels_and_regulators.institution_level, written) == code
    assert [levels_and_regulators.institution_level(level).value for level in ("一级", "2", "３")] == [1, 2, 3]


@pytest.mark.parametrize(
    "vocabulary",
    [
        getattr(vocabularies, name)
        for name in dir(vocabularies)
        if isinstance(getattr(vocabularies, name), vocabularies.Vocabulary)
    ],
    ids=lambda vocabulary: vocabulary.codes[0],
)
def test_every_word_of_a_vocabulary_means_one_thing(vocabulary):
    said = [word for term in vocabulary.terms for word in {term.code, term.zh, *term.aliases}]

    assert len(said) == len(set(said))
    assert set(vocabulary.words.values()) == set(vocabulary.codes)
