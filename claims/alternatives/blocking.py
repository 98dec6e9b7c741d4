"""What still stands in a line's way, told by the fields: of each group, one more field must change before the line can be eligible.

So a search need not judge what changes none of them. A group may name too many fields, never too few: tests/claims/alternatives holds the search
against one that tries everything.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from catalog.drugs.three_valued import Agreement
from claims.alternatives.change import DRUG_FIELDS, EVIDENCE
from claims.alternatives.situation import Situation
from claims.eligibility import CompiledVersion, Entry, Judgement
from claims.eligibility.benefit_choice import TESTS, try_benefit
from claims.eligibility.case import Case
from claims.eligibility.drug_part import applies
from claims.eligibility.reasons import Cite
from claims.eligibility.snapshot import Snapshot

Fields = frozenset[str]

_DAY: Final = frozenset({"service_date"})
# Another day brings other lists and terms, another name other entries: they may end almost anything.
_ALWAYS: Final = DRUG_FIELDS | _DAY
# Gates that look at nothing else.
_ONLY_BY: Final[dict[str, Fields]] = {
    "NO_PRODUCT_VERSION": _DAY,
    "POLICY_NOT_IN_FORCE": _DAY,
    "WAITING_PERIOD": _DAY,
    "STATUTORY_EXCLUSION": _DAY,
    "DRUG_NOT_RECOGNISED": DRUG_FIELDS,
    "DRUG_AMBIGUOUS": DRUG_FIELDS,
    "DRUG_CODE_NAME_CONFLICT": DRUG_FIELDS,
}
_FACET_FIELDS: Final = {
    "indication": "diagnoses",
    "sex": "sex",
    "age": "age",
    "setting": "setting",
    "institution": "institution_level",
}
_STEPS: Final = tuple(test.step for test in TESTS)


def blocking(case: Case, judgement: Judgement, around: Situation, snapshot: Snapshot) -> tuple[Fields, ...]:
    """Return the groups of fields of a line that is not eligible; `around` is what it may meet on any day and under any name worth trying."""
    base_fields = _ALWAYS.union(*map(fields_of, (*around.base, *around.excluding)))
    groups: dict[Fields, None] = {}
    for reason in judgement.reasons:
        if reason.code in _ONLY_BY:
            groups[_ONLY_BY[reason.code]] = None
        elif reason.code in ("NEGATIVE_LIST", "NEGATIVE_LIST_UNDETERMINED"):
            # Whatever else comes to match, this entry must not.
            groups[_ALWAYS.union(*map(fields_of, _cited(reason.cites, around.excluding)))] = None
        elif reason.code in ("BASE_EXCLUDED", "BASE_STATUS_UNDETERMINED"):
            groups[base_fields] = None
        elif reason.code == "BASE_SETTLEMENT_REQUIRED":
            groups[base_fields | {"base_settled"}] = None
    if judgement.recognition is not None and judgement.benefit is None:
        groups[_ALWAYS.union(_benefit_fields(case, snapshot, _status_fields(case, around, snapshot)))] = None
    return tuple(groups)


def fields_of(entry: Entry) -> Fields:
    """Return the fields, but those that name the drug, that an entry's restrictions look at."""
    found = {_FACET_FIELDS[facet.name] for facet in entry.facets if facet.name in _FACET_FIELDS}
    return frozenset(found.union([EVIDENCE + code for code in entry.criteria]))


def _cited(cites: Iterable[Cite], entries: Iterable[Entry]) -> list[Entry]:
    codes = {cite.entry_code for cite in cites}
    return [entry for entry in entries if entry.entry_code in codes]


def _status_fields(case: Case, around: Situation, snapshot: Snapshot) -> Fields:
    """Return the fields of which one must change before a benefit's scope can take what it does not take now."""
    base = case.base
    assert case.sources is not None
    excluding = frozenset[str]().union(*map(fields_of, around.excluding))
    if base.status == "covered" and base.entry is not None:
        # For a benefit off the list: this entry must not match, or the rules must exclude the line.
        return fields_of(base.entry) | excluding
    if base.status in ("not_listed", "restricted_out") and not case.line.base_paid and case.sources.base is not None:
        # For a benefit on the list: some entry of it must match in full.
        return frozenset(
            name for entry in _applying([case.sources.base], case, snapshot) for name in _first_wanting(entry, case)
        )
    return excluding.union(*map(fields_of, around.base))


def _benefit_fields(case: Case, snapshot: Snapshot, status_fields: Fields) -> Iterator[str]:
    """Yield, for each benefit, the fields of which one must change before that benefit can take the line."""
    assert case.sources is not None
    for position, benefit in enumerate(case.sources.terms.benefits):
        finding, _trace = try_benefit(case, benefit, position)
        step = _STEPS[finding.rank] if finding.rank is not None else ""
        versions = case.sources.benefit_catalogs[position]
        if step == "scope":
            yield from status_fields
        elif step == "setting":
            yield "setting"
        elif step == "restrictions":
            for entry in _applying(versions, case, snapshot):
                yield from _first_wanting(entry, case)
        elif step == "prior_auth":
            yield "prior_auth_no"
            for entry in _applying(versions, case, snapshot):
                yield from fields_of(entry)
        elif step == "pre_existing":
            yield from ("diagnoses", "base_settled")


def _applying(versions: Iterable[CompiledVersion], case: Case, snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the entries of versions that apply to the line, or may."""
    for version in versions:
        for entry in version.candidates(case.recognition, case.line.diagnoses):
            applying = applies(entry, case.recognition, snapshot.knowledge.forms) is not Agreement.FAIL
            if applying and entry.in_force_on(case.line.service_date):
                yield entry


def _first_wanting(entry: Entry, case: Case) -> Iterator[str]:
    """Yield the field of the first restriction that does not hold: an entry is a full match only once each of them does."""
    for facet in entry.facets:
        if facet.test(entry, case.facts) is None:
            continue
        if facet.name == "criteria":
            evidence = case.facts.evidence or {}
            yield next(EVIDENCE + code for code in entry.criteria if evidence.get(code) is not True)
        else:
            yield _FACET_FIELDS[facet.name]
        return
