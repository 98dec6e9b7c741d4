"""The tab 征求意见 of the office: what insurers said of a version, the answers, and the summary (spec curation.md 2)."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from catalog import consultation
from catalog.importing.comments import LONGEST_TEXT
from catalog.importing.export import table_file
from catalog.models import CatalogVersion, Comment
from catalog.vocabularies import DISPOSITIONS, STANCES
from common.downloads import XLSX, download
from common.labels import reader_language
from desk.badges import STANCE_TONES
from desk.forms import note_field, posted
from desk.frame import Action, paged
from desk.versions.tabs import VersionTabs

# Answers after which the entry is to be edited.
TAKEN_UP = ("accepted", "partly")


class AnswerForm(forms.Form):
    """The office's answer to a comment."""

    disposition = forms.CharField(
        label=gettext_lazy("Disposition"), required=False, widget=UnfoldAdminSelectWidget(choices=())
    )
    text = note_field(label=gettext_lazy("Answer"), required=False, max_length=LONGEST_TEXT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = DISPOSITIONS.names(reader_language())
        self.fields["disposition"].widget.choices = [("", "—"), *names.items()]  # type: ignore[attr-defined]


class CommentsTab(VersionTabs):
    """What the office sees of a consultation, and does there."""

    def comments_routes(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/comments/", self.comments_view, "comments"),
            self.route("<int:pk>/comments/<uuid:comment_pk>/answer/", self.answer_view, "comment_answer"),
            self.route("<int:pk>/comments/summary/", self.summary_view, "comments_summary"),
            self.route("<int:pk>/comments/summary.xlsx", self.summary_xlsx_view, "comments_xlsx"),
        ]

    def _consulted(self, request: HttpRequest, pk: int) -> CatalogVersion:
        """Return the version; 403 for whoever is no person of the office who may read comments."""
        version = self.found(request, pk)
        if not self.sees_comments(request):
            raise PermissionDenied
        return version

    def comments_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._consulted(request, pk)
        frame = self.tab_context(request, version, "comments")
        asked = {name: request.GET.get(name, "").strip()[:64] for name in ("state", "stance", "entry")}
        page = paged(request, _asked_for(version, asked))
        language = reader_language()
        stances, dispositions = STANCES.names(language), DISPOSITIONS.names(language)
        may_answer, may_edit = self.may_answer_now(request, version), self.may_edit_now(request, version)
        known = set(
            version.entries.filter(entry_code__in=[one.entry_code for one in page]).values_list("entry_code", flat=True)
        )
        before = None
        for comment in page:
            comment.opens = comment.entry_code != before
            before = comment.entry_code
            comment.stance_shown, comment.tone = stances[comment.stance], STANCE_TONES[comment.stance]
            comment.disposition_shown = dispositions.get(comment.disposition, "")
            if comment.entry_code in known:
                comment.entry_href = self.to_entry("entry_of", version, comment.entry_code)
                if may_edit:
                    comment.edit_href = self.to_entry("entry_edit", version, comment.entry_code)
            if may_answer:
                comment.answer_href = self.url("comment_answer", version.pk, comment.pk)
                comment.form = AnswerForm(initial=_answer(comment), auto_id=f"id_{comment.pk}_%s")
        context = {
            **frame,
            "comments": page,
            "asked": asked,
            "stances": stances.items(),
            "open": version.state_on(frame["day"]) == CatalogVersion.State.CONSULTATION,
            "summary_href": self.url("comments_summary", version.pk),
            "xlsx_href": self.url("comments_xlsx", version.pk),
        }
        return self.page(request, "desk/versions/comments.html", version, context)

    def answer_view(self, request: HttpRequest, pk: int, comment_pk: object) -> HttpResponse:
        version = self._consulted(request, pk)
        if not self.may_answer_now(request, version) and version.published_at is None:
            raise PermissionDenied
        comment = version.comments.select_related("insurer").filter(pk=comment_pk).first()
        if comment is None:
            raise Http404
        form = AnswerForm(posted(request), initial=_answer(comment))
        refusal = consultation.refusal_to_answer(version)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            answered = consultation.answer_comment(comment=comment, by=request.user.get_username(), **given)
            return self._after_answer(request, version, answered)

        action = Action(
            title=_("Answer %(insurer)s") % {"insurer": comment.insurer.name},
            form=form,
            do=do,
            submit=_("Answer"),
            back=self.url("comments", pk),
            intro=comment.text,
            points=[text for text in (comment.generic_name, comment.entry_code) if text],
            why_not=refusal.detail if refusal else "",
        )
        return self.act(request, version, action)

    def _after_answer(self, request: HttpRequest, version: CatalogVersion, comment: Comment) -> tuple[str, str]:
        """Return where an answer leads: what was taken up, to its entry."""
        told = _("The answer is kept.")
        there = comment.entry_code and version.entries.filter(entry_code=comment.entry_code).exists()
        if comment.disposition in TAKEN_UP and there:
            if self.may_edit_now(request, version):
                return self.to_entry("entry_edit", version, comment.entry_code), told
            told = _("The answer is kept. The entry can be edited once the version is a draft again.")
        return self.url("comments", version.pk), told

    def summary_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._consulted(request, pk)
        language = reader_language()
        stances, dispositions = STANCES.names(language), DISPOSITIONS.names(language)
        rows = [
            {
                "entry": one,
                "counts": [(stances[stance], one.counts[stance]) for stance in STANCES.codes],
                "answers": [
                    (stances[answer.stance], dispositions[answer.disposition], answer.text) for answer in one.answers
                ],
            }
            for one in consultation.summary_of(version)
        ]
        page = paged(request, rows)
        context = {
            **self.tab_context(request, version, "comments"),
            "rows": page,
            "stances": [stances[code] for code in STANCES.codes],
            "totals": [(stances[code], sum(row["entry"].counts[code] for row in rows)) for code in STANCES.codes],
            "back": self.url("comments", version.pk),
            "xlsx_href": self.url("comments_xlsx", version.pk),
        }
        return self.page(request, "desk/versions/summary.html", version, context)

    def summary_xlsx_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        version = self._consulted(request, pk)
        content = table_file(consultation.SUMMARY_HEADER, consultation.summary_rows(version))
        return download(content, f"{version.catalog.code}-{version.label}-意见汇总表.xlsx", XLSX)


def _asked_for(version: CatalogVersion, asked: dict[str, str]) -> QuerySet[Comment]:
    """Return the comments that the filters keep, those of the whole list first, then by entry."""
    comments = version.comments.select_related("insurer").order_by("entry_code", "at", "id")
    if asked["state"] == "open":
        comments = comments.filter(answered_at=None)
    elif asked["state"] == "answered":
        comments = comments.exclude(answered_at=None)
    if asked["stance"] in STANCES.codes:
        comments = comments.filter(stance=asked["stance"])
    return comments.filter(entry_code=asked["entry"]) if asked["entry"] else comments


def _answer(comment: Comment) -> dict[str, str]:
    return {"disposition": comment.disposition, "text": comment.answer}
