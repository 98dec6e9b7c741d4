"""A product version's terms as they are written in a form: texts in rows, ratios as per cent, references as CODE or CODE@LABEL. Pure.

`Written` has only texts and lists of texts, so that a form can show again what was sent, however wrong it is. `document_of` makes the JSON that
insurers.terms reads; a blank row is no row.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from common.errors import FieldError, pointer
from common.money import NotANumber, plain, ratio_text, scaled

LISTS: Final = ("base_exclusions", "negative_lists")
RATIOS: Final = ("ratio", "ratio_pre_existing", "ratio_unsettled", "ratio_unsettled_pre_existing")
PRIOR_AUTH: Final = ("prior_auth_valid_days", "prior_auth_decision_days", "prior_auth_urgent_hours")
_PLAIN: Final = (
    "label",
    "effective_from",
    "effective_to",
    "base",
    "waiting_days",
    "annual_limit",
    "prior_auth",
    *PRIOR_AUTH,
)
_TICKS: Final = ("honours_base_exclusions", "requires_base_settlement")
_OF_BENEFIT: Final = ("code", "name", "scope", "deductible_group", *RATIOS, "annual_limit")
_ROW = re.compile(r"(\w+)-([0-9]{1,3})(?:-(.+))?", re.ASCII)

# What is wrong in the writing itself, before the terms are read: a code, which the page words.
BAD_PERCENT, TWICE, NO_AMOUNT = "bad_percent", "duplicate", "required"


@dataclass
class WrittenBenefit:
    """A benefit as it is written; `values` by the field's name, ratios in per cent; bands are (up to, per cent)."""

    values: dict[str, str] = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)
    catalogs: list[str] = field(default_factory=list)
    bands: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Written:
    """Terms as they are written; deductibles are (group, amount, amount where pre-existing)."""

    values: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, bool] = field(default_factory=dict)
    circumstances: list[str] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in LISTS})
    deductibles: list[tuple[str, str, str]] = field(default_factory=list)
    benefits: list[WrittenBenefit] = field(default_factory=list)


# --- From what is kept


def written_of(document: Mapping[str, Any]) -> Written:
    """Will write a kept document of terms (insurers.terms.terms_document) as the form has it."""
    special = document.get("deductibles_pre_existing") or {}
    plainly = document.get("deductibles") or {}
    return Written(
        values={name: _text(document.get(name)) for name in _PLAIN if name != "base"}
        | {"base": _reference(document["base"]) if document.get("base") else ""},
        ticks={name: bool(document.get(name)) for name in _TICKS},
        circumstances=list(document.get("covered_circumstances") or []),
        lists={name: [_reference(one) for one in document.get(name) or []] for name in LISTS},
        deductibles=[
            (group, _text(plainly.get(group)), _text(special.get(group)))
            for group in dict.fromkeys([*plainly, *special])
        ],
        benefits=[_benefit(one) for one in document.get("benefits") or []],
    )


