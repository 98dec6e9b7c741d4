"""What is odd about a claim and yet no reason: said beside the decision, which it does not alter. Pure.

Reasons and their notes are those of the rules (spec eligibility 5 to 8), and the digest holds them; these are neither.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from claims.eligibility import Claim
from claims.eligibility.facts import Line
from common.languages import Language

NoteCode = Literal["service_date_ahead", "line_repeated", "known_at_ahead"]
SENTENCES: Final[dict[NoteCode, dict[Language, str]]] = {
    "service_date_ahead": {
        "zh": "就诊日期晚于今天，请核对。",
        "en": "The service date is after today; check it.",
    },
    "line_repeated": {
        "zh": "这些明细行除行号外完全相同，请核对是否重复。",
        "en": "These lines are alike but for their numbers; check whether one was sent twice.",
    },
    "known_at_ahead": {
        "zh": "所给的 as_known_at 尚未到来，已按当前所知审核。",
        "en": "as_known_at is still to come; it was decided as known now.",
    },
}
CODES: Final = tuple(SENTENCES)


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd, and of which lines; none: of the claim."""

    code: NoteCode
    line_nos: tuple[int, ...] = ()


def notes_of(claim: Claim, *, today: date, now: datetime) -> list[Note]:
    """Return what is odd about a claim on a day, asked at an instant."""
    found = [Note("known_at_ahead")] if claim.known_at and claim.known_at > now else []
    ahead = tuple(line.line_no for line in claim.lines if line.service_date > today)
    found += [Note("service_date_ahead", ahead)] if ahead else []
    return found + [Note("line_repeated", alike) for alike in _repeated(claim.lines)]


def _repeated(lines: Iterable[Line]) -> list[tuple[int, ...]]:
    """Return the numbers of lines that say the same but for number, place and the sender's own name; two of one name are one already."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for line in lines:
        said = line._replace(line_no=0, place=0, reference="", refunds=())._asdict()
        said["evidence"] = frozenset(line.evidence.items())
        alike[tuple(said.values())].append(line.line_no)
    return [tuple(numbers) for numbers in alike.values() if len(numbers) > 1]


def note_documents(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Write notes with their messages in both languages: as they are kept."""
    return [{"code": note.code, "line_nos": list(note.line_nos), "message": SENTENCES[note.code]} for note in notes]


def worded_notes(documents: Iterable[dict[str, Any]], language: Language) -> list[dict[str, Any]]:
    """Return notes as they are kept with their messages in one language."""
    return [{**one, "message": one["message"][language]} for one in documents]
