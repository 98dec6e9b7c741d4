"""How a whole file is refused: with the one problem that says why it is not read."""

from tables.problems import Problem, problem


class Refusal(Exception):
    """The file as a whole cannot be read; carries the problem that says why."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.code)
        self.problem = found


def not_a_table(zh: str, en: str, row: int | None = None, column: str = "", value: str = "") -> Refusal:
    """Make the refusal NOT_A_TABLE with its reason in both languages."""
    return Refusal(problem("NOT_A_TABLE", row, column, value, why_zh=zh, why_en=en))


def too_large(zh: str, en: str) -> Refusal:
    """Make the refusal TOO_LARGE with its reason in both languages."""
    return Refusal(problem("TOO_LARGE", None, why_zh=zh, why_en=en))