def _benefit(kept: Mapping[str, Any]) -> WrittenBenefit:
    values = {name: _text(kept.get(name)) for name in _OF_BENEFIT if name not in RATIOS}
    values |= {name: _percent(kept.get(name)) for name in RATIOS}
    return WrittenBenefit(
        values=values,
        settings=list(kept.get("settings") or []),
        catalogs=[_reference(one) for one in kept.get("catalogs") or []],
        bands=[(_text(band.get("up_to")), _percent(band.get("ratio"))) for band in kept.get("bands") or []],
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _reference(named: Mapping[str, str]) -> str:
    return f"{named['catalog']}@{named['label']}" if named.get("label") else named["catalog"]


def _percent(ratio: Any) -> str:
    return "" if ratio is None else plain(scaled(ratio, 4), 2)


# --- From what is sent


def written_in(sent: Mapping[str, str], several: Callable[[str], Iterable[str]]) -> Written:
    """Will gather a sent form: `sent` has one text a name, `several` all of a name.

    Blank rows are left out, so that places in it are places in the terms.
    """
    written = Written(
        values={name: sent.get(name, "").strip() for name in _PLAIN},
        ticks={name: bool(sent.get(name)) for name in _TICKS},
        circumstances=list(several("covered_circumstances")),
    )
    rows: dict[str, dict[int, dict[str, str]]] = {}
    for name, text in sent.items():
        if found := _ROW.fullmatch(name):
            rows.setdefault(found[1], {}).setdefault(int(found[2]), {})[found[3] or ""] = text.strip()
    for name in LISTS:
        written.lists[name] = [text for _row, row in sorted(rows.get(name, {}).items()) if (text := row.get("", ""))]
    for _row, row in sorted(rows.get("deductibles", {}).items()):
        cells = (row.get("group", ""), row.get("amount", ""), row.get("special", ""))
        written.deductibles += [cells] if any(cells) else []
    for number, row in sorted(rows.get("benefits", {}).items()):
        written.benefits.append(_sent_benefit(row, several(f"benefits-{number}-settings")))
    return written


def _sent_benefit(row: Mapping[str, str], settings: Iterable[str]) -> WrittenBenefit:
    catalogs: dict[int, str] = {}
    bands: dict[int, dict[str, str]] = {}
    for name, text in row.items():
        if found := _ROW.fullmatch(name):
            if found[1] == "catalogs" and text:
                catalogs[int(found[2])] = text
            elif found[1] == "bands" and text:
                bands.setdefault(int(found[2]), {})[found[3] or ""] = text
    return WrittenBenefit(
        values={name: row.get(name, "") for name in _OF_BENEFIT},
        settings=list(settings),
        catalogs=[text for _row, text in sorted(catalogs.items())],
        bands=[(band.get("up_to", ""), band.get("ratio", "")) for _row, band in sorted(bands.items())],
    )


# --- To what is read


def document_of(written: Written) -> tuple[dict[str, Any], list[FieldError]]:
    """Will make the document of terms, with what is wrong in the writing itself: a per cent that is none, a deductible group twice or without amount.

    Such a value has a stand-in in the document, so that all the other problems are found too; a document with problems is not to be kept.
    """
    problems: list[FieldError] = []
    plainly, special = _deductibles(written.deductibles, problems)
    values = written.values
    document: dict[str, Any] = {
        "label": values.get("label", ""),
        "effective_from": values.get("effective_from") or None,
        "effective_to": values.get("effective_to") or None,
        "base": _named(values["base"]) if values.get("base") else None,
        **{name: [_named(one) for one in written.lists[name]] for name in LISTS},
        **{name: written.ticks.get(name, False) for name in _TICKS},
        "waiting_days": values.get("waiting_days") or None,
        **{name: values.get(name) or None for name in ("prior_auth", *PRIOR_AUTH)},
        "covered_circumstances": written.circumstances,
        "annual_limit": _amount(values.get("annual_limit", "")),
        "deductibles": plainly,
        "deductibles_pre_existing": special,
        "benefits": [_document(one, place, problems) for place, one in enumerate(written.benefits)],
    }
    return document, problems


def _deductibles(rows: list[tuple[str, str, str]], problems: list[FieldError]) -> tuple[dict[str, Any], dict[str, Any]]:
    plainly: dict[str, Any] = {}
    special: dict[str, Any] = {}
    for group, amount, other in rows:
        if group in plainly:
            problems.append(FieldError(pointer("deductibles", group), TWICE, ""))
        if not amount:
            problems.append(FieldError(pointer("deductibles", group), NO_AMOUNT, ""))
        plainly[group] = _amount(amount) or "0"
        if other:
            special[group] = _amount(other)
    return plainly, special


def _document(benefit: WrittenBenefit, place: int, problems: list[FieldError]) -> dict[str, Any]:
    def ratio(text: str, *steps: str | int) -> str | None:
        if not text:
            return None
        try:
            hundredths = scaled(text.rstrip("%％ ").strip(), 2)
            if 0 <= hundredths <= 10_000:
                return ratio_text(hundredths)
        except NotANumber:
            pass
        problems.append(FieldError(pointer("benefits", place, *steps), BAD_PERCENT, ""))
        return "0"

    values = benefit.values
    return {
        "code": values.get("code", ""),
        "name": values.get("name", ""),
        "scope": values.get("scope", ""),
        "settings": benefit.settings,
        "catalogs": [_named(one) for one in benefit.catalogs],
        "deductible_group": values.get("deductible_group") or None,
        **{name: ratio(values.get(name, ""), name) for name in RATIOS},
        "bands": [
            {"up_to": _amount(up_to), "ratio": ratio(share, "bands", number, "ratio")}
            for number, (up_to, share) in enumerate(benefit.bands)
        ],
        "annual_limit": _amount(values.get("annual_limit", "")),
    }


def _named(text: str) -> dict[str, str]:
    code, _at, label = text.partition("@")
    return {"catalog": code, "label": label} if label else {"catalog": code}


def _amount(text: str) -> str | None:
    """Take thousands separators and the unit off an amount of money, as people write them."""
    return re.sub(r"(?<=\d)[,，](?=\d{3}(?!\d))", "", text).removesuffix("元").strip() or None


# --- Where a problem belongs


def field_of(at: str, written: Written) -> str:
    """Will return the name of the form's field that a pointer into the document means; '' where it means the whole."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in at.split("/")[1:]]
    match steps:
        case ["benefits", place, *rest] if place.isdigit():
            return _field_of_benefit(int(place), rest)
        case ["deductibles" | "deductibles_pre_existing" as name, group]:
            column = "special" if name == "deductibles_pre_existing" else "amount"
            rows = [row for row, cells in enumerate(written.deductibles) if cells[0] == group]
            return f"deductibles-{rows[-1]}-{column if group else 'group'}" if rows else ""
        case ["base_exclusions" | "negative_lists" as name, place, *_rest]:
            return f"{name}-{place}"
        case [name, *_rest] if name in (*_PLAIN, *_TICKS, "covered_circumstances"):
            return name
    return ""


def _field_of_benefit(place: int, steps: list[str]) -> str:
    match steps:
        case ["catalogs", number, *_rest]:
            return f"benefits-{place}-catalogs-{number}"
        case ["bands", number, name]:
            return f"benefits-{place}-bands-{number}-{name}"
        case [name, *_rest] if name in (*_OF_BENEFIT, "settings"):
            return f"benefits-{place}-{name}"
    # The benefit as a whole: it says neither ratio nor bands.
    return f"benefits-{place}-ratio"
