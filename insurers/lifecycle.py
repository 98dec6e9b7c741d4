"""The life of a product version: the same shape of table as a catalog version's (catalog/lifecycle.py). Pure.

The holder is the insurer itself, or the office on its behalf. A program publishes with its key; persons do it in twos: one submits, another approves.
"""

from dataclasses import dataclass

from common.lifecycle import GONE, NEW, STAYS, Move, Why

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
HOLDER, SECOND = "holder", "another person of the holder"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a product version stands."""

    state: str
    is_submitted: bool = False
    editors: frozenset[str] = frozenset()


def somebody_else_wrote_it(version: Standing, person: str) -> Why | None:
    return Why("same_person") if person in version.editors else None


def it_is_submitted(version: Standing, person: str) -> Why | None:
    return None if version.is_submitted or version.state != DRAFT else Why("not_submitted")


def it_waits_for_nobody(version: Standing, person: str) -> Why | None:
    return Why("submitted_already") if version.is_submitted and version.state == DRAFT else None


MOVES: tuple[Move[Standing], ...] = (
    Move(
        "create",
        "新建",
        before=(NEW,),
        after=DRAFT,
        who=(HOLDER,),
        otherwise="label_taken",
        deed="product_version.created",
        marks=True,
        call="POST /products/{code}/versions/",
    ),
    Move(
        "change",
        "修改",
        before=(DRAFT,),
        after=DRAFT,
        who=(HOLDER,),
        otherwise="not_a_draft",
        deed="product_version.changed",
        marks=True,
        call="PUT V",
    ),
    Move(
        "submit",
        "提交复核",
        before=(DRAFT,),
        after=STAYS,
        who=(HOLDER,),
        otherwise="not_a_draft",
        deed="product_version.submitted",
        person=(it_waits_for_nobody,),
        codes=("submitted_already",),
        marks=True,
    ),
    Move(
        "send_back",
        "退回",
        before=(DRAFT,),
        after=STAYS,
        who=(HOLDER,),
        otherwise="not_a_draft",
        deed="product_version.sent_back",
        person=(it_is_submitted,),
        codes=("not_submitted",),
    ),
    Move(
        "approve",
        "复核发布",
        before=(DRAFT,),
        after=PUBLISHED,
        who=(SECOND,),
        otherwise="not_a_draft",
        deed="product_version.published",
        person=(it_is_submitted, somebody_else_wrote_it),
        codes=("not_submitted", "same_person"),
    ),
    Move(
        "publish",
        "发布",
        before=(DRAFT,),
        after=PUBLISHED,
        who=(HOLDER,),
        otherwise="not_a_draft",
        deed="product_version.published",
        call="POST V publish/",
    ),
    Move(
        "withdraw",
        "撤回",
        before=(PUBLISHED,),
        after=WITHDRAWN,
        who=(HOLDER,),
        otherwise="not_published",
        deed="product_version.withdrawn",
        call="POST V withdraw/",
    ),
    Move(
        "discard",
        "删除草稿",
        before=(DRAFT,),
        after=GONE,
        who=(HOLDER,),
        otherwise="not_a_draft",
        deed="product_version.discarded",
        call="DELETE V",
    ),
)
MOVE = {move.name: move for move in MOVES}
