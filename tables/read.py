"""Bytes → rows of cells: opens a file whatever it is called, and finds its header (spec csv.md)."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tables import delimited, workbook
from tables.cells import Cell
from tables.encoding import Refusal, encoding_of
from tables.gate import Unpacked, file_format_of, too_large
from tables.limits import Limits
from tables.problems import Normalised, Problem, problem

Row = tuple[int, Sequence[Cell]]


class Table:
    """An opened file: its header, then its rows.

    `header_row` and the row numbers are the file's lines or the sheet's rows. Iterating yields every row that is
    not blank, and may report problems of structure on the way. Raises Refusal when the file as a whole cannot be
    read; also while iterating (a workbook damaged near its end).
    """

    def __init__(
        self,
        path: Path,
        limits: Limits,
        header_names: Callable[[Sequence[Cell]], int],
        report: Callable[[Problem], None],
        tell: Callable[[Normalised], None],
    ) -> None:
        self._path = path
        self._limits = limits
        self.size = path.stat().st_size
        self.file_format = file_format_of(path, limits)
        self.encoding = ""
        self._position: Callable[[], int] = lambda: 0
        self._close: Callable[[], None] = lambda: None
        self._rows = self._csv(header_names, report) if self.file_format == "csv" else self._xlsx(report, tell)
        first = next(self._rows, None)
        if first is None:
            self.close()
            raise Refusal(problem("EMPTY_FILE", None))
        self.header_row, self.header = first
        if len(self.header) > limits.columns:
            self.close()
            raise too_large(
                f"有 {len(self.header)} 列，最多 {limits.columns} 列。",
                f"it has {len(self.header)} columns, at most {limits.columns} are accepted.",
            )

    def _csv(self, header_names: Callable[[Sequence[Cell]], int], report: Callable[[Problem], None]) -> Iterator[Row]:
        self.encoding = encoding_of(self._path)
        file = delimited.open_lines(self._path, self.encoding)
        # Not file.tell(), which is forbidden while iterating: the bytes the decoder has asked for so far.
        raw = file.buffer  # type: ignore[attr-defined]
        self._position = raw.tell
        self._close = file.close
        return delimited.rows_of(file, self.encoding, header_names, report)

    def _xlsx(self, report: Callable[[Problem], None], tell: Callable[[Normalised], None]) -> Iterator[Row]:
        parts = Unpacked(self._path, self._limits)
        unpacked = max(1, sum(info.file_size for info in parts.names.values()))
        self._position = lambda: min(self.size, self.size * parts.read_so_far // unpacked)
        self._close = parts.close
        return workbook.rows_of(parts, self._limits, report, tell)

    @property
    def position(self) -> int:
        """How many bytes of the file were read so far, about."""
        return self._position()

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def close(self) -> None:
        self._close()
