"""Rows that are an insurer's: its users see their own and nobody else's, also where the database were asked as somebody else."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from insurers.models import Insurer
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
        return columns if insurer_of(request.user) is None else [one for one in columns if "insurer" not in str(one)]


def own_insurer(request: HttpRequest, permission: str) -> Insurer:
    """Return the person's insurer, for what insurers do themselves; refuses (403) the office and who lacks the permission."""
    insurer = insurer_of(request.user)
    if insurer is None or not request.user.has_perm(permission):
        raise PermissionDenied
    return insurer


def may_own(request: HttpRequest, permission: str) -> bool:
    """Tell whether the person does this for their insurer."""
    return insurer_of(request.user) is not None and bool(request.user.has_perm(permission))
