"""What entries of a version are looked for by on a page: the fields of the filter, and what they ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from catalog.entry_filter import Wanted
from catalog.importing.diseases import diagnoses
from catalog.vocabularies import LEVELS, MARKS, REIMBURSEMENT_CLASSES
from common.labels import reader_language
from desk.forms import text_field
from tables.cells import Fault


def _search(**options: Any) -> forms.CharField:
    return text_field(required=False, **options)


def _tick(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanWidget())


def diagnosis_field_value(text: str) -> str:
    """Return the one diagnosis that a field holds, '' for an empty one; raises what is wrong with anything else."""
    written = text.strip()
    if not written:
        return ""
    try:
        codes = diagnoses(written).value
    except Fault:
        raise forms.ValidationError(_("%(text)s is no ICD-10 code.") % {"text": written}) from None
    if len(codes) != 1:
        raise forms.ValidationError(_("Give one diagnosis."))
    return str(codes[0])


class FilterForm(forms.Form):
    """What the grid is filtered by; the names are those of its address."""

    q = _search(label=gettext_lazy("Name, brand, maker, indication, pinyin or code"), max_length=100)
    class_code = _search(label=gettext_lazy("Class code begins with"), max_length=10)
    reimbursement_class = forms.CharField(
        label=gettext_lazy("Class"), required=False, widget=UnfoldAdminSelectWidget(choices=())
    )
    icd10 = _search(label=gettext_lazy("Diagnosis (ICD-10)"), max_length=20)
    mark = forms.CharField(label=gettext_lazy("Mark"), required=False, widget=UnfoldAdminSelectWidget(choices=()))
    institution_level = forms.TypedChoiceField(
        label=gettext_lazy("Usable at level"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=UnfoldAdminSelectWidget(),
    )
    uncoded = _tick(gettext_lazy("not coded"))
    changed = _tick(gettext_lazy("changed"))
    commented = _tick(gettext_lazy("commented on"))

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter_%s")
        language = reader_language()
        for name, terms in (("reimbursement_class", REIMBURSEMENT_CLASSES), ("mark", MARKS)):
            self.fields[name].widget.choices = [("", _("all")), *terms.names(language).items()]  # type: ignore[attr-defined]
        self.fields["institution_level"].choices = [("", _("all")), *LEVELS.names(language).items()]  # type: ignore[attr-defined]

    def clean_icd10(self) -> str:
        return diagnosis_field_value(self.cleaned_data["icd10"])

    def wanted(self) -> Wanted | None:
        """Return what is looked for; None where that cannot be read: then nothing is found."""
        if not self.is_valid():
            return None
        given = dict(self.cleaned_data)
        return Wanted(text=given.pop("q").strip(), **given)
