"""What differs between two versions: found by row hashes in the database, paired and described by pure functions, stored with a draft."""

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from catalog import clock
from catalog.change_weight import compare
from catalog.complete_for import speaks_of
from catalog.entries import COLUMNS
from catalog.entry_pairing import DRUG_PART, drug_part, pair_alike, shared_groups
from catalog.followed_edition import edition_followed
from catalog.known_drugs import dosage_forms
from catalog.models import CatalogEntry, CatalogVersion, VersionChange

CHUNK = 2000
CHANGE_KINDS = ("added", "removed", "changed")
# What `change_counts` of a version holds: the first four count every entry of both versions once.
COUNTED = (*CHANGE_KINDS, "unchanged", "major", "minor", "typographic", "remark", "narrower")

Differing = tuple[str, int | None, int | None]


def differing(old_id: int | None, new_id: int) -> Iterator[Differing]:
    """Yield (entry_code, id in the old version, id in the new one) of each entry that is not alike in both, by entry_code.

    Entries are one by their code; what is left on both sides is paired (catalog.entry_pairing) and stands under the new code.
    """
    old_of = _pairs(*_left(old_id, new_id))
    paired = set(old_of.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(n.entry_code, o.entry_code), o.id, n.id"
            " FROM (SELECT id, entry_code, row_hash FROM catalog_catalogentry WHERE version_id = %s) o"
            " FULL JOIN (SELECT id, entry_code, row_hash FROM catalog_catalogentry WHERE version_id = %s) n"
            " USING (entry_code) WHERE o.row_hash IS DISTINCT FROM n.row_hash ORDER BY 1",
            [old_id, new_id],
        )
        while rows := cursor.fetchmany(CHUNK):
            for code, old, new in rows:
                if new is None and old in paired:
                    continue
                yield code, old if old is not None else old_of.get(new), new


def _pairs(old_ids: "array[int]", new_ids: "array[int]") -> dict[int, int]:
    """Return id in the new version → id in the old one of the entries that go on under another code, among those whose code is left over."""
    if not old_ids or not new_ids:
        return {}
    old_keys, new_keys = _keys(old_ids), _keys(new_ids)
    pairs: dict[int, int] = {}
    waiting: list[tuple[list[int], list[int]]] = []
    rows = 0
    for olds, news in shared_groups(old_keys, new_keys):
        group = [old_ids[place] for place in olds], [new_ids[place] for place in news]
        if len(olds) == len(news) == 1:
            pairs[group[1][0]] = group[0][0]
            continue
        waiting.append(group)
        rows += len(olds) + len(news)
        if rows >= CHUNK:
            pairs.update(_paired(waiting))
            waiting, rows = [], 0
    pairs.update(_paired(waiting))
    return pairs


def _left(old_id: int | None, new_id: int) -> tuple["array[int]", "array[int]"]:
    """Return the ids of the entries whose code the other version does not have, of the old and of the new one, in the order of their files."""
    old_ids, new_ids = array("q"), array("q")
    with connection.cursor() as cursor:
        # A full join, as in `differing`: the planner may think a version that has just come in small, and would search one for each row of the other.
        cursor.execute(
            "SELECT o.id, n.id"
            " FROM (SELECT id, entry_code, row_no FROM catalog_catalogentry WHERE version_id = %s) o"
            " FULL JOIN (SELECT id, entry_code, row_no FROM catalog_catalogentry WHERE version_id = %s) n"
            " USING (entry_code) WHERE o.id IS NULL OR n.id IS NULL ORDER BY coalesce(o.row_no, n.row_no), entry_code",
            [old_id, new_id],
        )
        while rows := cursor.fetchmany(CHUNK):
            for old, new in rows:
                old_ids.append(old) if new is None else new_ids.append(new)
    return old_ids, new_ids


def _keys(ids: "array[int]") -> "array[int]":
    """Return what the drug part of each entry comes to."""
    keys = array("q")
    for start in range(0, len(ids), CHUNK):
        asked = ids[start : start + CHUNK]
        rows = CatalogEntry.objects.filter(pk__in=asked.tolist()).values("id", "class_code", *DRUG_PART)
        by_id = {row["id"]: hash(drug_part(row)) for row in rows}
        keys.extend(by_id[one] for one in asked)
    return keys


