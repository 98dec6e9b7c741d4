"""Golden cases in words: what is expected, what is found, and how the two differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.models import CatalogVersion
from claims.eligibility import REASONS
from claims.models import ClaimCheck
from common.labels import reader_language
from curation.golden.services import shown_to
from curation.golden.trying import Tried, cases_of, tried_with
from curation.models import GoldenCase
from desk.markup import badge
from insurers.persons import insurer_of

MAY_SEE, MAY_MAKE = "curation.view_goldencase", "curation.add_goldencase"


def outcome_words(code: str) -> str:
    """Return an outcome in words."""
    return str(dict(ClaimCheck.Outcome.choices).get(code, code))


def reason_words(code: str) -> str:
    """Return a reason in a few words: its sentence without what it names, and its code, by which a case expects it."""
    kind = REASONS.get(code)
    return f"{kind.in_short('en' if reader_language() == 'en' else 'zh')} ({code})" if kind else code


def line_words(line: Mapping[str, Any]) -> str:
    """Return what is expected of a line, or found, in one sentence; what it does not name is not told."""
    told = [outcome_words(line["outcome"])]
    if "payable" in line:
        told.append(_("pays %(amount)s") % {"amount": line["payable"]})
    if line.get("reasons"):
        told.append(_("; ").join(reason_words(code) for code in line["reasons"]))
    return _(", ").join(told)


def _value_words(field: str, value: Any) -> str:
    if field == "outcome":
        return outcome_words(value)
    if field == "reasons":
        return _("; ").join(reason_words(code) for code in value) or _("no reason")
    return str(value)


def differences_told(differs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return, a sentence each, what of an answer is another one than expected."""
    names = {"outcome": _("outcome"), "reasons": _("reasons"), "payable": _("payable")}
    told = []
    for one in differs:
        if one["field"] == "claim":
            told.append(_("Today's rules refuse the claim; change or remove the case."))
        elif one["field"] == "lines":
            counts = {"expected": one["expected"], "found": one["found"]}
            told.append(_("%(found)s lines are answered, %(expected)s were expected.") % counts)
        else:
            words = {
                "number": one["line_no"],
                "what": names[one["field"]],
                "expected": _value_words(one["field"], one["expected"]),
                "found": _value_words(one["field"], one["found"]),
            }
            told.append(_("Line %(number)s, %(what)s: %(expected)s → %(found)s") % words)
    return told


def judged_by(case: GoldenCase) -> str:
    """Return what a case is judged by: a product, or lists alone."""
    if case.product is not None:
        return f"{case.product.code} {case.product.name}"
    return _("lists alone: %(codes)s") % {"codes": ", ".join(case.catalogs)}


@dataclass(frozen=True, slots=True)
class Shown:
    """A case held against a version, in words; `href` leads to the case for whom it is, `whose` names an insurer's."""

    tried: Tried
    badge: SafeString
    expected: list[str]
    found: list[str]
    differs: list[str]
    href: str
    whose: str


def shown(one: Tried, user: Any) -> Shown:
    """Return a case as this person may read it."""
    case, own = one.case, insurer_of(user)
    is_mine = case.insurer_id == (own.pk if own else None)
    return Shown(
        tried=one,
        badge=badge(_("as expected"), "good") if one.passes else badge(_("differs"), "bad"),
        expected=[line_words(line) for line in case.expect["lines"]],
        found=[line_words(line) for line in one.found["lines"]] if one.found else [],
        differs=differences_told(one.differs),
        href=reverse("admin:curation_goldencase_change", args=[case.pk]) if is_mine else "",
        whose=case.insurer.name if case.insurer and not is_mine else "",
    )


def tried_for(user: Any, version: CatalogVersion, seen: Observation) -> list[Tried]:
    """Return every case of which this person sees how it comes out with a version; those that differ first."""
    own = insurer_of(user)
    cases = shown_to(cases_of(version, seen), version, own.pk if own else None)
    return sorted(tried_with(version, cases, seen), key=lambda one: (one.passes, one.case.name))


def make_href(check: ClaimCheck) -> str:
    """Return where a recorded check is made a case."""
    return f"{reverse('admin:curation_goldencase_add')}?{urlencode({'check': check.pk})}"
