"""What a change of an entry means: which fields, how much it weighs, whether it covers less than before.

An entry is a mapping with the columns of spec csv.md (and `payment_standard_text`), as it is stored: text '' and
lists empty where not given.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.three_valued import Agreement
from catalog.importing.columns import ENTRIES
from catalog.vocabularies import CODED_COLUMNS
from common import icd10
from common.text import approval_key, as_read, norm

Entry = Mapping[str, Any]
Kind = Literal["added", "removed", "changed", "unchanged"]
Weight = Literal["major", "minor", "typographic", "remark"]
WEIGHTS: Final[tuple[Weight, ...]] = get_args(Weight)

FIELDS: Final = tuple(
    name
    for column in ENTRIES
    for name in ((column.name, "payment_standard_text") if column.name == "payment_standard" else (column.name,))
)

# Compared by `norm` when a claim is judged, so what `norm` evens out is never more than writing.
_DRUG_TEXTS: Final = frozenset(
    {"generic_name", "brand_name", "dosage_form", "strength", "manufacturer", "national_code", "approval_no"}
    | {"class_code"}
)
# Shown only: whatever they say, every claim is paid as before.
_SHOWN_ONLY: Final = frozenset(
    {"authorized_company", "regulators", "rare_disease", "marks", "note", "source", "payment_standard_text"}
)
# A person judges by them while no column says the same.
_JUDGED_WHILE_UNCODED: Final = frozenset({"indication", "restriction"})
_REMARKS: Final = frozenset({"note", "source"})
_WITHOUT_TABLE: Final = DosageForms(())
_EXCEPT: Final = "(不含"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an entry. `fields` maps a column to [old, new] as JSON; `weight`: how much it matters (None where nothing changed);
    `narrower`: it goes, or covers less than before.

    `major` can alter a payment; `minor` is shown only; `typographic` is written otherwise and reads the same; `remark` is a change of note,
    source and entry code alone.
    """

    kind: Kind
    fields: dict[str, list[Any]]
    weight: Weight | None
    narrower: bool

    @property
    def major(self) -> bool:
        """Whether it can alter a payment."""
        return self.weight == "major"

    @property
    def slight(self) -> str:
        """`typographic` or `remark`, '' where it is neither."""
        return self.weight if self.weight in ("typographic", "remark") else ""


def compare(
    old: Entry | None, new: Entry | None, *, first_day: date | None = None, forms: DosageForms = _WITHOUT_TABLE
) -> Change:
    """Classify the change from one edition's entry to the next one's; None where an edition has no such entry.

    `first_day` is the next edition's: what an agreement paid before it counts for nothing (None: every day counts).
    """
    if old is None and new is None:
        raise ValueError("neither edition has the entry")
    if old is None:
        return Change("added", {}, "major", narrower=False)
    if new is None:
        return Change("removed", {}, "major", narrower=True)
    changed = [name for name in FIELDS if old.get(name) != new.get(name) and _told(old, name) != _told(new, name)]
    if not changed:
        return Change("unchanged", {}, None, narrower=False)
    fields = {name: [_plain(old.get(name)), _plain(new.get(name))] for name in changed}
    weight = _weight(old, new, changed, forms)
    less = weight in ("major", "minor") and narrower(old, new, first_day=first_day, forms=forms)
    return Change("changed", fields, weight, less)


def narrower(
    old: Entry, new: Entry | None, *, first_day: date | None = None, forms: DosageForms = _WITHOUT_TABLE
) -> bool:
    """Whether the new entry covers less than the old one: for fewer products, persons, places or days, or pays less."""
    return new is None or (
        _drug_narrower(old, new, forms)
        or _restrictions_narrower(old, new)
        or _pays_less(old, new)
        or _days_shorter(old, new, first_day)
        or bool(new.get("prior_auth")) > bool(old.get("prior_auth"))
        or any(map(_above_before, _uncoded(new), _uncoded(old)))
    )


def read_alike(old: Entry, new: Entry, name: str, forms: DosageForms = _WITHOUT_TABLE) -> bool:
    """Whether a column says the same in both to whoever reads it: writing, and the order of a list, make no difference."""
    before, now = as_compared(old, name), as_compared(new, name)
    if before == now:
        return True
    # Other brackets are no other name, but where a claim's name would be held against another one.
    return (
        name == "generic_name"
        and as_read(old.get(name) or "") == as_read(new.get(name) or "")
        and _same_name(old, new, forms)
    )


def as_compared(entry: Entry, name: str) -> Any:
    """Return a column's value as it is compared with another edition's: what people read of it, or what a claim is judged by."""
    value = _told(entry, name)
    if isinstance(value, str) and name != "entry_code":
        if name in _DRUG_TEXTS:
            return (approval_key if name == "approval_no" else norm)(value).rstrip("。.") or None
        return as_read(value) or None
    if isinstance(value, tuple):
        # Codes and criteria are a set to whoever judges by them.
        return frozenset(map(icd10.compared if name == "icd10" else as_read, value))
    return value


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


def _weight(old: Entry, new: Entry, changed: Sequence[str], forms: DosageForms) -> Weight:
    # Many lists number their entries anew each year: another code by itself says nothing.
    content = [name for name in changed if name != "entry_code"]
    if _REMARKS.issuperset(content):
        return "remark"
    content = [name for name in content if not read_alike(old, new, name, forms)]
    if _REMARKS.issuperset(content):
        return "typographic"
    return "major" if any(_alters_payment(old, new, name, forms) for name in content) else "minor"


