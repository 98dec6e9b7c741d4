"""An insurer's sandbox: a tenant of its own, in which its programs are tried with copies of its products (docs/sandbox.md).

Everything made with a test key belongs to the sandbox, and the database shows it to that alone (common.tenancy).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog import clock
from catalog.clock import china_today
from catalog.models import Catalog
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from common.tenancy import acting_for
from insurers import key_issuing
from insurers.key_issuing import BeyondOwn, revoke_key
from insurers.models import ApiKey, Insurer, Product, ProductVersion
from insurers.product_lists import lists_named
from insurers.services import create_product, create_product_version, publish_product_version

# Who copies a version, and the second one who publishes the copy.
MAKER, CHECKER = "system:sandbox", "system:sandbox-check"
OWN_LISTS, REFUSED = "own_lists", "refused"


@dataclass(frozen=True, slots=True)
class Copied:
    """A product version that was copied."""

    product: str
    version: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A product version that is not copied: it names lists that are the insurer's own, or its terms are refused today."""

    product: str
    version: str
    reason: str
    catalogs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copies:
    """What was copied into a sandbox now, and what is left out of it."""

    copied: list[Copied] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def sandbox_of(insurer_id: int) -> Insurer | None:
    """Return the sandbox that an insurer has now, or the one that is asked for by its own id."""
    asked = Q(sandbox_of=insurer_id) | Q(pk=insurer_id, sandbox_of__isnull=False)
    return Insurer.every.filter(asked, retired_at=None).select_related("sandbox_of").first()


@transaction.atomic
def begin_sandbox(*, insurer: Insurer, by: str) -> Insurer:
    """Return the insurer's sandbox; where it has none, one is begun with copies of its products."""
    Insurer.objects.select_for_update(no_key=True).get(pk=insurer.pk)
    found = sandbox_of(insurer.pk)
    if found is not None:
        return found
    sandbox = Insurer.every.create(
        pk=-_next_number(),
        code=insurer.code,
        name=insurer.name,
        retention_days=insurer.retention_days,
        sandbox_of=insurer,
    )
    record(Deed.SANDBOX_BEGUN, by=by, what=sandbox)
    refresh_sandbox(sandbox=sandbox, by=by)
    return sandbox


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Insurer._meta.db_table])
        return int(cursor.fetchone()[0])


@transaction.atomic
def refresh_sandbox(*, sandbox: Insurer, by: str) -> Copies:
    """Copy what the sandbox lacks of the insurer's published product versions that are worth a copy (`_to_copy`); what is there stays as it is."""
    Insurer.every.select_for_update(no_key=True).get(pk=sandbox.pk)
    assert sandbox.sandbox_of_id is not None, "an insurer is no sandbox"
    copies = Copies()
    own, versions = _to_copy(sandbox.sandbox_of_id)
    with acting_for(str(sandbox.pk)):
        there = {one.code: one for one in Product.objects.filter(insurer=sandbox)}
        labels = set(ProductVersion.objects.filter(insurer=sandbox).values_list("product__code", "label"))
        for version in versions:
            code = version.product.code
            if (code, version.label) in labels:
                continue
            named = tuple(sorted({one.catalog for one in lists_named(version.terms) if one.catalog in own}))
            if named:
                copies.left_out.append(LeftOut(code, version.label, OWN_LISTS, named))
            elif _copied(version, sandbox, there):
                copies.copied.append(Copied(code, version.label))
            else:
                copies.left_out.append(LeftOut(code, version.label, REFUSED))
        if copies.copied:
            after = {
                "copied": [f"{one.product} {one.version}" for one in copies.copied],
                "left_out": len(copies.left_out),
            }
            record(Deed.SANDBOX_REFRESHED, by=by, what=sandbox, after=after)
    return copies


