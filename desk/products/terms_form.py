"""The form that terms are written in: made of what was written, with a blank row more wherever there may be more; it works without script."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import SCOPES, SETTINGS, STATUTORY_CIRCUMSTANCES
from common.errors import FieldError
from common.labels import reader_language
from desk.forms import DayInput
from desk.products.terms_text import BAD_PERCENT, NO_AMOUNT, PRIOR_AUTH, RATIOS, TWICE, Written, field_of

BLANK_ROWS = 1
BLANK_BANDS = 2
# Of each catalog the latest versions; an older one that is referred to stays on offer.
VERSIONS_OFFERED = 12
PAYING, BASE, EXCLUDING, NEGATIVE = ("commercial", "base"), ("base",), ("base_exclusion",), ("negative",)

Choice = tuple[str, Any]


class CatalogChoices:
    """What references may be made to: every catalog that the insurer sees, following what is in force or pinned to a published version."""

    def __init__(self, insurer_id: int) -> None:
        catalogs = Catalog.objects.readable_by(insurer_id).exclude(kind="reference").order_by("code", "id")
        called = Catalog.objects.addresses(insurer_id)
        self._catalogs = [(one.pk, called(one), one.name, one.kind) for one in catalogs]
        versions = CatalogVersion.objects.filter(published_at__isnull=False, withdrawn_at=None)
        versions = versions.filter(catalog__in=[pk for pk, *_rest in self._catalogs]).order_by("-effective_from", "-pk")
        self._labels: dict[int, list[str]] = {}
        for pk, label in versions.values_list("catalog_id", "label"):
            self._labels.setdefault(pk, []).append(label)

    def of(self, kinds: Iterable[str], chosen: str) -> list[Choice]:
        """Return the options of a reference, by catalog; what is chosen is one of them, whatever it is."""
        offered: list[Choice] = [("", "—")]
        known = {""}
        for pk, code, name, kind in self._catalogs:
            if kind in kinds:
                here = [(code, _("%(code)s – whatever is in force") % {"code": code})]
                pinned = self._labels.get(pk, [])[:VERSIONS_OFFERED]
                here += [
                    (f"{code}@{label}", _("%(code)s – pinned to %(label)s") % {"code": code, "label": label})
                    for label in pinned
                ]
                known.update(value for value, _words in here)
                offered.append((name, here))
        return offered if chosen in known else [*offered, (chosen, chosen.replace("@", " "))]


def _text(label: Any, *, help_text: Any = "", numeric: bool = False) -> forms.CharField:
    attrs = {"inputmode": "decimal"} if numeric else {}
    widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text)


def _day(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=DayInput())


def _one(label: Any, choices: list[Choice]) -> forms.CharField:
    # Not a ChoiceField: what may stand here is asked of the terms' reader alone.
    return forms.CharField(label=label, required=False, widget=UnfoldAdminSelectWidget(choices=choices))


class _Several(forms.MultipleChoiceField):
    def validate(self, value: Any) -> None:
        """Leave it to the terms' reader."""


def _several(label: Any, choices: list[Choice]) -> forms.MultipleChoiceField:
    widget = UnfoldAdminCheckboxSelectMultipleWidget()
    return _Several(label=label, required=False, choices=choices, widget=widget)


