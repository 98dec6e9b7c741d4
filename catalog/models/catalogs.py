"""Catalogs: a list that has editions, and whose it is."""

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.vocabularies import Provenance, Series
from catalog.vocabularies import KINDS
from common.labels import choices

CODE_PATTERN = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("letters, digits, dot, dash and underscore only"))


class CatalogQuerySet(models.QuerySet["Catalog"]):
    def visible_to(self, insurer_id: int | None) -> Self:
        """Keep the shared catalogs and the insurer's own; None is the catalog office, which sees all."""
        return self if insurer_id is None else self.filter(Q(owner=None) | Q(owner=insurer_id))


class Catalog(models.Model):
    """A named list kept in versions (spec eligibility 1)."""

    code = models.CharField(_("code"), max_length=64, unique=True, validators=[CODE_PATTERN])
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=choices(KINDS.terms))
    series = models.ForeignKey(Series, models.PROTECT, null=True, blank=True, verbose_name=_("series"))
    publisher = models.CharField(_("publisher"), max_length=200, blank=True, default="")
    owner = models.ForeignKey(
        settings.TENANT_MODEL, models.PROTECT, null=True, blank=True, related_name="catalogs", verbose_name=_("owner")
    )
    province = models.CharField(_("province"), max_length=50, blank=True, default="")
    premium_cny = models.DecimalField(_("premium (CNY)"), max_digits=16, decimal_places=2, null=True, blank=True)
    insured_count = models.PositiveBigIntegerField(_("insured persons"), null=True, blank=True)
    provenance = models.CharField(
        _("provenance"), max_length=20, choices=Provenance.choices, blank=True, default=Provenance.UNSTATED
    )
    note = models.TextField(_("note"), blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = _("catalog")
        verbose_name_plural = _("catalogs")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(series=None) | Q(kind="commercial"), name="only_commercial_catalogs_have_a_series"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=KINDS.codes),
                name="catalog_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
