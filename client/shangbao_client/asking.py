"""What `shangbao coverage`, `check`, `batch` and `sync` do: each asks the service and returns what is printed."""

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from shangbao_client import types as t
from shangbao_client.client import Client
from shangbao_client.errors import Problem, ServiceFault, ShangbaoError, TooManyRequests
from shangbao_client.mirror import Mirror, Told
from shangbao_client.verify import NotProved

# Of the query of a coverage question: option, how many values it takes, help.
QUESTION: dict[str, tuple[str, str]] = {
    "generic_name": ("one", "the drug's generic name"),
    "brand_name": ("one", "its brand"),
    "approval_no": ("one", "its approval number"),
    "national_code": ("one", "its national code"),
    "dosage_form": ("one", "its form"),
    "strength": ("one", "its strength"),
    "manufacturer": ("one", "its maker"),
    "icd10": ("several", "a diagnosis; may be given again"),
    "sex": ("one", "F or M"),
    "age": ("number", "in years"),
    "setting": ("one", "where it is given: outpatient, inpatient, ..."),
    "institution_level": ("number", "of the hospital, 1 to 3"),
    "circumstance": ("one", "none unless given"),
    "date": ("one", "the day; today in China unless given"),
    "known_at": ("one", "as known at this instant; now unless given"),
}
_POLL_SECONDS = 2.0
_ENDED = ("done", "failed", "cancelled")


class Failed(Exception):
    """A job of the service ended without what it was asked for."""


def client_of(given: argparse.Namespace) -> Client:
    """Return the client for the address and key of the options or the environment; raises ValueError."""
    return Client(given.url, given.key, language=given.language)


def coverage(given: argparse.Namespace) -> str:
    """Ask whether a product pays for a drug."""
    asked = {name: getattr(given, name) for name in QUESTION if getattr(given, name) is not None}
    with client_of(given) as client:
        answer = client.get_coverage(given.product, **asked)
    return _json(answer) if given.json else "\n".join(_coverage_lines(answer))


def _coverage_lines(answer: t.CoverageOutput) -> Iterator[str]:
    drug = answer["drug"]
    yield f"{answer['outcome']}: {drug['generic_name'] if drug else 'no drug recognised'}, {answer['product']} on {answer['date']}"
    match = answer["match"]
    if match:
        yield f"  list {match['catalog']} {match['version']}, row {match['entry_code']}; benefit {answer['benefit']}, ratio {answer['ratio']}"
    for reason in answer["reasons"]:
        yield f"  {reason['effect']} {reason['code']}: {reason['message']}"
    asked = cast("dict[str, Any]", answer["requirements"] or {})
    for name, value in asked.items():
        if value not in (None, "", [], False):
            yield f"  requires {name}: {_short(value)}"
    if answer["is_demonstration"]:
        yield "  demonstration: no real product"


def check(given: argparse.Namespace) -> str:
    """Decide one claim, from a file or the standard input."""
    text = sys.stdin.read() if given.claim == "-" else Path(given.claim).read_text(encoding="utf-8-sig")
    claim: t.CheckInput = json.loads(text)
    with client_of(given) as client:
        answer = client.check_claim(claim, dry_run=given.dry_run or None, idempotency_key=given.idempotency_key)
    return _json(answer) if given.json else "\n".join(_check_lines(answer))


def _check_lines(answer: t.CheckOutput) -> Iterator[str]:
    for line in answer["lines"]:
        money = line["money"]
        yield f"line {line['line_no']}: {line['outcome']}, {money['payable']} of {money['amount']} CNY payable"
        for reason in line["reasons"]:
            yield f"  {reason['effect']} {reason['code']}: {reason['message']}"
    totals = answer["totals"]
    yield f"in all {totals['payable']} of {totals['amount']} CNY payable; check {answer['id'] or '(dry run)'}, digest {answer['digest']}"


