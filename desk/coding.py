"""The coding desk 编码台: texts that are not coded, one after the other, with what they may mean; a person decides.

Everything works without a script; keys are a script's (desk/coding.js): a accepts, e edits, s skips, j and k go on and back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from catalog import reference
from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import CODED_COLUMNS, LEVELS, SETTINGS, SEXES
from common import icd10
from common.errors import Refused
from common.labels import reader_language
from curation.coding import queue
from curation.coding.disease_search import find_diseases
from curation.coding.knowledge import knowledge
from curation.coding.services import decide_coding
from curation.coding.suggestion import Suggestion
from curation.coding.wording import why_words
from desk.coding_waiting import MAY_CODE
from desk.frame import sentences
from desk.words import field_label

LISTED = 15
MOST_BESIDE = 10
MOST_ASKED = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text: said for a facet (named in words), or not."""

    text: str
    facet: str = ""
    word: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that may be ticked."""

    value: str
    label: str
    ticked: bool
    why: str = ""
    sure: int = 0


@dataclass(slots=True)
class Shown:
    """The form of one text: what is ticked and written, with what is wrong of each column."""

    choices: dict[str, list[Choice]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)


def pieces(text: str, found: Sequence[Suggestion]) -> list[Piece]:
    """Return the text in parts, each marked by the narrowest suggestion that rests on it; what rests on the whole text marks nothing."""
    said = sorted((one for one in found if one.text != text), key=lambda one: one.span.end - one.span.start)
    cuts = sorted({0, len(text), *(place for one in said for place in one.span)})
    made: list[Piece] = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        by = next((one for one in said if one.span.start <= start and end <= one.span.end), None)
        if by is None:
            made.append(Piece(text[start:end]))
        else:
            # The word stands where the words end that the suggestion rests on.
            word = str(field_label(by.column)) if end == by.span.end else ""
            made.append(Piece(text[start:end], by.column, word, why_words(by)))
    return made


def coding_view(request: HttpRequest) -> HttpResponse:
    """Show the queue and one text of it; a POST decides that one."""
    _check_rights(request)
    versions = _versions(request.GET)
    ids = queue.of_paying_lists(versions)
    at = _place(request.GET.get("at", ""))
    first = at - at % LISTED
    listed, total = queue.waiting(ids, first=first, size=LISTED)
    if not listed and at and total:
        return redirect(_address(request.GET, min(at, total - 1)))
    at = min(at, first + len(listed) - 1) if listed else 0
    one = listed[at - first] if listed else None
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Coding desk"),
        "total": total,
        "at": at,
        "waiting": one,
        "listed": [(row, _address(request.GET, first + n), first + n == at) for n, row in enumerate(listed)],
        "before": _address(request.GET, at - 1) if at else "",
        "after": _address(request.GET, at + 1) if at + 1 < total else "",
        "catalog": request.GET.get("catalog", ""),
        "version": versions[0] if request.GET.get("label") and versions else None,
    }
    if one is not None:
        posted = request.POST if request.method == "POST" else None
        text = posted.get("text", one.text)[:10_000] if posted else one.text
        drafts = [version for version in versions if version.pk in one.versions]
        beside = {other: knowledge(None).suggest(other) for other in queue.beside(ids, text, most=MOST_BESIDE)}
        shown = _form(text, posted, beside)
        if posted is not None and "look" not in posted:
            said = _decide(request, text, posted, versions, shown)
            if said:
                messages.success(request, said)
                _tell_of_others(request, ids, list(beside))
                return redirect(_address(request.GET, at))
        found = knowledge(None).suggest(text)
        context |= {
            "text": text,
            "pieces": pieces(text, found),
            "beside": [pieces(other, suggested) for other, suggested in beside.items()],
            "form": shown,
            "drafts": [
                (version, posted is None or str(version.pk) in posted.getlist("apply_to")) for version in drafts
            ],
            "by_codes": [choice.value for choice in shown.choices["icd10"]],
            "looked": find_diseases(posted["icd10_look"][:MOST_ASKED]) if posted and "look" in posted else None,
        }
    status = 400 if one is not None and context["form"].errors else 200
    return TemplateResponse(request, "desk/coding/desk.html", context, status=status)


def diseases_view(request: HttpRequest) -> HttpResponse:
    """Answer which diseases a text finds, for the field that adds codes."""
    _check_rights(request)
    found = find_diseases(request.GET.get("q", "")[:MOST_ASKED])
    return JsonResponse({"found": [{"code": one.code, "name": one.name, "word": one.word} for one in found]})


def _tell_of_others(request: HttpRequest, versions: Sequence[int], beside: Sequence[str]) -> None:
    """Say which texts of the same entries wait no longer with the one that was coded."""
    if beside and (gone := queue.no_longer_waiting(versions, beside)):
        told = "; ".join(f"“{text}”" for text in gone)
        messages.warning(
            request, _("No longer waiting either, since their entries are coded now: %(texts)s") % {"texts": told}
        )


def _check_rights(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_CODE):
        raise PermissionDenied


def _versions(asked: QueryDict) -> list[CatalogVersion]:
    """Return the drafts whose texts are shown: all, or those that the query names; raises a 404."""
    found = queue.drafts(None)
    if code := asked.get("catalog", ""):
        found = found.filter(catalog__in=Catalog.objects.named(code, None))
    if label := asked.get("label", ""):
        found = found.filter(label=label)
    versions = list(found)
    if label and not versions:
        raise Http404
    return versions


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _address(asked: QueryDict, at: int) -> str:
    query = QueryDict(mutable=True)
    for name in ("catalog", "label"):
        if asked.get(name):
            query[name] = asked[name]
    if at:
        query["at"] = str(at)
    return reverse("desk:coding") + (f"?{query.urlencode()}" if query else "")


# --- The form of one text


def _form(text: str, posted: QueryDict | None, beside: Mapping[str, Sequence[Suggestion]]) -> Shown:
    """Return the form: what is suggested, ticked, or what somebody has ticked and written; what other texts of the entries suggest, not ticked."""
    by_column: dict[str, list[Suggestion]] = {name: [] for name in CODED_COLUMNS}
    for one in knowledge(None).suggest(text):
        by_column[one.column].append(one)
    offered: dict[str, list[Suggestion]] = {name: [] for name in CODED_COLUMNS}
    for one in chain.from_iterable(beside.values()):
        offered[one.column].append(one)
    shown = Shown()
    names = reference.disease_names()
    language = reader_language()
    for column in ("icd10", "criteria"):
        suggested = [str(one.value) for one in by_column[column]]
        ticked = posted.getlist(column) if posted is not None else suggested
        others = [str(one.value) for one in offered[column]]
        told = {str(one.value): one for one in (*offered[column], *by_column[column])}
        shown.choices[column] = [
            Choice(
                value,
                names.of(value) if column == "icd10" else value.partition("=")[2],
                value in ticked,
                *_told(told.get(value)),
            )
            for value in dict.fromkeys([*suggested, *others, *ticked])
        ]
    settings = {str(one.value): one for one in by_column["settings"]}
    shown.choices["settings"] = [
        Choice(
            term.code,
            term.name(language),
            term.code in (posted.getlist("settings") if posted is not None else settings),
            *_told(settings.get(term.code)),
        )
        for term in SETTINGS.terms
    ]
    for column, terms in (("sex", SEXES), ("min_institution_level", LEVELS)):
        value = _one(by_column[column], column, posted)
        shown.values[column] = value
        shown.choices[column] = [Choice(term.code, term.name(language), term.code == value) for term in terms.terms]
    for column in ("age_min", "age_max"):
        shown.values[column] = _one(by_column[column], column, posted)
    for column in ("icd10_add", "criteria_add", "icd10_look"):
        shown.values[column] = posted.get(column, "") if posted is not None else ""
    return shown


def _told(one: Suggestion | None) -> tuple[str, int]:
    return (why_words(one), round(one.confidence * 100)) if one else ("", 0)


def _one(found: Sequence[Suggestion], column: str, posted: QueryDict | None) -> str:
    if posted is not None:
        return posted.get(column, "")
    return str(found[0].value) if found else ""


def _decide(
    request: HttpRequest, text: str, posted: QueryDict, versions: Iterable[CatalogVersion], shown: Shown
) -> str:
    """Decide what the text means; returns what to say, '' where it is refused and the form says why."""
    columns: dict[str, Any] = {
        "icd10": [*posted.getlist("icd10"), *icd10.split(posted.get("icd10_add", ""))],
        "settings": posted.getlist("settings"),
        "criteria": [
            *posted.getlist("criteria"),
            *filter(None, map(str.strip, posted.get("criteria_add", "").splitlines())),
        ],
        **{name: posted.get(name, "").strip() for name in ("sex", "age_min", "age_max", "min_institution_level")},
    }
    meant = set(posted.getlist("apply_to"))
    try:
        decided = decide_coding(
            text=text,
            columns={name: value for name, value in columns.items() if value},
            by=request.user.get_username(),
            apply_to=[version for version in versions if str(version.pk) in meant],
        )
    except Refused as refused:
        for problem in refused.errors:
            column = problem.pointer.split("/")[2] if problem.pointer.startswith("/columns/") else ""
            shown.errors.setdefault(column, []).append(problem.detail)
        if not refused.errors:
            shown.errors[""] = sentences(refused)
        return ""
    return _("Coded: %(count)d entries.") % {"count": decided.count}


urls = [
    path("coding/", admin.site.admin_view(coding_view), name="coding"),
    path("coding/diseases/", admin.site.admin_view(diseases_view), name="coding-diseases"),
]
