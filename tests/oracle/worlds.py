"""Random small worlds and requests for the oracle, the same for the same seed.

`world(seed)` gives (world, request) as vectors.md describes them, `spoiled(seed)` the same with an invalid request,
`coverage_query(seed)` (world, query). The values are few and close together on purpose, so that codes, names, days and amounts meet: ties, boundaries and near misses are common.
"""

import random
from datetime import date, timedelta

FORMS = [
    {"form": "片", "group": "口服常释剂型"},
    {"form": "片剂", "group": "口服常释剂型"},
    {"form": "普通片", "group": "口服常释剂型", "same_as": "片"},
    {"form": "分散片", "group": "口服常释剂型"},
    {"form": "胶囊", "group": "口服常释剂型"},
    {"form": "硬胶囊", "group": "口服常释剂型", "same_as": "胶囊"},
    {"form": "软胶囊", "group": "口服常释剂型"},
    {"form": "口服常释剂型", "group": "口服常释剂型"},
    {"form": "缓释片", "group": "缓释控释剂型"},
    {"form": "缓释胶囊", "group": "缓释控释剂型"},
    {"form": "注射液", "group": "注射剂"},
    {"form": "注射剂", "group": "注射剂"},
    {"form": "注射用粉末", "group": "注射剂"},
    {"form": "注射用无菌粉末", "group": "注射剂", "same_as": "注射用粉末"},
    {"form": "粉针剂", "group": "注射剂", "same_as": "注射用粉末"},
    {"form": "乳剂", "group": "注射剂"},
    {"form": "乳剂", "group": "口服液体剂"},
    {"form": "口服溶液", "group": "口服液体剂"},
    {"form": "溶液", "group": "外用液体剂"},
    {"form": "散", "group": "口服散剂"},
    {"form": "散剂", "group": "口服散剂"},
    {"form": "散剂", "group": "外用散剂"},
    {"form": "乳膏", "group": "软膏剂"},
    {"form": "软膏", "group": "软膏剂"},
    {"form": "滴丸", "group": "丸剂"},
    {"form": "丸", "group": "丸剂"},
    {"form": "丸剂", "group": "丸剂"},
    {"form": "贴", "group": None},
]
GROUPS = ["口服常释剂型", "缓释控释剂型", "注射剂", "口服液体剂", "外用散剂", "口服散剂", "软膏剂", "丸剂"]

# (names that mean one drug, aliases, brands, class code, ICD-10, forms)
DRUGS = [
    (["奥希替尼", "甲磺酸奥希替尼"], ["AZD9291", "共名"], ["泰瑞沙", "康达"], "XL01EB", "C34", ["片", "分散片"]),
    (
        ["索拉非尼", "甲苯磺酸索拉非尼", "对甲苯磺酸索拉非尼"],
        ["BAY439006"],
        ["多吉美", "康达"],
        "XL01EX",
        "C22",
        ["片", "软胶囊"],
    ),
    (["伊马替尼", "甲磺酸伊马替尼"], ["格列卫"], ["格列卫", "昕维"], "XL01EA", "C92", ["片", "胶囊"]),
    (["舒尼替尼", "苹果酸舒尼替尼", "羟乙磺酸舒尼替尼"], ["索坦"], ["索坦"], "XL01EX", "C64", ["胶囊", "硬胶囊"]),
    (["长春瑞滨", "酒石酸长春瑞滨", "重酒石酸长春瑞滨"], ["NVB"], ["盖诺"], "XL01CA", "C34", ["软胶囊", "注射液"]),
    (["曲妥珠单抗"], ["Trastuzumab", "共名"], ["赫赛汀"], "XL01FD", "C50", ["注射用粉末", "注射用无菌粉末", "粉针剂"]),
    (["司库奇尤单抗"], ["苏金单抗"], ["可善挺"], "XL04AC", "M45", ["注射液", "注射剂"]),
    (["紫杉醇"], ["Taxol", "索拉非尼"], ["泰素"], "XL01CD", "C56", ["注射液", "乳剂", "注射用粉末"]),
    (["二甲双胍", "盐酸二甲双胍"], ["降糖片"], ["格华止"], "XA10BA", "E11", ["片", "缓释片", "缓释胶囊"]),
    (["氯吡格雷", "硫酸氢氯吡格雷", "硫酸氯吡格雷"], [], ["波立维"], "XB01AC", "I25", ["片", "普通片"]),
    (["盐酸胍"], ["胍盐"], ["胍乐"], "XN07AA", "G70", ["片"]),
    (["硫酸镁"], ["泻盐"], ["镁康"], "XA06AD", "K59", ["注射液", "口服溶液", "溶液", "散剂", "散"]),
    (["硫酸亚铁"], [], ["铁宝"], "XB03AA", "D50", ["片", "缓释片"]),
    (["磷酸氢钙"], ["二代钙"], ["钙宝"], "XA12AA", "E83", ["片"]),
    (["磷酸二氢钾"], ["二氢钾盐"], ["钾康"], "XA12BA", "E87", ["片", "口服溶液"]),
    (["乳酸菌素"], ["菌素"], ["菌宝片"], "XA07FA", "A09", ["片", "散剂", "散"]),
    (["复方丹参"], ["丹参方", "共名"], ["天士力"], "ZC01EB", "I20", ["滴丸", "丸", "丸剂", "片"]),
    (["丹丸"], ["单丸"], ["丹宝"], "ZA04BA", "I63", ["丸", "丸剂"]),
    (["维A酸"], ["ATRA"], ["迪维"], "XD10AD", "L70", ["乳膏", "软膏", "贴"]),
    (["硫酸氢胍"], [], ["胍新"], "XN07AB", "G71", ["片"]),
    # A bracket at the end is a mark, which stands behind the form where the name has one.
    (["硝苯地平(Ⅰ)", "硝苯地平Ⅰ", "硝苯地平［i］"], ["心痛定Ⅰ"], ["拜新同"], "XC08CA", "I10", ["缓释片", "片"]),
    (["硝苯地平(Ⅱ)", "硝苯地平Ⅱ"], ["心痛定Ⅱ"], ["拜新同"], "XC08CA", "I10", ["缓释片", "片"]),
    (["硝苯地平"], ["心痛定"], ["拜新同"], "XC08CA", "I10", ["缓释片", "片", "软胶囊"]),
    (["紫杉醇(白蛋白结合型)", "紫杉醇[白蛋白结合型]"], [], ["艾越"], "XL01CD", "C56", ["注射用粉末", "注射液"]),
    (["重组人胰岛素(30R)", "重组人胰岛素（30ｒ）"], ["诺和灵(30R)"], ["诺和灵"], "XA10AD", "E11", ["注射液"]),
    (["重组人胰岛素(酵母)"], ["诺和灵"], ["诺和灵"], "XA10AD", "E11", ["注射液", "注射用粉末"]),
    (["生脉(党参方)"], [], ["生脉宝"], "ZC01EB", "I20", ["片", "颗粒", "注射液"]),
    (["生脉(大蜜丸)"], [], ["生脉宝"], "ZC01EB", "I20", ["片", "注射液"]),  # no mark
    # Metals behind the acid.
    (["枸橼酸铋钾"], ["铋盐"], ["丽珠得乐"], "XA02BX", "K29", ["片", "胶囊"]),
    (["乳酸钠林格"], ["林格"], ["林格宝"], "XB05BB", "E87", ["注射液"]),
    (["硫酸铝钾", "硫酸铝钾(冻干)"], ["明矾"], ["矾宝"], "XA07XA", "A09", ["散", "散剂"]),
    (["门冬氨酸钾镁"], [], ["潘南金"], "XA12CX", "E87", ["片", "注射液", "口服溶液"]),
]
# Drugs that share a brand, a class, an alias, or where an alias of one is the other's name.
RELATED = [
    DRUGS[0:2],
    DRUGS[0:4],
    [DRUGS[0], DRUGS[5], DRUGS[16]],
    [DRUGS[1], DRUGS[7]],
    DRUGS[20:23],
    [DRUGS[7], DRUGS[23]],
    DRUGS[24:26],
    DRUGS[26:28],
]
MAKERS = ["阿斯利康", "恒瑞医药", "ROCHE Ltd.", "齐鲁制药"]
STRENGTHS = ["80mg", "40mg", "5ml:2.5g", "0.25g"]
CRITERIA = ["EGFR_19DEL", "LINE_2", "COMBO_CHEMO"]
SETTINGS = ["inpatient", "outpatient", "designated_pharmacy", "retail_pharmacy"]
CIRCUMSTANCES = ["work_injury", "third_party", "public_health", "overseas"]
OTHER_DIAGNOSES = ["I10", "Z99.2", "C34.1", "K59.0", "L40.9"]

