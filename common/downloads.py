"""Files sent to a browser or an API client, under the name they are to be saved as."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from django.http import StreamingHttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(
    content: Iterable[bytes], name: str, kind: str, headers: Mapping[str, str] | None = None
) -> StreamingHttpResponse:
    """Return an answer that streams a file; its name may hold any characters (RFC 6266)."""
    # The plain name is for clients that do not read the other; quotes would end it early.
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return StreamingHttpResponse(
        content,
        content_type=f"{kind}; charset=utf-8" if kind == "text/csv" else kind,
        headers={
            "Cache-Control": "no-store",
            **(headers or {}),
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        },
    )


def marked_name(file_name: str, form: str) -> str:
    """Return what a file with its problems marked is called: that of a.xlsx as CSV is a-错误.csv."""
    return f"{file_name.rpartition('.')[0] or file_name}-错误.{form}"
