"""A list's time on both clocks: the segments say for every day and instant what asking for both says."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.in_force import in_force
from curation.comparing.timeline import instants, segments
from tests.catalog.test_spans import Edition

FIRST, BEGIN = date(2026, 1, 1), datetime(2025, 12, 1, tzinfo=UTC)
editions = st.lists(
    st.tuples(
        st.integers(0, 20), st.none() | st.integers(0, 9), st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)
    ),
    max_size=5,
).map(
    lambda rows: [
        Edition(
            f"v{number}",
            FIRST + timedelta(days=first),
            None if length is None else FIRST + timedelta(days=first + length),
            None if at is None else BEGIN + timedelta(hours=at),
            None if at is None or gone is None else BEGIN + timedelta(hours=at + gone),
        )
        for number, (first, length, at, gone) in enumerate(rows)
    ]
)


@settings(max_examples=100)
@given(editions, st.integers(0, 20))
def test_every_day_and_instant_lies_in_the_one_segment_that_tells_what_is_in_force(
    there: list[Edition], hours: int
) -> None:
    until = BEGIN + timedelta(hours=hours)
    found = segments(there, until)
    known = [one for one in there if one.published_at and one.published_at <= until]
    assert bool(found) == bool(known)
    if not known:
        return
    begins = min(one.effective_from for one in known)
    for at in instants(known, until):
        for number in range(35):
            day = begins + timedelta(days=number)
            (segment,) = [
                one
                for one in found
                if one.first <= day
                and (one.last is None or day <= one.last)
                and one.known_from <= at
                and (one.known_to is None or at < one.known_to)
            ]
            assert segment.version is in_force(known, day, at)


def test_a_withdrawal_closes_what_was_known_and_leaves_the_other_days_as_they_were() -> None:
    first = Edition("2025", FIRST, FIRST + timedelta(days=9), BEGIN)
    second = Edition("2026", FIRST + timedelta(days=10), None, BEGIN + timedelta(hours=1), BEGIN + timedelta(hours=2))

    found = [
        (one.version and one.version.label, one.first.day, (one.known_from - BEGIN).seconds // 3600, one.known_to)
        for one in segments([first, second], BEGIN + timedelta(days=1))
    ]

    hour = timedelta(hours=1)
    assert found == [
        ("2025", 1, 0, None),
        (None, 11, 0, BEGIN + hour),
        ("2026", 11, 1, BEGIN + 2 * hour),
        (None, 11, 2, None),
    ]
