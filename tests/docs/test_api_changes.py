"""docs/api-changes.md held against the last released document (docs/openapi/): what is new is listed, and nothing goes without notice."""

import json
import re
from datetime import date
from pathlib import Path

from config.openapi import openapi_document
from config.surface import compare, surface_of

ROOT = Path(__file__).resolve().parents[2]
CHANGES = (ROOT / "docs" / "api-changes.md").read_text(encoding="utf-8")
ADVICE = "write it into docs/api-changes.md"


def _released() -> dict[str, list[str]]:
    """Return the surface of the last release."""

    def number(path: Path) -> list[int]:
        return [int(one) for one in path.stem.split(".")]

    newest = max((ROOT / "docs" / "openapi").glob("*.json"), key=number)
    released: dict[str, list[str]] = json.loads(newest.read_text(encoding="utf-8"))
    return released


def _section(title: str) -> str:
    found = re.search(rf"^## {title}\b(.*?)(?=^## |\Z)", CHANGES, re.M | re.S)
    assert found, title
    return found[1]


ADDED, GONE = compare(_released(), surface_of(openapi_document()[0]))


def test_what_is_new_is_listed() -> None:
    listed = set(re.findall(r"`([^`]+)`", _section("Unreleased")))
    missing = []
    for one in ADDED:
        method, path, *field = one.split()
        operation = f"{method} {path.removeprefix('/api/v1')}"
        named = [operation, *(name.rpartition(".")[2] for name in field)]
        missing += [one] if set(named) - listed else []

    assert missing == [], ADVICE


def test_what_is_listed_as_a_new_operation_is_there() -> None:
    new = re.search(r"### New operations.*?(?=^### |\Z)", _section("Unreleased"), re.M | re.S)
    assert new
    there = {one.replace("/api/v1", "") for one in ADDED if len(one.split()) == 2}

    assert set(re.findall(r"`([A-Z]+ /[^`]*)`", new[0])) == there


def test_nothing_goes_without_a_dated_notice() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in _section("Going away").splitlines()
        if line.startswith("| `")
    ]
    told = {row[0].strip("`"): (date.fromisoformat(row[1]), date.fromisoformat(row[2])) for row in rows}

    assert all(since < gone for since, gone in told.values())
    assert [one for one in GONE if one.replace("/api/v1", "") not in told] == [], ADVICE


def test_a_field_that_is_new_or_gone_is_seen() -> None:
    old = {"GET /a/": ["?q", "answer.b", "answer.c.*"], "GET /gone/": []}
    new = {"GET /a/": ["?q", "?r", "answer.c", "answer.c.d", "answer.e", "answer.e.f"], "POST /new/": ["request.x"]}

    added, gone = compare(old, new)

    assert added == ["GET /a/ ?r", "GET /a/ answer.c", "GET /a/ answer.e", "POST /new/"]
    assert gone == ["GET /a/ answer.b", "GET /gone/"]
