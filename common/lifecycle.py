"""The life of a thing as one table: which moves there are, between which states, by whom, and why one is refused.

An app writes its moves as rows of `Move` and asks `why_not` before each; pages ask the same to show a button or the reason why there is none, and the
drawing in docs/life-of-a-version.md is made of the rows. Pure: no database, no clock, no words of any language but the rows' own names.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

# Not states, but where a life begins and ends, and a move that leaves the state as it is.
NEW, GONE, STAYS = "(new)", "(gone)", "(stays)"
ITSELF = "itself"


class Standing(Protocol):
    """What a move is judged by; every app adds what its rules ask for."""

    @property
    def state(self) -> str: ...


S = TypeVar("S", bound=Standing)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a move is refused: a code for machines, and what its sentence names."""

    code: str
    told: Mapping[str, Any] = field(default_factory=dict)


# Of a standing and a person; of a standing and what was sent.
PersonRule = Callable[[S, str], Why | None]
RequestRule = Callable[[S, Mapping[str, Any]], Why | None]


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One row of the table.

    `before` are the states it starts from, `after` is where it leads; `who` are roles; `otherwise` is the refusal's code in every other state.
    `person` are the rules about who asks and how things stand: a page shows what they say in place of the button; `asks` are those about what was
    sent. `deed` is the audit's word, `event` what others are told. `marks`: whoever does it is an editor from then on. `call` (the address) and
    `codes` are for the printed table.
    """

    name: str
    zh: str
    before: tuple[str, ...]
    after: str
    who: tuple[str, ...]
    otherwise: str
    deed: str
    person: tuple[PersonRule[S], ...] = ()
    asks: tuple[RequestRule[S], ...] = ()
    event: str = ""
    marks: bool = False
    call: str = ""
    codes: tuple[str, ...] = ()


def why_not(move: Move[S], standing: S, person: str, given: Mapping[str, Any] | None = None) -> Why | None:
    """Return why a person may not do a move, or None; without `given` only what does not depend on what is sent."""
    for rule in move.person:
        if refusal := rule(standing, person):
            return refusal
    if standing.state not in move.before:
        return Why(move.otherwise)
    for ask in move.asks if given is not None else ():
        if refusal := ask(standing, given or {}):
            return refusal
    return None


def state_after(move: Move[S], state: str) -> str:
    """Return the state that a move leads to from another."""
    return state if move.after == STAYS else move.after


def steps(moves: Iterable[Move[S]]) -> list[tuple[str, str, Move[S]]]:
    """Return every step of the table as (state before, state after, move)."""
    return [(state, state_after(move, state), move) for move in moves for state in move.before]


def drawing(moves: Iterable[Move[S]]) -> str:
    """Return the table as a Mermaid state diagram."""
    ends = {NEW: "[*]", GONE: "[*]"}
    lines = [
        f"    {ends.get(before, before)} --> {ends.get(after, after)}: {move.name} {move.zh}"
        for before, after, move in steps(moves)
    ]
    return "\n".join(["stateDiagram-v2", *lines])


def table(moves: Iterable[Move[S]]) -> str:
    """Return the table as Markdown."""
    lines = ["| move | from → to | by | call | refused | audit | told |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for move in moves:
        way = f"{', '.join(move.before)} → {move.after}"
        refused = ", ".join(f"`{code}`" for code in dict.fromkeys([move.otherwise, *move.codes]) if code)
        marks = " (an editor from then on)" if move.marks else ""
        cells = (
            f"{move.name} {move.zh}",
            way,
            " or ".join(move.who) + marks,
            f"`{move.call}`" if move.call else "",
            refused,
            f"`{move.deed}`",
            f"`{move.event}`" if move.event else "",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
