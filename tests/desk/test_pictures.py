"""Pictures: whatever they are given, the drawing is well-formed, holds every number of its table, and nothing of it is markup or style."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.provinces import province_of
from common.pictures import (
    Period,
    Picture,
    bars,
    curve,
    heat,
    lines,
    money,
    number,
    percent,
    province_map,
    strip,
    upset,
)
from common.pictures.drawing import cut, folded, steps, width_of
from common.pictures.province_map import PLACES

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert('1')</script>&\x00\"\ud800<style>"
names = st.one_of(
    st.text(max_size=40), st.just(HOSTILE), st.sampled_from(["肿瘤", "罕见病用药目录（2025年）一个很长很长的名字"])
)
values = st.one_of(st.integers(0, 10**9), st.decimals(0, 10**7, places=2))
days = st.dates(date(2015, 1, 1), date(2030, 12, 31))
listed = st.lists(names, min_size=1, max_size=6)


@st.composite
def heats(draw: st.DrawFn) -> Picture:
    columns = draw(listed)
    row = st.tuples(names, st.lists(st.none() | values, min_size=len(columns), max_size=len(columns)))
    return heat(draw(names), draw(names), columns, draw(st.lists(row, max_size=5)), corner=draw(names))


@st.composite
def bar_pictures(draw: st.DrawFn) -> Picture:
    rows = draw(st.lists(names, max_size=6))
    one = st.tuples(names, st.lists(values, min_size=len(rows), max_size=len(rows)))
    return bars(draw(names), draw(names), rows, draw(st.lists(one, min_size=1, max_size=7)), total=draw(names))


@st.composite
def line_pictures(draw: st.DrawFn) -> Picture:
    places = draw(st.lists(names, max_size=6) | st.lists(days, max_size=6, unique=True).map(sorted))
    one = st.tuples(names, st.lists(st.none() | values, min_size=len(places), max_size=len(places)))
    return lines(draw(names), draw(names), places, draw(st.lists(one, max_size=7)))


@st.composite
def upsets(draw: st.DrawFn) -> Picture:
    lists = draw(st.lists(st.tuples(names, st.integers(0, 10**6)), min_size=1, max_size=5))
    places = st.frozensets(st.integers(0, len(lists) - 1), min_size=1)
    overlaps = draw(st.dictionaries(places, st.integers(1, 10**6), max_size=8))
    return upset(draw(names), draw(names), lists, list(overlaps.items()), only="只在{}", whole="{}全部")


@st.composite
def curves(draw: st.DrawFn) -> Picture:
    things = draw(st.lists(st.tuples(names, st.integers(0, 40), st.booleans()), max_size=90))
    return curve(draw(names), draw(names), things, cut=draw(st.none() | st.integers(0, 50)), cut_words=draw(names))


@st.composite
def strips(draw: st.DrawFn) -> Picture:
    one = st.builds(
        lambda first, last, told, look: Period(first, last if last is None or last >= first else first, told, look),
        days, st.none() | days, names, st.integers(0, 5),
    )  # fmt: skip
    lanes = draw(st.lists(st.tuples(names, st.lists(one, max_size=4)), max_size=4))
    first, last = sorted([draw(days), draw(days)])
    return strip(draw(names), draw(names), lanes, first, last, looks=draw(listed), today=draw(days))


@st.composite
def tile_pictures(draw: st.DrawFn) -> Picture:
    one = st.tuples(st.none() | values, st.booleans())
    return province_map(
        draw(names), draw(names), draw(st.dictionaries(st.sampled_from(sorted(PLACES)), one)), answers=("有", "无")
    )


KINDS = st.one_of(heats(), bar_pictures(), line_pictures(), upsets(), curves(), strips(), tile_pictures())


@settings(max_examples=150)
@given(picture=KINDS)
def test_a_picture_is_a_titled_drawing_without_style_or_script(picture: Picture) -> None:
    root = ET.fromstring(picture.svg)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and desc is not None and root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "desc", "text", "rect", "line", "circle", "path", "defs", "pattern",
    }  # fmt: skip
    assert not any(name == "style" or name.startswith("on") for one in root.iter() for name in one.attrib)
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    for one in root.iter():  # a pattern that is named is there
        if (one.get("fill") or "").startswith("url("):
            assert (one.get("fill") or "")[5:-1] in ids
    width, height = (float(one) for one in (root.get("viewBox") or "").split()[2:])
    for one in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(one.get(name) or 0) for name in ("x", "y", "width", "height"))
        if one.get("class") != "plate" and one in list(root):
            assert x >= -0.2 and x + w <= width + 0.6 and y >= -0.2 and y + h <= height + 0.6


@settings(max_examples=150)
@given(picture=KINDS)
def test_a_picture_shows_every_value_of_its_table_and_none_without_a_table(picture: Picture) -> None:
    root = ET.fromstring(picture.svg)
    assert len(picture.told) == len(picture.rows)
    assert all(len(row) == len(picture.header) for row in picture.told)
    if not picture.rows:
        assert not [one for one in root.iter() if one.tag.removeprefix(SVG) in {"rect", "line", "path", "circle"}]
        return
    shown = "\n".join("".join(one.itertext()) for one in root)
    if root.get("class", "").startswith("picture picture-strip"):
        return  # what lies outside its days is in the table only: see the test of strips
    for row, told in zip(picture.rows, picture.told, strict=True):
        for value, text in zip(row[1:], told[1:], strict=True):
            if isinstance(value, int | Decimal) and (value or "picture-bars" not in root.get("class", "")):
                assert text in shown, (text, shown)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: heat("题", "述", [], []),
        lambda: bars("题", "述", [], [("甲", [])]),
        lambda: lines("题", "述", [], []),
        lambda: upset("题", "述", [("甲", 0)], []),
        lambda: curve("题", "述", []),
        lambda: strip("题", "述", [("甲", [])], date(2026, 1, 1), date(2026, 1, 1)),
        lambda: province_map("题", "述", {}),
    ],
)
def test_without_numbers_a_picture_says_so(draw: Callable[[], Picture]) -> None:
    picture = draw()
    assert picture.empty or picture.rows == ()
    assert "—" in "".join(ET.fromstring(picture.svg).itertext())


def test_zeros_are_drawn_as_zeros() -> None:
    for picture in (
        bars("题", "", ["甲"], [("数", [0])]),
        heat("题", "", ["数"], [("甲", [0])]),
        lines("题", "", ["甲"], [("数", [0])]),
    ):
        assert picture.told == (("甲", "0"),)
        ET.fromstring(picture.svg)


def test_hostile_text_stays_text() -> None:
    picture = bars(HOSTILE, HOSTILE, [HOSTILE], [(HOSTILE, [1]), (HOSTILE, [2])], corner=HOSTILE)
    assert "<script" not in picture.svg and "<style" not in picture.svg
    assert "alert" in "".join(ET.fromstring(picture.svg).itertext())


def test_a_long_name_is_cut_and_its_title_tells_the_whole() -> None:
    name = "抗体偶联药物及双特异性抗体治疗恶性肿瘤药品目录" * 2
    root = ET.fromstring(bars("题", "", [name], [("数", [3])]).svg)
    (label,) = [one for one in root.iter(f"{SVG}text") if one.find(f"{SVG}title") is not None]
    assert label.find(f"{SVG}title").text == name  # type: ignore[union-attr]
    assert "".join(label.itertext()).endswith("…")


def test_a_strip_draws_a_period_from_its_first_day_to_the_end_of_its_last() -> None:
    year = strip(
        "题", "", [("目录", [Period(date(2026, 1, 1), date(2026, 6, 30), "限")])], date(2026, 1, 1), date(2026, 12, 31)
    )
    (bar,) = [one for one in ET.fromstring(year.svg).iter(f"{SVG}rect") if (one.get("class") or "").startswith("fill")]
    assert (bar.get("x"), bar.get("width")) == ("0", "197.4")  # 181 of 365 days of 400, and a gap of 1
    outside = strip(
        "题", "", [("目录", [Period(date(2020, 1, 1), date(2020, 2, 1), "早")])], date(2026, 1, 1), date(2026, 2, 1)
    )
    assert outside.told == (("目录", "2020-01-01", "2020-02-01", "早"),)
    assert "早" not in "".join(ET.fromstring(outside.svg).itertext())


def test_an_overlap_is_named_by_its_lists_and_the_largest_stands_first() -> None:
    picture = upset("题", "", [("甲", 5), ("乙", 9)], [(frozenset({0, 1}), 3), (frozenset({0}), 2), (frozenset({1}), 6)],
                    only="只在{}", whole="{}全部")  # fmt: skip
    assert picture.told == (("只在乙", "6"), ("甲 + 乙", "3"), ("只在甲", "2"), ("甲全部", "5"), ("乙全部", "9"))


def test_a_long_curve_tells_equal_ranks_together() -> None:
    things = [(f"药{n}", 9 if n < 50 else 2, n < 50) for n in range(100)]
    picture = curve("题", "", things, answers=("入选", "未入选"))
    assert picture.told == (("1–50", "药0 … 药49", "9", "入选"), ("51–100", "药50 … 药99", "2", "未入选"))


def test_there_are_31_provinces_each_on_a_square_of_its_own() -> None:
    assert len(PLACES) == 31 == len(set(PLACES.values()))
    assert [province_of(one) for one in ("北京市", "内蒙古自治区", " 广东 ", "全国")] == [
        "北京",
        "内蒙古",
        "广东",
        None,
    ]


@pytest.mark.parametrize(
    ("say", "value", "told"),
    [
        (number, 1234567, "1,234,567"), (number, Decimal("1234.50"), "1,234.5"), (number, 0, "0"), (number, 0.125, "0.12"),
        (money, Decimal("1234.5"), "1,234.50"), (percent, Decimal("0.125"), "12.5%"), (percent, 1, "100%"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_read_them(say: Callable[[object], str], value: object, told: str) -> None:
    assert say(value) == told


@given(st.integers(0, 10**12) | st.decimals(0, 1000, places=3))
def test_an_axis_spans_the_values_in_few_round_steps(most: int | Decimal) -> None:
    there = steps(most)
    assert there[0] == 0 and there[-1] >= most and 2 <= len(there) <= 11
    assert len({b - a for a, b in zip(there, there[1:], strict=False)}) == 1


@given(st.text(max_size=60), st.integers(30, 300))
def test_a_cut_text_fits(text: str, width: int) -> None:
    assert width_of(cut(text, width)) <= width
    assert all(width_of(line) <= max(width, 13) for line in folded(text, width, 3))
