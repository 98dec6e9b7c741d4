"""An explanation for the claims desk: codes, entries and checksums, every step in its order, nothing left out that the decision records."""

from typing import Final

from catalog.vocabularies import KINDS
from claims.explanation import named
from claims.explanation.grounded import Node, Sentence, Teller, Words, as_is, lines_of, reason_message
from claims.explanation.money import tell_money
from claims.explanation.reason_words import PLAINLY

_S = Sentence

OUTCOMES: Final = {
    "eligible": _S("可赔付", "eligible"),
    "ineligible": _S("不予赔付", "ineligible"),
    "review": _S("转人工审核", "to a person"),
    "refunded": _S("已全部退费，不作判断", "taken back whole, not judged"),
}
EFFECTS: Final = {
    "I": _S("不予赔付", "ineligible"),
    "R": _S("转人工", "to a person"),
    "N": _S("说明", "note"),
}
RESULTS: Final = {
    "pass": _S("通过", "pass"),
    "fail": _S("不通过", "fail"),
    "unknown": _S("无法判断", "unknown"),
    "skipped": _S("未判断", "skipped"),
}
MATCHED: Final = {
    "national_code": _S("药品编码", "national code"),
    "approval_no": _S("批准文号", "approval number"),
    "name": _S("名称", "name"),
    "brand": _S("商品名", "brand name"),
}


def tell_adjudicator(teller: Teller, decision: Node) -> None:
    """Say everything that the decision records of each line, then what the whole of it rests on."""
    _check(teller, decision)
    names = named.Names(decision, teller.language)
    for line in lines_of(decision):
        teller.line_no = line.value["line_no"]
        _line(teller, line, names)
    teller.line_no = None
    _catalogs(teller, decision, names)
    _totals(teller, decision)


def _check(teller: Teller, decision: Node) -> None:
    version = decision.get("product_version")
    teller.say(
        "check",
        _S(
            "产品 {product}，产品版本 {version}；按 {known_at} 所知判断，规则版本 {rules}；摘要 {digest}。",
            "Product {product}, version {version}; as known at {known_at}, rules version {rules}; digest {digest}.",
        ),
        product=as_is(decision["product"]),
        version=as_is(version) if version else Words("—", (decision["product_version"].pointer,)),
        known_at=as_is(decision["as_known_at"]),
        rules=as_is(decision["rules_version"]),
        digest=as_is(decision["digest"]),
    )
    demonstration = decision.get("is_demonstration")
    if demonstration and demonstration.value:
        teller.say("provenance", _S("产品是示例数据。", "The product is demonstration data."), demonstration)


def _line(teller: Teller, line: Node, names: named.Names) -> None:
    reference = line.get("reference")
    teller.say(
        "line",
        _S("第 {number} 行{reference}", "Line {number}{reference}"),
        number=as_is(line["line_no"]),
        reference=Words(f" {reference.value}", (reference.pointer,)) if reference else Words(""),
    )
    _claimed(teller, line)
    outcome = line["outcome"]
    teller.say(
        "outcome",
        _S("结论：{outcome}（{code}）。", "Outcome: {outcome} ({code})."),
        outcome=Words(OUTCOMES[outcome.value].of(teller.language)),
        code=as_is(outcome),
    )
    if outcome.value == "refunded":
        return
    _drug(teller, line)
    _base(teller, line, names)
    _list(teller, line, names)
    for reason in line["reasons"]:
        _reason(teller, reason)
    _steps(teller, line)
    tell_money(teller, line, every_step=True)
    send: dict[str, list[Node]] = {}
    for reason in line["reasons"]:
        plainly = PLAINLY.get(reason.value["code"])
        if plainly and plainly.send and outcome.value == "review":
            send.setdefault(plainly.send.of(teller.language), []).append(reason["code"])
    for text, reasons in send.items():
        sentence = _S("待补：{text}（{codes}）。", "To be sent: {text} ({codes}).")
        teller.say("send", sentence, text=Words(text), codes=teller.listed(map(as_is, reasons)))


def _claimed(teller: Teller, line: Node) -> None:
    claimed, refunds = line.get("basis", "claimed"), line["refunds"]
    told = {"amount": as_is(line["money"]["amount"])}
    zh, en = "申报金额 {amount} 元", "Claimed: CNY {amount}"
    if claimed:
        zh, en = "申报：{fields}；金额 {amount} 元", "Claimed: {fields}; CNY {amount}"
        told["fields"] = teller.listed(_field(name, node, teller) for name, node in claimed.items())
    if refunds.value:
        zh, en = zh + "（已扣除退费行 {refunds}）", en + " (refunds of lines {refunds} taken off)"
        told["refunds"] = Words(teller.listed(map(as_is, refunds)).text, (refunds.pointer,))
    teller.say("claimed", Sentence(f"{zh}。", f"{en}."), **told)


