"""Three lists become one: what one side did is taken, what both did is asked, and nothing comes or goes that nobody said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.merging import FIELDS, Conflict, line_up, merge, said

Entry = dict[str, Any]
List = dict[str, Entry]


def entry(code: str, **columns: Any) -> Entry:
    return {"entry_code": code, "generic_name": "甲片", **columns}


BASE = entry("E", note="", payment_standard="5.00", payment_standard_text="", icd10=["C34"])

CASES: list[tuple[str, Entry | None, Entry | None, Entry | None, Entry | None]] = [
    ("nobody", BASE, BASE, BASE, BASE),
    ("they alone", BASE, BASE | {"note": "他"}, BASE, BASE | {"note": "他"}),
    ("I alone", BASE, BASE, BASE | {"note": "我"}, BASE | {"note": "我"}),
    ("both alike", BASE, BASE | {"note": "同"}, BASE | {"note": "同"}, BASE | {"note": "同"}),
    (
        "each another field",
        BASE,
        BASE | {"note": "他"},
        BASE | {"icd10": ["C50"]},
        BASE | {"note": "他", "icd10": ["C50"]},
    ),
    ("they removed it", BASE, None, BASE, None),
    ("I removed it", BASE, BASE, None, None),
    ("both removed it", BASE, None, None, None),
    ("they removed what I only gave another code", BASE, None, BASE | {"entry_code": "M"}, None),
    ("I removed what they only gave another code", BASE, BASE | {"entry_code": "T"}, None, None),
    ("they added it", None, BASE, None, BASE),
    ("I added it", None, None, BASE, BASE),
    ("both added it alike", None, BASE, BASE, BASE),
    (
        "a price that is no number",
        BASE,
        BASE | {"payment_standard": None, "payment_standard_text": "*"},
        BASE | {"note": "我"},
        BASE | {"note": "我", "payment_standard": None, "payment_standard_text": "*"},
    ),
    (
        "another code",
        BASE,
        BASE | {"note": "他"},
        BASE | {"entry_code": "E2"},
        BASE | {"note": "他", "entry_code": "E2"},
    ),
]


@pytest.mark.parametrize(("base", "theirs", "mine", "outcome"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_what_one_side_did_is_taken(base: Any, theirs: Any, mine: Any, outcome: Any) -> None:
    result = merge(base, theirs, mine)

    assert (result.entry, result.conflicts) == (outcome, ())


THEIRS, MINE = BASE | {"note": "他", "icd10": ["C50"]}, BASE | {"note": "我"}
ASKED: list[tuple[str, Entry | None, Entry | None, Entry | None, list[Conflict], Entry | None, Entry | None]] = [
    (
        "one field",
        BASE,
        THEIRS,
        MINE,
        [Conflict("E", "note", None, "他", "我")],
        MINE | {"icd10": ["C50"]},
        MINE | {"icd10": ["C50"], "note": "他"},
    ),
    ("they removed what I changed", BASE, None, MINE, [Conflict("E", None, BASE, None, MINE)], MINE, None),
    ("I removed what they changed", BASE, THEIRS, None, [Conflict("E", None, BASE, THEIRS, None)], None, THEIRS),
    (
        "both added it",
        None,
        THEIRS,
        MINE,
        [Conflict("E", "icd10", None, ["C50"], ["C34"]), Conflict("E", "note", None, "他", "我")],
        MINE,
        THEIRS,
    ),
    (
        "both gave it a code",
        BASE,
        BASE | {"entry_code": "T"},
        BASE | {"entry_code": "M"},
        [Conflict("M", "entry_code", "E", "T", "M")],
        BASE | {"entry_code": "M"},
        BASE | {"entry_code": "T"},
    ),
]


@pytest.mark.parametrize("case", ASKED, ids=[case[0] for case in ASKED])
def test_what_both_did_is_asked_until_somebody_says(case: Any) -> None:
    _name, base, theirs, mine, conflicts, by_mine, by_theirs = case

    assert sorted(merge(base, theirs, mine).conflicts, key=str) == sorted(conflicts, key=str)
    assert merge(base, theirs, mine, "mine").entry == by_mine
    assert merge(base, theirs, mine, "theirs").entry == by_theirs
    assert not merge(base, theirs, mine, "mine").conflicts and not merge(base, theirs, mine, "theirs").conflicts


def test_nought_and_no_are_something_said() -> None:
    result = merge(
        entry("E", age_min=1, rare_disease=True),
        entry("E", age_min=0, rare_disease=False),
        entry("E", age_min=1, rare_disease=True),
    )

    assert result.entry == entry("E", age_min=0, rare_disease=False)


# --- Whole lists


def merged(base: List, theirs: List, mine: List, resolve: Any = None) -> tuple[List, list[Conflict]]:
    """Merge whole lists by their codes, as drafting does by the database."""

    def differing(other: List, name: str) -> list[tuple[str, Any, Any]]:
        return [
            (code, ("base", code) if code in base else None, (name, code) if code in other else None)
            for code in sorted(base.keys() | other.keys())
            if said(base.get(code)) != said(other.get(code))
        ]

    lists = {"base": base, "theirs": theirs, "mine": mine}
    outcome, conflicts = dict(mine), []
    for keys in line_up(differing(theirs, "theirs"), differing(mine, "mine")):
        before, other, own = (lists[key[0]][key[1]] if key else None for key in keys)
        code = (own or other or {}).get("entry_code", "")
        result = merge(before, other, own, (resolve or {}).get(code))
        conflicts += result.conflicts
        if own:
            del outcome[own["entry_code"]]
        if result.entry:
            outcome[result.entry["entry_code"]] = dict(result.entry)
    return outcome, conflicts


columns = st.fixed_dictionaries(
    {
        "generic_name": st.sampled_from(["甲片", "乙片"]),
        "note": st.sampled_from(["", "一", "二"]),
        "icd10": st.sampled_from([[], ["C34"], ["C50"]]),
        "age_min": st.sampled_from([None, 0, 18]),
    }
)
lists = st.dictionaries(st.sampled_from("ABCDE"), columns).map(
    lambda made: {code: {"entry_code": code, **row} for code, row in made.items()}
)


def alike(one: List, other: List) -> bool:
    return {code: said(row) for code, row in one.items()} == {code: said(row) for code, row in other.items()}


@given(base=lists, mine=lists)
def test_where_they_did_nothing_mine_stays(base: List, mine: List) -> None:
    outcome, conflicts = merged(base, base, mine)

    assert alike(outcome, mine) and not conflicts


@given(base=lists, theirs=lists)
def test_where_i_did_nothing_theirs_is_taken(base: List, theirs: List) -> None:
    outcome, conflicts = merged(base, theirs, base)

    assert alike(outcome, theirs) and not conflicts


@given(base=lists, theirs=lists, mine=lists)
def test_nothing_comes_back_and_nothing_goes_unsaid(base: List, theirs: List, mine: List) -> None:
    outcome, conflicts = merged(base, theirs, mine)
    asked = {one.entry_code for one in conflicts}

    for code in base.keys() - theirs.keys() - asked:
        assert code not in outcome
    for code in theirs.keys() - base.keys() - asked:
        assert code in outcome
    for code in (base.keys() & theirs.keys() & mine.keys()) - asked:
        for name in FIELDS:
            before, other, own, now = (one[code].get(name) for one in (base, theirs, mine, outcome))
            assert now == (other if own == before else own)


@given(base=lists, theirs=lists, mine=lists, side=st.sampled_from(["mine", "theirs"]))
def test_once_said_it_is_merged_and_merging_again_changes_nothing(
    base: List, theirs: List, mine: List, side: str
) -> None:
    codes = {one.entry_code for one in merged(base, theirs, mine)[1]}
    outcome, conflicts = merged(base, theirs, mine, dict.fromkeys(codes, side))

    assert not conflicts
    assert alike(merged(theirs, theirs, outcome)[0], outcome)


@given(base=lists, theirs=lists, mine=lists)
def test_the_sides_are_alike(base: List, theirs: List, mine: List) -> None:
    one, asked = merged(base, theirs, mine)
    other, asked_too = merged(base, mine, theirs)

    assert {(c.entry_code, c.field) for c in asked} == {(c.entry_code, c.field) for c in asked_too}
    if not asked:
        assert alike(one, other)
