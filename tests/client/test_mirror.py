"""The mirror: through any publications and withdrawals the same lists as the service, begun anywhere, ended anywhere, and nothing but what was published."""

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.feed import canonical_entry
from catalog.models import Catalog, CatalogVersion
from common.jcs import canonical_json
from insurers import key_issuing
from insurers.models import Insurer
from shangbao_client import Client, mirror
from shangbao_client.mirror import Mirror
from shangbao_client.verify import NotProved
from tests.client.through import of_django
from tests.conftest import published, withdrawn

HEADER = "entry_code,generic_name,dosage_form,payment_standard,indication\n"
STEPS = int(os.environ.get("MIRROR_STEPS", "12"))  # fifty were followed by hand
ROOT = Path(__file__).resolve().parent.parent.parent


class Publisher:
    """Publishes and withdraws at random, as an office might."""

    def __init__(self, catalog: Catalog, seed: int) -> None:
        self.catalog, self.chance = catalog, random.Random(seed)
        self.rows = {f"E-{number}": f"甲药{number}片,片,,肺癌" for number in range(8)}
        self.standing: list[CatalogVersion] = []
        self.made = 0

    def step(self) -> None:
        if len(self.standing) > 1 and self.chance.random() < 0.3:
            withdrawn(self.standing.pop(self.chance.randrange(len(self.standing))))
            return
        for code in self.chance.sample(sorted(self.rows), 2):
            self.rows[code] = f"甲药{self.chance.randrange(10**6)}片,片,{self.chance.randrange(1, 900)}.5,"
        self.rows[f"N-{self.made}𠮷"] = f"乙药{self.made}胶囊,胶囊,*,G30；C34"
        if self.chance.random() < 0.5:
            self.rows.pop(self.chance.choice(sorted(self.rows)))
        content = HEADER + "".join(f"{code},{row}\n" for code, row in self.rows.items())
        first = date(2026, 1, 1) + timedelta(days=self.chance.randrange(300))
        self.standing.append(published(self.catalog, content, label=f"v{self.made}", effective_from=first))
        self.made += 1


def entries_of(version: CatalogVersion) -> list[dict[str, Any]]:
    rows = [canonical_entry(row) for row in version.entries.values()]
    return sorted(rows, key=lambda row: str(row["entry_code"]))


def same(kept: Mirror, catalog: Catalog, since: int = 0) -> None:
    """Hold what is kept of a catalog against what the service has, version by version."""
    there = list(catalog.versions.exclude(published_at=None).order_by("published_at"))[since:]
    held = kept.versions(catalog.code)

    assert [one["label"] for one in held] == [one.label for one in there]
    for one, version in zip(held, there, strict=True):
        assert (one["checksum"], one["entry_count"]) == (version.checksum, version.entry_count)
        assert (one["withdrawn_at"] is None) == (version.withdrawn_at is None)
        assert list(kept.entries(catalog.code, version.label)) == entries_of(version)
    assert kept.check() == []


@pytest.fixture
def client(insurer: Insurer) -> Iterator[Client]:
    """A client of the service in this process."""
    key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read"], by="root")[1]
    with Client("http://testserver", key, transport=of_django()) as made:
        yield made


