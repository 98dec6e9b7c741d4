"""The questionnaire of an entry on paper: blank, for whoever asks a member at a counter and collects what has to be sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import CatalogEntry, CatalogVersion
from catalog.questionnaire import Question, questions_of
from common.labels import reader_language
from desk.words import Words


def questions_in_words(entry: CatalogEntry) -> list[dict[str, Any]]:
    """Return the questions of an entry in the reader's words: {question, text, options, wanted}; `wanted` is what the list asks for, no answer."""
    language, words = reader_language(), Words()
    return [
        {
            "question": one,
            "text": one.text(language),
            "options": [option.name(language) for option in one.options],
            "wanted": _wanted(one, words),
        }
        for one in questions_of({name: getattr(entry, name) for name in _ASKING})
    ]


_ASKING = ("icd10", "age_min", "age_max", "sex", "settings", "min_institution_level", "criteria")


def _wanted(question: Question, words: Words) -> str:
    asked = question.satisfied_by
    if question.asks == "diagnosis":
        return words.of("icd10", list(asked["any_of"]))
    if question.asks == "age":
        low, high = asked.get("min"), asked.get("max")
        if low is not None and high is not None:
            return _("%(low)s to %(high)s") % {"low": low, "high": high}
        return _("%(age)s or older") % {"age": low} if high is None else _("%(age)s or younger") % {"age": high}
    if question.asks == "criterion":
        return _("yes")
    language = reader_language()
    named = {option.code: option.name(language) for option in question.options}
    return _("; ").join(named.get(code, code) for code in asked["any_of"])


def form_page(request: HttpRequest, version: CatalogVersion, entry: CatalogEntry, back: str) -> HttpResponse:
    """Answer the blank questionnaire as a document to print; `back` is the address of the entry's page."""
    context = {
        "page_title": _("Questionnaire: %(drug)s") % {"drug": entry.generic_name or entry.entry_code},
        "version": version,
        "catalog": version.catalog,
        "entry": entry,
        "questions": questions_in_words(entry),
        "printed_at": timezone.now(),
        "back": back,
    }
    return TemplateResponse(request, "desk/questionnaires/print.html", context)
