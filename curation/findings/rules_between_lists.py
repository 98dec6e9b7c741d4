"""Kinds of findings between two lists: paid twice, listed and excluded, moved."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from catalog.complete_for import speaks_of
from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.three_valued import Agreement
from catalog.in_force import Span, spans
from claims.eligibility import Entry
from common.dates import later
from common.text import as_read, norm
from curation.findings.causes import Cause
from curation.findings.entry_overlap import (
    PRODUCT_TEXTS,
    ByDisease,
    cases_meet,
    diseases_meet,
    drug_parts_meet,
    people_meet,
)
from curation.findings.world import DrugList, Edition, Listed, World, by_drug, place, seen_together

# Out of one list and into another within so many days is a move.
MOVED_DAYS: Final = 92
# A move is told until the yearly round of editions has gone over it.
TOLD_DAYS: Final = 366


def _owner(*lists: DrugList) -> int | None:
    return next((listing.owner for listing in lists if listing.owner is not None), None)


# ------------------------------------------------------------------------------------------------- paid by both


def not_paid_by_the_fund(listing: DrugList, lists: tuple[DrugList, ...]) -> bool:
    """Tell whether a commercial list's issuer says that the fund does not pay what it lists: it issues a base list too, and with it says what the
    fund pays (国家医疗保障局: NRDL and CIDL)."""
    publisher = as_read(listing.publisher)
    return (
        listing.kind == "commercial"
        and publisher != ""
        and any(one.kind == "base" and as_read(one.publisher) == publisher for one in lists)
    )


def base_and_commercial(world: World) -> Iterator[Cause]:
    """One drug for overlapping diseases in force on a base list and on a commercial list whose issuer says the fund does not pay.

    Other diseases, other forms, other patients, and text that is not coded are no finding.
    """
    bases = [(one, by_drug(world.entries_today(one))) for one in world.looked_at if one.kind == "base"]
    for commercial in world.looked_at:
        edition = world.edition_today(commercial)
        if edition is None or not not_paid_by_the_fund(commercial, world.looked_at):
            continue
        listed = by_drug(world.entries_today(commercial))
        for base, paid in bases:
            if not seen_together(base, commercial):
                continue
            base_edition = world.edition_today(base)
            for drug in listed.keys() & paid.keys():
                by_disease = ByDisease(paid[drug])
                pairs = [
                    (mine, theirs)
                    for mine in listed[drug]
                    for theirs in by_disease.beside(mine)
                    if drug_parts_meet(mine.entry, theirs.entry, world.forms) and cases_meet(mine.entry, theirs.entry)
                ]
                if pairs and base_edition:
                    places = [place(commercial, edition, mine) for mine, _theirs in pairs]
                    places += [place(base, base_edition, theirs) for _mine, theirs in pairs]
                    yield Cause(
                        "base_and_commercial",
                        (commercial.code, base.code, drug),
                        ((commercial.code, edition.label), (base.code, base_edition.label)),
                        tuple(dict.fromkeys(places)),
                        _owner(commercial, base),
                        drug=drug,
                    )


# ------------------------------------------------------------------------------------------------- listed and excluded


class _Excluding:
    """The entries of a list of what is not paid, found by what they select."""

    def __init__(self, entries: tuple[Listed, ...]) -> None:
        self.named = {drug: ByDisease(its) for drug, its in by_drug(entries).items()}
        self.selecting = [one for one in entries if not one.drug and selects_drugs(one.entry)]

    def taking(self, one: Listed, world: World) -> list[Listed]:
        """Return the entries that take what an entry lists."""
        named = (
            theirs
            for theirs in (self.named[one.drug].beside(one) if one.drug in self.named else ())
            if drug_parts_meet(one.entry, theirs.entry, world.forms) and cases_meet(one.entry, theirs.entry)
        )
        if not self.selecting:
            return [*named]
        codes = class_codes(one, world)
        selecting = (theirs for theirs in self.selecting if selected_by(one.entry, codes, theirs.entry, world.forms))
        return [*named, *selecting]


def selects_drugs(entry: Entry) -> bool:
    """Tell whether an entry that names no drug selects by what a list has, not only by where and for whom (药店, a criterion) a case was."""
    return not entry.criteria and bool(entry.drug_tests or entry.icd10)


def selected_by(entry: Entry, codes: set[str], excluding: Entry, forms: DosageForms) -> bool:
    """Tell whether an entry that names no drug takes what another one lists: each of its selectors for certain, its diseases in part at least."""
    if excluding.class_code and not any(code.startswith(excluding.class_code) for code in codes):
        return False
    if excluding.dosage_form:
        form = entry.dosage_form or entry.name_form
        if not form or forms.matches(excluding.dosage_form, form) is not Agreement.PASS:
            return False
    if excluding.national_code and not entry.national_code.startswith(excluding.national_code):
        return False
    for name in PRODUCT_TEXTS:
        if getattr(excluding, name) and getattr(excluding, name) != getattr(entry, name):
            return False
    if excluding.icd10 and not (entry.icd10 and diseases_meet(entry.icd10, excluding.icd10)):
        return False
    return people_meet(entry, excluding)


def class_codes(one: Listed, world: World) -> set[str]:
    """Return the class codes that a line of an entry's drug has at least (eligibility 3)."""
    found = {one.entry.class_code, one.entry.national_code[:6], *map(norm, world.classes.get(one.drug, ()))}
    return found - {""}


