"""The number that every publication, withdrawal and master import raises."""

from django.db import models
from django.db.models import Q


class Revision(models.Model):
    """The single counter that rises with everything that changes what is known (publishing, withdrawing, master rows).

    `declare()` (a database function) raises it and names the instant, alone; `observe()` reads both, never in the middle of a declaration.
    So an answer's `known_at` covers everything recorded before it and nothing that commits later.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    # The last declared instant: the next one is later, also where somebody has set the machine's clock back.
    declared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_revision_row")]

    def __str__(self) -> str:
        return str(self.number)
