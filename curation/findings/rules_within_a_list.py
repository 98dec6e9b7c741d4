"""Kinds of findings in one list: what ends, what is not coded or not known, what stands together or twice; and products without a list."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from catalog.catalog_codes import parted
from catalog.drugs.printed import NOTATION, PrintedNames
from catalog.importing.one_value import is_known_form
from catalog.in_force import Span, in_force, pinned
from claims.eligibility import Entry
from curation.findings.causes import Cause
from curation.findings.entry_overlap import ByDisease, cases_meet, drug_parts_meet
from curation.findings.world import DrugList, Edition, Listed, World, by_drug, place

ENDING_DAYS: Final = 60


# ------------------------------------------------------------------------------------------------- what ends


def ending(world: World) -> Iterator[Cause]:
    """An entry's or edition's last day within 60 days and nothing known that follows; one finding for a list and a day."""
    until = world.day + timedelta(days=ENDING_DAYS)
    for listing in world.looked_at:
        found: dict[date, tuple[Edition, list[Listed]]] = {}
        days = world.coming(listing)
        if days[0].version is None:
            continue
        for span, following in zip(days, [*days[1:], None], strict=True):
            if span.version is None or span.first > until:
                break
            if span.last is not None and span.last <= until and following and following.version is None:
                found.setdefault(span.last, (span.version, []))
            for last, ends in _agreements_ending(world, listing, span.version, until).items():
                # Only while the edition holds; what ends with an edition that nothing follows is told by the edition.
                if span.first <= last and (span.last is None or last <= span.last):
                    kept = found.setdefault(last, (span.version, []))[1]
                    if span.last != last or _goes_on(following):
                        kept += ends
        for last, (edition, entries) in sorted(found.items()):
            yield Cause(
                "ending",
                (listing.code, last.isoformat()),
                ((listing.code, edition.label),),
                tuple(place(listing, edition, one) for one in entries),
                listing.owner,
                days={"last_day": last},
            )


def _goes_on(following: Span[Edition] | None) -> bool:
    return following is not None and following.version is not None


def _agreements_ending(world: World, listing: DrugList, edition: Edition, until: date) -> dict[date, list[Listed]]:
    """Return the edition's entries whose own last day is near and that no entry of the same drug and case follows the day after."""
    found: dict[date, list[Listed]] = {}
    for one in edition.entries:
        last = one.entry.effective_to
        if last is not None and world.day <= last <= until:
            found.setdefault(last, []).append(one)
    for last in found:
        next_day = last + timedelta(days=1)
        after = in_force(listing.editions, next_day, world.known_at)
        going_on = by_drug(one for one in after.entries if one.entry.in_force_on(next_day)) if after else {}
        found[last] = [
            one
            for one in found[last]
            if not any(follows(one.entry, other.entry, world) for other in going_on.get(one.drug, ()))
        ]
    return {last: ends for last, ends in found.items() if ends}


def follows(ended: Entry, other: Entry, world: World) -> bool:
    """Tell whether an entry goes on with what another one listed: the same drug part, and some of its cases or the same words."""
    if not drug_parts_meet(ended, other, world.forms):
        return False
    words = ended.indication, ended.restriction
    return (any(words) and words == (other.indication, other.restriction)) or cases_meet(ended, other)


def product_without_list(world: World) -> Iterator[Cause]:
    """A product version in force whose reference has nothing in force, or is pinned to what is not there, was withdrawn or replaced."""
    lists = {one.key: one for one in world.lists}
    for product in world.products:
        for reference in product.references:
            listing = named_by(product.insurer, reference.catalog, lists)
            if listing is None:
                why, label = "nothing_in_force", ""
            else:
                why, label = wanting(listing, reference.label, world)
            if why:
                yield Cause(
                    "product_without_list",
                    (product.code, reference.catalog, reference.label or ""),
                    ((reference.catalog, label),),
                    owner=product.insurer,
                    text=why,
                    product=(product.code, product.label),
                )


def named_by(insurer: int, text: str, lists: Mapping[tuple[int | None, str], DrugList]) -> DrugList | None:
    """Return the list that a text means for an insurer (catalog.catalog_codes)."""
    owner, code = parted(text)
    own = lists.get((insurer, code)) if owner != "" else None
    if owner:
        return own if own and own.owner_code == owner else None
    return own or lists.get((None, code))


def wanting(listing: DrugList, label: str | None, world: World) -> tuple[str, str]:
    """Return what a reference lacks ('' for nothing: nothing_in_force, missing, withdrawn, replaced), and the edition that is in force instead."""
    there = in_force(listing.editions, world.day, world.known_at)
    instead = there.label if there else ""
    if label is None:
        return ("", instead) if there else ("nothing_in_force", "")
    held = pinned(listing.editions, label, world.known_at)
    if held is None:
        was_there = any(one.label == label and one.withdrawn_at is not None for one in listing.editions)
        return "withdrawn" if was_there else "missing", instead
    is_later = there is not None and (there.effective_from, there.published_at, there.label) > (
        held.effective_from,
        held.published_at,
        held.label,
    )
    return ("replaced", instead) if is_later else ("", instead)


# ------------------------------------------------------------------------------------------------- what is not known


