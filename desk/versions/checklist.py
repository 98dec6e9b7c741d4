"""The sentences of a reviewer's list of checks (catalog.checklist)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.checklist import Check


@dataclass(frozen=True, slots=True)
class Line:
    """A check as it is read: its sign as a mark and in words, and its sentence."""

    sign: str
    mark: str
    said: str
    text: str


MARKS = {"good": "✓", "look": "!", "bad": "✗"}


def lines(checks: list[Check]) -> list[Line]:
    """Return the checks as they are read."""
    said = {"good": _("in order"), "look": _("look at it"), "bad": _("not yet")}
    return [Line(one.sign, MARKS[one.sign], said[one.sign], _SENTENCES[one.name](one)) for one in checks]


def _editors(check: Check) -> str:
    names = _(", ").join(check.told["editors"])
    if check.sign == "bad":
        return _("You are one of its editors (%(names)s): somebody else must publish it.") % {"names": names}
    return _("Edited by %(names)s, not by you.") % {"names": names}


def _base(check: Check) -> str:
    told = {name: label or _("nothing") for name, label in check.told.items()}
    if check.sign == "good":
        return _("It was made on %(follows)s and follows it still.") % told
    return _("It was made on %(base)s; it follows %(follows)s now, and this is the comparison with that.") % told


def _consultation(check: Check) -> str:
    if not check.told["comments"]:
        return _("The consultation is over; nobody commented.")
    if check.sign == "good":
        return _("The consultation is over, all %(comments)d comments are answered.") % check.told
    return _("%(unanswered)d of %(comments)d comments are not answered yet.") % check.told


def _counted(good: Callable[[], str], look: Callable[[int], str]) -> Callable[[Check], str]:
    return lambda check: good() if check.sign == "good" else look(check.told["count"]) % check.told


def _first_day(check: Check) -> str:
    told = {"day": check.told["day"].isoformat()}
    if check.sign == "good":
        return _("It is in force from %(day)s.") % told
    return (
        _("Its first day, %(day)s, is over: what was decided for the days since then might be decided otherwise.")
        % told
    )


def _total(check: Check) -> str:
    name = _("All rows") if check.told["name"] == "drugs" else _("Class %(name)s") % check.told
    told: dict[str, Any] = {**check.told, "name": name}
    if check.sign == "good":
        return _("%(name)s: %(found)d rows, as expected.") % told
    return _("%(name)s: %(found)d rows, expected %(wanted)d.") % told


def _narrower(check: Check) -> str:
    sentence = _("%(lost)d of %(before)d entries in force go or get narrower.") % check.told
    return (
        sentence if check.sign == "good" else sentence + _(" That is more than a tenth: type the number to confirm it.")
    )


_SENTENCES: dict[str, Callable[[Check], str]] = {
    "editors": _editors,
    "base": _base,
    "consultation": _consultation,
    "consultation_open": lambda check: _("The consultation is still open."),
    "not_consulted": lambda check: _("Nobody was consulted on it."),
    "first_day": _first_day,
    "empty": _counted(lambda: "", lambda count: _("It has no entries at all.")),
    "uncoded": _counted(
        lambda: _("Every indication and restriction is coded."),
        lambda count: ngettext(
            "%(count)d of %(entries)d entries has an indication or a restriction that is not coded: claims for it go to a person.",
            "%(count)d of %(entries)d entries have an indication or a restriction that is not coded: claims for them go to a person.",
            count,
        ),
    ),
    "ends_within": _counted(
        lambda: _("No agreement ends while it is in force."),
        lambda count: ngettext(
            "%(count)d agreement ends while it is in force.", "%(count)d agreements end while it is in force.", count
        ),
    ),
    "over_before": _counted(
        lambda: "",
        lambda count: ngettext(
            "%(count)d agreement is over before its first day.",
            "%(count)d agreements are over before its first day.",
            count,
        ),
    ),
    "without_class": _counted(
        lambda: _("Every entry has a reimbursement class."),
        lambda count: ngettext(
            "%(count)d of %(entries)d entries has no reimbursement class.",
            "%(count)d of %(entries)d entries have no reimbursement class.",
            count,
        ),
    ),
    "total": _total,
    "narrower": _narrower,
    "fewer_classes": lambda check: _(
        "It is complete for fewer classes than the one before: of the others it does not speak."
    ),
}
