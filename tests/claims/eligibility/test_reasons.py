"""Reasons in short, as they are said of many lines."""

import pytest

from claims.eligibility.reasons import REASONS


@pytest.mark.parametrize(
    "code, zh, en",
    [
        ("NOT_IN_CATALOG", "药品不在保障责任 … 的目录内", "The drug is in none of the catalogs of the benefit …"),
        ("EVIDENCE_MISSING", "缺少审核要点的依据", "Criteria without an answer"),
        ("BASE_STATUS_UNDETERMINED", "资料不足，无法判断医保是否支付", "Too little is given to tell whether 医保 pays"),
    ],
)
def test_a_reason_of_many_lines_is_told_without_what_one_of_them_names(code: str, zh: str, en: str) -> None:
    assert (REASONS[code].in_short("zh"), REASONS[code].in_short("en")) == (zh, en)
