"""A golden case as a form: what it is judged by, the claim, and of each line what is expected."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.vocabularies import CIRCUMSTANCES, LEVELS, SETTINGS, SEXES
from claims.models import ClaimCheck
from common.errors import Refused
from common.labels import choices
from curation.golden.services import Given
from desk.forms import day_field, note_field, text_field

SPARE_LINES = 3
MOST_LINES = 50
_LINE_TEXTS = ("generic_name", "dosage_form", "brand_name", "national_code", "quantity", "amount", "base_paid")


def _choice(label: Any, terms: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=[("", "—"), *choices(terms)], widget=UnfoldAdminSelectWidget()
    )


class NameForm(forms.Form):
    """A case made from a recorded check: only its name is to be given."""

    name = text_field(label=gettext_lazy("Name"), max_length=200)
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)


class LineForm(forms.Form):
    """A line of the claim, and what is expected of it; a row without anything in it is none. `is_open`: it is more than a spare row."""

    is_open = True

    generic_name = text_field(label=gettext_lazy("Generic name"), required=False, max_length=500)
    dosage_form = text_field(label=gettext_lazy("Dosage form"), required=False, max_length=200)
    brand_name = text_field(label=gettext_lazy("Brand name"), required=False, max_length=200)
    national_code = text_field(label=gettext_lazy("national drug code"), required=False, max_length=100)
    quantity = text_field(label=gettext_lazy("Quantity"), required=False, max_length=30)
    amount = text_field(label=gettext_lazy("Amount (CNY)"), required=False, max_length=30)
    base_paid = text_field(label=gettext_lazy("Paid by basic insurance (CNY)"), required=False, max_length=30)
    evidence = text_field(
        label=gettext_lazy("Answers to criteria"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("e.g. ALK_POSITIVE=yes; LINE_2=no"),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Expected outcome"),
        required=False,
        choices=[("", "—"), *ClaimCheck.Outcome.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    payable = text_field(
        label=gettext_lazy("Expected payable (CNY)"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("empty: however much it is"),
    )
    reasons = text_field(
        label=gettext_lazy("Expected reasons"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("codes, separated by spaces; empty: whatever they are; “none”: no reason"),
    )

    def clean_evidence(self) -> dict[str, bool]:
        """Return the answers; each is `criterion=yes` or `criterion=no`."""
        found = {}
        for part in self.cleaned_data["evidence"].replace("；", ";").split(";"):
            name, _equals, said = part.strip().rpartition("=")
            if not part.strip():
                continue
            answers = {"yes": True, "是": True, "no": False, "否": False}
            if not name.strip() or said.strip().lower() not in answers:
                raise forms.ValidationError(_("Write criterion=yes or criterion=no, separated by semicolons."))
            found[name.strip()] = answers[said.strip().lower()]
        return found

    def clean_reasons(self) -> list[str] | None:
        """Return the codes; None where they are left open."""
        said = self.cleaned_data["reasons"].replace(",", " ").replace("，", " ").split()
        if said in (["none"], ["无"]):
            return []
        return [code.upper() for code in said] or None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in the row."""
        return not any(self.cleaned_data.values())


