"""What is wrong with a field of the look-up page, in the words of the page: its label, what was written, what may be. Pure."""

from django.utils.translation import gettext as _

from catalog.vocabularies import LEVELS, SETTINGS, SEXES
from claims.eligibility.fields import MAX_AGE
from common.labels import reader_language

_CHOICES = {"setting": SETTINGS, "level": LEVELS, "sex": SEXES}


def labels() -> dict[str, str]:
    """Return what each field is called."""
    return {
        "drug": _("Drug"),
        "product": _("Insurance product"),
        "disease": _("Disease"),
        "date": _("Day of use"),
        "setting": _("Place of care"),
        "level": _("Level of the institution"),
        "sex": _("Sex"),
        "age": _("Age in years"),
    }


def fault_words(field: str, written: str, detail: str) -> str:
    """Return what is wrong with what stands in a field; `detail` is how the API says it, for what this page has no words of its own for."""
    values = {"field": labels().get(field, field), "text": written}
    if field == "date":
        return _("%(field)s: “%(text)s” is no valid date. Write it like this: 2026-03-14.") % values
    if field == "age":
        return _("%(field)s: “%(text)s” is no age. Write a whole number from 0 to %(most)d.") % {
            **values,
            "most": MAX_AGE,
        }
    if field in _CHOICES:
        choices = _(", ").join(_CHOICES[field].names(reader_language()).values())
        return _("%(field)s: “%(text)s” cannot be chosen. Choose one of these: %(choices)s.") % {
            **values,
            "choices": choices,
        }
    return _("%(field)s: %(detail)s") % {**values, "detail": detail}
