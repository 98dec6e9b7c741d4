"""Impact 影响试算: a version laid over what is published, tried on decisions that are recorded (spec curation.md 5).

services ask, cancel and show; planning finds what is to be tried and cuts it into parts; trying does one part; lines, totals and written are pure:
what of a line is compared, what is summed, and what the file of differing lines looks like.
"""
