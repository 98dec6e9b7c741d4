"""Impact runs in words: what was asked, how far it is, what came of it in one line, its sums as tables and pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import CatalogVersion
from claims.eligibility.reasons import REASONS
from claims.models import ClaimCheck
from common.labels import reader_language
from common.pictures import Picture, bars, heat, money
from curation.impact import services
from curation.impact.ending import EDITED
from curation.impact.mark import mark_of
from curation.impact.totals import totals_document
from curation.models import ImpactRun
from desk.frame import Button

# Of drugs a picture shows those whose money moves most.
DRAWN = 15
# And a page's tables so many rows.
SHOWN = 100
MAY_ASK = "curation.add_impactrun"
OUTCOMES = ("eligible", "review", "ineligible", "refunded")


def ask_href(user: Any, version: CatalogVersion) -> str:
    """Return where a person asks what a version changes in recorded decisions; nothing where they may not, or it is withdrawn."""
    if not user.has_perm(MAY_ASK) or version.withdrawn_at is not None:
        return ""
    return f"{reverse('admin:curation_impactrun_add')}?{urlencode({'version': version.pk})}"


def ask_button(user: Any, version: CatalogVersion) -> list[Button]:
    """Return the button that leads there, or none."""
    href = ask_href(user, version)
    return [Button(_("Try its impact"), href, "query_stats")] if href else []


@dataclass(frozen=True, slots=True)
class Latest:
    """A version's latest run that is done: in one line, with where to read it; `stale`: the version was edited since."""

    told: str
    href: str
    stale: bool


def latest_of(version: CatalogVersion) -> Latest | None:
    """Return the office's latest run of a version that is done."""
    done = services.runs_of(None).filter(version=version, state=ImpactRun.State.DONE).order_by("-created_at")
    run = done.first()
    if run is None:
        return None
    href = reverse("admin:curation_impactrun_change", args=[run.pk])
    return Latest(f"{scope_words(run)}: {summary_words(run)}", href, mark_of(version) != run.mark)


def scope_words(run: ImpactRun) -> str:
    """Return which decisions a run is about."""
    if run.batch is not None:
        return _("batch %(file)s") % {"file": run.batch.file_name or run.batch.created_at.date().isoformat()}
    days = f"{run.first_day:%Y-%m-%d} – {run.last_day:%Y-%m-%d}" if run.first_day and run.last_day else ""
    if run.product:
        return _("claims of product %(product)s, %(days)s") % {"product": run.product, "days": days}
    return _("claims of all products, %(days)s") % {"days": days}


def summary_words(run: ImpactRun) -> str:
    """Return in one sentence what came of a run that is done."""
    told = totals_document(run.totals)
    changed = told["changed"]["lines"]
    counted = {"lines": f"{run.lines:,}", "changed": f"{changed:,}"}
    if not changed:
        return _("none of %(lines)s lines would be answered otherwise.") % counted
    moved = Decimal(told["payable_new"]) - Decimal(told["payable_old"])
    counted |= {"old": money(Decimal(told["payable_old"])), "new": money(Decimal(told["payable_new"]))}
    counted["moved"] = ("+" if moved > 0 else "") + money(moved)
    return (
        ngettext(
            "%(changed)s of %(lines)s lines would be answered otherwise; payable %(old)s → %(new)s (%(moved)s).",
            "%(changed)s of %(lines)s lines would be answered otherwise; payable %(old)s → %(new)s (%(moved)s).",
            changed,
        )
        % counted
    )


