"""A table of moves: asked in order, told as a drawing and as a table; docs/life-of-a-version.md is the tables' own."""

from dataclasses import dataclass

import pytest

from common.lifecycle import GONE, NEW, STAYS, Move, Why, drawing, steps, table, why_not
from insurers.management.commands.draw_lives import FILE, document


@dataclass(frozen=True)
class Door:
    state: str
    owner: str = ""


def is_not_the_owner(door: Door, person: str) -> Why | None:
    return Why("own_door") if person == door.owner else None


OPEN: Move[Door] = Move(
    "open",
    "开",
    before=("shut",),
    after="open",
    who=("guest",),
    otherwise="not_shut",
    deed="door.opened",
    person=(is_not_the_owner,),
    asks=(lambda _door, given: None if given.get("key") else Why("no_key"),),
    event="door.open",
    marks=True,
    call="POST D open/",
    codes=("own_door",),
)
LOOK: Move[Door] = Move(
    "look", "看", before=("shut", "open"), after=STAYS, who=("guest",), otherwise="", deed="door.seen"
)
BUILD: Move[Door] = Move(
    "build", "建", before=(NEW,), after="shut", who=("mason",), otherwise="there", deed="door.built"
)
BURN: Move[Door] = Move("burn", "烧", before=("shut",), after=GONE, who=("mason",), otherwise="open", deed="door.burnt")


@pytest.mark.parametrize(
    ("door", "person", "given", "code"),
    [
        (Door("shut"), "bob", {"key": 1}, None),
        (Door("shut"), "bob", None, None),
        (Door("shut"), "bob", {}, "no_key"),
        (Door("open"), "bob", {"key": 1}, "not_shut"),
        (Door("open"), "bob", {}, "not_shut"),
        (Door("shut", "bob"), "bob", {}, "own_door"),
        (Door("open", "bob"), "bob", None, "own_door"),
    ],
)
def test_the_person_is_asked_about_first_then_the_state_then_what_was_sent(
    door: Door, person: str, given: dict[str, int] | None, code: str | None
) -> None:
    refusal = why_not(OPEN, door, person, given)

    assert (refusal.code if refusal else None) == code


def test_steps_are_told_one_by_one() -> None:
    moves = (BUILD, OPEN, LOOK, BURN)

    assert [(before, after, move.name) for before, after, move in steps(moves)] == [
        (NEW, "shut", "build"),
        ("shut", "open", "open"),
        ("shut", "shut", "look"),
        ("open", "open", "look"),
        ("shut", GONE, "burn"),
    ]
    assert drawing(moves).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> shut: build 建",
        "    shut --> open: open 开",
        "    shut --> shut: look 看",
        "    open --> open: look 看",
        "    shut --> [*]: burn 烧",
    ]
    assert table((OPEN,)).splitlines()[-1] == (
        "| open 开 | shut → open | guest (an editor from then on) | `POST D open/` | `not_shut`, `own_door` | `door.opened` | `door.open` |"
    )


def test_the_printed_page_is_what_the_tables_say() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run `script/manage draw_lives`"
