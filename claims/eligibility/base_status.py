"""What 医保 does with a line, its base status 医保状态: covered, out of its restriction, not listed, excluded, or not to be told (eligibility 5)."""

from collections.abc import Callable

from catalog.drugs.recognise import Recognition
from claims.eligibility.compiled import CompiledVersion
from claims.eligibility.decision import BaseFinding
from claims.eligibility.entry_match import Grade, Match
from claims.eligibility.snapshot import Sources


def base_status(
    sources: Sources[CompiledVersion],
    match: Callable[[CompiledVersion], Match | None],
    recognition: Recognition,
    *,
    fund_paid: bool,
) -> BaseFinding:
    """Return the base status by the matches of a line; `fund_paid`: the fund has paid, so it has judged what we cannot tell."""
    unsure: Match | None = None
    for version in sources.exclusions:
        excluded = match(version)
        if excluded and excluded.grade is Grade.FULL:
            return BaseFinding("excluded", version, excluded.entry)
        if excluded and excluded.grade is Grade.UNKNOWN and not fund_paid:
            unsure = unsure or excluded
    if unsure:
        return BaseFinding("undetermined", unsure.version, unsure.entry)
    base = sources.base
    if base is None:
        return BaseFinding("not_listed")
    found = match(base)
    if found is None:
        if base.speaks_of(recognition):
            return BaseFinding("not_listed", base)
        return BaseFinding("covered" if fund_paid else "undetermined", base)
    if found.grade is Grade.FULL or (found.grade is Grade.UNKNOWN and fund_paid):
        return BaseFinding("covered", base, found.entry)
    if found.grade is Grade.UNKNOWN:
        return BaseFinding("undetermined", base, found.entry)
    return BaseFinding("restricted_out", base, found.entry)