def test_publications_and_withdrawals_are_followed_from_wherever_it_began(
    make_catalog: Callable[..., Catalog], client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = STEPS
    monkeypatch.setattr(mirror, "PAGE_SIZE", 3)
    catalog = make_catalog()
    publisher = Publisher(catalog, seed)
    chance = random.Random(seed)
    begun: list[tuple[Mirror, int]] = []
    for step in range(STEPS):
        publisher.step()
        if step in (0, STEPS // 4, STEPS // 2):
            label = publisher.standing[-1].label
            begun.append((Mirror(tmp_path / f"{step}.sqlite"), publisher.made - 1))
            begun[-1][0].sync(client, [catalog.code], begin_at=label)
        for kept, _since in begun:
            if chance.random() < 0.3:
                kept.sync(client)
    late = Mirror(tmp_path / "late.sqlite")
    for kept, since in [*begun, (late, 0)]:
        kept.sync(client)
        same(kept, catalog, since)
        kept.close()


def test_the_feed_of_all_lists_tells_which_to_follow(
    make_catalog: Callable[..., Catalog], client: Client, tmp_path: Path
) -> None:
    publishers = [Publisher(make_catalog(code), place) for place, code in enumerate(("COM", "OTHER", "THIRD"))]
    asked: list[str] = []
    follow = Mirror._follow
    with Mirror(tmp_path / "m.sqlite") as kept:
        kept._follow = lambda client, code, *rest: (asked.append(code), follow(kept, client, code, *rest))  # type: ignore[method-assign, assignment]
        for steps, expected in (
            ((0, 1), {"COM", "OTHER", "THIRD"}),
            ((1,), {"OTHER"}),
            ((2, 0), {"COM", "THIRD"}),
            ((), set()),
        ):
            for place in steps:
                publishers[place].step()
            asked.clear()
            kept.sync(client)
            assert set(asked) == expected
        for publisher in publishers:
            same(kept, publisher.catalog)


def test_what_is_in_force_is_what_the_service_says(
    make_catalog: Callable[..., Catalog], client: Client, tmp_path: Path
) -> None:
    catalog = make_catalog()
    publisher = Publisher(catalog, 5)
    for _step in range(8):
        publisher.step()
    with Mirror(tmp_path / "m.sqlite") as kept:
        kept.sync(client)
        for days in range(0, 330, 30):
            day = date(2025, 12, 20) + timedelta(days=days)
            held = kept.in_force("COM", day)
            answer = client._http.get(
                "http://testserver/api/v1/catalogs/COM/in-force/",
                params={"date": day.isoformat()},
                headers=client.settings.headers,
            )
            assert (held["label"] if held else None) == answer.json().get("label")


class Forging(httpx.BaseTransport):
    """Changes what the service answers."""

    def __init__(self, inner: httpx.BaseTransport, forge: Callable[[dict[str, Any]], None]) -> None:
        self.inner, self.forge = inner, forge

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.inner.handle_request(request)
        if not request.url.path.endswith("/COM/changes/"):
            return response
        page = response.json()
        for item in page["results"]:
            self.forge(item)
        return httpx.Response(response.status_code, json=page)


def _entry(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = item["deltas"][0]["entry"]
    return found


def _rehashed(item: dict[str, Any]) -> None:
    _entry(item)["generic_name"] = "别的药"
    item["deltas"][0]["row_hash"] = hashlib.sha256(canonical_json(_entry(item))).hexdigest()


@pytest.mark.parametrize(
    "forge",
    [
        lambda item: _entry(item).update(generic_name="别的药"),
        _rehashed,
        lambda item: item["deltas"].pop(),
        lambda item: item["version"].update(checksum="0" * 64),
        lambda item: item["version"].update(complete_for=["X"]),
        lambda item: item.update(base={"label": "v0", "checksum": "0" * 64}),
        lambda item: item.update(continued=True),
    ],
    ids=["entry", "entry and hash", "left out", "checksum", "complete_for", "base", "half"],
)
def test_what_was_not_published_is_not_kept(
    make_catalog: Callable[..., Catalog], client: Client, tmp_path: Path, forge: Callable[[dict[str, Any]], None]
) -> None:
    publisher = Publisher(make_catalog(), 3)
    publisher.step()
    forging = Client("http://testserver", client.settings.key, transport=Forging(of_django(), forge))
    with Mirror(tmp_path / "m.sqlite") as kept:
        with pytest.raises(NotProved):
            kept.sync(forging)
        assert kept.versions("COM") == []
        kept.sync(client)
        same(kept, publisher.catalog)


def test_a_row_changed_in_the_file_is_found(
    make_catalog: Callable[..., Catalog], client: Client, tmp_path: Path
) -> None:
    publisher = Publisher(make_catalog(), 4)
    publisher.step()
    with Mirror(tmp_path / "m.sqlite") as kept:
        kept.sync(client)
        with sqlite3.connect(kept.path) as other:
            other.execute("UPDATE kept SET entry = replace(entry, '片', '丸')")

        assert kept.check() == [("COM", "v0")]
        kept.forget("COM")
        kept.sync(client)
        same(kept, publisher.catalog)


def test_a_mirror_is_of_one_service(make_catalog: Callable[..., Catalog], client: Client, tmp_path: Path) -> None:
    with Mirror(tmp_path / "m.sqlite") as kept:
        kept.sync(client)
        other = Client("http://elsewhere", client.settings.key, transport=of_django())
        with pytest.raises(ValueError, match="mirror of http://testserver"):
            kept.sync(other)
    (tmp_path / "no.sqlite").write_text("no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Mirror(tmp_path / "no.sqlite")


@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_it_goes_on(
    make_catalog: Callable[..., Catalog], live_server: Any, tmp_path: Path, insurer: Insurer
) -> None:
    catalog = make_catalog()
    publisher = Publisher(catalog, 6)
    for _step in range(10):
        publisher.step()
    key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read"], by="root")[1]
    file = tmp_path / "m.sqlite"
    # Small pages, so that there are many places at which it can be ended.
    program = (
        "import sys; from shangbao_client import mirror; from shangbao_client.command import main;"
        " mirror.PAGE_SIZE = 1; sys.exit(main(sys.argv[1:]))"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "client"), "SHANGBAO_URL": live_server.url, "SHANGBAO_KEY": key}
    command = [sys.executable, "-c", program, "sync", str(file), "--json", "--quiet"]
    chance = random.Random(7)
    killed = 0
    for _try in range(5):
        running = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        began = _when_it_has_begun(running, file)
        if began:
            time.sleep(chance.uniform(0, 0.25))
            running.send_signal(signal.SIGKILL)
        _out, err = running.communicate(timeout=120)
        assert running.returncode in (0, -signal.SIGKILL), err
        killed += running.returncode != 0
    out = subprocess.run(command, env=environ, capture_output=True, check=True).stdout

    assert killed
    held = json.loads(out)["held"]["COM"]
    assert {one["label"]: one["checksum"] for one in held} == dict(
        catalog.versions.exclude(published_at=None).values_list("label", "checksum")
    )
    with Mirror(file) as kept:
        same(kept, catalog)


def _when_it_has_begun(running: subprocess.Popen[bytes], file: Path) -> bool:
    """Wait until the program has written to its file; False where it has ended."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        if file.exists() and file.stat().st_mtime_ns != before:
            return True
        time.sleep(0.005)
    return False


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("insurer", {"COM": "布洛芬片", ":COM": "阿司匹林片"}),
        ("office", {"INS-A:COM": "布洛芬片", "COM": "阿司匹林片"}),
    ],
)
def test_lists_of_one_code_are_kept_apart(
    insurer: Insurer, make_catalog: Callable[..., Catalog], tmp_path: Path, who: str, expected: dict[str, str]
) -> None:
    own, shared = make_catalog(owner_id=insurer.pk), make_catalog()
    for catalog, drug in ((own, "布洛芬片"), (shared, "阿司匹林片")):
        published(catalog, f"entry_code,generic_name\nE-1,{drug}\n", label="v1")
    if who == "insurer":
        key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read"], by="root")[1]
    else:
        key = key_issuing.issue_curator_key(username="bob", scopes=["catalog:read"], by="root")[1]

    with Client("http://testserver", key, transport=of_django()) as asking, Mirror(tmp_path / "m.sqlite") as kept:
        kept.sync(asking)
        assert {code: next(kept.entries(code, "v1"))["generic_name"] for code in kept.catalogs()} == expected
        published(shared, "entry_code,generic_name\nE-1,奥希替尼片\n", label="v2")
        kept.sync(asking)
        (address,) = [code for code, drug in expected.items() if drug == "阿司匹林片"]
        assert {code: [one["label"] for one in kept.versions(code)] for code in expected} == {
            code: ["v1", "v2"] if code == address else ["v1"] for code in expected
        }
        assert kept.check() == []
