"""The people who sign in: their passwords, second factors, locks and sessions (spec curation.md 7)."""
