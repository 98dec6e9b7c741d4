"""Why a claim was decided so, from its recorded decision alone (spec proof.md 3): a decision's JSON in, blocks out. No Django, no
database: what the record does not hold is not said, or is said to be missing.

    blocks = explain(decision, audience="member", language="zh")
    plain(blocks, "zh"), html(blocks, "zh")
"""

from typing import Any, Final, Literal, cast

from claims.explanation.adjudicator import tell_adjudicator
from claims.explanation.grounded import Block, Node, Teller
from claims.explanation.member import tell_member
from claims.explanation.shown import KINDS, TITLE, html, plain, sections, title
from common.languages import Language

Audience = Literal["member", "adjudicator"]
AUDIENCES: Final = ("member", "adjudicator")

__all__ = ["AUDIENCES", "KINDS", "TITLE", "Audience", "Block", "explain", "html", "plain", "sections", "title"]


def explain(decision: dict[str, Any], *, audience: Audience, language: Language) -> list[Block]:
    """Explain a recorded decision, its messages in both languages; every block names what in the decision says so."""
    teller = Teller(language)
    tell = tell_member if audience == "member" else tell_adjudicator
    tell(teller, Node(cast(Any, decision)))
    return teller.blocks
