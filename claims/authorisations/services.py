"""Every write to prior authorisations but their uses (spending.py): asked, papers, decided, renewed, forgotten."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import clock
from catalog.clock import Observation, china_today
from claims.authorisations import rules
from claims.authorisations.judging import Judged, judge_asked
from claims.authorisations.queries import facts_shown
from claims.authorisations.request import Asked, parse_asked
from claims.eligibility import RULES_VERSION
from claims.eligibility.request import IDENTITY_FIELDS
from claims.facts.authorisations import decimal_of
from claims.models import AuthorisationEvent, PriorAuthorisation
from common import personal
from common.audit.deeds import Deed
from common.audit.services import record
from common.dates import later
from common.errors import FieldError, InvalidInput, Refused
from common.languages import Language
from insurers.models import WebhookEvent
from insurers.terms import DECISION_DAYS, URGENT_HOURS, VALID_DAYS
from insurers.webhooks.services import queue_event

State, Kind = PriorAuthorisation.State, AuthorisationEvent.Kind
# Without what looks alike; sixteen of these are eighty bits.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MAX_PAPERS: Final = 100
MAX_PAPER: Final = 200
MAX_REASON: Final = 2_000


class NotInReview(Refused):
    code = "not_in_review"


class DrugNotRecognised(Refused):
    code = "drug_not_recognised"


class NotApproved(Refused):
    code = "not_approved"


class TooEarly(Refused):
    code = "too_early_to_renew"


class RenewedAlready(Refused):
    code = "renewed_already"


def _new_number() -> str:
    """Return a number that nobody guesses: PA and sixteen letters and digits in fours."""
    drawn = "".join(secrets.choice(ALPHABET) for _place in range(16))
    return "-".join(["PA", *(drawn[at : at + 4] for at in range(0, 16, 4))])


# --- Asking


@transaction.atomic
def ask(
    *, insurer_id: int, data: Mapping[str, Any], by: str, seen: Observation, language: Language = "zh"
) -> PriorAuthorisation:
    """Ask for a prior authorisation and judge it at once: approved, declined, or in review until a person decides.

    Raises InvalidAuthorisation, UnknownProduct.
    """
    asked = parse_asked(data, today=china_today(seen.known_at), language=language)
    row = _asked(asked, data, insurer_id=insurer_id, by=by, seen=seen)
    record(Deed.AUTHORISATION_ASKED, by=by, what=row, after={"state": row.state, "product": asked.product})
    return row


def _asked(
    asked: Asked,
    data: Mapping[str, Any],
    *,
    insurer_id: int,
    by: str,
    seen: Observation,
    renews: PriorAuthorisation | None = None,
) -> PriorAuthorisation:
    judged = judge_asked(asked, insurer_id=insurer_id, seen=seen)
    terms, at = judged.terms, seen.known_at
    valid_days = terms.prior_auth_valid_days if terms else VALID_DAYS
    approved, in_review = judged.state == State.APPROVED, judged.state == State.IN_REVIEW
    due = rules.due_at(
        at,
        urgent=asked.urgent,
        decision_days=terms.prior_auth_decision_days if terms else DECISION_DAYS,
        urgent_hours=terms.prior_auth_urgent_hours if terms else URGENT_HOURS,
    )
    row = PriorAuthorisation.objects.create(
        insurer_id=insurer_id,
        product_id=judged.product_id,
        no=_new_number(),
        member_ref=asked.member_ref,
        facts=dict(data),
        judgement=judged.document,
        drug=judged.drug,
        quantity=None if asked.quantity is None else decimal_of(asked.quantity),
        urgent=asked.urgent,
        state=judged.state,
        starts_on=asked.starts_on,
        valid_from=asked.starts_on if approved else None,
        valid_to=rules.last_day(asked.starts_on, valid_days) if approved else None,
        valid_days=valid_days,
        known_at=at,
        rules_version=RULES_VERSION,
        digest=judged.digest,
        asked_by=by,
        asked_at=at,
        due_at=due if in_review else None,
        decided_by="" if in_review else by,
        decided_at=None if in_review else at,
        renews=renews,
    )
    _note(row, Kind.ASKED, by=by, at=at, **({"renews": renews.no} if renews else {}))
    _note(row, Kind.JUDGED, by=by, at=at, state=judged.state, reasons=_codes(judged))
    if not in_review:
        _note(row, Kind(judged.state), by=by, at=at)
    _announce(row, WebhookEvent.AUTHORISATION_OPENED if in_review else WebhookEvent.AUTHORISATION_DECIDED, at)
    return row


def _codes(judged: Judged) -> list[str]:
    return [reason["code"] for reason in judged.document["reasons"]]


def _note(row: PriorAuthorisation, kind: AuthorisationEvent.Kind, *, by: str, at: datetime, **detail: Any) -> None:
    """Write what happened to an authorisation."""
    AuthorisationEvent.objects.create(
        insurer_id=row.insurer_id, authorisation=row, kind=kind, at=at, by=by, detail=detail
    )


def _announce(row: PriorAuthorisation, event: WebhookEvent, at: datetime) -> None:
    """Tell the insurer's endpoints; nothing of the person."""
    news = {
        "no": row.no,
        "product": row.product.code,
        "state": row.state,
        "urgent": row.urgent,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "due_at": row.due_at,
        "papers": [paper["name"] for paper in row.papers if paper["came_at"] is None],
        "at": at,
    }
    queue_event(row.insurer_id, event, news, at=at)


