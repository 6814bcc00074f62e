"""A destination that no address is known of: every leg to it is set aside for an operator at once."""

from __future__ import annotations

from priorauth.domain.exchange import Answer
from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import Message


class NoAddress:
    """Satisfies `ports.DirectTransport`. Its requesters are told that the review is pended."""

    async def send(self, message: Message) -> Answer | None:  # noqa: ARG002 - the port's signature
        raise Refused("the destination's file in mappings/delegates has no url")
