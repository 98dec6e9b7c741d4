"""A list that was exported (CSV or NDJSON), and its checksum computed anew.

The checksum: of each entry the SHA-256 of its canonical JSON (RFC 8785) without what is not given; these hashes in the order of
entry_code, one behind the other; where the version says for which classes it is complete, the SHA-256 of the canonical JSON of that;
and the SHA-256 of all of it, in hex.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from typing import Any

# What the columns of an exported file are; all others are text, prices and quantities too.
_LISTS = {"icd10", "settings", "criteria", "regulators", "marks"}
_WHOLE = {"age_min", "age_max", "min_institution_level"}
_YES_NO = {"prior_auth", "rare_disease"}
# In a CSV file a line that would start a formula has an apostrophe before it, which is no part of it.
_SHIELDED = re.compile("^'(?='*[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*[=+\\-@\t\r＝＋－＠])", re.MULTILINE)


def canonical(document: Any) -> bytes:
    """Return RFC 8785 JSON of objects with ASCII keys, lists, text, whole numbers, booleans and null."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def entries_of(exported: bytes) -> list[dict[str, Any]]:
    """Read an exported CSV or NDJSON file; raises ValueError for what is neither."""
    text = exported.decode("utf-8-sig")
    if text.startswith("{"):
        found = [json.loads(line) for line in text.split("\n") if line]
        return [_given(entry) for entry in found]
    csv.field_size_limit(10_000_000)
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        return [_given({name: _value(name, cell) for name, cell in row.items()}) for row in rows]
    except csv.Error as fault:
        raise ValueError(f"this is no exported list: {fault}") from None


def _value(name: str, cell: str | None) -> Any:
    if name is None or cell is None:
        raise ValueError("a row has another number of cells than the header")
    if not cell:
        return None
    if name in _WHOLE:
        return int(cell)
    if name in _YES_NO:
        return {"Y": True, "N": False}[cell]
    text = _SHIELDED.sub("", cell)
    return text.split(";") if name in _LISTS else text


def _given(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what is given of an entry, which is what its hash is taken of."""
    if not isinstance(entry.get("entry_code"), str):
        raise ValueError("an entry has no entry_code")
    printed = entry.pop("payment_standard_text", None)
    if entry.get("payment_standard") is None and printed:
        entry["payment_standard"] = printed
    return {
        name: value
        for name, value in entry.items()
        if not (value is None or value == "" or value == [] or (name == "prior_auth" and not value))
    }


def checksum_of(entries: Iterable[dict[str, Any]], complete_for: list[str]) -> str:
    """Return the checksum of a version with these entries."""
    held = list(entries)
    by_code = {entry["entry_code"]: entry for entry in held}
    if len(by_code) != len(held):
        raise ValueError("an entry_code stands twice in the list")
    return checksum_of_hashes(
        [hashlib.sha256(canonical(by_code[code])).digest() for code in sorted(by_code)], complete_for
    )


def checksum_of_hashes(hashes: Iterable[bytes], complete_for: list[str]) -> str:
    """Return the checksum of a version of whose entries these are the hashes, in the order of entry_code."""
    made = hashlib.sha256()
    for one in hashes:
        made.update(one)
    if complete_for:
        made.update(hashlib.sha256(canonical({"complete_for": complete_for})).digest())
    return made.hexdigest()
