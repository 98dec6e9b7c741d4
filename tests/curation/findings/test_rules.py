"""What each kind finds and what it does not, case by case; and every kind against the naive version on random worlds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from curation.findings import rules_between_lists, rules_within_a_list
from curation.findings.causes import MOST_SINGLY, Cause, collected
from curation.findings.rules import RULES, causes
from curation.findings.world import World
from curation.vocabularies import FINDING_KINDS
from tests.curation.findings import naive
from tests.curation.findings.worlds import TODAY, edition, listing, names, product, random_world, world

OSI = {"generic_name": "奥希替尼片", "icd10": ["C34"]}


def keys(found: Any) -> set[tuple[str, ...]]:
    return {cause.key for cause in found}


def test_every_kind_of_the_page_has_a_rule() -> None:
    assert tuple(RULES) == FINDING_KINDS.codes


# ------------------------------------------------------------------------------------------------ against the naive version


@pytest.mark.parametrize("seed", range(30))
def test_rules_find_what_judging_every_line_on_every_day_finds(seed: int) -> None:
    at = random_world(seed)
    # Of text that is not coded no line can be judged: it is told apart below.
    coded = World(at.day, at.known_at, tuple(map(_coded, at.lists)), at.forms, at.products, at.master)

    assert keys(rules_between_lists.base_and_commercial(coded)) == naive.base_and_commercial(coded)
    assert keys(rules_between_lists.listed_and_excluded(coded)) == naive.listed_and_excluded(coded)
    assert keys(rules_within_a_list.same_drug_twice(coded)) == naive.same_drug_twice(coded)
    assert keys(rules_between_lists.moved(at)) == naive.moved(at)
    assert {
        cause.key: {one.entry_code for one in cause.places} for cause in rules_within_a_list.ending(coded)
    } == naive.ending(coded)
    assert keys(rules_within_a_list.uncoded(at)) == naive.uncoded(at)
    assert keys(rules_within_a_list.unknown_form(at)) == naive.unknown_form(at)
    assert keys(rules_within_a_list.product_without_list(at)) == naive.product_without_list(at)


def _coded(one: Any) -> Any:
    editions = [
        edition_with(each, tuple(entry for entry in each.entries if not entry.entry.uncoded)) for each in one.editions
    ]
    return listing(one.code, *editions, kind=one.kind, publisher=one.publisher, owner=one.owner)


def edition_with(one: Any, entries: tuple[Any, ...]) -> Any:
    from dataclasses import replace

    return replace(one, entries=entries)


def test_the_random_worlds_hold_every_kind() -> None:
    found = {cause.kind for seed in range(200) for cause in causes(random_world(seed))}

    assert found >= set(FINDING_KINDS.codes) - {"names_together", "unknown_drug"}


# ------------------------------------------------------------------------------------------------ paid by both


@pytest.mark.parametrize(
    ("commercial", "base", "is_found"),
    [
        (OSI, OSI, True),
        (OSI, {**OSI, "icd10": ["C34.1"]}, True),  # narrower, but some of the same
        (OSI, {**OSI, "icd10": ["C30-C39"]}, True),
        (OSI, {"generic_name": "奥希替尼"}, True),  # for every disease
        (OSI, {**OSI, "icd10": ["C50"]}, False),  # for other diseases
        (OSI, {**OSI, "icd10": ["C35-C39"]}, False),
        (OSI, {"generic_name": "奥希替尼片", "indication": "肺癌"}, False),  # not coded: nobody can tell
        (
            {"generic_name": "奥希替尼"},
            {"generic_name": "奥希替尼片", "indication": "肺癌"},
            True,
        ),  # whichever they are
        (OSI, {"generic_name": "奥希替尼注射液", "icd10": ["C34"]}, False),  # another form
        (OSI, {"generic_name": "甲磺酸奥希替尼", "dosage_form": "口服常释剂型"}, True),  # its group, another salt
        ({**OSI, "age_min": 18}, {**OSI, "age_max": 17}, False),  # other patients
        ({**OSI, "brand_name": "泰瑞沙"}, OSI, True),
        ({**OSI, "brand_name": "泰瑞沙"}, {**OSI, "brand_name": "别的"}, False),
        (OSI, {"generic_name": "索拉非尼", "icd10": ["C34"]}, False),
    ],
)
def test_a_drug_is_on_both_only_for_the_same_cases(
    commercial: dict[str, Any], base: dict[str, Any], is_found: bool
) -> None:
    at = world(
        listing("CIDL", edition(commercial), publisher="国家医疗保障局"),
        listing("NRDL", edition(base, kind="base"), kind="base", publisher="国家医疗保障局"),
    )

    assert bool(keys(rules_between_lists.base_and_commercial(at))) is is_found


def test_only_who_issues_a_base_list_says_what_the_fund_does_not_pay() -> None:
    base = listing("NRDL", edition(OSI, kind="base"), kind="base", publisher="国家医疗保障局")

    def found(publisher: str, **more: Any) -> bool:
        return bool(
            list(
                rules_between_lists.base_and_commercial(
                    world(base, listing("A", edition(OSI), publisher=publisher, **more))
                )
            )
        )

    assert found("国家医疗保障局")
    assert not found("中国保险行业协会")
    assert not found("")


def test_a_province_has_no_say_but_its_list_counts() -> None:
    at = world(
        listing("CIDL", edition(OSI), publisher="国家医疗保障局"),
        listing("NRDL", edition({"generic_name": "索拉非尼"}, kind="base"), kind="base", publisher="国家医疗保障局"),
        listing("SH", edition(OSI, kind="base"), kind="base", publisher="上海市医疗保障局"),
    )

    assert keys(rules_between_lists.base_and_commercial(at)) == {("CIDL", "SH", "奥希替尼")}


# ------------------------------------------------------------------------------------------------ excluded


@pytest.mark.parametrize(
    ("excluding", "is_found"),
    [
        ({"generic_name": "奥希替尼"}, True),
        ({"generic_name": "奥希替尼", "icd10": ["C34.1"]}, True),
        ({"generic_name": "奥希替尼", "icd10": ["C50"]}, False),
        ({"class_code": "XL01"}, True),
        ({"class_code": "XL02"}, False),
        ({"class_code": "XL01", "dosage_form": "注射剂"}, False),
        ({"dosage_form": "口服常释剂型"}, True),
        ({"icd10": ["C30-C39"]}, True),
        ({"icd10": ["Z41"]}, False),
        ({"icd10": ["C34"], "sex": "F"}, True),
        ({"settings": ["retail_pharmacy"]}, False),  # where a case was says nothing of a list
        ({"criteria": ["COSMETIC=美容"]}, False),
        ({"indication": "美容"}, False),  # text selects nothing
    ],
)
def test_what_a_negative_list_takes(excluding: dict[str, Any], is_found: bool) -> None:
    at = world(
        listing("COM", edition({**OSI, "class_code": "XL01EB"})),
        listing("NEG", edition(excluding, kind="negative"), kind="negative"),
    )

    assert bool(keys(rules_between_lists.listed_and_excluded(at))) is is_found


def test_a_class_that_another_list_gives_the_drug_counts() -> None:
    lists = (
        listing("COM", edition(OSI)),
        listing("NEG", edition({"class_code": "XL01"}, kind="negative"), kind="negative"),
    )

    assert not keys(rules_between_lists.listed_and_excluded(world(*lists)))
    assert keys(rules_between_lists.listed_and_excluded(world(*lists, classes={"奥希替尼": frozenset({"XL01EB"})})))


def test_an_insurers_own_lists_are_never_held_against_anothers() -> None:
    negative = edition({"generic_name": "奥希替尼"}, kind="negative")

    def found(owner: int | None, other: int | None) -> list[int | None]:
        at = world(listing("A", edition(OSI), owner=owner), listing("N", negative, kind="negative", owner=other))
        return [cause.owner for cause in rules_between_lists.listed_and_excluded(at)]

    assert found(None, None) == [None]
    assert found(1, None) == [1] and found(None, 2) == [2] and found(1, 1) == [1]
    assert found(1, 2) == []


# ------------------------------------------------------------------------------------------------ moved


def _moves(gone: str, came: str, **more: Any) -> dict[tuple[str, ...], Any]:
    other = {"generic_name": "索拉非尼"}
    at = world(
        listing(
            "A",
            edition(OSI, other, label="1", starts="2025-07-01"),
            edition(other, label="2", starts=gone, complete_for=more.pop("complete_for", ())),
        ),
        listing("B", edition(other, label="1", starts="2025-07-01"), edition(OSI, other, label="2", starts=came)),
        **more,
    )
    return {cause.key: cause.days for cause in rules_between_lists.moved(at)}


def test_a_move_is_out_of_one_list_and_into_another_within_92_days() -> None:
    key = "A", "B", "奥希替尼"

    assert set(_moves("2026-01-01", "2026-01-01")) == {key}
    assert set(_moves("2026-01-01", "2026-04-03")) == {key}  # the 92nd day
    assert set(_moves("2026-01-01", "2026-04-04")) == set()
    assert set(_moves("2026-04-03", "2026-01-01")) == {key}  # it may come before it goes
    assert set(_moves("2026-08-01", "2026-07-01")) == {key}  # known today, to be
    assert {str(one) for one in _moves("2026-01-01", "2026-02-01")[key].values()} == {"2026-01-01", "2026-02-01"}


def test_what_a_list_no_longer_speaks_of_is_not_gone() -> None:
    at = world(
        listing(
            "A",
            edition({**OSI, "class_code": "ZA01"}, label="1", starts="2025-07-01"),
            edition({"generic_name": "索拉非尼"}, label="2", starts="2026-01-01", complete_for=("X",)),
        ),
        listing("B", edition(OSI, label="2", starts="2026-01-01")),
    )

    assert keys(rules_between_lists.moved(at)) == set()


def test_a_withdrawn_edition_moves_nothing() -> None:
    lists = [
        listing(
            "A",
            edition(OSI, label="1", starts="2025-07-01"),
            edition(
                {"generic_name": "索拉非尼"},
                label="2",
                starts="2026-01-01",
                withdrawn=datetime(2026, 5, 1, tzinfo=UTC),
            ),
        ),
        listing("B", edition(OSI, label="2", starts="2026-01-01")),
    ]

    assert keys(rules_between_lists.moved(world(*lists))) == set()
    assert keys(rules_between_lists.moved(world(*lists, known_at=datetime(2026, 4, 1, tzinfo=UTC)))) == {
        ("A", "B", "奥希替尼")
    }


# ------------------------------------------------------------------------------------------------ what ends


def test_an_edition_ends_within_60_days_and_nothing_follows() -> None:
    def found(ends: str, *more: Any) -> set[tuple[str, ...]]:
        return keys(rules_within_a_list.ending(world(listing("COM", edition(OSI, ends=ends), *more))))

    assert found("2026-06-01") == {("COM", "2026-06-01")}
    assert found("2026-07-31") == {("COM", "2026-07-31")}
    assert found("2026-08-01") == set()
    assert found("2026-05-31") == set()
    assert found("2026-07-31", edition(OSI, label="v2", starts="2026-08-01")) == set()
    assert found("2026-07-31", edition(OSI, label="v2", starts="2026-09-01")) == {("COM", "2026-07-31")}


def test_agreements_that_end_are_one_finding_a_day_and_what_goes_on_is_none() -> None:
    ends = day_of("2026-06-30")
    at = world(
        listing(
            "COM",
            edition(
                {**OSI, "effective_to": ends},
                {"generic_name": "索拉非尼", "effective_to": ends},
                {"generic_name": "索拉非尼", "effective_from": day_of("2026-07-01"), "entry_code": "next"},
                {**OSI, "icd10": ["C50"], "entry_code": "other-disease"},
            ),
        )
    )

    assert [(cause.key, [one.entry_code for one in cause.places]) for cause in rules_within_a_list.ending(at)] == [
        (("COM", "2026-06-30"), ["E1"])
    ]


def day_of(text: str) -> Any:
    return type(TODAY).fromisoformat(text)


# ------------------------------------------------------------------------------------------------ products


def test_products_that_refer_to_nothing() -> None:
    lists = [
        listing("COM", edition(OSI, label="v1"), edition(OSI, label="v2", starts="2026-03-01")),
        listing("OLD", edition(OSI, ends="2026-02-01")),
        listing("OUT", edition(OSI, withdrawn=datetime(2026, 1, 5, tzinfo=UTC))),
        listing("B-OWN", edition(OSI), owner=2),
    ]
    references = [
        ("COM", None),
        ("COM", "v1"),
        ("COM", "v2"),
        ("OLD", None),
        ("OLD", "v1"),
        ("OUT", "v1"),
        ("B-OWN", None),
    ]
    at = world(*lists, products=(product("P", *references),))

    assert {cause.key[1:]: cause.text for cause in rules_within_a_list.product_without_list(at)} == {
        ("COM", "v1"): "replaced",
        ("OLD", ""): "nothing_in_force",
        ("OUT", "v1"): "withdrawn",
        ("B-OWN", ""): "nothing_in_force",
    }


# ------------------------------------------------------------------------------------------------ not known


def test_names_the_master_does_not_know_only_where_there_is_one() -> None:
    lists = listing("COM", edition(OSI, {"generic_name": "索拉非尼片"}, {"generic_name": "多吉美尼"}))
    master = names(("奥希替尼", []), ("别的", ["多吉美尼"]))

    assert keys(rules_within_a_list.unknown_drug(world(lists))) == set()
    assert keys(rules_within_a_list.unknown_drug(world(lists, master=master))) == {("COM", "索拉非尼")}


def test_forms_outside_the_table_one_finding_a_form() -> None:
    forms = ["片", "片剂", "注射剂", "口服常释剂型(不含胶囊)", "散", "散", "口服常释剂型(不含散)"]
    at = world(listing("COM", edition(*({"generic_name": "甲", "dosage_form": form} for form in forms))))

    assert {cause.key[1]: len(cause.places) for cause in rules_within_a_list.unknown_form(at)} == {
        "散": 2,
        "口服常释剂型(不含散)": 1,
    }


@pytest.mark.parametrize(
    ("cells", "master", "is_found"),
    [
        ([("10", "埃索美拉唑", 1), ("10.2", "艾司奥美拉唑", 1)], (), True),
        ([("10", "埃索美拉唑", 1), ("10.2", "艾司奥美拉唑", 1)], [("埃索美拉唑", ["艾司奥美拉唑"])], False),
        ([("10", "埃索美拉唑", 1), ("11", "艾司奥美拉唑", 2)], (), False),  # of two rows
        ([("10", "奥希替尼片", 1), ("10.2", "奥希替尼胶囊", 1)], (), False),  # two forms of one drug
        ([("10", "埃索美拉唑(艾司奥美拉唑)", 1)], (), True),  # kept whole by a plain reading
        ([("10", "埃索美拉唑(艾司奥美拉唑)", 1)], [("埃索美拉唑", ["艾司奥美拉唑"])], False),
        ([("10", "硝苯地平(Ⅰ)", 1)], (), False),
    ],
)
def test_names_in_one_cell(cells: list[tuple[str, str, int]], master: Any, is_found: bool) -> None:
    entries = ({"entry_code": code, "generic_name": name, "row_no": row} for code, name, row in cells)
    at = world(listing("COM", edition(*entries)), master=names(*master))

    assert bool(keys(rules_within_a_list.names_together(at))) is is_found


def test_text_not_coded_is_told_once_a_text_and_of_editions_to_come_too() -> None:
    at = world(
        listing(
            "COM",
            edition({"generic_name": "甲", "indication": "肺癌"}, {"generic_name": "乙", "indication": "肺癌"}),
            edition({"generic_name": "甲", "restriction": "限二线"}, label="v2", starts="2026-09-01"),
        )
    )

    assert {cause.key: (cause.editions, len(cause.places)) for cause in rules_within_a_list.uncoded(at)} == {
        ("COM", "肺癌"): ((("COM", "v1"),), 2),
        ("COM", "限二线"): ((("COM", "v2"),), 1),
    }


# ------------------------------------------------------------------------------------------------ twice


@pytest.mark.parametrize(
    ("one", "other", "is_found"),
    [
        ({"payment_standard": "5"}, {"icd10": ["C34.1"], "payment_standard": "7"}, True),
        ({"payment_standard": "5"}, {"icd10": ["C50"], "payment_standard": "7"}, False),
        ({"payment_standard": "5"}, {"icd10": ["C34.1"], "payment_standard": "5"}, False),
        ({"prior_auth": True}, {"sex": "F"}, True),
        ({"max_quantity": "30"}, {"brand_name": "泰瑞沙"}, True),
        ({"reimbursement_class": "A"}, {"sex": "F", "reimbursement_class": "B"}, True),
        ({"reimbursement_class": "A"}, {"sex": "F"}, False),  # not given says nothing
        ({"sex": "M", "payment_standard": "5"}, {"sex": "F"}, False),
    ],
)
def test_one_drug_twice(one: dict[str, Any], other: dict[str, Any], is_found: bool) -> None:
    at = world(listing("COM", edition({**OSI, **one}, {**OSI, **other})))

    assert bool(keys(rules_within_a_list.same_drug_twice(at))) is is_found


# ------------------------------------------------------------------------------------------------ too many


def test_too_many_of_a_kind_in_a_list_are_told_as_one_that_a_later_edition_opens_anew() -> None:
    def many(label: str, count: int) -> list[Cause]:
        entries = ({"generic_name": f"药{number}", "indication": f"病{number}"} for number in range(count))
        return collected(rules_within_a_list.uncoded(world(listing("COM", edition(*entries, label=label)))))

    assert len(many("v1", MOST_SINGLY)) == MOST_SINGLY
    (one,) = many("v1", MOST_SINGLY + 1)
    assert (one.together, len(one.places)) == (MOST_SINGLY + 1, MOST_SINGLY + 1)
    assert one.identity == many("v1", MOST_SINGLY + 5)[0].identity
    assert one.identity != many("v2", MOST_SINGLY + 1)[0].identity
