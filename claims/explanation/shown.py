"""Blocks as text to read and as a document to print: plain text, and a whole page of HTML without script or style of its own."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

from claims.explanation.grounded import Block, Sentence
from common.languages import Language

_S = Sentence

TITLE: Final = _S("理赔说明", "How this claim was decided")
_OF_A_SANDBOX: Final = _S(
    "理赔说明（沙箱试用，不作理赔依据）", "How this claim was decided (tried in a sandbox: it counts for nothing)"
)
# What stands above blocks of a kind; kinds without a heading stand by themselves.
KINDS: Final[dict[str, Sentence | None]] = {
    "check": None,
    "line": None,
    "claimed": None,
    "outcome": None,
    "drug": None,
    "reason": _S("为什么", "Why"),
    "base": _S("依据", "What it rests on"),
    "list": _S("依据", "What it rests on"),
    "condition": _S("依据", "What it rests on"),
    "step": _S("判断步骤", "Steps"),
    "money": _S("怎么算出来的", "How the amount came about"),
    "missing": _S("怎么算出来的", "How the amount came about"),
    "send": None,
    "catalog": _S("查阅的目录", "Lists consulted"),
    "provenance": None,
    "totals": None,
}
LANGUAGES: Final = {"zh": "zh-Hans", "en": "en"}


class Part(NamedTuple):
    """Blocks that stand together, and what stands above them, '' for nothing."""

    heading: str
    blocks: tuple[Block, ...]


class Section(NamedTuple):
    """A line, or what stands before and after the lines: its heading, '' for none, and its parts."""

    heading: str
    parts: tuple[Part, ...]


def title(language: Language, *, sandbox: bool = False) -> str:
    """Return the document's title; in a sandbox it says so, wherever the paper goes."""
    return (_OF_A_SANDBOX if sandbox else TITLE).of(language)


def sections(blocks: Iterable[Block], language: Language) -> list[Section]:
    """Return the blocks as a document has them: line by line, each kind below its heading."""
    found = []
    for _line, of_line in groupby(blocks, key=lambda block: block.line_no):
        told = list(of_line)
        heading = next((block.text for block in told if block.kind == "line"), "")
        found.append(Section(heading, tuple(_parts((block for block in told if block.kind != "line"), language))))
    return found


def _parts(blocks: Iterable[Block], language: Language) -> Iterator[Part]:
    def heading_of(block: Block) -> str:
        heading = KINDS[block.kind]
        return heading.of(language) if heading else ""

    for heading, together in groupby(blocks, key=heading_of):
        yield Part(heading, tuple(together))


def plain(blocks: Iterable[Block], language: Language, *, sandbox: bool = False) -> str:
    """Return the explanation as plain text."""
    lines = [title(language, sandbox=sandbox)]
    for section in sections(blocks, language):
        lines.append("")
        if section.heading:
            lines += [section.heading, ""]
        for part in section.parts:
            if part.heading:
                lines.append(f"{part.heading}{'：' if language == 'zh' else ':'}")
            lines += [f"{'- ' if part.heading else ''}{block.text}" for block in part.blocks]
    return "\n".join(lines) + "\n"


def html(
    blocks: Iterable[Block], language: Language, *, stylesheet: str = "", note: str = "", sandbox: bool = False
) -> str:
    """Return the explanation as a whole HTML document; `stylesheet` is the address of one, `note` stands at its foot."""
    head = escape(title(language, sandbox=sandbox))
    link = f'\n<link rel="stylesheet" href="{escape(stylesheet)}">' if stylesheet else ""
    body = "\n".join(_section(section) for section in sections(blocks, language))
    foot = f"\n<footer>{escape(note)}</footer>" if note else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{LANGUAGES[language]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{head}</title>{link}\n</head>\n'
        f"<body>\n<main>\n<h1>{head}</h1>\n{body}{foot}\n</main>\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    heading = f"<h2>{escape(section.heading)}</h2>\n" if section.heading else ""
    return f"<section>\n{heading}" + "\n".join(map(_part, section.parts)) + "\n</section>"


def _part(part: Part) -> str:
    if not part.heading:
        return "\n".join(f"<p>{escape(block.text)}</p>" for block in part.blocks)
    ordered = part.blocks[0].kind in ("money", "step")
    tag = "ol" if ordered else "ul"
    items = "\n".join(f"<li>{escape(block.text)}</li>" for block in part.blocks)
    return f"<h3>{escape(part.heading)}</h3>\n<{tag}>\n{items}\n</{tag}>"