def _alters_payment(old: Entry, new: Entry, name: str, forms: DosageForms) -> bool:
    if name in _JUDGED_WHILE_UNCODED:
        return _uncoded(old) != _uncoded(new) or _is_uncoded(old, name) or _is_uncoded(new, name)
    if name == "criteria":
        return _criteria_codes(old) != _criteria_codes(new) or _uncoded(old) != _uncoded(new)
    if name == "generic_name":
        return not _same_name(old, new, forms)
    return name not in _SHOWN_ONLY


def _criteria_codes(entry: Entry) -> frozenset[str]:
    return frozenset(criterion.partition("=")[0] for criterion in entry.get("criteria") or ())


def _is_uncoded(entry: Entry, name: str) -> bool:
    """Text that sends a claim to a person because no column says the same (eligibility 4.2)."""
    columns = ("icd10",) if name == "indication" else CODED_COLUMNS
    return bool(entry.get(name)) and all(_told(entry, column) is None for column in columns)


def _uncoded(entry: Entry) -> tuple[bool, ...]:
    return tuple(_is_uncoded(entry, name) for name in sorted(_JUDGED_WHILE_UNCODED))


def _above_before(now: bool, before: bool) -> bool:
    return now > before


def _same_name(old: Entry, new: Entry, forms: DosageForms) -> bool:
    """Whether two names are of one drug, in one form as far as they tell it: then they say the same of every claim (eligibility 4.1)."""
    before, now = forms.base_name(old.get("generic_name") or ""), forms.base_name(new.get("generic_name") or "")
    if before.name != now.name:
        return False
    if before.form == now.form:
        return True
    return bool(before.form and now.form) and all(
        forms.matches(*both) is Agreement.PASS for both in ((before.form, now.form), (now.form, before.form))
    )


def _drug_narrower(old: Entry, new: Entry, forms: DosageForms) -> bool:
    name, name_before = new.get("generic_name") or "", old.get("generic_name") or ""
    if name and name != name_before and forms.base_name(name).name != forms.base_name(name_before).name:
        return True
    is_same = name == name_before and (old.get("dosage_form") or "") == (new.get("dosage_form") or "")
    if not is_same and _form_narrower(_form(old, forms), _form(new, forms), forms):
        return True
    for fact in ("brand_name", "strength", "manufacturer", "approval_no"):
        now = as_compared(new, fact)
        if now and now != as_compared(old, fact):
            return True
    code, code_before = norm(new.get("national_code") or ""), norm(old.get("national_code") or "")
    if code and not code_before.startswith(code):
        return True
    # Without a drug's name the class code selects (eligibility 4.1).
    classed, classed_before = norm(new.get("class_code") or ""), norm(old.get("class_code") or "")
    return not name and bool(classed) and not classed_before.startswith(classed)


def _form(entry: Entry, forms: DosageForms) -> str:
    """The form that a claim's is held against: the one given, else the one in the name (eligibility 4.1)."""
    return norm(entry.get("dosage_form") or "") or forms.base_name(entry.get("generic_name") or "").form


def _form_narrower(before: str, now: str, forms: DosageForms) -> bool:
    if not now or now == before:
        return False
    if not before:
        return True
    kept_before, left_out_before = _parted(before)
    kept, left_out = _parted(now)
    return not left_out <= left_out_before or forms.matches(kept, kept_before) is not Agreement.PASS


def _parted(form: str) -> tuple[str, frozenset[str]]:
    """The form before its bracket, and the forms that `(不含…)` leaves out."""
    kept, except_for, left_out = form.partition(_EXCEPT)
    if not except_for:
        return form, frozenset()
    return kept, frozenset(left_out.removesuffix(")").replace("、", ",").replace(";", ",").split(","))


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


def _days_shorter(old: Entry, new: Entry, first_day: date | None) -> bool:
    """Whether an agreement begins later or ends earlier; one renewed up to the edition's first day leaves no gap."""
    start, start_before = new.get("effective_from"), old.get("effective_from")
    late = (
        start is not None
        and (first_day is None or start > first_day)
        and (start_before is None or start > start_before)
    )
    return late or _below(new.get("effective_to"), old.get("effective_to"))


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
    return not before or not all(_covered(code, now) for code in before)


def _covered(code: str, by: Collection[str]) -> bool:
    ends = icd10.range_of(code)
    if ends is None:
        return any(_covers(wider, code) for wider in by)
    return any(_covers(wider, code) for wider in by) or all(
        any(_covers(wider, category) for wider in by) for category in _categories(*ends)
    )


def _covers(wider: str, code: str) -> bool:
    ends, wide_ends = icd10.range_of(code), icd10.range_of(wider)
    first, last = ends or (icd10.compared(code)[:3],) * 2
    if wide_ends is not None:
        return wide_ends[0] <= first and last <= wide_ends[1]
    return ends is None and icd10.compared(code).startswith(icd10.compared(wider))


def _categories(first: str, last: str) -> Iterator[str]:
    """The three-character categories from one to another, both among them, as the classification has them: a letter and two digits."""
    for letter in range(ord(first[0]), ord(last[0]) + 1):
        for number in range(100):
            category = f"{chr(letter)}{number:02}"
            if first <= category <= last:
                yield category
