"""What a reviewer is told before a version is published: a list of checks, each good, bad or to be looked at (spec curation.md 1). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from catalog.lifecycle import CONSULTATION, Standing
from catalog.mass_change import is_mass_change
from catalog.vocabularies import EXCLUDING_KINDS

# bad: publishing is refused as things stand; look: it is not, but somebody should know.
Sign = Literal["good", "look", "bad"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted in a version: its entries, those that are not coded, whose agreements end, that have no class."""

    kind: str
    first_day: date
    last_day: date | None
    entries: int
    uncoded: int = 0
    ends_within: int = 0
    over_before: int = 0
    without_class: int = 0
    was_consulted: bool = False
    fewer_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: what was looked at, how it is, and what its sentence names."""

    name: str
    sign: Sign
    told: Mapping[str, Any] = field(default_factory=dict)


def checks(facts: Facts, standing: Standing, person: str) -> list[Check]:
    """Return every check of a version that a person may publish today, in the order in which they are read."""
    return [
        _person(standing, person),
        _base(standing),
        _consultation(facts, standing),
        _first_day(facts, standing),
        *_counts(facts),
        *_totals(standing),
        *_mass(standing),
        *([Check("fewer_classes", "look", {"classes": facts.fewer_classes})] if facts.fewer_classes else []),
    ]


def _person(standing: Standing, person: str) -> Check:
    editors = sorted(standing.editors)
    return Check("editors", "bad" if person in standing.editors else "good", {"editors": editors})


def _base(standing: Standing) -> Check:
    told = {"base": standing.base, "follows": standing.follows}
    return Check("base", "good" if standing.base == standing.follows else "look", told)


def _consultation(facts: Facts, standing: Standing) -> Check:
    told = {"comments": standing.comments, "unanswered": standing.unanswered}
    if standing.state == CONSULTATION:
        return Check("consultation_open", "bad", told)
    if not facts.was_consulted:
        return Check("not_consulted", "look", told)
    return Check("consultation", "bad" if standing.unanswered else "good", told)


def _first_day(facts: Facts, standing: Standing) -> Check:
    return Check("first_day", "look" if facts.first_day < standing.today else "good", {"day": facts.first_day})


def _counts(facts: Facts) -> list[Check]:
    found = [("empty", 0 if facts.entries else 1)]
    if facts.kind not in EXCLUDING_KINDS:
        found.append(("uncoded", facts.uncoded))
    found += [("ends_within", facts.ends_within), ("over_before", facts.over_before)]
    # Only 医保 lists have classes of their own: 甲 and 乙.
    if facts.kind == "base":
        found.append(("without_class", facts.without_class))
    told = {"entries": facts.entries}
    all_told = [Check(name, "look" if count else "good", {**told, "count": count}) for name, count in found]
    # That a list is not empty, and that no agreement is over before it begins, goes without saying.
    return [one for one in all_told if one.sign != "good" or one.name not in {"empty", "over_before"}]


def _totals(standing: Standing) -> list[Check]:
    return [
        Check(
            "total",
            "good" if standing.counted.get(name, 0) == wanted else "bad",
            {"name": name, "found": standing.counted.get(name, 0), "wanted": wanted},
        )
        for name, wanted in sorted(standing.expected.items())
    ]


def _mass(standing: Standing) -> list[Check]:
    if not standing.lost:
        return []
    many = is_mass_change(standing.lost, standing.in_force)
    return [Check("narrower", "look" if many else "good", {"lost": standing.lost, "before": standing.in_force})]
