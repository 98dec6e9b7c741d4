"""What does not fit together across lists, products and the drug master (spec curation 4, Findings)."""
