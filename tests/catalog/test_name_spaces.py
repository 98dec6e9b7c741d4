"""Two insurers and the office with the same codes: each makes, reads, refers to and gets its own, and nothing of one shows or is taken."""

import copy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog import services
from catalog.log.services import leaves_of
from catalog.models import Catalog, LogLeaf
from insurers import key_issuing
from insurers.models import Insurer
from insurers.products_reached import products_naming
from tests.conftest import Api, Once, published, withdrawn

SCOPES = ["catalog:read", "catalog:write", "coverage:read", "claims:check", "products:write"]
WHOSE = {"a": "阿司匹林片", "b": "布洛芬片", "office": "奥希替尼片"}
# A claim for what the list of A takes, by its product.
CLAIM = {
    "product": "P",
    "claim_no": "C-1",
    "service_date": "2026-03-01",
    "diagnoses": ["C34.1"],
    "setting": "outpatient",
    "member": {"member_ref": "m-1"},
    "lines": [{"line_no": 1, "generic_name": WHOSE["a"], "quantity": "1", "amount": "100.00"}],
}


def a_list(drug: str) -> str:
    return f"entry_code,generic_name\n{drug},{drug}\n"


@pytest.fixture
def keys(insurer: Insurer, other_insurer: Insurer, checker: Api) -> dict[str, Api]:
    def key(of: Insurer) -> Api:
        return Api(key_issuing.issue_insurer_key(insurer=of, scopes=SCOPES, by="root")[1])

    return {"a": key(insurer), "b": key(other_insurer), "office": checker}


def made(api: Api, code: str = "X", **more: Any) -> Any:
    return api.post("/catalogs/", {"code": code, "name": f"{code} {more}", "kind": "commercial", **more})


def product(api: Api, *references: dict[str, str], code: str = "P") -> Any:
    api.post("/products/", {"code": code, "name": code})
    terms = {
        "label": "v1",
        "effective_from": "2026-01-01",
        "benefits": [{"code": "drugs", "catalogs": list(references), "ratio": "0.8000", "scope": "any"}],
    }
    created = api.post(f"/products/{code}/versions/", terms)
    assert created.status_code == 201, created.json()
    return api.post(f"/products/{code}/versions/v1/publish/", {})


def paid(api: Api, drug: str, code: str = "P") -> dict[str, Any]:
    answer = api.get(f"/products/{code}/coverage/", {"generic_name": drug, "date": "2026-03-01"})
    assert answer.status_code == 200, answer.json()
    return answer.json()


@pytest.fixture(scope="module")
def made_three(once: Once) -> dict[str, Catalog]:
    def make() -> dict[str, Catalog]:
        a, b = (Insurer.objects.create(code=code, name=code) for code in ("INS-A", "INS-B"))
        lists = {
            who: services.create_catalog(code="X", name=f"X {who}", kind="commercial", by="alice", owner_id=owner)
            for who, owner in (("a", a.pk), ("b", b.pk), ("office", None))
        }
        for who, catalog in lists.items():
            published(catalog, a_list(WHOSE[who]), label="v1")
        return lists

    return once(make)


@pytest.fixture
def three(made_three: dict[str, Catalog], db: None) -> dict[str, Catalog]:
    """A list X of each insurer, then one of the office, each with a drug of its own and published under the same label."""
    return copy.deepcopy(made_three)


def drugs_in(api: Api, code: str) -> list[str]:
    answer = api.get(f"/catalogs/{code}/versions/v1/entries/")
    return (
        [one["generic_name"] for one in answer.json()["results"]] if answer.status_code == 200 else [answer.status_code]
    )


@pytest.mark.parametrize(
    ("who", "code", "found"),
    [
        ("a", "X", "a"),
        ("b", "X", "b"),
        ("office", "X", "office"),
        ("a", ":X", "office"),
        ("a", "INS-A:X", "a"),
        ("a", "INS-B:X", None),
        ("b", "INS-A:X", None),
        ("office", "INS-A:X", "a"),
        ("office", "INS-B:X", "b"),
        ("office", "INS-C:X", None),
    ],
)
def test_each_reads_its_own_list_by_its_code(
    three: dict[str, Catalog], keys: dict[str, Api], who: str, code: str, found: str | None
) -> None:
    assert drugs_in(keys[who], code) == ([WHOSE[found]] if found else [404])
    for path in ("", "in-force/", "versions/", "versions/v1/", "changes/", "versions/v1/export.csv"):
        assert keys[who].get(f"/catalogs/{code}/{path}", {}).status_code == (200 if found else 404), path


