"""Error codes: each is listed with its meaning and its mend, in both languages, where programs and people look it up."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from common.api.error_codes import CODES, canonical
from tests.api.conftest import World
from tests.conftest import Api

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("catalog", "claims", "common", "curation", "fhir", "insurers", "tables")
# How errors are made: the name of what is called, and which of its arguments is the code.
_MAKERS = {
    "ApiProblem": 1,
    "FieldError": 1,
    "ErrorDetail": 1,
    "ValidationError": 1,
    "Fault": 0,
    "problem": 0,
    "_bad": 1,
}


def _raised() -> Iterator[tuple[str, str]]:
    """Yield every code that the source writes down as an error's, with the file."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for code in _codes_in(node):
                    if re.fullmatch(r"[A-Za-z]+(_[A-Za-z]+)*", code):
                        yield code, str(path.relative_to(ROOT))


def _codes_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef) and any(
        "Error" in ast.unparse(one) or "Refused" in ast.unparse(one) or "Invalid" in ast.unparse(one)
        for one in node.bases
    ):
        for one in node.body:
            if (
                isinstance(one, ast.Assign)
                and ast.unparse(one.targets[0]) == "code"
                and isinstance(one.value, ast.Constant)
            ):
                yield str(one.value.value)
    if isinstance(node, ast.Call):
        place = _MAKERS.get(ast.unparse(node.func).rsplit(".", 1)[-1])
        if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
            yield str(node.args[place].value)


def test_every_code_that_is_raised_is_listed() -> None:
    """A new error: write its code, its meaning and its mend, in both languages, into common/api/error_codes.tsv."""
    missing = {(canonical(code), path) for code, path in _raised() if canonical(code) not in CODES}

    assert missing == set()


def test_a_code_is_spelled_once_whoever_found_the_fault() -> None:
    assert canonical("UNKNOWN_FIELD") == canonical("unknown_field") == "unknown_field"
    assert canonical("BAD_CHOICE") == canonical("invalid_choice") == "bad_choice"
    assert canonical("TOO_LONG") == canonical("max_length") == "too_long"
    assert canonical("BAD_TYPE") == canonical("not_a_list") == canonical("wrong_type")


@pytest.mark.parametrize("code", CODES)
def test_a_code_says_what_it_means_and_what_to_do(code: str) -> None:
    one = CODES[code]

    for told in (one.meaning("en"), one.mend("en")):
        assert re.fullmatch(r"[A-Z`].{3,}[.]", told), told
    for told in (one.meaning("zh"), one.mend("zh")):
        assert told.endswith("。") and re.search(r"[\u4e00-\u9fff]{2}", told), told


def test_the_type_of_an_error_leads_to_its_page_in_the_readers_language_without_a_key(world: World, a: Api) -> None:
    problem = a.get("/products/HMB/coverage/", {"colour": "red"}).json()
    reader = Client()

    english = reader.get(problem["type"], headers={"Accept-Language": "en"})
    chinese = reader.get(problem["type"], headers={"Accept-Language": "zh-CN"})

    code = problem["code"]
    assert english.status_code == chinese.status_code == 200
    assert CODES[code].mend("en").replace("`", "`") in english.content.decode()
    assert CODES[code].mend("zh") in chinese.content.decode()
    assert "no-store" not in english["Cache-Control"] and english["Vary"]
    assert reader.get("/docs/errors/no_such_code/").status_code == 404
    listed = reader.get("/docs/errors/", headers={"Accept-Language": "en"}).content.decode()
    assert all(f'id="{code}"' in listed for code in CODES)


def test_one_fault_has_one_code_at_every_door(world: World, a: Api) -> None:
    claim = a.post("/claims/checks/", {"product": "HMB", "lines": [], "colour": "red"}).json()
    product = a.post("/products/", {"code": "NEW", "name": "新", "colour": "red"}).json()
    terms = a.post("/products/HMB/versions/", {"label": "x", "effective_from": "2027-01-01", "colour": "red"}).json()
    query = a.get("/products/HMB/coverage/", {"colour": "red"}).json()

    for answer in (claim, product, terms, query):
        assert ("/colour", "unknown_field") in [(one["pointer"], one["code"]) for one in answer["errors"]]


def test_the_list_for_programs_is_the_list_of_the_pages(client: Client, db: None) -> None:
    answer = client.get("/api/v1/error-codes/")

    assert [one["code"] for one in answer.json()] == list(CODES)
