"""Every reason and note a line can carry, in one table: code, effect, wording in Chinese and English, and its source.

Codes are stable and clients may branch on them; the wording may be improved at any time and never enters the digest.
Effect I makes the line ineligible, R sends it to a person, N is a note (eligibility 5).
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from catalog.reference import disease_names
from common.languages import Language

Effect = Literal["I", "R", "N"]

SOCIAL_INSURANCE_LAW_30: Final = "社会保险法 第三十条"
DRUG_RULES_8: Final = "基本医疗保险用药管理暂行办法 第八条"

# What a sentence names of one line: beside its words, in brackets or after a colon, and within them.
_NAMED_BESIDE: Final = re.compile(r"(?<!\s)\s*(?:[（(][^（()）{]*\{\w+\}[^（()）]*[)）]|[：:]\s*\{\w+\})")
_NAMED: Final = re.compile(r"\{\w+\}")

# How a reason's value `codes` holds several; a Chinese sentence gives each its name.
BETWEEN_CODES: Final = "、"


@dataclass(frozen=True, slots=True, eq=False)
class ReasonKind:
    """What can be said of a line; there is one of each. `source` is the section of the rules, or the law, that says so."""

    code: str
    effect: Effect
    zh: str
    en: str
    source: str

    def in_short(self, language: Language) -> str:
        """Return the sentence without what it names, as it is said of many lines."""
        sentence = self.zh if language == "zh" else self.en
        return _NAMED.sub("…", _NAMED_BESIDE.sub("", sentence)).rstrip("。.")


class Cite(NamedTuple):
    """What a reason rests on; only what is given is shown. `section` is a section of the rules page."""

    product: str | None = None
    product_version: str | None = None
    catalog: str | None = None
    version: str | None = None
    entry_code: str | None = None
    benefit: str | None = None
    law: str | None = None
    section: str | None = None


class Reason(NamedTuple):
    """One reason of one line: what is said, what it rests on, and the words that fill its sentence."""

    kind: ReasonKind
    cites: tuple[Cite, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        """The stable code."""
        return self.kind.code

    @property
    def effect(self) -> Effect:
        """I, R or N."""
        return self.kind.effect

    def message(self, language: Language) -> str:
        """Word the reason for a person."""
        sentence = self.kind.zh if language == "zh" else self.kind.en
        if not self.values:
            return sentence
        values = dict(self.values)
        if language == "zh" and "codes" in values:
            values["codes"] = disease_names().list_shown(values["codes"].split(BETWEEN_CODES))
        if language == "en":
            values = {name: value.replace(BETWEEN_CODES, ", ") for name, value in values.items()}
        return sentence.format(**values)


REASONS: Final[dict[str, ReasonKind]] = {}


def _kind(code: str, effect: Effect, zh: str, en: str, source: str) -> ReasonKind:
    REASONS[code] = ReasonKind(code, effect, zh, en, source)
    return REASONS[code]


# Gates (eligibility 5), in their order.
NO_PRODUCT_VERSION = _kind(
    "NO_PRODUCT_VERSION",
    "I",
    "服务日期 {day} 没有生效的产品版本。",
    "No version of the product is in force on {day}.",
    "eligibility 5.1",
)
POLICY_NOT_IN_FORCE = _kind(
    "POLICY_NOT_IN_FORCE",
    "I",
    "服务日期 {day} 不在保单有效期内。",
    "{day} lies outside the policy period.",
    "eligibility 5.2",
)
WAITING_PERIOD = _kind(
    "WAITING_PERIOD",
    "I",
    "服务日期 {day} 仍在等待期内，{ends} 起才承担责任。",
    "{day} lies in the waiting period; cover begins on {ends}.",
    "eligibility 5.3",
)
STATUTORY_EXCLUSION = _kind(
    "STATUTORY_EXCLUSION",
    "I",
    "费用属于 {circumstance} 情形，依法不由医保支付，产品也未约定承担。",
    "The cost arose in the circumstance {circumstance}, which the law excludes and the product does not cover.",
    SOCIAL_INSURANCE_LAW_30,
)
DRUG_NOT_RECOGNISED = _kind(
    "DRUG_NOT_RECOGNISED",
    "R",
    "无法识别药品，请人工核对编码、批准文号、通用名或商品名。",
    "The drug is not recognised; check its code, approval number, generic name or brand.",
    "eligibility 3",
)
DRUG_AMBIGUOUS = _kind(
    "DRUG_AMBIGUOUS",
    "R",
    "药品信息对应多个通用名药品：{candidates}，请补充编码或批准文号。",
    "The drug could be any of {candidates}; give its code or approval number.",
    "eligibility 3",
)
DRUG_CODE_NAME_CONFLICT = _kind(
    "DRUG_CODE_NAME_CONFLICT",
    "R",
    "编码或批准文号指向 {drug}，与所写通用名不符。",
    "The code or approval number is that of {drug}, which is not the drug named.",
    "eligibility 3",
)
NEGATIVE_LIST = _kind(
    "NEGATIVE_LIST",
    "I",
    "药品在负面清单 {catalog}（{version}）内，条目 {entry}。",
    "The drug is on the negative list {catalog} ({version}), entry {entry}.",
    "eligibility 5.7",
)
NEGATIVE_LIST_UNDETERMINED = _kind(
    "NEGATIVE_LIST_UNDETERMINED",
    "R",
    "资料不足，无法判断是否属于负面清单 {catalog}（{version}）的条目 {entry}。",
    "Too little is given to tell whether entry {entry} of the negative list {catalog} ({version}) applies.",
    "eligibility 5.7",
)
BASE_EXCLUDED = _kind(
    "BASE_EXCLUDED",
    "I",
    "药品属于医保不予支付的范围（{catalog} {version} 条目 {entry}），产品同样不承担。",
    "医保 never pays for this drug ({catalog} {version}, entry {entry}), and the product follows it.",
    DRUG_RULES_8,
)
BASE_STATUS_UNDETERMINED = _kind(
    "BASE_STATUS_UNDETERMINED",
    "R",
    "资料不足，无法判断医保是否支付（{catalog} {version} 条目 {entry}）。",
    "Too little is given to tell whether 医保 pays ({catalog} {version}, entry {entry}).",
    "eligibility 5.9",
)
# The same reason where no entry is wanting, but the list itself: it is not complete for the drug's class.
BASE_LIST_SILENT = replace(
    BASE_STATUS_UNDETERMINED,
    zh="{catalog} {version} 仅对部分药品分类完整（{complete_for}），其中未列该药品，无法判断医保是否支付。",
    en="{catalog} {version} is complete for some classes only ({complete_for}) and does not list this drug, so whether 医保 pays cannot be told.",
)
BASE_SETTLEMENT_REQUIRED = _kind(
    "BASE_SETTLEMENT_REQUIRED",
    "R",
    "药品属医保支付范围，应先经医保结算。",
    "医保 pays for this drug; it must settle first.",
    "eligibility 5.10",
)

# Benefits (eligibility 6), by rank.
NO_BENEFIT_FOR_BASE_STATUS = _kind(
    "NO_BENEFIT_FOR_BASE_STATUS",
    "I",
    "产品没有适用于该医保支付状态（{status}）的保障责任。",
    "The product has no benefit for a drug of this 医保 status ({status}).",
    "eligibility 6, rank 0",
)
SETTING_NOT_COVERED = _kind(
    "SETTING_NOT_COVERED",
    "I",
    "保障责任 {benefit} 不包括就医类型 {setting}。",
    "The benefit {benefit} does not cover the setting {setting}.",
    "eligibility 6, rank 1",
)
NOT_IN_CATALOG = _kind(
    "NOT_IN_CATALOG",
    "I",
    "药品不在保障责任 {benefit} 的目录内（{catalogs}）。",
    "The drug is in none of the catalogs of the benefit {benefit} ({catalogs}).",
    "eligibility 6, rank 2",
)
CATALOG_NOT_IN_FORCE = _kind(
    "CATALOG_NOT_IN_FORCE",
    "I",
    "保障责任 {benefit} 的目录（{catalogs}）在服务日期均未生效。",
    "None of the catalogs of the benefit {benefit} ({catalogs}) is in force on the service date.",
    "eligibility 6, rank 2",
)
PRODUCT_UNSPECIFIED = _kind(
    "PRODUCT_UNSPECIFIED",
    "R",
    "目录条目限定了剂型或具体品规，请补充剂型（或带剂型的通用名）、规格、厂家、商品名、批准文号或编码。",
    "The entry names a certain form or product; give the form (or the name with its form), strength, maker, brand, approval number or code.",
    "eligibility 4.1",
)
INDICATION_UNCODED = _kind(
    "INDICATION_UNCODED",
    "R",
    "条目的适应症或限定支付范围尚未编码，请人工判断。",
    "The entry's indication or restriction is not yet coded; a person must read it.",
    "eligibility 4.2",
)
DIAGNOSIS_MISSING = _kind(
    "DIAGNOSIS_MISSING", "R", "缺少诊断，请补充疾病编码。", "No diagnosis is given; add its code.", "eligibility 4.2"
)
DIAGNOSIS_UNSPECIFIC = _kind(
    "DIAGNOSIS_UNSPECIFIC",
    "R",
    "诊断编码过于笼统，请填写到条目所列的细目：{codes}。",
    "The diagnosis is too general; code it as finely as the entry does: {codes}.",
    "eligibility 4.2",
)
SEX_MISSING = _kind("SEX_MISSING", "R", "缺少性别。", "The member's sex is not given.", "eligibility 4.2")
AGE_MISSING = _kind("AGE_MISSING", "R", "缺少年龄。", "The member's age is not given.", "eligibility 4.2")
SETTING_MISSING = _kind(
    "SETTING_MISSING", "R", "缺少就医类型。", "The setting of care is not given.", "eligibility 4.2 and 6"
)
INSTITUTION_LEVEL_MISSING = _kind(
    "INSTITUTION_LEVEL_MISSING", "R", "缺少医疗机构级别。", "The institution's level is not given.", "eligibility 4.2"
)
EVIDENCE_MISSING = _kind(
    "EVIDENCE_MISSING",
    "R",
    "缺少审核要点的依据：{criteria}。",
    "Criteria without an answer: {criteria}.",
    "eligibility 4.2",
)
INDICATION_MISMATCH = _kind(
    "INDICATION_MISMATCH",
    "I",
    "诊断不在条目的适应症编码内：{codes}。",
    "No diagnosis is under the entry's codes: {codes}.",
    "eligibility 4.2",
)
SEX_MISMATCH = _kind(
    "SEX_MISMATCH", "I", "条目限性别 {limit}。", "The entry is limited to sex {limit}.", "eligibility 4.2"
)
AGE_MISMATCH = _kind(
    "AGE_MISMATCH", "I", "年龄不在条目限定的 {limit} 岁内。", "The entry is limited to age {limit}.", "eligibility 4.2"
)
SETTING_MISMATCH = _kind(
    "SETTING_MISMATCH",
    "I",
    "就医类型不在条目限定的 {limit} 内。",
    "The entry is limited to the settings {limit}.",
    "eligibility 4.2",
)
INSTITUTION_LEVEL_MISMATCH = _kind(
    "INSTITUTION_LEVEL_MISMATCH",
    "I",
    "条目限 {limit} 级及以上医疗机构。",
    "The entry is limited to institutions of level {limit} and above.",
    "eligibility 4.2",
)
CRITERION_UNMET = _kind(
    "CRITERION_UNMET",
    "I",
    "不符合审核要点：{criteria}。",
    "Criteria not met: {criteria}.",
    "eligibility 4.2",
)
PRIOR_AUTH_REQUIRED = _kind(
    "PRIOR_AUTH_REQUIRED",
    "R",
    "该药品须事前授权，请补充授权号。",
    "The drug needs prior authorisation; give its number.",
    "eligibility 6, rank 4",
)
PRIOR_AUTH_UNKNOWN = _kind(
    "PRIOR_AUTH_UNKNOWN",
    "R",
    "本产品没有授权号为 {no} 且已批准的事前授权，请核对授权号和审批结果。",
    "No approved prior authorisation of this product has the number {no}; check the number and what was decided.",
    "eligibility 6, rank 4",
)
PRIOR_AUTH_OTHER_MEMBER = _kind(
    "PRIOR_AUTH_OTHER_MEMBER",
    "R",
    "事前授权 {no} 不是给该被保险人的。",
    "The prior authorisation {no} is another member's.",
    "eligibility 6, rank 4",
)
PRIOR_AUTH_OTHER_DRUG = _kind(
    "PRIOR_AUTH_OTHER_DRUG",
    "R",
    "事前授权 {no} 授权的是另一种药品。",
    "The prior authorisation {no} is for another drug.",
    "eligibility 6, rank 4",
)
PRIOR_AUTH_EXPIRED = _kind(
    "PRIOR_AUTH_EXPIRED",
    "R",
    "服务日期不在事前授权 {no} 的有效期内。",
    "The prior authorisation {no} is not valid on the service date.",
    "eligibility 6, rank 4",
)
PRIOR_AUTH_SPENT = _kind(
    "PRIOR_AUTH_SPENT",
    "R",
    "事前授权 {no} 剩余的数量不足。",
    "Too little is left of the quantity that the prior authorisation {no} allows.",
    "eligibility 6, rank 4",
)
PRE_EXISTING_EXCLUDED = _kind(
    "PRE_EXISTING_EXCLUDED",
    "I",
    "诊断属于既往症，保障责任 {benefit} 不赔付既往症。",
    "The diagnosis is pre-existing, for which the benefit {benefit} pays nothing.",
    "eligibility 6, rank 5",
)

# Notes, in their order.
EARLIER_BENEFIT_UNDETERMINED = _kind(
    "EARLIER_BENEFIT_UNDETERMINED",
    "N",
    "补充资料后，较靠前的保障责任可能适用：{lacking}。",
    "An earlier benefit might have taken the line had more been given: {lacking}.",
    "eligibility 6",
)
QUANTITY_CAPPED = _kind(
    "QUANTITY_CAPPED",
    "N",
    "数量超过限量 {limit}，按限量折算。",
    "The quantity is above the limit of {limit}; the amount is reduced to it.",
    "eligibility 7.1",
)
PRICE_CAPPED = _kind(
    "PRICE_CAPPED",
    "N",
    "金额超过支付标准 {standard} 元，按支付标准计算。",
    "The amount is above the payment standard of CNY {standard}; it is reduced to it.",
    "eligibility 7.1",
)
DEDUCTIBLE_NOT_MET = _kind(
    "DEDUCTIBLE_NOT_MET",
    "N",
    "金额全部计入免赔额（{group}）。",
    "The whole amount went to the deductible ({group}).",
    "eligibility 7.2",
)
ANNUAL_LIMIT_REACHED = _kind(
    "ANNUAL_LIMIT_REACHED", "N", "已达年度限额。", "The annual limit is reached.", "eligibility 7.4"
)
NOTHING_CLAIMABLE = _kind(
    "NOTHING_CLAIMABLE", "N", "没有可理赔的金额。", "Nothing is left to claim.", "eligibility 7.5"
)
