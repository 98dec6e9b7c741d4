"""Names that lie near: mistyped, or written with characters that sound the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.pinyin import sounds
from catalog.near_names import Name, distance, nearest
from common.text import norm

DRUGS = (
    "阿司匹林 阿托伐他汀钙片 仑卡奈单抗注射液 多奈单抗注射液 二甲双胍 盐酸二甲双胍缓释片 二甲双胍恩格列净片 甲氨蝶呤 甲磺酸奥希替尼片 吉非替尼片 "
    "连花清瘟胶囊 氯吡格雷 布洛芬 头孢克肟 头孢克洛 胰岛素 阿胶"
).split()
NAMES = [Name(name, norm(name), sounds(name)[0]) for name in DRUGS]


def near(text: str) -> list[str]:
    wanted = norm(text)
    return nearest(wanted, sounds(wanted)[0], NAMES, limit=6)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("阿斯匹林", "阿司匹林"),
        ("仑卡奈单坑", "仑卡奈单抗注射液"),
        ("二甲双瓜", "二甲双胍"),
        ("甲氨喋呤", "甲氨蝶呤"),
        ("奥西替尼", "甲磺酸奥希替尼片"),
        ("奥西替尼片", "甲磺酸奥希替尼片"),
        ("asplin", "阿司匹林"),
        ("asipilim", "阿司匹林"),
        ("erjiashuangua", "二甲双胍"),
        ("莲花清温", "连花清瘟胶囊"),
        ("布落芬", "布洛芬"),
        ("氯呲格雷", "氯吡格雷"),
        ("阿托伐他丁", "阿托伐他汀钙片"),
        ("吉替非尼片", "吉非替尼片"),
    ],
)
def test_the_name_that_was_meant_comes_first(written: str, meant: str) -> None:
    assert near(written)[0] == meant


@pytest.mark.parametrize("written", ["", "药", "没有这种药", "xyzxyz", "a", "aa", "12345678", "㐀" * 300, "甲乙丙丁"])
def test_what_is_like_nothing_is_near_to_nothing(written: str) -> None:
    assert near(written) == []


@given(st.text("阿司匹林单抗片a", max_size=8), st.text("阿司匹林单抗片a", max_size=8))
def test_a_distance_is_the_same_both_ways_and_no_more_than_the_longer(one: str, other: str) -> None:
    far = distance(one, other)

    assert far == distance(other, one) <= max(len(one), len(other))
    assert (far == 0) is (one == other)
    assert distance(one, other, anywhere=True) <= min(far, len(one))


@given(st.sampled_from(DRUGS).filter(lambda name: len(name) >= 4), st.integers(0, 20), st.sampled_from("口木"))
def test_a_name_with_one_wrong_character_is_found(name: str, place: int, wrong: str) -> None:
    place %= len(name)

    assert name in near(name[:place] + wrong + name[place + 1 :])
