"""The dosage form that a question left open: the names with a form that the lists and the master know for a drug. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from catalog import reference
from catalog.drugs.base_names import POWDER_FOR_INJECTION
from catalog.drugs.dosage_forms import DosageForms
from common.text import norm

_BUT_FOR = re.compile(r"[(（\[]不含.+$")
_LAST_BRACKET = re.compile(r"(.+?)([(（\[][^()（）\[\]]+[)）\]])")
# Group names that nobody says at a counter (口服常释剂型) end so; the others are forms themselves (注射剂).
_GROUP = "剂型"
_MEMBERS_TOLD = 2


def named_with_form(name: str, form: str, forms: DosageForms) -> str:
    """Return a drug's name with its form in it: the name, where one stands there, else the form put in; '' where that would name another drug
    or no form is given."""
    written = forms.base_name(name)
    if written.form or not name:
        return name
    form = _BUT_FOR.sub("", form).strip()
    if not form:
        return ""
    bracket = _LAST_BRACKET.fullmatch(name)
    texts = [f"{name}{form}", *([f"{bracket[1]}{form}{bracket[2]}"] if bracket else ())]
    if norm(form) == POWDER_FOR_INJECTION:
        texts.insert(0, f"注射用{name}")
    for text in texts:
        read = forms.base_name(text)
        if read.form and read.name == written.name:
            return text
    return ""


def form_words(name: str, forms: DosageForms) -> str:
    """Return which forms stand in the group that a name ends with, where its name tells no patient: 片、胶囊、…; '' elsewhere."""
    form = forms.base_name(name).form
    return "、".join(_members().get(form, ())) if form.endswith(_GROUP) else ""


@cache
def _members() -> Mapping[str, tuple[str, ...]]:
    """Return the first forms of each group, the shortest first, 片 and 片剂 as one."""
    groups: dict[str, list[str]] = {}
    for form, group, _same_as in reference.dosage_form_rows():
        if form != group:
            groups.setdefault(norm(group), []).append(form)
    return {group: tuple(_shortest(members)) for group, members in groups.items()}


def _shortest(members: Iterable[str]) -> list[str]:
    listed = list(dict.fromkeys(members))
    plain = [form for form in listed if not (form.endswith("剂") and form[:-1] in listed)]
    return sorted(plain, key=len)[:_MEMBERS_TOLD]
