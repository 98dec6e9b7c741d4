"""Rehearsal 预演: what begins, ends and changes on days to come, as far as it is published (spec curation.md 5).

steps is pure: on which days a list says something else than the day before. queries compare these days drug by drug; days does so over all lists.
"""