# --- In review


def _locked(row: PriorAuthorisation) -> tuple[PriorAuthorisation, datetime]:
    """Return the row as it is, locked, and an instant later than everything that was done to it."""
    locked = PriorAuthorisation.objects.select_for_update(of=["self"]).select_related("product").get(pk=row.pk)
    return locked, clock.observe().known_at


def why_decided(row: PriorAuthorisation) -> str:
    """Return why nothing is to be decided any more of an authorisation; '' where it is in review."""
    if row.state == State.IN_REVIEW:
        return ""
    return _("%(no)s is decided already: %(state)s.") % {"no": row.no, "state": row.get_state_display()}


def _check_in_review(row: PriorAuthorisation) -> None:
    if told := why_decided(row):
        raise NotInReview(told)


def why_not_renewed(row: PriorAuthorisation, today: date) -> Refused | None:
    """Return why an authorisation cannot be renewed today: NotApproved, TooEarly, RenewedAlready; None where it can."""
    if row.state != State.APPROVED or row.valid_to is None:
        return NotApproved(_("%(no)s is not approved, so there is nothing to renew.") % {"no": row.no})
    first = rules.renewable_from(row.valid_to)
    if today < first:
        told = {"no": row.no, "day": first.isoformat()}
        return TooEarly(_("%(no)s can be renewed from %(day)s on.") % told, more={"renewable_from": first.isoformat()})
    if row.renewals.exclude(state=State.DECLINED).exists():
        return RenewedAlready(_("%(no)s is renewed already.") % {"no": row.no})
    return None


@transaction.atomic
def decide(
    *,
    authorisation: PriorAuthorisation,
    decision: str,
    by: str,
    reason: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    quantity: Any = None,
) -> PriorAuthorisation:
    """Approve or decline one that is in review: a person does. Who declines says why.

    `valid_from`, `valid_to` and `quantity` (a Decimal) may differ from what was asked; not given they are as asked and as long as the product
    says. Raises NotInReview, DrugNotRecognised, InvalidInput.
    """
    row, at = _locked(authorisation)
    _check_in_review(row)
    approved = decision == State.APPROVED
    first = valid_from or row.starts_on
    last = valid_to or rules.last_day(first, row.valid_days)
    _check_decision(decision, reason, first, last)
    row.state, row.reason, row.decided_by, row.decided_at = State(decision), reason.strip(), by, at
    row.due_at = row.stopped_at = None
    if approved:
        if not row.drug:
            raise DrugNotRecognised(
                _("The drug of %(no)s was not recognised; ask again with its code or full name.") % {"no": row.no}
            )
        row.valid_from, row.valid_to = first, last
        row.quantity = quantity if quantity is not None else row.quantity
    row.save(update_fields="state reason decided_by decided_at due_at stopped_at valid_from valid_to quantity".split())
    given: dict[str, Any] = {"valid_from": first, "valid_to": last} if approved else {}
    if approved and row.quantity is not None:
        given["quantity"] = f"{row.quantity.normalize():f}"
    _note(row, Kind(decision), by=by, at=at, **given)
    _announce(row, WebhookEvent.AUTHORISATION_DECIDED, at)
    record(Deed.AUTHORISATION_DECIDED, by=by, what=row, after={"state": row.state, **given})
    return row


