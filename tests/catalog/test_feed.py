"""The change feed: ordered, without gaps, and enough to rebuild every version from any other."""

import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from catalog import feed, services
from catalog.changes import count_changes
from catalog.importing.export import csv_lines
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.jcs import sha256_of
from insurers.models import Insurer
from tests.conftest import Api, Once, imported, published, withdrawn

FIRST = "entry_code,generic_name,note\nE-1,仑卡奈单抗注射液,甲\nE-2,甲磺酸奥希替尼片,乙\n"
SECOND = "entry_code,generic_name,note\nE-2,甲磺酸奥希替尼片,改\nE-3,信迪利单抗注射液,\n"
THIRD = "entry_code,generic_name,note\nE-3,信迪利单抗注射液,\nE-4,阿基仑赛注射液,\n"

ALL = "/changes/"


class Copy:
    """A client's copy of a catalog, kept as the endpoint's description tells."""

    def __init__(self, entries: dict[str, dict[str, Any]] | None = None) -> None:
        self.entries = dict(entries or {})

    def apply(self, deltas: list[dict[str, Any]]) -> None:
        for delta in deltas:
            if delta["change"] == "removed":
                del self.entries[delta["entry_code"]]
            else:
                assert (delta["entry_code"] in self.entries) == (delta["change"] == "changed")
                assert sha256_of(delta["entry"]) == delta["row_hash"]
                self.entries[delta["entry_code"]] = delta["entry"]

    def checksum_as(self, version: dict[str, Any]) -> str:
        hashes = [bytes.fromhex(sha256_of(self.entries[code])) for code in sorted(self.entries)]
        if version["complete_for"]:
            hashes.append(bytes.fromhex(sha256_of({"complete_for": version["complete_for"]})))
        return hashlib.sha256(b"".join(hashes)).hexdigest()

    @property
    def checksum(self) -> str:
        return self.checksum_as({"complete_for": []})


