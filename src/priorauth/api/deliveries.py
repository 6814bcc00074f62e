"""`/deliveries`: what is on its way to destinations and does not arrive, and which of them are left alone."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response

from priorauth.api.bodies import json_response
from priorauth.bootstrap import Gateway
from priorauth.services.describe_review import described_leg

router = APIRouter(tags=["operation"])


@router.get("/deliveries", summary="Legs that wait to be sent or were given up, and the circuits of this replica")
async def list_deliveries(
    request: Request,
    destination: str = Query(default="", description="of this delegate or desk"),
    limit: int = Query(default=200, ge=1, le=1000),
) -> Response:
    """A circuit that is not listed is closed and without a failure."""
    gateway: Gateway = request.app.state.gateway
    async with gateway.unit_of_work.reading() as work:
        legs = await work.undelivered(limit, destination=destination)
    return json_response(
        {
            "circuits": [
                {
                    "name": name,
                    "state": circuit.state,
                    "failures": circuit.failures,
                    "try_at": circuit.try_at,
                    "last_error": circuit.error or None,
                }
                for name, circuit in sorted(gateway.circuits.states().items())
                if destination in ("", name)
            ],
            "legs": [{"review_id": each.leg.review_id, **described_leg(each)} for each in legs],
        }
    )
