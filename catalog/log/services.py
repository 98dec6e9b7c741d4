"""Adding to the publication log, and reading it: leaves, checkpoint, proofs."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.log import merkle
from catalog.log.signing import SigningKeys, keys_of
from catalog.models import CatalogVersion, LogLeaf
from common.cache import LruCache
from common.dates import instant_text
from common.errors import FieldError, InvalidInput
from common.jcs import canonical_json

Deed = Literal["published", "withdrawn"]


@cache
def signing_keys() -> SigningKeys:
    """Return the service's keys (RECEIPT_KEYS)."""
    return keys_of(settings.RECEIPT_KEYS)


def leaf_of(version: CatalogVersion, deed: Deed, seq: int) -> dict[str, Any]:
    """Return the leaf that says what happened to a version: spec proof.md 2, days inclusive and ISO, `at` RFC 3339 in UTC."""
    at = version.published_at if deed == "published" else version.withdrawn_at
    assert at is not None
    last = version.effective_to
    return {
        "seq": seq,
        "catalog": version.catalog.code,
        "label": version.label,
        "checksum": version.checksum,
        "effective_from": version.effective_from.isoformat(),
        "effective_to": last.isoformat() if last else None,
        "complete_for": list(version.complete_for),
        "deed": deed,
        "at": instant_text(at),
    }


def append(version: CatalogVersion, deed: Deed) -> None:
    """Add what just happened to a version of a shared list, in the transaction that does it; of an insurer's own list nothing.

    Called after `clock.declare`, whose lock lets one transaction at a time through until it is committed: numbers have no gap.
    """
    if version.catalog.owner_id is not None:
        return
    seq = LogLeaf.objects.count()
    said = leaf_of(version, deed, seq)
    at = version.published_at if deed == "published" else version.withdrawn_at
    assert at is not None
    leaf = canonical_json(said)
    LogLeaf.objects.create(
        seq=seq,
        catalog=said["catalog"],
        label=said["label"],
        deed=deed,
        at=at,
        leaf=leaf.decode(),
        leaf_hash=merkle.leaf_hash(leaf),
    )


@dataclass(frozen=True, slots=True)
class LogState:
    """The log as it stood: how many leaves, and the root over them."""

    size: int
    root: bytes


def hashes(size: int, first: int = 0) -> list[bytes]:
    """Return the hashes of the leaves from one to below a size, in order."""
    found = LogLeaf.objects.filter(seq__gte=first, seq__lt=size).order_by("seq").values_list("leaf_hash", flat=True)
    return [bytes(one) for one in found]


def leaves_of(version: CatalogVersion) -> list[LogLeaf]:
    """Return what the log says of a version: its publication, its withdrawal; of an insurer's own list nothing."""
    if version.catalog.owner_id is not None:  # which may have the code of a shared one
        return []
    return list(LogLeaf.objects.filter(catalog=version.catalog.code, label=version.label))


def size_now() -> int:
    """Return how many leaves there are."""
    return LogLeaf.objects.count()


_roots: LruCache[int, bytes] = LruCache(100)
_states: LruCache[int, LogState] = LruCache(100)


def root_at(size: int) -> bytes:
    """Return the root over the first leaves: for a size that was once reached, it never changes."""
    found = _roots.get(size)
    if found is None:
        found = merkle.root(hashes(size))
        _roots.put(size, found)
    return found


def state_at(seen: Observation) -> LogState:
    """Return the log as whoever observes this sees it: each publication and withdrawal is a new revision (catalog.clock)."""
    found = _states.get(seen.revision)
    if found is None:
        # Counted and read by one statement: a check waits for it.
        then = LogLeaf.objects.filter(at__lte=seen.known_at).order_by("seq").values_list("leaf_hash", flat=True)
        leaves = [bytes(one) for one in then]
        found = LogState(len(leaves), merkle.root(leaves))
        _roots.put(found.size, found.root)
        _states.put(seen.revision, found)
    return found


def state_as_of(instant: datetime) -> LogState:
    """Return the log as it stood at an instant."""
    size = LogLeaf.objects.filter(at__lte=instant).count()
    return LogState(size, root_at(size))


def checkpoint() -> tuple[LogState, str]:
    """Return the log as it is now, and that as a note signed by the service."""
    size = size_now()
    state = LogState(size, root_at(size))
    return state, signing_keys().note(settings.LOG_ORIGIN, size, state.root)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a leaf is in the log of a size: its text, and the path from it to the root."""

    leaf: LogLeaf
    size: int
    proof: list[bytes]
    root: bytes


def inclusion(leaf: int, size: int | None) -> Inclusion:
    """Return the proof that a leaf is among the first `size` (all there are); raises InvalidInput."""
    size = _within("size", size, size_now(), first=1)
    row = LogLeaf.objects.get(seq=_within("leaf", leaf, size - 1))
    return Inclusion(row, size, merkle.inclusion_proof(hashes(size), leaf), root_at(size))


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the log of one size is the beginning of the log of another."""

    before: LogState
    after: LogState
    proof: list[bytes]


def consistency(before: int, after: int | None) -> Consistency:
    """Return the proof that the first `before` leaves are the beginning of the first `after` (all there are); raises InvalidInput."""
    after = _within("to", after, size_now(), first=1)
    before = _within("from", before, after, first=1)
    proof = merkle.consistency_proof(hashes(after), before)
    return Consistency(LogState(before, root_at(before)), LogState(after, root_at(after)), proof)


def _within(name: str, value: int | None, last: int, first: int = 0) -> int:
    """Return the number (not given: the last that can be), which must be one of first to last; raises InvalidInput."""
    value = last if value is None else value
    if not first <= value <= last:
        detail = _("%(name)s is %(value)d; here it is %(first)d to %(last)d.")
        detail = detail % {"name": name, "value": value, "first": first, "last": last}
        raise InvalidInput(
            _("The request is invalid; see `errors`."), errors=[FieldError(f"/{name}", "out_of_range", detail)]
        )
    return value
