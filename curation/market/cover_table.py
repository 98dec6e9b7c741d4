"""Many lists brought in at once: what the cover table says of each, and which file or sheet each is (spec curation 3). Pure.

A cover table has a row for each list. Its columns are read by the same cells' readers as every other table; the rows meet the files by what the
row calls its file, else by the list's code, name or province.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from hashlib import sha256
from typing import Any, Final

from catalog.importing.columns import IGNORED_HEADERS
from catalog.importing.pinyin import sounds
from catalog.provinces import REGION_LETTERS, REGIONS, region_of
from common.personal import names_a_person
from common.text import norm
from tables import cells
from tables.cells import Fault, Parsed, narrow
from tables.columns import Column, Shape
from tables.header_names import HeaderNames, header_key
from tables.problems import Problem, problem, shown

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEN_THOUSAND: Final = 10_000
_HUNDRED_MILLION: Final = 100_000_000
# A spreadsheet's name of a sheet ends here.
_SHEET_NAME: Final = 31
_NAMED: Final = 8

# --------------------------------------------------------------------------------------------- what a cell may say


def province(written: str) -> Parsed:
    """Read a province by any of its names. Raises Fault BAD_CHOICE, which names the likeliest."""
    found = region_of(written)
    if found is not None:
        return Parsed(found, found)
    near = get_close_matches(written, [word for term in REGIONS.terms for word in (term.zh, *term.aliases)], 5, 0.6)
    # Of two as near, whoever types begins right more often than ends right.
    likely = next((region_of(word) for word in near if word[:1] == written[:1]), region_of(near[0]) if near else None)
    asked = f"是否为“{likely}”？" if likely else ""
    raise Fault("BAD_CHOICE", choices=f"{'、'.join(REGIONS.codes)}（{asked}全国性产品请留空）")


def _code(written: str) -> Parsed:
    code = narrow(written)
    if not _CODE.fullmatch(code):
        raise Fault(
            "BAD_CODE",
            "只能用字母、数字、点、横线和下划线，以字母或数字开头。",
            "letters, digits, dot, dash and underscore only, a letter or digit first.",
        )
    return Parsed(code, code)


def _times(factor: int, places: int) -> cells.Parser:
    """Make a reader of amounts that are written in a greater unit."""

    def parse(written: str) -> Parsed:
        value = cells.money(places)(written).value * factor
        return Parsed(value, narrow(written))

    return parse


def _persons(written: str) -> Parsed:
    value = cells.money(4)(written).value * _TEN_THOUSAND
    return Parsed(int(value), narrow(written))


_DAY = {"storage": "date", "wrong": "BAD_DATE"}
_MONEY = {"storage": "decimal", "places": 2, "wrong": "BAD_NUMBER"}
_WHOLE = {"storage": "int", "wrong": "BAD_NUMBER"}


def _in_units(headers: Sequence[str], units: Sequence[str]) -> tuple[str, ...]:
    """Return headers with the unit behind them, as people write it."""
    return tuple(f"{header}{unit}" for header in headers for unit in units)


_PREMIUM = ("保费", "年保费", "总保费", "保费收入", "保费规模", "年度保费", "保费总额")
_INSURED = ("参保人数", "投保人数", "参保人次", "承保人数", "被保险人数")
COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "code", ("目录编码", "清单编码", "catalog_code", "目录代码", "清单代码", "编码", "代码"), _code, max_length=64
    ),
    Column(
        "name",
        ("产品名称", "清单名称", "product", "product_name", "list_name", "目录名称", "惠民保产品名称", "产品", "名称"),
        cells.name,
        required_for=frozenset({"cover"}),
        general=("产品名称", "产品", "名称"),
    ),
    Column(
        "province",
        ("省份", "省", "省市", "省级行政区", "所在省份", "省（自治区、直辖市）", "省自治区直辖市", "地区", "所属省份"),
        province,
        max_length=50,
        wrong="BAD_CHOICE",
        general=("地区",),
    ),
    Column(
        "publisher",
        (
            *("发布机构", "insurer", "承保公司", "保险公司", "承保机构", "主承保公司", "发布单位", "承保单位"),
            *("承保公司（共保体）", "保险机构", "主承保单位"),
        ),
        cells.text,
        general=("发布机构", "发布单位"),
    ),
    Column("premium_cny", ("保费", "premium", *_PREMIUM[1:]), cells.money(2), **_MONEY),  # type: ignore[arg-type]
    Column(
        "premium_in_10000",
        ("保费（万元）", "保费万元", *_in_units(_PREMIUM, ("(万元)", "/万元", "万元", "[万元]"))),
        _times(_TEN_THOUSAND, 6),
        **_MONEY,  # type: ignore[arg-type]
    ),
    Column(
        "premium_in_100000000",
        ("保费（亿元）", *_in_units(_PREMIUM, ("(亿元)", "/亿元", "亿元", "[亿元]"))),
        _times(_HUNDRED_MILLION, 10),
        **_MONEY,  # type: ignore[arg-type]
    ),
    Column(
        "insured_count",
        ("参保人数", "insured", "insured_persons", *_INSURED[1:], *_in_units(_INSURED, ("(人)",))),
        cells.whole(0, 10**12),
        **_WHOLE,  # type: ignore[arg-type]
    ),
    Column(
        "insured_in_10000",
        ("参保人数（万人）", *_in_units(_INSURED, ("(万人)", "(万)", "/万人", "万人"))),
        _persons,
        **_WHOLE,  # type: ignore[arg-type]
    ),
    Column(
        "file",
        (
            *("文件", "sheet", "file_name", "sheet_name", "文件名", "文件名称", "工作表", "工作表名称", "清单文件"),
            *("所在文件", "文件或工作表", "所在工作表", "对应文件", "对应工作表", "sheet名"),
        ),
        cells.text,
        max_length=255,
    ),
    Column("label", ("版本", "版本号", "version", "版本名称", "年度"), _code, max_length=64, general=("年度",)),
    Column("effective_from", ("生效日期", "开始日期", "保障开始日期", "有效期起", "起始日期"), cells.day_of, **_DAY),  # type: ignore[arg-type]
    Column("effective_to", ("失效日期", "结束日期", "保障结束日期", "有效期止", "截止日期"), cells.day_of, **_DAY),  # type: ignore[arg-type]
    Column("rows", ("条目数", "行数", "条数"), cells.whole(0, 10_000_000), **_WHOLE),  # type: ignore[arg-type]
    Column("note", ("备注", "说明", "remark", "remarks"), cells.text, max_length=2_000, free=True),
)
_OWN: Final = frozenset(header_key(header) for column in COLUMNS for header in (column.name, *column.headers))


def _names_a_person(header: str) -> bool:
    """Tell a header of personal identity; `name` is here the product's."""
    return header_key(header) not in _OWN and names_a_person(header, in_claim=False)


