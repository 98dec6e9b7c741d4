"""`manage.py verify_log`: hold the publication log against itself, the lists, and checkpoints that were kept elsewhere."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog.checksum import checksum_of
from catalog.entries import COLUMNS
from catalog.feed import canonical_entry
from catalog.log import merkle, services
from catalog.log.signing import BadNote, opened_note
from catalog.models import CatalogEntry, CatalogVersion, LogLeaf
from common.commands import OfficeCommand
from common.dates import instant_text
from common.jcs import canonical_json


def _named(leaf: str) -> tuple[Any, ...]:
    said = json.loads(leaf)
    return tuple(said[name] for name in ("seq", "catalog", "label", "deed", "at"))


def _checksum_anew(version: CatalogVersion) -> str:
    """Return the checksum of what the entries say now, whatever hashes stand beside them; '' where these are others."""
    rows = CatalogEntry.objects.filter(version=version).order_by("entry_code").values(*COLUMNS, "row_hash")
    for row in rows.iterator(chunk_size=2000):
        if sha256(canonical_json(canonical_entry(row))).digest() != bytes(row["row_hash"]):
            return ""
    return checksum_of(version.pk)


class Command(OfficeCommand):
    help = "Recompute the publication log from the database; names every leaf and list that is not as it was logged, and then fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            metavar="FILE",
            help="a signed checkpoint that was kept: the log must still begin with it; may be repeated",
        )

    def handle(self, **options: Any) -> None:
        hashes: list[bytes] = []
        wrong = list(self._leaves(hashes))
        for name in options["checkpoint"]:
            wrong += self._checkpoint(name, hashes)
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{len(hashes)} leaves, root {merkle.root(hashes).hex()}: as logged")

    def _leaves(self, hashes: list[bytes]) -> Any:
        """Yield what is wrong with leaves and with the lists they speak of; the hashes are those of what stands there now."""
        versions = {
            (version.catalog.code, version.label): version
            for version in CatalogVersion.objects.filter(catalog__owner=None)
            .exclude(published_at=None)
            .select_related("catalog")
        }
        logged = set()
        expected = 0
        for row in LogLeaf.objects.order_by("seq").iterator():
            place = row.seq
            yield from (f"leaf {number} is missing" for number in range(expected, place))
            expected = place + 1
            hashes.append(merkle.leaf_hash(row.leaf.encode()))
            if hashes[-1] != bytes(row.leaf_hash):
                yield f"leaf {place}: its text is not what was hashed"
            elif (row.seq, row.catalog, row.label, row.deed, instant_text(row.at)) != _named(row.leaf):
                yield f"leaf {place}: its columns are not what its text says"
            version = versions.get((row.catalog, row.label))
            logged.add((row.catalog, row.label, row.deed))
            if version is None:
                yield f"leaf {place}: {row.catalog} {row.label} is no published list any more"
                continue
            if row.deed == "withdrawn" and version.withdrawn_at is None:
                yield f"leaf {place}: {row.catalog} {row.label} was withdrawn, and stands as in force"
            elif canonical_json(services.leaf_of(version, row.deed, place)).decode() != row.leaf:
                yield f"leaf {place}: {row.catalog} {row.label} does not say what was logged: {row.leaf}"
            elif row.deed == "published" and _checksum_anew(version) != version.checksum:
                yield f"leaf {place}: the entries of {row.catalog} {row.label} are not those of its checksum"
        for (code, label), version in sorted(versions.items()):
            for deed, at in (("published", version.published_at), ("withdrawn", version.withdrawn_at)):
                if at is not None and (code, label, deed) not in logged:
                    yield f"{code} {label} was {deed} and is not in the log"

    def _checkpoint(self, name: str, hashes: list[bytes]) -> list[str]:
        try:
            text = Path(name).read_text(encoding="utf-8")
            size, root = opened_note(
                json.loads(text)["note"] if text.startswith("{") else text, services.signing_keys()
            )
        except (OSError, ValueError, KeyError) as fault:
            return [f"{name}: no checkpoint to be read ({fault})"]
        except BadNote as bad:
            return [f"{name}: {bad}"]
        if size > len(hashes):
            return [f"{name}: had {size} leaves; the log has {len(hashes)}"]
        if merkle.root(hashes[:size]) != root:
            return [f"{name}: the first {size} leaves are not those that were signed"]
        return []
