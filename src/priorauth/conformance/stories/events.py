"""The contract of the event stream: one request is told, and one thing is asked of what was told."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.own_values import found_in, own_values
from priorauth.conformance.schemas import schema_faults, served
from priorauth.conformance.stories.registry import story
from priorauth.conformance.stories.told import (
    DISPATCHED,
    PREFIX,
    RECEIVED,
    RECORDED,
    RETURNED,
    ROUTED,
    STORY,
    Told,
    kinds,
    short,
    told_once,
)
from priorauth.conformance.streams import Delivered

Check = Callable[[Run, Told], None] | Callable[[Run, Told], Awaitable[None]]
CHECKS: dict[str, Check] = {}
REQUIRED = ("specversion", "id", "source", "type")
ATTRIBUTE = re.compile(r"[a-z0-9]+")
URI_REFERENCE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+|[^\s:]+(/\S*)?")
TRACE_PARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
STRUCTURED = "application/cloudevents+json"


@story("events-told")
async def told(
    run: Run,
    *,
    message: str,
    payer: str,
    check: str,
    trace: str = "SBX-CERTIFY-",
    last: str = RETURNED,
    edit: Sequence[Mapping[str, Any]] = (),
    expect: Any = None,
) -> None:
    """Send a request, read its story in both forms, and check one thing of it."""
    found = await told_once(run, message, payer, trace=trace, last=last, edit=edit)
    checked = CHECKS[check](run, found) if expect is None else EXPECTING[check](run, found, expect)
    if checked is not None:
        await checked


def check(name: str) -> Callable[[Any], Any]:
    """A check of what was told, by the name that cases use."""

    def register(function: Any) -> Any:
        CHECKS[name] = function
        return function

    return register


@check("whole-story")
def whole_story(run: Run, told: Told) -> None:
    for form, events in (("minimal", told.minimal), ("full", told.full)):
        missing = [kind for kind in STORY if kind not in kinds(events)]
        run.want(f"what is not told in the {form} form", [], missing)


@check("order")
def order(run: Run, told: Told) -> None:
    for form, events in (("minimal", told.minimal), ("full", told.full)):
        firsts = [
            kind for place, kind in enumerate(kinds(events)) if kind in STORY and kind not in kinds(events)[:place]
        ]
        run.want(f"the order of the {form} form", list(STORY), firsts)


@check("times")
def times(run: Run, told: Told) -> None:
    for events in (told.minimal, told.full):
        at = [moment_of(one) for one in events]
        run.want("each event has a moment with an offset", [], [short(one) for one in events if moment_of(one) is None])
        known = [each for each in at if each]
        run.want("times do not go back", sorted(known), known)


def moment_of(one: Delivered) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(one.event.get("time", "")))
    except ValueError:
        return None
    return found if found.tzinfo else None


@check("required-attributes")
def required_attributes(run: Run, told: Told) -> None:
    for one in told.both:
        lacking = [name for name in REQUIRED if not isinstance(one.event.get(name), str) or not one.event[name]]
        run.want(f"attributes that {short(one)} lacks", [], lacking)
        run.want(f"specversion of {short(one)}", "1.0", one.event.get("specversion"))


@check("source")
def source(run: Run, told: Told) -> None:
    for one in told.both:
        found = str(one.event.get("source", ""))
        run.want(f"the source of {short(one)} is a URI reference", True, bool(URI_REFERENCE.fullmatch(found)))
    run.want("one gateway is one source", 1, len({one.event.get("source") for one in told.both}))


@check("content")
def content(run: Run, told: Told) -> None:
    for one in told.both:
        run.want(f"datacontenttype of {short(one)}", "application/json", one.event.get("datacontenttype"))
        run.want(f"the data of {short(one)} is a JSON object", True, isinstance(one.event.get("data"), dict))


@check("attribute-names")
def attribute_names(run: Run, told: Told) -> None:
    for one in told.both:
        run.want(f"odd names of {short(one)}", [], [name for name in one.event if not ATTRIBUTE.fullmatch(name)])


@check("subject")
def subject(run: Run, told: Told) -> None:
    for one in told.both:
        run.want(f"the subject of {short(one)}", told.review_id, one.event.get("subject"))
        run.want(f"review_id in the data of {short(one)}", told.review_id, one.data.get("review_id"))


@check("unique-ids")
def unique_ids(run: Run, told: Told) -> None:
    for form, events in (("minimal", told.minimal), ("full", told.full)):
        bodies: dict[str, set[str]] = {}
        for one in events:
            bodies.setdefault(str(one.event.get("id")), set()).add(one.body)
        run.want(
            f"ids that two events share in the {form} form", [], [id for id, each in bodies.items() if len(each) > 1]
        )


@check("both-forms")
def both_forms(run: Run, told: Told) -> None:
    minimal, full = ([(one.event["id"], one.type) for one in events] for events in (told.minimal, told.full))
    run.want("ids and types of the full form are those of the minimal form", minimal, full)


@check("no-values")
def no_values(run: Run, told: Told) -> None:
    sent = own_values(told.sent.sent.body)
    run.require("the request has values that can be looked for", True, len(sent) > len(STORY))
    for one in told.minimal:
        run.want(f"values of the request in the minimal form of {short(one)}", [], found_in(sent, one.body))


@check("full-values")
def full_values(run: Run, told: Told) -> None:
    received = [one for one in told.full if short(one) == RECEIVED]
    run.require("the request is told in full", 1, len(received))
    sent = own_values(told.sent.sent.body)
    shown = found_in(sent, received[0].body)
    run.want("most values of the request are in its full form", True, len(shown) * 2 > len(sent))


@check("minimal-status")
def minimal_status(run: Run, told: Told) -> None:
    by_kind = {short(one): one.data for one in told.minimal}
    run.require("what is not told", [], [kind for kind in (ROUTED, DISPATCHED, RECORDED) if kind not in by_kind])
    for item in by_kind[ROUTED]["items"]:
        run.want(
            "what is said of a routed item",
            [],
            [name for name in ("sequence", "outcome", "destination", "rule") if name not in item],
        )
    run.want("a dispatched leg names its destination", True, bool(by_kind[DISPATCHED].get("destination")))
    for item in by_kind[RECORDED]["items"]:
        run.want(
            "what is said of a decided item", [], [name for name in ("sequence", "action", "final") if name not in item]
        )
    run.want("a return says whether more follows", False, by_kind[RETURNED].get("more_to_come"))


@check("payer-alone")
def payer_alone(run: Run, told: Told) -> None:
    run.want("payers in the stream", [told.payer], sorted({str(one.data.get("payer")) for one in told.full}))


@check("schema-named")
async def schema_named(run: Run, told: Told) -> None:
    for one in told.minimal:
        schema = await served(run, one.type)
        run.want(
            f"dataschema of {short(one)} is the $id of what is served", schema.get("$id"), one.event.get("dataschema")
        )


@check("minimal-schema")
async def minimal_schema(run: Run, told: Told) -> None:
    for one in told.minimal:
        run.want(f"faults of {short(one)} by its schema", [], await schema_faults(run, one, minimal=True))


@check("full-schema")
async def full_schema(run: Run, told: Told) -> None:
    for one in told.full:
        run.want(f"faults of {short(one)} by its schema", [], await schema_faults(run, one, minimal=False))


@check("asyncapi")
async def asyncapi(run: Run, told: Told) -> None:
    seen = await run.request("GET", "/schemas/asyncapi.yaml")
    run.require("the status of the AsyncAPI document", 200, seen.got.status)
    run.want("it is of AsyncAPI 3", True, seen.got.text.startswith("asyncapi: 3."))
    for type in sorted({one.type for one in told.both}):
        run.want(f"{type} is in it", True, type in seen.got.text)


@check("server-sent")
def server_sent(run: Run, told: Told) -> None:
    for events in (told.minimal, told.full):
        positions = [one.position for one in events]
        run.want("ids are positions that grow", sorted(set(positions)), positions)
        for one in events:
            run.want(f"`event:` of {short(one)}", one.type, one.kind)


@check("record-key")
def record_key(run: Run, told: Told) -> None:
    run.want("keys of the records", [told.review_id], sorted({one.key for one in told.both}))


@check("one-partition")
def one_partition(run: Run, told: Told) -> None:
    for form, events in (("minimal", told.minimal), ("full", told.full)):
        run.want(f"partitions of the {form} form", 1, len({one.partition for one in events}))
        offsets = [one.position for one in events]
        run.want("offsets grow", sorted(set(offsets)), offsets)


@check("structured-mode")
def structured_mode(run: Run, told: Told) -> None:
    for one in told.both:
        run.want(f"content-type of {short(one)}", STRUCTURED, one.headers.get("content-type", "").partition(";")[0])


@check("record-headers")
def record_headers(run: Run, told: Told) -> None:
    for one in told.both:
        run.want(f"ce_id of {short(one)}", one.event.get("id"), one.headers.get("ce_id"))
        run.want(f"ce_type of {short(one)}", one.type, one.headers.get("ce_type"))


@check("trace-context")
def trace_context(run: Run, told: Told) -> None:
    traces = {
        found[1] if (found := TRACE_PARENT.fullmatch(one.headers.get("traceparent", ""))) else "" for one in told.both
    }
    run.want("traces of one review", 1, len(traces))
    run.want("each record has a trace", False, "" in traces)


def tells(run: Run, told: Told, expect: Mapping[str, Mapping[str, Any]]) -> None:
    """Each of these is told in both forms, and the last of its kind says so in its minimal form."""
    for kind, values in expect.items():
        for form, events in (("full", told.full), ("minimal", told.minimal)):
            run.require(f"{PREFIX}{kind} is told in the {form} form", True, kind in kinds(events))
        last = [one for one in told.minimal if short(one) == kind][-1]
        for name, value in values.items():
            run.want(f"{name} of {kind}", value, last.data.get(name))


def legs(run: Run, told: Told, expect: Sequence[str]) -> None:
    """Each of these destinations has its leg dispatched and its answer recorded."""
    for kind, name in ((DISPATCHED, "destination"), (RECORDED, "decided_by")):
        found = sorted({one.data[name] for one in told.minimal if short(one) == kind})
        run.want(f"who is named by {kind}", sorted(expect), found)


EXPECTING: Mapping[str, Callable[[Run, Told, Any], None]] = {"tells": tells, "legs": legs}
