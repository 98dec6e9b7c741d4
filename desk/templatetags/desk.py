"""Template tags of the curators' pages."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString

from catalog.models import CatalogVersion
from common.money import BasisPoints, ratio_text
from desk import badges
from desk.addresses import comparison_with_followed
from desk.own_rows import told_person
from desk.words import period_words

register = template.Library()


@register.simple_tag
def provenance(value: str) -> SafeString:
    """Where the facts come from."""
    return badges.provenance_badge(value or "")


@register.simple_tag
def version_state(version: CatalogVersion) -> SafeString:
    """The state of a catalog version."""
    return badges.version_badge(version)


@register.simple_tag
def compare_href(version: CatalogVersion) -> str:
    """The address that compares a version with the one it follows, by drug."""
    return comparison_with_followed(version)


@register.simple_tag
def run_state(state: str) -> SafeString:
    """The state of an import."""
    return badges.run_badge(state)


@register.simple_tag
def change_kind(change: str) -> SafeString:
    """What became of an entry."""
    return badges.change_badge(change)


@register.simple_tag(takes_context=True)
def page_query(context: RequestContext, parameter: str, number: int) -> str:
    """This page's query with another page of one of its lists."""
    query = context["request"].GET.copy()
    query[parameter] = str(number)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def person(context: RequestContext, name: str) -> str:
    """A person's name, as whoever reads the page may read it."""
    return told_person(context["request"], name)


@register.simple_tag
def period(first: date, last: date | None) -> str:
    """Inclusive days: from the first to the last, or from the first on."""
    return period_words(first, last)


@register.filter
def get(mapping: dict[str, Any], name: str) -> Any:
    """Return a mapping's value by a name that a template only holds in a variable."""
    return mapping.get(name, "")


@register.filter
def yuan(amount: str | None) -> str:
    """An amount of money with its thousands apart; what is no amount stays as it is."""
    try:
        return f"{Decimal(amount or ''):,.2f}"
    except InvalidOperation:
        return amount or "—"


@register.simple_tag
def ratio(ten_thousandths: int) -> str:
    """A ratio in ten-thousandths with its four decimals."""
    return ratio_text(BasisPoints(ten_thousandths))
