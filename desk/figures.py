"""Figures as pictures in the reader's words: what pages show of `curation.reports`, drawn by `common.pictures`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.models import Catalog, CatalogVersion, DrugClass, ImportRun, Series
from catalog.vocabularies import KINDS
from claims.models import ClaimCheck
from common.labels import reader_language
from common.pictures import Picture, bars, curve, heat, lines, money, upset
from curation.reports import lists, weeks
from curation.reports.areas import CHAPTERS, TUMOURS, Area
from curation.reports.lists import Composition, InForce, Size, by_area, by_class
from curation.reports.products import Reach
from curation.reports.weeks import Claims
from desk.badges import change_words
from desk.problems import kind_words

# What is drawn of more: the largest, and that there are more is said below.
DRAWN = 20
COLUMNS = 12
LINES = 6
OVERLAPS = 14


def nothing() -> str:
    return str(_("Nothing to draw yet."))


# --- Lists


def grouped(lists: Sequence[InForce]) -> dict[str, list[int]]:
    """Return the name of a series, or of the kind where a list is in none, → the places of its lists. Lists of what is not paid are left out."""
    english = reader_language() == "en"
    series = {one.code: english and one.name_en or one.name_zh for one in Series.objects.all()}
    kinds = KINDS.names(reader_language())
    found: dict[str, list[int]] = {name: [] for name in (*series.values(), *kinds.values())}
    for place, one in enumerate(lists):
        if one.kind in {"commercial", "base", "reference"}:
            found[series.get(one.series or "") or kinds[one.kind]].append(place)
    return {name: places for name, places in found.items() if places}


def area_heat(
    title: str, rows: Mapping[str, Sequence[Composition]], areas: Sequence[Area], *, uncoded: bool
) -> Picture:
    """Draw rows of lists × disease areas: entries in each. Areas that nobody has are left out, of many the smallest are."""
    counted = {name: by_area(composed) for name, composed in rows.items()}
    there = [area for area in areas if any(one[area.code] for one in counted.values())]
    largest = sorted(there, key=lambda area: -sum(one[area.code] for one in counted.values()))[:COLUMNS]
    shown = [area for area in there if area in largest]
    columns = [area.name(reader_language()) for area in shown]
    told = [(name, [one[area.code] for area in shown]) for name, one in counted.items()]
    if uncoded and shown:
        columns.append(_("Not coded"))
        told = [(name, [*values, counted[name][""]]) for name, values in told]
    description = _("How many entries in force name a disease of the area; one of several areas counts in each.")
    if len(there) > len(shown):
        description += " " + _("The %(count)d smallest areas are left out.") % {"count": len(there) - len(shown)}
    if not any(sum(values) for _name, values in told):
        told = []
    return heat(title, description, columns, told, corner=_("Lists"), unshaded=int(uncoded), nothing=nothing())


def sizes_bars(lists: Sequence[InForce]) -> Picture:
    """Draw how many entries the largest lists in force have."""
    ordered = sorted(lists, key=lambda one: (-one.entry_count, one.code))
    shown = ordered[:DRAWN]
    description = _("Entries of each list in force.")
    if len(ordered) > len(shown):
        description += " " + _("The %(count)d smallest lists are left out.") % {"count": len(ordered) - len(shown)}
    return bars(
        _("Size of the lists in force"),
        description,
        [one.name for one in shown],
        [(_("Entries"), [one.entry_count for one in shown])],
        corner=_("List"),
        nothing=nothing(),
    )


def sizes_lines(title: str, names: Mapping[int, str], sizes: Sequence[Size]) -> Picture:
    """Draw how the number of entries of some lists (catalog → name) went from edition to edition."""
    days = sorted({one.first for one in sizes})
    series = []
    for catalog, name in names.items():
        by_day = {one.first: one.entry_count for one in sizes if one.catalog_id == catalog}
        if by_day:
            series.append((name, [by_day.get(day) for day in days]))
    return lines(
        title,
        _("Entries of each published edition, at its first day."),
        days if series else [],
        series[:LINES],
        corner=_("In force from"),
        nothing=nothing(),
    )


def change_kinds() -> dict[str, str]:
    """Return what becomes of entries in words; what is only written otherwise, or a remark, stands apart."""
    return {
        **change_words(),
        "slight": _("Written otherwise, remarks"),
        "unspoken": _("of classes the newer version does not speak of"),
    }


def _used(series: Iterable[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    """Return the series that have anything, and the first where none has."""
    there = list(series)
    return [one for one in there if any(one[1])] or there[:1]


def _kinds_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Return an edition's stored counts by change_kinds."""
    slight = counts.get("typographic", 0) + counts.get("remark", 0)
    added, removed, changed = (counts.get(kind, 0) for kind in ("added", "removed", "changed"))
    unspoken = counts.get("unspoken", 0)
    told = {"added": added, "removed": removed - unspoken, "changed": changed - slight, "slight": slight}
    return {**told, "unspoken": unspoken}


