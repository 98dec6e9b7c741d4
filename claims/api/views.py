"""Claims endpoints: parse, one call into the app, shape the answer. A fault is a 5xx, never an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from catalog.clock import Observation
from claims import services
from claims.api import serializers as shapes
from claims.api.filters import CheckFilter
from claims.eligibility import REASONS
from claims.eligibility.answer import answer
from claims.facts import product_facts
from claims.models import ClaimCheck
from claims.odd_claims import note_documents, worded_notes
from claims.replay import Replayed, replay_check
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.audit.deeds import Deed
from common.audit.services import record
from common.dates import CLOCK_AHEAD, parse_instant
from common.errors import FieldError
from common.labels import reader_language
from common.languages import Language
from insurers.api.authentication import ANY_KEY, insurer_of
from insurers.api.callers import Caller

CHECK = ("claims:check",)


def language_of(request: Any) -> Language:
    """Return zh, or en where the caller prefers it (Accept-Language)."""
    return reader_language()


def seen_by(caller: Caller) -> Observation:
    """Return the instant and revision that were observed when the key was read: the only clock of the request."""
    return Observation(caller.revision, caller.known_at)


def flag(request: Any, name: str) -> bool:
    """Return a yes-or-no parameter; raises a 400 for anything but true and false."""
    text = request.query_params.get(name, "false").lower()
    if text not in {"true", "false", "1", "0"}:
        detail = _("%(name)s is true or false.") % {"name": name}
        raise ApiProblem(400, "invalid", detail, [FieldError(f"/{name}", "BAD_YES_NO", detail)])
    return text in {"true", "1"}


class ClaimCheckViewSet(ApiViewSet):
    """Claim checks 理赔审核: is each line eligible, why, and for how much."""

    queryset = ClaimCheck.objects.none()
    serializer_class = shapes.CheckListOutput
    filterset_class = CheckFilter
    scopes = {"GET": CHECK, "POST": CHECK}
    located = frozenset({"create"})
    refusals = {"create": (404,), "retrieve": (410,), "replay": (410,)}

    def get_queryset(self) -> QuerySet[ClaimCheck]:
        own = ClaimCheck.objects.filter(insurer=insurer_of(self.request.user))
        return own.select_related("product").order_by("-decided_at", "-id")

    def list(self, request: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()).defer("facts", "decision"))
        record(Deed.CHECKS_LISTED, by=request.user.person, what=ClaimCheck, after={"found": len(page or [])})
        return self.get_paginated_response(shapes.CheckListOutput(page, many=True).data)

    @extend_schema(responses=shapes.KeptCheckOutput)
    def retrieve(self, request: Any, pk: str) -> Response:
        """What was decided, as it was decided."""
        refuse_unknown(request.query_params, ())
        check = get_object_or_404(self.get_queryset(), pk=pk)
        if check.decision is None:
            raise services.FactsRemoved
        product = product_facts(insurer_id=check.insurer_id, code=check.product.code, seen=seen_by(request.user))
        shown = services.with_provenance(services.worded(check.decision, language_of(request)), product)
        record(Deed.CHECK_READ, by=request.user.person, what=check, name=str(check.pk))
        return Response({"id": str(check.pk), **shown, "asked": check.facts, "decided_at": check.decided_at})

    @extend_schema(
        request=shapes.CheckInput,
        responses={200: shapes.CheckOutput},
        parameters=[OpenApiParameter("dry_run", bool, description="decide, but record nothing")],
    )
    def create(self, request: Any) -> Response:
        """Decide one claim."""
        refuse_unknown(request.query_params, ("dry_run",))
        language = language_of(request)
        decided = services.decide_claim(
            insurer_id=insurer_of(request.user),
            data=request.data,
            by=request.user.person,
            seen=seen_by(request.user),
            language=language,
            record=not flag(request, "dry_run"),
        )
        shown = services.with_provenance(answer(decided.decision, language), decided.product)
        check = decided.check
        headers = {"Location": reverse("check-detail", args=[check.pk])} if check else {}
        notes = worded_notes(note_documents(decided.notes), language)
        return Response({"id": str(check.pk) if check else None, **shown, "notes": notes}, headers=headers)

    @extend_schema(request=shapes.ReplayInput, responses=shapes.ReplayOutput)
    def replay(self, request: Any, pk: str) -> Response:
        """The decision again: as it was known then, or as known at another instant (`now` for the present), with what differs.

        A decision recorded under earlier rules keeps its digest and says by which it was decided; it is decided again by those of today, so
        `same` is false, `causes` names both rules versions, and `differences` what they change. `decision` is null where today's rules
        refuse the request.
        """
        refuse_unknown(request.query_params, ())
        check = get_object_or_404(self.get_queryset(), pk=pk)
        known_at = replay_instant(request.data, request.user.known_at)
        language = language_of(request)
        found = replay_check(check=check, seen=seen_by(request.user), known_at=known_at, language=language)
        after = {"same": found.same}
        record(Deed.CHECK_REPLAYED, by=request.user.person, what=check, name=str(check.pk), after=after)
        notes = check.decision.get("notes", ()) if check.decision else ()
        return Response(
            replay_document(
                found,
                language,
                digest=check.digest,
                rules_version=check.rules_version,
                check_id=str(check.pk),
                notes=worded_notes(notes, language),
            )
        )


def replay_document(
    found: Replayed,
    language: Language,
    *,
    digest: str,
    rules_version: str,
    check_id: str | None = None,
    notes: Sequence[Any] = (),
) -> dict[str, Any]:
    """Return a replay as it is answered, beside the digest and the rules version that were recorded; `check_id` None: of a claim of a batch."""
    shown = None
    if found.decision and found.product:
        decided = services.with_provenance(answer(found.decision, language), found.product)
        shown = {"id": check_id, **decided, "notes": notes}
    return {
        "same": found.same,
        "recorded_digest": digest,
        "recorded_rules_version": rules_version,
        "differences": found.differences,
        "causes": found.causes,
        "decision": shown,
    }


def replay_instant(data: Any, now: Any) -> Any:
    """Return the instant of a replay: None as it was known then; `now`, or an RFC 3339 instant."""
    wrong = not isinstance(data, dict) or set(data) - {"known_at"}
    text = data.get("known_at") if isinstance(data, dict) else None
    if text is None and not wrong:
        return None
    try:
        if wrong or not isinstance(text, str):
            raise ValueError
        instant = now if text == "now" else parse_instant(text)
    except ValueError:
        detail = _('Send {}, or {"known_at": an instant like 2026-03-14T08:00:00Z, or "now"}.')
        raise ApiProblem(400, "invalid", detail, [FieldError("/known_at", "BAD_INSTANT", detail)]) from None
    if instant > now + CLOCK_AHEAD:
        detail = _("This instant is still to come.")
        raise ApiProblem(400, "invalid", detail, [FieldError("/known_at", "out_of_range", detail)])
    return min(instant, now)


class ReasonCodeViewSet(ApiViewSet):
    """Every reason and note that an answer can carry."""

    queryset = ClaimCheck.objects.none()
    serializer_class = shapes.ReasonCodeOutput
    scopes = {"GET": ANY_KEY}
    pagination_class = None

    @extend_schema(responses=shapes.ReasonCodeOutput(many=True))
    def list(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ())
        return Response(
            [
                {"code": kind.code, "effect": kind.effect, "zh": kind.zh, "en": kind.en, "source": kind.source}
                for kind in REASONS.values()
            ]
        )
