"""Which edition a draft follows: what it is compared with, on every page and in every answer (csv.md, "What differs between two versions")."""

from collections.abc import Iterable
from datetime import date, datetime

from catalog.in_force import Version, in_force, is_known


def edition_followed(versions: Iterable[Version], first_day: date, known_at: datetime) -> Version | None:
    """Return the edition that a draft with this first day follows, by what is known at an instant; None: it is the first.

    The version in force on that day; none in force then, the last of those that were in force before it: the greatest `effective_from`, then
    as `in_force` decides. So an edition that has ended is still followed, a withdrawn one and one that begins later are not.
    """
    known = [version for version in versions if is_known(version, known_at) and version.effective_from <= first_day]
    return in_force(known, first_day, known_at) or max(
        known, key=lambda version: (version.effective_from, version.published_at, version.label), default=None
    )
