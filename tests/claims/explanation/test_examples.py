"""docs/explanations.md says how every reason and note is told; it is made here, and held against what is told today."""

import os
from pathlib import Path

import pytest

from claims.eligibility import REASONS
from tests.claims.explanation.examples import EXAMPLES, page, recorded, told_of
from tests.claims.explanation.test_explanation import check_grounds, every_way

PAGE = Path(__file__).parents[3] / "docs" / "explanations.md"


def test_the_page_is_what_is_told() -> None:
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_reason_and_note_has_an_example() -> None:
    assert list(EXAMPLES) == list(REASONS)


@pytest.mark.parametrize("code", EXAMPLES)
def test_every_example_is_told_to_both_in_both_languages(code: str) -> None:
    decision = recorded(*EXAMPLES[code])

    for audience, language, blocks in every_way(decision):
        assert told_of(code, audience, language)
        for block in blocks:
            check_grounds(decision, block)
        in_codes = [block for block in blocks if code in block.text]
        assert bool(in_codes) == (audience == "adjudicator")
