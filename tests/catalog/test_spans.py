"""Which version is in force on which days: the spans say for every day what asking for that day says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.in_force import in_force, spans

KNOWN = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 2, 1)


@dataclass(frozen=True)
class Edition:
    label: str
    effective_from: date
    effective_to: date | None
    published_at: datetime | None = KNOWN
    withdrawn_at: datetime | None = None


days = st.dates(FIRST - timedelta(days=5), LAST + timedelta(days=5))
editions = st.lists(st.tuples(days, st.one_of(st.none(), st.integers(0, 20)), st.booleans()), max_size=6).map(
    lambda rows: [
        Edition(
            f"v{number}",
            first,
            None if length is None else first + timedelta(days=length),
            withdrawn_at=KNOWN if withdrawn else None,
        )
        for number, (first, length, withdrawn) in enumerate(rows)
    ]
)


@given(editions)
def test_every_day_is_in_one_span_and_tells_what_is_in_force_then(there: list[Edition]) -> None:
    found = spans(there, KNOWN, FIRST, LAST)

    assert (found[0].first, found[-1].last) == (FIRST, LAST)
    for before, after in zip(found, found[1:], strict=False):
        assert before.last is not None and after.first == before.last + timedelta(days=1)
        assert before.version is not after.version
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        (span,) = [one for one in found if one.first <= day and (one.last is None or one.last >= day)]
        assert span.version is in_force(there, day, KNOWN)


def test_without_a_last_day_the_last_span_is_open() -> None:
    found = spans([Edition("v1", FIRST, LAST)], KNOWN, FIRST, None)

    assert [(one.first, one.last, one.version and one.version.label) for one in found] == [
        (FIRST, LAST, "v1"),
        (LAST + timedelta(days=1), None, None),
    ]
