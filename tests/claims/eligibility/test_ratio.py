"""Which ratio of a benefit a line takes."""

import pytest

from claims.eligibility.ratio import ratio_of
from insurers.terms import Benefit, parse_terms
from tests.insurers.test_terms import EXAMPLE


@pytest.mark.parametrize(
    ("pre_existing", "settled", "ratio"),
    [(False, True, 7_000), (True, True, 5_000), (False, False, 2_000), (True, False, 1_000)],
)
def test_the_ratio_depends_on_pre_existing_and_settlement(pre_existing: bool, settled: bool, ratio: int) -> None:
    benefit = parse_terms(EXAMPLE).benefits[0]

    assert ratio_of(benefit, pre_existing=pre_existing, settled=settled) == ratio


def test_a_special_ratio_not_given_is_the_plain_one() -> None:
    plain = Benefit("b", "b", ratio=7_000)
    unsettled = Benefit("b", "b", ratio=7_000, ratio_pre_existing=0, ratio_unsettled=2_000)
    only_special = Benefit("b", "b", ratio=7_000, ratio_unsettled_pre_existing=100)

    assert ratio_of(plain, pre_existing=True, settled=False) == 7_000
    assert ratio_of(unsettled, pre_existing=True, settled=False) == 2_000
    assert ratio_of(only_special, pre_existing=True, settled=False) == 7_000
