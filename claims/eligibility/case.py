"""One line before the gates: what is known of it, and its matches, each looked up once."""

from collections.abc import Iterable

from catalog.drugs.recognise import Recognition, recognise
from catalog.drugs.three_valued import Agreement
from claims.eligibility.authorisations import NOTHING_SPENT, Spent, Standing, standing
from claims.eligibility.base_status import base_status
from claims.eligibility.compiled import CompiledVersion
from claims.eligibility.decision import BaseFinding
from claims.eligibility.entry_match import Grade, Match, best_match
from claims.eligibility.facts import Claim, Line, LineFacts
from claims.eligibility.snapshot import Snapshot, Sources


class Case:
    """A line of a claim, seen against a snapshot. Only what a gate or benefit asks for is worked out, and only once.

    `is_query`: a coverage query, whose criteria are not asked (eligibility 8), but for `with_evidence`. `spent` is what the lines before
    used of prior authorisations; `authorisation` is set once that of this line was looked at. `sources` None: no product version is in force,
    and nothing below may be asked.
    """

    __slots__ = (
        "claim",
        "line",
        "is_query",
        "sources",
        "recognition",
        "facts",
        "pre_existing",
        "authorisation",
        "_snapshot",
        "_spent",
        "_forms",
        "_matches",
        "_base",
    )

    def __init__(
        self,
        claim: Claim,
        line: Line,
        snapshot: Snapshot,
        *,
        is_query: bool = False,
        with_evidence: bool = False,
        spent: Spent = NOTHING_SPENT,
    ) -> None:
        member = claim.member
        self.claim = claim
        self.line = line
        self.is_query = is_query
        self.sources: Sources[CompiledVersion] | None = snapshot.sources(line.service_date)
        self.recognition: Recognition = recognise(line.identity, snapshot.knowledge)
        self.facts = LineFacts.of(line, member, asks_criteria=with_evidence or not is_query)
        self.pre_existing: bool = (
            bool(member.pre_existing) and member.pre_existing.hold(line.diagnoses) is Agreement.PASS
        )
        self.authorisation: Standing | None = None
        self._snapshot = snapshot
        self._spent = spent
        self._forms = snapshot.knowledge.forms
        self._matches: dict[CompiledVersion, Match | None] = {}
        self._base: BaseFinding | None = None

    def match(self, version: CompiledVersion) -> Match | None:
        """Return the match in a version (eligibility 4.3)."""
        if version in self._matches:
            return self._matches[version]
        match = best_match(version, self.recognition, self.facts, self._forms)
        self._matches[version] = match
        return match

    def authorised(self) -> Standing:
        """Return how the line stands to the prior authorisation whose number it gives."""
        if self.authorisation is None:
            found = self._snapshot.authorisations.get(self.line.prior_auth_no)
            self.authorisation = standing(self.claim, self.line, self.recognition.drug, found, self._spent)
        return self.authorisation

    def best_match(self, versions: Iterable[CompiledVersion]) -> Match | None:
        """Return, of the matches in versions as listed, the first full, else the first unknown, else the first that
        fails (eligibility 6)."""
        best: Match | None = None
        for version in versions:
            match = self.match(version)
            if match is None:
                continue
            if match.grade is Grade.FULL:
                return match
            if best is None or (best.grade is Grade.FAILS and match.grade is Grade.UNKNOWN):
                best = match
        return best

    @property
    def base(self) -> BaseFinding:
        """What 医保 does with the line (eligibility 5, base status)."""
        if self._base is None:
            assert self.sources is not None
            self._base = base_status(self.sources, self.match, self.recognition, fund_paid=self.line.base_paid > 0)
        return self._base
