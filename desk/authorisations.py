"""Prior authorisations 事前授权 for an insurer's own people: what waits, one with its history, asking, papers, deciding, renewing.

They are about members of the insurer, so nobody of the office sees or decides any.
"""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Case, F, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog import clock
from claims.authorisations import queries, rules, services
from claims.models import AuthorisationEvent, PriorAuthorisation
from common.labels import reader_language
from desk.authorisation_forms import AskForm, AskPapersForm, DecideForm, PapersCameForm
from desk.forms import NothingToFillIn, posted
from desk.frame import Action, Button, PageAdmin
from desk.markup import badge
from desk.own import own_insurer
from insurers.persons import insurer_of

MAY_ASK, MAY_DECIDE = "claims.add_priorauthorisation", "claims.change_priorauthorisation"
_TONES = {rules.IN_REVIEW: "warn", rules.APPROVED: "good", rules.DECLINED: "bad", rules.EXPIRED: "quiet"}


def _today() -> Any:
    return clock.china_today(timezone.now())


def state_badge(row: PriorAuthorisation) -> SafeString:
    """Return how an authorisation stands today."""
    words = {**dict(PriorAuthorisation.State.choices), rules.EXPIRED: _("expired")}
    state = rules.state_on(row.state, row.valid_to, _today())
    return badge(words[state], _TONES[state])


