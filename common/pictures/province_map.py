"""The 31 provinces as squares, each about where it lies, with a value and a tick. Pure."""

from collections.abc import Mapping
from typing import Final

from common.pictures.drawing import NOTHING, Number, Picture, Say, Sheet, number, picture

SIDE = 50
# (column, row) of each province: neighbours stand near each other, as far as squares allow it.
PLACES: Final[Mapping[str, tuple[int, int]]] = {
    "黑龙江": (7, 0), "内蒙古": (4, 1), "北京": (6, 1), "吉林": (7, 1),
    "新疆": (0, 2), "甘肃": (1, 2), "宁夏": (2, 2), "陕西": (3, 2), "山西": (4, 2), "河北": (5, 2), "天津": (6, 2), "辽宁": (7, 2),
    "西藏": (0, 3), "青海": (1, 3), "四川": (2, 3), "重庆": (3, 3), "河南": (4, 3), "山东": (5, 3),
    "云南": (2, 4), "贵州": (3, 4), "湖北": (4, 4), "安徽": (5, 4), "江苏": (6, 4), "上海": (7, 4),
    "广西": (3, 5), "湖南": (4, 5), "江西": (5, 5), "浙江": (6, 5), "广东": (5, 6), "福建": (6, 6), "海南": (5, 7),
}  # fmt: skip


def province_map(
    title: str,
    description: str,
    values: Mapping[str, tuple[Number | None, bool]],
    *,
    header: tuple[str, str, str] = ("", "", ""),
    answers: tuple[str, str] = ("✓", NOTHING),
    say: Say = number,
    nothing: str = NOTHING,
) -> Picture:
    """Draw for each province (as PLACES names it) its value and whether it is ticked; provinces without one stand empty.

    `header` names the table's columns: province, value, ticked; `answers` says ticked and not.
    """
    there = [(name, *values[name]) for name in PLACES if name in values]
    table = [(name, value, answers[0] if ticked else answers[1]) for name, value, ticked in there]
    sheet = Sheet("tiles", title, description, table)
    for name, (column, row) in PLACES.items():
        value, ticked = values.get(name, (None, False))
        told = NOTHING if value is None else say(value)
        x, y = column * SIDE, row * SIDE
        look = "tile-none" if name not in values else "tile-ticked" if ticked else "tile"
        sheet.rect(x + 1, y + 1, SIDE - 2, SIDE - 2, look, f"{name}: {told}" + (f" · {answers[0]}" if ticked else ""))
        letters = "on-tick" if look == "tile-ticked" else ""
        sheet.text(x + SIDE / 2, y + 19, name, letters, anchor="middle", room=SIDE - 4)
        if name in values:
            shown = f"✓ {told}" if ticked and value is not None else "✓" if ticked else told
            sheet.text(x + SIDE / 2, y + 39, shown, f"value {letters}".strip(), anchor="middle", room=SIDE - 4)
    return picture(
        sheet,
        title=title,
        description=description,
        width=SIDE * 8,
        height=SIDE * 8,
        header=header,
        rows=table,
        say=say,
        nothing=nothing,
    )
