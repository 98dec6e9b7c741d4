"""A page for each move of a version (catalog/lifecycle.py): its button, its words, its form, and the service it calls.

The table of moves says which buttons there are, and what stands in place of one; the service asks it again, and so does the database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import clock, moves, services
from catalog.lifecycle import MOVE
from catalog.models import CatalogVersion
from catalog.refusals import refusal_of
from common.lifecycle import why_not
from desk.forms import NothingToFillIn, ReasonForm, posted
from desk.frame import Action, Button, PageAdmin
from desk.versions.forms import EditForm, ReviewForm, SubmitForm

MAY_EDIT = "catalog.change_catalogversion"
MAY_DISCARD = "catalog.delete_catalogversion"
MAY_PUBLISH = "catalog.publish_catalogversion"
MAY_WITHDRAW = "catalog.withdraw_catalogversion"


@dataclass(frozen=True, slots=True)
class MovePage:
    """How a move is offered: the right it needs, its page's name, its button, and what the page says.

    `heading` and `intro` may name the `version` and the `count` of its entries; the form's button says `submit`, or what the page's button says.
    """

    right: str
    name: str
    title: Any
    heading: Any
    icon: str
    tone: str = "default"
    intro: Any = ""
    submit: Any = ""


_WITHDRAWING = {
    "right": MAY_WITHDRAW,
    "name": "withdraw",
    "heading": gettext_lazy("Withdraw %(version)s"),
    "icon": "undo",
    "tone": "danger",
    "intro": gettext_lazy(
        "It ends for everything asked from now on. Earlier answers keep it, and it stays here for replay."
    ),
}

PAGES = {
    "edit": MovePage(
        MAY_EDIT,
        "edit",
        gettext_lazy("Correct label and days"),
        gettext_lazy("Correct %(version)s"),
        "edit",
        submit=gettext_lazy("Save"),
        intro=gettext_lazy("Whoever edits a draft cannot publish it. With other days it is compared anew."),
    ),
    "consult": MovePage(
        MAY_EDIT,
        "submit",
        gettext_lazy("Submit for consultation"),
        gettext_lazy("Submit %(version)s for consultation"),
        "forum",
        intro=gettext_lazy(
            "Insurers may read it until its last day, or until somebody ends it. Whoever submits it cannot publish it."
        ),
    ),
    "end-consultation": MovePage(
        MAY_EDIT,
        "end_consultation",
        gettext_lazy("End the consultation"),
        gettext_lazy("End the consultation on %(version)s"),
        "event_busy",
        intro=gettext_lazy("The version is a draft again, which insurers do not see."),
    ),
    "request-review": MovePage(
        MAY_EDIT,
        "request_review",
        gettext_lazy("Submit for review"),
        gettext_lazy("Submit %(version)s for review"),
        "rate_review",
        intro=gettext_lazy("Nothing of it can be changed while it is in review. Whoever submits it cannot publish it."),
    ),
    "send-back": MovePage(
        MAY_PUBLISH,
        "send_back",
        gettext_lazy("Send back"),
        gettext_lazy("Send %(version)s back"),
        "reply",
        intro=gettext_lazy("Its editors see the reason. You can still publish it later."),
    ),
    "publish": MovePage(
        MAY_PUBLISH,
        "publish",
        gettext_lazy("Review and publish"),
        gettext_lazy("Review of %(version)s"),
        "verified",
        "primary",
        intro=gettext_lazy("A published version never changes. It is known to every insurer from this moment."),
    ),
    "ask-withdrawal": MovePage(title=gettext_lazy("Ask for withdrawal"), **_WITHDRAWING),
    "withdraw": MovePage(title=gettext_lazy("Withdraw"), **_WITHDRAWING),
    "keep": MovePage(
        MAY_WITHDRAW,
        "keep",
        gettext_lazy("Do not withdraw"),
        gettext_lazy("Do not withdraw %(version)s"),
        "restore",
    ),
    "revert": MovePage(
        MAY_EDIT,
        "revert",
        gettext_lazy("Back to the version before"),
        gettext_lazy("Back to the version before %(version)s"),
        "history",
        submit=gettext_lazy("Make the draft"),
        intro=gettext_lazy(
            "A draft with the entries of the version before is made, for the days of this one. Nothing changes until it is published."
        ),
    ),
    "discard": MovePage(
        MAY_DISCARD,
        "discard",
        gettext_lazy("Delete the draft"),
        gettext_lazy("Delete the draft %(version)s"),
        "delete",
        "danger",
        intro=gettext_lazy("The draft and its %(count)d entries go. The file can be uploaded again."),
    ),
}


def today() -> date:
    """Return the day in China, by the database's clock."""
    return clock.china_today(clock.observe().known_at)


