"""Settings to wired use cases: adapters meet services here, and in what is put together: `wiring` and `tools`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import httpx2

from priorauth.adapters.access_tokens import SignedAccessTokens
from priorauth.adapters.archive import BadKey, Seal, read_key, sandbox_key
from priorauth.adapters.assertions import SignedAssertions
from priorauth.adapters.buses import Buses, open_buses, receipts_kept
from priorauth.adapters.clients import Clients
from priorauth.adapters.clock import Clock
from priorauth.adapters.commit_signal import CommitSignal
from priorauth.adapters.database.announcements import Announcements
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import NotMigrated
from priorauth.adapters.database.opening import open_database
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.adapters.identifiers import new_id
from priorauth.adapters.key_sets import KeySets
from priorauth.adapters.second_opinions.live import LiveOpinions
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, ReviewId
from priorauth.observability import Metrics
from priorauth.services.answer_inquiry import AnswerInquiry
from priorauth.services.answer_message import AnswerMessage
from priorauth.services.bus import EventBus
from priorauth.services.catch_up import CatchUp
from priorauth.services.circuits import Circuits
from priorauth.services.delegate_ports import Destination, LegCodec
from priorauth.services.describe_review import DescribeReview
from priorauth.services.dispatch_leg import DispatchLeg
from priorauth.services.forget_old import ForgetOld
from priorauth.services.issue_token import IssueToken
from priorauth.services.keep_packs import KeepPacks
from priorauth.services.list_second_opinions import KeepSecondOpinion, ListSecondOpinions
from priorauth.services.list_unroutable import ListUnroutable
from priorauth.services.ports import Retryable
from priorauth.services.receive_review import ReceiveReview
from priorauth.services.record_acknowledgment import RecordAcknowledgment
from priorauth.services.record_determination import RecordDetermination
from priorauth.services.record_step import RecordStep
from priorauth.services.return_determination import ReturnDetermination
from priorauth.services.route_review import RouteReview
from priorauth.services.run_clocks import RunClocks
from priorauth.services.settle_dead_letters import SettleDeadLetters
from priorauth.services.supply_information import SupplyInformation
from priorauth.settings import NotConfigured, Settings
from priorauth.tools import OURSELVES, Tools, build_tools
from priorauth.translate.events import EVENT_SOURCE
from priorauth.translate.legs import EventLegCodec, X12LegCodec
from priorauth.translate.narrowing import narrow
from priorauth.wiring import (
    Replaying,
    Subscribing,
    addresses,
    answer_codecs,
    inquiry_codecs,
    pas_leg_codecs,
    payers_directory,
    replaying,
    subscribing,
    telling,
    transports,
    warnings_of,
)

DELEGATE_TIMEOUT_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Gateway:
    """One wired gateway: its use cases, and what the edges need of its parts."""

    settings: Settings
    tools: Tools
    clock: Clock
    unit_of_work: DatabaseUnitOfWork
    buses: Buses
    database: Database
    announcements: Announcements
    seal: Seal
    http: httpx2.AsyncClient
    metrics: Metrics
    tokens: SignedAccessTokens
    issue_token: IssueToken
    receive_review: ReceiveReview
    answer_message: AnswerMessage
    answer_inquiry: AnswerInquiry
    route_review: RouteReview
    dispatch_leg: DispatchLeg
    record_determination: RecordDetermination
    record_acknowledgment: RecordAcknowledgment
    return_determination: ReturnDetermination
    supply_information: SupplyInformation
    describe_review: DescribeReview
    catch_up: CatchUp
    settle_dead_letters: SettleDeadLetters
    list_unroutable: ListUnroutable
    list_second_opinions: ListSecondOpinions
    replaying: Replaying
    circuits: Circuits
    run_clocks: RunClocks
    record_step: RecordStep
    forget_old: ForgetOld
    subscribing: Subscribing
    opinions: LiveOpinions
    warnings: tuple[str, ...] = ()  # what is not as it should be, and keeps no request from being taken
    checks: list[Callable[[], str]] = field(default_factory=list)  # each says what is not well, or nothing
    stopping: bool = False

    def now(self) -> datetime:
        return self.clock.now()

    def new_review_id(self) -> ReviewId:
        return ReviewId(new_id("rev"))

    @property
    def bus(self) -> EventBus:
        return self.buses.bus

    @property
    def notices(self) -> tuple[str, ...]:
        """What is not as it should be, and keeps no request from being taken."""
        notice = self.buses.notice()
        return (*self.warnings, notice) if notice else self.warnings

    @property
    def destinations(self) -> Mapping[DestinationId, Destination]:
        return self.tools.knowledge.destinations

    async def problems(self) -> list[str]:
        """What keeps the gateway from taking requests, in words; nothing where all is well."""
        found = [problem for check in self.checks if (problem := check())]
        try:
            async with self.unit_of_work.reading() as work:
                await work.reviews(partner=None, limit=1, after="")
        except Retryable:
            found.append("the store does not answer")
        return found

    async def lineage_of(self, review_id: ReviewId) -> object:
        """Which position of the request each fact of a review came from, read from the archived message."""
        async with self.unit_of_work.reading() as work:
            record = await work.review_record(review_id)
            message = await work.message(record.message_id)
        codec = self.tools.pas.get(message.format, self.tools.codec)
        return codec.lineage(message.body, record.set_number)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the connections for as long as the block lasts, and hear of what other replicas commit."""
        hearing = asyncio.create_task(self.announcements.run(), name="announcements")
        try:
            yield
        finally:
            self.stopping = True
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
            await self.bus.stop()
            await self.http.aclose()
            await self.database.close()


