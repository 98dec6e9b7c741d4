"""Keeping a spreadsheet from running what a cell says, and undoing that when the file comes back (RELIABILITY 2.1-11).

A line that begins, after white space, with a character that starts a formula gets an apostrophe before it on the
way out. On the way in one apostrophe before such a line is taken off. An apostrophe that stood there already gets
another one, so the round trip loses nothing.
"""

import re

_STARTS = "=+\\-@\t\r＝＋－＠"
_SPACE = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_AT_RISK = re.compile(f"^(?='*[{_SPACE}]*[{_STARTS}])", re.MULTILINE)
_SHIELDED = re.compile(f"^'(?='*[{_SPACE}]*[{_STARTS}])", re.MULTILINE)


def shield(text: str) -> str:
    """Return the text so that no line of it starts a formula."""
    return _AT_RISK.sub("'", text) if text else text


def unshield(text: str) -> str:
    """Return the text without the apostrophes that `shield` put there."""
    return _SHIELDED.sub("", text)