NAMES: Final = HeaderNames(
    Shape(
        columns=COLUMNS,
        required=frozenset({"name"}),
        naming="name",
        periods={"保障期间": ("effective_from", "effective_to"), "有效期": ("effective_from", "effective_to")},
        personal=_names_a_person,
        # Counted anew in each list: drugs, and the number of the row.
        ignored=IGNORED_HEADERS | frozenset(map(header_key, ("drugs", "药品数", "品种数", "序号", "no", "no."))),
    )
)
_COVERS: Final = frozenset(
    map(
        header_key,
        (
            *(
                "lists",
                "list",
                "cover",
                "index",
                "contents",
                "catalogs",
                "封面",
                "封面表",
                "清单目录",
                "目录清单",
                "清单一览",
            ),
            *(
                "清单一览表",
                "清单汇总",
                "清单汇总表",
                "汇总",
                "汇总表",
                "一览表",
                "产品清单",
                "产品目录",
                "清单列表",
                "总表",
            ),
        ),
    )
)


def may_be_cover(name: str) -> bool:
    """Tell whether a file or sheet is called as cover tables are."""
    return header_key(_stem(_key(name).rpartition("/")[2])) in _COVERS


def is_cover(columns: set[str], *, is_called_so: bool) -> bool:
    """Tell whether a table with these columns of the cover's is one: it names lists, and says of each where it is from or where it stands.

    One that is called as covers are may have less of it: a drug list too has names and codes.
    """
    telling = {"file", "province", "premium_cny", "premium_in_10000"}
    return "name" in columns and bool(columns & (telling | {"code", "publisher"} if is_called_so else telling))


# --------------------------------------------------------------------------------------------- the lists


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as the cover tells of it; `part` is the place of its file or sheet among the package's (None: none), `row` its row in the cover.

    `derived` says that nobody gave it a code. With an error among its `problems` it is not to be imported.
    """

    row: int
    name: str = ""
    code: str = ""
    province: str = ""
    publisher: str = ""
    premium_cny: Decimal | None = None
    insured_count: int | None = None
    file: str = ""
    label: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    rows: int | None = None
    note: str = ""
    derived: bool = False
    part: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether something forbids that it is imported."""
        return any(found.severity == "error" for found in self.problems)

    def told(self, *found: Problem) -> "Listed":
        """Return the same with more problems."""
        return replace(self, problems=(*self.problems, *found))


