"""What is kept of a batch's claims until they are decided: a row of COPY each; and which days and drugs they ask about.

Pure: the reading process writes it, a deciding worker reads it.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final, TypeGuard

import msgspec

from catalog.drugs.knowledge import Identity
from claims.batches.read import Claim
from claims.eligibility.request import identity_of
from claims.limits import MAX_TEXT
from common.compact import compact
from tables.copy_text import NULL, copied
from tables.problems import Problem

# More drugs or days than these a worker does not hold at once.
LOADED_AT_ONCE: Final = 20_000


def claim_row(seq: int, claim: Claim) -> str:
    """Write a claim as a row of COPY: seq, member key (NULL for an invalid claim), number of lines, facts."""
    if claim.request is None:
        facts = record_invalid(claim_no=claim.claim_no, rows=claim.rows, problems=claim.problems)
        return f"{seq}\t{NULL}\t{len(claim.rows)}\t{copied(facts)}\n"
    lines = claim.request.get("lines")
    key = member_key(claim.request["member"]["member_ref"])
    facts = compact({"rows": claim.rows, "claim": claim.request})
    # What is no list of lines is found out when the claim is parsed; here it is one.
    return f"{seq}\t{key}\t{len(lines) if isinstance(lines, list) else 1}\t{copied(facts)}\n"


def record_invalid(*, claim_no: str, rows: Sequence[int], problems: Sequence[Problem]) -> str:
    """Return what is kept of a claim that is invalid; there is nothing to decide of it."""
    found = [problem.as_dict() for problem in problems]
    return compact({"claim_no": claim_no, "rows": rows, "problems": found})


def facts_of(text: str) -> tuple[list[int], dict[str, Any]]:
    """Return a claim's rows in the file and the claim as it was asked, from what is kept of it."""
    try:
        kept = msgspec.json.decode(text)
    except msgspec.DecodeError:  # half a surrogate pair: the claim is invalid, and says so when it is parsed
        kept = json.loads(text)
    return kept["rows"], kept["claim"]


def member_key(member_ref: str) -> int:
    """Return the 64-bit key by which all claims of a member come into one chunk; two members may share one, which does no harm."""
    digest = hashlib.blake2b(member_ref.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class DrugsAndDays:
    """Which days and drugs the claims of a batch ask about, as written, so that a worker can load the facts of all of them at once."""

    def __init__(self) -> None:
        self._days: set[str] = set()
        self._drugs: set[tuple[str, ...]] = set()

    def note(self, request: dict[str, Any]) -> None:
        """Take note of what a claim asks about, as far as it is plain text; the rest is found out when the claim is parsed."""
        if self._too_many:
            return
        lines = request.get("lines")
        for asked in [request, *(lines if isinstance(lines, list) else ())]:
            if not isinstance(asked, dict):
                continue
            if _is_plain(day := asked.get("service_date")):
                self._days.add(day)
            drug = tuple([asked.get(name) or "" for name in Identity._fields])
            try:
                if drug in self._drugs:
                    continue
            except TypeError:  # a list or an object where a text should be
                continue
            if any(drug) and all(map(_is_plain, drug)):
                self._drugs.add(drug)

    @property
    def _too_many(self) -> bool:
        return len(self._drugs) > LOADED_AT_ONCE or len(self._days) > LOADED_AT_ONCE

    def text(self) -> str:
        """Write it as JSON: {"days": [...], "identities": [[...]]}; '' where it is too much: then each chunk loads its own."""
        if self._too_many:
            return ""
        identities = set(filter(None, map(identity_of, self._drugs)))
        return compact({"days": sorted(self._days), "identities": sorted(identities)})


def drugs_and_days(text: str) -> tuple[Sequence[str], Sequence[Identity]]:
    """Return the days, as written, and the identities again; none of either where there were too many."""
    kept = msgspec.json.decode(text) if text else {}
    return kept.get("days", ()), [Identity(*texts) for texts in kept.get("identities", ())]


def _is_plain(text: object) -> TypeGuard[str]:
    # Printable: what the database cannot even be asked for (NUL, half a surrogate pair) makes its claim invalid.
    return isinstance(text, str) and len(text) <= MAX_TEXT and text.isprintable()
