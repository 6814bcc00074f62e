"""The FastAPI application: routers, the one rendering of errors, and the gateway's life around it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from priorauth import __version__
from priorauth.api import (
    deadletters,
    delegates,
    deliveries,
    events,
    health,
    oauth,
    pas,
    pas_answers,
    pas_attachments,
    pas_metadata,
    pas_tasks,
    replays,
    reviews,
    schemas,
    second_opinions,
    steps,
    subscriptions,
    tools,
    unroutable,
    x12,
)
from priorauth.api.encodings import RequirePlainBodies
from priorauth.api.problems import Problem, problem_response, render_http, render_invalid, render_problem
from priorauth.api.security import RequireCaller
from priorauth.bootstrap import Gateway
from priorauth.observability import Metrics
from priorauth.services.ports import Retryable
from priorauth.tracing import span

log = structlog.get_logger()

DESCRIPTION = """Sends requests for prior authorization, as X12 278 or Da Vinci PAS, to whoever decides them, and
brings the answers back."""


def create_app(
    gateway: Gateway,
    *,
    extra_routers: Sequence[APIRouter] = (),
    alongside: AbstractAsyncContextManager[object] | None = None,
) -> FastAPI:
    """The application of a gateway. `alongside` lives as long as it does (the sandbox's counterparts)."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with gateway.running():
            if alongside is None:
                yield
            else:
                async with alongside:
                    yield

    app = FastAPI(title="priorauth", version=__version__, description=DESCRIPTION, lifespan=lifespan)
    app.state.gateway = gateway
    fhir = (pas, pas_answers, pas_metadata, pas_tasks, pas_attachments, subscriptions)
    modules = (
        x12,
        *fhir,
        reviews,
        steps,
        events,
        delegates,
        deadletters,
        deliveries,
        unroutable,
        second_opinions,
        replays,
        tools,
        oauth,
        schemas,
        health,
    )
    routers = (*(module.router for module in modules), *extra_routers)
    for router in routers:
        app.include_router(router)
    app.state.routes = tuple(route for router in routers for route in router.routes)
    app.add_exception_handler(Problem, render_problem)
    app.add_exception_handler(RequestValidationError, render_invalid)
    app.add_exception_handler(HTTPException, render_http)
    app.add_exception_handler(Retryable, render_unavailable)
    app.add_exception_handler(Exception, render_defect)
    app.add_middleware(RequirePlainBodies)
    if not gateway.settings.sandbox:
        app.add_middleware(RequireCaller, gateway=gateway)
    app.add_middleware(CountRequests, metrics=gateway.metrics)
    return app


async def render_unavailable(request: Request, _error: Exception) -> Response:
    """Something we depend on is away: nothing was accepted, so the same request may be sent again."""
    problem = Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "the gateway cannot take this now; send it again", headers={"Retry-After": "5"}
    )
    return problem_response(problem, request.url.path)


async def render_defect(request: Request, error: Exception) -> Response:
    """A defect of ours. The response says nothing of it; the log has the traceback without values."""
    log.error("request_failed", route=getattr(request.scope.get("route"), "path", "other"), exc_info=error)
    return problem_response(
        Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the gateway failed; the request can be repeated"),
        request.url.path,
    )


class CountRequests:
    """Counts and times requests by route template, never by path: paths hold ids."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        parent = Headers(scope=scope).get("traceparent", "")
        try:
            with span(f"HTTP {scope['method']}", SpanKind.SERVER, parent=parent) as step:
                await self.app(scope, receive, note_status)
                step.set_attribute("http.route", getattr(scope.get("route"), "path", "other"))
                step.set_attribute("http.response.status_code", status)
        finally:
            route = scope.get("route")
            self.metrics.request(getattr(route, "path", "other"), status, time.perf_counter() - started)
