"""The rules page read aloud: a second, slow implementation of claim eligibility, kept only to check the first.

Everything here follows eligibility.md in the order of its sections, in plain dicts, with a loop over all there is. It shares
nothing with the product, so that one misreading is not made twice. `answer` takes a world and a request as vectors.md
describes them; `answer_coverage` takes a world and a coverage query (section 8).
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache

NOW = "2099-01-01T00:00:00Z"

# ------------------------------------------------------------------------------------------------ section 1: words


def given(value):
    """Present, and not null, blank or empty, also after `norm`."""
    if value is None:
        return False
    if isinstance(value, str):
        return norm(value) not in ("", "国药准字")  # the words before an approval number, without one, give none
    if isinstance(value, list | tuple | dict):
        return len(value) > 0
    return True


DAYS = (
    r"(\d{4})-(\d{1,2})-(\d{1,2})",
    r"(\d{4})/(\d{1,2})/(\d{1,2})",
    r"(\d{4})(\d{2})(\d{2})",
    r"(\d{4})年(\d{1,2})月(\d{1,2})日",
)


def day_of(text):
    """The calendar day a date names, in one of the four ways of csv.md, or None where none is given."""
    if not given(text):
        return None
    for way in DAYS:
        if found := re.fullmatch(way, text):
            return date(*map(int, found.groups()))
    raise ValueError(f"no date: {text}")


def instant_of(text):
    """The instant an RFC 3339 timestamp names, or None where none is given."""
    if not given(text):
        return None
    instant = datetime.fromisoformat(text.upper())
    if instant.tzinfo is None:
        raise ValueError(f"an instant without its offset from UTC: {text}")
    return instant


def exact(value):
    """A decimal as an exact fraction; 0 where none is given."""
    return Fraction(Decimal(str(value))) if given(value) else Fraction(0)


def half_up(amount):
    """Round an exact amount that is not negative, half up, to a whole number."""
    return (amount * 2 + 1) // 2


def to_fen(value):
    """CNY, as it is written, in whole fen."""
    return int(half_up(exact(value) * 100))


def yuan(fen):
    """Fen as money is written: two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def written_ratio(ratio):
    """An exact ratio as it is reported: four decimals, half up."""
    tenthousandths = int(half_up(ratio * 10000))
    return f"{tenthousandths // 10000}.{tenthousandths % 10000:04d}"


# ------------------------------------------------------------------------------------------------ section 2: which version


def published_and_not_withdrawn(version, known_at):
    if instant_of(version["published_at"]) > known_at:
        return False
    withdrawn_at = instant_of(version.get("withdrawn_at"))
    return withdrawn_at is None or withdrawn_at > known_at


def covers_day(row, day):
    """Whether the inclusive days of a version or an entry hold the day; a missing end is open."""
    start = day_of(row.get("effective_from"))
    end = day_of(row.get("effective_to"))
    return (start is None or start <= day) and (end is None or end >= day)


def in_force(versions, day, known_at):
    """The version that applies on the day as known at the instant, or None."""
    candidates = [v for v in versions if published_and_not_withdrawn(v, known_at) and covers_day(v, day)]
    if not candidates:
        return None
    return max(candidates, key=lambda v: (day_of(v["effective_from"]), instant_of(v["published_at"]), v["label"]))


def catalog_called(world, code):
    for catalog in world.get("catalogs") or []:
        if catalog["code"] == code:
            return catalog
    return None


def referenced(world, reference, day, known_at):
    """(catalog, version) that a product's reference, pinned or not, leads to; None where nothing is in force."""
    catalog = catalog_called(world, reference["catalog"])
    if catalog is None:
        return None
    if given(reference.get("label")):  # pinned: whatever its dates
        for version in catalog["versions"]:
            if version["label"] == reference["label"] and published_and_not_withdrawn(version, known_at):
                return catalog, version
        return None
    version = in_force(catalog["versions"], day, known_at)
    return None if version is None else (catalog, version)


# ------------------------------------------------------------------------------------------------ section 3.1: names

MARKS = "®™•・\u00b7\uff65\u0387"
ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u180e"
# Unicode White_Space; str.isspace would also take the separators U+001C to U+001F.
WHITE_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

SALTS = (
    "盐酸 甲磺酸 苯磺酸 甲苯磺酸 对甲苯磺酸 二甲苯磺酸 乙磺酸 富马酸 马来酸 酒石酸 重酒石酸 枸橼酸 磷酸 硫酸氢 硫酸 氢溴酸 琥珀酸 醋酸 乙酸 羟乙磺酸 己二酸 乳酸 苹果酸 草酸 "
    "双羟萘酸 门冬氨酸"
).split()
METALS = ["钠", "钾", "钙", "镁", "锌", "铁", "锂", "铝", "铋"]
WITH_METAL = [before + metal for metal in METALS for before in ("", "氢", "二氢", "氢二", "二", "三")]

MARK_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz./%~+,-"
MARK_ENDINGS = ("型", "细胞", "方", "菌", "酵母")
MARK_WORDS = ["皮下注射", "静脉输注", "静脉注射", "肌内注射", "预充式", "大豆油", "蜜炼"]
BRACKETS = "()[]"

POWDER = "注射用粉末"
INJECTIONS = "注射剂"


@cache  # the same few texts are compared thousands of times
def norm(text):
    """The drug text as it is compared."""
    text = "".join(c for c in text if c not in MARKS and c not in ZERO_WIDTH)
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if c not in WHITE_SPACE)
    return text.lower()


def same_text(one, other):
    return norm(one) == norm(other)


def approval_key(text):
    """An approval number as it is compared: without a leading 国药准字."""
    return norm(text).removeprefix("国药准字")


def whole_code(code):
    """Whether a national code is a whole one: 23 characters, or 20 starting with Z."""
    if not given(code):
        return False
    code = norm(code)
    return len(code) == 23 or (len(code) == 20 and code.startswith("z"))


def form_table(world):
    """The rows of the dosage-form table, with 注射用粉末, which the page says is one of them."""
    rows = [row for row in world.get("dosage_forms") or [] if given(row.get("form"))]
    if not any(same_text(row["form"], POWDER) for row in rows):
        rows = [*rows, {"form": POWDER, "group": INJECTIONS}]
    return rows


def without_freeze_dried(name):
    """The name without a last bracket that says 冻干; never nothing."""
    for bracket in ("(冻干)", "[冻干]"):
        if name.endswith(bracket) and name != bracket:
            return name.removesuffix(bracket)
    return name


def name_and_mark(name):
    """(the name without it, the mark of a name in its last bracket or '')."""
    name = without_freeze_dried(name)
    if not name.endswith((")", "]")):
        return name, ""
    opening = max(name.rfind("("), name.rfind("["))
    before, inside = name[: max(opening, 0)], name[opening + 1 : -1]
    if opening < 1 or any(c in BRACKETS for c in inside):
        return name, ""
    of_signs = 1 <= len(inside) <= 12 and all(c in MARK_SIGNS for c in inside)
    if of_signs or inside.endswith(MARK_ENDINGS) or inside in MARK_WORDS:
        return without_freeze_dried(before), inside
    return name, ""


