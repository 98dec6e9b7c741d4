"""How much a file may ask for, and how far its reading is: what every reader of files shares."""

from dataclasses import dataclass

MIB = 1024 * 1024
# The largest file that is ever taken; a setting (UPLOAD_MAX_MB) may take less.
UPLOAD_MOST_MB = 512


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask for. What is above is refused with a named problem, never tried.

    `unpacked_bytes` is what an XLSX may unpack to (spec csv.md: 200 MB); `memory_bytes`, `cpu_seconds` and
    `wall_seconds` bound the checking process itself, so that a file nobody thought of cannot harm the service.
    """

    file_bytes: int = UPLOAD_MOST_MB * MIB
    unpacked_bytes: int = 200_000_000
    compression_ratio: int = 200
    archive_entries: int = 200
    rows: int = 1_000_000
    columns: int = 500
    problems_kept: int = 10_000
    normalised_kept: int = 5_000
    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 600
    wall_seconds: int = 900


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is. `done` and `total` count bytes of the file, `rows` the rows read so far; phase is `gate`
    or `check`."""

    phase: str
    done: int
    total: int
    rows: int
