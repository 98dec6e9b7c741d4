"""How a side of a comparison is named: a list, or one of its versions. Pure."""

from typing import NamedTuple


class Named(NamedTuple):
    """A side as it is asked for: a catalog, and one of its versions ('' for the one in force on the day)."""

    code: str
    label: str

    @classmethod
    def read(cls, text: str) -> "Named":
        """Read `CODE` or `CODE@LABEL`; raises ValueError."""
        code, mark, label = text.strip().partition("@")
        if not code or (mark and not label):
            raise ValueError(text)
        return cls(code, label)

    def __str__(self) -> str:
        return f"{self.code}@{self.label}" if self.label else self.code
