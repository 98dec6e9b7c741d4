"""What a session lacks before it is let in: a table of cases, and what holds for all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.persons.session_rules import Known, Rules, Step, next_step

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RULES = Rules(idle=15 * MINUTE, absolute=480 * MINUTE, password=90 * DAY, second_factor=True)
FRESH = Known(
    began_at=NOW - 5 * MINUTE,
    seen_at=NOW - MINUTE,
    ended_until=None,
    has_factor=True,
    is_verified=True,
    password_is_given=False,
    password_set_at=NOW - DAY,
)

CASES = [
    ({}, {}, Step.IN),
    ({"began_at": None}, {}, Step.ENDED),
    ({"began_at": NOW - 480 * MINUTE}, {}, Step.ENDED),
    ({"began_at": NOW - 479 * MINUTE}, {}, Step.IN),
    ({"ended_until": NOW - 6 * MINUTE}, {}, Step.IN),
    ({"ended_until": NOW - 5 * MINUTE}, {}, Step.ENDED),
    ({"seen_at": None}, {}, Step.IDLE),
    ({"seen_at": NOW - 15 * MINUTE}, {}, Step.IDLE),
    ({"seen_at": NOW - 14 * MINUTE}, {}, Step.IN),
    ({"is_verified": False}, {}, Step.CODE),
    ({"is_verified": False, "has_factor": False}, {}, Step.ENROL),
    # Whoever has a second factor is asked for it where nobody must have one, too.
    ({"is_verified": False}, {"second_factor": False}, Step.CODE),
    ({"is_verified": False, "has_factor": False}, {"second_factor": False}, Step.IN),
    ({"password_is_given": True}, {}, Step.PASSWORD),
    ({"password_is_given": True, "is_verified": False}, {}, Step.CODE),
    ({"password_set_at": NOW - 90 * DAY}, {}, Step.PASSWORD),
    ({"password_set_at": NOW - 89 * DAY}, {}, Step.IN),
]


@pytest.mark.parametrize(("known", "rules", "step"), CASES)
def test_what_comes_first(known: dict, rules: dict, step: Step) -> None:
    assert next_step(replace(FRESH, **known), replace(RULES, **rules), NOW) is step


instants = st.one_of(
    st.none(), st.datetimes(datetime(2025, 1, 1), datetime(2026, 3, 14, 12)).map(lambda d: d.replace(tzinfo=UTC))
)


@given(began=instants, seen=instants, ended=instants, has=st.booleans(), verified=st.booleans(), given_=st.booleans())
def test_nobody_is_in_without_the_second_factor_that_is_asked_for(began, seen, ended, has, verified, given_) -> None:
    known = Known(began, seen, ended, has, verified, given_, NOW - DAY)

    if next_step(known, RULES, NOW) is Step.IN:
        assert verified
        assert not given_
        assert began is not None and NOW - began < RULES.absolute
        assert seen is not None and NOW - seen < RULES.idle
