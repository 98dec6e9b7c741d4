"""What a change of an entry means: which fields, whether it can alter a payment, whether it covers less than before.

An entry is a mapping with the columns of spec csv.md (and `payment_standard_text`), as it is stored: text '' and
lists empty where not given.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from catalog.importing.columns import ENTRIES
from common.text import norm

Entry = Mapping[str, Any]
Kind = Literal["added", "removed", "changed", "unchanged"]

FIELDS = tuple(
    name
    for column in ENTRIES
    for name in ((column.name, "payment_standard_text") if column.name == "payment_standard" else (column.name,))
)

# Shown only: whatever they say, every claim is paid as before.
_SHOWN_ONLY = frozenset(
    {"authorized_company", "indication", "restriction", "regulators", "rare_disease", "marks", "note", "source"}
)
_DRUG_FACTS = ("generic_name", "brand_name", "dosage_form", "strength", "manufacturer", "approval_no")
_FACETS = ("icd10", "sex", "age_min", "age_max", "settings", "min_institution_level", "criteria")


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an entry. `fields` maps a column to [old, new] as JSON; `major`: it can alter a payment;
    `narrower`: it goes, or covers less than before."""

    kind: Kind
    fields: dict[str, list[Any]]
    major: bool
    narrower: bool


def compare(old: Entry | None, new: Entry | None) -> Change:
    """Will classify the change from one edition's entry to the next one's; None where an edition has no such entry."""
    if old is None and new is None:
        raise ValueError("neither edition has the entry")
    if old is None:
        return Change("added", {}, major=True, narrower=False)
    if new is None:
        return Change("removed", {}, major=True, narrower=True)
    changed = [name for name in FIELDS if _told(old, name) != _told(new, name)]
    fields = {name: [_plain(old.get(name)), _plain(new.get(name))] for name in changed}
    if not fields:
        return Change("unchanged", {}, major=False, narrower=False)
    return Change("changed", fields, major=_alters_payment(old, new, changed), narrower=narrower(old, new))


def weight(change: Change) -> Literal["major", "minor"]:
    """Will weigh a change for whoever reviews it: `major` when it can alter a payment."""
    return "major" if change.major else "minor"


def narrower(old: Entry, new: Entry | None) -> bool:
    """Whether the new entry covers less than the old one: for fewer products, persons, places or days, or pays less."""
    return new is None or (
        _drug_narrower(old, new)
        or _restrictions_narrower(old, new)
        or _pays_less(old, new)
        or _days_shorter(old, new)
        or bool(new.get("prior_auth")) > bool(old.get("prior_auth"))
        or _uncoded(new) > _uncoded(old)
    )


def _told(entry: Entry, name: str) -> Any:
    """The value as far as it says anything; `prior_auth` no and not given are one."""
    value = entry.get(name)
    if name == "prior_auth":
        return bool(value)
    if isinstance(value, list | tuple):
        return tuple(value) or None
    return None if value == "" else value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _alters_payment(old: Entry, new: Entry, changed: Sequence[str]) -> bool:
    if any(name not in _SHOWN_ONLY and name not in ("criteria", "payment_standard_text") for name in changed):
        return True
    return _criteria_codes(old) != _criteria_codes(new) or _uncoded(old) != _uncoded(new)


def _criteria_codes(entry: Entry) -> frozenset[str]:
    return frozenset(criterion.partition("=")[0] for criterion in entry.get("criteria") or ())


def _uncoded(entry: Entry) -> bool:
    """Text that sends a claim to a person because no column says the same (eligibility 4.2)."""
    facets = any(_told(entry, name) is not None for name in _FACETS)
    return bool((entry.get("indication") and not entry.get("icd10")) or (entry.get("restriction") and not facets))


def _drug_narrower(old: Entry, new: Entry) -> bool:
    for name in _DRUG_FACTS:
        now = norm(new.get(name) or "")
        if now and now != norm(old.get(name) or ""):
            return True
    code, code_before = norm(new.get("national_code") or ""), norm(old.get("national_code") or "")
    if code and not code_before.startswith(code):
        return True
    # Without a drug's name the class code selects (eligibility 4.1).
    classed, classed_before = norm(new.get("class_code") or ""), norm(old.get("class_code") or "")
    return not new.get("generic_name") and bool(classed) and not classed_before.startswith(classed)


def _restrictions_narrower(old: Entry, new: Entry) -> bool:
    return (
        _fewer_diseases(old.get("icd10") or (), new.get("icd10") or ())
        or bool(new.get("sex") and new.get("sex") != old.get("sex"))
        or _above(new.get("age_min"), old.get("age_min"), absent=0)
        or _below(new.get("age_max"), old.get("age_max"))
        or _fewer(old.get("settings") or (), new.get("settings") or ())
        or _above(new.get("min_institution_level"), old.get("min_institution_level"), absent=1)
        or not _criteria_codes(new) <= _criteria_codes(old)
    )


def _pays_less(old: Entry, new: Entry) -> bool:
    return _below(new.get("payment_standard"), old.get("payment_standard")) or _below(
        new.get("max_quantity"), old.get("max_quantity")
    )


def _days_shorter(old: Entry, new: Entry) -> bool:
    start, start_before = new.get("effective_from"), old.get("effective_from")
    return bool(start and (start_before is None or start > start_before)) or _below(
        new.get("effective_to"), old.get("effective_to")
    )


def _below(now: Any, before: Any) -> bool:
    """A limit from above came, or fell."""
    return now is not None and (before is None or now < before)


def _above(now: Any, before: Any, *, absent: int) -> bool:
    """A limit from below rose; `absent` is the limit that limits nothing."""
    return (absent if now is None else now) > (absent if before is None else before)


def _fewer(before: Collection[str], now: Collection[str]) -> bool:
    return bool(now) and (not before or not set(before) <= set(now))


def _fewer_diseases(before: Collection[str], now: Collection[str]) -> bool:
    """Whether some disease under the old codes is under none of the new ones."""
    if not now:
        return False
    return not before or not all(any(_covers(wider, code) for wider in now) for code in before)


def _covers(wider: str, code: str) -> bool:
    first, last = _ends(code)
    wide_first, wide_last = _ends(wider)
    if "-" in wider:
        return wide_first <= first[:3] and last[:3] <= wide_last
    return "-" not in code and first.startswith(wide_first)


def _ends(code: str) -> tuple[str, str]:
    first, _, last = code.replace(".", "").upper().partition("-")
    return first, last or first
