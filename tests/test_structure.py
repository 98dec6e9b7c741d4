"""Strings are imports too: no template, model label, permission, dotted name or page's address in a lower room names a higher one.

import-linter sees import statements only. Here every string constant and every template tag of the sources is read; docstrings and comments
may speak of what they like, and migrations are history: what a table was made with stays written.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the top down, as import-linter has them (pyproject.toml).
ROOMS = ("config", "desk", "fhir", "lookup", "curation", "claims", "insurers", "catalog", "common", "tables")
# The apps of Django by their labels, where these are not the rooms' own names.
LABELS = {"api": "common", "audit": "common", "jobs": "common"}

_DOTTED = re.compile(r"([a-z_]+)\.(\w+)(?:\.\w+)*(?::\w+)?")
_RIGHT = re.compile(r"(?:view|add|change|delete)_\w+")
_ADDRESS = re.compile(r"admin:([a-z]+)_\w+")
_FILE = re.compile(r"[\w./-]+\.(?:html|txt|css|js|svg)")
_TAG = re.compile(r"{%\s*(extends|include|static|load|url)\s+(.*?)\s*%}", re.DOTALL)
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


class Tree(NamedTuple):
    """The rooms, from the top down, and what strings may name of them."""

    rooms: tuple[str, ...]
    root: Path

    def sources(self, room: str, suffix: str) -> Iterator[Path]:
        for path in sorted((self.root / room).rglob(f"*{suffix}")):
            if "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path

    def room_of_file(self, name: str) -> str | None:
        """Return the room that has this template or static file."""
        return self._having(f"**/templates/{name}") or self._having(f"**/static/{name}")

    def room_of_library(self, name: str) -> str | None:
        """Return the room that has this library of template tags."""
        return self._having(f"**/templatetags/{name}.py")

    def _having(self, pattern: str) -> str | None:
        return next((room for room in self.rooms if any((self.root / room).glob(pattern))), None)

    def room_of_dotted(self, text: str) -> str | None:
        """Return the room that a dotted name is of: a module's, a model's or a permission's. Other words with a dot (events, jobs) are none."""
        found = _DOTTED.fullmatch(text)
        if found is None:
            return None
        label, second = found.groups()
        room = label if label in self.rooms else LABELS.get(label)
        if room is None:
            return None
        here = self.root / room
        module = label in self.rooms and ((here / second).is_dir() or (here / f"{second}.py").is_file())
        return room if module or second[0].isupper() or _RIGHT.fullmatch(second) else None

    def named_by(self, text: str) -> str | None:
        """Return the room that a string names, if it names one."""
        address = _ADDRESS.fullmatch(text)
        if address:
            label = address.group(1)
            return label if label in self.rooms else LABELS.get(label)
        if _FILE.fullmatch(text):
            return self.room_of_file(text)
        return self.room_of_dotted(text)


def upward(tree: Tree) -> list[str]:
    """Return every string that names a higher room than the one it stands in, as `file:line string`."""
    found = []
    for number, room in enumerate(tree.rooms):
        above = tree.rooms[:number]
        for path in tree.sources(room, ".py"):
            found += [f"{path.relative_to(tree.root)}:{line} {text}" for line, text in _in_python(tree, path, above)]
        for path in tree.sources(room, ".html"):
            found += [f"{path.relative_to(tree.root)}:{line} {text}" for line, text in _in_template(tree, path, above)]
    return found


def _in_python(tree: Tree, path: Path, above: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    # A string that stands alone is a docstring.
    spoken = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            if tree.named_by(node.value) in above:
                yield node.lineno, node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"get_model", "get_app_config"}:
            label = node.args[0] if node.args else None
            if isinstance(label, ast.Constant) and label.value in above:
                yield node.lineno, label.value


