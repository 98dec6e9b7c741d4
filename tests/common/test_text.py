"""Drug texts made comparable (eligibility 3.1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.text import approval_key, is_whole_code, norm

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)

# What lists and systems really write: Chinese, Latin in both widths, marks, middle dots, zero-width and white space.
FIELD_TEXT = st.text(
    alphabet="奥希替尼片剂注射用盐酸ＡＢａｂAb12１２（）()-.:：/®™•・·･\u200b\u200d\ufeff\u180e \t\u3000\u00a0α Ⅱ㎎",
    max_size=20,
)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("泰瑞沙®", "泰瑞沙"),
        ("Tagrisso™", "tagrisso"),
        ("ＡＢＣ　１２", "abc12"),
        ("诺华•中国", "诺华中国"),
        ("诺华・中国", "诺华中国"),
        ("诺华\u00b7中国", "诺华中国"),
        ("诺华\uff65中国", "诺华中国"),
        ("诺华\u0387中国", "诺华中国"),
        ("\u200b奥\u200d希\ufeff替\u2060尼\u180e", "奥希替尼"),
        (" 80 mg\t", "80mg"),
        ("\u2003\u3000\u00a0", ""),
        ("®", ""),
        ("5ml：2.5g", "5ml:2.5g"),
        # U+001C splits words in Python but is no white space in Unicode.
        ("a\x1cb", "a\x1cb"),
    ],
)
def test_marks_spaces_width_and_case_do_not_count(written: str, compared: str) -> None:
    assert norm(written) == compared


@UNHURRIED
@given(FIELD_TEXT)
def test_making_comparable_twice_changes_nothing(text: str) -> None:
    assert norm(norm(text)) == norm(text)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("国药准字H20030010", "h20030010"),
        ("H20030010", "h20030010"),
        (" 国药准字 Ｈ20030010", "h20030010"),
        ("国药准字", ""),
        ("进口药品注册证号H20130001", "进口药品注册证号h20130001"),
    ],
)
def test_an_approval_number_is_compared_without_its_lead(written: str, compared: str) -> None:
    assert approval_key(written) == compared


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("xl01exa003b001010200304", True),
        ("xl01exa003b00101020030", False),  # 22 characters
        ("za12baa0001010102001", True),
        ("xa12baa0001010102001", False),  # 20, but not of a Chinese patent medicine
        ("", False),
    ],
)
def test_a_whole_code_has_its_full_length(code: str, whole: bool) -> None:
    assert is_whole_code(code) is whole
