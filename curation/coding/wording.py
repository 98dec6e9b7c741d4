"""Why something is suggested, as a sentence."""

from django.utils.translation import gettext as _

from curation.coding.suggestion import Suggestion, Why


def why_words(one: Suggestion) -> str:
    """Return why a value is suggested, in the reader's language."""
    match one.why:
        case Why.DECIDED:
            return _("This text was decided before.")
        case Why.CODED:
            return _("Lists that are published have this text coded so.")
        case Why.LIKE:
            return _("A text like it was coded so: %(text)s") % {"text": one.like}
        case Why.WORD:
            return _("“%(text)s” is in the vocabulary of diseases.") % {"text": one.text}
        case Why.CATEGORY:
            return _("“%(text)s” is the name of an ICD-10 category.") % {"text": one.text}
        case Why.BOUND:
            return _("“%(text)s” is a bound of age.") % {"text": one.text}
        case Why.PERSONS:
            return _("“%(text)s” says which persons.") % {"text": one.text}
        case Why.PLACE:
            return _("“%(text)s” says where.") % {"text": one.text}
        case Why.CRITERION:
            return _("“%(text)s” is a criterion that lists have in use.") % {"text": one.text}
        case Why.NEW_CRITERION:
            return _("“%(text)s” may be a criterion; no list has this code yet.") % {"text": one.text}
