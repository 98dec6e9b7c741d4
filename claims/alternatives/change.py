"""One change to what a claim says, and a claim with some changes made."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from catalog.drugs.knowledge import Identity
from claims.eligibility import Claim, Line
from common import icd10
from common.dates import parse_day
from common.errors import pointer
from common.text import approval_key, norm

Kind = Literal["fact", "paper"]

EVIDENCE: Final = "evidence."
DRUG_FIELDS: Final = frozenset(Identity._fields)
# What can be obtained and sent afterwards; everything else is as it is, and only a person can know it.
_PAPERS: Final = frozenset({"prior_auth_no", "base_settled"})
# Of the person, so of all lines; every other field is the line's own.
_OF_MEMBER: Final = frozenset({"sex", "age"})


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A field of the request set to another value: `evidence.<code>`, or the field's name (spec api.md, "A check").

    `to` and `was` are as the request writes them, None for not given. `wanted` are the codes or the bounds of which `to` is an example.
    `less` are the changes of the same field that are smaller than this one: a set with one of them in its place is preferred.
    """

    field: str
    to: Any
    was: Any
    wanted: tuple[str, ...] = ()
    less: tuple["Change", ...] = ()

    @property
    def kind(self) -> Kind:
        """`paper` where it can be obtained and sent; `fact` where only a person can know whether it is so."""
        return "paper" if self.field in _PAPERS else "fact"

    def pointer(self, line: Line) -> str:
        """Return the place in the request, as a JSON Pointer, that the change sets for a line."""
        if self.field in _OF_MEMBER:
            return pointer("member", self.field)
        if self.field.startswith(EVIDENCE):
            return pointer("lines", line.place, "evidence", self.field.removeprefix(EVIDENCE))
        return pointer("lines", line.place, self.field)


def changed(claim: Claim, line: Line, changes: Iterable[Change]) -> tuple[Claim, Line]:
    """Return a claim and one of its lines with changes made. Of the claim only the member is changed, not the lines it holds."""
    identity: dict[str, str] = {}
    member: dict[str, Any] = {}
    said: dict[str, Any] = {}
    evidence: dict[str, bool] = {}
    for change in changes:
        field, to = change.field, change.to
        if field in DRUG_FIELDS:
            identity[field] = approval_key(to or "") if field == "approval_no" else norm(to or "")
        elif field in _OF_MEMBER:
            member[field] = to
        elif field.startswith(EVIDENCE):
            evidence[field.removeprefix(EVIDENCE)] = to
        elif field == "diagnoses":
            said[field] = tuple([icd10.compared(code) for code in to])
        elif field == "service_date":
            said[field] = parse_day(to)
        else:
            said[field] = to
    if evidence:
        said["evidence"] = {**line.evidence, **evidence}
    if identity:
        said["identity"] = line.identity._replace(**identity)
    if member:
        claim = replace(claim, member=replace(claim.member, **member))
    return claim, line._replace(**said) if said else line