def editions_bars(sizes: Sequence[Size]) -> Picture:
    """Draw what each edition of a list changed against the one it follows."""
    words = change_kinds()
    counts = [(one.label, _kinds_of(one.change_counts)) for one in sizes]
    changed = [(label, one) for label, one in counts if any(one.values())][-DRAWN:]
    return bars(
        _("Changes from edition to edition"),
        _("Entries added, removed and changed against the edition before."),
        [label for label, _counts in changed],
        _used((told, [one[kind] for _label, one in changed]) for kind, told in words.items()),
        corner=_("Edition"),
        total=_("Together"),
        nothing=nothing(),
    )


def overlap_picture(
    lists: Sequence[InForce], totals: Sequence[int], found: Sequence[tuple[frozenset[int], int]]
) -> Picture:
    """Draw how lists overlap by drug; of many overlaps the largest."""
    shown = sorted(found, key=lambda one: -one[1])[:OVERLAPS]
    description = _(
        "Each bar counts the drugs that are in just the lists with a dot below it; a drug is a generic name."
    )
    if len(found) > len(shown):
        description += " " + _("The %(count)d smallest overlaps are left out.") % {"count": len(found) - len(shown)}
    return upset(
        _("Overlap of lists, by drug"),
        description,
        [(one.name, total) for one, total in zip(lists, totals, strict=True)],
        shown,
        corner=_("In which lists"),
        count=_("Drugs"),
        only=_("only {}"),
        whole=_("{}, all"),
        nothing=nothing(),
    )


def area_bars(composed: Composition) -> Picture:
    """Draw how many entries of a version are for which disease area."""
    counted = by_area([composed])
    there = [(area.name(reader_language()), counted[area.code]) for area in CHAPTERS if counted[area.code]]
    there = sorted(there, key=lambda one: -one[1])[:COLUMNS] + ([(_("Not coded"), counted[""])] if counted[""] else [])
    return bars(
        _("Entries by disease area"),
        _("How many entries name a disease of the area; one of several areas counts in each."),
        [name for name, _count in there],
        [(_("Entries"), [count for _name, count in there])],
        corner=_("Disease area"),
        nothing=nothing(),
    )


# --- Classes


def class_names() -> dict[str, str]:
    """Return the first two characters of class codes → what the class is called; one statement."""
    rows = DrugClass.objects.filter(code__regex=r"^..$").values_list("code", "name_zh")
    return {code: f"{code} {name}" for code, name in rows} | {"": _("no class")}


def class_heat(title: str, columns: Mapping[str, Sequence[Composition]], names: Mapping[str, str]) -> Picture:
    """Draw drug classes × lists: entries in each."""
    counted = [by_class(composed) for composed in columns.values()]
    classes = sorted({code for one in counted for code in one}, key=lambda code: (not code, code))
    return heat(
        title,
        _("Entries of each class of the national class tree, by its first level."),
        list(columns) if classes else [],
        [(names.get(code, code), [one[code] for one in counted]) for code in classes],
        corner=_("Drug class"),
        nothing=nothing(),
    )


