"""Data keys as files on a disk of this machine, or one that machines share: for the service alone, and on the disk before they are used."""

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

from common.files import FILE_MODE, FOLDER_MODE


class KeyFolder(FileSystemStorage):
    """A folder of small files: once `save` returns a file survives a crash of the machine, and once `delete` returns it stays gone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"file_permissions_mode": FILE_MODE, "directory_permissions_mode": FOLDER_MODE, **options})

    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)
        path = Path(self.path(saved))
        # The file, and the folder that names it.
        _to_disk(path)
        _to_disk(path.parent)
        return saved

    def delete(self, name: str) -> None:
        super().delete(name)
        folder = Path(self.path(name)).parent
        if folder.is_dir():
            _to_disk(folder)


def _to_disk(place: Path) -> None:
    held = os.open(place, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
