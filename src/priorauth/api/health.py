"""Health and metrics."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from priorauth.api.bodies import json_response
from priorauth.bootstrap import Gateway

MOST_LEGS = 1000
"""Counted no further: at so many it does not matter how many more there are."""

router = APIRouter(tags=["operation"])


@router.get("/health/live", summary="The process runs")
async def live() -> Response:
    return json_response({"status": "live"})


@router.get("/health/ready", summary="Requests can be taken")
async def ready(request: Request) -> Response:
    """200 when the store answers and the background work runs, else 503 with what does not.

    Warnings keep no request from being taken: they are for whoever set the gateway up.
    """
    gateway: Gateway = request.app.state.gateway
    problems = await gateway.problems()
    if problems:
        return json_response({"status": "not ready", "problems": problems}, HTTPStatus.SERVICE_UNAVAILABLE)
    return json_response({"status": "ready", **({"warnings": notices} if (notices := gateway.notices) else {})})


@router.get("/metrics", summary="Prometheus metrics")
async def metrics(request: Request) -> Response:
    gateway: Gateway = request.app.state.gateway
    await gateway.buses.measure()
    async with gateway.unit_of_work.reading() as work:
        gateway.metrics.set_aside(await work.dead_letters_waiting())
        gateway.metrics.unrouted(await work.unroutable_waiting())
        gateway.metrics.deliveries(await work.undelivered(MOST_LEGS))
    return Response(generate_latest(gateway.metrics.registry), media_type=CONTENT_TYPE_LATEST)
