"""The publication log (catalog.log): leaves that are only ever added."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogLeaf(models.Model):
    """A publication or withdrawal of a shared list. `leaf` is the canonical JSON that is hashed; the rest is what it says, to be found by.

    It names its version by text: nothing that happens to rows elsewhere reaches it.
    """

    seq = models.BigIntegerField(_("number in the log"), primary_key=True)
    catalog = models.CharField(_("catalog"), max_length=64)
    label = models.CharField(_("label"), max_length=64, db_collation="C")
    deed = models.CharField(_("deed"), max_length=10)
    at = models.DateTimeField(_("at"))
    leaf = models.TextField()
    leaf_hash = models.BinaryField()

    class Meta:
        verbose_name = _("entry of the publication log")
        verbose_name_plural = _("entries of the publication log")
        ordering = ["seq"]
        default_permissions = ()
        indexes = [models.Index(fields=["catalog", "label"], name="log_catalog_label")]
        constraints = [
            models.CheckConstraint(condition=models.Q(seq__gte=0), name="log_begins_at_0"),
            models.CheckConstraint(
                condition=models.Q(deed__in=["published", "withdrawn"]), name="log_deed_is_of_the_list"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.catalog} {self.label}"
