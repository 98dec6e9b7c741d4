"""Figures by week: imports and what was wrong with them, checks and batches of claims with their outcomes and money.

Weeks begin on Monday, in China's days. An insurer's figures are its own: by the filter here and by the database (common.tenancy).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncWeek

from catalog.models import ImportProblem, ImportRun
from claims.models import ClaimBatch, ClaimCheck
from common.dates import CHINA

WEEKS = 12
PROBLEMS = 12
_MONEY = DecimalField(max_digits=20, decimal_places=2)


@dataclass(frozen=True, slots=True)
class Claims:
    """What was decided of claims in a week: how many by outcome, and yuan asked for, claimable and payable.

    The money of what retention has removed is no longer known, and is not in it.
    """

    counts: dict[str, int]
    amount: Decimal
    claimable: Decimal
    payable: Decimal


def weeks_until(day: date, count: int = WEEKS) -> list[date]:
    """Return the Mondays of the last weeks, the week of the day included."""
    monday = day - timedelta(days=day.weekday())
    return [monday - timedelta(weeks=back) for back in reversed(range(count))]


def imports_by_week(weeks: list[date]) -> dict[date, dict[str, int]]:
    """Return week → ready, failed, staged, cancelled or waiting → how many files; one statement."""
    found: dict[date, dict[str, int]] = {week: defaultdict(int) for week in weeks}
    runs = ImportRun.objects.filter(created_at__gte=_begin(weeks[0])).order_by()
    rows = runs.annotate(week=TruncWeek("created_at", tzinfo=CHINA)).values_list("week", "outcome")
    for week, outcome, count in rows.annotate(count=Count("pk")).values_list("week", "outcome", "count"):
        if week.date() in found:
            found[week.date()][{"": "waiting", "given_up": "cancelled"}.get(outcome, outcome)] += count
    return found


def problems_by_code(weeks: list[date]) -> list[tuple[str, int, int]]:
    """Return what was wrong most often with the files of these weeks: (code, errors, warnings), at most PROBLEMS of them; one statement."""
    rows = ImportProblem.objects.filter(run__created_at__gte=_begin(weeks[0])).order_by().values("code")
    rows = rows.annotate(errors=Count("pk", Q(severity="error")), warnings=Count("pk", Q(severity="warning")))
    return list(rows.order_by("-errors", "-warnings", "code").values_list("code", "errors", "warnings")[:PROBLEMS])


def checks_by_week(weeks: list[date], insurer_id: int | None) -> dict[date, Claims]:
    """Return week → what was decided of single checks, each counted by its worst outcome; one statement."""
    checks = _own(ClaimCheck.objects.filter(decided_at__gte=_begin(weeks[0])), insurer_id)
    rows = checks.order_by().annotate(week=TruncWeek("decided_at", tzinfo=CHINA)).values("week", "outcome")
    rows = rows.annotate(
        count=Count("pk"),
        **{name: Sum(Cast(KT(f"totals__{name}"), _MONEY)) for name in ("amount", "claimable", "payable")},
    )
    return _summed(weeks, ((one["week"].date(), one["outcome"], one["count"], _yuan(one)) for one in rows))


def batches_by_week(weeks: list[date], insurer_id: int | None) -> dict[date, Claims]:
    """Return week → what was decided of the lines of batches that ended then; one statement, a row a batch."""
    done = ClaimBatch.objects.filter(state=ClaimBatch.State.DONE, finished_at__gte=_begin(weeks[0]))
    rows = _own(done, insurer_id).order_by().values_list("finished_at", "totals__outcome")
    return _summed(
        weeks,
        (
            (_monday(finished), outcome, lines, tuple(Decimal(fen) / 100 for fen in money))
            for finished, outcomes in rows
            for outcome, (lines, *money) in (outcomes or {}).items()
        ),
    )


def checks_by_product(weeks: list[date], insurer_id: int | None, most: int) -> list[tuple[str, str, int, Decimal]]:
    """Return of the products checked most in these weeks (insurer, product, checks, payable yuan); one statement."""
    checks = _own(ClaimCheck.objects.filter(decided_at__gte=_begin(weeks[0])), insurer_id).order_by()
    rows = checks.values("insurer__name", "product__name").annotate(
        count=Count("pk"), payable=Sum(Cast(KT("totals__payable"), _MONEY))
    )
    ordered = rows.order_by("-count", "insurer__name", "product__name")
    return [
        (one["insurer__name"], one["product__name"], one["count"], one["payable"] or Decimal(0))
        for one in ordered[:most]
    ]


def _own(rows: Any, insurer_id: int | None) -> Any:
    return rows if insurer_id is None else rows.filter(insurer=insurer_id)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, CHINA)


def _monday(instant: datetime) -> date:
    day = instant.astimezone(CHINA).date()
    return day - timedelta(days=day.weekday())


def _yuan(row: dict[str, Any]) -> tuple[Decimal, ...]:
    return tuple(row[name] or Decimal(0) for name in ("amount", "claimable", "payable"))


def _summed(weeks: list[date], rows: Any) -> dict[date, Claims]:
    counts: dict[date, dict[str, int]] = {week: defaultdict(int) for week in weeks}
    money: dict[date, list[Decimal]] = {week: [Decimal(0)] * 3 for week in weeks}
    for week, outcome, count, amounts in rows:
        if week in counts:
            counts[week][outcome] += count
            money[week] = [before + more for before, more in zip(money[week], amounts, strict=True)]
    return {week: Claims(dict(counts[week]), *money[week]) for week in weeks}