class CaseForm(forms.Form):
    """A golden case. `case` is the one that is changed: what the form has no field for stays as it is."""

    name = text_field(label=gettext_lazy("Name"), max_length=200)
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)
    product = text_field(
        label=gettext_lazy("Product"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("its code; or lists alone"),
    )
    insurer = text_field(
        label=gettext_lazy("Insurer"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("its code, where several have a product of this code"),
    )
    catalogs = text_field(
        label=gettext_lazy("Lists alone"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("codes, separated by spaces: each pays in full, without any product's terms"),
    )
    service_date = day_field(label=gettext_lazy("Service date"), required=False)
    diagnoses = text_field(
        label=gettext_lazy("Diagnoses"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("ICD-10 codes, separated by spaces"),
    )
    setting = _choice(gettext_lazy("Setting"), SETTINGS.terms)
    institution_level = _choice(gettext_lazy("Institution level"), LEVELS.terms)
    circumstance = _choice(gettext_lazy("Circumstance"), CIRCUMSTANCES.terms)
    sex = _choice(gettext_lazy("Sex"), SEXES.terms)
    age = text_field(label=gettext_lazy("Age"), required=False, max_length=3)
    pre_existing = text_field(label=gettext_lazy("Pre-existing diseases"), required=False, max_length=2000)

    def __init__(self, data: Any = None, *, kept: Given | None = None, for_office: bool, **kwargs: Any) -> None:
        super().__init__(data, initial=_initial(kept), **kwargs)
        self._kept = kept
        if not for_office:
            del self.fields["insurer"]
        lines = _line_initials(kept)
        sent = str(data.get("lines", "")) if data is not None else ""
        count = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 4 else len(lines) + SPARE_LINES
        self.count = min(max(count, len(lines)), MOST_LINES)
        self.lines = [
            LineForm(data, prefix=f"line{place}", initial=lines[place] if place < len(lines) else None)
            for place in range(self.count)
        ]
        for place, line in enumerate(self.lines):
            line.is_open = place < max(len(lines), 1) or (data is not None and line.has_changed())

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(line.is_valid() for line in self.lines)])

    @property
    def of_case(self) -> list[Any]:
        """The fields about the case itself."""
        return [self[name] for name in ("name", "product", "insurer", "catalogs", "note") if name in self.fields]

    @property
    def of_claim(self) -> list[Any]:
        """The fields that hold for every line."""
        names = ("service_date", "diagnoses", "setting", "institution_level", "circumstance", "sex", "age")
        return [self[name] for name in (*names, "pre_existing")]

    def given(self) -> Given:
        """Return the case as it is written, once the form is valid."""
        said = self.cleaned_data
        claim = dict(self._kept.claim) if self._kept else {}
        claim.pop("product", None)
        _put(claim, "service_date", said["service_date"].isoformat() if said["service_date"] else "")
        _put(claim, "diagnoses", _codes(said["diagnoses"]))
        for name in ("setting", "institution_level", "circumstance"):
            _put(claim, name, said[name])
        member = dict(claim.get("member") or {})
        _put(member, "sex", said["sex"])
        _put(member, "age", int(said["age"]) if said["age"].isascii() and said["age"].isdigit() else said["age"])
        _put(member, "pre_existing", _codes(said["pre_existing"]))
        _put(claim, "member", member)
        kept_lines = claim.get("lines") or []
        rows = [(place, line.cleaned_data) for place, line in enumerate(self.lines) if not line.is_blank]
        claim["lines"] = [_line(kept_lines[place] if place < len(kept_lines) else {}, row) for place, row in rows]
        return Given(
            name=said["name"],
            note=said["note"],
            product=said["product"].strip(),
            insurer=said.get("insurer", "").strip(),
            catalogs=said["catalogs"].replace(",", " ").replace("，", " ").split(),
            claim=claim,
            # Rows that take back from a line are added to it: there is nothing to expect of them.
            expect={"lines": [_expected(row) for _place, row in rows if row["outcome"]]},
        )


def _put(into: dict[str, Any], name: str, value: Any) -> None:
    if value in ("", [], {}, None):
        into.pop(name, None)
    else:
        into[name] = value


def _codes(text: str) -> list[str]:
    return text.replace(",", " ").replace("，", " ").replace(";", " ").replace("；", " ").split()


def _line(kept: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    line = dict(kept)
    for name in (*_LINE_TEXTS, "evidence"):
        _put(line, name, row[name])
    return line


def _expected(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"outcome": row["outcome"]}
    if row["reasons"] is not None:
        found["reasons"] = row["reasons"]
    if row["payable"]:
        found["payable"] = row["payable"]
    return found


def _initial(kept: Given | None) -> dict[str, Any]:
    if kept is None:
        return {}
    claim = kept.claim
    member = claim.get("member") or {}
    return {
        "name": kept.name,
        "note": kept.note,
        "product": kept.product,
        "insurer": kept.insurer,
        "catalogs": " ".join(kept.catalogs),
        "service_date": claim.get("service_date", ""),
        "diagnoses": " ".join(claim.get("diagnoses") or ()),
        "setting": claim.get("setting", ""),
        "institution_level": str(claim.get("institution_level") or ""),
        "circumstance": claim.get("circumstance", ""),
        "sex": member.get("sex", ""),
        "age": "" if member.get("age") is None else str(member["age"]),
        "pre_existing": " ".join(member.get("pre_existing") or ()),
    }


def _line_initials(kept: Given | None) -> list[dict[str, Any]]:
    if kept is None:
        return []
    expected = list(kept.expect.get("lines") or ())
    found = []
    for line in kept.claim["lines"]:
        # What takes back from a line has no answer of its own.
        expects = {} if line.get("refund_of") or not expected else expected.pop(0)
        reasons = expects.get("reasons")
        found.append(
            {name: line.get(name, "") for name in _LINE_TEXTS}
            | {
                "evidence": "; ".join(
                    f"{name}={'yes' if said else 'no'}" for name, said in (line.get("evidence") or {}).items()
                ),
                "outcome": expects.get("outcome", ""),
                "payable": expects.get("payable", ""),
                "reasons": "" if reasons is None else " ".join(reasons) or "none",
            }
        )
    return found


def tell_case_on(form: CaseForm, refusal: Refused) -> None:
    """Say on the form what a refusal says: each problem at its field, of a line at its row."""
    for problem in refusal.errors:
        steps = problem.pointer.split("/")[1:]
        row = next((int(step) for step in steps if step.isdigit()), None)
        target: forms.Form = form
        if "lines" in steps and row is not None and row < len(form.lines):
            target = [line for line in form.lines if not line.is_blank][row]
            steps = [step for step in steps if not step.isdigit()]
        name = next((step for step in reversed(steps) if step in target.fields), None)
        if name is not None:
            is_missing = problem.code.lower() == "required" and name not in {"product", "catalogs"}
            # The service says of a missing field that it is missing, by its code word; here it stands under its name.
            target.add_error(name, _("Fill this in.") if is_missing else problem.detail)
        else:
            form.add_error(None, problem.detail)
    if not refusal.errors:
        form.add_error(None, refusal.detail)


def claim_told(claim: Mapping[str, Any]) -> str:
    """Return a claim as JSON, for whoever wants to see all of it."""
    return json.dumps(
        claim, ensure_ascii=False, indent=2, default=lambda one: str(one) if isinstance(one, Decimal) else one
    )