# What the request calls a field, in the words of the claims desk.
FIELDS: Final = {
    "quantity": _S("数量", "quantity"),
    "service_date": _S("用药日期", "service date"),
    "base_settled": _S("医保已结算", "settled by basic insurance"),
    "generic_name": _S("通用名", "generic name"),
    "brand_name": _S("商品名", "brand name"),
    "dosage_form": _S("剂型", "dosage form"),
    "strength": _S("规格", "strength"),
    "manufacturer": _S("厂家", "manufacturer"),
    "national_code": _S("药品编码", "national drug code"),
    "approval_no": _S("批准文号", "approval number"),
}


def _field(name: str, node: Node, teller: Teller) -> Words:
    value = node.value
    if isinstance(value, bool):
        value = _S("是" if value else "否", "yes" if value else "no").of(teller.language)
    called = FIELDS[name].of(teller.language) if name in FIELDS else name
    return Words(f"{called} {value}", (node.pointer,))


def _drug(teller: Teller, line: Node) -> None:
    drug = line.get("drug")
    if drug is None:
        return
    product, by = drug.get("product"), drug.get("matched_by")
    facts = [as_is(node) for _name, node in product.items() if node.value] if product else []
    teller.say(
        "drug",
        _S("识别为 {name}（{id}），依据：{by}{product}。", "Recognised as {name} ({id}) by its {by}{product}."),
        name=as_is(drug["generic_name"]),
        id=as_is(drug["id"]),
        by=Words(MATCHED[by.value].of(teller.language) if by else "—", (drug["matched_by"].pointer,)),
        product=Words(
            ("；品规 " if teller.language == "zh" else "; product ") + " ".join(words.text for words in facts),
            tuple(pointer for words in facts for pointer in words.grounds),
        )
        if facts
        else Words(""),
    )


def _base(teller: Teller, line: Node, names: named.Names) -> None:
    base = line.get("base")
    if base is None:
        return
    status = base["status"]
    teller.say(
        "base",
        _S("医保状态 {status}（{words}）：{where}。", "Base status {status} ({words}): {where}."),
        status=as_is(status),
        words=Words(named.STATUSES[status.value].of(teller.language)),
        where=_row(teller, base, names),
    )
    for condition in line.get("basis", "base_conditions") or ():
        _condition(teller, condition, _S("医保条目", "basic insurance entry"))


def _row(teller: Teller, where: Node, names: named.Names) -> Words:
    """A list, its version, its row and its checksum."""
    catalog, version = where.get("catalog"), where.get("version")
    if catalog is None or version is None:
        return Words("没有目录" if teller.language == "zh" else "no list", (where["catalog"].pointer,))
    cited = names.cited(catalog.value, version.value)
    checksum = where.get("checksum") or (cited.get("checksum") if cited else None)
    entry = where.get("entry_code")
    series = where.get("series")
    parts = [as_is(catalog), as_is(version)]
    if series:
        parts.append(
            Words(f"{series.value} 系列" if teller.language == "zh" else f"series {series.value}", (series.pointer,))
        )
    if entry:
        parts.append(
            Words(f"条目 {entry.value}" if teller.language == "zh" else f"entry {entry.value}", (entry.pointer,))
        )
    else:
        parts.append(Words("没有对应条目" if teller.language == "zh" else "no entry", (where["entry_code"].pointer,)))
    if checksum:
        parts.append(
            Words(f"{'校验和' if teller.language == 'zh' else 'checksum'} {checksum.value}", (checksum.pointer,))
        )
    return Words(" ".join(part.text for part in parts), tuple(one for part in parts for one in part.grounds))


def _list(teller: Teller, line: Node, names: named.Names) -> None:
    benefit, match, nearest = line.get("benefit"), line.get("match"), line.get("basis", "nearest")
    code = benefit or (nearest["benefit"] if nearest else None)
    if code is None:
        return
    named_as = names.benefit(code)
    where = match if benefit else nearest
    row = _row(teller, where, names) if where and where.get("catalog") else None
    lead = _S("保障责任 {code}（{name}）", "Benefit {code} ({name})")
    if not benefit:
        lead = _S(
            "没有保障责任承担；最接近的是 {code}（{name}）", "No benefit takes it; the nearest is {code} ({name})"
        )
    tail = _S("：{row}。", ": {row}.") if row else _S("，没有对应条目。", ", with no entry.")
    told = {"row": row} if row else {}
    on = line["match"] if benefit and not row else None
    teller.say("list", _S(lead.zh + tail.zh, lead.en + tail.en), on, code=as_is(code), name=named_as, **told)
    for condition in line.get("basis", "conditions") or ():
        _condition(teller, condition, _S("条目", "entry"))


