"""Upgrades: the code of the last release goes on working on the schema of now, and migrations that touch rows leave them right."""

import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from claims.eligibility import RULES_VERSION
from common.version import VERSION
from tests.flows.schema import Shape, breaks

ROOT = Path(__file__).resolve().parents[2]
with (ROOT / "config" / "releases.tsv").open(encoding="utf-8") as _file:
    RELEASES = list(csv.DictReader(_file, delimiter="\t"))
RELEASED = [row for row in RELEASES if row["day"]]
LAST, NEXT = RELEASED[-1], RELEASES[-1]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
# What of the shape differs from the last release's without breaking its code, each with the reason why not.
LOOKED_AT: dict[str, str] = {}
# Whose migrations are tried on rows below; their rows are written at this release.
DATA = "0.2.0"
TRIED = {
    "api/0004_seal_answers",
    "catalog/0025_publication_log",
    # What it fills is tried by tests/catalog/test_listed.py.
    "catalog/0027_listed_drugs",
    "claims/0010_seal",
    # Younger than those rows, and the same as the two others: tests/common/sealing/test_upgrading.py.
    "curation/0009_seal_lines",
    "insurers/0009_second_person",
    "insurers/0012_keys_issuers",
}
_TOUCHES_ROWS = re.compile(r'RunPython\(|^\s*"?(?:UPDATE \w+ |INSERT INTO |DELETE FROM )', re.M)
_BODY = re.compile(r"AS \$\$.*?\$\$", re.S)


def row(release: str) -> dict[str, str]:
    return next(row for row in RELEASES if row["release"] == release)


