"""The table of rules: one function a kind (spec curation 4, "Findings")."""

from collections.abc import Callable, Iterable
from typing import Final

from curation.findings import rules_between_lists, rules_within_a_list
from curation.findings.causes import Cause, collected
from curation.findings.world import World

RULES: Final[dict[str, Callable[[World], Iterable[Cause]]]] = {
    "base_and_commercial": rules_between_lists.base_and_commercial,
    "listed_and_excluded": rules_between_lists.listed_and_excluded,
    "moved": rules_between_lists.moved,
    "ending": rules_within_a_list.ending,
    "product_without_list": rules_within_a_list.product_without_list,
    "uncoded": rules_within_a_list.uncoded,
    "unknown_drug": rules_within_a_list.unknown_drug,
    "unknown_form": rules_within_a_list.unknown_form,
    "names_together": rules_within_a_list.names_together,
    "same_drug_twice": rules_within_a_list.same_drug_twice,
}


def causes(world: World) -> list[Cause]:
    """Return everything that is found in a world, each cause once, in the order of the kinds."""
    found = {cause.identity: cause for rule in RULES.values() for cause in rule(world)}
    return collected(found.values())