DAYS = ["2025-12-31", "2026-01-01", "2026-01-30", "2026-01-31", "2026-03-13", "2026-03-14", "2026-03-15", "2026-07-01"]
STARTS = ["2025-01-01", "2025-07-01", "2026-01-01", "2026-03-14", "2026-03-15"]
ENDS = ["2026-01-31", "2026-03-13", "2026-03-14", "2026-12-31"]
INSTANTS = [
    "2024-12-01T08:00:00Z",
    "2025-06-30T16:00:00Z",
    "2025-12-15T02:03:04Z",
    "2026-02-01T00:00:00Z",
    "2026-03-14T00:00:00Z",
    "2026-08-01T12:00:00Z",
]
RATIOS = ["0.0000", "0.3333", "0.5000", "0.7000", "0.8005", "1.0000"]
AMOUNTS = ["0.00", "0.01", "0.07", "10.00", "49.99", "100.00", "333.33", "999.99", "4977.00", "28015.70"]
QUANTITIES = ["0.333", "1", "1.001", "2", "2.5", "7", "28", "30", "31"]


class Dice(random.Random):
    """Chance in the words the generator needs."""

    def chance(self, probability):
        return self.random() < probability

    def some(self, values, most):
        """Between none and `most` of the values, in random order."""
        return self.sample(values, min(self.randint(0, most), len(values)))

    def at_least_one(self, values, most):
        return self.sample(values, min(self.randint(1, most), len(values)))


def world(seed):
    """(world, request) of a seed."""
    dice = Dice(seed)
    drugs = some_drugs(dice)
    kind = dice.random()
    if kind < 0.25:
        return open_world(dice, drugs)
    if kind < 0.45:
        return paying_world(dice, drugs)
    if kind < 0.6:
        return base_world(dice, drugs)
    made = make_world(dice, drugs)
    return made, make_request(dice, drugs, made)


def spoiled(seed):
    """(world, request) of a seed whose request has been made invalid in one of the ways section 8 lists."""
    dice = Dice(f"spoiled {seed}")
    drugs = some_drugs(dice)
    made = make_world(dice, drugs)
    request = make_valid_request(dice, drugs, made)
    SPOILERS[seed % len(SPOILERS)](dice, request)
    return made, request


RESTRICTION_COLUMNS = ("icd10", "sex", "age_min", "age_max", "settings", "min_institution_level", "criteria")


def open_world(dice, drugs):
    """(world, request) with nothing in the way of the drug: how it is recognised and matched alone decides."""
    made = make_world(dice, drugs)
    lists = [make_catalog(dice, "COM1", "commercial", drugs), make_catalog(dice, "NEG1", "negative", drugs)]
    for catalog in lists:
        catalog["versions"] = [
            {"label": "v1", "effective_from": STARTS[0], "published_at": INSTANTS[0], "entries": version["entries"]}
            for version in catalog["versions"][:1]
        ]
        for entry in catalog["versions"][0]["entries"]:
            for column in (*RESTRICTION_COLUMNS, "restriction", "indication", "effective_from", "effective_to"):
                if dice.chance(0.8):
                    entry.pop(column, None)
            if dice.chance(0.3):
                entry.pop("class_code", None)
        if catalog["kind"] == "negative" and dice.chance(0.4):
            code = dice.choice(drugs)[3][: dice.choice([3, 6])]
            catalog["versions"][0]["entries"] = [{"entry_code": "G-1", "class_code": code}]
    made["catalogs"] = lists + [catalog for catalog in made["catalogs"] if catalog["kind"] in ("base", "reference")]
    terms = {
        "negative_lists": [{"catalog": "NEG1"}],
        "benefits": [{"code": "b1", "ratio": "0.7000", "catalogs": [{"catalog": "COM1"}]}],
    }
    version = {"label": "p1", "effective_from": STARTS[0], "published_at": INSTANTS[0]} | terms
    made["products"] = [{"code": "P", "insurer": "INS1", "versions": [version]}]
    request = make_valid_request(dice, drugs, made)
    for field in ("as_known_at", "circumstance", "member"):
        request.pop(field, None)
    return made, request