def test_a_list_of_lists_shows_each_its_own_and_the_offices(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    shown = {
        who: sorted((one["code"], one["owner"] or "") for one in api.get("/catalogs/").json()["results"])
        for who, api in keys.items()
    }
    assert shown == {
        "a": [("X", ""), ("X", "INS-A")],
        "b": [("X", ""), ("X", "INS-B")],
        "office": [("X", ""), ("X", "INS-A"), ("X", "INS-B")],
    }


def test_each_product_pays_by_what_its_insurer_means(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    for who in ("a", "b"):
        product(keys[who], {"catalog": "X"})
        outcomes = {drug: paid(keys[who], drug)["outcome"] for drug in WHOSE.values()}
        assert [drug for drug, outcome in outcomes.items() if outcome == "covered"] == [WHOSE[who]]
    product(keys["a"], {"catalog": ":X", "label": "v1"}, code="OFFICE")
    answer = paid(keys["a"], WHOSE["office"], code="OFFICE")
    assert (answer["outcome"], answer["match"]["catalog"]) == ("covered", ":X")
    assert answer["match"]["checksum"] == three["office"].versions.get().checksum


def test_which_products_a_list_reaches_goes_by_what_they_mean(
    three: dict[str, Catalog], keys: dict[str, Api], insurer: Insurer
) -> None:
    product(keys["a"], {"catalog": "X"}, code="OWN")
    product(keys["a"], {"catalog": ":X"}, code="OFFICE")
    product(keys["b"], {"catalog": "X", "label": "v1"}, code="THEIRS")
    reached = {
        who: [one.version.product.code for one in products_naming(catalog, three["a"].created_at.date(), None).shown]
        for who, catalog in three.items()
    }
    assert reached == {"a": ["OWN"], "b": ["THEIRS"], "office": ["OFFICE"]}


def test_an_insurers_upload_goes_to_its_own_list(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    file = SimpleUploadedFile("list.csv", a_list("对乙酰氨基酚片").encode())
    assert keys["a"].upload("/imports/", file, catalog="X", label="v2", effective_from="2026-06-01").status_code == 202
    assert {who: one.imports.filter(label="v2").count() for who, one in three.items()} == {"a": 1, "b": 0, "office": 0}
    file.seek(0)
    sent = keys["a"].upload("/imports/", file, catalog=":X", label="v2", effective_from="2026-06-01")
    assert (sent.status_code, sent.json()["code"]) == (403, "not_yours")


def test_the_log_names_shared_lists_alone(three: dict[str, Catalog]) -> None:
    withdrawn(three["a"].versions.get())
    assert [(one.catalog, one.deed) for one in LogLeaf.objects.all()] == [("X", "published")]
    assert {who: len(leaves_of(one.versions.get())) for who, one in three.items()} == {"a": 0, "b": 0, "office": 1}


def test_comparing_and_the_matrix_mean_the_askers_lists(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    for who, (left, right) in {"a": ("X", ":X"), "office": ("INS-A:X", "X")}.items():
        answer = keys[who].get("/compare/", {"left": left, "right": right, "date": "2026-03-01"}).json()
        assert {one["drug"]["generic_name"] for one in answer["results"]} == {"阿司匹林", "奥希替尼"}
    asked = {"catalogs": "INS-A:X,X,INS-B:X", "date": "2026-03-01"}
    rows = keys["office"].get("/matrix/", asked).json()["results"]
    listed = {row["drug"]["base_name"]: [cell["listed"] for cell in row["cells"].values()] for row in rows}
    assert listed == {
        "阿司匹林": ["full", "no", "no"],
        "奥希替尼": ["no", "full", "no"],
        "布洛芬": ["no", "no", "full"],
    }


def test_a_held_copy_is_held_against_the_list_that_is_meant(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    held = [
        {"catalog": name, "version": "v1", "checksum": three[who].versions.get().checksum}
        for name, who in (("X", "a"), (":X", "office"), ("X", "office"))
    ]
    answers = keys["a"].post("/manifest/check/", held).json()["results"]
    assert [one["status"] for one in answers] == ["current", "current", "altered"]
    assert answers[0]["export"] is None and "/catalogs/X/" in answers[2]["export"]


# Who → the lists of the world `three` by the addresses under which it is told of them.
TOLD = {
    "a": {"X": "a", ":X": "office"},
    "b": {"X": "b", ":X": "office"},
    "office": {"X": "office", "INS-A:X": "a", "INS-B:X": "b"},
}
OWNERS = {"a": "INS-A", "b": "INS-B", "office": None}


def told(who: str) -> dict[str, str | None]:
    return {address: OWNERS[whose] for address, whose in TOLD[who].items()}


@pytest.mark.parametrize("who", TOLD)
def test_whatever_lists_every_list_tells_each_by_an_address_that_opens_it(
    three: dict[str, Catalog], keys: dict[str, Api], who: str
) -> None:
    api = keys[who]
    for query in ({}, {"deltas": "false"}):
        fed = api.get("/changes/", query).json()["results"]
        assert {one["catalog"]: one["owner"] for one in fed} == told(who)
    listed = api.get("/catalogs/").json()["results"]
    assert {one["address"]: one["owner"] for one in listed} == told(who)
    for address, whose in TOLD[who].items():
        assert drugs_in(api, address) == [WHOSE[whose]]
        own = api.get(f"/catalogs/{address}/changes/").json()
        assert [(one["catalog"], one["owner"]) for one in (own, *own["results"])] == [(address, OWNERS[whose])] * 2
        (drug,) = api.get("/drugs/", {"q": WHOSE[whose]}).json()["results"]
        for path in ("listings", "history"):
            found = api.get(f"/drugs/{drug['id']}/{path}/", {"date": "2026-03-01"} if path == "listings" else {}).json()
            assert [(one["catalog"], one["owner"]) for one in found["results"]] == [(address, OWNERS[whose])], path


def test_a_cursor_goes_on_in_the_list_it_was_given_for_alone(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    cursors = {address: keys["a"].get(f"/catalogs/{address}/changes/").json()["cursor"] for address in TOLD["a"]}
    answers = {
        (of, at): keys["a"].get(f"/catalogs/{at}/changes/", {"since": cursor}).status_code
        for of, cursor in cursors.items()
        for at in TOLD["a"]
    }
    assert answers == {("X", "X"): 200, (":X", ":X"): 200, ("X", ":X"): 400, (":X", "X"): 400}


@pytest.mark.parametrize("who", TOLD)
def test_fhir_knows_each_entry_by_an_identifier_of_its_own(
    three: dict[str, Catalog], keys: dict[str, Api], who: str
) -> None:
    def found(**query: str) -> list[dict[str, Any]]:
        answer = keys[who].client.get("/fhir/R4/Basic", query, headers=keys[who].headers).json()
        return [one["resource"] for one in answer.get("entry", ())]

    names = {address if whose == "office" else f"{OWNERS[whose]}:X": whose for address, whose in TOLD[who].items()}
    names = {name.lstrip(":"): whose for name, whose in names.items()}
    identifiers = {one["code"]["text"]: one["identifier"][0] for one in found()}
    assert {drug: one["value"] for drug, one in identifiers.items()} == {
        WHOSE[whose]: f"{name}@v1/{WHOSE[whose]}" for name, whose in names.items()
    }
    for drug, one in identifiers.items():
        assert [hit["code"]["text"] for hit in found(identifier=f"{one['system']}|{one['value']}")] == [drug]
    for address, whose in TOLD[who].items():
        assert [hit["code"]["text"] for hit in found(formulary=address)] == [WHOSE[whose]]
        (entry,) = found(formulary=f"{address}@v1")
        (reference,) = [one for one in entry["extension"] if "FormularyReference" in one["url"]]
        named = reference["valueReference"]["identifier"]
        assert found(formulary=f"{named['system']}|{named['value']}") == [entry]
        path = f"/fhir/R4/Basic/{entry['id']}"
        assert keys[who].client.get(path, headers=keys[who].headers).status_code == 200


def test_a_plan_names_its_lists_as_their_entries_do(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    product(keys["a"], {"catalog": "X"}, {"catalog": ":X", "label": "v1"})
    answer = keys["a"].client.get("/fhir/R4/InsurancePlan", headers=keys["a"].headers).json()
    (coverage,) = answer["entry"][0]["resource"]["coverage"]
    named = [one["valueReference"]["identifier"]["value"] for one in coverage["extension"]]
    assert named == ["INS-A:X", "X@v1"]


def test_a_receipt_names_lists_so_that_a_stranger_knows_them(three: dict[str, Catalog], keys: dict[str, Api]) -> None:
    product(keys["a"], {"catalog": "X"}, {"catalog": ":X"})
    check = keys["a"].post("/claims/checks/", CLAIM).json()
    assert {one["catalog"] for one in check["catalogs"]} == {"X", ":X"}
    token = keys["a"].get(f"/claims/checks/{check['id']}/receipt/").json()["receipt"]
    said = keys["b"].post("/receipts/verify/", {"receipt": token}).json()["receipt"]
    assert {one["code"]: one["checksum"] for one in said["catalogs"]} == {
        "INS-A:X": three["a"].versions.get().checksum,
        "X": three["office"].versions.get().checksum,
    }
