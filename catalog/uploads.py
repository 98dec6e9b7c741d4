"""Uploaded files until they are read: streamed, bounded, hashed, under a name of our own; a full disk leaves nothing behind.

They lie in the storage `uploads` (STORAGES): a folder that web and workers share, or a bucket.
"""

import hashlib
import logging
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from common.errors import Refused

# How long the file of an import is kept after its end, and one that nobody made an import of.
KEPT_FOR = timedelta(days=30)
LOOKED_AT_FOR = timedelta(days=1)
log = logging.getLogger(__name__)
_FOLDER = "uploads/"
# So the folders begin in which the parts of a package lie while its job runs.
PACKAGE = "package-"


class FileTooLarge(Refused):
    code = "too_large"
    status = 413


class NoRoom(Refused):
    code = "no_room"
    status = 503


class FileGone(FileNotFoundError):
    """A kept upload that is not where this process looks for it."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept upload: its path as the rows keep it, size in bytes, SHA-256 of its bytes."""

    path: str
    size: int
    sha256: str


def keep(chunks: Iterable[bytes]) -> StoredFile:
    """Write the chunks to a file of our own and return it; raises FileTooLarge or NoRoom, leaving no part of it."""
    name, incoming = uuid.uuid4().hex, _Incoming(chunks)
    try:
        _storage().save(name, incoming)
    except OSError as fault:
        raise NoRoom(_("The file could not be stored; nothing was kept. Try again later.")) from fault
    return StoredFile(_FOLDER + name, incoming.received, incoming.digest.hexdigest())


class _Incoming(File):  # type: ignore[type-arg]
    """What is sent, counted and hashed on its way; raises FileTooLarge."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__(None)
        self._chunks = chunks
        self.received, self.digest = 0, hashlib.sha256()

    def __bool__(self) -> bool:
        return True

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.received += len(chunk)
            if self.received > settings.UPLOAD_MAX_BYTES:
                limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
                raise FileTooLarge(_("The file is larger than %(limit)d MB; split it.") % {"limit": limit})
            self.digest.update(chunk)
            yield chunk


def shown_file_name(name: str) -> str:
    """Return an uploaded file's name without folders and unprintable characters, at most 255 long; for showing only."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:255] or "upload"


@contextmanager
def reading(path: str) -> Iterator[Path]:
    """Give a path of this machine under which a kept upload can be read meanwhile; raises FileGone where it is not found."""
    if not path:
        raise FileGone("no file is kept")
    with ExitStack() as opened:
        try:
            readable = opened.enter_context(_storage().reading(_name(path)))
        except FileNotFoundError as gone:
            raise FileGone(
                f"{path} is not where this process keeps uploads: it was removed, or web and workers have different folders;"
                " share DATA_DIR/uploads between them or set S3_BUCKET, and ask again"
            ) from gone
        yield readable


def is_kept(path: str) -> bool:
    """Whether a kept upload is there."""
    return bool(path) and bool(_storage().exists(_name(path)))


def kept_before(instant: datetime) -> list[str]:
    """Return the paths of the kept uploads that were last written before an instant."""
    return [_FOLDER + name for name in _storage().written_before(instant)]


def forget_half_received(*, before: datetime) -> int:
    """Remove what processes that were killed left in FILE_UPLOAD_TEMP_DIR: parts of packages. Answers how many."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    # A request's files have no name there any more (common.received_files); 0.2.0 called them so.
    left = [
        one
        for pattern in ("*.upload*", f"{PACKAGE}*")
        for one in folder.glob(pattern)
        if one.stat().st_mtime < before.timestamp()
    ]
    for one in left:
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
        else:
            one.unlink(missing_ok=True)
    return len(left)


def discard(path: str) -> None:
    """Remove a kept upload; one that is gone already is no fault, and one that cannot be removed now is for the sweep."""
    if not path:
        return
    try:
        _storage().delete(_name(path))
    except OSError as fault:  # what has been read is done, whether its file goes now or later
        log.warning("upload %s not removed: %s", path, fault)


def _storage() -> Any:
    return storages["uploads"]


def _name(path: str) -> str:
    return path.removeprefix(_FOLDER)
