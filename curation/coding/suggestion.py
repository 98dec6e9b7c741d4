"""What a suggestion is, and the words that facets share. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from curation.coding.reading import Reading, Span

LISTS: Final = frozenset({"icd10", "settings", "criteria"})
Value = str | int


class Why(StrEnum):
    """What a suggestion rests on; people read it in their own words (`curation.coding.wording`)."""

    DECIDED = "decided"
    CODED = "coded"
    LIKE = "like"
    WORD = "word"
    CATEGORY = "category"
    BOUND = "bound"
    PERSONS = "persons"
    PLACE = "place"
    CRITERION = "criterion"
    NEW_CRITERION = "new_criterion"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value for a column, the words it rests on (`text` is the given text from `span.start` to `span.end`), why, and how sure (0 to 1).

    `like` is the text coded before that it is taken from, where it is.
    """

    column: str
    value: Value
    text: str
    span: Span
    why: Why
    confidence: float
    like: str = ""


class Mark(NamedTuple):
    """A value found at a place of the plain text."""

    column: str
    value: Value
    start: int
    end: int
    why: Why
    confidence: float


def suggestions(reading: Reading, marks: Iterable[Mark]) -> list[Suggestion]:
    """Return what was found in a plain text as suggestions about the text given."""
    return [
        Suggestion(
            mark.column,
            mark.value,
            reading.said(mark.start, mark.end),
            reading.span(mark.start, mark.end),
            mark.why,
            mark.confidence,
        )
        for mark in marks
    ]