def base_world(dice, drugs):
    """(world, request) in which the base list alone decides which benefit takes the line."""
    made = make_world(dice, drugs)
    base = make_catalog(dice, "NRDL", "base", drugs[: dice.randint(1, len(drugs))])
    base["versions"] = base["versions"][:1]
    version = base["versions"][0]
    version |= {"effective_from": STARTS[0], "published_at": INSTANTS[0], "effective_to": None, "withdrawn_at": None}
    if dice.chance(0.7):
        version["complete_for"] = complete_for(dice, drugs)
    for entry in version["entries"]:
        for column in (*RESTRICTION_COLUMNS, "restriction", "indication", "effective_from", "effective_to"):
            if dice.chance(0.8):
                entry.pop(column, None)
    made["catalogs"] = [
        base,
        *(catalog for catalog in made["catalogs"] if catalog["kind"] in ("reference", "negative")),
    ]
    terms = {
        "base": {"catalog": "NRDL"},
        "requires_base_settlement": dice.chance(0.3),
        "benefits": [
            {"code": "b1", "scope": "base_listed", "ratio": "0.7000"},
            {"code": "b2", "scope": "off_base", "ratio": "0.5000"},
        ],
    }
    made["products"] = [
        {
            "code": "P",
            "insurer": "INS1",
            "versions": [{"label": "p1", "effective_from": STARTS[0], "published_at": INSTANTS[0]} | terms],
        }
    ]
    request = make_valid_request(dice, drugs, made)
    for field in ("as_known_at", "circumstance", "member"):
        request.pop(field, None)
    return made, request


def complete_for(dice, drugs):
    """Class-code prefixes of which a list is complete: of all drugs of a kind, of some classes, of those of a drug at hand or not."""
    code = dice.choice(drugs)[3]
    return dice.choice(
        [["X"], ["Z"], ["X", "Z"], ["XL01"], ["XA", "XC08", "ZC01EB"], [code], [code[:3]], [code[:5] + "Q"], ["T"]]
    )


def paying_world(dice, drugs):
    """(world, request) with nothing in the way of the money: most lines are eligible, over days and product versions."""
    entries = []
    for number, drug in enumerate(drugs):
        entry = {"entry_code": f"C-{number}", "generic_name": drug[0][0]}
        if dice.chance(0.4):
            entry["max_quantity"] = dice.choice(["0.333", "1.5", "2", "28.000"])
        if dice.chance(0.4):
            entry["payment_standard"] = dice.choice(["0.0050", "9.9999", "33.3333", "88.005", "1000"])
        entries.append(entry)
    listed = {"label": "v1", "effective_from": STARTS[0], "published_at": INSTANTS[0], "entries": entries}
    product = make_product(dice)
    for version in product["versions"]:
        for gate in ("negative_lists", "base", "base_exclusions", "waiting_days"):
            version.pop(gate, None)
        for benefit in version["benefits"]:
            benefit.pop("settings", None)
            benefit["scope"] = dice.choice(["any", "off_base"])
            benefit["catalogs"] = [{"catalog": "COM1"}] if dice.chance(0.85) else []
    made = {
        "dosage_forms": FORMS,
        "master": [],
        "catalogs": [{"code": "COM1", "kind": "commercial", "versions": [listed]}],
        "products": [product],
    }
    request = make_valid_request(dice, drugs, made)
    for field in ("as_known_at", "circumstance"):
        request.pop(field, None)
    for field in ("policy_start", "policy_end"):
        (request.get("member") or {}).pop(field, None)
    for line in request["lines"]:
        for field in (*IDENTITY, *PRODUCT_FIELDS):
            line.pop(field, None)
        line["generic_name"] = dice.choice(drugs)[0][0]
    return made, request


def coverage_query(seed):
    """(world, coverage query) of a seed: the drug part and the facts of the first line of a valid request."""
    dice = Dice(f"coverage {seed}")
    drugs = RELATED[1] if dice.chance(0.5) else some_drugs(dice)  # one class: alternatives
    made = make_world(dice, drugs)
    claim = make_valid_request(dice, drugs, made)
    line = claim["lines"][0]
    member = claim.get("member") or {}
    query = {
        "product": claim["product"],
        "date": line.get("service_date") or claim.get("service_date"),
        "icd10": line.get("diagnoses") or claim.get("diagnoses"),
        "setting": line.get("setting") or claim.get("setting"),
        "institution_level": line.get("institution_level") or claim.get("institution_level"),
        "circumstance": claim.get("circumstance"),
        "sex": member.get("sex"),
        "age": member.get("age"),
        "known_at": claim.get("as_known_at"),
    }
    query |= {field: line[field] for field in (*IDENTITY, *PRODUCT_FIELDS) if field in line}
    return made, {field: value for field, value in query.items() if value is not None}


def refunding(seed):
    """(world, request) of a seed in which rows take back from lines, whole or in part, sometimes wrongly; days and amounts are
    written in other ways too."""
    dice = Dice(f"refunding {seed}")
    drugs = some_drugs(dice)
    made, request = paying_world(dice, drugs) if dice.chance(0.6) else world_and_request(dice, drugs)
    rows = []
    for number, line in enumerate(request["lines"]):
        line.pop("line_no", None)
        rows.append(line)
        if dice.chance(0.7):
            line["reference"] = dice.choice([*[f"F{number}"] * 9, "F0"])
            rows += refunds_of(dice, line, number)
    if dice.chance(0.4):
        dice.shuffle(rows)
    for row in rows:
        for field in ("amount", "base_paid", "other_paid"):
            if row.get(field) and dice.chance(0.2):
                row[field] += "0" * dice.choice([2, 2, 2, 2, 4, 4, 4, 1])
        if row.get("service_date") and dice.chance(0.3):
            row["service_date"] = another_way(dice, row["service_date"])
    request["lines"] = rows
    return made, request


def world_and_request(dice, drugs):
    made = make_world(dice, drugs)
    return made, make_valid_request(dice, drugs, made)


def another_way(dice, day):
    year, month, day = day.split("-")
    return dice.choice(
        [f"{year}/{int(month)}/{int(day)}", f"{year}{month}{day}", f"{year}年{int(month)}月{int(day)}日", f"{year}-{int(month)}-{int(day)}"]
    )  # fmt: skip


