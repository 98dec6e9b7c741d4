"""Claim checks for curators: what was asked, what was answered and why; append-only, so nothing can be done to them here."""

import json
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import reference
from catalog.clock import observe
from catalog.models import Catalog
from claims.alternatives.services import RulesChanged, alternatives
from claims.alternatives.wording import alternatives_document
from claims.eligibility import RULES_VERSION
from claims.eligibility.decision import worst
from claims.explanation import AUDIENCES, TITLE, Audience, sections
from claims.models import ClaimCheck, Receipt
from claims.receipts import receipt_of
from claims.services import FactsRemoved, explain_check, worded
from common import icd10
from common.audit.deeds import Deed
from common.audit.services import record
from common.downloads import download
from common.labels import reader_language
from common.languages import LANGUAGES, Language
from common.sealing.fields import tagged
from curation.models import SettledCheck
from desk.badges import OUTCOME_TONES, provenance_badge
from desk.frame import Button, PageAdmin
from desk.golden_words import MAY_MAKE, make_href
from desk.markup import badge
from desk.own_rows import OfInsurer, may_own
from insurers.persons import insurer_of

_EFFECTS = {"I": "bad", "R": "warn", "N": "quiet"}


def effect_words() -> dict[str, str]:
    """Return what a reason does to its line, in words."""
    return {"I": _("not payable"), "R": _("to a person"), "N": _("note")}


def matched_words() -> dict[str, str]:
    """Return what a drug was recognised by, in words."""
    return {
        "national_code": _("national drug code"),
        "approval_no": _("approval number"),
        "name": _("name"),
        "brand": _("brand name"),
    }


