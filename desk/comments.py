"""Consultations 征求意见 as an insurer has them: what is open, the list's entries, its own comments and the answers, a file of them, the summary."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _

from catalog import consultation
from catalog.clock import china_today, observe
from catalog.entry_filter import Wanted, entries_found
from catalog.importing.comments import LONGEST_CODE
from catalog.models import Catalog, CatalogVersion, Comment
from catalog.vocabularies import DISPOSITIONS, STANCES
from common.labels import reader_language
from desk.badges import DISPOSITION_TONES, STANCE_TONES, provenance_badge, version_badge
from desk.comment_forms import CommentForm, FileForm, worded_comment
from desk.forms import NothingToFillIn, posted
from desk.frame import Action, Button, PageAdmin, paged
from desk.impact_words import ask_button
from desk.markup import badge
from desk.own_rows import OfInsurer, may_own, own_insurer
from desk.words import Words
from insurers.persons import insurer_of

MAY_COMMENT = "catalog.add_comment"


@admin.register(Comment)
class CommentAdmin(OfInsurer, PageAdmin):
    """The list is of consultations, not of single comments: these stand on each version's page."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("of/<int:version_pk>/", self.version_view, "of"),
            self.route("of/<int:version_pk>/say/", self.say_view, "say"),
            self.route("of/<int:version_pk>/upload/", self.upload_view, "upload"),
            self.route("of/<int:version_pk>/summary/", self.summary_view, "summary"),
            self.route("<uuid:pk>/say-otherwise/", self.otherwise_view, "otherwise"),
            self.route("<uuid:pk>/take-back/", self.take_back_view, "take_back"),
            *super().get_urls(),
        ]

    # --- Reading

    def _versions(self, request: HttpRequest) -> tuple[QuerySet[CatalogVersion], Any]:
        """Return the versions that somebody was asked about, of lists that the person may see, and the day."""
        self.require(request, "catalog.view_comment")
        seen = observe()
        day = china_today(seen.known_at)
        own = insurer_of(request.user)
        visible = Catalog.objects.readable_by(own.pk if own else None)
        versions = CatalogVersion.objects.filter(catalog__in=visible).open_to_commenters(day)
        return versions.select_related("catalog").told_on(day, seen.known_at), day

    def _version(self, request: HttpRequest, pk: int) -> tuple[CatalogVersion, Any]:
        versions, day = self._versions(request)
        version = versions.filter(pk=pk).exclude(submitted_at=None).first()
        if version is None:
            raise Http404
        return version, day

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        versions, day = self._versions(request)
        mine = Count("comments", filter=self._mine(request), distinct=True)
        answered = Count("comments", filter=self._mine(request) & Q(comments__answered_at__isnull=False), distinct=True)
        consulted = versions.exclude(submitted_at=None).annotate(mine=mine, answered=answered)
        page = paged(request, consulted.order_by("-submitted_at", "-pk"))
        office = insurer_of(request.user) is None
        for version in page:
            version.badge = version_badge(version, for_office=office)
            version.is_open = consultation.refusal_to_comment(version, day) is None
        context = {"page_title": _("Consultations"), "versions": page, "insurer": insurer_of(request.user)}
        return self.page(request, "desk/comments/consultations.html", None, context)

    def _mine(self, request: HttpRequest) -> Q:
        own = insurer_of(request.user)
        return Q(comments__insurer=own) if own else Q(comments__isnull=False)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        comment = self.found(request, object_id)
        return self._shown(request, comment.version_id)

    def version_view(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        return self._shown(request, version_pk)

    def _shown(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version, day = self._version(request, version_pk)
        is_open = consultation.refusal_to_comment(version, day) is None
        may = is_open and may_own(request, MAY_COMMENT)
        comments = self.get_queryset(request).filter(version=version).order_by("entry_code", "at", "id")
        said = paged(request, comments, "comments")
        for comment in said:
            worded_comment(comment)
        buttons = []
        if may:
            buttons = [
                Button(_("Comment on the whole list"), self.url("say", version_pk), "rate_review", "primary"),
                Button(_("Upload comments"), self.url("upload", version_pk), "upload_file"),
            ]
        if is_open and insurer_of(request.user) is not None:
            buttons += ask_button(request.user, version)
        if not is_open:
            buttons = [Button(_("Summary"), self.url("summary", version_pk), "summarize", "primary")]
        return self.page(
            request,
            "desk/comments/version.html",
            None,
            {
                **self._head(request, version),
                **self._entries(request, version, shown=is_open or bool(version.published_at)),
                "is_open": is_open,
                "may": may,
                "comments": said,
                "buttons": buttons,
            },
        )

    def _head(self, request: HttpRequest, version: CatalogVersion) -> dict[str, Any]:
        return {
            "version": version,
            "catalog": version.catalog,
            "page_title": _("Consultation on %(list)s") % {"list": f"{version.catalog.name} {version.label}"},
            "version_badge": version_badge(version, for_office=insurer_of(request.user) is None),
            "provenance_badge": provenance_badge(version.catalog.provenance),
            "back": self.url("of", version.pk),
        }

    def _entries(self, request: HttpRequest, version: CatalogVersion, *, shown: bool) -> dict[str, Any]:
        """Return a page of the list's entries; a draft that was taken back from the consultation shows none."""
        if not shown:
            return {"entries": None}
        wanted = request.GET.get("q", "").strip()[:100]
        page, words = paged(request, entries_found(version, Wanted(text=wanted)).order_by("entry_code")), Words()
        for entry in page:
            entry.class_shown = words.of("reimbursement_class", entry.reimbursement_class)
            entry.icd10_shown = words.of("icd10", entry.icd10) if entry.icd10 else ""
        return {"entries": page, "q": wanted}

    def summary_view(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version, day = self._version(request, version_pk)
        context = {**self._head(request, version), "history_href": ""}
        if refusal := consultation.refusal_to_sum_up(version, day):
            told = {**context, "told": refusal.detail}
            return self.page(request, "desk/frame/told.html", None, told, status=refusal.status)
        language = reader_language()
        page = paged(request, consultation.summary_of(version))
        rows = [
            {
                "entry": one,
                "counts": [
                    badge(f"{STANCES[stance].name(language)} {count}", STANCE_TONES[stance])
                    for stance, count in one.counts.items()
                    if count
                ],
                "answers": [
                    (
                        badge(DISPOSITIONS[answer.disposition].name(language), DISPOSITION_TONES[answer.disposition]),
                        answer,
                    )
                    for answer in one.answers
                ],
            }
            for one in page
        ]
        return self.page(request, "desk/comments/summary.html", None, {**context, "page": page, "rows": rows})

    # --- Saying

    def say_view(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        insurer = own_insurer(request, MAY_COMMENT)
        version, day = self._version(request, version_pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            consultation.add_comment(version=version, insurer_id=insurer.pk, by=request.user.get_username(), **given)
            return self.url("of", version_pk), _("The comment is made.")

        start = {"entry_code": request.GET.get("entry", "")[:LONGEST_CODE]}
        form = CommentForm(posted(request), initial=start)
        entry = version.entries.filter(entry_code=start["entry_code"]).only("generic_name").first()
        on = entry.generic_name if entry else ""
        return self._asked(request, version, day, on=on, title=_("Comment"), form=form, do=do, submit=_("Comment"))

    def otherwise_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        own_insurer(request, MAY_COMMENT)
        comment = self.found(request, pk)
        version, day = self._version(request, comment.version_id)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            consultation.change_comment(comment=comment, by=request.user.get_username(), **given)
            return self.url("of", version.pk), _("The comment is changed.")

        start = {"entry_code": comment.entry_code, "stance": comment.stance, "text": comment.text}
        form = CommentForm(posted(request), initial=start)
        intro = _("An answer that was given goes with the words it was given to.") if comment.answered_at else ""
        return self._asked(
            request, version, day, title=_("Change the comment"), form=form, do=do, submit=_("Save"), intro=intro
        )

    def take_back_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        own_insurer(request, MAY_COMMENT)
        comment = self.found(request, pk)
        version, day = self._version(request, comment.version_id)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            consultation.remove_comment(comment=comment, by=request.user.get_username())
            return self.url("of", version.pk), _("The comment is taken back.")

        return self._asked(
            request,
            version,
            day,
            title=_("Take back the comment"),
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Take back"),
            intro=comment.text,
            tone="danger",
        )

    def upload_view(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        insurer = own_insurer(request, MAY_COMMENT)
        version, day = self._version(request, version_pk)

        def do(given: dict[str, Any]) -> tuple[str, str] | HttpResponse:
            file = given["file"]
            done = consultation.upload_comments(
                version=version,
                insurer_id=insurer.pk,
                by=request.user.get_username(),
                chunks=file.chunks(),
                file_name=file.name,
            )
            if done.ok and not done.file.warning_count:
                told = _("%(made)d comments are made, %(already)d were there already.")
                return self.url("of", version_pk), told % {"made": done.made, "already": done.already}
            return self._report(request, version, done)

        sent = (posted(request), request.FILES) if request.method == "POST" else (None, None)
        return self._asked(
            request,
            version,
            day,
            title=_("Upload comments"),
            form=FileForm(*sent),
            do=do,
            submit=_("Upload"),
            intro=_(
                "Columns: 条目编码 (blank: the whole list), 立场 (支持, 反对, 建议), 意见. With one error nothing is kept."
            ),
        )

    def _report(self, request: HttpRequest, version: CatalogVersion, done: consultation.Uploaded) -> HttpResponse:
        english = reader_language() == "en"

        def told(found: Any) -> dict[str, Any]:
            words = found.en if english else found.zh
            return {"row": found.row, "column": found.column, "value": found.value, "code": found.code, "told": words}

        context = {
            **self._head(request, version),
            "done": done,
            "errors": [told(found) for found in done.file.errors],
            "warnings": [told(found) for found in done.file.warnings],
            "again": self.url("upload", version.pk),
            "history_href": "",
        }
        return self.page(request, "desk/comments/report.html", None, context, status=200 if done.ok else 400)

    def _asked(
        self, request: HttpRequest, version: CatalogVersion, day: Any, on: str = "", **action: Any
    ) -> HttpResponse:
        """Answer an action's page, told of which list it is and `on` which drug; over, it says so in place of its form."""
        refused = consultation.refusal_to_comment(version, day)
        why_not = refused.detail if refused and request.method != "POST" else ""
        back = self.url("of", version.pk)
        points = [f"{version.catalog.name} {version.label}", *([on] if on else [])]
        return self.act(request, None, Action(back=back, why_not=why_not, points=points, **action))
