"""Background work of curation."""
