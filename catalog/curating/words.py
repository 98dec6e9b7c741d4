"""Entries in words for people: column names, and values as a reader writes them (lists, yes and no, codes of the vocabularies)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from catalog import reference
from catalog.diseases import rare_diseases
from catalog.entries import COLUMNS, shown_number, shown_quantity
from catalog.models import CatalogEntry, Mark
from common.admin import reader_language

NOT_GIVEN = "—"


def field_label(name: str) -> str:
    """Return an entry column's name for people."""
    return str(CatalogEntry._meta.get_field(name).verbose_name) if name in COLUMNS else name


def _settings() -> dict[str, str]:
    return {
        "inpatient": _("inpatient"),
        "outpatient": _("outpatient"),
        "designated_pharmacy": _("designated pharmacy"),
        "retail_pharmacy": _("retail pharmacy"),
    }


def _single() -> dict[str, dict[str, str]]:
    return {
        "sex": {"F": _("female"), "M": _("male")},
        "reimbursement_class": {
            "A": pgettext("reimbursement class", "A"),
            "B": pgettext("reimbursement class", "B"),
            "C": pgettext("reimbursement class", "C"),
            "negotiated": _("negotiated"),
            "bid": _("bid"),
        },
        "min_institution_level": {"1": _("level 1"), "2": _("level 2"), "3": _("level 3")},
    }


def _marks() -> dict[str, str]:
    name = "name_en" if reader_language() == "en" else "name_zh"
    return {mark.code: getattr(mark, name) or mark.name_zh for mark in Mark.objects.all()}


class Words:
    """Values of entries in the reader's language; reads the vocabulary of marks once."""

    def __init__(self) -> None:
        self._lists = {"settings": _settings(), "marks": _marks()}
        self._single = _single()

    def of(self, name: str, value: Any) -> str:
        """Return one column's value for people; what is not given is a dash."""
        if value is None or value == "" or value == []:
            return NOT_GIVEN
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if name == "icd10" and isinstance(value, list):
            return reference.disease_names().list_shown(value)
        if isinstance(value, list):
            words = self._lists.get(name, {})
            return _("; ").join(words.get(one, one) for one in value)
        if isinstance(value, date):
            return value.isoformat()
        if name in {"payment_standard", "max_quantity"}:
            number = Decimal(str(value))
            return (shown_number if name == "payment_standard" else shown_quantity)(number) or NOT_GIVEN
        return self._single.get(name, {}).get(str(value), str(value))

    def facts(self, entry: CatalogEntry, names: Iterable[str] = COLUMNS) -> list[tuple[str, str]]:
        """Return the columns an entry gives, as (name, value)."""
        told = ((name, self.of(name, getattr(entry, name))) for name in names)
        return [(field_label(name), value) for name, value in told if value != NOT_GIVEN]

    def rare_diseases(self, *, icd10: list[str], criteria: list[str], text: str) -> str:
        """Return the listed rare diseases an entry is surely for, each with its list and number; nothing where there is none."""
        found = rare_diseases(reference.rare_disease_rules(), codes=icd10, criteria=criteria, text=text)
        lists = {1: _("first national list"), 2: _("second national list")}
        english = reader_language() == "en"
        return _("; ").join(
            f"{one.name_en if english else one.name_zh} ({lists[one.list_no]}, {one.number})" for one in found
        )

    def changes(self, fields: dict[str, list[Any]]) -> list[tuple[str, str, str]]:
        """Return a change's columns as (name, old, new)."""
        return [(field_label(name), self.of(name, old), self.of(name, new)) for name, (old, new) in fields.items()]
