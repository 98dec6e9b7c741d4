"""Insurers, their API keys, their insurance products and the immutable versions of these, and the webhooks they are told by."""

import uuid
from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from insurers.scopes import Scope

CODE_PATTERN = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("letters, digits, dot, dash and underscore only"))


class InsurerManager(models.Manager["Insurer"]):
    """The insurers there are; their sandboxes are no insurers to anybody who lists them."""

    def get_queryset(self) -> models.QuerySet["Insurer"]:
        return super().get_queryset().filter(sandbox_of=None)


class Insurer(models.Model):
    """A tenant: its products, keys, claims and private catalogs are nobody else's.

    A sandbox is a tenant too, with the code and name of the insurer whose it is and an id below zero (common.tenancy).
    """

    code = models.CharField(_("code"), max_length=64, validators=[CODE_PATTERN])
    name = models.CharField(_("name"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)
    retention_days = models.PositiveIntegerField(
        _("retention (days)"), default=1095, help_text=_("claim facts are removed after so many days; digests stay")
    )
    sandbox_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sandboxes", editable=False
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InsurerManager()
    every = models.Manager["Insurer"]()

    class Meta:
        verbose_name = _("insurer")
        verbose_name_plural = _("insurers")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(sandbox_of=None), name="insurer_code_once"),
            models.UniqueConstraint(
                fields=["sandbox_of"], condition=Q(retired_at=None), name="one_sandbox_of_an_insurer"
            ),
            models.CheckConstraint(
                condition=Q(sandbox_of=None, id__gt=0) | Q(sandbox_of__isnull=False, id__lt=0),
                name="id_of_a_sandbox_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ApiKey(models.Model):
    """A key of an insurer, or of a curator of the catalog office: only its hash is kept."""

    prefix = models.CharField(_("prefix"), max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    insurer = models.ForeignKey(
        Insurer, models.PROTECT, null=True, blank=True, related_name="keys", verbose_name=_("insurer")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("curator")
    )
    # Who gave it at a page: it has no more than they have now, and acts as them. Of a key made on the machine nobody.
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    # A test key works in this sandbox of its insurer, and nowhere else.
    sandbox = models.ForeignKey(Insurer, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    # Made with another key over REST: where that one was in wrong hands, this one may be.
    made_with = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="made", editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope.choices), verbose_name=_("scopes"), default=list)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(insurer=None, user__isnull=False) | Q(insurer__isnull=False, user=None),
                name="key_of_an_insurer_or_a_curator",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class InsurerUser(models.Model):
    """Whom an account of an insurer works for: one insurer, for good. An account without such a row is the catalog office's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        primary_key=True,
        related_name="insurer_binding",
        verbose_name=_("account"),
    )
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="users", verbose_name=_("insurer"))
    bound_by = models.CharField(_("bound by"), max_length=150)
    bound_at = models.DateTimeField(_("bound at"), auto_now_add=True)

    class Meta:
        verbose_name = _("insurer's user")
        verbose_name_plural = _("insurers' users")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user} – {self.insurer}"


class ProductQuerySet(models.QuerySet["Product"]):
    def told_to_anybody(self) -> Self:
        """Keep those that the look-up page tells of: their insurer says so, and works here."""
        return self.filter(public=True, insurer__is_active=True)


class Product(models.Model):
    """An insurance product of an insurer, kept in versions (usually one a policy year)."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="products", verbose_name=_("insurer"))
    code = models.CharField(_("code"), max_length=64, validators=[CODE_PATTERN])
    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(_("note"), blank=True, default="")
    is_demonstration = models.BooleanField(_("demonstration data"), default=False)
    public = models.BooleanField(
        _("public"), default=False, db_default=False, help_text=_("anybody may look up what it pays for, without a key")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("insurance product")
        verbose_name_plural = _("insurance products")
        ordering = ["code", "id"]
        constraints = [models.UniqueConstraint(fields=["insurer", "code"], name="product_code_once_per_insurer")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ApiRequest(models.Model):
    """One request with an insurer's key, as it was answered; nothing of what was in it (insurers.request_log). The id sorts by time."""

    id = models.CharField(primary_key=True, max_length=24, db_collation="C")
    insurer = models.ForeignKey(
        Insurer, models.CASCADE, related_name="+", editable=False, db_index=False, verbose_name=_("insurer")
    )
    key = models.CharField(_("key"), max_length=16)
    method = models.CharField(_("method"), max_length=10)
    route = models.CharField(_("route"), max_length=200)
    status = models.PositiveSmallIntegerField(_("status"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    request_id = models.CharField(_("request"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["insurer", "-id"], name="request_of_insurer")]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"


class ProductVersionQuerySet(models.QuerySet["ProductVersion"]):
    def in_force(self, day: date, known_at: datetime) -> Self:
        """Keep, of each product, the one version in force on the day as known at the instant (spec eligibility 2)."""
        return (
            self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=known_at), published_at__lte=known_at)
            .filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)
            .order_by("product_id", "-effective_from", "-published_at", "-label")
            .distinct("product_id")
        )


class ProductVersion(models.Model):
    """The terms of a product for a period, in the shape of spec api.md (`terms`); immutable once published."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="versions", verbose_name=_("insurance product"))
    label = models.CharField(_("label"), max_length=64, validators=[CODE_PATTERN], db_collation="C")
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to (inclusive)"), null=True, blank=True)
    terms = models.JSONField(_("terms"))
    checksum = models.CharField(_("checksum"), max_length=64)
    created_by = models.CharField(_("created by"), max_length=150)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    # Everybody who wrote or submitted it; a person among them does not approve it (insurers/lifecycle.py).
    editors = ArrayField(
        models.CharField(max_length=150), verbose_name=_("editors"), default=list, db_default=[], blank=True
    )
    submitted_by = models.CharField(_("submitted by"), max_length=150, blank=True, default="", db_default="")
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    sent_back_reason = models.TextField(_("reason of sending back"), blank=True, default="", db_default="")
    published_by = models.CharField(_("published by"), max_length=150, blank=True, default="")
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=150, blank=True, default="")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = ProductVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("product version")
        verbose_name_plural = _("product versions")
        ordering = ["product", "-effective_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "label"], name="label_once_per_product"),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                name="product_version_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("published_at")),
                name="product_version_withdrawn_after_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.code} {self.label}"

    @property
    def state(self) -> str:
        """draft, published or withdrawn."""
        if self.withdrawn_at:
            return "withdrawn"
        return "published" if self.published_at else "draft"

    def mark_editor(self, person: str) -> None:
        """Say on the row (which is not saved here) that a person wrote or submitted it."""
        self.editors = list(dict.fromkeys([*self.editors, person]))


class WebhookEvent(models.TextChoices):
    """What an insurer's endpoint can be told of (spec api.md)."""

    CATALOG_PUBLISHED = "catalog.published", _("catalog version published")
    CATALOG_WITHDRAWN = "catalog.withdrawn", _("catalog version withdrawn")
    CONSULTATION_OPENED = "consultation.opened", _("consultation opened")
    CONSULTATION_CLOSED = "consultation.closed", _("consultation closed")
    COMMENT_ANSWERED = "comment.answered", _("comment answered")
    BATCH_FINISHED = "batch.finished", _("batch finished")
    FINDING_OPENED = "finding.opened", _("finding opened")
    AUTHORISATION_OPENED = "prior_authorisation.opened", _("prior authorisation in review")
    AUTHORISATION_PAPERS = "prior_authorisation.papers", _("papers awaited for a prior authorisation")
    AUTHORISATION_DECIDED = "prior_authorisation.decided", _("prior authorisation decided")


# Sent on request, to whatever events an endpoint listens.
WEBHOOK_TEST = "webhook.test"


class Webhook(models.Model):
    """An insurer's endpoint and what it listens to. Its secret is not stored: it is made of a salt and the service's key (webhooks.signing)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="webhooks", verbose_name=_("insurer"))
    url = models.CharField(_("address"), max_length=2000)
    events = ArrayField(
        models.CharField(max_length=30, choices=WebhookEvent.choices), verbose_name=_("events"), default=list
    )
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("an endpoint that answers 410 is told no more")
    )
    salt = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=32)
    # While a secret is being rotated everything is signed with the one before too.
    previous_salt = models.CharField(max_length=64, blank=True, default="")
    previous_fingerprint = models.CharField(max_length=32, blank=True, default="")
    previous_until = models.DateTimeField(_("previous secret until"), null=True, blank=True)
    created_by = models.CharField(_("created by"), max_length=150)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One message to one endpoint: its body as it is signed, when it is due, and every attempt. Row and queue in one."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    # The same for every attempt and every replay, so that a receiver recognises what it has had.
    message_id = models.CharField(_("message id"), max_length=64)
    event = models.CharField(_("event"), max_length=30)
    body = models.TextField(_("body"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, help_text=_("since it was made or replayed"))
    due_at = models.DateTimeField(_("due at"))
    lease_until = models.DateTimeField(null=True, blank=True)
    # Rises whenever a worker takes the delivery: what an earlier one reports late changes nothing.
    token = models.PositiveIntegerField(default=0)
    log = models.JSONField(_("log"), default=list, help_text=_("the latest attempts: at, status, error, milliseconds"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["webhook", "message_id"], name="message_once_per_webhook")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["webhook", "-created_at", "-id"], name="delivery_of_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.webhook.url}"


class CatalogNewsRead(models.Model):
    """How far the catalogs' news were read and announced to endpoints: one row, whose lock is the right to announce."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    read_until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_catalog_news_row")]

    def __str__(self) -> str:
        return self.read_until.isoformat()