def name_and_form(text, table):
    """(base name, form stripped from the name or None) of a drug's name."""
    name, mark = name_and_mark(norm(text))
    form = None
    if name.startswith("注射用") and len(name) - len("注射用") >= 2:  # step 1
        name = name.removeprefix("注射用")
        form = POWDER
    else:  # step 2
        suffixes = [norm(row["form"]) for row in table]
        suffixes = [s for s in suffixes if name.endswith(s) and len(name) - len(s) >= 2]
        if suffixes:
            form = max(suffixes, key=len)
            name = name.removesuffix(form)
    prefixes = [salt for salt in SALTS if name.startswith(salt)]  # step 3
    if prefixes:
        remains = name.removeprefix(max(prefixes, key=len))
        if len(remains) >= 2 and not remains.startswith(("亚", "菌", *WITH_METAL)):
            name = remains
    return name + mark, form


def base_name(text, table):
    return name_and_form(text, table)[0]


def without_final_ji(form, table):
    if form.endswith("剂") and any(norm(row["form"]) == form[:-1] for row in table):
        return form[:-1]
    return form


def compared_form(form, table):
    """The form that a written form is compared as: without a final 剂, and as its `same_as`."""
    form = without_final_ji(norm(form), table)
    for row in table:
        if norm(row["form"]) == form and given(row.get("same_as")):
            return without_final_ji(norm(row["same_as"]), table)
    return form


def groups_of(form, table):
    """The groups of a written form: those of every row that is compared as the same form, and the one it names itself."""
    groups = set()
    for row in table:
        if given(row.get("group")):
            if compared_form(row["form"], table) == compared_form(form, table):
                groups.add(norm(row["group"]))
            if norm(row["group"]) == norm(form):
                groups.add(norm(row["group"]))
    return groups


def form_and_exceptions(form):
    """A form as written, parted: the form before the bracket, and the forms that 不含 in the bracket names."""
    form = norm(form)
    for opening, closing in ("()", "[]"):
        before, found, inside = form.partition(f"{opening}不含")
        if found and before and inside.endswith(closing) and len(inside) > 1:
            parts = inside.removesuffix(closing).replace(",", "、").replace(";", "、").split("、")
            return before, [part for part in parts if part]
    return form, []


def form_test(line_form, entry_form, table):
    """`pass`, `fail` or `unknown`: a line's form against an entry's (4.1), both given."""
    line_form, _ = form_and_exceptions(line_form)
    entry_form, exceptions = form_and_exceptions(entry_form)
    if compared_form(line_form, table) == compared_form(entry_form, table):
        return "pass"
    if any(form_test(line_form, exception, table) == "pass" for exception in exceptions):
        return "fail"
    shared = groups_of(line_form, table) & groups_of(entry_form, table)
    if norm(entry_form) in shared:  # the entry names the group
        return "pass"
    if norm(line_form) in shared:  # the line names only the group, the entry a member
        return "unknown"
    return "fail"


def name_form_test(entry_form, form_in_name, line_form, table):
    """`pass`, `fail` or `unknown`: the form in an entry's name against that in a line's or its product's name, else the line's form (4.1)."""
    if given(form_in_name):
        return "pass" if compared_form(form_in_name, table) == compared_form(entry_form, table) else "fail"
    if not given(line_form):
        return "unknown"
    line_form, _ = form_and_exceptions(line_form)
    if compared_form(line_form, table) == compared_form(entry_form, table):
        return "pass"
    return "unknown" if groups_of(line_form, table) & groups_of(entry_form, table) else "fail"


# ------------------------------------------------------------------------------------------------ section 3: what is known

FACTS = ("dosage_form", "brand_name", "manufacturer", "strength", "approval_no", "class_code")


def what_is_known(world, insurer, known_at):
    """Drugs, aliases, entries with their drugs, and drug products known to an insurer at an instant."""
    table = form_table(world)

    rows = []
    for row in world.get("master") or []:
        recorded_at = instant_of(row.get("recorded_at"))
        if recorded_at is None or recorded_at <= known_at:
            rows.append(row)
    master_drugs = {base_name(row["generic_name"], table) for row in rows}

    aliases = []  # (alias's base name, drug)
    for row in rows:
        for alias in row.get("aliases") or []:
            if given(alias) and base_name(alias, table) not in master_drugs:
                aliases.append((base_name(alias, table), base_name(row["generic_name"], table)))

    known = {"table": table, "master_drugs": master_drugs, "aliases": aliases, "products": [], "entries": []}

    for catalog in world.get("catalogs") or []:
        if given(catalog.get("owner")) and catalog["owner"] != insurer:
            continue
        for version in catalog["versions"]:
            if instant_of(version["published_at"]) <= known_at:  # later withdrawn or not
                for entry in version.get("entries") or []:
                    if given(entry.get("generic_name")):
                        order = (
                            instant_of(version["published_at"]),
                            catalog["code"],
                            version["label"],
                            entry["entry_code"],
                        )
                        known["entries"].append((order, entry))
    known["entries"].sort(key=lambda ordered: ordered[0])
    known["entries"] = [entry for _, entry in known["entries"]]
    known["drugs"] = master_drugs | {drug_of_entry(entry, known) for entry in known["entries"]}

    # Products are made in this order: master rows, whole codes, approval numbers, the rest.
    for row in rows:
        add_row_to_product(known, row, base_name(row["generic_name"], table))
    for entry in known["entries"]:
        if whole_code(entry.get("national_code")):
            add_row_to_product(known, entry, drug_of_entry(entry, known))
    for entry in known["entries"]:
        if not whole_code(entry.get("national_code")) and given(entry.get("approval_no")):
            drug = drug_of_entry(entry, known)
            if not any(
                product["drug"] == drug
                and given(product["approval_no"])
                and approval_key(product["approval_no"]) == approval_key(entry["approval_no"])
                and (not given(entry.get("strength")) or has(product, "strength", entry["strength"]))
                for product in known["products"]
            ):
                add_row_to_product(known, entry, drug)
    for entry in known["entries"]:
        if not whole_code(entry.get("national_code")) and not given(entry.get("approval_no")):
            drug = drug_of_entry(entry, known)
            field = "brand_name" if given(entry.get("brand_name")) else "manufacturer"
            if (
                given(entry.get(field))
                and drug not in master_drugs
                and not any(p["drug"] == drug and has(p, field, entry[field]) for p in known["products"])
            ):
                add_row_to_product(known, entry, drug)
    return known


def has(product, field, text):
    return given(product[field]) and same_text(product[field], text)


def drug_of_entry(entry, known):
    """The drug an entry names: a master drug, the one drug it is an alias of, or a drug of its own."""
    name = base_name(entry["generic_name"], known["table"])
    if name not in known["master_drugs"]:
        of = {drug for alias, drug in known["aliases"] if alias == name}
        if len(of) == 1:
            return of.pop()
    return name


