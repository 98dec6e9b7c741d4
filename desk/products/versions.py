"""Versions of products: their terms in words, written by one person and brought into force by a second one of the same insurer."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import Refused
from desk.badges import provenance_badge
from desk.forms import NothingToFillIn, ReasonForm, posted
from desk.frame import Action, Button, PageAdmin
from desk.markup import badge
from desk.own_rows import OfInsurer, may_own, own_insurer
from desk.products.cloning import CloneForm
from desk.products.terms_page import Sheet, told_benefits, told_terms, write
from desk.products.terms_words import terms_shown
from insurers import approval, services
from insurers.models import ProductVersion

MAY_DECIDE = "insurers.change_productversion"
# The table's moves as a page offers them: title, address, icon, tone.
_OFFERED = (
    ("change", gettext_lazy("Edit"), "edit", "edit", "default"),
    ("submit", gettext_lazy("Submit for review"), "submit", "send", "primary"),
    ("approve", gettext_lazy("Publish"), "publish", "verified", "primary"),
    ("send_back", gettext_lazy("Send back"), "send_back", "reply", "default"),
    ("withdraw", gettext_lazy("Withdraw"), "withdraw", "undo", "danger"),
    ("discard", gettext_lazy("Delete the draft"), "discard", "delete", "danger"),
)
# Where one of these is refused for the person's sake, the page says why in place of hiding it.
_TOLD = frozenset({"same_person"})
# What insurers do themselves; the rest the office may do for them.
_OWN = frozenset({"change", "submit", "send_back", "discard"})


def product_version_badge(version: ProductVersion) -> SafeString:
    """Return how a product version stands, a draft that waits for a second person told apart."""
    if version.state == "draft" and version.submitted_at:
        return badge(_("waits for a second person"), "warn")
    words = {"draft": _("draft"), "published": _("published"), "withdrawn": _("withdrawn")}
    return badge(words[version.state], {"draft": "info", "published": "good", "withdrawn": "bad"}[version.state])


@admin.register(ProductVersion)
class ProductVersionAdmin(OfInsurer, PageAdmin):
    page_template = "desk/products/version.html"
    list_display = [
        "__str__",
        "insurer_shown",
        "provenance_shown",
        "state_shown",
        "effective_from",
        "effective_to",
        "created_by",
        "published_by",
    ]
    list_filter = ["product__insurer", "product"]
    list_select_related = ["product", "product__insurer"]
    search_fields = ["label", "product__code", "product__name"]
    ordering = ["product__code", "-effective_from", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductVersion]:
        return super().get_queryset(request).select_related("product", "product__insurer")

    def badges(self, version: ProductVersion) -> list[SafeString]:
        sample = [provenance_badge("demonstration")] if version.product.is_demonstration else []
        return [self.state_shown(version), *sample]

    @admin.display(description=gettext_lazy("insurer"), ordering="product__insurer__code")
    def insurer_shown(self, version: ProductVersion) -> str:
        return version.product.insurer.name

    @admin.display(description=gettext_lazy("provenance"), ordering="product__is_demonstration")
    def provenance_shown(self, version: ProductVersion) -> SafeString | str:
        return provenance_badge("demonstration") if version.product.is_demonstration else ""

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, version: ProductVersion) -> SafeString:
        return product_version_badge(version)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/edit/", self.edit_view, "edit"),
            self.route("<int:pk>/clone/", self.clone_view, "clone"),
            self.route("<int:pk>/submit/", self.submit_view, "submit"),
            self.route("<int:pk>/send-back/", self.send_back_view, "send_back"),
            self.route("<int:pk>/publish/", self.publish_view, "publish"),
            self.route("<int:pk>/withdraw/", self.withdraw_view, "withdraw"),
            self.route("<int:pk>/discard/", self.discard_view, "discard"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, version: ProductVersion) -> dict[str, Any]:
        person = request.user.get_username()
        steps = approval.next_step(version, person)
        may, own = request.user.has_perm(MAY_DECIDE), may_own(request, MAY_DECIDE)
        buttons = []
        for move, title, address, icon, tone in _OFFERED:
            refused = steps[move]
            if not may or move in _OWN and not own:
                continue
            if refused is None:
                buttons.append(Button(title, self.url(address, version.pk), icon, tone))
            elif refused.code in _TOLD:
                buttons.append(Button(title, "", icon, tone, why_not=refused.detail))
        if own:
            buttons.append(Button(_("Copy for other days"), self.url("clone", version.pk), "content_copy"))
        return {
            "version": version,
            "product": version.product,
            "state_badge": self.state_shown(version),
            "why_not": steps["approve"].detail if steps["approve"] and steps["approve"].code in _TOLD else "",
            "told": told_terms(version.terms),
            "told_benefits": [one for one in told_benefits(version.terms) if one],
            "terms": terms_shown(version.terms),
            "raw": json.dumps(version.terms, ensure_ascii=False, indent=2),
            "buttons": buttons,
        }

    # --- What one person does

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        own_insurer(request, MAY_DECIDE)
        version, person = self.found(request, pk), request.user.get_username()
        if refused := services.refusal(version, "change", person):

            def refuse() -> None:
                raise refused

            title = _("Edit %(version)s") % {"version": version}
            return self._asked(request, version, title, refuse, submit=_("Edit"), refused=refused)

        def keep(document: dict[str, Any], against: str) -> ProductVersion:
            return approval.change_terms(version=version, data=document, against=against, by=person)

        sheet = Sheet(
            admin=self,
            product=version.product,
            title=_("Edit %(version)s") % {"version": version},
            back=self.url("change", pk),
            keep=keep,
            terms=version.terms,
            checksum=version.checksum,
            about=version,
        )
        return write(request, sheet)

    def clone_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        own_insurer(request, MAY_DECIDE)
        version = self.found(request, pk)
        form = CloneForm(posted(request), version=version)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            days = {name: given[name] for name in ("label", "effective_from", "effective_to")}
            made = services.clone_product_version(
                version=version, pin=form.pinned(given), by=request.user.get_username(), **days
            )
            return self.url("change", made.pk), _("%(version)s is kept as a draft.") % {"version": made}

        action = Action(
            title=_("Copy %(version)s for other days") % {"version": version},
            form=form,
            do=do,
            submit=_("Make the draft"),
            back=self.url("change", pk),
            intro=_(
                "The same terms become another draft. Every reference may stay, be pinned, or follow what is in force."
            ),
        )
        return self.act(request, version, action)

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        own_insurer(request, MAY_DECIDE)
        version = self.found(request, pk)
        return self._asked(
            request,
            version,
            _("Submit %(version)s for review") % {"version": version},
            lambda: approval.submit_product_version(version=version, by=request.user.get_username()),
            submit=_("Submit for review"),
            told=_("%(version)s waits for a second person of your insurer."),
            intro=_(
                "A second person of your insurer publishes it, or sends it back. Whoever wrote or submitted it does not."
            ),
            refused=services.refusal(version, "submit", request.user.get_username()),
        )

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        own_insurer(request, MAY_DECIDE)
        version = self.found(request, pk)
        return self._asked(
            request,
            version,
            _("Delete the draft %(version)s") % {"version": version},
            lambda: services.discard_product_draft(version=version, by=request.user.get_username()),
            submit=_("Delete the draft"),
            told=_("The draft %(version)s is deleted."),
            to=reverse("admin:insurers_product_change", args=[version.product_id]),
            tone="danger",
            refused=services.refusal(version, "discard", request.user.get_username()),
        )

    # --- What a second person does

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        self.require(request, MAY_DECIDE)
        against = request.POST.get("against", version.checksum)

        return self._asked(
            request,
            version,
            _("Publish %(version)s") % {"version": version},
            lambda: approval.approve_product_version(version=version, against=against, by=request.user.get_username()),
            submit=_("Publish"),
            told=_("%(version)s is published."),
            intro=_("Read each sentence: this is what the product pays. Published terms never change."),
            points=[*told_terms(version.terms), *filter(None, told_benefits(version.terms))],
            hidden={"against": version.checksum},
            refused=services.refusal(version, "approve", request.user.get_username()),
        )

    def send_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        own_insurer(request, MAY_DECIDE)
        version = self.found(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            approval.send_back_product_version(version=version, reason=given["reason"], by=request.user.get_username())
            return self.url("change", pk), _("%(version)s is sent back.") % {"version": version}

        refused = services.refusal(version, "send_back", request.user.get_username())
        action = Action(
            title=_("Send back %(version)s") % {"version": version},
            form=ReasonForm(posted(request)),
            do=do,
            submit=_("Send back"),
            back=self.url("change", pk),
            why_not=refused.detail if refused else "",
        )
        return self.act(request, version, action)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        self.require(request, MAY_DECIDE)
        return self._asked(
            request,
            version,
            _("Withdraw %(version)s") % {"version": version},
            lambda: services.withdraw_product_version(version=version, by=request.user.get_username()),
            submit=_("Withdraw"),
            told=_("%(version)s is withdrawn."),
            intro=_("It ends for everything asked from now on. Earlier answers keep it, and it stays here for replay."),
            tone="danger",
            refused=services.refusal(version, "withdraw", request.user.get_username()),
        )

    def _asked(
        self,
        request: HttpRequest,
        version: ProductVersion,
        title: str,
        act: Callable[[], Any],
        *,
        submit: Any,
        told: str = "",
        to: str = "",
        refused: Refused | None = None,
        hidden: dict[str, str] | None = None,
        **action: Any,
    ) -> HttpResponse:
        """Answer the page of a move that only wants to be confirmed; where it is refused now the page says why in place of its button."""
        back, name = self.url("change", version.pk), str(version)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            act()
            return to or back, told % {"version": name}

        form = NothingToFillIn(posted(request))
        for field, value in (hidden or {}).items():
            form.fields[field] = forms.CharField(required=False, widget=forms.HiddenInput(), initial=value)
        made = Action(
            title=title,
            form=form,
            do=do,
            submit=submit,
            back=back,
            why_not=refused.detail if refused and request.method != "POST" else "",
            **action,
        )
        return self.act(request, version, made)
