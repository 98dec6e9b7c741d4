"""Drugs by what lists and the master say of them on a day: marks (国谈, 竞价, 集采, …, 罕见病), regulators, and where they are approved.

Marks are of entries. Two are also said by the class (谈判, 竞价), and 罕见病 by the column, or surely by the disease (catalog.diseases).
Approvals are those of entries and of the drug master; an approval number is an approval at home.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from catalog import reference
from catalog.agreement_period import on_day
from catalog.diseases import RareRule, rare_diseases
from catalog.drug_aliases import Aliases, aliases_at
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from catalog.vocabularies import EXCLUDING_KINDS, MARKS, REGULATORS, Term, Vocabulary
from common import icd10
from common.cache import LruCache

RARE: Final = "rare_disease"
HOME_REGULATOR: Final = "NMPA"
# What a drug may be sought by: the marks that entries carry, and what is worked out.
SAID: Final = Vocabulary(*MARKS.terms, Term(RARE, "罕见病", "rare disease", ("罕见病用药",)))
APPROVALS: Final = Vocabulary(
    Term("home", "国内已上市", "approved in China"),
    Term("abroad", "境外已上市", "approved abroad"),
    Term("abroad_only", "仅境外上市", "approved abroad only"),
)
# A mark → the reimbursement class that says the same.
BY_CLASS: Final[Mapping[str, str]] = {"negotiated": "negotiated", "bidding": "bid"}


def with_mark(found: QuerySet[CatalogEntry], mark: str) -> QuerySet[CatalogEntry]:
    """Keep the entries that carry a mark of SAID, or of which it is worked out."""
    if mark == RARE:
        return found.filter(Q(rare_disease=True) | Q(pk__in=surely_rare(found)))
    said = Q(marks__contains=[mark])
    if mark in BY_CLASS:
        said |= Q(reimbursement_class=BY_CLASS[mark])
    return found.filter(said)


def surely_rare(found: QuerySet[CatalogEntry]) -> list[int]:
    """Return the ids of those entries that are surely for a listed rare disease and do not say themselves whether they are."""
    rules = reference.rare_disease_rules()
    heads = sorted({icd10.compared(code)[:3] for rule in rules for code in rule.codes})
    # Every code of such an entry lies under a rule's: one statement finds the few that may be.
    likely = found.filter(rare_disease=None).exclude(icd10=[])
    likely = likely.extra(  # noqa: S610
        where=[
            "left(upper(icd10[1]), 3) = ANY(%s)",
            "NOT EXISTS (SELECT FROM unnest(icd10) c WHERE left(upper(c), 3) <> ALL(%s))",
        ],
        params=[heads, heads],
    )
    rows = likely.order_by().values_list("pk", "icd10", "criteria", "indication", "restriction")
    # Entries repeat their codes: which rules these meet is looked up once.
    met: dict[tuple[str, ...], list[RareRule]] = {}
    sure = []
    for pk, codes, criteria, indication, restriction in rows.iterator(chunk_size=5_000):
        key = tuple(codes)
        if key not in met:
            met[key] = [
                rule for rule in rules if rare_diseases([rule._replace(says="")], codes=codes, criteria=(), text="")
            ]
        text = f"{indication}\n{restriction}"
        if met[key] and rare_diseases(met[key], codes=codes, criteria=criteria, text=text):
            sure.append(pk)
    return sure


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that may be said of a drug: a mark of SAID, a regulator, or an approval of APPROVALS."""

    kind: str
    code: str


MARK, REGULATOR, APPROVAL = "mark", "regulator", "approval"
EVERYTHING: Final = (
    *(Said(MARK, code) for code in SAID.codes),
    *(Said(APPROVAL, code) for code in APPROVALS.codes),
    *(Said(REGULATOR, code) for code in REGULATORS.codes),
)

