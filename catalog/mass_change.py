"""A mass change 大幅变动: so much of the edition followed goes or covers less that a publication of it is confirmed expressly (csv.md). Pure."""

from decimal import Decimal
from typing import Final

# Of the entries of the edition followed.
SHARE: Final = Decimal("0.10")


def is_mass_change(lost: int, before: int) -> bool:
    """Tell whether so many that go or cover less, of so many before, are more than the share."""
    return lost > before * SHARE
