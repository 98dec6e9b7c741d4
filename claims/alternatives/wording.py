"""What would have paid, in Chinese and English: "if" for what only a person can know, "once" for what can be obtained and sent."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from catalog import vocabularies
from catalog.reference import disease_names
from claims.alternatives.change import EVIDENCE, Change
from claims.alternatives.find import LeastSet, LineAlternatives
from claims.alternatives.least import MOST_CHANGES
from claims.eligibility.reasons import REASONS
from common.languages import Language

Words = tuple[str, str]

_NAMED: Final = {
    "dosage_form": ("剂型", "dosage form"),
    "national_code": ("国家医保药品代码", "national drug code"),
    "approval_no": ("批准文号", "approval number"),
    "brand_name": ("商品名", "brand name"),
    "manufacturer": ("生产企业", "manufacturer"),
    "strength": ("规格", "strength"),
    "service_date": ("服务日期", "service date"),
}


def alternatives_document(lines: Iterable[LineAlternatives], language: Language) -> list[dict[str, Any]]:
    """Return what would have paid each line, as the API shows it."""
    return [
        {
            "line_no": line.judgement.line.line_no,
            "outcome": line.judgement.outcome,
            "complete": line.complete,
            "sets": [_set(found, line, language) for found in line.sets],
            "unmendable": {"reasons": list(line.final), "message": _unmendable(line, language)}
            if line.unmendable
            else None,
        }
        for line in lines
    ]


def _set(found: LeastSet, line: LineAlternatives, language: Language) -> dict[str, Any]:
    changes = [
        {
            "field": change.field,
            "pointer": change.pointer(line.judgement.line),
            "from": change.was,
            "to": change.to,
            "kind": change.kind,
            "wanted": list(change.wanted),
        }
        for change in found.changes
    ]
    return {"changes": changes, "message": message(found, language), "worse_for": list(found.worse_for)}


def message(found: LeastSet, language: Language) -> str:
    """Say in one or two sentences what would have to be so, and what that does to other lines."""
    place = 0 if language == "zh" else 1
    facts = [condition(change)[place] for change in found.changes if change.kind == "fact"]
    papers = [condition(change)[place] for change in found.changes if change.kind == "paper"]
    others = [str(number) for number in found.worse_for]
    if language == "zh":
        said = "，且".join(facts)
        said = f"如果{said}" if facts else ""
        said += ("，并在" if facts else "在") + "、".join(papers) + "之后" if papers else ""
        return said + "，本行符合赔付条件。" + (f"但第 {'、'.join(others)} 行将不再符合。" if others else "")
    said = f"If {' and '.join(facts)}" if facts else ""
    said += (", and once " if facts else "Once ") + " and ".join(papers) if papers else ""
    return f"{said}, this line would be eligible." + (
        f" Line {', '.join(others)} would then no longer be." if others else ""
    )


def condition(change: Change) -> Words:
    """Return what one change supposes, as a part of a sentence in Chinese and in English."""
    if change.field.startswith(EVIDENCE):
        return _evidence(change)
    said = _SAID.get(change.field)
    return said(change) if said else _naming(change)


def _evidence(change: Change) -> Words:
    words = "、".join(change.wanted)
    code = change.field.removeprefix(EVIDENCE)
    named = f"{code}（{words}）" if words else code, f"{code} ({words})" if words else code
    return (f"{named[0]}成立", f"{named[1]} holds") if change.to else (f"{named[0]}不成立", f"{named[1]} does not hold")


def _diagnosis(change: Change) -> Words:
    code = change.to[-1]
    names = disease_names()
    if not change.wanted:
        zh, en = f"为清单没有涉及的疾病（例如 {code}）", f"one that no list speaks of (such as {code})"
    else:
        listed = names.list_shown(list(change.wanted))
        zh, en = f"属于 {listed}", f"under {', '.join(change.wanted)}"
        if (code,) != change.wanted:
            zh, en = f"{zh}（例如 {names.list_shown([code])}）", f"{en} (such as {code})"
    if not change.was:
        return f"诊断{zh}", f"the diagnosis were {en}"
    if len(change.to) > 1:
        return f"另有诊断{zh}", f"there were also a diagnosis {en}"
    was = "、".join(change.was)
    return f"诊断不是 {was}，而是{zh}", f"the diagnosis were not {', '.join(change.was)} but {en}"


def _sex(change: Change) -> Words:
    term = vocabularies.SEXES[change.to]
    return f"参保人为{term.zh}性", f"the member is {term.en}"


def _age(change: Change) -> Words:
    return f"参保人年龄（周岁）{change.wanted[0]}", f"the member's age in years is {change.wanted[0]}"


def _setting(change: Change) -> Words:
    term = vocabularies.SETTINGS[change.to]
    return f"就医方式为{term.zh}", f"the setting were {term.en}"


def _level(change: Change) -> Words:
    return f"医疗机构级别 {change.wanted[0]}", f"the institution's level were {change.wanted[0]}"


def _prior_auth(change: Change) -> Words:
    return "取得事前授权并填写其编号", "a prior authorisation is given and its number sent"


def _settlement(change: Change) -> Words:
    return "医保先行结算并提交结算结果", "basic insurance has settled the line first"


def _naming(change: Change) -> Words:
    zh, en = _NAMED[change.field]
    if change.to is None:
        return f"{zh}不是 {change.was}（按药品名称认定）", f"the {en} were not {change.was} and the name alone counted"
    return f"{zh}为 {change.to}", f"the {en} were {change.to}"


_SAID: Final[dict[str, Callable[[Change], Words]]] = {
    "diagnoses": _diagnosis,
    "sex": _sex,
    "age": _age,
    "setting": _setting,
    "institution_level": _level,
    "prior_auth_no": _prior_auth,
    "base_settled": _settlement,
}


def _unmendable(line: LineAlternatives, language: Language) -> str:
    """Say why no set was found."""
    if line.final:
        stands = [f"{REASONS[code].in_short(language)} ({code})" for code in line.final]
        if language == "zh":
            return f"改变申报内容不能使本行符合赔付条件，最终原因：{'；'.join(stands)}。"
        return f"No change to what is claimed makes this line eligible; what stands: {'; '.join(stands)}."
    if not line.complete:
        zh, en = "在尝试的范围内没有找到可行的改变。", "Nothing was found among what was tried."
    else:
        zh = f"改变不超过 {MOST_CHANGES} 项不足以使本行符合赔付条件。"
        en = f"It takes more than {MOST_CHANGES} changes to make this line eligible."
    return zh if language == "zh" else en
