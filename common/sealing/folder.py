"""Data keys as files on a disk of this machine, or one that machines share: for the service alone, and on the disk before they are used."""

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

from common.files import FILE_MODE, FOLDER_MODE


class KeyFolder(FileSystemStorage):
    """A folder of small files that survive a crash of the machine once `save` returns."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"file_permissions_mode": FILE_MODE, "directory_permissions_mode": FOLDER_MODE, **options})

    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)
        path = self.path(saved)
        # The file, and the folder that names it.
        for place in (path, Path(path).parent):
            held = os.open(place, os.O_RDONLY)
            try:
                os.fsync(held)
            finally:
                os.close(held)
        return saved