def uncoded(world: World) -> Iterator[Cause]:
    """An entry that eligibility 4.2 calls not coded; entries of one list with the same text are one."""
    for listing in world.looked_at:
        found: dict[str, list[tuple[Edition, Listed]]] = {}
        for edition, one in world.standing(listing):
            if one.entry.uncoded:
                words = one.entry.indication if one.entry.indication and not one.entry.icd10 else one.entry.restriction
                found.setdefault(words, []).append((edition, one))
        yield from _by_text("uncoded", listing, found)


def unknown_drug(world: World) -> Iterator[Cause]:
    """A listed name the master does not know, where there is a master."""
    if not world.master.drugs:
        return
    for listing in world.looked_at:
        found: dict[str, list[tuple[Edition, Listed]]] = {}
        for edition, one in world.standing(listing):
            base = one.entry.base_name
            if base and base not in world.master.drugs and base not in world.master.owners:
                found.setdefault(base, []).append((edition, one))
        yield from _by_text("unknown_drug", listing, found)


def unknown_form(world: World) -> Iterator[Cause]:
    """A form outside the table, which matches only itself."""
    known = lru_cache(maxsize=None)(lambda form: is_known_form(world.forms, form))
    for listing in world.looked_at:
        found: dict[str, list[tuple[Edition, Listed]]] = {}
        for edition, one in world.standing(listing):
            form = one.entry.dosage_form
            if form and not known(form):
                found.setdefault(form, []).append((edition, one))
        yield from _by_text("unknown_form", listing, found)


def _by_text(kind: str, listing: DrugList, found: dict[str, list[tuple[Edition, Listed]]]) -> Iterator[Cause]:
    for text, entries in found.items():
        editions = dict.fromkeys((listing.code, edition.label) for edition, _one in entries)
        yield Cause(
            kind,
            (listing.code, text),
            tuple(editions),
            tuple(place(listing, edition, one) for edition, one in entries),
            listing.owner,
            text=text,
        )


def names_together(world: World) -> Iterator[Cause]:
    """Names printed in one cell that the master does not know as one drug: entries of one printed row, or a name that was kept whole."""
    printed = PrintedNames(world.forms)
    for listing in world.looked_at:
        cells: dict[tuple[str, int, str], list[tuple[Edition, Listed]]] = {}
        for edition, one in world.standing(listing):
            if one.row_no and one.entry.base_name:
                cells.setdefault((edition.label, one.row_no, stem_of(one, edition)), []).append((edition, one))
        found: dict[str, list[tuple[Edition, Listed]]] = {}
        for entries in cells.values():
            names = {one.entry.base_name: one.name for _edition, one in entries}
            if len(entries) == 1:
                names = names_in(entries[0][1].name, printed, world)
            if len({world.master.drug_of(base) for base in names}) > 1:
                found.setdefault("、".join(names[base] for base in names), []).extend(entries)
        yield from _by_text("names_together", listing, found)


def stem_of(one: Listed, edition: Edition) -> str:
    """Return the code of the printed row of an entry: 10 for 10.2 (csv.md, "Names as a list prints them")."""
    stem, dot, number = one.entry.entry_code.rpartition(".")
    return stem if dot and number.isascii() and number.isdigit() and stem in edition.codes else one.entry.entry_code


def names_in(name: str, printed: PrintedNames, world: World) -> dict[str, str]:
    """Return the names that a name would be read as, by their base names."""
    if not NOTATION.search(name):
        return {}
    return {world.forms.base_name(one).name: one for one in printed.read(name).names}


# ------------------------------------------------------------------------------------------------- one drug twice


def same_drug_twice(world: World) -> Iterator[Cause]:
    """Two entries in force of one list that take the same line with different terms."""
    for listing in world.looked_at:
        edition = world.edition_today(listing)
        if edition is None or listing.excludes:
            continue
        for drug, entries in by_drug(world.entries_today(listing)).items():
            if len({terms(one) for one in entries}) < 2:
                continue
            by_disease = ByDisease(entries)
            at_odds = [
                one
                for one in entries
                if any(
                    terms_differ(one, other) and taken_by_both(one, other, world) for other in by_disease.beside(one)
                )
            ]
            if at_odds:
                yield Cause(
                    "same_drug_twice",
                    (listing.code, drug),
                    ((listing.code, edition.label),),
                    tuple(place(listing, edition, one) for one in at_odds),
                    listing.owner,
                    drug=drug,
                )


def terms(one: Listed) -> tuple[object, ...]:
    """Return what decides how much is paid of a line, and whether it must be asked for before."""
    return one.entry.payment_standard, one.entry.max_quantity, one.entry.prior_auth, one.reimbursement_class


def terms_differ(one: Listed, other: Listed) -> bool:
    """Tell whether two entries pay otherwise; a class that only one of them gives says nothing."""
    mine, theirs = terms(one), terms(other)
    return mine[:3] != theirs[:3] or bool(mine[3] and theirs[3] and mine[3] != theirs[3])


def taken_by_both(one: Listed, other: Listed, world: World) -> bool:
    """Tell whether some line is both entries' for certain."""
    return drug_parts_meet(one.entry, other.entry, world.forms) and cases_meet(one.entry, other.entry)
