"""What differs between two lists, held against a slow and obvious version on random lists, and told in a table of cases."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.change_weight import FIELDS, WEIGHTS, as_compared, compare
from catalog.drugs.dosage_forms import DosageForms
from catalog.entry_pairing import drug_part
from common import icd10
from common.text import as_read
from curation.comparing.compare import COUNTED, Result, compare_lists, counted, fields_of, pairs_of
from curation.comparing.grouping import By, Hashes, Light

FORMS = DosageForms(())
PLAIN = {name: [] if name in {"icd10", "settings", "criteria", "regulators", "marks"} else "" for name in FIELDS}
REMARKS = ("note", "source")
Row = dict[str, Any]


def entry(code: str, name: str = "甲", **fields: Any) -> Row:
    return {**PLAIN, "entry_code": code, "generic_name": name, "age_min": None, **fields}


# 乙 and 乙乙 are one drug under two names, as a master would tell.
def drug_of(row: Row) -> str:
    return {"乙乙": "乙"}.get(row["generic_name"], row["generic_name"]) or f" {row['class_code']}"


def disease_text(row: Row) -> str:
    if row["icd10"]:
        return ""
    given_facets = row["age_min"] is not None or row["settings"]
    return as_read(row["indication"]) or ("" if given_facets else as_read(row["restriction"]))


def terms(row: Row) -> tuple[Any, ...]:
    return tuple(str(row[name]) for name in FIELDS if name not in {"entry_code", *REMARKS})


def light(pk: int, row: Row) -> Light:
    return Light(
        pk,
        row["entry_code"],
        drug_of(row),
        row["class_code"],
        repr([row[name] for name in FIELDS]).encode(),
        row["icd10"],
        disease_text(row),
    )


class Rows:
    """Entries by their number, as the database gives them."""

    def __init__(self, rows: dict[int, Row]) -> None:
        self.rows = rows

    def read(self, ids: Sequence[int], columns: Sequence[str] = FIELDS) -> dict[int, Row]:
        return {pk: {name: self.rows[pk].get(name) for name in columns} for pk in ids}

    def hashes(self, ids: Sequence[int]) -> dict[int, Hashes]:
        found = {}
        for pk in ids:
            row = self.rows[pk]
            remarks = repr([row[name] for name in REMARKS]).encode()
            found[pk] = Hashes(repr(terms(row)).encode(), remarks, hash((row["age_min"], row.get("effective_to"))))
        return found


def fast(left: Sequence[Row], right: Sequence[Row], by: By, one_catalog: bool, speaks: Any = ((), ())) -> list[Result]:
    rows = dict(enumerate([*left, *right]))
    lights = [light(pk, row) for pk, row in rows.items()]
    return compare_lists(
        lights[: len(left)],
        lights[len(left) :],
        by=by,
        one_catalog=one_catalog,
        rows=Rows(rows),
        forms=FORMS,
        complete_for=speaks,
    )


# --- The slow version: every pair is looked at, with codes as a diagnosis would meet them.

DIAGNOSES = [f"{letter}{number:02}{sub}" for letter in "CD" for number in range(30, 40) for sub in ("", "1", "11")]


def together(one: Row, other: Row) -> bool:
    """Two entries of one drug are for the same disease."""
    texts = disease_text(one), disease_text(other)
    for_all = [not row["icd10"] and not text for row, text in zip((one, other), texts, strict=True)]
    if any(for_all):
        return True
    if any(texts):
        return texts[0] == texts[1]
    return any(
        any(icd10.falls_under(diagnosis, code) for code in one["icd10"])
        and any(icd10.falls_under(diagnosis, code) for code in other["icd10"])
        for diagnosis in DIAGNOSES
    )


def clusters(rows: list[tuple[int, Row]]) -> list[list[tuple[int, Row]]]:
    found: list[list[tuple[int, Row]]] = []
    for one in rows:
        touched = [group for group in found if any(together(one[1], other) for _side, other in group)]
        found = [group for group in found if group not in touched] + [sum(touched, []) + [one]]
    return found


def greedy(left: list[Row], right: list[Row], may: Any) -> list[tuple[Row | None, Row | None]]:
    """Pair what is most alike again and again, in the order of the files."""
    left, right, pairs = list(left), list(right), []
    while True:
        best = None
        for one in left:
            for other in right:
                alike = sum(
                    as_compared(one, name) == as_compared(other, name) for name in FIELDS if name != "entry_code"
                )
                if may(one, other) and (best is None or alike > best[0]):
                    best = alike, one, other
        if best is None:
            return [*pairs, *[(one, None) for one in left], *[(None, one) for one in right]]
        pairs.append(best[1:])
        left = [one for one in left if one is not best[1]]
        right = [one for one in right if one is not best[2]]


def exact_then_greedy(left: list[Row], right: list[Row]) -> list[tuple[Row | None, Row | None]]:
    left, right, pairs = list(left), list(right), []
    for one in list(left):
        twin = next((other for other in right if terms(one) == terms(other)), None)
        if twin is not None:
            pairs.append((one, twin))
            left = [other for other in left if other is not one]
            right = [other for other in right if other is not twin]
    return pairs + greedy(left, right, lambda *_both: True)


def weight_of(pairs: list[tuple[Row | None, Row | None]], by: By, forms: DosageForms) -> Any:
    weights = set()
    for one, other in pairs:
        if one is None or other is None:
            weights.add("major")
        else:
            same_code = other if by == "entry" else {**other, "entry_code": one["entry_code"]}
            weights.add(compare(one, same_code, forms=forms).weight)
    return next((weight for weight in WEIGHTS if weight in weights), None)


def naive(
    left: list[Row],
    right: list[Row],
    by: By,
    one_catalog: bool,
    *,
    drug_of: Callable[[Row], str] = drug_of,
    forms: DosageForms = FORMS,
) -> set[tuple[Any, ...]]:
    groups: list[tuple[list[Row], list[Row]]] = []
    if by == "entry":
        pairs = []
        rest_left, rest_right = list(left), list(right)
        for one in left:
            for other in right:
                if one["entry_code"] == other["entry_code"] and (one_catalog or drug_of(one) == drug_of(other)):
                    pairs.append((one, other))
                    rest_left = [row for row in rest_left if row is not one]
                    rest_right = [row for row in rest_right if row is not other]
        pairs += greedy(rest_left, rest_right, lambda one, other: drug_part(one) == drug_part(other))
        groups = [([row for row in (one,) if row], [row for row in (other,) if row]) for one, other in pairs]
    else:
        for drug in {drug_of(row) for row in (*left, *right)}:
            rows = [(side, row) for side, rows in enumerate((left, right)) for row in rows if drug_of(row) == drug]
            for group in clusters(rows) if by == "drug_indication" else [rows]:
                groups.append(tuple([row for side, row in group if side == which] for which in (0, 1)))  # type: ignore[arg-type]
    found = set()
    for lefts, rights in groups:
        pairs = [(lefts[0], rights[0])] if by == "entry" and lefts and rights else exact_then_greedy(lefts, rights)
        weight = weight_of(pairs, by, forms)
        alone = "left" if lefts else "right"
        kind = ("different" if weight in ("major", "minor") else "same") if lefts and rights else alone
        codes = (frozenset(row["entry_code"] for row in rows) for rows in (lefts, rights))
        found.add((kind, (weight or "") if kind == "same" else "", *codes))
    return found


def as_set(results: list[Result]) -> set[tuple[Any, ...]]:
    return {(one.kind, one.slight, frozenset(one.left), frozenset(one.right)) for one in results}


FEW = st.sampled_from(["", "", "一", "一。", "二"])
ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from([f"E{number}" for number in range(9)]),
        st.sampled_from(["甲", "甲", "乙", "乙乙", ""]),
        brand_name=st.sampled_from(["", "", "品"]),
        class_code=st.sampled_from(["", "XA", "XB"]),
        indication=FEW,
        restriction=FEW,
        icd10=st.lists(st.sampled_from(["C34", "C34.1", "C35", "C30-C34", "D31"]), max_size=2, unique=True),
        age_min=st.none() | st.integers(0, 1),
        note=st.sampled_from(["", "注"]),
    ),
    max_size=6,
    unique_by=lambda row: row["entry_code"],
)


@settings(max_examples=100)
@given(ENTRIES, ENTRIES, st.sampled_from(["drug", "drug_indication", "entry"]), st.booleans())
def test_two_lists_compare_as_looking_at_every_pair_tells(left: list[Row], right: list[Row], by: By, one: bool) -> None:
    results = fast(left, right, by, one)

    assert as_set(results) == naive(left, right, by, one)
    # Every entry of either side is in one result, and all are counted once.
    for side, rows in (("left", left), ("right", right)):
        codes = [code for result in results for code in getattr(result, side)]
        assert sorted(codes) == sorted(row["entry_code"] for row in rows)
    assert sum(counted(results)[kind] for kind in ("left", "right", "same", "different")) == len(results)
    assert results == sorted(results, key=lambda result: (result.drug, result.right or result.left, result.left))


@settings(max_examples=100)
@given(ENTRIES, ENTRIES, st.sampled_from(["drug", "drug_indication", "entry"]))
def test_turned_round_left_is_right_and_a_list_beside_itself_is_the_same(
    left: list[Row], right: list[Row], by: By
) -> None:
    turned = {"left": "right", "right": "left"}
    there, back = fast(left, right, by, False), fast(right, left, by, False)
    if by != "entry":  # which of several alike is paired with which may differ, and with it what is left over
        assert {(one.kind, one.left, one.right) for one in there if one.kind in turned} == {
            (turned[one.kind], one.right, one.left) for one in back if one.kind in turned
        }
    itself = fast(left, left, by, True)
    assert {one.kind for one in itself} <= {"same"}
    assert all(one.slight == "" for one in itself)


@pytest.mark.parametrize(
    ("left", "right", "by", "expected"),
    [
        # A salt, a form or an alias makes no other drug; how the name is written is told.
        ([entry("a", "乙")], [entry("b", "乙乙")], "drug", [("different", "", ("a",), ("b",))]),
        ([entry("a")], [entry("b")], "drug", [("same", "", ("a",), ("b",))]),
        ([entry("a")], [entry("b", note="注")], "drug", [("same", "remark", ("a",), ("b",))]),
        ([entry("a")], [entry("b")], "entry", [("same", "remark", ("a",), ("b",))]),
        # The width of a bracket is no difference; an age is.
        (
            [entry("a", indication="肺癌（晚期）。", icd10=["C34"])],
            [entry("b", indication="肺癌(晚期)", icd10=["C34"])],
            "drug",
            [("same", "typographic", ("a",), ("b",))],
        ),
        ([entry("a")], [entry("b", age_min=18)], "drug", [("different", "", ("a",), ("b",))]),
        # By disease: a category and a code below it are one; other diseases are apart.
        (
            [entry("a", icd10=["C34"])],
            [entry("b", icd10=["C34.1"]), entry("c", icd10=["C50"])],
            "drug_indication",
            [("different", "", ("a",), ("b",)), ("right", "", (), ("c",))],
        ),
        # Whoever names no disease is for all.
        (
            [entry("a")],
            [entry("b", icd10=["C34.1"]), entry("c", icd10=["C50"])],
            "drug_indication",
            [("different", "", ("a",), ("b", "c"))],
        ),
        # Two lists may number alike: a code means something within one list only.
        (
            [entry("1")],
            [entry("1", "丙")],
            "entry",
            [("right", "", (), ("1",)), ("left", "", ("1",), ())],
        ),
    ],
)
def test_what_becomes_of_a_drug(left: list[Row], right: list[Row], by: By, expected: list[tuple[Any, ...]]) -> None:
    assert sorted([one[:2] + one[3:5] for one in fast(left, right, by, False)], key=str) == sorted(expected, key=str)


def test_a_drug_listed_for_another_disease_is_told_apart() -> None:
    left = [entry("a", icd10=["C34"]), entry("b", "丙", icd10=["C34"]), entry("c", "丁", indication="某病")]
    right = [entry("x", icd10=["C50"]), entry("y", "丁", icd10=["C34"])]

    found = {one.left or one.right: one for one in fast(left, right, "drug_indication", False)}

    assert (found["a",].other_diseases, found["a",].uncoded) == (True, False)
    assert (found["b",].other_diseases, found["b",].uncoded) == (False, False)  # not on the right at all
    assert (found["c",].other_diseases, found["c",].uncoded) == (True, True)  # its words are not coded
    assert counted(found.values())["other_diseases"] == 4
    assert set(counted(found.values())) == set(COUNTED)


def test_what_a_list_does_not_speak_of_is_not_missing_by_a_decision() -> None:
    left = [entry("a", class_code="ZA01"), entry("b", "丙", class_code="XL01")]

    found = fast(left, [], "drug", True, speaks=((), ("X",)))

    assert {one.left[0]: one.spoken_of for one in found} == {"a": False, "b": True}


def test_fields_of_several_pairs_are_the_values_of_each_side() -> None:
    left = [entry("a", "甲片", age_min=1), entry("b", "甲胶囊", age_min=2, effective_to=date(2026, 1, 1))]
    right = [entry("c", "甲片", age_min=3), entry("d", "甲胶囊", age_min=3, effective_to=date(2026, 1, 1))]

    pairs = pairs_of(left, right, by="drug", forms=FORMS)

    assert [(pair.left and pair.left["entry_code"], pair.right and pair.right["entry_code"]) for pair in pairs] == [
        ("a", "c"),
        ("b", "d"),
    ]
    assert fields_of(pairs) == {"age_min": [[1, 2], 3]}
    assert fields_of(pairs[:1]) == {"age_min": [1, 3]}
