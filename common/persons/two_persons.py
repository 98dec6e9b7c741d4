"""Who counts as one person where something takes two: whoever let somebody in could have gone in themself (spec curation.md 7)."""

from itertools import chain

from django.db.models import Q

from common.persons.models import Standing


def one_with(person: str) -> frozenset[str]:
    """Return the user names that count as one person with this one: its own, who opened its account, whose accounts it opened; one statement."""
    opened = Standing.objects.filter(Q(user__username=person) | Q(opened_by=person)).exclude(opened_by="")
    return frozenset({person, *chain.from_iterable(opened.values_list("user__username", "opened_by"))})
