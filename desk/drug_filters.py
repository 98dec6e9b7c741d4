"""What the list of drugs is filtered by: marks, approvals and regulators, as the lists in force on a day say; a report's numbers lead here."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from catalog.marks_and_approvals import (
    APPROVAL,
    APPROVALS,
    MARK,
    REGULATOR,
    SAID,
    Asked,
    Said,
    asked_of,
    drugs_listed,
    drugs_said,
)
from catalog.models import Catalog, Drug
from catalog.vocabularies import REGULATORS, Vocabulary
from common.labels import choices
from desk.as_of import clocks_of


def asked_in(request: HttpRequest, catalog: str | None = None) -> Asked:
    """Return the lists, the day and the instant that an address names (`catalog`, but for one that is given; `date`, `known_at`)."""
    clocks = clocks_of(request)
    return asked_of(
        insurer_id=None,
        day=clocks.day,
        known_at=clocks.known_at,
        revision=clocks.revision if clocks.is_now else None,
        catalog=(request.GET.get("catalog", "") if catalog is None else catalog)[:64],
    )


def named(drugs: QuerySet[Drug], names: Iterable[str]) -> QuerySet[Drug]:
    """Keep the drugs with these base names, however many."""
    return drugs.filter(base_name__in=RawSQL("SELECT unnest(%s::text[])", [list(names)]))  # noqa: S611


class _SaidFilter(admin.SimpleListFilter):
    """A thing that is said of drugs, out of a vocabulary."""

    terms: Vocabulary
    kind: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return choices(self.terms.terms)  # type: ignore[return-value]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Drug]) -> QuerySet[Drug]:
        value = self.value()
        if value not in self.terms.codes:
            return queryset
        return named(queryset, drugs_said(asked_in(request), Said(self.kind, value)))


class MarkFilter(_SaidFilter):
    title, parameter_name, terms, kind = gettext_lazy("mark"), "mark", SAID, MARK


class ApprovalFilter(_SaidFilter):
    title, parameter_name, terms, kind = gettext_lazy("approval"), "approval", APPROVALS, APPROVAL


class RegulatorFilter(_SaidFilter):
    title, parameter_name, terms, kind = gettext_lazy("regulator"), "regulator", REGULATORS, REGULATOR


class CatalogFilter(admin.SimpleListFilter):
    """A list that names the drug on the day: those of the office to choose from, any by its code in the address."""

    title, parameter_name = gettext_lazy("list"), "catalog"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        offered = (
            Catalog.objects.filter(kind__in=["base", "commercial"])
            .select_related("owner")
            .order_by("kind", "code")[:30]
        )
        found = [(one.office_code, f"{one.office_code} {one.name}") for one in offered]
        asked = request.GET.get(self.parameter_name, "")
        return found if not asked or asked in dict(found) else [*found, (asked, asked)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Drug]) -> QuerySet[Drug]:
        # Its own value, not the address's: counts are asked for of one list after the other.
        value = self.value()
        return named(queryset, drugs_listed(asked_in(request, value))) if value else queryset


class _CarriedFilter(admin.SimpleListFilter):
    """A part of the address that the other filters read: shown once it is there, so that it can be taken off."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name, "")
        return [(asked, asked)] if asked else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Drug]) -> QuerySet[Drug]:
        return queryset


class DayFilter(_CarriedFilter):
    title, parameter_name = gettext_lazy("day"), "date"


class InstantFilter(_CarriedFilter):
    title, parameter_name = gettext_lazy("as known at"), "known_at"
