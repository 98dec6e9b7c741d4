"""The products that anybody may ask about without a key: those whose insurer says so."""

from dataclasses import dataclass

from common.tenancy import OFFICE, acting_for
from insurers.models import Product


@dataclass(frozen=True, slots=True)
class PublicProduct:
    """What anybody may know of a product before asking what it pays for. `key` names it among the products of all insurers."""

    insurer_id: int
    insurer_code: str
    insurer_name: str
    code: str
    name: str
    is_demonstration: bool

    @property
    def key(self) -> str:
        return f"{self.insurer_code}:{self.code}"


def public_products() -> list[PublicProduct]:
    """Return them by the name of the insurer and their own, those that have a published version; one statement, whoever asks."""
    with acting_for(OFFICE):  # nobody's own rows are seen by nobody: this statement alone picks what may be
        rows = (
            Product.objects.told_to_anybody()
            .filter(versions__published_at__isnull=False)
            .distinct()
            .order_by("insurer__name", "name", "pk")
            .values_list("insurer_id", "insurer__code", "insurer__name", "code", "name", "is_demonstration")
        )
        return [PublicProduct(*row) for row in rows]
