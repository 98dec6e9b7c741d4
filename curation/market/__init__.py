"""From the market to a series: what products' lists hold, how often, and which of it is kept (spec curation 3)."""
