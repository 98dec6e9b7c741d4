"""Random small worlds and claims, from few names, codes and dates, so that everything meets everything.

Made by plain random choice from a seed rather than by Hypothesis strategies, which need a tenth of a second for a world: so a
failure names its seed and does not shrink, but a thousand worlds take seconds.
"""

from collections.abc import Callable
from random import Random
from typing import Any

Json = dict[str, Any]

NAMES = ["奥希替尼", "甲磺酸奥希替尼片", "奥希替尼注射液", "盐酸奥希替尼", "索拉非尼", "甲苯磺酸索拉非尼片", "丹参"]
CODES = ["XL01EBA001A010010100001", "XL01EXA002A010010100001", "XL01EB", "XL01"]
APPROVALS = ["H1", "国药准字H2"]
BRANDS = ["泰瑞沙", "多吉美"]
MAKERS = ["甲厂", "乙厂"]
STRENGTHS = ["80mg", "40mg"]
FORMS = ["片", "口服常释剂型", "注射液", "注射剂"]
CLASSES = ["XL01EB", "XL01EX", "XC01"]
DISEASES = ["C34", "C34.1", "C34.11", "C18-C20", "C19", "I10"]
DIAGNOSES = ["C34", "C34.1", "C34.12", "C19", "I10.x"]
SETTINGS = ["inpatient", "outpatient", "designated_pharmacy"]
CRITERIA = ["LINE_2", "EGFR"]
DAYS = ["2025-12-31", "2026-01-01", "2026-03-14", "2026-07-01"]
INSTANTS = ["2025-06-01T00:00:00Z", "2025-12-15T00:00:00Z", "2026-02-01T00:00:00Z", "2026-08-01T00:00:00Z"]
RATIOS = ["0", "0.3333", "0.7", "1"]
AMOUNTS = ["0.00", "0.01", "33.33", "100.00", "4977.00"]
BANDS = [{"up_to": "50.00", "ratio": "0.5"}, {"up_to": "120.00", "ratio": "0.3333"}, {"up_to": None, "ratio": "1"}]

Draw = Callable[[Random], Any]


def pick(values: list[Any]) -> Draw:
    return lambda random: random.choice(values)


def several(values: list[Any], least: int = 1) -> Draw:
    return lambda random: random.sample(values, random.randint(least, 2))


IDENTITY: dict[str, Draw] = {
    "national_code": pick(CODES),
    "approval_no": pick(APPROVALS),
    "brand_name": pick(BRANDS),
    "manufacturer": pick(MAKERS),
    "strength": pick(STRENGTHS),
    "dosage_form": pick(FORMS),
}
RESTRICTIONS: dict[str, Draw] = {
    "icd10": several(DISEASES),
    "sex": pick(["F", "M"]),
    "age_min": pick([0, 18, 61]),
    "age_max": pick([61, 70]),
    "settings": several(SETTINGS),
    "min_institution_level": pick([1, 3]),
    "criteria": several(CRITERIA),
    "indication": pick(["肺癌"]),
    "restriction": pick(["限二线"]),
}
PAYMENT: dict[str, Draw] = {
    "payment_standard": pick(["3.333", "88.005"]),
    "max_quantity": pick(["1", "2.5"]),
    "prior_auth": pick([True, False]),
    "effective_from": pick(DAYS),
}
TERMS: dict[str, Draw] = {
    "base": pick([{"catalog": "NRDL"}]),
    "base_exclusions": pick([[{"catalog": "EXCL"}]]),
    "negative_lists": pick([[{"catalog": "NEG"}]]),
    "honours_base_exclusions": pick([True, False]),
    "requires_base_settlement": pick([True, False]),
    "waiting_days": pick([0, 90]),
    "annual_limit": pick(["0.07", "70.00", "2000.00"]),
}
BENEFIT: dict[str, Draw] = {
    "scope": pick(["base_listed", "off_base", "any", "any"]),
    "settings": several(SETTINGS, 0),
    "deductible_group": pick(["h"]),
    "ratio_pre_existing": pick(RATIOS),
    "ratio_unsettled": pick(RATIOS),
    "annual_limit": pick(["0.05", "50.00", "1000.00"]),
    "bands": pick([BANDS]),
}
MASTER: dict[str, Draw] = {
    "approval_no": pick(APPROVALS),
    "brand_name": pick(BRANDS),
    "dosage_form": pick(FORMS),
    "strength": pick(STRENGTHS),
    "national_code": pick(CODES[:2]),
    "aliases": lambda random: random.sample(NAMES, 1),
}
LINE: dict[str, Draw] = {
    "service_date": pick(DAYS),
    "diagnoses": several(DIAGNOSES, 0),
    "setting": pick(SETTINGS),
    "institution_level": pick([1, 3]),
    "base_settled": pick([True, False]),
    "prior_auth_no": pick(["PA-1"]),
    "evidence": lambda random: {code: random.random() < 0.7 for code in random.sample(CRITERIA, random.randint(0, 2))},
}
MEMBER: dict[str, Draw] = {
    "policy_start": pick(["2025-01-01", "2026-01-01"]),
    "sex": pick(["F", "M"]),
    "age": pick([17, 18, 61]),
    "pre_existing": several(DISEASES, 0),
    "accumulators": lambda random: {
        "total_paid": random.choice(AMOUNTS[:4]),
        "deductible_used": some(random, {"h": pick(AMOUNTS[:3])}),
    },
}
KINDS = {"COM": "commercial", "COM2": "commercial", "NRDL": "base", "EXCL": "base_exclusion", "NEG": "negative"}


