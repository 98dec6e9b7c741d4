"""Golden cases 验证用例: claims with the answer agreed on, made by form or from a recorded check; the office's own, or an insurer's."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import clock
from claims.models import ClaimCheck
from common.errors import Refused
from curation.golden import services
from curation.golden.trying import answered_now
from curation.models import GoldenCase
from desk.forms import NothingToFillIn, posted
from desk.frame import Action, Button, PageAdmin
from desk.golden_forms import CaseForm, NameForm, claim_told, tell_case_on
from desk.golden_words import MAY_MAKE, differences_told, judged_by, line_words, shown
from desk.own_rows import told_person
from insurers.persons import insurer_of

MAY_CHANGE, MAY_REMOVE = "curation.change_goldencase", "curation.delete_goldencase"
MAY_SEE_CHECKS = "claims.view_claimcheck"


@admin.register(GoldenCase)
class GoldenCaseAdmin(PageAdmin):
    page_template = "desk/golden/case.html"
    list_display = ["name", "judged_by_shown", "expected_shown", "changed_at"]
    list_select_related = ["product"]
    search_fields = ["name", "note", "product__code"]
    ordering = ["name", "id"]
    show_full_result_count = False
    list_before_template = "desk/frame/list_buttons.html"

    @admin.display(description=gettext_lazy("judged by"))
    def judged_by_shown(self, case: GoldenCase) -> str:
        return judged_by(case)

    @admin.display(description=gettext_lazy("expected"))
    def expected_shown(self, case: GoldenCase) -> str:
        return _("; ").join(line_words(line) for line in case.expect["lines"][:3])

    def get_queryset(self, request: HttpRequest) -> QuerySet[GoldenCase]:
        # The office its own, and no insurer's.
        rows = super().get_queryset(request).filter(insurer=insurer_of(request.user))
        return rows.select_related("product__insurer", "insurer")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<uuid:pk>/edit/", self.edit_view, "edit"),
            self.route("<uuid:pk>/remove/", self.remove_view, "remove"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = request.user.has_perm(MAY_MAKE)
        buttons = [Button(_("Make a golden case"), self.url("add"), "add", "primary")] if may else []
        return super().changelist_view(request, {**(extra_context or {}), "buttons": buttons})

    # --- Making and changing

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.require(request, MAY_MAKE)
        if request.GET.get("check"):
            return self._from_check(request, request.GET["check"])
        own = insurer_of(request.user)
        form = CaseForm(posted(request), for_office=own is None)

        def make() -> tuple[GoldenCase, str]:
            case = services.make_case(
                given=form.given(), insurer_id=own.pk if own else None, by=request.user.get_username()
            )
            return case, _("The golden case is kept.")

        return self._write(request, None, form, make, _("Make a golden case"), self.url("changelist"))

    def edit_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        self.require(request, MAY_CHANGE)
        case = self.found(request, pk)
        form = CaseForm(posted(request), kept=services.given_of(case), for_office=insurer_of(request.user) is None)

        def change() -> tuple[GoldenCase, str]:
            changed = services.change_case(case=case, given=form.given(), by=request.user.get_username())
            return changed, _("The golden case is changed.")

        return self._write(request, case, form, change, _("Change the golden case"), self.url("change", case.pk))

    def _write(
        self, request: HttpRequest, case: GoldenCase | None, form: CaseForm, do: Any, title: str, back: str
    ) -> HttpResponse:
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                kept, told = do()
            except Refused as refusal:
                status = refusal.status
                tell_case_on(form, refusal)
            else:
                messages.success(request, told)
                return redirect(self.url("change", kept.pk))
        context = {"page_title": title, "form": form, "back": back, "history_href": ""}
        return self.page(request, "desk/golden/write.html", case, context, status=status)

    def _from_check(self, request: HttpRequest, check_id: str) -> HttpResponse:
        """Ask for a name, and keep a recorded check as a case of its insurer's."""
        self.require(request, MAY_SEE_CHECKS)
        own = insurer_of(request.user)
        checks = ClaimCheck.objects.select_related("product", "insurer")
        try:
            check = (checks if own is None else checks.filter(insurer=own)).filter(pk=check_id).first()
        except ValidationError:  # no id at all
            check = None
        if check is None:
            raise Http404
        if own is None:
            # What is a claim's stays its insurer's: the office makes cases of its own by the form.
            raise PermissionDenied

        def do(given: dict[str, Any]) -> tuple[str, str]:
            case = services.make_case_from_check(check=check, by=request.user.get_username(), **given)
            return self.url("change", case.pk), _("The golden case is kept.")

        action = Action(
            title=_("Make a golden case of this check"),
            form=NameForm(posted(request)),
            do=do,
            submit=_("Keep it"),
            back=reverse("admin:claims_claimcheck_change", args=[check.pk]),
            intro=_(
                "Its answer is what is expected from now on. Who publishes a list that changes it sees the case's name and both answers."
            ),
            points=[_("The claim number, the member's reference and the names of lines are not kept.")],
        )
        return self.act(request, None, action)

    def remove_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        self.require(request, MAY_REMOVE)
        case = self.found(request, pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.remove_case(case=case, by=request.user.get_username())
            return self.url("changelist"), _("The golden case is removed.")

        action = Action(
            title=_("Remove the golden case"),
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Remove the golden case"),
            back=self.url("change", case.pk),
            intro=_("No draft is tried on it any more. What it expected, and when, goes with it."),
            tone="danger",
        )
        return self.act(request, case, action)

    # --- Reading

    def page_context(self, request: HttpRequest, case: GoldenCase) -> dict[str, Any]:
        now = answered_now(case, clock.observe())
        history = [
            {
                "at": one.at,
                "by": told_person(request, one.by),
                "expected": [line_words(line) for line in one.expect["lines"]],
                "reason": one.reason,
                "version": f"{one.catalog} {one.version}".strip(),
            }
            for one in case.expectations.order_by("-pk")
        ]
        buttons = []
        if request.user.has_perm(MAY_CHANGE):
            buttons.append(Button(_("Change"), self.url("edit", case.pk), "edit", "primary"))
        if request.user.has_perm(MAY_REMOVE):
            buttons.append(Button(_("Remove"), self.url("remove", case.pk), "delete", "danger"))
        return {
            "case": case,
            "judged_by": judged_by(case),
            "now": shown(now, request.user),
            "differs": differences_told(now.differs),
            "lines": _lines(case, now.found),
            "made_by": told_person(request, case.created_by),
            "history": history,
            "claim": claim_told(case.claim),
            "buttons": buttons,
        }


def _lines(case: GoldenCase, found: Any) -> list[dict[str, Any]]:
    """Return the lines that are answered: the drug, what is expected, what is answered today."""
    drugs = [line for line in case.claim["lines"] if not line.get("refund_of")]
    answers = found["lines"] if found else []
    return [
        {
            "number": place + 1,
            "drug": _drug(drugs[place]) if place < len(drugs) else "—",
            "expected": line_words(expects),
            "found": line_words(answers[place]) if place < len(answers) else "—",
        }
        for place, expects in enumerate(case.expect["lines"])
    ]


def _drug(line: Any) -> str:
    names = [line.get(name) for name in ("generic_name", "dosage_form", "brand_name", "national_code", "approval_no")]
    return " ".join(name for name in names if name) or "—"
