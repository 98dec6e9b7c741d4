"""The 31 provinces of the mainland, by the short names that lists and pictures use. Pure."""

from typing import Final

PROVINCES: Final = tuple(
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南"
    " 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆".split()
)


def province_of(text: str) -> str | None:
    """Return the province that a text names, with or without 省, 市 or 自治区 and whatever follows; None where it names none of the 31."""
    written = text.strip()
    return next((name for name in PROVINCES if written.startswith(name)), None)
