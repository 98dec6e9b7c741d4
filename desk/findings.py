"""Findings 问题清单: the list by kind and state, each with what it rests on, the note that somebody has seen to it, all of them as a file."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.catalog_codes import SHARED_ONLY, meant, parted
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.labels import reader_language
from curation.findings.services import acknowledge_finding
from curation.findings.wording import sentence
from curation.models import Finding, FindingsWorked
from curation.vocabularies import FINDING_KINDS
from desk.downloads import sent
from desk.forms import ReasonForm, posted
from desk.frame import Action, Button, PageAdmin, paged
from desk.markup import badge
from desk.own_rows import told_person
from insurers.models import Insurer
from insurers.persons import insurer_of

MAY_SEE = "curation.view_finding"
MAY_ACKNOWLEDGE = "curation.change_finding"
FILE_ROWS = 20_000
_TONES = {"open": "warn", "acknowledged": "quiet", "gone": "good"}


def state_badge(finding: Finding) -> SafeString:
    """Return how a finding stands."""
    return badge(finding.get_state_display(), _TONES[finding.state])


def why_not(request: HttpRequest, finding: Finding) -> str:
    """Return why this person may not acknowledge a finding ('': they may): an insurer's people only what is about their own lists and products."""
    own = insurer_of(request.user)
    if finding.state == Finding.State.GONE:
        return _("What this finding rested on is gone already.")
    if own is not None and finding.owner_id != own.pk:
        return _("The catalog office sees to what is found in shared lists.")
    return ""


class Places:
    """The pages of the editions and entries that findings rest on, as this person may open them: three statements, however many findings."""

    def __init__(self, request: HttpRequest, findings: Iterable[Finding]) -> None:
        wanted = {
            (finding.owner_id or SHARED_ONLY, one["catalog"], one["version"])
            for finding in findings
            for one in finding.facts["catalogs"]
        }
        insurer = insurer_of(request.user)
        self.for_office = insurer is None
        self.catalogs = _meant({(owner, text) for owner, text, _label in wanted}, insurer.pk if insurer else None)
        labels = {label for *_catalog, label in wanted if label}
        ids = {one.pk for one in self.catalogs.values()}
        versions = CatalogVersion.objects.filter(catalog__in=ids, label__in=labels, published_at__isnull=False)
        self.versions = {(one.catalog_id, one.label): one for one in versions.select_related("catalog")}

    def edition(self, finding: Finding, code: str, label: str) -> tuple[str, str]:
        """Return a list's name with its edition, and the address of its page ('': none this person may open)."""
        catalog, version = self._catalog(finding, code), self._version(finding, code, label)
        name = f"{catalog.name if catalog else code} {label}".strip()
        if version is not None:
            page = "catalogversion_change" if self.for_office else "catalog_published_version"
            args = [version.pk] if self.for_office else [version.catalog_id, version.pk]
            return name, reverse(f"admin:catalog_{page}", args=args)
        if catalog is None:
            return name, ""
        page = "catalog_change" if self.for_office else "catalog_published_list"
        return name, reverse(f"admin:catalog_{page}", args=[catalog.pk])

    def editions(self, finding: Finding) -> list[tuple[str, str]]:
        """Return the editions that a finding rests on, each with its page."""
        return [self.edition(finding, one["catalog"], one["version"]) for one in finding.facts["catalogs"]]

    def _catalog(self, finding: Finding, code: str) -> Catalog | None:
        return self.catalogs.get((finding.owner_id or SHARED_ONLY, code))

    def _version(self, finding: Finding, code: str, label: str) -> CatalogVersion | None:
        catalog = self._catalog(finding, code)
        return self.versions.get((catalog.pk, label)) if catalog else None

    def entries(self, finding: Finding, places: Iterable[dict[str, str]]) -> Iterator[dict[str, Any]]:
        """Yield entries of a finding with the name of their list and their page."""
        listed = list(places)
        keys = {one["entry_code"] for one in listed}
        versions = [version.pk for version in self.versions.values()]
        rows = CatalogEntry.objects.filter(version__in=versions, entry_code__in=keys).order_by()
        ids = {(pk, code): entry for entry, pk, code in rows.values_list("pk", "version_id", "entry_code")}
        for one in listed:
            version = self._version(finding, one["catalog"], one["version"])
            entry = ids.get((version.pk, one["entry_code"])) if version else None
            href = ""
            if entry and version and self.for_office:
                href = reverse("admin:catalog_catalogversion_entry", args=[version.pk, entry])
            elif entry and version:
                page = reverse("admin:catalog_catalog_published_entry", args=[version.catalog_id, version.pk])
                href = f"{page}?{urlencode({'entry': one['entry_code']})}"
            yield {**one, "list": self.edition(finding, one["catalog"], one["version"])[0], "href": href}


