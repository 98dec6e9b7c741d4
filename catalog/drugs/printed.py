"""Names as a list prints them: one cell that holds several (csv.md, "Names as a list prints them").

`、` parts names; the bracket that ends a name says other forms (九味羌活丸（颗粒、片）), other names (埃索美拉唑(艾司奥美拉唑)), what the
name is of (紫杉醇(白蛋白结合型)) or an explanation. One function a rule. What no rule reads for certain is kept whole, and said so.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from catalog.drugs.base_names import is_mark
from catalog.drugs.dosage_forms import DosageForms
from common.text import norm

# Whether a cell needs to be read at all: most hold one name and nothing else.
NOTATION: Final = re.compile(r"[、()\[\]（）［］【】〔〕*△▲☆★#＊＃;；，/]")

_MARKS: Final = re.compile(r"[*＊△▲☆★#＃]\s*")
_LEADING_MARKS: Final = re.compile(rf"(?<!\s)\s*(?:{_MARKS.pattern})+")
_OPENING: Final = {"(": ")", "（": ")", "[": "]", "［": "]", "【": "]", "〔": "]"}
_CLOSING: Final = {")": ")", "）": ")", "]": "]", "］": "]", "】": "]", "〕": "]"}
_GREATEST_LENGTH: Final = 1000
_MOST_BRACKETS: Final = 40

# Forms only where they stand in a bracket behind a name, or end such a name: alone they are too short to be told from a word.
_PRINTED_FORMS: Final = frozenset("膏 膏剂 煎膏 贴膏 凝胶膏 巴布膏 液 水 露 丹 锭 酊 饮 口服乳液".split())
_LONGEST_FORM: Final = 12
# Behind a name these are of the name, though they are no mark that tells drugs apart (eligibility 3.1).
_OF_THE_NAME: Final = re.compile(r"冻干|预混[0-9/:.]*")
_TYPE: Final = re.compile("含?(.+型)")
_LEAD: Final = re.compile("(?:又称|又名|亦称|也称|别名|曾用名|原名|商品名)[:：]?\\s*|即[:：]\\s*")
_HAN: Final = re.compile("[\u3400-\u9fff]")
# Words that stand in brackets behind names without being names: what is in it, for whom, how made, how taken.
_NO_NAME: Final = re.compile(
    "(?:含|不含|限|仅|每|包括|用于|详见|参见).*|.*(?:除外|等|专用|儿童用|成人用)|.*[。：:；;！？=].*"
    "|外用|内服|口服|肌注|静注|静滴|国产|进口|原研|无糖|无蔗糖|薄膜衣|糖衣|浓缩|(?:浓缩|水蜜|大蜜|小蜜|蜜|水|水泛)丸"
)
_BETWEEN_FORMS: Final = re.compile("[,，;；/]|及|和|或|与")
_NO_SEPARATOR: Final = re.compile("[;；，。]")
_PACKED_TOGETHER: Final = re.compile("(?:包装|套装|组合)$")
_INJECTION_LEAD: Final = "注射用"


class Printed(NamedTuple):
    """What a printed cell holds: its names in order, and whether they could be read for certain (else a part stands whole)."""

    names: tuple[str, ...]
    is_certain: bool


class PrintedNames:
    """Reads printed names with the forms of a table; immutable, so its answers are remembered."""

    def __init__(self, forms: DosageForms) -> None:
        self._forms = forms
        self.read = lru_cache(maxsize=16_384)(self._read)

    def _read(self, cell: str) -> Printed:
        """Read a cell: its names as printed, none twice; the cell as it is where no rule reads it for certain."""
        if len(cell) > _GREATEST_LENGTH:
            return Printed((cell,), False)
        parts = names_apart(cell)
        if parts is None or sum(cell.count(bracket) for bracket in _OPENING) > _MOST_BRACKETS:
            return Printed((without_marks(cell),), False)
        names: dict[str, str] = {}
        is_certain = True
        for part in parts:
            read = self._checked(part)
            is_certain &= read is not None
            for name in read or [part]:
                names.setdefault(norm(name), name)
        return Printed(tuple(names.values()) or (cell,), is_certain)

    def _checked(self, part: str) -> list[str] | None:
        """What a part reads as, but nothing where a name it gives would read as something else again."""
        read = self._names(part)
        if read is None or read == [part]:
            return read
        return read if all(self._names(name) == [name] for name in read) else None

    def _names(self, part: str) -> list[str] | None:
        """The names of one part between `、`; None: cannot be read for certain."""
        last = last_bracket(part)
        if last is None:
            return None if self._runs_together(part) or has_spoken_bracket(part) else [part]
        head, inside = last
        names = self._names(head) if head else None
        if names is None or not inside:
            return None
        if is_explanation(inside):
            return names
        if types := types_held(inside):
            return names + [f"{name}({held})" for held in types for name in names]
        if belongs_to_name(inside):
            return [part] if names == [head] else [f"{name}({inside})" for name in names]
        told = names_apart(inside)
        return None if not told else self._with_told(names, told)

    def _with_told(self, names: list[str], told: list[str]) -> list[str] | None:
        """The names, and behind them what the parts of their bracket say: a form in the place of their own, or another name."""
        found = [*names]
        for part in told:
            if forms := self._forms_told(part):
                replaced = [self._in_form(name, form) for form in forms for name in names]
                if None in replaced or len(names) > 1 and len(set(replaced)) > len(forms):
                    return None
                found += [name for name in replaced if name]
            elif others := self._other_names(part):
                found += others
            else:
                return None
        return list(dict.fromkeys(found))

    def _forms_told(self, part: str) -> list[str]:
        """The forms that a part of a bracket names: one, or several with something else than `、` between them."""
        if self._is_form(part):
            return [part]
        pieces = [piece.strip() for piece in _BETWEEN_FORMS.split(part)]
        return pieces if len(pieces) > 1 and all(map(self._is_form, pieces)) else []

    def _is_form(self, text: str) -> bool:
        return norm(text) in _PRINTED_FORMS or self._forms.knows(text)

    def _in_form(self, name: str, form: str) -> str | None:
        """The name with another form in the place of its own, its mark behind; None where it names no form."""
        bracket = last_bracket(name)
        head = bracket[0] if bracket else name
        stem = self._without_form(head)
        return None if stem is None else stem + form + name[len(head) :]

    def _without_form(self, name: str) -> str | None:
        """The name without the form it ends in, the longest that leaves two characters; None for none."""
        for length in range(min(_LONGEST_FORM, len(name) - 1), 0, -1):
            if len(norm(name[:-length])) >= 2 and self._is_form(name[-length:]):
                return name[:-length]
        return None

    def _other_names(self, part: str) -> list[str]:
        """The other names that a part of a bracket tells ([]: none for certain)."""
        lead = _LEAD.match(part)
        name = _LEADING_MARKS.sub("", part[lead.end() :] if lead else part)
        if len(_HAN.findall(name)) < 2 or _NO_NAME.fullmatch(norm(name)):
            return []
        return names_between_slashes(name)

    def _runs_together(self, name: str) -> bool:
        """Whether a name goes on with another one without a separator (雷公藤片雷公藤多苷片), or with one that no rule parts from it."""
        if _NO_SEPARATOR.search(name):
            return True
        for place in range(3, len(name) - 1):
            stem = self._stem_before(name, place)
            if stem and len(_HAN.findall(stem)) >= 2 and stem in name[place:]:
                return True
        *before, last = name.split("/")
        return (
            any(self._without_form(piece) and not piece.startswith(_INJECTION_LEAD) for piece in before)
            and self._without_form(last) is None
            and not _PACKED_TOGETHER.search(last)
        )

    def _stem_before(self, name: str, place: int) -> str:
        """What stands before the form or bracket that ends at a place of a name ('' for none)."""
        if name[place] in "/、":
            return ""
        if name[place - 1] in _CLOSING:
            bracket = last_bracket(name[:place])
            return bracket[0] if bracket else ""
        return (self._without_form(name[:place]) or "").removeprefix(_INJECTION_LEAD)


# ---------------------------------------------------------------------------------------------- what stands in the text


def without_marks(name: str) -> str:
    """Take off the printer's marks `* △ ▲ ☆ ★ #` before a name; what is nothing else stays."""
    return _LEADING_MARKS.sub("", name, count=1).strip() or name if _LEADING_MARKS.match(name) else name


