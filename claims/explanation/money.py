"""How the money of a line came about, step by step, with the figures that the decision records (eligibility 7)."""

from typing import Final

from claims.explanation.grounded import Node, Sentence, Teller, Words, as_is
from claims.explanation.named import percent, percent_of

_S = Sentence
_NOTHING: Final = "0.00"

RATIO_KINDS: Final = {
    "pre_existing": _S("（既往症的比例）", " (the ratio for pre-existing diseases)"),
    "unsettled": _S("（未经医保结算的比例）", " (the ratio without settlement by basic insurance)"),
    "unsettled_pre_existing": _S(
        "（未经医保结算的既往症的比例）", " (the ratio for pre-existing diseases without settlement by basic insurance)"
    ),
}
LIMITS: Final = {"benefit": _S("这项保障", "this benefit"), "product": _S("整个产品", "the whole product")}


def tell_money(teller: Teller, line: Node, *, every_step: bool) -> None:
    """Say how the money came about; `every_step` also says the steps that changed nothing."""
    money = line["money"]
    if line["outcome"].value == "refunded":
        return
    _claimable(teller, money, every_step)
    if line["outcome"].value != "eligible":
        _not_paid(teller, line)
        return
    counted = line.get("basis", "counted")
    if counted is None:
        _bare(teller, line)
    else:
        _caps(teller, line, counted)
        _deductible(teller, money, counted, every_step)
        if every_step or counted.value["base"] != _NOTHING:
            _ratio(teller, money, counted)
        _limits(teller, line, counted, every_step)
    teller.say(
        "money",
        _S(
            "这一项赔付 {payable} 元，自付 {member_pays} 元。",
            "So CNY {payable} is paid for this item, and CNY {member_pays} is left to the patient.",
        ),
        payable=as_is(money["payable"]),
        member_pays=as_is(money["member_pays"]),
    )


def note_of(line: Node, code: str) -> Node | None:
    """Return a note of a line by its code, or None."""
    return next((reason["code"] for reason in line["reasons"] if reason.value["code"] == code), None)


def _claimable(teller: Teller, money: Node, every_step: bool) -> None:
    paid = {name: money[name] for name in ("base_paid", "other_paid") if money[name].value != _NOTHING}
    told = {name: as_is(money[name]) for name in ("amount", "base_paid", "other_paid", "claimable")}
    sentences = {
        ("base_paid", "other_paid"): _S(
            "申报金额 {amount} 元，减去医保已付的 {base_paid} 元和其他已付的 {other_paid} 元，剩下 {claimable} 元。",
            "Of CNY {amount}, basic insurance (医保) has paid CNY {base_paid} and others CNY {other_paid}; CNY {claimable} is left.",
        ),
        ("base_paid",): _S(
            "申报金额 {amount} 元，减去医保已付的 {base_paid} 元，剩下 {claimable} 元。",
            "Of CNY {amount}, basic insurance (医保) has paid CNY {base_paid}; CNY {claimable} is left.",
        ),
        ("other_paid",): _S(
            "申报金额 {amount} 元，减去其他已付的 {other_paid} 元，剩下 {claimable} 元。",
            "Of CNY {amount}, others have paid CNY {other_paid}; CNY {claimable} is left.",
        ),
    }
    if every_step:
        teller.say("money", sentences["base_paid", "other_paid"], **told)
    elif paid:
        kept = {name: told[name] for name in ("amount", *paid, "claimable")}
        teller.say("money", sentences[tuple(paid)], **kept)


def _not_paid(teller: Teller, line: Node) -> None:
    money = line["money"]
    told = {name: as_is(money[name]) for name in ("payable", "member_pays")}
    if line["outcome"].value == "review":
        sentence = _S(
            "审核有结果之前，赔付金额先记为 {payable} 元。",
            "Until a person has decided, CNY {payable} is paid.",
        )
        teller.say("money", sentence, line["outcome"], payable=told["payable"])
        return
    sentence = _S(
        "赔付 {payable} 元，自付 {member_pays} 元。", "CNY {payable} is paid; CNY {member_pays} is left to the patient."
    )
    teller.say("money", sentence, line["outcome"], **told)


def _bare(teller: Teller, line: Node) -> None:
    """Say the steps of a record that does not hold what they were counted with, and that it does not."""
    money = line["money"]
    names = ("claimable", "allowed", "deductible_applied", "share")
    teller.say(
        "money",
        _S(
            "{claimable} 元中按目录可计算的是 {allowed} 元，抵免赔额 {deductible_applied} 元，按 {ratio} 赔付是 {share} 元。",
            "Of CNY {claimable}, CNY {allowed} counts; CNY {deductible_applied} goes to the deductible; at {ratio} that is CNY {share}.",
        ),
        ratio=percent_of(money["ratio"]),
        **{name: as_is(money[name]) for name in names},
    )
    teller.say(
        "missing",
        _S(
            "这条记录较早，没有留下限量、支付标准、免赔额余额、分段比例和限额余额，所以这里说不出这些数字。",
            "This record is an early one and does not keep the quantity limit, payment standard, deductible, bands and limits "
            "that were counted with, so their figures cannot be told here.",
        ),
        money,
    )


def _caps(teller: Teller, line: Node, counted: Node) -> None:
    money, note = line["money"], note_of(line, "QUANTITY_CAPPED")
    if note:
        teller.say(
            "money",
            _S(
                "申报数量 {quantity}，超过目录的限量 {limit}，{claimable} 元按限量折算为 {within} 元。",
                "The quantity claimed, {quantity}, is above the list's limit of {limit}; CNY {claimable} is reduced to CNY {within}.",
            ),
            note,
            quantity=as_is(line["basis"]["claimed"]["quantity"]),
            limit=as_is(counted["max_quantity"]),
            claimable=as_is(money["claimable"]),
            within=as_is(counted["within_quantity"]),
        )
    note = note_of(line, "PRICE_CAPPED")
    if note:
        teller.say(
            "money",
            _S(
                "目录的支付标准是每单位 {standard} 元，按这个标准最多计算 {cap} 元。",
                "The list's payment standard is CNY {standard} a unit, which allows CNY {cap} at most.",
            ),
            note,
            standard=as_is(counted["payment_standard"]),
            cap=as_is(counted["price_cap"]),
        )


