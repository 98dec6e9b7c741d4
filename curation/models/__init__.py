"""What the office's work above lists and claims keeps, a file a subject."""

from curation.models.impact import ImpactPart, ImpactRun

__all__ = ["ImpactPart", "ImpactRun"]
