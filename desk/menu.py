"""The menu 侧栏 of the desk by kinds of work: which rows it has, in which order, and which right each takes."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from desk.coding_waiting import MAY_CODE, texts_waiting
from desk.own_rows import may_compare, may_own
from desk.published import MAY_READ
from desk.today import waiting_count

# Stands for a permission: that the person works for an insurer and may read the lists.
OF_INSURERS = "insurers"
CODING = "desk:coding"
# Stands for a permission: that the person may look across lists, for the office or for an insurer.
MAY_COMPARE = "compare"
_VERSIONS = "catalog_catalogversion_changelist"
_FINDINGS = "curation_finding_changelist"
# The side bar by kinds of work: (title, [(icon, title, view name, permission)]); a new page gets its row here.
# A view's name may be followed by a query: then the list is opened filtered.
MENU: list[tuple[Any, list[tuple[str, Any, str, str]]]] = [
    (
        _("Work"),
        [
            ("today", _("Today"), "index", ""),
            ("search", _("Find"), "desk:find", "catalog.view_drug"),
            ("event_upcoming", _("What changes on a day"), "desk:upcoming", MAY_COMPARE),
            ("report", _("Findings"), _FINDINGS, "curation.view_finding"),
            ("bar_chart", _("Reports"), "desk:reports", "catalog.view_catalogversion"),
            ("rate_review", _("In review"), f"{_VERSIONS}?state__exact=in_review", "catalog.view_catalogversion"),
            ("forum", _("In consultation"), f"{_VERSIONS}?state__exact=in_consultation", "catalog.view_catalogversion"),
            ("edit_note", _("Drafts"), f"{_VERSIONS}?state__exact=draft", "catalog.view_catalogversion"),
            ("sell", _("Coding desk"), CODING, MAY_CODE),
            ("forum", _("Consultations"), "catalog_comment_changelist", "catalog.view_comment"),
            ("publish", _("Upload a new version"), "catalog_catalog_upload_choose", "catalog.add_importrun"),
            (
                "drive_folder_upload",
                _("Many lists at once"),
                "curation_collection_changelist",
                "curation.view_collection",
            ),
            ("bar_chart", _("Draft by frequency"), "catalog_catalog_market_choose", "catalog.add_importrun"),
            # An insurer's users read what is published; of the pages of the lists the office has its own.
            ("menu_book", _("Published lists"), "catalog_catalog_published", OF_INSURERS),
            ("bar_chart", _("Reports"), "desk:reports", OF_INSURERS),
            ("upload_file", _("Imports"), "catalog_importrun_changelist", "catalog.view_importrun"),
        ],
    ),
    (
        _("Lists"),
        [
            ("menu_book", _("Catalogs"), "catalog_catalog_changelist", "catalog.view_catalog"),
            ("layers", _("Versions"), _VERSIONS, "catalog.view_catalogversion"),
            ("compare_arrows", _("Compare"), "desk:compare", "catalog.view_catalogversion"),
            ("stairs", _("Series"), "catalog_series_changelist", "catalog.view_series"),
            ("grid_on", _("Matrix"), "desk:matrix", MAY_COMPARE),
            ("bookmarks", _("Drugs by mark and approval"), "desk:marks", "catalog.view_drug"),
            ("label", _("Marks"), "catalog_mark_changelist", "catalog.view_mark"),
            ("gavel", _("Statutory exclusions"), "catalog_exclusion_changelist", "catalog.view_exclusion"),
        ],
    ),
    (
        _("Drugs"),
        [
            ("medication", _("Drugs"), "catalog_drug_changelist", "catalog.view_drug"),
            ("inventory_2", _("Drug products"), "catalog_drugproduct_changelist", "catalog.view_drugproduct"),
            ("pill", _("Dosage forms"), "catalog_dosageform_changelist", "catalog.view_dosageform"),
            ("account_tree", _("Drug classes"), "catalog_drugclass_changelist", "catalog.view_drugclass"),
            ("coronavirus", _("Indications"), "catalog_indication_changelist", "catalog.view_indication"),
            ("personal_injury", _("ICD-10 names"), "catalog_diseasename_changelist", "catalog.view_diseasename"),
            ("genetics", _("Rare diseases"), "catalog_raredisease_changelist", "catalog.view_raredisease"),
        ],
    ),
    (
        _("Insurance"),
        [
            ("domain", _("Insurers"), "insurers_insurer_changelist", "insurers.view_insurer"),
            ("health_and_safety", _("Products"), "insurers_product_changelist", "insurers.view_product"),
            ("contract", _("Product versions"), "insurers_productversion_changelist", "insurers.view_productversion"),
            ("fact_check", _("Claim checks"), "claims_claimcheck_changelist", "claims.view_claimcheck"),
            ("assignment_turned_in", _("Prior authorisations"), "claims_priorauthorisation_changelist", OF_INSURERS),
            ("published_with_changes", _("Corrections"), "desk:corrections", "curation.view_impactrun"),
            ("verified", _("Golden cases"), "curation_goldencase_changelist", "curation.view_goldencase"),
            ("query_stats", _("Impact runs"), "curation_impactrun_changelist", "curation.view_impactrun"),
            ("dynamic_feed", _("Claim batches"), "claims_claimbatch_changelist", "claims.view_claimbatch"),
            ("webhook", _("Webhooks"), "insurers_webhook_changelist", "insurers.view_webhook"),
            ("key", _("API keys"), "insurers_apikey_changelist", "insurers.view_apikey"),
            ("receipt_long", _("Requests"), "insurers_apirequest_changelist", "insurers.view_apirequest"),
        ],
    ),
    (
        _("System"),
        [
            ("deployed_code_history", _("Background work"), "jobs_job_changelist", "jobs.view_job"),
            ("history_edu", _("Log of deeds"), "audit_record_changelist", "audit.view_record"),
            ("group", _("Accounts"), "auth_user_changelist", "auth.view_user"),
            ("badge", _("Roles"), "auth_group_changelist", "auth.view_group"),
            ("lock_clock", _("Failed logins"), "axes_accessattempt_changelist", "axes.view_accessattempt"),
        ],
    ),
]

_FILTERED = {
    (view, query)
    for _title, rows in MENU
    for view, mark, query in (name.partition("?") for _icon, _name, name, _right in rows)
    if mark
}


@cache
def address_of(view: str) -> str:
    """Return the address of a row of the menu; raises NoReverseMatch."""
    name, _query, query = view.partition("?")
    href = reverse(name if ":" in name else f"admin:{name}")
    return f"{href}?{query}" if query else href


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the side bar: groups of pages this person may see."""
    groups: list[dict[str, Any]] = []
    waiting = waiting_count(request)
    for title, entries in MENU:
        items = []
        for icon, name, view, permission in entries:
            if permission == OF_INSURERS:
                if not may_own(request, MAY_READ):
                    continue
            elif permission == MAY_COMPARE:
                if not may_compare(request):
                    continue
            elif permission and not request.user.has_perm(permission):
                continue
            try:
                href = address_of(view)
            except NoReverseMatch:  # the app is not installed
                continue
            path, _query, query = href.partition("?")
            # A list opened filtered is another row than the list.
            here = request.get_full_path() == href if query else request.path == path
            here = here or (not query and view != "index" and request.path.startswith(path))
            item = {"icon": icon, "title": name, "link": href, "active": here, "has_permission": True}
            if here and not query and (view, request.META["QUERY_STRING"]) in _FILTERED:
                item["active"] = False  # the list as it is filtered has a row of its own
            if view == "index" and waiting:
                item |= {"badge": str(waiting), "badge_variant": "warning"}
            if view == CODING and (texts := texts_waiting(request)):
                item |= {"badge": str(texts), "badge_variant": "info"}
            items.append(item)
        if items:
            groups.append({"title": title, "items": items, "separator": bool(groups)})
    return groups
