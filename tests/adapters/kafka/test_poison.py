"""A record that cannot be handled is set aside, and nothing that it says gets into a log, a metric or a span."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from memory.gateway import MemoryGateway
from memory.worker import worker_of
from priorauth.adapters.kafka.records import arrived
from priorauth.adapters.lanes import Arrived, Crew, Handle, Lanes, Pace
from priorauth.logs import set_up_logs
from priorauth.services.bus import BusMessage, DeadLetter

NAME, NUMBER = "DELACROIX", "MEM0000001"
TOPIC, GROUP = "priorauth.delegate.evicore.determinations", "gateway"


@dataclass
class Record:
    """What a delegate may put on its topic: values wherever it can put any."""

    headers: tuple[tuple[str, bytes], ...] = (("ce_type", NAME.encode()), (NUMBER, NAME.encode()))
    key: bytes = NUMBER.encode()
    value: bytes = f'{{"id": "{NUMBER}", "data": "{NAME}"}}'.encode()
    partition: int = 0
    offset: int = 7


@dataclass
class Consumed:
    """One group that takes records; every handling fails as `fault` says."""

    set_aside: list[DeadLetter] = field(default_factory=list)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, record: Record, handle: Handle) -> None:
        came = arrived(record, topic=TOPIC, group=GROUP)

        async def load(_: int) -> Arrived:
            return came

        async def finish(_: int) -> None:
            self.finished.set()

        async def keep(letter: DeadLetter) -> None:
            self.set_aside.append(letter)

        crew: Crew[int] = Crew(
            group=GROUP,
            load=load,
            handle=handle,
            finish=finish,
            set_aside=keep,
            changed=lambda: None,
            now=lambda: datetime(2026, 11, 2, tzinfo=UTC),
        )
        lanes = Lanes(crew, Pace(first_pause=0.001, attempts=3))
        lanes.enter(record.key, record.offset)
        await asyncio.wait_for(self.finished.wait(), 10)
        await lanes.end()


async def fail(message: BusMessage) -> None:
    raise ValueError(f"cannot read {message.body!r} of {NAME}")


async def test_no_log_line_of_a_consumer_holds_what_a_record_says(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("debug", "json")
    consumed = Consumed()

    await consumed.take(Record(), fail)

    (letter,) = consumed.set_aside
    told = capsys.readouterr().err
    assert "message_failed" in told
    assert "message_set_aside" in told
    assert NAME not in told
    assert NUMBER not in told
    assert (letter.reason, letter.review_id) == ("the message could not be handled: ValueError", None)
    assert NAME not in letter.reason + letter.origin + letter.id
    assert NUMBER not in letter.reason + letter.origin + letter.id


async def test_no_metric_is_labelled_by_what_a_record_says() -> None:
    worker = worker_of(MemoryGateway(), destinations=("evicore",))

    await worker.handle_answer(arrived(Record(), topic=TOPIC, group=GROUP).open())

    told = generate_latest(worker.metrics.registry).decode()
    assert 'priorauth_events_consumed_total{outcome="done",type="answer"} 1.0' in told
    assert NAME not in told


async def test_no_span_holds_what_a_record_says(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)

    await Consumed().take(Record(), fail)

    told = " ".join(span.to_json() for span in exporter.get_finished_spans())
    assert f"handle {TOPIC}" in told
    assert "ValueError" in told
    assert NAME not in told
    assert NUMBER not in told
