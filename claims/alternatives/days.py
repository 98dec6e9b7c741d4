"""Service dates worth trying: of the days on which the same is in force, the nearest."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from catalog.in_force import in_force
from claims.eligibility import Member, ProductVersion

MOST_DAYS: Final = 12


class Period(Protocol):
    """Something in force from a day to a day, both inclusive, None for without end."""

    @property
    def effective_from(self) -> date | None: ...
    @property
    def effective_to(self) -> date | None: ...


def other_days(
    day: date, member: Member, product_versions: Sequence[ProductVersion], periods: Iterable[Period], known_at: datetime
) -> list[date]:
    """Return days on which a product version is in force, one of each stretch with the same periods and the same policy but that of `day`; the
    nearest first."""
    waiting = {version.terms.waiting_days for version in product_versions}
    marks = sorted(_marks([*product_versions, *periods]) | _policy_marks(member, waiting))
    found = [first for first in marks if first > day]
    found += [following - timedelta(1) for following in marks[1:] if following <= day]
    found.sort(key=lambda other: abs((other - day).days))
    return [other for other in found if in_force(product_versions, other, known_at)]


def _marks(periods: Iterable[Period]) -> set[date]:
    """Return the days on which one of the periods begins, or is over."""
    found = set()
    for period in periods:
        if period.effective_from:
            found.add(period.effective_from)
        if period.effective_to and period.effective_to < date.max:
            found.add(period.effective_to + timedelta(1))
    return found


def _policy_marks(member: Member, waiting_days: Iterable[int]) -> set[date]:
    """Return the first days of the policy, of what follows it, and of what follows its waiting period."""
    start, end = member.policy_start, member.policy_end
    found = {end + timedelta(1)} if end and end < date.max else set()
    if start:
        found |= {start + timedelta(min(waiting, (date.max - start).days)) for waiting in {0, *waiting_days}}
    return found
