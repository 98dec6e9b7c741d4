"""Whether two entries could take one line: their drug parts, their diseases, the persons and places they are for (eligibility 4.1 and 4.2)."""

from collections.abc import Iterable, Sequence
from typing import Final

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.three_valued import Agreement
from claims.eligibility import Entry
from claims.eligibility.diagnosis_match import DiseaseCodes
from curation.findings.world import Listed

PRODUCT_TEXTS: Final = ("approval_no", "brand_name", "manufacturer", "strength")


def drug_parts_meet(one: Entry, other: Entry, forms: DosageForms) -> bool:
    """Tell whether one line may pass the drug parts of both, the drug itself aside: what only one of them gives holds nothing back."""
    return (
        all(_same(getattr(one, name), getattr(other, name)) for name in PRODUCT_TEXTS)
        and (one.national_code.startswith(other.national_code) or other.national_code.startswith(one.national_code))
        and forms_meet(one, other, forms)
    )


def _same(text: str, other: str) -> bool:
    return not text or not other or text == other


def forms_meet(one: Entry, other: Entry, forms: DosageForms) -> bool:
    """Tell whether the forms are one, or one is the group of the other; a form in a name is held against names.

    Two groups that share a member (some 溶液 may be injected or swallowed) are two forms to whoever made the list.
    """
    first, second = one.dosage_form or one.name_form, other.dosage_form or other.name_form
    if not first or not second:
        return True
    if one.name_form and other.name_form:
        return forms.matches_name(first, second, "") is Agreement.PASS
    return forms.agree(first, second)


def diseases_meet(one: DiseaseCodes, other: DiseaseCodes) -> bool:
    """Tell whether some diagnosis is under codes of both; a list without codes is for every disease."""
    if not one or not other:
        return True
    return (
        any(code.startswith(other.prefixes) for code in one.prefixes)
        or any(code.startswith(one.prefixes) for code in other.prefixes)
        or _under(one.prefixes, other.ranges)
        or _under(other.prefixes, one.ranges)
        or any(first <= end and start <= last for first, last in one.ranges for start, end in other.ranges)
    )


def _under(prefixes: Iterable[str], ranges: tuple[tuple[str, str], ...]) -> bool:
    """A prefix shorter than three characters stands for all that begin with it."""
    return any(start[: len(code[:3])] <= code[:3] <= end[: len(code[:3])] for code in prefixes for start, end in ranges)


def cases_meet(one: Entry, other: Entry) -> bool:
    """Tell whether some case is both entries' for certain: diseases, sex, age and setting overlap.

    Text that is not coded is for some diseases, nobody can tell which: it meets only what is for every disease.
    """
    if one.uncoded or other.uncoded:
        for_every_disease = not (one.uncoded and other.uncoded) and not one.icd10 and not other.icd10
        return for_every_disease and people_meet(one, other)
    return people_meet(one, other) and diseases_meet(one.icd10, other.icd10)


def people_meet(one: Entry, other: Entry) -> bool:
    """Tell whether both may be for one person in one place: sex, age and setting overlap."""
    return (
        _same(one.sex, other.sex)
        and (one.age_max is None or other.age_min is None or one.age_max >= other.age_min)
        and (other.age_max is None or one.age_min is None or other.age_max >= one.age_min)
        and (not one.settings or not other.settings or not set(one.settings).isdisjoint(other.settings))
    )


class ByDisease:
    """Entries of one drug by the first three characters of their diseases: of twenty entries for twenty diseases only a few can meet another one."""

    def __init__(self, entries: Sequence[Listed]) -> None:
        self._every = entries
        self._by_head: dict[str, list[Listed]] = {}
        self._open: list[Listed] = []
        for one in entries:
            heads = heads_of(one.entry)
            for head in heads:
                self._by_head.setdefault(head, []).append(one)
            if not heads:
                self._open.append(one)

    def beside(self, one: Listed) -> Sequence[Listed]:
        """Return the entries that may have a disease with another entry; one may come twice."""
        heads = heads_of(one.entry)
        if not heads:
            return self._every
        return [*self._open, *(other for head in heads for other in self._by_head.get(head, ()))]


def heads_of(entry: Entry) -> frozenset[str]:
    """Return the first three characters of an entry's diseases; none where these alone do not tell: no codes, a range, a chapter's letter."""
    codes = entry.icd10
    if codes.ranges or any(len(code) < 3 for code in codes.prefixes):
        return frozenset()
    return frozenset(code[:3] for code in codes.prefixes)
