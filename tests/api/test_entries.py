"""Pages of entries: the plain way and the framework's answer alike, byte for byte, whatever an entry holds."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from catalog import services as catalogs
from catalog.api import entries
from catalog.entries import COLUMNS
from catalog.models import Catalog
from tests.api.calls import BY_THE_FRAMEWORK, seen
from tests.api.conftest import World
from tests.conftest import Api, published

ALL_KINDS = """entry_code,generic_name,brand_name,icd10,sex,age_min,settings,payment_standard,max_quantity,criteria,effective_from,rare_disease,marks,note,indication
E-1,甲药片,"牌""子\\",C34;C50-C59,F,18,inpatient;outpatient,4977,30,EGFR=突变=阳性;ALK,2026-02-01,Y,negotiated;bidding,"一行
二行	三",\U0001f48a 肺癌
E-2,乙药片,,,,,,5.7,0.5,,,N,,,
E-3,丙药片,,,,,,0.1234,1.125,X=,,,,,
E-4,丁药片,,,,,,*,,,,,,</script>,
E-5,戊药片,,,,,,12.10,100,,,,,a/b,
"""


@pytest.fixture
def version(make_catalog: Callable[..., Catalog]) -> Any:
    return published(make_catalog("KINDS"), ALL_KINDS)


PATH = "/catalogs/KINDS/versions/v1/entries/"
QUERIES = [
    "",
    "page_size=2",
    "page_size=500",
    "page_size=0",
    "page_size=501",
    "page_size=",
    "page_size=2&page_size=3",
    "page=1",
    "page=1&page_size=2",
    "page=9",
    "cursor=abc",
    "cursor=WyJlbnRyeV9jb2RlIixmYWxzZSwiRS0yeCJd",  # behind an entry that is not there
    "cursor=WyJlbnRyeV9jb2RlIix0cnVlLCJFLTR4Il0&page_size=2",
    "cursor=",
    "nonsense=1",
    "fields=generic_name,criteria",
    "fields=criteria,generic_name,criteria",
    "fields=payment_standard",
    "fields=nothing",
    "fields=",
    "fields=generic_name&fields=note",
    "fields=generic_name,",
    "ordering=-entry_code&page_size=2",
    "q=%E7%94%B2",
    "q=%E8%8D%AF&page_size=2",
    "q=%E8%8D%AF&page_size=2&cursor=WzJd",
    "q=%E8%8D%AF&page_size=2&cursor=Wy0xXQ",
    "q=%E8%8D%AF&page_size=2&page=2",
    "q=%E8%8D%AF&fields=criteria&icd10=C34",
    "q=%E8%8D%AF&ordering=-entry_code",
    "q=nothing",
    "q=",
    "q=%20",
    "q=%00",
    "q=" + "a" * 100,
    "q=" + "a" * 101,
    "q=a&q=b",
    "icd10=C34",
    "page_size=2&page=1&cursor=x",
    "page_size=%00",
    *[f"fields={column}" for column in COLUMNS],
]


def both(api: Api, path: str, **headers: str) -> tuple[Any, Any]:
    return api.get(path, **headers), api.get(path, **headers, **BY_THE_FRAMEWORK)


@pytest.mark.parametrize("query", QUERIES)
def test_both_ways_give_the_same_page(api: Api, version: Any, query: str) -> None:
    plain, framework = both(api, f"{PATH}?{query}")

    assert plain.content.replace(plain["X-Request-ID"].encode(), b"") == framework.content.replace(
        framework["X-Request-ID"].encode(), b""
    )
    assert seen(plain) == seen(framework)


@pytest.mark.parametrize("read_whole", [0, 5])
def test_both_ways_walk_alike_there_and_back(
    api: Api, version: Any, read_whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "READ_WHOLE_AT_MOST", read_whole)
    path, there = f"{PATH}?page_size=2", []
    while path:
        plain, framework = both(api, path.removeprefix("http://testserver/api/v1"))
        assert plain.content == framework.content
        there.append([entry["entry_code"] for entry in plain.json()["results"]])
        path, back = plain.json()["next"], plain.json()["previous"]
    assert there == [["E-1", "E-2"], ["E-3", "E-4"], ["E-5"]]
    while back:
        plain, framework = both(api, back.removeprefix("http://testserver/api/v1"))
        assert plain.content == framework.content
        back = plain.json()["previous"]
    assert [entry["entry_code"] for entry in plain.json()["results"]] == ["E-1", "E-2"]


@pytest.mark.parametrize("held", ['"{etag}"', 'W/"{etag}"', "*", '"other"', '"a", "{etag}"'])
def test_both_ways_know_what_a_caller_holds(api: Api, version: Any, held: str) -> None:
    etag = api.get(PATH)["ETag"].strip('"')

    plain, framework = both(api, PATH, **{"If-None-Match": held.format(etag=etag)})

    assert seen(plain) == seen(framework)
    assert plain.status_code == (200 if "other" in held else 304)


@pytest.mark.parametrize("of", ["COM v1", "COM v2", "COM none", "NONE v1", "PRIV-A p1", "PRIV-A p2", "A%00 v1"])
@pytest.mark.parametrize("who", ["none", "revoked", "A-read", "A-write", "B", "maker", "auditor"])
def test_both_ways_show_everybody_the_same(world: World, who: str, of: str) -> None:
    code, label = of.split()

    plain, framework = both(world.apis[who], f"/catalogs/{code}/versions/{quote(label)}/entries/")

    assert seen(plain) == seen(framework)


def test_a_version_is_seen_as_soon_as_it_is_published(world: World) -> None:
    a, path = world.apis["A-read"], "/catalogs/COM/versions/v2/entries/"
    assert a.get(path).status_code == 404

    catalogs.publish_version(version=world.v2, by="bob", confirm=True)

    assert a.get(path).json()["count"] == 3
    assert world.apis["B"].get("/catalogs/PRIV-A/versions/p1/entries/").status_code == 404
