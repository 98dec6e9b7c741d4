"""Corrections: which recorded checks would be answered otherwise now, and which of them are settled (spec curation.md 5).

queries find the checks that rest on what has changed since, judging decides some of them again, services mark one as settled.
Recorded checks alone: a batch is decided again by an impact run, or by sending its file again.
"""
