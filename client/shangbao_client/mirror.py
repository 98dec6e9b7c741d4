"""A mirror of the service's lists in one SQLite file, kept by the change feed, each version proved by its checksum.

What was on a page of the feed, and how far the feed was read, is written in one transaction: whenever it is ended, it goes on where it was.
An entry is kept once for all versions that have it alike: from the publication that brought it up to the one that took or changed it.
"""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from shangbao_client import lists
from shangbao_client import types as t
from shangbao_client.client import Client
from shangbao_client.verify import NotProved

PAGE_SIZE = 500
_FORMAT = "1"
# A catalog is kept under the address by which the key opens it (`CODE`, `:CODE`, `OWNER:CODE`), which never comes to mean another.
# `seq` numbers the publications of a catalog in the order in which they became known. A version without one was published before the mirror
# began: that it was withdrawn is known, its entries are not. One without `proved_at` is still arriving.
_TABLES = """
CREATE TABLE mirror (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE catalog (code TEXT PRIMARY KEY, cursor TEXT, begun_at TEXT) WITHOUT ROWID;
CREATE TABLE version (
    catalog TEXT NOT NULL REFERENCES catalog, label TEXT NOT NULL, seq INTEGER,
    checksum TEXT NOT NULL, entry_count INTEGER NOT NULL, complete_for TEXT NOT NULL,
    effective_from TEXT NOT NULL, effective_to TEXT,
    published_at TEXT, note TEXT NOT NULL DEFAULT '', withdrawn_at TEXT, withdrawal TEXT NOT NULL DEFAULT '', proved_at TEXT,
    PRIMARY KEY (catalog, label), UNIQUE (catalog, seq)
) WITHOUT ROWID;
CREATE TABLE kept (
    catalog TEXT NOT NULL REFERENCES catalog, entry_code TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER,
    row_hash BLOB NOT NULL, entry TEXT NOT NULL,
    PRIMARY KEY (catalog, entry_code, since)
);
CREATE INDEX kept_now ON kept (catalog, entry_code) WHERE until IS NULL;
CREATE VIEW entry AS
    SELECT version.catalog, version.label, kept.entry_code, kept.row_hash, kept.entry
    FROM version JOIN kept ON kept.catalog = version.catalog AND kept.since <= version.seq AND (kept.until IS NULL OR kept.until > version.seq)
    WHERE version.proved_at IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a sync did: a version was published or withdrawn."""

    event: str
    catalog: str
    label: str
    checksum: str
    entry_count: int
    at: str


