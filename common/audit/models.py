"""The log of deeds: one row each, in order, each with the hash of the one before; never changed (migration 0002)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.audit.deeds import Deed, Via


class Record(models.Model):
    """One deed. Number, instant and hashes are the database's; persons are text that outlives accounts, as on everything they did."""

    id = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("at"))
    who = models.CharField(_("who"), max_length=150)
    via = models.CharField(_("by which door"), max_length=10, choices=Via.choices)
    deed = models.CharField(_("deed"), max_length=40, choices=Deed.choices)
    # What it was done to: the model's name, the row's id, and how people call it.
    kind = models.CharField(_("kind"), max_length=40)
    object_id = models.CharField(max_length=64)
    object = models.CharField(_("object"), max_length=300)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    reason = models.TextField(_("reason"), blank=True, default="", db_default="")
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="", db_default="")
    sandbox = models.BooleanField(_("in a sandbox"), default=False, db_default=False)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("deed")
        verbose_name_plural = _("log of deeds")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(deed__in=Deed.values), name="deed_is_of_the_closed_list"),
            models.CheckConstraint(condition=Q(via__in=Via.values), name="door_is_known"),
            models.CheckConstraint(condition=~Q(who=""), name="somebody_did_it"),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["who", "-id"], name="audit_who"),
            models.Index(fields=["deed", "-id"], name="audit_deed"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.who} {self.get_deed_display()} {self.object}"

    def get_deed_display(self) -> str:
        """Return the deed in words; Django's own looks at all of them each time, and a page of the log has fifty."""
        return str(Deed(self.deed).label)


class Head(models.Model):
    """How many rows the log has and the last one's hash: whoever writes the next holds this row until commit."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    rows = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_head")]

    def __str__(self) -> str:
        return f"{self.rows} {self.hash}"