def batch(given: argparse.Namespace) -> str:
    """Upload a file of claims, follow it, and keep its results as a file; with `--id` go on with one that was uploaded before."""
    with client_of(given) as client:
        if given.id:
            made = client.get_batch(given.id)
        elif given.file and given.product:
            made = client.create_batch(
                file=Path(given.file), product=given.product, idempotency_key=given.idempotency_key
            )
        else:
            raise ValueError("give a file and --product, or --id of a batch that was uploaded before")
        _note(given, f"batch {made['id']}")
        made = _followed(client, made, given)
        if made["state"] != "done":
            problems = "; ".join(one["message"] for one in made["errors"][:3])
            raise Failed(f"batch {made['id']} {made['state']}{': ' if problems else ''}{problems}")
        to = Path(given.output or f"{made['id']}.csv")
        save = client.save_batch_results_ndjson if to.suffix == ".ndjson" else client.save_batch_results_csv
        save(made["id"], to)
    if given.json:
        return _json({**made, "saved": str(to)})
    totals = made["totals"]
    assert totals is not None
    return (
        f"{made['claims']} claims, {made['lines']} lines, {made['invalid_claims']} claims invalid;"
        f" {totals['payable']} of {totals['amount']} CNY payable; results in {to}"
    )


def _followed(client: Client, made: t.BatchOutput, given: argparse.Namespace) -> t.BatchOutput:
    said = ""
    while made["state"] not in _ENDED:
        progress = made["progress"]
        now = f"{made['state']} {progress['phase']} {progress['done']}/{progress['total']}"
        if now != said:
            _note(given, now)
        said = now
        time.sleep(_POLL_SECONDS)
        made = client.get_batch(made["id"])
    return made


def sync(given: argparse.Namespace) -> str:
    """Bring a mirror of lists up to date, or prove all that is in it again."""
    with Mirror(given.mirror) as mirror:
        if given.check:
            return _checked(mirror, given)
        done: list[Told] = []

        def tell(told: Told) -> None:
            done.append(told)
            _note(
                given, f"{told.event} {told.catalog} {told.label}: {told.entry_count} entries, checksum {told.checksum}"
            )

        with client_of(given) as client:
            while True:
                mirror.sync(client, given.catalogs, begin_at=given.begin_at, tell=tell)
                if not given.follow:
                    break
                time.sleep(given.follow)
        if given.json:
            held = {code: mirror.versions(code) for code in mirror.catalogs()}
            return _json({"happened": [_row(one) for one in done], "held": held})
        count = sum(len(mirror.versions(code)) for code in mirror.catalogs())
        return f"{len(done)} new; {len(mirror.catalogs())} lists in {count} versions are kept, each with its checksum"


def _checked(mirror: Mirror, given: argparse.Namespace) -> str:
    wrong = mirror.check()
    if wrong:
        named = ", ".join(f"{code} {label}" for code, label in wrong)
        raise NotProved(
            "other_list", f"what is kept of {named} is not what was published; forget the list and sync it anew"
        )
    count = sum(len(mirror.versions(code)) for code in mirror.catalogs())
    return _json({"proved": count}) if given.json else f"{count} versions proved again"


def _row(told: Told) -> dict[str, Any]:
    return {name: getattr(told, name) for name in Told.__slots__}


def _note(given: argparse.Namespace, text: str) -> None:
    """Say how it goes, beside the answer."""
    if not given.quiet:
        print(text, file=sys.stderr, flush=True)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_short(one) for one in value)
    if isinstance(value, dict):
        return " ".join(_short(one) for one in value.values() if one not in (None, "", [], False))
    return str(value)


def exit_code_of(fault: Exception) -> tuple[int, str] | None:
    """Return (exit code, one line) for what can go wrong here, or None where it is none of it. The codes: docs/client.md."""
    match fault:
        case NotProved():
            return 1, f"not proved [{fault.code}]: {fault}"
        case ShangbaoError():
            return _code_of(fault), str(fault)
        case Failed():
            return 3, str(fault)
        case sqlite3.Error():
            return 2, f"the mirror: {fault}"
        case OSError() | UnicodeDecodeError() | json.JSONDecodeError():
            return 2, f"cannot be read: {fault}"
        case ValueError():
            return 2, str(fault)
    return None


def _code_of(fault: ShangbaoError) -> int:
    refused = isinstance(fault, Problem) and not isinstance(fault, ServiceFault | TooManyRequests)
    return 3 if refused else 4
