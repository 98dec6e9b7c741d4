"""What an answer rests on beside its reasons, so that it can be explained from its record alone: what was claimed, which condition of an
entry held, and what the money was counted with. Nothing is decided here; none of it is in the digest, which has the facts themselves."""

from typing import Any, Final

from catalog.drugs.three_valued import Agreement
from catalog.reference import disease_names
from claims.eligibility.bands import in_bands
from claims.eligibility.caps import price_cap, within_quantity
from claims.eligibility.compiled import MAX_QUANTITY_PLACES, STANDARD_PLACES
from claims.eligibility.decision import Decision, Judgement, LineDecision
from claims.eligibility.entry import Entry
from claims.eligibility.entry_match import Match
from claims.eligibility.facts import QUANTITY_PLACES, Line, LineFacts, Member
from claims.eligibility.restrictions import facet_results
from common import icd10
from common.money import Fen, plain, ratio_text, yuan
from insurers.terms import Benefit, ProductTerms

RESULTS: Final = {Agreement.PASS: "pass", Agreement.FAIL: "fail", Agreement.UNKNOWN: "unknown"}
# Codes are compared without case; people write them in capitals.
_CODES: Final = ("national_code", "approval_no")

Json = dict[str, Any]


def basis_document(decision: Decision) -> Json:
    """Write what a check's answer rests on: the names of the product's benefits, and of each line what `_line` tells, in the answer's order."""
    member = decision.judged.claim.member
    return {"benefits": _benefits(decision), "lines": [_line(decided, member) for decided in decision.lines]}


def _benefits(decision: Decision) -> list[dict[str, str]]:
    """The benefits of the product versions that lines were judged by, with their names."""
    found: dict[tuple[str, str], str] = {}
    for decided in decision.lines:
        terms = decided.judgement.terms
        if terms is not None and decided.judgement.trace:
            found |= {(terms.label, benefit.code): benefit.name for benefit in terms.benefits}
    return [{"version": version, "code": code, "name": name} for (version, code), name in found.items()]


def _line(decided: LineDecision, member: Member) -> Json:
    """What a line's answer rests on: values, claimed, nearest, conditions, base_conditions, counted.

    `values` fill the messages of its reasons, in their order. `nearest` is the benefit whose reasons the line carries where none takes
    it, with the entry that it was held against. `conditions` are those of the entry that the line matches, or of the nearest one's;
    `base_conditions` those of the 医保 list's. `counted` is null where nothing was paid.
    """
    judgement = decided.judgement
    line, base = judgement.line, judgement.base
    match = judgement.match or judgement.nearest_match
    facts = LineFacts.of(line, member)
    base_entry = base.entry if base and base.version and base.version.kind == "base" else None
    return {
        "line_no": line.line_no,
        "values": [dict(reason.values) for reason in decided.reasons],
        "claimed": _claimed(line),
        "nearest": _nearest(judgement),
        "conditions": [*_conditions(match.entry, facts), *_prior_auth(judgement, match)] if match else [],
        "base_conditions": _conditions(base_entry, facts) if base_entry else [],
        "counted": _counted(decided),
    }


def _claimed(line: Line) -> Json:
    """What the line says, as it was read; what it does not say of its drug is left out."""
    identity = {name: text for name, text in line.identity._asdict().items() if text}
    return {
        **{name: text.upper() if name in _CODES else text for name, text in identity.items()},
        "service_date": line.service_date.isoformat(),
        "quantity": plain(line.quantity, QUANTITY_PLACES),
        "base_settled": line.settled,
    }


def _nearest(judgement: Judgement) -> Json | None:
    if judgement.nearest is None:
        return None
    match = judgement.nearest_match
    return {
        "benefit": judgement.nearest.code,
        "catalog": match.version.catalog if match else None,
        "version": match.version.label if match else None,
        "checksum": match.version.checksum if match else None,
        "entry_code": match.entry.entry_code if match else None,
    }


def _conditions(entry: Entry, facts: LineFacts) -> list[Json]:
    """Each restriction that the entry sets: what it asks for, what the claim says, whether it holds, and its words as printed."""
    found = []
    for name, agreement in facet_results(entry, facts):
        asks, given, texts = _asked(name, entry, facts)
        found.append({"condition": name, "asks": asks, "given": given, "result": RESULTS[agreement], "texts": texts})
    return found


