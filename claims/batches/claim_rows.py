"""What is kept of a batch's claims until they are decided: a row of COPY each; and which days and drugs they ask about.

Pure: the reading process writes it, a deciding worker reads it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

import msgspec

from catalog.drugs.knowledge import Identity
from claims.batches.read import Claim
from claims.claim_size import MAX_TEXT
from claims.eligibility.request import identity_of
from common.compact_json import compact
from common.sealing.box import Box, box_of
from tables.copy_text import NULL
from tables.problems import Problem

# What is sealed is sealed for its column (common.sealing.fields: sealed_as, tagged_as).
FACTS: Final = "claims_batchclaim.facts"
DECIDED: Final = "claims_batchdecision.decided"
CLAIM_NO: Final = "claims_batchdecision.claim_no"
# A subkey of the month's data key, so that a member is found in all batches of a month at once.
MEMBERS: Final = "members of batches"
# More drugs or days than these a worker does not hold at once.
LOADED_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Seals:
    """What the claims of a batch are sealed with: the batch's box, and the key of the hashes of its members."""

    box: Box
    members: bytes

    def exported(self) -> dict[str, str]:
        """Return it as texts, for the pipe to the reading process."""
        return {**self.box.exported(), "members": self.members.hex()}


def seals_of(texts: Mapping[str, str]) -> Seals:
    """Return what was exported."""
    return Seals(box_of(texts), bytes.fromhex(texts["members"]))


def claim_row(seq: int, claim: Claim, seals: Seals) -> str:
    """Write a claim as a row of COPY: seq, member key (NULL for an invalid claim), number of lines, facts sealed; of an invalid claim also what is
    recorded of it, sealed, and the tag of its number (else NULL)."""
    if claim.request is None:
        facts = record_invalid(claim_no=claim.claim_no, rows=claim.rows, problems=claim.problems)
        decided, tag = sealed(facts, DECIDED, seals.box), claim_tag(claim.claim_no, seals.box)
        return f"{seq}\t{NULL}\t{len(claim.rows)}\t{sealed(facts, FACTS, seals.box)}\t{decided}\t{tag}\n"
    lines = claim.request.get("lines")
    key = member_key(claim.request["member"]["member_ref"], seals.members)
    facts = compact({"rows": claim.rows, "claim": claim.request})
    # What is no list of lines is found out when the claim is parsed; here it is one.
    count = len(lines) if isinstance(lines, list) else 1
    return f"{seq}\t{key}\t{count}\t{sealed(facts, FACTS, seals.box)}\t{NULL}\t{NULL}\n"


def sealed(text: str, column: str, box: Box) -> str:
    """Return a text sealed, as a cell of COPY."""
    return _bytes_copied(box.seal(text.encode("utf-8", "surrogatepass"), column))


def claim_tag(claim_no: str, box: Box) -> str:
    """Return by what a claim of a batch is found by its number, as a cell of COPY; NULL where it has none."""
    return _bytes_copied(box.tag(claim_no, CLAIM_NO)) if claim_no else NULL


def _bytes_copied(content: bytes) -> str:
    return "\\\\x" + content.hex()


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


def member_key(member_ref: str, key: bytes) -> int:
    """Return the 64-bit hash under a key by which all claims of a member come into one chunk; two members may share one, which does no harm."""
    digest = hashlib.blake2b(member_ref.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
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
