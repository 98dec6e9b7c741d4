"""The page on which terms are written: rows come and go by posts, a preview tells each benefit in a sentence, and a problem stands at its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import FieldError, InvalidInput, Refused
from common.labels import reader_language
from desk.frame import PageAdmin, sentences
from desk.products.terms_form import CatalogChoices, TermsForm
from desk.products.terms_text import Written, WrittenBenefit, document_of, written_in, written_of
from insurers import product_lists
from insurers.models import Product, ProductVersion
from insurers.terms import MAX_LIST, InvalidTerms, ProductTerms, parse_terms
from insurers.wording import benefit_sentence, terms_sentences

# Days and a label that stand in where only a benefit is read.
_STAND_IN = {"label": "x", "effective_from": "2000-01-01"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written and where it goes: `keep` takes the document and the checksum it was opened with, and returns the version kept."""

    admin: PageAdmin
    product: Product
    title: str
    back: str
    keep: Callable[[dict[str, Any], str], ProductVersion]
    terms: Mapping[str, Any]
    checksum: str = ""
    about: Any = None


def write(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """Answer the page, and on POST do what the pressed button says: preview, add or remove a benefit, keep."""
    if request.method != "POST":
        return _page(request, sheet, written_of(sheet.terms), [], status=200)
    written = written_in(request.POST, request.POST.getlist)
    pressed, _sep, place = request.POST.get("do", "preview").partition("-")
    if pressed == "add" and len(written.benefits) < MAX_LIST:
        written.benefits.append(WrittenBenefit())
        return _page(request, sheet, written, [], status=200)
    if pressed == "remove" and place.isdigit() and int(place) < len(written.benefits):
        del written.benefits[int(place)]
        return _page(request, sheet, written, [], status=200)
    document, problems = document_of(written)
    problems += _problems_of(document, sheet.product.insurer_id)
    if pressed != "keep" or problems:
        return _page(request, sheet, written, problems, status=400 if pressed == "keep" else 200)
    try:
        version = sheet.keep(document, request.POST.get("against", ""))
    except Refused as refusal:
        told = [FieldError("", refusal.code, sentence) for sentence in sentences(refusal)]
        return _page(request, sheet, written, told, status=refusal.status)
    messages.success(request, _("%(version)s is kept as a draft.") % {"version": version})
    return redirect(reverse("admin:insurers_productversion_change", args=[version.pk]))


def _problems_of(document: dict[str, Any], insurer_id: int) -> list[FieldError]:
    try:
        product_lists.read_terms(document, insurer_id=insurer_id)
    except InvalidInput as refusal:
        return list(refusal.errors)
    return []


def _read(document: dict[str, Any]) -> ProductTerms | None:
    try:
        return parse_terms(document, reader_language())
    except InvalidTerms:
        return None


def told_benefits(document: dict[str, Any]) -> list[str]:
    """Return each benefit in a sentence, each read by itself, so that what is wrong elsewhere hides none; '' for one that cannot be read."""
    told = []
    sums = {name: document.get(name) or {} for name in ("deductibles", "deductibles_pre_existing")}
    for benefit in document.get("benefits") or []:
        terms = _read({**_STAND_IN, **sums, "benefits": [benefit]})
        told.append(benefit_sentence(terms.benefits[0], terms, reader_language()) if terms else "")
    return told


def told_terms(document: dict[str, Any]) -> list[str]:
    """Return what holds for the whole version in sentences; nothing where it cannot be read."""
    terms = _read(document)
    return terms_sentences(terms, reader_language()) if terms else []


def _page(
    request: HttpRequest, sheet: Sheet, written: Written, problems: list[FieldError], *, status: int
) -> HttpResponse:
    form = TermsForm(written, CatalogChoices(sheet.product.insurer_id))
    form.tell(problems)
    document, in_writing = document_of(written)
    benefits = form.benefits()
    for benefit, sentence in zip(benefits, told_benefits(document), strict=True):
        at = f"/benefits/{benefit['place']}/"
        # What stands in for a per cent that is none is not told.
        wrong = any(problem.pointer.startswith((at, "/deductibles/")) for problem in in_writing)
        benefit["sentence"] = "" if wrong else sentence
    context = {
        "page_title": sheet.title,
        "product": sheet.product,
        "form": form,
        "benefits": benefits,
        "told": told_terms(document),
        "problem_count": len(problems),
        "was_asked": request.method == "POST" and request.POST.get("do", "preview") in {"preview", "keep"},
        "against": request.POST.get("against", sheet.checksum),
        "back": sheet.back,
        "history_href": "",
    }
    return sheet.admin.page(request, "desk/products/write.html", sheet.about or sheet.product, context, status=status)
