"""REST of curation."""
