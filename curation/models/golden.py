"""Golden cases 验证用例, and every answer that each was agreed to have."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from insurers.models import Product


class GoldenCase(models.Model):
    """A claim and the answer agreed on, judged by a product or by lists alone; the office's has no insurer, an insurer's is its own.

    `claim` is as a check takes it, without what leads to a person (curation.golden.keeping); `expect` what is expected now
    (curation.golden.expecting).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insurer = models.ForeignKey(
        settings.TENANT_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("insurer")
    )
    name = models.CharField(_("name"), max_length=200)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    # Codes of lists, in place of a product.
    catalogs = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("catalogs"))
    claim = models.JSONField(_("claim"), encoder=DjangoJSONEncoder)
    expect = models.JSONField(_("expected"))
    note = models.TextField(_("note"), blank=True, default="")
    created_by = models.CharField(_("made by"), max_length=150)
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("golden case")
        verbose_name_plural = _("golden cases")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["insurer", "name", "id"], name="golden_case_of_insurer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=False, catalogs=[]) | (Q(product=None) & ~Q(catalogs=[])),
                name="golden_case_by_product_or_catalogs",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GoldenExpectation(models.Model):
    """An answer that a case expects from an instant on: as it was made, changed, or as a publication was acknowledged to change it."""

    case = models.ForeignKey(GoldenCase, models.CASCADE, related_name="expectations")
    insurer = models.ForeignKey(settings.TENANT_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    expect = models.JSONField(_("expected"))
    # Of an acknowledgement: why, and of which edition.
    reason = models.CharField(_("reason"), max_length=2000, blank=True, default="")
    catalog = models.CharField(_("catalog"), max_length=64, blank=True, default="")
    version = models.CharField(_("version"), max_length=64, blank=True, default="")
    by = models.CharField(_("by"), max_length=150)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("expectation of a golden case")
        verbose_name_plural = _("expectations of golden cases")
        ordering = ["case", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d}"
