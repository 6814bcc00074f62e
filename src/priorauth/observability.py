"""The metrics: what happened, counted by our own ids and codes."""

from __future__ import annotations

from collections import Counter as Counted
from collections.abc import Iterable, Mapping

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from priorauth.domain.circuits import Circuit, CircuitState
from priorauth.domain.events import ClockEvent
from priorauth.domain.parties import DestinationId
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.services.dispatch_leg import Called
from priorauth.services.ports import Decoded, LegDelivery
from priorauth.services.send_notifications import Sent

log = structlog.get_logger()

DEAD_LETTER_KINDS = ("leg", "event", "determination")


class Metrics:
    """Every metric, declared in one place. Labels are our own ids and codes, never values from messages."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("priorauth_http_requests", "HTTP requests", ["route", "status"], registry=self.registry)
        self.seconds = Histogram("priorauth_http_seconds", "HTTP request time", ["route"], registry=self.registry)
        self.findings = Counter("priorauth_findings", "Findings by rule id", ["finding"], registry=self.registry)
        self.sets = Counter("priorauth_sets", "Transaction sets received", ["outcome"], registry=self.registry)
        self.routes = Counter(
            "priorauth_routes", "Routed items", ["payer", "outcome", "destination"], registry=self.registry
        )
        self.events = Counter(
            "priorauth_events_consumed", "Events consumed", ["type", "outcome"], registry=self.registry
        )
        self.outbox = Gauge(
            "priorauth_outbox_messages", "Messages of the outbox not read yet", ["reader"], registry=self.registry
        )
        self.outbox_age = Gauge(
            "priorauth_outbox_age_seconds", "Age of the oldest of these", ["reader"], registry=self.registry
        )
        self.lag = Gauge(
            "priorauth_consumer_lag", "Messages not handled yet", ["group", "topic"], registry=self.registry
        )
        self.rebuilt = Counter(
            "priorauth_kafka_clients_rebuilt", "Clients replaced after a failure", ["client"], registry=self.registry
        )
        self.notifications = Counter(
            "priorauth_notifications", "Notifications sent to subscribers", ["kind", "outcome"], registry=self.registry
        )
        self.circuits = Gauge(
            "priorauth_circuits", "0 closed, 1 open, 2 probing, by destination", ["destination"], registry=self.registry
        )
        self.legs = Counter(
            "priorauth_legs", "Legs handed to their destinations", ["destination", "outcome"], registry=self.registry
        )
        self.legs_waiting = Gauge(
            "priorauth_legs_waiting", "Legs not delivered yet", ["destination", "state"], registry=self.registry
        )
        self.unroutable = Gauge(
            "priorauth_unroutable", "Legs at a desk for want of a route", ["payer", "owner"], registry=self.registry
        )
        self.clocks = Counter(
            "priorauth_clocks", "Clocks warned of and missed", ["payer", "clock", "type"], registry=self.registry
        )
        self.second_opinions = Counter(
            "priorauth_second_opinions", "Messages with a second opinion", ["by", "outcome"], registry=self.registry
        )
        self.differences = Counter(
            "priorauth_second_opinion_differences", "Where it differs", ["by", "finding"], registry=self.registry
        )
        self.dead_letters = Gauge(
            "priorauth_dead_letters", "Things set aside that wait for an operator", ["kind"], registry=self.registry
        )

    def circuit_moved(self, name: str, circuit: Circuit) -> None:
        """Show where a circuit stands now; one that opens is in the log too."""
        self.circuits.labels(name).set(list(CircuitState).index(circuit.state))
        if circuit.state is CircuitState.OPEN:
            log.warning("circuit_opened", destination=name, reason=circuit.error, attempts=circuit.failures)

    def set_aside(self, waiting: Mapping[str, int]) -> None:
        """Show how many dead letters of each kind wait."""
        for kind in DEAD_LETTER_KINDS:
            self.dead_letters.labels(kind).set(waiting.get(kind, 0))

    def unrouted(self, waiting: Mapping[tuple[str, str], int]) -> None:
        """Show how many legs wait at a desk because nobody could say where they belong."""
        self.unroutable.clear()
        for (payer, owner), count in waiting.items():
            self.unroutable.labels(payer, owner).set(count)

    def deliveries(self, waiting: Iterable[LegDelivery]) -> None:
        """Show how many legs wait to be sent, or were given up, by destination."""
        self.legs_waiting.clear()
        for (destination, state), count in Counted((each.leg.destination, each.leg.state) for each in waiting).items():
            self.legs_waiting.labels(destination, state).set(count)

    def called(self, destination: DestinationId, called: Called) -> None:
        """Count what came of handing a leg over."""
        self.legs.labels(destination, called).inc()

    def second_opinion(self, opinion: SecondOpinion) -> None:
        """Count a second opinion, and each rule in which it differs without a known reason."""
        outcome = "not_given" if not opinion.given else "differs" if opinion.differences else "agrees"
        self.second_opinions.labels(opinion.by, outcome).inc()
        for difference in opinion.differences:
            self.differences.labels(opinion.by, difference).inc()

    def received(self, message: Decoded) -> None:
        """Count a message's sets and what was found in it."""
        for part in message.parts:
            outcome = "refused" if part.review is None else "rejected" if part.rejections else "accepted"
            self.sets.labels(outcome).inc()
        for finding in message.findings:
            self.findings.labels(finding.code).inc()

    def notified(self, sent: Sent) -> None:
        """Count a notification that was sent."""
        self.notifications.labels(sent.kind, "failed" if sent.error else "delivered").inc()

    def clock(self, event: ClockEvent) -> None:
        """Count a clock that was warned of or missed."""
        self.clocks.labels(event.payer or "", event.clock, event.type).inc()

    def request(self, route: str, status: int, seconds: float) -> None:
        self.requests.labels(route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)
