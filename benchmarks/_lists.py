"""Invented lists of any size, with the shape of real ones: several entries a drug, diseases, settings, ages, criteria."""

import csv
import io
import random
from collections.abc import Iterator
from typing import IO, Any

STEMS = "奥希 仑卡 度伐 阿替 帕博 卡瑞 信迪 替雷 维迪 戈沙 恩曲 拉罗 普拉 塞普 吉瑞 奎扎 伊布 泽布 奥雷 阿卡".split()
MIDDLES = "替尼 利尤 利珠 妥珠 洛韦 司他 西利 拉非 帕利 瑞博 达拉 依维 培美 吉西 卡培 多西 紫杉 伊立 奥沙 贝伐".split()
ENDS = "片 胶囊 注射液 缓释片 颗粒 口服溶液 分散片 软胶囊".split()
DISEASES = [f"{letter}{number:02d}" for letter in "CDEGIJKLMN" for number in range(10, 60)]
COLUMNS = (
    "entry_code generic_name brand_name dosage_form strength manufacturer class_code reimbursement_class indication icd10 "
    "age_min settings criteria payment_standard prior_auth"
).split()


def name(number: int) -> str:
    """Return the generic name of the drug with this number."""
    stem, middle = STEMS[number % len(STEMS)], MIDDLES[number // len(STEMS) % len(MIDDLES)]
    serial = number // (len(STEMS) * len(MIDDLES))
    return f"{stem}{middle}{'' if not serial else _letters(serial)}{ENDS[number % len(ENDS)]}"


def _letters(number: int) -> str:
    made = ""
    while number:
        number, rest = divmod(number, 20)
        made = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"[rest] + made
    return made


def rows(count: int, drugs: int, seed: int = 1, prefix: str = "E", first: int = 0) -> Iterator[dict[str, Any]]:
    """Yield `count` entries over `drugs` drugs, numbered from `first` on."""
    chance = random.Random(seed)
    for number in range(count):
        drug = first + number % drugs
        disease = DISEASES[chance.randrange(len(DISEASES))]
        yield {
            "entry_code": f"{prefix}-{number:07d}",
            "generic_name": name(drug),
            "brand_name": f"牌{drug % 5000}" if drug % 3 == 0 else "",
            "dosage_form": "",
            "strength": f"{chance.randrange(1, 200)}mg" if drug % 7 == 0 else "",
            "manufacturer": f"第{drug % 800}制药有限公司" if drug % 7 == 0 else "",
            "class_code": f"XL01{'ABCDEFX'[drug % 7]}{'ABCDX'[drug % 5]}",
            "reimbursement_class": "B",
            "indication": f"适应症{number}",
            "icd10": f"{disease};{disease}.1",
            "age_min": "18" if number % 4 == 0 else "",
            "settings": "outpatient;inpatient" if number % 5 == 0 else "",
            "criteria": f"CRIT_{number % 40}=要点{number % 40}" if number % 6 == 0 else "",
            "payment_standard": f"{chance.randrange(100, 99999) / 100:.2f}",
            "prior_auth": "N",
        }


def as_csv(listed: Iterator[dict[str, Any]]) -> bytes:
    """Return entries as CSV, UTF-8."""
    out = io.BytesIO()
    write_csv(out, listed)
    return out.getvalue()


def write_csv(out: IO[bytes], listed: Iterator[dict[str, Any]]) -> None:
    """Write entries as CSV, UTF-8."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    text.detach()


def typed(row: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's columns as they are stored."""
    made: dict[str, Any] = dict(row)
    for column in ("icd10", "settings", "criteria"):
        made[column] = [part for part in row[column].split(";") if part]
    made["prior_auth"] = row["prior_auth"] == "Y"
    return made
