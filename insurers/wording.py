"""A product version's terms as sentences for whoever writes or checks them, in Chinese and English. Pure.

Every term stands in some sentence: two versions that differ read differently (tests/insurers/test_wording.py).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from catalog.vocabularies import SCOPES, SETTINGS, STATUTORY_CIRCUMSTANCES
from common.languages import Language
from common.money import RATIO_ONE, plain, yuan
from insurers.terms import DECISION_DAYS, URGENT_HOURS, VALID_DAYS, Band, Benefit, CatalogReference, ProductTerms

_COMMA: Final = {"zh": "，", "en": ", "}
_PLACES: Final = len(str(RATIO_ONE)) - 1


def percent(ratio: int) -> str:
    """Will write ten-thousandths as per cent without needless zeros: 7000 is "70%"."""
    return f"{plain(ratio * 100, _PLACES)}%"


def money(amount: int, language: Language) -> str:
    """Will write fen for a reader, thousands apart: 1200000 is "12,000.00 元" or "CNY 12,000.00"."""
    whole, cents = yuan(amount).split(".")
    shown = f"{int(whole):,}.{cents}"
    return f"{shown} 元" if language == "zh" else f"CNY {shown}"


def reference_text(named: CatalogReference, language: Language) -> str:
    """Will name a reference to a catalog and whether it stays with one version."""
    if language == "zh":
        return f"{named.catalog}（固定 {named.label} 版）" if named.label else f"{named.catalog}（随生效版本）"
    return f"{named.catalog} (pinned to {named.label})" if named.label else f"{named.catalog} (whatever is in force)"


def _listed(named: Iterable[CatalogReference], language: Language) -> str:
    return ("、" if language == "zh" else " or ").join(reference_text(one, language) for one in named)


def benefit_sentence(benefit: Benefit, terms: ProductTerms, language: Language) -> str:
    """Will tell a benefit in one sentence: what it pays for, from which amount on, how much of it, and how much at most in a year."""
    parts = [_pays_for(benefit, language), _deducts(benefit, terms, language)]
    parts += [_bands(benefit.bands, language)] if benefit.bands else []
    parts += [_ratios(benefit, language), _limit(benefit.annual_limit, language)]
    end = "。" if language == "zh" else "."
    return _COMMA[language].join(part for part in parts if part) + end


def _pays_for(benefit: Benefit, language: Language) -> str:
    scope = SCOPES[benefit.scope].name(language)
    places = [SETTINGS[code].name(language) for code in benefit.settings]
    if language == "zh":
        where = f"在{'、'.join(places)}发生的" if places else ""
        listed = f"，凡列于 {_listed(benefit.catalogs, language)}" if benefit.catalogs else ""
        return f"「{benefit.name}」（{benefit.code}）：对{where}{scope}药品{listed}"
    where = f" used as {' or '.join(places)}" if places else ""
    listed = f", listed in {_listed(benefit.catalogs, language)}" if benefit.catalogs else ""
    return f"“{benefit.name}” ({benefit.code}): for drugs {scope}{where}{listed}"


def _deducts(benefit: Benefit, terms: ProductTerms, language: Language) -> str:
    group = benefit.deductible_group
    if group is None:
        return "不设免赔额" if language == "zh" else "without a deductible"
    plainly = money(terms.deductible(group, pre_existing=False), language)
    special = terms.deductibles_pre_existing.get(group)
    if language == "zh":
        other = f"，既往症 {money(special, language)}" if special is not None else ""
        return f"扣除「{group}」年度免赔额 {plainly}{other}后"
    other = f" (pre-existing: {money(special, language)})" if special is not None else ""
    return f"after the yearly deductible “{group}” of {plainly}{other}"


def _ratios(benefit: Benefit, language: Language) -> str:
    """Tell the ratios; beside bands, which replace them, they are told as kept and not applied."""
    zh = language == "zh"
    told = [
        (benefit.ratio, "按 {} 赔付", "{} is paid"),
        (benefit.ratio_pre_existing, "既往症按 {}", "{} where pre-existing"),
        (benefit.ratio_unsettled, "未经医保结算按 {}", "{} where basic insurance did not settle"),
        (
            benefit.ratio_unsettled_pre_existing,
            "未经医保结算的既往症按 {}",
            "{} where pre-existing and not settled",
        ),
    ]
    parts = [
        (form_zh if zh else form_en).format(percent(ratio)) for ratio, form_zh, form_en in told if ratio is not None
    ]
    if not parts:
        return ""
    joined = _COMMA[language].join(parts)
    if benefit.bands:
        return (
            f"（另写的比例因分段而不适用：{joined}）"
            if zh
            else f"(the ratios written beside the bands do not apply: {joined})"
        )
    return joined


def _bands(bands: Iterable[Band], language: Language) -> str:
    told, floor = [], 0
    for band in bands:
        if language == "zh":
            reach = (
                f"超过 {money(floor, language)}的部分"
                if band.up_to is None
                else f"至 {money(band.up_to, language)}的部分"
            )
            told.append(f"{reach} {percent(band.ratio)}")
        else:
            reach = f"above {money(floor, language)}" if band.up_to is None else f"up to {money(band.up_to, language)}"
            told.append(f"{percent(band.ratio)} {reach}")
        floor = band.up_to or floor
    if language == "zh":
        return f"按本责任当年累计分段赔付：{'、'.join(told)}"
    return f"paid by the benefit's running total of the year: {', '.join(told)}"


def _limit(limit: int | None, language: Language) -> str:
    if limit is None:
        return "本责任不设年度限额" if language == "zh" else "without a yearly limit of its own"
    return (
        f"本责任年度限额 {money(limit, language)}" if language == "zh" else f"at most {money(limit, language)} a year"
    )


def terms_sentences(terms: ProductTerms, language: Language) -> list[str]:
    """Will tell what holds for the whole product version, the benefits aside: days, lists, conditions, limit, deductibles."""
    told = [_days(terms, language), *_lists(terms, language), *_conditions(terms, language)]
    return [*told, *_sums(terms, language)]


def _days(terms: ProductTerms, language: Language) -> str:
    first, last = terms.effective_from.isoformat(), terms.effective_to.isoformat() if terms.effective_to else None
    if language == "zh":
        return f"版本 {terms.label} 自 {first} 起生效，" + (f"至 {last}（含）止。" if last else "未定截止日。")
    return f"Version {terms.label} is in force from {first} " + (
        f"to {last}, inclusive." if last else "on, without an end."
    )


def _lists(terms: ProductTerms, language: Language) -> list[str]:
    zh = language == "zh"
    if terms.base is None:
        told = [
            "不以医保目录为准，不区分目录内外。"
            if zh
            else "No basic insurance list is named: on and off the list are not told apart."
        ]
    else:
        base = reference_text(terms.base, language)
        told = [f"医保目录以 {base} 为准。" if zh else f"The basic insurance list is {base}."]
    if terms.base_exclusions:
        named = _listed(terms.base_exclusions, language)
        told.append(f"医保不予支付清单：{named}。" if zh else f"Never paid by basic insurance: {named}.")
    if terms.negative_lists:
        named = _listed(terms.negative_lists, language)
        told.append(
            f"负面清单：{named}，所列药品不赔。" if zh else f"Negative lists: {named}; what they take is not paid."
        )
    return told


def _conditions(terms: ProductTerms, language: Language) -> list[str]:
    zh = language == "zh"
    told = []
    if terms.honours_base_exclusions:
        told.append("医保不予支付的，本产品也不赔。" if zh else "What basic insurance never pays is not paid either.")
    else:
        told.append("医保不予支付的，本产品仍可赔。" if zh else "What basic insurance never pays may still be paid.")
    if terms.requires_base_settlement:
        told.append("须先经医保结算。" if zh else "Basic insurance must have settled first.")
    else:
        told.append("不要求先经医保结算。" if zh else "Basic insurance need not have settled first.")
    days = terms.waiting_days
    if days:
        told.append(f"等待期 {days} 天。" if zh else f"There is a waiting period of {days} days.")
    else:
        told.append("无等待期。" if zh else "There is no waiting period.")
    if terms.covered_circumstances:
        named = [STATUTORY_CIRCUMSTANCES[code].name(language) for code in terms.covered_circumstances]
        told.append(f"法定除外情形中仍保：{'、'.join(named)}。" if zh else f"Covered all the same: {', '.join(named)}.")
    return [*told, *_prior_auth(terms, language)]


def _prior_auth(terms: ProductTerms, language: Language) -> list[str]:
    """Tell how prior authorisations are held; nothing where any number is enough and nothing else was agreed."""
    zh, told = language == "zh", []
    if terms.prior_auth == "checked":
        told.append(
            "须事前授权的药品，授权号须查实：本产品、本人、本药品，有效期内且有余量。"
            if zh
            else "Where prior authorisation is needed its number is checked: this product, member and drug, valid on the day, and not used up."
        )
    days, wait, urgent = terms.prior_auth_valid_days, terms.prior_auth_decision_days, terms.prior_auth_urgent_hours
    if told or (days, wait, urgent) != (VALID_DAYS, DECISION_DAYS, URGENT_HOURS):
        told.append(
            f"事前授权有效 {days} 天；{wait} 天内答复，加急 {urgent} 小时内。"
            if zh
            else f"An authorisation is valid for {days} days; it is decided within {wait} days, urgent ones within {urgent} hours."
        )
    return told


def _sums(terms: ProductTerms, language: Language) -> list[str]:
    zh = language == "zh"
    if terms.annual_limit is None:
        told = ["产品不设年度总限额。" if zh else "The product has no yearly limit."]
    else:
        limit = money(terms.annual_limit, language)
        told = [f"产品年度总限额 {limit}。" if zh else f"The product pays at most {limit} a year."]
    told += _deductibles(terms.deductibles, "年度免赔额", "Yearly deductible", language)
    return told + _deductibles(
        terms.deductibles_pre_existing, "既往症年度免赔额", "Yearly deductible where pre-existing", language
    )


def _deductibles(sums: Mapping[str, int], zh: str, en: str, language: Language) -> list[str]:
    if language == "zh":
        return [f"{zh}「{group}」：{money(amount, language)}。" for group, amount in sums.items()]
    return [f"{en} “{group}”: {money(amount, language)}." for group, amount in sums.items()]
