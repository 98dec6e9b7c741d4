"""Days and hours of prior authorisations."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.authorisations import rules

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_one_hundred_and_eighty_days_count_the_first() -> None:
    assert rules.last_day(date(2026, 1, 1), 180) == date(2026, 6, 29)
    assert rules.last_day(date(2026, 1, 1), 1) == date(2026, 1, 1)


def test_a_person_has_seven_days_or_where_it_is_urgent_seventy_two_hours() -> None:
    waits = {"decision_days": 7, "urgent_hours": 72}
    assert rules.due_at(NOW, urgent=False, **waits) == NOW + timedelta(days=7)
    assert rules.due_at(NOW, urgent=True, **waits) == NOW + timedelta(hours=72)


@given(st.timedeltas(timedelta(0), timedelta(days=60)), st.timedeltas(timedelta(0), timedelta(days=60)))
def test_what_is_left_of_the_time_when_the_clock_stops_is_left_when_it_goes_on(
    before: timedelta, pause: timedelta
) -> None:
    due = NOW + timedelta(days=7)
    stopped = NOW + before
    goes_on = stopped + pause
    assert rules.due_after_pause(due, stopped, goes_on) - goes_on == due - stopped


@pytest.mark.parametrize(
    ("state", "today", "shown"),
    [
        ("approved", date(2026, 6, 29), "approved"),
        ("approved", date(2026, 6, 30), "expired"),
        ("declined", date(2027, 1, 1), "declined"),
        ("in_review", date(2027, 1, 1), "in_review"),
    ],
)
def test_what_was_approved_expires_after_its_last_day(state: str, today: date, shown: str) -> None:
    last = date(2026, 6, 29) if state == "approved" else None
    assert rules.state_on(state, last, today) == shown


def test_nobody_is_late_while_papers_are_awaited() -> None:
    late = NOW - timedelta(seconds=1)
    assert rules.is_overdue(late, None, NOW)
    assert not rules.is_overdue(late, NOW - timedelta(days=1), NOW)
    assert not rules.is_overdue(None, None, NOW)