def refunds_of(dice, line, number):
    """None to three rows that take back from a line: all of it, a part, or, seldom, what cannot be taken back."""
    fields = ("quantity", "amount", "base_paid", "other_paid")
    whole = {field: f"-{line[field]}" for field in fields if line.get(field)}
    if dice.chance(0.35):
        return [{"refund_of": line["reference"]} | whole | {"generic_name": line.get("generic_name")}]
    back = []
    for _ in range(dice.randint(0, 2)):
        row = {"refund_of": line["reference"], "quantity": dice.choice(["-0.1", "-0.333", "-1"])}
        row["amount"] = dice.choice(["-0.01", "-0.00", "0", "-0.07", "-10.00"])
        if dice.chance(0.2):
            row["base_paid"] = dice.choice(["-0.01", "0.01", "0.00"])
        if dice.chance(0.05):
            row["refund_of"] = dice.choice(["F9", "f0", f"R{number}"])
        if dice.chance(0.05):
            row["quantity"] = dice.choice(["1", "0"])
        if dice.chance(0.1):
            row["reference"] = f"R{number}"
        if dice.chance(0.3):
            row["service_date"] = service_date(dice)
        back.append(row)
    return back


def some_drugs(dice):
    """A few drugs; often some that share a brand, an alias or a class."""
    drugs = dice.sample(DRUGS, dice.randint(1, 3))
    if dice.chance(0.5):
        drugs += [drug for drug in dice.choice(RELATED) if drug not in drugs]
    return drugs


# ------------------------------------------------------------------------------------------------ texts


def noise(dice, text):
    """The text as people type it: marks, zero-width characters, white space, full width, another letter case."""
    if not dice.chance(0.15):
        return text
    at = dice.randint(0, len(text))
    return dice.choice(
        [
            text + "®",
            text[:at] + "·" + text[at:],
            text[:at] + "・" + text[at:],
            text[:at] + "\uff65" + text[at:],
            text[:at] + "\u200b" + text[at:],
            "\ufeff" + text,
            "\u180e" + text + "\u3000",
            text[:at] + " " + text[at:],
            text[:at] + "\u00a0" + text[at:],
            text.lower(),
            text.upper(),
            text.translate({c: c + 0xFEE0 for c in range(0x30, 0x7B)}),
        ]
    )


def drug_name(dice, drug):
    """One way to write a drug's name, with or without a form."""
    names, _, _, _, _, forms = drug
    name, mark = parted(dice.choice(names))
    if dice.chance(0.03):  # another mark is another drug; what is none changes nothing or makes a name of its own
        mark += dice.choice(["(Ⅰ)", "(Ⅱ)", "(30R)", "(大蜜丸)", "(0123456789.,)", "(皮下注射)", "(CHO细胞)", "(Ⅰ)(Ⅱ)"])
    if dice.chance(0.5):
        form = dice.choice(forms) if dice.chance(0.85) else dice.choice(FORMS)["form"]
        injected = form.startswith(("注射用", "粉针")) and dice.chance(0.7)
        name = f"注射用{name}" if injected else name + form
        if injected and dice.chance(0.2):
            mark = dice.choice(["(冻干)" + mark, mark + "(冻干)", mark + "［冻干］"])
    return noise(dice, name + mark)


def parted(name):
    """(a name, the bracket at its end or nothing)."""
    for opening in "([（［":
        before, found, inside = name.partition(opening)
        if found:
            return before, opening + inside
    return name, ""


def form_text(dice, drug):
    kind = dice.random()
    if kind < 0.6:
        text = dice.choice(drug[5])
    elif kind < 0.75:
        text = dice.choice(FORMS)["form"]
    else:
        text = dice.choice([row["group"] for row in FORMS if row["form"] in drug[5] and row["group"]] or GROUPS)
        text = text if dice.chance(0.85) else dice.choice(GROUPS)
        if dice.chance(0.35):
            left_out = [
                dice.choice(drug[5] if dice.chance(0.6) else [row["form"] for row in FORMS])
                for _ in range(dice.randint(1, 2))
            ]
            text += f"(不含{dice.choice('、,;；，').join(left_out)})"
            return noise(dice, text)
    if dice.chance(0.1) and not text.endswith("剂"):
        text += "剂"
    return noise(dice, text)


def national_code(dice, drug, whole=True):
    """One of a few codes of the drug: class, name, form, strength, company; or a part of one."""
    number, variant, company = DRUGS.index(drug), dice.randint(0, 1), dice.randint(0, 1)
    body = f"{number:04d}{variant:04d}" if drug[3].startswith("Z") else f"{number:03d}{variant:04d}0102"
    code = f"{drug[3]}A{body}{company:05d}"
    if not whole:
        code = code[: dice.choice([3, 5, 6, 10, 14, len(code) - 1])]
    return code.lower() if dice.chance(0.05) else code


def approval_no(dice, drug):
    number = 9999 if dice.chance(0.2) else DRUGS.index(drug) * 10 + dice.randint(0, 1)
    return noise(dice, dice.choice(["", "国药准字"]) + f"H2001{number:04d}")


def brand_name(dice, drug):
    name = dice.choice(drug[2])
    if dice.chance(0.2):
        name += dice.choice(["2", drug[5][0], dice.choice(["片", "丸", "注射液"])])
    return noise(dice, name)


def listed_code(dice, drug):
    """An ICD-10 code as an entry lists it: a category, a subcategory, a range, without its dot, in small letters."""
    category = drug[4] if dice.chance(0.85) else dice.choice(OTHER_DIAGNOSES)[:3]
    kind = dice.random()
    if kind < 0.3:
        code = category
    elif kind < 0.75:
        code = f"{category}.{dice.choice('19')}"
    else:
        below, above = dice.randint(0, 1), dice.randint(0, 1)
        number = int(category[1:])
        code = f"{category[0]}{max(number - below, 0):02d}-{category[0]}{min(number + above, 99):02d}"
    if dice.chance(0.1):
        code = code.replace(".", "")
    return notation(dice, code.lower() if dice.chance(0.1) else code)


def diagnosis(dice, drug):
    category = drug[4] if dice.chance(0.8) else dice.choice(OTHER_DIAGNOSES)[:3]
    code = category + dice.choice(["", "", "", ".1", ".1", ".9", "1", ".900X001", ".900"])
    return notation(dice, code.lower() if dice.chance(0.1) else code)


def notation(dice, code):
    """The code as people write it: with the marks of its edition, a final dot, beside another code in one text."""
    if dice.chance(0.2):
        code += dice.choice(["†", "‡", "*", "+", "!", ".", ".*", "+!"])
    if dice.chance(0.1):
        other = dice.choice([*OTHER_DIAGNOSES, "G63.2*", "E11.4†"])
        between = dice.choice([";", "；", ",", "，", "、", "|", " ", "\u3000", "; ", "+"])
        pair = [code, other] if dice.chance(0.5) else [other, code]
        code = between.join(pair)
    return code


# ------------------------------------------------------------------------------------------------ catalogs


