"""Versions of a catalog: drafts, and what is published and never changes again (held by triggers, see the migrations).

Days are inclusive at both ends (spec eligibility 1); a missing end is open."""

from datetime import date, datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from catalog.lifecycle import state_on
from catalog.models.catalogs import CODE_PATTERN, Catalog


class VersionQuerySet(models.QuerySet["CatalogVersion"]):
    def open_to_readers(self, day: date) -> Self:
        """Keep what others than the office and the owner may see: published, withdrawn, or in consultation on that day."""
        over = Q(state="in_consultation", comments_until__lt=day)
        return self.exclude(Q(state__in=["draft", "in_review"]) | over)

    def open_to_commenters(self, day: date) -> Self:
        """Keep what readers may see, and what they were asked about: their comments stay theirs when it is a draft again."""
        seen = CatalogVersion.objects.open_to_readers(day)
        return self.filter(Q(pk__in=seen.values("pk")) | ~Q(submitted_at=None))

    def known_at(self, instant: datetime) -> Self:
        """Keep what was published and not withdrawn at that instant."""
        return self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=instant), published_at__lte=instant)

    def in_force(self, day: date, known_at: datetime) -> Self:
        """Keep, of each catalog, the one version in force on the day as known at the instant (spec eligibility 2)."""
        covers_day = Q(effective_to=None) | Q(effective_to__gte=day)
        return (
            self.known_at(known_at)
            .filter(covers_day, effective_from__lte=day)
            .order_by("catalog_id", "-effective_from", "-published_at", "-label")
            .distinct("catalog_id")
        )

    def told_on(self, day: date, known_at: datetime) -> Self:
        """Add what a page needs to say how a published version stands on a day: the day, and which version of its catalog is in force then."""
        others = CatalogVersion.objects.filter(catalog=OuterRef("catalog")).in_force(day, known_at)
        return self.annotate(
            told_day=Value(day, output_field=models.DateField()), told_in_force=Subquery(others.values("pk")[:1])
        )

    def followed_from(self, first_day: date, known_at: datetime) -> Self:
        """Keep, of each catalog, the edition that a draft with this first day follows (catalog.followed_edition), in force then or ended before."""
        ended = Case(When(effective_to__lt=first_day, then=1), default=0)
        return (
            self.known_at(known_at)
            .filter(effective_from__lte=first_day)
            .order_by("catalog_id", ended, "-effective_from", "-published_at", "-label")
            .distinct("catalog_id")
        )


class CatalogVersion(models.Model):
    """An edition of a catalog: a draft that a second person publishes, and that never changes afterwards."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CONSULTATION = "in_consultation", _("in consultation")
        REVIEW = "in_review", _("in review")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    catalog = models.ForeignKey(Catalog, models.PROTECT, related_name="versions", verbose_name=_("catalog"))
    label = models.CharField(
        _("label"), max_length=64, validators=[CODE_PATTERN], db_collation="C", help_text=_("e.g. 2026")
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to (inclusive)"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("parent")
    )
    # The edition it was compared with at import or at its last merge; `parent` is the one of the stored comparison, which is made anew.
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("base"))
    # How many printed rows the list is to have, by class-code prefix, `drugs` for all (spec curation.md 1, "Totals").
    expected_counts = models.JSONField(
        _("expected rows"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    # Class-code prefixes of which the list is complete; empty: it is complete altogether (spec eligibility 5, base status).
    complete_for = ArrayField(
        models.CharField(max_length=10), verbose_name=_("complete for"), default=list, db_default=[], blank=True
    )
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, default="")
    entry_count = models.PositiveIntegerField(_("entries"), default=0)
    change_counts = models.JSONField(_("changes against the parent"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    # Persons, as text that outlives accounts: a user name, or "key:<prefix>" for an insurer's key.
    created_by = models.CharField(_("imported by"), max_length=150)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    submitted_by = models.CharField(_("submitted by"), max_length=150, blank=True, default="")
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    comments_until = models.DateField(_("comments until"), null=True, blank=True)
    consultation_closed_at = models.DateTimeField(_("consultation closed at"), null=True, blank=True)
    review_requested_by = models.CharField(
        _("sent for review by"), max_length=150, blank=True, default="", db_default=""
    )
    review_requested_at = models.DateTimeField(_("sent for review at"), null=True, blank=True)
    review_note = models.TextField(_("note for the reviewer"), blank=True, default="", db_default="")
    sent_back_by = models.CharField(_("sent back by"), max_length=150, blank=True, default="", db_default="")
    sent_back_at = models.DateTimeField(_("sent back at"), null=True, blank=True)
    sent_back_reason = models.TextField(_("reason of sending back"), blank=True, default="", db_default="")
    # Everybody who imported, edited, merged or sent it for consultation or review: none of them publishes it. Only grows; the database holds it.
    editors = ArrayField(
        models.CharField(max_length=150), verbose_name=_("editors"), default=list, db_default=[], blank=True
    )
    published_by = models.CharField(_("published by"), max_length=150, blank=True, default="")
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    publish_note = models.TextField(_("publishing note"), blank=True, default="")
    withdrawal_asked_by = models.CharField(
        _("withdrawal asked by"), max_length=150, blank=True, default="", db_default=""
    )
    withdrawal_asked_at = models.DateTimeField(_("withdrawal asked at"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=150, blank=True, default="")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdraw_reason = models.TextField(_("reason of withdrawal"), blank=True, default="")

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("catalog version")
        verbose_name_plural = _("catalog versions")
        ordering = ["catalog", "-effective_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["catalog", "label"], name="label_once_per_catalog"),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="version_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(published_by="") | (~Q(published_by=F("created_by")) & ~Q(published_by=F("submitted_by"))),
                name="publisher_is_not_the_importer",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=["draft", "in_consultation", "in_review"], published_at=None, withdrawn_at=None)
                    | Q(state="published", published_at__isnull=False, withdrawn_at=None)
                    | Q(state="withdrawn", published_at__isnull=False, withdrawn_at__isnull=False)
                ),
                name="version_state_says_what_happened",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | (~Q(published_by="") & ~Q(checksum="")),
                name="published_with_name_and_sum",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | (Q(withdrawn_at__gte=F("published_at")) & ~Q(withdrawn_by="")),
                name="withdrawn_after_published",
            ),
        ]
        indexes = [models.Index(fields=["catalog", "-effective_from"], name="version_catalog_from")]
        # To see, to edit and to delete are Django's own rights (view, change, delete).
        permissions = [
            ("publish_catalogversion", "Can publish catalog versions and send them back"),
            ("withdraw_catalogversion", "Can withdraw catalog versions"),
        ]

    def __str__(self) -> str:
        return f"{self.catalog.code} {self.label}"

    def state_on(self, day: date) -> str:
        """Return the state on a day: a consultation is over by itself when its last day is."""
        return state_on(self.state, self.comments_until, day)

    def told_as(self, day: date, in_force_id: int | None) -> str:
        """Return how it is told on a day: what is published as not_yet, in_force, superseded or expired, all else by its state."""
        if self.state != self.State.PUBLISHED:
            return self.state_on(day)
        if self.effective_from > day:
            return "not_yet"
        if self.effective_to and self.effective_to < day:
            return "expired"
        return "in_force" if self.pk == in_force_id else "superseded"
