"""Reading days and instants from the query string; a wrong one is a 400 with the mend."""

import re
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from common.api.problems import ApiProblem
from common.dates import CLOCK_AHEAD, parse_day, parse_instant
from common.errors import FieldError

_LOST_PLUS = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)")


def _bad(name: str, detail: str, code: str = "bad_date") -> ApiProblem:
    return ApiProblem(
        400, "invalid", _("The request is invalid; see `errors`."), [FieldError(f"/{name}", code, detail)]
    )


def day_parameter(request: Any, name: str, default: date) -> date:
    """Return a day `2026-03-14`, or the default where it is not given."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    try:
        return parse_day(text)
    except ValueError:
        raise _bad(name, _("Write a day as 2026-03-14.")) from None


def with_plus(instant: str) -> str:
    """Return an instant of a query string with the plus of its zone: unescaped it arrives as a space, which no instant has there."""
    return _LOST_PLUS.sub("+", instant)


def instant_parameter(request: Any, name: str, now: datetime) -> datetime:
    """Return an instant `2026-03-14T08:00:00Z`, now where it is not given; raises a 400 for one to come: what will be known nobody can say."""
    text = request.query_params.get(name, "")
    if not text:
        return now
    try:
        instant = parse_instant(with_plus(text))
    except ValueError:
        raise _bad(name, _("Write an instant as 2026-03-14T08:00:00Z.")) from None
    if instant > now + CLOCK_AHEAD:
        raise _bad(name, _("This instant is still to come."), "out_of_range")
    return min(instant, now)
