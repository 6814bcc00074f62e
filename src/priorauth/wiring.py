"""The parts that `bootstrap` and `tools` put together: a codec for each format, a transport for each destination."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import httpx2
import structlog

from priorauth.adapters.delegates.fhir_pas import FhirPas
from priorauth.adapters.delegates.kafka_topic import KafkaTopic
from priorauth.adapters.delegates.no_address import NoAddress
from priorauth.adapters.delegates.x12_http import X12Http
from priorauth.adapters.directory import DirectoryFault
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.adapters.http_directory import HttpDirectory, Limits
from priorauth.adapters.identifiers import new_id
from priorauth.adapters.knowledge import Knowledge
from priorauth.adapters.store_directory import StoreDirectory
from priorauth.adapters.webhooks import HttpWebhooks
from priorauth.domain.exchange import X12
from priorauth.domain.findings import Finding
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.outcomes import outcome_of_findings
from priorauth.fhir.profiles import BundleProfile
from priorauth.observability import Metrics
from priorauth.services.answer_inquiry import InquiryCodec
from priorauth.services.circuits import Circuits
from priorauth.services.delegate_ports import DelegateTransport, Destination, LegCodec
from priorauth.services.dispatch_leg import DispatchLeg
from priorauth.services.enlist_notifications import EnlistNotifications
from priorauth.services.manage_subscription import ManageSubscription
from priorauth.services.ports import Directory, UnitOfWork
from priorauth.services.record_step import RecordStep
from priorauth.services.redeliver import Redeliver
from priorauth.services.replay_reviews import OrderReplays, RunReplays
from priorauth.services.reroute_review import RerouteReview
from priorauth.services.route_review import RouteReview
from priorauth.services.run_clocks import RunClocks
from priorauth.services.send_notifications import SendNotifications, Sent
from priorauth.services.tell_notices import TellNotices
from priorauth.settings import Settings
from priorauth.translate.fhir_inquiry_message import PasInquiryCodec
from priorauth.translate.fhir_legs import PasLegCodec
from priorauth.translate.fhir_message import PasCodec
from priorauth.x12.writing import Address

log = structlog.get_logger()

PAS_VERSIONS: Mapping[str, Format] = {"2.2.1": Format.PAS_2_2_1, "2.0.1": Format.PAS_2_0_1}
"""The versions of PAS that are spoken, as the paths below `/fhir` name them."""


def pas_codecs(settings: Settings, knowledge: Knowledge) -> Mapping[str, PasCodec]:
    """The codec of each version of PAS, by the format of its messages. Its checker is made when first used."""
    return {
        format.value: PasCodec(
            version=format,
            base=f"{settings.issuer}/fhir/{version}",
            findings=knowledge.findings,
            crosswalks=knowledge.crosswalks,
            payer_of=knowledge.payer,
            check=partial(check_request, version),
            read=partial(read_request, version),
            outcome=partial(outcome_of_findings, rules=knowledge.findings),
            partners=knowledge.partners.by_id,
        )
        for version, format in PAS_VERSIONS.items()
    }


def inquiry_codecs(settings: Settings, knowledge: Knowledge) -> Mapping[str, InquiryCodec]:
    """What reads the inquiries of each version of PAS, by the format of its messages."""
    return {
        format.value: PasInquiryCodec(
            version=format,
            base=f"{settings.issuer}/fhir/{version}",
            crosswalks=knowledge.crosswalks,
            payer_of=knowledge.payer,
            check=partial(check_inquiry, version),
            outcome=partial(outcome_of_findings, rules=knowledge.findings),
            partners=knowledge.partners.by_id,
        )
        for version, format in PAS_VERSIONS.items()
    }


def check_inquiry(version: str, bundle: Bundle) -> Sequence[Finding]:
    """What is wrong with an inquiry Bundle by FHIR and by that version of PAS."""
    return load_checker(version).check_bundle(bundle, BundleProfile.INQUIRY)


def read_request(version: str, body: bytes) -> Bundle:
    """A request Bundle, decoded so that a check by that version of PAS is quick."""
    return load_checker(version).read(body)


def check_request(version: str, bundle: Bundle) -> Sequence[Finding]:
    """What is wrong with a request Bundle by FHIR and by that version of PAS."""
    return load_checker(version).check_bundle(bundle, BundleProfile.REQUEST)


def pas_leg_codecs(knowledge: Knowledge) -> Mapping[Format, LegCodec]:
    """How legs are written for destinations that speak PAS, by version."""
    return {each: PasLegCodec(version=each, crosswalks=knowledge.crosswalks) for each in PAS_VERSIONS.values()}


def answer_codecs(by_format: Mapping[Format, LegCodec]) -> Mapping[str, LegCodec]:
    """What reads an answer, by the answer's format: any interchange is `x12`."""
    return {X12 if format is Format.X12_278 else format.value: codec for format, codec in by_format.items()}


def addresses(destinations: Mapping[DestinationId, Destination]) -> Mapping[DestinationId, Address]:
    """The X12 addresses of the destinations that speak it."""
    return {
        id: Address(
            qualifier=destination.interchange_qualifier, id=destination.interchange_id, group_id=destination.group_id
        )
        for id, destination in destinations.items()
        if destination.format is Format.X12_278
    }


