"""Uploading: what is asked for together with a file, and what is said once it is kept."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from catalog.complete_for import class_list
from catalog.importing.columns import table_of
from catalog.importing.preview import Preview
from catalog.models import CODE_PATTERN, CatalogVersion, ImportRun, Upload
from desk.forms import day_field, note_field, table_file_field, text_field
from desk.words import field_label


class FileForm(forms.Form):
    """Step one: the file."""

    file = table_file_field()


class ReadingForm(forms.Form):
    """Step two: how the file is read. One choice for each of its columns, by letter."""

    names = forms.ChoiceField(
        label=gettext_lazy("Drug names"),
        choices=[
            (
                "printed",
                gettext_lazy("as a list prints them: a cell may hold several names and forms, each becomes an entry"),
            ),
            ("plain", gettext_lazy("plain: a cell is one name")),
        ],
        widget=UnfoldAdminSelectWidget(),
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False, widget=UnfoldAdminSelectWidget())
    header_row = forms.IntegerField(
        label=gettext_lazy("Header row"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("the row that names the columns; empty: it is looked for"),
    )

    def __init__(self, *args: Any, upload: Upload, found: Preview, **kwargs: Any) -> None:
        initial = {"names": upload.names, "sheet": found.sheet, "header_row": upload.header_row}
        super().__init__(*args, initial=initial, **kwargs)
        sheets = [(name, name) for name in found.sheets]
        if not sheets:
            del self.fields["sheet"]
        else:
            self.fields["sheet"].choices = sheets  # type: ignore[attr-defined]
        known = column_choices(upload.catalog.kind)
        self.columns: dict[str, str] = {}
        for column in found.columns:
            if not column.header or column.header in self.columns.values():
                continue
            self.columns[column.letter] = column.header
            also = [] if column.column in dict(known) else [(column.column, also_read_as(column.column))]
            self.fields[f"column-{column.letter}"] = forms.ChoiceField(
                label=column.header,
                choices=[*known, *also],
                initial=column.column,
                required=False,
                widget=forms.Select(attrs={"class": "column-choice", "aria-label": column.header}),
            )

    def chosen(self) -> dict[str, str]:
        """Return what each own header is to be read as, of those that were sent."""
        sent = {header: f"column-{letter}" for letter, header in self.columns.items()}
        return {header: self.cleaned_data[name] for header, name in sent.items() if name in self.data}


class DraftForm(forms.Form):
    """Step three: which draft the file becomes."""

    label = text_field(
        label=gettext_lazy("Version label"),
        max_length=64,
        validators=[CODE_PATTERN],
        help_text=gettext_lazy("e.g. 2026"),
    )
    effective_from = day_field(label=gettext_lazy("Effective from"))
    effective_to = day_field(
        label=gettext_lazy("Effective to (inclusive)"),
        required=False,
        help_text=gettext_lazy("empty: until another version follows"),
    )
    complete_for = text_field(
        label=gettext_lazy("Complete for classes"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("class-code prefixes such as X;Z of which this list is complete; empty: altogether"),
    )
    expected_counts = text_field(
        label=gettext_lazy("Expected totals"),
        required=False,
        max_length=500,
        help_text=gettext_lazy(
            "printed rows by class, such as 总数=3253;X=1857;Z=1396; it is published only where they agree"
        ),
    )
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)
    suggest_codings = forms.BooleanField(
        label=gettext_lazy("Suggest codings for uncoded rows"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=gettext_lazy("leads to the coding desk once the file is read; nothing is coded by itself"),
    )
    replace = forms.BooleanField(
        label=gettext_lazy("Replace the draft of this label"), required=False, widget=UnfoldBooleanWidget()
    )

    def __init__(self, *args: Any, drafts: QuerySet[CatalogVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drafts = drafts
        if "replace" not in self.data and not self._draft():
            del self.fields["replace"]

    def _draft(self) -> CatalogVersion | None:
        return self.drafts.filter(label=str(self.data.get("label", ""))).first()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        draft = self._draft()
        if draft and not given.get("replace", False):
            told = _(
                "There is a draft %(label)s of %(person)s with %(count)d entries; say that it is to be replaced, or use another label."
            )
            self.add_error(
                "replace", told % {"label": draft.label, "person": draft.created_by, "count": draft.entry_count}
            )
        given["replace"] = bool(draft and given.get("replace"))
        return given

    def clean_complete_for(self) -> list[str]:
        return class_list(self.cleaned_data["complete_for"])

    def clean_expected_counts(self) -> dict[str, int]:
        counts = {}
        for piece in class_list(self.cleaned_data["expected_counts"]):
            name, _equals, number = piece.replace("＝", "=").replace("：", "=").replace(":", "=").partition("=")
            name, number = name.strip(), number.strip()
            if not number.isascii() or not number.isdigit() or len(number) > 8:
                raise forms.ValidationError(_("“%(piece)s” is no total: write 总数=3253 or X=1857.") % {"piece": piece})
            counts["drugs" if name in _ALL else name.upper()] = int(number)
        return counts


_ALL = {"总数", "药品总数", "合计", "drugs", ""}


def column_choices(kind: str) -> list[tuple[str, str]]:
    """Return the columns a file of this kind may have, as a reader calls them, after "not read"."""
    return [("", _("— not read —")), *((column.name, field_label(column.name)) for column in table_of(kind))]


def also_read_as(column: str) -> str:
    """Return in words what a header names beside the columns: the two days of a period, a part of the list."""
    if column.endswith("+"):
        return _("first and last day of the agreement")
    return _("part of the list")


class DrugUploadForm(forms.Form):
    """A drug master file."""

    file = table_file_field()
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)


def uploaded(run: ImportRun, new: bool) -> str:
    """Return what to say of an upload."""
    if new:
        return _("The file is kept and its import is queued.")
    return _("These very bytes were uploaded before; this is the earlier import.")