def _meant(named: Collection[tuple[int, str]], reader: int | None) -> dict[tuple[int, str], Catalog]:
    """Return (insurer, text) → the catalog that the text means for the insurer, of those that the reader may see; one statement."""
    codes = {parted(text)[1] for _owner, text in named}
    there: list[Any] = list(Catalog.objects.readable_by(reader).filter(code__in=codes).select_related("owner"))
    return {(owner, text): one for owner, text in named for one in meant(text, there, owner)}


@admin.register(Finding)
class FindingAdmin(PageAdmin):
    page_template = "desk/findings/finding.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        own = insurer_of(request.user)
        return Finding.objects.visible_to(own.pk if own else None).select_related("owner")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<uuid:pk>/acknowledge/", self.acknowledge_view, "acknowledge"),
            self.route("export.<str:form>", self.file_view, "file"),
            *super().get_urls(),
        ]

    def badges(self, obj: Finding) -> list[SafeString]:
        return [badge(obj.get_kind_display(), "info"), state_badge(obj)]

    # ------------------------------------------------------------------------------------------------ the list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the findings of a state, the open ones unless told, by kind; with how many there are of each."""
        self.require(request, MAY_SEE)
        kind, state = _asked(request)
        counts = _counts(self.get_queryset(request))
        rows = self._of(request, kind, state)
        page = paged(request, rows, count=sum(counts[state].values()) if not kind else counts[state].get(kind, 0))
        places = Places(request, page)
        for one in page:
            one.told, one.badge, one.editions = sentence(one), state_badge(one), places.editions(one)
        names = FINDING_KINDS.names(reader_language())
        context = {
            "page_title": _("Findings"),
            "findings": page,
            "states": [
                (value, label, sum(counts[value].values()), _address(value, ""), value == state)
                for value, label in Finding.State.choices
            ],
            "kinds": [
                (names[code], counts[state][code], _address(state, code), code == kind)
                for code in FINDING_KINDS.codes
                if counts[state].get(code)
            ],
            "all_kinds": (_address(state, ""), sum(counts[state].values()), not kind),
            "worked": FindingsWorked.objects.filter(pk=1).first(),
            "buttons": [
                Button(
                    _("Download as XLSX"), f"{self.url('file', 'xlsx')}?{urlencode(_query(kind, state))}", "download"
                )
            ],
            "for_office": places.for_office,
        }
        return self.page(request, "desk/findings/list.html", None, {**context, "history_href": ""})

    def _of(self, request: HttpRequest, kind: str, state: str) -> QuerySet[Finding]:
        found = self.get_queryset(request).filter(state=state)
        return (found.filter(kind=kind) if kind else found).order_by("kind", "catalogs", "-opened_at", "id")

    def file_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """Answer the findings that the filters ask for as a table, a row for each."""
        self.require(request, MAY_SEE)
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        kind, state = _asked(request)
        header = [_("Kind"), _("State"), _("What was found"), _("Catalogs"), _("Entries"), _("Entry codes")]
        header += [_("Open since"), _("Acknowledged by"), _("Reason")]
        rows = (
            [
                str(one.get_kind_display()),
                str(one.get_state_display()),
                sentence(one),
                "、".join(f"{each['catalog']} {each['version']}".strip() for each in one.facts["catalogs"]),
                str(one.facts["entry_count"]),
                ";".join(each["entry_code"] for each in one.facts["entries"]),
                f"{timezone.localtime(one.opened_at):%Y-%m-%d %H:%M}",
                told_person(request, one.acknowledged_by),
                one.acknowledge_reason,
            ]
            for one in self._of(request, kind, state)[:FILE_ROWS]
        )
        return sent(header, rows, _("findings"), "xlsx" if form == "xlsx" else "csv")

    # ------------------------------------------------------------------------------------------------ one

    def page_context(self, request: HttpRequest, finding: Finding) -> dict[str, Any]:
        places = Places(request, [finding])
        page = paged(request, finding.facts["entries"])
        buttons = []
        if request.user.has_perm(MAY_ACKNOWLEDGE):
            said = finding.state == Finding.State.ACKNOWLEDGED
            title = _("Change the reason") if said else _("Acknowledge")
            href = self.url("acknowledge", finding.pk)
            buttons.append(Button(title, href, "check", "default" if said else "primary", why_not(request, finding)))
        return {
            "page_title": sentence(finding),
            "finding": finding,
            "badges": self.badges(finding),
            "buttons": buttons,
            "editions": places.editions(finding),
            "places": page,
            "entries": list(places.entries(finding, page)),
            "kept": len(finding.facts["entries"]),
            "days": [(_days()[name], day) for name, day in finding.facts["days"].items()],
            "acknowledged_by": told_person(request, finding.acknowledged_by),
            "advice": advice()[finding.kind],
            "back": self.url("changelist"),
        }

    def acknowledge_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Ask for the reason and note that somebody has seen to it."""
        self.require(request, MAY_ACKNOWLEDGE)
        finding: Finding = self.found(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, Any]:
            acknowledge_finding(finding=finding, reason=given["reason"], by=request.user.get_username())
            return self.url("change", finding.pk), _("Acknowledged.")

        refused = why_not(request, finding)
        if refused and finding.state != Finding.State.GONE:
            raise PermissionDenied
        action = Action(
            title=_("Acknowledge"),
            form=ReasonForm(posted(request)),
            do=do,
            submit=_("Acknowledge"),
            back=self.url("change", finding.pk),
            intro=sentence(finding),
            points=[_("It is told as seen to until its cause is gone, also where that goes and comes back.")],
            why_not=refused,
        )
        return self.act(request, finding, action)


def _asked(request: HttpRequest) -> tuple[str, str]:
    """Return which kind ('' for all) and which state is asked for, the open ones unless told."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    return kind if kind in FINDING_KINDS.codes else "", state if state in Finding.State.values else "open"


