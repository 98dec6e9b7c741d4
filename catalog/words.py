"""Entries in words for people: column names, values as a reader writes them (lists, yes and no, codes of the vocabularies), where data come from."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalog import reference
from catalog.diseases import rare_diseases
from catalog.entries import COLUMNS, shown_number, shown_quantity
from catalog.models import CatalogEntry
from catalog.vocabularies import LEVELS, MARKS, REIMBURSEMENT_CLASSES, SETTINGS, SEXES
from common.labels import reader_language

NOT_GIVEN = "—"


def period_words(first: date, last: date | None) -> str:
    """Return inclusive days in words: from the first to the last, or from the first on."""
    if last is None:
        return _("from %(first)s") % {"first": first.isoformat()}
    return f"{first.isoformat()} – {last.isoformat()}"


def field_label(name: str) -> str:
    """Return an entry column's name for people."""
    return str(CatalogEntry._meta.get_field(name).verbose_name) if name in COLUMNS else name


def provenance_words() -> dict[str, str]:
    """Return the short words of each provenance; the long ones are the choice's own."""
    return {
        "official": _("Official"),
        "hand_coded": _("Coded by hand"),
        "demonstration": _("Demonstration"),
        "": _("Provenance not stated"),
    }


class Words:
    """Values of entries in the reader's language; made once a page."""

    def __init__(self) -> None:
        language = reader_language()
        self._lists = {"settings": SETTINGS.names(language), "marks": MARKS.names(language)}
        self._single = {
            "sex": SEXES.names(language),
            "reimbursement_class": REIMBURSEMENT_CLASSES.names(language),
            "min_institution_level": LEVELS.names(language),
        }

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

    def told(self, name: str, value: Any) -> str:
        """Return a column's value as the API shows it (criteria as code and text, numbers as text), for people."""
        if name == "criteria" and isinstance(value, list):
            return _("; ").join("=".join(filter(None, (one["code"], one.get("text")))) for one in value)
        if name == "payment_standard" and isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            return value
        return self.of(name, value)

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
        """Return a change's columns as (name, old, new), in the order of the columns."""
        names = [name for name in COLUMNS if name in fields]
        return [(field_label(name), self.of(name, fields[name][0]), self.of(name, fields[name][1])) for name in names]