def listed(row: int, values: Mapping[str, Any], problems: Sequence[Problem] = ()) -> Listed:
    """Return a list from the values of its row, amounts in their greater units among them; what was refused is not among the values."""
    given = {name: value for name, value in values.items() if value is not None}
    problems = list(problems)
    for name, others in _UNITS.items():
        told = [one for one in (name, *others) if one in given]
        if len(told) > 1 and len({given[one] for one in told}) > 1:
            said = "、".join(f"{one} {given[one]}" for one in told)
            problems.append(
                problem(
                    "OUT_OF_RANGE",
                    row,
                    told[-1],
                    said,
                    why_zh="两列的数不一致。",
                    why_en="two columns say different numbers.",
                )
            )
        if told:
            given[name] = given[told[0]]
        for other in others:
            given.pop(other, None)
    first, last = given.get("effective_from"), given.get("effective_to")
    if first and last and last < first:
        titles = {"effective_from": "生效日期", "effective_to": "失效日期"}
        words = {"first": ("effective_from",), "last": ("effective_to",)}
        problems.append(problem("DATE_ORDER", row, "effective_to", last.isoformat(), titles=titles, **words))
    one = Listed(row=row, problems=tuple(problems), **given)
    return replace(one, code=derived_code(one.name, one.province), derived=True) if one.name and not one.code else one


_UNITS: Final = {"premium_cny": ("premium_in_10000", "premium_in_100000000"), "insured_count": ("insured_in_10000",)}


def derived_code(name: str, province: str) -> str:
    """Return the code of a list to which nobody gave one: of its province, the initials of its name, and four characters that tell names apart.

    The same name and province always give the same code, so that next year's list is the next version of this one.
    """
    initials = re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKD", sounds(name)[1]))[:20].upper()
    told = sha256(f"{province}\n{norm(name)}".encode()).hexdigest()[:4].upper()
    return "-".join(filter(None, ("REF", REGION_LETTERS.get(province, ""), initials, told)))


def placed(lists: Sequence[Listed], parts: Sequence[str], *, are_sheets: bool) -> tuple[list[Listed], list[int]]:
    """Give each list its file or sheet; returns the lists in their order, and the places of the parts that no list is.

    A list whose file is not there, and lists that ask for one file, are told so (NO_SUCH_FILE, CONFLICTING_ROWS).
    """
    whole, last, stem = (
        defaultdict[str, list[int]](list),
        defaultdict[str, list[int]](list),
        defaultdict[str, list[int]](list),
    )
    of_province = defaultdict[str, list[int]](list)
    for place, part in enumerate(parts):
        key = _key(part)
        bare = key if are_sheets else key.rpartition("/")[2]
        whole[key].append(place)
        last[bare].append(place)
        stem[bare if are_sheets else _stem(bare)].append(place)
        if region := region_of(bare if are_sheets else _stem(bare)):
            of_province[region].append(place)
    alone = {
        region for region, rows in _by(lists, lambda one: "" if one.file else one.province).items() if len(rows) == 1
    }

    def candidates(one: Listed) -> list[int]:
        if one.file:
            key = _key(one.file)
            bare = key.rpartition("/")[2]
            asked = (
                [whole[key], last[bare], stem[bare], stem[_stem(bare)]]
                if not are_sheets
                else [whole[key], stem[_stem(key)]]
            )
        else:
            names = [_key(name) for name in (one.code, one.name) if name]
            asked = [stem[name] or (stem[name[:_SHEET_NAME]] if are_sheets else []) for name in names]
            asked.append(of_province[one.province] if one.province in alone else [])
        return next((found for found in asked if found), [])

    asked_for: dict[int, list[int]] = defaultdict(list)
    answered: list[Listed] = []
    for at, one in enumerate(lists):
        found = candidates(one)
        if len(found) == 1:
            asked_for[found[0]].append(at)
            answered.append(replace(one, part=found[0]))
        else:
            answered.append(one.told(_no_file(one, [parts[place] for place in found], parts)))
    for place, rows in asked_for.items():
        if len(rows) > 1:
            for at, other in ((at, next(other for other in rows if other != at)) for at in rows):
                answered[at] = answered[at].told(_same(lists[at], lists[other], "file", parts[place]))
    return answered, [place for place in range(len(parts)) if place not in asked_for]


