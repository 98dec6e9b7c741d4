"""Editing the entries of a draft, and merging the edition it follows into it (spec curation.md 1). Each act says who, and makes an editor of them.

An edited entry takes the way of a file's row: the same cells, the same checks, the same COPY line. Counts, checksum and comparison are right
when it ends.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from catalog import reference
from catalog.changes import CHUNK, DRUG_KEY, compared_anew, differing, follow_edits
from catalog.checksum import checksum_of
from catalog.entries import COLUMNS, shown
from catalog.importing.columns import ENTRY_COPY_COLUMNS
from catalog.importing.edited_entries import Checked, Edited, cells_given, changed_entry, check_edited, new_entry
from catalog.importing.result import CheckOptions
from catalog.known_drugs import dosage_forms
from catalog.merging import Entry, Merged, Side, line_up, merge
from catalog.models import CatalogEntry, CatalogVersion, EntryEdit, EntryEvidence
from catalog.moves import PendingMove, begin_move, today_in_china
from catalog.refusals import Conflicts, ReasonRequired
from common.errors import MAX_ERRORS, FieldError, InvalidInput, pointer
from common.labels import reader_language
from tables.problems import Problem as FileProblem

SHOWN_CONFLICTS = 1000
SHOWN_PROBLEMS = MAX_ERRORS
IN_THE_LOG = 100
_COPIED = ", ".join(ENTRY_COPY_COLUMNS)
_ROW = ("id", "row_no", "row_hash", *DRUG_KEY, *COLUMNS)

# An entry as it is stored (None: there was none), and as it is to be (None: it goes).
Work = tuple[dict[str, Any] | None, Edited | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """An edit that was kept: the version and the entry as they are now, and what the reader of files would warn of."""

    version: CatalogVersion
    entry_code: str
    warnings: tuple[FieldError, ...] = ()


class NoSuchEntry(Http404):
    """The version has no entry of this code."""


# Is handed what an entry or a version is known by when it is locked, and raises where the caller read it otherwise.
Seen = Callable[[Any], None]


def _as_it_is(_found: Any) -> None:
    """Take it as it is, whatever was read before."""


# --- One entry


@transaction.atomic
def add_entry(
    *, version: CatalogVersion, values: Mapping[str, Any], by: str, reason: str = "", seen: Seen = _as_it_is
) -> Kept:
    """Add an entry to a draft; without a code it gets the one that an import would make. `values` are columns as the API shows them, or cells.

    `seen` is handed the version. Raises NotADraft, InvalidInput with the problems of a file.
    """
    asked = _asked(version, by)
    seen(asked.version)
    return _write(asked, [(None, new_entry(cells_given(values)))], under="", reason=reason)


@transaction.atomic
def change_entry(
    *,
    version: CatalogVersion,
    entry_code: str,
    values: Mapping[str, Any],
    by: str,
    reason: str = "",
    seen: Seen = _as_it_is,
) -> Kept:
    """Change the columns of a draft's entry that are given, its code too where that is; what changes nothing is no edit.

    `seen` is handed the entry's hash. Raises NotADraft, NoSuchEntry, InvalidInput with the problems of a file.
    """
    asked = _asked(version, by)
    stored = _one(asked.version, entry_code)
    seen(stored["row_hash"])
    return _write(asked, [(stored, changed_entry(stored, cells_given(values)))], under="", reason=reason)


@transaction.atomic
def remove_entry(
    *, version: CatalogVersion, entry_code: str, by: str, reason: str = "", seen: Seen = _as_it_is
) -> CatalogVersion:
    """Remove an entry from a draft. `seen` is handed the entry's hash. Raises NotADraft, NoSuchEntry."""
    asked = _asked(version, by)
    stored = _one(asked.version, entry_code)
    seen(stored["row_hash"])
    return _write(asked, [(stored, None)], under="", reason=reason).version


