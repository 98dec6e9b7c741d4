"""The diseases that a text names, as ICD-10 codes: the vocabulary, and the names of the categories. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from common import icd10
from curation.coding.reading import Reading, Span, Zones
from curation.coding.suggestion import Mark, Why

# A name of ICD-10 that says nothing on its own, or only together with another chapter.
_NO_NAME: Final = re.compile(
    r"其他|未特指|分类于|归类在|不明确|操作后|后遗症|[、,;]|有关|引起|某些|作为|伴|情况$|和|与|及"
)
_BRACKETS: Final = re.compile(r"\(.{0,200}?\)")
_SHORT: Final = 2
_ASCII: Final = re.compile(r"[A-Za-z0-9]")
# What makes a disease the occasion, not what is treated: 抗肿瘤药, 肿瘤科, 卒中风险, 结核病史.
_BEHIND: Final = re.compile(
    r"(?:的)?(?:风险|高危因素|危险因素|家族史|病史|史(?!以)|专科|科(?!学)|疫苗|筛查|医院|病房|专业|手术史|标志物|险|以外|之外|外(?=的))"
)
# A broad name before these is the occasion of what else the text names: 实体瘤化疗后血小板减少.
_TREATED: Final = re.compile(r"(?:患者)?(?:的|接受|进行|因)?(?:化疗|放疗|放化疗|手术)")
_ANTI: Final = re.compile(r"抗$")
_ANTI_BEHIND: Final = re.compile(r"(?:的)?(?:药|治疗|感染药|病毒药|剂|方案|联合)")
_NOT: Final = re.compile(r"(?:^|[^是并])非$|(?<![切清解根消])除$|(?:接触|(?<!受体)阻断)$")
_NEGATIVE: Final = re.compile(r"(?:(?:与|和|、|及|或)[^,;。]{1,10})?(?:均)?(?:为)?(?:抗体|抗原)?阴性")


class Word(NamedTuple):
    """A disease as people write it: its codes (none: it only looks like one, 间变性淋巴瘤激酶), how sure, and whether it is so broad that a
    narrower one beside it says more."""

    codes: tuple[str, ...]
    confidence: float
    broad: bool
    why: Why


class DiseaseWords:
    """Every name of a disease that is known, found in a plain text, the longest first."""

    def __init__(self, words: Iterable[tuple[str, Word]]) -> None:
        self._words: dict[str, Word] = {}
        for name, word in words:
            plain = Reading(name).plain
            # What comes first is surer: the vocabulary before the categories.
            if len(plain) >= _SHORT:
                self._words.setdefault(_key(plain), word)
        self._lengths: dict[str, list[int]] = {}
        for key in self._words:
            self._lengths.setdefault(key[:_SHORT], []).append(len(key))
        for lengths in self._lengths.values():
            lengths[:] = sorted(set(lengths), reverse=True)
        self.codes = frozenset(code for word in self._words.values() for code in word.codes)

    def codes_of(self, name: str) -> tuple[str, ...]:
        """Return the codes of a disease by a name of it, as a whole; none where it is not known."""
        plain = Reading(name).plain
        word = self._words.get(_key(plain)) or self._words.get(plain.lower()) or self._words.get(plain.upper())
        return word.codes if word else ()

    def find(self, plain: str) -> Iterator[tuple[Span, Word]]:
        """Yield the diseases of a plain text from left to right, none within another."""
        place = 0
        low = plain.lower()
        while place < len(plain):
            found = self._at(plain, low, place)
            if found is None:
                place += 1
            else:
                yield found
                place = found[0].end

    def _at(self, plain: str, low: str, place: int) -> tuple[Span, Word] | None:
        # Short abbreviations are read as they are printed (ALL is a leukaemia, `all` is none); names in any case.
        beginnings = dict.fromkeys((plain[place : place + _SHORT], low[place : place + _SHORT]))
        lengths = sorted({n for one in beginnings for n in self._lengths.get(one, ())}, reverse=True)
        for length in lengths:
            end = place + length
            word = self._words.get(plain[place:end]) or self._words.get(low[place:end])
            if word is not None and end <= len(plain) and _stands_alone(plain, place, end):
                return Span(place, end), word
        return None


def _key(plain: str) -> str:
    """Return a name as it is looked up: short abbreviations as they are, the rest in lower case."""
    return plain if plain.isascii() and len(plain) <= 5 else plain.lower()


def _stands_alone(plain: str, start: int, end: int) -> bool:
    """Tell whether no letter or digit goes on before or behind: MS is no part of MSI-H, PD no part of PD-1."""
    before, behind = plain[start - 1 : start], plain[end : end + 1]
    if _ASCII.match(plain[start]) and before and (_ASCII.match(before) or before == "-"):
        return False
    goes_on = behind and (_ASCII.match(behind) or (behind == "-" and _ASCII.match(plain[end + 1 : end + 2] or "")))
    return not (_ASCII.match(plain[end - 1]) and goes_on)


def disease_words(
    vocabulary: Iterable[tuple[str, str, bool]], named: Iterable[tuple[str, str]], categories: Mapping[str, str]
) -> DiseaseWords:
    """Return the words of: the vocabulary (codes apart by `;`, words apart by `|`, whether broad), single names with their codes, and the
    names of ICD-10's categories."""
    words: list[tuple[str, Word]] = []
    for codes, names, broad in vocabulary:
        word = Word(tuple(filter(None, codes.split(";"))), 0.7 if broad else 0.9, broad, Why.WORD)
        words += [(name, word) for name in names.split("|")]
    for name, codes in named:
        words.append((name, Word(tuple(codes.split(";")), 0.9, False, Why.WORD)))
    for code, title in categories.items():
        if len(code) == 3 and code[0] not in "PQRSTVWXYZ":
            words += [(name, Word((code,), 0.75, False, Why.CATEGORY)) for name in _names_of(title)]
    return DiseaseWords(words)


