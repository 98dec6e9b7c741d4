"""An insurer's endpoints and what was sent to them: added, tried, given a new secret, removed; each message with its attempts, sent once more."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from desk.forms import NothingToFillIn, posted, text_field
from desk.frame import Action, Button, PageAdmin, paged
from desk.markup import badge
from desk.own_rows import OfInsurer, may_own, own_insurer
from insurers.models import WEBHOOK_TEST, Webhook, WebhookDelivery, WebhookEvent
from insurers.webhooks import services

MAY_CHANGE = "insurers.change_webhook"
_TONES = {"pending": "info", "delivered": "good", "failed": "bad"}


def event_words() -> dict[str, str]:
    """Return what each event is called."""
    return {**{value: str(words) for value, words in WebhookEvent.choices}, WEBHOOK_TEST: _("test message")}


class ChangeForm(forms.Form):
    """What an endpoint is told of."""

    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"), choices=WebhookEvent.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )
    note = text_field(label=gettext_lazy("Note"), required=False, max_length=200)


class AddForm(ChangeForm):
    """A new endpoint."""

    url = text_field(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy("https, a public host, port 443 or from 1024 up"),
    )
    field_order = ("url", "events", "note")


@admin.register(Webhook)
class WebhookAdmin(OfInsurer, PageAdmin):
    page_template = "desk/webhooks/webhook.html"
    list_display = ["url", "insurer", "state_shown", "events_shown", "note", "created_by", "created_at"]
    list_filter = ["is_active", "insurer"]
    list_select_related = ["insurer"]
    search_fields = ["url", "note"]
    ordering = ["created_at", "id"]

    @admin.display(description=gettext_lazy("state"), ordering="is_active")
    def state_shown(self, webhook: Webhook) -> SafeString:
        return badge(_("told"), "good") if webhook.is_active else badge(_("told no more"), "bad")

    @admin.display(description=gettext_lazy("events"))
    def events_shown(self, webhook: Webhook) -> str:
        words = event_words()
        return _("; ").join(words.get(event, event) for event in webhook.events)

    def badges(self, webhook: Webhook) -> list[SafeString]:
        return [self.state_shown(webhook)]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_own(request, MAY_CHANGE)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<uuid:pk>/edit/", self.edit_view, "edit"),
            self.route("<uuid:pk>/test/", self.test_view, "test"),
            self.route("<uuid:pk>/secret/", self.secret_view, "secret"),
            self.route("<uuid:pk>/remove/", self.remove_view, "remove"),
            self.route("<uuid:pk>/deliveries/<uuid:delivery_pk>/", self.delivery_view, "delivery"),
            self.route("<uuid:pk>/deliveries/<uuid:delivery_pk>/again/", self.again_view, "again"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, webhook: Webhook) -> dict[str, Any]:
        deliveries = webhook.deliveries.defer("body", "log").order_by("-created_at", "-id")
        state = request.GET.get("state", "")
        if state in WebhookDelivery.State.values:
            deliveries = deliveries.filter(state=state)
        page, words = paged(request, deliveries), event_words()
        for delivery in page:
            delivery.event_shown = words.get(delivery.event, delivery.event)
            delivery.badge = _delivery_badge(delivery)
        buttons = []
        if may_own(request, MAY_CHANGE):
            buttons = [
                Button(_("Send a test"), self.url("test", webhook.pk), "send", "primary"),
                Button(_("Edit"), self.url("edit", webhook.pk), "edit"),
                Button(_("New secret"), self.url("secret", webhook.pk), "key"),
                Button(_("Remove"), self.url("remove", webhook.pk), "delete", "danger"),
            ]
        return {
            "webhook": webhook,
            "events": self.events_shown(webhook),
            "state_badge": self.state_shown(webhook),
            "deliveries": page,
            "state": state,
            "states": WebhookDelivery.State.choices,
            "buttons": buttons,
        }

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        insurer = own_insurer(request, MAY_CHANGE)

        def do(given: dict[str, Any]) -> HttpResponse:
            made = services.add_webhook(insurer_id=insurer.pk, by=request.user.get_username(), **given)
            return self._shown_once(request, made)

        action = Action(
            title=_("New endpoint"),
            form=AddForm(posted(request)),
            do=do,
            submit=_("Add the endpoint"),
            back=self.url("changelist"),
            intro=_("Its secret, by which you know that a message is ours, is shown once, on the next page."),
        )
        return self.act(request, None, action)

    def _shown_once(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        # Not redirected to: then the secret would have to be kept somewhere. Admin pages are never cached.
        secret = services.secrets_of(webhook, at=timezone.now())[0]
        context = {"secret": secret, "webhook": webhook, "back": self.url("change", webhook.pk), "history_href": ""}
        return self.page(request, "desk/webhooks/secret.html", webhook, context)

    def _act(self, request: HttpRequest, webhook: Webhook, **action: Any) -> HttpResponse:
        back = self.url("change", webhook.pk)
        form = action.pop("form", None) or NothingToFillIn(posted(request))
        return self.act(request, webhook, Action(form=form, back=back, **action))

    def edit_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        own_insurer(request, MAY_CHANGE)
        webhook = self.found(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            services.change_webhook(webhook=webhook, by=request.user.get_username(), **given)
            return self.url("change", pk), _("The endpoint is changed.")

        form = ChangeForm(posted(request), initial={"events": webhook.events, "note": webhook.note})
        return self._act(request, webhook, title=_("Edit the endpoint"), form=form, do=do, submit=_("Save"))

    def test_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        own_insurer(request, MAY_CHANGE)
        webhook = self.found(request, pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            sent = services.send_test(webhook=webhook, by=request.user.get_username(), at=timezone.now())
            return self.url("delivery", pk, sent.pk), _("A test message is on its way; look again in a few seconds.")

        return self._act(request, webhook, title=_("Send a test message"), do=do, submit=_("Send a test"))

    def secret_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        own_insurer(request, MAY_CHANGE)
        webhook = self.found(request, pk)

        def do(_given: dict[str, Any]) -> HttpResponse:
            made = services.rotate_secret(webhook=webhook, by=request.user.get_username(), at=timezone.now())
            return self._shown_once(request, made)

        intro = _("For 24 hours messages are signed with the earlier secret too. The new one is shown once.")
        return self._act(request, webhook, title=_("New secret"), do=do, submit=_("Make a new secret"), intro=intro)

    def remove_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        own_insurer(request, MAY_CHANGE)
        webhook = self.found(request, pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.remove_webhook(webhook=webhook, by=request.user.get_username())
            return self.url("changelist"), _("The endpoint is removed.")

        intro = _("It is told no more, and what was sent to it is forgotten.")
        title = _("Remove the endpoint")
        return self._act(request, webhook, title=title, do=do, submit=_("Remove"), intro=intro, tone="danger")

    # --- Deliveries

    def _delivery(self, request: HttpRequest, pk: object, delivery_pk: object) -> WebhookDelivery:
        delivery = self.found(request, pk).deliveries.filter(pk=delivery_pk).first()
        if delivery is None:
            raise Http404
        return delivery

    def delivery_view(self, request: HttpRequest, pk: object, delivery_pk: object) -> HttpResponse:
        delivery = self._delivery(request, pk, delivery_pk)
        buttons = []
        if may_own(request, MAY_CHANGE) and delivery.state != WebhookDelivery.State.PENDING:
            buttons = [Button(_("Send once more"), self.url("again", pk, delivery_pk), "refresh", "primary")]
        context = {
            "delivery": delivery,
            "page_title": event_words().get(delivery.event, delivery.event),
            "state_badge": _delivery_badge(delivery),
            "attempts": [{**one, "at": parse_datetime(one["at"])} for one in delivery.log],
            "body": json.dumps(json.loads(delivery.body), ensure_ascii=False, indent=2),
            "buttons": buttons,
            "back": self.url("change", pk),
            "history_href": "",
        }
        return self.page(request, "desk/webhooks/delivery.html", delivery.webhook, context)

    def again_view(self, request: HttpRequest, pk: object, delivery_pk: object) -> HttpResponse:
        own_insurer(request, MAY_CHANGE)
        delivery = self._delivery(request, pk, delivery_pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.replay(delivery=delivery, by=request.user.get_username())
            return self.url("delivery", pk, delivery_pk), _("The message is sent once more.")

        intro = _("The same bytes with the same id go out again; a receiver knows that it has had them.")
        return self._act(
            request, delivery.webhook, title=_("Send once more"), do=do, submit=_("Send once more"), intro=intro
        )


def _delivery_badge(delivery: WebhookDelivery) -> SafeString:
    return badge(delivery.get_state_display(), _TONES[delivery.state])
