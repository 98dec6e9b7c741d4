"""Where files are kept that another process is to read (STORAGES): a folder of this machine; common.bucket is one that every machine reaches.

Both are storages of Django, with two words more: `reading`, since the guarded readers open a path, and `written_before`, for the sweep.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from common.files import open_private, private_folder


class PrivateFolder(FileSystemStorage):
    """A folder for the service alone, named by a setting; a file is on the disk when it is saved, and no part of one is left by a fault."""

    def __init__(self, setting: str) -> None:
        super().__init__()
        self._setting = setting

    # At each use, not at the first: it is a setting, and tests move it.
    @property
    def base_location(self) -> str:
        return str(getattr(settings, self._setting))

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)  # noqa: PTH100 - Django compares it as text

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """Give the path of a file while it is read; raises FileNotFoundError."""
        path = Path(self.path(name))
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path

    def written_before(self, instant: datetime) -> list[str]:
        """Return the names of the files that were last written before an instant."""
        files = [file for file in Path(self.location).glob("*") if file.is_file()]
        return [file.name for file in files if file.stat().st_mtime < instant.timestamp()]

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        private_folder(path.parent)
        with open_private(path) as file:
            try:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return name
