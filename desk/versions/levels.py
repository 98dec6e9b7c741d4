"""The tab 机构级别: what of a list may be used at which level of institution, as counts, as a table, printed and as files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _

from catalog.institution_levels import LEVELS_COUNTED, level_table
from catalog.vocabularies import LEVELS, NAMING_KINDS
from common.labels import reader_language
from desk.downloads import PRINTED_ROWS
from desk.frame import PAGE_SIZE, paged
from desk.versions.tabs import VersionTabs


class LevelsTab(VersionTabs):
    """What may be used where."""

    def levels_routes(self) -> list[URLPattern]:
        return [self.route("<int:pk>/levels/", self.levels_view, "levels")]

    def levels_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        limited, printed = bool(request.GET.get("limited")), bool(request.GET.get("print"))
        size = PRINTED_ROWS if printed else PAGE_SIZE
        wanted = request.GET.get("page", "1")
        number = max(int(wanted), 1) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1
        table = level_table(version.pk, limited=limited, first=(number - 1) * size, size=size)
        if not table.rows and number > 1:
            number = -(-table.count // size) or 1
            table = level_table(version.pk, limited=limited, first=(number - 1) * size, size=size)
        page = paged(request, range(table.count))
        page.paginator.per_page, page.number = size, number
        names = LEVELS.names(reader_language())
        context = {
            **self.tab_context(request, version, "levels"),
            "table": table,
            "names_drugs": version.catalog.kind in NAMING_KINDS,
            "levels": [
                {
                    "name": names[str(one.level)],
                    "entries": one.entries,
                    "drugs": one.drugs,
                    "href": self.to_grid(version, f"institution_level={one.level}"),
                    "csv": self.url("found_csv", version.pk) + f"?institution_level={one.level}",
                    "xlsx": self.url("found_xlsx", version.pk) + f"?institution_level={one.level}",
                }
                for one in table.levels
            ],
            "rows": [
                (
                    row,
                    [
                        (names[str(level)], _cell(usable, row.entries))
                        for level, usable in zip(LEVELS_COUNTED, row.usable, strict=True)
                    ],
                )
                for row in table.rows
            ],
            "pages": page,
            "limited": limited,
            "printed": printed,
        }
        return self.page(request, "desk/versions/levels.html", version, context)


def _cell(usable: int, entries: int) -> dict[str, Any]:
    """Return what a cell says: that all entries of the drug may be used, none, or so many."""
    if usable == entries:
        return {"tone": "good", "mark": "●", "told": _("usable")}
    if not usable:
        return {"tone": "quiet", "mark": "–", "told": _("not usable")}
    told = _("%(usable)d of %(entries)d entries") % {"usable": usable, "entries": entries}
    return {"tone": "warn", "mark": "◐", "told": told}