async def build(settings: Settings) -> Gateway:
    """A gateway on a migrated database, ready to run. Raises NotConfigured where a setting is missing."""
    tools = build_tools(settings)
    key = archive_key(settings)
    seal = Seal(key)
    database = await opened(settings)
    clock = Clock()
    signal = CommitSignal()
    metrics = Metrics()
    knowledge = tools.knowledge
    buses = open_buses(
        settings,
        database,
        seal,
        clock.now,
        metrics,
        payers=tuple(knowledge.packs),
        destinations=tuple(knowledge.destinations.values()),
    )
    told = (signal.committed, *buses.committed)
    announcements = Announcements(database, told)
    for each in buses.embedded:
        each.announce = announcements.committed
    unit_of_work = DatabaseUnitOfWork(database, seal, knowledge.event_encoder, (*told, announcements.committed))
    http = httpx2.AsyncClient(timeout=DELEGATE_TIMEOUT_SECONDS, limits=httpx2.Limits(max_connections=None))
    by_format: dict[Format, LegCodec] = {
        Format.X12_278: X12LegCodec(
            gateway=OURSELVES, destinations=addresses(knowledge.destinations), is_test=settings.sandbox
        ),
        Format.EVENT: EventLegCodec(source=EVENT_SOURCE),
        **pas_leg_codecs(knowledge),
    }
    run_clocks = RunClocks(
        unit_of_work=unit_of_work,
        books=knowledge.clock_books,
        facts_of=knowledge.facts,
        now=clock.now,
        new_id=new_id,
    )
    tell_notices, record_step = telling(knowledge, unit_of_work, run_clocks, clock.now)
    record_determination = RecordDetermination(
        unit_of_work=unit_of_work,
        destinations=knowledge.destinations,
        desks=knowledge.desks,
        codecs=answer_codecs(by_format),
        narrow=narrow,
        now=clock.now,
        new_id=new_id,
        tell=tell_notices.determined,
    )
    tokens = SignedAccessTokens(key, issuer=settings.issuer, now=clock.now, new_id=new_id)
    key_sets = KeySets(http, settings.outbound_hosts, now=clock.now)
    refuse_other_hosts(knowledge.clients, key_sets)
    circuits = Circuits(now=clock.now, moved=metrics.circuit_moved)
    subscriptions = subscribing(settings, unit_of_work, http, metrics, circuits, clock.now)
    return_determination = ReturnDetermination(
        unit_of_work=unit_of_work, now=clock.now, notice_due=run_clocks.notice_due
    )
    dispatch_leg = DispatchLeg(
        unit_of_work=unit_of_work,
        destinations=knowledge.destinations,
        transports=transports(settings, knowledge.destinations, http, clock.now),
        codecs=by_format,
        narrow=narrow,
        record_answer=record_determination.within,
        circuits=circuits,
        tell=metrics.called,
        now=clock.now,
        new_id=new_id,
    )
    route_review = RouteReview(
        unit_of_work=unit_of_work,
        directory=payers_directory(settings, tools.directory, unit_of_work, http, circuits, clock.now),
        router=knowledge.route,
        destinations=knowledge.destinations,
        desks=knowledge.desks,
        now=clock.now,
        new_id=new_id,
        honours_forcing=settings.sandbox,
        start_clocks=run_clocks.start,
        tell=tell_notices.routed,
        keep_pack=KeepPacks(knowledge.pack_files),
    )
    return Gateway(
        settings=settings,
        tools=tools,
        clock=clock,
        unit_of_work=unit_of_work,
        buses=buses,
        database=database,
        announcements=announcements,
        seal=seal,
        http=http,
        metrics=metrics,
        tokens=tokens,
        issue_token=IssueToken(
            unit_of_work=unit_of_work,
            assertions=SignedAssertions(knowledge.clients, key_sets, audience=settings.token_url, now=clock.now),
            tokens=tokens,
            now=clock.now,
        ),
        receive_review=ReceiveReview(unit_of_work=unit_of_work, new_id=new_id),
        answer_message=AnswerMessage(
            unit_of_work=unit_of_work,
            codecs=tools.codecs,
            return_determination=return_determination,
            signal=signal,
            now=clock.now,
            new_id=new_id,
        ),
        answer_inquiry=AnswerInquiry(
            unit_of_work=unit_of_work,
            codecs=inquiry_codecs(settings, knowledge),
            partners=knowledge.partners.by_id,
            now=clock.now,
            new_id=new_id,
        ),
        route_review=route_review,
        dispatch_leg=dispatch_leg,
        record_determination=record_determination,
        record_acknowledgment=RecordAcknowledgment(unit_of_work=unit_of_work, new_id=new_id),
        return_determination=return_determination,
        supply_information=SupplyInformation(unit_of_work=unit_of_work, now=clock.now, new_id=new_id),
        describe_review=DescribeReview(unit_of_work=unit_of_work),
        opinions=LiveOpinions(
            keep=KeepSecondOpinion(unit_of_work=unit_of_work), count=metrics.second_opinion, now=clock.now
        ),
        settle_dead_letters=SettleDeadLetters(
            unit_of_work=unit_of_work,
            record_determination=record_determination,
            return_news=return_determination,
            now=clock.now,
        ),
        list_unroutable=ListUnroutable(unit_of_work=unit_of_work),
        list_second_opinions=ListSecondOpinions(unit_of_work=unit_of_work),
        replaying=replaying(route_review, dispatch_leg),
        catch_up=CatchUp(
            unit_of_work=unit_of_work,
            codecs=tools.codecs,
            return_determination=return_determination,
            now=clock.now,
            new_id=new_id,
            enlist_notifications=subscriptions.enlist,
        ),
        circuits=circuits,
        run_clocks=run_clocks,
        record_step=record_step,
        forget_old=ForgetOld(unit_of_work=unit_of_work, receipts_kept=receipts_kept(settings), now=clock.now),
        subscribing=subscriptions,
        warnings=tuple(warnings_of(settings, knowledge.destinations)),
    )