def add_row_to_product(known, row, drug):
    """Rows with the same whole code are one product; its facts come one by one from the first row that gives them."""
    if whole_code(row.get("national_code")):
        for product in known["products"]:
            if product["national_code"] == norm(row["national_code"]):
                for fact in FACTS:
                    if not given(product[fact]):
                        product[fact] = row.get(fact)
                if product["name_form"] is None:
                    product["name_form"] = form_in_name_of(row, known["table"])
                return
    product = {fact: row.get(fact) for fact in FACTS}
    product["name_form"] = form_in_name_of(row, known["table"])
    product["national_code"] = norm(row["national_code"]) if whole_code(row.get("national_code")) else None
    product["drug"] = drug
    known["products"].append(product)


def form_in_name_of(row, table):
    """The form stripped from the generic name of a row or a line, or None."""
    return name_and_form(row["generic_name"], table)[1] if given(row.get("generic_name")) else None


# ------------------------------------------------------------------------------------------------ section 3: recognising


def recognise(line, known):
    """{drug, product, matched_by, conflict} of a line, or {failure: the reason's code}; brand: what it goes by."""
    table = known["table"]
    generic = line.get("generic_name") if given(line.get("generic_name")) else None
    brand = line.get("brand_name") if given(line.get("brand_name")) else None

    # 1
    if given(line.get("national_code")):
        for product in known["products"]:
            if product["national_code"] is not None and product["national_code"] == norm(line["national_code"]):
                found = {"drug": product["drug"], "product": product, "matched_by": "national_code", "brand": brand}
                return found | {"conflict": conflicts(generic, product["drug"], known)}
    # 2
    if given(line.get("approval_no")):
        matched = [
            p
            for p in known["products"]
            if given(p["approval_no"]) and approval_key(p["approval_no"]) == approval_key(line["approval_no"])
        ]
        if matched:
            return found_among(line, matched, "approval_no", brand, known)
    # 3
    if generic is not None:
        name = base_name(generic, table)
        drugs = {name} if name in known["drugs"] else {drug for alias, drug in known["aliases"] if alias == name}
        if len(drugs) > 1:
            return {"failure": "DRUG_AMBIGUOUS"}
        if drugs:
            drug = drugs.pop()
            products = [p for p in known["products"] if p["drug"] == drug]
            product = narrow(line, products, brand, table)
            return {"drug": drug, "product": product, "matched_by": "name", "brand": brand, "conflict": False}
    # 4: by its brand, else by its name taken as one; that name is then its brand
    for taken_as_brand in (brand, generic):
        if taken_as_brand is not None:
            matched = [p for p in known["products"] if has(p, "brand_name", taken_as_brand)]
            if matched:
                return found_among(line, matched, "brand", taken_as_brand, known)
    # 5
    return {"failure": "DRUG_NOT_RECOGNISED"}


def found_among(line, matched, matched_by, brand, known):
    drugs = {product["drug"] for product in matched}
    if len(drugs) > 1:
        return {"failure": "DRUG_AMBIGUOUS"}
    drug = drugs.pop()
    conflict = matched_by == "approval_no" and conflicts(line.get("generic_name"), drug, known)
    product = narrow(line, matched, brand, known["table"])
    return {"drug": drug, "product": product, "matched_by": matched_by, "brand": brand, "conflict": conflict}


def narrow(line, products, brand, table):
    """The one product that agrees with the line's form, brand, maker and strength where both have them, or None."""
    form = line.get("dosage_form")
    if not given(form) and given(line.get("generic_name")):
        form = name_and_form(line["generic_name"], table)[1]
    left = []
    for product in products:
        if given(form) and given(product["dosage_form"]):
            whichever_side = (
                form_test(form, product["dosage_form"], table),
                form_test(product["dosage_form"], form, table),
            )
            if "pass" not in whichever_side:
                continue
        if given(brand) and given(product["brand_name"]) and not same_text(brand, product["brand_name"]):
            continue
        if any(
            given(line.get(field)) and given(product[field]) and not same_text(line[field], product[field])
            for field in ("manufacturer", "strength")
        ):
            continue
        left.append(product)
    return left[0] if len(left) == 1 else None


def conflicts(generic, drug, known):
    """Whether the line's name is neither the drug's, nor one of its aliases, nor a brand of one of its products."""
    if not given(generic):
        return False
    name = base_name(generic, known["table"])
    if name == drug or (name, drug) in known["aliases"]:
        return False
    return not any(p["drug"] == drug and has(p, "brand_name", generic) for p in known["products"])


def line_as_recognised(line, found, known):
    """The line's drug facts: its own where given, else its product's; the stripped form last; its class codes."""
    product = found["product"] or dict.fromkeys(("national_code", "name_form", *FACTS))

    def own_or_products(field):
        return line[field] if given(line.get(field)) else product[field]

    facts = {
        field: own_or_products(field)
        for field in ("national_code", "approval_no", "manufacturer", "strength", "dosage_form")
    }
    facts["brand_name"] = found["brand"] if given(found["brand"]) else product["brand_name"]
    if not given(facts["dosage_form"]) and given(line.get("generic_name")):
        facts["dosage_form"] = name_and_form(line["generic_name"], known["table"])[1]
    form_in_its_name = form_in_name_of(line, known["table"])
    facts["form_in_name"] = form_in_its_name if given(form_in_its_name) else product["name_form"]
    facts["drug"] = found["drug"]
    facts["class_codes"] = []
    if given(facts["national_code"]):
        facts["class_codes"].append(norm(facts["national_code"])[:6])
    if given(product["class_code"]):
        facts["class_codes"].append(norm(product["class_code"]))
    for entry in known["entries"]:
        if given(entry.get("class_code")) and drug_of_entry(entry, known) == found["drug"]:
            facts["class_codes"].append(norm(entry["class_code"]))
    return facts


# ------------------------------------------------------------------------------------------------ section 4.1: the drug part


def drug_part(entry, kind, facts, known):
    """`applies`, `tentative` or None (it does not apply): an entry's drug part against the line's drug facts."""
    tests = []
    if given(entry.get("generic_name")):
        tests.append("pass" if drug_of_entry(entry, known) == facts["drug"] else "fail")
    elif not has_selector(entry):
        return None
    if given(entry.get("dosage_form")):
        if given(facts["dosage_form"]):
            tests.append(form_test(facts["dosage_form"], entry["dosage_form"], known["table"]))
        else:
            tests.append("unknown")
    elif form_in_name_of(entry, known["table"]) is not None:
        own = form_in_name_of(entry, known["table"])
        tests.append(name_form_test(own, facts["form_in_name"], facts["dosage_form"], known["table"]))
    if given(entry.get("national_code")):
        wanted = norm(entry["national_code"])
        if not given(facts["national_code"]):
            tests.append("unknown")
        elif norm(facts["national_code"]).startswith(wanted):
            tests.append("pass")
        elif wanted.startswith(norm(facts["national_code"])):
            tests.append("unknown")
        else:
            tests.append("fail")
    if given(entry.get("approval_no")):
        if not given(facts["approval_no"]):
            tests.append("unknown")
        else:
            equal = approval_key(facts["approval_no"]) == approval_key(entry["approval_no"])
            tests.append("pass" if equal else "fail")
    for field in ("brand_name", "manufacturer", "strength"):
        if given(entry.get(field)):
            if not given(facts[field]):
                tests.append("unknown")
            else:
                tests.append("pass" if same_text(facts[field], entry[field]) else "fail")
    selects_by_class = kind in ("negative", "base_exclusion") and not given(entry.get("generic_name"))
    if selects_by_class and given(entry.get("class_code")):
        if not facts["class_codes"]:
            tests.append("unknown")
        elif any(code.startswith(norm(entry["class_code"])) for code in facts["class_codes"]):
            tests.append("pass")
        else:
            tests.append("fail")
    if "fail" in tests:
        return None
    return "tentative" if "unknown" in tests else "applies"


