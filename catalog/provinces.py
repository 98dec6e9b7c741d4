"""Which texts name a province or another region, and how a catalog keeps its own: 内蒙, 新疆兵团, 110000."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from catalog.vocabularies import Term, Vocabulary

# The 31 divisions of the mainland at the level of a province, as GB/T 2260 and GB/T 2659.1 call them, in the standard's order: what "N/31" counts.
# Each is stored by its short name; a file may give the whole name, the number, the letters or the English name.
_PROVINCE_ROWS: Final = (
    ("北京", "Beijing", "北京市", "110000", "BJ"),
    ("天津", "Tianjin", "天津市", "120000", "TJ"),
    ("河北", "Hebei", "河北省", "130000", "HE"),
    ("山西", "Shanxi", "山西省", "140000", "SX"),
    ("内蒙古", "Inner Mongolia", "内蒙古自治区", "150000", "NM"),
    ("辽宁", "Liaoning", "辽宁省", "210000", "LN"),
    ("吉林", "Jilin", "吉林省", "220000", "JL"),
    ("黑龙江", "Heilongjiang", "黑龙江省", "230000", "HL"),
    ("上海", "Shanghai", "上海市", "310000", "SH"),
    ("江苏", "Jiangsu", "江苏省", "320000", "JS"),
    ("浙江", "Zhejiang", "浙江省", "330000", "ZJ"),
    ("安徽", "Anhui", "安徽省", "340000", "AH"),
    ("福建", "Fujian", "福建省", "350000", "FJ"),
    ("江西", "Jiangxi", "江西省", "360000", "JX"),
    ("山东", "Shandong", "山东省", "370000", "SD"),
    ("河南", "Henan", "河南省", "410000", "HA"),
    ("湖北", "Hubei", "湖北省", "420000", "HB"),
    ("湖南", "Hunan", "湖南省", "430000", "HN"),
    ("广东", "Guangdong", "广东省", "440000", "GD"),
    ("广西", "Guangxi", "广西壮族自治区", "450000", "GX"),
    ("海南", "Hainan", "海南省", "460000", "HI"),
    ("重庆", "Chongqing", "重庆市", "500000", "CQ"),
    ("四川", "Sichuan", "四川省", "510000", "SC"),
    ("贵州", "Guizhou", "贵州省", "520000", "GZ"),
    ("云南", "Yunnan", "云南省", "530000", "YN"),
    ("西藏", "Tibet", "西藏自治区", "540000", "XZ"),
    ("陕西", "Shaanxi", "陕西省", "610000", "SN"),
    ("甘肃", "Gansu", "甘肃省", "620000", "GS"),
    ("青海", "Qinghai", "青海省", "630000", "QH"),
    ("宁夏", "Ningxia", "宁夏回族自治区", "640000", "NX"),
    ("新疆", "Xinjiang", "新疆维吾尔自治区", "650000", "XJ"),
)
# Lists come from these too, but they are none of the 31: the Corps insures on its own within Xinjiang's area.
_REGION_ROWS: Final = (
    ("新疆兵团", "Xinjiang Production and Construction Corps", "新疆生产建设兵团", "660000", "XPCC"),
    ("台湾", "Taiwan", "台湾省", "710000", "TW"),
    ("香港", "Hong Kong", "香港特别行政区", "810000", "HK"),
    ("澳门", "Macao", "澳门特别行政区", "820000", "MO"),
)
_MORE_NAMES: Final = {
    **{"内蒙古": ("内蒙",), "广西": ("广西自治区",), "西藏": ("Xizang",), "宁夏": ("宁夏自治区",)},
    **{"新疆": ("新疆自治区",), "新疆兵团": ("兵团", "生产建设兵团"), "台湾": ("臺灣",), "澳门": ("Macau",)},
}


def _regions(rows: Iterable[tuple[str, str, str, str, str]]) -> Vocabulary:
    return Vocabulary(*(Term(zh, zh, en, (*also, en, *_MORE_NAMES.get(zh, ()))) for zh, en, *also in rows))


PROVINCES: Final = _regions(_PROVINCE_ROWS)
REGIONS: Final = _regions((*_PROVINCE_ROWS, *_REGION_ROWS))
REGION_LETTERS: Final = {row[0]: row[4] for row in (*_PROVINCE_ROWS, *_REGION_ROWS)}
_REGION_WORDS: Final = {re.sub(r"\s", "", word).casefold(): code for word, code in REGIONS.words.items()}


def region_of(written: str) -> str | None:
    """Return the short name of the province or region that a text names in any of its ways (北京市, Beijing, BJ, 110000), None for any other text."""
    return _REGION_WORDS.get(re.sub(r"\s", "", unicodedata.normalize("NFKC", written)).casefold())


def province_of(written: str) -> str | None:
    """Return which of the 31 provinces a text names in any of its ways, None for any other text."""
    named = region_of(written)
    return named if named in PROVINCES.codes else None


def province_named(written: str) -> str:
    """Return how a catalog keeps its province: by its short name, so that 北京 and 北京市 are one.

    Another text stays as it is: catalogs had free text here before (全国, a city), which still says something true and counts for no province.
    """
    return region_of(written) or written.strip()