def _asked(name: str, entry: Entry, facts: LineFacts) -> tuple[list[str], list[str], Json]:
    """What a restriction asks for, what the claim says to it, and the words of what either names."""
    if name == "indication":
        asks, given = list(entry.icd10_written), [_dotted(code) for code in facts.diagnoses]
        names = {code: disease for code in (*asks, *given) if (disease := disease_names().of(code))}
        printed = {"indication": entry.indication, "restriction": entry.restriction}
        return asks, given, {**names, **{field: text for field, text in printed.items() if text}}
    if name == "sex":
        return [entry.sex], [facts.sex] if facts.sex else [], {}
    if name == "age":
        ends = ((">=", entry.age_min), ("<=", entry.age_max))
        return [f"{sign}{end}" for sign, end in ends if end is not None], _number(facts.age), {}
    if name == "setting":
        return list(entry.settings), [facts.setting] if facts.setting else [], {}
    if name == "institution":
        return [f">={entry.min_institution_level}"], _number(facts.institution_level), {}
    answers = facts.evidence or {}
    said = [f"{code}={'true' if answers[code] else 'false'}" for code in entry.criteria if code in answers]
    texts = dict(entry.criteria_texts)
    return list(entry.criteria), said, {code: texts[code] for code in entry.criteria if texts.get(code)}


def _dotted(code: str) -> str:
    """A code with its dot: it is compared without."""
    return icd10.stored(f"{code[:3]}.{code[3:]}") if len(code) > 3 else code


def _number(number: int | None) -> list[str]:
    return [] if number is None else [str(number)]


def _prior_auth(judgement: Judgement, match: Match) -> list[Json]:
    """The entry's prior authorisation, where it asks for one and it was come to."""
    benefit = judgement.benefit or judgement.nearest
    if not match.entry.prior_auth or benefit is None:
        return []
    result = dict(judgement.trace).get(f"benefit:{benefit.code}/prior_auth", "skipped")
    if result == "skipped":
        return []
    given = ["true"] if judgement.line.prior_auth_no else []
    return [{"condition": "prior_auth", "asks": ["true"], "given": given, "result": result, "texts": {}}]


def _counted(decided: LineDecision) -> Json | None:
    """What the money of a paid line was counted with (eligibility 7), in its order."""
    judgement, before, money = decided.judgement, decided.before, decided.money
    terms, benefit = judgement.terms, judgement.benefit
    if before is None or terms is None or benefit is None:
        return None
    base = Fen(money.allowed - money.deductible_applied)
    group = benefit.deductible_group
    amount = terms.deductible(group, pre_existing=judgement.pre_existing) if group is not None else Fen(0)
    return {
        **_caps(judgement),
        "deductible": {
            "group": group,
            "amount": yuan(amount),
            "used_before": yuan(before.deductible_used),
            "left_before": yuan(Fen(max(0, amount - before.deductible_used))),
        }
        if group is not None
        else None,
        "base": yuan(base),
        "ratio_kind": _ratio_kind(judgement, benefit),
        "bands": [
            {
                "up_to": None if band.up_to is None else yuan(band.up_to),
                "ratio": ratio_text(band.ratio),
                "part": yuan(Fen(part)),
            }
            for band, part in in_bands(benefit, before.benefit_base, before.benefit_base + base)
        ],
        "base_before": yuan(before.benefit_base),
        "limits": _limits(benefit, terms, before.benefit_paid, before.total_paid),
    }


def _ratio_kind(judgement: Judgement, benefit: Benefit) -> str:
    """Which of the benefit's ratios a line takes (eligibility 7, step 3)."""
    if benefit.bands:
        return "bands"
    unsettled = benefit.ratio_unsettled is not None and not judgement.line.settled
    special = benefit.ratio_unsettled_pre_existing if unsettled else benefit.ratio_pre_existing
    if judgement.pre_existing and special is not None:
        return "unsettled_pre_existing" if unsettled else "pre_existing"
    return "unsettled" if unsettled else "plain"


def _caps(judgement: Judgement) -> Json:
    """The entry's quantity limit and payment standard, and what each left of the amount."""
    found: Json = {"max_quantity": None, "within_quantity": None, "payment_standard": None, "price_cap": None}
    if judgement.match is None:
        return found
    entry, line = judgement.match.entry, judgement.line
    allowed, quantity = within_quantity(line.claimable, line.quantity, entry)
    if entry.max_quantity is not None:
        found["max_quantity"] = plain(entry.max_quantity, MAX_QUANTITY_PLACES)
        found["within_quantity"] = yuan(allowed)
    cap = price_cap(quantity, entry)
    if cap is not None and entry.payment_standard is not None:
        found["payment_standard"] = plain(entry.payment_standard, STANDARD_PLACES, least=2)
        found["price_cap"] = yuan(cap)
    return found


def _limits(benefit: Benefit, terms: ProductTerms, benefit_paid: Fen, total_paid: Fen) -> list[Json]:
    limits = (("benefit", benefit.annual_limit, benefit_paid), ("product", terms.annual_limit, total_paid))
    return [
        {
            "of": of,
            "amount": yuan(limit),
            "used_before": yuan(used),
            "left_before": yuan(Fen(max(0, limit - used))),
        }
        for of, limit, used in limits
        if limit is not None
    ]