def make_world(dice, drugs):
    kept = dice.choice([1.0, 1.0, 1.0, 0.95, 0.95, 0.8, 0.0])
    forms = [row for row in FORMS if dice.chance(kept)]
    catalogs = []
    for code, kind, probability in (
        ("COM1", "commercial", 0.95),
        ("COM2", "commercial", 0.6),
        ("COM3", "commercial", 0.2),
        ("NRDL", "base", 0.75),
        ("BEX", "base_exclusion", 0.4),
        ("BEX2", "base_exclusion", 0.12),
        ("NEG1", "negative", 0.3),
        ("NEG2", "negative", 0.2),
        ("PRIV", "commercial", 0.1),
        ("REF", "reference", 0.1),
    ):
        if dice.chance(probability):
            catalogs.append(make_catalog(dice, code, kind, drugs))
    dice.shuffle(catalogs)
    return {
        "dosage_forms": forms,
        "master": make_master(dice, drugs),
        "catalogs": catalogs,
        "products": [make_product(dice)],
    }


def make_master(dice, drugs):
    rows = []
    for drug in drugs:
        if dice.chance(0.4):
            continue
        for _ in range(dice.randint(1, 3)):
            row = {"generic_name": drug_name(dice, drug)}
            if dice.chance(0.5):
                row["national_code"] = national_code(dice, drug if dice.chance(0.93) else dice.choice(drugs))
            if dice.chance(0.5):
                row["approval_no"] = approval_no(dice, drug)
            row["aliases"] = [noise(dice, alias) for alias in dice.some(drug[1], 2)]
            fill_product_fields(dice, row, drug, 0.35)
            if dice.chance(0.3):
                row["class_code"] = drug[3][: dice.choice([6, 6, 5, 3])]
            if dice.chance(0.15):
                row["recorded_at"] = dice.choice(INSTANTS)
            rows.append(row)
    dice.shuffle(rows)
    return [with_blanks(dice, row, ["national_code", "approval_no", "brand_name", "strength"]) for row in rows]


def fill_product_fields(dice, row, drug, probability):
    if dice.chance(probability):
        row["dosage_form"] = form_text(dice, drug)
    if dice.chance(probability):
        row["brand_name"] = brand_name(dice, drug)
    if dice.chance(probability * 0.6):
        row["manufacturer"] = noise(dice, dice.choice(MAKERS))
    if dice.chance(probability * 0.6):
        row["strength"] = noise(dice, dice.choice(STRENGTHS))


def make_catalog(dice, code, kind, drugs):
    catalog = {"code": code, "kind": kind}
    if kind == "commercial":
        catalog["series"] = dice.choice(["A", "B", "C", None])
    if code == "PRIV":
        catalog["owner"] = "INS2"
    elif code in ("REF", "COM3") and dice.chance(0.4):
        catalog["owner"] = "INS2" if code == "REF" and dice.chance(0.5) else "INS1"
    catalog["versions"] = make_versions(dice, lambda: [make_entries(dice, kind, drugs)])
    if kind == "base" and dice.chance(0.4):
        for version in catalog["versions"]:
            version["complete_for"] = complete_for(dice, drugs) if dice.chance(0.8) else dice.choice([[], None])
    return catalog


def end_after(dice, row):
    """A last day on which the row still holds; ISO dates sort as days."""
    return dice.choice([end for end in ENDS if end >= row.get("effective_from", STARTS[0])])


def make_versions(dice, contents, prefix="v"):
    versions = []
    for number in range(1, dice.choice([1, 1, 1, 2, 2, 3]) + 1):
        version = {"label": f"{prefix}{number}", "effective_from": dice.choice(STARTS) if number > 1 else STARTS[0]}
        if dice.chance(0.1 if prefix == "v" else 0.06):
            version["effective_to"] = end_after(dice, version)
        version["published_at"] = dice.choice(
            INSTANTS if number > 1 and dice.chance(0.4) else INSTANTS[:1] + INSTANTS[:2]
        )
        if dice.chance(0.05):
            version["withdrawn_at"] = dice.choice([i for i in INSTANTS if i >= version["published_at"]])
        for content in contents():
            version |= content
        versions.append(with_blanks(dice, version, ["effective_to", "withdrawn_at"]))
    dice.shuffle(versions)
    return versions


def make_entries(dice, kind, drugs):
    prefix = {"commercial": "C", "base": "N", "base_exclusion": "X", "negative": "G", "reference": "R"}[kind]
    numbers = dice.sample(["001", "002", "003", "010", "2", "9", "30", "100", "a1"], 6)
    excludes = kind in ("negative", "base_exclusion")
    entries = []
    if kind in ("base", "commercial") and dice.chance(0.9):  # most drugs are on most lists
        named = dice.choices(drugs, k=dice.randint(0, 2)) + drugs
    elif excludes and dice.chance(0.5):
        named = dice.choices(drugs, k=dice.randint(1, 3))
    else:
        named = [dice.choice(drugs) if dice.chance(0.85) else dice.choice(DRUGS) for _ in range(dice.randint(0, 3))]
    for number, drug in zip(numbers, named, strict=False):
        entry = {"entry_code": f"{prefix}-{number}"}
        if excludes and dice.chance(0.45):
            select_without_a_drug(dice, entry, drug)
        else:
            entry["generic_name"] = (
                noise(dice, dice.choice(drug[1])) if drug[1] and dice.chance(0.08) else drug_name(dice, drug)
            )
            if dice.chance(0.15):
                entry["national_code"] = national_code(dice, drug, whole=dice.chance(0.7))
            if dice.chance(0.12):
                entry["approval_no"] = approval_no(dice, drug)
            fill_product_fields(dice, entry, drug, 0.15)
            if dice.chance(0.5):
                entry["class_code"] = drug[3] if dice.chance(0.6) else drug[3][:5] + "Q"
            if dice.chance(0.3 if excludes else 0.6):
                restrict(dice, entry, drug)
        if dice.chance(0.08):
            entry["restriction"] = "限二线用药"
        if dice.chance(0.08):
            entry["indication"] = f"限{drug[0][0]}适应症"
        if dice.chance(0.12):
            entry["effective_from"] = dice.choice(STARTS)
        if dice.chance(0.06):
            entry["effective_to"] = end_after(dice, entry)
        if not excludes:
            if dice.chance(0.12):
                entry["max_quantity"] = dice.choice(["0.333", "1.5", "2", "28.000"])
            if dice.chance(0.15):
                entry["payment_standard"] = dice.choice(["0.0050", "0.125", "9.9999", "33.3333", "88.005", "1000"])
            if dice.chance(0.08):
                entry["prior_auth"] = True
        entries.append(with_blanks(dice, entry, ["national_code", "approval_no", "brand_name", "icd10", "indication"]))
    return {"entries": entries}


