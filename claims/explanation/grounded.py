"""What an explanation is made of: a recorded decision read by pointer, words that remember where they were read, and blocks of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from common.languages import Language


class Node:
    """A value of a recorded decision with its JSON pointer (RFC 6901); `beside` are values kept elsewhere that are read as if below it."""

    __slots__ = ("value", "pointer", "_beside")

    def __init__(self, value: Any, pointer: str = "", beside: "Mapping[str | int, Node] | None" = None) -> None:
        self.value = value
        self.pointer = pointer
        self._beside = beside or {}

    def __getitem__(self, key: str | int) -> "Node":
        """Return the value below; raises KeyError where there is none."""
        if key in self._beside:
            return self._beside[key]
        return Node(self.value[key], f"{self.pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")

    def __iter__(self) -> Iterator["Node"]:
        """Return the values of a list, in order."""
        return (self[place] for place in range(len(self.value)))

    def get(self, *keys: str) -> "Node | None":
        """Return the value below, key by key, or None where there is none or it is null: earlier records hold less."""
        node = self
        for key in keys:
            if key not in node._beside and (not isinstance(node.value, dict) or node.value.get(key) is None):
                return None
            node = node[key]
        return node

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Return the names and values of an object."""
        return ((name, self[name]) for name in self.value)


def lines_of(decision: Node) -> Iterator[Node]:
    """Return the lines of a decision, each with what it rests on as its `basis` and what fills its reasons as their `values`."""
    kept = decision.get("basis", "lines")
    for place, line in enumerate(decision["lines"]):
        if kept is None:
            yield line
            continue
        basis, reasons = kept[place], line["reasons"]
        filled: dict[str | int, Node] = {
            number: Node(reason.value, reason.pointer, {"values": basis["values"][number]})
            for number, reason in enumerate(reasons)
        }
        told = Node(reasons.value, reasons.pointer, filled)
        yield Node(line.value, line.pointer, {"basis": basis, "reasons": told})


class Words(NamedTuple):
    """A piece of text and the pointers to what it was made of."""

    text: str
    grounds: tuple[str, ...] = ()


class Block(NamedTuple):
    """One statement of an explanation: what it is about (KINDS in shown.py), of which line, its text, and what says so in the decision."""

    kind: str
    line_no: int | None
    text: str
    grounds: tuple[str, ...]


class Sentence(NamedTuple):
    """A sentence in both languages, with names in braces for what it tells."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """Return it in a language."""
        return self.zh if language == "zh" else self.en


class Teller:
    """Collects the blocks of an explanation in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.blocks: list[Block] = []
        self.line_no: int | None = None

    def say(self, kind: str, sentence: Sentence, /, *on: Node | None, **told: Words) -> None:
        """Add a block: a sentence with what it tells filled in. What it rests on is `on`, and what the words were read from."""
        text = sentence.of(self.language).format(**{name: words.text for name, words in told.items()})
        grounds = [node.pointer for node in on if node]
        grounds += [pointer for words in told.values() for pointer in words.grounds]
        self.blocks.append(Block(kind, self.line_no, text, tuple(dict.fromkeys(grounds))))

    def listed(self, words: Iterable[Words]) -> Words:
        """Join pieces as a list is read aloud."""
        pieces = list(words)
        told = list(dict.fromkeys(piece.text for piece in pieces))
        if self.language == "en" and len(told) > 1:
            told = [f"{', '.join(told[:-1])} and {told[-1]}"]
        return Words(
            "、".join(told),
            tuple(pointer for piece in pieces for pointer in piece.grounds),
        )


def as_is(node: Node) -> Words:
    """Tell a value as it is recorded."""
    return Words(str(node.value), (node.pointer,))


def reason_message(reason: Node, language: Language) -> Words:
    """Tell a reason's recorded message; the pointer is to the message as an answer shows it, in one language."""
    message = reason["message"]
    return Words(message.value[language], (message.pointer,))
