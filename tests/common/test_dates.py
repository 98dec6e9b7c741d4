"""Days and instants as the API writes them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.dates import begin_of, end_of, instant_text, parse_day, parse_instant

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        (date(2026, 3, 14), "2026-03-13T16:00:00", "2026-03-14T16:00:00"),
        (date.max, "9999-12-30T16:00:00", "9999-12-31T16:00:00"),
        (date.min, "0001-01-01T00:00:00", "0001-01-01T15:54:17"),
    ],
)
def test_a_day_of_china_has_two_ends_wherever_it_is_in_the_calendar(day: date, begins: str, ends: str) -> None:
    found = begin_of(day), end_of(day)

    assert found == tuple(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (begins, ends))


def test_a_day_is_written_in_iso_form() -> None:
    assert parse_day("2026-01-31") == date(2026, 1, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "20260131",
        "2026-1-31",
        "2026-W05-6",
        "26-01-31",
        "2026/01/31",
        "２０２６-01-31",
        "",
        "2026-01-31T00:00:00Z",
    ],
)
def test_no_other_way_of_writing_a_day_is_taken(text: str) -> None:
    with pytest.raises(ValueError):
        parse_day(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-27T23:00:05Z", "2026-05-27T23:00:05Z"),
        ("2026-05-28t07:00:05+08:00", "2026-05-27T23:00:05Z"),
        ("2026-05-27T23:00:05.5Z", "2026-05-27T23:00:05.500000Z"),
        ("2026-05-27T23:00:05.123456789Z", "2026-05-27T23:00:05.123456Z"),
    ],
)
def test_an_instant_is_read_in_utc(text: str, instant: str) -> None:
    assert instant_text(parse_instant(text)) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-27",
        "2026-05-27T23:00:05",
        "2026-05-27 23:00:05Z",
        "2026-05-27T24:30:00Z",
        "2026-05-27T24:00:00Z",  # that day's end, or the next one's beginning
        "2026-05-27T23:59:60Z",
        "2026-05-27T23:00:05+08:60",
        "2026-05-27T23:00:05+24:00",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "now",
    ],
)
def test_an_instant_without_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_instant(text)


@UNHURRIED
@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_written_is_read_back(moment: datetime) -> None:
    assert parse_instant(instant_text(moment)) == moment
