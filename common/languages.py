"""The languages that the product speaks, each once: its short code, as texts in both are kept; Django's code; its own name."""

from typing import Final, Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
# The first is what a reader gets who asks for none.
LOCALES: Final[dict[Language, str]] = {"zh": "zh-hans", "en": "en"}
NAMES: Final[dict[Language, str]] = {"zh": "简体中文", "en": "English"}
