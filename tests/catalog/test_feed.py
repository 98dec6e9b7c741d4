"""The change feed: ordered, without gaps, and enough to rebuild every version from any other."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
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


def pages(api: Api, code: str, **query: Any) -> Iterator[dict[str, Any]]:
    path, asked = f"/catalogs/{code}/changes/", query
    while True:
        answer = api.get(path, asked)
        assert answer.status_code == 200, answer.content
        yield answer.json()
        if answer.json()["next"] is None:
            return
        path, asked = answer.json()["next"].removeprefix("/api/v1"), {}


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

    later = feed.page_of(catalog, since=page.position, size=50, until=clock.observe().known_at)
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
