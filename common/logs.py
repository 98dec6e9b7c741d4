"""Log lines as one JSON object each, so that no value can forge a second line."""

import json
import logging
from contextvars import ContextVar

from common import tracing

request_id: ContextVar[str] = ContextVar("request_id", default="")
# By which door somebody came: page, api, job; a command where nobody said.
via: ContextVar[str] = ContextVar("via", default="command")


class JsonFormatter(logging.Formatter):
    """Format a record as one line of JSON with time, level, logger, message, its `fields` and the ids of request and trace."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if trace_id := tracing.trace_id():
            line["trace_id"] = trace_id
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
