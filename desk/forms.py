"""Fields in the desk's looks, and the forms that several pages ask with."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget


def posted(request: HttpRequest) -> Any:
    """Return what a form is filled with: nothing until it is sent, however little is sent."""
    return request.POST if request.method == "POST" else None


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own date picker; days are written as ISO."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if hasattr(value, "isoformat") else value


def day_field(**options: Any) -> forms.DateField:
    """Return a field for a calendar day."""
    return forms.DateField(widget=DayInput(), input_formats=["%Y-%m-%d"], **options)


def text_field(**options: Any) -> forms.CharField:
    """Return a one-line text field."""
    return forms.CharField(widget=UnfoldAdminTextInputWidget(), **options)


def note_field(**options: Any) -> forms.CharField:
    """Return a field for a few lines of text."""
    return forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **options)


class FileInput(UnfoldAdminFileFieldWidget):
    """A file chooser in the theme's looks."""

    template_name = "desk/frame/file_input.html"


def table_file_field() -> forms.FileField:
    """Return a field for a file that holds a table."""
    return forms.FileField(
        label=_("File"),
        widget=FileInput(attrs={"accept": ".csv,.xlsx,.txt,.tsv"}),
        help_text=_("CSV (UTF-8, GB18030 or UTF-16) or XLSX: the first sheet that has a known header row."),
    )


class NothingToFillIn(forms.Form):
    """The form of an action that only wants to be confirmed."""


class ReasonForm(forms.Form):
    """An action that is done for a reason."""

    reason = note_field(label=_("Reason"), max_length=2000)
