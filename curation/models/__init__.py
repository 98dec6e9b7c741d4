"""The tables of the office's work, a subject a file."""

from curation.models.findings import Finding, FindingQuerySet, FindingsWorked

__all__ = ["Finding", "FindingQuerySet", "FindingsWorked"]
