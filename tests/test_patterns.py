"""Every regular expression of the project is linear: fed 200,000 of its own worst characters, it is done within a second.

A pattern that goes back over what it has read turns a few kilobytes that somebody sends into minutes of a process. Found are the patterns that
modules keep (also in tables and classes) and those that are written where they are used; each is tried the way the project uses it.
"""

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "catalog",
    "claims",
    "common",
    "config",
    "curation",
    "desk",
    "embedded",
    "fhir",
    "insurers",
    "tables",
)
LENGTH = 200_000
SHORT = 2_500  # going back over so many takes a hundredth of a second, going over them once a thousandth
SECONDS = 1.0
USES = {"match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split", "scanner"}
_USE = re.compile(rf"\.\s*(?:compile|{'|'.join(sorted(USES))})\b")
ANCHORED = {"match", "fullmatch"}
CHARACTERS_TRIED = 12
_FLAGS = re.IGNORECASE | re.DOTALL | re.MULTILINE | re.VERBOSE


class Used(NamedTuple):
    """A pattern, its flags, and whether it is looked for in a whole text (or only at its beginning)."""

    pattern: str
    flags: int
    is_searched: bool


def _modules() -> Iterator[ModuleType]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations." not in found.name and not found.name.endswith(".__main__"):
                yield importlib.import_module(found.name)


def _held(value: object, seen: set[int], depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """Every pattern that a value holds: itself, in a table, in a class of the project or one of its objects."""
    if isinstance(value, re.Pattern):
        yield value
        return
    if depth > 5 or id(value) in seen or isinstance(value, str | bytes | int | float):
        return
    seen.add(id(value))
    inside: Any = ()
    if isinstance(value, Mapping) and len(value) < 2_000:
        inside = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset) and len(value) < 2_000:
        inside = value
    elif (getattr(value, "__module__", None) or "").partition(".")[0] in PACKAGES and hasattr(value, "__dict__"):
        inside = list(vars(value).values())
    elif type(value).__name__ == "RegexValidator":
        inside = [value.regex]  # type: ignore[attr-defined]
    for one in inside:
        yield from _held(one, seen, depth + 1)


@cache
def _sources() -> dict[str, ast.Module]:
    """The files that use a pattern anywhere, which have the name of a use behind a point."""
    texts = {
        str(file.relative_to(ROOT)): file.read_text()
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in file.parts
    }
    return {file: ast.parse(text) for file, text in texts.items() if _USE.search(text)}


@cache
def _ways() -> dict[tuple[str, str], set[str]]:
    """How patterns are used, by the file and the name they are kept under there; a name without underscore is used from anywhere ('')."""
    ways: dict[tuple[str, str], set[str]] = {}
    for file, tree in _sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in USES:
                holder = node.value
                name = holder.id if isinstance(holder, ast.Name) else getattr(holder, "attr", "")
                ways.setdefault((file if name.startswith("_") else "", name), set()).add(node.attr)
    return ways


def _kept() -> Iterator[tuple[str, Used]]:
    ways = _ways()
    seen: set[int] = set()
    for module in _modules():
        file = str(Path(module.__file__ or "").relative_to(ROOT))
        for name, value in list(vars(module).items()):
            for pattern in _held(value, seen):
                found = (
                    ways.get((file if name.startswith("_") else "", name), set())
                    if isinstance(value, re.Pattern)
                    else set()
                )
                is_searched = not found or not found <= ANCHORED
                if isinstance(pattern.pattern, str):
                    yield f"{module.__name__}.{name}", Used(pattern.pattern, pattern.flags, is_searched)


def _is_function(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def _written() -> Iterator[tuple[str, Used]]:
    """The patterns written as texts where they are used."""
    for file, tree in _sources().items():
        at_once = {id(node) for statement in tree.body for node in ast.walk(statement) if not _is_function(statement)}
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re"), attr=use),
                    args=[ast.Constant(value=str(pattern)), *_],
                ) if use in USES or (use == "compile" and id(node) not in at_once):
                    yield (
                        f"{file}:{node.lineno}",
                        Used(pattern, re.ASCII if use in ANCHORED else 0, use not in ANCHORED),
                    )


def _cases() -> dict[Used, str]:
    found: dict[Used, str] = {}
    for where, used in [*_kept(), *_written()]:
        found.setdefault(used, where)
    # What is searched for is tried so, whoever else only matches it.
    return {
        used: where for used, where in found.items() if used.is_searched or used._replace(is_searched=True) not in found
    }