def select_without_a_drug(dice, entry, drug):
    """Selectors of a negative or base_exclusion entry that names no drug; now and then none at all."""
    for selector in dice.some(["class_code", "form", "restriction", "product", "code"], 2):
        if selector == "class_code":
            code = drug[3] if dice.chance(0.8) else "XL05QQ"
            entry["class_code"] = code[: dice.choice([1, 3, 5, 6, 6])]
        elif selector == "form":
            entry["dosage_form"] = form_text(dice, drug)
        elif selector == "restriction":
            restrict(dice, entry, drug)
        elif selector == "product":
            fill_product_fields(dice, entry, drug, 0.4)
        else:
            entry["national_code"] = national_code(dice, drug, whole=dice.chance(0.3))


def restrict(dice, entry, drug):
    for column in dice.at_least_one(["icd10", "icd10", "icd10", "sex", "age", "settings", "level", "criteria"], 3):
        if column == "icd10":
            entry["icd10"] = [listed_code(dice, drug) for _ in range(dice.randint(1, 2))]
        elif column == "sex":
            entry["sex"] = dice.choice("FM")
        elif column == "age":
            if dice.chance(0.7):
                entry["age_min"] = dice.choice([0, 12, 18, 60])
            if dice.chance(0.4) or "age_min" not in entry:
                entry["age_max"] = dice.choice([64, 75])
        elif column == "settings":
            entry["settings"] = dice.at_least_one(SETTINGS, 3)
        elif column == "level":
            entry["min_institution_level"] = dice.choice([1, 2, 3])
        else:
            entry["criteria"] = dice.at_least_one(CRITERIA, 2)


def with_blanks(dice, row, columns):
    """A field that is missing, null, "" or [] is not given: write some of them out."""
    for column in columns:
        if column not in row and dice.chance(0.06):
            lists = column in ("icd10",)
            row[column] = dice.choice([None, []]) if lists else dice.choice([None, "", None])
    return row


# ------------------------------------------------------------------------------------------------ products


def make_product(dice):
    versions = [] if dice.chance(0.02) else make_versions(dice, lambda: [make_terms(dice)], prefix="p")
    return {"code": "P", "insurer": "INS1", "versions": versions}


def reference(dice, code):
    return {"catalog": code, "label": dice.choice(["v1", "v1", "v2"])} if dice.chance(0.12) else {"catalog": code}


def make_terms(dice):
    terms = {}
    if dice.chance(0.75):
        terms["base"] = reference(dice, "NRDL")
    elif dice.chance(0.5):
        terms["base"] = None
    if dice.chance(0.5):
        terms["base_exclusions"] = [reference(dice, code) for code in dice.at_least_one(["BEX", "BEX2"], 2)]
    if dice.chance(0.6):
        terms["negative_lists"] = [reference(dice, code) for code in dice.at_least_one(["NEG1", "NEG2"], 2)]
    if dice.chance(0.5):
        terms["honours_base_exclusions"] = dice.chance(0.85)
    if dice.chance(0.3):
        terms["requires_base_settlement"] = dice.chance(0.8)
    if dice.chance(0.3):
        terms["waiting_days"] = dice.choice([0, 30, 90])
    if dice.chance(0.3):
        terms["covered_circumstances"] = dice.some(CIRCUMSTANCES, 2)
    if dice.chance(0.2):
        terms["annual_limit"] = dice.choice(["50.00", "100.05", "800.00", "1000000.00"])
    terms["deductibles"] = {}
    if dice.chance(0.6):
        terms["deductibles"] = {
            "g1": dice.choice(["50.00", "100.01", "12000.00"]),
            "g2": dice.choice(["0.00", "20.00", "300.00"]),
        }
    if terms["deductibles"] and dice.chance(0.3):
        terms["deductibles_pre_existing"] = {
            group: dice.choice(["0.00", "12.34", "49.99", "200.00"]) for group in dice.at_least_one(["g1", "g2"], 2)
        }
    count = 0 if dice.chance(0.02) else dice.choice([1, 1, 2, 2, 3])
    codes = dice.sample(["b1", "b2", "b3", "b9"], count)
    terms["benefits"] = [make_benefit(dice, code, sorted(terms["deductibles"])) for code in codes]
    return terms


def make_benefit(dice, code, groups):
    benefit = {"code": code}
    if dice.chance(0.9):
        benefit["scope"] = dice.choice(["any", "any", "any", "off_base", "off_base", "base_listed"])
    if dice.chance(0.85):
        listed = dice.at_least_one(["COM1", "COM1", "COM1", "COM2", "COM2", "COM3"], 2)
        benefit["catalogs"] = [reference(dice, catalog) for catalog in dict.fromkeys(listed)]
    if dice.chance(0.12):
        benefit["settings"] = dice.at_least_one(SETTINGS, 2)
    if groups and dice.chance(0.5):
        benefit["deductible_group"] = dice.choice(groups)
    elif dice.chance(0.2):
        benefit["deductible_group"] = None
    benefit["ratio"] = dice.choice(RATIOS[1:] if dice.chance(0.9) else RATIOS)
    if dice.chance(0.3):
        benefit["ratio_pre_existing"] = dice.choice(["0.0000", *RATIOS[:4]])
    if dice.chance(0.2):
        benefit["ratio_unsettled"] = dice.choice(["0.0000", "0.1550", "0.9000"])
    if dice.chance(0.15):
        benefit["ratio_unsettled_pre_existing"] = dice.choice(["0.0000", "0.1000", None])
    if dice.chance(0.2):
        ends = sorted(dice.some(["0.01", "50.00", "100.01", "999.99", "5000.00"], 3), key=float)
        benefit["bands"] = [{"up_to": end, "ratio": dice.choice(RATIOS)} for end in [*ends, None]]
        if dice.chance(0.2):
            benefit["bands"] = [band | {"ratio": "0.0000"} for band in benefit["bands"]]
        if dice.chance(0.3):
            del benefit["ratio"]
    if dice.chance(0.25):
        benefit["annual_limit"] = dice.choice(["0.00", "60.03", "500.00", "5000.00", None])
    return benefit


# ------------------------------------------------------------------------------------------------ requests


def make_request(dice, drugs, made):
    request = make_valid_request(dice, drugs, made)
    if dice.chance(0.06):
        dice.choice(SPOILERS)(dice, request)
    return request


