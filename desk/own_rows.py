"""Rows that are an insurer's: its users see their own and nobody else's, also where the database were asked as somebody else."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from insurers.models import Insurer, InsurerUser
from insurers.persons import insurer_of


class OfInsurer:
    """Pages of rows with an `insurer`. The database keeps insurers apart too (common.tenancy); this is the first wall."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        own = insurer_of(request.user)
        return rows if own is None else rows.filter(insurer=own)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = list(super().get_list_filter(request))  # type: ignore[misc]
        return filters if insurer_of(request.user) is None else [one for one in filters if "insurer" not in str(one)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))  # type: ignore[misc]
        if insurer_of(request.user) is None:
            return columns
        kept = [one for one in columns if "insurer" not in str(one)]
        return [self._person_column(request, one) if str(one).endswith("_by") else one for one in kept]

    def _person_column(self, request: HttpRequest, name: str) -> Any:
        """Return a column of persons as this person may read their names."""

        def told(row: Any) -> str:
            return told_person(request, getattr(row, name)) or "—"

        told.__name__ = name
        label = self.model._meta.get_field(name).verbose_name  # type: ignore[attr-defined]
        return admin.display(description=label, ordering=name)(told)


def own_insurer(request: HttpRequest, permission: str) -> Insurer:
    """Return the person's insurer, for what insurers do themselves; refuses (403) the office and who lacks the permission."""
    insurer = insurer_of(request.user)
    if insurer is None or not request.user.has_perm(permission):
        raise PermissionDenied
    return insurer


def may_own(request: HttpRequest, permission: str) -> bool:
    """Tell whether the person does this for their insurer."""
    return insurer_of(request.user) is not None and bool(request.user.has_perm(permission))


def may_compare(request: HttpRequest) -> bool:
    """Tell whether a person may look across lists: who reads those of the office, and an insurer's users over the lists that they may see."""
    return bool(request.user.has_perm("catalog.view_drug")) or may_own(request, "insurers.view_product")


def told_person(request: HttpRequest, name: str) -> str:
    """Return a person's name as this person may read it: insurers read those of their own people and keys, and no name of the office's."""
    own = insurer_of(request.user)
    # No account has a name with a colon: these are keys and the calendar.
    if own is None or not name or ":" in name:
        return name
    names: frozenset[str] | None = getattr(request, "own_people", None)
    if names is None:
        names = frozenset(InsurerUser.objects.filter(insurer=own).values_list("user__username", flat=True))
        request.own_people = names  # type: ignore[attr-defined]
    return name if name in names else _("Catalog office")


def told_facts(request: HttpRequest, facts: Any) -> Any:
    """Return what a deed's record keeps of a row, every person in it as this person may read the name."""
    if insurer_of(request.user) is None or not isinstance(facts, dict):
        return facts
    told = dict(facts)
    for key, value in facts.items():
        if key.endswith("_by") and isinstance(value, str):
            told[key] = told_person(request, value)
        elif key == "editors" and isinstance(value, list):
            told[key] = [told_person(request, one) for one in value]
    return told