class VersionMoves(PageAdmin):
    """The moves of a version: a button and a page for each of `PAGES`."""

    def move_routes(self) -> list[URLPattern]:
        """Return the routes of the moves' pages; two moves may share one."""
        return [
            self.route(f"<int:pk>/{name.replace('_', '-')}/", getattr(self, f"{name}_view"), name)
            for name in dict.fromkeys(page.name for page in PAGES.values())
        ]

    def move_buttons(self, request: HttpRequest, version: CatalogVersion, day: date | None = None) -> list[Button]:
        """Return a button for each move that the table lets anybody make on a day (today), with why not where it is not this person."""
        person = request.user.get_username()
        standing = moves.standing_of(version, day or today())
        buttons = []
        for name, page in PAGES.items():
            why = why_not(MOVE[name], standing, person)
            if not request.user.has_perm(page.right) or (why and why.code == MOVE[name].otherwise):
                continue
            if name == "revert" and version.parent_id is None:
                continue  # nothing was in force before it
            told = refusal_of(why, version.label).detail if why else ""
            buttons.append(Button(page.title, self.url(page.name, version.pk), page.icon, page.tone, told))
        return buttons

    def _open(self, request: HttpRequest, pk: int, right: str) -> CatalogVersion:
        """Return the version a move is to be made with; refuses (403) whoever lacks the right."""
        self.require(request, right)
        return self.found(request, pk)

    def _move(
        self,
        request: HttpRequest,
        version: CatalogVersion,
        name: str,
        form: forms.Form,
        do: Callable[[dict[str, Any]], tuple[str, str]],
        points: Iterable[str] = (),
    ) -> HttpResponse:
        """Show the page of a move and, on POST, make it."""
        page = PAGES[name]
        words = {"version": version, "count": version.entry_count}
        refusal = moves.refusal(version, name, request.user.get_username(), today())
        action = Action(
            title=page.heading % words,
            form=form,
            do=do,
            submit=page.submit or page.title,
            back=self.url("change", version.pk),
            intro=page.intro % words,
            points=points,
            tone=page.tone if page.tone != "default" else "primary",
            # A state that has moved on is told when it is tried, as everywhere; who may never do it is told at once.
            why_not=refusal.detail if refusal and refusal.code != MOVE[name].otherwise else "",
        )
        return self.act(request, version, action)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)
        names = ("label", "effective_from", "effective_to", "note")
        initial = {name: getattr(version, name) for name in names}
        form = EditForm(posted(request), initial=initial | {"complete_for": " ".join(version.complete_for)})

        def do(given: dict[str, Any]) -> tuple[str, str]:
            changed = services.edit_version(version=version, by=request.user.get_username(), **given)
            return self.url("change", pk), _("%(version)s is corrected.") % {"version": changed}

        return self._move(request, version, "edit", form, do)

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            services.submit_version(version=version, by=request.user.get_username(), **given)
            return self.url("change", pk), _("%(version)s is in consultation.") % {"version": version}

        return self._move(request, version, "consult", SubmitForm(posted(request)), do)

    def end_consultation_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.end_consultation(version=version, by=request.user.get_username())
            return self.url("change", pk), _("The consultation on %(version)s is over.") % {"version": version}

        return self._move(request, version, "end-consultation", NothingToFillIn(posted(request)), do)

    def request_review_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            services.request_review(version=version, by=request.user.get_username(), **given)
            return self.url("change", pk), _("%(version)s waits for a reviewer.") % {"version": version}

        return self._move(request, version, "request-review", ReviewForm(posted(request)), do)

    def send_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_PUBLISH)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            services.send_back(version=version, by=request.user.get_username(), reason=given["reason"])
            return self.url("change", pk), _("%(version)s is a draft again.") % {"version": version}

        return self._move(request, version, "send-back", ReasonForm(posted(request)), do)

    def keep_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_WITHDRAW)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.keep_version(version=version, by=request.user.get_username())
            return self.url("change", pk), _("%(version)s stays published.") % {"version": version}

        return self._move(request, version, "keep", NothingToFillIn(posted(request)), do)

    def revert_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            draft = services.revert_version(version=version, by=request.user.get_username())
            told = _("%(version)s is a draft; a second person publishes it.")
            return self.url("change", draft.pk), told % {"version": draft}

        return self._move(request, version, "revert", NothingToFillIn(posted(request)), do)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_DISCARD)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            told = _("The draft %(version)s is deleted.") % {"version": version}
            services.discard_draft(version=version, by=request.user.get_username())
            return reverse("admin:catalog_catalog_change", args=[version.catalog_id]), told

        return self._move(request, version, "discard", NothingToFillIn(posted(request)), do)
