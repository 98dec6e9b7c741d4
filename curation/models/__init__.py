"""The tables of the office's work, a subject a file."""

from curation.models.market import STATES, CollectedList, Collection

__all__ = ["STATES", "CollectedList", "Collection"]
