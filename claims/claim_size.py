"""How much one claim may hold (eligibility 8): asked by whoever reads claims, whether from a request or from a file."""

from typing import Final

MAX_LINES: Final = 500
MAX_TEXT: Final = 500
