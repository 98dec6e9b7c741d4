"""What the office's work above lists and claims keeps, a file a subject."""

from curation.models.coding import CodingDecision
from curation.models.corrections import SettledCheck
from curation.models.findings import Finding, FindingQuerySet, FindingsWorked
from curation.models.golden import GoldenCase, GoldenExpectation
from curation.models.impact import ImpactPart, ImpactRun
from curation.models.market import STATES, CollectedList, Collection

__all__ = [
    "CodingDecision",
    "CollectedList",
    "Collection",
    "Finding",
    "FindingQuerySet",
    "FindingsWorked",
    "GoldenCase",
    "GoldenExpectation",
    "ImpactPart",
    "ImpactRun",
    "STATES",
    "SettledCheck",
]
