"""Comments of insurers on a version in consultation, each with the office's answer (spec curation.md 2)."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.importing.comments import LONGEST_CODE, LONGEST_TEXT
from catalog.models.versions import CatalogVersion
from catalog.vocabularies import DISPOSITIONS, STANCES
from common.labels import choices


class CommentQuerySet(models.QuerySet["Comment"]):
    def seen_by(self, insurer_id: int | None) -> Self:
        """Keep an insurer's own; None is the catalog office, which sees all."""
        return self if insurer_id is None else self.filter(insurer=insurer_id)


class Comment(models.Model):
    """What an insurer says of an entry, or of the whole list (no entry code), and what the office answers; others than these two never see it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Not taken along when a draft is deleted: the database refuses that, unless the comments went to the draft that replaces it.
    version = models.ForeignKey(
        CatalogVersion, models.DO_NOTHING, related_name="comments", verbose_name=_("catalog version")
    )
    insurer = models.ForeignKey(settings.TENANT_MODEL, models.PROTECT, related_name="+", verbose_name=_("insurer"))
    by = models.CharField(_("commented by"), max_length=150)
    at = models.DateTimeField(_("commented at"))
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    entry_code = models.CharField(_("entry code"), max_length=LONGEST_CODE, blank=True, default="", db_default="")
    # As the entry was called then: it may be called otherwise later, or be gone.
    generic_name = models.CharField(_("generic name"), max_length=200, blank=True, default="", db_default="")
    stance = models.CharField(_("stance"), max_length=10, choices=choices(STANCES.terms))
    text = models.CharField(_("comment"), max_length=LONGEST_TEXT)
    disposition = models.CharField(
        _("disposition"), max_length=10, choices=choices(DISPOSITIONS.terms), blank=True, default="", db_default=""
    )
    answer = models.CharField(_("answer"), max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True, default="", db_default="")
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "entry_code", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(stance__in=STANCES.codes), name="comment_stance_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(disposition="", answer="", answered_by="", answered_at=None)
                | Q(disposition__in=DISPOSITIONS.codes, answered_at__isnull=False) & ~Q(answer="") & ~Q(answered_by=""),
                name="answer_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["version", "at", "entry_code", "id"], name="comment_of_version"),
            models.Index(fields=["answered_at"], condition=~Q(answered_at=None), name="comment_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.entry_code}".strip()
