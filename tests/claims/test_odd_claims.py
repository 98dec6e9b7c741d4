"""What is odd about a claim is said beside the decision, and alters nothing of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from claims.eligibility import parse_claim
from claims.odd_claims import CODES, SENTENCES, notes_of

TODAY = date(2026, 3, 14)
NOW = datetime(2026, 3, 14, 4, tzinfo=UTC)
LINE: dict[str, Any] = {"generic_name": "甲片", "quantity": "1", "amount": "10.00"}


@pytest.mark.parametrize(
    ("lines", "asked", "noted"),
    [
        ([LINE], {}, []),
        ([LINE, LINE], {}, [("line_repeated", (1, 2))]),
        # Alike also where it is written otherwise; the sender's own names and numbers are no difference.
        ([{**LINE, "line_no": 7}, {**LINE, "quantity": "1.0", "reference": "b"}], {}, [("line_repeated", (7, 2))]),
        ([LINE, {**LINE, "amount": "10.01"}], {}, []),
        ([LINE, {**LINE, "evidence": {"A": True}}], {}, []),
        ([{**LINE, "evidence": {"A": True}}, LINE, {**LINE, "evidence": {"A": True}}], {}, [("line_repeated", (1, 3))]),
        ([LINE, {**LINE, "service_date": "2026-03-13"}], {}, []),
        ([LINE], {"service_date": "2026-03-15"}, [("service_date_ahead", (1,))]),
        ([LINE, {**LINE, "service_date": "2026-03-15"}], {}, [("service_date_ahead", (2,))]),
        ([LINE], {"as_known_at": "2026-03-14T12:00:00+08:00"}, []),
        ([LINE], {"as_known_at": "2026-03-14T12:00:01+08:00"}, [("known_at_ahead", ())]),
    ],
)
def test_what_is_odd_is_noted(lines: list[Any], asked: dict[str, Any], noted: list[Any]) -> None:
    given = {"product": "P", "service_date": "2026-03-14", "member": {"member_ref": "m"}, "lines": lines, **asked}

    found = notes_of(parse_claim(given), today=TODAY, now=NOW)

    assert [(note.code, note.line_nos) for note in found] == noted


def test_every_note_has_its_words() -> None:
    assert all(SENTENCES[code][language] for code in CODES for language in ("zh", "en"))
