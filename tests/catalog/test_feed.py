"""The change feed: ordered, without gaps, and enough to rebuild every version from any other."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog import clock, feed, services
from catalog.changes import count_changes, followed
from catalog.entries import checksum_of
from catalog.importing.export import csv_lines
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.jcs import sha256_of
from tests.conftest import Api, imported, published, withdrawn

FIRST = "entry_code,generic_name,note\nE-1,仑卡奈单抗注射液,甲\nE-2,甲磺酸奥希替尼片,乙\n"
SECOND = "entry_code,generic_name,note\nE-2,甲磺酸奥希替尼片,改\nE-3,信迪利单抗注射液,\n"
THIRD = "entry_code,generic_name,note\nE-3,信迪利单抗注射液,\nE-4,阿基仑赛注射液,\n"

# Every column of an entry, in every way in which it can be given.
EVERY_COLUMN = {
    "entry_code": ["Z-9"],
    "generic_name": ["甲磺酸奥希替尼片"],
    "brand_name": ["", "泰瑞沙"],
    "dosage_form": ["", "片剂"],
    "strength": ["", '80mg "特" \\ 规'],
    "manufacturer": ["", "𠮷林制药"],
    "authorized_company": ["", "某公司"],
    "national_code": ["", "XL01EBA010A001010178985"],
    "approval_no": ["", "国药准字HJ20170166"],
    "class_code": ["", "XL01EB"],
    "reimbursement_class": ["", "乙"],
    "indication": ["", "非小细胞肺癌\n二线"],
    "icd10": ["", "C34;C18-C20"],
    "sex": ["", "女"],
    "age_min": ["", "0", "18"],
    "age_max": ["", "150"],
    "settings": ["", "住院;门诊"],
    "min_institution_level": ["", "三级"],
    "restriction": ["", "限EGFR阳性"],
    "payment_standard": ["", "*", "165.9", "5.70元(10mg/片)；9.69元(20mg/片)"],
    "max_quantity": ["", "30", "0.125"],
    "criteria": ["", "EGFR=突变阳性;LINE_2"],
    "prior_auth": ["", "Y", "N"],
    "effective_from": ["", "2026-01-01"],
    "effective_to": ["", "2026-12-31"],
    "regulators": ["", "NMPA;FDA"],
    "rare_disease": ["", "Y", "N"],
    "marks": ["", "negotiated;class_1"],
    "note": ["", "=1+1"],
    "source": ["", "公告"],
}


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


@pytest.fixture
def catalog(make_catalog: Callable[..., Catalog]) -> Catalog:
    return make_catalog()


@pytest.fixture
def versions(catalog: Catalog) -> list[CatalogVersion]:
    made = [published(catalog, FIRST, label="v1"), published(catalog, SECOND, label="v2")]
    made[0] = withdrawn(made[0])
    return [*made, published(catalog, THIRD, label="v3")]


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


def test_a_poll_without_news_keeps_the_cursor_and_the_next_news_comes_behind_it(api: Api, catalog: Catalog) -> None:
    empty = api.get("/catalogs/COM/changes/").json()
    first = published(catalog, FIRST, label="v1")
    read = api.get("/catalogs/COM/changes/").json()
    again = api.get("/catalogs/COM/changes/", {"since": read["cursor"]}).json()
    withdrawn(first)
    news = api.get("/catalogs/COM/changes/", {"since": again["cursor"]}).json()

    assert (empty["results"], empty["cursor"]) == ([], None)
    assert (again["results"], again["cursor"], again["next"]) == ([], read["cursor"], None)
    assert told(news["results"]) == [("withdrawn", "v1")]


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
    other = make_catalog("OTHER")
    published(other, FIRST, label="v3")

    assert api.get("/catalogs/OTHER/changes/", {"since": cursor}).status_code == 400


def test_anothers_catalog_has_no_feed(
    api: Api, other_api: Api, make_catalog: Callable[..., Catalog], insurer: Any
) -> None:
    published(make_catalog("PRIVATE", owner_id=insurer.pk), FIRST)

    assert told(items(api, "PRIVATE")) == [("published", "v1")]
    hidden, missing = other_api.get("/catalogs/PRIVATE/changes/"), other_api.get("/catalogs/NONE/changes/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"]


def test_the_number_of_queries_does_not_grow(
    api: Api, versions: list[CatalogVersion], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):  # the key, the catalog, its versions; two for each publication on the page
        api.get("/catalogs/COM/changes/")


def test_every_column_comes_through_with_the_hash_of_the_import(catalog: Catalog) -> None:
    width = max(map(len, EVERY_COLUMN.values()))
    rows = []
    for place in range(width + 1):
        row = {name: values[min(place, len(values) - 1)] for name, values in EVERY_COLUMN.items()}
        rows.append(row | {"entry_code": f"Z-{place}", "brand_name": f"商品{place}"})
    lines = [",".join(EVERY_COLUMN)]
    lines += [",".join('"' + value.replace('"', '""') + '"' for value in row.values()) for row in rows]
    version = published(catalog, "\n".join(lines) + "\n")

    for row in CatalogEntry.objects.filter(version=version).values(*feed.COLUMNS, "row_hash"):
        assert sha256_of(feed.canonical_entry(row)) == bytes(row["row_hash"]).hex(), row


def test_late_readers_miss_nothing(catalog: Catalog) -> None:
    """What is declared while somebody reads lies behind what he has read, and his next page has it."""
    published(catalog, FIRST, label="v1")
    seen = clock.observe().known_at
    page = feed.page_of(catalog, since=None, size=50, until=seen)
    published(catalog, SECOND, label="v2")

    later = feed.page_of(catalog, since=page.position(None), size=50, until=clock.observe().known_at)
    assert [item.event.version.label for item in page.items] == ["v1"]
    assert [item.event.version.label for item in later.items] == ["v2"]
    assert all(item.event.at > seen for item in later.items)


def test_changes_are_counted_between_any_two_versions(versions: list[CatalogVersion]) -> None:
    first, second, third = versions

    assert count_changes(first, second) == {"added": 1, "removed": 1, "changed": 1}
    assert count_changes(first, third) == {"added": 2, "removed": 2, "changed": 0}
    assert count_changes(third, third) == {"added": 0, "removed": 0, "changed": 0}


# --- Any history, any page size, from any version to any later one.

NAMES = ["甲磺酸奥希替尼片", "仑卡奈单抗注射液", "阿基仑赛注射液"]
CODES = ["A-1", "A-10", "A-2", "a-1", "中-1", "𠮷-1"]
CONTENTS = st.dictionaries(st.sampled_from(CODES), st.tuples(st.sampled_from(NAMES), st.integers(1, 3)), min_size=1)
STEPS = st.lists(st.tuples(CONTENTS, st.integers(0, 900), st.booleans(), st.booleans()), min_size=2, max_size=5)


def _file(content: dict[str, tuple[str, int]], number: int) -> str:
    # The same bytes again would be the same import again: blank lines at the end tell them apart.
    rows = [f"{code},{name},{price}.5,品{CODES.index(code)}" for code, (name, price) in content.items()]
    return "\n".join(["entry_code,generic_name,payment_standard,brand_name", *rows]) + "\n" * number


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes seconds: shrinking it would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, page_size=st.integers(1, 7))
def test_the_deltas_lead_from_any_version_to_the_checksum_of_every_later_one(
    catalog: Catalog, api: Api, steps: list[Any], page_size: int
) -> None:
    with transaction.atomic():
        try:
            _check_history(catalog, api, steps, page_size)
        finally:
            transaction.set_rollback(True)


def _check_history(catalog: Catalog, api: Api, steps: list[Any], page_size: int) -> None:
    waiting: list[CatalogVersion] = []
    history: list[CatalogVersion] = []

    def publish(version: CatalogVersion) -> None:
        now = followed(version)
        history.append(
            services.publish_version(version=version, by="bob", confirm=True, against=now.label if now else "")
        )

    for number, (content, day, publish_now, withdraw_last) in enumerate(steps):
        first_day = date(2026, 1, 1) + timedelta(days=day)
        version = imported(catalog, _file(content, number), label=f"v{number}", effective_from=first_day).version
        assert version is not None
        # Some drafts wait, so that a version follows another than the one it was compared with at import.
        if publish_now:
            publish(version)
        else:
            waiting.append(version)
        if withdraw_last and history and history[-1].state == "published":
            history[-1] = withdrawn(history[-1])
    for version in reversed(waiting):
        publish(version)

    everything = Copy()
    snapshots: dict[str, dict[str, Any]] = {}
    for page in pages(api, catalog.code, page_size=page_size):
        for item in page["results"]:
            everything.apply(item["deltas"])
            if item["event"] == "published" and item["complete"]:
                assert everything.checksum == item["version"]["checksum"]
                snapshots[item["version"]["label"]] = dict(everything.entries)
    assert list(snapshots) == [version.label for version in history]
    assert all(checksum_of(version.pk) == version.checksum for version in history)

    for place, version in enumerate(history):
        copy = Copy(snapshots[version.label])
        reached = [version.checksum]
        for item in items(api, catalog.code, **{"from": version.label}, page_size=page_size):
            copy.apply(item["deltas"])
            if item["event"] == "published" and item["complete"]:
                reached.append(copy.checksum)
        assert reached == [later.checksum for later in history[place:]]


def test_an_export_and_the_feed_tell_the_same(api: Api, versions: list[CatalogVersion]) -> None:
    copy = Copy()
    for item in items(api, "COM"):
        copy.apply(item["deltas"])
    rows = CatalogEntry.objects.filter(version=versions[-1]).order_by("entry_code").values(*feed.COLUMNS)
    exported = b"".join(csv_lines(rows)).decode("utf-8-sig")

    assert sorted(copy.entries) == [line.split(",")[0] for line in exported.splitlines()[1:]]


# --- Codes that are new every year, and lists without codes: a copy that knows nothing of pairs still ends right.

DRUGS = ["甲", "乙", "丙", "丁"]
TEXTS = ["", "限二线", "限（二）线。", "限(二)线"]
YEARS = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(DRUGS), st.sampled_from(TEXTS), st.sampled_from(["", "注"])),
            min_size=1,
            max_size=6,
            unique_by=lambda row: row[:2],
        ),
        st.booleans(),
        st.integers(0, 900),
        st.sampled_from([[], ["X"], ["X", "Z"]]),
    ),
    min_size=2,
    max_size=4,
)


def _year(rows: list[tuple[str, str, str]], number: int, has_codes: bool) -> str:
    lines = [
        ",".join([*([f"Y{number}-{place}"] if has_codes else []), f"药{drug}片", text, note])
        for place, (drug, text, note) in enumerate(rows)
    ]
    header = ("entry_code," if has_codes else "") + "generic_name,restriction,note"
    return "\n".join([header, *lines]) + "\n" * (number + 1)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(years=YEARS, page_size=st.integers(1, 5))
def test_a_copy_by_entry_code_follows_new_codes_every_year(
    catalog: Catalog, api: Api, years: list[Any], page_size: int
) -> None:
    with transaction.atomic():
        try:
            history = [
                published(
                    catalog,
                    _year(rows, number, has_codes),
                    label=f"v{number}",
                    effective_from=date(2026, 1, 1) + timedelta(days=day),
                    complete_for=complete_for,
                )
                for number, (rows, has_codes, day, complete_for) in enumerate(years)
            ]
            copy = Copy()
            reached = []
            for page in pages(api, catalog.code, page_size=page_size):
                for item in page["results"]:
                    copy.apply(item["deltas"])
                    if item["complete"]:
                        assert copy.checksum_as(item["version"]) == item["version"]["checksum"]
                        reached.append(item["version"]["label"])
            assert reached == [version.label for version in history]
        finally:
            transaction.set_rollback(True)


def test_a_pair_is_told_by_its_codes(api: Api, catalog: Catalog) -> None:
    published(catalog, "entry_code,generic_name,note\nM-1,甲片,\nM-2,乙片,\n", label="v1")
    published(catalog, "entry_code,generic_name,note\nA-1,甲片,改\nM-2,乙片,（改）\n", label="v2")

    deltas = items(api, "COM", **{"from": "v1"})[0]["deltas"]

    assert [(one["change"], one["entry_code"]) for one in deltas] == [
        ("added", "A-1"),
        ("removed", "M-1"),
        ("changed", "M-2"),
    ]
    assert count_changes(*CatalogVersion.objects.order_by("pk")) == {"added": 0, "removed": 0, "changed": 2}


# --- The feed of all catalogs a key sees


def named(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(item["catalog"], item["event"], item["version"]["label"]) for item in found]


@pytest.fixture
def many(
    catalog: Catalog, versions: list[CatalogVersion], make_catalog: Callable[..., Catalog], insurer: Any
) -> list[CatalogVersion]:
    """Publish on two more lists, of which one is the insurer's own, after COM: v1, v2, v1 withdrawn, v3."""
    own, other = make_catalog("PRIVATE", owner_id=insurer.pk), make_catalog("OTHER")
    made = [published(other, SECOND, label="o1"), published(own, FIRST, label="p1")]
    made.append(published(other, THIRD, label="o2", effective_from=date(2026, 6, 1)))
    withdrawn(made[1])
    return made


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