def lines_shown(decision: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of an answer with what stands for codes: the outcome's badge, each reason's badge and what it cites."""
    outcomes, effects, matched = dict(ClaimCheck.Outcome.choices), effect_words(), matched_words()
    # A batch's lines and early records have codes alone.
    benefits = {one["code"]: one["name"] for one in decision.get("basis", {}).get("benefits", [])}
    shown = []
    for line in decision["lines"]:
        reasons = [
            {
                **reason,
                "badge": badge(effects[reason["effect"]], _EFFECTS[reason["effect"]]),
                "cited": [" ".join(str(value) for value in cite.values()) for cite in reason["cites"]],
            }
            for reason in line["reasons"]
        ]
        drug = line["drug"] or {}
        shown.append(
            {
                **line,
                "benefit_name": benefits.get(line["benefit"], line["benefit"]),
                "badge": badge(outcomes[line["outcome"]], OUTCOME_TONES[line["outcome"]]),
                "told": reasons,
                "matched": matched.get(drug.get("matched_by") or "", ""),
            }
        )
    return shown


def worst_badge(decision: dict[str, Any]) -> SafeString:
    """Return the outcome of a whole answer: the worst of its lines."""
    outcome = worst({line["outcome"] for line in decision["lines"]})
    return badge(dict(ClaimCheck.Outcome.choices)[outcome], OUTCOME_TONES[outcome])


def diagnoses_shown(facts: dict[str, Any]) -> str:
    """Return every diagnosis that was asked about, of the claim and of its lines, with its name."""
    told = [facts.get("diagnoses"), *(line.get("diagnoses") for line in facts.get("lines") or [])]
    codes = (code for asked in told for text in asked or [] for code in icd10.split(text))
    return reference.disease_names().list_shown(dict.fromkeys(codes))


def _one_of(asked: str | None, choices: tuple[str, ...], otherwise: str) -> str:
    return asked if asked in choices else otherwise


def would_have_paid(check: ClaimCheck) -> list[dict[str, Any]]:
    """Return for each line that is not eligible what would have made it so; nothing where today's rules refuse the request."""
    try:
        found = alternatives(check=check, seen=observe())
    except RulesChanged:
        return []
    lines = alternatives_document(found.lines, reader_language())
    return [line for line in lines if line["outcome"] in ("ineligible", "review")]


@admin.register(ClaimCheck)
class ClaimCheckAdmin(OfInsurer, PageAdmin):
    page_template = "desk/checks/check.html"
    list_display = [
        "__str__",
        "insurer",
        "product",
        "provenance_shown",
        "outcome_shown",
        "service_date",
        "decided_by",
        "decided_at",
    ]
    list_filter = ["outcome", "insurer", "product"]
    list_select_related = ["insurer", "product"]
    search_fields = ["digest", "product__code", "insurer__code"]
    date_hierarchy = "decided_at"
    ordering = ["-decided_at", "-id"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("provenance"), ordering="product__is_demonstration")
    def provenance_shown(self, check: ClaimCheck) -> SafeString | str:
        return provenance_badge("demonstration") if check.product.is_demonstration else ""

    @admin.display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_shown(self, check: ClaimCheck) -> SafeString:
        return badge(check.get_outcome_display(), OUTCOME_TONES[check.outcome])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by parts of what is plain, and by the whole claim number, which is sealed."""
        found, twice = super().get_search_results(request, queryset, search_term)
        own = insurer_of(request.user)
        if number := search_term.strip():
            found |= tagged(queryset, "claim_tag", [number], own.pk if own else None)
        return found, twice

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        record(Deed.CHECKS_LISTED, by=request.user.get_username(), what=ClaimCheck)
        return super().changelist_view(request, extra_context)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<uuid:pk>/explanation/", self.explanation_view, "explanation"),
            self.route("<uuid:pk>/alternatives/", self.alternatives_view, "alternatives"),
            self.route("<uuid:pk>/receipt/", self.receipt_view, "receipt"),
            *super().get_urls(),
        ]

    def explanation_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the explanation of a check as a document to print, for the audience and in the language that the address asks for."""
        check: ClaimCheck = self.found(request, pk)
        audience = cast("Audience", _one_of(request.GET.get("audience"), AUDIENCES, "member"))
        language = cast("Language", _one_of(request.GET.get("language"), LANGUAGES, reader_language()))
        context = {"check": check, "audience": audience, "language": language, "title": TITLE.of(language)}
        status = 200
        try:
            blocks = explain_check(check=check, audience=audience, language=language)
        except FactsRemoved as refusal:
            status, context["refusal"] = refusal.status, refusal.detail
        else:
            record(
                Deed.CHECK_READ,
                by=request.user.get_username(),
                what=check,
                name=str(check.pk),
                after={"explained": audience},
            )
            context["sections"] = sections(blocks, language)
        context["others"] = [
            (name, f"?audience={who}&language={tongue}", (who, tongue) == (audience, language))
            for who, tongue, name in (
                ("member", "zh", _("for the member, in Chinese")),
                ("member", "en", _("for the member, in English")),
                ("adjudicator", "zh", _("for the claims desk, in Chinese")),
                ("adjudicator", "en", _("for the claims desk, in English")),
            )
        ]
        return TemplateResponse(request, "desk/checks/explanation.html", context, status=status)

    def alternatives_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what would have paid: a page of its own, since a claim of many lines takes seconds."""
        check: ClaimCheck = self.found(request, pk)
        record(Deed.CHECK_READ, by=request.user.get_username(), what=check, name=str(check.pk))
        back = self.url("change", check.pk)
        if check.decision is None:
            return redirect(back)
        context = {"check": check, "would_have_paid": would_have_paid(check), "back": back, "history_href": ""}
        return self.page(request, "desk/checks/alternatives.html", check, context)

    def receipt_view(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """Answer the check's receipt as a file."""
        check = self.found(request, pk)
        token = receipt_of(check)
        if token is None:
            raise Http404
        record(Deed.CHECK_READ, by=request.user.get_username(), what=check, name=str(check.pk), after={"receipt": True})
        return download([token.encode()], f"receipt-{check.pk}.jws", "application/jose")

    def page_context(self, request: HttpRequest, check: ClaimCheck) -> dict[str, Any]:
        record(Deed.CHECK_READ, by=request.user.get_username(), what=check, name=str(check.pk))
        context: dict[str, Any] = {
            "check": check,
            "outcome_badge": self.outcome_shown(check),
            "rules_today": RULES_VERSION,
            "settled": SettledCheck.objects.filter(pk=check.pk).first(),
        }
        receipt = Button(_("Receipt"), self.url("receipt", check.pk), "verified_user")
        if check.decision is None:
            return context | {"buttons": [receipt] if Receipt.objects.filter(pk=check.pk).exists() else []}
        decision = worded(check.decision, reader_language())
        cited = [catalog["catalog"] for catalog in decision["catalogs"]]
        meant = Catalog.objects.meant_by(cited, check.insurer_id)
        provenance = {name: catalog.provenance for name, catalog in meant.items()}
        explained = reverse("admin:claims_claimcheck_explanation", args=[check.pk])
        buttons = [
            Button(_("Explain it to the member"), f"{explained}?audience=member", "print"),
            Button(_("Explain it step by step"), f"{explained}?audience=adjudicator", "print"),
        ]
        if check.outcome != ClaimCheck.Outcome.ELIGIBLE:
            buttons.append(Button(_("What would have paid"), self.url("alternatives", check.pk), "alt_route"))
        if may_own(request, MAY_MAKE):
            buttons.append(Button(_("Make a golden case"), make_href(check), "verified"))
        return context | {
            "buttons": [*buttons, receipt],
            "decision": decision,
            "lines": lines_shown(decision),
            "catalogs": [{**one, "provenance": provenance.get(one["catalog"], "")} for one in decision["catalogs"]],
            "diagnoses": diagnoses_shown(check.facts),
            "facts": json.dumps(check.facts, ensure_ascii=False, indent=2),
        }
