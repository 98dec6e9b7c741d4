"""What a prior authorisation's page says in words: what was asked, the questions of its entry with their answers, what happened."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import reference
from catalog.clock import china_today
from catalog.models import Catalog, CatalogEntry
from catalog.questionnaire import Question
from catalog.vocabularies import LEVELS, SETTINGS, SEXES
from claims.authorisations import rules
from claims.models import AuthorisationEvent, PriorAuthorisation
from common import icd10
from common.labels import reader_language
from desk.markup import badge, link
from desk.questionnaires import questions_in_words

_TONES = {rules.IN_REVIEW: "warn", rules.APPROVED: "good", rules.DECLINED: "bad", rules.EXPIRED: "quiet"}
_HOURS_TOLD = 72


def state_badge(row: PriorAuthorisation) -> SafeString:
    """Return how an authorisation stands today."""
    words = {**dict(PriorAuthorisation.State.choices), rules.EXPIRED: _("expired")}
    state = rules.state_on(row.state, row.valid_to, china_today(timezone.now()))
    return badge(words[state], _TONES[state])


def due_told(row: PriorAuthorisation, now: datetime) -> SafeString | str:
    """Return by when it has to be decided: how long is left, that the time is over, or that it stands still."""
    if row.state != rules.IN_REVIEW or row.due_at is None:
        return "—"
    if row.stopped_at is not None:
        return badge(_("papers awaited, the clock stands still"), "info")
    day = f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}"
    if rules.is_overdue(row.due_at, row.stopped_at, now):
        return badge(_("overdue since %(day)s") % {"day": day}, "bad")
    hours = int((row.due_at - now).total_seconds() // 3600)
    if hours < _HOURS_TOLD:
        return badge(ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}, "warn")
    return badge(ngettext("%(count)d day left", "%(count)d days left", hours // 24) % {"count": hours // 24}, "quiet")


def plain(quantity: Decimal) -> str:
    """Return a quantity without the zeros behind it."""
    return f"{quantity.normalize():f}"


def drug_told(row: PriorAuthorisation) -> str:
    """Return the drug as it was recognised, else as it was asked for: that it was not recognised stands among the reasons, where that is why."""
    names = ("generic_name", "brand_name", "national_code", "approval_no")
    asked = next((str(row.facts[name]) for name in names if row.facts.get(name)), "") if row.facts else ""
    return row.drug or asked or "—"


def case_told(row: PriorAuthorisation) -> list[str]:
    """Return what whoever acts on an authorisation has before their eyes: the drug, for whom, the papers that are awaited."""
    told = [f"{_('Drug')}: {drug_told(row)}", f"{_('Member reference')}: {row.member_ref or '—'}"]
    awaited = [paper["name"] for paper in row.papers if paper["came_at"] is None]
    return [*told, *([f"{_('Papers awaited')}: {_('; ').join(awaited)}"] if awaited else [])]


def asked_told(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was asked as (what, in words), what was not given left out."""
    words = {
        "generic_name": _("Generic name"),
        "national_code": _("National drug code"),
        "approval_no": _("approval number"),
        "brand_name": _("Brand name"),
        "dosage_form": _("Dosage form"),
        "strength": _("Strength"),
        "manufacturer": _("Manufacturer"),
        "diagnoses": _("Diagnoses"),
        "age": _("Age"),
        "sex": _("Sex"),
        "setting": _("Setting"),
        "institution_level": _("Institution level"),
        "evidence": _("Evidence"),
        "from": _("First day asked for"),
        "quantity": _("Quantity"),
    }
    return [(words[name], _fact(name, facts[name])) for name in words if facts.get(name) not in (None, "", [], {})]


def _fact(name: str, value: Any) -> str:
    if name == "evidence":
        return _("; ").join(f"{code}: {_answer(met)}" for code, met in value.items())
    if name == "diagnoses":
        given = [value] if isinstance(value, str) else value
        codes = dict.fromkeys(code for text in given for code in icd10.split(text))
        return reference.disease_names().list_shown(codes)
    terms = {"sex": SEXES, "setting": SETTINGS, "institution_level": LEVELS}.get(name)
    return terms.names(reader_language()).get(str(value), str(value)) if terms else str(value)


