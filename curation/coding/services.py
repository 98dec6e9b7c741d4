"""Deciding what a text means (spec curation.md 6): coded in drafts by a person, and remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog import reference
from catalog.entries import shown_criteria
from catalog.entry_editing import edit_entries
from catalog.importing.columns import ENTRIES
from catalog.importing.edited_entries import cells_given, check_edited, new_entry
from catalog.importing.result import CheckOptions
from catalog.known_drugs import dosage_forms
from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import CODED_COLUMNS
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput, pointer
from common.labels import reader_language
from common.text import as_read
from curation.coding import queue
from curation.coding.suggestion import LISTS
from curation.models import CodingDecision

LONGEST = 4_000
_COLUMNS = {column.name: column for column in ENTRIES if column.name in CODED_COLUMNS}


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: it as it is kept, and how many entries were coded in which drafts; `left` were coded otherwise before and stay."""

    decision: CodingDecision
    applied: tuple[tuple[CatalogVersion, int], ...]
    left: int = 0

    @property
    def count(self) -> int:
        """How many entries were coded."""
        return sum(count for _version, count in self.applied)


@transaction.atomic
def decide_coding(
    *,
    text: str,
    columns: Mapping[str, Any],
    by: str,
    apply_to: Sequence[CatalogVersion] | None = None,
    insurer_id: int | None = None,
) -> Decided:
    """Code every draft entry that says the same and is not coded, and remember what the text means.

    `columns` are coded columns as the API shows them, or cells of a file; `apply_to` are drafts (None: all of the office's, or of the insurer's).
    An entry counts as not coded too where it has what this text was decided to mean before, so that a decision can be mended; what somebody coded
    otherwise stays. Columns that are not named stay what they are.

    Raises InvalidInput with the problems of a file (`/columns/icd10`), NotADraft.
    """
    reads = as_read(text)
    values = _read(text, reads, columns)
    meant = list(queue.drafts(insurer_id) if apply_to is None else apply_to)
    # Every lock before the first deed: whoever has logged one keeps others from logging until this is done.
    ids = sorted({version.catalog_id for version in meant})
    list(Catalog.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    key = sha256(reads.encode()).hexdigest()
    before = CodingDecision.objects.select_for_update().filter(insurer=insurer_id, key=key).first()
    was = before.columns if before else {}
    applied: list[tuple[CatalogVersion, int]] = []
    left = 0
    for version in sorted(meant, key=lambda one: one.pk):
        codes, others = _meant(version, text, was)
        left += others
        if codes or apply_to is not None:
            applied.append((version, _apply(version, codes, values, by)))
    count = sum(count for _version, count in applied)
    decision, _new = CodingDecision.objects.filter(insurer=insurer_id).update_or_create(
        key=key,
        defaults={
            "insurer_id": insurer_id,
            "text": text,
            "reads": reads,
            "columns": values,
            "by": by,
            "used": F("used") + 1 if before else 1,
            "entries_coded": F("entries_coded") + count if before else count,
        },
    )
    decision.refresh_from_db()
    told = {"columns": values, "count": count, "drafts": [f"{one.catalog.code} {one.label}" for one, _count in applied]}
    record(Deed.CODING_DECIDED, by=by, what=decision, before={"columns": was} if before else None, after=told)
    return Decided(decision, tuple(applied), left)


def _meant(version: CatalogVersion, text: str, was: Mapping[str, Any]) -> tuple[set[str], int]:
    """Return the entries that a decision is for, and how many say the same and were coded otherwise."""
    open_codes = queue.entries_with(version, text)
    others = queue.entries_saying(version, text).exclude(entry_code__in=open_codes)
    mended = {row["entry_code"] for row in others.values("entry_code", *CODED_COLUMNS) if was and _has(row, was)}
    return open_codes | mended, others.count() - len(mended)


def _has(entry: Mapping[str, Any], was: Mapping[str, Any]) -> bool:
    shown = {**entry, "criteria": shown_criteria(entry["criteria"])}
    return all((shown[name] or None) == (was.get(name) or None) for name in was)


def _apply(version: CatalogVersion, codes: set[str], values: Mapping[str, Any], by: str) -> int:
    reason = _("Coding desk: the meaning of the text was decided.")
    try:
        return edit_entries(version=version, of=lambda _version: codes, by=by, reason=reason, values=values)
    except InvalidInput as refused:
        raise InvalidInput(refused.detail, errors=[_pointed(one) for one in refused.errors]) from None


def _pointed(problem: FieldError) -> FieldError:
    return FieldError(f"/columns{problem.pointer.removeprefix('/set')}", problem.code, problem.detail)


def _read(text: str, reads: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns as the API shows them, read as cells of a file are; raises InvalidInput with every problem."""
    errors = []
    if not reads:
        errors.append(FieldError("/text", "REQUIRED", _("Say which text it is.")))
    elif len(text) > LONGEST:
        errors.append(FieldError("/text", "TOO_LONG", _("At most %(most)d characters.") % {"most": LONGEST}))
    unknown = [name for name in columns if name not in _COLUMNS]
    known = ", ".join(CODED_COLUMNS)
    errors += [
        FieldError(
            pointer("columns", str(name)[:100]),
            "UNKNOWN_COLUMN",
            _("Only coded columns can be decided: %(known)s.") % {"known": known},
        )
        for name in unknown
    ]
    cells = {name: cell.strip() for name, cell in cells_given(columns).items() if name in _COLUMNS}
    if not unknown and not any(cells.values()):
        errors.append(FieldError("/columns", "REQUIRED", _("Give at least one coded column.")))
    checked = check_edited(
        [new_entry({"generic_name": "-药", **cells})],
        "commercial",
        CheckOptions(dosage_forms=reference.dosage_form_rows()),
        dosage_forms(),
    )
    is_english = reader_language() == "en"
    errors += [
        FieldError(pointer("columns", one.column), one.code, one.en if is_english else one.zh)
        for _place, one in checked.errors
        if one.column in _COLUMNS
    ]
    if errors:
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)
    made = {name: _COLUMNS[name].parse(cell).value for name, cell in cells.items() if cell}
    return {name: _shown(name, made[name]) for name in CODED_COLUMNS if name in made} | {
        name: [] if name in LISTS else None for name, cell in cells.items() if not cell
    }


def _shown(name: str, value: Any) -> Any:
    if name == "criteria":
        return shown_criteria(list(value))
    if name in LISTS:
        return list(value)
    return int(value) if name == "min_institution_level" else value
