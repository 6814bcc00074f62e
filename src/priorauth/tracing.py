"""Traces of what a request causes, across HTTP, the database and the bus. Spans carry ids and codes only, never values.

Nothing is recorded unless PRIORAUTH_OTLP_ENDPOINT names a collector. What is told through the outbox carries its W3C
trace context with it, so that whoever handles it goes on with the same trace.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from priorauth import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

PARENT = "traceparent"
_CONTEXT = TraceContextTextMapPropagator()


def set_up_tracing(endpoint: str) -> None:
    """Send spans to the collector at this endpoint (OTLP over HTTP), in the background."""
    trace.set_tracer_provider(exporting(endpoint))


def exporting(endpoint: str) -> TracerProvider:
    """What makes spans and sends them to the collector."""
    # imported here, for the exporter brings a second HTTP client along, which nobody else needs
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "priorauth", "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, *, parent: str = "", ids: Mapping[str, str] | None = None
) -> Iterator[Span]:
    """One step, beneath `parent` where that is a trace context, else beneath the present step.

    Of an exception it keeps the type: its text may quote a value.
    """
    context = _CONTEXT.extract({PARENT: parent}) if parent else None
    tracer = trace.get_tracer("priorauth")
    with tracer.start_as_current_span(
        name, context, kind, attributes=ids, record_exception=False, set_status_on_exception=False
    ) as step:
        try:
            yield step
        finally:
            if error := sys.exc_info()[0]:
                step.set_attribute("error.type", error.__name__)
                step.set_status(trace.StatusCode.ERROR)


def present() -> str:
    """The trace context of the present step, to hand on; empty where nothing is traced."""
    carrier: dict[str, str] = {}
    _CONTEXT.inject(carrier)
    return carrier.get(PARENT, "")