class TermsForm(forms.Form):
    """Terms as they are written, with what is wrong at its fields."""

    def __init__(self, written: Written, choices: CatalogChoices) -> None:
        self.written, self.choices = written, choices
        self._made: dict[str, forms.Field] = {}
        self._data: dict[str, Any] = {}
        self._head()
        for row, cells in enumerate([*written.deductibles, *[("", "", "")] * BLANK_ROWS]):
            self._deductible(row, cells)
        for place in range(len(written.benefits)):
            self._benefit(place)
        super().__init__(data=self._data)
        self.fields.update(self._made)

    def _put(self, name: str, value: Any, field: forms.Field) -> None:
        self._made[name], self._data[name] = field, value

    def _references(self, name: str, label: Any, kinds: Iterable[str], chosen: list[str]) -> None:
        for row, one in enumerate([*chosen, *[""] * BLANK_ROWS]):
            words = label if row < 1 else f"{label} {row + 1}"
            self._put(f"{name}-{row}", one, _one(words, self.choices.of(kinds, one)))

    def _head(self) -> None:
        values, language = self.written.values, reader_language()
        self._put(
            "label",
            values.get("label", ""),
            _text(_("Label"), help_text=_("such as 2026: letters, digits, dot, dash, underscore")),
        )
        self._put("effective_from", values.get("effective_from", ""), _day(_("First day")))
        self._put("effective_to", values.get("effective_to", ""), _day(_("Last day (inclusive; may be open)")))
        base = values.get("base", "")
        self._put("base", base, _one(_("Basic insurance list"), self.choices.of(BASE, base)))
        self._references(
            "base_exclusions", _("Never paid by basic insurance"), EXCLUDING, self.written.lists["base_exclusions"]
        )
        self._references("negative_lists", _("Negative lists"), NEGATIVE, self.written.lists["negative_lists"])
        for name, label in (
            ("honours_base_exclusions", _("What basic insurance never pays is not paid here either")),
            ("requires_base_settlement", _("Basic insurance must have settled first")),
        ):
            tick = forms.BooleanField(label=label, required=False, widget=UnfoldBooleanWidget())
            self._put(name, self.written.ticks.get(name, False), tick)
        self._put("waiting_days", values.get("waiting_days", ""), _text(_("Waiting days"), numeric=True))
        self._put(
            "annual_limit", values.get("annual_limit", ""), _text(_("Yearly limit of the product (CNY)"), numeric=True)
        )
        numbers = [("any", _("any number is enough")), ("checked", _("the number is checked"))]
        self._put("prior_auth", values.get("prior_auth") or "any", _one(_("Prior authorisation"), numbers))
        labels = (_("An authorisation is valid for (days)"), _("Decided within (days)"), _("Urgent: within (hours)"))
        for name, words in zip(PRIOR_AUTH, labels, strict=True):
            self._put(name, values.get(name, ""), _text(words, numeric=True))
        circumstances = list(STATUTORY_CIRCUMSTANCES.names(language).items())
        self._put(
            "covered_circumstances", self.written.circumstances, _several(_("Covered all the same"), circumstances)
        )

    def _deductible(self, row: int, cells: tuple[str, str, str]) -> None:
        labels = (_("Group"), _("Yearly deductible (CNY)"), _("where pre-existing (CNY)"))
        for name, label, value in zip(("group", "amount", "special"), labels, cells, strict=True):
            self._put(f"deductibles-{row}-{name}", value, _text(label, numeric=name != "group"))

    def _benefit(self, place: int) -> None:
        benefit, language = self.written.benefits[place], reader_language()
        values, at = benefit.values, f"benefits-{place}-"
        self._put(at + "code", values.get("code", ""), _text(_("Code")))
        self._put(at + "name", values.get("name", ""), _text(_("Name")))
        scopes = list(SCOPES.names(language).items())
        self._put(at + "scope", values.get("scope") or "any", _one(_("Pays for"), scopes))
        self._put(
            at + "settings",
            benefit.settings,
            _several(_("Settings (none: all)"), list(SETTINGS.names(language).items())),
        )
        self._references(at + "catalogs", _("Listed in"), PAYING, benefit.catalogs)
        groups: list[Choice] = [("", _("no deductible"))]
        names = [cells[0] for cells in self.written.deductibles if cells[0]]
        chosen = values.get("deductible_group", "")
        groups += [(name, name) for name in dict.fromkeys([*names, *([chosen] if chosen else [])])]
        self._put(at + "deductible_group", chosen, _one(_("Deductible group"), groups))
        labels = (
            _("Ratio (%)"),
            _("where pre-existing (%)"),
            _("not settled by basic insurance (%)"),
            _("not settled and pre-existing (%)"),
        )
        for name, label in zip(RATIOS, labels, strict=True):
            self._put(at + name, values.get(name, ""), _text(label, numeric=True))
        self._put(
            at + "annual_limit",
            values.get("annual_limit", ""),
            _text(_("Yearly limit of the benefit (CNY)"), numeric=True),
        )
        for row, (up_to, share) in enumerate([*benefit.bands, *[("", "")] * BLANK_BANDS]):
            self._put(f"{at}bands-{row}-up_to", up_to, _text(_("up to (CNY; the last one open)"), numeric=True))
            self._put(f"{at}bands-{row}-ratio", share, _text(_("Ratio (%)"), numeric=True))

    # --- As the page lays it out

    def _rows(self, prefix: str) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith(prefix)]

    def days(self) -> list[BoundField]:
        return [self[name] for name in ("label", "effective_from", "effective_to")]

    def lists(self) -> list[BoundField]:
        return [self["base"], *self._rows("base_exclusions-"), *self._rows("negative_lists-")]

    def conditions(self) -> list[BoundField]:
        names = (
            "waiting_days",
            "annual_limit",
            "covered_circumstances",
            "honours_base_exclusions",
            "requires_base_settlement",
            "prior_auth",
            *PRIOR_AUTH,
        )
        return [self[name] for name in names]

    def deductibles(self) -> list[list[BoundField]]:
        return [self._rows(f"deductibles-{row}-") for row in range(len(self.written.deductibles) + BLANK_ROWS)]

    def benefits(self) -> list[dict[str, Any]]:
        return [self._laid_out(place) for place in range(len(self.written.benefits))]

    def _laid_out(self, place: int) -> dict[str, Any]:
        at = f"benefits-{place}-"
        bands = len(self.written.benefits[place].bands)
        in_bands = [self._rows(f"{at}bands-{row}-") for row in range(bands + BLANK_BANDS)]
        return {
            "place": place,
            "number": place + 1,
            "name": self.written.benefits[place].values.get("name") or self.written.benefits[place].values.get("code"),
            "first": [self[at + name] for name in ("name", "code", "scope", "deductible_group")],
            "catalogs": self._rows(at + "catalogs-"),
            "settings": self[at + "settings"],
            "ratios": [self[at + name] for name in (*RATIOS, "annual_limit")],
            "bands": in_bands,
            "has_bands": bands > 0,
        }

    def tell(self, problems: Iterable[FieldError]) -> None:
        """Put each problem at its field; what belongs to none stands above the form."""
        self.is_valid()
        for problem in problems:
            name = field_of(problem.pointer, self.written)
            told = problem.detail or _worded(problem)
            if problem.code == "REQUIRED" and name in self.fields:  # its sentence names the field as programs call it
                told = self.fields[name].error_messages["required"]
            self.add_error(name if name in self.fields else None, told)


def _worded(problem: FieldError) -> str:
    return {
        BAD_PERCENT: _("Write a per cent from 0 to 100 with at most two decimals, such as 80."),
        TWICE: _("This group stands here twice."),
        NO_AMOUNT: _("Write the amount; 0 is one."),
    }[problem.code]
