"""Rows written as CSV that a spreadsheet shows and does not run."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from tables.formulas import shield

_BOM = b"\xef\xbb\xbf"  # without it, Excel takes Chinese for something else
_ROWS = 500
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def csv_table(headers: Iterable[Sequence[str]], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Write headers as they are and rows with their formulas shielded: UTF-8 with a byte order mark, CR LF, some hundred rows at a time.

    A plain number starts no formula: -3500.00 stays a number for whoever adds the column up.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows(headers)
    pending = _BOM
    for number, row in enumerate(rows, 1):
        writer.writerow([cell if _NUMBER.fullmatch(cell) else shield(cell) for cell in row])
        if number % _ROWS == 0:
            yield pending + buffer.getvalue().encode()
            pending = b""
            buffer.seek(0)
            buffer.truncate()
    yield pending + buffer.getvalue().encode()
