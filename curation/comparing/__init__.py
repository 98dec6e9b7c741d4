"""Two lists or two days beside each other, many lists beside each other, editions on two clocks (spec curation 4)."""
