"""An explanation for the member: plain words, no codes, nobody addressed, to be read aloud."""

import re
from typing import Final

from claims.explanation import named
from claims.explanation.grounded import Node, Sentence, Teller, Words, as_is, lines_of, reason_message
from claims.explanation.money import tell_money
from claims.explanation.reason_words import PLAINLY, Plainly

_S = Sentence

OUTCOMES: Final = {
    "eligible": _S("结论：可以赔付 {payable} 元。", "Result: CNY {payable} is paid."),
    "ineligible": _S("结论：这一项不赔付。", "Result: this item is not paid."),
    "review": _S(
        "结论：现在还不能确定，要由人来审核。", "Result: this cannot be decided yet; a person has to look at it."
    ),
    "refunded": _S(
        "结论：这一项已经全部退费，没有需要赔付的金额。",
        "Result: this item was taken back whole; nothing is left to pay.",
    ),
}
_NOTHING_PAID: Final = _S(
    "结论：符合条件，但这次没有可以赔付的金额（{payable} 元）。",
    "Result: the conditions are met, but there is nothing to pay this time (CNY {payable}).",
)
BASES: Final = {
    "covered": _S("医保：医保报销这种药。", "Basic insurance (医保): it pays for this drug."),
    "not_listed": _S(
        "医保：这种药不在医保目录里，医保不报销。",
        "Basic insurance (医保): the drug is not on its list, so it does not pay.",
    ),
    "restricted_out": _S(
        "医保：医保目录里有这种药，但这次的情况不符合医保的要求，医保不报销。",
        "Basic insurance (医保): the drug is on its list, but this case does not meet its conditions, so it does not pay.",
    ),
    "excluded": _S("医保：按规定，医保不报销这种药。", "Basic insurance (医保): by rule it never pays for this drug."),
    "undetermined": _S(
        "医保：凭现有资料，还不能确定医保是否报销。",
        "Basic insurance (医保): from what was sent, it is not clear whether it pays.",
    ),
}
_BASE_FAILING = _S(
    "医保：医保目录里有这种药，但这次的{failing}不符合医保的要求，医保不报销。",
    "Basic insurance (医保): the drug is on its list, but {failing} does not meet its conditions, so it does not pay.",
)
# What the money steps say, with more figures, where the record holds them.
_TOLD_WITH_THE_MONEY: Final = frozenset({"QUANTITY_CAPPED", "PRICE_CAPPED", "ANNUAL_LIMIT_REACHED"})
_LACKING: Final = re.compile(r"(?<![A-Z_])(?<![A-Z_], )([A-Z_]+(?:, [A-Z_]+)*)(?:；|$)")


def tell_member(teller: Teller, decision: Node) -> None:
    """Say what was decided of each line, and why."""
    names = named.Names(decision, teller.language)
    name = decision.get("basis", "product_name")
    if name and name.value:
        teller.say("check", _S("产品：{name}。", "Product: {name}."), name=as_is(name))
    demonstration = decision.get("is_demonstration")
    if demonstration and demonstration.value:
        teller.say(
            "provenance",
            _S(
                "这款产品是示例，不是真实的保险产品；以下结果只供演示。",
                "This product is a demonstration, not a real insurance product; what follows only shows how it works.",
            ),
            demonstration,
        )
    for line in lines_of(decision):
        teller.line_no = line.value["line_no"]
        _line(teller, line, names)
    teller.line_no = None
    if len(decision.value["lines"]) > 1:
        totals = decision["totals"]
        teller.say(
            "totals",
            _S(
                "各项合计：申报 {amount} 元，赔付 {payable} 元。",
                "All items together: CNY {amount} claimed, CNY {payable} paid.",
            ),
            amount=as_is(totals["amount"]),
            payable=as_is(totals["payable"]),
        )
    _provenances(teller, decision, names)


def _line(teller: Teller, line: Node, names: named.Names) -> None:
    drug = _drug(teller, line)
    teller.say("line", _S("第 {number} 项：{drug}", "Item {number}: {drug}"), number=as_is(line["line_no"]), drug=drug)
    _claimed(teller, line, drug)
    outcome, money = line["outcome"], line["money"]
    payable = {"payable": as_is(money["payable"])} if outcome.value == "eligible" else {}
    nothing = outcome.value == "eligible" and money["payable"].value == "0.00"
    teller.say("outcome", _NOTHING_PAID if nothing else OUTCOMES[outcome.value], outcome, **payable)
    if outcome.value == "refunded":
        return
    send: dict[str, list[Node]] = {}
    for reason in line["reasons"]:
        _reason(teller, line, reason, names, send)
    _base(teller, line)
    _list(teller, line, names)
    _held(teller, line)
    tell_money(teller, line, every_step=False)
    for text, reasons in send.items():
        sentence = _S("需要补充：{text}。", "To be sent: {text}.")
        teller.say("send", sentence, *reasons, text=Words(text))


