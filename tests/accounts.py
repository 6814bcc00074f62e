"""What became of every request that an estate accepted: read from all sides when nothing moves any more; checked."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from estate import Estate, Request
from kafka_cluster import Record
from subscribers import Subscriber, events_in

OPEN = ("A4", "")
"""Actions that decide nothing yet."""


@dataclass
class Story:
    """What is known of one review."""

    review: dict[str, Any] = field(repr=False)
    events: list[dict[str, Any]] = field(repr=False)  # as its payer read them from Kafka, once each distinct id
    stream: list[str] = field(repr=False)  # the ids of its events, as the gateway's own stream has them
    roles: Counter[str] = field(repr=False)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [event["data"] for event in self.events if event["type"] == f"priorauth.{kind}.v1"]

    @property
    def id(self) -> str:
        return str(self.review["id"])

    @property
    def legs(self) -> list[dict[str, Any]]:
        legs: list[dict[str, Any]] = self.review["legs"]
        return legs


@dataclass(repr=False)
class Accounts:
    """Everything that was found, and what must be true of it."""

    sent: list[Request]
    stories: dict[str, Story]
    records: int  # on the payers' topics, each repetition counted
    minimal: dict[str, list[str]]  # the ids of each review's events on the topic for everybody
    reviews: set[str]
    letters: list[tuple[str, str]]  # kind, and of which review
    mailbox: list[str]  # the control number of what waits
    notified: set[str]  # the distinct numbers of events that the subscriber was told of
    poison: int

    def check_accepted(self) -> None:
        """Every request was accepted, as exactly one review, and there are no others."""
        assert Counter(each.answer and each.answer.status_code for each in self.sent) == {200: len(self.sent)}
        assert len(self.stories) == len(self.sent)
        assert self.reviews == self.stories.keys()

    def check_legs(self) -> None:
        """Each leg has one message, was dispatched once, and was decided once or declined once."""
        for each in self.stories.values():
            told = each.of_type("determination.recorded")
            requests = {role: count for role, count in each.roles.items() if role.endswith(" request")}

            assert each.roles["request"] == 1
            assert requests == {f"leg {leg['number']} request": 1 for leg in each.legs}, each.id
            dispatched = Counter(data["leg"]["id"] for data in each.of_type("leg.dispatched"))
            assert dispatched == {leg["id"]: 1 for leg in each.legs}, each.id
            decided = Counter(data["determination"]["leg_id"] for data in told if is_final(data["determination"]))
            assert decided == {leg["id"]: 1 for leg in each.legs if leg["state"] == "decided"}, each.id
            declined = Counter(data["leg_id"] for data in each.of_type("leg.declined"))
            assert declined == {leg["id"]: 1 for leg in each.legs if leg["state"] == "declined"}, each.id
            assert {leg["state"] for leg in each.legs} <= {"decided", "declined"}, each.id

    def check_returned(self) -> None:
        """Each reply went one way, once: back on the request, to the mailbox, or to whoever subscribed."""
        channels: Counter[str] = Counter()
        for each in self.stories.values():
            replies = each.review["replies"]
            returned = [data["reply"]["number"] for data in each.of_type("determination.returned")]
            assert each.review["state"] == "determined", each.id
            assert sorted(returned) == [reply["number"] for reply in replies], each.id
            channels.update(reply["channel"] for reply in replies)
        assert channels.keys() == {"response", "mailbox", "notification"}
        assert len(self.mailbox) == len(set(self.mailbox)) == channels["mailbox"]
        assert len(self.notified) == channels["notification"]

    def check_stream(self) -> None:
        """On Kafka every review's events are those of its story, in that order, once by distinct id."""
        assert self.minimal.keys() == self.stories.keys()
        for id, each in self.stories.items():
            assert [event["id"] for event in each.events] == each.stream, id
            assert self.minimal[id] == each.stream, id
            check_order(each)

    def check_dead_letters(self) -> None:
        """Dead letters are what delegates answered as garbage, and the poison that was put on topics."""
        garbage: Counter[str] = Counter()
        for request in self.sent:
            if request.behaviour == "GARBAGE":
                story = self.stories[request.review_id]
                garbage[request.review_id] = sum(not leg["took_over"] for leg in story.legs)
        assert {kind for kind, _ in self.letters} == {"determination"}
        assert len(self.letters) == garbage.total() + self.poison
        assert Counter(review for _, review in self.letters if review) <= garbage  # on a topic it names no review

    def lines(self) -> list[str]:
        """What was counted, to be read by people."""
        stories = self.stories.values()
        channels = Counter(reply["channel"] for each in stories for reply in each.review["replies"])
        legs = Counter(leg["state"] for each in stories for leg in each.legs)
        distinct = sum(len(each.events) for each in stories)
        told = {
            "requests accepted": f"{len(self.sent)}, over X12 {sum(each.path == '/x12' for each in self.sent)}",
            "sends broken off, and repeated": sum(each.broken_off for each in self.sent),
            "sends refused with 503, and repeated": sum(each.refused for each in self.sent),
            "reviews": len(self.reviews),
            "legs": f"{legs['decided']} decided once, {legs['declined']} declined once",
            "determinations recorded": sum(len(each.of_type("determination.recorded")) for each in stories),
            "replies, each one way, once": ", ".join(f"{n} by {channel}" for channel, n in channels.items()),
            "events on Kafka, in order per review": f"{distinct} ids in {self.records} records",
            "dead letters": f"{len(self.letters)}: {len(self.letters) - self.poison} garbage, {self.poison} poison",
        }
        return [f"{what}: {count}" for what, count in told.items()]


