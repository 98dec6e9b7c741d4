"""The coding desk: what a restriction's text may mean in columns, suggested; decided by a person (spec curation.md 6)."""
