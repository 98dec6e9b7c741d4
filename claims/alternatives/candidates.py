"""Every single change worth trying on a line: from what the entries that may apply to it ask for, one for each kind of answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from catalog import vocabularies
from catalog.drugs.recognise import recognise
from catalog.drugs.three_valued import Agreement
from claims.alternatives import diseases
from claims.alternatives.authorising import A_NUMBER
from claims.alternatives.change import EVIDENCE, Change
from claims.alternatives.days import MOST_DAYS, other_days
from claims.alternatives.identities import MOST_NAMED, named, namings
from claims.alternatives.situation import Situation, met, paying, situation_of
from claims.eligibility import Claim, Entry, Line, Snapshot
from claims.eligibility.case import Case
from claims.eligibility.diagnosis_match import DiseaseCodes
from claims.eligibility.fields import MAX_AGE
from claims.eligibility.gates import policy_in_force, product_version_in_force, waiting_period_over

# With so many single changes some eight hundred pairs are tried.
MOST_CANDIDATES: Final = 40
_LEVELS: Final = tuple(int(code) for code in vocabularies.LEVELS.codes)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The changes worth trying, each behind those that are less, and what the line may meet; `complete`: none was left out."""

    changes: tuple[Change, ...]
    around: Situation
    complete: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Other days and other names of a line worth trying: what must be loaded before anything is judged with them."""

    days: tuple[date, ...] = ()
    namings: tuple[Change, ...] = ()
    complete: bool = True


def elsewhere(claim: Claim, line: Line, snapshot: Snapshot) -> Elsewhere:
    """Return the other days and names worth trying, from a snapshot that was loaded for `other_days` where the line `lies_outside`."""
    days = _days(claim, line, snapshot)
    naming = namings(line, snapshot, [line.service_date, *days[:MOST_DAYS]])
    return Elsewhere(
        tuple(days[:MOST_DAYS]), tuple(naming[:MOST_NAMED]), len(days) <= MOST_DAYS and len(naming) <= MOST_NAMED
    )


def candidates(claim: Claim, line: Line, snapshot: Snapshot, other: Elsewhere) -> Candidates:
    """Return the changes worth trying on a line, from a snapshot that was loaded for the other days and names too."""
    identities = [line.identity, *(named(line.identity, change) for change in other.namings)]
    around = situation_of(line, snapshot, identities, [line.service_date, *other.days])
    added, instead = _diagnoses(claim, line, around)
    found = [
        *_papers(line, around),
        *_evidence(line, around),
        *added,
        *_sex(claim, around),
        *_age(claim, around),
        *_setting(line, around),
        *_level(line, around),
        *other.namings,
        *_nearer_first(line.service_date, other.days),
        *instead,
    ]
    return Candidates(tuple(found[:MOST_CANDIDATES]), around, other.complete and len(found) <= MOST_CANDIDATES)


# ---------------------------------------------------------------------------------------------- papers and evidence


def _papers(line: Line, around: Situation) -> Iterator[Change]:
    # A number that is given counts for nothing where the product looks it up and it does not hold.
    number_wanted = not line.prior_auth_no or any(terms.prior_auth == "checked" for terms in around.terms)
    if number_wanted and any(entry.prior_auth for entry in around.paid):
        yield Change("prior_auth_no", A_NUMBER, line.prior_auth_no or None)
    asked = any(terms.requires_base_settlement for terms in around.terms)
    if not line.settled and (asked or any(benefit.ratio_unsettled is not None for benefit in around.benefits)):
        yield Change("base_settled", True, False)


def _evidence(line: Line, around: Situation) -> Iterator[Change]:
    """Every criterion answered yes; those of lists that may stand in the way also no."""
    in_the_way = {code for entry in (*around.base, *around.excluding) for code in entry.criteria}
    texts = {code: text for entry in reversed(around.entries) for code, text in entry.criteria_texts}
    for code in dict.fromkeys(code for entry in around.entries for code in entry.criteria):
        was, words = line.evidence.get(code), tuple(filter(None, [texts.get(code)]))
        if was is not True:
            yield Change(EVIDENCE + code, True, was, words)
        if was is not False and code in in_the_way:
            yield Change(EVIDENCE + code, False, was, words)


# ---------------------------------------------------------------------------------------------- diagnosis


def _diagnoses(claim: Claim, line: Line, around: Situation) -> tuple[list[Change], list[Change]]:
    """Return the diagnoses worth adding, and those worth putting in place of what is given."""
    pre_existing = claim.member.pre_existing
    asked = _distinct([*around.paid, *around.base])
    # What excludes a disease whatever the drug is only kept clear of: nobody is to be told to have that disease.
    asked += _distinct(entry for entry in around.excluding if entry.base_name)
    excluding = _distinct(around.excluding)
    every = list(dict.fromkeys([*asked, *excluding, *([pre_existing] if pre_existing else [])]))
    if not every:
        return [], []
    now = tuple([listed.hold(line.diagnoses) if line.diagnoses else None for listed in every])
    was = [diseases.written(code) for code in line.diagnoses]
    added, instead = [], []
    for code, signature in diseases.representatives(asked, every).items():
        wanted = _wanted(code, around)
        add = Change("diagnoses", [*was, diseases.written(code)], was or None, wanted)
        if tuple([listed.hold((*line.diagnoses, code)) for listed in every]) != now:
            added.append(add)
        if was and signature != now:
            instead.append(Change("diagnoses", [diseases.written(code)], was, wanted, less=(add,)))
    return added, instead


def _distinct(entries: Iterable[Entry]) -> list[DiseaseCodes]:
    return list(dict.fromkeys(entry.icd10 for entry in entries if entry.icd10))


def _wanted(code: str, around: Situation) -> tuple[str, ...]:
    """Return, as it is written, what the code is under in the first entry that holds it: what pays before what 医保 pays."""
    for entry in around.entries:
        if entry.icd10 and entry.icd10.hold((code,)) is Agreement.PASS:
            return entry.icd10_written
    return ()


# ---------------------------------------------------------------------------------------------- person, place


def _sex(claim: Claim, around: Situation) -> list[Change]:
    if claim.member.sex or not any(entry.sex for entry in around.entries):
        return []
    return [Change("sex", sex, None) for sex in vocabularies.SEXES.codes]


def _age(claim: Claim, around: Situation) -> Iterator[Change]:
    """One age of each stretch that the entries tell apart."""
    asking = [entry for entry in around.entries if entry.age_min is not None or entry.age_max is not None]
    if claim.member.age is not None or not asking:
        return
    lows = {entry.age_min for entry in asking if entry.age_min}
    cuts = lows | {entry.age_max + 1 for entry in asking if entry.age_max is not None and entry.age_max < MAX_AGE}
    for low, above in pairwise([0, *sorted(cuts), MAX_AGE + 1]):
        bounds = f"≥ {low}" if above > MAX_AGE else f"≤ {above - 1}" if not low else f"{low}–{above - 1}"
        yield Change("age", low or above - 1, None, (bounds,))


def _setting(line: Line, around: Situation) -> list[Change]:
    named_in = [entry.settings for entry in around.entries] + [benefit.settings for benefit in around.benefits]
    if not any(named_in):
        return []
    asked = {setting for settings in named_in for setting in settings}
    # Of the settings that nobody names, one stands for all.
    rest = [setting for setting in vocabularies.SETTINGS.codes if setting not in asked][:1]
    tried = [setting for setting in vocabularies.SETTINGS.codes if setting in asked] + rest
    return [Change("setting", setting, line.setting or None) for setting in tried if setting != line.setting]


def _level(line: Line, around: Situation) -> list[Change]:
    """One level of each stretch that the entries tell apart; above what is given the nearer is less."""
    cuts = sorted({entry.min_institution_level for entry in around.entries if entry.min_institution_level})
    was = line.institution_level
    found: list[Change] = []
    if not cuts:
        return found
    for low, above in pairwise(sorted({1, *cuts, _LEVELS[-1] + 1})):
        if was is not None and low <= was < above:
            continue
        below = was is not None and was >= above
        to = above - 1 if below else low
        less = () if below else tuple([change for change in found if change.to > (was or 0)])
        found.append(Change("institution_level", to, was, (f"≤ {above - 1}" if below else f"≥ {low}",), less))
    return found


# ---------------------------------------------------------------------------------------------- days


def lies_outside(claim: Claim, line: Line, snapshot: Snapshot) -> bool:
    """Tell whether a line's day lies outside the policy, its waiting period, the product, or every list that holds the drug: only then is another
    day worth trying."""
    return not _within(claim, line, snapshot) or not _listed(line, snapshot, line.service_date)


def _days(claim: Claim, line: Line, snapshot: Snapshot) -> list[date]:
    """Return the other days that lie within all these, the nearest first."""
    if not lies_outside(claim, line, snapshot):
        return []
    within = _within(claim, line, snapshot)
    day, versions = line.service_date, snapshot.product_versions
    listed = [version for versions in snapshot.catalogs.values() for version in versions]
    found = other_days(day, claim.member, versions, listed, snapshot.known_at)
    drug = recognise(line.identity, snapshot.knowledge)
    sources = [snapshot.sources(one) for one in {day, *found}]
    loaded = {version for found in sources if found for version in found.versions()}
    periods = [entry for version in loaded for entry in version.candidates(drug, ()) if entry.has_period]
    if periods:
        found = other_days(day, claim.member, versions, [*listed, *periods], snapshot.known_at)
    return [
        other
        for other in found
        if _within(claim, line._replace(service_date=other), snapshot)
        and (not within or _listed(line, snapshot, other))
    ]


def _within(claim: Claim, line: Line, snapshot: Snapshot) -> bool:
    case = Case(claim, line, snapshot)
    return all(gate(case).reason is None for gate in (product_version_in_force, policy_in_force, waiting_period_over))


def _listed(line: Line, snapshot: Snapshot, day: date) -> bool:
    """Tell whether a catalog of some benefit holds the drug on a day; a benefit without catalogs asks for none."""
    sources = snapshot.sources(day)
    if sources is None:
        return False
    drug = recognise(line.identity, snapshot.knowledge)
    if drug.difficulty:
        return True  # no day tells which drug it is
    return any(not benefit.catalogs for benefit in sources.terms.benefits) or bool(
        met(paying(sources), drug, line, day, snapshot)
    )


def _nearer_first(day: date, days: Sequence[date]) -> list[Change]:
    """Write the days as changes: of those on one side of the service date the nearer is less."""
    found: list[Change] = []
    for other in days:
        less = [change for change in found if (change.to > day.isoformat()) == (other > day)]
        found.append(Change("service_date", other.isoformat(), day.isoformat(), less=tuple(less)))
    return found