def take_accounts(
    estate: Estate, sent: list[Request], subscriber: Subscriber, payers: tuple[str, ...], poison: int
) -> Accounts:
    """Read everything. Nothing may be on its way any more."""
    records = estate.records(*(f"priorauth.payer.{payer}" for payer in payers))
    minimal = estate.records("priorauth.events")
    told = stories_on(records)
    stream = own_stream(estate)
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    for review_id, role in estate.query("SELECT review_id, role FROM review_messages"):
        roles[review_id][role] += 1
    ids = sorted({each.review_id for each in sent})
    reviews = estate.get_each([f"/reviews/{id}" for id in ids])
    return Accounts(
        sent=sent,
        stories={
            id: Story(review, told.get(id, []), stream[id], roles[id]) for id, review in zip(ids, reviews, strict=True)
        },
        records=len(records),
        minimal={key: [event["id"] for event in events] for key, events in stories_on(minimal).items()},
        reviews={id for (id,) in estate.query("SELECT id FROM reviews")},
        letters=[(kind, review or "") for kind, review in estate.query("SELECT kind, review_id FROM dead_letters")],
        mailbox=[
            number
            for (number,) in estate.query(
                "SELECT control_number FROM mailbox JOIN messages ON messages.id = mailbox.message_id"
            )
        ],
        notified=notified(subscriber),
        poison=poison,
    )


def stories_on(records: list[Record]) -> dict[str, list[dict[str, Any]]]:
    """The events of each review by the order in which they first came. What comes again must be the same."""
    told: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in records:
        first = told[record.key].setdefault(record.event["id"], record)
        assert first.body == record.body, "an event came again with other bytes"
    return {key: [record.event for record in events.values()] for key, events in told.items()}


def own_stream(estate: Estate) -> dict[str, list[str]]:
    """The ids of each review's events as `GET /events` has them."""
    found: dict[str, list[str]] = defaultdict(list)
    for data in re.findall(r"^data: (.*)$", estate.get("/events?follow=false").text, re.MULTILINE):
        event, review = re.findall(r'"id":"(evt-[^"]+)"', data)[0], re.findall(r'"subject":"([^"]+)"', data)[0]
        found[review].append(event)
    return found


def check_order(story: Story) -> None:
    """Received first and routed once; each leg is with its destination before that says anything."""
    kinds = [event["type"].removeprefix("priorauth.").removesuffix(".v1") for event in story.events]
    assert kinds[0] == "review.received"
    assert kinds.count("review.routed") == 1
    with_destination: set[str] = set()
    for event, kind in zip(story.events, kinds, strict=True):
        if kind == "leg.dispatched":
            with_destination.add(event["data"]["leg"]["id"])
        elif kind == "leg.declined":
            assert event["data"]["leg_id"] in with_destination
        elif kind == "determination.recorded":
            assert event["data"]["determination"]["leg_id"] in with_destination


def notified(subscriber: Subscriber) -> set[str]:
    """The distinct numbers of events that the subscriber was told of."""
    told = [each for each in subscriber.received if each.kind == "event-notification"]
    return {str(event["event-number"]) for each in told for event in events_in(each.bundle)}


def is_final(determination: dict[str, Any]) -> bool:
    return all((item["action"] or "") not in OPEN for item in determination["items"])
