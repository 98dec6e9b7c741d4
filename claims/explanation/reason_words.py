"""Every reason and note in words for somebody who is no adjudicator: no codes, nobody addressed; and what is to be sent because of it.

A code that is not here (of later rules) is told by its recorded message.
"""

from typing import Final, NamedTuple

from claims.explanation.grounded import Sentence


class Plainly(NamedTuple):
    """How a reason is said, and what is wanting because of it. `named` says it with names that a record may not hold."""

    said: Sentence
    send: Sentence | None = None
    named: Sentence | None = None


_S = Sentence

PLAINLY: Final[dict[str, Plainly]] = {
    "NO_PRODUCT_VERSION": Plainly(
        _S("{day}那天，这款产品没有生效的保障方案。", "On {day} no terms of this product were in force.")
    ),
    "POLICY_NOT_IN_FORCE": Plainly(
        _S("用药日期 {day}不在保单的保障期内。", "The drug was used on {day}, outside the period of the policy.")
    ),
    "WAITING_PERIOD": Plainly(
        _S(
            "用药日期 {day}还在等待期内，保障从 {ends}起才开始。",
            "The drug was used on {day}, within the waiting period; cover begins on {ends}.",
        )
    ),
    "STATUTORY_EXCLUSION": Plainly(
        _S(
            "这笔费用的情形是“{circumstance}”。按《社会保险法》，医保不支付这种情形的费用，这款产品也没有约定赔付。",
            "The cost arose from: {circumstance}. By law basic insurance (医保) does not pay in such a case, and this product "
            "does not either.",
        )
    ),
    "DRUG_NOT_RECOGNISED": Plainly(
        _S("凭申报的内容，认不出是哪一种药。", "From what was claimed, the drug cannot be recognised."),
        _S(
            "药品的通用名、商品名、批准文号或药品编码",
            "the drug's generic name, brand name, approval number or drug code",
        ),
    ),
    "DRUG_AMBIGUOUS": Plainly(
        _S(
            "申报的名称可能指几种不同的药：{candidates}。",
            "What was claimed could be one of several drugs: {candidates}.",
        ),
        _S("药品编码或批准文号", "the drug's code or approval number"),
    ),
    "DRUG_CODE_NAME_CONFLICT": Plainly(
        _S(
            "申报的编码或批准文号属于{drug}，和所写的药名对不上。",
            "The code or approval number that was claimed belongs to {drug}, which is not the drug named.",
        ),
        _S("核对一致的药名和编码或批准文号", "a name and a code or approval number that agree"),
    ),
    "NEGATIVE_LIST": Plainly(
        _S("这种药列在产品不赔付的清单里。", "The drug is on a list of what the product does not pay for."),
        named=_S(
            "这种药列在产品不赔付的清单里：{catalog}。",
            "The drug is on a list of what the product does not pay for: {catalog}.",
        ),
    ),
    "NEGATIVE_LIST_UNDETERMINED": Plainly(
        _S(
            "凭现有资料，还不能确定这种药是否列在产品不赔付的清单里。",
            "From what was sent, it is not clear whether the drug is on a list of what the product does not pay for.",
        ),
        _S("更完整的药品和诊断资料", "fuller particulars of the drug and the diagnosis"),
    ),
    "BASE_EXCLUDED": Plainly(
        _S(
            "按规定医保不支付这种药，这款产品也同样不赔付。",
            "By rule basic insurance (医保) never pays for this drug, and this product follows it.",
        )
    ),
    "BASE_STATUS_UNDETERMINED": Plainly(
        _S(
            "医保是否支付还不能确定，所以要由人来审核。",
            "Whether basic insurance (医保) pays is not settled, so a person has to look at it.",
        ),
        _S(
            "医保结算的结果，或更完整的药品和诊断资料",
            "the settlement by basic insurance (医保), or fuller particulars of the drug and the diagnosis",
        ),
    ),
    "BASE_SETTLEMENT_REQUIRED": Plainly(
        _S(
            "这种药医保也支付，要先经过医保结算，再来计算赔付。",
            "Basic insurance (医保) pays for this drug too and has to settle first.",
        ),
        _S("医保结算的结果", "the settlement by basic insurance (医保)"),
    ),
    "NO_BENEFIT_FOR_BASE_STATUS": Plainly(
        _S(
            "这款产品的保障不适用于这样的药：{status}。",
            "No benefit of this product applies, since {status}.",
        )
    ),
    "SETTING_NOT_COVERED": Plainly(
        _S("{benefit}不包括{setting}的费用。", "This kind of care is not covered by {benefit}: {setting}.")
    ),
    "NOT_IN_CATALOG": Plainly(
        _S(
            "{benefit}只赔付指定目录里的药，这种药不在目录里。",
            "Only drugs on certain lists are paid by {benefit}, and this drug is on none of them.",
        ),
        named=_S(
            "{benefit}只赔付指定目录里的药，这种药不在其中。指定的目录是：{catalogs}。",
            "Only drugs on certain lists are paid by {benefit}, and this drug is on none of them: {catalogs}.",
        ),
    ),
    "CATALOG_NOT_IN_FORCE": Plainly(
        _S(
            "{benefit}所用的目录，在用药那天都没有生效。",
            "On the day the drug was used, no list of {benefit} was in force.",
        )
    ),
    "PRODUCT_UNSPECIFIED": Plainly(
        _S(
            "目录只包括这种药的某些剂型或产品，凭申报的内容还看不出是不是其中之一。",
            "The list holds only certain forms or products of this drug, and what was claimed does not say which one it is.",
        ),
        _S(
            "药品的剂型、规格、厂家、商品名、批准文号或药品编码",
            "the drug's form, strength, maker, brand name, approval number or drug code",
        ),
    ),
    "INDICATION_UNCODED": Plainly(
        _S(
            "目录用文字限定了这种药的使用范围，要由人来对照判断。",
            "The list says in words what this drug may be used for, and a person has to read it.",
        ),
        named=_S(
            "目录用文字限定了这种药的使用范围，要由人来对照判断。原文是：“{printed}”。",
            "The list says in words what this drug may be used for, and a person has to read it. It says: “{printed}”.",
        ),
    ),
    "DIAGNOSIS_MISSING": Plainly(
        _S("申报里没有诊断。", "No diagnosis was given."),
        _S("写明疾病编码的诊断", "the diagnosis with its code"),
    ),
    "DIAGNOSIS_UNSPECIFIC": Plainly(
        _S(
            "申报的诊断太笼统，看不出是不是目录限定的疾病。",
            "The diagnosis is too general to tell whether it is a disease for which the list admits this drug.",
        ),
        _S("更具体的诊断和疾病编码", "a more exact diagnosis with its code"),
        _S(
            "申报的诊断太笼统，看不出是不是目录限定的疾病。限定的疾病是：{codes}。",
            "The diagnosis is too general to tell whether it is a disease for which the list admits this drug ({codes}).",
        ),
    ),
    "SEX_MISSING": Plainly(_S("申报里没有性别。", "The patient's sex was not given."), _S("性别", "the patient's sex")),
    "AGE_MISSING": Plainly(_S("申报里没有年龄。", "The patient's age was not given."), _S("年龄", "the patient's age")),
    "SETTING_MISSING": Plainly(
        _S("申报里没有写明就医类型。", "The kind of care was not given."), _S("就医类型", "the kind of care")
    ),
    "INSTITUTION_LEVEL_MISSING": Plainly(
        _S("申报里没有医院等级。", "The level of the hospital was not given."),
        _S("医院等级", "the level of the hospital"),
    ),
    "EVIDENCE_MISSING": Plainly(
        _S(
            "目录对病情或检查有要求，是否符合还没有说明。",
            "The list asks for certain facts of the patient's condition or tests that were not given.",
        ),
        _S("能说明以上各点的病情和检查资料", "what shows whether these facts hold"),
        _S(
            "是否符合目录的这些要求，还没有说明：{criteria}。",
            "The list asks for facts that were not given: {criteria}.",
        ),
    ),
    "INDICATION_MISMATCH": Plainly(
        _S(
            "申报的诊断不是目录为这种药限定的疾病。",
            "The diagnosis is not one of the diseases for which the list admits this drug.",
        ),
        named=_S(
            "申报的诊断不是目录为这种药限定的疾病。限定的疾病是：{codes}。",
            "The diagnosis is not one of the diseases for which the list admits this drug ({codes}).",
        ),
    ),
    "SEX_MISMATCH": Plainly(_S("目录规定这种药只限{limit}使用。", "The list admits this drug for {limit} only.")),
    "AGE_MISMATCH": Plainly(
        _S("年龄不符：目录限定的年龄是 {limit}。", "The age does not fit: the list admits this drug for ages {limit}.")
    ),
    "SETTING_MISMATCH": Plainly(
        _S(
            "就医类型不符：目录限定的是{limit}。",
            "The kind of care does not fit: the list admits this drug for {limit} only.",
        )
    ),
    "INSTITUTION_LEVEL_MISMATCH": Plainly(
        _S(
            "医院等级不符：目录要求{limit}及以上。",
            "The hospital does not fit: the list asks for {limit} or above.",
        )
    ),
    "CRITERION_UNMET": Plainly(
        _S(
            "病情或检查不符合目录的要求。",
            "The patient's condition or tests do not meet what the list asks for.",
        ),
        named=_S("不符合目录的这些要求：{criteria}。", "These requirements of the list are not met: {criteria}."),
    ),
    "PRIOR_AUTH_REQUIRED": Plainly(
        _S(
            "这种药要事前授权，申报里没有授权号。",
            "The drug needs prior authorisation, and no authorisation number was given.",
        ),
        _S("事前授权的授权号", "the number of the prior authorisation"),
    ),
    "PRIOR_AUTH_UNKNOWN": Plainly(
        _S("所填的授权号查不到。", "The authorisation number that was given is not known."),
        _S("核对过的授权号", "the authorisation number, checked"),
    ),
    "PRIOR_AUTH_EXPIRED": Plainly(
        _S(
            "所填的事前授权在用药那天不在有效期内。",
            "The prior authorisation was not valid on the day the drug was used.",
        ),
        _S("在用药那天有效的授权号", "the number of an authorisation that was valid on that day"),
    ),
    "PRIOR_AUTH_OTHER_MEMBER": Plainly(
        _S("所填的事前授权是给另一位参保人的。", "The prior authorisation was given for another person."),
        _S("这位参保人的授权号", "the number of the authorisation for this person"),
    ),
    "PRIOR_AUTH_OTHER_DRUG": Plainly(
        _S("所填的事前授权是给另一种药的。", "The prior authorisation was given for another drug."),
        _S("这种药的授权号", "the number of the authorisation for this drug"),
    ),
    "PRIOR_AUTH_SPENT": Plainly(
        _S("所填的事前授权已经用完。", "The prior authorisation has been used up."),
        _S("新的授权号", "the number of a new authorisation"),
    ),
    "PRE_EXISTING_EXCLUDED": Plainly(
        _S(
            "这次的疾病属于既往症，{benefit}不赔付既往症。",
            "The disease is a pre-existing one, for which nothing is paid by {benefit}.",
        )
    ),
    "EARLIER_BENEFIT_UNDETERMINED": Plainly(
        _S(
            "还有排在前面的保障，因为资料不全没有判断；补齐资料后，结果可能不同。",
            "A benefit that comes first could not be judged for want of facts; with them, the result may differ.",
        ),
        named=_S(
            "排在前面的{benefit}因为资料不全没有判断；补上以下资料后，结果可能不同：{lacking}。",
            "Whether {benefit} applies, which comes first, could not be judged for want of facts; with these the result may "
            "differ: {lacking}.",
        ),
    ),
    "QUANTITY_CAPPED": Plainly(
        _S(
            "数量超过目录的限量 {limit}，按限量折算。",
            "The quantity is above the list's limit of {limit} and is reduced to it.",
        )
    ),
    "PRICE_CAPPED": Plainly(
        _S(
            "金额超过按支付标准（每单位 {standard} 元）计算的上限，按上限计算。",
            "The amount is above what the payment standard of CNY {standard} a unit allows and is reduced to it.",
        )
    ),
    "DEDUCTIBLE_NOT_MET": Plainly(
        _S("金额全部计入免赔额，所以没有赔付。", "The whole amount went to the deductible, so nothing is paid.")
    ),
    "ANNUAL_LIMIT_REACHED": Plainly(_S("已经达到年度限额。", "The annual limit is reached.")),
    "NOTHING_CLAIMABLE": Plainly(_S("没有剩下需要赔付的金额。", "Nothing is left to be paid.")),
}
