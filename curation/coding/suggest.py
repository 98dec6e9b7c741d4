"""What a text may mean in columns: by the rules, and by what was coded before (spec curation.md 6). Pure: nothing is coded here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from catalog.vocabularies import CODED_COLUMNS
from curation.coding.age_range import age_marks
from curation.coding.care_settings import level_marks, setting_marks
from curation.coding.criteria import Criterion, criteria_marks
from curation.coding.diseases import DiseaseWords, disease_marks
from curation.coding.known import Codings, common_part
from curation.coding.negation import negated
from curation.coding.reading import Reading, Span
from curation.coding.sexes import sex_marks
from curation.coding.suggestion import Suggestion, Value, Why, suggestions

# Diseases of one sex's organs: a near text may lend the sex it was coded with.
_ONE_SEX: Final = re.compile(r"C5[1-8]|C6[0-3]|N4\d|N5[01]|N[789]\d|O\d\d")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the rules know: diseases as people write them, criteria as people write them, and the criteria codes in use with their texts."""

    diseases: DiseaseWords
    criteria: tuple[Criterion, ...]
    in_use: Mapping[str, str]


def suggest(text: str, vocabulary: Vocabulary, codings: Codings, *, without: str = "") -> list[Suggestion]:
    """Return what a text may mean, by column and where it is said; `without` leaves out what was coded of a drug.

    A text that was coded before means the same again. Else the rules speak, and neighbours where the rules find no disease.
    """
    if not text.strip():
        return []
    ruled = by_rules(text, vocabulary)
    same = codings.same(text, without=without)
    if same is not None:
        columns, was_decided = same
        return _ordered(_again(text, columns, ruled, was_decided=was_decided))
    has_disease = any(one.column == "icd10" for one in ruled)
    said = {(one.column, _code(one.value)) for one in ruled}
    near = codings.near(text, without=without)
    diseases = [str(one.value) for one in ruled if one.column == "icd10"] + [
        str(one.value) for one in near if one.column == "icd10"
    ]
    one_sexed = any(map(_ONE_SEX.match, diseases))
    takes = {"icd10": not has_disease, "criteria": True, "sex": one_sexed}
    lent = [
        Suggestion(one.column, one.value, text[part.start : part.end], part, Why.LIKE, one.confidence, one.like)
        for one in near
        if takes[one.column] and (one.column, _code(one.value)) not in said
        for part in [Span(*common_part(text, one.like))]
    ]
    return _ordered([*ruled, *lent])


def by_rules(text: str, vocabulary: Vocabulary) -> list[Suggestion]:
    """Return what the rules alone read in a text."""
    reading = Reading(text)
    plain = reading.plain
    zones = negated(plain)
    diseases, covered = disease_marks(plain, vocabulary.diseases, zones)
    marks = [
        *diseases,
        *sex_marks(plain, zones),
        *age_marks(plain, covered, zones),
        *setting_marks(plain, zones),
        *level_marks(plain, zones),
        *criteria_marks(plain, vocabulary.criteria, vocabulary.in_use, zones),
    ]
    return suggestions(reading, marks)


def _again(
    text: str, columns: Mapping[str, tuple[Value, ...]], ruled: Iterable[Suggestion], *, was_decided: bool
) -> list[Suggestion]:
    """Return columns given before as suggestions: each at the words in which the rules read it too, else at the whole text."""
    places = {(one.column, _code(one.value)): one for one in ruled}
    why, confidence = (Why.DECIDED, 1.0) if was_decided else (Why.CODED, 0.95)
    whole = Span(0, len(text))
    made = []
    for name, values in columns.items():
        for value in values:
            place = places.get((name, _code(value)))
            if place:
                made.append(replace(place, value=value, why=why, confidence=confidence))
            else:
                made.append(Suggestion(name, value, text, whole, why, confidence))
    return made


def _ordered(found: Iterable[Suggestion]) -> list[Suggestion]:
    return sorted(found, key=lambda one: (CODED_COLUMNS.index(one.column), one.span, str(one.value)))


def _code(value: Value) -> Value:
    """A criterion is known by its code, whatever its text."""
    return value.partition("=")[0] if isinstance(value, str) else value