RESTRICTION_COLUMNS = ("icd10", "sex", "age_min", "age_max", "settings", "min_institution_level", "criteria")
DRUG_PART_COLUMNS = ("dosage_form", "national_code", "approval_no", "brand_name", "manufacturer", "strength")


def has_selector(entry):
    """Whether an entry that names no drug selects anything; text not coded is no selector."""
    return any(given(entry.get(column)) for column in ("class_code", *DRUG_PART_COLUMNS, *RESTRICTION_COLUMNS))


# ------------------------------------------------------------------------------------------------ section 4.2: restrictions


def codes_in(text):
    """The codes a text holds, without their notation."""
    codes = re.split(r"[;；,，、|\s]|\+(?=[A-Za-z])", text)
    return [code.rstrip("†‡*+!.") for code in codes if code.rstrip("†‡*+!.") != ""]


def all_codes(texts):
    """The codes of a list of texts, in order; none where none is given."""
    return [code for text in texts or [] for code in codes_in(text)]


def plain_code(code):
    return code.replace(".", "").upper()


CODE = "[A-Z][0-9][A-Z0-9][A-Z0-9]{0,9}"


def is_code(code):
    return re.fullmatch(CODE, plain_code(code)) is not None


def is_range(code):
    return re.fullmatch(f"{CODE}-{CODE}", plain_code(code)) is not None


def is_under(diagnosis, code):
    diagnosis, code = plain_code(diagnosis), plain_code(code)
    if is_range(code):
        first, last = code.split("-")
        return first[:3] <= diagnosis[:3] <= last[:3]
    return diagnosis.startswith(code)


def is_unspecific_for(diagnosis, code):
    diagnosis, code = plain_code(diagnosis), plain_code(code)
    return not is_range(code) and code.startswith(diagnosis) and code != diagnosis


def restrictions(entry, kind, claim, asked_criteria=True):
    """[(facet, `pass` | `fail` | `unknown`, reason code)] of an entry, in the order of the table."""
    results = []

    # indication, and text that is not coded yet
    uncoded = kind not in ("negative", "base_exclusion") and (
        (given(entry.get("indication")) and not given(entry.get("icd10")))
        or (given(entry.get("restriction")) and not any(given(entry.get(c)) for c in RESTRICTION_COLUMNS))
    )
    if uncoded:
        results.append(("indication", "unknown", "INDICATION_UNCODED"))
    if given(entry.get("icd10")):
        listed, diagnoses = all_codes(entry["icd10"]), all_codes(claim["diagnoses"])
        if not diagnoses:
            results.append(("indication", "unknown", "DIAGNOSIS_MISSING"))
        elif any(is_under(d, code) for d in diagnoses for code in listed):
            results.append(("indication", "pass", None))
        elif any(is_unspecific_for(d, code) for d in diagnoses for code in listed):
            results.append(("indication", "unknown", "DIAGNOSIS_UNSPECIFIC"))
        else:
            results.append(("indication", "fail", "INDICATION_MISMATCH"))

    def facet(name, need, passes, missing, mismatch):
        if not given(need):
            results.append((name, "unknown", missing))
        elif passes(need):
            results.append((name, "pass", None))
        else:
            results.append((name, "fail", mismatch))

    if given(entry.get("sex")):
        facet("sex", claim["sex"], lambda sex: sex == entry["sex"], "SEX_MISSING", "SEX_MISMATCH")
    if given(entry.get("age_min")) or given(entry.get("age_max")):

        def within(age):
            old_enough = not given(entry.get("age_min")) or age >= int(entry["age_min"])
            young_enough = not given(entry.get("age_max")) or age <= int(entry["age_max"])
            return old_enough and young_enough

        facet("age", claim["age"], within, "AGE_MISSING", "AGE_MISMATCH")
    if given(entry.get("settings")):
        facet("setting", claim["setting"], lambda s: s in entry["settings"], "SETTING_MISSING", "SETTING_MISMATCH")
    if given(entry.get("min_institution_level")):
        facet(
            "institution",
            claim["institution_level"],
            lambda level: level >= int(entry["min_institution_level"]),
            "INSTITUTION_LEVEL_MISSING",
            "INSTITUTION_LEVEL_MISMATCH",
        )
    if given(entry.get("criteria")) and asked_criteria:
        answers = [claim["evidence"].get(criterion.split("=")[0]) for criterion in entry["criteria"]]
        if any(a is False for a in answers):
            results.append(("criteria", "fail", "CRITERION_UNMET"))
        elif all(a is True for a in answers):
            results.append(("criteria", "pass", None))
        else:
            results.append(("criteria", "unknown", "EVIDENCE_MISSING"))
    return results


# ------------------------------------------------------------------------------------------------ section 4.3: the match


def order_of(entry, table):
    """Entries naming a product first, then those with a form, given or in the name, then by code."""
    names_a_product = whole_code(entry.get("national_code")) or any(
        given(entry.get(field)) for field in ("approval_no", "brand_name", "manufacturer", "strength")
    )
    has_a_form = given(entry.get("dosage_form")) or form_in_name_of(entry, table) is not None
    return (not names_a_product, not has_a_form, entry["entry_code"])


def match_in(catalog, version, facts, claim, known, asked_criteria=True):
    """The match in one version, {grade, entry, tentative, restrictions, catalog, version}, or None."""
    applying = []
    for entry in version.get("entries") or []:
        if not covers_day(entry, claim["day"]):  # an agreement period, pinned or not
            continue
        part = drug_part(entry, catalog["kind"], facts, known)
        if part is not None:
            applying.append((entry, part == "tentative"))

    graded = []
    for entry, tentative in sorted(applying, key=lambda applies: order_of(applies[0], known["table"])):
        results = restrictions(entry, catalog["kind"], claim, asked_criteria)
        if any(result == "fail" for _, result, _ in results):
            grade = "fails"
        elif tentative or any(result == "unknown" for _, result, _ in results):
            grade = "unknown"
        else:
            grade = "full"
        graded.append(
            {
                "grade": grade,
                "entry": entry,
                "tentative": tentative,
                "restrictions": results,
                "catalog": catalog,
                "version": version,
            }
        )
    return first_of_best_grade(graded)


def first_of_best_grade(matches):
    for grade in ("full", "unknown", "fails"):
        for match in matches:
            if match["grade"] == grade:
                return match
    return None


# ------------------------------------------------------------------------------------------------ sections 5 and 6


def matches_in_all(world, references, facts, claim, known, known_at, asked_criteria=True):
    """The matches in the versions in force of some references, in their order, and how many are in force."""
    in_force_count = 0
    matches = []
    for reference in references or []:
        found = referenced(world, reference, claim["day"], known_at)
        if found is not None:
            in_force_count += 1
            match = match_in(*found, facts, claim, known, asked_criteria)
            if match is not None:
                matches.append(match)
    return matches, in_force_count