def _one(version: CatalogVersion, entry_code: str) -> dict[str, Any]:
    found: dict[str, Any] | None = (
        CatalogEntry.objects.filter(version=version, entry_code=entry_code).values(*_ROW).first()
    )
    if found is None:
        raise NoSuchEntry
    return found


# --- Many at once


@transaction.atomic
def edit_entries(
    *,
    version: CatalogVersion,
    of: Callable[[CatalogVersion], Collection[str]],
    by: str,
    reason: str,
    values: Mapping[str, Any] | None = None,
    seen: Seen = _as_it_is,
) -> int:
    """Set the same columns in many entries of a draft, or remove them (`values` None), all of them or none; returns how many were meant.

    `of` is asked for their codes when the draft is locked. Raises NotADraft, ReasonRequired, InvalidInput with the problems of a file.
    """
    asked = _asked(version, by)
    seen(asked.version)
    if not reason.strip():
        sentence = _(ReasonRequired.sentence)
        raise ReasonRequired(sentence, errors=[FieldError(ReasonRequired.pointer, "reason_required", sentence)])
    rows = list(_rows_of(asked.version, sorted(of(asked.version))))
    given = None if values is None else cells_given(values)
    work: list[Work] = [(row, None if given is None else changed_entry(row, given)) for row in rows]
    _write(asked, work, under="/set", reason=reason, after={"set": given} if given else None)
    return len(rows)


