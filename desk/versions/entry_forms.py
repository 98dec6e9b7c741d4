"""What an entry is edited with: every column of a file, in the reader's language; and what many entries are changed with at once."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.importing.edited_entries import EDITABLE
from catalog.vocabularies import LEVELS, MARKS, REGULATORS, REIMBURSEMENT_CLASSES, SETTINGS, SEXES
from common.labels import reader_language
from desk.forms import DayInput, ReasonForm, note_field
from desk.words import field_label

PARTS: tuple[tuple[Any, str], ...] = (
    (
        gettext_lazy("The drug"),
        "entry_code generic_name brand_name dosage_form strength manufacturer authorized_company national_code approval_no class_code",
    ),
    (
        gettext_lazy("For whom it is paid"),
        "indication restriction icd10 criteria sex age_min age_max settings min_institution_level prior_auth",
    ),
    (
        gettext_lazy("How much, and how long"),
        "reimbursement_class payment_standard max_quantity effective_from effective_to",
    ),
    (gettext_lazy("Beside it"), "regulators marks rare_disease note source"),
)
_CHOSEN = {"sex": SEXES, "min_institution_level": LEVELS, "reimbursement_class": REIMBURSEMENT_CLASSES}
_TICKED = {"settings": SETTINGS, "regulators": REGULATORS, "marks": MARKS}
_LONG = ("indication", "restriction", "icd10", "criteria", "note", "source")
_DAYS = ("effective_from", "effective_to")
HELP: Mapping[str, Any] = {
    "entry_code": gettext_lazy("at most 64 characters, once in a version; left empty it is derived from the drug"),
    "generic_name": gettext_lazy("at most 200 characters"),
    "national_code": gettext_lazy("as the national list of codes has it, or the beginning of one"),
    "approval_no": gettext_lazy("国药准字 may be left out"),
    "class_code": gettext_lazy("X, Z or T and up to five more characters, such as XL01FX"),
    "indication": gettext_lazy("as printed; it is judged by the ICD-10 codes"),
    "restriction": gettext_lazy("as printed; it is judged by the columns beside it"),
    "icd10": gettext_lazy("codes, beginnings of codes or ranges of three characters, separated by ; – C34; C18-C20"),
    "criteria": gettext_lazy("one a line: CODE=what a reviewer must see evidence of"),
    "age_min": gettext_lazy("whole years, inclusive"),
    "age_max": gettext_lazy("whole years, inclusive"),
    "payment_standard": gettext_lazy("yuan a unit, at most 4 decimals; * where it is confidential"),
    "max_quantity": gettext_lazy("more than 0, at most 3 decimals"),
}


def _field(name: str) -> forms.Field:
    options: dict[str, Any] = {"label": field_label(name), "help_text": HELP.get(name, ""), "required": False}
    language = reader_language()
    if name in _TICKED:
        choices = list(_TICKED[name].names(language).items())
        return forms.MultipleChoiceField(choices=choices, widget=UnfoldAdminCheckboxSelectMultipleWidget(), **options)
    if name in _CHOSEN:
        chosen = [("", "—"), *_CHOSEN[name].names(language).items()]
        return forms.CharField(widget=UnfoldAdminSelectWidget(choices=chosen), **options)
    if name in {"prior_auth", "rare_disease"}:
        no = "N" if name == "rare_disease" else ""
        answers = [("", "—")] if name == "rare_disease" else []
        return forms.CharField(
            widget=UnfoldAdminSelectWidget(choices=[*answers, (no, _("no")), ("Y", _("yes"))]), **options
        )
    if name in _DAYS:
        return forms.CharField(widget=DayInput(), **options)
    if name in _LONG:
        rows = 2 if name in {"note", "source", "icd10"} else 4
        return forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), strip=False, **options)
    return forms.CharField(widget=UnfoldAdminTextInputWidget(), strip=False, **options)


def _shown(name: str, cell: str) -> Any:
    """Return a file's cell as its field shows it."""
    if name in _TICKED:
        return [one for one in cell.split(";") if one]
    return cell.replace(";", "\n") if name == "criteria" else cell


def _cell(name: str, value: Any) -> str:
    """Return what a field holds as the cell of a file."""
    if name in _TICKED:
        return ";".join(value)
    text = str(value).replace("\r\n", "\n")
    if name == "criteria":
        return ";".join(line.strip() for line in text.split("\n") if line.strip())
    return text


class EntryForm(forms.Form):
    """An entry, column by column; `cells` are those it has now, as a file would have them."""

    reason = note_field(label=gettext_lazy("Reason"), required=False, max_length=2000)
    # What the entry was when it was shown: whoever saved it meanwhile is not overwritten unseen.
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, cells: Mapping[str, str], seen: str = "") -> None:
        initial = {name: _shown(name, cells.get(name, "")) for name in EDITABLE}
        super().__init__(data, initial={**initial, "seen": seen})
        self._cells = cells
        self.fields = {**{name: _field(name) for name in EDITABLE}, **self.fields}

    def changed(self) -> dict[str, str]:
        """Return the cells that are otherwise than they were, by column."""
        given = {name: _cell(name, self.cleaned_data[name]) for name in EDITABLE}
        return {name: cell for name, cell in given.items() if cell != self._cells.get(name, "")}

    def parts(self) -> list[tuple[Any, list[Any]]]:
        """Return the columns as they stand on the page: (title, [(field, whether it takes the whole width)])."""
        wide = {*_LONG, *_TICKED}
        return [(title, [(self[name], name in wide) for name in names.split()]) for title, names in PARTS]


class RemovalForm(ReasonForm):
    """Removing an entry, for a reason."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())


class ManyForm(ReasonForm):
    """Which entries are meant: their codes, or all that a filter finds, and how many these were when the page was shown."""

    what = forms.CharField(widget=forms.HiddenInput())
    codes = forms.CharField(required=False, widget=forms.HiddenInput())
    where = forms.CharField(required=False, widget=forms.HiddenInput())
    count = forms.IntegerField(widget=forms.HiddenInput())

    def clean_codes(self) -> list[str]:
        try:
            codes = json.loads(self.cleaned_data["codes"] or "[]")
        except ValueError:
            codes = None
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise forms.ValidationError(_("Tick the entries again."))
        return codes


class SetManyForm(ManyForm):
    """One column, and what it says from now on in all of them."""

    column = forms.ChoiceField(label=gettext_lazy("Column"), choices=(), widget=UnfoldAdminSelectWidget())
    value = forms.CharField(
        label=gettext_lazy("New value"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("as a file has it, lists separated by ; – empty: the column says nothing any more"),
    )
    field_order = ("column", "value", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name in EDITABLE if name != "entry_code"]
        self.fields["column"].choices = [(name, field_label(name)) for name in names]  # type: ignore[attr-defined]

    def cells(self) -> dict[str, str]:
        """Return the cell that is set, by its column."""
        name = self.cleaned_data["column"]
        text = self.cleaned_data["value"].replace("\r\n", "\n")
        return {name: _cell("criteria", text) if name == "criteria" else text}
