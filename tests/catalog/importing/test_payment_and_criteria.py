"""What only a drug list writes in its cells."""

from decimal import Decimal

import pytest

from catalog.importing import payment_and_criteria
from tables.cells import Fault


def code_of(parse, written):
    with pytest.raises(Fault) as fault:
        parse(written)
    return fault.value.code


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5.70", Decimal("5.70")),
        ("*", "*"),
        ("＊", "*"),
        ("5.70元(10mg/片)", Decimal("5.70")),
        ("5.39元（75mg/片）", Decimal("5.39")),
        ("381.00元(84mg/粒(按C23H36N2O4计))", Decimal("381.00")),
        ("5.70 元（10mg/片）", Decimal("5.70")),
        ("4.15元(甲40mg和乙\n1680mg/袋)", Decimal("4.15")),
        ("13.60元(1ml/支)；\n66.82元(5ml/支)", "13.60元(1ml/支)；\n66.82元(5ml/支)"),
        ("13.60元(1ml/支)\n66.82元(5ml/支)", "13.60元(1ml/支)\n66.82元(5ml/支)"),
        ("5.70元(10mg/片)；9.69元(20mg/片)", "5.70元(10mg/片)；9.69元(20mg/片)"),
        (
            "23.98元(粉体室:1.0g；液体室:100ml/袋);30.27元(粉体室:2.0g；液体室:100ml/袋)",
            "23.98元(粉体室:1.0g；液体室:100ml/袋);30.27元(粉体室:2.0g；液体室:100ml/袋)",
        ),
    ],
)
def test_a_payment_standard_may_be_written_as_the_national_list_does(written, value):
    assert payment_and_criteria.payment_standard(written).value == value


@pytest.mark.parametrize(
    "written",
    [
        "**",
        "5.70元",
        "5.70元(10mg",
        "5.70元(10mg)片",
        "x元(10mg/片)",
        "5.70元(1mg)，9.69元(2mg)",
        "1.23456元(1mg)",
        "5.70元(10mg/片)；；9.69元(20mg/片)",
        "(10mg/片)",
    ],
)
def test_other_ways_of_writing_a_payment_standard_are_refused(written):
    assert code_of(payment_and_criteria.payment_standard, written) == "BAD_NUMBER"


def test_criteria_are_codes_with_words():
    assert payment_and_criteria.criteria("EGFR_MUT=EGFR突变；LINE_1＝一线 ; RR").value == (
        "EGFR_MUT=EGFR突变",
        "LINE_1=一线",
        "RR",
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("egfr=突变", "BAD_CODE"),
        ("突变", "BAD_CODE"),
        ("1A=x", "BAD_CODE"),
        ("A" * 65 + "=x", "TOO_LONG"),
        ("A-B=x", "BAD_CODE"),
    ],
)
def test_criteria_need_upper_snake_case(written, code):
    assert code_of(payment_and_criteria.criteria, written) == code
