"""`sandbox delegate`: a simulated delegate as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from priorauth.cli.output import COULD_NOT_RUN, fail
from priorauth.cli.serving import bind
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format
from priorauth.sandbox.behaviours import BehaviourTable
from priorauth.sandbox.counterparts.delegate import SPEAKS, Delegate, delegate_app
from priorauth.sandbox.tables import SandboxTableFault, read_behaviours
from priorauth.settings import load_settings
from priorauth.tools import Tools, build_tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """Which delegate to play, how and where."""

    name: str
    speaks: str
    behaviours: Path | None
    host: str
    port: int
    gateway: str
    token: str = field(repr=False)
    kafka: str
    prefix: str


def now() -> datetime:
    return datetime.now(UTC)


def play_delegate(playing: Playing) -> int:
    """Play a delegate until a signal."""
    if playing.speaks and playing.speaks not in SPEAKS:
        fail(f"--speaks wants one of {', '.join(SPEAKS)}", COULD_NOT_RUN)
    kit = build_tools(load_settings(sandbox=True))
    speaks = _spoken(kit, playing)
    try:
        table = read_behaviours(kit.folder / "sandbox", playing.behaviours)
    except SandboxTableFault as fault:
        fail(str(fault), COULD_NOT_RUN)
    with tempfile.TemporaryDirectory(prefix="priorauth-delegate-") as folder:
        if speaks is Format.EVENT:
            return asyncio.run(_play_at_kafka(playing, table, Path(folder)))
        return asyncio.run(_play_over_http(kit, playing, speaks, table, Path(folder)))


def _spoken(kit: Tools, playing: Playing) -> Format:
    known = kit.knowledge.destinations.get(DestinationId(playing.name))
    if playing.speaks:
        speaks = SPEAKS[playing.speaks]
    elif known is None:
        fail(f"there is no delegate {playing.name} in mappings/delegates; say what it --speaks", COULD_NOT_RUN)
    else:
        speaks = known.format
    if speaks is Format.EVENT and not playing.kafka:
        fail(f"{playing.name} takes its legs from a topic: say --kafka BOOTSTRAP", COULD_NOT_RUN)
    return speaks


async def _play_over_http(kit: Tools, playing: Playing, speaks: Format, table: BehaviourTable, folder: Path) -> int:
    with bind(playing.host, playing.port) as listening:
        base = f"http://{playing.host}:{listening.getsockname()[1]}"
        delegate = Delegate(
            DestinationId(playing.name),
            speaks,
            tools=kit,
            table=table,
            gateway=playing.gateway,
            token=playing.token,
            base=base,
            folder=folder,
            now=now,
        )
        config = uvicorn.Config(delegate_app(delegate), log_config=None, access_log=False, server_header=False)
        print(f"listening on {base}{delegate.path} as {playing.name}, which speaks {speaks}", flush=True)
        await uvicorn.Server(config).serve(sockets=[listening])
    return 0


async def _play_at_kafka(playing: Playing, table: BehaviourTable, folder: Path) -> int:
    from aiokafka.errors import KafkaError

    from priorauth.sandbox.counterparts.kafka_delegate import play_at_kafka

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    try:
        await play_at_kafka(
            DestinationId(playing.name),
            bootstrap=playing.kafka,
            prefix=playing.prefix,
            table=table,
            folder=folder,
            now=now,
            ready=lambda: print(f"consuming the requests of {playing.name} from {playing.kafka}", flush=True),
            stop=stop,
        )
    except KafkaError:
        fail(f"no Kafka cluster answers at {playing.kafka}", COULD_NOT_RUN)
    return 0