# Every (version, drug, what is said of it): of the entries of a day of which something is said, and of the master's rows of the drugs they name.
_ALIASES = """
WITH aliases AS (SELECT * FROM unnest(%(aliases)s::text[], %(drugs)s::text[]) AS a(alias, drug))
"""
_FROM = """
  FROM catalog_catalogentry e LEFT JOIN aliases a ON a.alias = e.base_name
  WHERE e.version_id = ANY(%(versions)s) AND e.base_name <> ''
    AND (e.effective_from IS NULL OR e.effective_from <= %(day)s) AND (e.effective_to IS NULL OR e.effective_to >= %(day)s)
"""
_TOLD = f"""
{_ALIASES}, listed AS MATERIALIZED (
  SELECT e.id, e.version_id, coalesce(a.drug, e.base_name) AS drug, e.marks, e.regulators, e.reimbursement_class, e.rare_disease, e.approval_key
  {_FROM}
    AND (e.marks <> '{{}}' OR e.regulators <> '{{}}' OR e.reimbursement_class IN ('negotiated', 'bid') OR e.rare_disease
      OR e.approval_key <> '' OR e.id = ANY(%(rare)s))
),
approved AS MATERIALIZED (
  SELECT p.base_name, 'NMPA' AS regulator FROM catalog_drugproduct p
  WHERE p.approval_key <> '' AND p.recorded_from <= %(known_at)s AND (p.recorded_to IS NULL OR p.recorded_to > %(known_at)s)
  UNION SELECT p.base_name, a.regulator FROM catalog_drugproduct p JOIN catalog_approval a ON a.product_id = p.id
  WHERE p.recorded_from <= %(known_at)s AND (p.recorded_to IS NULL OR p.recorded_to > %(known_at)s)
),
master AS (
  SELECT DISTINCT named.version_id, named.drug, approved.regulator
  FROM (SELECT e.version_id, coalesce(a.drug, e.base_name) AS drug {_FROM} AND EXISTS (SELECT FROM approved)) named
  JOIN approved ON approved.base_name = named.drug
),
said AS (
  SELECT version_id, drug, 'mark' AS kind, unnest(marks) AS code FROM listed
  UNION ALL SELECT version_id, drug, 'mark', 'negotiated' FROM listed WHERE reimbursement_class = 'negotiated'
  UNION ALL SELECT version_id, drug, 'mark', 'bidding' FROM listed WHERE reimbursement_class = 'bid'
  UNION ALL SELECT version_id, drug, 'mark', 'rare_disease' FROM listed WHERE rare_disease OR id = ANY(%(rare)s)
  UNION ALL SELECT version_id, drug, 'regulator', unnest(regulators) FROM listed
  UNION ALL SELECT version_id, drug, 'regulator', 'NMPA' FROM listed WHERE approval_key <> ''
  UNION ALL SELECT version_id, drug, 'regulator', regulator FROM master
),
told AS (
  SELECT DISTINCT version_id, drug, kind, code FROM said
  UNION SELECT version_id, drug, 'approval', 'home' FROM said WHERE kind = 'regulator' AND code = 'NMPA'
  UNION SELECT version_id, drug, 'approval', 'abroad' FROM said WHERE kind = 'regulator' AND code <> 'NMPA'
  UNION (
    SELECT version_id, drug, 'approval', 'abroad_only' FROM said WHERE kind = 'regulator' AND code <> 'NMPA'
    EXCEPT SELECT version_id, drug, 'approval', 'abroad_only' FROM said WHERE kind = 'regulator' AND code = 'NMPA'
  )
)
"""  # noqa: S608
_COUNTS = f"{_TOLD}SELECT version_id, kind, code, count(DISTINCT drug) FROM told GROUP BY 1, 2, 3"  # noqa: S608
_DRUGS = f"{_TOLD}SELECT DISTINCT drug FROM told WHERE kind = %(kind)s AND code = %(code)s"  # noqa: S608
_LISTED = f"{_ALIASES} SELECT DISTINCT coalesce(a.drug, e.base_name) {_FROM}"  # noqa: S608

_counts: LruCache[tuple[Any, ...], dict[tuple[int, Said], int]] = LruCache(200)
_drugs: LruCache[tuple[Any, ...], frozenset[str]] = LruCache(1_000_000, weight=len)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which published versions are asked on which day, as known at an instant; `revision` tells one state of the tables from another."""

    versions: tuple[int, ...]
    day: date
    known_at: datetime
    revision: int | None
    aliases: Aliases

    def key(self, *more: Any) -> tuple[Any, ...]:
        """Return what an answer depends on: of the present the revision, of the past the instant."""
        return (self.versions, self.day, self.known_at if self.revision is None else self.revision, *more)

    def parameters(self) -> dict[str, Any]:
        """Return what the statements ask with."""
        owners = self.aliases.owners
        entries = CatalogEntry.objects.filter(on_day(self.day), version__in=self.versions)
        return {
            "aliases": list(owners),
            "drugs": list(owners.values()),
            "versions": list(self.versions),
            "day": self.day,
            "known_at": self.known_at,
            "rare": surely_rare(entries),
        }


def counts_of(asked: Asked) -> dict[tuple[int, Said], int]:
    """Return how many drugs of each version each thing is said of; what is said of none is left out."""
    found = _counts.get(asked.key())
    if found is None:
        rows = _rows(_COUNTS, asked.parameters())
        found = {(version, Said(kind, code)): count for version, kind, code, count in rows}
        _counts.put(asked.key(), found)
    return found


def drugs_said(asked: Asked, what: Said) -> frozenset[str]:
    """Return the base names of the drugs of these versions of which one thing is said."""
    found = _drugs.get(asked.key(what))
    if found is None:
        found = frozenset(
            name for (name,) in _rows(_DRUGS, asked.parameters() | {"kind": what.kind, "code": what.code})
        )
        _drugs.put(asked.key(what), found)
    return found


def drugs_listed(asked: Asked) -> frozenset[str]:
    """Return the base names of the drugs that these versions list on the day."""
    found = _drugs.get(asked.key())
    if found is None:
        found = frozenset(name for (name,) in _rows(_LISTED, asked.parameters()))
        _drugs.put(asked.key(), found)
    return found


def _rows(sql: str, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def of_all(asked: Asked, wanted: Collection[Said]) -> frozenset[str]:
    """Return the drugs of which all that is wanted is said; all that are listed where nothing is."""
    sets = [drugs_said(asked, one) for one in wanted]
    return frozenset.intersection(*sets) if sets else drugs_listed(asked)


def asked_of(
    *, insurer_id: int | None, day: date, known_at: datetime, revision: int | None, catalog: str = ""
) -> Asked:
    """Return the versions in force on a day of the lists that an insurer may see (None: the office), or of one of them.

    Lists of what is not paid are asked where they are named only. `revision` is that of the observation where `known_at` is its instant.
    """
    if catalog:
        versions = CatalogVersion.objects.filter(catalog__in=Catalog.objects.named(catalog, insurer_id))
    else:
        paying = Catalog.objects.readable_by(insurer_id).exclude(kind__in=EXCLUDING_KINDS)
        versions = CatalogVersion.objects.filter(catalog__in=paying)
    in_force = versions.in_force(day, known_at).values_list("pk", flat=True)
    return Asked(tuple(sorted(in_force)), day, known_at, revision, aliases_at(known_at))
