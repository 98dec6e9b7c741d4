"""Whether a session is let in, and what it lacks: a pure decision on what is known of account and session (RELIABILITY.md C15–C18)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class Step(Enum):
    """What somebody who gave name and password must do before any page opens; IN: nothing."""

    IN = "in"
    ENDED = "ended"
    IDLE = "idle"
    CODE = "code"
    ENROL = "enrol"
    PASSWORD = "password"  # noqa: S105  the step, not a password


@dataclass(frozen=True, slots=True)
class Rules:
    """How long sessions and passwords last, and whether a second factor is asked for."""

    idle: timedelta
    absolute: timedelta
    password: timedelta
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a session and its account. None as an instant: never."""

    began_at: datetime | None
    seen_at: datetime | None
    ended_until: datetime | None  # sessions that began before are over
    has_factor: bool
    is_verified: bool
    password_is_given: bool
    password_set_at: datetime


def next_step(known: Known, rules: Rules, now: datetime) -> Step:
    """Return what comes first of all that is missing."""
    if known.began_at is None or now - known.began_at >= rules.absolute:
        return Step.ENDED
    if known.ended_until is not None and known.began_at <= known.ended_until:
        return Step.ENDED
    if known.seen_at is None or now - known.seen_at >= rules.idle:
        return Step.IDLE
    if (rules.second_factor or known.has_factor) and not known.is_verified:
        return Step.CODE if known.has_factor else Step.ENROL
    if known.password_is_given or now - known.password_set_at >= rules.password:
        return Step.PASSWORD
    return Step.IN
