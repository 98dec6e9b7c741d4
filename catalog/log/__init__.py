"""The publication log: every publication and withdrawal of a shared list, in an append-only Merkle tree (spec proof.md 2)."""