def apart(lists: Sequence[Listed]) -> list[Listed]:
    """Return the lists, those that would be one catalog told so (CONFLICTING_ROWS): nobody knows which of them was meant."""
    answered = list(lists)
    for code, rows in _by(lists, lambda one: one.code.casefold()).items():
        if code and len(rows) > 1:
            for at in rows:
                other = next(other for other in rows if other != at)
                column = "name" if lists[at].derived else "code"
                answered[at] = answered[at].told(_same(lists[at], lists[other], column, getattr(lists[at], column)))
    return answered


@dataclass(frozen=True, slots=True)
class Defaults:
    """What was said for all lists of an upload that do not say it themselves."""

    label: str = ""
    effective_from: date | None = None
    effective_to: date | None = None


def completed(lists: Sequence[Listed], defaults: Defaults) -> list[Listed]:
    """Return the lists with label and days, from the upload where the cover is silent; those that have none are told so (REQUIRED, DATE_ORDER)."""
    answered = []
    for one in lists:
        own_days = one.effective_from is not None
        full = replace(
            one,
            label=one.label or defaults.label,
            effective_from=one.effective_from or defaults.effective_from,
            effective_to=one.effective_to if own_days or one.effective_to else defaults.effective_to,
        )
        said = {found.column for found in one.problems}
        for name, title in (("label", "版本"), ("effective_from", "生效日期")):
            if not getattr(full, name) and name not in said:
                full = full.told(problem("REQUIRED", one.row, name, titles={name: title}))
        if full.effective_from and full.effective_to and full.effective_to < full.effective_from and not one.is_wrong:
            titles = {"effective_from": "生效日期", "effective_to": "失效日期"}
            words = {"first": ("effective_from",), "last": ("effective_to",)}
            value = full.effective_to.isoformat()
            full = full.told(problem("DATE_ORDER", one.row, "effective_to", value, titles=titles, **words))
        answered.append(full)
    return answered


FACTS: Final = ("name", "publisher", "province", "premium_cny", "insured_count", "note")


def differences(one: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the facts that a cover gives otherwise than a catalog has them: fact → (as it is, as given); what is not given differs in nothing."""
    return {
        fact: (there[fact], one[fact])
        for fact in FACTS
        if one[fact] not in (None, "") and one[fact] != there[fact] and not _reads_the_same(one[fact], there[fact])
    }


def _reads_the_same(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return norm(one) == norm(other)
    return one == other


def _by(lists: Sequence[Listed], key: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(lists):
        found[key(one)].append(at)
    return found


def _key(name: str) -> str:
    """Return the comparable form of a path or a sheet's name."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("\\", "/").strip()
    return re.sub(" ?/ ?", "/", re.sub(r"\s+", " ", plain)).removeprefix("./")


def _stem(name: str) -> str:
    return re.sub(r"\.(?:csv|xlsx|xlsm|xls|et|txt|tsv)$", "", name)


def _no_file(one: Listed, several: Sequence[str], parts: Sequence[str]) -> Problem:
    wanted = one.file or one.name
    if several:
        told = "、".join(shown(name, 60) for name in several[:_NAMED])
        hint = f"：有几个同名的，请写上文件夹（{told}）", f": several are called so; name the folder ({told})"
    else:
        near = get_close_matches(_key(wanted), {_key(part): part for part in parts}, 1, 0.6)
        hint = (f"（最接近的是“{near[0]}”）", f" (the nearest is “{near[0]}”)") if near else ("", "")
    return problem(
        "NO_SUCH_FILE", one.row, "file", one.file, wanted=shown(wanted, 80), hint_zh=hint[0], hint_en=hint[1]
    )


_SAME: Final = {
    "file": (
        "指向同一个文件或工作表",
        "name the same file or sheet",
        "每份清单一个文件。",
        "Give each list a file of its own.",
    ),
    "code": ("目录编码相同", "have the same code", "请改正其中一行的编码。", "Correct the code of one of them."),
    "name": (
        "产品名称和省份相同",
        "have the same name and province",
        "请填写目录编码以示区别。",
        "Give them codes that tell them apart.",
    ),
}


def _same(one: Listed, other: Listed, column: str, value: str) -> Problem:
    same_zh, same_en, mend_zh, mend_en = _SAME[column]
    words: dict[str, Any] = {"same_zh": same_zh, "same_en": same_en, "mend_zh": mend_zh, "mend_en": mend_en}
    return problem("CONFLICTING_ROWS", one.row, column, value, other=other.row, **words)