def _names_of(title: str) -> Iterator[str]:
    """Yield how people name a category of ICD-10: without its brackets, 胃恶性肿瘤 as 胃癌 too; nothing where it is named by what it is not."""
    plain = Reading(title).plain
    for name in (_BRACKETS.sub("", plain), *_BRACKETS.findall(plain)):
        bare = name.strip("()").replace("_", "")
        if len(bare) < 3 or bare.isascii() or _NO_NAME.search(bare):
            continue
        yield bare
        if bare.endswith("恶性肿瘤") and len(bare) > 4:
            yield bare.removesuffix("恶性肿瘤") + "癌"


def disease_marks(plain: str, words: DiseaseWords, negated: Zones) -> tuple[list[Mark], Zones]:
    """Return the codes of the diseases that a text names, and where their names stand (negated ones too).

    A broad name (肿瘤, 糖尿病) says nothing beside a narrower one of its own.
    """
    found = list(words.find(plain))
    covered = Zones([Span(span.start - 1, span.end) for span, _word in found])
    meant = [(span, word) for span, word in found if _is_meant(plain, span, negated)]
    if any(not word.broad for _span, word in meant):
        meant = [(span, word) for span, word in meant if not (word.broad and _TREATED.match(plain, span.end))]
    narrow = {code for _span, word in meant if not word.broad for code in word.codes}
    marks: dict[str, Mark] = {}
    for span, word in meant:
        if word.broad and any(_within(code, upper) for code in narrow for upper in word.codes):
            continue
        for code in word.codes:
            if code not in marks or marks[code].confidence < word.confidence:
                marks[code] = Mark("icd10", code, *span, word.why, word.confidence)
    return _without_prefixes(marks), covered


def _is_meant(plain: str, span: Span, negated: Zones) -> bool:
    if span.start in negated or _NOT.search(plain[: span.start]):
        return False
    if _BEHIND.match(plain, span.end) or _NEGATIVE.match(plain, span.end):
        return False
    return not (_ANTI.search(plain[: span.start]) and _ANTI_BEHIND.match(plain, span.end))


def _without_prefixes(marks: Mapping[str, Mark]) -> list[Mark]:
    """Leave out what a broader mark of the same text takes in already: E11 beside E11.2 is E11."""
    return [
        mark
        for code, mark in marks.items()
        if not any(other != code and _within(code, other) and not _same(code, other) for other in marks)
    ]


def _within(code: str, upper: str) -> bool:
    """Tell whether a code or range lies under another code or range."""
    ends, limits = icd10.range_of(code), icd10.range_of(upper)
    if limits is None:
        return ends is None and icd10.compared(code).startswith(icd10.compared(upper))
    first, last = ends or (icd10.compared(code)[:3],) * 2
    return limits[0] <= first and last <= limits[1]


def _same(one: str, other: str) -> bool:
    return _within(one, other) and _within(other, one)