def _query(kind: str, state: str) -> dict[str, str]:
    return {"state": state, **({"kind": kind} if kind else {})}


def _address(state: str, kind: str) -> str:
    return f"?{urlencode(_query(kind, state))}"


def _counts(findings: QuerySet[Finding]) -> dict[str, dict[str, int]]:
    """Return state → kind → how many there are."""
    counts: dict[str, dict[str, int]] = {state: {} for state in Finding.State.values}
    rows = findings.select_related(None).order_by().values_list("state", "kind")
    for state, kind, count in rows.annotate(count=Count("pk")):
        counts[state][kind] = count
    return counts


def open_counts(insurer: Insurer | None) -> list[tuple[str, int, str]]:
    """Return the kinds of which something is open, for the first page: (name, how many, address); one statement."""
    found = Finding.objects.visible_to(insurer.pk if insurer else None).filter(state=Finding.State.OPEN)
    counts = dict(found.order_by().values("kind").annotate(count=Count("pk")).values_list("kind", "count"))
    names, page = FINDING_KINDS.names(reader_language()), reverse("admin:curation_finding_changelist")
    return [
        (names[code], counts[code], page + _address("open", code)) for code in FINDING_KINDS.codes if code in counts
    ]


def _days() -> dict[str, str]:
    return {"last_day": _("Last day"), "gone_on": _("Gone on"), "came_on": _("Came on")}


def advice() -> dict[str, str]:
    """Return what may be done about each kind."""
    return {
        "base_and_commercial": _(
            "The fund pays this drug for the same diseases. Take it off the commercial list's next edition, or narrow its indication."
        ),
        "listed_and_excluded": _(
            "A product that names both lists pays nothing for it. Take it off one of them, or narrow the exclusion."
        ),
        "moved": _("Tell insurers whose products name only the list that it left."),
        "ending": _("Publish what follows, or note that nothing does."),
        "product_without_list": _("The product's next version should name what is in force."),
        "uncoded": _("Claims under this text go to a person until it is coded in a next edition."),
        "unknown_drug": _("Add the drug, or the name as an alias, to the drug master."),
        "unknown_form": _(
            "Only a claim with just this form passes. Write a form of the table, or ask for the form to be added to it."
        ),
        "names_together": _(
            "Give the names as aliases of one drug in the drug master, if they are one; else note that they are not."
        ),
        "same_drug_twice": _(
            "Which of them decides a claim is settled by their codes alone. Let one remain, or part their forms or diseases."
        ),
    }
