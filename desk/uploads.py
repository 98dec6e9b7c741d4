"""Uploading: what is asked for together with a file, and what is said once it is kept."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from catalog import services
from catalog.models import CODE_PATTERN, CatalogVersion, ImportRun
from desk.forms import day_field, note_field, table_file_field, text_field


class UploadForm(forms.Form):
    """A file that becomes a draft."""

    file = table_file_field()
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
    names = forms.ChoiceField(
        label=gettext_lazy("Drug names"),
        choices=[
            (
                "printed",
                gettext_lazy("as a list prints them: a cell may hold several names and forms, each becomes an entry"),
            ),
            ("plain", gettext_lazy("plain: a cell is one name")),
        ],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    complete_for = text_field(
        label=gettext_lazy("Complete for classes"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("class-code prefixes such as X;Z of which this list is complete; empty: altogether"),
    )
    sheet = text_field(
        label=gettext_lazy("Sheet"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("the name of the sheet to read; empty: the first that holds a table"),
    )
    header_row = forms.IntegerField(
        label=gettext_lazy("Header row"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("the row that names the columns; empty: it is looked for"),
    )
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)
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
        if draft and not given.pop("replace", False):
            told = _(
                "There is a draft %(label)s of %(person)s with %(count)d entries; say that it is to be replaced, or use another label."
            )
            self.add_error(
                "replace", told % {"label": draft.label, "person": draft.created_by, "count": draft.entry_count}
            )
        given.pop("replace", None)
        return given

    def clean_complete_for(self) -> list[str]:
        return services.class_list(self.cleaned_data["complete_for"])


class DrugUploadForm(forms.Form):
    """A drug master file."""

    file = table_file_field()
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)


def uploaded(run: ImportRun, new: bool) -> str:
    """Return what to say of an upload."""
    if new:
        return _("The file is kept and its import is queued.")
    return _("These very bytes were uploaded before; this is the earlier import.")
