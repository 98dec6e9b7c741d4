"""Things by rank and how often each is named, with the cut between what is kept and what is not. Pure."""

from collections.abc import Sequence
from itertools import groupby

from common.pictures.drawing import (
    LETTER,
    NARROW,
    NOTHING,
    Number,
    Picture,
    Say,
    Sheet,
    number,
    picture,
    steps,
    width_of,
)

HEIGHT = 190
# Up to so many things the table has a row each; beyond, one for each value and answer.
ONE_BY_ONE = 60


def curve(
    title: str,
    description: str,
    things: Sequence[tuple[str, Number, bool]],
    *,
    cut: Number | None = None,
    cut_words: str = "",
    header: tuple[str, str, str, str] = ("", "", "", ""),
    answers: tuple[str, str] = ("✓", "✗"),
    say: Say = number,
    nothing: str = NOTHING,
) -> Picture:
    """Draw things of (name, value, kept?), the largest value first: a step for each, what is not kept hatched, and the cut as a line.

    `header` names the table's columns: rank, thing, value, kept; `answers` says kept and not kept.
    """
    ranked = sorted(things, key=lambda one: -one[1])  # stable: the order among equals is the caller's
    table = _table(ranked, answers)
    sheet = Sheet("curve", title, description, cut, table)
    top_of = sheet.legend(answers, 0, NARROW) + 6
    largest = max([value for _name, value, _kept in ranked] + ([cut] if cut is not None else []), default=0)
    ticks = steps(largest)
    left, right, bottom = max(width_of(say(one)) for one in ticks) + 8, NARROW - 8, top_of + HEIGHT

    def y_of(value: Number) -> float:
        return bottom - float(value) / float(ticks[-1]) * HEIGHT

    for one in ticks:
        sheet.line(left, y_of(one), right, y_of(one), "axis")
        sheet.text(left - 6, y_of(one) + 4, say(one), anchor="end")
    step = (right - left) / max(len(ranked), 1)
    place = 0
    for (value, kept), run in groupby(ranked, key=lambda one: (one[1], one[2])):
        count = len(list(run))
        told = f"{_ranks(place, count)} · {say(value)} · {answers[0] if kept else answers[1]}"
        sheet.area(left + place * step, y_of(value), step * count, bottom - y_of(value), 0 if kept else 1, told)
        place += count
    if cut is not None:
        sheet.line(left, y_of(cut), right, y_of(cut), "cut")
        words = f"{cut_words} {say(cut)}".strip()
        sheet.text(right, y_of(cut) - 5, words, "cut-words", anchor="end", room=right - left)
    last = max((place + 1 for place, one in enumerate(ranked) if one[2]), default=0)
    if 0 < last < len(ranked):  # where the kept end
        sheet.line(left + last * step, top_of, left + last * step, bottom, "cut")
        sheet.text(left + last * step, bottom + 18, number(last), "value", anchor="middle")
    sheet.text(left, bottom + 18, "1", anchor="start")
    if right - (left + last * step) > LETTER * 4 or last in {0, len(ranked)}:
        sheet.text(right, bottom + 18, number(len(ranked)), anchor="end")
    return picture(
        sheet,
        title=title,
        description=description,
        width=NARROW,
        height=bottom + 24,
        header=header,
        rows=table,
        say=say,
        nothing=nothing,
    )


def _ranks(place: int, count: int) -> str:
    return str(place + 1) if count == 1 else f"{place + 1}–{place + count}"


def _table(ranked: Sequence[tuple[str, Number, bool]], answers: tuple[str, str]) -> list[tuple[str, str, Number, str]]:
    told = {True: answers[0], False: answers[1]}
    if len(ranked) <= ONE_BY_ONE:
        return [(str(place + 1), name, value, told[kept]) for place, (name, value, kept) in enumerate(ranked)]
    rows: list[tuple[str, str, Number, str]] = []
    place = 0
    for (value, kept), group in groupby(ranked, key=lambda one: (one[1], one[2])):
        run = [name for name, _value, _kept in group]
        names = run[0] if len(run) == 1 else f"{run[0]} … {run[-1]}"
        rows.append((_ranks(place, len(run)), names, value, told[kept]))
        place += len(run)
    return rows