def some(random: Random, fields: dict[str, Draw], most: int | None = None) -> Json:
    """Some of these fields, at most so many: an entry with all of them would fit nothing."""
    names = random.sample(sorted(fields), random.randint(0, len(fields) if most is None else most))
    return {name: fields[name](random) for name in names}


def make_entries(random: Random, prefix: str, kind: str) -> list[Json]:
    found = []
    for number in range(random.randint(1, 6) if kind == "commercial" else random.randint(0, 3)):
        entry = {"entry_code": f"{prefix}-{number}", **some(random, IDENTITY, 1), **some(random, RESTRICTIONS, 2)}
        entry |= some(random, {"class_code": pick(CLASSES)}) | some(random, PAYMENT, 1)
        if kind in ("commercial", "base") or random.random() < 0.5:
            entry["generic_name"] = random.choice(NAMES)
        found.append(entry)
    return found


def make_benefit(random: Random, code: str) -> Json:
    benefit = {"code": code, "ratio": random.choice(RATIOS), **some(random, BENEFIT, 3)}
    if random.random() < 0.85:
        references: list[Json] = [{"catalog": "COM"}, {"catalog": "COM2"}, {"catalog": "COM", "label": "v0"}]
        benefit["catalogs"] = random.sample(references, random.randint(1, 2))
    return benefit


def make_world(random: Random) -> Json:
    catalogs = []
    for code, kind in KINDS.items():
        versions = [
            {
                "label": f"v{number}",
                "effective_from": random.choice(["2025-01-01", "2026-01-01"]),
                "effective_to": random.choice([None, None, "2026-06-30"]),
                "published_at": random.choice(INSTANTS[:3]),
                "withdrawn_at": None,
                "checksum": f"{code}{number}",
                "entries": make_entries(random, f"{code}{number}", kind),
            }
            for number in range(random.randint(1, 2))
        ]
        catalogs.append({"code": code, "kind": kind, "versions": versions})
    sold = []
    for label, starts, ends in [("p1", "2026-01-01", None), ("p0", "2025-01-01", "2025-12-31")][: random.randint(1, 2)]:
        terms = some(random, TERMS) | {"label": label, "effective_from": starts, "effective_to": ends}
        benefits = [make_benefit(random, f"b{place}") for place in range(random.randint(1, 3))]
        terms |= {
            "published_at": "2024-12-01T00:00:00Z",
            "deductibles": {"h": random.choice(["0.00", "0.03", "60.00"])},
        }
        sold.append({**terms, "benefits": benefits})
    return {
        "dosage_forms": [{"form": "片", "group": "口服常释剂型"}, {"form": "注射液", "group": "注射剂"}],
        "master": [
            {"generic_name": random.choice(NAMES), **some(random, MASTER, 3)} for _row in range(random.randint(0, 3))
        ],
        "catalogs": catalogs,
        "products": [{"code": "P", "insurer": "A", "versions": sold}],
    }


def make_claim(random: Random) -> Json:
    lines = []
    for number in range(random.randint(1, 5)):
        amount = random.choice(AMOUNTS)
        line = {
            "line_no": number + 1,
            "generic_name": random.choice(NAMES),
            "quantity": random.choice(["1", "3", "0.333"]),
            "amount": amount,
        }
        line |= some(random, IDENTITY, 2) | some(random, LINE) | some(random, {"base_paid": pick(["0.00", amount])})
        lines.append(line)
    claim = {"product": "P", "service_date": "2026-03-14", "as_known_at": random.choice(INSTANTS), "lines": lines}
    claim |= some(
        random,
        {
            "diagnoses": several(DIAGNOSES),
            "setting": pick(SETTINGS),
            "circumstance": pick(["none"] * 9 + ["overseas"]),
        },
    )
    # Mostly given, or nearly every line would go to review for want of facts.
    facts = {"sex": random.choice(["F", "M"]), "age": random.choice([17, 18, 61])} if random.random() < 0.7 else {}
    return claim | {"member": some(random, MEMBER) | facts}


def make(seed: int) -> tuple[Json, Json]:
    """A world and a claim."""
    random = Random(seed)
    return make_world(random), make_claim(random)
