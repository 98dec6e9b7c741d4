"""The closed vocabularies, each once: code, Chinese and English name, and other words that files may use (spec csv.md).

Model choices, upload columns, request readers, pages and the OpenAPI document are made from these tables. Marks are
read from `seeds/reference/marks.csv`, which also tells where each comes from.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from common.languages import Language

Kind = Literal["commercial", "base", "base_exclusion", "negative", "reference"]
Scope = Literal["base_listed", "off_base", "any"]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary: its code, its names, and other words that a file may use for it."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        """Return the term's name in a language."""
        return self.zh if language == "zh" else self.en


class Vocabulary:
    """A closed list of terms, in the order they are shown."""

    def __init__(self, *terms: Term) -> None:
        self.terms: Final = terms
        self.codes: Final = tuple(term.code for term in terms)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Every accepted word → its code: the code itself, the Chinese name, the aliases."""
        return {word: term.code for term in self.terms for word in (term.code, term.zh, *term.aliases)}

    def __getitem__(self, code: str) -> Term:
        return next(term for term in self.terms if term.code == code)

    def names(self, language: Language) -> dict[str, str]:
        """Return code → name in a language."""
        return {term.code: term.name(language) for term in self.terms}


KINDS: Final = Vocabulary(
    Term("commercial", "商保目录", "commercial catalog"),
    Term("base", "医保目录", "basic insurance list"),
    Term("base_exclusion", "医保不予支付", "never paid by basic insurance"),
    Term("negative", "负面清单", "negative list"),
    Term("reference", "参考清单", "reference list"),
)
# Every entry of these names a drug (eligibility 4.1).
NAMING_KINDS: Final[frozenset[Kind]] = frozenset({"commercial", "base", "reference"})
# Lists of what is not paid: their entries may select by class, form or disease alone, and uncoded text selects nothing.
EXCLUDING_KINDS: Final[frozenset[Kind]] = frozenset({"negative", "base_exclusion"})

SETTINGS: Final = Vocabulary(
    Term("inpatient", "住院", "inpatient"),
    Term("outpatient", "门诊", "outpatient"),
    Term("designated_pharmacy", "定点药店（双通道）", "designated pharmacy", ("定点药店", "双通道")),
    Term("retail_pharmacy", "药店", "retail pharmacy"),
)
LEVELS: Final = Vocabulary(Term("1", "一级", "level 1"), Term("2", "二级", "level 2"), Term("3", "三级", "level 3"))
SEXES: Final = Vocabulary(Term("F", "女", "female"), Term("M", "男", "male"))
REIMBURSEMENT_CLASSES: Final = Vocabulary(
    Term("A", "甲类", "A", ("甲",)),
    Term("B", "乙类", "B", ("乙",)),
    Term("C", "丙类", "C", ("丙",)),
    Term("negotiated", "谈判", "negotiated"),
    Term("bid", "竞价", "bid"),
)
REGULATORS: Final = Vocabulary(
    Term("NMPA", "国家药监局", "China NMPA"),
    Term("FDA", "美国食药监局", "US FDA"),
    Term("EMA", "欧洲药管局", "EU EMA"),
    Term("PMDA", "日本药品医疗器械综合机构", "Japan PMDA"),
    Term("MHRA", "英国药管局", "UK MHRA"),
    Term("TGA", "澳大利亚药管局", "Australia TGA"),
    Term("HC", "加拿大卫生部", "Health Canada"),
    Term("SWISSMEDIC", "瑞士药管局", "Swissmedic"),
    Term("HSA", "新加坡卫生科学局", "Singapore HSA"),
    Term("HK", "香港卫生署", "Hong Kong Department of Health"),
    Term("MO", "澳门药监局", "Macao ISAF"),
)
# Where a benefit pays (eligibility 6).
SCOPES: Final = Vocabulary(
    Term("base_listed", "医保目录内", "on the basic insurance list"),
    Term("off_base", "医保目录外", "off the basic insurance list"),
    Term("any", "医保目录内外", "on or off the basic insurance list"),
)
# 社会保险法 第三十条: what 基本医疗保险 does not pay, since somebody else must.
STATUTORY_CIRCUMSTANCES: Final = Vocabulary(
    Term("work_injury", "工伤", "work injury"),
    Term("third_party", "第三人责任", "third party", ("第三人",)),
    Term("public_health", "公共卫生", "public health"),
    Term("overseas", "境外就医", "overseas", ("境外",)),
)
# What an insurer says of a list in consultation, and what the office answers (curation.md 2).
STANCES: Final = Vocabulary(
    Term("support", "支持", "support", ("赞成", "同意", "agree")),
    Term("oppose", "反对", "oppose", ("不同意", "不赞成", "不支持", "object", "disagree")),
    Term("suggest", "建议", "suggest", ("修改建议", "建议修改", "修改", "suggestion")),
)
DISPOSITIONS: Final = Vocabulary(
    Term("accepted", "采纳", "accepted", ("已采纳",)),
    Term("partly", "部分采纳", "partly accepted"),
    Term("declined", "未采纳", "declined", ("不采纳",)),
    Term("noted", "已阅", "noted"),
)
CIRCUMSTANCES: Final = Vocabulary(Term("none", "无", "none"), *STATUTORY_CIRCUMSTANCES.terms)


# The columns of an entry that say in codes what its restriction says in words (eligibility 4.2), in the order in which they are shown.
CODED_COLUMNS: Final = ("icd10", "sex", "age_min", "age_max", "settings", "min_institution_level", "criteria")


def _marks(rows: Iterable[Mapping[str, str]]) -> Vocabulary:
    return Vocabulary(
        *(
            Term(row["code"], row["name_zh"], row["name_en"], tuple(filter(None, row["aliases"].split(";"))))
            for row in rows
        )
    )


with (Path(__file__).resolve().parent.parent / "seeds" / "reference" / "marks.csv").open(encoding="utf-8") as _file:
    MARKS: Final = _marks(csv.DictReader(_file, strict=True))