def _answer(met: bool | None) -> str:
    return _("not answered") if met is None else _("yes") if met else _("no")


def entry_judged(row: PriorAuthorisation) -> CatalogEntry | None:
    """Return the entry that it was judged by: that of the match, or that which the reasons against it rest on; None where there is none."""
    judged = row.judgement or {}
    cited = [cite for reason in judged.get("reasons", []) for cite in reason["cites"] if "benefit" in cite]
    for one in [judged.get("match") or {}, *cited]:
        if one.get("entry_code"):
            break
    else:
        return None
    entries = CatalogEntry.objects.filter(version__catalog__in=Catalog.objects.named(one["catalog"], row.insurer_id))
    return (
        entries.filter(
            version__label=one["version"],
            version__published_at__isnull=False,
            entry_code=one["entry_code"],
        )
        .select_related("version__catalog")
        .first()
    )


def entry_href(entry: CatalogEntry, page: str = "entry") -> str:
    """Return the address of an entry's page as insurers read it, or of its `form`."""
    address = reverse(f"admin:catalog_catalog_published_{page}", args=[entry.version.catalog_id, entry.version_id])
    return f"{address}?{urlencode({'entry': entry.entry_code})}"


def questions_told(entry: CatalogEntry | None, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of an entry as `questions_in_words`, each with its `answer` among the facts."""
    if entry is None:
        return []
    return [{**one, "answer": _answered(one["question"], facts)} for one in questions_in_words(entry)]


def _answered(question: Question, facts: Mapping[str, Any]) -> str:
    if question.asks == "criterion":
        return _answer((facts.get("evidence") or {}).get(question.id))
    name = question.field.rpartition(".")[2]
    value = facts.get(name)
    return _("not answered") if value in (None, "", []) else _fact(name, value)


def history_told(events: Iterable[Mapping[str, Any]], row: PriorAuthorisation) -> list[dict[str, Any]]:
    """Return what happened, each event with `what` it was and what it is `told` about it."""
    kinds = {**dict(AuthorisationEvent.Kind.choices), "spent": _("used"), "given_back": _("given back")}
    others = {one.no: one.pk for one in [*([row.renews] if row.renews else []), *row.renewals.all()]}
    return [{**one, "what": kinds[one["kind"]], "told": _told(one["detail"], others)} for one in events]


def _told(detail: Mapping[str, Any], others: Mapping[str, int]) -> SafeString:
    """Return what is kept of an event, in words; the reasons stand on the page already."""
    told: list[Any] = []
    if state := detail.get("state"):
        told.append(dict(PriorAuthorisation.State.choices)[state])
    if papers := detail.get("papers"):
        told.append(_("; ").join(papers))
    if detail.get("valid_from"):
        told.append(f"{detail['valid_from']} – {detail['valid_to']}")
    if other := detail.get("renews") or detail.get("no"):
        told.append(_other(other, others))
    if quantity := detail.get("quantity"):
        line = detail.get("line_no")
        used = _("quantity %(quantity)s, line %(line)s") % {"quantity": quantity, "line": line}
        told.append(used if line else _("quantity %(quantity)s") % {"quantity": quantity})
    for name, model, words in (
        ("check", "claimcheck", _("the claim check")),
        ("batch", "claimbatch", _("the claim batch")),
    ):
        if name in detail:
            told.append(link(reverse(f"admin:claims_{model}_change", args=[detail[name]]), words))
    return format_html_join(" · ", "{}", ((one,) for one in told))


def _other(no: str, others: Mapping[str, int]) -> SafeString:
    if no not in others:
        return format_html("{}", no)
    return link(reverse("admin:claims_priorauthorisation_change", args=[others[no]]), no)