def _rows_of(version: CatalogVersion, codes: Sequence[str]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        yield from CatalogEntry.objects.filter(version=version, entry_code__in=part).values(*_ROW)


# --- Merging the base


@transaction.atomic
def merge_base(
    *, version: CatalogVersion, by: str, resolve: Mapping[str, Side] | None = None, seen: Seen = _as_it_is
) -> CatalogVersion:
    """Take over what has changed in the edition that a draft follows since it was compared with it last; its base is the one it follows now.

    `resolve` says for an entry whose counts, by its code in the draft (in the edition, where the draft has it not). Where the draft follows
    nothing any more there is nothing to take over: what was withdrawn was not removed.

    Raises NotADraft, Conflicts, InvalidInput where the outcome breaks a rule.
    """
    asked = _asked(version, by, "merge")
    seen(asked.version)
    draft, follows = asked.version, asked.version.parent
    if draft.base_id == draft.parent_id:
        asked.log_end()
        return draft
    merged = list(_merged(draft, resolve or {})) if follows else []
    if conflicts := [conflict for _own, one in merged for conflict in one.conflicts]:
        sentence = _(Conflicts.sentence) % {"follows": follows and follows.label, "count": len(conflicts)}
        raise Conflicts(sentence, more={"conflicts": [asdict(one) for one in conflicts[:SHOWN_CONFLICTS]]})
    work = [(own, _to_be(own, one.entry)) for own, one in merged]
    before, after = {"base": draft.base and draft.base.label}, {"base": follows and follows.label, "resolve": resolve}
    draft.base = follows
    return _write(asked, work, merged=("base",), before=before, after=after).version


def _to_be(own: dict[str, Any] | None, entry: Entry | None) -> Edited | None:
    if entry is None:
        return None
    cells = cells_given(entry)
    return changed_entry(own, cells) if own else new_entry(cells)


def _merged(draft: CatalogVersion, resolve: Mapping[str, Side]) -> Iterator[tuple[dict[str, Any] | None, Merged]]:
    """Yield the draft's entry and what becomes of it, for each that the followed edition has otherwise than the base and that does not stay."""
    assert draft.parent_id is not None
    lined = list(line_up(differing(draft.base_id, draft.parent_id), differing(draft.base_id, draft.pk)))
    for start in range(0, len(lined), CHUNK):
        part = lined[start : start + CHUNK]
        ids = {one for three in part for one in three if one is not None}
        rows = {row["id"]: row for row in CatalogEntry.objects.filter(pk__in=ids).values(*_ROW)}
        # What the draft did not change stands under the base's id: it says the same, in another row.
        unchanged = [rows[mine]["entry_code"] for base, _theirs, mine in part if mine is not None and mine == base]
        stored = {row["entry_code"]: row for row in _rows_of(draft, unchanged)}
        for base_id, theirs_id, mine_id in part:
            base, theirs, mine = (
                entry_shown(rows[one]) if one is not None else None for one in (base_id, theirs_id, mine_id)
            )
            result = merge(base, theirs, mine, resolve.get(str((mine or theirs or {}).get("entry_code"))))
            if result.conflicts or result.entry != mine:
                own = rows[mine_id] if mine_id is not None else None
                yield (stored[own["entry_code"]] if own and mine_id == base_id else own), result


def entry_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored row as the API shows an entry, in what JSON knows."""
    made = shown({name: row[name] for name in COLUMNS})
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in made.items()}


# --- What every edit has in common


def edits_of(version: CatalogVersion) -> QuerySet[EntryEdit]:
    """Return what was edited in a version, the latest first."""
    return EntryEdit.objects.filter(version=version).order_by("-id")


def _asked(version: CatalogVersion, by: str, move: str = "edit") -> PendingMove:
    """Ask the table of moves and lock; the draft's comparison is with the edition it follows now."""
    asked = begin_move(version, move, by, {}, today_in_china())
    return replace(asked, version=compared_anew(asked.version))


def _write(
    asked: PendingMove,
    work: Sequence[Work],
    *,
    under: str | None = None,
    reason: str = "",
    merged: tuple[str, ...] = (),
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Kept:
    """Write what becomes of entries: the entries, their history, what is derived from them, and the deed, last.

    `under` is where their columns stand in what was sent (None: entries are named by their codes). `merged` are the version's fields that a merge
    changed. An entry that stays what it is, is not touched. Returns the version, the code of the first entry that is to be, and the warnings.
    """
    version = asked.version
    edited = [one for _row, one in work if one is not None]
    checked = _check(version, edited, under, [row["entry_code"] for row, _one in work if row is not None])
    codes = iter(_staged())
    outcome = [(row, next(codes) if one is not None else None) for row, one in work]
    done = [(row, new) for row, new in outcome if row is None or new is None or bytes(row["row_hash"]) != new.row_hash]
    first = next((new.entry_code for _row, new in outcome if new), "")
    if not done and not merged:
        asked.log_end()
        return Kept(version, first, _warnings(checked))
    went = [row for row, _new in done if row is not None]
    came = [new for _row, new in done if new is not None]
    _replaced(version, [row["id"] for row in went], [new.place for new in came])
    _evidence_follows(version, [(row["entry_code"], new and new.entry_code) for row, new in done if row])
    version.entry_count += len(came) - len(went)
    version.checksum = checksum_of(version.pk)
    kept = _remembered(version, asked.by, reason, done, is_merge=bool(merged))
    if done:
        touched = {row["entry_code"] for row in went} | {new.entry_code for new in came}
        follow_edits(version, touched, [tuple(row[name] for name in DRUG_KEY) for row in went])
    told = {"edits": kept, "checksum": version.checksum, **(after or {})}
    asked.done("checksum", "entry_count", *merged, before=before, after=told, reason=reason)
    return Kept(version, first, _warnings(checked))


def _check(version: CatalogVersion, edited: Sequence[Edited], under: str | None, without: list[str]) -> Checked:
    """Check edited entries as a file's rows, with whatever else of the list speaks of the same, and stage them; raises InvalidInput with every
    problem. `without` are the codes of the entries that they replace, and of those that go."""
    options, forms, kind = CheckOptions(dosage_forms=reference.dosage_form_rows()), dosage_forms(), version.catalog.kind
    checked = check_edited(edited, kind, options, forms)
    if not checked.errors:
        _stage(checked)
        if others := _speaking_of_the_same(version, without):
            checked = check_edited(edited, kind, options, forms, others)
    if checked.errors:
        named = under is None or len(edited) > 1
        errors = [
            _told(found, under, (edited[place].code or edited[place].cells[0]) if named else "")
            for place, found in checked.errors[:SHOWN_PROBLEMS]
        ]
        detail = _("The request is invalid; see `errors`.")
        raise InvalidInput(detail, errors=errors, error_count=len(checked.errors))
    return checked


def _told(found: FileProblem, under: str | None, code: str) -> FieldError:
    """A problem of a file's row as one of a request: a pointer in the place of row and column."""
    detail = found.en if reader_language() == "en" else found.zh
    if code:
        detail = f"{code}: {detail}"
    if under is None:
        return FieldError(pointer("resolve", code), found.code, detail)
    return FieldError(under + (pointer(found.column) if found.column else ""), found.code, detail)


def _warnings(checked: Checked) -> tuple[FieldError, ...]:
    return tuple(_told(found, "", "") for _place, found in checked.warnings[:SHOWN_PROBLEMS])


# --- Where checked entries stand before they are the list's


class _Staged(NamedTuple):
    """A checked entry in the staging table."""

    place: int
    entry_code: str
    row_hash: bytes


def _stage(checked: Checked) -> None:
    """Put checked entries where the database can hold them against the list."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS edited")
        cursor.execute(
            f"CREATE TEMP TABLE edited ON COMMIT DROP AS SELECT 0 AS place, {_COPIED} FROM catalog_catalogentry WITH NO DATA"  # noqa: S608
        )
        with cursor.copy(f"COPY edited (place, {_COPIED}) FROM STDIN") as copy:
            for place, line in enumerate(checked.lines):
                copy.write(f"{place}\t{line}")
        # Nobody else tells the planner how few they are.
        cursor.execute("ANALYZE edited")


def _staged() -> list[_Staged]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, entry_code, row_hash FROM edited ORDER BY place")
        return [_Staged(place, code, bytes(row_hash)) for place, code, row_hash in cursor.fetchall()]


# Entries that a file's rules hold beside the staged ones: of the same code; of the same drug (as far as its keys are stored) and all that tells two
# of its entries apart; of the same whole national code.
_SAME = """
SELECT e.id FROM catalog_catalogentry e JOIN edited n ON e.entry_code = n.entry_code
WHERE e.version_id = %(version)s AND e.entry_code <> ALL (%(without)s)
UNION SELECT e.id FROM catalog_catalogentry e JOIN edited n
  ON e.base_name = n.base_name AND e.brand_key = n.brand_key AND e.approval_key = n.approval_key
  AND e.indication = n.indication AND e.icd10 = n.icd10 AND e.sex = n.sex AND e.settings = n.settings AND e.restriction = n.restriction
  AND e.criteria = n.criteria AND e.age_min IS NOT DISTINCT FROM n.age_min AND e.age_max IS NOT DISTINCT FROM n.age_max
  AND e.min_institution_level IS NOT DISTINCT FROM n.min_institution_level
WHERE e.version_id = %(version)s AND e.entry_code <> ALL (%(without)s)
UNION SELECT e.id FROM catalog_catalogentry e JOIN edited n ON e.national_code = n.national_code
WHERE e.version_id = %(version)s AND length(n.national_code) >= 20 AND e.entry_code <> ALL (%(without)s)
"""
# Entries of one printed row (`10`, `10.2`): whether a code has such others beside it decides whether it may speak of a drug twice.
_BESIDE = """
SELECT e.id FROM (SELECT entry_code FROM edited UNION SELECT entry_code FROM catalog_catalogentry WHERE id = ANY (%(found)s)) c
JOIN catalog_catalogentry e ON e.entry_code > (c.entry_code || '.') COLLATE "C" AND e.entry_code < (c.entry_code || '/') COLLATE "C"
WHERE e.version_id = %(version)s AND e.entry_code <> ALL (%(without)s)
"""


def _speaking_of_the_same(version: CatalogVersion, without: list[str]) -> list[Edited]:
    """Return the other entries of a draft by which the staged ones are judged, in the order of its file."""
    asked: dict[str, Any] = {"version": version.pk, "without": without}
    with connection.cursor() as cursor:
        cursor.execute(_SAME, asked)
        found = [pk for (pk,) in cursor.fetchall()]
        if not found:
            return []
        cursor.execute(_BESIDE, asked | {"found": found})
        found += [pk for (pk,) in cursor.fetchall()]
    rows = CatalogEntry.objects.filter(pk__in=set(found)).order_by("row_no", "entry_code").values(*_ROW)
    return [changed_entry(row, {}) for row in rows]


def _replaced(version: CatalogVersion, went: list[int], came: list[int]) -> None:
    """Let entries go by their ids, and staged ones come by their places."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_catalogentry WHERE id = ANY (%s)", [went])
        cursor.execute(
            f"INSERT INTO catalog_catalogentry (version_id, {_COPIED})"  # noqa: S608
            f" SELECT %s, {_COPIED} FROM edited WHERE place = ANY (%s) ORDER BY place",
            [version.pk, came],
        )


def _evidence_follows(version: CatalogVersion, codes: list[tuple[str, str | None]]) -> None:
    """Let what entries rest on go with them: (code before, code after; None: the entry goes)."""
    moved = {before: after for before, after in codes if before != after}
    held = EntryEvidence.objects.filter(version=version, entry_code__in=moved) if moved else []
    rows = list(held)
    if not rows:
        return
    # Taken out first: two entries may have changed their codes with each other.
    EntryEvidence.objects.filter(pk__in=[one.pk for one in rows]).delete()
    kept = []
    for one in rows:
        if after := moved[one.entry_code]:
            one.pk, one.entry_code = None, after
            kept.append(one)
    EntryEvidence.objects.bulk_create(kept)


def _remembered(
    version: CatalogVersion,
    by: str,
    reason: str,
    done: Sequence[tuple[dict[str, Any] | None, _Staged | None]],
    *,
    is_merge: bool,
) -> dict[str, Any]:
    """Write the history of each entry; returns what the log says of them: the one whole, many by their codes."""
    told: list[dict[str, Any]] = []
    for start in range(0, len(done), CHUNK):
        part = done[start : start + CHUNK]
        rows = _rows_of(version, [new.entry_code for _row, new in part if new])
        by_code = {row["entry_code"]: entry_shown(row) for row in rows}
        edits = []
        for row, new in part:
            now = by_code[new.entry_code] if new else None
            old = entry_shown(row) if row else None
            kind = EntryEdit.Kind.REMOVED if now is None else EntryEdit.Kind.CHANGED if old else EntryEdit.Kind.ADDED
            edits.append(
                EntryEdit(
                    version=version,
                    by=by,
                    entry_code=(now or old or {})["entry_code"],
                    kind=EntryEdit.Kind.MERGED if is_merge else kind,
                    changes=changes_of(old, now),
                    reason=reason,
                )
            )
            if len(told) < IN_THE_LOG:
                told.append({"entry_code": edits[-1].entry_code, "kind": kind.value, "changes": edits[-1].changes})
        EntryEdit.objects.bulk_create(edits)
    if len(done) == 1:
        return told[0]
    return {"count": len(done), "entry_codes": [one["entry_code"] for one in told]}


def changes_of(old: Entry | None, now: Entry | None) -> dict[str, dict[str, Any]]:
    """Return what differs between two states of an entry: column → {old, new} as the API shows values, None where nothing is given."""
    names = [name for name in COLUMNS if said_in(old, name) != said_in(now, name)]
    return {name: {"old": said_in(old, name), "new": said_in(now, name)} for name in names}


def said_in(entry: Entry | None, name: str) -> Any:
    value = (entry or {}).get(name)
    return None if value in ("", [], None) else value