@pytest.fixture(scope="module")
def upgraded(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A database of its own that was migrated by way of the releases."""
    with django_db_blocker.unblock():
        held, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_upgrade"
    at = {
        "host": held["HOST"],
        "port": held["PORT"],
        "user": held["USER"],
        "password": held["PASSWORD"],
        "dbname": held["NAME"],
    }
    url = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))
    env = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "AS_OWNER": "1", "LOG_LEVEL": "ERROR"}
    with psycopg.connect(**at, autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            words = [sys.executable, "-m", "tests.flows.upgrading", row(DATA)["migrations"], LAST["migrations"]]
            done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-4000:]
            return json.loads(done.stdout.splitlines()[-1])
        finally:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_rows_are_written_and_changed_by_the_models_of_the_last_release(upgraded: Any) -> None:
    assert upgraded["failed"] == ""


def test_what_the_last_release_rests_on_is_there_or_the_next_one_says_that_it_needs_a_stop(upgraded: Any) -> None:
    found = set(breaks(upgraded["before"], upgraded["after"]))

    assert LOOKED_AT.keys() <= found, "what differs no more need not be looked at"
    if NEXT["needs a stop"]:
        assert "**Needs a stop**" in section(NEXT["release"])
        assert found - LOOKED_AT.keys(), "nothing breaks: it needs no stop"
    else:
        assert found - LOOKED_AT.keys() == set()


def test_the_publication_log_begins_with_what_was_published_and_withdrawn_of_shared_lists(upgraded: Any) -> None:
    told = [(leaf["seq"], leaf["catalog"], leaf["label"], leaf["deed"]) for leaf in upgraded["leaves"]]

    assert told == [
        (0, "S-old", "v1", "published"),
        (1, "S-old", "v2", "published"),
        (2, "S-old", "v1", "withdrawn"),
    ]
    assert [json.loads(leaf["leaf"])["at"][:10] for leaf in upgraded["leaves"]] == [
        "2026-02-03",
        "2026-02-04",
        "2026-02-05",
    ]


def test_a_draft_of_terms_has_whoever_kept_it_last_for_editor(upgraded: Any) -> None:
    assert upgraded["editors"] == {"open": ["carol"], "sold": []}


def test_keys_issued_at_the_pages_know_their_issuer(upgraded: Any) -> None:
    assert upgraded["issuers"] == {"oldpage": "root-old", "oldcommand": None}


def test_what_was_kept_in_clear_is_sealed_and_reads_as_before(upgraded: Any) -> None:
    cited = [{"catalog": "S-old", "version": "v1"}]

    assert upgraded["sealed"] == {
        "left in clear": [],
        "check": [True, True, "C-1", True],
        "by member": ["C-1"],
        "removed": [None, None, "", None],
        "catalogs": [cited, cited],
        "batch": ["m-1.csv", [], [{"value": "m-1"}], ""],
        "claim": ['{"claim_no":"C-2"}', '{"claim_no":"C-2","member_ref":"m-1"}'],
        "tag": True,
        "answer": "{}",
    }


def test_every_migration_that_touches_rows_since_then_is_tried() -> None:
    begins = dict(one.split(":") for one in row(DATA)["migrations"].split())
    found = set()
    for path in sorted(ROOT.glob("*/migrations/0*.py")) + sorted(ROOT.glob("common/*/migrations/0*.py")):
        app = path.parents[1].name
        if path.stem > begins.get(app, "") and _TOUCHES_ROWS.search(_BODY.sub("", path.read_text(encoding="utf-8"))):
            found.add(f"{app}/{path.stem}")

    assert found == TRIED


EMPTY: Shape = {"columns": {}, "functions": {}, "constraints": {}, "triggers": []}


def shape(**parts: Any) -> Shape:
    columns = {"t.id": {"type": "bigint", "null": False, "default": True}}
    return {**EMPTY, **parts, "columns": columns | parts.get("columns", {})}  # type: ignore[typeddict-item]


def column(kind: str = "text", *, null: bool = False, default: bool = False) -> dict[str, Any]:
    return {"t.c": {"type": kind, "null": null, "default": default}}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (shape(), shape(columns=column(null=True)), []),
        (shape(), shape(columns=column(default=True)), []),
        (shape(), shape(columns=column()), ["column t.c must be given"]),
        (shape(), shape(columns={"new.c": column()["t.c"]}), []),
        (shape(columns=column()), shape(), ["column t.c is gone"]),
        (shape(columns=column(null=True)), shape(columns=column()), ["column t.c takes no NULL any more"]),
        (shape(columns=column(default=True)), shape(columns=column()), ["column t.c has no default any more"]),
        (shape(columns=column("integer")), shape(columns=column("bigint")), []),
        (
            shape(columns=column("bigint")),
            shape(columns=column("integer")),
            ["column t.c is integer in place of bigint"],
        ),
        (shape(columns=column("character varying(9)")), shape(columns=column("character varying(10)")), []),
        (
            shape(columns=column("character varying(9)")),
            shape(columns=column("character varying(8)")),
            ["column t.c is character varying(8) in place of character varying(9)"],
        ),
        (shape(functions={"f(a text)": "text"}), shape(functions={"f(a text)": "text", "g()": "text"}), []),
        (
            shape(functions={"f(a text)": "text"}),
            shape(functions={"f(a text)": "record"}),
            ["function f(a text) answers otherwise or is gone"],
        ),
        (
            shape(),
            shape(constraints={"t.once": "u UNIQUE (c)", "new.once": "u UNIQUE (c)"}),
            ["constraint t.once is new"],
        ),
        (shape(constraints={"t.once": "u UNIQUE (c)"}), shape(), ["constraint t.once is gone"]),
        (shape(constraints={"t.more": "c CHECK (c > 0)"}), shape(), []),
        (shape(), shape(triggers=["t.holds", "new.holds"]), ["trigger t.holds is new"]),
    ],
)
def test_what_code_of_before_trips_over_is_found(before: Shape, after: Shape, told: list[str]) -> None:
    assert breaks(before, after) == told


def section(release: str) -> str:
    found = re.search(rf"^## {re.escape(release)} .*?(?=^## |\Z)", CHANGELOG, re.M | re.S)
    assert found, f"CHANGELOG.md has no release {release}"
    return found[0]


@pytest.mark.parametrize("release", [row["release"] for row in RELEASES])
def test_a_release_is_told_of_in_the_changelog_with_its_day_and_rules(release: str) -> None:
    head = section(release).splitlines()[0]

    assert head == f"## {release} – {row(release)['day'] or 'unreleased'} (rules version {row(release)['rules']})"


def test_one_version_is_told_everywhere() -> None:
    def of(path: str) -> str:
        return str(tomllib.loads((ROOT / path).read_text())["project"]["version"])

    documents = sorted((path.stem for path in (ROOT / "docs" / "openapi").glob("*.json")), key=number)
    headings = re.findall(r"^## (\d+\.\d+\.\d+) ", CHANGELOG, re.M)

    assert {VERSION, of("pyproject.toml"), of("client/pyproject.toml"), documents[-1]} == {LAST["release"]}
    assert headings == [row["release"] for row in reversed(RELEASES)]
    assert [number(row["release"]) for row in RELEASES] == sorted(number(row["release"]) for row in RELEASES)
    assert NEXT["rules"] == str(RULES_VERSION)


def number(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


def test_a_release_that_was_made_names_migrations_that_exist() -> None:
    for release in RELEASED:
        for app, name in (one.split(":") for one in release["migrations"].split()):
            assert [*ROOT.glob(f"{app}/migrations/{name}.py"), *ROOT.glob(f"common/{app}/migrations/{name}.py")], name
