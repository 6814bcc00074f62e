"""One request is one trace: received over HTTP, routed, sent, recorded and returned, across the bus."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from interchanges import sample, segments_of
from priorauth.adapters.database.migrations import migrate
from priorauth.bootstrap import build
from priorauth.cli.serving import Server
from priorauth.settings import Settings
from priorauth.tracing import exporting

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}
MRI = sample("imaging-mri")


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    yield exporter
    provider.shutdown()


async def test_a_request_is_followed_to_its_determination_and_back(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/priorauth.db", sandbox=True)
    await migrate(settings.database_url)
    server = Server(await build(settings))

    async with server.app.router.lifespan_context(server.app):
        transport = httpx2.ASGITransport(app=server.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://gateway", timeout=30) as http:
            answer = await http.post("/x12", content=MRI, headers=PARENT)

    assert answer.is_success
    found = [
        span for span in spans.get_finished_spans() if span.context and f"{span.context.trace_id:032x}" == TRACE_ID
    ]
    handled = {str(attributes(span).get("event.type", "")) for span in found}
    assert "HTTP POST" in {span.name for span in found}
    assert "transaction" in {span.name for span in found}
    assert "handle priorauth.delegate.evicore.requests" in {span.name for span in found}
    assert "handle priorauth.delegate.evicore.determinations" in {span.name for span in found}
    assert {
        "priorauth.review.received.v1",
        "priorauth.review.routed.v1",
        "priorauth.leg.dispatched.v1",
        "priorauth.determination.recorded.v1",
    } <= handled
    parents = {span.context.span_id for span in found if span.context} | {0x00F067AA0BA902B7}
    assert all(span.parent and span.parent.span_id in parents for span in found)
    told = " ".join(f"{span.name} {attributes(span)}" for span in found)
    values = {element for segment in segments_of(MRI, "NM1", "DMG", "HI", "N3") for element in segment.split("*")[1:]}
    assert [value for value in values if len(value) > 5 and value in told] == []


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Where an OTLP collector listens, and the requests that it got."""
    got: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", got
    server.shutdown()
    server.server_close()


def test_spans_reach_a_collector_as_otlp(collector: tuple[str, list[bytes]]) -> None:
    url, got = collector
    provider = exporting(url)

    with provider.get_tracer("test").start_as_current_span("a step"):
        pass
    provider.shutdown()

    (resource,) = ExportTraceServiceRequest.FromString(got[0]).resource_spans
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == ["a step"]
    assert "priorauth" in [each.value.string_value for each in resource.resource.attributes]


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})
