"""The life of a product version: the same shape of table as a catalog version's (catalog/lifecycle.py). Pure.

The holder is the insurer itself, or the office on its behalf.
"""

from dataclasses import dataclass

from common.lifecycle import GONE, NEW, Move

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a product version stands."""

    state: str


MOVES: tuple[Move[Standing], ...] = (
    Move(
        "create",
        "新建",
        before=(NEW,),
        after=DRAFT,
        who=(HOLDER,),
        otherwise="label_taken",
        deed="product_version.created",
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
        call="PUT V",
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
