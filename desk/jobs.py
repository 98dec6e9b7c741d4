"""Background jobs: what runs, what waits, and the dead letters that may be tried again."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import ImportRun
from catalog.services import IMPORT_JOB
from common.errors import Refused
from common.jobs import services
from common.jobs.models import Job
from desk.forms import NothingToFillIn, posted
from desk.frame import Action, Button, PageAdmin
from desk.markup import badge
from desk.words import job_words, phase_words

MAY_STEER = "jobs.change_job"
_TONES = {"queued": "info", "running": "info", "done": "good", "cancelled": "quiet", "dead": "bad"}


class JobEnded(Refused):
    code = "already_ended"


class NotDead(Refused):
    code = "not_a_dead_letter"


class WorkFilter(admin.SimpleListFilter):
    """Background work by its kind, in words."""

    title = gettext_lazy("work")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(job_words().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(PageAdmin):
    page_template = "desk/jobs/job.html"
    list_display = ["work_shown", "state_shown", "progress_shown", "created_at", "finished_at"]
    list_filter = ["state", WorkFilter]
    search_fields = ["subject", "last_error"]
    ordering = ["-id"]

    @admin.display(description=gettext_lazy("work"), ordering="kind")
    def work_shown(self, job: Job) -> str:
        return job_words().get(job.kind, job.kind)

    @admin.display(description=gettext_lazy("how far"))
    def progress_shown(self, job: Job) -> str:
        if job.state != Job.State.RUNNING:
            return ""
        told = phase_words().get(job.phase, job.phase)
        return f"{told} {min(100, job.done * 100 // job.total)} %" if job.total else told

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, job: Job) -> SafeString:
        return badge(job.get_state_display(), _TONES[job.state])

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/cancel/", self.cancel_view, "cancel"),
            self.route("<int:pk>/retry/", self.retry_view, "retry"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, job: Job) -> dict[str, Any]:
        buttons = []
        if request.user.has_perm(MAY_STEER):
            if job.state == Job.State.DEAD:
                buttons.append(Button(_("Try again"), self.url("retry", job.pk), "refresh", "primary"))
            elif job.state in {Job.State.QUEUED, Job.State.RUNNING}:
                buttons.append(Button(_("Cancel"), self.url("cancel", job.pk), "cancel", "danger"))
        return {
            "job": job,
            "work": self.work_shown(job),
            "progress": self.progress_shown(job),
            "about": _about(request, job),
            "state_badge": self.state_shown(job),
            "buttons": buttons,
        }

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.found(request, pk)
        self.require(request, MAY_STEER)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            if not services.cancel(job=job, by=request.user.get_username()):
                raise JobEnded(_("This job has ended already."))
            return self.url("change", pk), _("The job is asked to stop.")

        return self._confirm(request, job, _("Cancel the job"), do, tone="danger")

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.found(request, pk)
        self.require(request, MAY_STEER)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            if job.state != Job.State.DEAD:
                raise NotDead(_("Only a dead letter can be tried again."))
            services.retry(job=job, by=request.user.get_username())
            return self.url("change", pk), _("The job is queued again, for three more attempts.")

        return self._confirm(request, job, _("Try the job again"), do, tone="primary")

    def _confirm(self, request: HttpRequest, job: Job, title: str, do: Any, *, tone: str) -> HttpResponse:
        form, back = NothingToFillIn(posted(request)), self.url("change", job.pk)
        return self.act(request, job, Action(title=title, form=form, do=do, submit=title, back=back, tone=tone))


def _about(request: HttpRequest, job: Job) -> tuple[str, str]:
    """Return what a job works on and the address of its page; nothing where there is no page for it, or none that the person may open."""
    if job.kind == IMPORT_JOB:
        run = ImportRun.objects.filter(job=job).select_related("catalog").first()
        if run:
            is_seen = request.user.has_perm("catalog.view_importrun")
            return str(run), reverse("admin:catalog_importrun_change", args=[run.pk]) if is_seen else ""
    return "", ""
