"""Pages of entries: what an entry holds is shown as it is, and a page that is kept is the page that would be read anew, byte for byte."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from catalog import services as catalogs
from catalog.entries import COLUMNS
from catalog.models import Catalog
from common import cache
from tests.api.calls import seen
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


def anew(api: Api, path: str, **headers: str) -> Any:
    """Ask with nothing kept in the process."""
    cache.clear_all()
    return api.get(path, **headers)


SHOWN = {
    "E-1": {
        "brand_name": '牌"子\\',
        "icd10": ["C34", "C50-C59"],
        "sex": "F",
        "age_min": 18,
        "settings": ["inpatient", "outpatient"],
        "payment_standard": "4977.00",
        "max_quantity": "30",
        "criteria": [{"code": "EGFR", "text": "突变=阳性"}, {"code": "ALK", "text": ""}],
        "effective_from": "2026-02-01",
        "rare_disease": True,
        "marks": ["negotiated", "bidding"],
        "indication": "\U0001f48a 肺癌",
    },
    "E-2": {"payment_standard": "5.70", "max_quantity": "0.5", "criteria": [], "rare_disease": False, "sex": ""},
    "E-3": {"payment_standard": "0.1234", "max_quantity": "1.125", "criteria": [{"code": "X", "text": ""}]},
    "E-4": {"payment_standard": None, "payment_standard_text": "*", "max_quantity": None, "note": "</script>"},
    "E-5": {"payment_standard": "12.10", "max_quantity": "100", "rare_disease": None, "age_min": None},
}


def test_every_entry_is_shown_as_it_is(api: Api, version: Any) -> None:
    results = api.get(PATH).json()["results"]

    assert [list(entry) for entry in results] == [list(COLUMNS)] * 5
    for entry in results:
        wanted = SHOWN[entry["entry_code"]]
        assert {name: entry[name] for name in wanted} == wanted


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_asked_again_is_the_same(api: Api, version: Any, query: str) -> None:
    path = f"{PATH}?{query}"

    first, again, fresh = api.get(path), api.get(path), anew(api, path)

    assert seen(first) == seen(again) == seen(fresh)
    assert first.content.replace(first["X-Request-ID"].encode(), b"") == again.content.replace(
        again["X-Request-ID"].encode(), b""
    )


def test_a_walk_there_and_back_by_kept_pages_and_fresh_ones(api: Api, version: Any) -> None:
    path, there = f"{PATH}?page_size=2", []
    while path:
        path = path.removeprefix("http://testserver/api/v1")
        page = api.get(path)
        assert anew(api, path).content == page.content
        there.append([entry["entry_code"] for entry in page.json()["results"]])
        path, back = page.json()["next"], page.json()["previous"]
    assert there == [["E-1", "E-2"], ["E-3", "E-4"], ["E-5"]]
    while back:
        page = api.get(back.removeprefix("http://testserver/api/v1"))
        back = page.json()["previous"]
    assert [entry["entry_code"] for entry in page.json()["results"]] == ["E-1", "E-2"]


@pytest.mark.parametrize("held", ['"{etag}"', 'W/"{etag}"', "*", '"other"', '"a", "{etag}"'])
def test_what_a_caller_holds_is_not_sent_again(api: Api, version: Any, held: str) -> None:
    etag = api.get(PATH)["ETag"].strip('"')
    holds = {"If-None-Match": held.format(etag=etag)}

    kept, fresh = api.get(PATH, **holds), anew(api, PATH, **holds)

    assert seen(kept) == seen(fresh)
    assert kept.status_code == (200 if "other" in held else 304)
    assert bool(kept.content) == ("other" in held)


SEES = {  # which versions each may read: COM v1 is published, COM v2 a draft; PRIV-A is insurer A's own
    "none": 401,
    "revoked": 401,
    "A-read": {"COM v1", "PRIV-A p1", "PRIV-A p2"},
    "A-write": {"COM v1", "PRIV-A p1", "PRIV-A p2"},
    "B": {"COM v1"},
    "maker": {"COM v1", "COM v2", "PRIV-A p1", "PRIV-A p2"},
    "auditor": {"COM v1", "COM v2", "PRIV-A p1", "PRIV-A p2"},
}


@pytest.mark.parametrize("of", ["COM v1", "COM v2", "COM none", "NONE v1", "PRIV-A p1", "PRIV-A p2", "A%00 v1"])
@pytest.mark.parametrize("who", SEES)
def test_a_page_that_another_one_was_shown_is_still_shown_to_nobody_else(world: World, who: str, of: str) -> None:
    code, label = of.split()
    path = f"/catalogs/{code}/versions/{quote(label)}/entries/"
    for other in SEES:
        world.apis[other].get(path)

    found = world.apis[who].get(path)

    sees = SEES[who]
    assert found.status_code == (sees if isinstance(sees, int) else 200 if of in sees else 404)
    assert seen(found) == seen(anew(world.apis[who], path))


def test_a_version_is_seen_as_soon_as_it_is_published(world: World) -> None:
    a, path = world.apis["A-read"], "/catalogs/COM/versions/v2/entries/"
    assert a.get(path).status_code == 404

    catalogs.publish_version(version=world.v2, by="bob", confirm=True)

    assert a.get(path).json()["count"] == 3
    assert world.apis["B"].get("/catalogs/PRIV-A/versions/p1/entries/").status_code == 404