def _in_template(tree: Tree, path: Path, above: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    text = path.read_text(encoding="utf-8")
    for tag in _TAG.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        kind, rest = tag.groups()
        if kind == "load":
            names = rest.split(" from ")[-1].split()
            yield from ((line, name) for name in names if tree.room_of_library(name) in above)
        else:
            quoted = _QUOTED.findall(rest)
            yield from ((line, name) for name in quoted if tree.named_by(name) in above)


def test_no_string_names_a_higher_room() -> None:
    assert upward(Tree(ROOMS, ROOT)) == []


def test_the_rooms_are_those_of_import_linter() -> None:
    import tomllib

    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in told["contracts"] if "containers" not in contract)

    # Faces beside each other stand in one layer.
    rooms = tuple(room for layer in layers for room in layer.split(" | "))

    assert rooms == tuple(told["root_packages"]) == ROOMS


def test_every_source_is_looked_at() -> None:
    tree = Tree(ROOMS, ROOT)

    assert all(any(tree.sources(room, ".py")) for room in ROOMS)
    assert any(tree.sources("desk", ".html"))


@pytest.fixture
def small(tmp_path: Path) -> Tree:
    """Two rooms, `claims` above `common`, each with a module; `claims` has a template, a static file and a library of tags."""
    for name in (
        "claims/services.py",
        "claims/templates/claims/page.html",
        "claims/static/claims/page.css",
        "claims/templatetags/claiming.py",
        "common/dates.py",
        "common/migrations/0001_initial.py",
        "common/templates/common/page.html",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    return Tree(("claims", "common"), tmp_path)


UPWARD = {
    'import_module("claims.services")': "claims.services",
    'target_class = "claims.services.Decider"': "claims.services.Decider",
    'ForeignKey("claims.ClaimCheck")': "claims.ClaimCheck",
    'f(to="claims.ClaimCheck", name=f"{x}")': "claims.ClaimCheck",
    'person.has_perm("claims.view_claimcheck")': "claims.view_claimcheck",
    'apps.get_model("claims", "ClaimCheck")': "claims",
    'render(request, "claims/page.html")': "claims/page.html",
    'reverse("admin:claims_claimcheck_changelist")': "admin:claims_claimcheck_changelist",
}


@pytest.mark.parametrize(("source", "named"), UPWARD.items())
def test_an_upward_string_is_found(small: Tree, source: str, named: str) -> None:
    (small.root / "common/dates.py").write_text(f'"""Of claims.services."""\n\n{source}\n', encoding="utf-8")

    assert upward(small) == [f"common/dates.py:3 {named}"]


@pytest.mark.parametrize(("source", "named"), UPWARD.items())
def test_what_a_migration_was_made_with_stays(small: Tree, source: str, named: str) -> None:
    (small.root / "common/migrations/0001_initial.py").write_text(source, encoding="utf-8")

    assert upward(small) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""claims.services decides."""',
        "# claims.services",
        'event = "claims.decided"',
        'words = "see claims.services for more"',
        'import_module("common.dates")',
        'render(request, "common/page.html")',
        'reverse("admin:index")',
    ],
)
def test_what_names_no_higher_room_is_let_be(small: Tree, source: str) -> None:
    (small.root / "common/dates.py").write_text(source, encoding="utf-8")

    assert upward(small) == []


@pytest.mark.parametrize(
    ("tag", "named"),
    [
        ('{% extends "claims/page.html" %}', "claims/page.html"),
        ("{% include 'claims/page.html' with a=b %}", "claims/page.html"),
        ("{% load i18n claiming %}", "claiming"),
        ("{% load yuan from claiming %}", "claiming"),
        ('{% static "claims/page.css" %}', "claims/page.css"),
        ("{% url 'admin:claims_claimcheck_change' check.pk %}", "admin:claims_claimcheck_change"),
    ],
)
def test_an_upward_tag_of_a_template_is_found(small: Tree, tag: str, named: str) -> None:
    (small.root / "common/templates/common/page.html").write_text(f"<p>\n{tag}", encoding="utf-8")

    assert upward(small) == [f"common/templates/common/page.html:2 {named}"]
