"""The office's work above lists, products and claims: drafting from the market, comparing, findings, reports (spec curation 3 to 6)."""
