"""The forms of prior authorisations: asking by hand, deciding, papers. Of papers names and days only, of a person the reference alone."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from catalog.vocabularies import LEVELS, SETTINGS, SEXES
from claims.authorisations.services import MAX_PAPER, MAX_REASON
from claims.claim_size import MAX_TEXT
from claims.eligibility.fields import MAX_MEMBER_REF
from claims.models import PriorAuthorisation
from common.labels import choices
from common.text import as_read
from desk.forms import day_field, note_field, text_field
from insurers.models import Insurer, Product, ProductVersion

_ANY = ("", _("not given"))
_CRITERION = re.compile(r"[A-Z][A-Z0-9_]{0,63}", re.ASCII)
_SHOWN_PERIODS = 5


def _number(**options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        min_value=0,
        max_digits=24,
        decimal_places=9,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget(),
        **options,
    )


def _check_quantity(quantity: Decimal | None) -> Decimal | None:
    if quantity is not None and not quantity:
        raise forms.ValidationError(_("A quantity is more than 0."))
    return quantity


def _choice(label: Any, terms: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[_ANY, *choices(terms.terms)], required=False, widget=UnfoldAdminSelectWidget()
    )


class AskForm(forms.Form):
    """A request by hand; `asked` is what the service takes, and it says what is wrong in it."""

    product = forms.ChoiceField(label=_("Product"), widget=UnfoldAdminSelectWidget())
    member_ref = text_field(
        label=_("Member reference"),
        max_length=MAX_MEMBER_REF,
        help_text=_("a pseudonym, never a name or number of a person"),
    )
    generic_name = text_field(label=_("Generic name"), max_length=MAX_TEXT, required=False)
    national_code = text_field(label=_("National drug code"), max_length=MAX_TEXT, required=False)
    diagnoses = text_field(label=_("Diagnoses"), required=False, help_text=_("ICD-10 codes, with commas between"))
    age = forms.IntegerField(label=_("Age"), required=False, min_value=0, widget=UnfoldAdminIntegerFieldWidget())
    sex = _choice(_("Sex"), SEXES)
    setting = _choice(_("Setting"), SETTINGS)
    institution_level = _choice(_("Institution level"), LEVELS)
    evidence = note_field(
        label=_("Evidence"),
        required=False,
        help_text=_(
            "criteria that are met, one a line, by name or code as listed below; a minus before one that is not"
        ),
    )
    start = day_field(label=_("From"), required=False, help_text=_("today where it is left out"))
    quantity = _number(label=_("Quantity"))
    urgent = forms.BooleanField(label=_("Urgent"), required=False, widget=UnfoldBooleanSwitchWidget())

    def __init__(
        self, *args: Any, insurer: Insurer, criteria: Mapping[str, str], today: date, known_at: datetime, **kwargs: Any
    ) -> None:
        """Take the criteria that may be answered, by code with their texts, and the day and instant that are now."""
        super().__init__(*args, **kwargs)
        self._criteria, self._today, self._known_at = criteria, today, known_at
        self._insurer = insurer
        own = Product.objects.filter(insurer=insurer).order_by("code")
        self.fields["product"].choices = [(one.code, str(one)) for one in own]  # type: ignore[attr-defined]

    def clean_evidence(self) -> dict[str, bool]:
        """Return what is said of each criterion, by code; a name is said of every code that has it."""
        codes: dict[str, list[str]] = {}
        for code, text in self._criteria.items():
            for name in {code, text, f"{text} {code}"} - {""}:
                codes.setdefault(as_read(name), []).append(code)
        said: dict[str, bool] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["evidence"].splitlines())):
            name = line.removeprefix("-").strip()
            meant = codes.get(as_read(name)) or ([name] if _CRITERION.fullmatch(name) else [])
            if not meant:
                raise forms.ValidationError(gettext("There is no criterion “%(name)s”.") % {"name": name[:60]})
            said |= dict.fromkeys(meant, not line.startswith("-"))
        return said

    def clean(self) -> dict[str, Any]:
        """Question a day on which the product has no version: the answer would be a refusal, whatever else is asked."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("product") or "start" not in given:
            return given
        day = given["start"] or self._today
        versions = ProductVersion.objects.filter(product__insurer=self._insurer, product__code=given["product"])
        if not versions.in_force(day, self._known_at).exists():
            known = versions.filter(published_at__lte=self._known_at, withdrawn_at=None)
            periods = known.order_by("-effective_from").values_list("effective_from", "effective_to")[:_SHOWN_PERIODS]
            words = {
                "day": day.isoformat(),
                "periods": gettext("; ").join(f"{first} – {last or ''}".strip() for first, last in periods),
            }
            told = gettext(
                "On %(day)s no version of the product is in force. Choose a day of one of these: %(periods)s."
            )
            none = gettext("The product has no published version.")
            self.add_error("start", told % words if words["periods"] else none)
        return given

    def asked(self) -> dict[str, Any]:
        """Return the request in the service's words."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False, {})}
        codes = given.pop("diagnoses", "").replace("，", ",").replace("；", ",").replace(";", ",").split(",")
        if found := [code.strip() for code in codes if code.strip()]:
            given["diagnoses"] = found
        if start := given.pop("start", None):
            given["from"] = start.isoformat()
        if "quantity" in given:
            given["quantity"] = format(given["quantity"], "f")
        if "institution_level" in given:
            given["institution_level"] = int(given["institution_level"])
        return given


class DecideForm(forms.Form):
    """Approve, for days and a quantity that may differ from what was asked, or decline with the reason."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approved", _("approve")), ("declined", _("decline"))],
        widget=UnfoldAdminRadioSelectWidget(),
    )
    valid_from = day_field(label=_("Valid from"), required=False, help_text=_("as asked where it is left out"))
    valid_to = day_field(
        label=_("Valid to (inclusive)"), required=False, help_text=_("as long as the product says where it is left out")
    )
    quantity = _number(label=_("Quantity"), help_text=_("as asked where it is left out"))
    reason = note_field(label=_("Reason"), required=False, max_length=MAX_REASON, help_text=_("needed to decline"))

    def clean_quantity(self) -> Decimal | None:
        return _check_quantity(self.cleaned_data["quantity"])


class RenewForm(forms.Form):
    """The same once more; only how much may be another."""

    quantity = _number(label=_("Quantity"), help_text=_("as asked where it is left out"))

    def clean_quantity(self) -> Decimal | None:
        return _check_quantity(self.cleaned_data["quantity"])


class AskPapersForm(forms.Form):
    """Names of papers to wait for."""

    names = note_field(label=_("Papers"), max_length=5000, help_text=_("one a line; names only, no files are kept"))

    def clean_names(self) -> str:
        names: str = self.cleaned_data["names"]
        if any(len(name.strip()) > MAX_PAPER for name in names.splitlines()):
            raise forms.ValidationError(_("The name of a paper has at most %(max)d characters.") % {"max": MAX_PAPER})
        return names


class PapersCameForm(forms.Form):
    """Which of the papers that are awaited came, and when they were sent."""

    came = forms.MultipleChoiceField(label=_("Came"), widget=UnfoldAdminCheckboxSelectMultipleWidget())
    sent_on = day_field(label=_("Sent on"), required=False, help_text=_("today where it is left out"))

    def __init__(self, *args: Any, authorisation: PriorAuthorisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        awaited = [paper["name"] for paper in authorisation.papers if paper["came_at"] is None]
        self.fields["came"].choices = [(name, name) for name in awaited]  # type: ignore[attr-defined]
