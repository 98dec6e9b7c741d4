"""Files and folders that the service alone reads, whatever the umask of whoever started it."""

import os
from pathlib import Path
from typing import IO, Any, cast

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, and close it to others; one that is somebody else's stays as it is."""
    if not path.is_dir():
        if not path.parent.is_dir():
            private_folder(path.parent)
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    if path.stat().st_uid == os.getuid():
        path.chmod(FOLDER_MODE)
    return path


def open_private(path: Path) -> IO[bytes]:
    """Make a file that is not there yet, for the service alone, and return it open for writing. Raises FileExistsError."""
    return cast("IO[bytes]", open(path, "xb", opener=_for_the_service_alone))  # noqa: SIM115, PTH123  the caller closes it


def _for_the_service_alone(path: Any, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)