def _condition(teller: Teller, condition: Node, of: Sentence) -> None:
    """What an entry asks for, what the claim says, whether it holds; with the words it was printed with."""
    texts = condition["texts"]
    between = "；" if teller.language == "zh" else "; "
    asks, given = condition["asks"], condition["given"]

    def written(codes: Node) -> Words:
        told = [f"{code} {texts.value[code]}" if code in texts.value else code for code in codes.value]
        return Words(between.join(told) or "—", (codes.pointer,))

    printed = [texts[name] for name in ("indication", "restriction") if name in texts.value]
    teller.say(
        "condition",
        _S(
            "{of}条件 {condition}：要求 {asks}{printed}，申报 {given}，{result}。",
            "Condition {condition} of the {of}: asks for {asks}{printed}, claimed {given}: {result}.",
        ),
        of=Words(of.of(teller.language)),
        condition=as_is(condition["condition"]),
        asks=Words(written(asks).text, (asks.pointer, texts.pointer)),
        printed=Words(
            "".join(f"（{node.value}）" if teller.language == "zh" else f" ({node.value})" for node in printed),
            tuple(node.pointer for node in printed),
        ),
        given=written(given),
        result=Words(RESULTS[condition.value["result"]].of(teller.language), (condition["result"].pointer,)),
    )


def _reason(teller: Teller, reason: Node) -> None:
    cites = [" ".join(str(value) for value in cite.value.values()) for cite in reason["cites"]]
    teller.say(
        "reason",
        _S("{code}（{effect}）：{message}{cites}", "{code} ({effect}): {message}{cites}"),
        code=as_is(reason["code"]),
        effect=Words(EFFECTS[reason.value["effect"]].of(teller.language), (reason["effect"].pointer,)),
        message=reason_message(reason, teller.language),
        cites=Words(
            (" 依据：" if teller.language == "zh" else " Cites: ")
            + ("；" if teller.language == "zh" else "; ").join(cites)
            + ("。" if teller.language == "zh" else "."),
            (reason["cites"].pointer,),
        )
        if cites
        else Words(""),
    )


def _steps(teller: Teller, line: Node) -> None:
    """The gates one by one in their order, then each benefit with its tests by rank."""
    benefits: dict[str, list[Node]] = {}
    for number, step in enumerate(line["trace"], start=1):
        name = step.value["step"]
        if name.startswith("benefit:"):
            benefits.setdefault(name.removeprefix("benefit:").rpartition("/")[0], []).append(step)
            continue
        version = step.get("version")
        teller.say(
            "step",
            _S("关口 {number} {name}：{result}{version}。", "Gate {number} {name}: {result}{version}."),
            number=Words(str(number)),
            name=as_is(step["step"]),
            result=_result(teller, step),
            version=Words(
                f"（{version.value}）" if teller.language == "zh" else f" ({version.value})", (version.pointer,)
            )
            if version
            else Words(""),
        )
    for code, steps in benefits.items():
        tests = [
            Words(
                f"{rank} {step.value['step'].rpartition('/')[2]} {_result(teller, step).text}",
                (step["step"].pointer, step["result"].pointer),
            )
            for rank, step in enumerate(steps)
        ]
        teller.say(
            "step",
            _S("保障责任 {code}：{tests}。", "Benefit {code}: {tests}."),
            code=Words(code),
            tests=teller.listed(tests),
        )


def _result(teller: Teller, step: Node) -> Words:
    return Words(RESULTS[step.value["result"]].of(teller.language), (step["result"].pointer,))


def _catalogs(teller: Teller, decision: Node, names: named.Names) -> None:
    for cited in decision["catalogs"]:
        name, series, provenance = names.name_of(cited), cited.get("series"), cited.get("provenance")
        told = {
            "kind": Words(
                KINDS.names(teller.language).get(cited.value["kind"], cited.value["kind"]), (cited["kind"].pointer,)
            ),
            "series": Words(f" {series.value}", (series.pointer,)) if series else Words(""),
            "name": Words(f" {name.value}", (name.pointer,)) if name and name.value else Words(""),
        }
        words = named.PROVENANCES.get(provenance.value) if provenance else None
        teller.say(
            "catalog",
            _S(
                "查阅目录 {catalog} {version}{series}{name}：{kind}，校验和 {checksum}{provenance}。",
                "List consulted: {catalog} {version}{series}{name}: {kind}, checksum {checksum}{provenance}.",
            ),
            catalog=as_is(cited["catalog"]),
            version=as_is(cited["version"]),
            checksum=as_is(cited["checksum"]),
            provenance=Words(
                ("，" if teller.language == "zh" else "; ") + words.of(teller.language), (provenance.pointer,)
            )
            if words and provenance
            else Words(""),
            **told,
        )


def _totals(teller: Teller, decision: Node) -> None:
    totals, used = decision["totals"], decision["accumulators"]
    teller.say(
        "totals",
        _S(
            "合计：申报 {amount} 元，可理赔 {claimable} 元，赔付 {payable} 元。",
            "In all: CNY {amount} claimed, CNY {claimable} claimable, CNY {payable} paid.",
        ),
        **{name: as_is(totals[name]) for name in ("amount", "claimable", "payable")},
    )
    kinds = ("deductible_used", "benefit_base", "benefit_paid")
    after = [
        Words(f"{kind} {name} {node.value}", (node.pointer,)) for kind in kinds for name, node in used[kind].items()
    ]
    after.append(Words(f"total_paid {used.value['total_paid']}", (used["total_paid"].pointer,)))
    teller.say("totals", _S("赔付后的累计：{after}。", "Accumulators afterwards: {after}."), after=teller.listed(after))