def _characters(pattern: str, flags: int) -> list[str]:
    """The characters that a pattern speaks of, one of each class, those it repeats first."""
    repeated: dict[str, None] = {}
    others: dict[str, None] = {}

    def walk(parts: Any, into: dict[str, None]) -> None:
        for kind, value in parts:
            if kind is kinds.LITERAL or kind is kinds.NOT_LITERAL:
                into[chr(value)] = None
                if kind is kinds.NOT_LITERAL:
                    into["a" if value != ord("a") else "b"] = None
            elif kind is kinds.RANGE:
                into[chr(value[0])] = None
            elif kind is kinds.CATEGORY:
                into["1" if "DIGIT" in str(value) else " " if "SPACE" in str(value) else "a"] = None
            elif kind is kinds.ANY:
                into["a"] = None
            elif kind is kinds.IN:
                walk([one for one in value[:4] if one[0] is not kinds.NEGATE], into)
                if value[0][0] is kinds.NEGATE:
                    into["a"] = None
            elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
                walk(value[2], repeated if value[1] > 1 else into)
            elif kind is kinds.SUBPATTERN:
                walk(value[3], into)
            elif kind is kinds.BRANCH:
                for branch in value[1]:
                    walk(branch, into)
            elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
                walk(value[1], into)
            elif kind is kinds.ATOMIC_GROUP:
                walk(value, into)

    walk(parser.parse(pattern, flags & _FLAGS), others)
    return list({**repeated, **others})[:CHARACTERS_TRIED]


def _beginning(pattern: str, flags: int) -> list[str]:
    """Texts that get a match begun: the literal characters at the head of the pattern, and of each of its branches."""
    heads: dict[str, None] = {"": None}

    def walk(parts: Any) -> str:
        head = ""
        for kind, value in parts:
            if kind is kinds.LITERAL:
                head += chr(value)
            elif kind is kinds.SUBPATTERN:
                inner = walk(value[3])
                head += inner
                if not inner:
                    break
            elif kind is kinds.BRANCH:
                for branch in value[1]:
                    heads.setdefault(walk(branch))
                break
            elif kind is not kinds.AT:
                break
        return head

    heads.setdefault(walk(parser.parse(pattern, flags & _FLAGS)))
    return list(heads)[:6]


def _texts(pattern: str, flags: int) -> Iterator[tuple[str, str]]:
    """What a text begins with, and what it then repeats."""
    letters = _characters(pattern, flags)
    heads = _beginning(pattern, flags)
    pairs = [a + b for a in letters[:4] for b in letters[:4] if a != b]
    for unit in dict.fromkeys([*letters, *pairs, *(head for head in heads if len(head) > 1)]):
        for head in heads[:2]:
            yield head, unit


class _TooLong(Exception):
    pass


def _seconds(used: Used, head: str, unit: str, length: int) -> float:
    """How long a pattern is at a text that in the end does not match; more than the limit is the limit."""
    pattern = re.compile(used.pattern, used.flags & _FLAGS | used.flags & re.ASCII)
    text = head + (unit * (length // len(unit) + 1))[:length] + "\x00"

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    begun = time.process_time()
    try:
        if used.is_searched:
            for _ in pattern.finditer(text):
                pass
        else:
            pattern.fullmatch(text)
            pattern.match(text)
    except _TooLong:
        return SECONDS
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - begun


def _worst(used: Used) -> float:
    """The seconds a pattern takes for the longest of its own worst texts, found among short ones; 0 where even these are done in no time."""
    short = {one: _seconds(used, *one, length=SHORT) for one in _texts(used.pattern, used.flags)}
    worst = [
        one for one in sorted(short, key=lambda one: -short[one])[:2] if short[one] > SECONDS / 10 * SHORT / LENGTH
    ]
    longest = 0.0
    for one in worst:
        longest = max(longest, _seconds(used, *one, length=LENGTH))
        if not SECONDS / 4 <= longest < SECONDS:  # the one that was still quicker is not four times slower
            break
    return longest


def test_every_pattern_of_the_project_is_linear() -> None:
    cases = _cases()
    slow = {where: used for used, where in cases.items() if _worst(used) >= SECONDS}

    assert len(cases) > 150
    assert not slow, "\n".join(f"{where}: {used.pattern[:300]}" for where, used in slow.items())


def test_the_test_finds_a_pattern_that_goes_back() -> None:
    assert _seconds(Used(r"\[([^\]]*)\]", 0, True), "", "[", LENGTH) >= SECONDS
    assert _worst(Used(r"\[([^\[\]]*)\]", 0, True)) < SECONDS
