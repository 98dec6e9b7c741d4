"""What a line may meet: the entries that name its drug or select it, on its day and on others, under its identity and under others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.drugs.knowledge import Identity
from catalog.drugs.recognise import Recognition, recognise
from catalog.drugs.three_valued import Agreement
from claims.eligibility import CompiledVersion, Entry, Line, Snapshot, Sources
from claims.eligibility.drug_part import applies
from insurers.terms import Benefit, ProductTerms


@dataclass(frozen=True, slots=True)
class Situation:
    """Entries of the lists in force, each once: `paid` of the benefits' catalogs, `base` of what 医保 pays, `excluding` of what it or the product
    does not pay; and the terms of the product versions."""

    paid: tuple[Entry, ...]
    base: tuple[Entry, ...]
    excluding: tuple[Entry, ...]
    terms: tuple[ProductTerms, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them."""
        return (*self.paid, *self.base, *self.excluding)

    @property
    def benefits(self) -> tuple[Benefit, ...]:
        """The benefits of the terms."""
        return tuple([benefit for terms in self.terms for benefit in terms.benefits])


def situation_of(line: Line, snapshot: Snapshot, identities: Iterable[Identity], days: Sequence[date]) -> Situation:
    """Gather what a line may meet on any of the days under any of the identities."""
    drugs = [recognise(identity, snapshot.knowledge) for identity in identities]
    paid: dict[int, Entry] = {}
    base: dict[int, Entry] = {}
    excluding: dict[int, Entry] = {}
    terms: dict[str, ProductTerms] = {}
    for day in days:
        sources = snapshot.sources(day)
        if sources is None:
            continue
        terms[sources.terms.label] = sources.terms
        for drug in drugs:
            for found, versions in (
                (paid, paying(sources)),
                (base, [sources.base] if sources.base else []),
                (excluding, [*sources.exclusions, *sources.negatives]),
            ):
                found |= {id(entry): entry for entry in met(versions, drug, line, day, snapshot)}
    return Situation(tuple(paid.values()), tuple(base.values()), tuple(excluding.values()), tuple(terms.values()))


def paying(sources: Sources[CompiledVersion]) -> list[CompiledVersion]:
    """Return the versions in force of all benefits' catalogs, each once."""
    return list({id(version): version for listed in sources.benefit_catalogs for version in listed}.values())


def met(
    versions: Iterable[CompiledVersion], drug: Recognition, line: Line, day: date, snapshot: Snapshot
) -> list[Entry]:
    """Return the entries of versions, in force on a day, whose drug part does not fail."""
    # Without a diagnosis an excluding list gives the entries of every disease, since any may be asked about.
    return [
        entry
        for version in versions
        for entry in version.candidates(drug, ())
        if entry.in_force_on(day) and applies(entry, drug, snapshot.knowledge.forms) is not Agreement.FAIL
    ]