def transports(
    settings: Settings,
    destinations: Mapping[DestinationId, Destination],
    http: httpx2.AsyncClient,
    now: Callable[[], datetime],
) -> Mapping[DestinationId, DelegateTransport]:
    """How each destination is reached. In the sandbox a destination without an address is the simulated one."""
    found: dict[DestinationId, DelegateTransport] = {}
    for id, destination in destinations.items():
        if destination.transport == "kafka_topic":
            found[id] = KafkaTopic(id)
            continue
        speaks_pas = destination.transport == "fhir_pas"
        door = "fhir" if speaks_pas else "x12"
        simulated = f"{settings.base_url}/sandbox/delegates/{id}/{door}" if settings.sandbox else ""
        url = destination.url or simulated
        call = FhirPas if speaks_pas else X12Http
        found[id] = call(id, url, http, now=now) if url else NoAddress()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """The use cases of replays: what operators order, and what does it."""

    order: OrderReplays
    run: RunReplays


def replaying(routing: RouteReview, dispatching: DispatchLeg) -> Replaying:
    """Replays route and send by the same parts as the first time."""
    redeliver = Redeliver(
        unit_of_work=routing.unit_of_work,
        transports=dispatching.transports,
        record_answer=dispatching.record_answer,
        circuits=dispatching.circuits,
        now=routing.now,
        new_id=new_id,
    )
    return Replaying(
        order=OrderReplays(unit_of_work=routing.unit_of_work, now=routing.now, new_id=new_id),
        run=RunReplays(
            unit_of_work=routing.unit_of_work,
            reroute=RerouteReview(unit_of_work=routing.unit_of_work, routing=routing, now=routing.now, new_id=new_id),
            redeliver=redeliver,
            now=routing.now,
        ),
    )


def check_directory(settings: Settings) -> None:
    """Raises DirectoryFault where a directory is to be asked that cannot be."""
    allowed = ("http://", "https://") if settings.sandbox else ("https://",)
    if settings.directory == "http" and not settings.directory_url.startswith(allowed):
        raise DirectoryFault(
            "PRIORAUTH_DIRECTORY_URL is needed where PRIORAUTH_DIRECTORY is http; it begins with https"
        )


def payers_directory(
    settings: Settings,
    files: Directory,
    unit_of_work: UnitOfWork,
    http: httpx2.AsyncClient,
    circuits: Circuits,
    now: Callable[[], datetime],
) -> Directory:
    """Where facts are looked up that a message does not carry: in files, in the store, or at the payer's own."""
    if settings.directory == "store":
        return StoreDirectory(unit_of_work)
    if settings.directory == "files":
        return files
    return HttpDirectory(
        http=http,
        url=settings.directory_url,
        circuits=circuits,
        now=now,
        token=settings.directory_token.get_secret_value(),
        limits=Limits(
            timeout=timedelta(seconds=settings.directory_timeout_seconds),
            age=timedelta(seconds=settings.directory_cache_seconds),
            entries=settings.directory_cache_entries,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribing:
    """The use cases of subscriptions, and the endpoints that they may name."""

    webhooks: HttpWebhooks
    manage: ManageSubscription
    enlist: EnlistNotifications
    send: SendNotifications


def subscribing(
    settings: Settings,
    unit_of_work: UnitOfWork,
    http: httpx2.AsyncClient,
    metrics: Metrics,
    circuits: Circuits,
    now: Callable[[], datetime],
) -> Subscribing:
    """Subscriptions: in the sandbox to any endpoint, elsewhere to https and the hosts that may be called."""
    webhooks = HttpWebhooks(http, settings.outbound_hosts, any_host=settings.sandbox)
    bases = {format: f"{settings.issuer}/fhir/{version}" for version, format in PAS_VERSIONS.items()}

    def tell(sent: Sent) -> None:
        metrics.notified(sent)
        if sent.error:
            log.warning(
                "notification_failed", subscription_id=sent.subscription.id, type=sent.kind.value, reason=sent.error
            )

    return Subscribing(
        webhooks=webhooks,
        manage=ManageSubscription(unit_of_work=unit_of_work, now=now, new_id=new_id),
        enlist=EnlistNotifications(bases=bases, now=now, new_id=new_id),
        send=SendNotifications(
            unit_of_work=unit_of_work,
            webhooks=webhooks,
            bases=bases,
            now=now,
            new_id=new_id,
            tell=tell,
            circuits=circuits,
            attempts_allowed=settings.notification_attempts,
        ),
    )


def telling(
    knowledge: Knowledge, unit_of_work: UnitOfWork, run_clocks: RunClocks, now: Callable[[], datetime]
) -> tuple[TellNotices, RecordStep]:
    """Who says which notices are due, and who records what people do about decisions."""
    books = knowledge.determination_books
    tell = TellNotices(books=books, clock_books=knowledge.clock_books, facts_of=knowledge.facts, now=now, new_id=new_id)
    return tell, RecordStep(
        unit_of_work=unit_of_work, books=books, run_clocks=run_clocks, tell=tell, now=now, new_id=new_id
    )


def warnings_of(settings: Settings, destinations: Mapping[DestinationId, Destination]) -> Iterator[str]:
    """What an operator should know of a gateway that starts all the same."""
    if settings.sandbox:
        return
    for id, destination in destinations.items():
        if destination.transport != "kafka_topic" and not destination.url:
            yield f"mappings/delegates/{id}.yaml has no url: every leg to it becomes a dead letter"