def listed_and_excluded(world: World) -> Iterator[Cause]:
    """A commercial entry that a negative or exclusion list also takes."""
    excluding = [(one, _Excluding(world.entries_today(one))) for one in world.looked_at if one.excludes]
    for commercial in (one for one in world.looked_at if one.kind == "commercial"):
        edition = world.edition_today(commercial)
        if edition is None:
            continue
        listed = by_drug(world.entries_today(commercial))
        for other, entries in excluding:
            other_edition = world.edition_today(other)
            if other_edition is None or not seen_together(commercial, other):
                continue
            for drug, its in listed.items():
                pairs = [(mine, theirs) for mine in its for theirs in entries.taking(mine, world)]
                if pairs:
                    places = [place(commercial, edition, mine) for mine, _theirs in pairs]
                    places += [place(other, other_edition, theirs) for _mine, theirs in pairs]
                    yield Cause(
                        "listed_and_excluded",
                        (commercial.code, other.code, drug),
                        ((commercial.code, edition.label), (other.code, other_edition.label)),
                        tuple(dict.fromkeys(places)),
                        _owner(commercial, other),
                        drug=drug,
                    )


# ------------------------------------------------------------------------------------------------- moved


Days = tuple[date, date | None]


def moved(world: World) -> Iterator[Cause]:
    """Gone from one list and come into another within 92 days, and not back since; told for a year.

    An edition that is not complete for a drug's class says nothing by leaving it out: then it is not gone.
    """
    begin = world.day - timedelta(days=TOLD_DAYS + MOVED_DAYS)
    there = {one.key: _presences(world, one, begin) for one in world.looked_at}
    came: dict[str, list[tuple[date, DrugList]]] = {}
    for listing in world.looked_at:
        for drug, periods in there[listing.key].items():
            for first, _last in periods:
                if first > begin:
                    came.setdefault(drug, []).append((first, listing))
    for listing in world.looked_at:
        for drug, periods in there[listing.key].items():
            for _first, last in periods:
                if last is None or last == date.max or drug not in came:
                    continue
                gone = last + timedelta(days=1)
                for come, other in came[drug]:
                    if other.key == listing.key or abs((come - gone).days) > MOVED_DAYS:
                        continue
                    when = max(gone, come)
                    seen = max(when, world.day)
                    if (
                        when >= world.day - timedelta(days=TOLD_DAYS)
                        and seen_together(listing, other)
                        and on_day(there[other.key][drug], seen)
                        and not on_day(periods, seen)
                        and _spoken_of(world, listing, drug, gone)
                    ):
                        yield _move(world, (listing, other), drug, gone, come)


def on_day(periods: list[Days], day: date) -> bool:
    """Tell whether a day lies in one of the periods."""
    return any(first <= day and (last is None or day <= last) for first, last in periods)


def _presences(world: World, listing: DrugList, begin: date) -> dict[str, list[Days]]:
    """Return the days on which a list has each drug, from a day on, in order, those that touch as one period."""
    found: dict[str, list[Days]] = {}
    for span in spans(listing.editions, world.known_at, begin, None):
        for one in span.version.presences if span.version else ():
            first = max(span.first, one.first) if one.first else span.first
            last = span.last if one.last is None else one.last if span.last is None else min(span.last, one.last)
            if last is None or first <= last:
                found.setdefault(one.drug, []).append((first, last))
    return {drug: _merged(periods) for drug, periods in found.items()}


def _merged(periods: list[Days]) -> list[Days]:
    if len(periods) == 1:
        return periods
    merged: list[Days] = []
    for first, last in sorted(periods, key=lambda one: one[0]):
        if merged and (merged[-1][1] is None or first <= later(merged[-1][1], 1)):
            before = merged[-1][1]
            merged[-1] = (merged[-1][0], None if before is None or last is None else max(before, last))
        else:
            merged.append((first, last))
    return merged


def _spoken_of(world: World, listing: DrugList, drug: str, gone: date) -> bool:
    """Tell whether the edition without the drug says that it does not hold it."""
    span: Span[Edition] = spans(listing.editions, world.known_at, gone, gone)[0]
    if span.version is None or not span.version.complete_for:
        return True
    its = {one.class_code for edition in listing.editions for one in edition.presences if one.drug == drug}
    return any(speaks_of(span.version.complete_for, code) for code in its)


def _move(world: World, lists: tuple[DrugList, DrugList], drug: str, gone: date, come: date) -> Cause:
    """Rests on the edition that left it out (none: the list ended) and the entries of the one that took it up."""
    left, other = lists
    after = spans(left.editions, world.known_at, gone, gone)[0].version
    taken = spans(other.editions, world.known_at, come, come)[0].version
    assert taken is not None
    places = tuple(place(other, taken, one) for one in taken.entries if one.drug == drug)
    return Cause(
        "moved",
        (left.code, other.code, drug),
        ((left.code, after.label if after else ""), (other.code, taken.label)),
        places,
        _owner(left, other),
        drug=drug,
        days={"gone_on": gone, "came_on": come},
    )
