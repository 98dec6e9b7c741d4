"""The closure: the rows that can matter to a line give the same recognition as all rows (catalog/drugs/knowledge.py)."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.drugs.knowledge import Closure, Identity, Knowledge, KnownKeys, KnownRow
from catalog.drugs.recognise import recognise
from common.text import approval_key, norm

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)

FORMS = DosageForms([FormRow("片", "口服常释剂型"), FormRow("胶囊", "口服常释剂型"), FormRow("注射液", "注射剂")])

# Few names, codes and brands, so that rows meet in every way: shared codes, aliases of aliases, brands of two drugs.
NAMES = [base + form for base in ("甲药", "乙药", "丙药", "丁药", "戊药", "己药") for form in ("", "片")]
CODES = ["", "X" + "1" * 22, "X" + "2" * 22, "X" + "3" * 22, "Z" + "4" * 19]
ENTRY_CODES = [*CODES, "X11"]
APPROVALS = ["", "国药准字H1", "H2", "H3"]
BRANDS = ["", "牌一", "牌二", "甲药"]
MAKERS = ["", "甲厂", "乙厂"]
STRENGTHS = ["", "1mg", "2mg"]
SOME_FORM = ["", "片", "口服常释剂型", "注射液"]
CLASSES = ["", "XA01AA", "XB02BB"]

MASTERS = st.builds(
    KnownRow,
    source=st.just("master"),
    order=st.tuples(st.integers(0, 99)),
    generic_name=st.sampled_from(NAMES),
    national_code=st.sampled_from(CODES),
    approval_no=st.sampled_from(APPROVALS),
    aliases=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    dosage_form=st.sampled_from(SOME_FORM),
    brand_name=st.sampled_from(BRANDS),
    manufacturer=st.sampled_from(MAKERS),
    strength=st.sampled_from(STRENGTHS),
    class_code=st.sampled_from(CLASSES),
)
ENTRIES = st.builds(
    KnownRow,
    source=st.just("entry"),
    order=st.tuples(st.integers(0, 9), st.just("CIDL"), st.just("2025"), st.integers(0, 99).map(str)),
    generic_name=st.sampled_from(NAMES),
    national_code=st.sampled_from(ENTRY_CODES),
    approval_no=st.sampled_from(APPROVALS),
    dosage_form=st.sampled_from(SOME_FORM),
    brand_name=st.sampled_from(BRANDS),
    manufacturer=st.sampled_from(MAKERS),
    strength=st.sampled_from(STRENGTHS),
    class_code=st.sampled_from(CLASSES),
)
WORLDS = st.lists(MASTERS | ENTRIES, max_size=10, unique_by=lambda row: (row.source, row.order))
IDENTITIES = st.builds(
    Identity.of,
    national_code=st.sampled_from([*ENTRY_CODES, "XL"]),
    approval_no=st.sampled_from(APPROVALS),
    generic_name=st.sampled_from(["", *NAMES, "牌一", "牌二"]),
    dosage_form=st.sampled_from(SOME_FORM),
    brand_name=st.sampled_from(BRANDS),
    manufacturer=st.sampled_from(MAKERS),
    strength=st.sampled_from(STRENGTHS),
)


def rows_with(world: list[KnownRow], keys: KnownKeys, forms: DosageForms = FORMS) -> list[KnownRow]:
    """What a database answers to keys."""
    return [
        row
        for row in world
        if row.whole_code in keys.codes
        or approval_key(row.approval_no) in keys.approvals
        or norm(row.brand_name) in keys.brands
        or not keys.names.isdisjoint(forms.base_name(name).name for name in (row.generic_name, *row.aliases))
    ]


def closed(world: list[KnownRow], identities: list[Identity]) -> tuple[list[KnownRow], int]:
    closure = Closure(identities, FORMS)
    rounds = 0
    while keys := closure.missing_keys():
        closure.add(rows_with(world, keys))
        rounds += 1
    return closure.rows, rounds


@UNHURRIED
@given(WORLDS, IDENTITIES)
@example(
    # The longest way: an approval number, its code's first row, that row's alias owner, the owner's other row, its alias, a code.
    [
        KnownRow("master", (1,), "甲药", aliases=("乙药",)),
        KnownRow("master", (2,), "甲药", aliases=("丙药",)),
        KnownRow("entry", (1, "CIDL", "2025", "1"), "乙药", national_code=CODES[1]),
        KnownRow("entry", (2, "CIDL", "2025", "2"), "戊药", national_code=CODES[1], approval_no="H1"),
        KnownRow("entry", (3, "CIDL", "2025", "3"), "丙药", national_code=CODES[2], brand_name="牌一"),
        KnownRow("entry", (0, "CIDL", "2025", "4"), "丁药", national_code=CODES[2], brand_name="牌二"),
    ],
    Identity.of(approval_no="H1", generic_name="牌一"),
)
def test_the_closure_recognises_as_the_whole_world_does(world: list[KnownRow], identity: Identity) -> None:
    rows, rounds = closed(world, [identity])

    assert recognise(identity, Knowledge.build(rows, FORMS)) == recognise(identity, Knowledge.build(world, FORMS))
    assert rounds <= Closure.MAX_ROUNDS


@UNHURRIED
@given(WORLDS, IDENTITIES, st.lists(IDENTITIES, max_size=3), st.sets(st.integers(0, 9)))
def test_so_does_any_superset_of_it(
    world: list[KnownRow], identity: Identity, others: list[Identity], more: set[int]
) -> None:
    rows, _rounds = closed(world, [identity, *others])
    extra = [row for place, row in enumerate(world) if place in more and row not in rows]

    superset = Knowledge.build([*rows, *extra], FORMS)

    assert recognise(identity, superset) == recognise(identity, Knowledge.build(world, FORMS))


@UNHURRIED
@given(WORLDS, st.sampled_from(NAMES))
def test_the_masters_rows_of_a_name_tell_its_drug_as_the_whole_world_does(world: list[KnownRow], name: str) -> None:
    base = FORMS.base_name(name).name
    masters = [row for row in rows_with(world, KnownKeys(names=frozenset({base}))) if row.source == "master"]

    assert Knowledge.build(masters, FORMS).drug_of(base) == Knowledge.build(world, FORMS).drug_of(base)


@UNHURRIED
@given(WORLDS, IDENTITIES, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_does_not_matter(
    world: list[KnownRow], identity: Identity, random: object
) -> None:
    shuffled = list(world)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert recognise(identity, Knowledge.build(shuffled, FORMS)) == recognise(identity, Knowledge.build(world, FORMS))
