"""What will go away, said in every answer: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and where to read on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.http import http_date


@dataclass(frozen=True, slots=True)
class Deprecated:
    """A method of an endpoint that is deprecated since a day and, where that is decided, gone from another day on.

    `successor` is the address to use instead, `notice` a page that explains.
    """

    since: date
    sunset: date | None = None
    successor: str = ""
    notice: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers to add to an answer."""
        found = {"Deprecation": f"@{_seconds(self.since)}"}
        if self.sunset:
            found["Sunset"] = http_date(_seconds(self.sunset))
        links = [
            f'<{address}>; rel="{relation}"'
            for relation, address in (("successor-version", self.successor), ("deprecation", self.notice))
            if address
        ]
        if links:
            found["Link"] = ", ".join(links)
        return found


def of(view: Any, method: str | None) -> Deprecated | None:
    """Return what a view says about a method (HEAD is GET) in its `deprecated`: {"GET": Deprecated(…)}."""
    named = "GET" if method == "HEAD" else method
    found: Deprecated | None = getattr(view, "deprecated", {}).get(named)
    return found


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