def _to_copy(insurer_id: int) -> tuple[set[str], list[ProductVersion]]:
    """Return every name that means a list of the insurer's own, and the versions of its products that are in force or to come.

    Of a product that has none of these, the newest that has ended: its days can still be tried.
    """
    with acting_for(str(insurer_id)):
        lists = Catalog.objects.filter(owner=insurer_id).select_related("owner")
        known_at = clock.observe().known_at
        published = ProductVersion.objects.filter(insurer=insurer_id, published_at__lte=known_at, withdrawn_at=None)
        # As they were published: of two for one day the later decides.
        ordered = published.select_related("product").order_by("published_at", "pk")
        return {name for one in lists for name in (one.code, one.address)}, _worth_a_copy(
            list(ordered), china_today(known_at)
        )


def _worth_a_copy(versions: list[ProductVersion], today: date) -> list[ProductVersion]:
    """Keep those that have not ended, and of a product all of whose versions have, the last to begin, in the order they came."""
    lasting = {one.product_id for one in versions if not _has_ended(one, today)}
    newest: dict[int, ProductVersion] = {}
    for one in versions:
        last = newest.get(one.product_id)
        if last is None or one.effective_from >= last.effective_from:
            newest[one.product_id] = one
    return [
        one
        for one in versions
        if (not _has_ended(one, today) if one.product_id in lasting else newest[one.product_id] is one)
    ]


def _has_ended(version: ProductVersion, today: date) -> bool:
    return version.effective_to is not None and version.effective_to < today


def _copied(version: ProductVersion, sandbox: Insurer, there: dict[str, Product]) -> bool:
    """Copy a version, and its product where that is missing; False where its terms are refused today."""
    product = version.product
    try:
        with transaction.atomic():
            home = there.get(product.code) or create_product(
                insurer_id=sandbox.pk,
                code=product.code,
                name=product.name,
                note=product.note,
                is_demonstration=product.is_demonstration,
                by=MAKER,
            )
            copy = create_product_version(product=home, data=version.terms, by=MAKER)
            publish_product_version(version=copy, by=CHECKER)
    except Refused:
        return False
    there[product.code] = home
    return True


@transaction.atomic
def issue_further_key(*, own: ApiKey, by: str, sandbox: bool | None = None, **facts: Any) -> tuple[ApiKey, str]:
    """Make a further key with a key (insurers.key_issuing.issue_further_key), for the sandbox where it is to be a test key.

    What is made with a test key is one; raises BeyondOwn where it is said to be none.
    """
    if own.sandbox_id is not None and sandbox is False:
        raise BeyondOwn(_("A test key makes test keys only."))
    where = None
    if sandbox and own.sandbox is None:
        assert own.insurer is not None, "a curator's key makes no keys"
        where = begin_sandbox(insurer=own.insurer, by=by)
    return key_issuing.issue_further_key(own=own, by=by, sandbox=where, **facts)


@transaction.atomic
def issue_test_key(*, insurer: Insurer, by: str, **facts: Any) -> tuple[ApiKey, str]:
    """Make a test key of an insurer (insurers.key_issuing.issue_insurer_key); the first begins its sandbox."""
    return key_issuing.issue_insurer_key(insurer=insurer, by=by, sandbox=begin_sandbox(insurer=insurer, by=by), **facts)


@transaction.atomic
def close_sandbox(*, sandbox: Insurer, by: str) -> None:
    """End every key of a sandbox: from here on nothing new is begun in it."""
    for key in ApiKey.objects.filter(sandbox=sandbox, revoked_at=None):
        revoke_key(key=key, by=by)


@transaction.atomic
def retire_sandbox(*, sandbox: Insurer, by: str) -> None:
    """End a sandbox for good: its insurer's next test key begins another. Twice is once."""
    locked = Insurer.every.select_for_update(no_key=True).get(pk=sandbox.pk)
    close_sandbox(sandbox=locked, by=by)
    if locked.retired_at is None:
        locked.retired_at = clock.observe().known_at
        locked.save(update_fields=["retired_at"])
        record(Deed.SANDBOX_ERASED, by=by, what=locked)