def names_apart(text: str) -> list[str] | None:
    """Part names at `、` outside brackets, each without the printer's marks; None where a bracket lacks its other half."""
    pieces, start, open_brackets = [], 0, []
    for place, character in enumerate(text):
        if character in _OPENING:
            open_brackets.append(_OPENING[character])
        elif character in _CLOSING:
            if not open_brackets or open_brackets.pop() != _CLOSING[character]:
                return None
        elif character == "、" and not open_brackets:
            pieces.append(text[start:place])
            start = place + 1
    if open_brackets:
        return None
    marked = (without_marks(piece.strip()) for piece in (*pieces, text[start:]))
    return [name for name in marked if name]


def brackets(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the outermost brackets of a text begin and end, those inside them left out."""
    depth = start = 0
    for place, character in enumerate(text):
        if character in _OPENING:
            start = place if depth == 0 else start
            depth += 1
        elif character in _CLOSING and depth:
            depth -= 1
            if depth == 0:
                yield start, place + 1


def last_bracket(name: str) -> tuple[str, str] | None:
    """Part a name from the outermost bracket that ends it: (what stands before, what stands in it)."""
    if not name or name[-1] not in _CLOSING:
        return None
    start = end = 0
    for start, end in brackets(name):  # noqa: B007 -- the last one
        pass
    return (name[:start].strip(), name[start + 1 : -1].strip()) if end == len(name) else None


def has_spoken_bracket(name: str) -> bool:
    """Whether another name may stand in a bracket in the middle: 卡络磺钠(肾上腺色腙)氯化钠, but not 锝[99mTc]替曲膦."""
    inside = (name[start + 1 : end - 1] for start, end in brackets(name))
    return any(len(_HAN.findall(text)) >= 2 and not belongs_to_name(text) for text in inside)


# ---------------------------------------------------------------------------------------------- what a bracket says


def is_explanation(inside: str) -> bool:
    """Whether a bracket only explains: 指大豆油."""
    return inside.startswith("指")


def types_held(inside: str) -> list[str]:
    """Tell the types that 含…型 names ([] for none): the name is there without and with each of them."""
    if not inside.startswith("含"):
        return []
    found = [_TYPE.fullmatch(piece.strip()) for piece in inside.split("、")]
    return [one.group(1) for one in found if one] if all(found) else []


def belongs_to_name(inside: str) -> bool:
    """Whether a bracket is part of the name: a mark (eligibility 3.1), or how the drug was made."""
    text = norm(inside)
    return not (set(text) & {"、", *_OPENING}) and (is_mark(text) or _OF_THE_NAME.fullmatch(text) is not None)


def names_between_slashes(name: str) -> list[str]:
    """Part names at `/` where each has four Chinese characters or more and all contain one of them, brackets aside.

    So 人表皮生长因子/重组人表皮生长因子(酵母) are two, 左旋多巴/卡比多巴 is one.
    """
    inside = {place for start, end in brackets(name) for place in range(start, end)}
    cuts = [place for place, character in enumerate(name) if character in "/／" and place not in inside]
    edges = [-1, *cuts, len(name)]
    pieces = [name[start + 1 : end].strip() for start, end in zip(edges, edges[1:], strict=False)]
    bare = [norm(_without_brackets(piece)) for piece in pieces]
    shortest = min(bare, key=len)
    is_told_twice = all(len(_HAN.findall(piece)) >= 4 and shortest in piece for piece in bare)
    return pieces if len(pieces) > 1 and is_told_twice else [name]


def _without_brackets(name: str) -> str:
    spans = [*brackets(name)]
    edges = [0, *(place for span in spans for place in span), len(name)]
    return "".join(name[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
