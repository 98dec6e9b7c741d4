"""The life of a catalog version: every move there is, who may make it, and why it is refused (spec curation.md 1). Pure.

The services ask this table before they write, the pages before they show a button; the database holds the same steps as triggers (migration
0014_moves_are_held; a test compares the two).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog.mass_change import is_mass_change
from common.lifecycle import GONE, ITSELF, NEW, STAYS, Move, Why

DRAFT, CONSULTATION, REVIEW, PUBLISHED, WITHDRAWN = "draft", "in_consultation", "in_review", "published", "withdrawn"
# A published version whose withdrawal one person has asked for: stored as published, with who asked.
ASKED = "withdrawal_asked"
WAITING = (DRAFT, CONSULTATION, REVIEW)

EDITOR, REVIEWER = "editor", "reviewer"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands: its state on a day, who worked on it, and, where it is about to be published, what it is held against.

    `base` is the label of the edition it was compared with at import or at its last merge, `follows` of the one it follows now (None: none);
    `lost` of the `in_force` entries of that one go or get narrower; `counted` and `expected` are its printed rows by class-code prefix. `comments`
    were made on it in consultation, `unanswered` of them wait for an answer.
    """

    state: str
    today: date
    editors: frozenset[str] = frozenset()
    asked_by: str = ""
    comments: int = 0
    unanswered: int = 0
    base: str | None = None
    follows: str | None = None
    lost: int = 0
    in_force: int = 0
    counted: Mapping[str, int] = field(default_factory=dict)
    expected: Mapping[str, int] = field(default_factory=dict)


def state_on(state: str, comments_until: date | None, today: date) -> str:
    """Return a version's state on a day: a consultation is over by itself when its last day is."""
    over = state == CONSULTATION and comments_until is not None and comments_until < today
    return DRAFT if over else state


# --- Why not: each rule is named as the sentence that must hold


def publisher_is_no_editor(version: Standing, person: str) -> Why | None:
    if version.state in WAITING and person in version.editors:
        return Why("same_person")
    return None


def consultation_is_over(version: Standing, person: str) -> Why | None:
    return Why("consultation_open") if version.state == CONSULTATION else None


def comments_are_answered(version: Standing, person: str) -> Why | None:
    if version.state in WAITING and version.unanswered:
        return Why("comments_unanswered", {"count": version.unanswered})
    return None


def nobody_has_commented(version: Standing, person: str) -> Why | None:
    # What insurers said when they were asked is theirs: no single editor makes it go.
    if version.state == DRAFT and version.comments:
        return Why("has_comments", {"count": version.comments})
    return None


def withdrawal_takes_two(version: Standing, person: str) -> Why | None:
    if version.state == ASKED and person == version.asked_by:
        return Why("same_person_withdraws")
    return None


def day_is_not_over(version: Standing, given: Mapping[str, Any]) -> Why | None:
    until = given.get("comments_until")
    return Why("past_day", {"today": version.today.isoformat()}) if until and until < version.today else None


def reason_is_given(version: Standing, given: Mapping[str, Any]) -> Why | None:
    return None if (given.get("reason") or "").strip() else Why("reason_required")


def base_is_the_one_compared(version: Standing, given: Mapping[str, Any]) -> Why | None:
    against = given.get("against")
    # An empty name says that the draft follows nothing any more; where it follows something it says nothing.
    names_none = against == "" and version.follows is None
    if against == version.follows if against else names_none or version.follows == version.base:
        return None
    return Why("base_changed", {"base": version.base, "follows": version.follows})


def mass_change_is_confirmed(version: Standing, given: Mapping[str, Any]) -> Why | None:
    if given.get("confirm") or not is_mass_change(version.lost, version.in_force):
        return None
    return Why("mass_change", {"lost": version.lost, "before": version.in_force})


def count_is_the_expected(version: Standing, given: Mapping[str, Any]) -> Why | None:
    wrong = {name: (version.counted.get(name, 0), wanted) for name, wanted in version.expected.items()}
    wrong = {name: pair for name, pair in wrong.items() if pair[0] != pair[1]}
    if not wrong or (given.get("acknowledge") or "").strip():
        return None
    told = "; ".join(f"{name} {found} ≠ {wanted}" for name, (found, wanted) in wrong.items())
    return Why("incomplete_count", {"counts": told})


