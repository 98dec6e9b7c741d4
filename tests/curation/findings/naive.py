"""The findings once more, day by day and line by line, by nothing but the judgement of claims: slow, and obvious."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product as every
from typing import Any

from catalog.drugs.recognise import Recognition
from catalog.drugs.three_valued import Agreement
from catalog.in_force import in_force
from claims.eligibility import CompiledVersion, index_by_name, index_selectors
from claims.eligibility.drug_part import applies
from claims.eligibility.entry_match import Grade, best_match
from claims.eligibility.facts import LineFacts
from curation.findings.world import DrugList, Listed, World
from tests.curation.findings.worlds import FORMS, NOW

DIAGNOSES = ["C34", "C341", "C349", "C18", "C19", "I10", "Q99"]


def entries_on(world: World, listing: DrugList, at: date) -> list[Listed]:
    there = in_force(listing.editions, at, world.known_at)
    return [one for one in there.entries if one.entry.in_force_on(at)] if there else []


def lines(
    drug: str, names: tuple[str, ...], class_codes: tuple[str, ...], at: date
) -> Iterator[tuple[Recognition, LineFacts]]:
    """Every line that a small world can tell apart."""
    for form, in_name, brand in every(["片", "胶囊", "注射液", "散"], [True, False], ["泰瑞沙", "多吉美"]):
        drug_part = Recognition(
            "", (), drug, "name", None, False, names, "", "", form, brand, "", "", class_codes, form if in_name else ""
        )
        for diagnosis, sex, age, setting in every(
            DIAGNOSES, ["F", "M"], [10, 40, 63, 80], ["inpatient", "outpatient", "retail_pharmacy"]
        ):
            yield drug_part, LineFacts(at, (diagnosis,), sex, age, setting, 3, None)


def takes(one: Listed, kind: str, drug_part: Recognition, facts: LineFacts) -> bool:
    """Whether an entry by itself is a full match of a line."""
    selectors = index_selectors([one.entry]) if kind in ("negative", "base_exclusion") else None
    more = {"selectors": selectors} if selectors else {}
    version = CompiledVersion(
        "L",
        kind,
        None,
        "v",
        "",
        date.min,
        None,
        NOW,
        None,
        by_name=index_by_name([one.entry]),
        **more,  # type: ignore[arg-type]
    )
    found = best_match(version, drug_part, facts, FORMS)
    return found is not None and found.grade is Grade.FULL


def one_line_for_both(world: World, one: Listed, kind: str, other: Listed, other_kind: str) -> bool:
    """Whether some line is a full match of both; what is not coded is never a full match."""
    drug = one.drug or other.drug
    names = world.master.names_of(drug)
    codes = tuple(sorted({listed.entry.class_code for listed in (one,) if listed.entry.class_code}))
    return any(
        takes(one, kind, *line) and takes(other, other_kind, *line) for line in lines(drug, names, codes, world.day)
    )


def every_product_too(world: World, one: Listed, other: Listed) -> bool:
    """Whether whatever product passes the one entry passes the other one too."""
    codes = tuple(filter(None, [one.entry.class_code]))
    asked = lines(one.drug, world.master.names_of(one.drug), codes, world.day)
    return all(_drug_part(other, line) for line in asked if _drug_part(one, line))


def seen(one: DrugList, other: DrugList) -> bool:
    return None in (one.owner, other.owner) or one.owner == other.owner


def base_and_commercial(world: World) -> set[tuple[str, ...]]:
    found = set()
    for commercial, base in every(world.lists, world.lists):
        says_so = any(one.kind == "base" and one.publisher == commercial.publisher for one in world.lists)
        if commercial.kind != "commercial" or base.kind != "base" or not says_so or not seen(commercial, base):
            continue
        for mine, theirs in every(entries_on(world, commercial, world.day), entries_on(world, base, world.day)):
            if mine.drug == theirs.drug and one_line_for_both(world, mine, "commercial", theirs, "base"):
                found.add((commercial.code, base.code, mine.drug))
    return found


def listed_and_excluded(world: World) -> set[tuple[str, ...]]:
    found = set()
    for commercial, other in every(world.lists, world.lists):
        if (
            commercial.kind != "commercial"
            or other.kind not in ("negative", "base_exclusion")
            or not seen(commercial, other)
        ):
            continue
        for mine, theirs in every(entries_on(world, commercial, world.day), entries_on(world, other, world.day)):
            if theirs.drug and theirs.drug != mine.drug:
                continue
            # What names no drug takes only what says of itself that it is meant: every product of it, and a disease of its own.
            vague = bool(theirs.entry.icd10) and not mine.entry.icd10
            if not theirs.drug and (vague or not every_product_too(world, mine, theirs)):
                continue
            if one_line_for_both(world, mine, "commercial", theirs, other.kind):
                found.add((commercial.code, other.code, mine.drug))
    return found


def same_drug_twice(world: World) -> set[tuple[str, ...]]:
    found = set()
    for listing in world.lists:
        if listing.kind in ("negative", "base_exclusion"):
            continue
        there = entries_on(world, listing, world.day)
        for one, other in every(there, there):
            pays = [
                (each.entry.payment_standard, each.entry.max_quantity, each.entry.prior_auth) for each in (one, other)
            ]
            alike = one.drug == other.drug and pays[0] == pays[1] or one.drug != other.drug
            if not alike and one_line_for_both(world, one, listing.kind, other, listing.kind):
                found.add((listing.code, one.drug))
    return found


def moved(world: World) -> set[tuple[str, ...]]:
    """Day by day: a drug that was there yesterday and is not today is gone, one that was not and is came."""
    begin = world.day - timedelta(days=366 + 92)
    days = [begin + timedelta(days=number) for number in range(366 + 92 + 250)]
    there = {
        one.code: [{listed.drug for listed in entries_on(world, one, at) if listed.drug} for at in days]
        for one in world.lists
    }
    found = set()
    for one, other in every(world.lists, world.lists):
        if one.code == other.code or not seen(one, other):
            continue
        for drug in set().union(*there[one.code]) & set().union(*there[other.code]):
            on_one, on_other = ([drug in names for names in there[each.code]] for each in (one, other))
            gone = [
                n
                for n in range(1, len(days))
                if on_one[n - 1] and not on_one[n] and spoken_of(world, one, drug, days[n])
            ]
            came = [n for n in range(1, len(days)) if on_other[n] and not on_other[n - 1]]
            today = days.index(world.day)
            for g, c in every(gone, came):
                then = max(g, c, today)
                if abs(g - c) <= 92 and max(g, c) >= 92 and on_other[then] and not on_one[then]:
                    found.add((one.code, other.code, drug))
    return found


def spoken_of(world: World, listing: DrugList, drug: str, at: date) -> bool:
    there = in_force(listing.editions, at, world.known_at)
    if there is None or not there.complete_for:
        return True
    classes = {one.entry.class_code for edition in listing.editions for one in edition.entries if one.drug == drug}
    return any(not code or code.startswith(there.complete_for) for code in classes)


def ending(world: World) -> dict[tuple[str, str], set[str]]:
    """Day by day: (list, last day) → the codes of the entries that end then and that nothing follows; none of an edition that ends itself."""
    found: dict[tuple[str, str], set[str]] = {}
    for listing in world.lists:
        for number in range(61):
            last = world.day + timedelta(days=number)
            if any(
                in_force(listing.editions, world.day + timedelta(days=n), world.known_at) is None
                for n in range(number + 1)
            ):
                break
            after = last + timedelta(days=1)
            if in_force(listing.editions, after, world.known_at) is None:
                found[listing.code, last.isoformat()] = set()
                break
            ends = {
                one.entry.entry_code
                for one in entries_on(world, listing, last)
                if one.entry.effective_to == last
                and not any(goes_on(world, one, other) for other in entries_on(world, listing, after))
            }
            if ends:
                found[listing.code, last.isoformat()] = ends
    return found


def goes_on(world: World, one: Listed, other: Listed) -> bool:
    if one.drug != other.drug:
        return False
    words = [(each.entry.indication, each.entry.restriction) for each in (one, other)]
    if any(words[0]) and words[0] == words[1]:
        return any(
            _drug_part(one, line) and _drug_part(other, line)
            for line in lines(one.drug, world.master.names_of(one.drug), (), world.day)
        )
    return one_line_for_both_any_day(world, one, other)


def _drug_part(one: Listed, line: tuple[Recognition, Any]) -> bool:
    return applies(one.entry, line[0], FORMS) is Agreement.PASS


def one_line_for_both_any_day(world: World, one: Listed, other: Listed) -> bool:
    """The two are in force on different days: each is asked on a day of its own."""
    names = world.master.names_of(one.drug)
    return any(
        _takes_whenever(one, *line) and _takes_whenever(other, *line) for line in lines(one.drug, names, (), world.day)
    )


def _takes_whenever(one: Listed, drug_part: Recognition, facts: LineFacts) -> bool:
    at = one.entry.effective_from or one.entry.effective_to or facts.day
    return takes(one, "commercial", drug_part, facts._replace(day=at))


def standing(world: World, listing: DrugList) -> list[Listed]:
    """The entries in force on any of the days to come, each once."""
    found: dict[int, Listed] = {}
    for number in range(400):
        for one in entries_on(world, listing, world.day + timedelta(days=number)):
            found[id(one)] = one
    return list(found.values())


def uncoded(world: World) -> set[tuple[str, ...]]:
    found = set()
    for listing in world.lists:
        for one in standing(world, listing):
            entry = one.entry
            coded = entry.icd10 or entry.sex or entry.age_min or entry.age_max or entry.settings
            if listing.kind in ("negative", "base_exclusion"):
                continue
            if entry.indication and not entry.icd10:
                found.add((listing.code, entry.indication))
            elif entry.restriction and not coded:
                found.add((listing.code, entry.restriction))
    return found


def unknown_form(world: World) -> set[tuple[str, ...]]:
    return {
        (listing.code, "散")
        for listing in world.lists
        for one in standing(world, listing)
        if one.entry.dosage_form == "散"
    }


def product_without_list(world: World) -> set[tuple[str, ...]]:
    found = set()
    for product in world.products:
        for reference in product.references:
            lists = [
                one for one in world.lists if one.code == reference.catalog and one.owner in (None, product.insurer)
            ]
            there = in_force(lists[0].editions, world.day, world.known_at) if lists else None
            if reference.label is None or not lists:
                wrong = there is None
            else:
                known = [one for one in lists[0].editions if one.published_at and one.published_at <= world.known_at]
                kept = [
                    one
                    for one in known
                    if one.label == reference.label and not (one.withdrawn_at and one.withdrawn_at <= world.known_at)
                ]
                both = sorted(
                    [*kept, *([there] if there else [])],
                    key=lambda one: (one.effective_from, one.published_at, one.label),
                )
                wrong = not kept or both[-1].label != reference.label
            if wrong:
                found.add((product.code, reference.catalog, reference.label or ""))
    return found
