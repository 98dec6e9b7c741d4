"""Uploaded files on disk: streamed, bounded, hashed, under a name of our own; a full disk leaves nothing behind."""

import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from django.conf import settings
from django.utils.translation import gettext as _

from common.errors import Refused
from common.files import open_private, private_folder


class FileTooLarge(Refused):
    code = "too_large"
    status = 413


class NoRoom(Refused):
    code = "no_room"
    status = 503


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept upload: path under DATA_DIR, size in bytes, SHA-256 of its bytes."""

    path: str
    size: int
    sha256: str


def keep(chunks: Iterable[bytes]) -> StoredFile:
    """Write the chunks to a file of our own and return it; raises FileTooLarge or NoRoom, leaving no part of it."""
    folder = Path(settings.UPLOAD_DIR)
    private_folder(folder)
    path = folder / uuid.uuid4().hex
    digest, size = hashlib.sha256(), 0
    try:
        with open_private(path) as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.UPLOAD_MAX_BYTES:
                    limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
                    raise FileTooLarge(_("The file is larger than %(limit)d MB; split it.") % {"limit": limit})
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as fault:
        path.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            raise NoRoom(_("The file could not be stored; nothing was kept. Try again later.")) from fault
        raise
    return StoredFile(str(path.relative_to(settings.DATA_DIR)), size, digest.hexdigest())


def shown_file_name(name: str) -> str:
    """Return an uploaded file's name without folders and unprintable characters, at most 255 long; for showing only."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:255] or "upload"


def full_path(path: str) -> Path:
    """Return where a kept upload lies."""
    return Path(settings.DATA_DIR) / (path or "no file kept")


def kept_before(instant: datetime) -> list[str]:
    """Return the paths of the kept uploads that were last written before an instant."""
    files = Path(settings.UPLOAD_DIR).glob("*")
    old = [file for file in files if file.is_file() and file.stat().st_mtime < instant.timestamp()]
    return [str(file.relative_to(settings.DATA_DIR)) for file in old]


def forget_half_received(*, before: datetime) -> int:
    """Remove what a web process that was killed had received of a request's files (FILE_UPLOAD_TEMP_DIR); answers how many."""
    left = [
        file
        for file in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*")
        if file.is_file() and file.stat().st_mtime < before.timestamp()
    ]
    for file in left:
        file.unlink(missing_ok=True)
    return len(left)


def discard(path: str) -> None:
    """Remove a kept upload; one that is gone already is no fault."""
    if path:
        full_path(path).unlink(missing_ok=True)
