"""Which ratio 赔付比例 of a benefit a line takes: unsettled or not, pre-existing or not (eligibility 7, step 3)."""

from common.money import BasisPoints
from insurers.terms import Benefit


def ratio_of(benefit: Benefit, *, pre_existing: bool, settled: bool) -> BasisPoints:
    """Return the ratio of a line in ten-thousandths, bands aside."""
    if benefit.ratio_unsettled is not None and not settled:
        plain, special = benefit.ratio_unsettled, benefit.ratio_unsettled_pre_existing
    else:
        plain, special = benefit.ratio or BasisPoints(0), benefit.ratio_pre_existing
    return special if pre_existing and special is not None else plain
