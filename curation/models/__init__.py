"""The tables of the office's work, a subject a file."""
