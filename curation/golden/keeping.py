"""What a golden case keeps of a claim: what judging needs, and nothing that leads to a person. Pure."""

from collections.abc import Mapping
from typing import Any, Final

# Judging asks whether there is an authorisation, never which.
AUTHORISED: Final = "AUTHORISED"


def kept_of(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return a claim that was read without fault, as a case keeps it.

    Its number, the member's reference and the instant that was asked about go; the senders' own names of lines, by which a row takes back from
    another, become numbers in their order, and the number of a prior authorisation one word.
    """
    kept = {name: value for name, value in claim.items() if name not in ("claim_no", "as_known_at")}
    if isinstance(kept.get("member"), Mapping):
        kept["member"] = {name: value for name, value in kept["member"].items() if name != "member_ref"}
    names: dict[str, str] = {}
    kept["lines"] = [_kept_line(line, names) for line in claim["lines"]]
    return kept


def _kept_line(line: Mapping[str, Any], names: dict[str, str]) -> dict[str, Any]:
    kept = dict(line)
    for name in ("reference", "refund_of"):
        if kept.get(name):
            kept[name] = names.setdefault(str(kept[name]).strip(), str(len(names) + 1))
    if kept.get("prior_auth_no"):
        kept["prior_auth_no"] = AUTHORISED
    return kept
