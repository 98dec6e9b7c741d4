"""Which edition a draft follows: the pure rule, its twin in SQL, and a slow version that tries every day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.followed_edition import edition_followed
from catalog.in_force import in_force
from catalog.models import Catalog, CatalogVersion
from tests.catalog.drugs.test_in_force import DAYS, INSTANTS, VERSIONS, Version, version

EARLIEST = date(2025, 11, 1)
NOW = "2026-06-01T00:00:00Z"


def naive(versions: list[Version], first_day: date, known_at: datetime) -> Version | None:
    """Go back day by day until something begins that was in force then; of what ended, the one that began last is the last."""
    if found := in_force(versions, first_day, known_at):
        return found
    day = first_day
    while day >= EARLIEST:
        begun = [one for one in versions if one.effective_from == day and one.effective_from <= first_day]
        if found := in_force(begun, day, known_at) or _ended_at_once(begun, known_at):
            return found
        day -= timedelta(days=1)
    return None


def _ended_at_once(begun: list[Version], known_at: datetime) -> Version | None:
    """A period that was over before it began is no period; the database has none, the generator may."""
    open_ended = [Version(one.label, one.effective_from, None, one.published_at, one.withdrawn_at) for one in begun]
    found = in_force(open_ended, begun[0].effective_from, known_at) if begun else None
    return begun[open_ended.index(found)] if found else None


@settings(deadline=None)
@given(st.lists(VERSIONS, max_size=6), DAYS, INSTANTS)
def test_the_edition_followed_is_the_last_that_began(versions: list[Version], day: date, known_at: datetime) -> None:
    sound = [one for one in versions if one.effective_to is None or one.effective_to >= one.effective_from]

    assert edition_followed(sound, day, known_at) == naive(sound, day, known_at)


OLD = version("2024", "2024-01-01", "2024-12-31", "2023-12-01T00:00:00Z")
ENDED = version("2025", "2025-01-01", "2025-12-31", "2024-12-01T00:00:00Z")
TAKEN_BACK = version("2025-b", "2025-06-01", "2025-12-31", "2025-05-01T00:00:00Z", withdrawn="2025-07-01T00:00:00Z")
LATER = version("2027", "2027-01-01", None, "2026-05-01T00:00:00Z")
DRAFT = version("draft", "2025-03-01", None, None)


@pytest.mark.parametrize(
    ("first_day", "versions", "label"),
    [
        ("2026-01-01", [OLD, ENDED, TAKEN_BACK, LATER, DRAFT], "2025"),  # it ended the day before
        ("2026-05-01", [OLD, ENDED], "2025"),  # months ago
        ("2025-12-31", [OLD, ENDED], "2025"),  # still in force
        ("2025-01-01", [OLD, ENDED], "2025"),  # a correction of the same day
        ("2024-12-31", [OLD, ENDED], "2024"),
        ("2023-12-31", [OLD, ENDED], None),  # before everything
        ("2027-01-01", [OLD, ENDED, LATER], "2027"),
        ("2026-01-01", [TAKEN_BACK], None),
        ("2026-01-01", [DRAFT], None),
        ("2026-01-01", [], None),
    ],
)
def test_an_edition_that_has_ended_is_still_followed(
    first_day: str, versions: list[Version], label: str | None
) -> None:
    found = edition_followed(versions, date.fromisoformat(first_day), datetime.fromisoformat(NOW))

    assert (found.label if found else None) == label


SOUND = VERSIONS.filter(lambda one: one.effective_to is None or one.effective_to >= one.effective_from)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SOUND, max_size=6), DAYS, INSTANTS)
def test_the_database_follows_the_same_edition(
    make_catalog: Callable[..., Catalog], versions: list[Version], day: date, known_at: datetime
) -> None:
    catalog = Catalog.objects.filter(code="FOLLOW").first() or make_catalog("FOLLOW")
    made = []
    for number, one in enumerate(versions):
        withdrawn = max(one.withdrawn_at, one.published_at) if one.withdrawn_at and one.published_at else None
        made.append(
            CatalogVersion(
                catalog=catalog,
                label=f"{one.label}{number}",
                effective_from=one.effective_from,
                effective_to=one.effective_to,
                published_at=one.published_at,
                withdrawn_at=withdrawn,
                state="withdrawn" if withdrawn else "published",
                created_by="alice",
                published_by="bob",
                withdrawn_by="bob" if withdrawn else "",
                checksum="x",
            )
        )
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Only drafts may come in; how a version became what it is does not matter here.
            cursor.execute("ALTER TABLE catalog_catalogversion DISABLE TRIGGER USER")
        CatalogVersion.objects.bulk_create(made)
        found = catalog.versions.followed_from(day, known_at).first()
        assert found == edition_followed(made, day, known_at)
        transaction.set_rollback(True)
