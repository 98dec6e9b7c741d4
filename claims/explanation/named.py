"""How the values of a decision are called: days, ratios, lists, benefits and the closed vocabularies, in words."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from catalog.vocabularies import CIRCUMSTANCES, KINDS, SETTINGS, Vocabulary
from claims.explanation.grounded import Node, Sentence, Words
from common.languages import Language

_MONTHS: Final = "January February March April May June July August September October November December".split()
_LEVELS: Final = {"1": "一级", "2": "二级", "3": "三级"}
_AGES: Final = re.compile(r"(?P<low>\d+)–(?P<high>\d+)|≤ (?P<most>\d+)|≥ (?P<least>\d+)")

STATUSES: Final = {
    "covered": Sentence("属于医保报销范围", "the drug is paid by basic insurance (医保)"),
    "not_listed": Sentence("不在医保目录里", "the drug is not on the basic insurance (医保) list"),
    "restricted_out": Sentence(
        "不符合医保限定的报销范围", "the case is outside what basic insurance (医保) pays for this drug"
    ),
    "excluded": Sentence("按规定医保不报销", "basic insurance (医保) never pays for this drug"),
    "undetermined": Sentence("医保是否报销还不能确定", "whether basic insurance (医保) pays is not known"),
}
CONDITIONS: Final = {
    "indication": Sentence("疾病", "the disease"),
    "sex": Sentence("性别", "sex"),
    "age": Sentence("年龄", "age"),
    "setting": Sentence("就医类型", "the kind of care"),
    "institution": Sentence("医院等级", "the level of the hospital"),
    "criteria": Sentence("病情和检查", "the patient's condition and tests"),
    "prior_auth": Sentence("事前授权", "prior authorisation"),
}
PROVENANCES: Final = {
    "official": Sentence("官方目录", "an official list"),
    "hand_coded": Sentence(
        "内容来自官方目录，编码由人工整理，还要经过专业复核",
        "taken from an official list; its codes were added by hand and await clinical review",
    ),
    "demonstration": Sentence("示例数据，不是真实目录", "demonstration data, not a real list"),
    "": Sentence("没有说明来源", "its source is not stated"),
}


def day(text: str, language: Language) -> str:
    """Write a day as it is said."""
    found = date.fromisoformat(text)
    if language == "zh":
        return f"{found.year} 年 {found.month} 月 {found.day} 日"
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def percent(ratio: str) -> str:
    """Write a ratio of four decimals as a percentage: 0.7000 is 70%."""
    hundredths = f"{Decimal(ratio) * 100:.2f}"
    return f"{hundredths.rstrip('0').rstrip('.')}%"


def day_of(node: Node, language: Language) -> Words:
    """Tell a day."""
    return Words(day(node.value, language), (node.pointer,))


def percent_of(node: Node) -> Words:
    """Tell a ratio."""
    return Words(percent(node.value), (node.pointer,))


def term_of(node: Node, vocabulary: Vocabulary, language: Language) -> Words:
    """Tell one or several words of a vocabulary; what is none of them stays as it is."""
    names = vocabulary.names(language)
    told = [names.get(code, code) for code in str(node.value).split("、")]
    return Words(("、" if language == "zh" else ", ").join(told), (node.pointer,))


def setting_of(node: Node, language: Language) -> Words:
    """Tell settings of care."""
    return term_of(node, SETTINGS, language)


def circumstance_of(node: Node, language: Language) -> Words:
    """Tell where a cost arose."""
    return term_of(node, CIRCUMSTANCES, language)


def age_of(node: Node, language: Language) -> Words:
    """Tell the ages of a reason's limit: "18–70", "≤ 70" or "≥ 18"."""
    found = _AGES.fullmatch(node.value)
    text = node.value
    if found and found["low"]:
        text = f"{found['low']} 到 {found['high']} 岁" if language == "zh" else f"{found['low']} to {found['high']}"
    elif found and found["most"]:
        text = f"{found['most']} 岁及以下" if language == "zh" else f"{found['most']} or younger"
    elif found:
        text = f"{found['least']} 岁及以上" if language == "zh" else f"{found['least']} or older"
    return Words(text, (node.pointer,))


def level_of(node: Node, language: Language) -> Words:
    """Tell the level of an institution."""
    level = str(node.value)
    return Words(_LEVELS.get(level, level) if language == "zh" else f"level {level}", (node.pointer,))


def sex_of(node: Node, language: Language) -> Words:
    """Tell whom a limit of sex leaves."""
    woman = node.value == "F"
    if language == "zh":
        return Words("女性" if woman else "男性", (node.pointer,))
    return Words("women" if woman else "men", (node.pointer,))


class Names:
    """The names that a decision keeps of what it cites: its lists and its benefits. Read nowhere else."""

    def __init__(self, decision: Node, language: Language) -> None:
        self._decision = decision
        self._language: Language = language

    def cited(self, catalog: str, version: str | None = None) -> Node | None:
        """Return the list that a decision consulted, or None."""
        for node in self._decision["catalogs"]:
            if node.value["catalog"] == catalog and version in (None, node.value["version"]):
                return node
        return None

    def catalog(self, code: Node, version: Node | None = None) -> Words | None:
        """Tell a list by its name, else by its kind, with its edition; None where the decision does not keep it."""
        cited = self.cited(code.value, version.value if version else None)
        if cited is None:
            return None
        name, kind = self.name_of(cited), cited["kind"]
        named = name if name and name.value else kind
        text = name.value if name and name.value else KINDS.names(self._language)[kind.value]
        zh = self._language == "zh"
        if version is None:
            return Words(f"《{text}》" if zh else f"“{text}”", (code.pointer, named.pointer))
        edition = version.value
        return Words(
            f"《{text}》（{edition} 版）" if zh else f"“{text}” (edition {edition})",
            (code.pointer, version.pointer, named.pointer),
        )

    def name_of(self, cited: Node) -> Node | None:
        """Return the name of a list, or None where the record does not keep it."""
        for node in self._decision.get("basis", "catalogs") or ():
            if node.value["catalog"] == cited.value["catalog"]:
                return node["name"]
        return None

    def benefit(self, code: Node) -> Words:
        """Tell a benefit by its name; where it has none but its code, as one of the product's."""
        zh = self._language == "zh"
        for node in self._decision.get("basis", "benefits") or ():
            if node.value["code"] == code.value and node.value["name"] != code.value:
                name = node["name"]
                return Words(f"“{name.value}”" if zh else f"the benefit “{name.value}”", (code.pointer, name.pointer))
        return Words("这款产品的一项保障" if zh else "one of the product's benefits", (code.pointer,))