def _drug(teller: Teller, line: Node) -> Words:
    """The drug as it was claimed, else as it was recognised."""
    claimed = line.get("basis", "claimed")
    for name in ("generic_name", "brand_name"):
        if claimed and (written := claimed.get(name)):
            return as_is(written)
    drug = line.get("drug")
    if drug:
        return as_is(drug["generic_name"])
    return Words("没有写药名的药品" if teller.language == "zh" else "a drug without a name", (line["drug"].pointer,))


def _claimed(teller: Teller, line: Node, drug: Words) -> None:
    money, claimed = line["money"], line.get("basis", "claimed")
    if claimed is None:
        teller.say("claimed", _S("申报金额 {amount} 元。", "Claimed: CNY {amount}."), amount=as_is(money["amount"]))
        return
    sentence = _S(
        "申报内容：{day}用药，数量 {quantity}，金额 {amount} 元。",
        "Claimed: used on {day}, quantity {quantity}, CNY {amount}.",
    )
    if line.value["refunds"]:
        sentence = _S(
            "申报内容：{day}用药，扣除退费后数量 {quantity}，金额 {amount} 元。",
            "Claimed: used on {day}; after refunds, quantity {quantity}, CNY {amount}.",
        )
    teller.say(
        "claimed",
        sentence,
        line["refunds"] if line.value["refunds"] else None,
        day=named.day_of(claimed["service_date"], teller.language),
        quantity=as_is(claimed["quantity"]),
        amount=as_is(money["amount"]),
    )


def _base(teller: Teller, line: Node) -> None:
    status = line.get("base", "status")
    if status is None:
        return
    failing = [one for one in line.get("basis", "base_conditions") or () if one.value["result"] == "fail"]
    if status.value == "restricted_out" and failing:
        teller.say("base", _BASE_FAILING, status, failing=_conditions(teller, failing))
    else:
        teller.say("base", BASES[status.value], status)


def _list(teller: Teller, line: Node, names: named.Names) -> None:
    benefit, match, nearest = line.get("benefit"), line.get("match"), line.get("basis", "nearest")
    if benefit:
        code, where, lead = benefit, match, _S("适用的保障是{benefit}", "It falls under {benefit}")
    elif nearest and nearest.get("catalog"):
        code, where, lead = (
            nearest["benefit"],
            nearest,
            _S("最接近的保障是{benefit}", "The nearest is {benefit}"),
        )
    else:
        return
    told = {"benefit": names.benefit(code)}
    listed = names.catalog(where["catalog"], where["version"]) if where else None
    if where is None:
        tail = _S("，它不限定药品目录。", ", which is not bound to a list of drugs.")
    elif listed:
        tail, told["catalog"] = _S("，对照的目录是{catalog}。", ", held against the list {catalog}."), listed
    else:
        tail = _S("。", ".")
    on = line["match"] if benefit else None
    teller.say("list", _S(lead.zh + tail.zh, lead.en + tail.en), on, **told)


def _held(teller: Teller, line: Node) -> None:
    """Which of the entry's conditions hold; what fails or is missing is a reason."""
    conditions = list(line.get("basis", "conditions") or ())
    holding = [one for one in conditions if one.value["result"] == "pass"]
    if not holding:
        return
    some = _S("目录对{what}的要求符合。", "What the list asks for is met as to {what}.")
    every = _S("目录对{what}的要求都符合。", "All that the list asks for is met: {what}.")
    sentence = every if len(holding) == len(conditions) and len(holding) > 1 else some
    teller.say("condition", sentence, what=_conditions(teller, holding))


def _conditions(teller: Teller, conditions: list[Node]) -> Words:
    return teller.listed(
        Words(
            named.CONDITIONS[one.value["condition"]].of(teller.language),
            (one["condition"].pointer, one["result"].pointer),
        )
        for one in conditions
    )


def _reason(teller: Teller, line: Node, reason: Node, names: named.Names, send: dict[str, list[Node]]) -> None:
    code = reason["code"]
    if code.value in _TOLD_WITH_THE_MONEY and line.get("basis", "counted"):
        return
    plainly = PLAINLY.get(code.value)
    told = _told(teller, line, reason, names)
    worded = [sentence for sentence in (plainly.named, plainly.said) if sentence] if plainly else []
    for sentence in worded:
        asked = _PLACES.findall(sentence.of(teller.language))
        if all(name in told for name in asked):
            teller.say("reason", sentence, code, **{name: told[name] for name in asked})
            break
    else:
        # Of later rules, or an early record that does not hold what the sentence names.
        teller.say("reason", _S("{message}", "{message}"), code, message=reason_message(reason, teller.language))
    if plainly and plainly.send and line["outcome"].value == "review":
        send.setdefault(plainly.send.of(teller.language), []).append(code)


