from curation.models.coding import CodingDecision

__all__ = ["CodingDecision"]
