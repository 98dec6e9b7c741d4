"""What an insurer fills in to comment, and how a comment is shown."""

from django import forms
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from catalog.importing.comments import LONGEST_CODE, LONGEST_TEXT
from catalog.models import Comment
from catalog.vocabularies import DISPOSITIONS, STANCES
from common.labels import choices, reader_language
from desk.badges import DISPOSITION_TONES, STANCE_TONES
from desk.forms import note_field, table_file_field, text_field
from desk.markup import badge


class CommentForm(forms.Form):
    """What an insurer says of an entry, or of the whole list."""

    entry_code = text_field(
        label=gettext_lazy("Entry code"),
        required=False,
        max_length=LONGEST_CODE,
        help_text=gettext_lazy("blank: the list as a whole"),
    )
    stance = forms.ChoiceField(
        label=gettext_lazy("Stance"), choices=choices(STANCES.terms), widget=UnfoldAdminRadioSelectWidget()
    )
    text = note_field(label=gettext_lazy("What you say"), max_length=LONGEST_TEXT)


class FileForm(forms.Form):
    """A file of comments."""

    file = table_file_field()


def worded_comment(comment: Comment) -> Comment:
    """Give a comment the badges that stand for its codes."""
    language = reader_language()
    comment.stance_badge = badge(STANCES[comment.stance].name(language), STANCE_TONES[comment.stance])
    if comment.answered_at:
        words = DISPOSITIONS[comment.disposition].name(language)
        comment.answer_badge = badge(words, DISPOSITION_TONES[comment.disposition])
    return comment
