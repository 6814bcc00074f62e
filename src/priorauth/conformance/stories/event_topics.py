"""Stories that only Kafka has: a delegate on its topics, and what is set aside."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.own_values import found_in
from priorauth.conformance.stories.event_reading import determined, finals, open_legs
from priorauth.conformance.stories.registry import story
from priorauth.conformance.stories.told import RECORDED, RETURNED, Listener, about, kinds, review_of, short, submit
from priorauth.conformance.streams import DEAD_LETTERS, Delivered, opened, put

STRUCTURED = "application/cloudevents+json"


def requests_of(delegate: str) -> str:
    """The topic that a delegate reads its legs from."""
    return f"priorauth.delegate.{delegate}.requests"


def determinations_of(delegate: str) -> str:
    """The topic that a delegate puts its answers on."""
    return f"priorauth.delegate.{delegate}.determinations"


@story("topic-leg")
async def leg(run: Run, *, message: str, delegate: str, own: list[str], others: list[str]) -> None:
    """A delegate is sent its own services on its topic, under the review's key, and nothing of another's."""
    async with opened(run, topic=requests_of(delegate)) as stream:
        listener = Listener(run, stream, requests_of(delegate))
        sent = await submit(run, message, trace="SBX-CERTIFY-")
        review_id = await review_of(run, sent)
        await listener.until(lambda every: bool(of(every, review_id)), f"a leg of the review for {delegate}")
        found = of(listener.every, review_id)
    for one in found:
        run.note(f"leg on {requests_of(delegate)}", one.body)
        run.want("the key", review_id, one.key)
        run.want("the content type", STRUCTURED, one.headers.get("content-type", "").partition(";")[0])
        run.want("its own services", sorted(own), found_in(own, one.body))
        run.want("services of others", [], found_in(others, one.body))


def of(every: Any, review_id: str) -> list[Delivered]:
    """The records that are about a review, whatever they are."""
    return [one for one in every if review_id in (one.key, one.event.get("subject"), one.data.get("review_id"))]


@story("topic-determination")
async def determination(run: Run, *, message: str, delegate: str, action: str = "A1") -> None:
    """A determination that a delegate puts on its topic is recorded and returned."""
    async with opened(run) as stream:
        listener = Listener(run, stream, "all events")
        sent = await submit(run, message, trace="SBX-PEND-")
        review_id = await review_of(run, sent)
        await listener.until(lambda every: RETURNED in kinds(about(every, review_id)), "the answer is told as returned")
        [its_leg] = await open_legs(run, review_id, delegate)
        answer = {
            "specversion": "1.0",
            "id": f"conformance-{run.unique}",
            "source": f"urn:conformance:{delegate}",
            "type": f"priorauth.{RECORDED}",
            "subject": its_leg["id"],
            "datacontenttype": "application/json",
            "data": determined(its_leg, action, run.unique),
        }
        await put(run, determinations_of(delegate), review_id, json.dumps(answer))
        run.note(f"put on {determinations_of(delegate)}", json.dumps(answer))
        found = await listener.decided(review_id)
    recorded = [one for one in found if short(one) == RECORDED and finals(one)]
    run.want("how often the determination is told", 1, len(recorded))
    run.want("what was decided", [action], sorted({each["action"] for one in recorded for each in one.data["items"]}))


@story("topic-dead-letter")
async def dead_letter(run: Run, *, delegate: str, body: str) -> None:
    """A record that cannot be used is set aside: a notice says what it was and why, and no value of it."""
    secret = f"PATIENT{run.unique}"
    async with AsyncExitStack() as stack:
        notices = Listener(run, await stack.enter_async_context(opened(run, topic=DEAD_LETTERS)), DEAD_LETTERS)
        everything = Listener(run, await stack.enter_async_context(opened(run)), "all events")
        await put(run, determinations_of(delegate), run.unique, body.replace("SECRET", secret))
        run.note(f"put on {determinations_of(delegate)}", body.replace("SECRET", secret))
        await notices.until(lambda every: bool(every), "a notice of what was set aside")
        found = list(notices.every)
    for one in found:
        run.note("notice of a dead letter", one.body)
        run.want("values of what was set aside", False, secret in one.body or secret in json.dumps(dict(one.headers)))
        run.want(
            "what is not said of it", [], [name for name in ("kind", "subject", "reason") if not one.data.get(name)]
        )
        run.want("the type of the notice", "priorauth.dead-letter.v1", one.type)
    run.want("what is told of it to all", [], [one.body for one in everything.every if secret in one.body])
