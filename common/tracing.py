"""Traces for a collector, where OTEL_EXPORTER_OTLP_ENDPOINT names one; where it does not, nothing that traces is even imported.

What a span says is chosen where it is made: routes, methods, statuses, codes of insurers, kinds of jobs, statements without a value. Never an
address, a query, a body, a header, nor the words of an error: any of them may tell of a person. So no ready-made instrumentation is used, which
takes what it finds.

Spans are kept in a queue of bounded length and sent by a thread of its own. While the collector is away the oldest are dropped, and nobody waits.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from common.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Kind = Literal["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]
SERVICE: Final = "shangbao-mulu"
STOP_SECONDS: Final = 2.0
TEXT_AT_MOST: Final = 1_000
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_VALUE = re.compile(r"'[^']*'|\b\d+(?:\.\d+)?\b")
_PLACES = re.compile(r"%s(?:, %s)+")
_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)')

_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None


def wanted() -> bool:
    """Tell whether traces are asked for, by the variables that every program with OpenTelemetry reads."""
    given = {name: os.environ.get(f"OTEL_{name}", "").strip() for name in _READ}
    off = given["SDK_DISABLED"].lower() == "true" or given["TRACES_EXPORTER"] == "none"
    return not off and bool(given["EXPORTER_OTLP_ENDPOINT"] or given["EXPORTER_OTLP_TRACES_ENDPOINT"])


_READ = ("SDK_DISABLED", "TRACES_EXPORTER", "EXPORTER_OTLP_ENDPOINT", "EXPORTER_OTLP_TRACES_ENDPOINT")


def start(process: str) -> None:
    """Trace in this process ("web", "worker") from now on, where it is wanted; call it after a fork, which the sending thread does not survive."""
    global _provider, _tracer
    if not wanted():
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"shangbao.process": process, "service.version": VERSION})
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": SERVICE}))
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("shangbao")


def stop() -> None:
    """Send what is waiting, and wait for it no longer than STOP_SECONDS, whatever becomes of the collector."""
    global _provider, _tracer
    if _provider is None:
        return
    last = threading.Thread(target=_provider.shutdown, daemon=True)
    _provider = _tracer = None
    last.start()
    last.join(STOP_SECONDS)


class Told:
    """What is told of a piece of work; every call does nothing where it is not traced."""

    __slots__ = ("_span",)

    def __init__(self, span: "Span | None") -> None:
        self._span = span

    def name(self, name: str) -> None:
        """Name it, once that is known."""
        if self._span:
            self._span.update_name(name)

    def tell(self, attributes: Mapping[str, str | int]) -> None:
        """Tell something of it that tells of no person."""
        if self._span:
            self._span.set_attributes(attributes)

    def failed(self, kind: str) -> None:
        """Say that it failed, by the kind of error, never by its words."""
        if self._span:
            from opentelemetry.trace import StatusCode

            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute("error.type", kind)

    def link(self, traceparent: str) -> None:
        """Point to a span of another trace, as a `traceparent` header names it; what is none is left out."""
        context = _context_of(traceparent) if self._span else None
        if self._span and context:
            self._span.add_link(context)


_NOTHING = Told(None)


@contextmanager
def span(
    name: str, kind: Kind = "INTERNAL", attributes: Mapping[str, str | int] | None = None, parent: str = ""
) -> Iterator[Told]:
    """Trace what is done inside the block, below `parent` (a traceparent) or else what is being traced now."""
    if _tracer is None:
        yield _NOTHING
        return
    from opentelemetry import trace

    context = _context_of(parent)
    above = trace.set_span_in_context(trace.NonRecordingSpan(context)) if context else None
    with _tracer.start_as_current_span(
        name,
        context=above,
        kind=trace.SpanKind[kind],
        attributes=attributes,
        # Both would take the words of an error.
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        told = Told(made)
        try:
            yield told
        except BaseException as fault:
            told.failed(type(fault).__name__)
            raise


def traceparent() -> str:
    """Return where the work of now stands, to be handed on with what it asks others to do; empty where it is not traced."""
    context = _current()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}" if context else ""


def trace_id() -> str:
    """Return the id of the trace that is kept of the work of now; empty where there is none."""
    context = _current()
    return f"{context.trace_id:032x}" if context and context.trace_flags.sampled else ""


def statement(execute: Callable[..., Any], sql: Any, values: Any, many: bool, context: Any) -> Any:
    """Trace a statement that traced work makes (a wrapper of Django's); its values are not told, and those in its text are masked."""
    if not trace_id():
        return execute(sql, values, many, context)
    text = without_values(sql if isinstance(sql, str) else sql.as_string(None))
    attributes = {"db.system.name": "postgresql", "db.query.text": text}
    with span(_summary(text), "CLIENT", attributes):
        return execute(sql, values, many, context)


@lru_cache(maxsize=2_000)
def without_values(sql: str) -> str:
    """Return a statement with a ? for every value that stands in its text, of at most TEXT_AT_MOST characters."""
    return _VALUE.sub("?", _PLACES.sub("%s, …", sql))[:TEXT_AT_MOST]


@lru_cache(maxsize=2_000)
def _summary(text: str) -> str:
    """Name a statement by what it does and the first table it names."""
    words, table = text.split(maxsplit=1), _TABLE.search(text)
    return " ".join([*words[:1], *([table[1]] if table else [])]) or "statement"


def _current() -> Any:
    if _tracer is None:
        return None
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return context if context.is_valid else None


def _context_of(traceparent: str) -> Any:
    """Return the span that a traceparent names; None where it names none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    from opentelemetry.trace import SpanContext, TraceFlags

    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return context if context.is_valid else None
