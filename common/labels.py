"""Names that are kept in both languages, as labels of fields and choices that follow the reader's language."""

from typing import Protocol, cast

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

from common.languages import LANGUAGES, Language


class Named(Protocol):
    @property
    def code(self) -> str: ...
    def name(self, language: Language) -> str: ...


def reader_language() -> Language:
    """Return the language the reader gets texts in that are kept in both."""
    return next((one for one in LANGUAGES if (get_language() or "").startswith(one)), LANGUAGES[0])


def label(term: Named) -> Promise:
    """Return the term's name as a text that is read in the reader's language whenever it is shown."""

    def name() -> str:
        # Without a language (as when migrations are written) the name is the source's own, English.
        return term.name(reader_language() if get_language() else "en")

    return cast(Promise, lazy(name, str)())


def choices(terms: tuple[Named, ...]) -> list[tuple[str, Promise]]:
    """Return the terms as a model's or form's choices."""
    return [(term.code, label(term)) for term in terms]
