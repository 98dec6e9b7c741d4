"""The table of rules: one function a kind (spec curation 4, "Findings")."""

from collections.abc import Callable, Iterable
from typing import Final

from curation.findings import between, within
from curation.findings.causes import Cause, collected
from curation.findings.world import World

RULES: Final[dict[str, Callable[[World], Iterable[Cause]]]] = {
    "base_and_commercial": between.base_and_commercial,
    "listed_and_excluded": between.listed_and_excluded,
    "moved": between.moved,
    "ending": within.ending,
    "product_without_list": within.product_without_list,
    "uncoded": within.uncoded,
    "unknown_drug": within.unknown_drug,
    "unknown_form": within.unknown_form,
    "names_together": within.names_together,
    "same_drug_twice": within.same_drug_twice,
}


def causes(world: World) -> list[Cause]:
    """Return everything that is found in a world, each cause once, in the order of the kinds."""
    found = {cause.identity: cause for rule in RULES.values() for cause in rule(world)}
    return collected(found.values())
