"""What the moves of a version ask for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.lifecycle import Standing, count_is_the_expected, mass_change_is_confirmed
from catalog.models import CODE_PATTERN
from desk.forms import day_field, note_field, text_field
from desk.golden_words import Shown

_CASE = "case-"


class SubmitForm(forms.Form):
    """Opening a draft for consultation."""

    comments_until = day_field(label=_("Comments until"), required=False, help_text=_("the last day; may be left open"))


class ReviewForm(forms.Form):
    """Handing a draft to the reviewers."""

    note = note_field(label=_("Note for the reviewer"), required=False, max_length=2000)


class EditForm(forms.Form):
    """What of a draft can be corrected without another file."""

    label = text_field(label=_("Version label"), max_length=64, validators=[CODE_PATTERN])
    effective_from = day_field(label=_("Effective from"))
    effective_to = day_field(
        label=_("Effective to (inclusive)"),
        required=False,
        help_text=_("empty: until another version follows"),
    )
    note = note_field(label=_("Note"), required=False, max_length=2000)
    complete_for = text_field(
        label=_("Complete for"),
        required=False,
        max_length=500,
        help_text=_("class-code prefixes separated by spaces; empty: complete altogether"),
    )

    def clean_complete_for(self) -> list[str]:
        return sorted(set(self.cleaned_data["complete_for"].replace(",", " ").replace("，", " ").split()))


class PublishForm(forms.Form):
    """Publishing, by a second person: what is asked for depends on how the draft stands."""

    note = note_field(label=_("Publishing note"), required=False, max_length=2000)
    confirm = text_field(label=_("How many entries go or get narrower"), required=False, max_length=12)
    acknowledge = note_field(label=_("Why other counts than expected are right"), required=False, max_length=2000)
    # What the page was shown against: published over another edition only by whoever has seen the comparison with it.
    against = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, standing: Standing, differing: Sequence[Shown] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in differing:
            self.fields[f"{_CASE}{one.tried.case.pk}"] = note_field(
                label=_("Why the new answer of the golden case “%(name)s” is right") % {"name": one.tried.case.name},
                required=False,
                max_length=2000,
                help_text=" / ".join(one.differs),
            )
        self._lost = standing.lost
        if count_is_the_expected(standing, {}) is None:
            del self.fields["acknowledge"]
        mass = mass_change_is_confirmed(standing, {})
        if mass is None:
            del self.fields["confirm"]
        else:
            # A number to be typed: a tick is set without looking.
            asked = _(
                "Of %(before)d entries in force many go or get narrower. Type how many, as counted above, to confirm it."
            )
            self.fields["confirm"].help_text = asked % mass.told
            self.fields["confirm"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean_confirm(self) -> bool:
        """Return whether the number was typed; another number is no confirmation of this one."""
        typed = self.cleaned_data["confirm"].strip()
        if typed and typed != str(self._lost):
            raise forms.ValidationError(_("This is another number than the one counted now."))
        return bool(typed)

    def reasons(self) -> dict[str, str]:
        """Return, by the ids of golden cases, why their new answers are right, once the form is valid."""
        given = self.cleaned_data.items()
        return {name.removeprefix(_CASE): said for name, said in given if name.startswith(_CASE)}

    def moved(self) -> dict[str, Any]:
        """Return what the publication is asked with."""
        given = {name: said for name, said in self.cleaned_data.items() if not name.startswith(_CASE)}
        return given | {"reasons": self.reasons()}

    def clean_against(self) -> str | None:
        return self.cleaned_data["against"] if "against" in self.data else None