def _check_decision(decision: str, reason: str, first: date, last: date) -> None:
    errors: list[FieldError] = []
    if decision not in (State.APPROVED, State.DECLINED):
        errors.append(FieldError("/decision", "BAD_CHOICE", _("Decide approved or declined.")))
    if decision == State.DECLINED and not reason.strip():
        errors.append(FieldError("/reason", "REQUIRED", _("Write why it is declined.")))
    errors += _of_a_person("/reason", reason)
    if last < first:
        errors.append(FieldError("/valid_to", "DATE_ORDER", _("The last day is before the first.")))
    if errors:
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)


def _of_a_person(at: str, text: str) -> list[FieldError]:
    """Return what is wrong with a text that somebody wrote by hand: it may name nobody by number."""
    if not personal.identity_number_in(text):
        return []
    return [FieldError(at, "PERSONAL_DATA", _("A resident identity number is not taken; leave it out."))]


def _check_names(field: str, names: Iterable[str]) -> None:
    errors = [error for place, name in enumerate(names) for error in _of_a_person(f"/{field}/{place}", name)]
    if errors:
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)


@transaction.atomic
def papers(
    *, authorisation: PriorAuthorisation, asked: Iterable[str], came: Sequence[tuple[str, date | None]], by: str
) -> PriorAuthorisation:
    """Note papers that came and ask for others, in one go; raises NotInReview, InvalidInput, and that for neither."""
    wanted = [name for name in asked if name.strip()]
    _check_names("asked", wanted)
    _check_names("received", [name for name, _sent_on in came])
    if not wanted and not came:
        detail = _("Name the papers that you ask for, or those that came.")
        raise InvalidInput(detail, errors=[FieldError("/asked", "REQUIRED", detail)])
    row = authorisation
    if came:
        row = papers_came(authorisation=row, came=came, by=by)
    if wanted:
        row = ask_papers(authorisation=row, names=wanted, by=by)
    return row


@transaction.atomic
def ask_papers(*, authorisation: PriorAuthorisation, names: Iterable[str], by: str) -> PriorAuthorisation:
    """Ask for papers, each by its name: the clock stands still until all have come. One that is awaited already is asked for once.

    Raises NotInReview, InvalidInput.
    """
    row, at = _locked(authorisation)
    _check_in_review(row)
    awaited = {paper["name"] for paper in row.papers if paper["came_at"] is None}
    new = [name for name in dict.fromkeys(name.strip() for name in names) if name and name not in awaited]
    if len(row.papers) + len(new) > MAX_PAPERS:
        detail = _("At most %(max)d papers can be asked for.") % {"max": MAX_PAPERS}
        raise InvalidInput(detail, errors=[FieldError("/asked", "TOO_MANY", detail)])
    if not new:
        return row
    row.papers = [*row.papers, *({"name": name, "asked_at": at, "sent_on": None, "came_at": None} for name in new)]
    row.stopped_at = row.stopped_at or at
    row.save(update_fields=["papers", "stopped_at"])
    row.refresh_from_db()
    _note(row, Kind.PAPERS_ASKED, by=by, at=at, papers=new)
    _announce(row, WebhookEvent.AUTHORISATION_PAPERS, at)
    record(Deed.AUTHORISATION_PAPERS_ASKED, by=by, what=row, after={"papers": new})
    return row


