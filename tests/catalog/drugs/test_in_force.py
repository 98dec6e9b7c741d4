"""Which version applies on a day, by what was known at an instant (eligibility 2)."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.in_force import in_force, pinned
from common.dates import parse_day, parse_instant

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)


@dataclass(frozen=True)
class Version:
    label: str
    effective_from: date
    effective_to: date | None
    published_at: datetime | None
    withdrawn_at: datetime | None = None


def version(label: str, starts: str, ends: str | None, published: str | None, withdrawn: str | None = None) -> Version:
    return Version(
        label,
        parse_day(starts),
        parse_day(ends) if ends else None,
        parse_instant(published) if published else None,
        parse_instant(withdrawn) if withdrawn else None,
    )


OLD = version("2025", "2025-01-01", None, "2024-12-01T00:00:00Z")
NEW = version("2026", "2026-01-01", "2026-12-31", "2025-12-07T00:00:00Z")
CORRECTED = version("2026-b", "2026-01-01", "2026-12-31", "2026-02-01T00:00:00Z", withdrawn="2026-03-01T00:00:00Z")
DRAFT = version("2027", "2026-01-01", None, None)
ALL = [DRAFT, NEW, OLD, CORRECTED]


@pytest.mark.parametrize(
    ("day", "known_at", "label"),
    [
        ("2024-12-31", "2026-01-15T00:00:00Z", None),  # before the first
        ("2025-01-01", "2026-01-15T00:00:00Z", "2025"),  # its first day
        ("2025-12-31", "2026-01-15T00:00:00Z", "2025"),
        ("2026-01-01", "2026-01-15T00:00:00Z", "2026"),  # the greatest first day
        ("2026-12-31", "2026-01-15T00:00:00Z", "2026"),  # its last day, inclusive
        ("2027-01-01", "2026-01-15T00:00:00Z", "2025"),
        ("2026-05-01", "2025-12-06T23:59:59Z", "2025"),  # the new one was not published yet
        ("2026-05-01", "2025-12-07T00:00:00Z", "2026"),  # the instant of publication
        ("2026-05-01", "2026-02-15T00:00:00Z", "2026-b"),  # the later published of the same day
        ("2026-05-01", "2026-02-28T23:59:59Z", "2026-b"),
        ("2026-05-01", "2026-03-01T00:00:00Z", "2026"),  # the instant of withdrawal
    ],
)
def test_the_day_says_which_list_applied_and_known_at_what_was_known(
    day: str, known_at: str, label: str | None
) -> None:
    found = in_force(ALL, parse_day(day), parse_instant(known_at))

    assert (found.label if found else None) == label


def test_labels_decide_between_versions_published_together() -> None:
    twins = [version(label, "2026-01-01", None, "2025-12-07T00:00:00Z") for label in ("A", "b", "B")]

    found = in_force(twins, date(2026, 5, 1), parse_instant("2026-01-01T00:00:00Z"))

    assert found is not None
    assert found.label == "b"  # by code point, not by alphabet


def test_a_pinned_version_applies_whatever_its_dates_while_it_is_known() -> None:
    assert pinned(ALL, "2025", parse_instant("2030-01-01T00:00:00Z")) is OLD
    assert pinned(ALL, "2026-b", parse_instant("2026-02-15T00:00:00Z")) is CORRECTED
    assert pinned(ALL, "2026-b", parse_instant("2026-04-01T00:00:00Z")) is None
    assert pinned(ALL, "2027", parse_instant("2030-01-01T00:00:00Z")) is None
    assert pinned(ALL, "2019", parse_instant("2030-01-01T00:00:00Z")) is None


DAYS = st.dates(date(2025, 12, 1), date(2026, 2, 1))
INSTANTS = st.datetimes(datetime(2025, 12, 1), datetime(2026, 2, 1)).map(
    lambda moment: parse_instant(moment.replace(microsecond=0).isoformat() + "Z")
)
VERSIONS = st.builds(Version, st.sampled_from("abc"), DAYS, st.none() | DAYS, INSTANTS, st.none() | INSTANTS)


@UNHURRIED
@given(st.lists(VERSIONS, max_size=5), DAYS, INSTANTS, VERSIONS)
def test_what_is_published_or_withdrawn_later_changes_nothing(
    versions: list[Version], day: date, known_at: datetime, later: Version
) -> None:
    then = [item for item in versions if item.published_at and item.published_at <= known_at]
    not_yet_withdrawn = [
        Version(item.label, item.effective_from, item.effective_to, item.published_at)
        if item.withdrawn_at and item.withdrawn_at > known_at
        else item
        for item in then
    ]

    found = in_force(versions, day, known_at)
    without_what_came_later = in_force(not_yet_withdrawn, day, known_at)

    assert (found is None) == (without_what_came_later is None)
    if found and without_what_came_later:
        assert (found.label, found.effective_from) == (
            without_what_came_later.label,
            without_what_came_later.effective_from,
        )
