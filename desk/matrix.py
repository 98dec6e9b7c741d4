"""The matrix: drugs × lists on a day, for the office and for insurers' users over the lists that they may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.marks_and_approvals import SAID
from catalog.vocabularies import LEVELS, REIMBURSEMENT_CLASSES
from common.labels import choices, reader_language
from curation.comparing.matrix import Cell
from curation.comparing.matrix_query import MOST_LISTS, Matrix, Row, Wanted, matrix_of
from curation.comparing.matrix_table import condition_words, listed_words, table_of
from desk.as_of import Clocks, clocks_of
from desk.chosen_lists import chosen_lists
from desk.downloads import FORMS, sent
from desk.entry_filters import diagnosis_field_value
from desk.forms import text_field
from desk.frame import paged
from desk.own_rows import may_compare
from insurers.persons import insurer_of

_TONES = {"full": "good", "restricted": "warn", "excluded": "bad", "no": "quiet"}


class MatrixForm(forms.Form):
    """What the matrix is filtered by; the names are those of its address."""

    q = text_field(label=gettext_lazy("Name, brand, alias, pinyin or code"), required=False, max_length=100)
    class_code = text_field(label=gettext_lazy("Class code begins with"), required=False, max_length=10)
    mark = forms.ChoiceField(label=gettext_lazy("Mark"), required=False, widget=UnfoldAdminSelectWidget)
    icd10 = text_field(label=gettext_lazy("Diagnosis (ICD-10)"), required=False, max_length=20)
    institution_level = forms.ChoiceField(
        label=gettext_lazy("Usable at institution level"), required=False, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter_%s")
        for name, terms in (("mark", SAID), ("institution_level", LEVELS)):
            self.fields[name].choices = [("", _("all")), *choices(terms.terms)]  # type: ignore[attr-defined]

    def clean_icd10(self) -> str:
        return diagnosis_field_value(self.cleaned_data["icd10"])

    def wanted(self) -> Wanted:
        """Return what is looked for; what cannot be read is told on the form and not asked."""
        self.is_valid()
        given = self.cleaned_data
        level = given.get("institution_level")
        return Wanted(
            given.get("q", "").strip(),
            given.get("class_code", "").strip(),
            given.get("mark", ""),
            given.get("icd10", ""),
            int(level) if level else None,
        )


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell in words: a badge's tone and text, and what stands below it."""

    list_name: str
    tone: str
    told: str
    terms: str
    conditions: str
    codes: str
    href: str


def matrix_asked(request: HttpRequest) -> tuple[Matrix, MatrixForm, Any, Clocks]:
    """Return the matrix that an address asks for, with its form, the lists chosen and the clocks; 403 for whoever may not see it."""
    if not may_compare(request):
        raise PermissionDenied
    insurer = insurer_of(request.user)
    own = insurer.pk if insurer else None
    clocks, form = clocks_of(request), MatrixForm(request.GET)
    chosen = chosen_lists(request, insurer_id=own, day=clocks.day, known_at=clocks.known_at)
    matrix = matrix_of(
        chosen.codes[:MOST_LISTS],
        insurer_id=own,
        day=clocks.day,
        known_at=clocks.known_at,
        revision=clocks.revision,
        wanted=form.wanted(),
    )
    return matrix, form, chosen, clocks


def matrix_view(request: HttpRequest) -> HttpResponse:
    """Show a page of the matrix; works without any script."""
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    matrix, form, chosen, clocks = matrix_asked(request)
    page = paged(request, matrix, count=len(matrix))  # type: ignore[arg-type]
    asked = request.GET.copy()
    asked.pop("page", None)
    query = f"?{asked.urlencode()}" if asked else ""
    # What came with the page is the drugs' names; their rows are read for this page alone.
    rows = matrix.rows(list(page))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Matrix"),
        "page_title": _("Drugs by lists"),
        "form": form,
        "shown_filters": [form[name] for name in ("class_code", "mark", "icd10", "institution_level")],
        "chosen": chosen,
        "clocks": clocks,
        "clocks_query": urlencode(clocks.asked),
        "lists": [_head(one, request) for one in matrix.lists],
        "rows": [(row, _drug_href(row, clocks), _cells(row, matrix, request)) for row in rows],
        "pages": page,
        "files": [(form_.upper(), reverse("desk:matrix_file", args=[form_]) + query) for form_ in FORMS],
        "filtered": form.wanted() != Wanted(),
        "words": [(word, _TONES[listed]) for listed, word in listed_words().items()],
    }
    return TemplateResponse(request, "desk/comparing/matrix.html", context)


def _drug_href(row: Row, clocks: Clocks) -> str:
    return f"{reverse('admin:catalog_drug_change', args=[row.id])}?{urlencode(clocks.asked)}"


def _head(one: Any, request: HttpRequest) -> dict[str, Any]:
    return {"catalog": one.catalog, "version": one.version, "href": _version_href(one, request)}


def _version_href(one: Any, request: HttpRequest) -> str:
    if one.version is None:
        return ""
    if insurer_of(request.user) is not None:
        return reverse("admin:catalog_catalog_published_version", args=[one.catalog.pk, one.version.pk])
    if not request.user.has_perm("catalog.view_catalogversion"):
        return ""
    return reverse("admin:catalog_catalogversion_entries", args=[one.version.pk])


def _cells(row: Row, matrix: Matrix, request: HttpRequest) -> Sequence[ShownCell]:
    language = reader_language()
    words, conditions = listed_words(), condition_words()
    classes, levels = REIMBURSEMENT_CLASSES.names(language), LEVELS.names(language)

    def shown(one: Any, cell: Cell) -> ShownCell:
        terms = [classes.get(code, code) for code in cell.classes]
        if cell.min_institution_level:
            terms.append(_("from %(level)s") % {"level": levels[str(cell.min_institution_level)]})
        return ShownCell(
            f"{one.catalog.code} {one.catalog.name}",
            _TONES[cell.listed],
            words[cell.listed],
            " · ".join(terms),
            _(", ").join(conditions[name] for name in cell.conditions),
            _(", ").join(cell.entry_codes[:3]) + ("…" if len(cell.entry_codes) > 3 else ""),
            _entry_href(one, cell, request),
        )

    return [shown(one, row.cells[one.name]) for one in matrix.lists]


def _entry_href(one: Any, cell: Cell, request: HttpRequest) -> str:
    href = _version_href(one, request)
    if not href or not cell.entry_codes:
        return ""
    if insurer_of(request.user) is not None:
        entry = reverse("admin:catalog_catalog_published_entry", args=[one.catalog.pk, one.version.pk])
        return f"{entry}?{urlencode({'entry': cell.entry_codes[0]})}"
    return f"{href}?{urlencode({'q': cell.entry_codes[0]})}"


def file_view(request: HttpRequest, form: str) -> HttpResponseBase:
    """Answer the whole matrix that is asked for as a file of one of FORMS."""
    if form not in FORMS:
        raise Http404
    matrix, _form, _chosen, _clocks = matrix_asked(request)
    header, rows = table_of(matrix)
    return sent(header, rows, f"{_('Matrix')}-{matrix.day}", form)  # type: ignore[arg-type]


urls = [
    path("matrix/", admin.site.admin_view(require_safe(matrix_view)), name="matrix"),
    path("matrix.<str:form>", admin.site.admin_view(require_safe(file_view)), name="matrix_file"),
]