def pages(api: Api, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Return every page of a feed, of a catalog by its code or of all: `ALL`."""
    path, asked = path if path == ALL else f"/catalogs/{path}/changes/", query
    while True:
        answer = api.get(path, asked)
        assert answer.status_code == 200, answer.content
        yield answer.json()
        if answer.json()["next"] is None:
            return
        path, asked = answer.json()["next"].partition("/api/v1")[2], {}


def items(api: Api, code: str, **query: Any) -> list[dict[str, Any]]:
    return [item for page in pages(api, code, **query) for item in page["results"]]


def told(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(item["event"], item["version"]["label"]) for item in found]


@dataclass
class Lists:
    """COM, where v1, v2, v1 withdrawn and v3 follow; then two more lists, of which one is insurer A's own."""

    versions: list[CatalogVersion]
    many: list[CatalogVersion]


@pytest.fixture(scope="module")
def _lists(once: Once) -> Lists:
    def make() -> Lists:
        insurer = Insurer.objects.create(code="INS-A", name="甲保险")
        com, own, other = (
            services.create_catalog(code=code, name=code, kind="commercial", by="alice", owner_id=owner)
            for code, owner in (("COM", None), ("PRIVATE", insurer.pk), ("OTHER", None))
        )
        versions = [published(com, FIRST, label="v1"), published(com, SECOND, label="v2")]
        versions[0] = withdrawn(versions[0])
        versions.append(published(com, THIRD, label="v3"))
        many = [published(other, SECOND, label="o1"), published(own, FIRST, label="p1")]
        many.append(published(other, THIRD, label="o2", effective_from=date(2026, 6, 1)))
        withdrawn(many[1])
        return Lists(versions, many)

    return once(make)


@pytest.fixture
def versions(_lists: Lists, db: None) -> list[CatalogVersion]:
    """Of COM, the first of them withdrawn."""
    return copy.deepcopy(_lists.versions)


@pytest.fixture
def catalog(versions: list[CatalogVersion]) -> Catalog:
    return versions[0].catalog


@pytest.fixture
def many(_lists: Lists, db: None) -> list[CatalogVersion]:
    """Those of the other lists: o1, p1 of the insurer's own list, which is withdrawn, and o2."""
    return copy.deepcopy(_lists.many)


def test_the_feed_tells_publications_and_withdrawals_in_their_order(api: Api, versions: list[CatalogVersion]) -> None:
    found = items(api, "COM")

    assert told(found) == [("published", "v1"), ("published", "v2"), ("withdrawn", "v1"), ("published", "v3")]
    assert [item["base"] and item["base"]["label"] for item in found] == [None, "v1", None, "v2"]
    assert found[2]["note"] == "误发"
    assert [item["at"] for item in found] == sorted(item["at"] for item in found)
    changed = [(delta["change"], delta["entry_code"]) for delta in found[1]["deltas"]]
    assert changed == [("removed", "E-1"), ("changed", "E-2"), ("added", "E-3")]


@pytest.mark.parametrize("page_size", [1, 2, 3, 500])
def test_a_page_ends_anywhere_and_the_next_goes_on_there(
    api: Api, versions: list[CatalogVersion], page_size: int
) -> None:
    copy = Copy()
    for page in pages(api, "COM", page_size=page_size):
        assert sum(len(item["deltas"]) for item in page["results"]) <= page_size
        for item in page["results"]:
            copy.apply(item["deltas"])
            if item["event"] == "published" and item["complete"]:
                assert copy.checksum == item["version"]["checksum"]

    assert copy.checksum == versions[-1].checksum


def test_who_holds_a_version_starts_behind_it(api: Api, versions: list[CatalogVersion]) -> None:
    assert told(items(api, "COM", **{"from": "v2"})) == [("withdrawn", "v1"), ("published", "v3")]


def test_a_draft_is_not_in_the_feed(api: Api, catalog: Catalog, versions: list[CatalogVersion]) -> None:
    draft = imported(catalog, FIRST + "\n", label="v4").version
    assert draft is not None
    services.submit_version(version=draft, by="alice")

    assert "v4" not in {label for _event, label in told(items(api, "COM"))}
    assert api.get("/catalogs/COM/changes/", {"from": "v4"}).status_code == 400


def test_a_held_page_is_answered_304(api: Api, versions: list[CatalogVersion]) -> None:
    first = api.get("/catalogs/COM/changes/")

    assert api.get("/catalogs/COM/changes/", **{"If-None-Match": first["ETag"]}).status_code == 304
    withdrawn(versions[2])
    assert api.get("/catalogs/COM/changes/", **{"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"since": "x"}, "/since"),
        ({"since": "é"}, "/since"),
        ({"since": "WzFd"}, "/since"),
        ({"since": "W1tbW1tbW1s"}, "/since"),
        ({"from": "never"}, "/from"),
        ({"since": "x", "from": "v1"}, "/from"),
        ({"page_size": "0"}, "/page_size"),
        ({"page_size": "501"}, "/page_size"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_asked_is_told(
    api: Api, versions: list[CatalogVersion], query: dict[str, str], pointer: str
) -> None:
    answer = api.get("/catalogs/COM/changes/", query)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_cursor_belongs_to_its_catalog(
    api: Api, versions: list[CatalogVersion], make_catalog: Callable[..., Catalog]
) -> None:
    cursor = api.get("/catalogs/COM/changes/").json()["cursor"]
    other = make_catalog("THIRD")
    published(other, FIRST, label="v3")

    assert api.get("/catalogs/THIRD/changes/", {"since": cursor}).status_code == 400


def test_anothers_catalog_has_no_feed(
    api: Api, other_api: Api, make_catalog: Callable[..., Catalog], insurer: Any
) -> None:
    published(make_catalog("OWN", owner_id=insurer.pk), FIRST)

    assert told(items(api, "OWN")) == [("published", "v1")]
    hidden, missing = other_api.get("/catalogs/OWN/changes/"), other_api.get("/catalogs/NONE/changes/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"]


def test_the_number_of_queries_does_not_grow(
    api: Api, versions: list[CatalogVersion], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):  # the key, the catalog, its versions; two for each publication on the page
        api.get("/catalogs/COM/changes/")


def test_changes_are_counted_between_any_two_versions(versions: list[CatalogVersion]) -> None:
    first, second, third = versions

    assert count_changes(first, second) == {"added": 1, "removed": 1, "changed": 1}
    assert count_changes(first, third) == {"added": 2, "removed": 2, "changed": 0}
    assert count_changes(third, third) == {"added": 0, "removed": 0, "changed": 0}


# --- Any history, any page size, from any version to any later one.


def test_an_export_and_the_feed_tell_the_same(api: Api, versions: list[CatalogVersion]) -> None:
    copy = Copy()
    for item in items(api, "COM"):
        copy.apply(item["deltas"])
    rows = CatalogEntry.objects.filter(version=versions[-1]).order_by("entry_code").values(*feed.COLUMNS)
    exported = b"".join(csv_lines(rows)).decode("utf-8-sig")

    assert sorted(copy.entries) == [line.split(",")[0] for line in exported.splitlines()[1:]]


# --- Codes that are new every year, and lists without codes: a copy that knows nothing of pairs still ends right.

# --- The feed of all catalogs a key sees


def named(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(item["catalog"], item["event"], item["version"]["label"]) for item in found]


TOLD = [
    ("COM", "published", "v1"),
    ("COM", "published", "v2"),
    ("COM", "withdrawn", "v1"),
    ("COM", "published", "v3"),
    ("OTHER", "published", "o1"),
    ("PRIVATE", "published", "p1"),
    ("OTHER", "published", "o2"),
    ("PRIVATE", "withdrawn", "p1"),
]


def test_one_feed_tells_all_lists_the_key_sees_in_the_order_of_knowing(
    api: Api, other_api: Api, many: list[CatalogVersion]
) -> None:
    found, others = items(api, ALL), named(items(other_api, ALL))

    assert named(found) == TOLD
    assert others == [row for row in TOLD if row[0] != "PRIVATE"]
    assert [item["at"] for item in found] == sorted({item["at"] for item in found})
    assert [item["log_seq"] for item in found] == [0, 1, 2, 3, 4, None, 5, None]


def test_an_item_is_the_same_in_both_feeds(api: Api, many: list[CatalogVersion]) -> None:
    everything = items(api, ALL)

    for code in ("COM", "OTHER", "PRIVATE"):
        assert [item for item in everything if item["catalog"] == code] == items(api, code)


def test_a_publication_names_what_it_supersedes(api: Api, many: list[CatalogVersion]) -> None:
    superseded = {
        item["version"]["label"]: item["supersedes"] for item in items(api, ALL) if item["event"] != "withdrawn"
    }

    assert {label: named and named["label"] for label, named in superseded.items()} == {
        "v1": None,
        "v2": "v1",
        "v3": "v2",
        "o1": None,
        "o2": "o1",
        "p1": None,
    }


@pytest.mark.parametrize("query", [{}, {"deltas": "false"}])
@pytest.mark.parametrize("page_size", [1, 2, 3, 500])
def test_pages_of_all_lists_lose_and_repeat_nothing(
    api: Api, many: list[CatalogVersion], page_size: int, query: dict[str, str]
) -> None:
    copies: dict[str, Copy] = {}
    complete = []
    for page in pages(api, ALL, page_size=page_size, **query):
        assert sum(max(1, len(item["deltas"])) for item in page["results"]) <= page_size
        for item in page["results"]:
            copy = copies.setdefault(item["catalog"], Copy())
            copy.apply(item["deltas"])
            if item["complete"]:
                complete += named([item])
            if item["complete"] and item["event"] == "published" and not query:
                assert copy.checksum == item["version"]["checksum"]

    assert complete == TOLD
    assert query == {} or not any(copy.entries for copy in copies.values())


def test_every_cursor_goes_on_behind_what_it_has_read_also_a_year_later(api: Api, many: list[CatalogVersion]) -> None:
    cursors = [page["cursor"] for page in pages(api, ALL, page_size=1, deltas="false")]
    news = published(many[0].catalog, FIRST, label="o3")

    for place, cursor in enumerate(cursors, start=1):
        later = items(api, ALL, since=cursor, deltas="false")
        assert named(later) == [*TOLD[place:], ("OTHER", "published", news.label)]
    assert api.get("/changes/", {"since": cursors[-1]}).json()["next"] is None


def test_a_poll_of_all_lists_without_news_keeps_the_cursor_and_is_answered_304(
    api: Api, many: list[CatalogVersion]
) -> None:
    read = api.get("/changes/").json()
    again = api.get("/changes/", {"since": read["cursor"]})
    assert (again.json()["results"], again.json()["cursor"], again.json()["next"]) == ([], read["cursor"], None)
    held = {"If-None-Match": again["ETag"]}
    assert api.get("/changes/", {"since": read["cursor"]}, **held).status_code == 304

    published(many[0].catalog, FIRST, label="o3")
    assert api.get("/changes/", {"since": read["cursor"]}, **held).status_code == 200


def test_since_an_instant_is_behind_what_had_happened_by_then(api: Api, many: list[CatalogVersion]) -> None:
    at = [item["at"] for item in items(api, ALL)]

    assert named(items(api, ALL, since=at[2])) == TOLD[3:]
    assert named(items(api, ALL, since="2000-01-01T00:00:00Z")) == TOLD
    empty = api.get("/changes/", {"since": at[-1]}).json()
    assert (empty["results"], empty["next"]) == ([], None)
    assert api.get("/changes/", {"since": empty["cursor"]}).json()["cursor"] == empty["cursor"]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({"since": "x"}, "/since", "bad_cursor"),
        ({"since": "2026-01-01"}, "/since", "bad_date"),
        ({"since": "9999-12-31T00:00:00Z"}, "/since", "out_of_range"),
        # [2, an instant at which nothing happened, null]; [2, "x", null]; [2, an instant, half a surrogate pair]
        ({"since": "WzIsICIyMDAwLTAxLTAxVDAwOjAwOjAwWiIsIG51bGxd"}, "/since", "bad_cursor"),
        ({"since": "WzIsICJ4IiwgbnVsbF0"}, "/since", "bad_cursor"),
        ({"since": "WzIsICIyMDAwLTAxLTAxVDAwOjAwOjAwWiIsICJcdWQ4MDAiXQ"}, "/since", "bad_cursor"),
        ({"deltas": "no"}, "/deltas", "bad_yes_no"),
        ({"from": "v1"}, "/from", "unknown_parameter"),
        ({"page_size": "501"}, "/page_size", "out_of_range"),
    ],
)
def test_what_cannot_be_asked_of_all_lists_is_told(
    api: Api, many: list[CatalogVersion], query: dict[str, str], pointer: str, code: str
) -> None:
    answer = api.get("/changes/", query)

    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


def test_a_cursor_that_only_another_could_have_is_of_no_feed(
    api: Api, other_api: Api, many: list[CatalogVersion]
) -> None:
    own = api.get("/changes/").json()["cursor"]  # behind the withdrawal of the insurer's own list

    assert other_api.get("/changes/", {"since": own}).status_code == 400
    assert api.get("/catalogs/COM/changes/", {"since": own}).status_code == 400
    assert api.get("/changes/", {"since": api.get("/catalogs/COM/changes/").json()["cursor"]}).status_code == 400


def test_events_of_all_lists_cost_the_same_number_of_queries(
    api: Api, many: list[CatalogVersion], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(
        7
    ):  # the key, what happened, the versions of those lists, the numbers in the log
        api.get("/changes/", {"deltas": "false"})
