"""The dosage-form table: which forms there are, their groups, and when two forms agree (eligibility 3.1 and 4.1)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from catalog.drugs.base_names import POWDER_FOR_INJECTION, BaseName, cut_down
from catalog.drugs.three_valued import Agreement
from common.text import norm

_INJECTION_GROUP: Final = "注射剂"
# 口服常释剂型(不含分散片): the form before the bracket, but for those in it.
_BUT_FOR: Final = re.compile(r"(.+)[(\[]不含(.+)[)\]]")
_BETWEEN_FORMS: Final = re.compile("[、,;]")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of the dosage-form table: a form, a group it stands in ('' for none), the form it is compared as ('' for itself)."""

    form: str
    group: str = ""
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class _Form:
    """A form text made comparable: what it is compared as, the group it is itself the name of ('' for none), the groups of
    what it is compared as, and the forms that a bracket behind it leaves out."""

    key: str
    names_group: str
    groups: frozenset[str]
    without: tuple["_Form", ...] = ()

    @property
    def all_groups(self) -> frozenset[str]:
        """The groups it stands in or names."""
        return self.groups | {self.names_group} if self.names_group else self.groups

    def leaves_out(self, form: "_Form") -> bool:
        """Tell whether a form, or a group it stands in, is one of those left out."""
        return any(part.key == form.key or part.names_group in form.all_groups for part in self.without)


class DosageForms:
    """The dosage-form table: immutable once built, so its answers are remembered.

    A form may stand in several groups, one row each. 注射用粉末 in the group 注射剂 is always a form of the table (eligibility
    3.1, base name step 1).
    """

    def __init__(self, rows: Iterable[FormRow]) -> None:
        table = [*rows, FormRow(POWDER_FOR_INJECTION, _INJECTION_GROUP)]
        self._forms: frozenset[str] = frozenset(norm(row.form) for row in table) - {""}
        self._same_as: dict[str, str] = {
            norm(row.form): norm(row.same_as) for row in table if norm(row.same_as) not in ("", norm(row.form))
        }
        self._group_names: frozenset[str] = frozenset(norm(row.group) for row in table) - {""}
        groups: dict[str, set[str]] = {}
        for row in table:
            if norm(row.group):
                groups.setdefault(self._key(norm(row.form)), set()).add(norm(row.group))
        self._groups: dict[str, frozenset[str]] = {key: frozenset(names) for key, names in groups.items()}
        self._longest = max(map(len, self._forms))
        self.base_name = lru_cache(maxsize=65_536)(self._base_name)
        self.matches = lru_cache(maxsize=65_536)(self._matches)
        self.matches_name = lru_cache(maxsize=65_536)(self._matches_name)
        self.agree = lru_cache(maxsize=65_536)(self._agree)
        self._read = lru_cache(maxsize=16_384)(self._read_form)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, object]]) -> "DosageForms":
        """Build the table from mappings with the columns `form`, `group`, `same_as`; other columns are ignored."""
        return cls(
            FormRow(str(row["form"]), str(row.get("group") or ""), str(row.get("same_as") or "")) for row in rows
        )

    @property
    def is_empty(self) -> bool:
        """Whether no table was given."""
        return self._forms == {POWDER_FOR_INJECTION}

    def knows(self, text: str) -> bool:
        """Tells whether a text is a form of the table, or names one of its groups, as forms are compared (eligibility 3.1)."""
        form = norm(text)
        return form in self._forms or form in self._group_names or (form.endswith("剂") and form[:-1] in self._forms)

    def _key(self, form: str) -> str:
        """What a normalised form is compared as: its `same_as`, and itself without a final 剂 when that is a form too."""
        seen = {form}
        while True:
            if form in self._same_as:
                form = self._same_as[form]
            elif form.endswith("剂") and form[:-1] in self._forms:
                form = form[:-1]
            else:
                return form
            if form in seen:  # two rows that point at each other
                return min(seen)
            seen.add(form)

    def _read_form(self, text: str) -> _Form:
        form = norm(text)
        bracket = _BUT_FOR.fullmatch(form)
        if bracket is None:
            return self._plain_form(form)
        left_out = tuple(self._plain_form(part) for part in _BETWEEN_FORMS.split(bracket.group(2)) if part)
        return replace(self._plain_form(bracket.group(1)), without=left_out)

    def _plain_form(self, form: str) -> _Form:
        key = self._key(form)
        return _Form(key, form if form in self._group_names else "", self._groups.get(key, frozenset()))

    def _base_name(self, text: str) -> BaseName:
        """Cut a drug name down to its base name and tell the form that stood in it (eligibility 3.1)."""
        return cut_down(text, self._forms, self._longest)

    def _matches(self, entry_form: str, line_form: str) -> Agreement:
        """Test an entry's form, given as such, against a line's, both given (eligibility 4.1).

        Equal, or the entry names the group the line's form stands in (and does not leave that form out), is a pass; the line
        naming only the group of the entry's form is unknown.
        """
        entry, line = self._read(entry_form), self._read(line_form)
        if entry.key == line.key:
            return Agreement.PASS
        if entry.without and entry.leaves_out(line):
            return Agreement.FAIL
        if entry.names_group and entry.names_group in line.all_groups:
            return Agreement.PASS
        if line.names_group and line.names_group in entry.groups:
            return Agreement.UNKNOWN
        return Agreement.FAIL

    def _matches_name(self, entry_form: str, name_form: str, line_form: str) -> Agreement:
        """Test the form in an entry's name against the form in a line's name and, where that has none (''), the line's form
        ('' for none): a name is held against a name, so no group counts; a form written elsewhere may be another word for the
        same thing, so one of the same group is unknown (eligibility 4.1)."""
        entry = self._read(entry_form)
        if name_form:
            return Agreement.PASS if self._read(name_form).key == entry.key else Agreement.FAIL
        if not line_form:
            return Agreement.UNKNOWN
        line = self._read(line_form)
        if line.key == entry.key:
            return Agreement.PASS
        return Agreement.FAIL if entry.all_groups.isdisjoint(line.all_groups) else Agreement.UNKNOWN

    def _agree(self, one: str, other: str) -> bool:
        """Tell whether two forms, both given, may be the same, whichever of them names a group (eligibility 3)."""
        return self.matches(one, other) is Agreement.PASS or self.matches(other, one) is Agreement.PASS
