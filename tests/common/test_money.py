"""Money, ratios and the one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.money import NotANumber, fen, half_up, plain, ratio_text, scaled, share_of, yuan

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("4977.00", 497_700),
        ("0.01", 1),
        ("0", 0),
        ("-0.00", 0),
        ("12", 1_200),
        ("12.5", 1_250),
        (12, 1_200),
        (Decimal("12.50"), 1_250),
        (Decimal("1E+3"), 100_000),
        ("-3.00", -300),
    ],
)
def test_yuan_are_read_into_fen(written: object, amount: int) -> None:
    assert fen(written) == amount


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.000", "TOO_MANY_DECIMALS"),  # zeros count: more than two decimals are written
        (Decimal("1.000"), "TOO_MANY_DECIMALS"),
        ("NaN", "BAD_NUMBER"),
        (Decimal("NaN"), "BAD_NUMBER"),
        (Decimal("Infinity"), "BAD_NUMBER"),
        ("1e3", "BAD_NUMBER"),
        ("1e400", "BAD_NUMBER"),
        (Decimal("1e400"), "OUT_OF_RANGE"),
        (Decimal("1e-400"), "TOO_MANY_DECIMALS"),
        (10**20, "OUT_OF_RANGE"),
        ("100000000000000000", "OUT_OF_RANGE"),
        ("", "BAD_NUMBER"),
        (".50", "BAD_NUMBER"),
        ("5.", "BAD_NUMBER"),
        ("+5", "BAD_NUMBER"),
        ("1,000.00", "BAD_NUMBER"),
        ("１２.００", "BAD_NUMBER"),
        ("٣.00", "BAD_NUMBER"),
        (" 5.00", "BAD_NUMBER"),
        (True, "BAD_NUMBER"),
        (12.5, "BAD_NUMBER"),  # a binary float is no longer what was written
        (None, "BAD_NUMBER"),
    ],
)
def test_what_is_no_plain_amount_is_refused(written: object, code: str) -> None:
    with pytest.raises(NotANumber) as refused:
        fen(written)

    assert refused.value.code == code


@UNHURRIED
@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_fen_written_as_yuan_are_read_back(amount: int) -> None:
    assert fen(yuan(amount)) == amount


@UNHURRIED
@given(st.integers(min_value=0, max_value=10**18), st.integers(min_value=1, max_value=10**12))
def test_rounding_is_half_up(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)

    rounded = half_up(numerator, denominator)

    assert rounded - Fraction(1, 2) <= exact < rounded + Fraction(1, 2)


def test_half_a_fen_is_rounded_up() -> None:
    assert half_up(5, 10) == 1
    assert share_of(1, 5_000) == 1
    assert share_of(1, 4_999) == 0


@pytest.mark.parametrize(("number", "places", "least", "text"), [
    (30_000, 3, 0, "30"),
    (333, 3, 0, "0.333"),
    (57_000, 4, 2, "5.70"),
    (880_050, 4, 2, "88.005"),
    (50_000, 4, 2, "5.00"),
])  # fmt: skip
def test_decimals_are_written_without_needless_zeros(number: int, places: int, least: int, text: str) -> None:
    assert plain(number, places, least=least) == text


def test_ratios_have_four_decimals() -> None:
    assert [ratio_text(ratio) for ratio in (0, 1, 7_000, 10_000)] == ["0.0000", "0.0001", "0.7000", "1.0000"]
    assert scaled("0.7", 4) == 7_000
