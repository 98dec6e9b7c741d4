"""Small worlds of lists as people would write them down, and random ones."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.drugs.knowledge import DrugNames
from claims.eligibility import compile_entry
from common.text import norm
from curation.findings.world import DrugList, Edition, Listed, Presence, ProductInForce, World
from insurers.terms import CatalogReference

TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
# No form stands in two groups here: what two groups share is no form of both to whoever made the list.
FORMS = DosageForms([FormRow("片", "口服常释剂型"), FormRow("胶囊", "口服常释剂型"), FormRow("注射液", "注射剂")])


def day(text: str) -> date:
    return date.fromisoformat(text)


def names(*rows: tuple[str, list[str]]) -> DrugNames:
    """A drug master of base names with their aliases."""
    return DrugNames(rows)


def edition(
    *entries: dict[str, Any],
    label: str = "v1",
    starts: str = "2026-01-01",
    ends: str | None = None,
    published: datetime = datetime(2025, 12, 1, tzinfo=UTC),
    withdrawn: datetime | None = None,
    kind: str = "commercial",
    master: DrugNames | None = None,
    complete_for: tuple[str, ...] = (),
) -> Edition:
    """A published edition of entries in the columns of csv.md; codes are given where they are missing."""
    listed = []
    for number, columns in enumerate(entries, 1):
        row = {"entry_code": f"E{number}", "generic_name": "", **columns}
        entry = compile_entry(row, FORMS, kind)  # type: ignore[arg-type]
        drug = (master or DrugNames(())).drug_of(entry.base_name) if entry.base_name else ""
        row_no, class_ = row.get("row_no", number), row.get("reimbursement_class", "")
        listed.append(Listed(entry, drug, row["generic_name"], row_no, class_))
    presences = {
        Presence(one.drug, one.entry.class_code, one.entry.effective_from, one.entry.effective_to)
        for one in listed
        if one.drug
    }
    return Edition(
        label,
        day(starts),
        day(ends) if ends else None,
        published,
        withdrawn,
        tuple(map(norm, complete_for)),
        tuple(listed),
        tuple(presences),
    )


def listing(
    code: str, *editions: Edition, kind: str = "commercial", publisher: str = "", owner: int | None = None
) -> DrugList:
    return DrugList(code, kind, publisher, owner, editions)  # type: ignore[arg-type]


def world(*lists: DrugList, **more: Any) -> World:
    return World(more.pop("day", TODAY), more.pop("known_at", NOW), lists, FORMS, **more)


def product(code: str, *references: tuple[str, str | None], insurer: int = 1, label: str = "2026") -> ProductInForce:
    return ProductInForce(insurer, code, label, tuple(CatalogReference(*one) for one in references))


# ------------------------------------------------------------------------------------------------ random


NAMES = ["奥希替尼片", "奥希替尼胶囊", "甲磺酸奥希替尼", "索拉非尼", "索拉非尼注射液", "多吉美尼"]
ALIAS = names(("奥希替尼", []), ("索拉非尼", ["多吉美尼"]))
OPTIONAL: dict[str, list[Any]] = {
    "dosage_form": ["片", "胶囊", "口服常释剂型", "注射液", "注射剂", "散"],
    "brand_name": ["泰瑞沙", "多吉美"],
    "icd10": [["C34"], ["C34.1"], ["C18-C20"], ["C19"], ["I10", "C34"]],
    "sex": ["F", "M"],
    "age_min": [18, 61],
    "age_max": [17, 65],
    "settings": [["inpatient"], ["outpatient", "retail_pharmacy"]],
    "payment_standard": ["5.00", "7.00"],
    "prior_auth": [True],
    "indication": ["肺癌", "肠癌"],
    "restriction": ["限二线"],
    "class_code": ["XL01EB", "XL01EX"],
}
ENDS = ["2026-05-31", "2026-06-01", "2026-07-31", "2026-08-15"]
STARTS = ["2025-09-01", "2026-01-01", "2026-03-01", "2026-06-01", "2026-06-20", "2026-09-01"]


def random_entry(random: Random, kind: str) -> dict[str, Any]:
    columns: dict[str, Any] = {"generic_name": random.choice(NAMES)}
    if kind in ("negative", "base_exclusion") and random.random() < 0.4:
        columns = {"class_code": random.choice(["XL01", "XL01EX", "XC"])}
    for name, values in OPTIONAL.items():
        if random.random() < 0.25:
            columns[name] = random.choice(values)
    if columns.get("age_min", 0) > columns.get("age_max", 150):
        del columns["age_min"]
    if random.random() < 0.3:
        columns["effective_from"] = day(random.choice(STARTS))
        columns["effective_to"] = columns["effective_from"] + timedelta(days=random.choice([0, 40, 90, 200]))
    return columns


def random_world(seed: int) -> World:
    """Lists of every kind that decides claims, with editions that follow, overlap, end and are withdrawn; seen on some day, known at some instant."""
    random = Random(seed)
    known_at = NOW - timedelta(days=random.choice([0, 0, 0, 60]))
    lists = []
    for number in range(random.randint(2, 4)):
        kind = random.choice(["base", "commercial", "commercial", "negative", "base_exclusion"])
        editions = []
        for label in "abc"[: random.randint(1, 3)]:
            starts = random.choice(STARTS)
            ends = random.choice([None, None, *ENDS])
            published = NOW - timedelta(days=random.choice([10, 100, 200]))
            withdrawn = published + timedelta(days=random.choice([5, 70])) if random.random() < 0.2 else None
            entries = [random_entry(random, kind) for _each in range(random.randint(1, 4))]
            editions.append(
                edition(
                    *entries,
                    label=label,
                    starts=starts,
                    ends=ends if ends and ends >= starts else None,
                    published=published,
                    withdrawn=withdrawn,
                    kind=kind,
                    master=ALIAS,
                    complete_for=random.choice([(), (), ("XL01EB",)]),
                )
            )
        owner = random.choice([None, None, None, 1, 2])
        lists.append(listing(f"L{number}", *editions, kind=kind, publisher=random.choice(["局", "会"]), owner=owner))
    products = [
        product(
            f"P{number}",
            (random.choice(["L0", "L1", "L9"]), random.choice([None, None, "a", "b", "z"])),
            insurer=random.choice([1, 2]),
        )
        for number in range(3)
    ]
    at = TODAY + timedelta(days=random.choice([-40, 0, 0, 30]))
    return World(at, known_at, tuple(lists), FORMS, tuple(products), ALIAS)