MOVES: tuple[Move[Standing], ...] = (
    Move(
        "import",
        "导入",
        before=(NEW, DRAFT),
        after=DRAFT,
        who=(EDITOR,),
        otherwise="label_taken",
        deed="version.imported",
        marks=True,
        call="POST /imports/",
        codes=("draft_edited",),
    ),
    Move(
        "edit",
        "修改",
        before=(DRAFT,),
        after=DRAFT,
        who=(EDITOR,),
        otherwise="not_a_draft",
        deed="version.edited",
        marks=True,
        call="PATCH V",
    ),
    Move(
        "merge",
        "合并基准",
        before=(DRAFT,),
        after=DRAFT,
        who=(EDITOR,),
        otherwise="not_a_draft",
        deed="version.merged",
        marks=True,
        call="POST V merge-base/",
        codes=("conflicts",),
    ),
    Move(
        "consult",
        "征求意见",
        before=(DRAFT,),
        after=CONSULTATION,
        who=(EDITOR,),
        otherwise="not_a_draft",
        deed="version.consulted",
        asks=(day_is_not_over,),
        event="consultation.opened",
        marks=True,
        call="POST V submit/",
        codes=("past_day",),
    ),
    Move(
        "end-consultation",
        "结束征求意见",
        before=(CONSULTATION,),
        after=DRAFT,
        who=(EDITOR, ITSELF),
        otherwise="not_in_consultation",
        deed="version.consultation_ended",
        event="consultation.closed",
        call="POST V end-consultation/",
    ),
    Move(
        "request-review",
        "提交复核",
        before=(DRAFT,),
        after=REVIEW,
        who=(EDITOR,),
        otherwise="not_a_draft",
        deed="version.review_requested",
        person=(comments_are_answered,),
        marks=True,
        call="POST V request-review/",
        codes=("comments_unanswered",),
    ),
    Move(
        "send-back",
        "退回",
        before=(REVIEW, CONSULTATION),
        after=DRAFT,
        who=(REVIEWER,),
        otherwise="not_in_review",
        deed="version.sent_back",
        asks=(reason_is_given,),
        event="consultation.closed",  # where it was in consultation
        call="POST V send-back/",
        codes=("reason_required",),
    ),
    Move(
        "publish",
        "发布",
        before=(DRAFT, REVIEW),
        after=PUBLISHED,
        who=(REVIEWER,),
        otherwise="not_a_draft",
        deed="version.published",
        person=(publisher_is_no_editor, consultation_is_over, comments_are_answered),
        asks=(base_is_the_one_compared, mass_change_is_confirmed, count_is_the_expected),
        event="catalog.published",
        call="POST V publish/",
        codes=(
            "same_person",
            "consultation_open",
            "comments_unanswered",
            "base_changed",
            "mass_change",
            "golden_cases",
            "incomplete_count",
        ),
    ),
    Move(
        "ask-withdrawal",
        "申请撤回",
        before=(PUBLISHED,),
        after=ASKED,
        who=(REVIEWER,),
        otherwise="not_published",
        deed="version.withdrawal_asked",
        asks=(reason_is_given,),
        call="POST V withdraw/",
        codes=("reason_required",),
    ),
    Move(
        "withdraw",
        "撤回",
        before=(ASKED,),
        after=WITHDRAWN,
        who=(REVIEWER,),
        otherwise="not_asked",
        deed="version.withdrawn",
        person=(withdrawal_takes_two,),
        event="catalog.withdrawn",
        call="POST V withdraw/",
        codes=("same_person",),
    ),
    Move(
        "keep",
        "不撤回",
        before=(ASKED,),
        after=PUBLISHED,
        who=(REVIEWER,),
        otherwise="not_asked",
        deed="version.withdrawal_taken_back",
        call="DELETE V withdraw/",
    ),
    Move(
        "revert",
        "恢复上一版",
        before=(PUBLISHED, ASKED),
        after=STAYS,
        who=(EDITOR,),
        otherwise="not_published",
        deed="version.reverted",
        call="POST V revert/",
        codes=("nothing_before",),
    ),
    Move(
        "discard",
        "删除草稿",
        before=(DRAFT,),
        after=GONE,
        who=(EDITOR,),
        otherwise="not_a_draft",
        deed="version.discarded",
        person=(nobody_has_commented,),
        call="DELETE V",
        codes=("has_comments",),
    ),
)
MOVE = {move.name: move for move in MOVES}
STATES = (DRAFT, CONSULTATION, REVIEW, PUBLISHED, ASKED, WITHDRAWN)