def base_status_of(world, version, facts, claim, known, known_at, asked_criteria=True):
    paid = claim["base_paid"] > 0  # where the fund has paid, it has judged
    exclusions, _ = matches_in_all(world, version.get("base_exclusions"), facts, claim, known, known_at, asked_criteria)
    if any(match["grade"] == "full" for match in exclusions):
        return "excluded"
    if any(match["grade"] == "unknown" for match in exclusions) and not paid:
        return "undetermined"
    base = version.get("base")
    references = [base] if given(base) and given(base.get("catalog")) else []
    matches, _ = matches_in_all(world, references, facts, claim, known, known_at, asked_criteria)
    if not matches:
        silent = any(
            given(listing.get("complete_for")) and not speaks_of(listing["complete_for"], facts)
            for _, listing in filter(None, (referenced(world, r, claim["day"], known_at) for r in references))
        )
        if silent:  # the list does not speak of such drugs
            return "covered" if paid else "undetermined"
        return "not_listed"
    grade = matches[0]["grade"]
    if grade == "full" or (grade == "unknown" and paid):
        return "covered"
    return "undetermined" if grade == "unknown" else "restricted_out"


def speaks_of(complete_for, facts):
    """Whether some class code of the line starts with a class of which a list is complete."""
    return any(code.startswith(norm(prefix)) for code in facts["class_codes"] for prefix in complete_for)


def judge(world, product, known, claim, known_at, coverage=False):
    """Sections 3 to 6 for one line; a coverage query skips what section 8 says.

    `claim` is the line with what it takes from the claim. The result has `version`, `reasons` as (code, effect) without the
    notes of section 7, `drug`, `matched_by`, `base_status`, `facts`, `benefit`, `match`; `spoken_for` is the benefit that
    gives the line its reasons when none takes it.
    """
    parts = ("version", "drug", "matched_by", "base_status", "facts", "benefit", "match", "spoken_for")
    result = dict.fromkeys(parts)
    reasons = result["reasons"] = []
    asked = not coverage

    # 1 product_version
    version = result["version"] = in_force(product["versions"], claim["day"], known_at)
    if version is None:
        reasons.append(("NO_PRODUCT_VERSION", "I"))
        return result
    start, end = claim["policy_start"], claim["policy_end"]
    if not coverage:
        # 2 policy
        if (start is not None and claim["day"] < start) or (end is not None and claim["day"] > end):
            reasons.append(("POLICY_NOT_IN_FORCE", "I"))
        # 3 waiting_period
        waiting = timedelta(days=int(version.get("waiting_days") or 0))
        if start is not None and start <= claim["day"] < start + waiting and not claim["renewal"]:
            reasons.append(("WAITING_PERIOD", "I"))
    # 4 circumstance
    if claim["circumstance"] != "none" and claim["circumstance"] not in (version.get("covered_circumstances") or []):
        reasons.append(("STATUTORY_EXCLUSION", "I"))
    # 5 drug
    found = recognise(claim["line"], known)
    if "failure" in found:
        reasons.append((found["failure"], "R"))
        return result
    result["drug"], result["matched_by"] = found["drug"], found["matched_by"]
    facts = result["facts"] = line_as_recognised(claim["line"], found, known)
    # 6 code_name
    if found["conflict"]:
        reasons.append(("DRUG_CODE_NAME_CONFLICT", "R"))
    # 7 negative_list
    negatives, _ = matches_in_all(world, version.get("negative_lists"), facts, claim, known, known_at, asked)
    grades = [match["grade"] for match in negatives]
    if "full" in grades:
        reasons.append(("NEGATIVE_LIST", "I"))
    elif "unknown" in grades:
        reasons.append(("NEGATIVE_LIST_UNDETERMINED", "R"))
    # 8 base_exclusion
    status = result["base_status"] = base_status_of(world, version, facts, claim, known, known_at, asked)
    if status == "excluded" and version.get("honours_base_exclusions"):
        reasons.append(("BASE_EXCLUDED", "I"))
    # 9 base_status
    if status == "undetermined":
        reasons.append(("BASE_STATUS_UNDETERMINED", "R"))
    # 10 base_settlement
    if not coverage and status == "covered" and version.get("requires_base_settlement") and not settled(claim):
        reasons.append(("BASE_SETTLEMENT_REQUIRED", "R"))

    # Section 6: the first benefit whose tests all hold takes the line.
    failures = []  # (rank, [(code, effect)], benefit) of the benefits before it
    for benefit in version.get("benefits") or []:
        rank, failing, match = try_benefit(world, benefit, status, facts, claim, known, known_at, coverage)
        if not failing:
            result["benefit"], result["match"] = benefit, match
            break
        failures.append((rank, failing, benefit))
    if result["benefit"] is not None:
        if any(only_r(failing) for _, failing, _ in failures):
            reasons.append(("EARLIER_BENEFIT_UNDETERMINED", "N"))
    elif not failures:
        reasons.append(("NO_BENEFIT_FOR_BASE_STATUS", "I"))
    else:
        candidates = [failure for failure in failures if only_r(failure[1])] or failures
        highest = max(rank for rank, _, _ in candidates)
        _, failing, result["spoken_for"] = next(failure for failure in candidates if failure[0] == highest)
        reasons.extend(failing)
    return result


def only_r(failing):
    return all(effect == "R" for _, effect in failing)


def settled(claim):
    return claim["base_settled"] or claim["base_paid"] > 0


def try_benefit(world, benefit, status, facts, claim, known, known_at, coverage):
    """(rank, reasons of the first failing test, match); no reasons when the benefit takes the line."""
    # 0 scope
    scope = benefit["scope"] if given(benefit.get("scope")) else "any"
    takes = {
        "base_listed": ["covered", "undetermined"],
        "off_base": ["not_listed", "restricted_out", "excluded", "undetermined"],
        "any": ["covered", "not_listed", "restricted_out", "excluded", "undetermined"],
    }[scope]
    if status not in takes:
        return 0, [("NO_BENEFIT_FOR_BASE_STATUS", "I")], None
    # 1 setting
    if given(benefit.get("settings")):
        if not given(claim["setting"]):
            return 1, [("SETTING_MISSING", "R")], None
        if claim["setting"] not in benefit["settings"]:
            return 1, [("SETTING_NOT_COVERED", "I")], None
    # 2 catalog
    match = None
    if given(benefit.get("catalogs")):
        matches, in_force_count = matches_in_all(
            world, benefit["catalogs"], facts, claim, known, known_at, not coverage
        )
        if in_force_count == 0:
            return 2, [("CATALOG_NOT_IN_FORCE", "I")], None
        if not matches:
            return 2, [("NOT_IN_CATALOG", "I")], None
        match = first_of_best_grade(matches)
        # 3 restrictions
        if match["grade"] == "unknown":
            lacking = [("PRODUCT_UNSPECIFIED", "R")] if match["tentative"] else []
            lacking += [(code, "R") for _, result, code in match["restrictions"] if result == "unknown"]
            return 3, lacking, match
        if match["grade"] == "fails":
            return 3, [(code, "I") for _, result, code in match["restrictions"] if result == "fail"], match
        # 4 prior_auth
        if not coverage and match["entry"].get("prior_auth") and not given(claim["prior_auth_no"]):
            return 4, [("PRIOR_AUTH_REQUIRED", "R")], match
    # 5 pre_existing
    if not coverage and given(claim["pre_existing"]):
        if not given(claim["diagnoses"]):
            return 5, [("DIAGNOSIS_MISSING", "R")], match
        ratios = [exact(band["ratio"]) for band in benefit.get("bands") or []] or [ratio_of(benefit, claim)]
        if is_pre_existing(claim) and not any(ratio > 0 for ratio in ratios):
            return 5, [("PRE_EXISTING_EXCLUDED", "I")], match
    return None, [], match


