"""Run a gateway: bind the port, wire everything to it, serve until told to stop."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

import structlog
import uvicorn

from priorauth import __version__
from priorauth.api.app import create_app
from priorauth.bootstrap import Gateway, build
from priorauth.logs import set_up_logs
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.doors import sandbox_router
from priorauth.sandbox.runtime import Sandbox
from priorauth.settings import Settings
from priorauth.worker import working

BANNER = """
  SANDBOX: everybody may call, destinations are simulated, all data must be synthetic.
"""
GRACEFUL_SECONDS = 5.0
"""How long open requests have to be answered after a signal, beyond their own waiting time."""
KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections, so that none is closed on a request that is just being sent."""
BACKLOG = 2048

log = structlog.get_logger()


def serve(settings: Settings) -> None:
    """Serve until a signal. Prints `listening on http://HOST:PORT` once, when requests can be sent."""
    set_up_logs(settings.log_level, settings.log_format)
    if settings.otlp_endpoint:
        from priorauth.tracing import set_up_tracing

        set_up_tracing(settings.otlp_endpoint)
    asyncio.run(run(settings))


async def run(settings: Settings) -> None:
    """Bind, build, serve."""
    with bind(settings.host, settings.port) as listening:
        bound = settings.model_copy(update={"port": listening.getsockname()[1]})
        gateway = await build(bound)
        async with gateway.running():
            await Server(gateway).serve(listening)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket, bound before anything is built: simulated destinations are called at its port.

    It listens from the start, so that nobody is refused who connects as soon as the gateway says that it listens.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


class Server:
    """One gateway behind uvicorn, with its background work and, in the sandbox, its simulated destinations."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        settings = gateway.settings
        self.sandbox = build_sandbox(gateway) if settings.sandbox else None
        routers = (sandbox_router(self.sandbox, gateway.clock),) if self.sandbox else ()
        self.app = create_app(gateway, extra_routers=routers, alongside=self.alongside())

    async def serve(self, listening: socket.socket) -> None:
        patience = self.gateway.settings.wait_seconds + GRACEFUL_SECONDS
        config = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=round(patience),
            server_header=False,
            proxy_headers=False,  # who is at the other end of a connection is not for a header to say
            backlog=BACKLOG,
        )
        await HttpServer(config, self.begin_to_stop).serve(sockets=[listening])

    def begin_to_stop(self) -> None:
        """End what is held open for long; requests that wait for their determination are answered first."""
        self.gateway.stopping = True
        if self.sandbox is not None:
            self.sandbox.stopping.set()

    @asynccontextmanager
    async def alongside(self) -> AsyncIterator[None]:
        """What lives beside the HTTP server."""
        settings = self.gateway.settings
        async with working(self.gateway):
            if self.sandbox is None:
                self.announce()
                yield
                return
            async with self.sandbox:
                print(BANNER, file=sys.stderr, flush=True)
                self.announce()
                yield
        log.info("stopped", port=settings.port)

    def announce(self) -> None:
        settings = self.gateway.settings
        print(f"listening on {settings.base_url}", flush=True)
        for warning in self.gateway.warnings:
            log.warning("not_as_it_should_be", reason=warning)
        log.info("started", host=settings.host, port=settings.port, sandbox=settings.sandbox, version=__version__)


class HttpServer(uvicorn.Server):
    """uvicorn, which by itself tells nobody of a signal until every connection has ended."""

    def __init__(self, config: uvicorn.Config, begin_to_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._begin_to_stop = begin_to_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._begin_to_stop()
        super().handle_exit(sig, frame)


def build_sandbox(gateway: Gateway) -> Sandbox:
    """The simulated destinations of a gateway, with their open cases on file beside its database."""
    settings = gateway.settings
    return Sandbox(
        bus=gateway.bus,
        unit_of_work=gateway.unit_of_work,
        destinations=gateway.destinations,
        codec=gateway.tools.codec,
        crosswalks=gateway.tools.knowledge.crosswalks,
        tables=gateway.tools.folder / "sandbox",
        casebook=Casebook(settings.data_folder / "sandbox-cases", gateway.seal),
        gateway_url=settings.base_url,
        now=gateway.now,
    )