def make_valid_request(dice, drugs, made):
    request = {"product": "P"}
    if dice.chance(0.1):
        request["claim_no"] = "C-1"
    if dice.chance(0.95):
        request["service_date"] = service_date(dice)
    if dice.chance(0.15):
        request["as_known_at"] = dice.choice([*INSTANTS, *INSTANTS[2:], None])
    if dice.chance(0.7):
        request["diagnoses"] = [diagnosis(dice, dice.choice(drugs)) for _ in range(dice.randint(1, 2))]
    elif dice.chance(0.3):
        request["diagnoses"] = []
    if dice.chance(0.75):
        request["setting"] = dice.choice(SETTINGS)
    if dice.chance(0.65):
        request["institution_level"] = dice.choice([1, 2, 3])
    if dice.chance(0.1):
        request["circumstance"] = dice.choice(["none", *CIRCUMSTANCES])
    if dice.chance(0.85):
        request["member"] = make_member(dice, drugs)
    numbers = dice.sample(range(1, 8), dice.choice([1, 2, 3, 4, 5]))
    written = rows_of(made)
    request["lines"] = []
    for number in numbers:
        line = make_line(dice, number, dice.choice(drugs), drugs, request)
        if written and dice.chance(0.3):
            copy_identity(dice, line, dice.choice(written))
        request["lines"].append(line)
    if dice.chance(0.05):  # the place in the list stands for a number that is missing
        for line in request["lines"]:
            del line["line_no"]
    return with_blanks(dice, request, ["as_known_at", "setting", "institution_level", "circumstance", "member"])


IDENTITY = ("national_code", "approval_no", "generic_name", "brand_name")
PRODUCT_FIELDS = ("dosage_form", "manufacturer", "strength")


def rows_of(made):
    """Every row of a world that gives a line something to go by."""
    rows = list(made["master"])
    for catalog in made["catalogs"]:
        for version in catalog["versions"]:
            rows += version["entries"]
    return [row for row in rows if any(row.get(field) for field in IDENTITY)]


def copy_identity(dice, line, row):
    """Let the line name its drug as a master row or an entry does, in part."""
    copied = {field: row[field] for field in IDENTITY if row.get(field) and dice.chance(0.6)}
    if copied:
        for field in (*IDENTITY, *PRODUCT_FIELDS):
            line.pop(field, None)
        line |= copied
        line |= {field: row[field] for field in PRODUCT_FIELDS if row.get(field) and dice.chance(0.5)}


def service_date(dice):
    if dice.chance(0.8):
        return dice.choice(DAYS)
    return (date(2025, 11, 1) + timedelta(days=dice.randint(0, 300))).isoformat()


def make_member(dice, drugs):
    member = {}
    if dice.chance(0.1):
        member["member_ref"] = "m-1"
    if dice.chance(0.4):
        member["policy_start"] = dice.choice(["2025-07-01", "2025-12-01", "2026-01-01", "2026-01-31"])
    if dice.chance(0.3):
        member["policy_end"] = dice.choice(["2026-03-14", "2026-12-31", "2026-12-31", "2027-06-30"])
    if dice.chance(0.3):
        member["renewal"] = dice.chance(0.5)
    if dice.chance(0.65):
        member["sex"] = dice.choice("FM")
    if dice.chance(0.65):
        member["age"] = dice.choice([0, 11, 12, 17, 18, 40, 60, 64, 65, 75, 76])
    if dice.chance(0.4):
        drug = dice.choice(drugs)
        codes = dice.at_least_one([drug[4], "I10", "C00-C97", f"{drug[4]}.1"], 2)
        member["pre_existing"] = [notation(dice, code) for code in codes]
    if dice.chance(0.6):
        accumulators = {}
        if dice.chance(0.6):
            used = {
                group: dice.choice(["0.00", "20.00", "49.99", "50.00", "12000.00"])
                for group in dice.some(["g1", "g2", "g7"], 2)
            }
            accumulators["deductible_used"] = used
        if dice.chance(0.5):
            before = {
                code: dice.choice(["0.00", "49.99", "100.00", "999.99"]) for code in dice.some(["b1", "b2", "b9"], 2)
            }
            accumulators["benefit_base"] = before
        if dice.chance(0.4):
            paid = {
                code: dice.choice(["0.00", "10.00", "60.02", "499.99", "5001.00"])
                for code in dice.some(["b1", "b2", "b9"], 2)
            }
            accumulators["benefit_paid"] = paid
        if dice.chance(0.4):
            accumulators["total_paid"] = dice.choice(["0.00", "12.34", "99.98", "100.05", "801.00"])
        member["accumulators"] = accumulators
    return with_blanks(dice, member, ["policy_start", "policy_end", "sex", "age", "accumulators"])


