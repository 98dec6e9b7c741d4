"""The texts of large versions in files under DATA_DIR: built once, by whoever is first, and read by every process.

A file is only a copy of what the database says. Whatever is wrong with it or with the disk is logged, and the texts are read anew.
"""

import contextlib
import logging
import os
import time
import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings

from catalog.text_index import FORMAT, TextIndex

log = logging.getLogger(__name__)

USE_NOTED_SECONDS = 86_400
CLAIMED_SECONDS = 600


def path_of(checksum: str) -> Path:
    """Return where the file of a version with this checksum lies."""
    return _folder() / f"{checksum}-{FORMAT}.idx"


def read(checksum: str) -> TextIndex | None:
    """Return the index that was written for this checksum, or None; a damaged file is removed."""
    path = path_of(checksum)
    try:
        index = TextIndex.from_bytes(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as fault:
        log.warning("search file %s removed: %s", path.name, fault)
        _discard(path)
        return None
    except OSError as fault:
        log.warning("search file %s not read: %s", path.name, fault.strerror)
        return None
    _note_use(path)
    return index


def write(checksum: str, index: TextIndex) -> None:
    """Write the index for all processes; a disk that is full or may not be written to is only logged, and no part is left."""
    path = path_of(checksum)
    part = path.with_name(f"{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(index.to_bytes())
        # Not flushed to the disk: a file that a crash cut short is known by its sum.
        part.replace(path)
    except OSError as fault:
        log.warning("search file %s not written: %s", path.name, fault.strerror)
        _discard(part)
    else:
        _discard(_claim_of(path))


def claim(checksum: str) -> bool:
    """Tell whether the caller is the one to write this file now: there is none, and nobody else claimed it lately.

    A claim that led to no file (the process was killed, the disk is full) counts for a while, so that nobody builds again and again.
    """
    path = path_of(checksum)
    claimed = _claim_of(path)
    try:
        if path.exists():
            return False
        claimed.parent.mkdir(parents=True, exist_ok=True)
        if claimed.exists() and time.time() - claimed.stat().st_mtime > CLAIMED_SECONDS:
            claimed.unlink()
        claimed.touch(exist_ok=False)
        if path.exists():  # written since it was looked for
            _discard(claimed)
            return False
    except (FileExistsError, FileNotFoundError):  # another one was faster
        return False
    except OSError as fault:
        log.warning("search file %s not claimed: %s", path.name, fault.strerror)
        return False
    return True


def forget(*, before: datetime) -> None:
    """Remove the files that were not used since an instant, and whatever a killed process left."""
    with contextlib.suppress(FileNotFoundError):
        for path in _folder().iterdir():
            if path.stat().st_mtime < before.timestamp():
                _discard(path)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "search"


def _claim_of(path: Path) -> Path:
    return path.with_suffix(".claim")


def _note_use(path: Path) -> None:
    """Let a file's time tell when it was used last, to the day: forget() goes by it."""
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > USE_NOTED_SECONDS:
            os.utime(path)


def _discard(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