async def opened(settings: Settings) -> Database:
    """The database of the settings. Raises NotConfigured where it cannot be used as it is."""
    try:
        return await open_database(settings)
    except NotMigrated as problem:
        raise NotConfigured(str(problem)) from None
    except Retryable:
        raise NotConfigured("the database of PRIORAUTH_DATABASE_URL does not answer") from None


def refuse_other_hosts(clients: Clients, key_sets: KeySets) -> None:
    """Raises NotConfigured where a client publishes its keys where we may not fetch them."""
    for registered in clients.by_id.values():
        if registered.keys_url and not key_sets.allows(registered.keys_url):
            raise NotConfigured(
                f"client {registered.client.id}: jwks_url needs https and a host that PRIORAUTH_OUTBOUND_HOSTS lists"
            )


def archive_key(settings: Settings) -> bytes:
    """The key that the store is sealed under: the setting, or in the sandbox a file beside the database."""
    if settings.archive_key is not None:
        try:
            return read_key(settings.archive_key.get_secret_value())
        except BadKey as problem:
            raise NotConfigured(f"PRIORAUTH_ARCHIVE_KEY: {problem}") from None
    if not settings.sandbox:
        raise NotConfigured("PRIORAUTH_ARCHIVE_KEY is needed outside the sandbox: 32 random bytes in base64")
    return sandbox_key(settings.data_folder / "archive.key")