@transaction.atomic
def papers_came(
    *, authorisation: PriorAuthorisation, came: Sequence[tuple[str, date | None]], by: str
) -> PriorAuthorisation:
    """Note that papers came, each by its name and the day it was sent (None: today); when none is awaited the clock goes on.

    A paper that nobody asked for is noted too. Raises NotInReview, InvalidInput.
    """
    row, at = _locked(authorisation)
    _check_in_review(row)
    today = china_today(at)
    papers = [dict(paper) for paper in row.papers]
    for place, (name, sent_on) in enumerate(came):
        if sent_on is not None and sent_on > today:
            detail = _("A paper cannot have been sent after today.")
            raise InvalidInput(detail, errors=[FieldError(f"/received/{place}/sent_on", "OUT_OF_RANGE", detail)])
        paper = next((one for one in papers if one["name"] == name.strip() and one["came_at"] is None), None)
        if paper is None:
            papers.append(paper := {"name": name.strip(), "asked_at": None})
        paper |= {"sent_on": sent_on or today, "came_at": at}
    if len(papers) > MAX_PAPERS:
        detail = _("At most %(max)d papers can be asked for.") % {"max": MAX_PAPERS}
        raise InvalidInput(detail, errors=[FieldError("/received", "TOO_MANY", detail)])
    row.papers = papers
    if row.stopped_at and row.due_at and all(paper["came_at"] for paper in papers):
        row.due_at, row.stopped_at = rules.due_after_pause(row.due_at, row.stopped_at, at), None
    row.save(update_fields=["papers", "due_at", "stopped_at"])
    row.refresh_from_db()
    names = [name.strip() for name, _sent_on in came]
    _note(row, Kind.PAPERS_CAME, by=by, at=at, papers=names)
    record(Deed.AUTHORISATION_PAPERS_CAME, by=by, what=row, after={"papers": names})
    return row


# --- Renewing


@transaction.atomic
def renew(
    *,
    authorisation: PriorAuthorisation,
    by: str,
    seen: Observation,
    data: Mapping[str, Any] | None = None,
    language: Language = "zh",
) -> PriorAuthorisation:
    """Ask for the time after an approved one: a request like any other, with a number of its own, from the day after it ends (or today).

    From 30 days before its last day on. `data` says what is otherwise than it was asked then (diagnoses, evidence, quantity, …). Raises
    NotApproved, TooEarly, RenewedAlready, FactsRemoved, InvalidAuthorisation.
    """
    row, _at = _locked(authorisation)
    today = china_today(seen.known_at)
    if refusal := why_not_renewed(row, today):
        raise refusal
    assert row.valid_to is not None
    starts_on = max(later(row.valid_to, 1), today)
    before, changes = facts_shown(row), data or {}
    _check_same(before, changes)
    merged = {**before, "from": starts_on.isoformat(), **changes}
    asked = parse_asked(merged, today=today, language=language)
    renewal = _asked(asked, merged, insurer_id=row.insurer_id, by=by, seen=seen, renews=row)
    _note(row, Kind.RENEWED, by=by, at=seen.known_at, no=renewal.no)
    record(Deed.AUTHORISATION_RENEWED, by=by, what=row, after={"no": renewal.no})
    return renewal


def _check_same(before: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Raise InvalidInput for what would make a renewal an authorisation of something else: for another product, member or drug one asks anew."""
    kept = ("product", "member_ref", *IDENTITY_FIELDS)
    detail = _("A renewal is for the same product, member and drug; leave it out, or ask for another authorisation.")
    errors = [
        FieldError(f"/{name}", "not_the_same", detail)
        for name in kept
        if name in changes and changes[name] != before.get(name)
    ]
    if errors:
        raise InvalidInput(detail, errors=errors)