def test_what_is_declared_while_somebody_reads_all_lists_is_on_his_next_page(
    catalog: Catalog, make_catalog: Callable[..., Catalog]
) -> None:
    published(catalog, FIRST, label="v1")
    seen = clock.observe().known_at
    published(make_catalog("OTHER"), FIRST, label="o1")
    page = feed.page_of_all(None, since=None, size=50, until=seen)
    later = feed.page_of_all(None, since=page.place(None), size=50, until=clock.observe().known_at)

    assert [item.event.version.label for item in (*page.items, *later.items)] == ["v1", "o1"]
    assert len(page.items) == 1


@pytest.mark.django_db(transaction=True)
def test_publications_that_commit_while_the_feed_is_read_come_once_and_in_order(
    make_catalog: Callable[..., Catalog],
) -> None:
    """Three publish at once on lists of their own while a fourth polls: every event comes once, whatever the order of commits."""
    drafts = []
    for list_no in range(3):
        catalog = make_catalog(f"L{list_no}")
        drafts += [imported(catalog, FIRST + "\n" * n, label=f"v{n}").version for n in range(3)]
    busy = threading.Event()
    busy.set()

    def publish(which: int) -> None:
        try:
            for version in drafts[which * 3 : which * 3 + 3]:
                assert version is not None
                now = followed(version)
                services.publish_version(version=version, by="bob", confirm=True, against=now.label if now else "")
        finally:
            connections.close_all()

    read: list[tuple[str, str]] = []
    place = None
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(publish, which) for which in range(3)]
        while busy.is_set():
            if all(job.done() for job in jobs):
                busy.clear()  # once more, then that is all
            page = feed.page_of_all(None, since=place, size=2, until=clock.observe().known_at, with_deltas=False)
            while True:
                read += [(item.event.version.catalog.code, item.event.version.label) for item in page.items]
                place = page.place(place)
                if not page.more:
                    break
                page = feed.page_of_all(None, since=place, size=2, until=clock.observe().known_at, with_deltas=False)
        for job in jobs:
            job.result()

    assert sorted(read) == [(f"L{list_no}", f"v{n}") for list_no in range(3) for n in range(3)]


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


def test_an_empty_feed_has_no_cursor(api: Api) -> None:
    assert api.get("/changes/").json() == {"cursor": None, "next": None, "results": []}


def test_events_of_all_lists_cost_the_same_number_of_queries(
    api: Api, many: list[CatalogVersion], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(
        7
    ):  # the key, what happened, the versions of those lists, the numbers in the log
        api.get("/changes/", {"deltas": "false"})