def is_pre_existing(claim):
    return any(is_under(d, code) for d in all_codes(claim["diagnoses"]) for code in all_codes(claim["pre_existing"]))


# ------------------------------------------------------------------------------------------------ section 7: money


def ratio_of(benefit, claim):
    """The exact ratio of a benefit without bands for a line; a pre-existing ratio not given is the plain one."""
    plain, for_pre_existing = benefit.get("ratio"), benefit.get("ratio_pre_existing")
    if given(benefit.get("ratio_unsettled")) and not settled(claim):
        plain, for_pre_existing = benefit["ratio_unsettled"], benefit.get("ratio_unsettled_pre_existing")
    return exact(for_pre_existing if is_pre_existing(claim) and given(for_pre_existing) else plain)


def limit(amount):
    """A limit in fen, or None: a limit not given is no limit."""
    return to_fen(amount) if given(amount) else None


def settle(judged, claim, used):
    """The money of one eligible line in fen and its notes; adds what it uses to the accumulators."""
    benefit, version, notes = judged["benefit"], judged["version"], []
    claimable = claim["claimable"]

    # 1
    allowed = claimable
    if judged["match"] is not None:
        entry, quantity = judged["match"]["entry"], claim["quantity"]
        if given(entry.get("max_quantity")) and quantity > exact(entry["max_quantity"]):
            allowed = int(half_up(allowed * exact(entry["max_quantity"]) / quantity))
            notes.append("QUANTITY_CAPPED")
        if given(entry.get("payment_standard")):
            counted = min(quantity, exact(entry["max_quantity"])) if given(entry.get("max_quantity")) else quantity
            cap = int(half_up(exact(entry["payment_standard"]) * counted * 100))
            if allowed > cap:
                allowed = cap
                notes.append("PRICE_CAPPED")
    # 2
    deductible = 0
    if given(benefit.get("deductible_group")):
        group = benefit["deductible_group"]
        amount = to_fen((version.get("deductibles") or {}).get(group))
        for_pre_existing = (version.get("deductibles_pre_existing") or {}).get(group)
        if given(for_pre_existing) and is_pre_existing(claim):
            amount = to_fen(for_pre_existing)
        left = max(0, amount - used["deductible_used"].get(group, 0))
        deductible = min(allowed, left)
        used["deductible_used"][group] = used["deductible_used"].get(group, 0) + deductible
        if allowed > 0 and deductible == allowed:
            notes.append("DEDUCTIBLE_NOT_MET")
    # 3
    base = allowed - deductible
    code = benefit["code"]
    before = used["benefit_base"].get(code, 0)
    used["benefit_base"][code] = before + base
    if given(benefit.get("bands")):
        parts = Fraction(0)
        lower = 0
        for band in benefit["bands"]:
            upper = to_fen(band["up_to"]) if given(band.get("up_to")) else max(lower, before + base)
            overlap = min(upper, before + base) - max(lower, before)
            if overlap > 0:
                parts += overlap * exact(band["ratio"])
            lower = upper
        share = int(half_up(parts))
        ratio = Fraction(share, base) if base else Fraction(0)
    else:
        ratio = ratio_of(benefit, claim)
        share = int(half_up(base * ratio))
    # 4
    payable = share
    benefit_limit, version_limit = limit(benefit.get("annual_limit")), limit(version.get("annual_limit"))
    if benefit_limit is not None:
        payable = min(payable, benefit_limit - used["benefit_paid"].get(code, 0))
    if version_limit is not None:
        payable = min(payable, version_limit - used["total_paid"])
    payable = max(payable, 0)
    if payable < share:
        notes.append("ANNUAL_LIMIT_REACHED")
    used["benefit_paid"][code] = used["benefit_paid"].get(code, 0) + payable
    used["total_paid"] += payable
    # 5
    if claimable == 0:
        notes.append("NOTHING_CLAIMABLE")
    money = {
        "claimable": claimable,
        "allowed": allowed,
        "deductible_applied": deductible,
        "ratio": ratio,
        "share": share,
        "payable": payable,
        "member_pays": claimable - payable,
    }
    return money, notes


def nothing_used():
    return {"deductible_used": {}, "benefit_base": {}, "benefit_paid": {}, "total_paid": 0}


# ------------------------------------------------------------------------------------------------ section 8: the answer

REQUEST_FIELDS = (
    "product claim_no as_known_at service_date diagnoses setting institution_level circumstance member lines"
).split()
MEMBER_FIELDS = ["member_ref", "policy_start", "policy_end", "renewal", "sex", "age", "pre_existing", "accumulators"]
ACCUMULATOR_FIELDS = ["deductible_used", "benefit_base", "benefit_paid", "total_paid"]
IDENTITY_FIELDS = ["national_code", "approval_no", "generic_name", "brand_name"]
LINE_FIELDS = [
    *[
        "line_no",
        "service_date",
        "diagnoses",
        "setting",
        "institution_level",
        "reference",
        "refund_of",
        "quantity",
        "unit_price",
        "amount",
        "base_paid",
        "other_paid",
    ],
    *["base_settled", "prior_auth_no", "evidence", "dosage_form", "manufacturer", "strength"],
    *IDENTITY_FIELDS,
]
SETTINGS = ["inpatient", "outpatient", "designated_pharmacy", "retail_pharmacy"]
CIRCUMSTANCES = ["none", "work_injury", "third_party", "public_health", "overseas"]


class InvalidRequest(Exception):
    """The request is one that section 8 answers with 400; says why."""


def need(condition, why):
    if not condition:
        raise InvalidRequest(why)


def check_fields(thing, fields, where):
    need(isinstance(thing, dict), f"{where} is no object")
    for field in thing:
        need(field in fields, f"unknown field {field} in {where}")


def check_date(text):
    if given(text):
        need(isinstance(text, str), f"bad date {text}")
        try:
            day_of(text)
        except ValueError:
            raise InvalidRequest(f"bad date {text}") from None


def check_choice(value, choices):
    if given(value):
        need(not isinstance(value, bool) and value in choices, f"bad choice {value}")


def check_yes_no(value):
    need(not given(value) or isinstance(value, bool), f"neither true nor false: {value}")


