"""May this claim be paid? The pure core: facts in, decision out (spec eligibility.md, rules version 2).

No Django, no clock, no settings, no queries: the same facts give the same decision, for ever. How to use it:

1. read the request

    claim = parse_claim(decoded_json, language)              # raises InvalidClaim with every problem at its pointer
    query = parse_coverage(decoded_json, today=..., ...)     # the same for a coverage query; coverage_fields() for a URL's

2. load what can matter (claims.facts does it from the database)

    days = {line.service_date for line in claim.lines}       # and claim.service_date, to which accumulators belong
    identities = [line.identity for line in claim.lines]
    versions = needs(days, product_versions, catalog_versions, known_at)   # which catalog versions are in force, by day
    closure = Closure(identities, forms)                     # catalog.drugs.knowledge: the rows that recognition needs
    while keys := closure.missing_keys():
        closure.add(rows_with(keys))
    knowledge = Knowledge.build(closure.rows, forms)
    names = entry_names(identities, knowledge)               # whose entries to load from these versions
    indexes = index_entries([compile_entry(row, forms, kind) for row in rows], kind)
    CompiledVersion(..., by_name=indexes.by_name, by_class=indexes.by_class, selectors=indexes.selectors)
    snapshot = Snapshot(product, product_versions, catalogs, knowledge, known_at)

   `Indexes` are immutable and may be kept by the version's checksum and kind. Of a version too large to be compiled whole the
   entries of these `names` suffice (`index_by_name`), those that name no drug of a list that excludes (`index_selectors`), and
   for a coverage query those of the classes `classes_of(recognise(identity, knowledge).class_codes)` (`index_by_class`). For a
   coverage query the knowledge must also know which drugs the entries of these classes name.

3. decide

    decision = assess_claim(claim, snapshot)                    # or, for a batch, judge_claim and then pay, in order, carrying
                                                             # the ledger from claim to claim of one member
    coverage = assess_coverage(query, snapshot)

4. answer

    answer(decision, language)                               # spec api.md, "A check", without `id`
    coverage_answer(coverage, language)                      # spec api.md, "Coverage answer"

A request says when it wants to be asked (`claim.known_at`, None for now); the caller passes that instant on as `known_at`.
"""

from claims.eligibility.answer import accumulators_document, answer, coverage_answer
from claims.eligibility.assess import assess_claim, judge_claim
from claims.eligibility.authorisations import NOTHING_SPENT, Authorisation, Spent, Use
from claims.eligibility.compiled import CompiledVersion, Indexes, Selectors
from claims.eligibility.compiling import (
    compile_entry,
    index_by_class,
    index_by_name,
    index_entries,
    index_selectors,
)
from claims.eligibility.coverage import assess_coverage
from claims.eligibility.decision import Coverage, Decision, JudgedClaim, Judgement, LineDecision, Money
from claims.eligibility.entry import Entry
from claims.eligibility.facts import RULES_VERSION, Accumulators, Claim, CoverageQuery, Line, Member
from claims.eligibility.money import NOTHING_USED, Ledger, pay
from claims.eligibility.other_drugs import classes_of
from claims.eligibility.reasons import REASONS, Reason, ReasonKind
from claims.eligibility.request import (
    InvalidClaim,
    InvalidQuery,
    coverage_fields,
    parse_claim,
    parse_coverage,
)
from claims.eligibility.snapshot import ProductVersion, Snapshot, Sources, entry_names, needs, sources_on

__all__ = [
    "NOTHING_SPENT",
    "NOTHING_USED",
    "REASONS",
    "RULES_VERSION",
    "Accumulators",
    "Authorisation",
    "Claim",
    "CompiledVersion",
    "Coverage",
    "CoverageQuery",
    "Decision",
    "Entry",
    "Indexes",
    "InvalidClaim",
    "InvalidQuery",
    "JudgedClaim",
    "Judgement",
    "Ledger",
    "Line",
    "LineDecision",
    "Member",
    "Money",
    "ProductVersion",
    "Reason",
    "ReasonKind",
    "Selectors",
    "Sources",
    "Snapshot",
    "Spent",
    "Use",
    "accumulators_document",
    "answer",
    "assess_claim",
    "assess_coverage",
    "classes_of",
    "compile_entry",
    "coverage_answer",
    "coverage_fields",
    "entry_names",
    "index_by_class",
    "index_by_name",
    "index_entries",
    "index_selectors",
    "judge_claim",
    "needs",
    "parse_claim",
    "parse_coverage",
    "pay",
    "sources_on",
]