def class_bars(composed: Composition, names: Mapping[str, str]) -> Picture:
    """Draw how many entries of a version are of which class."""
    counted = sorted(by_class([composed]).items(), key=lambda one: (-one[1], one[0]))[:DRAWN]
    return bars(
        _("Entries by drug class"),
        _("Entries of each class of the national class tree, by its first level."),
        [names.get(code, code) for code, _count in counted],
        [(_("Entries"), [count for _code, count in counted])],
        corner=_("Drug class"),
        nothing=nothing(),
    )


def class_changes(title: str, changes: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> Picture:
    """Draw kind of change → class → entries."""
    words = change_kinds()
    classes = sorted({code for counts in changes.values() for code in counts}, key=lambda code: (not code, code))
    return bars(
        title,
        _("Entries added, removed and changed against the edition before, by class."),
        [names.get(code, code) for code in classes],
        _used((told, [changes.get(kind, {}).get(code, 0) for code in classes]) for kind, told in words.items()),
        corner=_("Drug class"),
        total=_("Together"),
        nothing=nothing(),
    )


# --- Products


def reach_bars(found: Sequence[Reach], *, with_insurer: bool) -> Picture:
    """Draw how many entries in force the terms of each product name, by kind of list."""
    kinds = [kind for kind in KINDS.terms if any(one.entries[kind.code] for one in found)]
    return bars(
        _("Entries in force that products name"),
        _("Entries of the lists that the terms of each product in force name, by kind of list."),
        [f"{one.insurer} · {one.product}" if with_insurer else one.product for one in found] if kinds else [],
        [(kind.name(reader_language()), [one.entries[kind.code] for one in found]) for kind in kinds],
        corner=_("Product"),
        total=_("Together"),
        nothing=nothing(),
    )


# --- Weeks


def imports_bars(found: Mapping[date, Mapping[str, int]]) -> Picture:
    """Draw how the files of each week ended."""
    words = [(str(value), str(name)) for value, name in ImportRun.Outcome.choices if value not in {"", "given_up"}]
    words += [("waiting", _("not finished")), ("cancelled", _("given up"))]
    used = [(code, name) for code, name in words if any(counts.get(code) for counts in found.values())]
    return bars(
        _("Imports by week"),
        _("Uploaded files by the week they came in, and how they ended."),
        [week.isoformat() for week in found] if used else [],
        [(name, [counts.get(code, 0) for counts in found.values()]) for code, name in used],
        corner=_("Week from"),
        total=_("Together"),
        nothing=nothing(),
    )


def problems_bars(found: Sequence[tuple[str, int, int]]) -> Picture:
    """Draw what was wrong most often with uploaded files."""
    words = kind_words()
    return bars(
        _("Problems in imports"),
        _("What was found most often in the files of these weeks, each row it was found in counted."),
        [words.get(code, code) for code, _errors, _warnings in found],
        [(_("Errors"), [one[1] for one in found]), (_("Warnings"), [one[2] for one in found])],
        corner=_("Problem"),
        total=_("Together"),
        nothing=nothing(),
    )


def claims_pictures(found: Mapping[date, Claims], *, batches: bool) -> list[Picture]:
    """Return the outcomes and the money of single checks, or of batches, by week."""
    if batches:
        told = _("Lines of batches by the week they were done, and what was decided of each.")
        return [
            outcome_bars(_("Outcomes of batches, by line"), told, found),
            money_lines(_("Money of batches (CNY)"), found),
        ]
    told = _("Single checks by the week they were asked, each by its worst outcome.")
    return [outcome_bars(_("Outcomes of checks"), told, found), money_lines(_("Money of checks (CNY)"), found)]


def outcome_bars(title: str, description: str, found: Mapping[date, Claims]) -> Picture:
    """Draw the outcomes of each week."""
    words = [(str(value), str(name)) for value, name in ClaimCheck.Outcome.choices] + [("invalid", _("invalid"))]
    used = [(code, name) for code, name in words if any(one.counts.get(code) for one in found.values())]
    return bars(
        title,
        description,
        [week.isoformat() for week in found] if used else [],
        [(name, [one.counts.get(code, 0) for one in found.values()]) for code, name in used],
        corner=_("Week from"),
        total=_("Together"),
        nothing=nothing(),
    )


def money_lines(title: str, found: Mapping[date, Claims]) -> Picture:
    """Draw the money of each week."""
    there = found if any(one.amount for one in found.values()) else {}
    return lines(
        title,
        _("Yuan asked for, claimable and payable; without what retention has removed."),
        [week.isoformat() for week in there],
        [
            (_("Asked for"), [one.amount for one in there.values()]),
            (_("Claimable"), [one.claimable for one in there.values()]),
            (_("Payable"), [one.payable for one in there.values()]),
        ],
        corner=_("Week from"),
        say=money,
        nothing=nothing(),
    )


def disease_heats(rows: Mapping[str, Sequence[Composition]]) -> list[Picture]:
    """Return the two pictures of disease areas: by chapter of ICD-10, and of tumours by organ."""
    return [
        area_heat(_("Series and disease areas"), rows, CHAPTERS, uncoded=True),
        area_heat(_("Series and tumours by organ"), rows, TUMOURS, uncoded=False),
    ]


# --- What stands on a page of one thing


def version_pictures(version: CatalogVersion) -> list[Picture]:
    """Return what a version is made of, by class and disease area, what it changes by class, and how often the market holds what it was drafted
    from; four statements at most."""
    if not version.checksum or not version.entry_count:
        return []
    (composed,) = lists.composition([lists.as_list(version)])
    names = class_names()
    pictures = [class_bars(composed, names), area_bars(composed)]
    if version.parent_id:
        changes = lists.changes_by_class(version)
        if changes:
            pictures.append(class_changes(_("Changes by class"), changes, names))
    drafted = list(version.evidence.order_by("rank").values_list("entry_code", "products", "pinned"))
    return [*pictures, market_curve(drafted)] if drafted else pictures


def market_curve(drafted: Sequence[tuple[str, int, Any]]) -> Picture:
    """Return the curve of a version that was drafted from the market: (entry code, lists that hold it, pin) by rank."""
    return curve(
        _("How many lists hold each drug"),
        _("What was kept of the market, by rank; hatched: kept by a pin, whatever its figures."),
        [(code, products, not pinned) for code, products, pinned in drafted],
        header=(_("Rank"), _("Entry"), _("Lists"), _("Kept")),
        answers=(_("by its figures"), _("kept by a pin")),
    )


def catalog_pictures(catalog: Catalog, seen: Observation, insurer_id: int | None) -> list[Picture]:
    """Return how large a list's editions were and what each changed; none where it has but one. One statement."""
    found = lists.sizes([catalog.pk], seen.known_at, insurer_id)
    if len(found) < 2:
        return []
    return [sizes_lines(_("Size over the editions"), {catalog.pk: catalog.name}, found), editions_bars(found)]


def today_pictures(
    in_force: Sequence[CatalogVersion] | None, day: date, insurer_id: int | None, *, imports: bool, checks: bool
) -> list[Picture]:
    """Return the workbench's pictures of what may be seen there: lists in force (None: none), imports, checks; four statements at most."""
    mondays = weeks.weeks_until(day)
    pictures = []
    if in_force is not None:
        there = [lists.as_list(version) for version in in_force]
        composed = lists.composition(there)
        groups = {name: [composed[place] for place in places] for name, places in grouped(there).items()}
        pictures.append(area_heat(_("Series and disease areas"), groups, CHAPTERS, uncoded=True))
    if imports:
        pictures.append(imports_bars(weeks.imports_by_week(mondays)))
    if checks:
        pictures += claims_pictures(weeks.checks_by_week(mondays, insurer_id), batches=False)
    return pictures
