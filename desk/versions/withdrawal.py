"""Withdrawing a version: what applies then, what it reaches, how much rests on it; one person asks, another does it."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from catalog import clock, moves, services
from catalog.in_force import Span, spans
from catalog.models import CatalogVersion
from claims.decisions_resting import resting_on
from common.errors import Refused
from desk.forms import NothingToFillIn, ReasonForm, posted
from desk.frame import sentences
from desk.versions.moves import MAY_WITHDRAW
from desk.versions.tabs import VersionTabs, day_of
from insurers.products_reached import products_naming

RESTING_DAYS = 30


class WithdrawalPages(VersionTabs):
    """The page of a withdrawal, for who asks and for who carries it out."""

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a withdrawal does and, on POST, ask for it or carry it out."""
        self.require(request, MAY_WITHDRAW)
        version = self.found(request, pk)
        asked = bool(version.withdrawal_asked_by) and version.withdrawn_at is None
        form = NothingToFillIn(posted(request)) if asked else ReasonForm(posted(request))
        person, status = request.user.get_username(), 200
        if request.method == "POST" and form.is_valid():
            try:
                done = services.withdraw_version(version=version, by=person, **form.cleaned_data)
            except Refused as refusal:
                status = refusal.status
                for sentence in sentences(refusal):
                    form.add_error(None, sentence)
            else:
                told = (
                    _("%(version)s is withdrawn.")
                    if done.withdrawn_at
                    else _("A second person must now withdraw %(version)s.")
                )
                messages.success(request, told % {"version": version})
                return redirect(self.url("change", pk))
        move = "withdraw" if asked else "ask-withdrawal"
        refusal_now = moves.refusal(version, move, person, day_of(request))
        known_at = clock.observe().known_at
        context = {
            **self.tab_context(request, version, "withdraw", with_buttons=False),
            "asked": asked,
            "form": form,
            "why_not": refusal_now.detail if refusal_now else "",
            "becomes": what_applies(version, known_at),
            "day": clock.china_today(known_at),
            "reached": products_naming(version.catalog, version.effective_from, version.effective_to),
            "resting": resting_on(version, known_at - timedelta(days=RESTING_DAYS)),
            "resting_days": RESTING_DAYS,
            "keep_href": self.url("keep", pk) if asked else "",
            "back": self.url("change", pk),
            "history_href": "",
        }
        return self.page(request, "desk/versions/withdrawal.html", version, context, status=status)


def what_applies(version: CatalogVersion, known_at: Any) -> list[Span[CatalogVersion]]:
    """Return, for the days on which the version is in force as things stand, what is in force on them without it."""
    versions = list(version.catalog.versions.known_at(known_at))
    others = [one for one in versions if one.pk != version.pk]
    found: list[Span[CatalogVersion]] = []
    last: date | None = version.effective_to
    for now in spans(versions, known_at, version.effective_from, last):
        if now.version is not None and now.version.pk == version.pk:
            found += spans(others, known_at, now.first, now.last)
    return found
