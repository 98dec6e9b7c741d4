"""Disease areas that reports count by: chapters of ICD-10, and groups of tumours, each a run of three-character categories. Pure."""

from functools import lru_cache
from typing import Final, NamedTuple

from common import icd10
from common.languages import Language


class Area(NamedTuple):
    """Categories from the first to the last, inclusive, under a short name."""

    first: str
    last: str
    zh: str
    en: str

    @property
    def code(self) -> str:
        return f"{self.first}-{self.last}"

    def name(self, language: Language) -> str:
        """Return the area's name in a language."""
        return self.zh if language == "zh" else self.en


CHAPTERS: Final = (
    Area("A00", "B99", "感染", "Infections"),
    Area("C00", "D48", "肿瘤", "Tumours"),
    Area("D50", "D89", "血液与免疫", "Blood, immunity"),
    Area("E00", "E90", "内分泌与代谢", "Endocrine, metabolic"),
    Area("F00", "F99", "精神", "Mental"),
    Area("G00", "G99", "神经", "Nervous system"),
    Area("H00", "H59", "眼", "Eye"),
    Area("H60", "H95", "耳", "Ear"),
    Area("I00", "I99", "循环", "Circulation"),
    Area("J00", "J99", "呼吸", "Respiration"),
    Area("K00", "K93", "消化", "Digestion"),
    Area("L00", "L99", "皮肤", "Skin"),
    Area("M00", "M99", "肌肉骨骼", "Muscles, bones"),
    Area("N00", "N99", "泌尿生殖", "Urogenital"),
    Area("O00", "O99", "妊娠分娩", "Pregnancy, birth"),
    Area("P00", "P96", "围产期", "Newborns"),
    Area("Q00", "Q99", "先天畸形", "Malformations"),
    Area("R00", "R99", "症状体征", "Symptoms"),
    Area("S00", "T98", "损伤中毒", "Injury, poisoning"),
    Area("U00", "U99", "特殊编码", "Special codes"),
    Area("V01", "Y98", "外因", "External causes"),
    Area("Z00", "Z99", "健康状态", "Health status"),
)
TUMOURS: Final = (
    Area("C00", "C14", "口腔咽", "Mouth, throat"),
    Area("C15", "C26", "消化器官", "Digestive organs"),
    Area("C30", "C39", "肺与胸内", "Lung, chest"),
    Area("C40", "C41", "骨", "Bone"),
    Area("C43", "C44", "皮肤", "Skin"),
    Area("C45", "C49", "软组织", "Soft tissue"),
    Area("C50", "C50", "乳腺", "Breast"),
    Area("C51", "C58", "女性生殖", "Female genital"),
    Area("C60", "C63", "男性生殖", "Male genital"),
    Area("C64", "C68", "泌尿道", "Urinary tract"),
    Area("C69", "C72", "眼与脑", "Eye, brain"),
    Area("C73", "C75", "内分泌腺", "Endocrine glands"),
    Area("C76", "C80", "部位不明", "Unspecified sites"),
    Area("C81", "C96", "血液淋巴", "Blood, lymph"),
    Area("C97", "C97", "多处原发", "Several primary"),
    Area("D00", "D48", "原位与良性", "In situ, benign"),
)


@lru_cache(16_384)
def areas_of(code: str) -> tuple[str, ...]:
    """Return the codes of the areas that a listed ICD-10 code or range falls into or overlaps; none where it is no code."""
    first, last = icd10.range_of(code) or (icd10.compared(code)[:3],) * 2
    if len(first) < 3 or not icd10.is_code(first):
        return ()
    return tuple(area.code for area in (*CHAPTERS, *TUMOURS) if first <= area.last and area.first <= last)