def make_line(dice, number, drug, drugs, request):
    line = {"line_no": number}
    named = dice.random()
    if named < 0.55:
        line["generic_name"] = drug_name(dice, drug)
    elif named < 0.62 and drug[1]:
        line["generic_name"] = noise(dice, dice.choice(drug[1]))
    elif named < 0.67:
        line["generic_name"] = brand_name(dice, drug)
    elif named < 0.69:
        line["generic_name"] = dice.choice(["无名片", drug_name(dice, dice.choice(DRUGS)), drug_name(dice, drug)])
    if dice.chance(0.2):
        whose = drug if dice.chance(0.85) else dice.choice(drugs)
        line["national_code"] = national_code(dice, whose, whole=dice.chance(0.75)) if dice.chance(0.95) else "ZZ"
    if dice.chance(0.2):
        line["approval_no"] = approval_no(dice, drug if dice.chance(0.85) else dice.choice(drugs))
    if dice.chance(0.15):
        line["dosage_form"] = form_text(dice, drug)
    if dice.chance(0.2):
        line["brand_name"] = brand_name(dice, drug) if dice.chance(0.85) else "无此牌"
    if dice.chance(0.1):
        line["manufacturer"] = noise(dice, dice.choice(MAKERS))
    if dice.chance(0.1):
        line["strength"] = noise(dice, dice.choice(STRENGTHS))
    if "generic_name" not in line and (not any(field in line for field in IDENTITY) or dice.chance(0.6)):
        line["generic_name"] = drug_name(dice, drug)
    for field in ("national_code", "approval_no", "brand_name", "dosage_form", "manufacturer", "strength"):
        if field not in line and dice.chance(0.03):
            line[field] = dice.choice([None, "", " ", "\u200b", "®"])

    if "service_date" not in request or dice.chance(0.15):
        line["service_date"] = service_date(dice)
    if dice.chance(0.35):
        line["diagnoses"] = [diagnosis(dice, drug) for _ in range(dice.randint(1, 2))]
    elif dice.chance(0.05):
        line["diagnoses"] = dice.choice([None, []])
    if dice.chance(0.1):
        line["setting"] = dice.choice([*SETTINGS, None])
    if dice.chance(0.1):
        line["institution_level"] = dice.choice([1, 2, 3])
    if dice.chance(0.35):
        line["evidence"] = {code: dice.chance(0.7) for code in dice.at_least_one(CRITERIA, 3)}
        if dice.chance(0.05):
            line["evidence"][CRITERIA[0]] = None
    if dice.chance(0.15):
        line["prior_auth_no"] = dice.choice(["PA-1", "PA-1", "", " ", None])
    if dice.chance(0.2):
        line["base_settled"] = dice.chance(0.7)

    line["quantity"] = dice.choice(QUANTITIES)
    amount = line["amount"] = dice.choice(AMOUNTS) if dice.chance(0.5) else f"{dice.randint(0, 500000) / 100:.2f}"
    if dice.chance(0.15):
        line["unit_price"] = dice.choice(["1.2345", "10", None])
    fen = round(float(amount) * 100)
    if dice.chance(0.3):
        paid = dice.choice([0, min(1, fen), fen // 2, fen])
        line["base_paid"] = f"{paid / 100:.2f}"
        fen -= paid
    if dice.chance(0.2):
        paid = dice.choice([0, min(7, fen), fen])
        line["other_paid"] = f"{paid / 100:.2f}"
    return line


# ------------------------------------------------------------------------------------------------ invalid requests


def unknown_field(dice, request):
    member = request.setdefault("member", {}) or {}
    where = dice.choice([request, dice.choice(request["lines"]), member])
    where[dice.choice(["circumstances", "price", "patient_name"])] = "x"
    request["member"] = member


def unknown_accumulator(dice, request):
    request["member"] = {"accumulators": {"paid": "1.00"}}


def no_drug_identity(dice, request):
    line = dice.choice(request["lines"])
    for field in ("generic_name", "national_code", "approval_no", "brand_name"):
        line.pop(field, None)
        if dice.chance(0.3):
            line[field] = dice.choice([None, "", " ", "®", "\u200b"])


def no_service_date(dice, request):
    request.pop("service_date", None)
    dice.choice(request["lines"]).pop("service_date", None)


def no_amount_or_quantity(dice, request):
    line = dice.choice(request["lines"])
    field = dice.choice(["amount", "quantity"])
    if dice.chance(0.5):
        del line[field]
    else:
        line[field] = None


def quantity_not_above_zero(dice, request):
    dice.choice(request["lines"])["quantity"] = dice.choice(["0", "0.000", "-1", "-0.5"])


def bad_money(dice, request):
    """A negative amount, or one written with more than two decimals."""
    value = dice.choice(["-0.01", "-1.00", "1.000", "0.001"])
    where = dice.choice(["amount", "base_paid", "other_paid", "total_paid", "deductible_used"])
    if where == "total_paid":
        request["member"] = {"accumulators": {"total_paid": value}}
    elif where == "deductible_used":
        request["member"] = {"accumulators": {"deductible_used": {"g1": value}}}
    else:
        line = dice.choice(request["lines"])
        line |= {"amount": "100.00", "base_paid": "0.00", "other_paid": "0.00"} | {where: value}


def more_paid_than_billed(dice, request):
    line = dice.choice(request["lines"])
    line |= {"amount": "100.00", "base_paid": "60.00", "other_paid": dice.choice(["40.01", "90000.01"])}


def duplicate_line_no(dice, request):
    line = dict(request["lines"][0])
    if dice.chance(0.5):  # the place of a line without a number counts
        request["lines"] = [line | {"line_no": 2}, line | {"line_no": None}]
    else:
        request["lines"].append(dict(request["lines"][-1]) | {"line_no": request["lines"][0].get("line_no") or 1})


def bad_line_no(dice, request):
    dice.choice(request["lines"])["line_no"] = dice.choice([0, -1, 1.5, "x"])


def no_line_or_too_many(dice, request):
    line = request["lines"][0]
    request["lines"] = [] if dice.chance(0.5) else [line | {"line_no": n} for n in range(1, 502)]


def bad_date(dice, request):
    value = dice.choice(["2026-02-30", "2026-13-01", "14/03/2026", "yesterday"])
    where = dice.choice(["claim", "line", "policy_start", "policy_end"])
    if where == "claim":
        request["service_date"] = value
    elif where == "line":
        dice.choice(request["lines"])["service_date"] = value
    else:
        request["member"] = {where: value}


def bad_choice(dice, request):
    where = dice.choice(["setting", "institution_level", "circumstance", "sex", "renewal", "base_settled", "evidence"])
    if where in ("sex", "renewal"):
        request["member"] = {where: "maybe"}
    elif where == "base_settled":
        dice.choice(request["lines"])["base_settled"] = "maybe"
    elif where == "evidence":
        dice.choice(request["lines"])["evidence"] = {"LINE_2": "maybe"}
    elif where == "circumstance":
        request["circumstance"] = "war"
    else:
        dice.choice([request, dice.choice(request["lines"])])[where] = {"setting": "home", "institution_level": 4}[
            where
        ]


BAD_CODES = [
    "?",
    "C",
    "C3",
    "34C",
    "癌",
    "C18-C20",
    "I10;C18-C20",
    "C34.1 肺癌",
    "C34.1;癌",
    "C34.12345678901",
    "",
    "†",
    "C34*I10",
]


def bad_code(dice, request):
    if dice.chance(0.3):
        request["member"] = {"pre_existing": ["I10", dice.choice(["?", "C", "C3", "34C", "C34 肺癌", "C18-", "", "†"])]}
    else:
        where = dice.choice([request, dice.choice(request["lines"])])
        where["diagnoses"] = ["C34.1", dice.choice(BAD_CODES)]


def policy_ends_before_it_starts(dice, request):
    request["member"] = {"policy_start": "2026-03-15", "policy_end": "2026-03-14"}


SPOILERS = [
    unknown_field,
    unknown_accumulator,
    no_drug_identity,
    no_service_date,
    no_amount_or_quantity,
    quantity_not_above_zero,
    bad_money,
    more_paid_than_billed,
    duplicate_line_no,
    bad_line_no,
    no_line_or_too_many,
    bad_date,
    bad_choice,
    bad_code,
    policy_ends_before_it_starts,
]
