"""When an entry's agreement period 协议期 holds a day: from its first day to its last, both among them; without either it is open there."""

from datetime import date

from django.db.models import Q


def on_day(day: date) -> Q:
    """Return the condition that an entry's agreement period, where it has one, holds the day."""
    begun = Q(effective_from=None) | Q(effective_from__lte=day)
    return begun & (Q(effective_to=None) | Q(effective_to__gte=day))