def _deductible(teller: Teller, money: Node, counted: Node, every_step: bool) -> None:
    deductible = counted.get("deductible")
    if deductible is None:
        if every_step:
            teller.say("money", _S("这项保障没有免赔额。", "This benefit has no deductible."), counted["deductible"])
        return
    if deductible.value["amount"] == _NOTHING and not every_step:
        return
    told = {name: as_is(deductible[name]) for name in ("amount", "used_before", "left_before")}
    told |= {
        "allowed": as_is(money["allowed"]),
        "applied": as_is(money["deductible_applied"]),
        "base": as_is(counted["base"]),
    }
    group = Words("", (deductible["group"].pointer,))
    if every_step:
        group = Words(f" {deductible.value['group']}", group.grounds)
    used_up = deductible.value["left_before"] == _NOTHING != deductible.value["amount"]
    untouched = deductible.value["used_before"] == _NOTHING and not every_step
    spent = _S(
        "免赔额{group}是 {amount} 元，之前已经用完，所以 {allowed} 元全部参加赔付。",
        "The deductible{group} of CNY {amount} was used up before, so all of CNY {allowed} counts.",
    )
    used = _S(
        "免赔额{group}（先自付、不赔付的部分）是 {amount} 元，之前用了 {used_before} 元，还剩 {left_before} 元；"
        "这一项 {allowed} 元里有 {applied} 元计入免赔额，余下 {base} 元参加赔付。",
        "The deductible{group}, which is borne before anything is paid, is CNY {amount}; CNY {used_before} was used before and "
        "CNY {left_before} is left. Of this item's CNY {allowed}, CNY {applied} goes to it and CNY {base} counts.",
    )
    first = _S(
        "免赔额{group}（先自付、不赔付的部分）是 {amount} 元：{allowed} 元里有 {applied} 元计入免赔额，余下 {base} 元参加赔付。",
        "The deductible{group}, which is borne before anything is paid, is CNY {amount}: of CNY {allowed}, CNY {applied} goes to it "
        "and CNY {base} counts.",
    )
    whole = _S(
        "免赔额{group}（先自付、不赔付的部分）是 {amount} 元，之前用了 {used_before} 元；这一项的 {allowed} 元全部计入免赔额。",
        "The deductible{group}, which is borne before anything is paid, is CNY {amount}, of which CNY {used_before} was used before; "
        "all of this item's CNY {allowed} goes to it.",
    )
    sentence, names = used, tuple(told)
    if used_up:
        sentence, names = spent, ("amount", "allowed")
    elif counted.value["base"] == _NOTHING and not every_step:
        sentence, names = whole, ("amount", "used_before", "allowed")
    elif untouched:
        sentence, names = first, ("amount", "allowed", "applied", "base")
    teller.say("money", sentence, group=group, **{name: told[name] for name in names})


def _ratio(teller: Teller, money: Node, counted: Node) -> None:
    share = as_is(money["share"])
    parts = [band for band in counted["bands"] if band.value["part"] != _NOTHING]
    if counted.value["base"] == _NOTHING:
        teller.say(
            "money",
            _S(
                "参加赔付的金额是 {base} 元，按比例是 {share} 元。",
                "With CNY {base} left to count, the share is CNY {share}.",
            ),
            base=as_is(counted["base"]),
            share=share,
        )
    elif parts:
        zh = teller.language == "zh"
        pieces = [
            Words(
                f"{band.value['part']} 元按 {percent(band.value['ratio'])}"
                if zh
                else f"CNY {band.value['part']} at {percent(band.value['ratio'])}",
                (band["part"].pointer, band["ratio"].pointer),
            )
            for band in parts
        ]
        teller.say(
            "money",
            _S(
                "赔付比例分段：这一项里 {parts}，一共 {share} 元。",
                "It is paid in bands: {parts}, CNY {share} in all.",
            ),
            parts=teller.listed(pieces),
            share=share,
        )
    else:
        kind = counted["ratio_kind"]
        words = RATIO_KINDS.get(kind.value, _S(" ", "")).of(teller.language)
        teller.say(
            "money",
            _S("{base} 元按 {ratio}{kind}赔付，是 {share} 元。", "CNY {base} is paid at {ratio}{kind}: CNY {share}."),
            base=as_is(counted["base"]),
            ratio=percent_of(money["ratio"]),
            kind=Words(words, (kind.pointer,)),
            share=share,
        )


def _limits(teller: Teller, line: Node, counted: Node, every_step: bool) -> None:
    money, note = line["money"], note_of(line, "ANNUAL_LIMIT_REACHED")
    for limit in counted["limits"]:
        binds = note is not None and limit.value["left_before"] == money.value["payable"]
        if not binds and not every_step:
            continue
        teller.say(
            "money",
            _S(
                "{of}的年度限额是 {amount} 元，之前已经赔付 {used} 元，还可以赔付 {left} 元。",
                "The annual limit of {of} is CNY {amount}; CNY {used} was paid before, so CNY {left} can still be paid.",
            ),
            note if binds else None,
            of=Words(LIMITS[limit.value["of"]].of(teller.language), (limit["of"].pointer,)),
            amount=as_is(limit["amount"]),
            used=as_is(limit["used_before"]),
            left=as_is(limit["left_before"]),
        )
