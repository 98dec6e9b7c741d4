"""Filters that never ignore: an unknown parameter or a repeated one is a 400."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ErrorDetail, ValidationError

from common.api.params import with_plus
from common.api.problems import ApiProblem
from common.dates import begin_of, end_of, parse_day, parse_instant
from common.errors import FieldError

MAX_VALUE = 2000
PAGING = frozenset({"cursor", "page", "page_size"})


def refuse_unknown(parameters: Any, known: Iterable[str]) -> None:
    """Raise a 400 that names each query parameter that is not known, is given twice, is empty, or holds a NUL."""
    known = set(known)
    # What has numbered pages has them by cursor too (common.api.pagination).
    known |= {"cursor"} if {"page", "page_size"} <= known else set()
    errors = []
    for name, values in parameters.lists():
        if name not in known:
            listed = ", ".join(sorted(known))
            detail = _("Unknown parameter; known are: %(known)s.") % {"known": listed}
            if not known:
                detail = _("Unknown parameter; this address takes none.")
            errors.append(FieldError(f"/{name[:100]}", "unknown_parameter", detail))
        elif len(values) > 1:
            errors.append(FieldError(f"/{name}", "repeated_parameter", _("Give this parameter once.")))
        elif not values[0].strip() or (name == "ordering" and not all(values[0].split(","))):
            errors.append(FieldError(f"/{name}", "empty_parameter", _("Give it a value, or leave it out.")))
        elif "\x00" in values[0] or len(values[0]) > MAX_VALUE:
            errors.append(FieldError(f"/{name}", "bad_value", _("The value holds a NUL or is too long.")))
    if errors:
        raise ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), errors)


def refuse_repeated(parameters: Mapping[str, list[str]], *, but: str) -> None:
    """Raise a 400 for a parameter that is given twice, other than the one that may be."""
    for name, values in parameters.items():
        if name != but and len(values) > 1:
            detail = _("Give this parameter once.")
            raise ApiProblem(400, "invalid", detail, [FieldError(f"/{name[:100]}", "repeated_parameter", detail)])


class _YesNoField(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in {"true", "false"}:
            raise forms.ValidationError(_("Write true or false."), code="bad_yes_no")
        return bool(value == "true")


class YesNoFilter(django_filters.BooleanFilter):
    """`true` or `false`; django-filter's own ignores everything else in silence."""

    field_class = _YesNoField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra.pop("widget", None)


class _DayField(forms.Field):
    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return parse_day(value)
        except ValueError:
            raise forms.ValidationError(_("Write a day as 2026-03-14."), code="bad_date") from None


class DayFilter(django_filters.DateFilter):
    """A day as 2026-03-14, and no other way: 03/04/2026 is two days."""

    field_class = _DayField


class _MomentField(forms.Field):
    def to_python(self, value: Any) -> tuple[datetime, datetime | None] | None:
        """Return the instant and None, or the first instant of a day of ours and the first behind it."""
        if value in self.empty_values:
            return None
        try:
            if len(value) > len("2026-03-14"):
                return parse_instant(with_plus(value)), None
            return begin_of(parse_day(value)), end_of(parse_day(value))
        except ValueError:
            detail = _("Write a day as 2026-03-14, or an instant as 2026-03-14T08:00:00Z.")
            raise forms.ValidationError(detail, code="bad_date") from None


_MOMENT = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}


@extend_schema_field(_MOMENT)
class MomentFilter(django_filters.CharFilter):
    """An instant held against an instant or a whole day in China: on it, from it on (`gte`), or up to it and with it (`lte`)."""

    field_class = _MomentField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = {"gte": "from it on", "lte": "up to it and with it"}.get(self.lookup_expr, "on it")
        self.extra.setdefault("help_text", f"a day (of China) or an instant: {told}")

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        begins, ends = value
        after = {f"{self.field_name}__gte": begins} if self.lookup_expr in {"exact", "gte"} else {}
        until = {f"{self.field_name}__lt": ends} if ends else {f"{self.field_name}__lte": begins}
        return qs.filter(**after, **(until if self.lookup_expr in {"exact", "lte"} else {}))


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, but what it does not know is refused; a view may name more in `extra_parameters`."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        filterset_class = self.get_filterset_class(view, queryset)
        filters = set(filterset_class.base_filters) if filterset_class else set()
        names = filters | PAGING | set(getattr(view, "extra_parameters", ()))
        refuse_unknown(request.query_params, names)
        # A form for nothing would take as long as a page.
        if filters.isdisjoint(request.query_params):
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        if not filterset.is_valid():
            raise ValidationError(
                {name: [_told(one) for one in faults] for name, faults in filterset.errors.as_data().items()}
            )
        return filterset.qs


def _told(fault: forms.ValidationError) -> ErrorDetail:
    # django-filter's own fills every message once more: one that quotes a % of the caller's would break it.
    return ErrorDetail(fault.message % fault.params if fault.params else fault.message, code=fault.code)