def check_number(value):
    need(isinstance(value, str | int | float | Decimal) and not isinstance(value, bool), f"no number: {value}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise InvalidRequest(f"no number: {value}") from None
    need(number.is_finite(), f"no number: {value}")
    return number


def check_money(value, any_decimals=False, may_be_negative=False):
    if given(value):
        number = check_number(value)
        need(may_be_negative or number >= 0, f"a negative amount {value}")
        decimals = -number.as_tuple().exponent
        # The interface's own types: four or six decimals whose last are zeros (csv.md, "Claim batches").
        of_the_interface = decimals in (4, 6) and number * 100 == int(number * 100)
        need(any_decimals or decimals <= 2 or of_the_interface, f"more than two decimals {value}")


def check_codes(codes, ranges_allowed):
    if not given(codes):
        return
    need(isinstance(codes, list), "no list of codes")
    for text in codes:
        need(isinstance(text, str) and codes_in(text), f"bad code {text}")
        for code in codes_in(text):
            need(is_code(code) or is_range(code), f"bad code {code}")
            need(ranges_allowed or not is_range(code), f"a diagnosis that is a range {code}")


def check_request(request):
    check_fields(request, REQUEST_FIELDS, "the request")
    need(given(request.get("product")), "no product")
    if given(request.get("as_known_at")):
        try:
            instant_of(request["as_known_at"])
        except (ValueError, TypeError, AttributeError):
            raise InvalidRequest("bad instant") from None
    check_what_claim_and_line_share(request)
    check_choice(request.get("circumstance"), CIRCUMSTANCES)

    member = request.get("member") if given(request.get("member")) else {}
    check_fields(member, MEMBER_FIELDS, "member")
    check_date(member.get("policy_start"))
    check_date(member.get("policy_end"))
    if given(member.get("policy_start")) and given(member.get("policy_end")):
        need(day_of(member["policy_start"]) <= day_of(member["policy_end"]), "policy_start after policy_end")
    check_yes_no(member.get("renewal"))
    check_choice(member.get("sex"), ["F", "M"])
    if given(member.get("age")):
        age = check_number(member["age"])
        need(age >= 0 and age == int(age), "bad age")
    check_codes(member.get("pre_existing"), ranges_allowed=True)
    accumulators = member.get("accumulators") if given(member.get("accumulators")) else {}
    check_fields(accumulators, ACCUMULATOR_FIELDS, "accumulators")
    check_money(accumulators.get("total_paid"))
    for field in ("deductible_used", "benefit_base", "benefit_paid"):
        need(accumulators.get(field) is None or isinstance(accumulators[field], dict), f"{field} is no object")
        for amount in (accumulators.get(field) or {}).values():
            check_money(amount)

    lines = request.get("lines")
    need(isinstance(lines, list) and 1 <= len(lines) <= 500, "no line or more than 500")
    for line in lines:
        check_line(line, request)
    numbers = [line_number(line, place) for place, line in enumerate(lines, start=1)]
    need(len(numbers) == len(set(numbers)), "a duplicate line_no")
    for line in lines:
        if is_refund(line):
            of = [other for other in lines if not is_refund(other) and other.get("reference") == line["refund_of"]]
            need(len(of) == 1, "a refund of no line, or of several")
    for _, line in lines_left(lines):
        if comes_to_nothing(line):
            continue
        need(exact(line["quantity"]) > 0, "a line that comes to less than nothing")
        for field in ("amount", "base_paid", "other_paid"):
            need(to_fen(line.get(field)) >= 0, "a line that comes to less than nothing")
        need(claimable_of(line) >= 0, "claimable below 0")


def check_what_claim_and_line_share(thing):
    check_date(thing.get("service_date"))
    check_codes(thing.get("diagnoses"), ranges_allowed=False)
    check_choice(thing.get("setting"), SETTINGS)
    check_choice(thing.get("institution_level"), [1, 2, 3])


def check_line(line, request):
    check_fields(line, LINE_FIELDS, "a line")
    number = line.get("line_no")
    if given(number):
        need(isinstance(number, int) and not isinstance(number, bool) and number > 0, "a bad line_no")
    for field in (*IDENTITY_FIELDS, "dosage_form", "manufacturer", "strength", "prior_auth_no"):
        need(line.get(field) is None or isinstance(line[field], str), f"{field} is no text")
    need(is_refund(line) or any(given(line.get(field)) for field in IDENTITY_FIELDS), "no drug identity")
    check_what_claim_and_line_share(line)
    need(given(line.get("service_date")) or given(request.get("service_date")), "no service_date")
    need(given(line.get("quantity")), "no quantity")
    need((check_number(line["quantity"]) < 0) if is_refund(line) else (check_number(line["quantity"]) > 0), "quantity")
    need(given(line.get("amount")), "no amount")
    for field in ("amount", "base_paid", "other_paid"):
        check_money(line.get(field), may_be_negative=is_refund(line))
    need(not is_refund(line) or exact(line["amount"]) <= 0, "a refund of an amount that is not negative")
    check_money(line.get("unit_price"), any_decimals=True)
    check_yes_no(line.get("base_settled"))
    evidence = line.get("evidence")
    need(evidence is None or isinstance(evidence, dict), "evidence is no object")
    for answered in (evidence or {}).values():
        check_yes_no(answered)


ADDED_UP = ("quantity", "amount", "base_paid", "other_paid")


def is_refund(line):
    """Whether a row takes back from the line with the reference that it names (csv.md, Refunds)."""
    return given(line.get("refund_of"))


def lines_left(rows):
    """(place from 1, line) of each line of a claim, what rows take back from it added up before anything is judged."""
    left = []
    for place, row in enumerate(rows, start=1):
        if is_refund(row):
            continue
        refunds = [other for other in rows if is_refund(other) and other["refund_of"] == row.get("reference")]
        line = dict(row)
        if refunds:
            line |= {field: str(sum(Decimal(str(r.get(field) or 0)) for r in [row, *refunds])) for field in ADDED_UP}
            line["taken_back"] = True
        left.append((place, line))
    return left


def comes_to_nothing(line):
    return "taken_back" in line and all(exact(line[field]) == 0 for field in ADDED_UP)


def claimable_of(line):
    return to_fen(line["amount"]) - to_fen(line.get("base_paid")) - to_fen(line.get("other_paid"))


def line_number(line, place):
    return line["line_no"] if given(line.get("line_no")) else place


def claim_for_line(request, line):
    """A line with what it takes from the claim (section 2), in plain values: days, fen, exact fractions."""
    member = request.get("member") or {}

    def own_or_claims(field):
        return line[field] if given(line.get(field)) else request.get(field)

    return {
        "line": line,
        "day": day_of(own_or_claims("service_date")),
        "diagnoses": own_or_claims("diagnoses"),
        "setting": own_or_claims("setting"),
        "institution_level": own_or_claims("institution_level"),
        "circumstance": request["circumstance"] if given(request.get("circumstance")) else "none",
        "policy_start": day_of(member.get("policy_start")),
        "policy_end": day_of(member.get("policy_end")),
        "renewal": bool(member.get("renewal")),
        "sex": member.get("sex"),
        "age": int(member["age"]) if given(member.get("age")) else None,
        "pre_existing": member.get("pre_existing"),
        "quantity": exact(line.get("quantity")),
        "claimable": claimable_of(line),
        "base_paid": to_fen(line.get("base_paid")),
        "base_settled": bool(line.get("base_settled")),
        "prior_auth_no": line.get("prior_auth_no"),
        "evidence": line.get("evidence") or {},
    }


# What came to nothing is not judged.
REFUNDED = {"reasons": [], "matched_by": None, "drug": None, "base_status": None, "benefit": None, "match": None}


def worst(reasons):
    effects = [effect for _, effect in reasons]
    return "ineligible" if "I" in effects else "review" if "R" in effects else "eligible"


def answer(world, request):
    """The `expected` of vectors.md for a request in a world, or {"invalid": True}.

    Raises LookupError where the world has no product of that code (404).
    """
    try:
        check_request(request)
    except InvalidRequest:
        return {"invalid": True}
    product = product_called(world, request["product"])
    known_at = instant_of(request["as_known_at"] if given(request.get("as_known_at")) else NOW)
    known = what_is_known(world, product.get("insurer"), known_at)

    taken = []  # (line_no, claim, judged), in the request's order
    for place, line in lines_left(request["lines"]):
        claim = claim_for_line(request, line)
        judged = REFUNDED if comes_to_nothing(line) else judge(world, product, known, claim, known_at)
        taken.append((line_number(line, place), claim, judged))

    # Section 7: the accumulators belong to the product version of the claim's own day; others start from nothing.
    sent = ((request.get("member") or {}).get("accumulators")) or {}
    carried = {
        field: {key: to_fen(amount) for key, amount in (sent.get(field) or {}).items() if given(amount)}
        for field in ("deductible_used", "benefit_base", "benefit_paid")
    } | {"total_paid": to_fen(sent.get("total_paid"))}
    used_by_version = {}
    if given(request.get("service_date")):
        version = in_force(product["versions"], day_of(request["service_date"]), known_at)
        if version is not None:
            used_by_version[id(version)] = carried

    money_of = {}
    for number, claim, judged in sorted(taken, key=lambda each: (each[1]["day"], each[0])):
        if judged is not REFUNDED and worst(judged["reasons"]) == "eligible":
            used = used_by_version.setdefault(id(judged["version"]), nothing_used())
            money_of[number], notes = settle(judged, claim, used)
            judged["reasons"] += [(note, "N") for note in notes]
        else:
            money_of[number] = {
                "claimable": claim["claimable"],
                "allowed": 0,
                "deductible_applied": 0,
                "ratio": Fraction(0),
                "share": 0,
                "payable": 0,
                "member_pays": claim["claimable"],
            }

    return {
        "lines": [
            {
                "line_no": number,
                "outcome": "refunded" if judged is REFUNDED else worst(judged["reasons"]),
                "reasons": [{"code": code, "effect": effect} for code, effect in judged["reasons"]],
                "matched_by": judged["matched_by"],
                "drug": judged["drug"],
                "base_status": judged["base_status"],
                "benefit": judged["benefit"]["code"] if judged["benefit"] else None,
                "match": cited(judged["match"]),
                "money": {
                    name: written_ratio(value) if name == "ratio" else yuan(value)
                    for name, value in money_of[number].items()
                },
            }
            for number, _, judged in taken
        ],
        "totals": {name: yuan(sum(money[name] for money in money_of.values())) for name in ("claimable", "payable")},
        "accumulators": {
            field: {key: yuan(amount) for key, amount in carried[field].items()}
            for field in ("deductible_used", "benefit_base", "benefit_paid")
        }
        | {"total_paid": yuan(carried["total_paid"])},
    }


def product_called(world, code):
    for product in world["products"]:
        if product["code"] == code:
            return product
    raise LookupError(code)


def cited(match):
    if match is None:
        return None
    return {
        "catalog": match["catalog"]["code"],
        "version": match["version"]["label"],
        "entry_code": match["entry"]["entry_code"],
    }


# ------------------------------------------------------------------------------------------------ section 8: coverage


def answer_coverage(world, query):
    """{outcome, reasons, drug, matched_by, base_status, benefit, match, requirements, alternatives} of a coverage query.

    The query has `product`, `date`, `known_at`, the drug fields of a line, `icd10` (a list), `sex`, `age`, `setting`,
    `institution_level`, `circumstance`. `requirements` is null without a match; `alternatives` are base names, at most 20.
    """
    product = product_called(world, query["product"])
    known_at = instant_of(query["known_at"] if given(query.get("known_at")) else NOW)
    known = what_is_known(world, product.get("insurer"), known_at)
    claim = claim_for_query(query)
    judged = judge(world, product, known, claim, known_at, coverage=True)
    outcome = {"eligible": "covered", "ineligible": "not_covered", "review": "review"}[worst(judged["reasons"])]
    return {
        "outcome": outcome,
        "reasons": [{"code": code, "effect": effect} for code, effect in judged["reasons"]],
        "drug": judged["drug"],
        "matched_by": judged["matched_by"],
        "base_status": judged["base_status"],
        "benefit": judged["benefit"]["code"] if judged["benefit"] else None,
        "match": cited(judged["match"]),
        "requirements": requirements_of(judged["match"]),
        "alternatives": alternatives_to(world, known, known_at, claim, judged),
    }


def claim_for_query(query):
    line = {field: query.get(field) for field in (*IDENTITY_FIELDS, "dosage_form", "manufacturer", "strength")}
    line |= {"quantity": "1", "amount": "0"}
    request = {
        "service_date": query["date"],
        "diagnoses": query.get("icd10"),
        "setting": query.get("setting"),
        "institution_level": query.get("institution_level"),
        "circumstance": query.get("circumstance"),
        "member": {"sex": query.get("sex"), "age": query.get("age")},
    }
    return claim_for_line(request, line)


REQUIREMENTS = (
    "criteria settings min_institution_level sex age_min age_max icd10 indication max_quantity "
    "payment_standard restriction"
).split()


def requirements_of(match):
    """What the match asks, by column; what its entry does not give is null."""
    if match is None:
        return None
    entry = match["entry"]
    asked = {column: entry[column] if given(entry.get(column)) else None for column in REQUIREMENTS}
    return {"prior_auth": bool(entry.get("prior_auth"))} | asked


def alternatives_to(world, known, known_at, claim, judged):
    """Other drugs of the line's class with a full match in the benefit's catalogs, each as its entry describes it.

    Where no benefit takes the line, the benefit is the one that gives the line its reasons: what is not covered is when a
    person asks for an alternative.
    """
    benefit = judged["benefit"] or judged["spoken_for"]
    if benefit is None:
        return []
    classes = {code[:5] for code in judged["facts"]["class_codes"]}
    found = []
    for reference in benefit.get("catalogs") or []:
        in_this_catalog = referenced(world, reference, claim["day"], known_at)
        if in_this_catalog is None:
            continue
        catalog, version = in_this_catalog
        drugs = set()
        for entry in version.get("entries") or []:
            of_the_class = given(entry.get("class_code")) and norm(entry["class_code"])[:5] in classes
            results = restrictions(entry, catalog["kind"], claim, asked_criteria=False)
            full = covers_day(entry, claim["day"]) and all(result == "pass" for _, result, _ in results)
            if of_the_class and full:
                drugs.add(drug_of_entry(entry, known))
        found += sorted(drugs - {judged["drug"], *found})
    return found[:20]