def progress_told(run: ImpactRun) -> dict[str, Any]:
    """Return how far a run is, as its page polls it."""
    how_far = services.progress_of(run)
    phases = {"plan": _("Finding the claims"), "try": _("Trying the claims"), "": _("Waiting for a worker")}
    under_way = run.state in services.UNDER_WAY
    told = phases[how_far["phase"]] if under_way else run.get_state_display()
    share = min(100, how_far["done"] * 100 // how_far["total"]) if how_far["total"] else None
    return {"state": run.state, "told": told, "percent": share, "final": not under_way}


def fault_told(run: ImpactRun) -> str:
    """Return why a run failed; nothing where it did not."""
    if run.state != ImpactRun.State.FAILED:
        return ""
    if run.fault == EDITED:
        return _("The version was edited while it was being tried. Ask again.")
    return _("A technical fault ended this run; nothing of it is shown. Ask again.")


def not_tried_told(run: ImpactRun) -> list[str]:
    """Return how many claims were not tried, and why, a sentence each."""
    words = {
        "facts_removed": _("%(count)s claims were not tried: their facts were removed after retention."),
        "invalid": _("%(count)s claims were not tried: they are invalid as they were sent."),
        "other_rules": _(
            "%(count)s claims were not tried: they were recorded under earlier rules and cannot be read by today's."
        ),
    }
    return [words[why] % {"count": f"{count:,}"} for why, count in sorted(run.not_tried.items())]


def outcome_words() -> dict[str, str]:
    """Return the outcomes of lines in words."""
    return {value: str(words) for value, words in ClaimCheck.Outcome.choices}


def reason_words(code: str) -> str:
    """Return what a reason says of many lines."""
    kind = REASONS.get(code)
    return kind.in_short("zh" if reader_language() == "zh" else "en") if kind else code


# --- Its sums


@dataclass(frozen=True, slots=True)
class Table:
    """Sums in words: a title, the names of the columns and rows of cells; `texts` of the first columns are no numbers."""

    name: str
    title: str
    header: list[str]
    rows: list[list[str]]
    texts: int

    @property
    def shown(self) -> list[list[tuple[str, str, bool]]]:
        """Return the cells of the first rows as (name of the column, what it says, whether it is a number)."""
        rows = self.rows[:SHOWN]
        return [[(self.header[place], cell, place >= self.texts) for place, cell in enumerate(row)] for row in rows]

    @property
    def more(self) -> int:
        """Return how many rows a page does not show."""
        return max(0, len(self.rows) - SHOWN)


def tables_of(told: dict[str, Any], *, for_office: bool) -> list[Table]:
    """Return the sums of a run (totals_document) as tables."""
    outcomes = outcome_words()
    lines, changed = _("Lines"), _("Otherwise")
    paid = [_("Payable recorded (CNY)"), _("Payable now (CNY)")]
    whose = [_("Insurer")] if for_office else []

    def group(row: dict[str, Any]) -> list[str]:
        return [f"{row['lines']:,}", f"{row['changed']:,}", _yuan(row["payable_old"]), _yuan(row["payable_new"])]

    made: list[tuple[str, str, list[str], list[dict[str, Any]], Callable[[dict[str, Any]], list[str]], int]] = [
        (
            "matrix",
            _("By outcome"),
            [_("As recorded"), _("If it were published"), lines, *paid],
            told["matrix"],
            lambda row: [
                outcomes.get(row["old"], row["old"]),
                outcomes.get(row["new"], row["new"]),
                f"{row['lines']:,}",
                _yuan(row["payable_old"]),
                _yuan(row["payable_new"]),
            ],
            2,
        ),
        (
            "drugs",
            _("By drug"),
            [_("Drug"), lines, changed, *paid],
            told["by_drug"],
            lambda row: [row["generic_name"] or _("not recognised"), *group(row)],
            1,
        ),
        (
            "products",
            _("By product"),
            [*whose, _("Product"), lines, changed, *paid],
            told["by_product"],
            lambda row: [*([row["insurer"]] if for_office else []), row["product"], *group(row)],
            2 if for_office else 1,
        ),
        (
            "reasons",
            _("By reason"),
            [_("Reason"), _("Lines recorded"), _("Lines now"), _("Newly carried"), _("No longer carried")],
            told["by_reason"],
            lambda row: [
                reason_words(row["reason"]),
                *(f"{row[name]:,}" for name in ("lines_old", "lines_new", "came", "went")),
            ],
            1,
        ),
    ]
    return [Table(name, title, header, [*map(row, rows)], texts) for name, title, header, rows, row, texts in made]


def _yuan(amount: str) -> str:
    return money(Decimal(amount))


def outcome_picture(told: dict[str, Any]) -> Picture:
    """Draw how many lines go from which outcome to which."""
    words = outcome_words()
    lines = {(row["old"], row["new"]): row["lines"] for row in told["matrix"]}
    met = [one for one in OUTCOMES if any(one in pair for pair in lines)]
    return heat(
        _("Outcomes: as recorded (rows), and if it were published (columns)"),
        _("Lines; on the diagonal nothing changes."),
        [words[one] for one in met],
        [(words[old], [lines.get((old, new), 0) for new in met]) for old in met],
        corner=_("As recorded"),
    )


def money_picture(told: dict[str, Any]) -> Picture | None:
    """Draw by how much less or more is paid for the drugs whose money moves most; None where no money moves."""
    moved = [(row, Decimal(row["payable_new"]) - Decimal(row["payable_old"])) for row in told["by_drug"]]
    moved = [(row, by) for row, by in moved if by][:DRAWN]
    if not moved:
        return None
    return bars(
        _("Money that moves, by drug"),
        _("Yuan payable less or more than recorded; the %(count)d drugs that move most.") % {"count": len(moved)},
        [row["generic_name"] or _("not recognised") for row, _by in moved],
        [
            (_("paid less"), [max(-by, Decimal(0)) for _row, by in moved]),
            (_("paid more"), [max(by, Decimal(0)) for _row, by in moved]),
        ],
        corner=_("Drug"),
        say=money,
    )
