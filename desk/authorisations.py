"""Prior authorisations 事前授权 for an insurer's own people: what waits, one with its history, asking, papers, deciding, renewing.

They are about members of the insurer, so nobody of the office sees or decides any.
"""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Case, F, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import clock
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from claims.authorisations import queries, rules, services
from claims.models import PriorAuthorisation
from common.audit.deeds import Deed
from common.audit.services import record
from common.labels import reader_language
from common.sealing.fields import tagged
from curation.coding.vocabulary import criteria_in_use
from desk.authorisation_forms import AskForm, AskPapersForm, DecideForm, PapersCameForm, RenewForm
from desk.authorisation_words import (
    asked_told,
    case_told,
    drug_told,
    due_told,
    entry_href,
    entry_judged,
    history_told,
    plain,
    questions_told,
    state_badge,
)
from desk.forms import posted
from desk.frame import Action, Button, PageAdmin
from desk.markup import badge
from desk.own_rows import own_insurer
from insurers.persons import insurer_of

MAY_ASK, MAY_DECIDE = "claims.add_priorauthorisation", "claims.change_priorauthorisation"


def _today() -> Any:
    return clock.china_today(timezone.now())


def _criteria_of(insurer_id: int, seen: clock.Observation) -> dict[str, str]:
    """Return the criteria that the lists in force today ask for, those that the insurer reads, by code with their texts; one statement."""
    today = clock.china_today(seen.known_at)
    lists = CatalogVersion.objects.filter(catalog__in=Catalog.objects.readable_by(insurer_id))
    entries = CatalogEntry.objects.filter(version__in=lists.in_force(today, seen.known_at).values("pk"))
    asked = entries.exclude(criteria=[]).order_by().values_list("criteria", flat=True).distinct()
    return criteria_in_use(one for criteria in asked for one in criteria)


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [*PriorAuthorisation.State.choices, (rules.EXPIRED, _("expired"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queries.in_state(queryset, self.value(), _today()) if self.value() else queryset


class WaitFilter(admin.SimpleListFilter):
    title = gettext_lazy("waiting")
    parameter_name = "waiting"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("decision", _("for a decision")), ("overdue", _("overdue")), ("papers", _("for papers"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "overdue":
            return queries.overdue(queryset, timezone.now())
        if self.value() in {"decision", "papers"}:
            return queryset.filter(state=rules.IN_REVIEW, stopped_at__isnull=self.value() == "decision")
        return queryset


@admin.register(PriorAuthorisation)
class PriorAuthorisationAdmin(PageAdmin):
    page_template = "desk/authorisations/authorisation.html"
    list_display = [
        "no_shown",
        "state_shown",
        "due_shown",
        "product",
        "drug_shown",
        "member_shown",
        "asked_at",
    ]
    list_filter = [WaitFilter, StateFilter, "urgent", "product"]
    list_select_related = ["product"]
    search_fields = ["no", "drug"]
    show_full_result_count = False
    list_before_template = "desk/frame/list_buttons.html"

    @admin.display(description=gettext_lazy("Number of the authorisation"), ordering="no")
    def no_shown(self, row: PriorAuthorisation) -> str:
        return row.no

    @admin.display(description=gettext_lazy("Member reference"))
    def member_shown(self, row: PriorAuthorisation) -> str:
        return row.member_ref or "—"

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, row: PriorAuthorisation) -> SafeString:
        return state_badge(row)

    @admin.display(description=gettext_lazy("to be decided"))
    def due_shown(self, row: PriorAuthorisation) -> SafeString | str:
        due = due_told(row, timezone.now())
        urgent = row.urgent and row.state == rules.IN_REVIEW
        return format_html("{} {}", badge(_("urgent"), "bad"), due) if urgent else due

    @admin.display(description=gettext_lazy("drug"), ordering="drug")
    def drug_shown(self, row: PriorAuthorisation) -> str:
        return drug_told(row)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return insurer_of(request.user) is not None and super().has_view_permission(request, obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        own_insurer(request, "claims.view_priorauthorisation")
        return super().history_view(request, object_id, extra_context)

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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by parts of what is plain, and by the whole member reference, which is sealed."""
        found, twice = super().get_search_results(request, queryset, search_term)
        own = insurer_of(request.user)
        if own is not None and (member := search_term.strip()):
            found |= tagged(queryset, "member_tag", [member], own.pk)
        return found, twice

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
        record(Deed.AUTHORISATIONS_LISTED, by=request.user.get_username(), what=PriorAuthorisation)
        may = request.user.has_perm(MAY_ASK)
        buttons = [Button(_("Ask for an authorisation"), self.url("add"), "add", "primary")] if may else []
        return super().changelist_view(request, {**(extra_context or {}), "buttons": buttons})

    # --- One authorisation

    def page_context(self, request: HttpRequest, row: PriorAuthorisation) -> dict[str, Any]:
        record(Deed.AUTHORISATION_READ, by=request.user.get_username(), what=row)
        language, judged = reader_language(), row.judgement or {}
        left = queries.quantity_left(row, queries.used_of([row]).get(row.pk, Decimal(0)))
        entry = entry_judged(row)
        return {
            "row": row,
            "drug": drug_told(row),
            "state": state_badge(row),
            "due": due_told(row, timezone.now()),
            "reasons": [
                {"code": one["code"], "message": one["message"][language], "effect": one["effect"]}
                for one in judged.get("reasons", [])
            ],
            "entry": entry,
            "entry_href": entry_href(entry) if entry else "",
            "form_href": entry_href(entry, "form") if entry else "",
            "questions": questions_told(entry, row.facts or {}),
            "asked": asked_told(row.facts or {}),
            "approved": plain(row.quantity) if row.quantity is not None else "",
            "left": plain(left) if left is not None else "",
            "history": history_told(queries.history_of(row), row),
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
            refusal = services.why_not_renewed(row, _today())
            why_not = refusal.detail if refusal else ""
            return [Button(_("Renew"), self.url("renew", row.pk), "autorenew", why_not=why_not)]
        return []

    # --- What is done

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        insurer = own_insurer(request, MAY_ASK)
        seen = clock.observe()
        today, criteria = clock.china_today(seen.known_at), _criteria_of(insurer.pk, seen)
        form = AskForm(posted(request), insurer=insurer, criteria=criteria, today=today, known_at=seen.known_at)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            row = services.ask(
                insurer_id=insurer.pk,
                data=form.asked(),
                by=request.user.get_username(),
                seen=seen,
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
                template="desk/authorisations/ask.html",
                more={"criteria": sorted(criteria.items(), key=lambda one: (one[1] or one[0], one[0]))},
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
            points=case_told(row),
            why_not=services.why_decided(row),
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
            points=case_told(row),
            why_not=services.why_decided(row),
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
            points=case_told(row),
            why_not=services.why_decided(row),
            form=PapersCameForm(posted(request), authorisation=row),
            do=do,
            submit=_("Note them"),
            back=self.url("change", pk),
            intro=_("Names and days only: no file is kept here."),
        )
        return self.act(request, row, action)

    def renew_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        row = self._own(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            quantity = given["quantity"]
            renewed = services.renew(
                authorisation=row,
                data={} if quantity is None else {"quantity": f"{quantity:f}"},
                by=request.user.get_username(),
                seen=clock.observe(),
                language=reader_language(),
            )
            return self.url("change", renewed.pk), _("%(no)s follows %(old)s.") % {"no": renewed.no, "old": row.no}

        refusal = services.why_not_renewed(row, _today())
        action = Action(
            title=_("Renew %(no)s") % {"no": row.no},
            points=case_told(row),
            why_not=refusal.detail if refusal else "",
            form=RenewForm(posted(request)),
            do=do,
            submit=_("Renew"),
            back=self.url("change", pk),
            intro=_(
                "The same is asked for again, from the day after it ends or from today where that is over, and judged by the lists of today."
            ),
        )
        return self.act(request, row, action)
