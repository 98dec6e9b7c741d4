"""What must be asked so that an entry can be decided: one question for each criterion, and diagnosis, age, sex, setting and level where it
asks for them (spec proof.md 4). Pure.

An answer goes where the question says: into the `evidence` of a line, or a field of the claim. Whoever answers each as `satisfied_by` says has
a claim that the entry's restrictions let through; any other answer, and none, is judged as eligibility 4 says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.vocabularies import LEVELS, SETTINGS, SEXES, Vocabulary
from common.languages import Language

# By what is asked: the question in both languages.
_TEXTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "diagnosis": {
        "zh": "诊断是否属于下列疾病编码？填写诊断编码。",
        "en": "Is the diagnosis among these disease codes? Give its code.",
    },
    "age": {"zh": "用药时的年龄（周岁）", "en": "Age in full years when the drug is given"},
    "sex": {"zh": "性别", "en": "Sex"},
    "setting": {"zh": "在哪里用药或取药？", "en": "Where is the drug given or dispensed?"},
    "institution_level": {"zh": "医疗机构的等级", "en": "Level of the institution"},
}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen."""

    code: str
    zh: str
    en: str

    def name(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Question:
    """A question: `asks` says about what, `kind` what an answer is, `field` where it goes, `satisfied_by` which answers the entry lets through."""

    id: str
    asks: str  # criterion, or a key of _TEXTS
    kind: str  # boolean, text, integer, choice
    field: str
    zh: str
    en: str
    satisfied_by: Mapping[str, Any]
    options: tuple[Option, ...] = ()

    def text(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def questions_of(entry: Mapping[str, Any]) -> list[Question]:
    """Return the questions of an entry, given by its columns (spec csv.md); none where it restricts nothing that can be asked."""
    found = []
    if entry["icd10"]:
        found.append(_about("diagnosis", "text", "diagnoses", {"any_of": list(entry["icd10"])}))
    if entry["age_min"] is not None or entry["age_max"] is not None:
        bounds = {"min": entry["age_min"], "max": entry["age_max"]}
        within = {name: value for name, value in bounds.items() if value is not None}
        found.append(_about("age", "integer", "member.age", within))
    if entry["sex"]:
        found.append(_about("sex", "choice", "member.sex", {"any_of": [entry["sex"]]}, _options(SEXES)))
    if entry["settings"]:
        found.append(_about("setting", "choice", "setting", {"any_of": list(entry["settings"])}, _options(SETTINGS)))
    if entry["min_institution_level"]:
        lowest = str(entry["min_institution_level"])
        enough = [code for code in LEVELS.codes if code >= lowest]
        found.append(_about("institution_level", "choice", "institution_level", {"any_of": enough}, _options(LEVELS)))
    return found + [_criterion(item) for item in entry["criteria"]]


def _about(
    asks: str, kind: str, field: str, satisfied_by: Mapping[str, Any], options: Sequence[Option] = ()
) -> Question:
    return Question(asks, asks, kind, field, _TEXTS[asks]["zh"], _TEXTS[asks]["en"], satisfied_by, tuple(options))


def _criterion(written: str) -> Question:
    """A criterion `CODE=text`, or `CODE` alone; its words are the list's own, in the list's language."""
    code, _equals, text = written.partition("=")
    words = text or code
    return Question(code, "criterion", "boolean", f"evidence.{code}", words, words, {"any_of": [True]})


def _options(terms: Vocabulary) -> list[Option]:
    return [Option(term.code, term.zh, term.en) for term in terms.terms]


def questionnaire(entry: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """Return the questions of an entry worded in one language, as the API shows them."""
    return [
        {
            "id": one.id,
            "asks": one.asks,
            "criterion": one.id if one.asks == "criterion" else None,
            "kind": one.kind,
            "field": one.field,
            "text": one.text(language),
            # What is not answered is unknown, and the claim goes to a person: each has to be.
            "required": True,
            "options": [{"code": option.code, "name": option.name(language)} for option in one.options],
            "satisfied_by": dict(one.satisfied_by),
        }
        for one in questions_of(entry)
    ]