class Mirror:
    """The lists that are kept in one file. Several programs may read it, and sync it, at once."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._db = sqlite3.connect(self.path, isolation_level=None, timeout=60)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA synchronous = FULL")
        self._prepare()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def catalogs(self) -> list[str]:
        """Return the addresses of the catalogs that are kept: their codes, or `:CODE` and `OWNER:CODE` where the code alone is another list."""
        return [code for (code,) in self._db.execute("SELECT code FROM catalog ORDER BY code")]

    def versions(self, catalog: str) -> list[dict[str, Any]]:
        """Return the proved versions of a catalog, withdrawn ones too, in the order in which they were published."""
        rows = self._db.execute(
            "SELECT * FROM version WHERE catalog = ? AND proved_at IS NOT NULL ORDER BY seq", [catalog]
        )
        return [{**dict(row), "complete_for": json.loads(row["complete_for"])} for row in rows]

    def entries(self, catalog: str, label: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of a version by entry_code: of each what is given."""
        rows = self._db.execute(
            "SELECT entry FROM entry WHERE catalog = ? AND label = ? ORDER BY entry_code", [catalog, label]
        )
        for (entry,) in rows:
            yield json.loads(entry)

    def in_force(self, catalog: str, day: date) -> dict[str, Any] | None:
        """Return the version in force on a day as it is known now, or None.

        Of those not withdrawn whose days hold it: the latest first day, then the one published last, then the greatest label.
        """
        on = day.isoformat()
        held = [
            version
            for version in self.versions(catalog)
            if version["withdrawn_at"] is None
            and version["effective_from"] <= on
            and (version["effective_to"] is None or version["effective_to"] >= on)
        ]
        return max(
            held, key=lambda one: (one["effective_from"], _instant(one["published_at"]), one["label"]), default=None
        )

    def sync(
        self,
        client: Client,
        catalogs: Sequence[str] = (),
        *,
        begin_at: str | None = None,
        tell: Callable[[Told], object] = lambda _told: None,
    ) -> None:
        """Bring the catalogs up to date, all that the key sees unless named; raises NotProved where a list is not what its checksum says.

        `begin_at`: the label of the version with which a catalog that is not kept yet begins, in place of its first one.
        """
        self._of_service(client.settings.url)
        if begin_at is not None and not catalogs:
            raise ValueError("name the list that begins with that version")
        for code in catalogs:
            self._follow(client, code, begin_at, tell)
        if not catalogs:
            self._follow_all(client, tell)

    def check(self) -> list[tuple[str, str]]:
        """Prove every version again from what is in the file; returns those that are not what their checksum says."""
        wrong = []
        for code in self.catalogs():
            for version in self.versions(code):
                hashes = map(_hash_of, self.entries(code, version["label"]))
                if lists.checksum_of_hashes(hashes, version["complete_for"]) != version["checksum"]:
                    wrong.append((code, version["label"]))
        return wrong

    def forget(self, catalog: str) -> None:
        """Take a catalog out of the mirror; the next sync begins it anew."""
        with self._changing():
            for table in ("kept", "version"):
                self._db.execute(f"DELETE FROM {table} WHERE catalog = ?", [catalog])  # noqa: S608 - one of two names
            self._db.execute("DELETE FROM catalog WHERE code = ?", [catalog])

    def _prepare(self) -> None:
        with self._changing():
            if not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                for statement in _TABLES.split(";\n"):
                    self._db.execute(statement)
                self._db.execute("INSERT INTO mirror VALUES ('format', ?)", [_FORMAT])
        try:
            found = self._db.execute("SELECT value FROM mirror WHERE name = 'format'").fetchone()
        except sqlite3.DatabaseError:
            found = None
        if not found or found[0] != _FORMAT:
            raise sqlite3.DatabaseError("this file is no mirror of lists, or one of another version of this client")

    def _of_service(self, url: str) -> None:
        """Keep which service is mirrored: the versions of two services under one name would be mixed."""
        with self._changing():
            self._db.execute("INSERT OR IGNORE INTO mirror VALUES ('service', ?)", [url])
        (known,) = self._db.execute("SELECT value FROM mirror WHERE name = 'service'").fetchone()
        if known != url:
            raise ValueError(f"{self.path} is a mirror of {known}; keep another file for {url}")

    def _follow_all(self, client: Client, tell: Callable[[Told], object]) -> None:
        """Follow every list that is not kept yet, and those that the feed of all lists names since it was read last."""
        kept = set(self.catalogs())
        asked = {catalog["address"] for catalog in client.iter_catalogs(page_size=PAGE_SIZE)} - kept
        found = self._db.execute("SELECT value FROM mirror WHERE name = 'cursor'").fetchone()
        cursor: str | None = found and found[0]
        page = None
        while page is None or page["next"] is not None:
            page = client.list_changes(deltas=False, page_size=PAGE_SIZE, since=cursor)
            asked |= {item["catalog"] for item in page["results"]}
            cursor = page["cursor"]
        for code in sorted(asked):
            self._follow(client, code, None, tell)
        # Not before all of it is kept: ended halfway, it is asked for again.
        if cursor is not None:
            with self._changing():
                self._db.execute("INSERT OR REPLACE INTO mirror VALUES ('cursor', ?)", [cursor])

    def _follow(self, client: Client, code: str, begin_at: str | None, tell: Callable[[Told], object]) -> None:
        self._begin(client, code, begin_at, tell)
        while self._next_page(client, code, tell):
            pass

    def _begin(self, client: Client, code: str, label: str | None, tell: Callable[[Told], object]) -> None:
        if label is None or self._db.execute("SELECT 1 FROM catalog WHERE code = ?", [code]).fetchone():
            return
        version = client.get_version(code, label)
        if version["published_at"] is None:
            raise ValueError(f"{code} {label} is not published: a mirror begins with a version that is")
        with tempfile.TemporaryDirectory() as folder:
            exported = client.save_version_export_ndjson(code, label, to=Path(folder) / "list.ndjson").read_bytes()
        with self._changing():
            self._db.execute("INSERT INTO catalog (code) VALUES (?)", [code])
            self._put_version(code, 1, version, version["published_at"], version["publish_note"])
            self._db.executemany(
                "INSERT INTO kept VALUES (?, ?, 1, NULL, ?, ?)",
                ((code, entry["entry_code"], _hash_of(entry), _text(entry)) for entry in lists.entries_of(exported)),
            )
            told = self._prove(code, 1)
            if version["withdrawn_at"] is not None:
                self._withdraw(code, label, version["withdrawn_at"], version["withdraw_reason"])
        tell(told)

    def _next_page(self, client: Client, code: str, tell: Callable[[Told], object]) -> bool:
        """Read and keep one page of a catalog's feed; tells whether more is there."""
        place = self._place(code)
        cursor, label = place
        page = client.list_catalog_changes(code, page_size=PAGE_SIZE, since=cursor, from_=None if cursor else label)
        happened: list[Told] = []
        with self._changing():
            if self._place(code) != place:
                # Another program was quicker: this page is kept already.
                return True
            self._db.execute("INSERT OR IGNORE INTO catalog (code) VALUES (?)", [code])
            for item in page["results"]:
                happened += self._keep(code, item)
            self._db.execute("UPDATE catalog SET cursor = ? WHERE code = ?", [page["cursor"], code])
        for one in happened:
            tell(one)
        return page["next"] is not None

    def _place(self, code: str) -> tuple[str | None, str | None]:
        """Return how far a catalog's feed was read: a cursor, or else the label of the version that it began with."""
        found = self._db.execute("SELECT cursor FROM catalog WHERE code = ?", [code]).fetchone()
        last = self._last(code)
        return (found and found[0]), (last and last["label"])

    def _keep(self, code: str, item: t.FeedItem) -> Iterable[Told]:
        version = item["version"]
        if item["event"] == "withdrawn":
            self._withdrawn(code, item)
            return [_told(code, item)]
        if item["event"] != "published":
            # A later release may tell of more: it changes no list.
            return []
        last = self._last(code)
        if item["continued"]:
            if last is None or last["label"] != version["label"]:
                raise NotProved("out_of_order", f"{code} {version['label']}: its entries go on, but were not begun")
            seq = last["seq"]
        else:
            based = item["base"] and item["base"]["checksum"]
            if based != (last and last["checksum"]):
                raise NotProved(
                    "out_of_order",
                    f"{code} {version['label']}: its changes are not against the version before it that is kept",
                )
            seq = (last["seq"] if last else 0) + 1
            self._put_version(code, seq, version, item["at"], item["note"])
        for delta in item["deltas"]:
            self._change(code, seq, delta)
        return [self._prove(code, seq)] if item["complete"] else []

    def _last(self, code: str) -> Any:
        return self._db.execute(
            "SELECT * FROM version WHERE catalog = ? AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1", [code]
        ).fetchone()

    def _put_version(
        self, code: str, seq: int | None, version: t.FeedVersion | t.VersionOutput, at: str | None, note: str
    ) -> None:
        self._db.execute(
            "INSERT INTO version (catalog, label, seq, checksum, entry_count, complete_for, effective_from, effective_to, published_at, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                code,
                version["label"],
                seq,
                version["checksum"],
                version["entry_count"],
                json.dumps(version["complete_for"]),
                version["effective_from"],
                version["effective_to"],
                at,
                note,
            ],
        )

    def _change(self, code: str, seq: int, delta: t.DeltaOutput) -> None:
        self._db.execute(
            "UPDATE kept SET until = ? WHERE catalog = ? AND entry_code = ? AND until IS NULL",
            [seq, code, delta["entry_code"]],
        )
        if delta["change"] == "removed":
            return
        entry: Any = delta["entry"]
        made = _hash_of(entry)
        if made.hex() != delta["row_hash"] or entry["entry_code"] != delta["entry_code"]:
            raise NotProved("other_list", f"{code}: the entry {delta['entry_code']} is not the one whose hash was told")
        self._db.execute(
            "INSERT INTO kept VALUES (?, ?, ?, NULL, ?, ?)", [code, delta["entry_code"], seq, made, _text(entry)]
        )

    def _prove(self, code: str, seq: int) -> Told:
        """Compute the checksum of the newest publication from what is kept, and say since when it is proved; raises NotProved."""
        version = self._last(code)
        rows = self._db.execute(
            "SELECT row_hash FROM kept WHERE catalog = ? AND until IS NULL ORDER BY entry_code", [code]
        ).fetchall()
        found = lists.checksum_of_hashes([row_hash for (row_hash,) in rows], json.loads(version["complete_for"]))
        if found != version["checksum"] or len(rows) != version["entry_count"]:
            raise NotProved(
                "other_list",
                f"{code} {version['label']}: {len(rows)} entries with the checksum {found} are kept,"
                f" {version['entry_count']} with {version['checksum']} were published",
            )
        now = datetime.now(UTC).isoformat()
        self._db.execute("UPDATE version SET proved_at = ? WHERE catalog = ? AND seq = ?", [now, code, seq])
        return Told("published", code, version["label"], found, len(rows), version["published_at"])

    def _withdrawn(self, code: str, item: t.FeedItem) -> None:
        version = item["version"]
        if not self._db.execute(
            "SELECT 1 FROM version WHERE catalog = ? AND label = ?", [code, version["label"]]
        ).fetchone():
            self._put_version(code, None, version, None, "")
        self._withdraw(code, version["label"], item["at"], item["note"])

    def _withdraw(self, code: str, label: str, at: str, why: str) -> None:
        self._db.execute(
            "UPDATE version SET withdrawn_at = ?, withdrawal = ? WHERE catalog = ? AND label = ?",
            [at, why, code, label],
        )

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Write all of it or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _told(code: str, item: t.FeedItem) -> Told:
    version = item["version"]
    return Told(item["event"], code, version["label"], version["checksum"], version["entry_count"], item["at"])


def _hash_of(entry: dict[str, Any]) -> bytes:
    return hashlib.sha256(lists.canonical(entry)).digest()


def _text(entry: dict[str, Any]) -> str:
    return lists.canonical(entry).decode()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
