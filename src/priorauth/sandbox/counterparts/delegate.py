"""A simulated delegate on a port of its own: takes legs as X12 or PAS, answers at once or later at a gateway's door."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import httpx2
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from priorauth.adapters.archive import KEY_BYTES, Seal
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, LegId
from priorauth.fhir.bundles import FhirSyntaxError
from priorauth.sandbox.behaviours import BehaviourTable
from priorauth.sandbox.calls import GatewayDoor, HttpAnswer
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.caseworker import Caseworker, Outlet
from priorauth.sandbox.doors import Decision, hold, problem
from priorauth.sandbox.pas_delegates import PasDelegates, PasOutlet, PasWords
from priorauth.sandbox.runtime import CALL_SECONDS, behaviour_named
from priorauth.sandbox.x12_delegates import X12Delegates, X12Outlet
from priorauth.tools import Tools
from priorauth.x12.faults import X12SyntaxError

SPEAKS = {"x12": Format.X12_278, "pas": Format.PAS_2_2_1, "pas-2.0.1": Format.PAS_2_0_1, "kafka": Format.EVENT}
"""What a delegate may be told to speak, whatever its file says."""


class Delegate:
    """A delegate that speaks X12 or PAS. An asynchronous context manager: it decides what falls due while it lives."""

    def __init__(
        self,
        name: DestinationId,
        speaks: Format,
        *,
        tools: Tools,
        table: BehaviourTable,
        gateway: str,
        token: str,
        base: str,
        folder: Path,
        now: Callable[[], datetime],
    ) -> None:
        self.name = name
        self.speaks = speaks
        self.stopping = asyncio.Event()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.AsyncClient(timeout=CALL_SECONDS, headers=headers)
        door = GatewayDoor(self._client, gateway.rstrip("/"))
        words = PasWords({name: speaks}, tools.knowledge.crosswalks, base)
        outlet: Outlet = X12Outlet(door, tools.codec) if speaks is Format.X12_278 else PasOutlet(door, words)
        self.casebook = Casebook(folder / f"{name}.cases", Seal(os.urandom(KEY_BYTES)))
        self.caseworker = Caseworker(table=table, casebook=self.casebook, outlets={name: outlet}, now=now)
        self._x12 = X12Delegates(self.caseworker, tools.codec, now)
        self._pas = PasDelegates(self.caseworker, words, now)

    @property
    def path(self) -> str:
        """Where its legs are posted; of one that speaks PAS, the base of its FHIR endpoint."""
        return "/x12" if self.speaks is Format.X12_278 else "/fhir"

    def answer(self, leg: bytes) -> HttpAnswer:
        """The answer to a leg. X12SyntaxError or FhirSyntaxError where it is none."""
        return (self._x12 if self.speaks is Format.X12_278 else self._pas).answer(self.name, leg)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Decide what falls due for as long as the block lasts."""
        settling = asyncio.create_task(self.caseworker.settle_forever(), name="delegate-due")
        try:
            yield
        finally:
            self.stopping.set()
            settling.cancel()
            await asyncio.gather(settling, return_exceptions=True)
            await self._client.aclose()
            self.casebook.close()


def delegate_app(delegate: Delegate) -> FastAPI:
    """The HTTP paths of a delegate: its door for legs, and what a tester decides by hand."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with delegate.working():
            yield

    app = FastAPI(title=f"simulated delegate {delegate.name}", lifespan=lifespan, openapi_url=None)
    submit = "/Claim/$submit" if delegate.path == "/fhir" else ""

    @app.post(f"{delegate.path}{submit}")
    async def take_leg(request: Request) -> Response:
        try:
            answer = delegate.answer(await request.body())
        except (X12SyntaxError, FhirSyntaxError) as fault:
            return problem(HTTPStatus.BAD_REQUEST, str(fault))
        if answer.body is None:
            return await hold(request, delegate.stopping)
        return Response(answer.body, media_type=answer.media_type)

    @app.get("/health/ready")
    async def ready() -> Response:
        return JSONResponse({"delegate": delegate.name, "speaks": delegate.speaks})

    @app.get("/cases")
    async def cases() -> Response:
        opened = delegate.casebook.opened()
        return JSONResponse(
            {"cases": [{"leg": each.case.leg_id, "open": list(each.open_sequences)} for each in opened]}
        )

    @app.post("/cases/{leg}/decide")
    async def decide(leg: str, decision: Decision) -> Response:
        try:
            lines = {item.sequence: behaviour_named(item.action) for item in decision.items}
            await delegate.caseworker.decide(delegate.name, LegId(leg), lines)
        except KeyError:
            return problem(HTTPStatus.NOT_FOUND, "there is no open case of that leg and line")
        except ValueError as fault:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(fault))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return app