def due_told(row: PriorAuthorisation, now: datetime) -> SafeString | str:
    """Return by when it has to be decided: how long is left, that the time is over, or that it stands still."""
    if row.state != rules.IN_REVIEW or row.due_at is None:
        return "—"
    if row.stopped_at is not None:
        return badge(_("papers awaited, the clock stands still"), "info")
    if rules.is_overdue(row.due_at, row.stopped_at, now):
        return badge(_("overdue since %(day)s") % {"day": f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}"}, "bad")
    hours = int((row.due_at - now).total_seconds() // 3600)
    if hours < 48:
        left = ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
        return badge(left, "warn")
    return badge(ngettext("%(count)d day left", "%(count)d days left", hours // 24) % {"count": hours // 24}, "quiet")


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [*PriorAuthorisation.State.choices, (rules.EXPIRED, _("expired"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queries.in_state(queryset, self.value(), _today()) if self.value() else queryset


@admin.register(PriorAuthorisation)
class PriorAuthorisationAdmin(PageAdmin):
    page_template = "desk/authorisations/authorisation.html"
    list_display = ["no", "urgent_shown", "state_shown", "due_shown", "product", "drug_shown", "member_ref", "asked_at"]
    list_filter = [StateFilter, "urgent", "product"]
    list_select_related = ["product"]
    search_fields = ["no", "member_ref", "drug"]
    show_full_result_count = False
    list_before_template = "desk/frame/list_buttons.html"

    @admin.display(description="")
    def urgent_shown(self, row: PriorAuthorisation) -> SafeString | str:
        return badge(_("urgent"), "bad") if row.urgent and row.state == rules.IN_REVIEW else ""

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, row: PriorAuthorisation) -> SafeString:
        return state_badge(row)

    @admin.display(description=gettext_lazy("to be decided"))
    def due_shown(self, row: PriorAuthorisation) -> SafeString | str:
        return due_told(row, timezone.now())

    @admin.display(description=gettext_lazy("drug"), ordering="drug")
    def drug_shown(self, row: PriorAuthorisation) -> str:
        return row.drug or _("not recognised")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriorAuthorisation]:
        rows = super().get_queryset(request).filter(insurer=insurer_of(request.user))
        return rows.select_related("product", "renews")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        # What waits for a person first: urgent before the rest, then by the deadline; what waits for papers behind these.
        waits = Case(
            When(state=rules.IN_REVIEW, stopped_at=None, urgent=True, then=Value(0)),
            When(state=rules.IN_REVIEW, stopped_at=None, then=Value(1)),
            When(state=rules.IN_REVIEW, then=Value(2)),
            default=Value(3),
        )
        return (waits, F("due_at").asc(nulls_last=True), "-asked_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/decide/", self.decide_view, "decide"),
            self.route("<int:pk>/papers/", self.papers_view, "papers"),
            self.route("<int:pk>/came/", self.came_view, "came"),
            self.route("<int:pk>/renew/", self.renew_view, "renew"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        own_insurer(request, "claims.view_priorauthorisation")
        may = request.user.has_perm(MAY_ASK)
        buttons = [Button(_("Ask for an authorisation"), self.url("add"), "add", "primary")] if may else []
        return super().changelist_view(request, {**(extra_context or {}), "buttons": buttons})

    # --- One authorisation

    def page_context(self, request: HttpRequest, row: PriorAuthorisation) -> dict[str, Any]:
        now, language = timezone.now(), reader_language()
        judged = row.judgement or {}
        kinds = {**dict(AuthorisationEvent.Kind.choices), "spent": _("used"), "given_back": _("given back")}
        used = queries.used_of([row]).get(row.pk, 0)
        left = queries.quantity_left(row, used)
        return {
            "row": row,
            "state": state_badge(row),
            "due": due_told(row, now),
            "reasons": [
                {"code": one["code"], "message": one["message"][language], "effect": one["effect"]}
                for one in judged.get("reasons", [])
            ],
            "match": judged.get("match"),
            "asked": _asked_told(row.facts or {}),
            "left": "—" if left is None else f"{left.normalize():f}",
            "history": [
                {**one, "what": kinds[one["kind"]], "told": _told(one["detail"])} for one in queries.history_of(row)
            ],
            "renewals": list(row.renewals.all()),
            "buttons": self._buttons(request, row),
        }

    def _buttons(self, request: HttpRequest, row: PriorAuthorisation) -> list[Button]:
        if not request.user.has_perm(MAY_DECIDE):
            return []
        if row.state == rules.IN_REVIEW:
            buttons = [
                Button(_("Decide"), self.url("decide", row.pk), "gavel", "primary"),
                Button(_("Ask for papers"), self.url("papers", row.pk), "attach_file"),
            ]
            if any(paper["came_at"] is None for paper in row.papers):
                buttons.append(Button(_("Papers came"), self.url("came", row.pk), "mark_email_read"))
            return buttons
        if row.state == rules.APPROVED and row.valid_to:
            first = rules.renewable_from(row.valid_to)
            early = _("from %(day)s on") % {"day": first} if _today() < first else ""
            return [Button(_("Renew"), self.url("renew", row.pk), "autorenew", why_not=early)]
        return []

    # --- What is done

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        insurer = own_insurer(request, MAY_ASK)
        form = AskForm(posted(request), insurer=insurer)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            row = services.ask(
                insurer_id=insurer.pk,
                data=form.asked(),
                by=request.user.get_username(),
                seen=clock.observe(),
                language=reader_language(),
            )
            told = {"no": row.no, "state": row.get_state_display()}
            return self.url("change", row.pk), _("%(no)s: %(state)s.") % told

        return self.act(
            request,
            None,
            Action(
                title=_("Ask for a prior authorisation"),
                form=form,
                do=do,
                submit=_("Ask"),
                back=self.url("changelist"),
                intro=_("It is judged at once by the lists of the day; what cannot be judged waits for a person."),
            ),
        )

    def _own(self, request: HttpRequest, pk: object) -> PriorAuthorisation:
        own_insurer(request, MAY_DECIDE)
        row: PriorAuthorisation = self.found(request, pk)
        return row

    def decide_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        row = self._own(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            decided = services.decide(authorisation=row, by=request.user.get_username(), **given)
            return self.url("change", pk), _("%(no)s: %(state)s.") % {
                "no": row.no,
                "state": decided.get_state_display(),
            }

        action = Action(
            title=_("Decide %(no)s") % {"no": row.no},
            form=DecideForm(posted(request), initial={"quantity": row.quantity and row.quantity.normalize()}),
            do=do,
            submit=_("Decide"),
            back=self.url("change", pk),
            intro=_("Who asked is told by webhook. A decision is not taken back."),
        )
        return self.act(request, row, action)

    def papers_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        row = self._own(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            names = given["names"].splitlines()
            services.papers(authorisation=row, asked=names, came=[], by=request.user.get_username())
            return self.url("change", pk), _("The papers are asked for; the clock stands still until they are there.")

        action = Action(
            title=_("Ask for papers for %(no)s") % {"no": row.no},
            form=AskPapersForm(posted(request)),
            do=do,
            submit=_("Ask for papers"),
            back=self.url("change", pk),
        )
        return self.act(request, row, action)

    def came_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        row = self._own(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            came = [(name, given["sent_on"]) for name in given["came"]]
            services.papers(authorisation=row, asked=[], came=came, by=request.user.get_username())
            return self.url("change", pk), _("The papers are noted.")

        action = Action(
            title=_("Papers that came for %(no)s") % {"no": row.no},
            form=PapersCameForm(posted(request), authorisation=row),
            do=do,
            submit=_("Note them"),
            back=self.url("change", pk),
            intro=_("Names and days only: no file is kept here."),
        )
        return self.act(request, row, action)

    def renew_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        row = self._own(request, pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            renewed = services.renew(
                authorisation=row,
                by=request.user.get_username(),
                seen=clock.observe(),
                language=reader_language(),
            )
            return self.url("change", renewed.pk), _("%(no)s follows %(old)s.") % {"no": renewed.no, "old": row.no}

        action = Action(
            title=_("Renew %(no)s") % {"no": row.no},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Renew"),
            back=self.url("change", pk),
            intro=_("The same is asked for again, from the day after it ends, and judged by the lists of today."),
        )
        return self.act(request, row, action)


def _asked_told(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what was asked, in words."""
    words = {
        "generic_name": _("Generic name"),
        "national_code": _("National drug code"),
        "approval_no": _("approval number"),
        "diagnoses": _("Diagnoses"),
        "age": _("Age"),
        "sex": _("Sex"),
        "setting": _("Setting"),
        "institution_level": _("Institution level"),
        "evidence": _("Evidence"),
        "from": _("From"),
        "quantity": _("Quantity"),
    }
    return [(words[name], _plain(facts[name])) for name in words if facts.get(name) not in (None, "", [], {})]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{code}: {_('yes') if met else _('no')}" for code, met in value.items())
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _told(detail: dict[str, Any]) -> str:
    """Return what is kept of an event, in words."""
    return "; ".join(_plain(value) for value in detail.values() if value not in (None, "", [], {}))