_PLACES: Final = re.compile(r"\{(\w+)\}")


def _told(teller: Teller, line: Node, reason: Node, names: named.Names) -> dict[str, Words]:
    """Return what a reason names, in words."""
    language = teller.language
    values = reason.get("values")
    found: dict[str, Words] = {}
    for name, node in values.items() if values else ():
        if name in ("day", "ends"):
            found[name] = named.day_of(node, language)
        elif name == "circumstance":
            found[name] = named.circumstance_of(node, language)
        elif name == "setting":
            found[name] = named.setting_of(node, language)
        elif name == "status":
            found[name] = Words(named.STATUSES[node.value].of(language), (node.pointer,))
        elif name == "benefit":
            found[name] = names.benefit(node)
        elif name == "limit":
            found[name] = _limit(reason["code"].value, node, teller)
        elif name not in ("catalog", "catalogs", "codes", "criteria", "lacking"):
            found[name] = as_is(node)
    found |= _lists(teller, reason, names)
    found |= _texts(teller, line, reason)
    if reason["code"].value == "EARLIER_BENEFIT_UNDETERMINED":
        found |= _lacking(teller, reason, names)
    return found


def _limit(code: str, node: Node, teller: Teller) -> Words:
    tell = {
        "SEX_MISMATCH": named.sex_of,
        "AGE_MISMATCH": named.age_of,
        "SETTING_MISMATCH": named.setting_of,
        "INSTITUTION_LEVEL_MISMATCH": named.level_of,
    }.get(code)
    return tell(node, teller.language) if tell else as_is(node)


def _lists(teller: Teller, reason: Node, names: named.Names) -> dict[str, Words]:
    """The lists that a reason cites, where all of them have a name."""
    cited = [cite for cite in reason["cites"] if cite.get("catalog") and cite.get("version")]
    found = [names.catalog(cite["catalog"], cite["version"]) for cite in cited]
    told = [words for words in found if words]
    if not told or len(told) != len(found):
        return {}
    return {"catalog": told[0], "catalogs": teller.listed(told)}


def _texts(teller: Teller, line: Node, reason: Node) -> dict[str, Words]:
    """The words that the entry's conditions were printed with: names of diseases (in Chinese alone), of criteria, the indication."""
    code, found = reason["code"].value, {}
    for condition in line.get("basis", "conditions") or ():
        texts, about = condition["texts"], condition.value["condition"]
        if about == "criteria" and code in ("CRITERION_UNMET", "EVIDENCE_MISSING"):
            asked = reason.get("values", "criteria")
            wanted = asked.value.split("、") if asked else [""]
            if all(one in texts.value for one in wanted):
                found["criteria"] = teller.listed(as_is(texts[one]) for one in wanted)
        elif about == "indication":
            if printed := texts.get("indication") or texts.get("restriction"):
                found["printed"] = as_is(printed)
            asked = condition.value["asks"]
            if teller.language == "zh" and asked and all(one in texts.value for one in asked):
                found["codes"] = teller.listed(as_is(texts[one]) for one in asked)
    return found


def _lacking(teller: Teller, reason: Node, names: named.Names) -> dict[str, Words]:
    """Which earlier benefits could not be judged, and what each lacked; nothing where a person has to judge."""
    lacking = reason.get("values", "lacking")
    if lacking is None:
        return {}
    codes = [code for found in _LACKING.findall(lacking.value) for code in found.split(", ")]
    known = [PLAINLY.get(code, Plainly(_S("", ""))).send for code in codes]
    benefits = [cite["benefit"] for cite in reason["cites"] if cite.get("benefit")]
    if not benefits or not all(known):
        return {}
    wanted = [Words(send.of(teller.language), (lacking.pointer,)) for send in known if send]
    return {"benefit": teller.listed(map(names.benefit, benefits)), "lacking": teller.listed(wanted)}


def _provenances(teller: Teller, decision: Node, names: named.Names) -> None:
    """Where the lists come from that the lines rest on."""
    told = set()
    for line in lines_of(decision):
        for place in ("base", "match", "nearest"):
            where = line.get("basis", "nearest") if place == "nearest" else line.get(place)
            if where is None or where.get("catalog") is None or where.get("version") is None:
                continue
            key = where.value["catalog"], where.value["version"]
            cited = names.cited(*key)
            listed = names.catalog(where["catalog"], where["version"])
            if key in told or cited is None or listed is None or cited.get("provenance") is None:
                continue
            told.add(key)
            provenance = cited["provenance"]
            words = named.PROVENANCES.get(provenance.value, _S(provenance.value, provenance.value))
            teller.say(
                "provenance",
                _S("{catalog}：{provenance}。", "{catalog}: {provenance}."),
                catalog=listed,
                provenance=Words(words.of(teller.language), (provenance.pointer,)),
            )
