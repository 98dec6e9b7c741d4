"""Filters of the catalog endpoints (django-filter; anything else in the query is refused)."""

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.entry_filter import of_class, under_diagnosis, usable_at
from catalog.importing.diseases import diagnoses
from catalog.marks_and_approvals import APPROVAL, APPROVALS, MARK, REGULATOR, SAID, Said
from catalog.models import Catalog, CatalogEntry, Drug
from catalog.vocabularies import KINDS, LEVELS, MARKS, REGULATORS, REIMBURSEMENT_CLASSES
from common.api.filtering import YesNoFilter
from common.labels import choices, reader_language
from tables.cells import Fault

SEARCHED = "a part of a name, brand or maker, of pinyin or initials, or the start of a code; best first"
LONGEST_SEARCH = 100
# Never-null columns only, so that a cursor can stand on each.
ORDERINGS = ["entry_code", "generic_name", "class_code", "manufacturer", "reimbursement_class"]


def one_diagnosis(value: str) -> str:
    """Return what is wrong with anything but one ICD-10 code (a list or a range would find nothing, and say nothing); '' for one."""
    try:
        codes = diagnoses(value).value
    except Fault as fault:
        return str(fault.details[f"why_{reader_language()}"])
    return "" if len(codes) == 1 else _("Give one diagnosis.")


def _one_diagnosis(value: str) -> None:
    if told := one_diagnosis(value):
        raise ValidationError(told, code="bad_code")


class _ChoiceInCapitals(django_filters.fields.ChoiceField):
    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class ChoiceInCapitals(django_filters.ChoiceFilter):
    """A choice that may be written in small letters too."""

    field_class = _ChoiceInCapitals


class CatalogFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=choices(KINDS.terms))
    series = django_filters.CharFilter(field_name="series_id")

    class Meta:
        model = Catalog
        fields = ["kind", "series"]


class EntryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="filter_q",
        max_length=LONGEST_SEARCH,
        help_text=SEARCHED,
    )
    icd10 = django_filters.CharFilter(
        method="filter_icd10",
        max_length=20,
        validators=[_one_diagnosis],
        help_text="a diagnosis, as C34.1: entries it falls under",
    )
    class_code = django_filters.CharFilter(method="filter_class_code", max_length=10)
    reimbursement_class = django_filters.ChoiceFilter(choices=choices(REIMBURSEMENT_CLASSES.terms))
    manufacturer = django_filters.CharFilter(lookup_expr="contains", max_length=200)
    regulator = ChoiceInCapitals(
        choices=choices(REGULATORS.terms), method="filter_regulator", help_text="drugs that this regulator has approved"
    )
    mark = django_filters.ChoiceFilter(choices=choices(MARKS.terms), method="filter_mark")
    institution_level = django_filters.ChoiceFilter(
        choices=choices(LEVELS.terms),
        method="filter_institution_level",
        help_text="1 to 3: entries that may be used in an institution of this level: they ask for none, for this one or a lower one",
    )
    min_institution_level = django_filters.ChoiceFilter(
        choices=choices(LEVELS.terms), help_text="1 to 3: entries that ask for at least just this level"
    )
    rare_disease = YesNoFilter()
    prior_auth = YesNoFilter()
    ordering = django_filters.OrderingFilter(fields=ORDERINGS)

    class Meta:
        model = CatalogEntry
        fields: list[str] = []

    def filter_q(self, queryset: QuerySet[CatalogEntry], name: str, value: str) -> QuerySet[CatalogEntry]:
        # The view searches and ranks (catalog.search): no filter can put the best first.
        return queryset

    def filter_class_code(self, queryset: QuerySet[CatalogEntry], name: str, value: str) -> QuerySet[CatalogEntry]:
        return of_class(queryset, value)

    def filter_icd10(self, queryset: QuerySet[CatalogEntry], name: str, value: str) -> QuerySet[CatalogEntry]:
        return under_diagnosis(queryset, value)

    def filter_regulator(self, queryset: QuerySet[CatalogEntry], name: str, value: str) -> QuerySet[CatalogEntry]:
        return queryset.filter(regulators__contains=[value])

    def filter_institution_level(
        self, queryset: QuerySet[CatalogEntry], name: str, value: str
    ) -> QuerySet[CatalogEntry]:
        return usable_at(queryset, int(value))

    def filter_mark(self, queryset: QuerySet[CatalogEntry], name: str, value: str) -> QuerySet[CatalogEntry]:
        return queryset.filter(marks__contains=[value])


class DrugFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="filter_q",
        max_length=LONGEST_SEARCH,
        help_text="a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code",
    )
    mark = django_filters.ChoiceFilter(
        choices=choices(SAID.terms), method="filter_said", help_text="drugs that a list in force on `date` marks so"
    )
    regulator = django_filters.ChoiceFilter(
        choices=choices(REGULATORS.terms), method="filter_said", help_text="drugs that this regulator has approved"
    )
    approval = django_filters.ChoiceFilter(
        choices=choices(APPROVALS.terms),
        method="filter_said",
        help_text="where they are approved, as a list in force on `date` or the drug master says",
    )
    catalog = django_filters.CharFilter(
        method="filter_said", max_length=64, help_text="drugs that the version of this list in force on `date` names"
    )

    class Meta:
        model = Drug
        fields: list[str] = []

    def filter_q(self, queryset: QuerySet[Drug], name: str, value: str) -> QuerySet[Drug]:
        # The view searches and ranks (catalog.search).
        return queryset

    def filter_said(self, queryset: QuerySet[Drug], name: str, value: str) -> QuerySet[Drug]:
        # Asked of the lists of a day, all of these at once, by the view (catalog.marks_and_approvals).
        return queryset


def said_in(values: dict[str, str]) -> list[Said]:
    """Return what is to be said of a drug by the values of a DrugFilter."""
    kinds = {"mark": MARK, "regulator": REGULATOR, "approval": APPROVAL}
    return [Said(kind, values[name]) for name, kind in kinds.items() if values.get(name)]