def _paired(groups: Sequence[tuple[list[int], list[int]]]) -> Iterator[tuple[int, int]]:
    """Pair within each group: id in the new version, id in the old one."""
    rows = _rows(one for group in groups for side in group for one in side)
    for olds, news in groups:
        for old, new in pair_alike([rows[one] for one in olds], [rows[one] for one in news]):
            yield news[new], olds[old]


def _rows(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    return {row.pop("id"): row for row in CatalogEntry.objects.filter(pk__in=list(ids)).values("id", *COLUMNS)}


def changes_between(old: CatalogVersion, new: CatalogVersion) -> Iterator[dict[str, Any]]:
    """Yield each change from the old version's entries to the new one's, by entry_code: change, entry_code, old_entry_code ('' where it is the
    same), generic_name, fields, weight, narrower."""
    pending: list[Differing] = []
    for pair in differing(old.pk, new.pk):
        pending.append(pair)
        if len(pending) == CHUNK:
            yield from _described(pending, new)
            pending = []
    yield from _described(pending, new)


def _described(pairs: list[Differing], version: CatalogVersion) -> Iterator[dict[str, Any]]:
    rows = _rows(one for _code, *ids in pairs for one in ids if one is not None)
    forms = dosage_forms()
    for code, old_id, new_id in pairs:
        old = rows.get(old_id) if old_id is not None else None
        new = rows.get(new_id) if new_id is not None else None
        change = compare(old, new, first_day=version.effective_from, forms=forms)
        yield {
            "change": change.kind,
            "entry_code": code,
            "old_entry_code": old["entry_code"] if old and old["entry_code"] != code else "",
            "generic_name": (new or old or {})["generic_name"],
            "fields": change.fields,
            "weight": change.weight,
            "narrower": change.narrower,
        }


def counted(changes: Iterable[dict[str, Any]], entry_count: int) -> dict[str, int]:
    """Return how many changes of each kind and weight there are, and how many of a version's entries are unchanged (COUNTED)."""
    found: Counter[str] = Counter()
    for one in changes:
        found.update((one["change"], one["weight"]))
        found["narrower"] += one["narrower"]
    found["unchanged"] = entry_count - found["added"] - found["changed"]
    return {name: found[name] for name in COUNTED}


def is_stored(old: CatalogVersion, new: CatalogVersion) -> bool:
    """Whether what differs between two versions stands in the database, told as it is told today: an older release knew no pairs."""
    return new.parent_id == old.pk and new.change_counts.keys() >= set(COUNTED)


def count_changes(old: CatalogVersion, new: CatalogVersion) -> dict[str, int]:
    """Return how many entries were added, removed and changed from one version to another of the same catalog."""
    if is_stored(old, new):
        return {name: new.change_counts[name] for name in CHANGE_KINDS}
    found = Counter(
        "added" if old_id is None else "removed" if new_id is None else "changed"
        for _code, old_id, new_id in differing(old.pk, new.pk)
    )
    return {name: found[name] for name in CHANGE_KINDS}


def store_changes(version: CatalogVersion, parent: CatalogVersion | None) -> dict[str, int]:
    """Write the draft's changes against the version it follows and return how many of each; without one every entry is new and none is written."""
    VersionChange.objects.filter(version=version).delete()
    if parent is None:
        counts = dict.fromkeys(COUNTED, 0) | {"added": version.entry_count}
    else:
        counts = counted(_copied(version, changes_between(parent, version)), version.entry_count)
    version.parent = parent
    version.change_counts = counts
    version.save(update_fields=["parent", "change_counts"])
    return counts


def _copied(version: CatalogVersion, changes: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the changes while they are written, some thousands at a time."""
    waiting: list[tuple[Any, ...]] = []
    for one in changes:
        slight = one["weight"] if one["weight"] in VersionChange.Slight.values else ""
        waiting.append(
            (
                version.pk,
                one["change"],
                one["weight"] == "major",
                one["narrower"],
                slight,
                one["entry_code"],
                one["old_entry_code"],
                one["generic_name"],
                json.dumps(one["fields"], ensure_ascii=False),
            )
        )
        if len(waiting) == CHUNK:
            _copy_rows(waiting)
            waiting = []
        yield one
    _copy_rows(waiting)


def _copy_rows(rows: list[tuple[Any, ...]]) -> None:
    columns = "version_id, change, major, narrower, slight, entry_code, old_entry_code, generic_name, fields"
    with connection.cursor() as cursor, cursor.copy(f"COPY catalog_versionchange ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


# What all entries of one drug part have in common, as it is stored: those that may become pairs of one another.
DrugKey = tuple[str, str, str]
DRUG_KEY = ("base_name", "brand_key", "approval_key")
MANY_EDITS = 1000


def follow_edits(version: CatalogVersion, codes: Collection[str], went: Iterable[DrugKey]) -> dict[str, int]:
    """Bring a draft's stored changes up to date after entries were edited, and return how many of each there are.

    `codes` are those of all entries that were added, changed or removed, before and after; `went` the drug keys of what stood there before. Besides
    these entries only those can have another pair now that are of the same drug and whose code is left over. The comparison must have been fresh
    before (`compared_anew`), `entry_count` be right.
    """
    parent = version.parent
    if parent is None or len(codes) > MANY_EDITS:
        return store_changes(version, parent)
    touched = list(codes)
    keys = set(went) | set(
        CatalogEntry.objects.filter(version__in=[parent.pk, version.pk], entry_code__in=touched).values_list(*DRUG_KEY)
    )
    olds = _touched(parent.pk, version.pk, touched, keys)
    news = _touched(version.pk, parent.pk, touched, keys)
    old_of = _pairs(_without(olds, news), _without(news, olds))
    stale = VersionChange.objects.filter(version=version, entry_code__in={*touched, *olds, *news})
    before = Counter[str]()
    for one in stale:
        before.update((one.change, one.weight))
        before["narrower"] += one.narrower
    stale.delete()
    after = counted(_copied(version, _described(_met(olds, news, old_of), version)), 0)
    counts = {name: version.change_counts[name] - before[name] + after[name] for name in COUNTED}
    counts["unchanged"] = version.entry_count - counts["added"] - counts["changed"]
    version.change_counts = counts
    version.save(update_fields=["change_counts"])
    return counts


def _touched(of_id: int, other_id: int, codes: list[str], keys: set[DrugKey]) -> dict[str, int]:
    """Return code → id of a version's entries that have one of the codes, or are of one of the drugs and not by their code in the other version;
    in the order of their file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_code, id FROM ("
            "SELECT entry_code, id, row_no FROM catalog_catalogentry WHERE version_id = %(of)s AND entry_code = ANY(%(codes)s)"
            " UNION SELECT e.entry_code, e.id, e.row_no FROM catalog_catalogentry e"
            " JOIN unnest(%(names)s::text[], %(brands)s::text[], %(approvals)s::text[]) k (name, brand, approval)"
            " ON e.base_name = k.name AND e.brand_key = k.brand AND e.approval_key = k.approval WHERE e.version_id = %(of)s AND NOT EXISTS"
            " (SELECT FROM catalog_catalogentry o WHERE o.version_id = %(other)s AND o.entry_code = e.entry_code)) found ORDER BY row_no, entry_code",
            {
                "of": of_id,
                "other": other_id,
                "codes": codes,
                **{name: [key[at] for key in keys] for at, name in enumerate(("names", "brands", "approvals"))},
            },
        )
        return dict(cursor.fetchall())


def _without(of: dict[str, int], other: dict[str, int]) -> "array[int]":
    return array("q", [pk for code, pk in of.items() if code not in other])


def _met(olds: dict[str, int], news: dict[str, int], old_of: dict[int, int]) -> list[Differing]:
    """Return what differs among some entries of two versions, as `differing` does for all."""
    paired = set(old_of.values())
    hashes = dict(CatalogEntry.objects.filter(pk__in=[*olds.values(), *news.values()]).values_list("id", "row_hash"))
    met: list[Differing] = []
    for code in sorted({*olds, *news}):
        old, new = olds.get(code), news.get(code)
        if new is None:
            if old not in paired:
                met.append((code, old, None))
        elif old is None or bytes(hashes[old]) != bytes(hashes[new]):
            met.append((code, old_of.get(new) if old is None else old, new))
    return met


def says_the_same(version: CatalogVersion) -> bool:
    """Tell whether a version says exactly what the one it follows said, by the stored comparison."""
    alike = version.parent is not None and version.parent.complete_for == version.complete_for
    return alike and not any(version.change_counts.get(name) for name in CHANGE_KINDS)


# --- Removed, or only not spoken of: a list that is complete for some classes says nothing of the others


def not_spoken_of(version: CatalogVersion) -> QuerySet[VersionChange]:
    """Return the stored changes by which entries went of whose class the version does not speak (`complete_for`)."""
    gone = VersionChange.objects.filter(version=version, change="removed")
    if not version.complete_for or version.parent_id is None:
        return gone.none()
    spoken = Q(class_code="")
    for prefix in version.complete_for:
        spoken |= Q(class_code__startswith=prefix)
    before = CatalogEntry.objects.filter(version=version.parent_id, entry_code=OuterRef("entry_code")).exclude(spoken)
    return gone.filter(Exists(before))


def codes_not_spoken_of(old: CatalogVersion, new: CatalogVersion, gone: Collection[str]) -> set[str]:
    """Return which of the codes that went from one version to another are of classes that the new one does not speak of."""
    if not new.complete_for or not gone:
        return set()
    classes = CatalogEntry.objects.filter(version=old, entry_code__in=gone).values_list("entry_code", "class_code")
    return {code for code, class_code in classes if not speaks_of(new.complete_for, class_code)}


# --- The edition that a draft follows, now


def followed(version: CatalogVersion, known_at: datetime | None = None) -> CatalogVersion | None:
    """Return the edition that a draft follows now, or by what is known at an instant (catalog.followed_edition); None: it is its catalog's first."""
    known_at = known_at or clock.observe().known_at
    return version.catalog.versions.followed_from(version.effective_from, known_at).first()


def follow(version: CatalogVersion) -> dict[str, int]:
    """Store what a draft changes against the edition it follows now, and return how many of each; the caller keeps whoever publishes out."""
    return store_changes(version, followed(version))


def compared_anew(version: CatalogVersion, known_at: datetime | None = None) -> CatalogVersion:
    """Compare a draft anew where it follows another edition by now than the one it was compared with; returns it as it stands.

    Whoever shows or decides on a draft calls this first: every page and answer about it compares with the edition it follows at that moment.
    `known_at` is that moment where it has been read already. A published version keeps the comparison it was published with.
    """
    if version.published_at is not None or _compares_with(version, followed(version, known_at)):
        return version
    return _compared(version)


@transaction.atomic
def _compared(version: CatalogVersion) -> CatalogVersion:
    locked = CatalogVersion.objects.select_for_update(of=("self",), no_key=True)
    version = locked.select_related("catalog", "catalog__series", "parent").get(pk=version.pk)
    if version.published_at is None:
        follow(version)
    return version


def all_compared_anew(versions: Iterable[CatalogVersion]) -> list[CatalogVersion]:
    """Return versions with every draft among them `compared_anew`; two statements where none is stale."""
    given = list(versions)
    catalogs = {version.catalog_id for version in given if version.published_at is None}
    if not catalogs:
        return given
    known_at = clock.observe().known_at
    editions: dict[int, list[CatalogVersion]] = {}
    for one in CatalogVersion.objects.filter(catalog__in=catalogs).known_at(known_at):
        editions.setdefault(one.catalog_id, []).append(one)

    def is_fresh(version: CatalogVersion) -> bool:
        follows = edition_followed(editions.get(version.catalog_id, []), version.effective_from, known_at)
        return version.published_at is not None or _compares_with(version, follows)

    return [version if is_fresh(version) else compared_anew(version) for version in given]


def _compares_with(version: CatalogVersion, edition: CatalogVersion | None) -> bool:
    if edition is None:
        return version.parent_id is None and bool(version.change_counts)
    return is_stored(edition, version)
