"""A finding in a sentence, in the reader's language."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from curation.models import Finding


def sentence(finding: Finding) -> str:
    """Return what was found and on which lists, in a sentence."""
    facts = finding.facts
    names = _names(facts)
    if facts["together"] > 1:
        told = ngettext("%(count)d case in %(lists)s", "%(count)d cases in %(lists)s", facts["together"])
        return str(told % {"count": facts["together"], "lists": "、".join(names["each"])})
    return _SENTENCES[finding.kind](facts, names)


def _names(facts: dict[str, Any]) -> dict[str, Any]:
    each = [f"{one['catalog']} {one['version']}".strip() for one in facts["catalogs"]]
    return {"each": each, "one": each[0] if each else "", "other": each[1] if len(each) > 1 else ""}


def _two(text: str) -> Any:
    return lambda facts, names: _(text) % {"drug": facts["drug"], "one": names["one"], "other": names["other"]}


def _text(text: str) -> Any:
    return lambda facts, names: _(text) % {"text": facts["text"], "one": names["one"]}


def _moved(facts: dict[str, Any], names: dict[str, Any]) -> str:
    return _("%(drug)s left %(one)s on %(gone)s and came into %(other)s on %(came)s.") % {
        "drug": facts["drug"],
        "one": facts["catalogs"][0]["catalog"],
        "other": facts["catalogs"][1]["catalog"],
        "gone": facts["days"]["gone_on"],
        "came": facts["days"]["came_on"],
    }


def _ending(facts: dict[str, Any], names: dict[str, Any]) -> str:
    values = {"one": names["one"], "count": facts["entry_count"], "day": facts["days"]["last_day"]}
    if not facts["entry_count"]:
        return _("%(one)s ends on %(day)s and nothing known follows.") % values
    told = ngettext(
        "%(count)d agreement of %(one)s ends on %(day)s and nothing known follows.",
        "%(count)d agreements of %(one)s end on %(day)s and nothing known follows.",
        facts["entry_count"],
    )
    return told % values


def _product(facts: dict[str, Any], names: dict[str, Any]) -> str:
    values = {
        "product": " ".join(facts["product"].values()),
        "list": facts["catalogs"][0]["catalog"],
        "instead": facts["catalogs"][0]["version"],
    }
    match facts["text"]:
        case "nothing_in_force":
            return _("Product %(product)s refers to %(list)s, of which nothing is in force.") % values
        case "missing":
            return _("Product %(product)s is pinned to a version of %(list)s that is not published.") % values
        case "withdrawn":
            return _("Product %(product)s is pinned to a version of %(list)s that was withdrawn.") % values
        case _:
            told = _("Product %(product)s is pinned to a version of %(list)s that %(instead)s has replaced.")
            return told % values


_SENTENCES: dict[str, Callable[[dict[str, Any], dict[str, Any]], str]] = {
    "base_and_commercial": _two(
        gettext_noop(
            "%(drug)s is on %(other)s for the same diseases for which %(one)s lists it as not paid by the fund."
        )
    ),
    "listed_and_excluded": _two(gettext_noop("%(drug)s is on %(one)s, and %(other)s takes it too.")),
    "moved": _moved,
    "ending": _ending,
    "product_without_list": _product,
    "uncoded": _text(gettext_noop("Text of %(one)s that is not coded: %(text)s")),
    "unknown_drug": _text(gettext_noop("The drug master does not know %(text)s of %(one)s.")),
    "unknown_form": _text(gettext_noop("The form %(text)s of %(one)s is outside the table.")),
    "names_together": _text(gettext_noop("%(text)s stand in one cell of %(one)s and are not one drug.")),
    "same_drug_twice": _two(
        gettext_noop("Two entries of %(drug)s in %(one)s take the same line with different terms.")
    ),
}
