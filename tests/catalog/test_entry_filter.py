"""Finding entries: what is not coded is what eligibility 4.2 calls so; what a merge is said to take over is what it takes over."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

import pytest

from catalog import entry_editing
from catalog.entry_filter import Wanted, codes_found
from catalog.merge_preview import incoming, read_taken
from catalog.models import Catalog, CatalogVersion, EntryEdit
from catalog.refusals import Conflicts
from tests.conftest import imported, published

pytestmark = pytest.mark.django_db

# Each entry's columns, and whether its text is not coded.
TEXTS = {
    "nothing said": ("", False),
    "indication alone": ("肺癌,,,,,,,,", True),
    "indication with codes": ("肺癌,C34,,,,,,,", False),
    "indication, only the age coded": ("肺癌,,,18,,,,,", True),
    "restriction alone": (",,,,,,,限二线用药,", True),
    "restriction with codes": (",C34,,,,,,限肺癌,", False),
    "restriction with sex": (",,F,,,,,限女性,", False),
    "restriction with the least age": (",,,18,,,,限成人,", False),
    "restriction with the greatest age": (",,,,17,,,限儿童,", False),
    "restriction with settings": (",,,,,inpatient,,限住院,", False),
    "restriction with a level": (",,,,,,2,限二级以上,", False),
    "restriction with criteria": (",,,,,,,限阳性,EGFR=阳性", False),
    "codes without text": (",C34,,,,,,,", False),
}
HEAD = (
    "entry_code,generic_name,indication,icd10,sex,age_min,age_max,settings,min_institution_level,restriction,criteria\n"
)


def listed() -> str:
    return HEAD + "".join(f"E-{n:02d},药品{n}片,{row or ',' * 8}\n" for n, (row, _is) in enumerate(TEXTS.values()))


@pytest.mark.parametrize("kind", ["commercial", "base", "reference"])
def test_what_is_not_coded_is_found(make_catalog: Callable[..., Catalog], kind: str) -> None:
    version = imported(make_catalog("LST", kind=kind), listed()).version
    assert version is not None

    found = set(codes_found(version, Wanted(uncoded=True)))

    assert found == {f"E-{n:02d}" for n, (_row, uncoded) in enumerate(TEXTS.values()) if uncoded}


@pytest.mark.parametrize("kind", ["negative", "base_exclusion"])
def test_nothing_of_a_list_of_what_is_not_paid_is_called_not_coded(
    make_catalog: Callable[..., Catalog], kind: str
) -> None:
    version = imported(make_catalog("LST", kind=kind), listed()).version
    assert version is not None

    assert list(codes_found(version, Wanted(uncoded=True))) == []


ROWS = {n: f"E-{n},药品{n}片,C3{n},{n}mg\n" for n in range(1, 8)}


def of_rows(rows: dict[int, str]) -> str:
    return "entry_code,generic_name,icd10,strength\n" + "".join(rows.values())


@pytest.fixture
def behind(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    """Every way in which a draft and the edition it follows can differ from the base."""
    catalog = make_catalog()
    published(catalog, of_rows(ROWS), label="v1")
    draft = imported(catalog, of_rows(ROWS), label="v2", effective_from=date(2026, 6, 1)).version
    assert draft is not None
    for n, values in ((1, {"strength": "80mg"}), (2, {"strength": "20mg"}), (3, {"strength": "30mg"})):
        entry_editing.change_entry(version=draft, entry_code=f"E-{n}", values=values, by="alice")
    for n in (4, 5):
        entry_editing.remove_entry(version=draft, entry_code=f"E-{n}", by="alice")
    theirs = ROWS | {
        1: "E-1,药品1片,C31,40mg\n",  # both, not alike
        2: "E-2,药品2片,C50,2mg\n",  # both, in two columns
        4: "E-4,药品4片,C34,44mg\n",  # removed here, changed there
        6: "E-6,药品6片,C36,66mg\n",  # there alone
        8: "E-8,药品8片,C38,8mg\n",  # came there
    }
    del theirs[5], theirs[7]  # went on both sides; there alone
    published(catalog, of_rows(theirs), label="v1b", effective_from=date(2026, 3, 1), by="erin")
    return entry_editing.compared_anew(CatalogVersion.objects.get(pk=draft.pk))


def test_what_a_merge_is_said_to_do_is_what_it_does(behind: CatalogVersion) -> None:
    told = incoming(behind)
    with pytest.raises(Conflicts) as refused:
        entry_editing.merge_base(version=behind, by="alice")

    asked = [asdict(conflict) for one in told.conflicts for conflict in one.conflicts]
    assert asked == refused.value.more["conflicts"]
    assert {one.entry_code: one.kind for one in read_taken(told.taken)} == {
        "E-2": "changed",
        "E-6": "changed",
        "E-7": "removed",
        "E-8": "added",
    }
    assert told.counts == {"added": 1, "changed": 2, "removed": 1}

    entry_editing.merge_base(
        version=behind, by="alice", resolve=dict.fromkeys([one.entry_code for one in told.conflicts], "mine")
    )

    merged = EntryEdit.objects.filter(kind="merged").values_list("entry_code", flat=True)
    assert sorted(merged) == ["E-2", "E-6", "E-7", "E-8"]
    assert incoming(CatalogVersion.objects.get(pk=behind.pk)).taken == ()
